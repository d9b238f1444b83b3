"""Results into workbooks (写工作簿): the only door to the library that writes them. A book goes onto the disk while it is made."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.sax.saxutils import quoteattr

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.packager import Packager
from xlsxwriter.url import Url
from xlsxwriter.worksheet import Worksheet

from perf_xl.grid import Position, address, column_letters
from perf_xl.saving import write_with
from perf_xl.sheets import (
    HIGHEST,
    LOWEST,
    MOST_LINKS,
    POINTS_A_PIXEL,
    SONG,
    STYLES,
    Area,
    Body,
    Book,
    Button,
    Cell,
    Chart,
    Column,
    Line,
    Link,
    Sheet,
    Style,
    Validation,
    cell_height,
    pixels,
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
    return write_with(lambda file: _write_package(book, file), path)


def render(book: Book) -> bytes:
    """Return a workbook as the bytes of an .xlsx file, with macros of an .xlsm; the same book gives the same bytes."""
    stream = io.BytesIO()
    _write_package(book, stream)
    return stream.getvalue()


def _write_package(book: Book, stream: IO[bytes]) -> None:
    level = COMPRESSION if any(sheet.body for sheet in book.sheets) else MOST_COMPRESSED
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        workbook = _Workbook(package)
        workbook.set_properties({"title": book.title, "created": CREATED})
        for name, value in book.properties.items():
            workbook.set_custom_property(name, value, "text")
        for name, reference in book.names.items():
            workbook.define_name(name, reference)
        if book.macros:
            workbook.add_vba_project(io.BytesIO(book.macros), is_stream=True)
        for number, sheet in enumerate(book.sheets, 1):
            paper = _write_sheet(workbook, sheet)
            if book.macros:  # Excel finds the module of a sheet by this name
                paper.set_vba_name(f"Sheet{number}")
        if book.active:
            workbook.worksheets()[book.active].activate()
        try:
            workbook.close()
        except FileCreateError as problem:  # what the library makes of whatever the disk said
            raise problem.args[0] from None


# --- straight into the package ----------------------------------------------------------------------------------------
#
# The library keeps every part in memory, and of every cell an object. Here its parts go into the package while they are
# written, one after the other. Cells it is given as XML, but for those it must understand: formulas, links, what a chart
# is drawn from. The body of a list is not given to it at all, but streams through between the rows above it and what
# stands below them. So memory does not grow with the length of a list.

COMPRESSION = 1
"""Of 0 to 9. The workbook of a province is a quarter larger than with 6, and compressed in a quarter of the time."""
MOST_COMPRESSED = 6
"""Of a book without long lists: the form's formulas come to half as much again with 1."""

STYLES_PART = "xl/styles.xml"


class _Part(io.StringIO):
    """A part of the package, on which the library writes; the text is not kept."""

    def __init__(self, package: zipfile.ZipFile, name: str) -> None:
        super().__init__()
        self.text = io.TextIOWrapper(package.open(name, "w"), "utf-8", newline="")
        """Of a member opened by its name alone the time is always the same."""

    def write(self, text: str) -> int:
        return self.text.write(text)

    def finish(self) -> None:
        self.text.close()


class _StylesPart(_Part):
    """The styles; to be given their names, they are kept until they are whole."""

    def __init__(self, package: zipfile.ZipFile, name: str, names: Callable[[], Mapping[int, str]]) -> None:
        super().__init__(package, name)
        self.names, self.kept = names, ""

    def write(self, text: str) -> int:
        self.kept += text
        return len(text)

    def finish(self) -> None:
        self.text.write(_name_styles(self.kept, self.names()))
        super().finish()


class _Packager(Packager):  # type: ignore[misc]
    """What asks for the parts one by one: each is finished when the next is asked for."""

    def __init__(self, package: zipfile.ZipFile, formats: _Formats) -> None:
        super().__init__()
        self.package, self.formats = package, formats
        self.part: _Part | None = None

    def _filename(self, name: str) -> _Part:
        if self.part:
            self.part.finish()
        names = self.formats.names
        self.part = _StylesPart(self.package, name, names) if name == STYLES_PART else _Part(self.package, name)
        return self.part

    def _create_package(self) -> list[Any]:
        """Write everything; nothing is left for the library to put into a package of its own."""
        try:
            super()._create_package()
            if self.part:
                self.part.finish()
        except BaseException:
            if self.part:  # a package cannot be closed, and so tell what happened, while one of its members is open
                self.part.text.close()
            raise
        for stream, name, _ in self.filenames:
            self.package.writestr(
                zipfile.ZipInfo(name), stream.getvalue(), zipfile.ZIP_DEFLATED, self.package.compresslevel
            )
        return []


class _Ready(NamedTuple):
    """A cell as XML, among those of the library."""

    look: tuple[str, bool]
    """Its style, and whether its text is kept quoted; numbers are given to formats in the order they are written."""
    rest: str
    """What stands behind the attribute of the style."""


BLOCK = 16
"""So many rows tell together from which column to which they reach (spans)."""


class _Paper(Worksheet):  # type: ignore[misc]
    """A sheet of the library that takes cells ready made, with room for a body below its rows."""

    looks: _Looks
    body: _Body | None = None
    fh: io.StringIO
    dim_rowmin: int
    dim_rowmax: int

    def _write_dimension(self) -> None:
        last = self.dim_rowmax
        if self.body:
            self.dim_rowmax = last + self.body.count
        super()._write_dimension()
        self.dim_rowmax = last

    def _write_rows(self) -> None:
        rows = range(self.dim_rowmin, self.dim_rowmax + 1)
        for _, block in groupby(rows, key=lambda row: row // BLOCK):
            self._write_block([*block])
        if self.body:
            for row in self.body.rows():
                self.fh.write(row)

    def _write_block(self, rows: Sequence[int]) -> None:
        columns = [column for of_rows in (self.table, self.comments) for row in rows for column in of_rows.get(row, ())]
        spans = f"{min(columns) + 1}:{max(columns) + 1}" if columns else None
        for row in rows:
            cells, info = self.table.get(row), self.row_info.get(row)
            if cells:
                self._write_row(row, spans, info)
                self._write_cells(row, cells)
                self.fh.write("</row>")
            elif info or row in self.comments:
                self._write_empty_row(row, spans, info)

    def _write_cells(self, row: int, cells: Mapping[int, Any]) -> None:
        made, looks, number = "", self.looks, f'{row + 1}"'
        for column in sorted(cells):
            cell = cells[column]
            if type(cell) is _Ready:
                look, rest = cell
                made += f'<c r="{column_letters(column)}{number}{looks[look]}{rest}'
            else:
                self.fh.write(made)
                self._write_cell(row, column, cell)
                made = ""
        self.fh.write(made)

    def _write_merge_cells(self) -> None:
        if self.merge:
            areas = (f"{address(top, left)}:{address(bottom, right)}" for top, left, bottom, right in self.merge)
            merged = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
            self.fh.write(f'<mergeCells count="{len(self.merge)}">{merged}</mergeCells>')

    def _write_hyperlinks(self) -> None:
        part, self.fh = self.fh, io.StringIO()
        super()._write_hyperlinks()
        links, self.fh = self.fh.getvalue().removeprefix("<hyperlinks>").removesuffix("</hyperlinks>"), part
        if self.body:
            links += "".join(self._links_of(self.body))
        if links:
            self.fh.write(f"<hyperlinks>{links}</hyperlinks>")

    def _links_of(self, body: _Body) -> Iterator[str]:
        """Yield the links of the body. All that lead into a file share one relationship, or there would be more of them than files."""
        relationships = {"": ""}
        for letters, number, target, location in body.links:
            if target not in relationships:
                self.rel_count += 1
                relationships[target] = f' r:id="rId{self.rel_count}"'
                self.external_hyper_links.append(["/hyperlink", target, "External"])
            yield f'<hyperlink ref="{letters}{number}"{relationships[target]}{location}/>'


class _Nowhere(io.BytesIO):
    """Where the library writes a package of its own, which is empty; one that it left open is closed whenever."""

    def close(self) -> None:
        """Stay open."""


class _Workbook(xlsxwriter.Workbook):  # type: ignore[misc]
    """A workbook of the library that goes straight into a package."""

    worksheet_class = _Paper

    def __init__(self, package: zipfile.ZipFile) -> None:
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        super().__init__(_Nowhere(), options)
        self.package, self.formats_of = package, _Formats(self)
        self.looks = _Looks(self.formats_of)

    def _get_packager(self) -> _Packager:
        return _Packager(self.package, self.formats_of)


class _Looks(dict[tuple[str, bool], str]):
    """Of a style, and whether a text is kept quoted, the number of its format as an attribute of a cell."""

    def __init__(self, formats: _Formats) -> None:
        super().__init__()
        self.formats = formats

    def __missing__(self, look: tuple[str, bool]) -> str:
        self[look] = attribute = f' s="{self.formats.number(*look)}"'
        return attribute


# --- the body of a list -----------------------------------------------------------------------------------------------


ROW = "\0"
"""Stands for the number of its row in a cell that is kept; no text has it, since XML cannot hold it."""

MOST_KEPT = 4096
"""Of the texts of a column, as cells; many a text stands in a column again and again."""


class _Texts(dict[str | None, tuple[str, float]]):
    """The texts of a column in one style: each as a cell in XML, for whatever row, and how high it is."""

    def __init__(self, letters: str, width: int, style: str, looks: _Looks) -> None:
        super().__init__()
        self.place, self.width, self.style, self.looks = f'<c r="{letters}{ROW}"', width, style, looks

    def __missing__(self, text: str | None) -> tuple[str, float]:
        if len(self) >= MOST_KEPT:
            self.clear()
        self[text] = made = self._cell(text) if text else (f"{self.begun}/>", 0)
        return made

    @cached_property
    def begun(self) -> str:
        """What a cell without a text begins with."""
        return f"{self.place}{self.looks[self.style, False]}"

    def _cell(self, text: str) -> tuple[str, float]:
        height, quoted, space = cell_height(text, self.width, self.style), False, ""
        if len(text) > LONGEST_TEXT // 2 or _ODD.search(text):
            text, quoted = _writable(text)
            space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
            text = _escaped(text)
        look = self.looks[self.style, quoted]
        return f'{self.place}{look} t="inlineStr"><is><t{space}>{text}</t></is></c>', height


class _Column(dict[str, _Texts]):
    """A column of a list, by style."""

    def __init__(self, at: int, column: Column, looks: _Looks) -> None:
        super().__init__()
        self.letters, self.width, self.looks = column_letters(at), pixels(column.width), looks

    def __missing__(self, style: str) -> _Texts:
        self[style] = made = _Texts(self.letters, self.width, style, self.looks)
        return made


class _Body:
    """The body of a list as XML, row by row; the links met on the way are kept for the end of the sheet."""

    def __init__(self, sheet: Sheet, body: Body, looks: _Looks, most_links: int) -> None:
        self.body, self.most_links = body, most_links
        self.first, self.lowest = len(sheet.rows) + 1, sheet.lowest
        columns = [_Column(at, column, looks) for at, column in enumerate(body.columns)]
        self.columns = [(one, one[column.style]) for one, column in zip(columns, body.columns, strict=True)]
        """Each with the texts of a bare value."""
        self.links: list[tuple[str, int, str, str]] = []
        """Letters of the column, number of the row, target, and the place within it as an attribute."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.body.count

    def rows(self) -> Iterator[str]:
        """Yield every row.

        Raises:
            AssertionError: there are not as many as was said, to which filter and print area were set.
        """
        number = self.first - 1
        for number, line in enumerate(self.body.lines(), self.first):
            yield self._row(number, line)
        if number != self.first + self.count - 1:
            raise AssertionError(f"{self.count} lines announced, and {number - self.first + 1} made")

    def _row(self, number: int, line: Line) -> str:
        """A row as high as the highest of its texts. This is the innermost loop of a result: it looks nothing up twice."""
        height = self.lowest
        cells: list[str] = []
        for (column, texts), value in zip(self.columns, line, strict=True):
            if type(value) is Cell:
                value, style, link, _ = value
                texts = column[style]
                if link is not None and value is not None:
                    self._add_link(column.letters, number, link)
            if type(value) is str or value is None:
                cell, wanted = texts[value]
                if wanted > height:
                    height = wanted
                cells.append(cell)
            else:
                cells.append(f"{texts.begun}><v>{value}</v></c>")
        row = f'<row r="{ROW}"{_height(height)}>{"".join(cells)}</row>'
        return row.replace(ROW, str(number))

    def _add_link(self, letters: str, number: int, link: Link) -> None:
        if len(self.links) < self.most_links:
            target, location = _file_target(link.file), _location(link.place)
            if target or (target == "" and location):
                self.links.append((letters, number, target, location))


@lru_cache(maxsize=1024)
def _height(points: float) -> str:
    """The height of a row in whole pixels, as the library rounds it."""
    return f' ht="{int(min(points, HIGHEST) / POINTS_A_PIXEL + 0.5) * POINTS_A_PIXEL:g}" customHeight="1"'


_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


_ODD = re.compile(rf"^[\s{''.join(map(re.escape, DANGEROUS))}]|\s$|[\ud800-\udfff]|{_SPECIAL.pattern}")
"""What a text has that XML, or a cell, does not hold as it is."""


def _escaped(text: str) -> str:
    """A text as XML holds it; what XML cannot hold, as Excel writes it: _x0001_."""
    return _SPECIAL.sub(_escape, text) if _SPECIAL.search(text) else text


def _escape(found: re.Match[str]) -> str:
    special = found.group()
    if len(special) > 1:
        return f"_x005F{special}"
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(special) or f"_x{ord(special):04X}_"


# --- names of styles --------------------------------------------------------------------------------------------------

_STYLE_FORMATS = re.compile(r'<cellStyleXfs count="(\d+)">(.*?)</cellStyleXfs>', re.S)
_CELL_FORMATS = re.compile(r'<cellXfs count="\d+">(.*?)</cellXfs>', re.S)
_STYLE_NAMES = re.compile(r'<cellStyles count="(\d+)">(.*?)</cellStyles>', re.S)
_FORMAT = re.compile(r"<xf [^>]*?/>|<xf [^>]*?>.*?</xf>", re.S)


def _name_styles(xml: str, names: Mapping[int, str]) -> str:
    """Give cell formats their names (单元格样式), which the library cannot; `names` is by the number of the format."""
    if not names:
        return xml
    styles, cells, listed = (pattern.search(xml) for pattern in (_STYLE_FORMATS, _CELL_FORMATS, _STYLE_NAMES))
    if styles is None or cells is None or listed is None:
        raise AssertionError("the library writes its styles in another way now")
    formats, entries, first = _FORMAT.findall(cells.group(1)), "", int(styles.group(1))
    added: list[str] = []
    numbers = {name: first + place for place, name in enumerate(dict.fromkeys(names[at] for at in sorted(names)))}
    for at in sorted(names):
        name = names[at]
        if numbers[name] == first + len(added):
            added.append(formats[at].replace(' xfId="0"', ""))
            entries += f'<cellStyle name="{name}" xfId="{numbers[name]}"/>'
        formats[at] = formats[at].replace('xfId="0"', f'xfId="{numbers[name]}"')
    count = first + len(added)
    for match, tag, inner in (
        (listed, f'<cellStyles count="{int(listed.group(1)) + len(added)}">', listed.group(2) + entries),
        (cells, f'<cellXfs count="{len(formats)}">', "".join(formats)),
        (styles, f'<cellStyleXfs count="{count}">', styles.group(2) + "".join(added)),
    ):
        end = tag[1:].split(" ")[0]
        xml = xml.replace(match.group(0), f"{tag}{inner}</{end}>")
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

    def number(self, name: str, quoted: bool = False) -> int:
        """Return the number of a format among those of the workbook."""
        return int(self[name, quoted]._get_xf_index())

    def names(self) -> dict[int, str]:
        """Return, once all sheets are written, which of their cell formats have a name."""
        named: dict[int, str] = {}
        for key, quoted in self:
            if STYLES[key].name:
                named.setdefault(self.number(key, quoted), STYLES[key].name)
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


def _write_sheet(workbook: _Workbook, sheet: Sheet) -> _Paper:
    paper: _Paper = workbook.add_worksheet(sheet.name)
    formats, paper.looks = workbook.formats_of, workbook.looks
    paper.set_default_row(LOWEST)
    hidden, grouped = {*sheet.hidden_columns}, {*sheet.grouped_columns}
    for column in sorted({*range(len(sheet.widths))} | hidden | grouped):
        width = sheet.widths[column] if column < len(sheet.widths) else None
        paper.set_column(column, column, width, None, {"hidden": column in hidden, "level": int(column in grouped)})
    for row, height in enumerate(row_heights(sheet)):
        paper.set_row(row, height)
    for area in sheet.merged:
        _merge(paper, sheet, area)
    links = _write_cells(paper, sheet, formats)
    if sheet.body:
        paper.body = _Body(sheet, sheet.body, workbook.looks, MOST_LINKS - links)
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


def _merge(paper: _Paper, sheet: Sheet, area: Area) -> None:
    """Merge an area; where nothing stands in it there is a blank cell that looks like its first."""
    first = sheet.rows[area.top][area.left]
    blank = _blank(first.style if first else "text")
    paper.merge.append(area)
    paper._check_dimensions(area.bottom, area.right)
    for row in range(area.top, area.bottom + 1):
        table = paper.table[row]
        for column in range(area.left, area.right + 1):
            if column in table:
                raise AssertionError(f"areas overlap: {area}")
            table[column] = blank


@lru_cache(maxsize=256)
def _blank(style: str) -> _Ready:
    return _Ready((style, False), "/>")


def _write_cells(paper: _Paper, sheet: Sheet, formats: _Formats) -> int:
    """Write every cell as what it is; a formula is what its cell calls one, never a text that looks like one.

    Returned is how many links there are.
    """
    links, number_of = 0, paper.str_table._get_shared_string_index
    for row, cells in enumerate(sheet.rows):
        table = paper.table[row]
        for column, cell in enumerate(cells):
            if cell is None:
                continue
            value, style, link, formula = cell
            if link is not None or formula is not None or sheet.charts:
                links += _write_cell(paper, (row, column), cell, formats, linked=links < MOST_LINKS)
            elif value is None:
                table[column] = _blank(style)
            elif isinstance(value, str):
                text, quoted = _writable(value)
                number = number_of(_not_marked_up(text))
                table[column] = _Ready((style, quoted), f' t="s"><v>{number}</v></c>')
            else:
                table[column] = _Ready((style, False), f"><v>{float(value):.16G}</v></c>")
        if table:
            paper._check_dimensions(row, max(table))
    return links


def _write_cell(paper: Any, place: Position, cell: Cell, formats: _Formats, *, linked: bool) -> bool:
    """Have the library write a cell; return whether it is a link, which it must not be where there are enough."""
    value, target = cell.value, None
    if cell.link is not None and (value is not None or cell.formula is not None):
        target = _target(cell.link) if linked else None
        if target:
            shown = "" if value is None else _not_marked_up(_clean(str(value)))
            paper.write_url(*place, target, formats[cell.style, False], shown)
    if cell.formula is not None:
        paper.write_formula(*place, f"={cell.formula}", formats[cell.style, False], _result(cell))
    elif value is None:
        paper.write_blank(*place, None, formats[cell.style, False])
    elif isinstance(value, str):
        text, quoted = _writable(value)
        paper.write_string(*place, _not_marked_up(text), formats[cell.style, quoted])
    else:
        # a spreadsheet knows only binary floats: this one is for the eye, the exact decimal stands in the JSON
        number = float(value) if isinstance(value, Decimal) else value
        paper.write_number(*place, number, formats[cell.style, False])
    return bool(target)


def _not_marked_up(text: str) -> str:
    """The library takes `<r>…</r>` for the XML of a text with formats; so that it stays text, it becomes such XML."""
    return f"<r><t>{_escaped(text)}</t></r>" if text.startswith("<r>") and text.endswith("</r>") else text


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


@lru_cache(maxsize=4096)
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


@lru_cache(maxsize=1024)
def _file_target(file: str) -> str | None:
    """Where a link to a file leads, as it stands in the package: "" within the workbook, None for nowhere."""
    target = _target(Link(file)) if file else ""
    return str(Url(target)._target()) if target else target


@lru_cache(maxsize=4096)
def _location(place: str) -> str:
    """A place within a file as an attribute of a link."""
    return f" location={quoteattr(place)}" if place else ""


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
