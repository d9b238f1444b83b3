"""What a name counts decides which way is better: a grid of harms, verbs and endings, and names from published forms."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from support_names import DONE, names

from perf_xl.live import _HAPPENED, _MEASURED, _RATE_OR_NUMBER
from perf_xl.meaning import (
    DEALING,
    GOVERNING,
    HARM,
    HARMS,
    NO_HARM,
    NONE,
    UNCLEAR,
    counted,
    is_cost,
    is_good_rate,
    is_taken_in,
)
from perf_xl.values import settle


def test_a_name_counts_what_its_parts_say() -> None:
    wrong = [(one.name, one.counts, counted(one.name)) for one in names() if counted(one.name) != one.counts]
    assert wrong == [], Counter(said for *_, said in wrong)
    assert sum(1 for _ in names()) > 15_000


def test_less_is_better_of_a_harm_alone() -> None:
    wrong = []
    for one in names():
        unit = "%" if one.rate else "件"
        scored_by = settle(one.name, "效益指标", "社会效益指标", f"20{unit}", f"10{unit}").scored_by
        if scored_by != ("at_most" if one.counts == "harm" else "at_least"):
            wrong.append((one.name, scored_by))
    assert wrong == []


@pytest.mark.parametrize(
    "name",
    [
        "投诉热线数量", "投诉未处理数", "未整改违规问题数", "违规发放金额", "逾期办理率", "事故处理时间", "降低事故发生率", "事故控制率", "减少农村事故数",
        "违规未整改率",
    ],
)  # fmt: skip
def test_what_a_name_leaves_open_is_not_guessed(name: str) -> None:
    assert counted(name) == UNCLEAR
    unit = "%" if name.endswith("率") else ""
    assert settle(name, "效益指标", "社会效益指标", f"20{unit}", f"10{unit}").unsure
    assert not settle(name, "效益指标", "社会效益指标", f"20{unit}", f"20{unit}").unsure
    assert not settle(name, "效益指标", "社会效益指标", f"≤20{unit}", f"10{unit}").unsure


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("违法行为责停率", DEALING), ("违法案件查办率", DEALING), ("食品安全投诉举报处置率", DEALING), ("勒索病毒导致系统中断", HARM),
        ("主要林业有害生物成灾率", HARM), ("辖区内与补助资金相关的重大食品安全监管责任事故发生数", HARM), ("相关投诉处理率", DEALING),
        ("业务处理投诉率", HARM), ("投诉处理差错率", HARM), ("2020安全事故起数", HARM), ("未成年人死亡数", HARM), ("无人机事故数", HARM),
        ("死亡人数控制数", HARM), ("财务核算无差错率", NO_HARM), ("安全无事故天数", NO_HARM), ("培训人次", NONE), ("投诉人满意度", NONE),
    ],
)  # fmt: skip
def test_names_as_units_write_them(name: str, counts: str) -> None:
    assert counted(name) == counts


def test_no_accident_at_all_is_a_limit() -> None:
    settled = settle("无重大安全事故发生数", "效益指标", "社会效益指标", "0起", "1起")
    assert settled.scored_by == "at_most"


@pytest.mark.parametrize(
    ("name", "unit", "cost"),
    [
        ("培训费用", "元", True), ("监测成本", "元", True), ("项目支出控制数", "", True), ("成本核算培训人次", "人次", False), ("成本核算培训人次", "", False),
        ("节约费用", "元", False), ("成本降低额", "元", False), ("事故处理费用", "元", True), ("培训人次", "人次", False),
    ],
)  # fmt: skip
def test_costs(name: str, unit: str, cost: bool) -> None:
    assert is_cost(name, unit) is cost


def test_a_cost_of_dealing_with_harm_is_a_cost() -> None:
    assert settle("事故处理费用", "产出指标", "数量指标", "10万元", "12万元").scored_by == "at_most"


@pytest.mark.parametrize("name", ["收取污水处理费用", "偿还工程费用", "护林员补助标准"])
def test_what_is_taken_in_or_passed_on_is_no_cost(name: str) -> None:
    assert is_taken_in(name)


@pytest.mark.parametrize("done", DONE)
def test_what_is_done_makes_a_good_rate(done: str) -> None:
    assert is_good_rate(f"{done}率")


@pytest.mark.parametrize("name", ["投诉率", "预算控制率", "贷款占比", "不合格率", "未完成率", "失业率"])
def test_other_rates_are_not_said_to_be_good(name: str) -> None:
    assert not is_good_rate(name)


def test_the_forms_formulas_are_sure_only_of_what_counts_a_harm() -> None:
    endings = ["", *f"{_RATE_OR_NUMBER} {_MEASURED}".split()]
    wrong = [
        name
        for harm, happened, measured in product(HARMS, ("", *_HAPPENED.split()), endings)
        if counted(name := harm + happened + measured) != HARM
    ]
    assert wrong == []


def test_the_forms_formulas_are_sure_only_of_rates_of_what_is_done() -> None:
    assert [name for verb in GOVERNING if counted(name := f"投诉{verb}率") != DEALING] == []


def test_a_long_name_is_read_at_once() -> None:
    assert counted("总数" * 20_000 + "事故" + "总数" * 20_000 + "!") == UNCLEAR


@pytest.mark.parametrize("name", ["失业率", "城镇登记失业率", "贫困发生率", "管网漏损率", "耕地撂荒率", "青少年犯罪率"])
def test_of_a_bad_rate_less_is_better(name: str) -> None:
    assert settle(name, "效益指标", "社会效益指标", "5%", "4%").scored_by == "at_most"


@pytest.mark.parametrize(
    "name", ["失业人员再就业人数", "服务失业人员数", "破损路面修复面积", "漏损率下降", "违约金收缴率"]
)
def test_of_what_only_speaks_of_a_bad_rate_more_is_better(name: str) -> None:
    assert settle(name, "效益指标", "社会效益指标", "50", "60").scored_by == "at_least"
