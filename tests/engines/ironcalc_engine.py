"""Values and formulas live in IronCalc, everything else in the workbook as openpyxl read it; saving puts both together."""

from __future__ import annotations

import colorsys
import re
import unicodedata
import xml.etree.ElementTree as ET
from copy import copy
from pathlib import Path
from typing import Any, Literal
from zipfile import ZIP_DEFLATED, ZipFile

import ironcalc
from openpyxl import Workbook, load_workbook
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, PatternFill
from openpyxl.styles import Protection as CellProtection
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.utils import get_column_letter
from openpyxl.utils.protection import hash_password
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from engines.base import Engine
from engines.store import ALLOWANCES, LOOKS, Area, ExcelRefuses, Look, Protection, State, Store
from engines.typing_in import Content, Fault, Formula, Value

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_OFFICE_THEME = ["FFFFFF", "000000", "E7E6E6", "44546A", "4472C4", "ED7D31", "A5A5A5", "FFC000", "5B9BD5", "70AD47"]
_MOST_COLUMNS = 256
_MARGIN = 5 / 7
"""What a width in a file has over the width that Excel tells: five pixels, in characters of seven."""
_ONE_OF_MANY = re.compile(r"""(?P<kept>"(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\]]*\])|@""")
"""The mark by which IronCalc says that a formula takes one value of many."""
_PREFIXES = re.compile(r"_xlfn\.(?:_xlws\.)?|_xlpm\.")
_NEEDLESS_QUOTES = re.compile(r"'([^\W\d]\w*)'!")


class IronCalcStore(Store):
    """An open workbook: `model` computes, `book` knows how things look."""

    def __init__(self, path: Path | None) -> None:
        if path is None:
            self.model = ironcalc.create("book", "en", "UTC", "en")
            self.book = Workbook()
            self.book.active.title = "Sheet1"
        else:
            self.model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
            self.book = load_workbook(path, keep_vba=path.suffix == ".xlsm")
        for sheet in self.book.worksheets:
            _ungroup_columns(sheet)
        self._theme = _theme(self.book.loaded_theme)
        self._numbers: dict[str, int] = {}
        self._sheets: dict[str, Worksheet] = {}
        self._blank_is_no_zero()
        self.model.evaluate()

    def _blank_is_no_zero(self) -> None:
        """IronCalc takes `<c t="n"/>`, a blank cell, for a zero."""
        for sheet in self.book.worksheets:
            for (row, column), cell in sheet._cells.items():
                place = (self._number(sheet.title), row, column)
                if cell.value is None and self.model.get_cell_value(*place) == 0:
                    self.model.clear_cell_contents(*place)

    def _number(self, sheet: str) -> int:
        """The place of a sheet in the model, where a new one always comes last."""
        if sheet not in self._numbers:
            properties = self.model.get_worksheets_properties()
            self._numbers = {one["name"]: index for index, one in enumerate(properties)}
        return self._numbers[sheet]

    def _sheet(self, sheet: str) -> Worksheet:
        if sheet not in self._sheets:
            self._sheets = {one.title: one for one in self.book.worksheets}
        return self._sheets[sheet]

    def _cell(self, sheet: str, row: int, column: int) -> Any:
        """A cell if there is one: asking must not make it part of the used range."""
        return self._sheet(sheet)._cells.get((row, column))

    def _seen_cell(self, sheet: str, row: int, column: int) -> Any:
        """The cell whose looks are seen at a place: openpyxl keeps none for those under a merged one."""
        cell = self._cell(sheet, row, column)
        if not isinstance(cell, MergedCell):
            return cell
        merged = next(one for one in self.merges(sheet) if one.meeting(Area(row, column, row, column)))
        return self._cell(sheet, merged.top, merged.left)

    # --- sheets ---

    def sheet_names(self) -> list[str]:
        return [sheet.title for sheet in self.book.worksheets]

    def active_sheet(self) -> str:
        active: Worksheet = self.book.active
        return active.title

    def add_sheet(self, name: str, position: int) -> None:
        self.model.add_sheet(name)
        self.book.create_sheet(name, position)

    def delete_sheet(self, sheet: str) -> None:
        self.model.delete_sheet(self._number(sheet))
        self.book.remove(self._sheet(sheet))
        self._numbers, self._sheets = {}, {}
        self.book.active = 0

    def rename_sheet(self, sheet: str, name: str) -> None:
        self.model.rename_sheet(self._number(sheet), name)
        names = {one: text for one, text in self.names().items() if text.rpartition("!")[0].strip("'") == sheet}
        self._sheet(sheet).title = name
        self._numbers, self._sheets = {}, {}
        for one, text in names.items():
            own = one.rpartition("!")[2] if one.startswith(f"{sheet}!") else one
            self.set_name(own if own == one else f"{name}!{own}", f"'{name}'!{text.rpartition('!')[2]}")
        self._follow()

    def state(self, sheet: str) -> State:
        found: State = self._sheet(sheet).sheet_state
        return found

    def set_state(self, sheet: str, state: State) -> None:
        self._sheet(sheet).sheet_state = state

    def used(self, sheet: str) -> Area:
        one = self._sheet(sheet)
        return Area(one.min_row, one.min_column, one.max_row, one.max_column)

    # --- contents ---

    def values(self, sheet: str, area: Area) -> list[list[Value]]:
        number = self._number(sheet)
        return [[self._value(number, row, column) for column in area.columns] for row in area.rows]

    def _value(self, number: int, row: int, column: int) -> Value:
        value: Value = self.model.get_cell_value(number, row, column)
        if isinstance(value, str) and self.model.get_cell_type(number, row, column) == ironcalc.CellType.ErrorValue:
            return Fault(value)
        return value

    def formulas(self, sheet: str, area: Area) -> list[list[str | None]]:
        return [[self._formula(sheet, row, column) for column in area.columns] for row in area.rows]

    def _formula(self, sheet: str, row: int, column: int) -> str | None:
        """A formula as it was written: the model has its own way with brackets."""
        cell = self._cell(sheet, row, column)
        if cell is None or cell.data_type != "f":
            return None
        text = cell.value.text if isinstance(cell.value, ArrayFormula) else cell.value
        return _PREFIXES.sub("", text)

    def has_array(self, sheet: str, area: Area) -> bool:
        cells = [self._cell(sheet, row, column) for row, column in area.cells()]
        return any(cell is not None and isinstance(cell.value, ArrayFormula) for cell in cells)

    def write(self, sheet: str, row: int, column: int, content: Content) -> None:
        place = (self._number(sheet), row, column)
        if content is None:
            self.model.clear_cell_contents(*place)
        elif isinstance(content, Formula):
            self._write_formula(place, content)
        elif isinstance(content, Fault):
            self.model.set_user_input(*place, str(content))
        elif isinstance(content, str):
            self.model.update_cell_with_text(*place, content)
        elif isinstance(content, bool):
            self.model.update_cell_with_bool(*place, content)
        else:
            self.model.update_cell_with_number(*place, content)
        self._keep(sheet, row, column, content)

    def _write_formula(self, place: tuple[int, int, int], formula: Formula) -> None:
        before = self.model.get_cell_content(*place)
        self.model.update_cell_with_formula(*place, str(formula))
        self.model.evaluate()
        if self.model.get_cell_value(*place) == "#ERROR!":
            self.model.set_user_input(*place, before)
            raise ExcelRefuses(f"{formula} is no formula")

    def _keep(self, sheet: str, row: int, column: int, content: Content) -> None:
        """Put into the workbook what stands in the model."""
        if content is None and isinstance(self._cell(sheet, row, column), MergedCell | None):
            return
        cell = self._sheet(sheet).cell(row, column)
        cell.value = content
        if isinstance(content, str):
            cell.data_type = "f" if isinstance(content, Formula) else "e" if isinstance(content, Fault) else "s"

    def calculate(self) -> None:
        self.model.evaluate()

    def _follow(self) -> None:
        """Let formulas of the workbook follow those of the model, where references were moved."""
        names = {number: name for name, number in self._all_numbers().items()}
        for number, row, column in self.model.get_all_cells():
            formula = self.model.get_cell_formula(number, row, column)
            if formula is not None and not self.has_array(names[number], Area(row, column, row, column)):
                self._keep(
                    names[number], row, column, Formula(_ONE_OF_MANY.sub(lambda part: part["kept"] or "", formula))
                )

    def _all_numbers(self) -> dict[str, int]:
        return {name: self._number(name) for name in self.sheet_names()}

    # --- looks ---

    def looks(self, sheet: str, area: Area, look: Look) -> list[list[Any]]:
        return [[self._seen(self._seen_cell(sheet, row, column), look) for column in area.columns] for row in area.rows]

    def _seen(self, cell: Any, look: Look) -> Any:
        if cell is None:
            return self.book._fonts[0].name if look == "font_name" else LOOKS[look]
        font, alignment = cell.font, cell.alignment
        match look:
            case "color":
                return self._rgb(cell.fill.fgColor) if cell.fill.fill_type == "solid" else None
            case "bold" | "italic":
                return bool(getattr(font, look))
            case "size":
                return float(font.size or LOOKS["size"])
            case "font_color":
                return self._rgb(font.color) or LOOKS["font_color"]
            case "font_name":
                return font.name
            case "number_format":
                return cell.number_format
            case "wrap_text":
                return bool(alignment.wrap_text)
            case "horizontal" | "vertical":
                return getattr(alignment, look) or LOOKS[look]
            case "locked":
                return cell.protection.locked
        raise NotImplementedError(look)

    def _rgb(self, color: Any) -> tuple[int, int, int] | None:
        if color is None or color.type == "auto":
            return None
        if color.type == "theme":
            return _tinted(self._theme[color.theme], color.tint)
        if color.type == "indexed":
            return None if color.indexed >= len(COLOR_INDEX) else _from_hex(COLOR_INDEX[color.indexed])
        return _from_hex(color.rgb)

    def set_look(self, sheet: str, area: Area, look: Look, value: Any) -> None:
        for row, column in area.cells():
            self._show(self._sheet(sheet).cell(row, column), look, value)

    def _show(self, cell: Any, look: Look, value: Any) -> None:
        match look:
            case "color":
                cell.fill = (
                    PatternFill("solid", fgColor="FF{:02X}{:02X}{:02X}".format(*value)) if value else PatternFill()
                )
            case "bold" | "italic" | "size":
                cell.font = _changed(cell.font, **{look: value})
            case "font_color":
                cell.font = _changed(cell.font, color="FF{:02X}{:02X}{:02X}".format(*value))
            case "font_name":
                cell.font = _changed(cell.font, name=value, scheme=None)
            case "number_format":
                cell.number_format = value
            case "wrap_text" | "horizontal" | "vertical":
                cell.alignment = _changed(cell.alignment or Alignment(), **{look: value})
            case "locked":
                cell.protection = CellProtection(locked=value, hidden=cell.protection.hidden)

    def merges(self, sheet: str) -> list[Area]:
        return [
            Area(one.min_row, one.min_col, one.max_row, one.max_col) for one in self._sheet(sheet).merged_cells.ranges
        ]

    def merge(self, sheet: str, area: Area) -> None:
        for one in self.merges(sheet):
            if one.meeting(area):
                self.unmerge(sheet, one)
        if not area.is_cell:
            self._sheet(sheet).merge_cells(area.address("", ""))

    def unmerge(self, sheet: str, area: Area) -> None:
        self._sheet(sheet).unmerge_cells(area.address("", ""))

    def notes(self, sheet: str) -> dict[tuple[int, int], str]:
        cells = self._sheet(sheet)._cells.items()
        return {place: cell.comment.text for place, cell in cells if cell.comment is not None}

    def set_note(self, sheet: str, row: int, column: int, text: str | None) -> None:
        self._sheet(sheet).cell(row, column).comment = None if text is None else Comment(text, "绩效自评")

    def link(self, sheet: str, row: int, column: int) -> str | None:
        cell = self._cell(sheet, row, column)
        link = cell.hyperlink if cell is not None else None
        return (link.target or f"#{link.location}") if link else None

    def set_link(self, sheet: str, row: int, column: int, address: str, tip: str) -> None:
        cell = self._sheet(sheet).cell(row, column)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, target=address, tooltip=tip)

    def column_width(self, sheet: str, column: int) -> float:
        known = self._sheet(sheet).column_dimensions
        letter = get_column_letter(column)
        width = known[letter].width if letter in known else self._sheet(sheet).sheet_format.defaultColWidth
        return round(width - _MARGIN, 2) if width else 8.43

    def set_column_width(self, sheet: str, column: int, width: float) -> None:
        self._sheet(sheet).column_dimensions[get_column_letter(column)].width = width + _MARGIN

    def row_height(self, sheet: str, row: int) -> float:
        known = self._sheet(sheet).row_dimensions
        return (known[row].height if row in known else None) or self._sheet(sheet).sheet_format.defaultRowHeight

    def set_row_height(self, sheet: str, row: int, height: float) -> None:
        self._sheet(sheet).row_dimensions[row].height = height

    def autofit(self, sheet: str, area: Area, axis: Literal["rows", "columns"]) -> None:
        if axis == "rows":
            for row in area.rows:
                self._sheet(sheet).row_dimensions[row].height = None
            return
        for column in area.columns:
            texts = [
                str(one[0])
                for one in self.values(sheet, area._replace(left=column, right=column))
                if one[0] is not None
            ]
            widest = max((_width(line) for text in texts for line in text.split("\n")), default=0)
            if widest:
                self.set_column_width(sheet, column, widest + 1.0)

    # --- rows and columns ---

    def insert(self, sheet: str, area: Area) -> None:
        self._move(sheet, area, "insert")

    def delete(self, sheet: str, area: Area) -> None:
        self._move(sheet, area, "delete")

    def _move(self, sheet: str, area: Area, action: Literal["insert", "delete"]) -> None:
        axis, first, count = ("rows", area.top, area.shape[0]) if area.is_rows else ("cols", area.left, area.shape[1])
        merges = self.merges(sheet)
        for one in merges:
            self.unmerge(sheet, one)
        getattr(self._sheet(sheet), f"{action}_{axis}")(first, count)
        model_axis = "rows" if axis == "rows" else "columns"
        getattr(self.model, f"{action}_{model_axis}")(self._number(sheet), first, count)
        for one in merges:
            moved = _moved(one, axis, first, count if action == "insert" else -count)
            if moved and not moved.is_cell:
                self.merge(sheet, moved)
        self._move_sizes(sheet, axis, first, count if action == "insert" else -count)
        self._move_names(sheet, axis, first, count if action == "insert" else -count)
        self._follow()

    def _move_sizes(self, sheet: str, axis: str, first: int, shift: int) -> None:
        """Let heights of rows and widths of columns move with them."""
        one = self._sheet(sheet)
        if axis == "rows":
            heights = {row: size.height for row, size in one.row_dimensions.items() if size.height}
            for row in heights:
                one.row_dimensions[row].height = None
            for row, height in heights.items():
                if (moved := _moved_end(row, first, shift)) is not None:
                    one.row_dimensions[moved].height = height
            return
        widths = {column: self.column_width(sheet, column) for column in range(1, _MOST_COLUMNS)}
        for column, width in widths.items():
            if (moved := _moved_end(column, first, shift)) is not None:
                self.set_column_width(sheet, moved, width)

    def _move_names(self, sheet: str, axis: str, first: int, shift: int) -> None:
        """Let defined names follow, which the model does not do."""
        for name, text in self.names().items():
            home, _, address = text.rpartition("!")
            area = Area.parse(address)
            if area and home.strip("'") == sheet:
                moved = _moved(area, axis, first, shift)
                self.set_name(name, f"{home}!{moved.address() if moved else '#REF!'}")

    # --- names ---

    def names(self) -> dict[str, str]:
        found = {name: one.attr_text for name, one in self.book.defined_names.items()}
        for sheet in self.book.worksheets:
            found |= {f"{sheet.title}!{name}": one.attr_text for name, one in sheet.defined_names.items()}
        return {name: _NEEDLESS_QUOTES.sub(r"\1!", text) for name, text in found.items()}

    def set_name(self, name: str, refers_to: str | None) -> None:
        sheet, _, own = name.rpartition("!")
        sheet = sheet.strip("'")
        scope = self._number(sheet) if sheet else None
        known = (self._sheet(sheet) if sheet else self.book).defined_names
        if own in known:
            self.model.delete_defined_name(own, scope)
            del known[own]
        if refers_to is not None:
            self.model.new_defined_name(own, scope, refers_to)
            known[own] = DefinedName(own, attr_text=refers_to)

    # --- protection ---

    def protection(self, sheet: str) -> Protection:
        return Protection.in_file(self._sheet(sheet).protection)

    def protect(self, sheet: str, password: str | None, protection: Protection) -> None:
        found = self._sheet(sheet).protection
        found.sheet, found.objects = True, protection.drawings
        for name, key in ALLOWANCES.items():
            setattr(found, key, name not in protection.allowed)
        if password:
            found.password = password

    def unprotect(self, sheet: str, password: str | None) -> bool:
        found = self._sheet(sheet).protection
        if found.sheet and found.hashValue:
            raise NotImplementedError("passwords that are not kept in the old way")
        if found.sheet and found.password and hash_password(password or "") != found.password:
            return False
        found.set_password(None, already_hashed=True)  # which protects
        found.sheet = False
        return True

    def structure_locked(self) -> bool:
        return bool(self.book.security and self.book.security.lockStructure)

    # --- files ---

    def save(self, path: Path) -> None:
        """Save the workbook, with the results of its formulas."""
        self.book.save(path)
        sheets = {f"xl/worksheets/sheet{number}.xml": name for number, name in enumerate(self.sheet_names(), 1)}
        with ZipFile(path) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        with ZipFile(path, "w", ZIP_DEFLATED) as package:
            for name, part in parts.items():
                package.writestr(name, self._with_results(part, sheets[name]) if name in sheets else part)

    def _with_results(self, part: bytes, sheet: str) -> bytes:
        ET.register_namespace("", _MAIN)
        root = ET.fromstring(part)
        for cell in root.iter(f"{{{_MAIN}}}c"):
            if cell.find(f"{{{_MAIN}}}f") is not None:
                place = Area.parse(cell.get("r", ""))
                assert place is not None
                self._put_result(cell, self._value(self._number(sheet), place.top, place.left))
        return ET.tostring(root, encoding="UTF-8", xml_declaration=True)

    @staticmethod
    def _put_result(cell: ET.Element, value: Value) -> None:
        result = cell.find(f"{{{_MAIN}}}v")
        result = ET.SubElement(cell, f"{{{_MAIN}}}v") if result is None else result
        kind = (
            "e"
            if isinstance(value, Fault)
            else "str"
            if isinstance(value, str)
            else "b"
            if isinstance(value, bool)
            else "n"
        )
        cell.set("t", kind)
        result.text = str(int(value)) if isinstance(value, bool) else "" if value is None else str(value)

    def close(self) -> None:
        self.book.close()


def _changed(style: Any, **parts: Any) -> Any:
    new = copy(style)
    for name, value in parts.items():
        setattr(new, name, value)
    return new


def _ungroup_columns(sheet: Worksheet) -> None:
    """Give every column a width of its own: a file keeps one for several."""
    for first in list(sheet.column_dimensions.values()):
        last = min(first.max or 0, _MOST_COLUMNS)
        for column in range((first.min or 0) + 1, last + 1):
            letter = get_column_letter(column)
            one = ColumnDimension(sheet, letter, width=first.width, hidden=first.hidden)
            one._style = copy(first._style)
            sheet.column_dimensions[letter] = one
        first.max = first.min


def _theme(xml: bytes | None) -> list[str]:
    """The colours of a theme in the order of their numbers: light and dark stand the other way round in the file."""
    if not xml:
        return _OFFICE_THEME
    scheme = ET.fromstring(xml).find(f".//{_DRAWING}clrScheme")
    if scheme is None:
        return _OFFICE_THEME
    found = [one[0].get("lastClr") or one[0].get("val", "000000") for one in scheme]
    return [found[1], found[0], found[3], found[2], *found[4:]]


def _from_hex(color: str) -> tuple[int, int, int]:
    return int(color[-6:-4], 16), int(color[-4:-2], 16), int(color[-2:], 16)


def _tinted(color: str, tint: float) -> tuple[int, int, int]:
    """A colour of a theme made lighter or darker."""
    hue, light, saturation = colorsys.rgb_to_hls(*(part / 255 for part in _from_hex(color)))
    light = light * (1 + tint) if tint < 0 else light + (1 - light) * tint
    red, green, blue = colorsys.hls_to_rgb(hue, light, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _moved(area: Area, axis: str, first: int, shift: int) -> Area | None:
    """Where an area is after rows or columns were put in before `first` (`shift` > 0) or taken out from there on."""
    ends = (area.top, area.bottom) if axis == "rows" else (area.left, area.right)
    if shift > 0:
        low, high = (end + shift if end >= first else end for end in ends)
    else:
        low = ends[0] if ends[0] < first else max(first, ends[0] + shift)
        high = ends[1] if ends[1] < first else max(first - 1, ends[1] + shift)
    if high < low:
        return None
    return area._replace(top=low, bottom=high) if axis == "rows" else area._replace(left=low, right=high)


def _moved_end(line: int, first: int, shift: int) -> int | None:
    moved = _moved(Area(line, 1, line, 1), "rows", first, shift)
    return moved.top if moved else None


def engine() -> Engine:
    """The engine, with no workbook open."""
    return Engine("ironcalc", IronCalcStore)
