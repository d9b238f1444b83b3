"""Everything lives in LibreOffice: the same as a person would see there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from openpyxl import load_workbook
from openpyxl.styles.numbers import is_date_format

from engines.base import Engine
from engines.office import WRONG_PASSWORD, Office, enum, properties, struct
from engines.store import LOOKS, Area, ExcelRefuses, Look, Protection, State, Store
from engines.typing_in import FAULTS, Content, Fault, Formula, Value, typed

_FORMULAS, _FAULTY, _IN_VALUES = 16, 4, 1
_EXCEL, _OWN = 3, 0
_FAULTS = {503: "#NUM!", 524: "#REF!", 525: "#NAME?", 532: "#DIV/0!", 32767: "#N/A"}
_CONSTANTS = {"TRUE", "FALSE", *FAULTS}
"""What LibreOffice keeps as a formula and Excel as a value."""
_UNREADABLE = {501, 507, 508, 509, 510, 511, 512, 514, 520, 533}
_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
}
_HORIZONTAL = {
    "STANDARD": "general", "LEFT": "left", "CENTER": "center", "RIGHT": "right", "BLOCK": "justify", "REPEAT": "fill",
}  # fmt: skip
_VERTICAL = {0: "bottom", 1: "top", 2: "center", 3: "bottom", 4: "justify"}
_PROPERTIES: dict[Look, str] = {
    "color": "CellBackColor", "bold": "CharWeight", "italic": "CharPosture", "size": "CharHeight",
    "font_color": "CharColor", "font_name": "CharFontName", "number_format": "NumberFormat",
    "wrap_text": "IsTextWrapped", "horizontal": "HoriJustify", "vertical": "VertJustify", "locked": "CellProtection",
}  # fmt: skip
_OWN_PARTS = re.compile(
    r"""\"(?:[^"]|"")*"|\$?(?P<sheet>'(?:[^']|'')+'|[^\W\d]\w*)\.(?=\$?[A-Z]{1,3}\$?\d)|(?<=TRUE|ALSE)\(\)|[;|~]"""
)
_EXCEL_PARTS = {";": ",", "|": ";", "~": ",", "()": ""}
_BOLD, _THIN = 150.0, 100.0
_PIXEL, _POINT = 2540 / 96, 2540 / 72
_MORE_ROWS, _MORE_COLUMNS = 100, 20


class LibreOfficeStore(Store):
    """An open document."""

    def __init__(self, office: Office, path: Path | None) -> None:
        self.document = office.load(path)
        self.document.enableAutomaticCalculation(False)
        self.document.calculateAll()
        self._excel, self._own = self._parser(_EXCEL), self._parser(_OWN)
        self._codes: dict[int, str] = {}
        self._sheets: dict[str, Any] = {}
        self._merges: dict[str, list[Area]] = {}
        self._notes: dict[str, dict[tuple[int, int], str]] = {}
        self._very_hidden: set[str] = set()
        self._protections = _protections(path) if path else {}

    def _parser(self, convention: int) -> Any:
        parser = self.document.createInstance("com.sun.star.sheet.FormulaParser")
        parser.CompileEnglish, parser.FormulaConvention = True, convention
        return parser

    def _sheet(self, sheet: str) -> Any:
        if sheet not in self._sheets:
            self._sheets[sheet] = self.document.Sheets.getByName(sheet)
        return self._sheets[sheet]

    def _range(self, sheet: str, area: Area) -> Any:
        return self._sheet(sheet).getCellRangeByPosition(area.left - 1, area.top - 1, area.right - 1, area.bottom - 1)

    def _cell(self, sheet: str, row: int, column: int) -> Any:
        return self._sheet(sheet).getCellByPosition(column - 1, row - 1)

    def _place(self, sheet: str, row: int, column: int) -> Any:
        number = self._sheet(sheet).RangeAddress.Sheet
        return struct("table.CellAddress", Sheet=number, Row=row - 1, Column=column - 1)

    @contextmanager
    def _opened(self, sheet: str) -> Iterator[None]:
        """Change what Excel lets be changed on a protected sheet, which LibreOffice does not."""
        one = self._sheet(sheet)
        protected = one.isProtected()
        if protected:
            one.unprotect("")
        yield
        if protected:
            one.protect("")

    def _forget(self) -> None:
        """Forget what is known of places, after places have moved."""
        self._sheets, self._merges, self._notes = {}, {}, {}

    # --- sheets ---

    def sheet_names(self) -> list[str]:
        return list(self.document.Sheets.ElementNames)

    def active_sheet(self) -> str:
        name: str = self.document.CurrentController.ActiveSheet.Name
        return name

    def add_sheet(self, name: str, position: int) -> None:
        self.document.Sheets.insertNewByName(name, position)
        self._forget()

    def delete_sheet(self, sheet: str) -> None:
        self.document.Sheets.removeByName(sheet)
        self._forget()

    def rename_sheet(self, sheet: str, name: str) -> None:
        self._sheet(sheet).Name = name
        self._forget()
        self._protections[name] = self._protections.pop(sheet, Protection())

    def state(self, sheet: str) -> State:
        if self._sheet(sheet).IsVisible:
            return "visible"
        return "veryHidden" if sheet in self._very_hidden else "hidden"

    def set_state(self, sheet: str, state: State) -> None:
        self._sheet(sheet).IsVisible = state == "visible"
        self._very_hidden.discard(sheet)
        if state == "veryHidden":
            self._very_hidden.add(sheet)

    def used(self, sheet: str) -> Area:
        cursor = self._sheet(sheet).createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return _area(cursor.RangeAddress)

    # --- contents ---

    def values(self, sheet: str, area: Area) -> list[list[Value]]:
        cells = self._range(sheet, area)
        found: list[list[Value]] = [list(row) for row in cells.getDataArray()]
        texts = cells.getFormulaArray()
        for row, column in area.cells():
            i, j = row - area.top, column - area.left
            if found[i][j] == "" and texts[i][j] == "":
                found[i][j] = None
        for row, column in self._truths(cells, area):
            if isinstance(value := found[row - area.top][column - area.left], float):
                found[row - area.top][column - area.left] = bool(value)
        for row, column in self._places(cells.queryFormulaCells(_FAULTY), area):
            number = self._cell(sheet, row, column).getError()
            found[row - area.top][column - area.left] = Fault(_FAULTS.get(number, "#VALUE!"))
        return found

    def _truths(self, cells: Any, area: Area) -> set[tuple[int, int]]:
        """The cells that show TRUE or FALSE: LibreOffice has numbers there."""
        search = cells.createSearchDescriptor()
        search.SearchString, search.SearchRegularExpression, search.SearchWords = "TRUE|FALSE", True, True
        search.SearchType = _IN_VALUES
        shown = cells.findAll(search)
        return self._places(shown, area) if shown else set()

    def _places(self, ranges: Any, within: Area) -> set[tuple[int, int]]:
        areas = [_area(address) for address in ranges.RangeAddresses]
        return {cell for area in areas if (shared := area.meeting(within)) for cell in shared.cells()}

    def formulas(self, sheet: str, area: Area) -> list[list[str | None]]:
        cells = self._range(sheet, area)
        found: list[list[str | None]] = [[None] * area.shape[1] for _ in area.rows]
        own = cells.getFormulaArray()
        for row, column in self._places(cells.queryContentCells(_FORMULAS), area):
            i, j = row - area.top, column - area.left
            formula = as_excel(own[i][j])
            found[i][j] = None if formula[1:] in _CONSTANTS else formula
        return found

    def has_array(self, sheet: str, area: Area) -> bool:
        return any(self._cell(sheet, row, column).getArrayFormula() for row, column in area.cells())

    def write(self, sheet: str, row: int, column: int, content: Content) -> None:
        cell = self._cell(sheet, row, column)
        if content is None:
            cell.setFormula("")
        elif isinstance(content, Formula):
            self._write_formula(cell, self._place(sheet, row, column), content)
        elif isinstance(content, Fault):
            cell.setFormula(f"={content}")
        elif isinstance(content, str):
            cell.String = content
        elif isinstance(content, bool):
            cell.setFormula(str(content).upper())
        else:
            cell.Value = content

    def _write_formula(self, cell: Any, place: Any, formula: Formula) -> None:
        before = cell.getFormula()
        cell.setTokens(self._excel.parseFormula(formula.removeprefix("="), place))
        if cell.getError() in _UNREADABLE:
            cell.setFormula(before)
            raise ExcelRefuses(f"{formula} is no formula")

    def write_block(self, sheet: str, area: Area, block: list[list[Content]]) -> None:
        """Write numbers and texts at once, the rest one by one: a call takes longer than what it does."""
        plain = [[one if type(one) in {float, str} else "" for one in row] for row in block]
        formats = self.looks(sheet, area, "number_format")
        cells = self._range(sheet, area)
        before = cells.getFormulaArray()
        cells.setDataArray(tuple(tuple(row) for row in plain))
        try:
            self._write_rest(sheet, area, block, formats)
        except ExcelRefuses:
            cells.setFormulaArray(before)
            raise

    def _write_rest(self, sheet: str, area: Area, block: list[list[Content]], formats: list[list[str]]) -> None:
        for (row, column), content, code in zip(
            area.cells(), itertools.chain(*block), itertools.chain(*formats), strict=True
        ):
            if type(content) is str and code == "General" and type(typed(content, code).content) is not str:
                self.set_look(sheet, Area(row, column, row, column), "number_format", code)  # it has made it @
            elif content is not None and type(content) not in {float, str}:
                self.write(sheet, row, column, content)

    def calculate(self) -> None:
        self.document.calculate()

    # --- looks ---

    def looks(self, sheet: str, area: Area, look: Look) -> list[list[Any]]:
        cells = self._range(sheet, area)
        name = _PROPERTIES[look]
        if area.is_cell or cells.getPropertyState(name).value != "AMBIGUOUS_VALUE":
            seen = self._seen(cells, look)
            return [[seen] * area.shape[1] for _ in area.rows]
        found: list[list[Any]] = [[LOOKS[look]] * area.shape[1] for _ in area.rows]
        for alike in cells.UniqueCellFormatRanges:
            seen = self._seen(alike, look)
            for row, column in self._places(alike, area):
                found[row - area.top][column - area.left] = seen
        return found

    def _seen(self, cells: Any, look: Look) -> Any:
        value = cells.getPropertyValue(_PROPERTIES[look])
        match look:
            case "color" | "font_color":
                return LOOKS[look] if value == -1 else ((value >> 16) & 255, (value >> 8) & 255, value & 255)
            case "bold":
                return value > _THIN
            case "italic":
                return value.value != "NONE"
            case "number_format":
                return self._code(value)
            case "horizontal":
                return _HORIZONTAL[value.value]
            case "vertical":
                return _VERTICAL[value]
            case "locked":
                return value.IsLocked
        return value

    def _code(self, key: int) -> str:
        if key not in self._codes:
            code: str = self.document.NumberFormats.getByKey(key).FormatString
            self._codes[key] = _as_excel_writes(code)
        return self._codes[key]

    def set_look(self, sheet: str, area: Area, look: Look, value: Any) -> None:
        with self._opened(sheet):
            cells = self._range(sheet, area)
            for name, part in self._shown(cells, look, value).items():
                cells.setPropertyValue(name, part)

    def _shown(self, cells: Any, look: Look, value: Any) -> dict[str, Any]:
        """A look as the properties that make it, in the scripts of East and West."""
        name = _PROPERTIES[look]
        match look:
            case "color" | "font_color":
                return {name: -1 if value is None else (value[0] << 16) + (value[1] << 8) + value[2]}
            case "bold":
                return _scripts(name, _BOLD if value else _THIN)
            case "italic":
                return _scripts(name, enum("awt.FontSlant", "ITALIC" if value else "NONE"))
            case "size" | "font_name":
                return _scripts(name, value)
            case "number_format":
                return {name: self._key(value)}
            case "horizontal":
                names = {one: own for own, one in _HORIZONTAL.items()}
                return {name: enum("table.CellHoriJustify", names[value])}
            case "vertical":
                return {name: {"top": 1, "center": 2, "bottom": 3, "justify": 4}[value]}
            case "locked":
                return {name: struct("util.CellProtection", IsLocked=value)}
        return {name: value}

    def _key(self, code: str) -> int:
        formats, english = self.document.NumberFormats, struct("lang.Locale", Language="en", Country="US")
        key: int = formats.queryKey(code, english, False)
        return key if key >= 0 else formats.addNew(code, english)

    def merges(self, sheet: str) -> list[Area]:
        if sheet not in self._merges:
            used = self.used(sheet)
            near = Area(1, 1, used.bottom + _MORE_ROWS, used.right + _MORE_COLUMNS)
            alike = [self._places(one, near) for one in self._range(sheet, near).UniqueCellFormatRanges]
            anchors = [cell for cells in alike if self._cell(sheet, *min(cells)).IsMerged for cell in cells]
            self._merges[sheet] = [self._merged(sheet, row, column) for row, column in sorted(anchors)]
        return self._merges[sheet]

    def _merged(self, sheet: str, row: int, column: int) -> Area:
        cursor = self._sheet(sheet).createCursorByRange(self._cell(sheet, row, column))
        cursor.collapseToMergedArea()
        return _area(cursor.RangeAddress)

    def merge(self, sheet: str, area: Area) -> None:
        self._range(sheet, area).merge(True)
        self._merges.pop(sheet, None)

    def unmerge(self, sheet: str, area: Area) -> None:
        self._range(sheet, area).merge(False)
        self._merges.pop(sheet, None)

    def notes(self, sheet: str) -> dict[tuple[int, int], str]:
        if sheet not in self._notes:
            found = list(self._sheet(sheet).Annotations)
            self._notes[sheet] = {(one.Position.Row + 1, one.Position.Column + 1): one.String for one in found}
        return dict(self._notes[sheet])

    def set_note(self, sheet: str, row: int, column: int, text: str | None) -> None:
        annotations = self._sheet(sheet).Annotations
        known = [(one.Position.Row + 1, one.Position.Column + 1) for one in annotations]
        with self._opened(sheet):
            if (row, column) in known:
                annotations.removeByIndex(known.index((row, column)))
            if text is not None:
                annotations.insertNew(self._place(sheet, row, column), text)
        self._notes.pop(sheet, None)

    def link(self, sheet: str, row: int, column: int) -> str | None:
        fields = list(self._cell(sheet, row, column).TextFields)
        return fields[0].URL if fields else None

    def set_link(self, sheet: str, row: int, column: int, address: str, tip: str) -> None:
        cell = self._cell(sheet, row, column)
        field = self.document.createInstance("com.sun.star.text.TextField.URL")
        field.URL, field.Representation = address, cell.String
        cell.String = ""
        cell.insertTextContent(cell.createTextCursor(), field, False)

    def column_width(self, sheet: str, column: int) -> float:
        pixels = self._sheet(sheet).Columns.getByIndex(column - 1).Width / _PIXEL
        return round((pixels - 5) / 7, 2)

    def set_column_width(self, sheet: str, column: int, width: float) -> None:
        self._sheet(sheet).Columns.getByIndex(column - 1).Width = round((width * 7 + 5) * _PIXEL)

    def row_height(self, sheet: str, row: int) -> float:
        return round(self._sheet(sheet).Rows.getByIndex(row - 1).Height / _POINT, 2)

    def set_row_height(self, sheet: str, row: int, height: float) -> None:
        self._sheet(sheet).Rows.getByIndex(row - 1).Height = round(height * _POINT)

    def autofit(self, sheet: str, area: Area, axis: Literal["rows", "columns"]) -> None:
        cells = self._range(sheet, area)
        if axis == "rows":
            cells.Rows.OptimalHeight = True
        else:
            cells.Columns.OptimalWidth = True

    # --- rows and columns ---

    def insert(self, sheet: str, area: Area) -> None:
        lines, first, count = self._lines(sheet, area)
        lines.insertByIndex(first, count)
        self._forget()

    def delete(self, sheet: str, area: Area) -> None:
        lines, first, count = self._lines(sheet, area)
        lines.removeByIndex(first, count)
        self._forget()

    def _lines(self, sheet: str, area: Area) -> tuple[Any, int, int]:
        one = self._sheet(sheet)
        rows, columns = area.shape
        return (one.Rows, area.top - 1, rows) if area.is_rows else (one.Columns, area.left - 1, columns)

    # --- names ---

    def names(self) -> dict[str, str]:
        found = {one.Name: self._name_as_excel(one) for one in self.document.NamedRanges}
        for sheet in self.document.Sheets:
            own = [one for one in sheet.NamedRanges if not one.Name.startswith("_xlnm.")]
            found |= {f"{sheet.Name}!{one.Name}": self._name_as_excel(one) for one in own}
        return found

    def _name_as_excel(self, named: Any) -> str:
        place = struct("table.CellAddress")
        text: str = self._excel.printFormula(self._own.parseFormula(named.Content, place), place)
        return text

    def set_name(self, name: str, refers_to: str | None) -> None:
        sheet, _, own = name.rpartition("!")
        names = self._sheet(sheet.strip("'")).NamedRanges if sheet else self.document.NamedRanges
        if names.hasByName(own):
            names.removeByName(own)
        if refers_to is not None:
            place = struct("table.CellAddress")
            content = self._own.printFormula(self._excel.parseFormula(refers_to, place), place)
            names.addNewByName(own, content, place, 0)

    # --- protection ---

    def protection(self, sheet: str) -> Protection:
        known = self._protections.get(sheet, Protection())
        return known._replace(on=self._sheet(sheet).isProtected())

    def protect(self, sheet: str, password: str | None, protection: Protection) -> None:
        self._sheet(sheet).protect(password or "")
        self._protections[sheet] = protection

    def unprotect(self, sheet: str, password: str | None) -> bool:
        with suppress(WRONG_PASSWORD):
            self._sheet(sheet).unprotect(password or "")
        return not self._sheet(sheet).isProtected()

    def structure_locked(self) -> bool:
        locked: bool = self.document.isProtected()
        return locked

    # --- files ---

    def save(self, path: Path) -> None:
        self.document.storeToURL(path.absolute().as_uri(), properties(FilterName=_FILTERS[path.suffix.lower()]))

    def close(self) -> None:
        self.document.close(True)


def engine(office: Office) -> Engine:
    """The engine over a running office."""
    return Engine("libreoffice", lambda path: LibreOfficeStore(office, path))


def as_excel(own: str) -> str:
    r"""A formula of LibreOffice in the way Excel writes it.

    >>> print(as_excel("=IF($参数.$C$4>1.5;SUM('a b'.A1:A2);\"a;b\")"), as_excel("=SUM({1;2|3;4})"))
    =IF(参数!$C$4>1.5,SUM('a b'!A1:A2),"a;b") =SUM({1,2;3,4})
    """
    return _OWN_PARTS.sub(
        lambda part: f"{part['sheet']}!" if part["sheet"] else _EXCEL_PARTS.get(part[0], part[0]), own
    )


def _area(address: Any) -> Area:
    return Area(address.StartRow + 1, address.StartColumn + 1, address.EndRow + 1, address.EndColumn + 1)


def _scripts(name: str, value: Any) -> dict[str, Any]:
    return {name: value, f"{name}Asian": value, f"{name}Complex": value}


def _as_excel_writes(code: str) -> str:
    """Dates in small letters, as Excel writes them: LibreOffice has `YYYY/M/D`."""
    if not is_date_format(code):
        return "General" if code == "BOOLEAN" else code
    parts = code.split('"')
    parts[::2] = [part.lower() for part in parts[::2]]
    return '"'.join(parts)


def _protections(path: Path) -> dict[str, Protection]:
    """What protected sheets allow, which LibreOffice reads but does not tell."""
    if path.suffix.lower() not in {".xlsx", ".xlsm"}:
        return {}
    book = load_workbook(path)
    return {sheet.title: Protection.in_file(sheet.protection) for sheet in book.worksheets}
