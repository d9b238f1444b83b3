"""Every check has a case that raises it and a near miss that does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support import WORKBOOKS, check_json
from support_forms import form, funds_row, indicator

from perf_xl import auditing, rules
from perf_xl.auditing import CHECKS, audit
from perf_xl.findings import CATALOGUE, SEVERITIES
from perf_xl.scoring import score

HALVES = [
    indicator(row=12, weight="50"),
    indicator(row=13, weight="30", level1="效益指标", name="乙"),
    indicator(row=14, weight="10", level1="满意度指标", name="丙"),
]

CASES: list[tuple[str, str, str, Callable[[], Any]]] = [
    ("W01", "G30", "7+90=97", lambda: form(*HALVES, weight="7", total="97")),
    ("W02", "G5", "the execution weight may not be adjusted", lambda: form(*HALVES, weight="7")),
    ("F01", "F5", "a rate that is another", lambda: form(rate="76%")),
    ("F01", "F5", "a fraction that is another", lambda: form(rate="0.76")),
    ("F02", "D5, D6", "the total is not its parts", lambda: form(parts=(funds_row("其中:当年财政拨款", "appropriation", budget="70", row=6),))),
    ("F02", "E5, E6", "the total is blank", lambda: form(executed=None, parts=(funds_row("其中:当年财政拨款", "appropriation", executed="70", row=6),))),
    ("F04", "D5", "executed without budget", lambda: form(budget="0", executed="12.5")),
    ("S01", "H5", "full marks at 66%", lambda: form(filed="10")),
    ("S03", "G12, F12", "above the weight", lambda: form(indicator(filed="12"))),
    ("S03", "H5, G5", "execution above its weight", lambda: form(filed="11")),
    ("S04", "G30", "a total that follows from nothing", lambda: form(indicator(filed="10"), filed="6.66", total="98")),
    ("D01", "H12", "points lost, no reason", lambda: form(indicator(filed="9"))),
    ("I03", "E12, D12", "the bound repeated", lambda: form(indicator("≥95%", "≥95%"))),
    ("I04", "E12, D12", "words for a number", lambda: form(indicator("不低于95%", "达成预期指标"))),
    ("I06", "E12, D12", "a scale assumed", lambda: form(indicator("10万", "5"))),
]  # fmt: skip

NEAR_MISSES: list[tuple[str, str, Callable[[], Any]]] = [
    ("W01", "10+90=100", lambda: form(*HALVES)),
    ("W01", "a weight that cannot be read", lambda: form(*HALVES, indicator(weight=None, filed="3", row=15))),
    ("W02", "10", lambda: form(*HALVES)),
    ("F01", "67% for 66.55%", lambda: form(rate="67%")),
    ("F01", "66.55%", lambda: form(rate="66.55%")),
    ("F01", "a fraction", lambda: form(rate="0.6655")),
    ("F01", "a percent without its sign", lambda: form(rate="66.55")),
    ("F01", "only cut off", lambda: form(rate="66%")),
    ("F01", "no budget", lambda: form(budget="0", executed="0", rate="0")),
    ("F02", "equal", lambda: form(parts=(funds_row("其中:当年财政拨款", "appropriation", budget="78", executed="51.91", row=6),))),
    ("F02", "no part is filled", lambda: form(parts=(funds_row("其中:当年财政拨款", "appropriation", row=6),))),
    ("F04", "0 of 0", lambda: form(budget="0", executed="0")),
    ("S01", "exact", lambda: form(filed="6.66")),
    ("S01", "rounded to one decimal", lambda: form(filed="6.7")),
    ("S01", "cut", lambda: form(filed="6.65")),
    ("S01", "overspent, full marks", lambda: form(executed="80", filed="10")),
    ("S01", "no budget", lambda: form(budget=None, filed="10")),
    ("S03", "equal", lambda: form(indicator(filed="10"))),
    ("S04", "equal", lambda: form(indicator(filed="10"), filed="6.66", total="16.66")),
    ("S04", "a score that cannot be read", lambda: form(indicator(filed=None), filed="6.66", total="98")),
    ("D01", "a reason is given", lambda: form(indicator(filed="9", reason="人员变动"))),
    ("D01", "full score", lambda: form(indicator(filed="10"))),
    ("D01", "no such column", lambda: form(indicator(filed="9"), columns=frozenset({"weight", "score"}))),
    ("I03", "a value", lambda: form(indicator("≥95%", "97%"))),
    ("I03", "= is no bound", lambda: form(indicator("=100%", "=100%"))),
    ("I04", "a number for a number", lambda: form(indicator("不低于95%", "97%"))),
    ("I06", "the scale is written", lambda: form(indicator("10万", "5万"))),
]  # fmt: skip


def codes(one: Any) -> set[str]:
    return {finding.code for finding in audit(score(one, rules.default()))}


@pytest.mark.parametrize(("code", "cell", "why", "build"), CASES, ids=[f"{case[0]} {case[2]}" for case in CASES])
def test_a_fault_is_found_at_its_cell(code: str, cell: str, why: str, build: Callable[[], Any]) -> None:
    found = [finding for finding in audit(score(build(), rules.default())) if finding.code == code]
    assert [finding.cell for finding in found] == [cell], why
    assert found[0].severity == CATALOGUE[code].severity
    assert found[0].citation


@pytest.mark.parametrize(("code", "why", "build"), NEAR_MISSES, ids=[f"{case[0]} {case[1]}" for case in NEAR_MISSES])
def test_a_near_miss_is_not(code: str, why: str, build: Callable[[], Any]) -> None:
    assert code not in codes(build()), why


@pytest.mark.parametrize("code", sorted(CHECKS))
def test_every_check_has_both(code: str) -> None:
    assert any(case[0] == code for case in CASES)
    assert any(case[0] == code for case in NEAR_MISSES)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_the_catalogue_is_complete(code: str) -> None:
    rule = CATALOGUE[code]
    assert rule.severity in SEVERITIES
    assert all((rule.title, rule.source, rule.cure, rule.bad, rule.good))
    assert rule.source in rules.default().citations or not rule.source.isascii()


def test_a_missing_budget_is_f04_alone() -> None:
    assert codes(form(budget="0", executed="12.5", filed="10", rate="100%")) & {"F01", "S01", "F04"} == {"F04"}


def test_a_zero_total_over_filled_parts_is_f02_alone() -> None:
    part = funds_row("其中:当年财政拨款", "appropriation", budget="90", executed="90", row=6)
    found = codes(form(budget="0", executed="0", filed="0", rate="0", parts=(part,)))
    assert found & {"F01", "F02", "F04", "S01"} == {"F02"}


def test_messages_can_be_shown_on_a_chinese_windows_console() -> None:
    for case in CASES:
        for finding in audit(score(case[3](), rules.default())):
            finding.sentence().encode("cp936")
    for rule in CATALOGUE.values():
        "".join((rule.title, rule.cure, rule.bad, rule.good)).encode("cp936")


def test_weights_of_a_form_without_execution_weight_are_only_a_doubt() -> None:
    found = [one for one in audit(score(form(*HALVES[:2], weight=None), rules.default())) if one.code == "W01"]
    assert [one.severity for one in found] == ["疑点"]


class TestTheSeed:
    def test_what_must_be_found_is_found_at_its_cell(self) -> None:
        document = check_json(WORKBOOKS / "published" / "seed-000-A.xlsx")
        found = {(one["code"], one["cell"], one["found"], one["expected"]) for one in document["findings"]}
        assert ("W01", "G26", "97", "100") in found
        assert ("W02", "G5", "7", "10") in found
        assert ("S01", "H5", "7", "4.66") in found
        assert ("I06", "E15, D15", "5", "10万") in found
        assert {"D01"} <= {one[0] for one in found}
        weights = next(one for one in document["findings"] if one["code"] == "W02")
        assert "94.16" in weights["message"]

    def test_what_is_right_is_not_reported(self) -> None:
        document = check_json(WORKBOOKS / "published" / "seed-000-A.xlsx")
        assert not {one["code"] for one in document["findings"]} & {"S04", "F01", "F02", "S03", "X03"}


def test_a_severity_is_never_raised() -> None:
    with pytest.raises(ValueError, match="never raised"):
        auditing.finding("I06", "x", severity="错误")
