"""The result workbook as a file: read back with another library, and what a spreadsheet would misread."""

from __future__ import annotations

import time
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.escape import unescape
from test_summary import FIVE, consolidated, filed

from perf_xl import writing
from perf_xl.sheets import STYLES, Area, Book, Cell, Link, Print, Sheet, row_heights
from perf_xl.summary import FILES, FINDINGS, FUNDS, PROJECTS, SOURCES, WORKINGS, summary_book
from perf_xl.workbooks import is_own_output
from perf_xl.writing import render, write_book

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("http://x")', "=cmd|' /C calc'!A0")


def one_sheet(*rows: list[Cell | None], **others: Any) -> Book:
    return Book([Sheet("表", rows, [20] * max(map(len, rows)), **others)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five forms, one with what a spreadsheet might take for a formula, consolidated and written."""
    folder = tmp_path_factory.mktemp("job")
    odd = filed("=cmd|' /C calc'!A0", "@单位+1", 10, 9, "=3次", "5次", "合格", "95%")
    result = consolidated(
        folder, [*FIVE, odd], as_one="=1+1 机关运转", **{"坏了.xlsx": b"PK\x03\x04", "~$01.xlsx": b"x"}
    )
    write_book(summary_book(result, link_to=lambda name: name), folder / "汇总.xlsx")
    return folder


@pytest.fixture(scope="module")
def written(folder: Path) -> Workbook:
    return load_workbook(folder / "汇总.xlsx")


# --- the result workbook, read back -----------------------------------------------------------------------------------


def test_it_has_the_sheets_of_the_job(written: Workbook) -> None:
    assert written.sheetnames == ["汇总表", PROJECTS, WORKINGS, SOURCES, FUNDS, FINDINGS, FILES]
    assert written["汇总表"]["C3"].value == "=1+1 机关运转"
    assert written["汇总表"]["C3"].data_type == "s"
    assert len(written[PROJECTS]._charts) == 2


def test_no_cell_is_a_formula(folder: Path, written: Workbook) -> None:
    kinds = {cell.data_type for sheet in written for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "n"}
    with zipfile.ZipFile(folder / "汇总.xlsx") as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in package.read(name)


def test_every_source_link_opens_a_file_at_the_cell_that_holds_the_quoted_text(folder: Path, written: Workbook) -> None:
    checked = 0
    opened: dict[Path, Workbook] = {}
    for row in written[SOURCES].iter_rows(min_row=4):
        for place, quoted in ((row[6], row[7].value), (row[8], row[9].value)):
            assert place.hyperlink is not None, place.coordinate
            path = folder / PurePosixPath(unquote(place.hyperlink.target).replace("\\", "/"))
            assert path.is_file()
            book = opened.setdefault(path, load_workbook(path))
            sheet, cell = place.hyperlink.location.rsplit("!", 1)
            assert cell == place.value
            assert str(book[sheet.strip("'")][cell].value) == quoted
            checked += 1
    assert checked == 72


def test_project_and_file_links_open_files(folder: Path, written: Workbook) -> None:
    for name in (PROJECTS, FUNDS, FINDINGS, FILES):
        links = [cell.hyperlink for row in written[name].iter_rows() for cell in row if cell.hyperlink]
        assert links, name
        for link in links:
            assert (folder / unquote(link.target).replace("\\", "/")).is_file()


def test_lists_are_frozen_filtered_and_set_up_for_paper(written: Workbook) -> None:
    for sheet in written:
        assert sheet.page_setup.paperSize == 9
        assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
        assert sheet.freeze_panes is not None
        assert sheet.print_title_rows
        assert sheet.print_area
        assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
        if sheet.title != "汇总表":
            assert sheet.auto_filter.ref
            assert sheet.page_setup.orientation == "landscape"
    assert written["汇总表"].page_setup.orientation == "portrait"


def test_its_fonts_are_chinese(written: Workbook) -> None:
    assert written["汇总表"]["A1"].font.name == "黑体"
    assert written["汇总表"]["A3"].font.name == "宋体"


def test_wrapped_rows_are_high_enough_for_their_text(written: Workbook) -> None:
    sheet = written[WORKINGS]
    for row in range(5, sheet.max_row + 1):
        text = str(sheet.cell(row, 12).value or "")
        assert sheet.row_dimensions[row].height >= 13 * len(text.splitlines())


def test_the_product_knows_its_own_output(folder: Path) -> None:
    assert is_own_output((folder / "汇总.xlsx").read_bytes())


def test_the_same_book_gives_the_same_bytes(tmp_path: Path) -> None:
    result = consolidated(tmp_path, FIVE, as_one="合并项目")
    first = render(summary_book(result, link_to=lambda name: name))
    time.sleep(1.1)  # a clock that counts seconds would show
    assert first == render(summary_book(result, link_to=lambda name: name))
    assert str(tmp_path).encode() not in first


def test_a_folder_of_published_forms_gives_a_workbook(tmp_path: Path) -> None:
    from perf_xl.consolidating import FileLine, Partial, conclude, digest
    from perf_xl.reading import read_forms
    from perf_xl.scoring import score
    from perf_xl.workbooks import read_grids

    parts = []
    for path in sorted((Path(__file__).parent / "workbooks" / "published").glob("*.xlsx")):
        tables = tuple(digest(score(form)) for form in read_forms(read_grids(path.read_bytes(), path.name), path.name))
        parts.append(Partial(tables, (FileLine(path.name, "read", forms=len(tables)),)))
    result = conclude(Partial.sum(parts))
    book = load_workbook(write_book(summary_book(result, link_to=lambda name: name), tmp_path / "汇总.xlsx"))
    assert len(book.sheetnames) == len(result.forms) + 6


# --- any book ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_stays_the_text_it_is(text: str, tmp_path: Path) -> None:
    path = write_book(one_sheet([Cell(text), Cell(text, "link", Link("甲.xlsx"))]), tmp_path / "a.xlsx")
    sheet = load_workbook(path)["表"]
    assert [(unescape(cell.value), cell.data_type) for cell in sheet[1]] == [(text, "s")] * 2
    assert sheet["A1"].quotePrefix, "it stays text when somebody edits the cell"


def test_what_no_file_could_hold_is_mended(tmp_path: Path) -> None:
    texts = ["坏\ud800字", "长" * 40_000, "😀" * 20_000, "\x01\x0b控制", "_x0041_", "https://example.com"]
    sheet = load_workbook(write_book(one_sheet([Cell(text) for text in texts]), tmp_path / "a.xlsx"))["表"]
    shown = [cell.value for cell in sheet[1]]
    assert shown[0] == "坏?字"
    assert len(shown[1]) == 32_767
    assert shown[1].endswith("长…")
    assert len(shown[2].encode("utf-16-le")) <= 2 * 32_767
    assert shown[5] == texts[5]
    assert sheet["F1"].hyperlink is None


def test_numbers_are_numbers(tmp_path: Path) -> None:
    cells = [Cell(Decimal("51.91"), "money"), Cell(3, "number"), Cell(Decimal("0.6655"), "percent"), Cell(None)]
    sheet = load_workbook(write_book(one_sheet(cells), tmp_path / "a.xlsx"))["表"]
    assert [cell.value for cell in sheet[1]] == [51.91, 3, 0.6655, None]
    assert sheet["C1"].number_format == "0.00%"


@pytest.mark.parametrize("file", ["100% [终稿]#2 {a}^`.xlsx", "第二批/甲 乙.xlsx", "a%41.xlsx", "甲.et"])
def test_a_link_finds_its_file_whatever_its_name(file: str, tmp_path: Path) -> None:
    path = write_book(one_sheet([Cell("D12", "place", Link(file, "O'Brien 表#1", "D12, E3"))]), tmp_path / "a.xlsx")
    link = load_workbook(path)["表"]["A1"].hyperlink
    assert unquote(link.target).replace("\\", "/") == file
    assert link.location == "'O''Brien 表#1'!D12"


def test_more_links_than_excel_bears_become_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_LINKS", 2)
    book = one_sheet(*([Cell(f"A{row}", "place", Link("甲.xlsx"))] for row in range(4)))
    sheet = load_workbook(write_book(book, tmp_path / "a.xlsx"))["表"]
    assert [cell.hyperlink is not None for (cell,) in sheet.iter_rows()] == [True, True, False, False]
    assert sheet["A4"].value == "A3"


def test_merged_cells_stretch_their_rows() -> None:
    text = "分项说明" * 60
    rows = [[Cell(text), Cell(None)], [Cell(None), Cell("短")]]
    across = row_heights(Sheet("表", rows, [20, 20], merged=[Area(0, 0, 0, 1)]))
    alone = row_heights(Sheet("表", rows, [20, 20]))
    down = row_heights(Sheet("表", rows, [20, 20], merged=[Area(0, 0, 1, 0)]))
    assert alone[0] > across[0] > 2 * 18
    assert sum(down) == pytest.approx(alone[0])


def test_a_long_sum_in_figures_has_room_to_begin_a_line_of_its_own() -> None:
    column = 62
    words = row_heights(Sheet("表", [[Cell("指标值:" + "说明" * 30)]], [column]))
    figures = row_heights(Sheet("表", [[Cell("指标值:" + "12.5%×43977.6979+" * 6)]], [column]))
    assert figures[0] - words[0] == pytest.approx(10 * 1.42)


def test_every_style_can_be_written(tmp_path: Path) -> None:
    rows = [[Cell(name, name)] for name in STYLES]
    assert write_book(one_sheet(*rows, printing=Print(landscape=True)), tmp_path / "a.xlsx").is_file()


def test_a_book_with_a_lost_file_link_is_still_written(tmp_path: Path) -> None:
    result = replace(consolidated(tmp_path, FIVE[:1]), as_one=None)
    book = load_workbook(write_book(summary_book(result, link_to=lambda name: ""), tmp_path / "汇总.xlsx"))
    assert not any(cell.hyperlink for sheet in book for row in sheet.iter_rows() for cell in row)
