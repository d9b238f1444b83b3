"""The engines of the tests behave as Excel on Windows does, both of them alike: what handlers are tried on is no easier."""

from __future__ import annotations

import datetime as dt
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
import xlwings as xw
from engines.fixtures import open_book
from engines.store import ExcelRefuses
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

SHIPPED = Path(__file__).parent.parent / "workbook_templates" / "项目支出绩效自评表.xlsx"


@pytest.fixture
def sheet(app: xw.App) -> xw.Sheet:
    return app.books.add().sheets[0]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A small workbook with a little of everything."""
    path = tmp_path / "made" / "样表.xlsx"
    path.parent.mkdir()
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("自评表")
        bold = book.add_format(
            {"bold": True, "bg_color": "#FFC7CE", "font_name": "仿宋", "font_size": 14, "align": "center"}
        )
        sheet.merge_range("A1:C1", "标题", bold)
        sheet.write("A2", 1.234567, book.add_format({"num_format": '"¥"#,##0.00'}))
        sheet.write("B2", 45292, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write("C2", 3)
        sheet.write("A3", "≥95%")
        sheet.write_formula("B3", "=1/0")
        sheet.write_formula("C3", '=IF(C2>2,"达标","")')
        sheet.write_boolean("A4", True)
        sheet.write_comment("A3", "原有批注")
        sheet.set_column("A:C", 12)
        book.add_worksheet("参数").write("B2", 0.5)
        book.add_worksheet("隐藏").hide()
        book.define_name("perf_share", "=参数!$B$2")
    return path


# --- what comes out ---------------------------------------------------------------------------------------------------


def test_values_come_as_on_windows(app: xw.App, sample: Path, tmp_path: Path) -> None:
    sheet = open_book(app, sample, tmp_path).sheets["自评表"]
    assert sheet.used_range.address == "$A$1:$C$4"
    assert sheet["A1:C4"].options(ndim=2, err_to_str=True).value == [
        ["标题", None, None],
        [Decimal("1.2345"), dt.datetime(2024, 1, 1), 3.0],
        ["≥95%", "#DIV/0!", "达标"],
        [True, None, None],
    ]
    assert sheet["B3"].value is None
    assert sheet["B3"].raw_value == -2146826281
    assert sheet["A2:C2"].api.Value2 == ((1.234567, 45292.0, 3.0),)
    assert isinstance(sheet["C2"].value, float)
    assert sheet["A2:A4"].value == [Decimal("1.2345"), "≥95%", True]


def test_formulas_come_in_blocks(app: xw.App, sample: Path, tmp_path: Path) -> None:
    sheet = open_book(app, sample, tmp_path).sheets["自评表"]
    assert sheet["A2:C3"].formula == (("1.234567", "45292", "3"), ("≥95%", "=1/0", '=IF(C2>2,"达标","")'))
    assert sheet["C4"].formula == ""
    assert sheet["A4"].formula == "TRUE"
    assert sheet["A3:C3"].api.HasFormula is None


def test_both_engines_see_the_same_form(ironcalc_app: xw.App, tmp_path: Path, office: object) -> None:
    """The shipped template, with its 800 formulas, names, merged cells and notes."""
    from engines.fixtures import start, stop
    from engines.libreoffice_engine import engine

    def seen(app: xw.App, into: Path) -> dict[str, object]:
        book = open_book(app, SHIPPED, into)
        form = book.sheets["自评表"]
        whole = form["A1:AX34"]
        return {
            "names": {name.name: name.refers_to for name in book.names},
            "sheets": [(sheet.name, sheet.visible, sheet.used_range.address) for sheet in book.sheets],
            "values": whole.options(ndim=2, err_to_str=True).value,
            "formulas": whole.formula,
            "merged": {cell.merge_area.address for cell in form["A1:H34"]},
            "notes": {cell.address: cell.note.text for cell in form["A11:Q11"] if cell.note},
            "protected": form.api.ProtectContents,
        }

    one = seen(ironcalc_app, tmp_path / "ironcalc")
    stop(ironcalc_app)
    other_app = start(engine(office))
    other = seen(other_app, tmp_path / "libreoffice")
    stop(other_app)
    assert one["notes"]
    assert one == other


# --- what goes in -----------------------------------------------------------------------------------------------------


def test_a_written_value_is_computed_with(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, "=A1*2"], [2.5, "=SUM(A1:A2)"]]
    assert sheet["A1:B2"].value == [[1.0, 2.0], [2.5, 3.5]]
    sheet["A1"].value = 10
    assert sheet["B1:B2"].value == [20.0, 12.5]
    sheet["C1:C2"].formula = "=A1+1"
    assert sheet["C1:C2"].formula == (("=A1+1",), ("=A2+1",))
    assert sheet["C1:C2"].value == [11.0, 3.5]


def test_computing_can_be_put_off(app: xw.App, sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, "=A1*2"]]
    app.calculation = "manual"
    sheet["A1"].value = 5
    assert sheet["B1"].value == 2.0
    app.calculate()
    assert sheet["B1"].value == 10.0
    sheet["A1"].value = 6
    app.calculation = "automatic"
    assert sheet["B1"].value == 12.0


@pytest.mark.parametrize(
    ("text", "value", "number_format"),
    [
        ("≥95%", "≥95%", "General"),
        ("95%", 0.95, "0%"),
        ("1,234", 1234.0, "#,##0"),
        ("12月", "12月", "General"),
        ("12月31日", dt.datetime(2025, 12, 31), 'm"月"d"日"'),
        ("2024-1-1", dt.datetime(2024, 1, 1), "yyyy/m/d"),
        ("'=A2", "=A2", "General"),
        ("'95%", "95%", "General"),
        ("=A2", None, "General"),
        ("true", True, "General"),
        ("", None, "General"),
        (None, None, "General"),
        (dt.datetime(2024, 2, 29), dt.datetime(2024, 2, 29), "yyyy/m/d"),
    ],
)
def test_a_text_is_taken_as_if_it_were_typed(sheet: xw.Sheet, text: object, value: object, number_format: str) -> None:
    """A handler that does not guard a text by an apostrophe or the format @ must be found out."""
    sheet["A2"].formula = '=IF(TRUE,"","")'
    sheet["A1"].value = text
    assert sheet["A1"].value == value
    assert sheet["A1"].number_format == number_format


def test_a_cell_of_texts_keeps_a_text(sheet: xw.Sheet) -> None:
    sheet["A1:A3"].number_format = "@"
    sheet["A1"].value = [["=1+1"], ["95%"], ["2024-1-1"]]
    assert sheet["A1:A3"].value == ["=1+1", "95%", "2024-1-1"]
    assert sheet["A1"].api.HasFormula is False


def test_what_excel_does_not_take_is_refused(sheet: xw.Sheet) -> None:
    sheet["A1"].value = 7
    with pytest.raises(ExcelRefuses):
        sheet["A1"].value = "=SUM((("
    assert sheet["A1"].value == 7.0
    with pytest.raises(TypeError):
        sheet["A1"].value = Decimal("1.5")
    with pytest.raises(ExcelRefuses):
        sheet["A1"].value = "长" * 32_768
    with pytest.raises(ValueError, match="do not fit"):
        sheet["A1:B2"].raw_value = [[1, 2, 3]]


def test_errors_and_empty_texts(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [["#N/A", '=""', "=NA()", "=A1+1"]]
    assert sheet["A1:D1"].options(err_to_str=True).value == ["#N/A", None, "#N/A", "#N/A"]
    assert sheet["A1:C1"].formula == (("#N/A", '=""', "=NA()"),)
    assert sheet["B1"].raw_value == ""


# --- looks ------------------------------------------------------------------------------------------------------------


def test_looks_are_read_and_set(app: xw.App, sample: Path, tmp_path: Path) -> None:
    sheet = open_book(app, sample, tmp_path).sheets["自评表"]
    title = sheet["A1"]
    assert (title.color, title.font.bold, title.font.name, title.font.size) == ((255, 199, 206), True, "仿宋", 14.0)
    assert title.horizontal_alignment == "center"
    assert sheet["A2"].color is None
    cell = sheet["C4"]
    cell.color, cell.font.color, cell.font.bold, cell.wrap_text = (1, 2, 3), "#0A0B0C", True, True
    cell.vertical_alignment, cell.font.size = "center", 9
    assert (cell.color, cell.font.color, cell.font.bold, cell.wrap_text) == ((1, 2, 3), (10, 11, 12), True, True)
    assert (cell.vertical_alignment, cell.font.size) == ("center", 9.0)
    cell.color = None
    assert cell.color is None


def test_what_differs_within_a_range_is_none(app: xw.App, sample: Path, tmp_path: Path) -> None:
    sheet = open_book(app, sample, tmp_path).sheets["自评表"]
    assert sheet["A2:B2"].number_format is None
    assert sheet["A2"].number_format == '"¥"#,##0.00'
    assert sheet["B2"].number_format == "yyyy-mm-dd"
    assert sheet["A1:A2"].font.bold is None
    assert sheet["A1:A2"].merge_cells is None
    assert sheet["A1:A2"].color == (0, 0, 0)
    sheet["A1"].font.color = "#FF0000"
    with pytest.raises(TypeError):
        _ = sheet["A1:A2"].font.color


def test_merged_cells(app: xw.App, sample: Path, tmp_path: Path) -> None:
    sheet = open_book(app, sample, tmp_path).sheets["自评表"]
    assert sheet["B1"].merge_cells is True
    assert sheet["B1"].merge_area.address == "$A$1:$C$1"
    assert sheet["A2"].merge_area.address == "$A$2"
    sheet["B1"].value = "看不见"
    assert sheet["A1:C1"].value == ["标题", None, None]
    with pytest.raises(ExcelRefuses):
        sheet["A1"].clear_contents()
    sheet["A3:B4"].merge()
    assert sheet["B4"].merge_area.address == "$A$3:$B$4"
    assert sheet["A3:B4"].value == [["≥95%", None], [None, None]]
    sheet["A3:B4"].unmerge()
    assert sheet["A3:C4"].merge_cells is False


def test_notes(app: xw.App, sample: Path, tmp_path: Path) -> None:
    sheet = open_book(app, sample, tmp_path).sheets["自评表"]
    assert sheet["A3"].note.text == "原有批注"
    assert sheet["A2"].note is None
    with pytest.raises(ValueError, match="already"):
        sheet["A3"].add_note("再加")
    sheet["A2"].add_note("第一行\n第二行")
    assert sheet["A2"].note.text == "第一行\n第二行"
    sheet["A2"].note.text = "改过"
    assert [note.text for note in sheet.notes] == ["改过", "原有批注"]
    sheet["A2"].note.delete()
    assert [note.location.address for note in sheet.notes] == ["$A$3"]


def test_sizes_and_links(sheet: xw.Sheet) -> None:
    sheet["B:B"].column_width = 20
    sheet["3:3"].row_height = 30
    assert sheet["B1"].column_width == pytest.approx(20, abs=0.1)
    assert sheet["A3"].row_height == pytest.approx(30, abs=0.1)
    sheet["C1"].add_hyperlink("#自评表!A1", "去看")
    assert (sheet["C1"].value, sheet["C1"].hyperlink) == ("去看", "#自评表!A1")
    sheet["A1"].value = "很长很长很长很长很长很长的一行字"
    before = sheet["A1"].column_width
    sheet.autofit("c")
    assert sheet["A1"].column_width > before


# --- places -----------------------------------------------------------------------------------------------------------


def test_ranges_find_their_places(sheet: xw.Sheet) -> None:
    sheet["B2"].value = [[1, 2, 3], [4, 5, 6]]
    block = sheet["B2"].expand()
    assert (block.address, block.shape, block.last_cell.address, block.count) == ("$B$2:$D$3", (2, 3), "$D$3", 6)
    assert block.offset(1, 1).address == "$C$3:$E$4"
    assert block.resize(1, 2).get_address(False, False) == "B2:C2"
    assert [row.address for row in block.rows] == ["$B$2:$D$2", "$B$3:$D$3"]
    assert block.columns[0].address == "$B$2:$B$3"
    assert sheet["C3"].current_region.address == "$B$2:$D$3"
    assert sheet["B2"].end("right").address == "$D$2"
    assert sheet["D3"].end("down").address == "$D$1048576"
    assert sheet["A2"].end("right").address == "$B$2"
    assert sheet[1, 2].address == "$C$2"


def test_rows_move_with_all_that_is_in_them(app: xw.App, sample: Path, tmp_path: Path) -> None:
    book = open_book(app, sample, tmp_path)
    sheet = book.sheets["自评表"]
    sheet["A1:C1"].rows[0].row_height = 33
    sheet["1:2"].insert("down")
    assert sheet["B3"].merge_area.address == "$A$3:$C$3"
    assert sheet["A3"].row_height == pytest.approx(33, abs=0.1)
    assert sheet["C5"].formula == '=IF(C4>2,"达标","")'
    assert sheet["A5"].note.text == "原有批注"
    assert sheet["A4"].value == Decimal("1.2345")
    book.sheets["参数"]["1:1"].insert("down")
    assert book.names["perf_share"].refers_to == "=参数!$B$3"
    sheet["1:3"].delete()
    assert sheet["A1:C1"].merge_cells is False
    assert sheet["C2"].formula == '=IF(C1>2,"达标","")'


def test_defined_names(app: xw.App, sample: Path, tmp_path: Path) -> None:
    book = open_book(app, sample, tmp_path)
    assert [name.name for name in book.names] == ["perf_share"]
    assert book.names["perf_share"].refers_to == "=参数!$B$2"
    found = book.names["perf_share"].refers_to_range
    assert (found.sheet.name, found.value) == ("参数", 0.5)
    book.names.add("perf_folder", "=自评表!$A$3")
    assert "perf_folder" in book.names
    assert book.sheets["自评表"]["perf_folder"].value == "≥95%"
    book.sheets["自评表"]["C4"].formula = "=perf_share*2"
    assert book.sheets["自评表"]["C4"].value == 1.0
    del book.names["perf_folder"]
    assert "perf_folder" not in book.names
    with pytest.raises(ExcelRefuses):
        book.names["perf_folder"]


# --- sheets and books -------------------------------------------------------------------------------------------------


def test_sheets_come_and_go(app: xw.App, sample: Path, tmp_path: Path) -> None:
    book = open_book(app, sample, tmp_path)
    assert book.sheet_names == ["自评表", "参数", "隐藏"]
    assert [bool(sheet.visible) for sheet in book.sheets] == [True, True, False]
    made = book.sheets.add("审核意见", after=book.sheets["自评表"])
    assert book.sheet_names == ["自评表", "审核意见", "参数", "隐藏"]
    assert (made.index, book.sheets.active.name) == (2, "审核意见")
    with pytest.raises(ValueError, match="already present"):
        book.sheets.add("审核意见")
    made["A1"].formula = "=自评表!C2*2"
    assert made["A1"].value == 6.0
    book.sheets["自评表"].name = "表 一"
    assert made["A1"].formula == "='表 一'!C2*2"
    made.delete()
    assert book.sheet_names == ["表 一", "参数", "隐藏"]
    with pytest.raises(ExcelRefuses):
        book.sheets["审核意见"]
    with pytest.raises(ExcelRefuses):
        book.sheets["隐藏"].activate()
    with pytest.raises(NotImplementedError):
        _ = "参数" in book.sheets
    book.sheets["表 一"].visible = False
    book.sheets["隐藏"].api.Visible = 2
    assert (book.sheets["隐藏"].visible, book.sheets.active.name) == (2, "参数")
    with pytest.raises(ExcelRefuses):
        book.sheets["参数"].visible = False


def test_the_selection_is_of_the_active_sheet(app: xw.App, sample: Path, tmp_path: Path) -> None:
    book = open_book(app, sample, tmp_path)
    book.sheets["参数"].activate()
    book.sheets["参数"]["B2"].select()
    assert (app.selection.address, book.selection.sheet.name) == ("$B$2", "参数")
    with pytest.raises(ExcelRefuses):
        book.sheets["自评表"]["A1"].select()


def test_protected_sheets_refuse(app: xw.App, tmp_path: Path) -> None:
    book = open_book(app, SHIPPED, tmp_path)
    form, parameters = book.sheets["自评表"], book.sheets["参数"]
    assert form.api.ProtectContents
    form["C2"].value = "未上锁的项目名称"
    assert form["C2"].value == "未上锁的项目名称"
    with pytest.raises(ExcelRefuses):
        form["Q12"].value = 1
    assert form.api.Protection.AllowFormattingCells
    assert not form.api.Protection.AllowInsertingColumns
    with pytest.raises(ExcelRefuses):
        form["C2"].add_note("批注")
    form.api.Unprotect()
    form.api.Protect("", False, True, True, False, True)
    assert (form.api.ProtectDrawingObjects, form.api.Protection.AllowFormattingCells) == (False, True)
    assert not form.api.Protection.AllowFormattingRows
    form["C2"].color = (255, 0, 0)
    form["C2"].add_note("批注")
    assert (form["C2"].color, form["C2"].note.text) == ((255, 0, 0), "批注")
    form.api.Unprotect()
    form["Q12"].value = 1
    assert form["Q12"].value == 1.0
    form.api.Protect("口令")
    with pytest.raises(ExcelRefuses):
        form["C2"].color = (0, 255, 0)
    with pytest.raises(ExcelRefuses):
        form["C2"].note.delete()
    with pytest.raises(ExcelRefuses):
        form.api.Unprotect("别的")
    form.api.Unprotect("口令")
    assert not form.api.ProtectContents
    assert parameters.api.ProtectContents


def test_a_saved_book_is_read_by_others(app: xw.App, sample: Path, tmp_path: Path) -> None:
    book = open_book(app, sample, tmp_path)
    sheet = book.sheets["自评表"]
    sheet["C2"].value = 1
    sheet["A4"].value = [["'=文字", "=C2+0.5", "≤3"]]
    sheet["A3"].note.delete()
    sheet["C4"].add_note("新批注")
    sheet["C4"].color = (255, 199, 206)
    assert not book.api.Saved
    book.save()
    assert book.api.Saved
    assert CalamineWorkbook.from_path(tmp_path / "样表.xlsx").get_sheet_by_name("自评表").to_python()[2:] == [
        ["≥95%", "", ""],
        ["=文字", 1.5, "≤3"],
    ]
    saved = load_workbook(tmp_path / "样表.xlsx")
    assert saved["自评表"]["B4"].value == "=C2+0.5"
    assert saved["自评表"]["C4"].fill.fgColor.rgb == "FFFFC7CE"
    assert saved["自评表"]["C4"].comment.text == "新批注"
    assert saved["自评表"]["A3"].comment is None
    assert [str(one) for one in saved["自评表"].merged_cells.ranges] == ["A1:C1"]
    assert saved["隐藏"].sheet_state == "hidden"
    assert saved.defined_names["perf_share"].attr_text.replace("'", "") == "参数!$B$2"


def test_books_are_found_by_name(app: xw.App, sample: Path, tmp_path: Path) -> None:
    book = open_book(app, sample, tmp_path)
    assert xw.Book.caller() == book
    assert app.books["样表.xlsx"].fullname == str(tmp_path / "样表.xlsx")
    assert app.books.open(tmp_path / "样表.xlsx") == book
    with pytest.raises(KeyError):
        app.books["没有.xlsx"]
    with pytest.raises(FileNotFoundError):
        app.books.open(tmp_path / "没有.xlsx")
    new = app.books.add()
    assert (app.books.active, len(app.books), new.fullname) == (new, 2, "工作簿1")
    new.save(tmp_path / "新.xlsx")
    assert app.books["新.xlsx"].fullname == str(tmp_path / "新.xlsx")
    book.activate()
    assert app.books.active == book
    new.close()
    assert [one.name for one in app.books] == ["样表.xlsx"]


def test_a_book_for_reading_is_not_saved(app: xw.App, sample: Path, tmp_path: Path) -> None:
    shutil.copyfile(sample, tmp_path / "只读.xlsx")
    book = app.books.open(tmp_path / "只读.xlsx", read_only=True)
    assert book.api.ReadOnly
    with pytest.raises(ExcelRefuses):
        book.save()


def test_alerts_and_settings_are_written_down(app: xw.App) -> None:
    app.impl.answers.append("no")
    assert app.alert("改写?", "绩效自评", buttons="yes_no") == "no"
    assert app.alert("完成", mode="info") == "ok"
    assert [(one.prompt, one.buttons, one.mode) for one in app.impl.alerts] == [
        ("改写?", "yes_no", None),
        ("完成", "ok", "info"),
    ]
    app.impl.history.clear()
    with app.properties(screen_updating=False, status_bar="正在计算"):
        assert app.status_bar == "正在计算"
    assert app.impl.history == [
        ("screen_updating", False),
        ("status_bar", "正在计算"),
        ("screen_updating", True),
        ("status_bar", False),
    ]
