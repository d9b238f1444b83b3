"""The marked copy (标注副本): a comment and a style on every cell with a finding, and a sheet 审核意见 that lists them all.

The package is edited, never written anew: only the touched sheets, their comments, the styles and the list of sheets
change, and of them only the bytes concerned. What cannot be edited safely gets a workbook 审核意见 of its own beside it.

The icon word (×错误 ▲疑点 ●提示) stands in the first line of the comment and in 审核意见, and not in the number format of
the cell: numbers are read as they are shown, and `0"×"` would turn a filed 78 into 78×. In the cell itself severity shows
twice, by colour and by the line around it (medium, dashed, dotted), so that a black and white print tells it as well.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import ceil
from typing import NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from perf_xl.errors import WorkbookUnreadable
from perf_xl.findings import ADVICE, DOUBT, ERROR, SEVERITIES, Finding
from perf_xl.grid import Position, address, column_letters, position
from perf_xl.packages import (
    DECLARATION,
    MAIN,
    RELATIONS,
    Child,
    NotEditable,
    Parts,
    attribute,
    children,
    grown,
    grown_in,
    replace_parts,
    with_attributes,
)
from perf_xl.sheets import (
    POINTS_A_PIXEL,
    STYLES,
    Area,
    Book,
    Cell,
    Link,
    Print,
    Sheet,
    Style,
    Validation,
    pixels,
    row_heights,
    sheet_name,
    text_height,
)

OPINIONS = "审核意见"
"""Name of the sheet, and of what is appended to somebody else's comment."""

AUTHOR = "绩效自评审核"
OWN_PROPERTY = {"perf_xl": "opinions"}
"""Custom property of an own workbook: it is no form."""

ICONS = {ERROR: "×错误", DOUBT: "▲疑点", ADVICE: "●提示"}
STYLES_OF = {ERROR: "error", DOUBT: "doubt", ADVICE: "advice"}
LINES_OF = {ERROR: "medium", DOUBT: "mediumDashed", ADVICE: "dotted"}

HEAD = ("序号", "级别", "代码", "名称", "位置", "问题", "现有", "应为", "处理办法", "依据", "说明", "标识")
WIDTHS = (5, 8, 6, 15, 13, 36, 13, 13, 32, 17, 28, 12)
REASON, KEY = HEAD.index("说明"), HEAD.index("标识")
HEAD_ROW = 2
CAPTION = "点“位置”到该单元格。疑点确认无误的,在“说明”栏写明理由,再审核时不再计数;错误须改正。"


@dataclass(frozen=True, slots=True)
class Opinion:
    """审核意见: one line of the list, with the identity by which its 说明 is remembered."""

    finding: Finding
    key: str
    """Any text that names the finding; it comes back from `explanations_in`."""
    cure: str
    """处理办法."""
    reason: str = ""
    """说明 that was accepted already."""


@dataclass(frozen=True, slots=True)
class Marked:
    """标注副本, or the workbook 审核意见 to be written beside a file that cannot be marked."""

    data: bytes | None
    """The copy; None where there is none."""
    book: Book | None
    """The own workbook; None where there is a copy."""
    suffix: str
    """Of the file to be written."""
    remarks: tuple[str, ...]
    """What the person must be told, in sentences."""

    @property
    def copied(self) -> bool:
        """Whether it is a copy of the file itself."""
        return self.data is not None


_FAILURES = (WorkbookUnreadable, ValueError, LookupError, SyntaxError, expat.ExpatError, OSError, RuntimeError)
"""What a damaged or unusual file may come to, wherever it is looked at."""


def mark(data: bytes, file: str, opinions: Sequence[Opinion]) -> Marked:
    """Mark the cells of these findings in a copy of a workbook (标注). `file` is its name in messages and links.

    A copy that was marked before loses its earlier marks first: marking twice is marking once.
    """
    try:
        return _Copy(data, file, opinions).marked()
    except NotEditable as problem:
        reason = str(problem)
    except _FAILURES:
        reason = "文件的结构特殊,无法保证其余内容原样不变"
    book = Book(
        (opinion_sheet(OPINIONS, opinions, lambda one: Link(file, one.sheet, one.cell)),), OPINIONS, OWN_PROPERTY
    )
    return Marked(None, book, ".xlsx", (f"{reason},未在副本上标注,意见另存为“审核意见”工作簿。",))


def explanations_in(data: bytes) -> dict[str, str]:
    """Return what was typed into the column 说明 (标识 → 说明), whichever program saved the workbook since.

    Nothing is raised: what is no such workbook has no explanations.
    """
    return {key: reason for key, reason, _ in _lines_of(data) if key and reason}


def is_marked(data: bytes) -> bool:
    """Return whether a workbook has a sheet 审核意见 of ours: a marked copy or an own workbook."""
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        return _our_sheet(Parts(data, "")) is not None
    except (NotEditable, *_FAILURES):
        return False


# --- the list ---------------------------------------------------------------------------------------------------------


def opinion_sheet(name: str, opinions: Sequence[Opinion], link: Callable[[Finding], Link]) -> Sheet:
    """The sheet 审核意见: title, how to use it, head, one line per opinion."""
    counts = "、".join(
        f"{ICONS[severity]} {sum(one.finding.severity == severity for one in opinions)}" for severity in SEVERITIES
    )
    rows: list[list[Cell | None]] = [
        [Cell(OPINIONS, "title"), *[None] * REASON],
        [Cell(f"共 {len(opinions)} 条:{counts}。{CAPTION}", "note"), *[None] * REASON],
        [Cell(text, "head") for text in HEAD],
    ]
    rows += [_line(number, one, link) for number, one in enumerate(opinions, 1)]
    last = len(rows) - 1
    return Sheet(
        name=name,
        rows=rows,
        widths=WIDTHS,
        merged=[Area(row, 0, row, REASON) for row in (0, 1)],
        freeze=(HEAD_ROW + 1, 3),
        filter=Area(HEAD_ROW, 0, last, REASON),
        tab_color="#FF0000",
        gridlines=False,
        lowest=30,
        printing=Print(True, (HEAD_ROW, HEAD_ROW), Area(0, 0, last, REASON)),
        validations=[*_prompts(opinions)],
        hidden_columns=(KEY,),
    )


def _line(number: int, opinion: Opinion, link: Callable[[Finding], Link]) -> list[Cell | None]:
    found = opinion.finding
    place = f"「{found.sheet}」\n{found.cell}".strip() if found.sheet else ""
    return [
        Cell(number, "word"),
        Cell(ICONS[found.severity], STYLES_OF[found.severity]),
        Cell(found.code, "word"),
        Cell(found.title, "text"),
        Cell(place, "place", link(found)) if place and _addresses(found) else Cell(place or None, "word"),
        Cell(found.message, "text"),
        Cell(found.found, "text"),
        Cell(found.expected, "text"),
        Cell(opinion.cure, "text"),
        Cell(found.citation, "text"),
        Cell(opinion.reason or None, "input_text"),
        Cell(opinion.key, "helper_locked"),
    ]


def _prompts(opinions: Sequence[Opinion]) -> Iterator[Validation]:
    """What the column 说明 is for, said when a cell of it is selected; neighbours of a kind share one."""
    at = HEAD_ROW + 1
    for doubtful, run in groupby(opinions, key=lambda one: one.finding.severity == DOUBT):
        count = sum(1 for _ in run)
        if doubtful:
            message = "确认无误的,写明理由(如实际情况、文号),再审核时不再计数;有误的,请改正自评表。"
            yield Validation(Area(at, REASON, at + count - 1, REASON), "any", title="说明", message=message)
        at += count


_ADDRESS = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,3}[1-9]\d{0,6})(?![A-Za-z0-9])")


def _addresses(found: Finding) -> list[Position]:
    """Every cell of a finding, in the order of its text; what no sheet has is left out."""
    at = (position(cell) for cell in _ADDRESS.findall(found.cell))
    return [(row, column) for row, column in at if row < 1_048_576 and column < 16_384]


# --- the copy ---------------------------------------------------------------------------------------------------------

_OFFICE_TYPE = "application/vnd.openxmlformats-officedocument"
_SHEET_TYPE = f"{_OFFICE_TYPE}.spreadsheetml.worksheet+xml"
_COMMENTS_TYPE = f"{_OFFICE_TYPE}.spreadsheetml.comments+xml"
_BOOK = "xl/workbook.xml"

SUFFIXES = {
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml": ".xlsm",
    "application/vnd.ms-excel.template.macroEnabled.main+xml": ".xltm",
    f"{_OFFICE_TYPE}.spreadsheetml.template.main+xml": ".xltx",
}


class Mark(NamedTuple):
    """What a cell gets from one opinion."""

    number: int
    opinion: Opinion
    see: str
    """The cell with the whole comment; "" if this is it."""

    @property
    def rank(self) -> int:
        """Place in the order of severities."""
        return SEVERITIES.index(self.opinion.finding.severity)

    @property
    def lines(self) -> tuple[str, str]:
        """The line with the icon word, and what follows it."""
        found, cure = self.opinion.finding, self.opinion.cure
        head = f"【{ICONS[found.severity]}】{found.code} {found.title}"
        if self.see:
            return head, f"见 {self.see} 批注。"
        more = (("应为:", found.expected), ("改法:", cure), ("依据:", found.citation), ("说明:", self.opinion.reason))
        said = [found.message, *(label + text for label, text in more if text), f"(见“{OPINIONS}”第 {self.number} 条)"]
        return head, "\n".join(said)


def marks_on(opinions: Sequence[Opinion], sheets: Mapping[str, object]) -> dict[str, dict[Position, list[Mark]]]:
    """Return what every cell of these sheets gets: sheet → cell → its marks. A sheet without a part is left out."""
    marks: dict[str, dict[Position, list[Mark]]] = {}
    for number, opinion in enumerate(opinions, 1):
        found = opinion.finding
        if not sheets.get(found.sheet):
            continue
        places = list(dict.fromkeys(_addresses(found)))
        for at in places:
            see = "" if at == places[0] else address(*places[0])
            marks.setdefault(found.sheet, {}).setdefault(at, []).append(Mark(number, opinion, see))
    return marks


def comment_text(marks: Sequence[Mark]) -> str:
    """Return the comment of a cell: what its marks say, the gravest first."""
    ordered = sorted(marks, key=lambda one: (one.rank, one.number))
    return "\n\n".join("\n".join(one.lines) for one in ordered)


class _Copy:
    """The copy in the making: the parts of the file, and its sheets by name."""

    def __init__(self, data: bytes, file: str, opinions: Sequence[Opinion]) -> None:
        if reason := _other_format(data):
            raise NotEditable(reason)
        self.data, self.opinions = data, opinions
        self.parts = Parts(data, file)
        if _BOOK not in self.parts:
            raise NotEditable(_other_package(self.parts))
        self.styles = _Styles(self.parts.editable("xl/styles.xml", "styleSheet"))
        self.threaded: list[str] = []

    def marked(self) -> Marked:
        self.parts.editable(_BOOK, "workbook")
        sheets = _sheets_of(self.parts)
        ours = _our_sheet(self.parts)
        before = _samples(ours[1]) if ours else {}
        wanted = marks_on(self.opinions, sheets)
        samples: dict[int, list[tuple[str, int]]] = {}
        for name, part in sheets.items():
            if not part or (ours and part == ours[0]):
                continue
            if not (ours or name in wanted):
                continue
            for number, text, style in self._mark_sheet(name, part, wanted.get(name, {}), before.get(name, {})):
                samples.setdefault(number, []).append((text, style))
        self._add_list(ours[0] if ours else None, sheets, samples)
        self.parts.write("xl/styles.xml", self.styles.xml)
        kinds = self.parts.content_types
        suffix = SUFFIXES.get(kinds.get(f"/{_BOOK}", ""), ".xlsx")
        return Marked(replace_parts(self.data, self.parts.changed), None, suffix, tuple(self._remarks()))

    def _remarks(self) -> Iterator[str]:
        names = self.parts.names
        if any(name.startswith("_xmlsignatures/") for name in names):
            yield "文件带有数字签名:标注会使副本中原有的签名失效,原文件不受影响。"
        if any(name.endswith("vbaProject.bin") or name.startswith("xl/macrosheets/") for name in names):
            yield "文件含宏:没有运行,原样保留在副本中。"
        if self.threaded:
            yield f"{'、'.join(self.threaded)} 已有会话批注,没有改动,意见只列在“{OPINIONS}”中。"

    def _mark_sheet(
        self, name: str, part: str, marks: Mapping[Position, list[Mark]], before: Mapping[Position, int]
    ) -> list[tuple[int, str, int]]:
        """Mark one sheet; return, for every marked cell, the line it stands in, its address, and the style it had."""
        relations = self.parts.relations(part)
        has_comments = any(one.kind.endswith("/comments") for one in relations.values())
        if not marks and not before and not has_comments:
            return []
        xml = self.parts.editable(part, "worksheet")
        corners = _corners(xml, marks)
        at_corner: dict[Position, list[Mark]] = {}
        for at, some in marks.items():
            at_corner.setdefault(corners.get(at, at), []).extend(some)
        at_corner = {at: sorted(at_corner[at], key=lambda one: (one.rank, one.number)) for at in sorted(at_corner)}
        spread = set(corners.values())
        kept: list[tuple[int, str, int]] = []

        def restyled(at: Position, style: int) -> int:
            style = before[at] if at in before and self.styles.is_marked(style, before[at]) else style
            if at not in at_corner:
                return style
            first = at_corner[at][0]
            kept.append((first.number, f"{_quoted(name)}!{address(*at)}", style))
            return self.styles.marked(style, first.opinion.finding.severity, framed=at not in spread)

        xml = _restyle(xml, {*at_corner, *before}, restyled)
        self.parts.write(part, self._comment(name, part, xml, at_corner))
        return kept

    def _comment(self, name: str, part: str, xml: bytes, marks: Mapping[Position, list[Mark]]) -> bytes:
        """Write the comments of a sheet and the boxes they stand in; return the sheet, which refers to the boxes."""
        relations = self.parts.relations(part)
        threaded: set[str] = set()
        for one in relations.values():
            if one.kind.endswith("/threadedComment") and one.part in self.parts:
                threaded |= {node.get("ref", "") for node in ElementTree.fromstring(self.parts.read(one.part)).iter()}
        self.threaded += [f"{name}!{address(*at)}" for at in marks if address(*at) in threaded]
        texts = {address(*at): some for at, some in marks.items() if address(*at) not in threaded}
        own = next((one.part for one in relations.values() if one.kind.endswith("/comments")), "")
        if not own and not texts:
            return xml
        if own:
            comments = _Comments(self.parts.editable(own, "comments"))
        else:
            comments = _Comments(_NO_COMMENTS)
            own = self.parts.new("xl/comments{}.xml")
            self.parts.declare(own, _COMMENTS_TYPE)
            self.parts.relate(part, "comments", own)
        comments.forget()
        for ref, some in texts.items():
            comments.add(ref, [one.lines for one in some])
        self.parts.write(own, comments.xml)
        heights = {ref: "\n\n".join("\n".join(one.lines) for one in some) for ref, some in texts.items()}
        return self._boxes(part, xml, comments, heights)

    def _boxes(self, part: str, xml: bytes, comments: _Comments, texts: Mapping[str, str]) -> bytes:
        """Write the boxes of our comments (VML): every comment has a shape, and the sheet refers to them all."""
        relations = self.parts.relations(part)
        places = children(xml)
        link = next((one for one in places if one.name == "legacyDrawing"), None)
        space = _Space(xml)
        if link is None and not texts:
            return xml
        if link is not None:
            hit = re.search(rb"""\w+:id=["']([^"']+)["']""", xml[link.start : link.end])
            relation = relations[hit.group(1).decode()] if hit else None
            if relation is None or relation.part not in self.parts:
                raise NotEditable("批注的图形部件缺失")
            vml, own = self.parts.editable(relation.part, "xml"), relation.part
            fresh = [ref for ref in texts if ref not in comments.continued]
        else:
            own = self.parts.new("xl/drawings/vmlDrawing{}.vml")
            self.parts.declare_extension("vml", f"{_OFFICE_TYPE}.vmlDrawing")
            identity = self.parts.relate(part, "vmlDrawing", own)
            vml, fresh = _NO_BOXES % int(re.findall(r"\d+", own)[-1]), comments.refs
            xml = _with_legacy_drawing(xml, places, identity)
        shapes = _boxed(vml, set(comments.forgotten), comments.continued & set(texts), texts, space)
        self.parts.write(own, _with_boxes(shapes, fresh, texts, space))
        return xml

    def _add_list(
        self, part: str | None, sheets: Mapping[str, str], samples: Mapping[int, Sequence[tuple[str, int]]]
    ) -> None:
        """Write the sheet 审核意见; a new one is the last of the workbook, one of ours is replaced in its place."""
        name = next((one for one, place in sheets.items() if place == part), "") if part else ""
        name = name or sheet_name(OPINIONS, list(sheets))
        sheet = opinion_sheet(name, self.opinions, lambda found: Link("", found.sheet, found.cell))
        book = self.parts.editable(_BOOK, "workbook")
        if part is None:
            part = self.parts.new("xl/worksheets/sheet{}.xml")
            self.parts.declare(part, _SHEET_TYPE)
            identity = self.parts.relate(_BOOK, "worksheet", part)
            numbers = re.findall(rb"""<sheet\s[^>]*?\bsheetId=["'](\d+)["']""", book)
            entry = (
                f'<sheet{_declared(book)} name={quoteattr(name)} sheetId="{max(map(int, numbers), default=0) + 1}" '
                f'r:id="{identity}"/>'
            )
            book = grown_in(book, "sheets", entry.encode())
        self.parts.write(_BOOK, _with_names(book, name, list(_sheets_in(book)).index(name), sheet))
        self.parts.write(part, _rendered(sheet, self.styles, samples))


def _other_format(data: bytes) -> str:
    """Say of a file that is no package what it is; "" for a package."""
    if data.startswith(b"PK"):
        return ""
    return "文件是旧版格式(*.xls、*.et)" if data.startswith(b"\xd0\xcf\x11\xe0") else "文件不是 Excel 工作簿(*.xlsx)"


def _other_package(parts: Parts) -> str:
    known = {
        "xl/workbook.bin": "文件是二进制格式(*.xlsb)",
        "content.xml": "文件是 OpenDocument 格式(*.ods)",
        "word/document.xml": "文件是 Word 文档",
    }
    return next((words for name, words in known.items() if name in parts), "文件不是 Excel 工作簿(*.xlsx)")


def _quoted(sheet: str) -> str:
    return "'" + sheet.replace("'", "''") + "'"


def _with_names(book: bytes, name: str, at: int, sheet: Sheet) -> bytes:
    """Name the head that is printed on every page and the filtered list, as Excel wants it; ours of before are replaced."""
    area, quoted = sheet.filter, escape(_quoted(name))
    if area is None:
        raise AssertionError("the list has a filter")
    listed = f"{quoted}!$A${area.top + 1}:${column_letters(area.right)}${area.bottom + 1}"
    head = f"{quoted}!${HEAD_ROW + 1}:${HEAD_ROW + 1}"
    names = (
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">{listed}</definedName>'
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{at}">{head}</definedName>'
    ).encode()
    old = re.compile(rb"""<definedName(?=\s)[^>]*\slocalSheetId=["']%d["'][^>]*>[^<]*</definedName>""" % at)
    parts = children(book)
    if (known := next((one for one in parts if one.name == "definedNames"), None)) is not None:
        kept = old.sub(b"", book[known.start : known.end])
        return book[: known.start] + grown(kept, names) + book[known.end :]
    before = ("sheets", "functionGroups", "externalReferences")
    end = max(one.end for one in parts if one.name in before)
    return book[:end] + b"<definedNames>" + names + b"</definedNames>" + book[end:]


def _sheets_in(book: bytes) -> dict[str, str]:
    """Name → identity of the relation, of every sheet in order."""
    nodes = (node for node in ElementTree.fromstring(book).iter() if node.tag.endswith("}sheet"))
    return {node.get("name", ""): node.get(f"{{{RELATIONS}}}id", "") for node in nodes}


def _sheets_of(parts: Parts) -> dict[str, str]:
    """Name → part of every sheet in order; "" for what is no worksheet."""
    relations = parts.relations(_BOOK)
    sheets = {}
    for name, identity in _sheets_in(parts.read(_BOOK)).items():
        relation = relations.get(identity)
        sheets[name] = relation.part if relation and relation.kind.endswith("/worksheet") else ""
    return sheets


# --- texts and references as XML --------------------------------------------------------------------------------------


def _declared(xml: bytes) -> str:
    """The declaration that `r:id` needs where the root does not give it."""
    opening = re.search(rb"<[A-Za-z][^>]*>", xml)
    known = opening and re.search(rb"""\sxmlns:r=["']%s["']""" % re.escape(RELATIONS.encode()), opening.group())
    return "" if known else f' xmlns:r="{RELATIONS}"'


_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
LONGEST_TEXT = 32_767


def _text(text: str) -> bytes:
    """A text as XML: without what XML cannot hold, not longer than a cell, and with what looks like an escape kept."""
    text = _UNWRITABLE.sub("", text.replace("\r\n", "\n"))
    if len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT:
        text = text.encode("utf-16-le")[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
    return escape(_LOOKS_ESCAPED.sub("_x005F_", text), {"\r": "&#13;"}).encode()


def _preserved(text: str) -> bytes:
    return b'<t xml:space="preserve">' + _text(text) + b"</t>"


# --- styles -----------------------------------------------------------------------------------------------------------

MOST_STYLES = 60_000
"""Excel opens no workbook with more than some 65,000 cell formats."""


class _Styles:
    """styles.xml: what is there stays, with its number; what is new is appended once."""

    def __init__(self, xml: bytes) -> None:
        self.original = xml
        self.places = {one.name: one for one in children(xml)}
        self.entries = {
            name: self._entries(name, tag)
            for name, tag in (("fonts", b"font"), ("fills", b"fill"), ("borders", b"border"), ("cellXfs", b"xf"))
        }
        self.known = {name: len(entries) for name, entries in self.entries.items()}
        if len(self.entries["cellXfs"]) > MOST_STYLES:
            raise NotEditable("文件的单元格样式过多")

    def _entries(self, name: str, tag: bytes) -> list[bytes]:
        if name not in self.places:
            raise NotEditable("文件的样式不完整")
        place = self.places[name]
        segment = self.original[place.start : place.end]
        return re.findall(rb"<%s(?=[\s/>])[^>]*?(?:/>|>.*?</%s>)" % (tag, tag), segment[1:], re.S)

    @property
    def xml(self) -> bytes:
        xml = self.original
        for place in sorted(self.places.values(), reverse=True, key=lambda one: one.start):
            if added := self.entries.get(place.name, [])[self.known.get(place.name, 0) :]:
                segment = xml[place.start : place.end]
                cut = segment.index(b">") + 1
                segment = with_attributes(segment[:cut], count=len(self.entries[place.name])) + segment[cut:]
                xml = xml[: place.start] + grown(segment, b"".join(added)) + xml[place.end :]
        return xml

    def add(self, name: str, entry: bytes) -> int:
        """Return the number of an entry."""
        entries = self.entries[name]
        if entry not in entries:
            entries.append(entry)
        return entries.index(entry)

    def is_marked(self, style: int, before: int) -> bool:
        """Whether a cell format is one of ours, made from another: by its colour, and the numbers it shows alike."""
        tag, other = self._format(style), self._format(before)
        fill = self.entries["fills"][int(attribute(tag, "fillId") or 0)]
        ours = any(_rgb(STYLES[name].fill or "").encode() in fill for name in STYLES_OF.values())
        return ours and attribute(tag, "numFmtId") == attribute(other, "numFmtId")

    def _format(self, style: int) -> bytes:
        """The opening tag of a cell format."""
        entry = self.entries["cellXfs"][style]
        return entry[: entry.index(b">") + 1]

    def marked(self, style: int, severity: str, *, framed: bool) -> int:
        """Return the cell format that is this one, but coloured and framed for a finding: its numbers look the same."""
        look, tag = STYLES[STYLES_OF[severity]], self._format(style)
        changes: dict[str, object] = {
            "fontId": self._colored(int(attribute(tag, "fontId") or 0), look.color),
            "fillId": self.add("fills", _fill(look)),
        }
        if framed:
            changes["borderId"] = self.add("borders", _border(LINES_OF[severity], look.color))
        applied = {f"apply{name[0].upper()}{name[1:-2]}": 1 for name in changes}
        return self.add(
            "cellXfs", with_attributes(tag, **changes, **applied) + self.entries["cellXfs"][style][len(tag) :]
        )

    def _colored(self, font: int, color: str) -> int:
        entry, new = self.entries["fonts"][font], f'<color rgb="{_rgb(color)}"/>'.encode()
        if old := re.search(rb"<color\s[^>]*?/>", entry):
            return self.add("fonts", entry[: old.start()] + new + entry[old.end() :])
        if size := re.search(rb"<sz\s[^>]*?/>", entry):
            return self.add("fonts", entry[: size.end()] + new + entry[size.end() :])
        return self.add("fonts", grown(entry, new))

    def of(self, style: Style, *, quoted: bool) -> int:
        """Return the cell format of a named style, for the list."""
        marks = (b"<b/>" if style.bold else b"") + (b"<u/>" if style.underline else b"")
        look = f'<sz val="{style.size:g}"/><color rgb="{_rgb(style.color)}"/><name val="{style.font}"/>'
        font = b"<font>" + marks + look.encode() + b'<family val="3"/><charset val="134"/></font>'
        numbers = (
            self.add("fonts", font),
            self.add("fills", _fill(style)) if style.fill else 0,
            self.add("borders", _border("thin", "#000000") if style.border else _border("", "")),
        )
        wrap = ' wrapText="1"' if style.wrap else ""
        inner = f'<alignment horizontal="{style.across}" vertical="center"{wrap}/>'
        inner += "" if style.locked else '<protection locked="0"/>'
        quote = ' quotePrefix="1"' if quoted else ""
        head = '<xf numFmtId="0" fontId="{}" fillId="{}" borderId="{}" xfId="0"'.format(*numbers)
        applied = ' applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1" applyProtection="1"'
        return self.add("cellXfs", f"{head}{quote}{applied}>{inner}</xf>".encode())


def _rgb(color: str) -> str:
    return f"FF{color[1:]}"


def _fill(style: Style) -> bytes:
    color = _rgb(style.fill or "")
    inner = f'<fgColor rgb="{color}"/><bgColor indexed="64"/>'
    return f'<fill><patternFill patternType="solid">{inner}</patternFill></fill>'.encode()


def _border(line: str, color: str) -> bytes:
    if not line:
        return b"<border><left/><right/><top/><bottom/><diagonal/></border>"
    sides = (
        f'<{side} style="{line}"><color rgb="{_rgb(color)}"/></{side}>' for side in ("left", "right", "top", "bottom")
    )
    return f"<border>{''.join(sides)}<diagonal/></border>".encode()


# --- cells ------------------------------------------------------------------------------------------------------------

_ROW = re.compile(rb"(<row(?=[\s/>])[^>]*?)(/>|>(.*?)</row>)", re.S)
_CELL = re.compile(rb"<c(?=[\s/>])[^>]*>")
_MERGED = re.compile(rb"""<mergeCell\s[^>]*?\bref=["']\$?([A-Z]+)\$?(\d+):\$?([A-Z]+)\$?(\d+)["']""")


def _corners(xml: bytes, wanted: Collection[Position]) -> dict[Position, Position]:
    """Of these cells, those of a merged area → its top left corner."""
    corners: dict[Position, Position] = {}
    for left, top, right, bottom in _MERGED.findall(xml) if wanted else ():
        rows, first = range(int(top) - 1, int(bottom)), position((left + top).decode())
        inside = [at for at in wanted if at[0] in rows]
        last = position((right + bottom).decode())[1] if inside else 0
        corners.update((at, first) for at in inside if first[1] <= at[1] <= last)
    return corners


def _restyle(xml: bytes, wanted: set[Position], restyled: Callable[[Position, int], int]) -> bytes:
    """Give cells another style by their present one; a cell that is not there is put in, blank."""
    if not wanted:
        return xml
    places = {one.name: one for one in children(xml)}
    data = places["sheetData"]
    segment = xml[data.start : data.end]
    columns = xml[places["cols"].start : places["cols"].end] if "cols" in places else b""
    of_column = _styles_of_columns(columns)
    rows = {row: [at[1] for at in some] for row, some in groupby(sorted(wanted), key=lambda at: at[0])}
    pieces: list[bytes] = []
    done, latest = 0, -1
    for match in _ROW.finditer(segment):
        number = attribute(match.group(1) + b">", "r")
        if number is None:
            raise NotEditable("工作表的行没有编号")
        row = int(number) - 1
        if row <= latest:
            raise NotEditable("工作表的行没有按顺序排列")
        latest = row
        pieces.append(segment[done : match.start()])
        done = match.start()
        for missing in [one for one in rows if one < row]:
            pieces.append(_row(b'<row r="%d"' % (missing + 1), b"", missing, rows.pop(missing), restyled, of_column))
        if row in rows:
            pieces.append(_row(match.group(1), match.group(3) or b"", row, rows.pop(row), restyled, of_column))
            done = match.end()
    rest = b"".join(
        _row(b'<row r="%d"' % (row + 1), b"", row, some, restyled, of_column) for row, some in sorted(rows.items())
    )
    segment = b"".join(pieces) + segment[done:]
    return xml[: data.start] + (grown(segment, rest) if rest else segment) + xml[data.end :]


def _styles_of_columns(cols: bytes) -> Callable[[int], int]:
    spans = [
        (int(attribute(tag, "min") or 1), int(attribute(tag, "max") or 1), int(attribute(tag, "style") or 0))
        for tag in re.findall(rb"<col\s[^>]*>", cols)
    ]
    return lambda column: next((style for low, high, style in spans if low <= column + 1 <= high), 0)


def _row(
    opening: bytes,
    inner: bytes,
    row: int,
    columns: Sequence[int],
    restyled: Callable[[Position, int], int],
    of_column: Callable[[int], int],
) -> bytes:
    """One row with these cells restyled; `opening` is its tag without the end."""
    opening = opening.rstrip()
    custom = attribute(opening + b">", "customFormat") in ("1", "true")
    of_row = int(attribute(opening + b">", "s") or 0) if custom else None
    missing, pieces, done, latest = list(columns), [], 0, -1

    def blank(column: int) -> bytes:
        base = of_column(column) if of_row is None else of_row
        return b'<c r="%s" s="%d"/>' % (address(row, column).encode(), restyled((row, column), base))

    for match in _CELL.finditer(inner):
        reference = attribute(match.group(), "r")
        if reference is None:
            raise NotEditable("工作表的单元格没有地址")
        column = position(reference)[1]
        if column <= latest:
            raise NotEditable("工作表的单元格没有按顺序排列")
        latest = column
        pieces.append(inner[done : match.start()])
        while missing and missing[0] < column:
            pieces.append(blank(missing.pop(0)))
        tag = match.group()
        if missing and missing[0] == column:
            missing.pop(0)
            tag = with_attributes(tag, s=restyled((row, column), int(attribute(tag, "s") or 0)))
        pieces.append(tag)
        done = match.end()
    pieces += [inner[done:], *(blank(column) for column in missing)]
    if spans := re.fullmatch(r"(\d+):(\d+)", attribute(opening + b">", "spans") or ""):
        low, high = (int(end) for end in spans.groups())
        if columns[0] + 1 < low or columns[-1] + 1 > high:
            opening = with_attributes(opening, spans=f"{min(low, columns[0] + 1)}:{max(high, columns[-1] + 1)}")
    return opening + b">" + b"".join(pieces) + b"</row>"


_AFTER_LEGACY_DRAWING = {
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
    "mc:AlternateContent",
}  # fmt: skip


def _with_legacy_drawing(xml: bytes, places: Sequence[Child], identity: str) -> bytes:
    """Make a sheet refer to the boxes of its comments, where the order of its elements wants it."""
    data = next(one for one in places if one.name == "sheetData")
    later = (one.start for one in places if one.name in _AFTER_LEGACY_DRAWING and one.start > data.start)
    at = next(later, xml.rindex(b"</"))
    return xml[:at] + f'<legacyDrawing{_declared(xml)} r:id="{identity}"/>'.encode() + xml[at:]


# --- comments ---------------------------------------------------------------------------------------------------------

_NO_COMMENTS = (
    DECLARATION + f'<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'.encode()
)
_COMMENT = re.compile(rb"<comment(?=\s)[^>]*?(?:/>|>.*?</comment>)", re.S)
_INNER = re.compile(rb"(<text(?=[\s/>])[^>]*>)(.*?)(</text>)", re.S)
_RUN = re.compile(rb"<r(?=[\s>])[^>]*>.*?</r>", re.S)
SEPARATOR = f"———— {OPINIONS} ————"
_BREAKS, _END_OF_RUN = re.compile(rb"(?:\n|&#10;|&#xA;)\Z"), b"</t></r>"
OURS = re.compile(f"【({'|'.join(ICONS.values())})】")
_LOOK = '<sz val="9"/><color indexed="81"/><rFont val="宋体"/><family val="3"/><charset val="134"/>'.encode()


class _Comments:
    """The comments of a sheet: those of others stay, ours of before are forgotten, ours of now are added."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml
        self.forgotten: list[str] = []
        """Cells whose comment was ours alone."""
        self.continued: set[str] = set()
        """Cells where ours follows somebody else's."""

    @property
    def refs(self) -> list[str]:
        return [attribute(one[: one.index(b">") + 1], "ref") or "" for one in _COMMENT.findall(self.xml)]

    def forget(self) -> None:
        """Take out what an earlier marking has written."""

        def without(match: re.Match[bytes]) -> bytes:
            comment = match.group()
            text = "".join(ElementTree.fromstring(_bare(comment)).itertext())
            if OURS.match(text):
                self.forgotten.append(attribute(comment[: comment.index(b">") + 1], "ref") or "")
                return b""
            inner = _INNER.search(comment)
            if SEPARATOR not in text or inner is None:
                return comment
            runs = list(_RUN.finditer(comment, inner.start(2), inner.end(2)))
            first = next((run for run in runs if SEPARATOR.encode() in run.group()), None)
            return comment if first is None else _before(comment, first) + comment[runs[-1].end() :]

        self.xml = _COMMENT.sub(without, self.xml)

    def add(self, ref: str, marks: Sequence[tuple[str, str]]) -> None:
        """Add ours at a cell: a comment of its own, or below the one that is there."""
        runs = b"".join(
            _run(("\n\n" if number else "") + head, bold=True) + _run("\n" + rest)
            for number, (head, rest) in enumerate(marks)
        )
        for match in _COMMENT.finditer(self.xml):
            comment = match.group()
            if attribute(comment[: comment.index(b">") + 1], "ref") == ref:
                self.continued.add(ref)
                longer = _continued(comment, _run(f"\n{SEPARATOR}\n", bold=True) + runs)
                self.xml = self.xml[: match.start()] + longer + self.xml[match.end() :]
                return
        author = self._author()
        comment = f'<comment ref="{ref}" authorId="{author}"><text>'.encode() + runs + b"</text></comment>"
        self.xml = grown_in(self.xml, "commentList", comment)

    def _author(self) -> int:
        place = next(one for one in children(self.xml) if one.name == "authors")
        segment = self.xml[place.start : place.end]
        names = re.findall(rb"<author(?:\s[^>]*)?(?:/>|>([^<]*)</author>)", segment)
        if AUTHOR.encode() not in names:
            self.xml = grown_in(self.xml, "authors", f"<author>{AUTHOR}</author>".encode())
            return len(names)
        return names.index(AUTHOR.encode())


def _before(comment: bytes, separator: re.Match[bytes]) -> bytes:
    """A comment up to where ours begins: a run of its own, or within one where another program has put them together."""
    head = separator.group()[: separator.group().index(SEPARATOR.encode())]
    own = _BREAKS.sub(b"", head)
    if not own.endswith(b">"):
        return comment[: separator.start()] + own + _END_OF_RUN
    before = comment[: separator.start()]
    if own == head and before.endswith(_END_OF_RUN):
        return _BREAKS.sub(b"", before.removesuffix(_END_OF_RUN), count=1) + _END_OF_RUN
    return before


def _bare(element: bytes) -> bytes:
    """An element that parses by itself: the prefixes its root declared are taken off."""
    return re.sub(rb"(</?|\s)(?!xml:)[A-Za-z]\w*:(?=[A-Za-z]\w*[\s=/>])", rb"\1", element)


def _run(text: str, *, bold: bool = False) -> bytes:
    return b"<r><rPr>" + (b"<b/>" if bold else b"") + _LOOK + b"</rPr>" + _preserved(text) + b"</r>"


def _continued(comment: bytes, runs: bytes) -> bytes:
    """A comment with runs below it; a plain text becomes a run itself."""
    inner = _INNER.search(comment)
    if inner is None:
        raise NotEditable("批注没有文字部分")
    text = inner.group(2)
    if plain := re.match(rb"\s*(<t(?=[\s/>])[^>]*?(?:/>|>[^<]*</t>))", text):
        text = b"<r>" + plain.group(1) + b"</r>" + text[plain.end() :]
    phonetic = re.search(rb"<(?:rPh|phoneticPr)(?=[\s/>])", text)
    end = phonetic.start() if phonetic else len(text)
    return comment[: inner.start(2)] + text[:end] + runs + text[end:] + comment[inner.end(2) :]


# --- the boxes of comments --------------------------------------------------------------------------------------------

_V, _O, _X = (f"urn:schemas-microsoft-com:{name}" for name in ("vml", "office:office", "office:excel"))
_NO_BOXES = (
    f'<xml xmlns:v="{_V}" xmlns:o="{_O}" xmlns:x="{_X}"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="%d"/></o:shapelayout></xml>'
).encode()
_BOX_TYPE = (
    '<v:shapetype{} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_BOX = (
    '<v:shape{spaces} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;margin-top:2pt;'
    'width:{width:g}pt;height:{height:g}pt;z-index:{order};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>'
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)
_SHAPE = re.compile(rb"<((?:\w+:)?)shape(?=\s)[^>]*>.*?</\1shape>", re.S)
_NUMBER = re.compile(rb"_x0000_s(\d+)")
_ANCHOR = re.compile(rb"(<(?:\w+:)?Anchor>)([^<]*)(</)")
BOX_WIDTH, BOX_SIZE = 320, 9
"""Of a comment's box in pixels, of its font in points."""


class _Space:
    """How wide the columns and how high the rows of a sheet are: boxes are anchored to cells."""

    def __init__(self, xml: bytes) -> None:
        self.xml = xml

    @cached_property
    def _default(self) -> tuple[float, float]:
        tag = re.search(rb"<sheetFormatPr\s[^>]*>", self.xml)
        opening = tag.group() if tag else b""
        return float(attribute(opening, "defaultColWidth") or 9), float(attribute(opening, "defaultRowHeight") or 15)

    @cached_property
    def _columns(self) -> list[tuple[int, int, int]]:
        tags = re.findall(rb"<col\s[^>]*>", self.xml)
        return [
            (int(attribute(tag, "min") or 1), int(attribute(tag, "max") or 1), self._width(tag)) for tag in tags
        ]  # fmt: skip

    def _width(self, tag: bytes) -> int:
        hidden = attribute(tag, "hidden") in ("1", "true")
        return 0 if hidden else pixels(float(attribute(tag, "width") or self._default[0]))

    @cached_property
    def _rows(self) -> dict[int, int]:
        heights = {}
        for tag in re.findall(rb"<row\s[^>]*>", self.xml):
            hidden = attribute(tag, "hidden") in ("1", "true")
            height = 0.0 if hidden else float(attribute(tag, "ht") or self._default[1])
            heights[int(attribute(tag, "r") or 0)] = round(height / POINTS_A_PIXEL)
        return heights

    def width(self, column: int) -> int:
        """Pixels of a column."""
        own = (size for low, high, size in self._columns if low <= column + 1 <= high)
        return next(own, pixels(self._default[0]))

    def height(self, row: int) -> int:
        """Pixels of a row."""
        return self._rows.get(row + 1, round(self._default[1] / POINTS_A_PIXEL))

    def reach(self, start: int, offset: int, size: int, of: Callable[[int], int]) -> tuple[int, int]:
        """Return where so many pixels from a place end: the column or row, and the pixels within it."""
        at, left = start, offset + size
        while left > of(at) and at < start + 200:
            left -= of(at)
            at += 1
        return at, min(left, of(at))

    def anchor(self, row: int, column: int, height: int) -> str:
        """Where the box of a cell's comment stands: right of the cell, a little above its top."""
        top, above = (row - 1, max(self.height(row - 1) - 8, 0)) if row else (0, 2)
        right = self.reach(column + 1, 15, BOX_WIDTH, self.width)
        bottom = self.reach(top, above, height, self.height)
        return ", ".join(map(str, (column + 1, 15, top, above, *right, *bottom)))


def _place_of(shape: bytes) -> str:
    """The cell to whose comment a shape belongs; "" for other shapes."""
    row, column = (re.search(rb"<(?:\w+:)?%s>\s*(\d+)\s*<" % name, shape) for name in (b"Row", b"Column"))
    return address(int(row.group(1)), int(column.group(1))) if row and column and b"Note" in shape else ""


def _box_height(text: str) -> int:
    return ceil(text_height(text, BOX_WIDTH, Style(size=BOX_SIZE)) / POINTS_A_PIXEL) + 12


def _boxed(vml: bytes, forgotten: set[str], continued: set[str], texts: Mapping[str, str], space: _Space) -> bytes:
    """Take the boxes of forgotten comments away, and make those of continued ones high enough."""

    def mended(match: re.Match[bytes]) -> bytes:
        shape = match.group()
        place = _place_of(shape)
        if place in forgotten:
            return b""
        anchor = _ANCHOR.search(shape) if place in continued else None
        if anchor is None:
            return shape
        ends = [int(number) for number in anchor.group(2).split(b",")]
        bottom = space.reach(ends[2], ends[3], 60 + _box_height(texts[place]), space.height)
        ends[6:] = max((ends[6], ends[7]), bottom)
        return shape[: anchor.start(2)] + ", ".join(map(str, ends)).encode() + shape[anchor.end(2) :]

    return _SHAPE.sub(mended, vml)


def _with_boxes(vml: bytes, refs: Sequence[str], texts: Mapping[str, str], space: _Space) -> bytes:
    """Add the boxes of comments, under numbers of their own."""
    opening = re.search(rb"<xml[^>]*>", vml)
    known = opening.group() if opening else b""
    spaces = "".join(
        f' xmlns:{prefix}="{name}"'
        for prefix, name in (("v", _V), ("o", _O), ("x", _X))
        if f'xmlns:{prefix}="{name}"'.encode() not in known
    )
    boxes = b"" if b"_x0000_t202" in _SHAPE.sub(b"", vml) or not refs else _BOX_TYPE.format(spaces).encode()
    blocks = [int(number) for number in re.findall(rb"""idmap\s[^>]*?data=["'](\d+)""", vml)]
    first = max([1024 * max(blocks, default=1), *map(int, _NUMBER.findall(vml))]) + 1
    for number, ref in enumerate(refs):
        height = _box_height(texts.get(ref, "\n\n\n"))
        row, column = position(ref)
        boxes += _BOX.format(
            spaces=spaces,
            number=first + number,
            order=number + 1,
            width=BOX_WIDTH * POINTS_A_PIXEL,
            height=height * POINTS_A_PIXEL,
            anchor=space.anchor(row, column, height),
            row=row,
            column=column,
        ).encode()
    return grown(vml, boxes) if boxes else vml


# --- the list as a part -----------------------------------------------------------------------------------------------

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝")
"""What a text may begin with that a spreadsheet would take for a formula when somebody edits the cell."""

_FOOTER = '&amp;C&amp;"宋体,常规"&amp;9第 &amp;P 页 共 &amp;N 页'


def _rendered(sheet: Sheet, styles: _Styles, samples: Mapping[int, Sequence[tuple[str, int]]]) -> bytes:
    """The sheet 审核意见 as XML.

    Right of 标识, hidden as it is, stands for every marked cell a sample: its address, in the format the cell had. With it
    the format finds its way back when the copy is marked again, whichever program has renumbered the formats since.
    """
    rows, links = [], []
    heights = row_heights(sheet)
    width = max([KEY, *(KEY + len(some) for some in samples.values())])
    for row, cells in enumerate(sheet.rows):
        written = []
        for column, cell in enumerate(cells):
            if cell is None:
                continue
            at = address(row, column)
            quoted = isinstance(cell.value, str) and cell.value.startswith(_DANGEROUS)
            written.append(_cell(at, cell.value, styles.of(STYLES[cell.style], quoted=quoted)))
            if cell.link is not None and cell.link.place:
                links.append(
                    f'<hyperlink ref="{at}" location={quoteattr(cell.link.place)} display={quoteattr(str(cell.value))}/>'
                )
        for step, (text, style) in enumerate(samples.get(row - HEAD_ROW, ()), KEY + 1):
            written.append(_cell(address(row, step), text, style))
        rows.append(
            f'<row r="{row + 1}" ht="{heights[row]:g}" customHeight="1">'.encode() + b"".join(written) + b"</row>"
        )
    cols = (
        "".join(
            f'<col min="{column + 1}" max="{column + 1}" width="{size + 0.7109375:g}" customWidth="1"/>'
            for column, size in enumerate(sheet.widths[:KEY])
        )
        + f'<col min="{KEY + 1}" max="{width + 1}" width="9.7" hidden="1" customWidth="1"/>'
    )
    if sheet.freeze is None or sheet.filter is None:
        raise AssertionError("the list has a frozen head and a filter")
    split = address(*sheet.freeze)
    panes = "".join(f'<selection pane="{pane}"/>' for pane in ("topRight", "bottomLeft"))
    head = (
        f'<worksheet xmlns="{MAIN}"><sheetPr><tabColor rgb="{_rgb(sheet.tab_color or "#FF0000")}"/>'
        f'<pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:{address(len(rows) - 1, width)}"/>'
        f'<sheetViews><sheetView showGridLines="0" workbookViewId="0"><pane xSplit="{sheet.freeze[1]}" '
        f'ySplit="{sheet.freeze[0]}" topLeftCell="{split}" activePane="bottomRight" state="frozen"/>{panes}'
        f'<selection pane="bottomRight" activeCell="{split}" sqref="{split}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="18"/><cols>{cols}</cols><sheetData>'
    )
    merged = "".join(f'<mergeCell ref="{_range(area)}"/>' for area in sheet.merged)
    prompts = "".join(
        f'<dataValidation allowBlank="1" showInputMessage="1" promptTitle={quoteattr(one.title)} '
        f'prompt={quoteattr(one.message)} sqref="{_range(one.area)}"/>'
        for one in sheet.validations
    )
    tail = (
        f'</sheetData><autoFilter ref="{_range(sheet.filter)}"/>'
        f'<mergeCells count="{len(sheet.merged)}">{merged}</mergeCells>'
        + (f'<dataValidations count="{len(sheet.validations)}">{prompts}</dataValidations>' if prompts else "")
        + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
        + '<printOptions horizontalCentered="1"/>'
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.7" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"/>'
        f"<headerFooter><oddFooter>{_FOOTER}</oddFooter></headerFooter></worksheet>"
    )
    return DECLARATION + head.encode() + b"".join(rows) + tail.encode()


def _range(area: Area) -> str:
    return f"{address(area.top, area.left)}:{address(area.bottom, area.right)}"


def _cell(at: str, value: object, style: int) -> bytes:
    """A cell of the list: a number or a text, which never is a formula."""
    opening = f'<c r="{at}" s="{style}"'.encode()
    if value is None or value == "":
        return opening + b"/>"
    if isinstance(value, str):
        return opening + b' t="inlineStr"><is>' + _preserved(value) + b"</is></c>"
    return opening + f"><v>{value}</v></c>".encode()


# --- the list read back -----------------------------------------------------------------------------------------------

_Line = dict[int, tuple[str, int]]
"""Column → text and style of a cell."""


def _lines_of(data: bytes) -> list[tuple[str, str, _Line]]:
    """标识, 说明 and all cells of every line; nothing of a file that cannot be read."""
    if not data.startswith(b"PK\x03\x04"):
        return []
    try:
        found = _our_sheet(Parts(data, ""))
    except (NotEditable, *_FAILURES):
        return []
    return found[1] if found else []


def _our_sheet(parts: Parts) -> tuple[str, list[tuple[str, str, _Line]]] | None:
    """The part of the sheet 审核意见, known by its name and its head, and its lines."""
    if _BOOK not in parts:
        return None
    for name, part in _sheets_of(parts).items():
        if not name.startswith(OPINIONS) or part not in parts:
            continue
        rows = _rows(parts.read(part), _shared(parts))
        for row, cells in sorted(rows.items())[:10]:
            columns = {text.strip(): column for column, (text, _) in cells.items()}
            if {"级别", "代码", "处理办法", "说明", "标识"} <= columns.keys():
                key, reason = columns["标识"], columns["说明"]
                below = (cells for number, cells in sorted(rows.items()) if number > row)
                nothing = ("", 0)
                return part, [
                    (some.get(key, nothing)[0].strip(), some.get(reason, nothing)[0].strip(), some) for some in below
                ]
    return None


def _samples(lines: Sequence[tuple[str, str, _Line]]) -> dict[str, dict[Position, int]]:
    """Sheet → cell → the style it had before it was marked."""
    found: dict[str, dict[Position, int]] = {}
    for _, _, cells in lines:
        for text, style in cells.values():
            if sample := re.fullmatch(r"'((?:[^']|'')+)'!([A-Z]{1,3}[1-9]\d*)", text):
                found.setdefault(sample.group(1).replace("''", "'"), {})[position(sample.group(2))] = style
    return found


def _local(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def _text_of(node: ElementTree.Element) -> str:
    """The text of a string: plain or in runs, without what says how it is pronounced."""
    pieces = []
    for child in node:
        if _local(child) == "t":
            pieces.append(child.text or "")
        elif _local(child) == "r":
            pieces.append(_text_of(child))
    return "".join(pieces)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda hit: chr(int(hit.group(1), 16)), text)


def _shared(parts: Parts) -> list[str]:
    kinds = parts.relations(_BOOK).values()
    part = next((one.part for one in kinds if one.kind.endswith("/sharedStrings")), "")
    if part not in parts:
        return []
    return [_text_of(node) for node in ElementTree.fromstring(parts.read(part)) if _local(node) == "si"]


def _rows(xml: bytes, shared: Sequence[str]) -> dict[int, _Line]:
    """The cells of a sheet that say something, by row and column."""
    rows: dict[int, _Line] = {}
    for _, node in ElementTree.iterparse(io.BytesIO(xml)):
        if _local(node) != "c" or not node.get("r"):
            continue
        row, column = position(node.get("r", ""))
        parts = {_local(child): child for child in node}
        text = (parts["v"].text or "") if "v" in parts else ""
        if node.get("t") == "s" and text.isdigit() and int(text) < len(shared):
            text = shared[int(text)]
        elif "is" in parts:
            text = _text_of(parts["is"])
        if text:
            rows.setdefault(row, {})[column] = (_unescaped(text), int(node.get("s") or 0))
        node.clear()
    return rows
