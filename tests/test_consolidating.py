"""What may be added, what is averaged, what belongs together, and what is said where that is not certain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support_forms import form, funds_row, indicator

import perf_xl
from perf_xl.consolidating import ConsolidatedIndicator, fold_project
from perf_xl.findings import DOUBT
from perf_xl.model import BLANK, Form, Written
from perf_xl.scoring import fold_unit_name

QUALITY, TIMELY, QUANTITY = "质量指标", "时效指标", "数量指标"


def filed(
    number: int, target: str, actual: str, budget: str = "10", name: str = "指标甲", level2: str = QUANTITY
) -> Form:
    """The form of one of several units, with one row."""
    row = indicator(target, actual, "90", "90", name=name, level2=level2)
    unit = Written(f"{'甲乙丙丁'[number]}镇人民政府", None, "G3")
    return form(row, budget=budget, executed=budget, file=f"{number}.xlsx", implementing_unit=unit)


def together(
    name: str, *pairs: tuple[str, str], level2: str = QUANTITY
) -> tuple[ConsolidatedIndicator | None, list[str]]:
    """Consolidate one row of several units, of which the next always has three times the budget of the one before."""
    forms = [filed(at, *pair, str(3**at), name, level2) for at, pair in enumerate(pairs)]
    result = perf_xl.consolidate(forms)
    (made,) = result.forms
    codes = sorted({found.code for found in result.findings if found.code.startswith("C")})
    return next(iter(made.indicators), None), codes


@pytest.mark.parametrize(
    ("name", "level2", "one", "other", "target", "unit"),
    [
        ("设备使用年限", QUALITY, ("≥10年", "10年"), ("≥6年", "6年"), "7", "年"),
        ("保修", QUALITY, ("≥2年", "2年"), ("≥4年", "4年"), "3.5", "年"),
        ("办结", TIMELY, ("≤5个工作日", "5个工作日"), ("≤9个工作日", "9个工作日"), "8", "工作日"),
        ("页面打开", QUALITY, ("≤3秒", "2秒"), ("≤3秒", "2秒"), "3", "秒"),
        ("年度考核得分", QUALITY, ("≥90分", "92分"), ("≥80分", "81分"), "82.5", "分"),
        ("区域噪声", QUALITY, ("≤60分贝", "55分贝"), ("≤50分贝", "50分贝"), "52.5", "分贝"),
        ("采购均价", QUALITY, ("≤400元", "400元"), ("≤800元", "800元"), "700", "元"),
        ("每村补助额度", QUANTITY, ("4万元", "4万元"), ("8万元", "8万元"), "70000", "元"),
    ],
)
def test_what_adding_up_would_make_nonsense_of_is_averaged(
    name: str, level2: str, one: tuple[str, str], other: tuple[str, str], target: str, unit: str
) -> None:
    row, codes = together(name, one, other, level2=level2)
    assert row is not None
    assert (row.aggregation, str(float(row.target or 0)).removesuffix(".0"), row.unit) == ("weighted", target, unit)
    assert codes == []


@pytest.mark.parametrize(
    "pair", [("≥2000小时", "2100小时"), ("≥20课时", "20课时"), ("≥8场", "8场"), ("≥300公里", "300公里")]
)
def test_what_can_be_added_is_added(pair: tuple[str, str]) -> None:
    row, codes = together("服务时长", pair, pair)
    assert row is not None
    assert (row.aggregation, codes) == ("sum", [])


def test_full_completion_stated_in_percent_leaves_a_count_a_count() -> None:
    row, codes = together("建设数量", ("37个", "100%"), ("20个", "20个"))
    assert row is not None
    assert (row.aggregation, row.target, row.actual, codes) == ("sum", 57, 57, [])


@pytest.mark.parametrize(
    ("pairs", "codes"),
    [
        ([("0.95", "0.95"), ("95%", "90%")], ["C03", "C10"]),
        ([("0.95", "0.95"), ("95", "90")], ["C03", "C10"]),
        ([("95", "90"), ("95%", "90%")], []),
        ([("0.95", "0.95"), ("0.9", "0.8")], []),
        ([("0", "0"), ("2%", "1%")], []),
    ],
)
def test_a_share_in_two_notations_is_not_averaged(pairs: list[tuple[str, str]], codes: list[str]) -> None:
    assert together("办结率", *pairs)[1] == codes


@pytest.mark.parametrize(
    "code", ["", "219001-", "219001", "[219001]", "（219001）", "219001—", "219001_", "219001 ", "219-001-"]
)
def test_a_unit_is_known_whatever_code_stands_before_it(code: str) -> None:
    one = replace(filed(0, "≥3次", "3次"), implementing_unit=Written(f"{code}城东镇人民政府", None, "G3"))
    result = perf_xl.consolidate([one], roster=["城东镇人民政府"])
    assert [found for found in result.findings if found.code == "C05"] == []


@pytest.mark.parametrize("name", ["12345热线中心", "119指挥中心", "219001", "三-甲"])
def test_what_is_no_code_stays_with_the_unit(name: str) -> None:
    assert fold_unit_name(name) == name


@pytest.mark.parametrize("code", ["51000021R000000019951", "51092322T000000431595", "530000231100001234567"])
@pytest.mark.parametrize("between", ["-", "—", "_", "", " "])
def test_a_project_is_known_whatever_code_stands_before_it(code: str, between: str) -> None:
    assert fold_project(f"{code}{between}农村公路(养护)") == fold_project(f"[{code}]农村公路（养护）") == "农村公路养护"


@pytest.mark.parametrize("name", ["12345热线运维", "2023年春节慰问", "202305期培训", "51000021R000000019951"])
def test_what_is_no_code_stays_with_the_project(name: str) -> None:
    assert fold_project(name) == name


@pytest.mark.parametrize(("as_one", "forms", "said"), [(None, 2, "单独成表"), ("全镇", 1, "按该年度计入汇总")])
def test_a_table_without_a_year_is_named(as_one: str | None, forms: int, said: str) -> None:
    without: Any = replace(filed(1, "≥3次", "3次"), year=None)
    result = perf_xl.consolidate([filed(0, "≥3次", "3次"), without], as_one=as_one)
    assert len(result.forms) == forms
    (found,) = [found for found in result.findings if found.code == "C06"]
    assert (found.severity, found.file, said in found.message) == (DOUBT, "1.xlsx", True)


def test_tables_without_any_unit_are_not_said_to_be_of_one() -> None:
    nobody = {"implementing_unit": BLANK, "competent_department": BLANK}
    forms = [replace(filed(at, "≥3次", f"{3 + at}次"), **nobody) for at in (0, 1)]
    (found,) = [found for found in perf_xl.consolidate(forms).findings if found.code == "C02"]
    assert "没有写明单位" in found.message
    assert "同一单位" not in found.message


@pytest.mark.parametrize("units", [("场", "场次"), ("批次", "批"), ("趟", "趟次")])
def test_events_are_counted_alike_with_and_without_the_word_for_once(units: tuple[str, str]) -> None:
    one, other = units
    row, codes = together("开展数量", (f"≥4{one}", f"5{other}"), (f"≥6{other}", f"6{one}"))
    assert row is not None
    assert (row.target, row.actual, row.unit, codes) == (10, 11, min(units), [])


@pytest.mark.parametrize("units", [("人", "人次"), ("户", "户次"), ("件", "件次"), ("班", "班次"), ("场", "批次")])
def test_who_or_what_came_is_not_how_often(units: tuple[str, str]) -> None:
    assert "C03" in together("服务数量", *((f"≥4{unit}", f"4{unit}") for unit in units))[1]


def test_a_form_whose_funds_have_no_total_is_said_to_lack_it() -> None:
    """Its sources are added, but nothing of it is in the total: that is neither blank nor a rate that is too low."""
    whole, by_source = filed(0, "≥10场", "12场", "100"), filed(1, "≥5场次", "5场次")
    sources = (
        funds_row("当年财政拨款", "appropriation", budget="30", executed="20", row=5),
        funds_row("其他资金", "other", budget="10", executed="10", row=6),
    )
    result = perf_xl.consolidate([whole, replace(by_source, funds=sources)])
    (made,) = result.forms
    assert [(row.kind, row.budget, row.executed) for row in made.funds] == [
        ("total", 100, 100),
        ("appropriation", 30, 20),
        ("other", 10, 10),
    ]
    said = {found.code: found.message for found in result.findings if found.code in ("C07", "C09")}
    assert list(said) == ["C07"]
    assert "没有年度资金总额一行" in said["C07"]
