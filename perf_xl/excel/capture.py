"""An open workbook as plain cells (读取打开的工作簿): the same grids that `perf_xl.workbooks` gives for the saved file.

Every call into Excel takes about as long as reading a thousand cells, so values and formulas come in one call each for a
whole sheet. What Excel tells for an area only where it is uniform (number format, merged or not) is asked for the whole,
then for its halves, until it is uniform.

Amounts: a cell with a currency format comes as a `Decimal` cut off after 4 decimals. A constant is read from its text in
the formula bar, which is whole; a result of a formula from `Value2` where there is one. Where there is none the formula
counts as one without a known result, and the reader says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

import xlwings as xw

from perf_xl.exact import decimal_in, plain
from perf_xl.grid import Grid, Position, Raw, address, position
from perf_xl.marking import OPINIONS
from perf_xl.packages import LIMITS

ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"})
ROWS, LAST_COLUMN = 1_048_576, "XFD"
"""Where a sheet ends."""

BLANK, NUMBER, TEXT, TRUTH, FORMULA = "blank", "number", "text", "truth", "formula"


class Content(NamedTuple):
    """内容: what was typed into a cell, so that it can be typed again."""

    kind: str
    text: str
    """A number with every digit (a date as its serial number), a formula with its `=`."""


NOTHING = Content(BLANK, "")


class Box(NamedTuple):
    """Part of a sheet: first row and column, last row and column, from 0 and inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def address(self) -> str:
        """As Excel writes it."""
        first, last = address(self.top, self.left), address(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"

    @property
    def single(self) -> bool:
        """Whether it is one cell."""
        return self[:2] == self[2:]

    def halves(self) -> tuple[Box, Box]:
        """Cut across the longer side."""
        if self.bottom - self.top >= self.right - self.left:
            middle = (self.top + self.bottom) // 2
            return self._replace(bottom=middle), self._replace(top=middle + 1)
        middle = (self.left + self.right) // 2
        return self._replace(right=middle), self._replace(left=middle + 1)

    def within(self, cells: Collection[Position]) -> list[Position]:
        """The cells that lie in it."""
        return [at for at in cells if self.top <= at[0] <= self.bottom and self.left <= at[1] <= self.right]


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """一张打开的工作表: its grid, and what was typed into its cells."""

    grid: Grid
    contents: Sequence[Sequence[Content]]

    def content(self, row: int, column: int) -> Content:
        """Return what was typed into a cell; blank outside."""
        if row < len(self.contents) and column < len(self.contents[row]):
            return self.contents[row][column]
        return NOTHING


def grids_of(book: xw.Book) -> list[Grid]:
    """Return every sheet of an open workbook but those of our own, as `workbooks.read_grids` does for a saved file."""
    return [one.grid for one in capture(book)]


def capture(book: xw.Book) -> list[Captured]:
    """Return every sheet of an open workbook but those of our own (审核意见)."""
    return [capture_sheet(sheet) for sheet in book.sheets if not sheet.name.startswith(OPINIONS)]


def capture_sheet(sheet: xw.Sheet) -> Captured:
    """Return one sheet from A1 to its last used cell."""
    used = box_of(sheet.used_range.address)
    box, last_cell = _limited(Box(0, 0, used.bottom, used.right))
    area = sheet.range(box.address)
    values = _rows(area.options(ndim=2, err_to_str=True).value, box)
    formulas = _rows(area.formula, box)
    if any(isinstance(value, Decimal) for row in values for value in row):
        values = _whole_amounts(area, box, values, formulas)
    contents = [[content_of(*pair) for pair in zip(*rows, strict=True)] for rows in zip(values, formulas, strict=True)]
    errors: dict[Position, str] = {}
    unknown: dict[Position, str] = {}
    plain_rows: list[list[Raw]] = []
    for row, cells in enumerate(values):
        plain_rows.append([])
        for column, value in enumerate(cells):
            if isinstance(value, str) and value in ERRORS:
                errors[(row, column)] = value
                value = None
            elif isinstance(value, Decimal):
                unknown[(row, column)] = contents[row][column].text.removeprefix("=")
                value = None
            plain_rows[-1].append(_raw(value))
    numbers = [
        (row, column)
        for row, cells in enumerate(plain_rows)
        for column, value in enumerate(cells)
        if (row, column) in unknown or (value is not None and not isinstance(value, str | bool))
    ]
    filled = {(row, column) for row, cells in enumerate(contents) for column, one in enumerate(cells) if one != NOTHING}
    grid = Grid(
        sheet.name, plain_rows, merged_areas(sheet, box) if filled else {}, number_formats(sheet, numbers), {}, errors, unknown,
        sheet.visible not in (True, 1, -1), last_cell,
    )  # fmt: skip
    return Captured(grid, contents)


def _limited(box: Box) -> tuple[Box, str | None]:
    """Cut a vast sheet as the reader of files does; return also where it ended."""
    if (box.bottom + 1) * (box.right + 1) <= LIMITS["area"]:
        return box, None
    cut = box._replace(bottom=min(box.bottom, LIMITS["rows"] - 1), right=min(box.right, LIMITS["columns"] - 1))
    return cut, address(box.bottom, box.right)


def box_of(cells: str) -> Box:
    """Read an address of Excel, whole rows and columns among them.

    >>> box_of("$B$2:$C$9"), box_of("$D$12")
    (Box(top=1, left=1, bottom=8, right=2), Box(top=11, left=3, bottom=11, right=3))
    >>> box_of("$A:$B"), box_of("$3:$4")
    (Box(top=0, left=0, bottom=1048575, right=1), Box(top=2, left=0, bottom=3, right=16383))
    """
    first, _, last = cells.rpartition("!")[2].replace("$", "").partition(":")
    last = last or first
    if first.isalpha():
        first, last = f"{first}1", f"{last}{ROWS}"
    elif first.isdigit():
        first, last = f"A{first}", f"{LAST_COLUMN}{last}"
    return Box(*position(first), *position(last))


def _rows(block: Any, box: Box) -> list[list[Any]]:
    """A block as rows, in whatever shape the engine gives it; `None` for a blank."""
    if not isinstance(block, list | tuple):
        return [[block]]
    if block and isinstance(block[0], list | tuple):
        return [list(row) for row in block]
    return [list(block)] if box.top == box.bottom else [[cell] for cell in block]


def content_of(value: Any, formula: Any) -> Content:
    """Return what was typed into a cell from its value and its text in the formula bar.

    >>> content_of(9.5, "9.5"), content_of("=甲", "=甲").kind, content_of(3.0, "=1+2").kind, content_of("78", "78").kind
    (Content(kind='number', text='9.5'), 'text', 'formula', 'text')
    """
    text = "" if formula is None else str(formula)
    if text.startswith("=") and not (isinstance(value, str) and value == text):
        return Content(FORMULA, text)
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return Content(TRUTH, "TRUE" if value else "FALSE")
    if isinstance(value, str):
        return Content(FORMULA, f"={value}") if value in ERRORS else Content(TEXT, value)
    return Content(
        NUMBER, text or (plain(Decimal(str(value))) if isinstance(value, int | float | Decimal) else str(value))
    )


def _whole_amounts(
    area: xw.Range, box: Box, values: Sequence[Sequence[Any]], formulas: Sequence[Sequence[Any]]
) -> list[list[Any]]:
    """Replace what came cut off after 4 decimals by what the cell holds; it stays a `Decimal` where nobody tells."""
    whole: Callable[[int, int], Any] | None = None
    rows = [list(row) for row in values]
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if not isinstance(value, Decimal):
                continue
            typed = str(formulas[row][column])
            if not typed.startswith("="):
                number = decimal_in(typed)
                cells[column] = value if number is None else float(number)
                continue
            whole = whole or _value2(area, box)
            stored = whole(row, column)
            if isinstance(stored, int | float) and not isinstance(stored, bool):
                cells[column] = float(stored)
    return rows


def _value2(area: xw.Range, box: Box) -> Callable[[int, int], Any]:
    """What the cells hold, by row and column, in one call; nothing where the program has no such property."""
    try:
        block = _rows(area.api.Value2, box)
    except (AttributeError, NotImplementedError):
        return lambda row, column: None
    return lambda row, column: block[row][column]


def _raw(value: Any) -> Raw:
    """A value as a grid holds it: a day without a clock is a date, a clock without a day a time."""
    if isinstance(value, datetime):
        if value.date() <= date(1900, 1, 1) and value.time() != time():
            return value.time()
        moment = value.replace(tzinfo=None)
        return moment.date() if moment.time() == time() else moment
    if value is None or isinstance(value, str | int | float | bool | date | time):
        return value
    return str(value)


def number_formats(sheet: xw.Sheet, cells: Sequence[Position]) -> dict[Position, str]:
    """Return the number format of these cells where it is not General, in as few calls as it takes."""
    found: dict[Position, str] = {}
    for shown_as, inside in _uniform(cells, lambda box: sheet.range(box.address).number_format):
        if shown_as != "General":
            found |= dict.fromkeys(inside, shown_as)
    return found


def _uniform(cells: Sequence[Position], ask: Callable[[Box], str | None]) -> Iterator[tuple[str, Sequence[Position]]]:
    """Ask for the smallest area around cells, then for its halves, until the answer is the same for all of it."""
    if not cells:
        return
    box = _around(cells)
    answer = ask(box)
    if answer is not None:
        yield answer, cells
    elif not box.single:
        for half in box.halves():
            yield from _uniform(half.within(cells), ask)


def _around(cells: Collection[Position]) -> Box:
    rows, columns = [row for row, _ in cells], [column for _, column in cells]
    return Box(min(rows), min(columns), max(rows), max(columns))


def merged_areas(sheet: xw.Sheet, box: Box) -> Mapping[Position, Position]:
    """Return the merged areas of a part of a sheet: top left corner → bottom right corner."""
    found: dict[Position, Position] = {}
    covered: set[Position] = set()

    def look(part: Box) -> None:
        cells = [
            (row, column)
            for row in range(part.top, part.bottom + 1)
            for column in range(part.left, part.right + 1)
            if (row, column) not in covered
        ]
        if not cells:
            return
        part = _around(cells)
        merged: bool | None = sheet.range(part.address).merge_cells
        if merged is not None and not merged:
            return
        if merged or part.single:
            area = box_of(sheet.range(address(*cells[0])).merge_area.address)
            found[area[:2]] = area[2:]
            covered.add(cells[0])
            covered.update(
                (row, column) for row in range(area.top, area.bottom + 1) for column in range(area.left, area.right + 1)
            )
            look(part)
            return
        for half in part.halves():
            look(half)

    look(box)
    return {corner: end for corner, end in sorted(found.items()) if corner != end}
