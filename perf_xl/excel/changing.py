"""Changes in an open workbook (改动): each put down in the journal before it is made, all of a step or none.

Writing goes through a `Hand`. It is told what a place shall hold, finds out what it holds now, and leaves alone what is
right already. When anything fails on the way, all that was done is put back before the failure goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple

import xlwings as xw

from perf_xl.errors import NothingToDo
from perf_xl.excel.capture import (
    BLANK,
    FORMULA,
    NUMBER,
    TRUTH,
    Captured,
    Content,
    capture,
    capture_sheet,
    content_of,
)
from perf_xl.excel.journal import COLOR, CONTENT, LOOK, NOTE, SHEET, Change, Journal, Json, same
from perf_xl.grid import Position, address, position
from perf_xl.marking import HEAD, HEAD_ROW, ICONS, KEY, OPINIONS, REASON, STYLES_OF, WIDTHS
from perf_xl.sheets import STYLES, pixels, text_height

QUIET: Mapping[str, Any] = {
    "screen_updating": False,
    "display_alerts": False,
    "enable_events": False,
    "calculation": "manual",
}
"""How a program is set while it is written to."""

ALLOWED = (
    "AllowFormattingCells", "AllowFormattingColumns", "AllowFormattingRows", "AllowInsertingColumns", "AllowInsertingRows",
    "AllowInsertingHyperlinks", "AllowDeletingColumns", "AllowDeletingRows", "AllowSorting", "AllowFiltering",
    "AllowUsingPivotTables",
)  # fmt: skip
"""What a protected sheet may allow all the same, in the order in which Excel takes it."""


class Wish(NamedTuple):
    """What a place shall hold."""

    kind: str
    sheet: str
    place: str
    value: Json


@contextmanager
def quiet(app: xw.App) -> Iterator[None]:
    """Write without flicker, macros of others and recalculation at every cell; afterwards all is set as it was before."""
    before = {name: getattr(app, name) for name in (*QUIET, "status_bar")}
    try:
        for name, value in QUIET.items():
            setattr(app, name, value)
        yield
    finally:
        for name, value in before.items():
            _surely(lambda name=name, value=value: setattr(app, name, value))  # type: ignore[misc]


def _surely(act: Callable[[], object]) -> bool:
    """Do what must be done on the way out: a second time where it fails; return whether it worked."""
    for _ in range(2):
        with suppress(Exception):
            act()
            return True
    return False


class Hand:
    """Writes into an open workbook: every change of it is put down first, and can be put back."""

    def __init__(self, book: xw.Book, journal: Journal, sheets: Sequence[Captured]) -> None:
        self.book = book
        self.journal = journal
        self.done: list[Change] = []
        self._sheets = {one.grid.sheet: one for one in sheets}
        self._notes: dict[str, dict[str, str]] = {}
        self._locked: dict[str, tuple[Any, ...]] = {}
        self._shown = book.sheets.active

    def do(self, wishes: Iterable[Wish]) -> list[Change]:
        """Carry wishes out; return what had to be changed."""
        changes = []
        for wish in wishes:
            before = self.present(wish.kind, wish.sheet, wish.place)
            if not alike(wish.kind, before, wish.value):
                changes.append(Change(wish.kind, wish.sheet, wish.place, before, wish.value))
        for name in dict.fromkeys(one.sheet for one in changes if one.kind != SHEET):
            self.unlock(name)
        self.journal.record(changes)
        self.done += changes
        for block in _blocks(changes):
            self._put(block)
        return changes

    def present(self, kind: str, sheet: str, place: str, *, fresh: bool = False) -> Json:
        """Return what a place holds: as it was when the sheet was read, or `fresh` from the program."""
        if kind == SHEET:
            half_written: list[list[str]] = []
            rows = rows_of_opinions(self.book, sheet)
            return half_written if rows is None and sheet in self.book.sheet_names else rows
        if kind == CONTENT:
            if fresh or sheet not in self._sheets:
                cell = self.book.sheets[sheet].range(place)
                return list(content_of(_value(cell), cell.formula))
            return list(self._sheets[sheet].content(*position(place)))
        if kind == NOTE:
            if fresh or sheet not in self._notes:
                self._notes[sheet] = notes_of(self.book.sheets[sheet])
            return self._notes[sheet].get(place)
        area = self.book.sheets[sheet].range(place)
        if kind == COLOR:
            return _list(area.color)
        return [area.number_format, _list(area.color), area.font.bold, area.column_width]

    def put_back(self) -> list[Change]:
        """Put everything back; return what could not be."""
        left = [change for change in reversed(self.done) if not _surely(lambda change=change: self._restore(change))]  # type: ignore[misc]
        self.done = []
        _surely(self._shown.activate)
        return left

    def _restore(self, change: Change) -> None:
        if not alike(change.kind, self.present(change.kind, change.sheet, change.place, fresh=True), change.before):
            self._put([change._replace(before=change.after, after=change.before)])

    def _put(self, block: Sequence[Change]) -> None:
        """Make changes that one call can make together."""
        first = block[0]
        if first.kind == SHEET:
            put_opinions(self.book, first.sheet, first.after)
            return
        sheet = self.book.sheets[first.sheet]
        area = sheet.range(first.place)
        if first.kind == CONTENT:
            if len(block) == 1:
                _type(area, Content(*first.after))
            else:
                sheet.range(f"{first.place}:{block[-1].place}").value = [[_typed(Content(*one.after))] for one in block]
        elif first.kind == NOTE:
            _annotate(area, first.after)
        elif first.kind == COLOR:
            area.color = _tuple(first.after)
        else:
            number_format, color, bold, width = first.after
            area.number_format, area.color, area.font.bold = number_format, _tuple(color), bold
            if width is not None:
                area.column_width = width

    # --- protected sheets ---

    def unlock(self, name: str) -> None:
        """Take the protection of a sheet off, if it has one without a password."""
        if name in self._locked:
            return
        api = self.book.sheets[name].api
        if getattr(api, "ProtectContents", False) is not True:
            return
        shield = getattr(api, "Protection", None)
        options = (
            "", getattr(api, "ProtectDrawingObjects", True), True, getattr(api, "ProtectScenarios", True),
            getattr(api, "ProtectionMode", False), *(getattr(shield, one, False) for one in ALLOWED),
        )  # fmt: skip
        with suppress(Exception):
            api.Unprotect("")
        if api.ProtectContents is True:
            raise NothingToDo(f"工作表“{name}”有密码保护,没有改动。请先在“审阅”中撤销工作表保护,再点一次。")
        self._locked[name] = options

    def lock_again(self) -> None:
        """Protect again what was protected, as it was."""
        for name, options in self._locked.items():
            _surely(lambda name=name, options=options: self.book.sheets[name].api.Protect(*options))  # type: ignore[misc]
        self._locked = {}


@contextmanager
def step(book: xw.Book, journal: Journal, command: str, now: datetime, sheets: Sequence[Captured]) -> Iterator[Hand]:
    """One step: what the hand does within is done wholly or not at all.

    Raises:
        NothingToDo: something failed, and so did putting back; it can be tried again by 还原上一步.
    """
    journal.begin(command, now)
    hand = Hand(book, journal, sheets)
    try:
        yield hand
        if not hand.done:
            journal.drop()
    except BaseException as problem:
        left = hand.put_back()
        if left:
            places = "、".join(dict.fromkeys(f"{one.sheet}!{one.place}".rstrip("!") for one in left))
            raise NothingToDo(f"中途出错,{places} 没有能恢复原样。请点“还原上一步”重试。") from problem
        with suppress(OSError):
            journal.drop()
        raise
    finally:
        hand.lock_again()


def undo_last(book: xw.Book, journal: Journal, now: datetime) -> tuple[str, int, list[str]]:
    """Undo the last step; return its command, how many places were put back, and those that a person changed since.

    Raises:
        NothingToDo: nothing was recorded.
    """
    last = journal.last()
    if last is None:
        raise NothingToDo("没有可以还原的改动:本工具还没有改过这个工作簿,或者改动都已还原。")
    merged: dict[tuple[str, str, str], Change] = {}
    for change in last.changes:
        before = merged[change[:3]].before if change[:3] in merged else change.before
        merged[change[:3]] = change._replace(before=before)
    known = set(book.sheet_names)
    wishes, left = [], []
    with step(book, journal, "undo", now, capture(book)) as hand:
        for change in reversed(list(merged.values())):
            there = change.kind == SHEET or change.sheet in known
            present = hand.present(*change[:3]) if there else None
            if there and alike(change.kind, present, change.after):
                wishes.append(Wish(*change[:3], change.before))
            elif not (there and alike(change.kind, present, change.before)):
                left.append(f"{change.sheet}!{change.place}".rstrip("!"))
        done = hand.do(wishes)
        journal.forget(last.number)
        journal.drop()
    return last.command, len(done), list(dict.fromkeys(left))


def alike(kind: str, one: Json, other: Json) -> bool:
    """Return whether a place holds what was wished; the width of a column is rounded by Excel and does not count."""
    if kind == LOOK and one and other:
        return bool(one[:3] == other[:3])
    return same(one, other)


def _blocks(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Put together what stands right below one another in a column; a formula stands alone."""
    block: list[Change] = []
    for change in changes:
        if block and _follows(block[-1], change):
            block.append(change)
            continue
        if block:
            yield block
        block = [change]
    if block:
        yield block


def _follows(above: Change, below: Change) -> bool:
    if above.kind != CONTENT or below.kind != CONTENT or above.sheet != below.sheet:
        return False
    if FORMULA in (above.after[0], below.after[0]):
        return False
    (row, column), at = position(above.place), position(below.place)
    return at == (row + 1, column)


def _value(cell: xw.Range) -> Any:
    return cell.options(err_to_str=True).value


def _typed(content: Content) -> str | float | bool | None:
    """What is handed to Excel so that exactly this comes to stand in a cell: text is text, whatever it looks like."""
    if content.kind == BLANK:
        return None
    if content.kind == NUMBER:
        return float(content.text)
    if content.kind == TRUTH:
        return content.text == "TRUE"
    return as_text(content.text)


def as_text(text: str) -> str:
    """Return a text so that Excel takes it for one: no formula, no number, no date.

    >>> as_text("=1+1"), as_text("")
    ("'=1+1", '')
    """
    return f"'{text}" if text else ""


def _type(cell: xw.Range, content: Content) -> None:
    if content.kind == FORMULA:
        cell.formula = content.text
    else:
        cell.value = _typed(content)


def _annotate(cell: xw.Range, text: str | None) -> None:
    """Give a cell a comment, another text for it, or none; the box of a comment that stays keeps its look."""
    note = cell.note
    if text is None:
        if note is not None:
            note.delete()
    elif note is None:
        cell.add_note(text)
    else:
        note.text = text


def _list(color: tuple[int, int, int] | None) -> list[int] | None:
    return None if color is None else [int(part) for part in color]


def _tuple(color: Sequence[int] | None) -> tuple[int, int, int] | None:
    return None if color is None else (color[0], color[1], color[2])


def notes_of(sheet: xw.Sheet) -> dict[str, str]:
    """Return the comments (批注) of a sheet by their cells."""
    return {note.location.address.replace("$", "").partition(":")[0]: note.text for note in sheet.notes}


def threads_of(sheet: xw.Sheet) -> set[str]:
    """Return the cells with threaded comments (会话批注), which hold no comment of ours; none in programs without them."""
    try:
        return {one.location.address.replace("$", "").partition(":")[0] for one in sheet.comments}
    except Exception:  # what a program raises that does not know them is its own
        return set()


# --- the sheet 审核意见 -------------------------------------------------------------------------------------------------


def opinions_in(book: xw.Book) -> str | None:
    """Return the name of the sheet 审核意见, known by its head."""
    for sheet in book.sheets:
        if sheet.name.startswith(OPINIONS) and rows_of_opinions(book, sheet.name) is not None:
            return str(sheet.name)
    return None


def rows_of_opinions(book: xw.Book, name: str) -> list[list[str]] | None:
    """Return the rows of the sheet 审核意见 as texts; None where there is none of that name."""
    if name not in book.sheet_names:
        return None
    captured = capture_sheet(book.sheets[name])
    rows = [[one.text for one in row] for row in captured.contents]
    rows = [[*row, *[""] * (KEY + 2 - len(row))][: KEY + 2] for row in rows]
    return rows if len(rows) > HEAD_ROW and tuple(rows[HEAD_ROW][: KEY + 1]) == HEAD else None


def put_opinions(book: xw.Book, name: str, rows: Sequence[Sequence[str]] | None) -> None:
    """Write the sheet 审核意见 with these rows, last in the workbook and not in front of the form; or take it away."""
    names = book.sheet_names
    if rows is None:
        if name in names:
            book.sheets[name].delete()
        return
    if name not in names:
        shown = book.sheets.active
        sheet = book.sheets.add(name, after=book.sheets[names[-1]])
        shown.activate()
    else:
        sheet = book.sheets[name]
        sheet.clear()
    _lay_out(sheet, rows)


def _lay_out(sheet: xw.Sheet, rows: Sequence[Sequence[str]]) -> None:
    last, head = len(rows) - 1, HEAD_ROW
    whole = sheet.range((1, 1), (last + 1, KEY + 2))
    whole.value = [
        [
            float(cell) if row > head and column == 0 and cell.isdigit() else as_text(cell)
            for column, cell in enumerate(cells)
        ]
        for row, cells in enumerate(rows)
    ]
    for column, width in enumerate((*WIDTHS[:KEY], 0, 0), 1):
        sheet.range((1, column)).column_width = width
    whole.font.name, whole.font.size = STYLES["text"].font, STYLES["text"].size
    whole.wrap_text, whole.vertical_alignment = True, "center"
    title = sheet.range((1, 1))
    title.font.name, title.font.size = STYLES["title"].font, STYLES["title"].size
    for row in (1, 2):
        sheet.range((row, 1), (row, REASON + 1)).merge()
    heading = sheet.range((head + 1, 1), (head + 1, KEY + 1))
    heading.font.bold, heading.color, heading.horizontal_alignment = True, rgb("head"), "center"
    for first, count, icon in _runs([row[1] for row in rows[head + 1 :]]):
        style = next((STYLES_OF[severity] for severity, word in ICONS.items() if word == icon), "advice")
        some = sheet.range((head + 2 + first, 2), (head + 1 + first + count, 2))
        some.color, some.font.color, some.font.bold = rgb(style), STYLES[style].color, STYLES[style].bold
    for row, cells in enumerate(rows):
        if row > head and (target := _target(cells[HEAD.index("位置")])):
            text = as_text(cells[HEAD.index("位置")])
            sheet.range((row + 1, HEAD.index("位置") + 1)).add_hyperlink(target, text, "到该单元格")
        sheet.range((row + 1, 1)).row_height = _height(row, cells)


def _height(row: int, cells: Sequence[str]) -> float:
    if row < HEAD_ROW:
        return (30.0, 20.0)[row]
    texts = zip(cells[:KEY], WIDTHS, strict=False)
    return min(409.0, max(20.0, *(text_height(text, pixels(width), STYLES["text"]) for text, width in texts)))


def _runs(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Where equal words stand in a row: first, how many, the word."""
    start = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or words[at] != words[start]:
            yield start, at - start, words[start]
            start = at


def _target(place: str) -> str:
    """Where a click on 位置 leads."""
    sheet, _, cells = place.partition("」\n")
    first = cells.split(",")[0].split(":")[0].strip()
    if not sheet.startswith("「") or not first.isalnum() or not first.isascii():
        return ""
    return f"#'{sheet[1:].replace(chr(39), chr(39) * 2)}'!{first}"


def rgb(style: str) -> tuple[int, int, int] | None:
    """Return the fill of a style as Excel takes it.

    >>> rgb("error")
    (251, 227, 225)
    """
    fill = STYLES[style].fill
    return None if fill is None else (int(fill[1:3], 16), int(fill[3:5], 16), int(fill[5:7], 16))


def cell_address(at: Position, merged: Mapping[Position, Position]) -> str:
    """Return the address of a cell, or of the area it is merged into: its top left one, where all stands."""
    for (top, left), (bottom, right) in merged.items():
        if top <= at[0] <= bottom and left <= at[1] <= right:
            return address(top, left)
    return address(*at)
