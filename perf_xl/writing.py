"""Results into workbooks (写工作簿): the only door to the library that writes them. A book is made in memory, then saved whole."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from math import ceil
from pathlib import Path
from typing import Any

import xlsxwriter

from perf_xl.saving import write_bytes
from perf_xl.sheets import (
    LOWEST,
    MOST_LINKS,
    POINTS_A_PIXEL,
    SONG,
    STYLES,
    Book,
    Button,
    Cell,
    Chart,
    Link,
    Sheet,
    Style,
    Validation,
    row_heights,
    text_height,
)

LONGEST_TEXT, LONGEST_PATH = 32_767, 2_000
CREATED = datetime(2020, 1, 1)
"""The same in every workbook, so that the same result is the same bytes."""

A4 = 9
FOOTER = '&C&"宋体,常规"&9第 &P 页 共 &N 页'
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝")
"""What a text may begin with that a spreadsheet would take for a formula when somebody edits the cell."""

FREE = (
    "select_locked_cells",
    "select_unlocked_cells",
    "format_cells",
    "format_columns",
    "format_rows",
    "insert_rows",
    "delete_rows",
    "autofilter",
)
"""What a protected sheet still allows."""

LEAST = "-9.99999999999999E+307"
"""The lowest number Excel knows: beside it, any number is greater."""

NOTE_WIDTH, NOTE_SIZE = 240, 9
"""Of the box of a comment in pixels, of its font in points."""


def write_book(book: Book, path: Path) -> Path:
    """Write a workbook (写出工作簿); return where it stands, which is another name if `path` stays in use.

    Raises:
        OutputNotWritable: the disk is full, the folder read-only ...; nothing is left behind.
    """
    return write_bytes(render(book), path)


def render(book: Book) -> bytes:
    """Return a workbook as the bytes of an .xlsx file, with macros of an .xlsm; the same book gives the same bytes."""
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(
        stream,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    workbook.set_properties({"title": book.title, "created": CREATED})
    for name, value in book.properties.items():
        workbook.set_custom_property(name, value, "text")
    for name, reference in book.names.items():
        workbook.define_name(name, reference)
    formats = _Formats(workbook)
    if book.macros:
        workbook.add_vba_project(io.BytesIO(book.macros), is_stream=True)
    for number, sheet in enumerate(book.sheets, 1):
        paper = _write_sheet(workbook, sheet, formats)
        if book.macros:  # Excel finds the module of a sheet by this name
            paper.set_vba_name(f"Sheet{number}")
    if book.active:
        workbook.worksheets()[book.active].activate()
    workbook.close()
    return _with_named_styles(stream.getvalue(), formats.names())


_STYLE_FORMATS = re.compile(rb'<cellStyleXfs count="(\d+)">(.*?)</cellStyleXfs>', re.S)
_CELL_FORMATS = re.compile(rb'<cellXfs count="\d+">(.*?)</cellXfs>', re.S)
_STYLE_NAMES = re.compile(rb'<cellStyles count="(\d+)">(.*?)</cellStyles>', re.S)
_FORMAT = re.compile(rb"<xf [^>]*?/>|<xf [^>]*?>.*?</xf>", re.S)


def _with_named_styles(data: bytes, names: Mapping[int, str]) -> bytes:
    """Give cell formats their names (单元格样式), which the library cannot; `names` is by the number of the format."""
    if not names:
        return data
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for part in package.infolist():
            content = package.read(part)
            written.writestr(part, _name_styles(content, names) if part.filename == "xl/styles.xml" else content)
    return out.getvalue()


def _name_styles(xml: bytes, names: Mapping[int, str]) -> bytes:
    styles, cells, listed = (pattern.search(xml) for pattern in (_STYLE_FORMATS, _CELL_FORMATS, _STYLE_NAMES))
    if styles is None or cells is None or listed is None:
        raise AssertionError("the library writes its styles in another way now")
    formats, entries, first = _FORMAT.findall(cells.group(1)), b"", int(styles.group(1))
    added: list[bytes] = []
    numbers = {name: first + place for place, name in enumerate(dict.fromkeys(names[at] for at in sorted(names)))}
    for at in sorted(names):
        name = names[at]
        if numbers[name] == first + len(added):
            added.append(formats[at].replace(b' xfId="0"', b""))
            entries += f'<cellStyle name="{name}" xfId="{numbers[name]}"/>'.encode()
        formats[at] = formats[at].replace(b'xfId="0"', f'xfId="{numbers[name]}"'.encode())
    count = first + len(added)
    for match, tag, inner in (
        (listed, f'<cellStyles count="{int(listed.group(1)) + len(added)}">', listed.group(2) + entries),
        (cells, f'<cellXfs count="{len(formats)}">', b"".join(formats)),
        (styles, f'<cellStyleXfs count="{count}">', styles.group(2) + b"".join(added)),
    ):
        end = tag[1:].split(" ")[0]
        xml = xml.replace(match.group(0), tag.encode() + inner + f"</{end}>".encode())
    return xml


# --- one sheet --------------------------------------------------------------------------------------------------------


class _Formats(dict[tuple[str, bool], Any]):
    """Each format of the library is made once: by the name of its style, and whether it keeps a dangerous text quoted."""

    def __init__(self, workbook: Any) -> None:
        super().__init__()
        self.workbook = workbook
        self.conditional: dict[str, Any] = {}

    def __missing__(self, key: tuple[str, bool]) -> Any:
        name, quoted = key
        self[key] = made = self.workbook.add_format(_format_of(STYLES[name], quoted))
        return made

    def names(self) -> dict[int, str]:
        """Return, once the workbook is closed, which of its cell formats have a name."""
        named: dict[int, str] = {}
        for (key, _), made in self.items():
            if STYLES[key].name:
                named.setdefault(made._get_xf_index(), STYLES[key].name)
        return named

    def highlight(self, name: str) -> Any:
        """Of a style, what may depend on a condition: colour, boldness, fill."""
        if name not in self.conditional:
            style = STYLES[name]
            wanted = {"font_color": style.color, "bold": style.bold} | ({"bg_color": style.fill} if style.fill else {})
            self.conditional[name] = self.workbook.add_format(wanted)
        return self.conditional[name]


def _format_of(style: Style, quoted: bool) -> dict[str, Any]:
    wanted = {
        "font_name": style.font,
        "font_size": style.size,
        "font_color": style.color,
        "bold": style.bold,
        "underline": int(style.underline),
        "align": style.across,
        "valign": "vcenter",
        "text_wrap": style.wrap,
        "border": int(style.border),
        "num_format": style.number_format,
        "shrink": style.border and not style.wrap,
        "indent": int(style.border and style.across == "right"),
        "quote_prefix": quoted,
        "locked": int(style.locked),
        "hidden": int(style.hidden),
    }
    return wanted | ({"bg_color": style.fill} if style.fill else {})


def _write_sheet(workbook: Any, sheet: Sheet, formats: _Formats) -> Any:
    paper = workbook.add_worksheet(sheet.name)
    paper.set_default_row(LOWEST)
    hidden, grouped = {*sheet.hidden_columns}, {*sheet.grouped_columns}
    for column in sorted({*range(len(sheet.widths))} | hidden | grouped):
        width = sheet.widths[column] if column < len(sheet.widths) else None
        paper.set_column(column, column, width, None, {"hidden": column in hidden, "level": int(column in grouped)})
    for row, height in enumerate(row_heights(sheet)):
        paper.set_row(row, height)
    for area in sheet.merged:
        first = sheet.rows[area.top][area.left]
        paper.merge_range(*area, "", formats[first.style if first else "text", False])
    _write_cells(paper, sheet, formats)
    paper.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    if sheet.freeze:
        paper.freeze_panes(*sheet.freeze)
    if sheet.filter:
        paper.autofilter(*sheet.filter)
    if sheet.tab_color:
        paper.set_tab_color(sheet.tab_color)
    if not sheet.gridlines:
        paper.hide_gridlines(2)
    for chart in sheet.charts:
        paper.insert_chart(*chart.at, _chart(workbook, sheet, chart), {"object_position": 2})
    for highlight in sheet.highlights:
        condition = {"type": "formula", "criteria": f"={highlight.formula}"}
        paper.conditional_format(*highlight.area, condition | {"format": formats.highlight(highlight.style)})
    for validation in sheet.validations:
        paper.data_validation(*validation.area, _validation(validation))
    for place, text in sheet.notes.items():
        paper.write_comment(*place, *_note(text))
    for button in sheet.buttons:
        paper.insert_button(*button.at, _button(button))
    if sheet.protected:
        paper.protect("", dict.fromkeys(FREE, True))
    if sheet.zoom != 100:
        paper.set_zoom(sheet.zoom)
    if sheet.hidden:
        paper.hide()
    _set_up_printing(paper, sheet)
    return paper


def _write_cells(paper: Any, sheet: Sheet, formats: _Formats) -> None:
    """Write every cell as what it is; a formula is what its cell calls one, never a text that looks like one."""
    write_string, write_number, write_blank = paper.write_string, paper.write_number, paper.write_blank
    links = 0
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            if cell is None:
                continue
            value = cell.value
            if cell.link is not None and (value is not None or cell.formula is not None):
                target = _target(cell.link) if links < MOST_LINKS else None
                if target:
                    links += 1
                    shown = "" if value is None else str(value)
                    paper.write_url(row, column, target, formats[cell.style, False], shown)
            if cell.formula is not None:
                paper.write_formula(row, column, f"={cell.formula}", formats[cell.style, False], _result(cell))
            elif value is None:
                write_blank(row, column, None, formats[cell.style, False])
            elif isinstance(value, str):
                text, quoted = _writable(value)
                write_string(row, column, text, formats[cell.style, quoted])
            else:
                # a spreadsheet knows only binary floats: this one is for the eye, the exact decimal stands in the JSON
                write_number(
                    row, column, float(value) if isinstance(value, Decimal) else value, formats[cell.style, False]
                )


class _Nothing(str):
    """An empty text as the known result of a formula; a plain one the library writes as a result not known."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return False


def _result(cell: Cell) -> str | float:
    """What a formula comes to, as the file keeps it; None is a result not known, which every program works out."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _clean(value) or _Nothing()
    return float(value) if isinstance(value, Decimal) else value


def _validation(wanted: Validation) -> dict[str, Any]:
    """A validation in the library's words. Blank cells are always allowed."""
    texts = {
        "input_title": _clean(wanted.title),
        "input_message": _clean(wanted.message),
        "error_title": _clean(wanted.title) if wanted.warning else "",
        "error_message": _clean(wanted.warning),
    }
    options: dict[str, Any] = {name: text for name, text in texts.items() if text} | {
        "show_input": bool(wanted.title or wanted.message),
        "error_type": "warning",
        "show_error": bool(wanted.warning) and wanted.kind != "any",
        "ignore_blank": True,
    }
    if wanted.kind == "any":
        return options | {"validate": "any"}
    if wanted.kind == "list":
        source = wanted.source if isinstance(wanted.source, str) else [_clean(item) for item in wanted.source]
        return options | {"validate": "list", "source": source}
    lowest, highest = (None if end is None else f"{end:f}" for end in (wanted.lowest, wanted.highest))
    if highest is None:
        return options | {"validate": "decimal", "criteria": ">=", "value": LEAST if lowest is None else lowest}
    if lowest is None:
        return options | {"validate": "decimal", "criteria": "<=", "value": highest}
    return options | {"validate": "decimal", "criteria": "between", "minimum": lowest, "maximum": highest}


def _note(text: str) -> tuple[str, dict[str, Any]]:
    """A comment, and a box that holds it."""
    text = _clean(text)
    height = ceil(text_height(text, NOTE_WIDTH, Style(size=NOTE_SIZE)) / POINTS_A_PIXEL) + 6
    return text, {"font_name": SONG, "font_size": NOTE_SIZE, "width": NOTE_WIDTH, "height": height}


def _button(button: Button) -> dict[str, Any]:
    return {
        "caption": _clean(button.caption),
        "macro": button.macro,
        "width": button.width,
        "height": button.height,
        "x_offset": button.across,
        "y_offset": button.down,
        "description": _clean(button.tip) or None,
    }


_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))


def _clean(text: str) -> str:
    """Outside of ordinary cells the library escapes nothing: what XML cannot hold is left out."""
    return _writable(text.translate(_UNWRITABLE))[0]


@lru_cache(maxsize=65536)
def _writable(text: str) -> tuple[str, bool]:
    """A cell holds 32,767 characters of UTF-16, and no half character. Also tell whether to keep the text quoted."""
    if len(text) > LONGEST_TEXT // 2 and len(text.encode("utf-16-le", "replace")) > 2 * LONGEST_TEXT:
        text = text.encode("utf-16-le", "replace")[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
    text = text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
    return text, text.startswith(DANGEROUS)


_ESCAPED = {ord(character): f"%{ord(character):02X}" for character in '% "#<>[]^`{}?'}


def _target(link: Link) -> str | None:
    """A link in the library's words. Excel wants a path escaped, `#` and `%` in the name of a file above all."""
    place = link.place
    if not link.file:
        return f"internal:{place}" if place else None
    path = link.file.translate(_ESCAPED)
    if len(path) > LONGEST_PATH or not path.isprintable():
        return None
    return f"external:{path}#{place}" if place else f"external:{path}"


def _set_up_printing(paper: Any, sheet: Sheet) -> None:
    printing = sheet.printing
    paper.set_paper(A4)
    if printing.landscape:
        paper.set_landscape()
    paper.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    paper.center_horizontally()
    paper.set_footer(FOOTER)
    paper.fit_to_pages(1, 0)
    paper.set_h_pagebreaks(list(printing.breaks))
    if printing.repeat:
        paper.repeat_rows(*printing.repeat)
    if printing.area:
        paper.print_area(*printing.area)


def _chart(workbook: Any, sheet: Sheet, chart: Chart) -> Any:
    """A bar chart lies: its categories run down the vertical axis, the first on top."""
    lying = chart.kind == "bar"
    font, small = ({"name": STYLES["text"].font, "size": size} for size in (9, 8))
    labels = {"value": bool(chart.number_format), "font": small, "num_format": chart.number_format}
    made = workbook.add_chart({"type": chart.kind})
    for series in chart.series:
        categories, values = [sheet.name, *series.categories], [sheet.name, *series.values]
        looks = {"fill": {"color": series.color}, "gap": 60, "data_labels": labels}
        made.add_series({"name": series.name, "categories": categories, "values": values, **looks})
    grid = {"visible": True, "line": {"color": "#D9D9D9"}}
    scale = {"num_font": font, "num_format": "#,##0", "min": 0, "major_gridlines": grid, "line": {"none": True}}
    if chart.highest is not None:
        scale["max"] = chart.highest
    names = {"num_font": small if lying else font | {"rotation": -45}, "reverse": lying, "interval_unit": 1}
    made.set_x_axis(scale | {"label_position": "high"} if lying else names)
    made.set_y_axis(names if lying else scale)
    made.set_title({"name": chart.title, "name_font": {"name": STYLES["title"].font, "size": 12, "bold": False}})
    made.set_legend({"position": "bottom", "font": font} if len(chart.series) > 1 else {"none": True})
    if lying:  # the usual margins leave too little height for forty names
        width, height = chart.width, chart.height
        inner = {"x": 180 / width, "y": 55 / height, "width": 1 - 240 / width, "height": 1 - 90 / height}
        made.set_plotarea({"layout": inner})
    made.set_size({"width": chart.width, "height": chart.height})
    return made
