"""Spreadsheet files to grids: the only door to the spreadsheet libraries, and the gate before them.

The kind of a file is told by its content, never by its name. python-calamine reads first; what it does not tell (number
formats, error values, formulas without a stored result) is taken from the parts of the file themselves. No macro is
run, no link followed, and the file is never written to.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple, TypeVar
from urllib.parse import unquote
from xml.etree import ElementTree
from xml.parsers import expat

from perf_xl.errors import WorkbookUnreadable
from perf_xl.exact import decimal_in, fold, of_float, round_half_up, times
from perf_xl.grid import Grid, Position, Raw, address, overlapping, position, show
from perf_xl.packages import (
    COMPOUND,
    DECRYPT,
    LIMITS,
    MEBIBYTE,
    REPAIR,
    RESAVE,
    check_compound,
    check_size,
    open_package,
    read_part,
    stored,
)

OUR_MARK = "perf_xl"
"""Name of the custom property that every workbook written by perf_xl's consolidation carries."""


def read_grids(data: bytes, file: str) -> list[Grid]:
    """Return every sheet of a workbook given as bytes, hidden ones included. `file` is its name in messages.

    Raises:
        WorkbookUnreadable: not a workbook, damaged, encrypted or beyond `LIMITS`; says which and what to do.
    """
    if not data:
        raise WorkbookUnreadable(file, "文件是空的(0字节)", "请向报送单位重新索取")
    check_size(len(data), file)
    try:
        return _reader(data, file)()
    except (WorkbookUnreadable, MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as problem:  # a reader's panic is no Exception
        if type(problem).__name__ == "PasswordError":
            raise WorkbookUnreadable(file, "文件已加密", DECRYPT) from None
        raise WorkbookUnreadable(file, "文件已损坏,无法读取", REPAIR) from problem


def is_own_output(data: bytes) -> bool:
    """Return whether these bytes are a workbook or JSON document that a consolidation of perf_xl has written."""
    if data.startswith(b'{\n "files": {\n  "seen":'):
        return True
    if not data.startswith(b"PK\x03\x04") or b"docProps/custom.xml" not in data:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return f'name="{OUR_MARK}"'.encode() in package.read("docProps/custom.xml")[:MEBIBYTE]
    except (zipfile.BadZipFile, KeyError, OSError, zlib.error, RuntimeError, NotImplementedError, ValueError):
        return False


_KIND_OF_PACKAGE = re.compile(rb"PK\x03\x04.{26}(word|xl|ppt)/", re.S)
"""The first part that tells what a package is; it tells so even where the package is cut off."""


_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ")
"""How archives begin that are no zip: .rar, .7z, .gz, .bz2, .xz."""
_UNPACK = "请解压后报送其中的工作簿"


def _reader(data: bytes, file: str) -> Callable[[], list[Grid]]:
    """Tell the kind of file by its first bytes and, for a package, by its parts; return how to read it."""
    if data.startswith(b"PK\x03\x04"):
        if (kind := _KIND_OF_PACKAGE.search(data)) and kind[1] == b"word":
            from perf_xl.documents import read_tables

            return lambda: read_tables(data, file)
        package = open_package(data, file)
        names = set(package.namelist())
        main = "" if kind and kind[1] == b"ppt" else _main_part(package, file)
        if main:
            return lambda: (
                _read_xlsb(package, main, file) if main.lower().endswith(".bin") else _read_xlsx(package, main, file)
            )
        if "content.xml" in names:
            return lambda: _read_ods(package, file)
        raise WorkbookUnreadable(file, "这是压缩包,里面没有工作表", _UNPACK)
    if data.startswith(b"PK"):
        raise WorkbookUnreadable(file, "文件已损坏,无法读取", REPAIR)
    if data.startswith(COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise WorkbookUnreadable(file, "文件已加密", DECRYPT)
        if "WordDocument".encode("utf-16-le") in data:
            from perf_xl.documents import RESAVE_WORD

            raise WorkbookUnreadable(file, "这是旧版 Word 文档(*.doc)", RESAVE_WORD)
        check_compound(data, file)
        return lambda: _read_xls(data, file)
    if data.startswith(_ARCHIVES):
        raise WorkbookUnreadable(file, "这是压缩包,不是工作簿", _UNPACK)
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")):
        raise WorkbookUnreadable(file, "这是网页(HTML),不是工作簿", RESAVE)
    if start.startswith(b"<?xml"):
        raise WorkbookUnreadable(file, "这是 XML 文件,不是工作簿", RESAVE)
    if start.startswith(b"%pdf"):
        raise WorkbookUnreadable(file, "这是 PDF 文件,不是工作簿", "请报送 Excel、WPS 表格或 Word 文档的电子原件")
    if start.startswith((b"\x89png", b"\xff\xd8\xff", b"gif8", b"bm")) and b"\0" in data[:256]:
        raise WorkbookUnreadable(file, "这是图片,不是工作簿", "请报送 Excel 或 WPS 表格的电子原件")
    if b"\0" not in data[:4096]:
        raise WorkbookUnreadable(file, "这是文本文件,不是工作簿", RESAVE)
    raise WorkbookUnreadable(file, "不是能识别的工作簿", RESAVE)


def _calamine(data: bytes) -> Any:
    import python_calamine

    return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))


def _cells(sheet: Any, file: str) -> Sequence[Sequence[Raw]]:
    """Return a calamine sheet's rows from A1 on, unless a stray cell makes it too large to lay out."""
    if sheet.end is None:
        return ()
    bottom, right = sheet.end
    if (bottom + 1) * (right + 1) > LIMITS["area"]:
        raise _too_large(file, sheet.name, bottom, right)
    rows: Sequence[Sequence[Raw]] = sheet.to_python(skip_empty_area=False)
    return rows


def _too_large(file: str, sheet: str, bottom: int, right: int) -> WorkbookUnreadable:
    return WorkbookUnreadable(
        file,
        f"工作表“{sheet}”的最后一格在 {address(bottom, right)},范围过大",
        "请删除表格以外多余的行和列,保存后重新报送",
    )


# --- .xlsx, .xlsm -----------------------------------------------------------------------------------------------------

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_CELL = re.compile(
    rb'<c\s(?!r="\w+"(?: s="\w+")?(?:/>| t="s"))'
    rb'(?:r="([A-Z]+\d+)"(?: s="(\d+)")?><v>[^<]+</v></c>'
    rb'|(?![^>]*(?:/>|\bt="(?:s|inlineStr)"))([^>]*)>(.*?)</c>)',
    re.S,
)
"""A cell that holds anything but a plain text: a number as nearly all are written (address, style), or its tag and content."""
_REFERENCE = re.compile(rb'\br="([A-Z]+\d+)"')
_PREFIXED, _QUOTED = re.compile(rb"<\w+:c[\s>]"), re.compile(rb"<c\s[^>]*'")
_FAR = re.compile(rb"r\s*=\s*[\"'](?:[A-Za-z]*\d{4,}|[A-Za-z]{3,}\d)")
_ANY_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]*)(\d+)[\"']", re.I)
_USED = re.compile(rb"<(?:\w+:)?c(?:\s[^>]*)?(?<!/)>")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s")
_CELL_REFERENCE = re.compile(rb'<c r="([^"]+)"')
_ANY_CELL_REFERENCE = re.compile(rb'<c\s(?:[^<>]*?\s)?r="([^"]+)"')
_ADDRESS = rb'r="[A-Z]{1,3}[1-9]\d{0,6}"'
_UNADDRESSED = re.compile(rb"<c(?! %b|[^<>]*(?:/>|\s%b))[\s>]" % (_ADDRESS, _ADDRESS))
_BLANKS = (b" ", b"\t", b"\n", b"\r")
_SPACED = re.compile(rb"""\s=\s*["']|=\s+["']""")
_STYLE = re.compile(rb'\bs="(\d+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_FORMULA = re.compile(rb"<f[^>]*>(.*?)</f>", re.S)
_STORED = re.compile(rb"<v[^>]*>([^<]+)</v>")


_Said = TypeVar("_Said")


def _remembered(parse: Callable[[bytes], _Said]) -> Callable[[bytes], _Said]:
    """Remember what small parts say: in workbooks made from one template they are the same."""
    known = lru_cache(maxsize=64)(parse)
    return lambda xml: known(xml) if len(xml) < 65536 else parse(xml)


_NEEDED = ("/officeDocument", "/worksheet", "/styles", "/sharedStrings")
"""Kinds of parts without which a workbook says nothing, or something else."""


class _Relation(NamedTuple):
    """关系: its identity, its kind, where it leads to, and whether that is outside of the file."""

    identity: str | None
    kind: str
    target: str
    outside: bool


@_remembered
def _relations(xml: bytes) -> tuple[_Relation, ...]:
    """Read relations; those of workbooks made from one template are the same."""
    return tuple(
        _Relation(node.get("Id"), node.get("Type", ""), node.get("Target", ""), node.get("TargetMode") == "External")
        for node in ElementTree.fromstring(xml)
    )


def _related(package: zipfile.ZipFile, part: str, file: str) -> dict[str | None, tuple[str, str]]:
    """Return what a part ("" for the package itself) refers to inside of the file, by relation: its kind, and the part.

    A part is found whatever the case of its name; one without which the workbook says something else must be there.
    """
    folder, name = posixpath.split(part)
    own = _in(package, f"{folder}/_rels/{name}.rels", file)
    relations = [one for one in _relations(read_part(package, own, file)) if not one.outside]
    if len({one.identity for one in relations}) < len(relations):
        raise WorkbookUnreadable(file, "文件里有重复的引用,内容无法确定", RESAVE)
    found = {}
    for one in relations:
        place = unquote(one.target) if "%" in one.target else one.target
        needed = one.kind.endswith(_NEEDED)
        place = _in(package, posixpath.join("/", folder, place), file) if needed else ""
        found[one.identity] = (one.kind.rpartition("/")[2], place)
    return found


def _in(package: zipfile.ZipFile, place: str, file: str) -> str:
    """Return the name under which a part is in the package."""
    wanted = posixpath.normpath(place).lstrip("/")
    if wanted in package.NameToInfo:
        return wanted
    name = next((name for name in package.namelist() if name.lower() == wanted.lower()), None)
    if name is None:
        raise WorkbookUnreadable(file, f"文件已损坏,缺少 {wanted}", REPAIR)
    return name


def _main_part(package: zipfile.ZipFile, file: str) -> str:
    """Return the part that the package names as its document; "" where it is no package of Office."""
    if not package.NameToInfo.keys() & {"_rels/.rels", "[Content_Types].xml"}:
        return ""
    return next((part for kind, part in _related(package, "", file).values() if kind == "officeDocument"), "")


class _Outline(NamedTuple):
    """What a workbook says of its sheets (name, relation, hidden), and whether it was saved without results."""

    sheets: tuple[tuple[str, str | None, bool], ...]
    never_calculated: bool


@_remembered
def _outline(xml: bytes) -> _Outline:
    book = ElementTree.fromstring(xml)
    calculate = next((node for node in book.iter() if node.tag.endswith("}calcPr")), None)
    sheets = tuple(
        (
            node.get("name", ""),
            node.get(_RELATION) or node.get(_STRICT_RELATION),
            node.get("state", "visible") != "visible",
        )
        for node in book.iterfind("{*}sheets/{*}sheet")
    )
    return _Outline(sheets, calculate is not None and calculate.get("fullCalcOnLoad") in ("1", "true"))


class _Sheet(NamedTuple):
    """A worksheet: its name, its part, whether it is hidden."""

    name: str
    part: bytes
    hidden: bool


def _opened(
    package: zipfile.ZipFile, main: str, outline: Callable[[bytes], _Outline], file: str
) -> tuple[list[_Sheet], dict[str, bytes]]:
    """Return the worksheets, and the parts that a reader needs, each of which has passed the gate.

    The parts stand under their usual names, so that a reader, which may look for a name, sees what the workbook refers to.
    Pictures, comments and all else are never unpacked.
    """
    suffix = "bin" if main.lower().endswith(".bin") else "xml"
    related = _related(package, main, file)
    places = {f"xl/workbook.{suffix}": main}
    for kind in ("styles", "sharedStrings"):
        found = {part for other, part in related.values() if other == kind}
        if len(found) > 1:
            raise WorkbookUnreadable(file, "文件里有重复的引用,内容无法确定", RESAVE)
        places |= {f"xl/{kind}.{suffix}": part for part in found}
    parts = {usual: read_part(package, part, file) for usual, part in places.items()}
    for name in set(filter(_USUAL.fullmatch, package.namelist())) - set(places.values()):
        # another reader, which looks for the name, must come to no harm either
        _check_xml(read_part(package, name, file))
    told = outline(parts[f"xl/workbook.{suffix}"])
    if len({name for name, *_ in told.sheets}) < len(told.sheets):
        raise WorkbookUnreadable(file, "工作簿里有同名的工作表,内容无法确定", RESAVE)
    sheets, seen = [], set()
    relations = ElementTree.Element("Relationships", xmlns=_RELATIONSHIPS)
    for number, (name, relation, hidden) in enumerate(told.sheets, 1):
        kind, part = related.get(relation, ("", ""))
        place = f"{'chart' if kind in _WITHOUT_CELLS else 'work'}sheets/sheet{number}.{suffix}"
        about = {"Id": relation or "", "Type": f"{_OFFICE_RELATION}/worksheet", "Target": place}
        ElementTree.SubElement(relations, "Relationship", about)
        if kind in _WITHOUT_CELLS:
            continue
        if kind != "worksheet" or part in seen or part.lower().endswith(".bin") != (suffix == "bin"):
            raise WorkbookUnreadable(file, f"文件已损坏,找不到工作表“{name}”的内容", REPAIR)
        seen.add(part)
        parts[f"xl/{place}"] = content = read_part(package, part, file)
        sheets.append(_Sheet(name, content, hidden))
    parts[f"xl/_rels/workbook.{suffix}.rels"] = ElementTree.tostring(relations)
    parts["_rels/.rels"] = _MAIN_RELATION % suffix.encode()
    return sheets, parts


_USUAL = re.compile(r"xl/(?:workbook|styles|sharedstrings)\.xml", re.I)
_WITHOUT_CELLS = frozenset({"chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"})
"""Kinds of sheets that nobody reads: charts, dialogues, macros."""
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN_RELATION = (
    f'<Relationships xmlns="{_RELATIONSHIPS}"><Relationship Id="rId1" Type="{_OFFICE_RELATION}/officeDocument" '
    'Target="xl/workbook.%s"/></Relationships>'
).encode()


def _read_xlsx(package: zipfile.ZipFile, main: str, file: str) -> list[Grid]:
    with package:
        sheets, parts = _opened(package, main, _outline, file)
    formats = _formats_of_styles(parts["xl/styles.xml"]) if "xl/styles.xml" in parts else ("General",)
    if len(formats) > LIMITS["styles"]:
        raise _too_many(file, f"{len(formats)} 种单元格样式", "styles", "请把自评表复制到新工作簿,保存后重新报送")
    for name, xml, _ in sheets:
        _count(xml, name, file)
    if any(_is_vast(xml) or _is_odd(xml) for _, xml, _ in sheets):
        for name, xml, _ in sheets:
            _refuse_twice(xml, name, file)
        return _read_with_openpyxl(parts, file)
    strings = parts.get("xl/sharedStrings.xml", b"<sst/>")
    for xml in (*(xml for _, xml, _ in sheets), strings):
        _check_xml(xml)
    if _NOT_COUNTED.search(strings) or any(b"</si>" not in one for one in strings.split(b"<si>")[1:]):
        raise WorkbookUnreadable(file, "文件里文字的编号无法确定", RESAVE)
    if any(map(_BROKEN.search, (*(xml for _, xml, _ in sheets), strings))):
        raise WorkbookUnreadable(file, "文件里有单元格的内容无法确定", RESAVE)
    never_calculated = _outline(parts["xl/workbook.xml"]).never_calculated
    workbook = _calamine(stored(parts))
    grids = []
    for name, xml, hidden in sheets:
        sheet = workbook.get_sheet_by_name(name)
        values = _cells(sheet, file)
        shown_as, errors, uncalculated = _scan(xml, formats, never_calculated)
        if not values and b"<v>" in xml:
            return _read_with_openpyxl(parts, file)
        merged, crossed = _merged(sheet.merged_cell_ranges or (), len(values), name, file)
        values = _with_dates(values, shown_as)
        grids.append(Grid(name, values, merged, shown_as, {}, errors, uncalculated, hidden, overlapping=crossed))
    if any(_is_doubtful(xml, name, file) for name, xml, _ in sheets):
        others = {other.sheet: other for other in _read_with_openpyxl(parts, file)}
        return [_compared(grid, others.get(grid.sheet, Grid(grid.sheet, ()))) for grid in grids]
    return grids


def _count(xml: bytes, sheet: str, file: str) -> None:
    """Refuse a sheet of more used cells or merged areas than the limits; what it claims to measure does not count."""
    if len(xml) > 8 * LIMITS["cells"] and (cells := len(_USED.findall(xml))) > LIMITS["cells"]:
        raise _too_many(file, f"工作表“{sheet}”有 {cells} 个有内容的单元格", "cells")
    if len(xml) > 20 * LIMITS["merges"] and (merges := len(_MERGE.findall(xml))) > LIMITS["merges"]:
        raise _too_many(file, f"工作表“{sheet}”有 {merges} 处合并单元格", "merges")


def _too_many(
    file: str, what: str, limit: str, cure: str = "请删除表格以外多余的行和列,保存后重新报送"
) -> WorkbookUnreadable:
    return WorkbookUnreadable(file, f"{what},超过 {LIMITS[limit]}", cure)


def _merged(
    areas: Iterable[tuple[Position, Position]], height: int, sheet: str, file: str
) -> tuple[dict[Position, Position], list[Position]]:
    """Return merged areas, none longer than the sheet is, and the first cells of those left out since they overlap.

    A sheet that they cover many times over is refused.
    """
    clipped = [((top, left), (max(top, min(bottom, height)), right)) for (top, left), (bottom, right) in areas]
    covered = sum(bottom - top for (top, _), (bottom, _) in clipped)
    if covered > LIMITS["cells"]:
        raise _too_many(file, f"工作表“{sheet}”的合并单元格占 {covered} 行", "cells")
    crossed = overlapping(clipped)
    return dict(area for area in clipped if area not in crossed), sorted({first for first, _ in crossed})


def _is_odd(xml: bytes) -> bool:
    """Whether cells are written as hardly any program does, or something may hide text that looks like a cell.

    That is: a comment or text as CDATA; a prefix; quotes of the other kind; blanks around a sign of equality; an address
    that is missing, or not in capitals.
    """
    if b"<!" in xml or (b":c" in xml and _PREFIXED.search(xml)) or (b"'" in xml and _QUOTED.search(xml)):
        return True
    cells = _cells_of(xml)
    behind = cells.count(b"=") > cells.count(b'="')
    spaced = (behind or any(blank + b'="' in cells for blank in _BLANKS)) and _SPACED.search(cells)
    return bool(spaced or _UNADDRESSED.search(cells))


_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14
"""What a sheet can have at most."""


def _check_xml(xml: bytes) -> None:
    """Raise what expat raises of a text that is no XML; other readers pass over it, each in its own way."""
    expat.ParserCreate().Parse(xml, True)


def _cells_of(xml: bytes) -> bytes:
    return xml[xml.find(b"<sheetData") + 1 : xml.rfind(b"</sheetData>")]


def _refuse_twice(xml: bytes, sheet: str, file: str) -> None:
    """Refuse a sheet that has a cell twice, however its address is written, or follows from the cells before."""
    row = column = -1
    seen: set[Position] = set()

    def opened(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal row, column
        name, place = tag.rpartition(":")[2], attributes.get("r")
        if name == "row":
            row, column = int(place) - 1 if place else row + 1, -1
        elif name == "c":
            at = position(place) if place else (row, column + 1)
            column = at[1]
            if not (0 <= at[0] < _MOST_ROWS and 0 <= at[1] < _MOST_COLUMNS):
                raise WorkbookUnreadable(file, f"工作表“{sheet}”有单元格的地址不存在", REPAIR)
            if at in seen:
                raise _twice(address(*at), sheet, file)
            seen.add(at)

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    parser.Parse(xml, True)


def _twice(cell: str, sheet: str, file: str) -> WorkbookUnreadable:
    return WorkbookUnreadable(file, f"工作表“{sheet}”的 {cell} 在文件里写了两次,内容无法确定", RESAVE)


_NOT_COUNTED = re.compile(rb"<(?:\w+:)?(?:extLst|AlternateContent)[\s>]")
"""What may hold texts, among those that cells refer to by number, which one reader counts and another does not."""
_BROKEN = re.compile(rb"<([tv])(?:\s[^<>]*)?(?<!/)>[^<]*<(?!/\1>|!|\?)|</t>\s*<t[\s>]")
"""An element within a text or a value, or two texts in one: readers take one part of it or another."""
_NUMBERED = re.compile(rb' t="s"[^<>]*><v>\d{1,9}</v>')
"""A cell that refers to a text by its number."""
_UNUSUAL = re.compile(rb"</(?:v|is)>(?!\s*</c>)|<v>[^<&]*&#")
_OF_ANOTHER_KIND = (b"<?", b"<mc:", b" xmlns", b"<sheetData")
"""What no program writes into the cells of a sheet, and readers take for one thing or another: a second value behind a
value, an instruction, an alternative, an element of another kind, cells in two parts."""


def _is_doubtful(xml: bytes, sheet: str, file: str) -> bool:
    """Whether readers may see different things in the cells of a sheet; refuse a sheet that has a cell twice."""
    cells = _cells_of(xml)
    usual = cells.count(b"<c ") == cells.count(b'<c r="')
    references = (_CELL_REFERENCE if usual else _ANY_CELL_REFERENCE).findall(cells)
    if len(set(references)) < len(references):
        twice = next(one for at, one in enumerate(references) if one in references[:at])
        raise _twice(twice.decode(), sheet, file)
    if any(mark in cells for mark in _OF_ANOTHER_KIND) or cells.count(b"<is>") > cells.count(b' t="inlineStr"'):
        return True
    if cells.count(b' t="s"') > len(_NUMBERED.findall(cells)):
        return True
    closed = all(cells.count(end) == cells.count(end + b"</c>") for end in (b"</v>", b"</is>"))
    return not (closed and b"&#" not in cells) and bool(_UNUSUAL.search(cells))


def _compared(grid: Grid, other: Grid) -> Grid:
    """Return what both readers read alike; of what they read differently neither counts."""
    height = max(grid.height, other.height)
    width = max((len(row) for one in (grid, other) for row in one.values), default=0)
    disputed: dict[Position, tuple[str, str]] = {}
    for at in product(range(height), range(width)):
        number, text = grid.number(*at), grid.text(*at)
        if (number is None or number != other.number(*at)) and fold(text) != fold(other.text(*at)):
            disputed[at] = (text, other.text(*at))
    values = [
        [None if (row, at) in disputed else cell for at, cell in enumerate(line)]
        for row, line in enumerate(grid.values)
    ]
    errors, uncalculated = (
        {at: said for at, said in cells.items() if at not in disputed} for cells in (grid.errors, grid.uncalculated)
    )
    return replace(grid, values=values, errors=errors, uncalculated=uncalculated, disputed=disputed)


def _is_vast(xml: bytes) -> bool:
    """Whether the cells of a sheet span too much to lay out: a stray cell far away, mostly."""
    if not _FAR.search(xml) and len(xml) < LIMITS["area"]:
        return False
    references = _ANY_REFERENCE.findall(xml)
    bottom = max((int(row) for _, row in references), default=0)
    columns = {letters.decode().upper() for letters, _ in references if letters}
    right = max((position(f"{letters}1")[1] for letters in columns), default=0)
    return (bottom + xml.count(b"<row>")) * (right + 1) > LIMITS["area"]


def _scan(
    xml: bytes, formats: Sequence[str], never_calculated: bool
) -> tuple[dict[Position, str], dict[Position, str], dict[Position, str]]:
    """Find, in the XML of a sheet, number formats, error values and formulas whose result is not stored."""
    shown_as: dict[Position, str] = {}
    errors: dict[Position, str] = {}
    uncalculated: dict[Position, str] = {}
    for number, styled, attributes, content in _CELL.findall(xml):
        if number:
            index = int(styled or 0)
            if index < len(formats) and formats[index] != "General":
                shown_as[_position(number)] = formats[index]
            continue
        kind = _TYPE.search(attributes)
        text = kind.group(1) if kind else b"n"
        if not content or (text == b"str" and b"<f" not in content):
            continue
        reference = _REFERENCE.search(attributes)
        if not reference:
            continue
        stored = _STORED.search(content)
        at = _position(reference.group(1))
        if b"<f" in content and (text != b"str" or b"<v" not in content):  # a text may be empty, which is a result
            doubtful = never_calculated and stored is not None and stored.group(1) == b"0"
            if stored is None or doubtful:
                formula = _FORMULA.search(content)
                uncalculated[at] = _unescape(formula.group(1)) if formula else ""
                if stored is None:
                    style = _STYLE.search(attributes)
                    number_format = formats[int(style.group(1))] if style else "General"
                    if number_format != "General":
                        shown_as[at] = number_format
                    continue
        if text == b"e" and stored:
            errors[at] = stored.group(1).decode("utf-8", "replace")
        elif text == b"n":
            style = _STYLE.search(attributes)
            index = int(style.group(1)) if style else 0
            number_format = formats[index] if index < len(formats) else "General"
            if number_format != "General":
                shown_as[at] = number_format
    return shown_as, errors, uncalculated


@lru_cache(maxsize=65536)
def _position(reference: bytes) -> Position:
    return position(reference.decode())


def _unescape(formula: bytes) -> str:
    text = formula.decode("utf-8", "replace")
    for escaped, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(escaped, character)
    return text


_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    17: "mmm-yy",
    37: "#,##0;-#,##0",
    38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00",
    41: "#,##0",
    42: "#,##0",
    43: "#,##0.00",
    44: "#,##0.00",
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    36: 'yyyy"年"m"月"',
    50: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}
"""Number formats that a file names by number only, as a Chinese Excel shows them."""


_LONGEST_FORMAT = 255
"""Characters that Excel takes; what is longer shows nothing that a person has seen."""


@_remembered
def _formats_of_styles(xml: bytes) -> tuple[str, ...]:
    """Return the number format of every cell style (cellXfs), in order."""
    styles = ElementTree.fromstring(xml)
    space = styles.tag.split("}")[0] + "}"
    codes = {
        int(node.get("numFmtId", "0")): code
        for node in styles.iter(f"{space}numFmt")
        if len(code := node.get("formatCode", "General")) <= _LONGEST_FORMAT
    }
    styles_of_cells = styles.find(f"{space}cellXfs")
    if styles_of_cells is None:
        return ("General",)
    numbers = [int(style.get("numFmtId", "0")) for style in styles_of_cells]
    return tuple(codes.get(number) or _BUILT_IN.get(number, "General") for number in numbers)


def _is_date(number_format: str) -> bool:
    return bool(re.search("[ymd]", re.sub(r'"[^"]*"|\[[^\]]*\]|\\.', "", number_format), re.I))


def _with_dates(values: Sequence[Sequence[Raw]], formats: Mapping[Position, str]) -> Sequence[Sequence[Raw]]:
    """Turn the serial numbers that a Chinese date format shows as dates into dates, where the reader did not."""
    dates = [at for at, number_format in formats.items() if _is_date(number_format)]
    if not dates:
        return values
    rows = [list(row) for row in values]
    for row, column in dates:
        if row >= len(rows) or column >= len(rows[row]):
            continue
        value = rows[row][column]
        if isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value < 2_958_466:
            rows[row][column] = date(1899, 12, 30) + timedelta(days=int(value))
    return rows


_STRICT_NAMES = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/": b"http://schemas.openxmlformats.org/officeDocument/2006/",
}
"""Names of the Strict dialect, which the second reader does not know → the usual ones."""
_CONTENT_KINDS = {
    "workbook": "sheet.main",
    "worksheet": "worksheet",
    "sharedStrings": "sharedStrings",
    "styles": "styles",
}


_BELOW_CELLS = re.compile(rb"(.*sheetData\s*/?>)(.*)(</.*)", re.S)
_MERGED = re.compile(rb"<(?:\w+:)?mergeCells\b.*</(?:\w+:)?mergeCells>", re.S)


def _for_openpyxl(parts: Mapping[str, bytes]) -> bytes:
    """Return a package of the parts that have passed the gate, in the words that openpyxl knows.

    Below its cells a sheet keeps its merged areas only: what else stands there refers to parts that nobody reads.
    """
    from html import escape

    usual = {}
    for name, content in parts.items():
        for strict, known in _STRICT_NAMES.items():
            content = content.replace(strict, known)
        if "worksheets/" in name:
            content = _BELOW_CELLS.sub(lambda part: part[1] + b"".join(_MERGED.findall(part[2])) + part[3], content)
        usual[name] = content
    kinds = []
    for name in parts:
        kind = "worksheet" if "worksheets/" in name else posixpath.basename(name).removesuffix(".xml")
        kind = next((known for known in _CONTENT_KINDS if known.lower() == kind.lower()), "")
        if kind:
            said = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{_CONTENT_KINDS[kind]}+xml"
            kinds.append(f'<Override PartName="/{escape(name)}" ContentType="{said}"/>')
    types = f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{"".join(kinds)}</Types>'
    return stored({**usual, "[Content_Types].xml": types.encode()})


def _read_with_openpyxl(parts: Mapping[str, bytes], file: str) -> list[Grid]:
    """The second reader, for workbooks that the first one sees differently."""
    import openpyxl

    data = _for_openpyxl(parts)
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    written = openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
    if not book.worksheets:
        raise WorkbookUnreadable(file, "工作簿的格式特殊(Strict OOXML),读不到工作表", RESAVE)
    grids = []
    for sheet in book.worksheets:
        values: list[list[Raw]] = []
        formats: dict[Position, str] = {}
        errors: dict[Position, str] = {}
        uncalculated: dict[Position, str] = {}
        bottom, right = min(sheet.max_row, LIMITS["rows"]), min(sheet.max_column, LIMITS["columns"])
        formulas = {
            (cell.row - 1, cell.column - 1): str(cell.value).removeprefix("=")
            for cells in written[sheet.title].iter_rows(max_row=bottom, max_col=right)
            for cell in cells
            if cell.data_type == "f"
        }
        for row, cells in enumerate(sheet.iter_rows(max_row=bottom, max_col=right)):
            values.append([])
            for column, cell in enumerate(cells):
                if cell.data_type == "e":
                    errors[(row, column)] = str(cell.value)
                    values[-1].append(None)
                    continue
                values[-1].append(cell.value)
                if cell.value is None and (row, column) in formulas:
                    uncalculated[(row, column)] = formulas[(row, column)]
                if cell.value is not None and cell.number_format != "General" and not isinstance(cell.value, str):
                    formats[(row, column)] = cell.number_format
        areas = [
            ((area.min_row - 1, area.min_col - 1), (area.max_row - 1, area.max_col - 1))
            for area in sheet.merged_cells.ranges
            if area.max_row <= bottom
        ]
        merged, crossed = _merged(areas, len(values), sheet.title, file)
        cut_off = (sheet.max_row, sheet.max_column) != (bottom, right)
        last = address(sheet.max_row - 1, sheet.max_column - 1) if cut_off else None
        hidden = sheet.sheet_state != "visible"
        grids.append(
            Grid(sheet.title, values, merged, formats, {}, errors, uncalculated, hidden, last, overlapping=crossed)
        )
    return grids


# --- .xls, .et --------------------------------------------------------------------------------------------------------


def _read_xls(data: bytes, file: str) -> list[Grid]:
    """BIFF workbooks through xlrd, which tells number formats and error values, and lays out no cell that is not there."""
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except xlrd.XLRDError as problem:
        if "encrypt" in str(problem).lower():
            raise WorkbookUnreadable(file, "文件已加密", DECRYPT) from None
        raise
    grids = []
    for sheet in book.sheets():
        values: list[list[Raw]] = []
        formats: dict[Position, str] = {}
        errors: dict[Position, str] = {}
        for row in range(sheet.nrows):
            values.append([])
            for column in range(sheet.row_len(row)):
                cell = sheet.cell(row, column)
                value: Raw = cell.value
                if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
                    code = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
                    formats[(row, column)] = code
                    if cell.ctype == xlrd.XL_CELL_DATE:
                        value = xlrd.xldate.xldate_as_datetime(cell.value, book.datemode)
                        if isinstance(value, datetime) and value.time() == datetime.min.time():
                            value = value.date()
                elif cell.ctype == xlrd.XL_CELL_ERROR:
                    errors[(row, column)] = xlrd.error_text_from_code.get(cell.value, "#N/A")
                    value = None
                elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
                    value = bool(cell.value)
                values[-1].append(value)
        areas = (((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells)
        merged, crossed = _merged(areas, len(values), sheet.name, file)
        hidden = sheet.visibility != 0
        grids.append(Grid(sheet.name, values, merged, formats, errors=errors, hidden=hidden, overlapping=crossed))
    return grids


# --- .xlsb ------------------------------------------------------------------------------------------------------------


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records (kind, content) of a BIFF12 part."""
    at, end = 0, len(data)
    while at < end:
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, data[at : at + size]
        at += size


_ROW, _BLANK, _STRING_FORMAT, _CELL_STYLE, _CELL_STYLES, _SHEET = 0, 1, 44, 47, (617, 618), 156
_CELLS, _ERROR_CELLS = frozenset(range(1, 12)), frozenset({3, 11})
"""Kinds of BIFF12 records."""
_ERROR_TEXTS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def _read_xlsb(package: zipfile.ZipFile, main: str, file: str) -> list[Grid]:
    """Values through calamine, number formats and errors from the records of the binary parts."""
    with package:
        worksheets, parts = _opened(package, main, _binary_outline, file)
    formats = _binary_formats(parts.get("xl/styles.bin", b""))
    sheets = []
    for name, part, hidden in worksheets:
        cells = list(_binary_cells(part))
        used = [at for at, kind, *_ in cells if kind != _BLANK]
        if len(set(used)) < len(used):
            raise WorkbookUnreadable(file, f"工作表“{name}”有单元格在文件里写了两次,内容无法确定", RESAVE)
        bottom, right = max((at[0] for at, *_ in cells), default=0), max((at[1] for at, *_ in cells), default=0)
        if (bottom + 1) * (right + 1) > LIMITS["area"]:
            raise _too_large(file, name, bottom, right)
        errors = {at: _ERROR_TEXTS.get(content[8], "#N/A") for at, kind, _, content in cells if kind in _ERROR_CELLS}
        shown_as = {
            at: formats[style]
            for at, kind, style, _ in cells
            if kind not in _ERROR_CELLS and style < len(formats) and formats[style] != "General"
        }
        sheets.append((name, hidden, shown_as, errors))
    workbook = _calamine(stored(parts))
    grids = []
    for name, hidden, shown_as, errors in sheets:
        sheet = workbook.get_sheet_by_name(name)
        values = _with_dates(_cells(sheet, file), shown_as)
        merged, crossed = _merged(sheet.merged_cell_ranges or (), len(values), name, file)
        grids.append(Grid(name, values, merged, shown_as, {}, errors, hidden=hidden, overlapping=crossed))
    return grids


def _wide(content: bytes, at: int) -> tuple[str, int]:
    """Read a counted UTF-16 string; return it and where it ends."""
    end = at + 4 + 2 * int.from_bytes(content[at : at + 4], "little")
    return content[at + 4 : end].decode("utf-16-le"), end


def _binary_formats(styles: bytes) -> list[str]:
    """Return the number format of every cell style, in order."""
    codes: dict[int, str] = {}
    numbers: list[int] = []
    in_cell_styles = False
    for kind, content in _records(styles):
        if kind == _STRING_FORMAT:
            codes[int.from_bytes(content[:2], "little")] = _wide(content, 2)[0]
        elif kind in _CELL_STYLES:
            in_cell_styles = kind == _CELL_STYLES[0]
        elif kind == _CELL_STYLE and in_cell_styles:
            numbers.append(int.from_bytes(content[2:4], "little"))
    return [codes.get(number) or _BUILT_IN.get(number, "General") for number in numbers]


def _binary_outline(book: bytes) -> _Outline:
    sheets = []
    for kind, content in _records(book):
        if kind == _SHEET:
            relation, end = _wide(content, 8)
            sheets.append((_wide(content, end)[0], relation, content[:4] != bytes(4)))
    return _Outline(tuple(sheets), False)


def _binary_cells(part: bytes) -> Iterator[tuple[Position, int, int, bytes]]:
    """Yield the cells of a binary sheet: position, kind, number of the style, content."""
    row = 0
    for kind, content in _records(part):
        if kind == _ROW:
            row = int.from_bytes(content[:4], "little")
        elif kind in _CELLS:
            yield (row, int.from_bytes(content[:4], "little")), kind, int.from_bytes(content[4:7], "little"), content


# --- .ods -------------------------------------------------------------------------------------------------------------

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def _read_ods(package: zipfile.ZipFile, file: str) -> list[Grid]:
    """OpenDocument spreadsheets: the file itself stores both the value and the text shown."""
    with package:
        if "META-INF/manifest.xml" in package.namelist() and b"encryption-data" in package.read(
            "META-INF/manifest.xml"
        ):
            raise WorkbookUnreadable(file, "文件已加密", DECRYPT)
        content = ElementTree.fromstring(read_part(package, "content.xml", file))
    hidden_styles = {
        style.get("{urn:oasis:names:tc:opendocument:xmlns:style:1.0}name")
        for style in content.iter("{urn:oasis:names:tc:opendocument:xmlns:style:1.0}style")
        for properties in style
        if properties.get(f"{_TABLE}display") == "false"
    }
    grids = []
    for table in content.iter(f"{_TABLE}table"):
        values: list[list[Raw]] = []
        shown: dict[Position, str] = {}
        errors: dict[Position, str] = {}
        areas: dict[Position, Position] = {}
        uncalculated: dict[Position, str] = {}
        disputed: dict[Position, tuple[str, str]] = {}
        laid_out = 0
        for row in table.iter(f"{_TABLE}table-row"):
            cells: list[Raw] = []
            for cell in row:
                if not cell.tag.startswith(_TABLE) or not cell.tag.endswith("table-cell"):
                    continue
                at = (len(values), len(cells))
                value, text = _ods_value(cell)
                span = (
                    int(cell.get(f"{_TABLE}number-rows-spanned", 1)),
                    int(cell.get(f"{_TABLE}number-columns-spanned", 1)),
                )
                if span != (1, 1):
                    areas[at] = (at[0] + span[0] - 1, at[1] + span[1] - 1)
                repeated = min(int(cell.get(f"{_TABLE}number-columns-repeated", 1)), 16384 - len(cells))
                if value is None and not text:
                    if cell.get(f"{_TABLE}formula"):
                        uncalculated[at] = cell.get(f"{_TABLE}formula", "")
                    cells.extend([None] * repeated)
                    continue
                if text.startswith(("#", "Err:")) and not isinstance(value, str):
                    errors[at] = text
                elif isinstance(value, float) and not _shows(text, value):
                    disputed |= {(at[0], at[1] + step): (text, show(value)) for step in range(repeated)}
                    value = None
                elif not isinstance(value, str):
                    for step in range(repeated):
                        shown[(at[0], at[1] + step)] = text
                cells.extend([value] * repeated)
            while cells and cells[-1] is None:
                cells.pop()
            repeated = (
                int(row.get(f"{_TABLE}number-rows-repeated", 1))
                if cells
                else min(int(row.get(f"{_TABLE}number-rows-repeated", 1)), 10_000)
            )
            laid_out += repeated * max(1, len(cells))
            if laid_out > LIMITS["area"]:
                raise _too_large(file, table.get(f"{_TABLE}name", ""), len(values) + repeated, len(cells))
            values.extend(list(cells) for _ in range(repeated))
        while values and not values[-1]:
            values.pop()
        hidden = table.get(f"{_TABLE}style-name") in hidden_styles
        name = table.get(f"{_TABLE}name", "")
        merged, crossed = _merged(areas.items(), len(values), name, file)
        grids.append(
            Grid(name, values, merged, {}, shown, errors, uncalculated, hidden, disputed=disputed, overlapping=crossed)
        )
    return grids


def _shows(text: str, value: float) -> bool:
    """Whether a text that is a number, or a percentage, is what is shown of a value; any other text may be."""
    written, stored = fold(text), of_float(value)
    number = decimal_in(written.removesuffix("%"))
    if number is None or not stored.is_finite():
        return True
    places = len(written.removesuffix("%").partition(".")[2])
    return round_half_up(times(stored, Decimal(100 if written.endswith("%") else 1)), places) == number


def _ods_value(cell: ElementTree.Element) -> tuple[Raw, str]:
    """Return the value and the shown text of one OpenDocument cell."""
    text = "\n".join("".join(part.itertext()) for part in cell.findall(f"{_TEXT}p"))
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in ("float", "percentage", "currency"):
        return float(cell.get(f"{_OFFICE}value", "nan")), text
    if kind == "date":
        return datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", "").rstrip("Z")).date(), text
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true", text
    return (text or None), text
