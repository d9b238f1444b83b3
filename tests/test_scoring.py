"""Scores as the notes of the form define them; the seed's table first."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import WORKBOOKS, score_json
from support_forms import form, indicator

import perf_xl
from perf_xl import rules
from perf_xl.scoring import completion_of_numbers, score

SEED = WORKBOOKS / "published" / "seed-000-A.xlsx"


class TestTheSeed:
    """The published form that is the requirement: 4.66 / 47.5 / 30 / 10."""

    def test_its_numbers(self) -> None:
        (scored,) = score_json(SEED)["forms"]
        assert scored["rulebook"] == "default"
        assert scored["execution"] == {"rate": "0.66551282", "weight": "7", "score": "4.66", "filed_score": "7"}
        assert scored["levels"] == {"产出指标": "47.5", "效益指标": "30", "满意度指标": "10"}
        assert (scored["total"], scored["filed_total"], scored["total_at_rulebook_weights"]) == (
            "92.16",
            "94.5",
            "94.16",
        )
        assert scored["grade"] == "优"

    def test_a_row_of_it(self) -> None:
        rows = {row["level3"]: row for row in score_json(SEED)["forms"][0]["indicators"]}
        assert rows["印刷页数"] == {
            "row": 13, "level3": "印刷页数", "kind": "absolute", "direction": "at_least", "target_value": "200000",
            "actual_value": "220000", "unit": "张", "completion": "1", "band": 1, "weight": "5", "score": "5",
            "filed_score": "5", "basis": "computed",
        }  # fmt: skip
        assert rows["偿还历史欠款"]["completion"] == "0.5"
        assert rows["是否影响网站信息更新"]["score"] == "5"


class TestExecution:
    @pytest.mark.parametrize(
        ("budget", "executed", "points"),
        [
            ("78", "51.91", "6.66"),
            ("78", "78", "10"),
            ("78", "80", "10"),
            ("78", "0", "0"),
            ("3", "2", "6.67"),
            ("78", "-1", "0"),
        ],
    )
    def test_weight_times_rate_capped(self, budget: str, executed: str, points: str) -> None:
        assert score(form(budget=budget, executed=executed), rules.default()).execution.score == Decimal(points)

    def test_the_rate_itself_is_not_capped(self) -> None:
        assert score(form(budget="50", executed="75"), rules.default()).execution.rate == Fraction(3, 2)

    @pytest.mark.parametrize("budget", ["0", None])
    def test_no_budget_no_rate_no_score(self, budget: str | None) -> None:
        scored = score(form(indicator("3次以上", "3"), budget=budget))
        assert (scored.execution.rate, scored.execution.score) == (None, None)
        assert scored.total == 10

    def test_an_uncapped_rulebook(self) -> None:
        book = replace(rules.default(), execution_capped=False)
        assert score(form(budget="50", executed="75"), book).execution.score == 15


class TestIndicators:
    @pytest.mark.parametrize(
        ("target", "actual", "points", "why"),
        [
            ("1200", "900", "7.5", "not reached: in proportion"),
            ("1200", "1300", "10", "more than reached: the weight, no more"),
            ("≥3", "2", "6.67", "rounded once, half up"),
            ("≤3", "4", "7.5", "an upper bound exceeded: target ÷ actual"),
            ("≤3", "3", "10", "an upper bound kept"),
            ("≤0", "1", "0", "zero is met by zero only"),
            ("≥0", "0", "10", "zero is met by anything"),
            ("80-90", "72", "9", "below a range: by its lower bound"),
            ("80-90", "100", "9", "above a range: by its upper bound"),
            ("80-90", "85", "10", "inside"),
            ("合格", "达成预期指标", "10", "a stated band"),
            ("合格", "75%", "7.5", "a stated percent"),
            ("2023年12月底前", "2023年11月", "10", "in time"),
        ],
    )
    def test_by_the_rule(self, target: str, actual: str, points: str, why: str) -> None:
        (row,) = score(form(indicator(target, actual)), rules.default()).indicators
        assert row.score == Decimal(points), why

    def test_the_linear_rulebook_reaches_zero_at_twice_the_bound(self) -> None:
        book = replace(rules.default(), short_of_upper_bound="linear")
        points = [
            score(form(indicator("≤10", actual)), book).indicators[0].score for actual in ("10", "15", "20", "30")
        ]
        assert points == [10, 5, 0, 0]

    @pytest.mark.parametrize(
        ("filed", "points", "basis"),
        [("8", 8, "filed"), ("11", None, "unresolved"), ("-1", None, "unresolved"), (None, None, "unresolved")],
    )
    def test_the_filed_score_stands_where_words_do_not_tell(
        self, filed: str | None, points: int | None, basis: str
    ) -> None:
        scored = score(form(indicator("有所提升", "养老服务提升", filed=filed)))
        assert (scored.indicators[0].score, scored.indicators[0].basis) == (points, basis)
        assert (scored.total is None) == (points is None)

    def test_late_is_unresolved(self) -> None:
        (row,) = score(form(indicator("2023年11月底前", "2023年12月", filed="6"))).indicators
        assert (row.completion, row.score, row.basis) == (None, 6, "filed")

    def test_a_merged_group_is_met_as_far_as_its_rows_are(self) -> None:
        head = indicator("10", "10", "10", group=12)
        tail = indicator("10", "5", None, row=13, scored=False, group=12)
        (row,) = score(form(head, tail)).indicators
        assert (row.completion, row.score) == (Fraction(3, 4), Decimal("7.5"))


def test_subtotals_add_the_scores_as_shown() -> None:
    thirds = [indicator("3", "1", row=row) for row in (12, 13, 14)]
    scored = score(form(*thirds, budget="3", executed="1"))
    assert scored.levels["产出指标"] == Decimal("9.99")
    assert scored.total == Decimal("13.32")


class TestRulebook:
    def test_a_form_of_20_40_30_10_follows_its_own(self) -> None:
        rows = [
            indicator("1", "1", "40"),
            indicator("1", "1", "30", level1="效益指标"),
            indicator("1", "1", "10", level1="满意度指标"),
        ]
        assert score(form(*rows, weight="20")).rulebook.name == "hubei"
        assert score(form(*rows, weight="10")).rulebook.name == "default"


NUMBERS = st.decimals(min_value=0, max_value=10**6, places=3, allow_nan=False, allow_infinity=False)


@given(NUMBERS, NUMBERS, st.sampled_from(["at_least", "at_most"]), st.sampled_from(["ratio", "linear"]))
def test_a_completion_lies_between_0_and_1(target: Decimal, actual: Decimal, direction: str, formula: str) -> None:
    book = replace(rules.default(), short_of_upper_bound=formula)
    completion = completion_of_numbers(direction, Fraction(target), None, Fraction(actual), book)
    assert completion is not None
    assert 0 <= completion <= 1


@given(NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["ratio", "linear"]))
def test_more_is_never_worse_for_at_least_nor_better_for_at_most(
    target: Decimal, one: Decimal, other: Decimal, formula: str
) -> None:
    book = replace(rules.default(), short_of_upper_bound=formula)
    less, more = sorted((Fraction(one), Fraction(other)))
    for direction, sign in (("at_least", 1), ("at_most", -1)):
        first = completion_of_numbers(direction, Fraction(target), None, less, book)
        second = completion_of_numbers(direction, Fraction(target), None, more, book)
        assert first is not None
        assert second is not None
        assert sign * first <= sign * second


@given(NUMBERS, NUMBERS, st.decimals(min_value=0, max_value=100, places=2, allow_nan=False, allow_infinity=False))
def test_a_score_lies_between_0_and_its_weight(target: Decimal, actual: Decimal, weight: Decimal) -> None:
    (row,) = score(form(indicator(f"≥{target}", str(actual), str(weight))), rules.default()).indicators
    assert row.score is not None
    assert 0 <= row.score <= weight


def test_the_api_gives_what_the_command_gives() -> None:
    (seed,) = perf_xl.read(SEED)
    assert perf_xl.score(seed).total == Decimal("92.16")
    assert "S01" in {finding.code for finding in perf_xl.check(seed)}
