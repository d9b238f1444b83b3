"""What a click is to change (打算怎么改), from what was read: values in, wishes out; nothing is written here.

- 重新计算: the column 计算得分 right of the table with 依据 beside it, and the column 得分 where it is asked for.
- 审核: a comment and a fill on every cell with a finding, and the rows of the sheet 审核意见; 清除标记 is a check that
  found nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from perf_xl.contract import percent
from perf_xl.exact import fold, plain
from perf_xl.excel.capture import BLANK, FORMULA, NUMBER, TEXT, Captured, Content
from perf_xl.excel.changing import Wish, cell_address, rgb
from perf_xl.excel.journal import COLOR, CONTENT, LOOK, NOTE, SHEET
from perf_xl.findings import Finding
from perf_xl.grid import Grid, address, position
from perf_xl.marking import (
    HEAD,
    HEAD_ROW,
    KEY,
    OPINIONS,
    OURS,
    REASON,
    SEPARATOR,
    STYLES_OF,
    Mark,
    Opinion,
    comment_text,
    marks_on,
    opinion_sheet,
)
from perf_xl.model import Written
from perf_xl.reading import BASIS, COMPUTED_SCORE
from perf_xl.scoring import COMPUTED, FILED, STATED, FormScore, IndicatorScore
from perf_xl.sheets import Link

# --- 计算得分 -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One computed score: of what, where it was filed, what it comes to and why."""

    name: str
    row: int
    """From 0."""
    filed: Written
    score: Decimal | None
    basis: str
    computed: bool
    """Whether it was worked out from numbers or what the unit states, and is not the filed score itself."""

    @property
    def differs(self) -> bool:
        """Whether something else was filed."""
        return self.score is not None and self.filed.number is not None and self.filed.number != self.score


def lines_of(score: FormScore) -> list[Line]:
    """Return every score of a form: 预算执行率, the indicators, 总分."""
    form, execution = score.form, score.execution
    lines = []
    if form.total_row is not None and execution.weight is not None:
        rated = execution.rate is not None
        basis = f"执行率 {percent(execution.rate)}" if rated else "没有全年预算数或执行数"
        lines.append(Line("预算执行率", form.total_row.row - 1, form.total_row.score, execution.score, basis, rated))
    for one in score.indicators:
        name, computed = one.indicator.level3.text or "指标", one.basis in (COMPUTED, STATED)
        lines.append(Line(name, one.indicator.row - 1, one.indicator.score, one.score, _basis(one), computed))
    if form.total.cell:
        known = score.total is not None
        lines.append(Line("总分", position(form.total.cell)[0], form.total, score.total, _sums(score), known))
    return lines


def _basis(one: IndicatorScore) -> str:
    if one.basis == COMPUTED:
        return f"完成比例 {percent(one.completion)}"
    if one.basis == STATED:
        return f"按所述完成比例 {percent(one.completion)}"
    return "按填报得分" if one.basis == FILED else "算不出来,请核对指标值和完成值"


def _sums(score: FormScore) -> str:
    levels = [f"{level} {plain(points)}" for level, points in score.levels.items() if points is not None]
    told = [*levels, *([f"等级 {score.grade}"] if score.grade else [])]
    if score.total is None:
        told.append("有得分算不出来,总分未定")
    return ";".join(told)


@dataclass(frozen=True, slots=True)
class Rescored:
    """重新计算的打算: wishes, and what the person is told."""

    wishes: tuple[Wish, ...]
    lines: tuple[Line, ...]
    own: bool = False
    """Whether the form computes its scores itself, by formulas."""


def rescored(sheet: Captured, score: FormScore, free: Callable[[int, Sequence[int]], bool]) -> Rescored:
    """Plan 计算得分 and 依据 of one form; `free` says whether a column can be taken at these rows."""
    lines = tuple(lines_of(score))
    if not lines:
        return Rescored((), ())
    grid, rows = sheet.grid, [one.row for one in lines]
    column = _headed(grid, score, rows)
    if column is not None and any(sheet.content(row, column).kind == FORMULA for row in rows):
        return Rescored((), lines, own=True)
    heads = _heads(score, rows)
    fresh = column is None
    if column is None:
        column = _first_free(sheet, score, rows, lambda at: free(at, [*heads, *rows]))
    name = grid.sheet
    wishes = [
        Wish(LOOK, name, f"{address(first, column + step)}:{address(last, column + step)}", _look(step, head=head))
        for step in (0, 1)
        for head, some in ((True, heads), (False, rows))
        for first, last in _runs(some)
        if fresh
    ]
    columns = [{**dict.fromkeys(heads, Content(TEXT, text)), **cells} for text, cells in _cells(lines)]
    for step, cells in enumerate(columns):
        wishes += [Wish(CONTENT, name, address(row, column + step), list(cells[row])) for row in sorted(cells)]
    return Rescored(tuple(wishes), lines)


def _cells(lines: Sequence[Line]) -> tuple[tuple[str, dict[int, Content]], ...]:
    scores = {one.row: Content(BLANK, "") if one.score is None else Content(NUMBER, plain(one.score)) for one in lines}
    return (COMPUTED_SCORE, scores), (BASIS, {one.row: Content(TEXT, one.basis) for one in lines})


def _look(step: int, *, head: bool) -> list[object]:
    color = rgb("computed")
    return ["General" if head or step else "0.00", None if color is None else list(color), head, (10.0, 28.0)[step]]


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Rows as runs: where each begins and ends."""
    runs: list[tuple[int, int]] = []
    for row in sorted(rows):
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def _headed(grid: Grid, score: FormScore, rows: Sequence[int]) -> int | None:
    """The column that says 计算得分 above the rows of the form."""
    top = position(score.form.title.cell)[0] if score.form.title.cell else 0
    for row in range(max(rows), top - 1, -1):
        for column in range(len(grid.values[row]) if row < grid.height else 0):
            if fold(grid.text(row, column)) == COMPUTED_SCORE:
                return column
    return None


def _heads(score: FormScore, rows: Sequence[int]) -> list[int]:
    """The rows above the funds and above the indicators, where the head of a table stands."""
    firsts = [score.form.total_row.row - 1] if score.form.total_row is not None else []
    firsts += [min(one.indicator.row - 1 for one in score.indicators)] if score.indicators else []
    return sorted({row - 1 for row in firsts if row > 0 and row in rows} - {*rows})


def _first_free(sheet: Captured, score: FormScore, rows: Sequence[int], free: Callable[[int], bool]) -> int:
    """The first column right of all that stands beside the form, with a blank one next to it."""
    top = position(score.form.title.cell)[0] if score.form.title.cell else 0
    bottom = max(rows)
    used = [
        column
        for row in range(top, bottom + 1)
        for column in range(len(sheet.contents[row]) if row < len(sheet.contents) else 0)
        if sheet.content(row, column).kind != BLANK
    ]
    used += [right for (first, _), (last, right) in sheet.grid.merged.items() if first <= bottom and last >= top]
    column = max(used, default=-1) + 1
    while not free(column):
        column += 1
    return column


@dataclass(frozen=True, slots=True)
class Filled:
    """填写得分的打算."""

    wishes: tuple[Wish, ...] = ()
    written: tuple[str, ...] = ()
    """Cells that get a score."""
    formulas: tuple[str, ...] = ()
    """Cells that keep their formula, though it comes to something else."""
    asked: bool = False


def filled(sheet: Captured, score: FormScore, *, everything: bool) -> Filled:
    """Plan the column 得分: the blank cells, or everything that could be computed; formulas stay.

    总分 adds up what then stands in the column, as a person would.
    """
    lines = lines_of(score)
    whole = lines.pop() if lines and lines[-1].name == "总分" else None
    wishes: list[Wish] = []
    written: list[str] = []
    formulas: list[str] = []
    points: list[Decimal | None] = []
    for line in lines:
        points.append(_fill(sheet, line, line.score, everything, wishes, written, formulas))
    known = [one for one in points if one is not None]
    if whole is not None and known:
        complete = len(known) == len(points)
        _fill(sheet, whole, sum(known, Decimal(0)) if complete else None, everything, wishes, written, formulas)
    return Filled(tuple(wishes), tuple(written), tuple(formulas), asked=True)


def _fill(
    sheet: Captured, line: Line, points: Decimal | None, everything: bool,
    wishes: list[Wish], written: list[str], formulas: list[str],
) -> Decimal | None:  # fmt: skip
    """Plan one cell of 得分; return what it will hold."""
    filed = line.filed
    if not filed.cell:
        return points if line.score is not None else filed.number
    at = position(cell_address(position(filed.cell), sheet.grid.merged))
    present = sheet.content(*at)
    if points is None or not line.computed or (present.kind != BLANK and not everything):
        return filed.number
    if present.kind == FORMULA:
        if filed.number != points:
            formulas.append(address(*at))
        return filed.number
    if filed.number != points:
        written.append(address(*at))
        wishes.append(Wish(CONTENT, sheet.grid.sheet, address(*at), list(Content(NUMBER, plain(points)))))
    return points


# --- 审核 ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marks:
    """批注和颜色: what of a workbook is ours now, and what was there before us."""

    notes: Mapping[str, Mapping[str, str]]
    """Sheet → cell → its comment, ours included."""
    colors: Mapping[tuple[str, str], list[int] | None] = field(default_factory=dict)
    """Cells that we coloured, with the fill they had before."""
    opinions: str | None = None
    """Name of the sheet 审核意见."""

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Every cell that carries a mark of ours."""
        noted = [
            (sheet, cell)
            for sheet, texts in self.notes.items()
            for cell, text in texts.items()
            if without_ours(text) != text
        ]
        return list(dict.fromkeys([*self.colors, *noted]))


def without_ours(text: str) -> str | None:
    """Return what somebody else wrote into a comment; None where it is ours alone.

    >>> without_ours(f"请核对\\n{SEPARATOR}\\n【▲疑点】"), without_ours("【×错误】S03"), without_ours("请核对")
    ('请核对', None, '请核对')
    """
    if OURS.match(text):
        return None
    own, found, _ = text.partition(SEPARATOR)
    return own.removesuffix("\n") if found else text


_SAMPLE = re.compile(r"'((?:[^']|'')+)'!([A-Z]{1,3}[1-9]\d*)=(#[0-9A-F]{6})?")


def samples_in(rows: Sequence[Sequence[str]]) -> dict[tuple[str, str], list[int] | None]:
    """Return the fills that cells had before they were marked, as the hidden column of 审核意见 keeps them."""
    found: dict[tuple[str, str], list[int] | None] = {}
    for row in rows[HEAD_ROW + 1 :]:
        for sheet, cell, color in _SAMPLE.findall(row[KEY + 1]):
            fill = [int(color[at : at + 2], 16) for at in (1, 3, 5)] if color else None
            found[sheet.replace("''", "'"), cell] = fill
    return found


def _sample(sheet: str, cell: str, color: Sequence[int] | None) -> str:
    fill = "" if color is None else "#{:02X}{:02X}{:02X}".format(*color)
    return f"'{sheet.replace(chr(39), chr(39) * 2)}'!{cell}={fill}"


def reasons_in(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return what was typed into the column 说明 (标识 → 说明)."""
    lines = rows[HEAD_ROW + 1 :]
    return {row[KEY].strip(): row[REASON].strip() for row in lines if row[KEY].strip() and row[REASON].strip()}


def marked(
    opinions: Sequence[Opinion],
    grids: Sequence[Grid],
    before: Marks,
    color_of: Callable[[str, str], list[int] | None],
    name: str,
    threads: Callable[[str], set[str]],
) -> tuple[list[Wish], list[str]]:
    """Plan the marks of a check over those of an earlier one; return also the cells whose threaded comment stays alone.

    `color_of` tells the fill a cell has now, `name` is that of the sheet 审核意见. Without opinions all marks go.
    """
    merged = {one.sheet: one.merged for one in grids}
    said: dict[tuple[str, str], list[Mark]] = {}
    for sheet, places in marks_on(opinions, {one.sheet: one for one in grids}).items():
        for at, some in places.items():
            said.setdefault((sheet, cell_address(at, merged[sheet])), []).extend(some)
    wishes: list[Wish] = []
    samples: dict[int, list[str]] = {}
    alone: list[str] = []
    marked_before = before.cells
    ours = [list(fill) for style in STYLES_OF.values() if (fill := rgb(style)) is not None]
    for sheet, cell in dict.fromkeys([*said, *marked_before]):
        if sheet not in merged:
            continue
        marks = sorted(said.get((sheet, cell), []), key=lambda one: (one.rank, one.number))
        now, present = color_of(sheet, cell), before.notes.get(sheet, {}).get(cell)
        own = None if present is None else without_ours(present)
        base = before.colors.get((sheet, cell)) if now in ours and (sheet, cell) in marked_before else now
        fill = rgb(STYLES_OF[marks[0].opinion.finding.severity]) if marks else None
        wishes.append(Wish(COLOR, sheet, cell, list(fill) if fill else base))
        if marks:
            samples.setdefault(marks[0].number, []).append(_sample(sheet, cell, base))
        if cell in threads(sheet):
            alone += [f"{sheet}!{cell}"] if marks else []
            continue
        text = comment_text(marks) if marks else None
        wishes.append(Wish(NOTE, sheet, cell, f"{own}\n{SEPARATOR}\n{text}" if own and text else text or own))
    if opinions or before.opinions:
        wishes.append(Wish(SHEET, name, "", rows_for(opinions, samples) if opinions else None))
    return wishes, alone


def rows_for(opinions: Sequence[Opinion], samples: Mapping[int, Sequence[str]]) -> list[list[str]]:
    """Return the rows of the sheet 审核意见 as texts, with the fills that cells had in a hidden column."""
    sheet = opinion_sheet(OPINIONS, opinions, lambda found: Link("", found.sheet, found.cell))
    rows = []
    for at, cells in enumerate(sheet.rows):
        texts = ["" if cell is None or cell.value is None else str(cell.value) for cell in cells]
        texts = [*texts, *[""] * (len(HEAD) - len(texts))]
        rows.append([*texts, "\n".join(samples.get(at - HEAD_ROW, ()))])
    return rows


def first_place(findings: Sequence[Finding]) -> tuple[str, str] | None:
    """Return sheet and cell of the first finding that has a cell."""
    for one in findings:
        if one.sheet and (hit := re.match(r"[A-Z]{1,3}[1-9]\d*", one.cell)):
            return one.sheet, hit.group()
    return None
