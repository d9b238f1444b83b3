"""Word documents to grids and paragraphs: the only door to them, and the gate before it (Word 文档).

A form in a Word document is a table, often with its title and head in lines above it. Those lines take part in reading;
addresses are those of the table: A1 is its first cell, D12 the fourth cell of its twelfth row. What a person does not
see (deleted text, hidden text, field codes) is not there; what is drawn (text boxes, pictures) is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from perf_xl.errors import WorkbookUnreadable
from perf_xl.exact import fold
from perf_xl.grid import Grid, Paragraph, Position, Raw, address
from perf_xl.packages import DECRYPT, LIMITS, check_size, open_package, read_part

RESAVE_WORD = "请用 Word 或 WPS 打开,另存为“Word 文档(*.docx)”后重新报送"
REPAIR_WORD = "请用 Word 或 WPS 打开并修复,或向报送单位重新索取"

_Result = TypeVar("_Result")


def read_tables(data: bytes, file: str) -> list[Grid]:
    """Return the tables of a Word document, each with the lines that belong to it; `file` is its name in messages.

    Tables that follow one another without a text between them are one table, as Word shows them.

    Raises:
        WorkbookUnreadable: no Word document, damaged, encrypted, beyond `LIMITS`, or without any table (X02).
    """
    return _guarded(lambda: _tables(data, file), file)


def read_report(data: bytes, file: str) -> tuple[Paragraph, ...]:
    """Return the paragraphs of a report (自评报告): Word, or plain text in UTF-8 or GB18030; tables and blanks left out.

    Raises:
        WorkbookUnreadable: neither of them, damaged, encrypted or beyond `LIMITS`; says which and what to do.
    """
    return _guarded(lambda: tuple(_report(data, file)), file)


def _guarded(read: Callable[[], _Result], file: str) -> _Result:
    """Carry a reading out; whatever goes wrong in it means that the file is damaged."""
    try:
        return read()
    except WorkbookUnreadable:
        raise
    except Exception as problem:
        raise WorkbookUnreadable(file, "文件已损坏,无法读取", REPAIR_WORD) from problem


# --- the gate ---------------------------------------------------------------------------------------------------------

_MAIN = re.compile(r"word/document\d*\.xml")


class _NoDocumentType(ElementTree.TreeBuilder):
    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise ValueError(name)


def _parts(data: bytes, file: str) -> Mapping[str, bytes]:
    """Return the XML parts of a package; every one of them has passed the gate."""
    try:
        with open_package(data, file) as package:
            names = [name for name in package.namelist() if name.endswith((".xml", ".rels"))]
            return {name: read_part(package, name, file) for name in names}
    except WorkbookUnreadable as refusal:
        cure = DECRYPT if refusal.cure == DECRYPT else RESAVE_WORD if "损坏" not in refusal.why else REPAIR_WORD
        raise WorkbookUnreadable(file, refusal.why, cure) from None


def _parsed(part: bytes) -> Element:
    return ElementTree.fromstring(part, ElementTree.XMLParser(target=_NoDocumentType()))


def _body(parts: Mapping[str, bytes], file: str) -> Element:
    main = next((name for name in parts if _MAIN.fullmatch(name)), None)
    if main is None:
        raise WorkbookUnreadable(file, "文件已损坏,缺少正文", REPAIR_WORD)
    body = next((node for node in _parsed(parts[main]) if _name(node) == "body"), None)
    if body is None:
        raise WorkbookUnreadable(file, "文件已损坏,缺少正文", REPAIR_WORD)
    return body


# --- the tree ---------------------------------------------------------------------------------------------------------

_THROUGH = {"ins", "moveTo", "sdt", "sdtContent", "customXml", "smartTag", "hyperlink", "AlternateContent", "Choice"}
"""Wrappers whose content is seen as if they were not there."""
_UNSEEN = {
    "del", "moveFrom", "rPr", "pPr", "tblPr", "sdtPr", "drawing", "pict", "object", "rt", "Fallback", "instrText", "delText",
    "delInstrText", "softHyphen",
}  # fmt: skip
_BREAKS = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}
_SYMBOLS = {
    "symbol": dict(zip(b"\xa3\xb3\xb1\xb4\xb8\xb9\xbb\xb0\xa5m-", "≤≥±×÷≠≈°∞μ-", strict=True)),
    "wingdings": dict(zip(b"\xfe\xa8o\xfc\xfd\xfb\x6e\x6c", "☑□□√☒×■●", strict=True)),
    "wingdings2": dict(zip(b"R\xa3PSTQ*", "☑□√☒☒☒□", strict=True)),
}
"""Characters of symbol fonts, which Word stores as numbers of the font."""
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def _name(node: Element) -> str:
    """Return the name of an element without its namespace: ordinary and strict documents differ only there."""
    return node.tag.rpartition("}")[2]


def _child(node: Element | None, *path: str) -> Element | None:
    for name in path:
        node = next((child for child in node if _name(child) == name), None) if node is not None else None
    return node


def _attribute(node: Element | None, name: str) -> str | None:
    return (
        None if node is None else next((value for key, value in node.items() if key.rpartition("}")[2] == name), None)
    )


def _value(node: Element | None) -> str | None:
    return _attribute(node, "val")


def _on(node: Element | None) -> bool:
    """Whether a property is there and not switched off."""
    return node is not None and _value(node) not in ("0", "false", "off")


def _whole(text: str | None, default: int = 0, most: int = 1_000_000) -> int:
    try:
        return min(max(round(float(text or default)), 0), most)
    except ValueError:
        return default


def _within(parent: Element, *wanted: str) -> Iterator[Element]:
    """Yield the children of these names, through content controls and accepted changes."""
    for child in parent:
        name = _name(child)
        if name in wanted:
            yield child
        elif name in _THROUGH and not _is_prompt(child):
            yield from _within(child, *wanted)


def _is_prompt(node: Element) -> bool:
    """Whether a content control shows its prompt only (单击此处输入文字)."""
    return _on(_child(node, "sdtPr", "showingPlcHdr"))


def _pieces(node: Element, font: str = "") -> Iterator[str]:
    """Yield what a person sees of a paragraph."""
    for child in node:
        name = _name(child)
        if name == "t":
            yield "".join(
                _symbol(font, letter) if "\uf000" <= letter <= "\uf0ff" else letter for letter in child.text or ""
            )
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name == "sym":
            yield _symbol(_attribute(child, "font") or "", chr(int(_attribute(child, "char") or "0", 16)))
        elif name == "fldChar":
            if (box := _child(child, "ffData", "checkBox")) is not None:
                checked = _child(box, "checked")
                yield "☑" if _on(checked if checked is not None else _child(box, "default")) else "□"
        elif name == "r":
            if not _on(_child(child, "rPr", "vanish")):
                yield from _pieces(child, _attribute(_child(child, "rPr", "rFonts"), "ascii") or "")
        elif name not in _UNSEEN and not _is_prompt(child):
            yield from _pieces(child, font)


def _symbol(font: str, letter: str) -> str:
    return _SYMBOLS.get(fold(font).lower(), {}).get(ord(letter) & 0xFF, _UNKNOWN)


def _text(paragraph: Element) -> str:
    return "".join(_pieces(paragraph)).strip()


# --- tables -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Cell:
    """A cell of a row: from where to where it goes, in twentieths of a point, and what it says."""

    left: int
    right: int
    text: str
    goes_on: bool
    """Whether it belongs to the cell above it."""
    place: int
    """How many cells of the row stand before it."""


@dataclass(slots=True)
class _Table:
    """A table being put together: the lines above it, its rows, and those of tables that go on with it."""

    above: list[str]
    rows: list[list[_Cell]]
    """A line between or below its parts is a row without a place: one cell, its `place` negative."""


_MOST_LINES, _LONGEST_LINE = 12, 100
_LINE = -1

_BEGINS = re.compile(
    r"(?:二级)?(?:项目|专项|政策|资金)[^:,。]{0,8}名称(?::.*)?|[^。;]{0,60}(?:自评|绩效|完成情况)[^。;]{0,14}表(?:\(.*)?"
)
_BETWEEN_PAGES = re.compile(r"\(?(?:接|续)[上前表页]{0,3}\)?:?|第\d+页(?:[,/]?共\d+页)?|-?\d{1,3}-?")
"""What is written between the parts of a table that goes on: 续表, a page number."""
_FOOT = re.compile(r"(?:其他)?(?:需要)?说明[^:]{0,8}:.*|备注:.*|(?:自评)?(?:总分|总得分|得分)(?:\([^)]*\))?:?[\d.]+分?")
"""A line below a table that belongs to it."""


def _tables(data: bytes, file: str) -> list[Grid]:
    tables: list[_Table] = []
    lines: list[str] = []
    for block in _blocks(_body(_parts(data, file), file)):
        if _name(block) == "p":
            said = (line.strip() for line in _text(block).split("\n"))
            lines += [line for line in said if line and not _BETWEEN_PAGES.fullmatch(fold(line))]
            continue
        rows = list(_rows(block))
        if not rows:
            continue
        if tables and _goes_on(tables[-1], lines, rows):
            tables[-1].rows += [_line_row(line) for line in lines] + rows
        else:
            tables.append(_Table(_share_out(tables, lines), rows))
        lines = []
    _share_out(tables, lines)
    if not tables:
        raise WorkbookUnreadable(
            file, "Word 文档里没有表格", "请确认报送的是项目支出绩效自评表,且表格没有做成图片", "X02"
        )
    return [_grid(table, f"表{number}", file) for number, table in enumerate(tables, 1)]


def _blocks(parent: Element) -> Iterator[Element]:
    """Yield paragraphs and tables in order; a table of one cell that holds others is only a frame."""
    for block in _within(parent, "p", "tbl"):
        if _name(block) == "tbl":
            cells = [cell for row in _within(block, "tr") for cell in _within(row, "tc")]
            if len(cells) == 1 and any(_within(cells[0], "tbl")):
                yield from _blocks(cells[0])
                continue
        yield block


def _rows(table: Element) -> Iterator[list[_Cell]]:
    """Yield the rows of a table, without those deleted."""
    edges = [0, *accumulate(max(1, _whole(_attribute(column, "w"))) for column in _child(table, "tblGrid") or ())]

    def edge(column: int) -> int:
        known = len(edges) - 1
        return edges[column] if column <= known else edges[known] + (column - known) * 1000

    for row in _within(table, "tr"):
        properties = _child(row, "trPr")
        if _child(properties, "del") is not None:
            continue
        column = _whole(_value(_child(properties, "gridBefore")), most=LIMITS["columns"])
        cells: list[_Cell] = []
        for node in _within(row, "tc"):
            said = _child(node, "tcPr")
            after = column + max(1, _whole(_value(_child(said, "gridSpan")), 1, LIMITS["columns"]))
            left, right, text = edge(column), edge(after), _cell_text(node)
            column = after
            beside, above = _child(said, "hMerge"), _child(said, "vMerge")
            if beside is not None and _value(beside) != "restart" and cells:
                cells[-1].right = right
                cells[-1].text = f"{cells[-1].text}\n{text}".strip()
                continue
            goes_on = above is not None and _value(above) != "restart"
            cells.append(_Cell(left, right, text, goes_on, len(cells)))
        if cells:
            yield cells


def _cell_text(cell: Element) -> str:
    """Return the text of a cell: its paragraphs, and the cells of a table within it."""
    texts = []
    for block in _within(cell, "p", "tbl"):
        if _name(block) == "p":
            texts.append(_text(block).replace("\t", " "))
        else:
            texts += [" ".join(_cell_text(one) for one in _within(row, "tc")) for row in _within(block, "tr")]
    return "\n".join(text for text in texts if text.strip())


def _line_row(line: str) -> list[_Cell]:
    """A line outside the table as a row; what tabs or wide gaps set apart stands in cells of its own."""
    pieces = [piece.strip() for piece in re.split(r"\t+|[ \u3000]{4,}", line) if piece.strip()]
    return [_Cell(_LINE, place, piece, False, place) for place, piece in enumerate(pieces)]


def _goes_on(table: _Table, lines: Sequence[str], rows: Sequence[Sequence[_Cell]]) -> bool:
    """Whether rows go on with the table before: nothing stands between, or the head does without its indicators."""
    if any(_BEGINS.fullmatch(fold(cell.text)) for row in rows[:3] for cell in row):
        return False
    if not lines:
        return True
    if len(lines) > 3 or any(_BEGINS.fullmatch(fold(line)) for line in lines):
        return False
    return not _has(table.rows, "三级指标") and _has(rows, "三级指标") and _has(table.rows, "名称")


def _has(rows: Sequence[Sequence[_Cell]], word: str) -> bool:
    return any(word in fold(cell.text) for row in rows for cell in row)


def _share_out(tables: Sequence[_Table], lines: Sequence[str]) -> list[str]:
    """Give the table before what is its foot; return the lines that belong to the table after: those nearest to it."""
    above: list[str] = []
    foot_ends = next((at for at, line in enumerate(lines) if _BEGINS.fullmatch(fold(line))), len(lines))
    for at, line in enumerate(lines):
        if tables and at < min(foot_ends, _MOST_LINES) and _FOOT.fullmatch(fold(line)):
            tables[-1].rows.append(_line_row(line))
        elif len(line) > _LONGEST_LINE or line.endswith(
            ("。", ";")
        ):  # prose; what stands above it is none of the form's
            if not any(_BEGINS.fullmatch(fold(one)) for one in above):
                above.clear()
        else:
            above.append(line)
    return above[-_MOST_LINES:]


_SLIVER = 200
"""Edges nearer to one another than the width of a character, in twentieths of a point, are meant as one."""


def _columns(rows: Sequence[Sequence[_Cell]], sliver: int) -> dict[int, int]:
    """Return the number of the column that begins at every edge."""
    found: dict[int, int] = {}
    begins = last = 0
    for edge in sorted({edge for row in rows for cell in row if cell.left >= 0 for edge in (cell.left, cell.right)}):
        if found and edge - begins > sliver:
            last, begins = last + 1, edge
        elif not found:
            begins = edge
        found[edge] = last
    return found


def _grid(table: _Table, sheet: str, file: str) -> Grid:
    """Lay a table out: columns where any cell begins, merged areas, and what each cell is called."""
    rows = [*(_line_row(line) for line in table.above), *table.rows]
    columns = _columns(rows, _SLIVER)
    if any(columns[cell.left] == columns[cell.right] for row in rows for cell in row if cell.left >= 0):
        columns = _columns(rows, 0)
    width = max(1, max(columns.values(), default=1), *(len(row) for row in rows))
    if len(rows) * width > LIMITS["area"]:
        raise WorkbookUnreadable(
            file, f"{sheet}有 {len(rows)} 行,范围过大", "请删除表格以外多余的行和列,保存后重新报送"
        )
    laid = _Laid()
    for row in rows:
        laid.add(row, columns, width)
    return Grid(sheet, laid.values, laid.merged, numbers=laid.numbers, names=laid.names)


@dataclass(slots=True)
class _Laid:
    """A grid in the making."""

    values: list[list[Raw]] = field(default_factory=list)
    merged: dict[Position, Position] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)
    names: dict[Position, str] = field(default_factory=dict)
    open: dict[int, Position] = field(default_factory=dict)
    """Column → the cell above that may go on into the next row."""
    count: int = 0

    def add(self, row: Sequence[_Cell], columns: Mapping[int, int], width: int) -> None:
        at = len(self.values)
        values: list[Raw] = [None] * width
        self.values.append(values)
        if row[0].left == _LINE:
            self.numbers.append(max(1, self.count))
            for cell in row:
                values[cell.place] = cell.text
            return
        self.count += 1
        self.numbers.append(self.count)
        still_open: dict[int, Position] = {}
        for cell in row:
            left, right = columns[cell.left], max(columns[cell.left], columns[cell.right] - 1)
            for column in range(left, right + 1):
                self.names[(at, column)] = address(self.count - 1, cell.place)
            top = self.open.get(left) if cell.goes_on else None
            if top is not None and self.merged.get(top, (at - 1, top[1]))[1] == right:
                self.merged[top] = (at, right)
                still_open[left] = top
                continue
            values[left] = cell.text or None
            still_open[left] = (at, left)
            if right > left:
                self.merged[(at, left)] = (at, right)
        self.open = still_open


# --- reports ----------------------------------------------------------------------------------------------------------

_HEADING_STYLE = re.compile(r"(?:heading|标题)\s*([1-9])", re.I)
_MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*")


def _report(data: bytes, file: str) -> Iterator[Paragraph]:
    found = _word_paragraphs(data, file) if _is_word(data, file) else _plain_paragraphs(data, file)
    for number, (text, heading) in enumerate(((text, heading) for text, heading in found if text), 1):
        yield Paragraph(text, number, heading)


def _is_word(data: bytes, file: str) -> bool:
    """Whether this is a Word document; refuse what is neither that nor plain text."""
    if not data:
        raise WorkbookUnreadable(file, "文件是空的(0字节)", "请向报送单位重新索取")
    check_size(len(data), file)
    if data.startswith(b"PK"):
        return True
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise WorkbookUnreadable(file, "文件已加密", DECRYPT)
        raise WorkbookUnreadable(file, "这是旧版 Word 文档(*.doc)或其他旧版文件", RESAVE_WORD)
    if data.lstrip()[:5].lower() == b"%pdf-":
        raise WorkbookUnreadable(file, "这是 PDF 文件,不是报告的电子原件", "请报送 Word 文档(*.docx)")
    return False


def _word_paragraphs(data: bytes, file: str) -> Iterator[tuple[str, int | None]]:
    parts = _parts(data, file)
    if not any(_MAIN.fullmatch(name) for name in parts):
        raise WorkbookUnreadable(file, "这不是 Word 文档,里面没有正文", RESAVE_WORD)
    levels = _levels(_parsed(parts["word/styles.xml"])) if "word/styles.xml" in parts else {}
    for block in _blocks(_body(parts, file)):
        if _name(block) == "p":
            said = _child(block, "pPr")
            own = _child(said, "outlineLvl")
            level = _outline(own) if own is not None else levels.get(_value(_child(said, "pStyle")) or "")
            yield " ".join(_text(block).split()), level


def _outline(level: Element | None) -> int | None:
    number = _whole(_value(level), 9)
    return number + 1 if number < 9 else None


def _levels(styles: Element) -> dict[str, int | None]:
    """Return the level of the heading that each paragraph style stands for, by its own or the style it is based on."""
    known = {_attribute(style, "styleId") or "": style for style in styles if _name(style) == "style"}

    def level(name: str, steps: int = 0) -> int | None:
        style = known.get(name)
        if style is None or steps > 10:
            return None
        if match := _HEADING_STYLE.fullmatch(_value(_child(style, "name")) or ""):
            return int(match[1])
        own = _child(style, "pPr", "outlineLvl")
        return _outline(own) if own is not None else level(_value(_child(style, "basedOn")) or "", steps + 1)

    return {name: level(name) for name in known}


def _plain_paragraphs(data: bytes, file: str) -> Iterator[tuple[str, int | None]]:
    """Lines of a text; in Markdown `#` marks headings and `|` begins a row of a table."""
    for line in _decoded(data, file).splitlines():
        text = " ".join(line.replace("**", "").split())
        if match := _MARKDOWN_HEADING.fullmatch(text):
            yield match[2], len(match[1])
        elif not text.startswith("|"):
            yield text, None


def _decoded(data: bytes, file: str) -> str:
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise WorkbookUnreadable(file, "不是能识别的报告", "请报送 Word 文档(*.docx)或文本文件(*.txt)")
