"""Word documents for tests: the grid of a workbook as a table, by raw WordprocessingML, with what people do to it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from perf_xl.grid import Grid

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def document(*blocks: str, styles: str = "", space: str = WORD, before: str = "", **parts: str) -> bytes:
    """Return a .docx of these blocks of XML; `before` stands between the XML declaration and the root."""
    body = f'<w:document xmlns:w="{space}" xmlns:mc="{COMPATIBILITY}"><w:body>{"".join(blocks)}</w:body></w:document>'
    container = io.BytesIO()
    with ZipFile(container, "w", ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        package.writestr("_rels/.rels", _RELATIONS)
        package.writestr("word/document.xml", f'<?xml version="1.0" encoding="UTF-8"?>{before}{body}')
        if styles:
            package.writestr("word/styles.xml", f'<w:styles xmlns:w="{space}">{styles}</w:styles>')
        for name, text in parts.items():
            package.writestr(f"word/{name}.xml", text)
    return container.getvalue()


def run(text: str, properties: str = "") -> str:
    """A run of text; line breaks and tabs become those of Word."""
    said = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    inner = escape(text).replace("\n", "</w:t><w:br/><w:t>").replace("\t", "</w:t><w:tab/><w:t>")
    return f'<w:r>{said}<w:t xml:space="preserve">{inner}</w:t></w:r>'


def paragraph(text: str, style: str = "", inner: str = "") -> str:
    """A paragraph; `inner` is raw XML after its text."""
    said = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{said}{run(text) if text else ''}{inner}</w:p>"


def cell(content: str, span: int = 1, down: str = "") -> str:
    """A cell; `down` is `restart` or `continue`."""
    said = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    said += f'<w:vMerge w:val="{down}"/>' if down == "restart" else "<w:vMerge/>" if down else ""
    return f"<w:tc><w:tcPr>{said}</w:tcPr>{content}</w:tc>"


def row(*cells: str, properties: str = "") -> str:
    """A row of cells."""
    return f"<w:tr>{f'<w:trPr>{properties}</w:trPr>' if properties else ''}{''.join(cells)}</w:tr>"


def table(*rows: str, widths: Sequence[int] = ()) -> str:
    """A table of rows; `widths` of its columns in twentieths of a point."""
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"


def rows_of(grid: Grid, first: int = 0, last: int | None = None) -> list[str]:
    """The rows of a grid as rows of a Word table, with its merged areas."""
    width = max((len(values) for values in grid.values), default=1)
    owner = {
        (at, column): (top, left)
        for (top, left), (bottom, right) in grid.merged.items()
        for at in range(top, bottom + 1)
        for column in range(left, right + 1)
    }
    made = []
    for at in range(first, grid.height if last is None else last):
        cells, column = [], 0
        while column < width:
            top, left = owner.get((at, column), (at, column))
            bottom, right = grid.merged.get((top, left), (top, left))
            down = "" if bottom == top else "restart" if at == top else "continue"
            text = raw_text(grid, top, left) if at == top else ""
            cells.append(cell(paragraph(text), right - left + 1, down))
            column = right + 1
        made.append(row(*cells))
    return made


def table_of(grid: Grid, first: int = 0, last: int | None = None) -> str:
    """Rows of a grid as one Word table."""
    width = max((len(values) for values in grid.values), default=1)
    return table(*rows_of(grid, first, last), widths=[1200] * width)


def raw_text(grid: Grid, at: int, column: int) -> str:
    """What a person sees in a cell, with its line breaks."""
    value = grid.value(at, column)
    return value if isinstance(value, str) else grid.text(at, column)


def lines_of(grid: Grid, last: int) -> str:
    """The rows above `last` as paragraphs, their cells set apart by tabs."""
    width = max(len(values) for values in grid.values)
    lines = ("\t".join(text for column in range(width) if (text := grid.text(at, column))) for at in range(last))
    return "".join(paragraph(line) for line in lines)
