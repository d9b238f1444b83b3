"""What the workbook of a consolidation contains (汇总结果工作簿), made to be signed and filed.

One 汇总表 per consolidated form, which is the official form itself, filled; then 项目一览, 指标汇总明细, 来源, 资金来源,
问题 and 文件清单. Pure description: nothing is calculated here that the result does not already hold.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from itertools import count, groupby, islice, starmap
from math import ceil
from typing import Any, NamedTuple, TypeAlias, TypeVar

from perf_xl.consolidating import (
    BANDS,
    SUM,
    WEIGHTED,
    ConsolidatedForm,
    ConsolidatedIndicator,
    Consolidation,
    FileLine,
    FundsTotal,
    ProjectLine,
    Source,
)
from perf_xl.exact import cut, fold, plain, round_half_up
from perf_xl.findings import ADVICE, CATALOGUE, DOUBT, ERROR, SEVERITIES, STATES, Finding, count_by_severity
from perf_xl.grid import column_letters
from perf_xl.model import TOTAL
from perf_xl.rules import HUNDRED
from perf_xl.sheets import (
    MOST_LINES,
    MOST_LINKS,
    Area,
    Body,
    Book,
    Cell,
    Chart,
    Column,
    Line,
    Link,
    Paper,
    Print,
    Series,
    Sheet,
    pixels,
    sheet_name,
)  # fmt: skip
from perf_xl.template import INDICATOR_HEAD
from perf_xl.values import AT_LEAST, AT_MOST, BETWEEN, EQUAL, PERCENT

PROJECTS, WORKINGS, SOURCES, FUNDS, FINDINGS, FILES = "项目一览", "指标汇总明细", "来源", "资金来源", "问题", "文件清单"

OWN_PROPERTY = {"perf_xl": "consolidation"}
"""Custom property by which the product knows its own results again, and does not read them as forms."""

SEVERITY_STYLES = {ERROR: "error", DOUBT: "doubt", ADVICE: "advice"}
AGGREGATIONS = {SUM: "绝对值相加", WEIGHTED: "按资金加权平均", BANDS: "按三档"}
BAND_WORDS = ("全部或基本达成", "部分达成", "未达成且效果较差")

SAMPLE = 50
"""Rows of 来源 for each indicator, where all of them stand in a file of their own."""

SOME_TERMS = 6
"""So many terms of a sum are shown; the sheet of sources shows them all."""


def summary_book(result: Consolidation, *, link_to: Callable[[str], str], trace: str = "") -> Book:
    """Return the result workbook (汇总结果) of a consolidation.

    `link_to` gives, for the name of a source file, its path relative to the workbook; "" for no link. Where the
    contributions stand in a file of their own beside the workbook, `trace` is its name and 来源 holds a sample.
    """
    names: list[str] = []
    for number, form in enumerate(result.forms, 1):
        wish = "汇总表" if len(result.forms) == 1 else f"汇总表{number} {form.project}"
        names.append(sheet_name(wish, [*names, PROJECTS, WORKINGS, SOURCES, FUNDS, FINDINGS, FILES]))
    face = _Face(result, link_to, trace)
    forms = [_form_sheet(face, at, name) for at, name in enumerate(names)]
    lists = [_projects, _workings, _sources, _funds_sources, _findings, _files]
    title = result.forms[0].project if len(result.forms) == 1 else "项目支出绩效自评"
    return Book((*forms, *(sheet(face) for sheet in lists)), f"{title}汇总", OWN_PROPERTY)


# --- what all sheets share --------------------------------------------------------------------------------------------


class ControlTotals(NamedTuple):
    """文件核对: every file seen ended in exactly one state."""

    seen: int
    states: Mapping[str, int]

    def sentence(self) -> str:
        """见到 7 = 读取 5 + …, as it stands on every form."""
        parts = " + ".join(f"{STATES[state]} {count}" for state, count in self.states.items())
        return f"见到文件 {self.seen} 个 = {parts},相符"


def control_totals(result: Consolidation) -> ControlTotals:
    """Count the files by state; a file in no state is a mistake of ours and loud."""
    states = {state: result.count(state) for state in STATES}
    if sum(states.values()) != len(result.files):
        raise AssertionError(f"{len(result.files)} files seen, but {states}")
    return ControlTotals(len(result.files), states)


@dataclass
class _Face:
    """The result, and what every sheet asks of it."""

    result: Consolidation
    link_to: Callable[[str], str]
    trace: str = ""
    _paths: dict[str, str] = field(default_factory=dict)

    def path(self, file: str) -> str:
        """Where a file is from the workbook; "" where no link leads to it."""
        if file and file not in self._paths:
            self._paths[file] = self.link_to(file)
        return self._paths.get(file, "")

    def place(self, file: str, sheet: str, cell: str) -> Cell:
        """An address that opens the file there."""
        return _place(self.path(file), sheet, cell)

    def file(self, file: str, sheet: str = "", cell: str = "") -> Cell:
        path = self.path(file)
        return Cell(file or None, "link", Link(path, sheet, cell)) if path else Cell(file or None, "text")

    @property
    def forms(self) -> Iterator[tuple[ConsolidatedForm, str]]:
        """Every consolidated form, and the words by which the lists name it: the number of its sheet, and its project."""
        for number, form in enumerate(self.result.forms, 1):
            yield form, f"{number} {_short(form.project)}"

    @cached_property
    def totals(self) -> ControlTotals:
        return control_totals(self.result)

    @cached_property
    def severities(self) -> str:
        """错误 1、疑点 2、提示 0."""
        found = count_by_severity(self.result.findings)
        return "、".join(f"{severity} {found[severity]}" for severity in SEVERITIES)

    @cached_property
    def unsettled(self) -> str:
        """What concerns whole tables and units and was not settled: C02同一项目重复报送(内容不同)1项."""
        counts = Counter(one.code for one in self.result.findings if one.code in _OF_WHOLE_TABLES)
        return "、".join(f"{code}{CATALOGUE[code].title}{counts[code]}项" for code in _OF_WHOLE_TABLES if counts[code])


_OF_WHOLE_TABLES = ("C02", "C05", "C06", "C07", "C09")


def _place(path: str, sheet: str, cell: str) -> Cell:
    """An address that opens the file of this path there, or without one the address alone."""
    return Cell(cell, "place", Link(path, sheet, cell)) if path and cell else Cell(cell or None, "word")


def _share(value: Fraction | None) -> Decimal | None:
    """A share as a percent with two decimals, in a column of them."""
    return None if value is None else round_half_up(value, 4)


# --- values as people write them --------------------------------------------------------------------------------------

_LARGER = {
    "元": ((10**8, "亿元"), (10**4, "万元")),
    "米": ((1000, "公里"),),
    "公斤": ((1000, "吨"),),
    PERCENT: (),
}


def written_unit(values: Iterable[Fraction | None], unit: str | None) -> tuple[Fraction, str]:
    """Return the sensible unit (合适的单位): how many base units it is, and its name.

    万, 亿, 公里 … are taken where every value reaches one of them and has at most two decimals in it.

    >>> written_unit([Fraction(200000), Fraction(220000)], "张"), written_unit([Fraction(220001)], "张")
    ((Fraction(10000, 1), '万张'), (Fraction(1, 1), '张'))
    """
    if unit == PERCENT:
        return _HUNDREDTH, PERCENT
    if unit and ("/" in unit or unit.isascii()):
        return _ONE, unit
    known = [value.as_integer_ratio() for value in values if value]
    for size, name in _LARGER.get(unit or "", ((10**8, f"亿{unit or ''}"), (10**4, f"万{unit or ''}"))):
        if known and all(abs(top) >= size * bottom and not 100 * top % (size * bottom) for top, bottom in known):
            return Fraction(size), name
    return _ONE, unit or ""


_ONE, _HUNDREDTH = Fraction(1), Fraction(1, 100)


def digits(value: Fraction) -> str:
    """Print a number to two decimals, half up; a small one as far as it takes not to look like nothing.

    >>> digits(Fraction(2, 3)), digits(Fraction(123456)), digits(Fraction(1, 800))
    ('0.67', '123,456', '0.00125')
    """
    return _digits(value, _ONE)


def written(value: Fraction, unit: tuple[Fraction, str]) -> str:
    """Print a value in a unit.

    >>> written(Fraction(220000), (Fraction(10000), "万张")), written(Fraction(19, 20), (Fraction(1, 100), "%"))
    ('22万张', '95%')
    """
    return _digits(value, unit[0]) + unit[1]


def _digits(value: Fraction, size: Fraction) -> str:
    """Print value ÷ size, from integers alone."""
    top, bottom = value.numerator * size.denominator, value.denominator * size.numerator
    hundredths = (200 * abs(top) + bottom) // (2 * bottom)
    if not hundredths and top:
        return plain(cut(Fraction(top, bottom), 8))
    whole, rest = divmod(hundredths, 100)
    return (f"-{whole}" if top < 0 else f"{whole:,d}") + (f".{rest:02}".rstrip("0") if rest else "")


def target_words(row: ConsolidatedIndicator) -> str:
    """年度指标值 as it stands on the consolidated form."""
    if row.target is None:
        as_filed = {fold(source.target or "") for source in row.sources}
        return (row.sources[0].target or "") if len(as_filed) == 1 else "按三档汇总"
    unit = _unit_of(row)
    if row.direction == BETWEEN and row.target_high is not None:
        low = written(row.target, unit) if unit[1] == PERCENT else _digits(row.target, unit[0])
        return f"{low}～{written(row.target_high, unit)}"
    sign = {AT_LEAST: "≥", AT_MOST: "≤", EQUAL: "="}.get(row.direction or "", "")
    return sign + written(row.target, unit)


def actual_words(row: ConsolidatedIndicator) -> str:
    """实际完成值 as it stands on the consolidated form."""
    if row.actual is not None:
        return written(row.actual, _unit_of(row))
    if len(row.sources) == 1 or row.bands is None:
        return row.sources[0].actual or ""
    return "、".join(f"{words}{count}张" for words, count in zip(BAND_WORDS, row.bands, strict=True) if count)


def _unit_of(row: ConsolidatedIndicator) -> tuple[Fraction, str]:
    return written_unit([row.target, row.target_high, row.actual], row.unit)


def _percent(share: Fraction) -> str:
    return _digits(share, _HUNDREDTH) + PERCENT


# --- ① 汇总表 ---------------------------------------------------------------------------------------------------------


def _form_sheet(face: _Face, at: int, name: str) -> Sheet:
    """The official form, filled: head, funds, goals, indicators, total, 说明, notes, signatures."""
    paper, form = Paper(), face.result.forms[at]
    year = f"{form.year}年度" if form.year else ""
    paper.line(("AH", f"{year}项目支出绩效自评汇总表", "title"))
    paper.line(("AE", f"规则:{form.rulebook.title}", "caption"), ("FH", "金额单位:万元", "unit"))
    paper.line(("AB", "项目名称", "label"), ("CH", form.project, "word"))
    tables = f"自评表 {form.sources} 张"
    paper.line(
        ("AB", "主管部门", "label"), ("CE", form.department, "word"), ("F", "汇总范围", "label"), ("GH", tables, "word")
    )
    _funds_block(paper, form)
    goals = f"由所属 {form.sources} 张自评表汇总;各项目的预期目标和实际完成情况见其自评表。"
    paper.line(("AB", "年度总体目标", "label"), ("CH", goals, "text"))
    head = _indicator_block(paper, form)
    weight = _weight_of(form)
    paper.line(
        ("AE", "总分", "label"), ("F", weight, "total"), ("G", form.total, "total"),
        ("H", f"等级:{form.grade}" if form.grade else "等级:未定", "label"),
    )  # fmt: skip
    top = len(paper.rows)
    for remark in _remarks(face, at):
        paper.line(("AB", "说明", "label"), ("CH", remark, "text"))
    paper.stack(top, "AB")
    for note in _notes(form):
        paper.line(("AH", note, "note"))
    paper.line()
    paper.line(("AD", "填报单位(盖章):", "sign"), ("EH", "日期:      年    月    日", "sign"))
    paper.line(("AC", "填报人:", "sign"), ("DE", "审核人:", "sign"), ("FH", "负责人:", "sign"))
    return Sheet(
        name=name,
        rows=paper.rows,
        widths=(10, 11, 23, 13, 18, 9, 9, 15),
        merged=paper.merged,
        freeze=(2, 0),
        tab_color="#1F4E79",
        gridlines=False,
        lowest=24,
        printing=Print(repeat=(head, head), area=Area(0, 0, len(paper.rows) - 1, 7)),
    )


def _funds_block(paper: Paper, form: ConsolidatedForm) -> None:
    """项目资金: rate, weight and score stand on the total row only."""
    paper.line(
        ("AB", "项目资金(万元)", "label"), ("C", "年初预算数", "label"), ("D", "全年预算数", "label"),
        ("E", "全年执行数", "label"), ("F", "执行率", "label"), ("G", "分值", "label"), ("H", "得分", "label"),
    )  # fmt: skip
    for row in form.funds:
        own = row.kind == TOTAL
        dash = None if own else "—"
        rate = None if form.rate is None else round_half_up(form.rate, 4)
        paper.line(
            ("AB", row.label, "label" if own else "word"),
            ("C", row.initial_budget, "filled"), ("D", row.budget, "filled"), ("E", row.executed, "filled"),
            ("F", rate if own else dash, "filled_rate"),
            ("G", form.execution_weight if own else dash, "filled"),
            ("H", form.execution_score if own else dash, "filled"),
        )  # fmt: skip


def _indicator_block(paper: Paper, form: ConsolidatedForm) -> int:
    """The indicators under merged first and second levels; return the row of the head."""
    head = paper.line(*((column_letters(at), text, "label") for at, text in enumerate(INDICATOR_HEAD)))
    for level1, of_level in groupby(form.indicators, key=lambda row: row.level1):
        rows = list(of_level)
        weights = [row.weight for row in rows if row.weight is not None]
        points = f"\n({plain(sum(weights, Decimal(0)))}分)" if len(weights) == len(rows) else ""
        first = len(paper.rows)
        for level2, below in groupby(rows, key=lambda row: row.level2):
            second = len(paper.rows)
            for row in below:
                paper.line(
                    ("A", level1 + points if level1 else "", "label"), ("B", level2, "word"), ("C", row.level3, "text"),
                    ("D", target_words(row), "word"), ("E", actual_words(row), "word"),
                    ("F", row.weight, "filled"), ("G", row.score, "filled"), ("H", _deviation(row), "text"),
                )  # fmt: skip
            paper.stack(second, "B")
        paper.stack(first, "A")
    return head


def _deviation(row: ConsolidatedIndicator) -> str:
    """What is left to explain: the reasons themselves are the department's."""
    if row.completion is None:
        return "完成比例未定"
    return f"完成比例{_percent(row.completion)}" if row.completion < 1 else ""


def _weight_of(form: ConsolidatedForm) -> Decimal | None:
    weights = [row.weight for row in form.indicators if row.weight is not None]
    return sum(weights, form.execution_weight) if len(weights) == len(form.indicators) else None


def _remarks(face: _Face, at: int) -> Iterator[str]:
    """说明: by what the form was made, what stands beside it for comparison, and what was left out."""
    form = face.result.forms[at]
    yield f"按“{form.rulebook.title}”汇总评分,预算执行率分值{plain(form.execution_weight)}分;各项数字的来源见“{WORKINGS}”“{SOURCES}”。"
    if form.fund_weighted_mean_total is not None:
        yield f"各自评表复核总分按资金额度加权平均为{plain(form.fund_weighted_mean_total)}分,供对照,不作为汇总得分。"
    weight = _weight_of(form)
    if weight is not None and weight != HUNDRED:
        yield f"分值合计为{plain(weight)}分,不是100分:各自评表的一级指标分值不符合规则,请核对。"
    if form.total is None:
        yield "总分未定:预算执行率或有的指标不能计算得分。"
    for level in form.missing_levels:
        yield f"“{level}”下没有可以汇总的指标,该一级指标的分值空缺。"
    left_out = [f"“{one.level3}”({one.code}{CATALOGUE[one.code].title})" for one in form.conflicts]
    if left_out:
        more = f"等{len(left_out)}项" if len(left_out) > SOME_TERMS else ""
        yield f"下列指标有冲突,未计入汇总:{'、'.join(left_out[:SOME_TERMS])}{more}。各表填报内容见“{SOURCES}”,处理办法见“{FINDINGS}”。"
    if face.unsettled:
        yield f"本次汇总尚待核实:{face.unsettled}。涉及的自评表见“{FINDINGS}”。"
    yield f"文件核对:{face.totals.sentence()}。问题:{face.severities}。"


def _notes(form: ConsolidatedForm) -> tuple[str, str, str]:
    """The form's three notes, in short."""
    high, low = (f"{plain(bound * HUNDRED)}%" for bound in form.rulebook.band_bounds)
    return (
        "注:1.其他资金包括与财政资金共同投入到同一项目的自有资金、社会资金等。",
        f"2.满分为100分,各项指标得分不超过该指标分值上限;预算执行率{plain(form.execution_weight)}分不作调整,其他指标分值可作适当调整。",
        "3.定量指标:绝对值直接累加计算,相对值按照资金额度加权平均计算;定性指标:全部或基本达成预期指标、部分达成预期指标并具有一定效果、"
        f"未达成预期指标且效果较差三档,分别按100%-{high}(含)、{high}-{low}(含)、{low}-0%确定完成比例。",
    )


# --- lists ------------------------------------------------------------------------------------------------------------


def _list(
    name: str,
    title: str,
    captions: Sequence[str],
    body: Body,
    *,
    top: Sequence[Line] = (),
    keep: int = 0,
    tab_color: str | None = None,
) -> Sheet:
    """A titled list with a frozen, filtered, repeated head; `top` stands above it, `keep` columns stay in view."""
    width, whole = len(body.columns), body.count
    body = body.first(MOST_LINES)
    if body.count < whole:
        captions = (*captions, f"共 {whole} 行,一张工作表放不下,只列前 {body.count} 行;全部行用 --tables 写成数据表。")
    across: list[list[Cell | None]] = [[Cell(title, "title"), *[None] * (width - 1)]]
    for caption in captions:
        across.append([Cell(caption, "note"), *[None] * (width - 1)])
    merged = [Area(row, 0, row, width - 1) for row in range(len(across))]
    above = [[cell if isinstance(cell, Cell) else None for cell in line] for line in top]
    head = len(across) + len(above)
    rows: list[Sequence[Cell | None]] = [
        *across,
        *above,
        [Cell(column.head, "head") for column in body.columns],
    ]
    last = head + body.count
    return Sheet(
        name=name,
        rows=rows,
        body=body if body.count else None,
        widths=[column.width for column in body.columns],
        merged=merged,
        freeze=(head + 1, keep),
        filter=Area(head, 0, last, width - 1),
        tab_color=tab_color,
        printing=Print(True, (head, head), Area(0, 0, last, width - 1)),
    )


# --- ② 项目一览 -------------------------------------------------------------------------------------------------------

PROJECT_COLUMNS = (
    Column("名次", 6, "word"), Column("项目名称", 31), Column("单位", 20), Column("年度", 7, "word"),
    Column("全年预算数\n(万元)", 13, "money"), Column("全年执行数\n(万元)", 13, "money"), Column("执行率", 10, "percent"),
    Column("自评总分", 9, "score"), Column("复核总分", 9, "score"), Column("差异", 9, "difference"), Column("等级", 6, "word"),
    Column("错误", 6, "word"), Column("疑点", 6, "word"), Column("提示", 6, "word"), Column("计入汇总", 9, "word"),
    Column("文件", 34),
)  # fmt: skip


def ranked(projects: Iterable[ProjectLine]) -> list[tuple[int | None, ProjectLine]]:
    """Rank the projects (名次) by recomputed total, ties by name; equal totals share a rank, no total has none."""
    ordered = sorted(projects, key=_rank)
    first: dict[Decimal | None, int] = {}
    for place, line in enumerate(ordered, 1):
        first.setdefault(line.total, place)
    return [(None if line.total is None else first[line.total], line) for line in ordered]


def _rank(line: ProjectLine) -> tuple[Any, ...]:
    names = (line.project or "", line.unit or "", line.year or 0, line.file, line.sheet, line.cell)
    return (line.total is None, -(line.total or 0), *names)


def _projects(face: _Face) -> Sheet:
    lines = ranked(face.result.projects)
    caption = f"共 {len(lines)} 张自评表,按复核总分排列;差异 = 复核总分 - 自评总分。文件核对:{face.totals.sentence()}。"
    caption += "图表在表后。" if lines else ""
    body = Body(PROJECT_COLUMNS, len(lines), lambda: (_project_line(face, rank, line) for rank, line in lines))
    sheet = _list(PROJECTS, "项目一览", (caption,), body, keep=2, tab_color="#2E75B6")
    return _with_charts(sheet, sheet.body, [line for _, line in lines]) if sheet.body else sheet


def _project_line(face: _Face, rank: int | None, line: ProjectLine) -> Line:
    difference = None if line.total is None or line.filed_total is None else line.total - line.filed_total
    counts = [
        Cell(line.findings[severity], SEVERITY_STYLES[severity] if line.findings[severity] else "faint")
        for severity in SEVERITIES
    ]
    counted = Cell("是", "word") if line.counted else Cell("否", "error")
    return (
        rank, line.project, line.unit, line.year, line.budget, line.executed, _share(line.rate),
        line.filed_total, line.total, difference, line.grade, *counts, counted, face.file(line.file, line.sheet, line.cell),
    )  # fmt: skip


MOST_DRAWN, THEN_DRAWN, SIDE_BY_SIDE = 40, 20, 12
"""A chart of more than 40 projects cannot be read: the first 20 are drawn. Up to 12 the two stand side by side."""

ROW, GAP, SHORTEST, TALLEST = 24, 12, 360, 820
"""Pixels of an ordinary row, between two charts, and of a chart: the tallest fills a lying A4 page."""
DEEP, PALE = "#1F4E79", "#9DC3E6"


def _with_charts(sheet: Sheet, body: Body, lines: Sequence[ProjectLine]) -> Sheet:
    """Scores by project, and budget against executed, below the list; what they are drawn from stands right of it."""
    drawn = lines if len(lines) <= MOST_DRAWN else lines[:THEN_DRAWN]
    told = "" if len(drawn) == len(lines) else f"(共 {len(lines)} 张,只画前 {THEN_DRAWN} 张)"
    assert sheet.filter is not None
    head, data = sheet.filter.top, len(sheet.widths) + 1
    beginning, rest = body.split(len(drawn))
    rows = [*(list(row) for row in sheet.rows), *beginning]
    rows[head] += [None, *(Cell(text, "data") for text in ("图表数据", "复核总分", "全年预算数", "全年执行数"))]
    by_unit = len({line.unit for line in drawn}) > len({line.project for line in drawn})
    for at, line in enumerate(drawn, 1):
        name = (line.unit if by_unit else line.project) or line.file
        label = f"{at} {_short(re.sub('^[0-9]{4}年度?', '', name))}"
        numbers = (line.total, line.budget, line.executed)
        rows[head + at] += [None, Cell(label, "data"), *(Cell(number, "data_score") for number in numbers)]

    def series(name: str, offset: int, color: str) -> Series:
        names, values = (Area(head + 1, column, head + len(drawn), column) for column in (data, data + offset))
        return Series(name, names, values, color)

    lefts = [sum(pixels(one) for one in sheet.widths[:column]) for column in range(len(sheet.widths) + 1)]
    beside = len(drawn) <= SIDE_BY_SIDE
    middle = max(column for column, left in enumerate(lefts) if 2 * left <= lefts[-1]) if beside else 0
    height = min(max(SHORTEST, 26 * len(drawn) + 80), TALLEST)
    first = (len(rows) + rest.count + 1, 0)
    under = first[0] + ceil(height / ROW) + 1
    second = (first[0], middle) if beside else (under, 0)
    width, other = (lefts[middle] - GAP if beside else lefts[-1]), lefts[-1] - lefts[middle]
    flat = height if beside else SHORTEST + 80
    budget = (series("全年预算数", 2, PALE), series("全年执行数", 3, DEEP))
    charts = (
        Chart("bar", f"复核总分(分){told}", first, width, height, (series("复核总分", 1, DEEP),), "0.00", 100),
        Chart(
            "column", f"全年预算数与全年执行数(万元){told}", second, other, flat, budget, "#,##0.##" if beside else ""
        ),
    )
    end = under if beside else under + ceil(flat / ROW)
    printing = replace(
        sheet.printing,
        area=Area(0, 0, end, len(sheet.widths) - 1),
        breaks=() if beside else (first[0] - 1, second[0] - 1),
    )
    return replace(
        sheet,
        rows=rows,
        body=rest if rest.count else None,
        widths=[*sheet.widths, 3, 26, 10, 10, 10],
        charts=charts,
        printing=printing,
    )


def _short(name: str, length: int = 12) -> str:
    return name if len(name) <= length else name[: length - 1] + "…"


# --- ③ 指标汇总明细 ---------------------------------------------------------------------------------------------------

WORKING_COLUMNS = (
    Column("汇总表", 27), Column("一级指标", 11, "word"), Column("二级指标", 12, "word"), Column("三级指标", 24),
    Column("汇总口径", 15, "word"), Column("来源数", 8, "word"), Column("年度指标值", 14, "word"), Column("实际完成值", 18, "word"),
    Column("完成比例", 10, "percent"), Column("分值", 8, "score"), Column("得分", 8, "score"), Column("计算过程", 62),
)  # fmt: skip


def _workings(face: _Face) -> Sheet:
    captions = (
        "绝对值:各表指标值、完成值分别相加。相对值:Σ(资金额度×数值)÷Σ资金额度。定性指标:Σ(资金额度×完成比例)÷Σ资金额度,按所在档次列示。",
        "分值:各一级指标的分值按Σ(资金额度×原分值)分配到各指标,两位小数,尾差按最大余数法处理。得分 = 分值×完成比例。计算按精确值进行,此处显示到两位小数。",
    )

    def lines() -> Iterator[Line]:
        for form, name in face.forms:
            yield _execution_working(form, name)
            yield from (_indicator_working(row, name) for row in form.indicators)
            yield _total_working(form, name)

    body = Body(WORKING_COLUMNS, sum(len(form.indicators) + 2 for form in face.result.forms), lines)
    return _list(WORKINGS, "指标汇总明细", captions, body, keep=4, tab_color="#2E75B6")


def _execution_working(form: ConsolidatedForm, name: str) -> Line:
    total = next((row for row in form.funds if row.kind == TOTAL), None)
    how = "没有预算数或执行数,不计执行率"
    if form.rate is not None and form.execution_score is not None:
        told = (
            f"{plain(total.executed)}÷{plain(total.budget)}="
            if total and total.executed is not None and total.budget
            else ""
        )
        credited = min(form.rate, Fraction(1)) if form.rulebook.execution_capped else form.rate
        how = (
            f"执行率:{told}{_percent(form.rate)}\n得分:{_times(form.execution_weight, credited, form.execution_score)}"
        )
    rate = "" if form.rate is None else _percent(form.rate)
    return (
        name, "预算执行率", None, "全年执行数÷全年预算数", "合计数相除", form.sources, None, rate,
        _share(form.rate), form.execution_weight, form.execution_score, how,
    )  # fmt: skip


def _indicator_working(row: ConsolidatedIndicator, name: str) -> Line:
    return (
        name, row.level1, row.level2, row.level3, AGGREGATIONS[row.aggregation], len(row.sources), target_words(row),
        actual_words(row), _share(row.completion), row.weight, row.score, working(row),
    )  # fmt: skip


def _total_working(form: ConsolidatedForm, name: str) -> Line:
    parts = [] if form.execution_score is None else [f"{plain(form.execution_score)}(预算执行率)"]
    for level, of_level in groupby(form.indicators, key=lambda row: row.level1):
        scores = [row.score for row in of_level]
        known = [score for score in scores if score is not None]
        parts.append(f"{plain(sum(known, Decimal(0))) if len(known) == len(scores) else '未定'}({level or '未分级'})")
    how = "+".join(parts) + ("" if form.total is None else f"={plain(form.total)}")
    cells = [name, "总分", None, None, None, form.sources, None, None, None, _weight_of(form), form.total, how]
    strong = {"text": "strong", "word": "strong_word", "percent": "strong_word", "score": "points"}
    return [Cell(value, strong[column.style]) for value, column in zip(cells, WORKING_COLUMNS, strict=True)]


def working(row: ConsolidatedIndicator) -> str:
    """How the numbers of a row were made, in words with the numbers (计算过程)."""
    said = []
    if row.aggregation == BANDS:
        if row.completion is not None and len(row.sources) > 1:
            terms = [(source.completion, source.funds) for source in row.sources]
            said.append("完成比例:" + _mean_of(terms, _percent, (_HUNDREDTH, PERCENT), row.completion))
    elif len(row.sources) > 1:
        sources = [(source.values, source.funds) for source in row.sources]
        heads = ("指标值", "上限", "完成值")
        for at, (head, result) in enumerate(zip(heads, (row.target, row.target_high, row.actual), strict=True)):
            if result is not None:
                said.append(f"{head}:" + _sum_of([(values[at], funds) for values, funds in sources], row, result))
    if row.weight is not None and row.score is not None and row.completion is not None:
        said.append(f"得分:{_times(row.weight, row.completion, row.score)}")
    return "\n".join(said)


Term: TypeAlias = tuple[Fraction | None, Decimal | None]
"""A value of one source, and its funds."""


def _sum_of(terms: Sequence[Term], row: ConsolidatedIndicator, result: Fraction) -> str:
    """3+5+2=10次, or (95%×20+90%×28)÷48=92.08%."""
    known = [(value, funds) for value, funds in terms if value is not None]
    unit = written_unit([*(value for value, _ in known), result], row.unit)
    if row.aggregation == WEIGHTED:
        return _mean_of(known, lambda value: written(value, unit), written_unit([result], row.unit), result)
    return f"{_terms(known, lambda term: _digits(term[0], unit[0]))}={written(result, unit)}"


def _mean_of(
    terms: Sequence[Term], say: Callable[[Fraction], str], unit: tuple[Fraction, str], result: Fraction
) -> str:
    """Σ F·value ÷ Σ F; where all values are the same there is nothing to work out."""
    first = terms[0][0]
    if first is not None and len({value if value is None else value.as_integer_ratio() for value, _ in terms}) == 1:
        return f"各表均为{say(first)}"
    said = _terms(terms, lambda term: f"{say(term[0] or Fraction(0))}×{plain(term[1] or Decimal(0))}")
    return f"({said})÷{plain(sum((funds or Decimal(0) for _, funds in terms), Decimal(0)))}={written(result, unit)}"


T = TypeVar("T")


def _terms(terms: Sequence[T], say: Callable[[T], str]) -> str:
    """The first terms of a sum; it is shown in full where there are few."""
    told = "+".join(map(say, terms[:SOME_TERMS]))
    return told if len(terms) <= SOME_TERMS else f"{told}+…(共{len(terms)}项)"


def _times(weight: Decimal, share: Fraction, score: Decimal) -> str:
    return f"{plain(weight)}×{_percent(share)}={plain(score)}"


# --- ④ 来源 -----------------------------------------------------------------------------------------------------------

SOURCE_COLUMNS = (
    Column("汇总表", 27), Column("一级指标", 11, "word"), Column("三级指标", 24), Column("文件", 26), Column("单位", 18),
    Column("工作表", 12), Column("指标值\n单元格", 8, "place"), Column("指标值(原文)", 16), Column("完成值\n单元格", 8, "place"),
    Column("完成值(原文)", 16), Column("原分值", 8, "score"), Column("资金额度\n(万元)", 11, "money"),
    Column("完成比例", 10, "percent"), Column("是否计入", 11, "word"),
)  # fmt: skip


def _sources(face: _Face) -> Sheet:
    """Every contribution to every indicator, those of rows in conflict included."""
    most, sample = MOST_LINKS // 2, SAMPLE if face.trace else None
    counts = (len(sources) for form in face.result.forms for *_, sources in _contributions(form))
    shown = sum(counts) if sample is None else sum(min(sample, one) for one in counts)
    body = Body(SOURCE_COLUMNS, shown, lambda: _source_lines(face, sample, most))
    captions = [
        "每一行是一张自评表对一项汇总指标的填报;点单元格地址,打开原文件的该处。有冲突的指标逐表列示,未计入汇总。"
    ]
    if face.trace:
        captions.append(
            f"来源太多,一张工作表放不下,全部写在同一文件夹的“{face.trace}”里,这里每项指标只列前 {SAMPLE} 行。"
            f"查全部:perf-xl trace {face.trace} --indicator 指标名称"
        )
    if body.count > most:
        captions.append(f"来源较多,前 {most} 行带链接,其余只列地址。")
    return _list(SOURCES, "来源", captions, body, keep=3, tab_color="#7F7F7F")


def _source_lines(face: _Face, sample: int | None, most: int) -> Iterator[Line]:
    """The first of every indicator, or all of them; links in the first `most` lines."""
    numbers = count(1)
    for form, name in face.forms:
        for level1, level3, counted, sources in _contributions(form):
            for source in islice(sources, sample):
                path = face.path(source.file) if next(numbers) <= most else ""
                weight = None if source.weight is None else round_half_up(source.weight, 2)
                yield (
                    name, level1 or None, level3, source.file, source.unit, source.sheet,
                    _place(path, source.sheet, source.target_cell), source.target,
                    _place(path, source.sheet, source.actual_cell), source.actual,
                    weight, source.funds, _share(source.completion), counted,
                )  # fmt: skip


def _contributions(form: ConsolidatedForm) -> Iterator[tuple[str, str, Cell, Sequence[Source]]]:
    """Of every indicator of a form, and of every row in conflict: its levels, whether it is counted, and its sources."""
    for row in form.indicators:
        yield row.level1, row.level3, Cell("是", "word"), row.sources
    for conflict in form.conflicts:
        yield conflict.level1, conflict.level3, Cell(f"否({conflict.code})", "error"), conflict.sources


FUNDS_COLUMNS = (
    Column("汇总表", 27), Column("资金项目", 20), Column("文件", 28), Column("单位", 20), Column("工作表", 14),
    Column("年初预算数\n(万元)", 12, "money"), Column("单元格", 8, "place"),
    Column("全年预算数\n(万元)", 12, "money"), Column("单元格", 8, "place"),
    Column("全年执行数\n(万元)", 12, "money"), Column("单元格", 8, "place"),
)  # fmt: skip


def _funds_sources(face: _Face) -> Sheet:
    """Every amount that was added into the funds block."""
    captions = ("每一行是一张自评表的一项资金,各列直接相加;以元填报的已换算为万元。",)
    counts = (len(row.sources) + 1 for form in face.result.forms for row in form.funds)
    body = Body(FUNDS_COLUMNS, sum(counts), lambda: _funds_lines(face))
    return _list(FUNDS, "资金来源", captions, body, keep=2, tab_color="#7F7F7F")


def _funds_lines(face: _Face) -> Iterator[Line]:
    for form, name in face.forms:
        for row in form.funds:
            for source in row.sources:
                path = face.path(source.file)
                first, second, third = (_place(path, source.sheet, cell) for cell in source.cells)
                initial, budget, executed = source.amounts
                yield (
                    name, row.label, source.file, source.unit, source.sheet,
                    initial, first, budget, second, executed, third,
                )  # fmt: skip
            yield _funds_total(name, row)


def _funds_total(name: str, row: FundsTotal) -> Line:
    amounts = [Cell(amount, "sum") for amount in (row.initial_budget, row.budget, row.executed)]
    filled = [part for amount in amounts for part in (amount, Cell(None, "strong"))]
    return (
        Cell(name, "strong"),
        Cell(row.label, "strong"),
        Cell("合计", "strong"),
        Cell(None, "strong"),
        Cell(None, "strong"),
        *filled,
    )


# --- ⑤ 问题 -----------------------------------------------------------------------------------------------------------

FINDING_COLUMNS = (
    Column("序号", 6, "word"), Column("级别", 7, "word"), Column("代码", 7, "word"), Column("名称", 15), Column("文件", 36),
    Column("工作表", 11), Column("单元格", 8, "place"), Column("问题", 40), Column("现有", 11), Column("应为", 11),
    Column("处理办法", 30), Column("依据", 18),
)  # fmt: skip


def _findings(face: _Face) -> Sheet:
    caption = (
        face.severities + "。错误:依文件规定必须改正;疑点:需要人工核实;提示:供参考。点单元格地址,打开原文件的该处。"
    )
    found = face.result.findings
    body = Body(FINDING_COLUMNS, len(found), lambda: starmap(partial(_finding_line, face), enumerate(found, 1)))
    return _list(FINDINGS, "问题清单", (caption,), body, keep=3, tab_color="#C00000")


def _finding_line(face: _Face, number: int, found: Finding) -> Line:
    rule = CATALOGUE.get(found.code)
    return (
        number, Cell(found.severity, SEVERITY_STYLES[found.severity]), found.code, found.title,
        face.file(found.file) if not found.cell else found.file, found.sheet, face.place(found.file, found.sheet, found.cell),
        found.message, found.found, found.expected, rule.cure if rule else None, found.citation,
    )  # fmt: skip


# --- ⑥ 文件清单 -------------------------------------------------------------------------------------------------------

FILE_COLUMNS = (
    Column("序号", 10, "word"), Column("状态", 10, "word"), Column("自评表数", 10, "word"), Column("问题数", 10, "word"),
    Column("代码", 10, "word"), Column("文件", 42), Column("原因", 36), Column("怎么办", 42),
)  # fmt: skip
STATE_STYLES = {"read": "good", "refused": "error", "temporary": "faint", "duplicate": "doubt"}


def _files(face: _Face) -> Sheet:
    """Control totals first (见到 = 读取 + 拒读 + 临时文件 + 重复), then every file and what became of it."""
    counts = (face.totals.seen, *face.totals.states.values())
    top: list[Line] = [
        [Cell(text, "head") for text in ("见到文件", *STATES.values(), "核对")],
        [*(Cell(count, "label") for count in counts), Cell("{} = {} + {} + {} + {},相符".format(*counts), "good")],
        [],
    ]
    body = Body(FILE_COLUMNS, len(face.result.files), lambda: _file_lines(face))
    return _list(FILES, "文件清单", (), body, top=top, tab_color="#7F7F7F")


def _file_lines(face: _Face) -> Iterator[Line]:
    found = Counter(one.file for one in face.result.findings)
    for number, line in enumerate(face.result.files, 1):
        state = Cell(STATES[line.status], STATE_STYLES[line.status])
        counted = (line.forms or None, found[line.file] or None)
        yield (number, state, *counted, line.code, face.file(line.file), *_why_and_cure(line))


def _why_and_cure(line: FileLine) -> tuple[str | None, str | None]:
    """原因 and 怎么办: what the gate said of this file, else what the catalogue says of its code."""
    if line.status == "temporary":
        return "其他程序打开文件时留下的临时文件", "无须处理。"
    rule = CATALOGUE.get(line.code or "")
    return line.why or (rule.title if rule else None), (f"{line.cure}。" if line.cure else rule.cure if rule else None)
