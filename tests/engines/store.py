"""What an engine must be able to do with a workbook, cell by cell; the object model over it is in `base`."""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

from openpyxl.utils import column_index_from_string, get_column_letter

from engines.typing_in import Content, Value

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
Look = Literal[
    "color", "bold", "italic", "size", "font_color", "font_name", "number_format", "wrap_text", "horizontal", "vertical", "locked"
]  # fmt: skip
LOOKS: dict[Look, Any] = {
    "color": None, "bold": False, "italic": False, "size": 11.0, "font_color": (0, 0, 0), "font_name": "宋体",
    "number_format": "General", "wrap_text": False, "horizontal": "general", "vertical": "bottom", "locked": True,
}  # fmt: skip
"""How a cell can look, and how one looks that nobody has touched."""
State = Literal["visible", "hidden", "veryHidden"]


class ExcelRefuses(Exception):
    """What Excel would refuse: the com_error of the real thing."""


class Area(NamedTuple):
    """A rectangle of cells: rows and columns from 1, both ends within."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, text: str) -> Area | None:
        """Read `B2`, `$A$1:C3`, `A:C` or `3:5`; None if it is none of them."""
        ends = [re.fullmatch(r"\$?([A-Za-z]{0,3})\$?(\d*)", end) for end in text.split(":")]
        if len(ends) > 2 or not all(end and end.group() for end in ends):
            return None
        corners = [(end[1].upper(), end[2]) for end in ends if end]
        if len(corners) == 1 and not all(corners[0]):
            return None
        (left, top), (right, bottom) = corners[0], corners[-1]
        if bool(left) != bool(right) or bool(top) != bool(bottom):
            return None
        columns = sorted(column_index_from_string(one) for one in (left, right)) if left else [1, LAST_COLUMN]
        rows = sorted(int(one) for one in (top, bottom)) if top else [1, LAST_ROW]
        return cls(rows[0], columns[0], rows[1], columns[1])

    @property
    def shape(self) -> tuple[int, int]:
        return max(0, self.bottom - self.top + 1), max(0, self.right - self.left + 1)

    @property
    def rows(self) -> range:
        return range(self.top, self.bottom + 1)

    @property
    def columns(self) -> range:
        return range(self.left, self.right + 1)

    @property
    def first(self) -> Area:
        return Area(self.top, self.left, self.top, self.left)

    @property
    def is_cell(self) -> bool:
        return self.shape == (1, 1)

    @property
    def is_rows(self) -> bool:
        return (self.left, self.right) == (1, LAST_COLUMN)

    @property
    def is_columns(self) -> bool:
        return (self.top, self.bottom) == (1, LAST_ROW)

    def cells(self) -> Iterator[tuple[int, int]]:
        return ((row, column) for row in self.rows for column in self.columns)

    def holds(self, other: Area) -> bool:
        return self.meeting(other) == other

    def meeting(self, other: Area) -> Area | None:
        """The part two areas share."""
        shared = Area(
            max(self.top, other.top), max(self.left, other.left), min(self.bottom, other.bottom), min(self.right, other.right)
        )  # fmt: skip
        return shared if all(shared.shape) else None

    def around(self, other: Area) -> Area:
        """The smallest area that holds both."""
        return Area(
            min(self.top, other.top), min(self.left, other.left), max(self.bottom, other.bottom), max(self.right, other.right)
        )  # fmt: skip

    def address(self, row_mark: str = "$", column_mark: str = "$") -> str:
        if self.is_rows and not self.is_columns:
            return f"{row_mark}{self.top}:{row_mark}{self.bottom}"
        if self.is_columns:
            return f"{column_mark}{get_column_letter(self.left)}:{column_mark}{get_column_letter(self.right)}"
        first = f"{column_mark}{get_column_letter(self.left)}{row_mark}{self.top}"
        last = f"{column_mark}{get_column_letter(self.right)}{row_mark}{self.bottom}"
        return first if self.is_cell else f"{first}:{last}"


ALLOWANCES = {
    "AllowFormattingCells": "formatCells", "AllowFormattingColumns": "formatColumns", "AllowFormattingRows": "formatRows",
    "AllowInsertingColumns": "insertColumns", "AllowInsertingRows": "insertRows",
    "AllowInsertingHyperlinks": "insertHyperlinks", "AllowDeletingColumns": "deleteColumns",
    "AllowDeletingRows": "deleteRows", "AllowSorting": "sort", "AllowFiltering": "autoFilter",
    "AllowUsingPivotTables": "pivotTables",
}  # fmt: skip
"""What may be allowed on a protected sheet: as Excel calls it, and as a file does, where it tells what is forbidden."""


class Protection(NamedTuple):
    """Of a sheet: whether it is protected, and what is allowed all the same, by names of `ALLOWANCES`."""

    on: bool = False
    allowed: frozenset[str] = frozenset()
    drawings: bool = True
    """Whether notes and pictures are protected too."""

    @classmethod
    def in_file(cls, found: Any) -> Protection:
        """The protection of a sheet as openpyxl has read it."""
        allowed = frozenset(name for name, key in ALLOWANCES.items() if not getattr(found, key))
        return cls(bool(found.sheet), allowed, bool(found.objects))

    def forbids(self, name: str) -> bool:
        return self.on and name not in self.allowed


class Store(ABC):
    """One open workbook. Sheets go by their names; what is not asked for by the object model is not here."""

    @abstractmethod
    def sheet_names(self) -> list[str]: ...

    @abstractmethod
    def active_sheet(self) -> str: ...

    @abstractmethod
    def add_sheet(self, name: str, position: int) -> None: ...

    @abstractmethod
    def delete_sheet(self, sheet: str) -> None: ...

    @abstractmethod
    def rename_sheet(self, sheet: str, name: str) -> None: ...

    @abstractmethod
    def state(self, sheet: str) -> State: ...

    @abstractmethod
    def set_state(self, sheet: str, state: State) -> None: ...

    @abstractmethod
    def used(self, sheet: str) -> Area: ...

    @abstractmethod
    def values(self, sheet: str, area: Area) -> list[list[Value]]: ...

    @abstractmethod
    def formulas(self, sheet: str, area: Area) -> list[list[str | None]]:
        """Formulas as Excel writes them; None where there is none."""

    @abstractmethod
    def has_array(self, sheet: str, area: Area) -> bool: ...

    @abstractmethod
    def write(self, sheet: str, row: int, column: int, content: Content) -> None: ...

    def write_block(self, sheet: str, area: Area, block: list[list[Content]]) -> None:
        for (row, column), content in zip(area.cells(), itertools.chain(*block), strict=True):
            self.write(sheet, row, column, content)

    @abstractmethod
    def looks(self, sheet: str, area: Area, look: Look) -> list[list[Any]]: ...

    @abstractmethod
    def set_look(self, sheet: str, area: Area, look: Look, value: Any) -> None: ...

    @abstractmethod
    def merges(self, sheet: str) -> list[Area]: ...

    @abstractmethod
    def merge(self, sheet: str, area: Area) -> None: ...

    @abstractmethod
    def unmerge(self, sheet: str, area: Area) -> None: ...

    @abstractmethod
    def notes(self, sheet: str) -> dict[tuple[int, int], str]: ...

    @abstractmethod
    def set_note(self, sheet: str, row: int, column: int, text: str | None) -> None: ...

    @abstractmethod
    def link(self, sheet: str, row: int, column: int) -> str | None: ...

    @abstractmethod
    def set_link(self, sheet: str, row: int, column: int, address: str, tip: str) -> None: ...

    @abstractmethod
    def column_width(self, sheet: str, column: int) -> float: ...

    @abstractmethod
    def set_column_width(self, sheet: str, column: int, width: float) -> None: ...

    @abstractmethod
    def row_height(self, sheet: str, row: int) -> float: ...

    @abstractmethod
    def set_row_height(self, sheet: str, row: int, height: float) -> None: ...

    @abstractmethod
    def autofit(self, sheet: str, area: Area, axis: Literal["rows", "columns"]) -> None: ...

    @abstractmethod
    def insert(self, sheet: str, area: Area) -> None:
        """Insert whole rows or whole columns."""

    @abstractmethod
    def delete(self, sheet: str, area: Area) -> None:
        """Delete whole rows or whole columns."""

    @abstractmethod
    def names(self) -> dict[str, str]:
        """Defined names, those of one sheet as `自评表!name`, with what they refer to, without the equals sign."""

    @abstractmethod
    def set_name(self, name: str, refers_to: str | None) -> None: ...

    @abstractmethod
    def protection(self, sheet: str) -> Protection: ...

    @abstractmethod
    def protect(self, sheet: str, password: str | None, protection: Protection) -> None: ...

    @abstractmethod
    def unprotect(self, sheet: str, password: str | None) -> bool:
        """Whether the password was the right one."""

    @abstractmethod
    def structure_locked(self) -> bool: ...

    @abstractmethod
    def calculate(self) -> None: ...

    @abstractmethod
    def save(self, path: Path) -> None: ...

    @abstractmethod
    def close(self) -> None: ...
