"""What the bureau reads of a check over many forms (审核汇总): how many forms are wrong, in what, and at whose desk.

审核汇总 is the page to be signed; then 按单位, 按代码, 问题明细 (one line per finding, ready for a pivot table) and 文件. Pure
description: it counts findings and finds none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from math import ceil
from typing import Any, NamedTuple

import perf_xl.auditing  # noqa: F401  (registers its codes, whose cures are quoted here)
from perf_xl.exact import plain, round_half_up
from perf_xl.findings import ADVICE, CATALOGUE, DOUBT, ERROR, SEVERITIES, STATES, Finding
from perf_xl.sheets import (
    MOST_LINES,
    MOST_LINKS,
    POINTS_A_PIXEL,
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
    Scalar,
    Series,
    Sheet,
    pixels,
    row_heights,
)

SUMMARY, UNITS, CODES, FINDINGS, FILES = "审核汇总", "按单位", "按代码", "问题明细", "文件"

OWN_PROPERTY = {"perf_xl": "review"}
"""Custom property by which the product knows its own results again, and does not read them as forms."""

STYLES_OF = {ERROR: "error", DOUBT: "doubt", ADVICE: "advice"}
OPEN, EXPLAINED = "未说明", "已说明"
NO_UNIT, REFUSED_UNIT = "(未填实施单位)", "拒读文件(单位不详)"

MOST_COMMON = 10
LONGEST_NAME, LONGEST_EXAMPLE = 24, 120
"""Characters of a project and of a message where they are quoted as an example; the lists show them whole."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """一张被审核的自评表: whose it is, what it scored, what is counted against it, and what was explained."""

    unit: str
    project: str
    year: int | None
    file: str
    sheet: str
    total: Decimal | None
    filed_total: Decimal | None
    grade: str | None
    findings: tuple[Finding, ...]
    explained: tuple[tuple[Finding, str], ...] = ()
    """已说明: a finding and why it stands as it is; it is shown, not counted."""

    @property
    def owner(self) -> str:
        """The unit (单位) as the lists name it."""
        return self.unit or NO_UNIT

    @property
    def difference(self) -> Decimal | None:
        """差异: recomputed less filed total, where both are known."""
        return None if self.total is None or self.filed_total is None else self.total - self.filed_total

    def count(self, severity: str) -> int:
        """Return how many findings of a severity count against the form."""
        return sum(one.severity == severity for one in self.findings)


Refused = tuple[str, str, str]
"""拒读: the file, the code, and what is wrong with it and what to do."""


def review_book(
    forms: Sequence[Reviewed],
    refused: Sequence[Refused],
    seen: Mapping[str, int],
    *,
    link_to: Callable[[str], str] | None = None,
) -> Book:
    """Return the workbook of a check (审核汇总工作簿); the order of what is given makes no difference.

    `seen` counts the files: `seen`, and of them `read`, `refused`, `temporary`, `duplicate`. `link_to` gives, for the
    name of a file, its path relative to the workbook; "" for no link.

    Raises:
        ValueError: a file seen ended in no state, or in two.
    """
    states = {state: seen.get(state, 0) for state in STATES}
    if sum(states.values()) != seen.get("seen", 0) or states["refused"] != len(refused):
        raise ValueError(f"{len(refused)} files refused, but {dict(seen)}")
    review = _Review(
        sorted((_in_order(form) for form in forms), key=_form_order), sorted(refused), states, link_to or (lambda _: "")
    )
    sheets = (make(review) for make in (_summary, _units, _codes, _findings, _files))
    return Book(tuple(sheets), _title(review), OWN_PROPERTY)


def _finding_order(one: Finding) -> tuple[Any, ...]:
    return (*one.order, one.found or "", one.expected or "", one.citation)


def _in_order(form: Reviewed) -> Reviewed:
    explained = sorted(form.explained, key=lambda pair: (_finding_order(pair[0]), pair[1]))
    return replace(form, findings=tuple(sorted(form.findings, key=_finding_order)), explained=tuple(explained))


def _form_order(form: Reviewed) -> tuple[Any, ...]:
    content = (
        [_finding_order(one) for one in form.findings],
        [(_finding_order(one), why) for one, why in form.explained],
    )
    totals = [str(number) for number in (form.total, form.filed_total)]
    return (form.owner, form.project, form.year or 0, form.file, form.sheet, *content, totals, form.grade or "")


# --- what all sheets share --------------------------------------------------------------------------------------------


class Kind(NamedTuple):
    """一类问题: all findings of one code and severity."""

    severity: str
    code: str
    title: str
    places: int
    forms: int
    units: int
    example: tuple[Reviewed, Finding]
    """The one that is said in the fewest words."""

    @property
    def cure(self) -> str:
        """处理办法 of the catalogue."""
        rule = CATALOGUE.get(self.code)
        return rule.cure if rule else ""


@dataclass
class _Review:
    """The forms in order, and what every sheet asks of them."""

    forms: list[Reviewed]
    refused: list[Refused]
    states: dict[str, int]
    link_to: Callable[[str], str]
    _paths: dict[str, str] = field(default_factory=dict)

    def link(self, file: str, sheet: str = "", cell: str = "") -> Link | None:
        if file not in self._paths:
            self._paths[file] = self.link_to(file) if file else ""
        path = self._paths[file]
        return Link(path, sheet, cell) if path else None

    def file(self, file: str, sheet: str = "") -> Cell:
        link = self.link(file, sheet)
        return Cell(file or None, "link" if link else "text", link)

    @cached_property
    def severities(self) -> Counter[str]:
        return Counter(one.severity for form in self.forms for one in form.findings)

    @property
    def explained(self) -> int:
        return sum(len(form.explained) for form in self.forms)

    @property
    def wrong(self) -> list[Reviewed]:
        """Forms with at least one 错误."""
        return [form for form in self.forms if form.count(ERROR)]

    @property
    def totals_differ(self) -> int:
        return sum(bool(form.difference) for form in self.forms)

    @property
    def control(self) -> str:
        """7 = 5 + 1 + 1 + 0,相符."""
        return f"{sum(self.states.values())} = {' + '.join(map(str, self.states.values()))},相符"

    @cached_property
    def kinds(self) -> list[Kind]:
        """By severity, then by how many forms and places they are found in."""
        found: dict[tuple[str, str], list[tuple[int, Finding]]] = {}
        for at, form in enumerate(self.forms):
            for one in form.findings:
                found.setdefault((one.severity, one.code), []).append((at, one))
        kinds = [self._kind(ones) for ones in found.values()]
        return sorted(kinds, key=lambda kind: (SEVERITIES.index(kind.severity), -kind.forms, -kind.places, kind.code))

    def _kind(self, found: list[tuple[int, Finding]]) -> Kind:
        at, shown = min(found, key=lambda pair: (len(pair[1].message), pair[0], _finding_order(pair[1])))
        forms = {at for at, _ in found}
        units = {self.forms[at].owner for at in forms}
        return Kind(
            shown.severity, shown.code, shown.title, len(found), len(forms), len(units), (self.forms[at], shown)
        )


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(0)


def _percent(share: Fraction) -> str:
    return f"{plain(round_half_up(share * 100, 1))}%"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _counted(number: int, style: str) -> Cell:
    """A count with its colour; nothing to look at where it is zero."""
    return Cell(number, style if number else "faint")


def _title(review: _Review) -> str:
    years = {form.year for form in review.forms}
    year = years.pop() if len(years) == 1 else None
    return f"{f'{year}年度' if year else ''}项目支出绩效自评表审核汇总"


# --- ① 审核汇总 -------------------------------------------------------------------------------------------------------

WIDTHS = (6, 10, 15, 15, 15, 15, 16, 16)
ROW, DEEP, MOST_DRAWN = 24, "#1F4E79", 20
"""Pixels of an ordinary row; the colour of a bar; a chart of more bars cannot be read."""
PAGE_WIDTH, PAGE_HEIGHT = 523.0, 735.0
"""Points of a standing A4 page between its margins."""


def most_common(review: _Review) -> list[str]:
    """最常见的十类错误: one sentence each; where there are fewer than ten, 疑点 after them."""
    kinds = [kind for kind in review.kinds if kind.severity != ADVICE]
    return [_sentence(kind, len(review.forms)) for kind in kinds[:MOST_COMMON]]


def _sentence(kind: Kind, forms: int) -> str:
    """W02 预算执行率分值不符:12张表出现12处(占60%)。例:……改法:……"""
    form, shown = kind.example
    doubt = "" if kind.severity == ERROR else f"({kind.severity})"
    where = f"{form.owner}「{_short(form.project or form.file, LONGEST_NAME)}」{shown.cell}"
    message = _short(shown.message.rstrip("。"), LONGEST_EXAMPLE)
    told = f"{kind.code} {kind.title}{doubt}:{kind.forms}张表出现{kind.places}处(占{_percent(_share(kind.forms, forms))})。"
    return f"{told}例:{where} {message}。" + (f"改法:{kind.cure}" if kind.cure else "")


def _verdict(review: _Review) -> str:
    """The result in words: what a reader who reads one line must know."""
    if not review.forms:
        return "没有读到自评表,未作审核。" + _refusals(review)
    units = len({form.owner for form in review.forms})
    told = f"共审核 {units} 个单位的自评表 {len(review.forms)} 张"
    if not review.severities:
        told += ",未发现问题"
    else:
        wrong = len(review.wrong)
        told += f",其中 {wrong} 张有错误(占{_percent(_share(wrong, len(review.forms)))})" if wrong else ",未发现错误"
    if review.totals_differ:
        told += f";自评总分与复核总分不一致的 {review.totals_differ} 张"
    if review.explained:
        told += f";单位已说明的 {review.explained} 处不计入问题数"
    return f"{told}。" + _refusals(review)


def _refusals(review: _Review) -> str:
    return f"另有 {len(review.refused)} 个文件无法读取,未经审核,见“{FILES}”。" if review.refused else ""


def _summary(review: _Review) -> Sheet:
    paper = Paper()
    paper.line(("AH", _title(review), "title"))
    paper.line(("AH", _verdict(review), "text"))
    _section(paper, "一、文件核对")
    _boxes(paper, (("AB", "见到文件(个)"), ("C", "读取"), ("D", "拒读"), ("E", "临时文件"), ("F", "重复"), ("GH", "核对")),
           [(sum(review.states.values()), "label"), *((count, "label") for count in review.states.values()), (review.control, "good")])  # fmt: skip
    _section(paper, "二、审核结果")
    wrong, found = len(review.wrong), review.severities
    _boxes(paper, (("AB", "审核自评表(张)"), ("C", "有错误的表"), ("D", "占比"), ("E", "错误(处)"), ("F", "疑点(处)"), ("G", "提示(处)"), ("H", "已说明(处)")),
           [(len(review.forms), "label"), _counted(wrong, "error")[:2], (_percent(_share(wrong, len(review.forms))), "label"),
            *(_counted(found[severity], STYLES_OF[severity])[:2] for severity in SEVERITIES), _counted(review.explained, "word")[:2]])  # fmt: skip
    paper.line(("AH", "错误:依文件规定必须改正;疑点:需要人工核实;提示:供参考。", "note"))
    _section(paper, "三、最常见的十类错误(不足十类的,以疑点补足)")
    sentences = most_common(review)
    for number, sentence in enumerate(sentences, 1):
        paper.line(("A", number, "word"), ("BH", sentence, "text"))
    if not sentences:
        paper.line(("AH", _nothing(review), "word"))
    else:
        paper.line(("AH", f"按涉及的表数排列;占比为出现该问题的表占审核自评表的比例。各处问题见“{FINDINGS}”。", "note"))
    return _signed(review, paper)


def _nothing(review: _Review) -> str:
    if not review.forms:
        return "没有可审核的自评表"
    return "未发现错误和疑点" if review.severities else "未发现问题"


def _section(paper: Paper, text: str) -> None:
    paper.line(("AH", text, "strong"))


def _boxes(paper: Paper, heads: Sequence[tuple[str, str]], values: Sequence[tuple[Scalar, str]]) -> None:
    """A line of heads over a line of values."""
    paper.line(*((columns, text, "head") for columns, text in heads))
    paper.line(*((columns, value, style) for (columns, _), (value, style) in zip(heads, values, strict=True)))


def _signed(review: _Review, paper: Paper) -> Sheet:
    """Room to sign, and the chart of findings by code, if there is any."""
    counts = Counter({(kind.code, kind.title): 0 for kind in review.kinds})
    for kind in review.kinds:
        counts[kind.code, kind.title] += kind.places
    bars = [
        (f"{code} {title}", count) for (code, title), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
    paper.line()
    paper.line(("AD", "审核单位(盖章):", "sign"), ("EH", "日期:      年    月    日", "sign"))
    paper.line(("AC", "审核人:", "sign"), ("DE", "复核人:", "sign"), ("FH", "负责人:", "sign"))
    charts: tuple[Chart, ...] = ()
    if bars:
        paper.line()
        _section(paper, "附图:各类问题出现的处数")
        charts = _chart_below(paper.rows, WIDTHS, "各类问题出现的处数", "处数", bars)
    sheet = Sheet(
        name=SUMMARY,
        rows=paper.rows,
        widths=(*WIDTHS, 3, *DATA_WIDTHS),
        merged=paper.merged,
        freeze=(1, 0),
        charts=charts,
        tab_color=DEEP,
        gridlines=False,
        lowest=22,
        printing=Print(area=Area(0, 0, len(paper.rows) - 1, len(WIDTHS) - 1)),
    )
    return _chart_whole(sheet)


def _chart_whole(sheet: Sheet) -> Sheet:
    """Where list and chart do not stand on one page, the chart and the row above it begin the next."""
    area = sheet.printing.area
    if not sheet.charts or area is None:
        return sheet
    width = sum(pixels(one) for one in sheet.widths[: area.right + 1]) * POINTS_A_PIXEL
    if sum(row_heights(sheet)) * min(1.0, PAGE_WIDTH / width) <= PAGE_HEIGHT:
        return sheet
    return replace(sheet, printing=replace(sheet.printing, breaks=(sheet.charts[0].at[0] - 1,)))


DATA_WIDTHS = (30, 8)


def _chart_below(
    rows: list[list[Cell | None]], widths: Sequence[float], title: str, name: str, bars: Sequence[tuple[str, int]]
) -> tuple[Chart, ...]:
    """Add a chart and the room it takes below the rows; what it is drawn from stands right of them."""
    drawn = bars[:MOST_DRAWN]
    told = "" if len(drawn) == len(bars) else f"(共 {len(bars)} 项,只画前 {MOST_DRAWN} 项)"
    height = 22 * len(drawn) + 110
    top, data = len(rows), len(widths) + 1
    for label, count in drawn:
        rows.append([*[None] * data, Cell(label, "data"), Cell(count, "data")])
    rows.extend([] for _ in range(ceil(height / ROW) + 1 - len(drawn)))
    names, values = (Area(top, column, top + len(drawn) - 1, column) for column in (data, data + 1))
    width = sum(pixels(one) for one in widths)
    series = (Series(name, names, values, DEEP),)
    return (Chart("bar", title + told, (top, 0), width - 4, height, series, "0"),)


# --- lists ------------------------------------------------------------------------------------------------------------


def _list(name: str, body: Body, above: Sequence[tuple[str, str]] = (), keep: int = 0) -> Sheet:
    """A list with a frozen, filtered, repeated head; texts `above` it run across; `keep` columns stay in view."""
    whole, body = body.count, body.first(MOST_LINES)
    if body.count < whole:
        above = (*above, (f"共 {whole} 行,一张工作表放不下,只列前 {body.count} 行。", "note"))
    width, head = len(body.columns), len(above)
    rows: list[Sequence[Cell | None]] = [[Cell(text, style), *[None] * (width - 1)] for text, style in above]
    rows.append([Cell(column.head, "head") for column in body.columns])
    last = head + body.count
    return Sheet(
        name=name,
        rows=rows,
        body=body if body.count else None,
        widths=[column.width for column in body.columns],
        merged=[Area(row, 0, row, width - 1) for row in range(head)],
        freeze=(head + 1, keep),
        filter=Area(head, 0, last, width - 1),
        tab_color="#2E75B6",
        printing=Print(True, (head, head), Area(0, 0, last, width - 1)),
    )


# --- ② 按单位 ---------------------------------------------------------------------------------------------------------

UNIT_COLUMNS = (
    Column("单位", 30), Column("自评表(张)", 12, "word"), Column("有错误的表", 12, "word"), Column("错误(处)", 12, "word"),
    Column("疑点(处)", 12, "word"), Column("提示(处)", 12, "word"), Column("已说明(处)", 12, "word"), Column("拒读(个)", 12, "word"),
)  # fmt: skip


def _units(review: _Review) -> Sheet:
    """Every unit, the one with most errors first; a total below, and a chart where there is something to compare."""
    counted = [(unit, _counts(forms)) for unit, forms in groupby(review.forms, key=lambda form: form.owner)]
    counted.sort(key=lambda one: (-one[1][2], one[0]))
    lines = [_unit_line(unit, [*counts, 0]) for unit, counts in counted]
    if review.refused:
        lines.append(_unit_line(REFUSED_UNIT, [0] * 6 + [len(review.refused)]))
    totals = [*_counts(review.forms), len(review.refused)]
    above = (("各单位问题", "title"), ("按错误处数排列;已说明的问题不计入错误、疑点和提示。", "note"))
    sheet = _list(UNITS, Body(UNIT_COLUMNS, len(lines), lambda: lines), above, keep=1)
    rows = [list(row) for row in sheet.all_rows()]
    rows.append([Cell("合计", "strong"), *(Cell(total, "strong_word") for total in totals)])
    charts: tuple[Chart, ...] = ()
    bars = [(_short(unit, 14), counts[2]) for unit, counts in counted if counts[2]]
    if len(bars) > 1:
        rows.append([])
        charts = _chart_below(rows, sheet.widths, "错误最多的单位(处)", "错误", bars)
    area = Area(0, 0, len(rows) - 1, len(UNIT_COLUMNS) - 1)
    printing = replace(sheet.printing, landscape=False, area=area)
    widths = [*sheet.widths, 3, *DATA_WIDTHS]
    whole = replace(sheet, rows=rows, body=None, widths=widths, charts=charts, printing=printing, gridlines=False)
    return _chart_whole(whole)


def _counts(forms: Iterable[Reviewed]) -> list[int]:
    """Forms, forms with errors, findings of each severity, explained ones."""
    forms = list(forms)
    per_severity = [sum(form.count(severity) for form in forms) for severity in SEVERITIES]
    return [
        len(forms),
        sum(form.count(ERROR) > 0 for form in forms),
        *per_severity,
        sum(len(form.explained) for form in forms),
    ]


def _unit_line(unit: str, counts: Sequence[int]) -> Line:
    styles = ("word", "word", *STYLES_OF.values(), "word", "error")
    return (unit, *(_counted(count, style) for count, style in zip(counts, styles, strict=True)))


# --- ③ 按代码 ---------------------------------------------------------------------------------------------------------

CODE_COLUMNS = (
    Column("代码", 7, "word"), Column("级别", 7, "word"), Column("名称", 24), Column("处数", 8, "word"), Column("涉及表数", 9, "word"),
    Column("涉及单位数", 11, "word"), Column("占审核表比例", 12, "percent"), Column("处理办法", 46), Column("依据", 34),
)  # fmt: skip


def _codes(review: _Review) -> Sheet:
    lines = [
        (
            kind.code, Cell(kind.severity, STYLES_OF[kind.severity]), kind.title, kind.places, kind.forms, kind.units,
            round_half_up(_share(kind.forms, len(review.forms)), 4), kind.cure, kind.example[1].citation,
        )
        for kind in review.kinds
    ]  # fmt: skip
    note = f"共审核自评表 {len(review.forms)} 张;同一代码因把握程度不同列为错误或疑点的,分行列示。"
    above = (("各类问题", "title"), (note if lines else "未发现问题。", "note"))
    return _list(CODES, Body(CODE_COLUMNS, len(lines), lambda: lines), above, keep=3)


# --- ④ 问题明细 -------------------------------------------------------------------------------------------------------

FINDING_COLUMNS = (
    Column("单位", 15), Column("项目", 18), Column("年度", 6, "word"), Column("文件", 18), Column("工作表", 9), Column("单元格", 9, "place"),
    Column("代码", 6, "word"), Column("级别", 6, "word"), Column("名称", 12), Column("问题", 32), Column("现有", 10), Column("应为", 10),
    Column("处理办法", 24), Column("依据", 16), Column("状态", 8, "word"), Column("说明", 14),
)  # fmt: skip


def _findings(review: _Review) -> Sheet:
    """One head, one line per finding, nothing merged: what a pivot table takes as it is."""
    count = sum(len(form.findings) + len(form.explained) for form in review.forms)
    return _list(FINDINGS, Body(FINDING_COLUMNS, count, lambda: _finding_lines(review)), keep=2)


def _finding_lines(review: _Review) -> Iterator[Line]:
    for number, (form, one, why) in enumerate(_all_findings(review.forms)):
        yield _finding_line(review, form, one, why, linked=number < MOST_LINKS)


def _all_findings(forms: Iterable[Reviewed]) -> Iterator[tuple[Reviewed, Finding, str | None]]:
    for form in forms:
        yield from ((form, one, None) for one in form.findings)
        yield from ((form, one, why) for one, why in form.explained)


def _finding_line(review: _Review, form: Reviewed, one: Finding, why: str | None, *, linked: bool) -> Line:
    link = review.link(form.file, one.sheet or form.sheet, one.cell) if one.cell and linked else None
    place = Cell(one.cell or None, "place" if link else "word", link)
    rule = CATALOGUE.get(one.code)
    state = Cell(OPEN, "word") if why is None else Cell(EXPLAINED, "good")
    return (
        form.owner, form.project, form.year, form.file, one.sheet or form.sheet, place,
        one.code, Cell(one.severity, STYLES_OF[one.severity]), one.title, one.message, one.found, one.expected,
        rule.cure if rule else None, one.citation, state, why,
    )  # fmt: skip


# --- ⑤ 文件 -----------------------------------------------------------------------------------------------------------

FILE_COLUMNS = (
    Column("状态", 7, "word"), Column("文件", 36), Column("工作表", 13), Column("单位", 22), Column("项目", 26), Column("年度", 7, "word"),
    Column("自评总分", 9, "score"), Column("复核总分", 9, "score"), Column("差异", 8, "difference"), Column("等级", 6, "word"),
    Column("错误", 6, "word"), Column("疑点", 6, "word"), Column("提示", 6, "word"), Column("已说明", 7, "word"),
    Column("拒读原因和处理办法", 34),
)  # fmt: skip


def _files(review: _Review) -> Sheet:
    """Refused files first, for they were not checked; then every form that was."""
    states = "、".join(f"{STATES[state]} {count}" for state, count in review.states.items())
    note = f"文件核对:{review.control}({states})。差异 = 复核总分 - 自评总分。临时文件和重复文件不列。"
    body = Body(FILE_COLUMNS, len(review.refused) + len(review.forms), lambda: _file_lines(review))
    return _list(FILES, body, (("文件和自评表", "title"), (note, "note")), keep=2)


def _file_lines(review: _Review) -> Iterator[Line]:
    for file, code, message in review.refused:
        yield (Cell("拒读", "error"), review.file(file), *[None] * 12, f"{code} {message}")
    for form in review.forms:
        counts = [_counted(form.count(severity), STYLES_OF[severity]) for severity in SEVERITIES]
        yield (
            Cell("读取", "good"), review.file(form.file, form.sheet), form.sheet, form.owner, form.project, form.year,
            form.filed_total, form.total, form.difference, form.grade, *counts, _counted(len(form.explained), "word"), None,
        )  # fmt: skip
