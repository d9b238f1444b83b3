"""The official form (项目支出绩效自评表) as a sheet: the same blocks, words and order as the table it mirrors.

A `Filing` is what a unit fills in; `form_sheet` lays it out. Where things stand is said once, here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from perf_xl.rules import Rulebook
from perf_xl.sheets import Area, Paper, Print, Sheet

NOTES = (
    "注:1.其他资金包括中央补助、各级财政资金共同投入到同一项目的自有资金、社会资金等。",
    "2.绩效自评采取打分评价形式,满分为100分,各部门可根据指标的重要程度自主确定各项三级指标的权重分值,各项指标得分加总得出该项目绩效自评的总分"
    "(中央和省委巡视、各级审计和财政监督中发现问题的酌情扣分),各项指标得分最高不能超过该指标分值上限,原则上一级指标分值统一设置为:产出指标50分、"
    "效益指标30分、满意度指标10分、预算资金执行率10分。如有特殊情况,除预算资金执行率外,其他指标权重可作适当调整,但总分应为100分。",
    "3.本表资金使用单位按具体项目填报,主管部门按二级项目汇总绩效目标,对于定量指标,绝对值直接累加计算,相对值按照资金额度加权平均计算;定性指标根据指标"
    "完成情况分为:全部或基本达成预期指标、部分达成预期指标并具有一定效果、未达成预期指标且效果较差三档,分别按照100%-80%(含)、80%-60%(含)、60%-0%"
    "合理填写完成比例。",
)
"""表注1至3: the rules, as printed under the form."""

WIDTHS = (11.0, 13.0, 22.0, 15.0, 15.0, 10.0, 10.0, 20.0)
FUNDS_HEAD = ("年初预算数(万元)", "全年预算数(万元)", "全年执行数(万元)", "执行率(%)", "分值", "得分")
INDICATOR_HEAD = (
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值(权重)",
    "指标得分",
    "偏差原因分析及改进措施",
)


@dataclass(frozen=True, slots=True)
class FiledFunds:
    """项目资金的一行. Amounts in 万元; `rate` is a share, as printed."""

    label: str
    initial_budget: Decimal | None = None
    budget: Decimal | None = None
    executed: Decimal | None = None
    rate: Decimal | None = None
    weight: Decimal | None = None
    score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FiledIndicator:
    """绩效指标的一行, as the unit writes it."""

    level1: str
    level2: str
    level3: str | None = None
    target: str | None = None
    actual: str | None = None
    weight: Decimal | None = None
    score: Decimal | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """一张自评表, filled in or still blank."""

    title: str
    project: str | None
    department: str | None
    unit: str | None
    funds: tuple[FiledFunds, ...]
    expected: str | None
    actual: str | None
    indicators: tuple[FiledIndicator, ...]
    total: Decimal | None
    remark: str | None


SECOND_LEVELS = {
    "产出指标": ("数量指标", "质量指标", "时效指标", "成本指标"),
    "效益指标": ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"),
    "满意度指标": ("服务对象满意度指标",),
    "成本指标": ("经济成本指标", "社会成本指标", "生态环境成本指标"),
}
"""一级指标 → its second levels, in official order."""

FUNDS_ROWS = ("年度资金总额", "其中:当年财政拨款", "上年结转资金", "其他资金")


def blank(rulebook: Rulebook, rows: int = 2, project: str | None = None) -> Filing:
    """Return a blank form (空白自评表) with `rows` rows for every second level of the rulebook's first levels.

    Only what the rulebook fixes is filled in: the weight of the execution rate.
    """
    first, *parts = FUNDS_ROWS
    funds = (FiledFunds(first, weight=rulebook.execution_weight), *(FiledFunds(label) for label in parts))
    indicators = tuple(
        FiledIndicator(level1, level2)
        for level1 in rulebook.level_weights
        for level2 in SECOND_LEVELS.get(level1, (level1,))
        for _ in range(rows)
    )
    return Filing("____年度项目支出绩效自评表", project, None, None, funds, None, None, indicators, None, None)


def form_sheet(filing: Filing, name: str = "自评表") -> Sheet:
    """Lay a filing out as the official form (自评表), ready for A4."""
    paper = Paper()
    paper.line(("AH", filing.title, "title"))
    paper.line(("AB", "项目名称", "label"), ("CH", filing.project, "text"))
    paper.line(
        ("AB", "主管部门", "label"), ("CE", filing.department, "text"),
        ("F", "实施单位", "label"), ("GH", filing.unit, "text"),
    )  # fmt: skip
    paper.line(("AB", "项目资金\n(万元)", "label"), *zip("CDEFGH", FUNDS_HEAD, ["label"] * 6, strict=True))
    for row in filing.funds:
        paper.line(
            ("AB", row.label, "word"), ("C", row.initial_budget, "amount"), ("D", row.budget, "amount"),
            ("E", row.executed, "amount"), ("F", row.rate, "share"), ("G", row.weight, "mark"), ("H", row.score, "mark"),
        )  # fmt: skip
    goals = paper.line(("A", "年度\n总体\n目标", "label"), ("BE", "预期目标", "label"), ("FH", "实际完成情况", "label"))
    paper.line(("A", None, "label"), ("BE", filing.expected, "text"), ("FH", filing.actual, "text"))
    paper.stack(goals, "A")
    head = paper.line(*zip("ABCDEFGH", INDICATOR_HEAD, ["label"] * 8, strict=True))
    _indicators(paper, filing.indicators)
    paper.line(("AF", "总分", "label"), ("G", filing.total, "mark"), ("H", None, "text"))
    paper.line(("A", "说明", "label"), ("BH", filing.remark, "text"))
    for note in NOTES:
        paper.line(("AH", note, "note"))
    printing = Print(repeat=(head, head), area=Area(0, 0, len(paper.rows) - 1, 7))
    return Sheet(name, paper.rows, WIDTHS, paper.merged, gridlines=False, lowest=24, printing=printing)


def _indicators(paper: Paper, indicators: Sequence[FiledIndicator]) -> None:
    """The rows of the indicators, under merged first and second levels."""
    for _, of_level1 in groupby(indicators, key=lambda one: one.level1):
        first = len(paper.rows)
        for _, of_level2 in groupby(of_level1, key=lambda one: one.level2):
            second = len(paper.rows)
            for one in of_level2:
                paper.line(
                    ("A", one.level1, "word"), ("B", one.level2, "word"), ("C", one.level3, "text"),
                    ("D", one.target, "word"), ("E", one.actual, "word"), ("F", one.weight, "mark"),
                    ("G", one.score, "mark"), ("H", one.reason, "text"),
                )  # fmt: skip
            paper.stack(second, "B")
        paper.stack(first, "A")
