"""The object model of xlwings over a `Store`, with the manners of Excel on Windows: what it gives out, what it refuses.

Only what handlers use is here. Anything else raises NotImplementedError, from `xlwings.base_classes`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl.formula.translate import Translator
from xlwings import base_classes
from xlwings.utils import hex_to_rgb, int_to_rgb

from engines.store import ALLOWANCES, LAST_COLUMN, LAST_ROW, LOOKS, Area, ExcelRefuses, Look, Protection, State, Store
from engines.typing_in import FAULTS, Formula, Typed, handed_out, serial, shown, typed

BUTTONS = {
    "ok": ("ok",),
    "ok_cancel": ("ok", "cancel"),
    "yes_no": ("yes", "no"),
    "yes_no_cancel": ("yes", "no", "cancel"),
}
VISIBLE: dict[State, int] = {"visible": -1, "hidden": 0, "veryHidden": 2}
SETTINGS: dict[str, Any] = {
    "screen_updating": True, "display_alerts": True, "enable_events": True, "interactive": True,
    "calculation": "automatic", "status_bar": False, "visible": True, "cut_copy_mode": False,
}  # fmt: skip
"""Of an application nobody has touched."""
LONGEST_TEXT, LONGEST_FORMULA = 32_767, 8_192


class Alert(NamedTuple):
    """A message box that was shown."""

    prompt: str
    title: str | None
    buttons: str
    mode: str | None
    answer: str


class Engine:
    """An engine of xlwings; `open_store` opens a workbook, or makes one if there is no path."""

    type = "desktop"

    def __init__(self, name: str, open_store: Callable[[Path | None], Store]) -> None:
        self.name = name
        self.open_store = open_store
        self.apps = Apps(self)

    @staticmethod
    def prepare_xl_data_element(x: Any, options: Any) -> Any:
        """Make of a Python value what is handed to Excel."""
        if hasattr(x, "item"):  # of numpy
            x = x.item()
        return "" if x is None or x != x else x

    @staticmethod
    def clean_value_data(
        data: Any, datetime_builder: Any, empty_as: Any, number_builder: Any, err_to_str: bool
    ) -> list[list[Any]]:
        """Make of what Excel gave out what a handler sees."""
        names = {number: name for name, number in FAULTS.items()}

        def clean(value: Any) -> Any:
            if value is None or (isinstance(value, str) and value == ""):
                return empty_as
            if isinstance(value, dt.datetime):
                parts = ("year", "month", "day", "hour", "minute", "second", "microsecond")
                return datetime_builder(**{part: getattr(value, part) for part in parts}, tzinfo=None)
            if isinstance(value, float) and number_builder is not None:
                return number_builder(value)
            if type(value) is int and value in names:
                return names[value] if err_to_str else None
            return value

        return [[clean(value) for value in row] for row in data]


class Apps(base_classes.Apps):
    """Running copies of the program, the active one first."""

    _pids = itertools.count(1)

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.running: list[App] = []

    def keys(self) -> list[int]:
        return [app.pid for app in self.running]

    def add(self, spec: Any = None, add_book: bool | None = None, xl: Any = None, visible: bool | None = None) -> App:
        app = App(self, next(self._pids))
        self.running.insert(0, app)
        if add_book:
            app.books.add()
        return app

    @staticmethod
    def cleanup() -> None:
        """Nothing is left behind."""

    def __iter__(self) -> Iterator[App]:
        return iter(list(self.running))

    def __len__(self) -> int:
        return len(self.running)

    def __getitem__(self, pid: int) -> App:
        return next(app for app in self.running if app.pid == pid)


def _setting(name: str) -> Any:
    """A property of an application whose every change is written down."""

    def get(self: App) -> Any:
        return self.settings[name]

    def set_(self: App, value: Any) -> None:
        self.history.append((name, value))
        self.settings[name] = value
        if name == "calculation":
            self.recalculate()

    return property(get, set_)


class App(base_classes.App):
    """One running copy; `alerts`, `answers` and `history` are for tests."""

    screen_updating = _setting("screen_updating")
    display_alerts = _setting("display_alerts")
    enable_events = _setting("enable_events")
    interactive = _setting("interactive")
    calculation = _setting("calculation")
    status_bar = _setting("status_bar")
    visible = _setting("visible")
    cut_copy_mode = _setting("cut_copy_mode")

    pid: int = 0
    books: Books = None  # type: ignore[assignment]  # over the property of the base class

    def __init__(self, apps: Apps, pid: int) -> None:
        self.apps = apps
        self.pid = pid
        self.settings: dict[str, Any] = dict(SETTINGS)
        self.history: list[tuple[str, Any]] = []
        self.alerts: list[Alert] = []
        self.answers: deque[str] = deque()
        self.books = Books(self)

    @property
    def engine(self) -> Engine:
        return self.apps.engine

    @property
    def api(self) -> AppApi:
        return AppApi(self)

    @property
    def version(self) -> str:
        return "16.0"

    @property
    def hwnd(self) -> int:
        return self.pid

    @property
    def selection(self) -> Range | None:
        return self.books.opened[0].selection if self.books.opened else None

    def activate(self, steal_focus: bool = False) -> None:
        self.apps.running.remove(self)
        self.apps.running.insert(0, self)

    def calculate(self) -> None:
        for book in self.books.opened:
            book.store.calculate()

    def recalculate(self) -> None:
        """After a change: compute, unless that was put off."""
        if self.calculation == "automatic":
            self.calculate()

    def alert(self, prompt: str, title: str | None, buttons: str, mode: str | None, callback: Any) -> str:
        allowed = BUTTONS[buttons or "ok"]
        answer = self.answers.popleft() if self.answers else allowed[0]
        assert answer in allowed, f"a box with {allowed} cannot be answered {answer!r}"
        self.alerts.append(Alert(prompt, title, buttons, mode, answer))
        return answer

    def quit(self) -> None:
        for book in list(self.books.opened):
            book.close()
        if self in self.apps.running:
            self.apps.running.remove(self)

    kill = quit


class AppApi:
    """What handlers may ask of the Application itself."""

    Name = "Microsoft Excel"
    Version = "16.0"

    def __init__(self, app: App) -> None:
        self._app = app


class Books(base_classes.Books):
    """Open workbooks, the active one first in `opened`."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.opened: list[Book] = []
        self._numbers = itertools.count(1)

    @property
    def api(self) -> Books:
        return self

    @property
    def active(self) -> Book:
        return self.opened[0]

    def __call__(self, name_or_index: str | int) -> Book:
        if isinstance(name_or_index, int):
            return self.opened[name_or_index - 1]
        for book in self.opened:
            if book.name.lower() == name_or_index.lower():
                return book
        raise KeyError(name_or_index)

    def __len__(self) -> int:
        return len(self.opened)

    def __iter__(self) -> Iterator[Book]:
        return iter(list(self.opened))

    def add(self) -> Book:
        return self._opened(Book(self.app, self.app.engine.open_store(None), None, f"工作簿{next(self._numbers)}"))

    def open(self, fullname: str, update_links: Any = None, read_only: bool | None = None, *others: Any) -> Book:
        if any(one is not None for one in others):
            raise NotImplementedError("books.open with more than update_links and read_only")
        path = Path(fullname)
        return self._opened(Book(self.app, self.app.engine.open_store(path), path, path.name, bool(read_only)))

    def _opened(self, book: Book) -> Book:
        self.opened.insert(0, book)
        return book


class Book(base_classes.Book):
    """An open workbook: its store, and what belongs to its window."""

    app: App = None  # type: ignore[assignment]

    def __init__(self, app: App, store: Store, path: Path | None, name: str, read_only: bool = False) -> None:
        self.app = app
        self.store = store
        self.path = path
        self.read_only = read_only
        self.saved = True
        self._name = name
        self.all_sheets = [Sheet(self, one) for one in store.sheet_names()]
        self.active_sheet = next(one for one in self.all_sheets if one.name == store.active_sheet())

    @property
    def api(self) -> BookApi:
        return BookApi(self)

    @property
    def name(self) -> str:
        return self.path.name if self.path else self._name

    @property
    def fullname(self) -> str:
        return str(self.path) if self.path else self._name

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)

    @property
    def selection(self) -> Range:
        return Range(self.active_sheet, self.active_sheet.selected)

    def activate(self) -> None:
        self.app.books.opened.remove(self)
        self.app.books.opened.insert(0, self)

    def close(self) -> None:
        self.app.books.opened.remove(self)
        self.store.close()

    def save(self, path: str | None, password: str | None = None) -> None:
        if password is not None:
            raise NotImplementedError("a password to open")
        if path is None and self.path is None:
            raise NotImplementedError("the directory of a workbook that was never saved")
        target = Path(path) if path else self.path
        assert target is not None
        if self.read_only and target == self.path:
            raise ExcelRefuses(f"{target.name} is open for reading only")
        self.store.save(target)
        self.path, self.saved = target, True

    def changed(self) -> None:
        """Write down that something was changed, and compute."""
        self.saved = False
        self.app.recalculate()

    def refuse_if_locked(self) -> None:
        if self.store.structure_locked():
            raise ExcelRefuses("the structure of the workbook is protected")


class BookApi:
    """What handlers may ask of the Workbook itself."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @property
    def ReadOnly(self) -> bool:
        return self._book.read_only

    @property
    def Saved(self) -> bool:
        return self._book.saved

    @Saved.setter
    def Saved(self, value: bool) -> None:
        self._book.saved = value

    @property
    def ProtectStructure(self) -> bool:
        return self._book.store.structure_locked()

    @property
    def Path(self) -> str:
        return str(self._book.path.parent) if self._book.path else ""


class Sheets(base_classes.Sheets):
    """The sheets of a workbook, hidden ones among them."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def api(self) -> Sheets:
        return self

    @property
    def active(self) -> Sheet:
        return self.book.active_sheet

    def __call__(self, name_or_index: str | int) -> Sheet:
        if isinstance(name_or_index, int):
            return self.book.all_sheets[name_or_index - 1]
        for sheet in self.book.all_sheets:
            if sheet.name.lower() == name_or_index.lower():
                return sheet
        raise ExcelRefuses(f"there is no sheet {name_or_index}")

    def __len__(self) -> int:
        return len(self.book.all_sheets)

    def __iter__(self) -> Iterator[Sheet]:
        return iter(list(self.book.all_sheets))

    def __contains__(self, key: object) -> bool:
        raise NotImplementedError("`name in book.sheets` is always False on Windows: use book.sheet_names")

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        self.book.refuse_if_locked()
        beside = before or after or self.active
        position = self.book.all_sheets.index(beside) + (1 if after else 0)
        name = name or next(one for one in map("Sheet{}".format, itertools.count(1)) if one not in self._names())
        self.book.store.add_sheet(name, position)
        sheet = Sheet(self.book, name)
        self.book.all_sheets.insert(position, sheet)
        self.book.active_sheet = sheet
        self.book.changed()
        return sheet

    def _names(self) -> set[str]:
        return {sheet.name for sheet in self.book.all_sheets}


class Sheet(base_classes.Sheet):
    """A worksheet; there is one such object for each, so that it may be renamed."""

    book: Book = None  # type: ignore[assignment]

    def __init__(self, book: Book, name: str) -> None:
        self.book = book
        self.selected = Area(1, 1, 1, 1)
        self.threads: set[str] = set()
        """Cells with a threaded comment (会话批注), for tests to set: neither engine knows them."""
        self._name = name

    @property
    def store(self) -> Store:
        return self.book.store

    @property
    def api(self) -> SheetApi:
        return SheetApi(self)

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self.book.refuse_if_locked()
        self.store.rename_sheet(self._name, value)
        self._name = value
        self.book.changed()

    @property
    def index(self) -> int:
        return self.book.all_sheets.index(self) + 1

    @property
    def notes(self) -> list[Note]:
        return [Note(self, Area(row, column, row, column)) for row, column in sorted(self.store.notes(self.name))]

    @property
    def comments(self) -> list[Comment]:
        return [Comment(self.range(cell)) for cell in sorted(self.threads)]

    @property
    def tables(self) -> list[Any]:
        return []

    @property
    def visible(self) -> int:
        return VISIBLE[self.store.state(self.name)]

    @visible.setter
    def visible(self, value: bool | int) -> None:
        self.book.refuse_if_locked()
        state: State = "veryHidden" if value == 2 and value is not True else "visible" if value else "hidden"
        others = [one for one in self.book.all_sheets if one is not self and one.visible == VISIBLE["visible"]]
        if state != "visible" and not others:
            raise ExcelRefuses("a workbook must have one visible sheet")
        self.store.set_state(self.name, state)
        if state != "visible" and self.book.active_sheet is self:
            self.book.active_sheet = others[0]
        self.book.saved = False

    @property
    def used_range(self) -> Range:
        return Range(self, self.store.used(self.name))

    @property
    def cells(self) -> Range:
        return Range(self, Area(1, 1, LAST_ROW, LAST_COLUMN))

    def activate(self) -> None:
        if self.visible != VISIBLE["visible"]:
            raise ExcelRefuses(f"{self.name} is hidden")
        self.book.active_sheet = self

    select = activate

    def delete(self) -> None:
        self.book.refuse_if_locked()
        if not any(one.visible == VISIBLE["visible"] for one in self.book.all_sheets if one is not self):
            raise ExcelRefuses("a workbook must have one visible sheet")
        self.store.delete_sheet(self.name)
        self.book.all_sheets.remove(self)
        if self.book.active_sheet is self:
            self.book.active_sheet = next(one for one in self.book.all_sheets if one.visible == VISIBLE["visible"])
        self.book.changed()

    def autofit(self, axis: str | None = None) -> None:
        self.used_range.autofit(axis)

    def clear(self) -> None:
        self.used_range.clear()

    def clear_contents(self) -> None:
        self.used_range.clear_contents()

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        if isinstance(arg1, tuple) and len(arg1) == 4:
            row, column, rows, columns = arg1
            return Range(self, Area(row, column, row + rows - 1, column + columns - 1))
        first = self._area(arg1)
        return Range(self, first if arg2 is None else first.around(self._area(arg2)))

    def _area(self, given: Any) -> Area:
        if isinstance(given, Range):
            return given.area
        if isinstance(given, tuple):
            if 0 in given:
                raise IndexError("Attempted to access 0-based Range. xlwings/Excel Ranges are 1-based.")
            return Area(*given, *given)
        area = Area.parse(given)
        if area is None:
            named = Names(self.book).find(given, self.name)
            if named is None or named.refers_to_range.sheet is not self:
                raise ExcelRefuses(f"{given} is no address and no name on {self.name}")
            area = named.refers_to_range.area
        return area

    def protection(self) -> Protection:
        return self.store.protection(self.name)


class SheetApi:
    """What handlers may ask of the Worksheet itself."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    @property
    def ProtectContents(self) -> bool:
        return self._sheet.protection().on

    @property
    def Visible(self) -> int:
        return self._sheet.visible

    @Visible.setter
    def Visible(self, value: int) -> None:
        self._sheet.visible = value

    @property
    def ProtectDrawingObjects(self) -> bool:
        return self._sheet.protection().on and self._sheet.protection().drawings

    @property
    def Protection(self) -> ProtectionApi:
        return ProtectionApi(self._sheet)

    @property
    def ProtectScenarios(self) -> bool:
        return self._sheet.protection().on

    @property
    def ProtectionMode(self) -> bool:
        return False

    def Protect(
        self,
        Password: str | None = None,
        DrawingObjects: bool = True,
        Contents: bool = True,
        Scenarios: bool = True,
        UserInterfaceOnly: bool = False,
        *allowed: bool,
        **named: bool,
    ) -> None:
        """Protect; what is not allowed here is forbidden, whatever was allowed before."""
        given = dict(zip(ALLOWANCES, allowed, strict=False)) | named
        if not Contents or UserInterfaceOnly or set(given) - set(ALLOWANCES):
            raise NotImplementedError("Protect in this way")
        protection = Protection(True, frozenset(name for name, value in given.items() if value), DrawingObjects)
        self._sheet.store.protect(self._sheet.name, Password, protection)

    def Unprotect(self, Password: str | None = None) -> None:
        if not self._sheet.store.unprotect(self._sheet.name, Password):
            raise ExcelRefuses("the password is not the right one")


class ProtectionApi:
    """What a protected sheet allows: `AllowFormattingCells` and the like."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def __getattr__(self, name: str) -> bool:
        if name not in ALLOWANCES:
            raise AttributeError(name)
        return name in self._sheet.protection().allowed


def _look(look: Look) -> Any:
    """A property of a range: None where its cells differ."""

    def get(self: Range) -> Any:
        return self.same_look(look)

    def set_(self: Range, value: Any) -> None:
        self.set_look(look, value)

    return property(get, set_)


class Range(base_classes.Range):
    """An area of a sheet."""

    wrap_text = _look("wrap_text")
    horizontal_alignment = _look("horizontal")
    vertical_alignment = _look("vertical")
    number_format = _look("number_format")

    def __init__(self, sheet: Sheet, area: Area) -> None:
        if area.top < 1 or area.left < 1 or area.bottom > LAST_ROW or area.right > LAST_COLUMN:
            raise ExcelRefuses(f"{area} is not within the sheet")
        self.sheet = sheet
        self.area = area
        self.options: dict[str, Any] = {}

    # --- where it is ---

    @property
    def store(self) -> Store:
        return self.sheet.store

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        return self.sheet.name, self.row, self.column, *self.shape

    @property
    def api(self) -> RangeApi | None:
        return RangeApi(self) if len(self) else None

    @property
    def row(self) -> int:
        return self.area.top

    @property
    def column(self) -> int:
        return self.area.left

    @property
    def shape(self) -> tuple[int, int]:
        return self.area.shape

    def __len__(self) -> int:
        rows, columns = self.shape
        return rows * columns

    def __call__(self, *args: int) -> Range:
        row, column = (
            args if len(args) == 2 else (1 + (args[0] - 1) // self.shape[1], 1 + (args[0] - 1) % self.shape[1])
        )
        return self._cell(self.row + row - 1, self.column + column - 1)

    def _cell(self, row: int, column: int) -> Range:
        return Range(self.sheet, Area(row, column, row, column))

    @property
    def address(self) -> str:
        return self.area.address()

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        address = self.area.address("$" * row_absolute, "$" * col_absolute)
        if not external:
            return address
        plain = f"[{self.sheet.book.name}]{self.sheet.name}"
        quoted = plain if plain.replace("[", "").replace("]", "").replace(".", "").isalnum() else f"'{plain}'"
        return f"{quoted}!{address}"

    @property
    def clipped(self) -> Area | None:
        """The part that is in use: all that need be looked at."""
        small = len(self) <= 100_000
        return self.area if small else self.area.meeting(self.store.used(self.sheet.name))

    @property
    def current_region(self) -> Range:
        area = self.area
        while True:
            ring = Area(max(1, area.top - 1), max(1, area.left - 1), area.bottom + 1, area.right + 1)
            filled = [
                Area(ring.top + i, ring.left + j, ring.top + i, ring.left + j)
                for i, row in enumerate(self._filled(ring))
                for j, cell in enumerate(row)
                if cell
            ]
            grown = area
            for cell in filled:
                grown = grown.around(cell)
            if grown == area:
                return Range(self.sheet, area)
            area = grown

    def end(self, direction: str) -> Range:
        down, right = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}[direction]
        used = self.store.used(self.sheet.name).around(self.area.first)
        limit = Area(1, 1, LAST_ROW, LAST_COLUMN)
        line = Area(
            used.top if down else self.row, used.left if right else self.column,
            used.bottom if down else self.row, used.right if right else self.column,
        )  # fmt: skip
        filled = {cell for cell, full in zip(line.cells(), itertools.chain(*self._filled(line)), strict=True) if full}
        row, column = self.row, self.column
        run = (row, column) in filled and (row + down, column + right) in filled
        while limit.top <= row + down <= limit.bottom and limit.left <= column + right <= limit.right:
            if run and (row + down, column + right) not in filled:
                break
            if not run and not any((r - row) * down + (c - column) * right > 0 for r, c in filled):
                row = {1: LAST_ROW, -1: 1, 0: row}[down]
                column = {1: LAST_COLUMN, -1: 1, 0: column}[right]
                break
            row, column = row + down, column + right
            if not run and (row, column) in filled:
                break
        return self._cell(row, column)

    def _filled(self, area: Area) -> list[list[bool]]:
        values, formulas = self.store.values(self.sheet.name, area), self.store.formulas(self.sheet.name, area)
        return [
            [value is not None or formula is not None for value, formula in zip(*rows, strict=True)]
            for rows in zip(values, formulas, strict=True)
        ]

    def select(self) -> None:
        if self.sheet.book.active_sheet is not self.sheet:
            raise ExcelRefuses("only cells of the active sheet can be selected")
        self.sheet.selected = self.area

    # --- what is in it ---

    @property
    def raw_value(self) -> Any:
        if not len(self):
            return None
        values = self.store.values(self.sheet.name, self.area)
        formats = self.store.looks(self.sheet.name, self.area, "number_format")
        return self._block([
            [handed_out(*one) for one in zip(*rows, strict=True)] for rows in zip(values, formats, strict=True)
        ])  # fmt: skip

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self._put(data)

    @property
    def formula(self) -> Any:
        values = self.store.values(self.sheet.name, self.area)
        formulas = self.store.formulas(self.sheet.name, self.area)
        return self._block([
            [shown(value) if formula is None else formula for value, formula in zip(*rows, strict=True)]
            for rows in zip(values, formulas, strict=True)
        ])  # fmt: skip

    @formula.setter
    def formula(self, data: Any) -> None:
        self._put(data)

    formula2 = formula

    def _block(self, rows: list[list[Any]]) -> Any:
        return rows[0][0] if self.area.is_cell else tuple(tuple(row) for row in rows)

    def _put(self, data: Any) -> None:
        """Put a value everywhere, a row into every row, or a block."""
        if not len(self):
            return
        self.refuse_contents(self.area)
        formats = self.store.looks(self.sheet.name, self.area, "number_format")
        became = [[self._typed(data, i, j, formats[i][j]) for j in range(self.shape[1])] for i in range(self.shape[0])]
        for row, column in self._covered():
            became[row - self.row][column - self.column] = Typed(None)
        self.store.write_block(self.sheet.name, self.area, [[one.content for one in row] for row in became])
        for i, j in itertools.product(*map(range, self.shape)):
            number_format = became[i][j].number_format
            if number_format and formats[i][j] == "General":
                cell = self(i + 1, j + 1)
                self.store.set_look(self.sheet.name, cell.area, "number_format", number_format)
        self.sheet.book.changed()

    def _typed(self, data: Any, i: int, j: int, number_format: str) -> Typed:
        """What a cell of the range makes of its part of the data; a formula for all is moved along."""
        found = self._content(self._of(data, i, j), number_format)
        if isinstance(found.content, Formula) and not isinstance(data, list | tuple):
            origin, target = (one.area.address("", "") for one in (self(1, 1), self(i + 1, j + 1)))
            return Typed(Formula(Translator(found.content, origin).translate_formula(target)))
        return found

    def _of(self, data: Any, i: int, j: int) -> Any:
        if not isinstance(data, list | tuple):
            return data
        rows = data if data and isinstance(data[0], list | tuple) else [data] * self.shape[0]
        if len(rows) != self.shape[0] or any(len(row) != self.shape[1] for row in rows):
            raise ValueError(f"{len(rows)} rows do not fit into {self.address}")
        return rows[i][j]

    def _content(self, value: Any, number_format: str) -> Typed:
        if value is None or isinstance(value, bool):
            return Typed(value)
        if isinstance(value, int | float):
            return Typed(float(value))
        if isinstance(value, Decimal):
            raise TypeError("Excel makes currency of four places of a Decimal: write a float")
        if isinstance(value, dt.date):
            return Typed(serial(value), "yyyy/m/d")
        if not isinstance(value, str):
            raise TypeError(f"COM cannot take {value!r}")
        found = typed(value, number_format)
        if len(value) > (LONGEST_FORMULA if isinstance(found.content, Formula) else LONGEST_TEXT):
            raise ExcelRefuses("a text that is longer than a cell")
        return found

    @property
    def has_array(self) -> bool:
        return self.store.has_array(self.sheet.name, self.area)

    def clear_contents(self) -> None:
        area = self.clipped
        if area is None:
            return
        for merged in self.store.merges(self.sheet.name):
            if merged.meeting(self.area) and not self.area.holds(merged):
                raise ExcelRefuses("part of a merged cell cannot be cleared")
        self.refuse_contents(area)
        for row, column in area.cells():
            self.store.write(self.sheet.name, row, column, None)
        self.sheet.book.changed()

    def clear_formats(self) -> None:
        if area := self.clipped:
            self.unmerge()
            for look, plain in LOOKS.items():
                Range(self.sheet, area).set_look(look, plain)

    def clear(self) -> None:
        self.clear_contents()
        self.clear_formats()
        for note in self._notes_within():
            note.delete()

    # --- how it looks ---

    def same_look(self, look: Look) -> Any:
        """How all cells look, or None if they differ."""
        area = self.clipped or self.area.first
        found = list(itertools.chain(*self.store.looks(self.sheet.name, area, look)))
        return found[0] if all(one == found[0] for one in found) else None

    def set_look(self, look: Look, value: Any) -> None:
        self.refuse_unless("AllowFormattingCells")
        if area := self.clipped:
            self.store.set_look(self.sheet.name, area, look, value)
            self.sheet.book.saved = False

    @property
    def color(self) -> tuple[int, int, int] | None:
        area = self.clipped or self.area.first
        found = set(itertools.chain(*self.store.looks(self.sheet.name, area, "color")))
        return found.pop() if len(found) == 1 else (0, 0, 0)

    @color.setter
    def color(self, value: Any) -> None:
        self.set_look("color", None if value is None else rgb(value))

    def set_colors(self, colors: list[list[Any]]) -> None:
        for i, row in enumerate(colors):
            for j, color in enumerate(row):
                if color is not ...:
                    self(i + 1, j + 1).color = color

    @property
    def font(self) -> Font:
        return Font(self)

    @property
    def column_width(self) -> float | None:
        widths = {self.store.column_width(self.sheet.name, column) for column in self.area.columns}
        return widths.pop() if len(widths) == 1 else None

    @column_width.setter
    def column_width(self, value: float) -> None:
        self.refuse_unless("AllowFormattingColumns")
        for column in self.area.columns:
            self.store.set_column_width(self.sheet.name, column, value)

    @property
    def row_height(self) -> float | None:
        heights = {self.store.row_height(self.sheet.name, row) for row in self.area.rows}
        return heights.pop() if len(heights) == 1 else None

    @row_height.setter
    def row_height(self, value: float) -> None:
        self.refuse_unless("AllowFormattingRows")
        for row in self.area.rows:
            self.store.set_row_height(self.sheet.name, row, value)

    def autofit(self, axis: str | None = None) -> None:
        if area := self.clipped:
            if axis in {None, "columns", "c"}:
                self.store.autofit(self.sheet.name, area, "columns")
            if axis in {None, "rows", "r"}:
                self.store.autofit(self.sheet.name, area, "rows")

    # --- merged cells ---

    @property
    def merge_cells(self) -> bool | None:
        shared = [one.meeting(self.area) for one in self.store.merges(self.sheet.name)]
        merged = sum(area.shape[0] * area.shape[1] for area in shared if area)
        return None if 0 < merged < len(self) else merged > 0

    @property
    def merge_area(self) -> Range:
        if not self.area.is_cell:
            raise ExcelRefuses("MergeArea is of a single cell")
        merges = self.store.merges(self.sheet.name)
        return Range(self.sheet, next((one for one in merges if one.meeting(self.area)), self.area))

    def merge(self, across: bool = False) -> None:
        self.refuse_contents(self.area)
        areas = [Area(row, self.area.left, row, self.area.right) for row in self.area.rows] if across else [self.area]
        for area in areas:
            for row, column in list(area.cells())[1:]:
                self.store.write(self.sheet.name, row, column, None)
            self.store.merge(self.sheet.name, area)
        self.sheet.book.changed()

    def unmerge(self) -> None:
        self.refuse_contents(self.area)
        for area in self.store.merges(self.sheet.name):
            if area.meeting(self.area):
                self.store.unmerge(self.sheet.name, area)

    def _covered(self) -> set[tuple[int, int]]:
        """The cells that lie under a merged one, where Excel keeps nothing."""
        merges = [(one, one.meeting(self.area)) for one in self.store.merges(self.sheet.name)]
        return {cell for one, shared in merges if shared for cell in shared.cells() if cell != (one.top, one.left)}

    def refuse_unless(self, allowance: str) -> None:
        if self.sheet.protection().forbids(allowance):
            raise ExcelRefuses(f"{self.sheet.name} is protected")

    def refuse_contents(self, area: Area) -> None:
        """Raise if a cell is locked on a protected sheet."""
        if not self.sheet.protection().on:
            return
        locked = itertools.chain(*self.store.looks(self.sheet.name, area, "locked"))
        under = self._covered()
        if any(one for cell, one in zip(area.cells(), locked, strict=True) if cell not in under):
            raise ExcelRefuses(f"{self.sheet.name} is protected")

    # --- notes and links ---

    @property
    def note(self) -> Note | None:
        if not self.area.is_cell:
            raise ExcelRefuses("a note is of a single cell")
        return Note(self.sheet, self.area) if (self.row, self.column) in self.store.notes(self.sheet.name) else None

    def add_note(self, text: str) -> Note:
        if self.get_address(False, False, False) in self.sheet.threads:
            raise ExcelRefuses("a cell with a threaded comment takes no note")
        if self._covered():
            raise ExcelRefuses("a cell under a merged one has no note")
        note = Note(self.sheet, self.area)
        note.text = text
        return note

    def _notes_within(self) -> list[Note]:
        return [one for one in self.sheet.notes if self.area.holds(one.area)]

    @property
    def hyperlink(self) -> str:
        address = self.store.link(self.sheet.name, self.row, self.column)
        if address is None:
            raise Exception("The cell doesn't seem to contain a hyperlink!")
        return address

    def add_hyperlink(self, address: str, text_to_display: str, screen_tip: str) -> None:
        self._put(text_to_display)
        self.store.set_link(self.sheet.name, self.row, self.column, address, screen_tip)

    # --- rows and columns ---

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        self.store.insert(self.sheet.name, self._lines("Inserting"))
        self.sheet.book.changed()

    def delete(self, shift: str | None = None) -> None:
        self.store.delete(self.sheet.name, self._lines("Deleting"))
        self.sheet.book.changed()

    def _lines(self, action: str) -> Area:
        if not self.area.is_rows and not self.area.is_columns:
            raise NotImplementedError("moving part of a sheet: only whole rows and columns")
        self.refuse_unless(f"Allow{action}{'Rows' if self.area.is_rows else 'Columns'}")
        return self.area

    @property
    def name(self) -> Name | None:
        return next((one for _, one in Names(self.sheet.book).snapshot() if one.is_at(self)), None)

    @name.setter
    def name(self, value: str) -> None:
        Names(self.sheet.book).add(value, f"='{self.sheet.name}'!{self.address}")

    @property
    def table(self) -> None:
        return None


class RangeApi:
    """What handlers may ask of the Range itself."""

    def __init__(self, range_: Range) -> None:
        self._range = range_

    @property
    def Value2(self) -> Any:
        """Values as they are stored: no Decimal, no date."""
        values = self._range.store.values(self._range.sheet.name, self._range.area)
        rows = [[handed_out(value, "General") for value in row] for row in values]
        return self._range._block(rows)

    @Value2.setter
    def Value2(self, data: Any) -> None:
        self._range.raw_value = data

    @property
    def HasFormula(self) -> bool | None:
        formulas = self._range.store.formulas(self._range.sheet.name, self._range.area)
        found = {one is not None for row in formulas for one in row}
        return found.pop() if len(found) == 1 else None

    @property
    def Locked(self) -> bool | None:
        return self._range.same_look("locked")

    @Locked.setter
    def Locked(self, value: bool) -> None:
        self._range.set_look("locked", value)


class Font(base_classes.Font):
    """The font of a range."""

    bold = _look("bold")
    italic = _look("italic")
    size = _look("size")
    name = _look("font_name")

    def __init__(self, range_: Range) -> None:
        self._range = range_

    @property
    def api(self) -> Font:
        return self

    def same_look(self, look: Look) -> Any:
        return self._range.same_look(look)

    def set_look(self, look: Look, value: Any) -> None:
        self._range.set_look(look, value)

    @property
    def color(self) -> tuple[int, int, int]:
        found = self.same_look("font_color")
        if found is None:
            raise TypeError("fonts of many colours: xlwings fails at them on Windows")
        return found

    @color.setter
    def color(self, value: Any) -> None:
        self.set_look("font_color", rgb(value))


class Note(base_classes.Note):
    """The note (批注) of a cell."""

    def __init__(self, sheet: Sheet, area: Area) -> None:
        self.sheet = sheet
        self.area = area

    @property
    def api(self) -> Note:
        return self

    @property
    def text(self) -> str:
        return self.sheet.store.notes(self.sheet.name)[self.area.top, self.area.left]

    @text.setter
    def text(self, value: str) -> None:
        self._set(value)

    @property
    def location(self) -> Range:
        return Range(self.sheet, self.area)

    def delete(self) -> None:
        self._set(None)

    def _set(self, text: str | None) -> None:
        protection = self.sheet.protection()
        if protection.on and protection.drawings:
            raise ExcelRefuses(f"{self.sheet.name} is protected")
        self.sheet.store.set_note(self.sheet.name, self.area.top, self.area.left, text)
        self.sheet.book.saved = False


class Comment(base_classes.Comment):
    """A threaded comment (会话批注), which is only there."""

    def __init__(self, location: Range) -> None:
        self._location = location

    @property
    def location(self) -> Range:
        return self._location


class Names(base_classes.Names):
    """The defined names of a workbook."""

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def api(self) -> Names:
        return self

    def __call__(self, name_or_index: str | int) -> Name:
        found = self.find(str(name_or_index))
        if found is None:
            raise ExcelRefuses(f"there is no name {name_or_index}")
        return found

    def find(self, name: str, sheet: str | None = None) -> Name | None:
        """Return a name of the sheet, then one of the workbook."""
        known = {one.lower(): one for one in self.book.store.names()}
        for key in ([f"{sheet}!{name}".lower()] if sheet else []) + [name.lower()]:
            if key in known:
                return Name(self.book, known[key])
        return None

    def snapshot(self) -> list[tuple[str, Name]]:
        return [(name, Name(self.book, name)) for name in self.book.store.names()]

    def contains(self, name_or_index: str | int) -> bool:
        return self.find(str(name_or_index)) is not None

    def __len__(self) -> int:
        return len(self.book.store.names())

    def add(self, name: str, refers_to: str) -> Name:
        self.book.store.set_name(name, refers_to.removeprefix("="))
        self.book.changed()
        return Name(self.book, name)


class Name(base_classes.Name):
    """A defined name."""

    def __init__(self, book: Book, name: str) -> None:
        self.book = book
        self._name = name

    @property
    def api(self) -> Name:
        return self

    @property
    def name(self) -> str:
        return self._name

    @property
    def refers_to(self) -> str:
        return f"={self.book.store.names()[self._name]}"

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.book.store.set_name(self._name, value.removeprefix("="))
        self.book.changed()

    @property
    def refers_to_range(self) -> Range:
        sheet, _, address = self.refers_to[1:].rpartition("!")
        area = Area.parse(address)
        if area is None or not sheet:
            raise ExcelRefuses(f"{self._name} is not of a range")
        return Range(self.book.sheets(sheet.removeprefix("'").removesuffix("'").replace("''", "'")), area)

    def is_at(self, range_: Range) -> bool:
        try:
            found = self.refers_to_range
        except ExcelRefuses:
            return False
        return found.sheet is range_.sheet and found.area == range_.area

    def delete(self) -> None:
        self.book.store.set_name(self._name, None)
        self.book.changed()


def rgb(color: Any) -> tuple[int, int, int]:
    """A colour as three numbers, however it was given."""
    if isinstance(color, str):
        return hex_to_rgb(color)
    if isinstance(color, int):
        return int_to_rgb(color)
    return tuple(color)
