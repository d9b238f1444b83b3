"""Write an openpyxl workbook as .xlsb (BIFF12), as far as forms need it, for no free tool writes that format.

Kept: sheets and whether they are hidden, strings, numbers, dates, booleans, number formats, merged cells, hidden rows
and columns. Everything else is dropped. The layout of the records is that of [MS-XLSB].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS_REVERSE
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.worksheet import Worksheet

ROW, BLANK, BOOL, REAL, SHARED_STRING = 0, 1, 4, 5, 7
STRING_ITEM, FONT, FORMAT, FILL, BORDER, CELL_FORMAT, STYLE, COLUMN = 19, 43, 44, 45, 46, 47, 48, 60
BEGIN_SHEET, END_SHEET, BEGIN_BOOK, END_BOOK = 129, 130, 131, 132
BEGIN_SHEETS, END_SHEETS, BEGIN_CELLS, END_CELLS = 143, 144, 145, 146
DIMENSION, BOOK_PROPERTIES, SHEET, BEGIN_STRINGS, END_STRINGS = 148, 153, 156, 159, 160
MERGED, BEGIN_MERGED, END_MERGED, BEGIN_STYLE_SHEET, END_STYLE_SHEET = 176, 177, 178, 278, 279
BEGIN_COLUMNS, END_COLUMNS = 390, 391
BEGIN_FILLS, END_FILLS, BEGIN_FONTS, END_FONTS, BEGIN_BORDERS, END_BORDERS = 603, 604, 611, 612, 613, 614
BEGIN_FORMATS, END_FORMATS, BEGIN_CELL_FORMATS, END_CELL_FORMATS = 615, 616, 617, 618
BEGIN_STYLES, END_STYLES, BEGIN_STYLE_FORMATS, END_STYLE_FORMATS = 619, 620, 626, 627

FIRST_OWN_FORMAT = 164
_AUTOMATIC_COLOR = struct.pack("<BBhBBBB", 1, 64, 0, 0, 0, 0, 255)
_NAMESPACE = "http://schemas.openxmlformats.org/package/2006"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT = "application/vnd.ms-excel"


def write_xlsb(workbook: Workbook, path: Path) -> None:
    """Save the workbook under `path`; the same workbook gives the same bytes."""
    strings: dict[str, int] = {}
    formats: dict[str, int] = {"General": 0}
    sheets = [_sheet(worksheet, strings, formats) for worksheet in workbook.worksheets]
    parts = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("rId1", f"{_RELATION}/officeDocument", "xl/workbook.bin")]),
        "xl/workbook.bin": _book(workbook),
        "xl/_rels/workbook.bin.rels": _relations(
            [
                *((f"rId{n}", f"{_RELATION}/worksheet", f"worksheets/sheet{n}.bin") for n in range(1, len(sheets) + 1)),
                (f"rId{len(sheets) + 1}", f"{_RELATION}/styles", "styles.bin"),
                (f"rId{len(sheets) + 2}", f"{_RELATION}/sharedStrings", "sharedStrings.bin"),
            ]
        ),
        "xl/styles.bin": _styles(formats),
        "xl/sharedStrings.bin": _strings(strings),
        **{f"xl/worksheets/sheet{number}.bin": sheet for number, sheet in enumerate(sheets, start=1)},
    }
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, ZIP_DEFLATED)


# --------------------------------------------------------------------------------------------------------------------
# Parts
# --------------------------------------------------------------------------------------------------------------------


def _book(workbook: Workbook) -> bytes:
    states = {"visible": 0, "hidden": 1, "veryHidden": 2}
    sheets = b"".join(
        _record(
            SHEET,
            struct.pack("<II", states[worksheet.sheet_state], number),
            _string(f"rId{number}"),
            _string(worksheet.title),
        )
        for number, worksheet in enumerate(workbook.worksheets, start=1)
    )
    return b"".join(
        (
            _record(BEGIN_BOOK),
            _record(BOOK_PROPERTIES, struct.pack("<II", 0, 0), _string("")),
            _record(BEGIN_SHEETS),
            sheets,
            _record(END_SHEETS),
            _record(END_BOOK),
        )
    )


def _sheet(worksheet: Worksheet, strings: dict[str, int], formats: dict[str, int]) -> bytes:
    merged = sorted(worksheet.merged_cells.ranges, key=lambda area: (area.min_row, area.min_col))
    areas = b"".join(
        _record(MERGED, struct.pack("<IIII", area.min_row - 1, area.max_row - 1, area.min_col - 1, area.max_col - 1))
        for area in merged
    )
    return b"".join(
        (
            _record(BEGIN_SHEET),
            _record(DIMENSION, struct.pack("<IIII", 0, worksheet.max_row - 1, 0, worksheet.max_column - 1)),
            _columns(worksheet),
            _record(BEGIN_CELLS),
            *_rows(worksheet, strings, formats),
            _record(END_CELLS),
            _record(BEGIN_MERGED, struct.pack("<I", len(merged))) + areas + _record(END_MERGED) if merged else b"",
            _record(END_SHEET),
        )
    )


def _columns(worksheet: Worksheet) -> bytes:
    hidden = sorted(
        column_index_from_string(letter) - 1
        for letter, dimension in worksheet.column_dimensions.items()
        if dimension.hidden
    )
    if not hidden:
        return b""
    columns = (_record(COLUMN, struct.pack("<IIIIH", column, column, 0, 0, 1)) for column in hidden)
    return _record(BEGIN_COLUMNS) + b"".join(columns) + _record(END_COLUMNS)


def _rows(worksheet: Worksheet, strings: dict[str, int], formats: dict[str, int]) -> Iterator[bytes]:
    for row in worksheet.iter_rows():
        number = row[0].row
        hidden = 0x10 if worksheet.row_dimensions[number].hidden else 0
        cells = [cell for cell in row if cell.value is not None]
        if cells or hidden:
            yield _record(ROW, struct.pack("<IIHBBBI", number - 1, 0, 300, 0, hidden, 0, 0))
        for cell in cells:
            style = formats.setdefault(cell.number_format, len(formats))
            yield _cell(cell.column - 1, style, cell.value, strings)


def _cell(column: int, style: int, value: Any, strings: dict[str, int]) -> bytes:
    head = struct.pack("<II", column, style)
    if isinstance(value, str):
        return _record(SHARED_STRING, head, struct.pack("<I", strings.setdefault(value, len(strings))))
    if isinstance(value, bool):
        return _record(BOOL, head, struct.pack("<B", value))
    if isinstance(value, date | datetime):
        value = to_excel(value)
    return _record(REAL, head, struct.pack("<d", value))


def _strings(strings: dict[str, int]) -> bytes:
    items = b"".join(_record(STRING_ITEM, b"\x00", _string(text)) for text in strings)
    return _record(BEGIN_STRINGS, struct.pack("<II", len(strings), len(strings))) + items + _record(END_STRINGS)


def _styles(formats: dict[str, int]) -> bytes:
    """Return the styles: one plain font, fill and border, and one cell format for each number format."""
    own = {code: FIRST_OWN_FORMAT + index for code, index in formats.items() if code not in BUILTIN_FORMATS_REVERSE}
    font = struct.pack("<HHHHBBBB", 220, 0, 400, 0, 0, 0, 134, 0) + _AUTOMATIC_COLOR + b"\x00" + _string("宋体")
    fill = _AUTOMATIC_COLOR * 2 + struct.pack("<I5dI", 0, 0, 0, 0, 0, 0, 0)
    fills = [_record(FILL, struct.pack("<I", pattern), fill) for pattern in (0, 17)]
    border = _record(BORDER, b"\x00" + (b"\x00\x00" + _AUTOMATIC_COLOR) * 5)

    def cell_format(parent: int, code: int) -> bytes:
        return _record(CELL_FORMAT, struct.pack("<HHHHHBBHH", parent, code, 0, 0, 0, 0, 0, 0x1000, int(code != 0)))

    codes = [own.get(code, BUILTIN_FORMATS_REVERSE.get(code, 0)) for code in formats]
    return b"".join(
        (
            _record(BEGIN_STYLE_SHEET),
            _group(
                BEGIN_FORMATS,
                [_record(FORMAT, struct.pack("<H", index), _string(code)) for code, index in own.items()],
                END_FORMATS,
            ),
            _group(BEGIN_FONTS, [_record(FONT, font)], END_FONTS),
            _group(BEGIN_FILLS, fills, END_FILLS),
            _group(BEGIN_BORDERS, [border], END_BORDERS),
            _group(BEGIN_STYLE_FORMATS, [cell_format(0xFFFF, 0)], END_STYLE_FORMATS),
            _group(BEGIN_CELL_FORMATS, [cell_format(0, code) for code in codes], END_CELL_FORMATS),
            _group(BEGIN_STYLES, [_record(STYLE, struct.pack("<IHBB", 0, 1, 0, 255), _string("Normal"))], END_STYLES),
            _record(END_STYLE_SHEET),
        )
    )


def _content_types(sheets: int) -> bytes:
    kinds = {
        "/xl/workbook.bin": f"{_CONTENT}.sheet.binary.macroEnabled.main",
        "/xl/styles.bin": f"{_CONTENT}.styles",
        "/xl/sharedStrings.bin": f"{_CONTENT}.sharedStrings",
        **{f"/xl/worksheets/sheet{number}.bin": f"{_CONTENT}.worksheet" for number in range(1, sheets + 1)},
    }
    overrides = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in kinds.items())
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return _xml(
        f'<Types xmlns="{_NAMESPACE}/content-types"><Default Extension="bin" ContentType="{_CONTENT}.sheet.binary'
        f'.macroEnabled.main"/><Default Extension="rels" ContentType="{relations}"/>{overrides}</Types>'
    )


def _relations(relations: list[tuple[str, str, str]]) -> bytes:
    items = "".join(f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/>' for key, kind, target in relations)
    return _xml(f'<Relationships xmlns="{_NAMESPACE}/relationships">{items}</Relationships>')


# --------------------------------------------------------------------------------------------------------------------
# Records
# --------------------------------------------------------------------------------------------------------------------


def _xml(text: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}'.encode()


def _string(text: str) -> bytes:
    """XLWideString: the number of UTF-16 units, then the units."""
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def _record(kind: int, *content: bytes) -> bytes:
    """Return a record: its kind and size in groups of seven bits, then its content."""
    data = b"".join(content)
    head = bytes((kind,)) if kind < 128 else bytes((kind & 0x7F | 0x80, kind >> 7))
    size, left = bytearray(), len(data)
    while True:
        size.append(left & 0x7F | (0x80 if left > 0x7F else 0))
        left >>= 7
        if not left:
            return head + bytes(size) + data


def _group(begin: int, records: list[bytes], end: int) -> bytes:
    """Return counted records between their two marks; nothing if there are none."""
    return _record(begin, struct.pack("<I", len(records))) + b"".join(records) + _record(end) if records else b""
