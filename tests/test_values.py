"""The value language: what a text says, and what a target and an actual say together."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf_xl.exact import plain
from perf_xl.values import (
    fold_level,
    fold_name,
    is_filler,
    parse,
    read_name,
    settle,
    stated_completion,
    unit_of,
    words_agree,
)

NUMBERS = [
    ("3次以上", ">=", "3", "次"),
    ("20万张以上", ">=", "200000", "张"),
    ("≥95%", ">=", "0.95", "%"),
    (">= 98 %(百分比)", ">=", "0.98", "%"),
    ("≥100百分比", ">=", "1", "%"),
    ("≧ 735 人次", ">=", "735", "人次"),
    ("﹦ 72890 元", "=", "72890", "元"),
    ("═100%", "=", "1", "%"),
    ("15%及其以下", "<=", "0.15", "%"),
    ("312万元以内", "<=", "3120000", "元"),
    ("控制在5%以内", "<=", "0.05", "%"),
    ("不超过3天", "<=", "3", "天"),
    ("不低于９５％", ">=", "0.95", "%"),
    ("至少1次", ">=", "1", "次"),
    ("达到95%以上", ">=", "0.95", "%"),
    ("大于等于80分", ">=", "80", "分"),
    ("小于5%", "<", "0.05", "%"),
    ("超过100人", ">", "100", "人"),
    ("1,234.5元", None, "1234.5", "元"),
    ("1 000人", None, "1000", "人"),
    ("5.8万", None, "58000", ""),
    ("2亿元", None, "200000000", "元"),
    ("三次", None, "3", "次"),
    ("十二个", None, "12", "个"),
    ("两百人", None, "200", "人"),
    ("九成", None, "0.9", "%"),
    ("百分之五", None, "0.05", "%"),
    ("百分之百", None, "1", "%"),
    ("一半", None, "0.5", "%"),
    ("2.5‰", None, "0.0025", "%"),
    ("37公里", None, "37000", "米"),
    ("1.5吨", None, "1500", "公斤"),
    ("530元/人*月", None, "530", "元/人·月"),
    ("1.5万元/个", None, "15000", "元/个"),
    ("23个村", None, "23", "个"),
    ("100%覆盖", None, "1", "%"),
    ("≤30万/月", "<=", "300000", "/月"),
    ("人均≤550元/天", "<=", "550", "元/天"),
    ("30万元整", None, "300000", "元"),
    ("5(个)", None, "5", "个"),
    ("3台(套)", None, "3", "台套"),
    ("8场(次)", None, "8", "场次"),
    ("正向98%", ">=", "0.98", "%"),
    ("反向12万元", "<=", "120000", "元"),
]

DATES = [
    ("三季度前", "2023-06-30"),
    ("2023年一季度前", "2022-12-31"),
    ("三季度", "2023-09-30"),
    ("2023年12月底前", "2023-12-31"),
    ("12月31日前", "2023-12-31"),
    ("9月前", "2023-08-31"),
    ("9月底前", "2023-09-30"),
    ("1月前", "2022-12-31"),
    ("2021年底", "2021-12-31"),
    ("年底前", "2023-12-31"),
    ("1-12月", "2023-12-31"),
    ("2021年1月至12月", "2021-12-31"),
    ("2023年1月1日-2023年12月31日", "2023-12-31"),
    ("2020年", "2020-12-31"),
    ("上半年", "2023-06-30"),
    ("2023年第三季度", "2023-09-30"),
    ("11月中旬", "2023-11-20"),
    ("2024年2月", "2024-02-29"),
    ("2023/6/30", "2023-06-30"),
    ("完成时间为2022年12月30日", "2022-12-30"),
    ("2021年12月完成", "2021-12-31"),
    ("2020年1月--2020年11月", "2020-11-30"),
    ("每年11月底前", "2023-11-30"),
    ("已于2023年11月完成", "2023-11-30"),
]

UNCERTAIN = [
    "约30人", "100余人", "30人左右", "757万平方米养护全覆盖", "1e308", "9" * 31, "10-15日", "每月1次", "90%以上得10分,每降5%扣1分",
    "2023年13月", "2023年2月30日", "≥≤5", "3 5", "80-", "90-80", "5A级", "11月底完成100%",
]  # fmt: skip

WORDS = ["日产日清", "合格", "一致", "十分满意", "万无一失", "统一", "及时", "是", "无", "三级", "严格执行相关制度规定"]


@pytest.mark.parametrize(("text", "comparator", "amount", "unit"), NUMBERS)
def test_a_number_is_read(text: str, comparator: str | None, amount: str, unit: str) -> None:
    value = parse(text)
    assert (value.form, value.comparator, value.amount, value.unit) == ("number", comparator, Decimal(amount), unit)


@pytest.mark.parametrize(("text", "day"), DATES)
def test_a_date_is_the_last_day_that_counts(text: str, day: str) -> None:
    value = parse(text, 2023)
    assert value.form == "date"
    assert str(value.day) == day


@pytest.mark.parametrize("text", UNCERTAIN)
def test_what_is_not_certain_is_not_guessed(text: str) -> None:
    value = parse(text, 2023)
    assert (value.form, value.amount, value.day) == ("unclear", None, None)


@pytest.mark.parametrize("text", WORDS)
def test_words_are_words(text: str) -> None:
    assert parse(text, 2023).form == "words"


@pytest.mark.parametrize("text", [None, "", " ", "—", "-", "/", "……"])
def test_a_filler_is_blank(text: str | None) -> None:
    assert parse(text).form == "blank"
    assert is_filler(text)


@pytest.mark.parametrize("text", [line[0] for line in NUMBERS])
def test_the_year_of_a_form_changes_no_number(text: str) -> None:
    assert parse(text, 2023) == parse(text)


def test_a_month_without_any_year_is_no_date() -> None:
    assert parse("9月前").day is None


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("80-90", "80", "90", ""),
        ("80%~90%", "0.8", "0.9", "%"),
        ("10至20人", "10", "20", "人"),
        ("3-5万元", "30000", "50000", "元"),
        ("±10%", "-0.1", "0.1", "%"),
        ("100±5个", "95", "105", "个"),
    ],
)
def test_a_range(text: str, low: str, high: str, unit: str) -> None:
    value = parse(text)
    assert value.form == "range"
    assert value.high is not None
    assert (value.amount, value.high * value.scale, value.unit) == (Decimal(low), Decimal(high), unit)


AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False, allow_infinity=False)
PREFIXES = {
    ">=": ["≥", ">=", "不低于", "不少于", "至少"],
    "<=": ["≤", "<=", "不超过", "不高于"],
    "=": ["=", "﹦", "═"],
    None: [""],
}
SUFFIXES = {">=": ["以上", "及以上"], "<=": ["以内", "以下", "及其以下"]}
UNITS = ["次", "人次", "%", "元", "亩", "公里", "台套", "元/人", ""]


@given(
    st.sampled_from([*PREFIXES]),
    st.booleans(),
    AMOUNTS,
    st.sampled_from(["", "万", "亿"]),
    st.sampled_from(UNITS),
    st.booleans(),
    st.data(),
)
def test_what_is_read_can_be_written_and_read_again(
    comparator: str | None, as_suffix: bool, amount: Decimal, scale: str, unit: str, wide: bool, data: Any
) -> None:
    if unit in ("%", "元/人"):
        scale = ""
    digits = plain(amount)
    if as_suffix and comparator in SUFFIXES:
        text = f"{digits}{scale}{unit}{data.draw(st.sampled_from(SUFFIXES[comparator]))}"
    else:
        text = f"{data.draw(st.sampled_from(PREFIXES[comparator]))}{digits}{scale}{unit}"
    if wide:
        text = text.translate(str.maketrans("0123456789.%", "０１２３４５６７８９．％"))
    value = parse(text)
    factor, base, _ = unit_of(f"{scale}{unit}") or (Decimal(1), "?", "")
    if amount * factor > 10**15:
        assert value.amount is None
        return
    assert (value.comparator, value.amount, value.unit) == (comparator, amount * factor, base)
    sign = {">=": "≥", "<=": "≤", "=": "=", None: ""}[value.comparator]
    printed = f"{sign}{plain(value.number or Decimal(0))}{scale}{unit}"
    again = parse(printed)
    assert (again.comparator, again.amount, again.unit) == (value.comparator, value.amount, value.unit)


@given(st.text(max_size=25))
def test_no_text_is_too_odd(text: str) -> None:
    value = parse(text, 2023)
    assert value.form in ("blank", "number", "range", "date", "words", "unclear")
    settle(text, None, None, text, text, text, 2023)
    read_name(text)


class TestNames:
    @pytest.mark.parametrize(
        ("name", "folded"),
        [
            ("指标1:培训人次", "培训人次"),
            ("指标2 企业自行采购", "企业自行采购"),
            ("指标12021年11月30日前完成资金支付", "2021年11月30日前完成资金支付"),
            ("★★★农村低保发放人数（按月平均）(≥**人)", "农村低保发放人数按月平均"),
            ("提供务工收入人数(人)", "提供务工收入人数"),
            ("成本控制数（万元）", "成本控制数"),
            ("1290.3平方米冷库", "1290.3平方米冷库"),
        ],
    )
    def test_folded(self, name: str, folded: str) -> None:
        assert fold_name(name) == folded

    @pytest.mark.parametrize(
        "pair",
        [
            ("产 出 指 标(50分)", "产出指标"),
            ("满意度指标", "服务对象满意度指标"),
            ("数量", "数量指标"),
            ("产出数量", "数量指标"),
            ("经济效益", "经济效益指标"),
        ],
    )
    def test_levels_that_are_the_same(self, pair: tuple[str, str]) -> None:
        assert fold_level(pair[0]) == fold_level(pair[1])


class TestWords:
    @pytest.mark.parametrize(
        "pair", [("质量合格", "合格"), ("基本满意", "满意"), ("否", "否"), ("高效运转", "高效运转"), ("及时", "及时。")]
    )
    def test_that_agree(self, pair: tuple[str, str]) -> None:
        assert words_agree(*pair)

    @pytest.mark.parametrize(
        "pair",
        [
            ("有所提升", "养老服务提升"),
            ("满意", "基本满意"),
            ("合格", "不合格"),
            ("及时", "不及时"),
            ("是", "否"),
            ("健全", "好"),
            ("完成", "未完成"),
        ],
    )
    def test_that_do_not(self, pair: tuple[str, str]) -> None:
        assert not words_agree(*pair)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("达成预期指标", ("1", 1)),
            ("已完成100%", ("1", 1)),
            ("95%", ("19/20", None)),
            ("基本达成预期指标", (None, 1)),
            ("部分达成预期指标并具有一定效果", (None, 2)),
            ("未达成预期指标且效果较差", (None, 3)),
            ("未完成", (None, 3)),
        ],
    )
    def test_that_state_a_completion(self, text: str, said: tuple[str | None, int | None]) -> None:
        found = stated_completion(text)
        assert found is not None
        assert (None if found[0] is None else str(found[0]), found[1]) == said

    @pytest.mark.parametrize("text", ["好", "有效", "120%", "提升"])
    def test_that_state_none(self, text: str) -> None:
        assert stated_completion(text) is None


@pytest.mark.parametrize(("target", "unsure"), [("100%", True), ("=100%", True), ("≤100%", False), ("92%", False)])
def test_which_way_a_control_of_cost_is_better_is_said_by_its_bound_alone(target: str, unsure: bool) -> None:
    assert settle("运维成本控制率", "产出指标", "成本指标", target, "92%").unsure is unsure


class TestPairsOfWordsAndNumbers:
    @pytest.mark.parametrize(
        ("target", "actual"),
        [("较上年增长5%", "6%"), ("同比增长≥10%", "12%"), ("提高3个百分点左右", "4%"), ("不低于上年", "95%")],
    )
    def test_a_percent_that_answers_one_is_no_completion(self, target: str, actual: str) -> None:
        assert settle("收入增长", "效益指标", "经济效益指标", target, actual).stated is None

    @pytest.mark.parametrize("target", ["较上年增长5%", "完成3个村道路硬化", "显著提升"])
    def test_a_hundred_percent_is_one(self, target: str) -> None:
        assert settle("收入增长", "效益指标", "经济效益指标", target, "100%").stated == 1

    @pytest.mark.parametrize("target", ["达到预期效果", "显著提升", "完成3个村道路硬化"])
    def test_a_percent_that_answers_words_is_one(self, target: str) -> None:
        assert settle("实施效果", "效益指标", "社会效益指标", target, "95%").stated == Fraction(19, 20)

    @pytest.mark.parametrize("target", ["常年保持在70%以上", "稳定在70%以上", "始终维持70%以上"])
    def test_a_level_that_is_kept_is_a_number(self, target: str) -> None:
        pair = settle("抗体合格率", "产出指标", "质量指标", target, "92.35%")
        assert (pair.scored_by, pair.target, pair.actual) == ("at_least", Decimal("0.7"), Decimal("0.9235"))

    @pytest.mark.parametrize("target", ["零发生", "零事故", "实现零投诉", "未发生", "0事故"])
    @pytest.mark.parametrize(("actual", "wanted"), [("0", 0), ("0起", 0), ("2起", 2), ("未发生", 0), ("零事故", 0)])
    def test_nothing_may_happen_and_is_counted(self, target: str, actual: str, wanted: int) -> None:
        pair = settle("安全生产", "效益指标", "社会效益指标", target, actual)
        assert (pair.scored_by, pair.target, pair.actual, pair.notes) == ("at_most", 0, wanted, ())

    def test_words_for_nothing_are_no_percent(self) -> None:
        assert settle("群众满意度", "满意度指标", None, "≥95%", "零投诉").actual is None
        assert settle("安全生产", "效益指标", None, "零事故", "100%").stated == 1

    @pytest.mark.parametrize(("spelt", "unit"), [("12场(次)", "场次"), ("3批(次)", "批次"), ("2hm²", "亩")])
    def test_units_as_they_are_typed(self, spelt: str, unit: str) -> None:
        assert parse(spelt).unit == unit

    @pytest.mark.parametrize(("actual", "wanted"), [("12场次", 12), ("12场", 12), ("12次", None), ("12人次", None)])
    def test_events_meet_with_and_without_the_word_for_once(self, actual: str, wanted: int | None) -> None:
        pair = settle("培训数量", "产出指标", "数量指标", "10场", actual)
        assert (pair.actual, pair.notes) == (wanted, () if wanted else ("I06",))

    @pytest.mark.parametrize(
        ("target", "scored_by"),
        [
            ("正向大于等于70件", "at_least"),
            ("正向70件", "at_least"),
            ("反向70件", "at_most"),
            ("定量≤70件", "at_most"),
            ("反向等于70件", "at_least"),
        ],
    )
    def test_a_target_with_its_sense_before_it(self, target: str, scored_by: str) -> None:
        pair = settle("办结件数", "产出指标", "数量指标", target, "65")
        assert (pair.scored_by, pair.target, pair.actual) == (scored_by, 70, 65)

    def test_words_with_their_sense_before_them(self) -> None:
        assert settle("工作效率", "效益指标", "社会效益指标", "正向有效提升", "有效提升").stated == 1


@pytest.mark.parametrize(
    ("target", "actual"),
    [
        ("较上年提高5%", "5%"), ("90%以上得10分,每降5%扣1分", "85%"), ("约90%", "88%"), ("差错率控制在1%以内且无投诉", "0.5%"), ("合格率达到98%", "96%"),
    ],
)  # fmt: skip
def test_a_percent_that_answers_a_percent_in_words_states_no_completion(target: str, actual: str) -> None:
    assert settle("质量达标情况", "产出指标", "质量指标", target, actual).stated is None
    assert settle("质量达标情况", "产出指标", "质量指标", target, "达成预期指标").stated == 1
    assert settle("质量达标情况", "产出指标", "质量指标", "完成12个村道路硬化", actual).stated is not None


@pytest.mark.parametrize(("target", "actual"), [("98", "0.98"), ("≥0.98", "98"), ("≥98", "1")])
def test_a_bare_share_in_two_notations_is_not_compared(target: str, actual: str) -> None:
    pair = settle("验收合格率", "产出指标", "质量指标", target, actual)
    assert (pair.actual, pair.notes) == (None, ("I06",))
    assert settle("验收面积", "产出指标", "数量指标", target, actual).actual is not None


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [("12KM", "12000", "米"), ("5Kg", "5", "公斤"), ("120tb", "120", "TB"), ("18℃", "18", "℃"), ("400L", "400", "升"), ("6(次)", "6", "次"), ("0.3MPa", "0.3", "兆帕")],
)  # fmt: skip
def test_a_unit_is_known_in_any_case_and_in_brackets(text: str, amount: str, unit: str) -> None:
    value = parse(text)
    assert (value.amount, value.unit) == (Decimal(amount), unit)


@pytest.mark.parametrize("text", ["200M", "8(含)", "6(优)", "3()"])
def test_a_unit_that_may_be_another_is_not_guessed(text: str) -> None:
    assert parse(text).amount is None


def test_of_a_bare_month_it_is_not_certain_which_way_is_better() -> None:
    assert settle("完工日期", "产出指标", "时效指标", "11", "10").unsure
    assert not settle("完工日期", "产出指标", "时效指标", "10", "10").unsure
    assert not settle("完工及时数", "产出指标", "时效指标", "11", "10").unsure


def test_a_day_in_eight_digits_is_no_amount() -> None:
    assert settle("完工时间", "产出指标", "时效指标", "20231231", "20231220").actual is None


@pytest.mark.parametrize(("actual", "wanted"), [("0.96", None), ("1", None), ("96", "0.96"), ("0.96%", "0.0096")])
def test_a_share_beside_percent_in_a_column_is_not_compared_in_another_notation(
    actual: str, wanted: str | None
) -> None:
    settled = settle("合格率", "产出指标", "质量指标", "95", actual, "%")
    assert settled.actual == (None if wanted is None else Decimal(wanted))
    assert ("I06" in settled.notes) == (wanted is None)
