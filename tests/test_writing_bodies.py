"""The body of a list streams past the library that writes the rest: what is read back is the same, cell by cell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook
from test_summary import FIVE, consolidated, filed

from perf_xl import writing
from perf_xl.sheets import Body, Book, Cell, Column, Line, Link, Sheet
from perf_xl.summary import FINDINGS, PROJECTS, SOURCES, summary_book
from perf_xl.writing import render

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
ODD = (
    "=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "＝1", " 前后 ", "两\n行", "a&b <c> \"d\" 'e'", "<r><t>甲</t></r>", "<r>&</r>",
    "\x01\x0b控制\r", "坏\ud800字", "\ufffe", "长" * 40_000, "😀" * 20_000, "https://example.com", "",
    "字" * 200, "word " * 60, "]]>", "1", "　全角空格　",
)  # fmt: skip
COLUMNS = (Column("序号", 6, "word"), Column("文字", 12), Column("链接", 8, "place"), Column("数", 10, "money"))
LINKS = (
    Link("甲.xlsx", "表", "D12"), Link("甲.xlsx", "O'Brien <表>&\"#1\"", "E3, F4"), Link("子/100% [终稿]#2 {a}^`.xlsx", "表", ""),
    Link("d:/乙.xlsx"), Link("", "别处", "A1"), Link("//server/share/丙 丁.xlsx", "表", "A1"), Link("长" * 2001), Link(),
)  # fmt: skip
NUMBERS = (0, -3, Decimal("51.91"), Decimal("0.6655"), Decimal("1E+3"), Decimal("123456789012.12"), 10**15, None)


def odd_lines() -> Iterator[Line]:
    for number, text in enumerate(ODD * 3):
        link, amount = LINKS[number % len(LINKS)], NUMBERS[number % len(NUMBERS)]
        yield number, text, Cell(text or "D12", "place", link), Cell(amount, "sum") if number % 5 == 0 else amount


def odd_book(lines: Callable[[], Any] = odd_lines, count: int = 3 * len(ODD)) -> Book:
    head = [Cell(column.head, "head") for column in COLUMNS]
    sheet = Sheet("清单", [head], [column.width for column in COLUMNS], body=Body(COLUMNS, count, lines))
    return Book([sheet, Sheet("别处", [[Cell(text)] for text in ODD], [30])])


def in_rows(book: Book) -> Book:
    """The same book without bodies, so that the library writes every cell."""
    return replace(book, sheets=[replace(sheet, rows=sheet.all_rows(), body=None) for sheet in book.sheets])


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The result of a demo in small: every list, charts on one of them, findings, refused files, a hostile name."""
    odd = filed("=cmd|' /C calc'!A0", "@单位+1", 10, 9, "=3次", "5次", "合格", "95%")
    files = {"坏了.xlsx": b"PK\x03\x04", "~$01.xlsx": b"x"}
    result = consolidated(tmp_path_factory.mktemp("job"), [*FIVE, odd], **files)
    return summary_book(result, link_to=lambda name: f"子 目录/{name}", trace="")


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.testzip() is None
        assert len(set(package.namelist())) == len(package.namelist())
        return {name: package.read(name) for name in package.namelist()}


def seen(data: bytes) -> dict[str, Any]:
    """All that another library reads of a workbook: values, looks, links, heights, and what is around the cells."""
    found: dict[str, Any] = {}
    for sheet in load_workbook(io.BytesIO(data)):
        place = sheet.title
        found[place] = [
            str(getattr(sheet, name)) for name in ("dimensions", "freeze_panes", "merged_cells", "print_area")
        ]
        found[place] += [sheet.auto_filter.ref, sheet.print_title_rows, len(sheet._charts)]
        for row in sheet.iter_rows():
            found[place, row[0].row] = sheet.row_dimensions[row[0].row].height
            for cell in row:
                link = cell.hyperlink
                found[place, cell.coordinate] = (
                    unescape(cell.value) if isinstance(cell.value, str) else cell.value,
                    cell.data_type,
                    [str(look) for look in (cell.font, cell.fill, cell.border, cell.alignment)],
                    (cell.number_format, cell.style),
                    cell.quotePrefix,
                    link and (link.target, link.location),
                )
    return found


# --- the same as the library writes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["odd", "summary"])
def test_what_streams_past_the_library_is_read_as_if_the_library_had_written_it(which: str, summary: Book) -> None:
    book = summary if which == "summary" else odd_book()
    assert any(sheet.body for sheet in book.sheets)
    streamed, plain = seen(render(book)), seen(render(in_rows(book)))
    assert streamed.keys() == plain.keys()
    assert {place: (streamed[place], plain[place]) for place in plain if streamed[place] != plain[place]} == {}


def read(book: Book) -> dict[str, list[list[Any]]]:
    """The values of every sheet as the product's own reader of files finds them."""
    opened = CalamineWorkbook.from_filelike(io.BytesIO(render(book)))
    return {name: opened.get_sheet_by_name(name).to_python() for name in opened.sheet_names}


def test_the_reader_of_files_finds_the_same(summary: Book) -> None:
    for book in (summary, odd_book()):
        assert read(book) == read(in_rows(book))


def test_a_text_that_looks_like_an_escape_and_a_long_number_stay_what_they_are() -> None:
    """Excel would read _x0041_ as A; the library would cut the number to sixteen digits."""
    line = (1, "_x0041_ 和 _x000D_", None, Decimal("123456789012.123456"))
    assert read(odd_book(lambda: [line], 1))["清单"][1] == [1, line[1], "", 123456789012.123456]


def test_nothing_outside_the_sheets_differs_but_the_shared_texts(summary: Book) -> None:
    streamed, plain = parts(render(summary)), parts(render(in_rows(summary)))
    assert list(streamed) == list(plain)
    differing = {name for name in plain if streamed[name] != plain[name]}
    assert all(re.search("worksheets/|sharedStrings", name) for name in differing), differing


def test_charts_keep_the_numbers_they_are_drawn_from(tmp_path: Path) -> None:
    many = [replace(form, unit=f"{form.unit}{turn}") for turn in range(9) for form in FIVE]
    book = summary_book(consolidated(tmp_path, many), link_to=lambda name: name)
    projects = next(sheet for sheet in book.sheets if sheet.name == PROJECTS)
    assert projects.body, "more projects than are drawn"
    charts = {name: part for name, part in parts(render(book)).items() if "/chart" in name and name.endswith(".xml")}
    assert charts == {name: parts(render(in_rows(book)))[name] for name in charts}
    assert all(part.count(b"<c:v>") > 40 for part in charts.values())


# --- what Excel is strict about ----------------------------------------------------------------------------------------

ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "autoFilter", "mergeCells",
    "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "ignoredErrors", "drawing", "legacyDrawing",
)  # fmt: skip
"""Of the elements of a sheet (ECMA-376, CT_Worksheet), as far as they are used here."""


def test_every_sheet_keeps_to_the_schema(summary: Book) -> None:
    for book in (summary, odd_book()):
        found = parts(render(book))
        for name in (name for name in found if name.startswith("xl/worksheets/sheet")):
            sheet = ElementTree.fromstring(found[name])
            tags = [element.tag.removeprefix(MAIN) for element in sheet]
            assert tags == sorted(tags, key=ORDER.index)
            rows = sheet.findall(f"{MAIN}sheetData/{MAIN}row")
            numbers = [int(row.get("r", 0)) for row in rows]
            assert numbers == sorted(set(numbers)), "rows ascend, each once"
            for row in rows:
                places = [re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r", "")) for cell in row]
                assert all(place and place[2] == row.get("r") for place in places)
                letters = [place[1] for place in places if place]
                assert letters == sorted(letters, key=lambda one: (len(one), one)), "columns ascend"
            _check_links(sheet, found.get(name.replace("worksheets/", "worksheets/_rels/") + ".rels"))
        assert found["[Content_Types].xml"].count(b"worksheet+xml") == len(book.sheets)


def _check_links(sheet: ElementTree.Element, relationships: bytes | None) -> None:
    """Every relationship asked for is there once, and none is there for nothing."""
    ids = [one.get("Id") for one in ElementTree.fromstring(relationships)] if relationships else []
    asked = {value for one in sheet.iter() for key, value in one.attrib.items() if key.endswith("relationships}id")}
    assert len(ids) == len(set(ids))
    assert set(ids) == asked
    places = [one.get("ref") for one in sheet.iter(f"{MAIN}hyperlink")]
    assert len(places) == len(set(places))


def test_links_into_one_file_share_one_relationship(summary: Book) -> None:
    found = parts(render(summary))
    number = next(at for at, sheet in enumerate(summary.sheets, 1) if sheet.name == SOURCES)
    links = found[f"xl/worksheets/sheet{number}.xml"].count(b"<hyperlink ")
    files = found[f"xl/worksheets/_rels/sheet{number}.xml.rels"].count(b"relationships/hyperlink")
    assert links > 5 * files > 0


def test_head_and_body_together_have_no_more_links_than_excel_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_LINKS", 5)
    book = odd_book(lambda: [(1, "", Cell("D1", "place", Link("甲.xlsx")), None)] * 9, 9)
    head = [Cell("D1", "place", Link("乙.xlsx"))]
    sheet = replace(book.sheets[0], rows=[head, head])
    cells = [row[0 if at < 2 else 2] for at, row in enumerate(load_workbook(io.BytesIO(render(Book([sheet])))).active)]
    assert [cell.hyperlink is not None for cell in cells] == [True] * 5 + [False] * 6
    assert [cell.value for cell in cells] == ["D1"] * 11


# --- made while it is written ------------------------------------------------------------------------------------------


def test_lines_are_made_one_by_one_and_only_when_written() -> None:
    made: list[int] = []

    def lines() -> Iterator[Line]:
        for number in range(1000):
            made.append(number)
            yield number, "甲", None, None

    book = odd_book(lines, 1000)
    assert made == []
    assert render(book) == render(book), "and they can be made again"
    assert made == [*range(1000)] * 2


@pytest.mark.parametrize("count", [2, 4])
def test_a_list_that_is_not_as_long_as_was_said_is_loud(count: int) -> None:
    with pytest.raises(AssertionError, match=f"{count} lines announced, and 3 made"):
        render(odd_book(lambda: [(1, "", None, None)] * 3, count))


def test_what_goes_wrong_in_a_line_is_told_as_it_is() -> None:
    def lines() -> Iterator[Line]:
        yield 1, "甲", None, None
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(odd_book(lines, 2))


def test_findings_keep_their_words(summary: Book) -> None:
    sheet = load_workbook(io.BytesIO(render(summary)))[FINDINGS]
    described = next(one for one in summary.sheets if one.name == FINDINGS).all_rows()
    for row, cells in zip(sheet.iter_rows(), described, strict=True):
        for cell, meant in zip(row, cells, strict=True):
            if meant is not None and isinstance(meant.value, str):
                assert unescape(cell.value or "") == meant.value


def test_a_list_longer_than_a_sheet_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perf_xl.summary.MOST_LINES", 6)
    book = summary_book(consolidated(tmp_path, FIVE), link_to=lambda name: name)
    sheet = load_workbook(io.BytesIO(render(book)))[SOURCES]
    assert sheet["A3"].value == "共 30 行,一张工作表放不下,只列前 6 行;全部行用 --tables 写成数据表。"
    assert (sheet.max_row, sheet.auto_filter.ref) == (10, "A4:N10")
