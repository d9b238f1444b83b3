"""A sheet as plain cells: values, merged areas, and each cell's text as its number format shows it.

Positions are 0-based `(row, column)` pairs; what a person reads is an address such as `D12`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from perf_xl.exact import fold, of_float, plain, round_half_up, within_reason

Raw: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None
Position: TypeAlias = tuple[int, int]


@lru_cache(maxsize=4096)
def column_letters(column: int) -> str:
    """Return the letters of a 0-based column.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=65536)
def address(row: int, column: int) -> str:
    """Return the A1 address of a 0-based position.

    >>> address(11, 3)
    'D12'
    """
    return f"{column_letters(column)}{row + 1}"


def position(cell: str) -> Position:
    """Return the 0-based position of an A1 address; `$` signs are passed over.

    >>> position("$D$12")
    (11, 3)
    """
    letters = cell.replace("$", "").rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(cell.replace("$", "")[len(letters) :]) - 1, column - 1


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """One sheet. `values[row][column]` is what the file stores; rows may be ragged, blank is `None` or `""`."""

    sheet: str
    values: Sequence[Sequence[Raw]]
    merged: Mapping[Position, Position] = field(default_factory=dict)
    """Top left corner → bottom right corner, both inclusive."""
    formats: Mapping[Position, str] = field(default_factory=dict)
    """Number format of a cell that stores a number, where it is not General."""
    shown: Mapping[Position, str] = field(default_factory=dict)
    """Text of a cell, where the file itself stores what is shown (OpenDocument)."""
    errors: Mapping[Position, str] = field(default_factory=dict)
    """Cells that hold an error value such as `#REF!`."""
    uncalculated: Mapping[Position, str] = field(default_factory=dict)
    """Formulas whose result the file does not store; not their result but they themselves are known."""
    hidden: bool = False
    last_cell: str | None = None
    """Address of a stray cell so far away that what lies beyond the first rows and columns was left out."""
    numbers: Sequence[int] = ()
    """Number of every row as a person counts, where that is not its place: lines above a table in Word are not its rows."""
    names: Mapping[Position, str] = field(default_factory=dict)
    """What a person calls a cell, where that is not what its place says (Word counts the cells of each row)."""
    disputed: Mapping[Position, tuple[str, str]] = field(default_factory=dict)
    """Cells that two readers read differently, and how; they count as blank."""
    overlapping: Sequence[Position] = ()
    """First cells of merged areas that share a cell with another one; none of these counts as merged."""

    @property
    def height(self) -> int:
        """Number of rows."""
        return len(self.values)

    def number_of(self, row: int) -> int:
        """Return the number of a row as a person counts."""
        return self.numbers[row] if row < len(self.numbers) else row + 1

    def address(self, row: int, column: int) -> str:
        """Return what a person calls a cell."""
        if not self.numbers:
            return address(row, column)
        return self.names.get((row, column), f"A{self.number_of(row)}")

    def value(self, row: int, column: int) -> Raw:
        """Return the stored value; `None` outside the sheet and for a blank."""
        if row < 0 or column < 0:
            return None
        try:
            value = self.values[row][column]
        except IndexError:
            return None
        return None if value == "" else value

    def text(self, row: int, column: int) -> str:
        """Return the cell as a person sees it: trimmed, inner line breaks folded away; "" for a blank."""
        at = (row, column)
        if self.errors and at in self.errors:
            return self.errors[at]
        value = self.value(row, column)
        if value is None:
            return ""
        if isinstance(value, str):
            return tidy(value)
        if at in self.shown:
            return tidy(self.shown[at])
        return show(value, self.formats.get(at, "General"))

    def number(self, row: int, column: int) -> Decimal | None:
        """Return the stored number exactly (not as rounded by its format); None for anything else, or beyond reason."""
        value = self.value(row, column)
        if isinstance(value, float):
            return within_reason(of_float(value))
        return within_reason(Decimal(value)) if isinstance(value, int) and not isinstance(value, bool) else None

    def corner(self, row: int, column: int) -> Position:
        """Return the bottom right corner of the area that starts here; the position itself if it is not merged."""
        return self.merged.get((row, column), (row, column))


def overlapping(areas: Iterable[tuple[Position, Position]]) -> set[tuple[Position, Position]]:
    """Return those of some areas, given by their corners, that share a cell with another one.

    >>> overlapping([((0, 0), (1, 1)), ((1, 1), (2, 1)), ((3, 0), (3, 4))]) == {((0, 0), (1, 1)), ((1, 1), (2, 1))}
    True
    """
    rows: defaultdict[int, list[tuple[int, int, tuple[Position, Position]]]] = defaultdict(list)
    for area in set(areas):
        (top, left), (bottom, right) = area
        for row in range(top, bottom + 1):
            rows[row].append((left, right, area))
    found: set[tuple[Position, Position]] = set()
    for spans in rows.values():
        spans.sort()
        _, reach, widest = spans[0]
        for left, right, area in spans[1:]:
            if left <= reach:
                found |= {widest, area}
            if right > reach:
                reach, widest = right, area
    return found


def tidy(text: str) -> str:
    """Trim, and fold line breaks with the white space around them away.

    Between two pieces of Chinese nothing remains; between Latin words one space does.

    >>> tidy("  年度\\n指标值 "), tidy("Total\\nscore")
    ('年度指标值', 'Total score')
    """
    if "\n" not in text and "\r" not in text:
        return text.strip()
    pieces = [piece for piece in re.split(r"\s*[\r\n]+\s*", text.strip()) if piece]
    joined = ""
    for piece in pieces:
        latin = joined and joined[-1].isascii() and joined[-1].isalpha() and piece[0].isascii() and piece[0].isalpha()
        joined += f" {piece}" if latin else piece
    return joined


_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_PLACEHOLDERS = re.compile(r"[#0?][#0?,.]*")
_DATE_TOKEN = re.compile(r"y{2,4}|m{1,2}|d{1,2}|h{1,2}|s{1,2}")


@lru_cache(maxsize=16384, typed=True)
def show(value: Raw | Decimal, number_format: str = "General") -> str:
    """Return a stored value as its number format shows it; unusual formats fall back on the plain value.

    >>> show(0.67, "0%"), show(0.66551, "0.00%"), show(1234.5, "#,##0.00"), show(3.0, '0"次"'), show(0.1 + 0.2)
    ('67%', '66.55%', '1,234.50', '3次', '0.3')
    >>> show(date(2021, 12, 31), 'yyyy"年"m"月"'), show(date(2021, 12, 31), "General")
    ('2021年12月', '2021-12-31')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        return _show_date(value, number_format)
    if isinstance(value, time | timedelta):
        return str(value)
    number = of_float(value) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        return "#NUM!"
    return _show_number(number, number_format)


@lru_cache(maxsize=1024)
def _section(number_format: str, sign: int) -> tuple[str, str, str, bool, int]:
    """Split the section for a number of this sign: prefix, placeholders, suffix, whether it prints the minus, its % signs.

    A quoted % is a text like any other: it does not make a share of the number.
    """
    sections = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', number_format)
    own = sections[1] if sign < 0 and len(sections) > 1 else sections[2] if sign == 0 and len(sections) > 2 else ""
    section = own or sections[0]
    literals: list[str] = []

    def keep(match: re.Match[str]) -> str:
        literal = match.group(1) if match.group(1) is not None else match.group(2) or ""
        literals.append(literal)
        return f"\x00{len(literals) - 1}\x00" if literal else ""

    bare = _LITERAL.sub(keep, section)
    match = _PLACEHOLDERS.search(re.sub(r"\x00\d+\x00", lambda hit: "\x01" * len(hit.group()), bare))

    def put_back(text: str) -> str:
        return re.sub(r"\x00(\d+)\x00", lambda hit: literals[int(hit.group(1))], text)

    if not match:
        return put_back(bare), "", "", True, 0
    minus = sign < 0 and not own
    return put_back(bare[: match.start()]), match.group(), put_back(bare[match.end() :]), minus, bare.count("%")


@lru_cache(maxsize=16384)
def _show_number(number: Decimal, number_format: str) -> str:
    if number_format in ("General", "@", "") or re.search(r"general|通用|[yhs/]|[eE][+]", number_format, re.I):
        return plain(number)
    prefix, places, suffix, minus, percent = _section(number_format, (number > 0) - (number < 0))
    if not places:
        return prefix.strip() or plain(number)
    scaled = abs(number) * Decimal(100) ** percent
    whole, _, decimals = places.partition(".")
    thousands = (whole.endswith(",") and len(whole) > 1) or "," in whole.rstrip(",")
    if whole.endswith(",") or decimals.endswith(","):
        return plain(number)
    required = sum(mark in "0?" for mark in decimals)
    rounded = round_half_up(scaled, len(decimals))
    digits = format(rounded, ",f" if thousands else "f")
    if "." in digits:
        head, tail = digits.split(".")
        while len(tail) > required and tail.endswith("0"):
            tail = tail[:-1]
        digits = f"{head}.{tail}" if tail else head
    if digits == "0" and "0" not in whole and required == 0 and not decimals:
        digits = ""
    sign = "-" if minus and rounded else ""
    return f"{sign}{prefix}{digits}{suffix}".strip()


def _show_date(value: date, number_format: str) -> str:
    clock = isinstance(value, datetime) and (value.hour or value.minute or value.second)
    literals = re.sub(r"\[[^\]]*\]", "", number_format).replace("\\", "").split(";")[0]
    if not re.search("[ymd]", literals, re.I) or re.search("[hs]|mmm", literals, re.I):
        return value.strftime("%Y-%m-%d %H:%M:%S") if clock else value.strftime("%Y-%m-%d")

    def token(match: re.Match[str]) -> str:
        letter, width = match.group()[0].lower(), len(match.group())
        amount = {"y": value.year, "m": value.month, "d": value.day}.get(letter)
        if amount is None:
            return match.group()
        if letter == "y" and width == 2:
            amount %= 100
        return str(amount).zfill(width if letter != "y" or width == 2 else 4)

    pieces = re.split(r'("[^"]*")', literals)
    return (
        "".join(piece[1:-1] if piece.startswith('"') else _DATE_TOKEN.sub(token, piece.lower()) for piece in pieces)
        .split("@")[0]
        .strip()
    )


def blank(text: str) -> bool:
    """Return whether a text says nothing."""
    return not fold(text)


class Paragraph(NamedTuple):
    """A paragraph of a written report (自评报告), with what is known of its place."""

    text: str
    number: int
    """1-based place in the document."""
    heading: int | None
    """Level of the heading by its style; None for ordinary text."""
