"""An open workbook reads as its file does; amounts are whole; few calls are made."""

from __future__ import annotations

from datetime import date
from math import log2
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw
from engines.base import RangeApi
from engines.fixtures import open_book
from support import WORKBOOKS

from perf_xl.excel.capture import FORMULA, NUMBER, TEXT, Box, Content, capture, capture_sheet, grids_of
from perf_xl.marking import OPINIONS
from perf_xl.packages import LIMITS
from perf_xl.pipeline import write_forms
from perf_xl.reading import read_forms
from perf_xl.workbooks import read_grids

PUBLISHED = sorted((WORKBOOKS / "published").glob("*.xlsx"))
MESSY = ["seed-000-A", "r007-C"]


def both(book: xw.Book, path: Path) -> tuple[Any, Any]:
    return read_forms(grids_of(book), path.name), read_forms(read_grids(path.read_bytes(), path.name), path.name)


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_an_open_workbook_reads_as_its_file(path: Path, ironcalc_app: xw.App, tmp_path: Path) -> None:
    opened, saved = both(open_book(ironcalc_app, path, tmp_path), path)
    assert opened == saved


@pytest.mark.parametrize("name", MESSY)
def test_so_it_does_in_a_spreadsheet_program(name: str, libreoffice_app: xw.App, tmp_path: Path) -> None:
    path = WORKBOOKS / "published" / f"{name}.xlsx"
    opened, saved = both(open_book(libreoffice_app, path, tmp_path), path)
    assert opened == saved


def test_the_official_form_reads_as_its_file(app: xw.App, tmp_path: Path) -> None:
    (path,) = write_forms(tmp_path / "新.xlsx")
    opened, saved = both(open_book(app, path, tmp_path / "open"), path)
    assert [one.project for one in opened] == [one.project for one in saved]
    assert [one.indicators for one in opened] == [one.indicators for one in saved]


@pytest.fixture
def sheet(ironcalc_app: xw.App) -> xw.Sheet:
    return ironcalc_app.books.add().sheets[0]


CURRENCY = '"¥"#,##0.00'


def test_an_amount_is_whole_though_its_format_is_currency(sheet: xw.Sheet) -> None:
    sheet["A1"].value, sheet["A2"].formula = 12.345678, "=A1*2"
    sheet["A1:A2"].number_format = CURRENCY
    grid = capture_sheet(sheet).grid
    assert [grid.value(0, 0), grid.value(1, 0)] == [12.345678, 24.691356]
    assert grid.uncalculated == {}


def test_a_result_that_nobody_tells_whole_is_unknown_and_no_number(
    sheet: xw.Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(RangeApi, "Value2")
    sheet["A1"].value, sheet["A2"].formula = 12.345678, "=A1*2"
    sheet["A1:A2"].number_format = CURRENCY
    grid = capture_sheet(sheet).grid
    assert grid.value(0, 0) == 12.345678, "a constant is read from the formula bar"
    assert grid.value(1, 0) is None
    assert grid.uncalculated == {(1, 0): "A1*2"}
    assert grid.formats[(1, 0)] == CURRENCY


def test_dates_errors_and_texts(sheet: xw.Sheet) -> None:
    sheet["A1"].value, sheet["A1"].number_format = 45291, "yyyy-mm-dd"
    sheet["B1"].formula = "=1/0"
    sheet["C1"].value = "'=不是公式"
    sheet["D1"].value = "'78"
    sheet["E1"].value = True
    one = capture_sheet(sheet)
    assert one.grid.value(0, 0) == date(2023, 12, 31)
    assert one.grid.errors == {(0, 1): "#DIV/0!"}
    assert [one.grid.text(0, column) for column in (2, 3, 4)] == ["=不是公式", "78", "TRUE"]
    assert [one.content(0, column).kind for column in range(5)] == [NUMBER, FORMULA, TEXT, TEXT, "truth"]
    assert one.content(0, 0) == Content(NUMBER, "45291"), "what was typed can be typed again"


def test_a_grid_begins_at_a1_wherever_the_sheet_is_used(sheet: xw.Sheet) -> None:
    sheet["C4"].value = "甲"
    grid = capture_sheet(sheet).grid
    assert (grid.value(3, 2), grid.value(0, 0)) == ("甲", None)


def test_hidden_sheets_are_flagged_and_ours_left_out(ironcalc_app: xw.App) -> None:
    book = ironcalc_app.books.add()
    book.sheets[0]["A1"].value = "甲"
    hidden = book.sheets.add("底稿", after=book.sheets[0])
    hidden.visible = False
    book.sheets.add(OPINIONS, after=hidden)
    grids = {one.grid.sheet: one.grid.hidden for one in capture(book)}
    assert grids == {book.sheets[0].name: False, "底稿": True}


def test_a_stray_cell_far_away_does_not_stop_the_reading(sheet: xw.Sheet) -> None:
    sheet["A1"].value, sheet["XFD1048576"].value = "项目支出绩效自评表", "x"
    grid = capture_sheet(sheet).grid
    assert grid.last_cell == "XFD1048576"
    assert (grid.height, len(grid.values[0])) == (LIMITS["rows"], LIMITS["columns"])
    assert grid.text(0, 0) == "项目支出绩效自评表"


def test_an_empty_sheet(sheet: xw.Sheet) -> None:
    assert capture_sheet(sheet).grid.text(0, 0) == ""


CALLS = ("value", "formula", "number_format", "merge_cells", "merge_area", "address")


def counted(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Count what is asked of ranges."""
    counts = dict.fromkeys(CALLS, 0)

    def counting(name: str, told: property) -> property:
        def get(self: xw.Range) -> Any:
            counts[name] += 1
            assert told.fget is not None
            return told.fget(self)

        return property(get, told.fset)

    for name in CALLS:
        monkeypatch.setattr(xw.Range, name, counting(name, vars(xw.Range)[name]))
    return counts


@pytest.mark.parametrize("name", MESSY)
def test_few_calls_are_made(
    name: str, ironcalc_app: xw.App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    book = open_book(ironcalc_app, WORKBOOKS / "published" / f"{name}.xlsx", tmp_path)
    counts = counted(monkeypatch)
    sheets = capture(book)
    cells = sum(len(row) for one in sheets for row in one.contents)
    assert counts["value"] == counts["formula"] == len(sheets)
    merged = sum(len(one.grid.merged) for one in sheets)
    assert counts["merge_cells"] <= 2 * (merged + 1) * log2(cells)
    assert counts["merge_area"] <= merged + 4
    assert sum(counts.values()) < cells


def test_an_area_is_cut_across_its_longer_side() -> None:
    assert Box(0, 0, 9, 1).halves() == (Box(0, 0, 4, 1), Box(5, 0, 9, 1))
    assert Box(0, 0, 0, 2).halves() == (Box(0, 0, 0, 1), Box(0, 2, 0, 2))
