"""A workbook to be written, described without any spreadsheet library: sheets, cells, named styles, print set-up (工作簿).

Positions are 0-based and areas inclusive. What a cell looks like is a name in `STYLES`; how it comes into a file is the
matter of `perf_xl.writing` alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from math import ceil
from typing import NamedTuple, TypeAlias

from perf_xl.grid import Position

MOST_LINKS = 60_000
"""Excel opens no sheet with more than some 65,000 links; beyond this many a cell keeps its text alone."""

MOST_LINES = 1_000_000
"""Of a list on one sheet; a sheet has 1,048,576 rows, and something stands above the list."""

LOWEST = 18.0
"""Height of an ordinary row, in points."""

Scalar: TypeAlias = str | Decimal | int | None

SONG, HEI = "宋体", "黑体"
BLUE, GREY, FAINT = "#1F4E79", "#595959", "#F2F2F2"


@dataclass(frozen=True, slots=True)
class Style:
    """样式: how a cell looks. Colours are `#RRGGBB`; alignment across is left, center or right.

    What is framed and not wrapped shrinks to its cell: a number too long for it must not turn into ####.
    """

    font: str = SONG
    size: float = 10
    bold: bool = False
    underline: bool = False
    color: str = "#000000"
    fill: str | None = None
    across: str = "left"
    border: bool = True
    wrap: bool = True
    number_format: str = "General"
    name: str = ""
    """Under this name an office finds it among the cell styles, and may change it for the whole workbook."""
    locked: bool = True
    """On a protected sheet; what is not locked may be filled in."""
    hidden: bool = False
    """On a protected sheet the formula of the cell is not shown."""


_TEXT = Style()
_WORD = replace(_TEXT, across="center")
_NUMBER = Style(across="right", wrap=False)
_PLAIN = Style(border=False)

STYLES: Mapping[str, Style] = {
    # the official form
    "title": Style(HEI, 16, across="center", border=False, name="表标题"),
    "caption": replace(_PLAIN, wrap=False),
    "unit": replace(_PLAIN, across="right", wrap=False),
    "label": replace(_WORD, bold=True, name="栏目"),
    "total": replace(_WORD, bold=True, wrap=False, number_format="0.00"),
    "filled": replace(_WORD, wrap=False, number_format="#,##0.00####"),
    "filled_rate": replace(_WORD, wrap=False, number_format="0.00%"),
    "amount": _WORD,
    "mark": _WORD,
    "share": replace(_WORD, number_format="0.00%"),
    "note": replace(_PLAIN, size=9, color=GREY, name="表注"),
    "sign": replace(_PLAIN, size=11, wrap=False),
    # the form that is filled in: white cells are for the person, grey ones compute
    "input": replace(_WORD, locked=False, name="填写"),
    "input_text": replace(_TEXT, locked=False, name="填写文字"),
    "input_title": Style(HEI, 16, across="center", border=False, locked=False, name="填写标题"),
    "input_amount": replace(_WORD, number_format="General", locked=False),
    "computed": replace(_WORD, fill=FAINT, name="自动计算"),
    "computed_score": replace(_WORD, fill=FAINT, number_format="0.00", name="自动计算得分"),
    "computed_share": replace(_WORD, fill=FAINT, number_format="0.00%", name="自动计算比率"),
    "helper_head": Style(HEI, 9, across="center", fill=FAINT, color=GREY),
    "helper": Style(size=9, across="center", fill=FAINT, locked=False, name="辅助列"),
    "helper_locked": Style(size=9, across="center", fill=FAINT),
    "helper_share": Style(size=9, across="center", fill=FAINT, number_format="0.00%"),
    "helper_hint": Style(size=9, fill=FAINT),
    # a sheet to work from: its steps, and cells that the program fills in
    "step": Style(HEI, 12, color="#FFFFFF", fill=BLUE, border=False, name="步骤"),
    "outcome": replace(_TEXT, fill=FAINT, locked=False, name="处理结果"),
    # lists
    "head": Style(HEI, 10, across="center", fill=FAINT),
    "text": _TEXT,
    "word": _WORD,
    "number": replace(_NUMBER, number_format="#,##0"),
    "money": replace(_NUMBER, number_format="#,##0.00####"),
    "percent": replace(_NUMBER, number_format="0.00%"),
    "score": replace(_NUMBER, number_format="0.00"),
    "difference": replace(_NUMBER, number_format="+0.00;-0.00;0.00"),
    "link": replace(_TEXT, underline=True, color="#0563C1"),
    "place": replace(_WORD, underline=True, color="#0563C1"),
    # judgements: a word and a colour, so that neither is needed alone
    "error": replace(_WORD, bold=True, color="#9C0006", fill="#FBE3E1"),
    "doubt": replace(_WORD, bold=True, color="#7F6000", fill="#FFF2CC"),
    "advice": replace(_WORD, color=BLUE, fill="#E4EEF8"),
    "good": replace(_WORD, bold=True, color="#375623", fill="#E8F1E2"),
    "faint": replace(_WORD, color=GREY),
    # totals within a list
    "strong": replace(_TEXT, bold=True, fill=FAINT),
    "strong_word": replace(_WORD, bold=True, fill=FAINT),
    "sum": replace(_NUMBER, bold=True, fill=FAINT, number_format="#,##0.00####"),
    "points": replace(_NUMBER, bold=True, fill=FAINT, number_format="0.00"),
    # what a chart is drawn from, beside the printed area
    "data": Style(size=9, color=GREY, border=False, wrap=False),
    "data_score": Style(size=9, color=GREY, border=False, wrap=False, across="right", number_format="0.00"),
}


class Link(NamedTuple):
    """链接: where a click leads: a cell of another file (its path relative to the workbook), or of this workbook."""

    file: str = ""
    sheet: str = ""
    cell: str = ""
    """Of several addresses the first counts; without one it is A1."""

    @property
    def place(self) -> str:
        """The address behind the name of its sheet; "" without a sheet, and in a Word document, which has no such places.

        >>> Link("甲.xlsx", "绩效'自评", "D12, D14").place
        "'绩效''自评'!D12"
        >>> Link("甲.docx", "表1", "D12").place
        ''
        """
        if not self.sheet or self.file.lower().endswith((".docx", ".docm")):
            return ""
        quoted = self.sheet.replace("'", "''")
        return f"'{quoted}'!{_first_address(self.cell)}"


@lru_cache(maxsize=4096)
def _first_address(cell: str) -> str:
    first = re.match(r"[A-Z]{1,3}\d+", cell)
    return first.group() if first else "A1"


class Cell(NamedTuple):
    """单元格: a value, the name of its style, and where a click leads; or a formula and what it comes to."""

    value: Scalar = None
    style: str = "text"
    link: Link | None = None
    formula: str | None = None
    """Without the `=` before it; `value` is then its result, for whoever reads the file without calculating."""


class Column(NamedTuple):
    """列: a column of a list: its head, its width, the style of its cells."""

    head: str
    width: float
    style: str = "text"


Line: TypeAlias = Sequence[Scalar | Cell]
"""A line of a list, cell by cell; a bare value takes the style of its column."""


@dataclass(frozen=True, slots=True)
class Body:
    """表体: the lines of a list, made one by one while they are written, so that however many there are take no room."""

    columns: Sequence[Column]
    count: int
    lines: Callable[[], Iterable[Line]]
    """Makes the lines anew each time; there are `count` of them."""

    def rows(self) -> Iterator[list[Cell | None]]:
        """Yield the lines as rows of cells."""
        for line in self.lines():
            yield [
                value if isinstance(value, Cell) else Cell(None if value == "" else value, column.style)
                for value, column in zip(line, self.columns, strict=True)
            ]

    def first(self, count: int) -> Body:
        """Return the body with so many of its lines, or with all if there are no more."""
        lines = self.lines
        return self if self.count <= count else replace(self, count=count, lines=lambda: islice(lines(), count))

    def split(self, first: int) -> tuple[list[list[Cell | None]], Body]:
        """Return the first lines as rows, and the body of those after them."""
        lines = self.lines
        return [*islice(self.rows(), first)], replace(
            self, count=max(0, self.count - first), lines=lambda: islice(lines(), first, None)
        )


class Area(NamedTuple):
    """区域: first row and column, last row and column."""

    top: int
    left: int
    bottom: int
    right: int


class Series(NamedTuple):
    """数据系列: its name, and where its categories and values stand on the sheet."""

    name: str
    categories: Area
    values: Area
    color: str


@dataclass(frozen=True, slots=True)
class Chart:
    """图表: native, `bar` (lying) or `column` (clustered), at a cell, measured in pixels."""

    kind: str
    title: str
    at: Position
    width: int
    height: int
    series: tuple[Series, ...]
    number_format: str = "General"
    """Of the numbers at the bars; "" for none."""
    highest: int | None = None
    """End of the value axis, where it is known."""


LONGEST_TITLE, LONGEST_MESSAGE = 32, 255
"""Of a validation: Excel opens no workbook with a longer one."""

KINDS = ("list", "number", "any")


@dataclass(frozen=True, slots=True)
class Validation:
    """数据验证: what a cell expects, said when it is selected; anything else may be typed, after a warning.

    Raises:
        ValueError: Excel would not open a workbook with it.
    """

    area: Area
    kind: str
    """`list`, `number`, or `any` for a message alone."""
    source: tuple[str, ...] | str = ()
    """Items of the list; or where they stand, a formula or a defined name such as `=units`."""
    lowest: Decimal | None = None
    highest: Decimal | None = None
    title: str = ""
    message: str = ""
    """Shown when the cell is selected."""
    warning: str = ""
    """Shown when something else is typed; it lets the person go on. Without one anything is taken silently."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no kind of validation: {self.kind!r}")
        for text, most in (
            (self.title, LONGEST_TITLE),
            (self.message, LONGEST_MESSAGE),
            (self.warning, LONGEST_MESSAGE),
        ):
            if utf16_length(text) > most:
                raise ValueError(f"more than {most} characters: {text!r}")
        if self.kind == "any" and not (self.title or self.message):
            raise ValueError("a validation of kind 'any' has a message")
        if self.kind == "list":
            self._check_source()

    def _check_source(self) -> None:
        if isinstance(self.source, str):
            if not self.source[1:] or self.source[0] != "=":
                raise ValueError(f"a list stands at a formula that begins with '=': {self.source!r}")
        elif not self.source:
            raise ValueError("a list has items")
        elif any(mark in item for item in self.source for mark in ',"\n'):
            raise ValueError(f"no comma, quotation mark or line break within an item: {self.source!r}")
        elif utf16_length(",".join(self.source)) > LONGEST_MESSAGE:
            raise ValueError(f"items of more than {LONGEST_MESSAGE} characters stand in cells: {self.source!r}")


@dataclass(frozen=True, slots=True)
class Highlight:
    """条件格式: an area takes colour, boldness and fill of a style wherever its formula holds."""

    area: Area
    formula: str
    """Without the `=` before it; written for the first cell of the area."""
    style: str


class Button(NamedTuple):
    """按钮: starts a macro of the workbook; at a cell, moved and measured in pixels. It is not printed."""

    caption: str
    macro: str
    at: Position
    width: int
    height: int
    across: int = 0
    """From the left edge of its cell."""
    down: int = 0
    """From the upper edge of its cell."""
    tip: str = ""
    """For a person who has it read aloud."""


@dataclass(frozen=True, slots=True)
class Print:
    """打印设置: A4, one page wide, page numbers in the footer."""

    landscape: bool = False
    repeat: tuple[int, int] | None = None
    """First and last row repeated on every page."""
    area: Area | None = None
    breaks: tuple[int, ...] = ()
    """Rows above which a page ends."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """工作表: rows of cells (`None` where there is nothing, not even a border), and everything around them."""

    name: str
    rows: Sequence[Sequence[Cell | None]]
    widths: Sequence[float]
    """Width of each column, in digits."""
    merged: Sequence[Area] = ()
    freeze: Position | None = None
    filter: Area | None = None
    charts: Sequence[Chart] = ()
    tab_color: str | None = None
    gridlines: bool = True
    lowest: float = LOWEST
    """Height of a framed row that needs no more, in points."""
    room: Mapping[int, float] = field(default_factory=dict)
    """Rows that are higher than what stands in them now needs, in points: somebody will write there."""
    printing: Print = field(default_factory=Print)
    validations: Sequence[Validation] = ()
    highlights: Sequence[Highlight] = ()
    """Where two hold and disagree, the first counts."""
    protected: bool = False
    """Against mistakes, without a password; formats, rows and filters stay free."""
    hidden_columns: Sequence[int] = ()
    grouped_columns: Sequence[int] = ()
    """Columns that fold away together; they are unfolded at first."""
    notes: Mapping[Position, str] = field(default_factory=dict)
    """Comments beside cells."""
    zoom: int = 100
    """In per cent."""
    buttons: Sequence[Button] = ()
    """In a workbook with macros."""
    hidden: bool = False
    """The sheet is there, its tab is not; a person may show it (取消隐藏)."""
    body: Body | None = None
    """Of a list: what follows below `rows`, framed cells alone and nothing merged."""

    def all_rows(self) -> list[Sequence[Cell | None]]:
        """Return the rows and those of the body, which are made for it."""
        return [*self.rows, *(self.body.rows() if self.body else ())]


@dataclass(frozen=True, slots=True)
class Book:
    """工作簿: its sheets in order, its title, its custom properties, and names for what stands in it.

    Raises:
        ValueError: a name that Excel would not take.
    """

    sheets: Sequence[Sheet]
    title: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """Defined name, in ASCII → where it leads, such as `='参数'!$A$2:$A$40`."""
    active: int = 0
    """The sheet shown first."""
    macros: bytes = b""
    """Its VBA project, whose modules for the sheets are named Sheet1, Sheet2 ...; with one it is an .xlsm."""

    def __post_init__(self) -> None:
        for name in self.names:
            if not _NAME.fullmatch(name) or _CELL_LIKE.fullmatch(name):
                raise ValueError(f"Excel takes no such name: {name!r}")
        if len({name.lower() for name in self.names}) < len(self.names):
            raise ValueError(f"names differ by more than capital letters: {sorted(self.names)}")
        if self.active and not 0 <= self.active < len(self.sheets):
            raise ValueError(f"no sheet {self.active} of {len(self.sheets)}")
        if self.sheets and all(sheet.hidden for sheet in self.sheets):
            raise ValueError("Excel opens no workbook all of whose sheets are hidden")
        if not self.macros and any(sheet.buttons for sheet in self.sheets):
            raise ValueError("a button needs a macro, and this workbook has none")


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,254}")
_CELL_LIKE = re.compile(r"[A-Z]{1,3}\d+|R\d*(C\d*)?|C\d*", re.IGNORECASE)


# --- a form, line by line --------------------------------------------------------------------------------------------

Entry = tuple[str, Scalar, str]
"""Columns it spans (`A`, `CH`), what stands there, style."""


LETTERS = {letter: at for at, letter in enumerate("ABCDEFGH")}
"""Of the columns of a form."""


class Paper:
    """A form eight columns wide, line by line from the top; every entry says which columns it spans."""

    def __init__(self) -> None:
        self.rows: list[list[Cell | None]] = []
        self.merged: list[Area] = []

    def line(self, *entries: Entry) -> int:
        """Add a line; return its row."""
        cells: list[Cell | None] = [None] * 8
        row = len(self.rows)
        for columns, value, style in entries:
            left, right = LETTERS[columns[0]], LETTERS[columns[-1]]
            cells[left] = Cell(None if value == "" else value, style)
            if right > left:
                cells[left + 1 : right + 1] = [Cell(None, style)] * (right - left)
                self.merged.append(Area(row, left, row, right))
        self.rows.append(cells)
        return row

    def stack(self, top: int, columns: str) -> None:
        """Merge what stands in these columns from row `top` down to the last line."""
        left, right = LETTERS[columns[0]], LETTERS[columns[-1]]
        bottom = len(self.rows) - 1
        if bottom > top:
            self.merged = [one for one in self.merged if not (top <= one.top <= bottom and left <= one.left <= right)]
            self.merged.append(Area(top, left, bottom, right))
        for row in self.rows[top + 1 :]:
            if (hidden := row[left]) is not None:
                row[left] = Cell(None, hidden.style)


# --- names of sheets --------------------------------------------------------------------------------------------------


def sheet_name(wish: str, taken: Sequence[str] = ()) -> str:
    """Return a name that Excel allows for a sheet: at most 31 characters, none of `[]:*?/\\`, not yet taken.

    >>> sheet_name("汇总表1 道路[维护]:二期"), sheet_name("问题", ["问题"])
    ('汇总表1 道路(维护)-二期', '问题_1')
    """
    name = "".join(character for character in wish.translate(_NAME_MENDED) if character.isprintable())
    name = _cut(name.strip(" '"), 31) or "表"
    lower, number, chosen = {one.lower() for one in taken}, 0, name
    while chosen.lower() in lower:
        number += 1
        chosen = f"{_cut(name, 30 - len(str(number)))}_{number}"
    return chosen


_NAME_MENDED = str.maketrans("[]:*?/\\", "()-----")


def utf16_length(text: str) -> int:
    """Return how many characters Excel counts.

    >>> utf16_length("绩效"), utf16_length("😀")
    (2, 2)
    """
    return len(text.encode("utf-16-le", "replace")) // 2


def _cut(text: str, length: int) -> str:
    """Excel counts in UTF-16; a character cut in half is dropped."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", errors="ignore").strip(" '")


# --- row heights ------------------------------------------------------------------------------------------------------
#
# Excel does not find the height of a row by itself where cells are merged, and no library knows fonts. A Chinese
# character is as wide as its font is high, anything else a little more than half of that; this is on the safe side.

PIXELS_A_DIGIT, PIXELS_BESIDE, POINTS_A_PIXEL = 7, 5, 0.75
LINE, PADDING, HIGHEST = 1.42, 5.0, 409.0
"""Height of a line in ems; what stands above and below the text, and the highest row there is, in points."""


def pixels(width: float) -> int:
    """Return how wide a column is on the screen."""
    return int(width * PIXELS_A_DIGIT + PIXELS_BESIDE)


class _Breadths(dict[int, str]):
    """Of every character met so far, by its number: W where it is as wide as a Chinese one, else N."""

    def __missing__(self, character: int) -> str:
        self[character] = breadth = "W" if unicodedata.east_asian_width(chr(character)) in "WFA" else "N"
        return breadth


_BREADTHS = _Breadths()


def ems(text: str) -> float:
    """Return how wide a text is, in characters of Chinese.

    >>> ems("汇总表"), ems("12.5%")
    (3.0, 2.75)
    """
    wide = text.translate(_BREADTHS).count("W")
    return wide + 0.55 * (len(text) - wide)


_UNBROKEN = re.compile(r"[!-~×÷Σ]{9,}")


def lines(text: str, room: float) -> int:
    """Return how many lines a text takes where `room` Chinese characters stand side by side.

    What cannot be broken, as a long sum in figures, begins a line of its own.
    """
    room = max(room, 1)
    count = 0
    for part in text.split("\n"):
        wanted = 1 if len(part) <= room else max(1, ceil(ems(part) / room))
        count += wanted + (wanted > 1 and any(ems(run) > room / 2 for run in _UNBROKEN.findall(part)))
    return count


def text_height(text: str, width: int, style: Style) -> float:
    """Return the height, in points, of a text wrapped within `width` pixels."""
    room = (width - 2 * PIXELS_BESIDE) * POINTS_A_PIXEL / style.size
    count = lines(text, int(room * 2) / 2) if style.wrap else text.count("\n") + 1
    return count * style.size * LINE + PADDING


@lru_cache(maxsize=4096)
def cell_height(text: str, width: int, style: str) -> float:
    """Return the height of a text within `width` pixels as `text_height` does; 0 where it is short enough for any row."""
    look = STYLES[style]
    if look.size <= 10 and len(text) * 14 < width and "\n" not in text:
        return 0
    return text_height(text, width, look)


FRAMED = {name for name, style in STYLES.items() if style.border}


def _framed(cells: Sequence[Cell | None]) -> bool:
    return any(cell is not None and cell.style in FRAMED for cell in cells)


def row_heights(sheet: Sheet) -> list[float]:
    """Return the height of every row to be printed but those of a body; an area over several rows stretches its last.

    A formula is as high as its result; what stands in hidden columns needs no room and gives none.
    """
    hidden = {*sheet.hidden_columns}
    widths = [0 if column in hidden else pixels(width) for column, width in enumerate(sheet.widths)]
    areas = {(area.top, area.left): area for area in sheet.merged}
    bottom = sheet.printing.area.bottom + 1 if sheet.printing.area and not sheet.body else 0
    heights = [sheet.lowest if _framed(cells) else LOWEST for cells in sheet.rows]
    heights += [LOWEST] * (bottom - len(heights))
    for row, height in sheet.room.items():
        heights[row] = max(heights[row], height)
    tall: list[tuple[Area, float]] = []
    for top, cells in enumerate(sheet.rows):
        for left, cell in enumerate(cells):
            if cell is None:
                continue
            text, style, *_ = cell
            if not text or not isinstance(text, str) or not (wanted := cell_height(text, widths[left], style)):
                continue
            area = areas.get((top, left), Area(top, left, top, left))
            if not (width := sum(widths[left : area.right + 1])) and left in hidden:
                continue
            if area.right > left:
                wanted = text_height(text, width, STYLES[style])
            if area.bottom > top:
                tall.append((area, wanted))
            elif wanted > heights[top]:
                heights[top] = min(wanted, HIGHEST)
    for area, wanted in tall:
        missing = wanted - sum(heights[area.top : area.bottom + 1])
        if missing > 0:
            heights[area.bottom] = min(heights[area.bottom] + missing, HIGHEST)
    return heights
