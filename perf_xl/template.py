"""The official form (项目支出绩效自评表) as a sheet: the same blocks, words and order as the table it mirrors.

A `Filing` is what a unit fills in; `form_sheet` lays it out. Where things stand is said once, here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from perf_xl.sheets import Area, Cell, Print, Sheet

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
INDICATOR_HEAD = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值(权重)", "指标得分", "偏差原因分析及改进措施")


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
    level3: str
    target: str
    actual: str
    weight: Decimal
    score: Decimal | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """一张填好的自评表."""

    title: str
    project: str
    department: str
    unit: str
    funds: tuple[FiledFunds, ...]
    expected: str
    actual: str
    indicators: tuple[FiledIndicator, ...]
    total: Decimal | None
    remark: str


def form_sheet(filing: Filing, name: str = "自评表") -> Sheet:
    """Lay a filing out as the official form (自评表), ready for A4."""
    page = _Page()
    page.line((filing.title, 8, "title"))
    page.line(("项目名称", 2, "label"), (filing.project, 6, "text"))
    page.line(("主管部门", 2, "label"), (filing.department, 3, "text"), ("实施单位", 1, "label"), (filing.unit, 2, "text"))
    page.line(("项目资金\n(万元)", 2, "label"), *((head, 1, "label") for head in FUNDS_HEAD))
    for row in filing.funds:
        amounts = [(row.initial_budget, 1, "amount"), (row.budget, 1, "amount"), (row.executed, 1, "amount")]
        points = [(row.rate, 1, "share"), (row.weight, 1, "mark"), (row.score, 1, "mark")]
        page.line((row.label, 2, "word"), *amounts, *points)
    top = page.line(("年度\n总体\n目标", 1, "label"), ("预期目标", 4, "label"), ("实际完成情况", 3, "label"))
    page.line((None, 1, "label"), (filing.expected, 4, "text"), (filing.actual, 3, "text"))
    page.merged.append(Area(top, 0, top + 1, 0))
    head = page.line(*((word, 1, "label") for word in INDICATOR_HEAD))
    _indicators(page, filing.indicators)
    page.line(("总分", 6, "label"), (filing.total, 1, "mark"), (None, 1, "text"))
    page.line(("说明", 1, "label"), (filing.remark, 7, "text"))
    for note in NOTES:
        page.line((note, 8, "note"))
    area = Area(0, 0, len(page.rows) - 1, 7)
    printing = Print(repeat=(head, head), area=area)
    return Sheet(name, page.rows, WIDTHS, page.merged, gridlines=False, printing=printing)


def _indicators(page: _Page, indicators: Sequence[FiledIndicator]) -> None:
    """The rows of the indicators, with merged parents."""
    first = len(page.rows)
    for one in indicators:
        page.line(
            (one.level1, 1, "word"), (one.level2, 1, "word"), (one.level3, 1, "text"), (one.target, 1, "word"),
            (one.actual, 1, "word"), (one.weight, 1, "mark"), (one.score, 1, "mark"), (one.reason, 1, "text"),
        )  # fmt: skip
    levels1 = [one.level1 for one in indicators]
    levels2 = [f"{one.level1}/{one.level2}" for one in indicators]
    for column, keys in ((0, levels1), (1, levels2)):
        for start, length in runs(keys):
            if length > 1:
                page.merged.append(Area(first + start, column, first + start + length - 1, column))
                for row in range(first + start + 1, first + start + length):
                    page.rows[row][column] = Cell(None, "word")


def runs(keys: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return where equal neighbours begin and how many they are.

    >>> list(runs("aab"))
    [(0, 2), (2, 1)]
    """
    start = 0
    for _, group in groupby(keys):
        length = len(list(group))
        yield start, length
        start += length


class _Page:
    """Rows being laid out: pieces are (value, columns it is merged over, style)."""

    def __init__(self) -> None:
        self.rows: list[list[Cell | None]] = []
        self.merged: list[Area] = []

    def line(self, *pieces: tuple[str | Decimal | None, int, str]) -> int:
        """Add a row; return its number."""
        row = len(self.rows)
        cells: list[Cell | None] = []
        for value, span, style in pieces:
            if span > 1:
                self.merged.append(Area(row, len(cells), row, len(cells) + span - 1))
            cells += [Cell(value, style), *(Cell(None, style) for _ in range(span - 1))]
        self.rows.append(cells)
        return row
