"""Every check has a case that raises it and a near miss that does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from support import WORKBOOKS, check_json
from support_forms import form, funds_row, indicator

from perf_xl import auditing, rules
from perf_xl.auditing import CHECKS, audit
from perf_xl.findings import CATALOGUE, SEVERITIES
from perf_xl.model import Heading, Written
from perf_xl.scoring import score

HALVES = [
    indicator(row=12, weight="50"),
    indicator(row=13, weight="30", level1="效益指标", name="乙"),
    indicator(row=14, weight="10", level1="满意度指标", name="丙"),
]


def project_of(name: str) -> dict[str, Any]:
    """A form's project, named for a year, as the reader tells it."""
    project = Written(name, None, "C2")
    return {"project": project, "years": (project,)}


CARRIED_OVER = (funds_row("上年结转资金", "carryover", budget="78", executed="51.91", row=6),)
ASKED_TO_REMARK = "请在此处简要说明审计中发现的问题及其金额,如没有请填无。"

CASES: list[tuple[str, str, str, Callable[[], Any]]] = [
    ("W01", "G30", "7+90=97", lambda: form(*HALVES, weight="7", total="97")),
    ("W02", "G5", "the execution weight may not be adjusted", lambda: form(*HALVES, weight="7")),
    ("F01", "F5", "a rate that is another", lambda: form(rate="76%")),
    ("F01", "F5", "a fraction that is another", lambda: form(rate="0.76")),
    ("F02", "D5, D6", "the total is not its parts", lambda: form(parts=(funds_row("其中:当年财政拨款", "appropriation", budget="70", row=6),))),
    ("F02", "D5, D6", "the parts of a total are 0", lambda: form(label="年度财政资金总额", parts=(funds_row("其中:当年财政拨款", "appropriation", budget="0", row=6),))),
    ("F02", "E5, E6", "the total is blank", lambda: form(executed=None, parts=(funds_row("其中:当年财政拨款", "appropriation", executed="70", row=6),))),
    ("F04", "D5", "executed without budget", lambda: form(budget="0", executed="12.5")),
    ("S01", "H5", "full marks at 66%", lambda: form(filed="10")),
    ("S03", "G12, F12", "above the weight", lambda: form(indicator(filed="12"))),
    ("S03", "H5, G5", "execution above its weight", lambda: form(filed="11")),
    ("S04", "G30", "a total that follows from nothing", lambda: form(indicator(filed="10"), filed="6.66", total="98")),
    ("S04", "G30", "more than what is missing could have earned", lambda: form(indicator(weight="90", filed="80"), weight=None, filed=None, total="98")),
    ("D01", "H12", "points lost, no reason", lambda: form(indicator(filed="9"))),
    ("I03", "E12, D12", "the bound repeated", lambda: form(indicator("≥95%", "≥95%"))),
    ("I04", "E12, D12", "words for a number", lambda: form(indicator("不低于95%", "达成预期指标"))),
    ("I06", "E12, D12", "a scale assumed", lambda: form(indicator("10万", "5"))),
    ("W03", "A1", "60/20/10", lambda: form(indicator(row=12, weight="60"), indicator(row=13, weight="20", level1="效益指标", name="乙"), indicator(row=14, weight="10", level1="满意度指标", name="丙"))),
    ("W04", "A12", "50 printed, 45 below", lambda: form(indicator(weight="45"), headings=(Heading(1, "产出指标", None, Decimal(50), "A12"),))),
    ("W05", "F12", "a target, no weight", lambda: form(indicator(weight=None))),
    ("F03", "E5, D5", "overspent", lambda: form(executed="80")),
    ("F05", "F5", "only cut off", lambda: form(rate="66%")),
    ("F06", "H6, H5", "on the total and on a part", lambda: form(filed="6.66", parts=(funds_row("其中:当年财政拨款", "appropriation", budget="78", executed="51.91", score="6.66", row=6),))),
    ("F07", "G5, H5", "100 as weight", lambda: form(weight="100", filed="94.5", total="94.5")),
    ("F08", "E12, E5", "98% beside 66.55%", lambda: form(indicator("≥95%", "98%", name="预算执行率"))),
    ("S02", "H5", "rounded to one decimal", lambda: form(filed="6.7")),
    ("S05", "G12", "full marks at 80%", lambda: form(indicator("≥100人", "80人", filed="10"))),
    ("S06", "G12", "9 for 8", lambda: form(indicator("≥100人", "80人", filed="9", reason="人员变动"))),
    ("S07", "G12", "5.7 cut to 5", lambda: form(indicator("100%", "95%", weight="6", filed="5"))),
    ("S08", "G12", "met, points lost, no reason", lambda: form(indicator("100%", "100%", filed="9"))),
    ("S09", "G12, E12", "full marks for a part", lambda: form(indicator("有效改善", "部分达成预期指标并具有一定效果", filed="10"))),
    ("S10", "G12, E12", "a score for nothing", lambda: form(indicator(actual=None, filed="10"))),
    ("S11", "G12", "no score", lambda: form(indicator(), indicator(row=13, name="乙", filed="10"), filed="6.66")),
    ("S12", "G12", "a word as score", lambda: form(indicator(filed="优"))),
    ("S12", "G12", "negative", lambda: form(indicator(filed="-2"))),
    ("D02", "H12", "147%", lambda: form(indicator("≥59人次", "87人次", filed="10"))),
    ("D03", "E5", "67% and nothing said", lambda: form(indicator())),
    ("D03", "E5", "67% and only the prompt", lambda: form(indicator(), remark=Written(ASKED_TO_REMARK, None, "B31"))),
    ("D04", "H12", "无 is no reason", lambda: form(indicator(filed="9", reason="无"))),
    ("D04", "H12", "暂无 is none either", lambda: form(indicator(filed="9", reason="暂无。"))),
    ("D04", "H12", "nor N/A", lambda: form(indicator(filed="9", reason="N/A"))),
    ("D04", "H12", "nor 无偏差", lambda: form(indicator(filed="9", reason="没有偏差,无改进措施"))),
    ("D04", "H13", "同上 below nothing", lambda: form(indicator(filed="10"), indicator(row=13, name="乙", filed="9", reason="同上"))),
    ("D02", "H12", "147%, and 暂无", lambda: form(indicator("≥59人次", "87人次", filed="10", reason="暂无"))),
    ("I01", "D12", "no target", lambda: form(indicator(target=None))),
    ("I02", "E12", "no actual", lambda: form(indicator(actual=None))),
    ("I02", "E12, E13", "nothing is filled in: one finding", lambda: form(indicator(actual=None), indicator(actual=None, row=13, name="乙"))),
    ("I05", "D12", "accidents at least", lambda: form(indicator("≥2起", "2起", name="安全事故起数"))),
    ("I05", "D12", "satisfaction at most", lambda: form(indicator("≤95%", "95%", name="群众满意度", level1="满意度指标", level2="满意度指标"))),
    ("I05", "D12", "a cost of training at least", lambda: form(indicator("≥10万元", "9万元", name="培训费用"))),
    ("I05", "D12", "a cost of watching at least", lambda: form(indicator("≥10万元", "9万元", name="隐患监测成本"))),
    ("I05", "D12", "equipment in order at most", lambda: form(indicator("≤95%", "95%", name="设备完好率", level2="质量指标"))),
    ("I05", "D12", "waste made harmless at most", lambda: form(indicator("≤95%", "95%", name="生活垃圾无害化处理率", level2="质量指标"))),
    ("I05", "D12", "freedom from errors at most", lambda: form(indicator("≤95%", "95%", name="无差错率", level2="质量指标"))),
    ("I07", "C12", "an amount without its unit", lambda: form(indicator("72890", "72890", name="偿还历史欠款总额"))),
    ("I07", "C12", "money as a number", lambda: form(indicator("72890元", "72890元", name="执法补助经费"))),
    ("I07", "D12", "no figure under 成本", lambda: form(indicator("是", "是", name="是否严格管理", level2="成本指标"))),
    ("I08", "C12", "the hint is left", lambda: form(indicator("≥59人", "87人", name="救助人数(≥**人)"))),
    ("I08", "C13", "an empty prompt", lambda: form(indicator(), indicator(None, None, weight=None, row=13, name="指标2:", scored=False))),
    *(
        ("I08", "C13", f"a row of {name}", lambda name=name: form(indicator(), indicator(None, None, weight=None, row=13, name=name, scored=False)))
        for name in ("指标3:……", "指标n", "指标N:", "×××", "请填写", "指标1:请填写指标名称", "指标二")
    ),
    ("I08", "C13", "a row of prompts in all its cells", lambda: form(indicator(), indicator("××", "请填写", weight=None, row=13, name="×××", scored=False))),
    ("I08", "D12", "a prompt as target", lambda: form(indicator("≥××%", "95%"))),
    ("I09", "C13, C12", "the same name", lambda: form(indicator(), indicator(row=13, name="指标2:培训人次"))),
    ("I10", "C12", "维修维修", lambda: form(indicator(name="完成维修维修次数"))),
    ("I11", "D12", "satisfaction in words", lambda: form(indicator("基本满意", "满意", name="职工满意度", level1="满意度指标", level2="满意度指标"))),
    ("I12", "A2, A1", "full width", lambda: form(indicator(), years=(Written("（２０２２年度）", None, "A2"),))),
    ("I12", "C2, A1", "a project of next year", lambda: form(indicator(), **project_of("2024年结转道路维修"))),
    ("I12", "C2, A1", "last year's form filled in again", lambda: form(indicator(), **project_of("2022年道路维修"))),
    ("I12", "A1", "two years in the title", lambda: form(indicator(), parts=CARRIED_OVER, title=Written("2022年度项目支出绩效自评表(2023年度)", None, "A1"))),
    ("I12", "D12", "a deadline before the year", lambda: form(indicator("2022年12月底前", "2022年11月", name="完成时间", level2="时效指标"))),
    ("I12", "A2, A1", "2022 under 2023", lambda: form(indicator(), years=(Written("(2022年度)", None, "A2"),))),
]  # fmt: skip

NEAR_MISSES: list[tuple[str, str, Callable[[], Any]]] = [
    ("F02", "a total that cannot be read", lambda: form(budget="约90万", parts=(funds_row("其中:当年财政拨款", "appropriation", budget="70", row=6),))),
    ("F04", "a budget that cannot be read", lambda: form(budget="约90万")),
    ("I05", "changes that are to be few", lambda: form(indicator("≤10次", "1次", name="科目调整次数"))),
    ("W01", "10+90=100", lambda: form(*HALVES)),
    ("W01", "a weight that cannot be read", lambda: form(*HALVES, indicator(weight=None, filed="3", row=15))),
    ("W02", "10", lambda: form(*HALVES)),
    ("F01", "67% for 66.55%", lambda: form(rate="67%")),
    ("F01", "66.55%", lambda: form(rate="66.55%")),
    ("F01", "a fraction", lambda: form(rate="0.6655")),
    ("F01", "a percent without its sign", lambda: form(rate="66.55")),
    ("F01", "only cut off", lambda: form(rate="66%")),
    ("F01", "no budget", lambda: form(budget="0", executed="0", rate="0")),
    ("F02", "a source that stands for the total, the others 0", lambda: form(label="财政资金", parts=(funds_row("自筹资金", "other", budget="0", executed="0", row=6),))),
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
    ("F02", "a part is split in its turn", lambda: form(parts=tuple(funds_row(label, kind, budget=amount, executed=None, row=row) for label, kind, amount, row in (
        ("其中:财政拨款", "appropriation", "78", 6), ("其中:中央补助", "appropriation", "50", 7), ("省级资金", "appropriation", "28", 8))))),
    ("D01", "the reason is merged over two rows", lambda: form(indicator(filed="9", reason="人员变动"), replace(indicator(row=13, name="乙", filed="9"), reason=Written(None, None, "H12")))),
    ("S04", "the total stands on the funds row, too (F07)", lambda: form(indicator(filed="10"), weight="100", filed="94.5", total="94.5")),
    ("I08", "what is said behind the prompt counts", lambda: form(indicator(), remark=Written(f"{ASKED_TO_REMARK}两个标段未结算。", None, "B31"))),
    ("D03", "what is said behind the prompt counts", lambda: form(indicator(), remark=Written(f"{ASKED_TO_REMARK}两个标段未结算。", None, "B31"))),
    ("I12", "a deadline of a project that was carried over", lambda: form(indicator("2022年12月底前", "2022年11月", name="完成时间"), **project_of("道路维修尾款"))),
    *((code, "a third of the weight, left unrounded", lambda: form(
        *(indicator(filed="3.33", weight="3.33333333333333", row=row) for row in (12, 13, 14)),
        indicator(filed="80", weight="80", row=15, level1="效益指标", level2="社会效益指标", name="乙"),
        headings=(Heading(1, "产出指标", None, Decimal(10), "A12"),))) for code in ("W01", "W04", "D01", "S08")),
    ("S03", "a third, left unrounded", lambda: form(indicator(filed="3.33333333333333", weight="3.33"))),
    ("S01", "a quotient left unrounded", lambda: form(filed="6.65512820512821")),
    ("S02", "a quotient left unrounded", lambda: form(filed="6.65512820512821")),
    ("S06", "a quotient left unrounded", lambda: form(indicator("≥7人", "6人", weight="15", filed="12.8571428571429", reason="人员变动"))),
    ("S04", "quotients left unrounded", lambda: form(indicator(filed="12.8571428571429"), filed="6.65512820512821", total="19.5122710622711")),
    ("S04", "a sum of quotients, printed", lambda: form(indicator(filed="12.8571428571429"), filed="6.65512820512821", total="19.51")),
    ("S04", "a sum of what is printed", lambda: form(*(indicator(filed="3.33333333333333", row=row) for row in (12, 13, 14)), filed="6.66", total="16.65")),
    ("F01", "a quotient left unrounded", lambda: form(rate="0.665512820512821")),
    ("W03", "50/30/10", lambda: form(*HALVES)),
    ("W03", "the total is not 100 (W01)", lambda: form(indicator(weight="60"))),
    ("W04", "50 and 50", lambda: form(indicator(weight="50"), headings=(Heading(1, "产出指标", None, Decimal(50), "A12"),))),
    ("W04", "weights that cannot be read", lambda: form(indicator(weight=None), headings=(Heading(1, "产出指标", None, Decimal(50), "A12"),))),
    ("W05", "the level has it", lambda: form(indicator(weight=None), headings=(Heading(1, "产出指标", None, Decimal(50), "A12"),))),
    ("W05", "no such column", lambda: form(indicator(weight=None), columns=frozenset({"target", "actual"}))),
    ("F03", "spent to the last", lambda: form(executed="78")),
    ("F05", "rounded", lambda: form(rate="67%")),
    ("F06", "0 on a part", lambda: form(filed="6.66", parts=(funds_row("其他资金", "other", score="0", row=6),))),
    ("F07", "its own weight", lambda: form(filed="6.66", total="94.5")),
    ("F08", "66.55%", lambda: form(indicator("≥95%", "66.55%", name="预算执行率"))),
    ("F08", "another rate", lambda: form(indicator("≥95%", "98%", name="验收合格率"))),
    ("S02", "two decimals", lambda: form(filed="6.66")),
    ("S05", "met", lambda: form(indicator("≥100人", "100人", filed="10"))),
    ("S05", "only rounded (S07)", lambda: form(indicator("≥4754人", "4604人", weight="5", filed="5"))),
    ("S06", "in proportion", lambda: form(indicator("≥100人", "80人", filed="8"))),
    ("S07", "in proportion", lambda: form(indicator("100%", "95%", weight="6", filed="5.7"))),
    ("S08", "a reason is given", lambda: form(indicator("100%", "100%", filed="9", reason="验收延期"))),
    ("S08", "a band may lose points", lambda: form(indicator("有效改善", "达成预期指标", filed="9"))),
    ("S09", "7 of 10", lambda: form(indicator("有效改善", "部分达成预期指标并具有一定效果", filed="7"))),
    ("S10", "nothing for nothing", lambda: form(indicator(actual=None, filed="0"))),
    ("S11", "0 is a score", lambda: form(indicator(filed="0"), filed="6.66")),
    ("S12", "a number", lambda: form(indicator(filed="8.5"))),
    ("D02", "129%", lambda: form(indicator("≥100人次", "129人次", filed="10"))),
    ("D02", "a reason is given", lambda: form(indicator("≥59人次", "87人次", reason="受灾户增加"))),
    ("D02", "at most", lambda: form(indicator("≤100万元", "150万元", name="总成本", level2="成本指标"))),
    ("D03", "90%", lambda: form(budget="100", executed="90")),
    ("D03", "the remark says why", lambda: form(remark=Written("两个项目结转下年", None, "B31"))),
    ("D03", "a reason says why", lambda: form(indicator(reason="资金下年支付"))),
    ("D04", "full score", lambda: form(indicator(filed="10", reason="无"))),
    ("D04", "同上 below a reason", lambda: form(indicator(filed="9", reason="雨季停工"), indicator(row=13, name="乙", filed="9", reason="同上"))),
    ("D04", "a reason that begins with 无", lambda: form(indicator(filed="9", reason="无合格供应商投标"))),
    ("D04", "a reason", lambda: form(indicator(filed="9", reason="雨季停工"))),
    ("I01", "a filler", lambda: form(indicator(target="/", name="指标1:/", weight=None, scored=False))),
    ("I02", "no such column", lambda: form(indicator(actual=None), columns=frozenset({"target"}))),
    ("I05", "accidents dealt with", lambda: form(indicator("≥2起", "2起", name="事故处理起数"))),
    ("I05", "a bad rate at most", lambda: form(indicator("≤1%", "1%", name="事故发生率"))),
    ("I05", "freedom from errors at least", lambda: form(indicator("≥99%", "99.5%", name="财务核算无差错率"))),
    ("I05", "those who complained, content", lambda: form(indicator("≥90%", "92%", name="投诉人满意度", level1="满意度指标", level2="满意度指标"))),
    ("I05", "fees taken in", lambda: form(indicator("≥10万元", "12万元", name="收取污水处理费用"))),
    ("I05", "a saving at most", lambda: form(indicator("≤15%", "12%", name="资金节约率"))),
    ("I07", "accounts of funds", lambda: form(indicator("12", "12", name="资金监管账户数"))),
    ("I07", "the injured, content", lambda: form(indicator("≥90%", "92%", name="事故伤员满意度", level1="满意度指标", level2="满意度指标"))),
    ("I07", "money under 成本", lambda: form(indicator("≤10万元", "9万元", name="维修费用", level2="成本指标"))),
    ("I08", "a prefix with a name behind it", lambda: form(indicator(name="指标1:培训人次"))),
    ("I09", "another second level", lambda: form(indicator(), indicator(row=13, level2="质量指标"))),
    ("I10", "once", lambda: form(indicator(name="完成维修次数"))),
    ("I11", "a rate", lambda: form(indicator("≥90%", "95%", name="职工满意度", level1="满意度指标", level2="满意度指标"))),
    ("I04", "the target is a prompt (I08)", lambda: form(indicator("XX", "95%"))),
    ("I11", "it does not apply", lambda: form(indicator("不涉及", "不涉及", name="群众满意度", weight="0", level1="满意度指标", level2="满意度指标"))),
    ("I12", "a project carried over", lambda: form(indicator(), **project_of("2021年结转道路维修"))),
    ("I12", "funds carried over", lambda: form(indicator(), parts=CARRIED_OVER, **project_of("2021年道路维修"))),
    ("I12", "the same year", lambda: form(indicator(), years=(Written("(2023年度)", None, "A2"),))),
]  # fmt: skip


def severity_of(one: Any, code: str) -> set[str]:
    return {finding.severity for finding in audit(score(one, rules.default())) if finding.code == code}


@pytest.mark.parametrize(
    ("code", "why", "build"),
    [
        ("W02", "20 is right elsewhere", lambda: form(*HALVES, weight="20")),
        ("S05", "money without ≤ may be a limit", lambda: form(indicator("800万元", "750万元", name="项目总投入", filed="10"))),
        ("S05", "a cost without ≤", lambda: form(indicator("80万元", "90万元", name="维修成本", level2="成本指标", filed="10"))),
        ("S05", "a name that leaves open which way is better", lambda: form(indicator("≥100%", "0", name="逾期发放率", filed="10"))),
    ("S04", "what is no row here may be scored too", lambda: form(indicator(weight="85", filed="80"), weight=None, filed=None, total="95")),
    ("I01", "the target of the execution rate is understood", lambda: form(indicator(target=None, actual="100%", name="预算执行率"))),
    ("I01", "the target may stand in the name", lambda: form(indicator(target=None, name="建设节点(8个)"))),
        ("I08", "a remark may only repeat what the form asks for", lambda: form(indicator(), remark=Written(ASKED_TO_REMARK, None, "B31"))),
    ],
)  # fmt: skip
def test_what_had_to_be_inferred_is_a_doubt(code: str, why: str, build: Callable[[], Any]) -> None:
    assert severity_of(build(), code) == {"疑点"}, why


@pytest.mark.parametrize("name", ["指标1:培训人次", "2.培训人次", "2023年培训人次"])
def test_a_number_that_counts_or_dates_an_indicator_is_no_target(name: str) -> None:
    assert severity_of(form(indicator(target=None, name=name)), "I01") == {"错误"}


@pytest.mark.parametrize(
    ("total", "severity"),
    [("17", {"提示"}), ("16.7", {"提示"}), ("16", {"提示"}), ("16.65", {"错误"}), ("16.66", set())],
)
def test_a_total_that_is_only_rounded_is_advice(total: str, severity: set[str]) -> None:
    assert severity_of(form(indicator(filed="10"), filed="6.66", total=total), "S04") == severity


def test_a_number_where_no_reason_is_needed_is_advice() -> None:
    assert severity_of(form(indicator(filed="10", reason="0")), "D04") == {"提示"}


def test_what_is_no_number_is_said_once() -> None:
    doubt = auditing.finding("X03", "得分“优”不是数字", file="甲.xlsx", sheet="自评表", cell="G12")
    elsewhere = replace(doubt, cell="F12")
    found = codes_at(form(indicator(filed="优"), doubts=(doubt, elsewhere)))
    assert {("S12", "G12"), ("X03", "F12")} <= found
    assert ("X03", "G12") not in found


def codes_at(one: Any) -> set[tuple[str, str]]:
    return {(finding.code, finding.cell) for finding in audit(score(one, rules.default()))}


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
        assert {
            ("D01", "H15"),
            ("D03", "F5"),
            ("I07", "C15"),
            ("I07", "D21"),
            ("I10", "C14"),
            ("I11", "D24"),
            ("I11", "D25"),
        } <= {(one[0], one[1]) for one in found}
        weights = next(one for one in document["findings"] if one["code"] == "W02")
        assert "94.16" in weights["message"]

    def test_what_is_right_is_not_reported(self) -> None:
        document = check_json(WORKBOOKS / "published" / "seed-000-A.xlsx")
        raised = {one["code"] for one in document["findings"]}
        assert raised == {"W01", "W02", "S01", "D01", "D03", "I06", "I07", "I10", "I11"}


def test_a_severity_is_never_raised() -> None:
    with pytest.raises(ValueError, match="never raised"):
        auditing.finding("I06", "x", severity="错误")


@pytest.mark.parametrize("text", ["(" * 150_000, "(a" * 75_000, "预算" * 75_000, "资金执行" * 40_000])
def test_what_is_said_over_and_over_takes_no_longer_than_another_text(text: str) -> None:
    """Where every bracket or word is looked at to the end of the text, it takes minutes."""
    one = form(
        indicator(name=text, level1=text, level2=text, target=text, actual=text, reason=text),
        indicator("100%", "100%", name=text, row=13),
    )
    start = process_time()
    audit(score(one))
    assert process_time() - start < 10
