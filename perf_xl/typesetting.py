"""A report into a Word document (排版): A4, the type sizes and spacing of official documents, comments beside the text.

The parts of the package are written by hand: few styles, no macro, no field but the page number, no link, no clock, so
that the same report is the same bytes. Words of a form are text and nothing else, whatever they look like.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from perf_xl.report import (
    ADDRESSEE,
    BODY,
    CAPTION,
    PART,
    SECTION,
    SIGNATURE,
    TITLE,
    Piece,
    Report,
    ReportColumn,
    ReportTable,
)
from perf_xl.workbooks import OUR_MARK

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

SONG, FANG_SONG, HEI, KAI = "宋体", "仿宋", "黑体", "楷体"
"""Fonts that every Chinese Windows has; 小标宋 is mostly missing, 宋体 in bold stands for it."""

CREATED = "2020-01-01T00:00:00Z"
"""The same in every document, so that the same report is the same bytes."""
REVIEWER, INITIALS = "自评表审核", "审"

# --- measures ---------------------------------------------------------------------------------------------------------


def _millimetres(length: int) -> int:
    """Twentieths of a point, in which Word measures."""
    return round(length * 1440 / 25.4)


PAGE = (_millimetres(210), _millimetres(297))
TOP, BOTTOM, LEFT, RIGHT = (_millimetres(margin) for margin in (37, 35, 28, 26))
WIDTH = PAGE[0] - LEFT - RIGHT
"""Of the text."""
LINE = 579
"""固定值28.95磅: 22 lines to a page."""
SIZE_2, SIZE_3, SIZE_4, SMALL_4, SIZE_5 = 44, 32, 28, 24, 21
"""二号, 三号, 四号, 小四, 五号 in half points."""
INDENT = '<w:ind w:firstLineChars="200" w:firstLine="640"/>'

# --- styles -----------------------------------------------------------------------------------------------------------


def _fonts(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:eastAsia="{name}" w:hAnsi="{name}" w:cs="{name}"/>'


def _spacing(before: int = 0, after: int = 0, line: int = LINE, rule: str = "exact") -> str:
    return f'<w:spacing w:before="{before}" w:after="{after}" w:line="{line}" w:lineRule="{rule}"/>'


def _style(
    key: str,
    name: str,
    paragraph: str,
    font: str,
    size: int,
    *,
    bold: bool = False,
    following: str = "",
) -> str:
    strong = "<w:b/><w:bCs/>" if bold else ""
    after = f'<w:next w:val="{following}"/>' if following else ""
    own = "" if name.isascii() else ' w:customStyle="1"'
    return (
        f'<w:style w:type="paragraph"{own} w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>{after}'
        f'<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{_fonts(font)}{strong}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        "</w:rPr></w:style>"
    )


_ALIGNED = {side: f'<w:jc w:val="{side}"/>' for side in ("left", "center", "right", "both")}
_KEEP = "<w:keepNext/><w:keepLines/>"

STYLES = {
    TITLE: "Title", ADDRESSEE: "Addressee", PART: "Heading1", SECTION: "Heading2", BODY: "BodyText", CAPTION: "Caption",
    SIGNATURE: "Signature",
}  # fmt: skip
"""Kind of paragraph → style."""

_STYLE_SHEET = "".join((
    f'<w:docDefaults><w:rPrDefault><w:rPr>{_fonts(FANG_SONG)}<w:kern w:val="2"/><w:sz w:val="{SIZE_3}"/>'
    f'<w:szCs w:val="{SIZE_3}"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
    "<w:pPrDefault/></w:docDefaults>",
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
    f'<w:pPr>{_spacing()}{_ALIGNED["both"]}</w:pPr></w:style>',
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>',
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/>'
    '<w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/>'
    '<w:left w:w="108" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar>'
    "</w:tblPr></w:style>",
    _style("Title", "Title", f'{_KEEP}{_spacing(0, 640, 720)}{_ALIGNED["center"]}', SONG, SIZE_2, bold=True,
           following="Addressee"),
    _style("Addressee", "主送机关", f'{_spacing()}{_ALIGNED["left"]}', FANG_SONG, SIZE_3, following="BodyText"),
    _style("Heading1", "heading 1", f'{_KEEP}{_spacing()}{INDENT}{_ALIGNED["left"]}<w:outlineLvl w:val="0"/>', HEI, SIZE_3,
           following="BodyText"),
    _style("Heading2", "heading 2", f'{_KEEP}{_spacing()}{INDENT}{_ALIGNED["left"]}<w:outlineLvl w:val="1"/>', KAI, SIZE_3,
           following="BodyText"),
    _style("BodyText", "Body Text", f'{_spacing()}{INDENT}', FANG_SONG, SIZE_3),
    _style("Caption", "caption", f'{_KEEP}{_spacing(240, 80, 400)}{_ALIGNED["center"]}', HEI, SIZE_4),
    _style("Signature", "Signature", f'<w:keepLines/>{_spacing()}<w:ind w:rightChars="200" w:right="640"/>{_ALIGNED["right"]}',
           FANG_SONG, SIZE_3),
    _style("TableText", "表格文字", f'{_spacing(40, 40, 240, "auto")}{_ALIGNED["left"]}', FANG_SONG, SMALL_4),
    _style("Footer", "footer", f'{_spacing(line=240, rule="auto")}', SONG, SIZE_4),
    _style("CommentText", "annotation text", f'{_spacing(line=240, rule="auto")}{_ALIGNED["left"]}', SONG, SIZE_5),
    '<w:style w:type="character" w:styleId="CommentReference"><w:name w:val="annotation reference"/>'
    f'<w:basedOn w:val="DefaultParagraphFont"/><w:rPr><w:sz w:val="{SIZE_5}"/><w:szCs w:val="{SIZE_5}"/></w:rPr></w:style>',
))  # fmt: skip

_ALSO = {SONG: "SimSun", FANG_SONG: "FangSong", HEI: "SimHei", KAI: "KaiTi"}
"""The other names of the fonts, under which some systems know them."""

_FONT_TABLE = "".join(
    f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
    '<w:pitch w:val="variable"/></w:font>'
    for name, other in _ALSO.items()
)

# --- text -------------------------------------------------------------------------------------------------------------

_UNSEEN = re.compile(
    "[^\\t\\n\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
    "|[\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff]"
)
"""What no XML may hold, and what is not seen: it would turn the direction of writing, or part words and lines."""


def _text(text: str, properties: str = "") -> str:
    """A run of text; line breaks become those of Word."""
    said = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    inner = escape(_UNSEEN.sub("", text)).replace("\t", " ")
    inner = inner.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    return f'<w:r>{said}<w:t xml:space="preserve">{inner}</w:t></w:r>'


def _paragraph(style: str, inner: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{inner}</w:p>'


class _Comments:
    """批注, numbered as they come."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def around(self, run: str, notes: Sequence[str]) -> str:
        """A run of text with its comments."""
        for note in notes:
            number = len(self.made)
            self.made.append(self._comment(number, note))
            run = (
                f'<w:commentRangeStart w:id="{number}"/>{run}<w:commentRangeEnd w:id="{number}"/>'
                f'<w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr><w:commentReference w:id="{number}"/></w:r>'
            )
        return run

    @staticmethod
    def _comment(number: int, note: str) -> str:
        mark = '<w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr><w:annotationRef/></w:r>'
        lines = [
            _paragraph("CommentText", (mark if at == 0 else "") + _text(line))
            for at, line in enumerate(note.split("\n"))
        ]  # fmt: skip
        said = f'w:id="{number}" w:author="{REVIEWER}" w:initials="{INITIALS}"'
        return f"<w:comment {said}>{''.join(lines)}</w:comment>"


def _run(piece: Piece, comments: _Comments) -> str:
    return comments.around(_text(piece.text, '<w:highlight w:val="yellow"/>' if piece.prompt else ""), piece.notes)


# --- tables -----------------------------------------------------------------------------------------------------------

_SIDES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def _table(table: ReportTable, comments: _Comments) -> str:
    """A table over the whole width; its head is repeated on every page, no row is torn."""
    whole = sum(column.width for column in table.columns)
    widths = [WIDTH * column.width // whole for column in table.columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    heads = [
        _cell(_text(column.head), width, "center", bold=True)
        for column, width in zip(table.columns, widths, strict=True)
    ]
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{''.join(heads)}</w:tr>"]
    above: tuple[Piece, ...] = ()
    for row in table.rows:
        names = [at for at, column in enumerate(table.columns) if not column.numbers]
        span = len(names) if not any(row[at].text for at in names[1:]) else 1
        cells = []
        for at, (column, width, piece) in enumerate(zip(table.columns, widths, row, strict=True)):
            if 0 < at < span:
                continue
            goes_on = _goes_on(table.columns, above, row, at)
            joined = f'<w:gridSpan w:val="{span}"/>' if at == 0 and span > 1 else ""
            if column.merged and not joined:
                joined = "<w:vMerge/>" if goes_on else '<w:vMerge w:val="restart"/>'
            inner = "" if goes_on or not piece.text else _run(piece, comments)
            wide = sum(widths[:span]) if at == 0 else width
            cells.append(_cell(inner, wide, "right" if column.numbers else "left", joined))
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{''.join(cells)}</w:tr>")
        above = row
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{_SIDES}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _goes_on(columns: Sequence[ReportColumn], above: Sequence[Piece], row: Sequence[Piece], at: int) -> bool:
    """Whether a cell says what the one above it says, and so do the merged cells before it."""
    mine = [piece.text for piece in row[: at + 1]]
    return columns[at].merged and bool(mine[-1]) and [piece.text for piece in above[: at + 1]] == mine


def _cell(inner: str, width: int, side: str, merged: str = "", *, bold: bool = False) -> str:
    if bold:
        inner = inner.replace("<w:r>", "<w:r><w:rPr><w:b/><w:bCs/></w:rPr>")
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merged}<w:vAlign w:val="center"/></w:tcPr>'
        f"{_paragraph('TableText', inner, _ALIGNED[side])}</w:tc>"
    )


# --- parts ------------------------------------------------------------------------------------------------------------


def document_bytes(report: Report) -> bytes:
    """Return the Word document (.docx) of a report."""
    comments = _Comments()
    body = "".join(_body(report, comments))
    container = io.BytesIO()
    with zipfile.ZipFile(container, "w") as package:
        for name, part in _parts(report.title, body, comments).items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            package.writestr(entry, (_DECLARATION + part).encode("utf-8"))
    return container.getvalue()


def _body(report: Report, comments: _Comments) -> Iterator[str]:
    kinds = ["" if isinstance(block, ReportTable) else block.kind for block in report.blocks]
    for block, before, after in zip(report.blocks, [BODY, *kinds], [*kinds[1:], ""], strict=False):
        if isinstance(block, ReportTable):
            yield _table(block, comments)
            continue
        more = "<w:keepNext/>" if after == SIGNATURE else ""
        if not before:
            more += _spacing(before=240)
        elif block.kind == SIGNATURE != before:
            more += _spacing(before=2 * LINE)
        yield _paragraph(STYLES[block.kind], "".join(_run(piece, comments) for piece in block.pieces), more)
    yield (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId4"/><w:footerReference w:type="even" r:id="rId5"/>'
        f'<w:pgSz w:w="{PAGE[0]}" w:h="{PAGE[1]}"/><w:pgMar w:top="{TOP}" w:right="{RIGHT}" w:bottom="{BOTTOM}" '
        f'w:left="{LEFT}" w:header="851" w:footer="{_millimetres(28)}" w:gutter="0"/></w:sectPr>'
    )


def _footer(side: str) -> str:
    """— 1 —, one character in from the outer edge."""
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    edge = f'<w:ind w:{side}Chars="100" w:{side}="280"/>{_ALIGNED[side]}'
    return f'<w:ftr xmlns:w="{MAIN}">{_paragraph("Footer", _text("— ") + field + _text(" —"), edge)}</w:ftr>'


_OVERRIDES = {
    "word/document.xml": f"{_WORD_TYPE}.document.main+xml",
    "word/styles.xml": f"{_WORD_TYPE}.styles+xml",
    "word/fontTable.xml": f"{_WORD_TYPE}.fontTable+xml",
    "word/settings.xml": f"{_WORD_TYPE}.settings+xml",
    "word/comments.xml": f"{_WORD_TYPE}.comments+xml",
    "word/footer1.xml": f"{_WORD_TYPE}.footer+xml",
    "word/footer2.xml": f"{_WORD_TYPE}.footer+xml",
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    "docProps/custom.xml": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}


def _relations(*pairs: tuple[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inner}</Relationships>'


def _parts(title: str, body: str, comments: _Comments) -> dict[str, str]:
    kinds = f"{OFFICE}/relationships"
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in _OVERRIDES.items())
    shown = escape(_UNSEEN.sub("", title.replace("\n", "")))
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": _relations(
            (f"{kinds}/officeDocument", "word/document.xml"),
            (f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
            (f"{kinds}/custom-properties", "docProps/custom.xml"),
        ),
        "word/document.xml": f'<w:document xmlns:w="{MAIN}" xmlns:r="{kinds}"><w:body>{body}</w:body></w:document>',
        "word/_rels/document.xml.rels": _relations(
            (f"{kinds}/styles", "styles.xml"),
            (f"{kinds}/settings", "settings.xml"),
            (f"{kinds}/comments", "comments.xml"),
            (f"{kinds}/footer", "footer1.xml"),
            (f"{kinds}/footer", "footer2.xml"),
            (f"{kinds}/fontTable", "fontTable.xml"),
        ),
        "word/styles.xml": f'<w:styles xmlns:w="{MAIN}">{_STYLE_SHEET}</w:styles>',
        "word/fontTable.xml": f'<w:fonts xmlns:w="{MAIN}">{_FONT_TABLE}</w:fonts>',
        "word/settings.xml": f'<w:settings xmlns:w="{MAIN}"><w:zoom w:percent="100"/><w:evenAndOddHeaders/>'
        '<w:characterSpacingControl w:val="compressPunctuation"/><w:compat><w:useFELayout/><w:compatSetting '
        'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>',
        "word/comments.xml": f'<w:comments xmlns:w="{MAIN}">{"".join(comments.made)}</w:comments>',
        "word/footer1.xml": _footer("right"),
        "word/footer2.xml": _footer("left"),
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{shown}</dc:title>'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{CREATED}</dcterms:created></cp:coreProperties>',
        "docProps/custom.xml": f'<Properties xmlns="{OFFICE}/custom-properties" xmlns:vt="{OFFICE}/docPropsVTypes">'
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="2" name={quoteattr(OUR_MARK)}>'
        "<vt:lpwstr>自评报告</vt:lpwstr></property></Properties>",
    }
