"""A form that computes itself, as a file: formulas, what may be filled in, what is said beside a cell."""

from __future__ import annotations

import io
import subprocess
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from perf_xl.sheets import STYLES, Area, Book, Cell, Highlight, Link, Sheet, Style, Validation, row_heights
from perf_xl.writing import render, write_book

LONG = "执行率低于序时进度,请说明原因。" * 12
UNITS = ("市教育局", "市卫生健康委", "市交通运输局")


def form() -> Book:
    """Everything a form may have, on two sheets."""
    rows: list[list[Cell | None]] = [
        [Cell("自评表", "title"), *[Cell(None, "title")] * 4],
        [
            Cell("单位", "label"),
            Cell(None, "input"),
            Cell("全年预算数", "label"),
            Cell(Decimal("100.5"), "input"),
            None,
        ],
        [Cell("执行数", "label"), Cell(80, "input"), Cell("执行率", "label"), rate(), None],
        [Cell("结论", "label"), Cell(LONG, "text", formula=f'IF(D3<1,"{LONG}","")'), *[Cell(None)] * 2, None],
        [
            Cell("空", "label"),
            Cell(None, "text", formula='IF(B2="","",B2)'),
            Cell("=1+1"),
            Cell("甲", formula="B2"),
            None,
        ],
        [
            Cell("链", "label"),
            Cell("看", "link", Link(sheet="参数", cell="A2"), '"看"'),
            Cell(7, "secret", formula="3+4"),
        ],
    ]
    filled = Sheet(
        "自评表",
        rows,
        [12, 20, 12, 12, 30],
        merged=[Area(0, 0, 0, 4), Area(3, 1, 3, 3)],
        validations=[
            Validation(
                Area(1, 1, 1, 1), "list", "=units", title="单位", message="从名单里选。", warning="名单里没有。"
            ),
            Validation(Area(1, 3, 1, 3), "number", lowest=Decimal("0.00"), message="万元\n两位小数"),
            Validation(Area(2, 1, 2, 1), "number", lowest=Decimal(0), highest=Decimal("1e6"), warning="超出范围。"),
            Validation(Area(3, 4, 5, 4), "list", ("是", "否"), warning="只填是或否。"),
            Validation(Area(2, 3, 2, 3), "any", title="执行率", message="自动计算 <执行数÷预算数>"),
            Validation(Area(6, 0, 6, 0), "number", highest=Decimal(5), warning="不超过5。"),
            Validation(Area(6, 1, 6, 1), "number", warning="请填数字。"),
        ],
        highlights=[Highlight(Area(2, 3, 2, 3), "$D$3<0.9", "error"), Highlight(Area(1, 1, 2, 1), 'B2=""', "doubt")],
        protected=True,
        hidden_columns=[4],
        grouped_columns=[2, 3],
        notes={(2, 3): "执行率 = 全年执行数 ÷ 全年预算数", (1, 1): "单位全称\x01\n" + LONG},
        zoom=90,
    )
    lists = Sheet("参数", [[Cell("单位", "head")], *([Cell(unit)] for unit in UNITS)], [20])
    names = {"units": "='参数'!$A$2:$A$4", "rate_of_use": "='自评表'!$D$3"}
    return Book([lists, filled], "自评表", names=names, active=1)


def rate() -> Cell:
    return Cell(Decimal("0.7960"), "filled_rate", formula="ROUND(B3/D2,4)")


@pytest.fixture(autouse=True)
def styles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells that may be filled in, and a formula not to be seen."""
    monkeypatch.setitem(STYLES, "input", Style(fill="#FFFDE7", locked=False))
    monkeypatch.setitem(STYLES, "secret", Style(hidden=True))


@pytest.fixture
def written() -> Workbook:
    return load_workbook(io.BytesIO(render(form())))


def test_a_formula_is_a_formula_and_a_text_a_text(written: Workbook) -> None:
    sheet = written["自评表"]
    assert sheet["D3"].value == "=ROUND(B3/D2,4)"
    assert sheet["B4"].value == f'=IF(D3<1,"{LONG}","")'
    assert sheet["B5"].value == '=IF(B2="","",B2)'
    assert [sheet[cell].data_type for cell in ("D3", "B4", "B5", "C5")] == ["f", "f", "f", "s"]
    assert not sheet["D5"].quotePrefix
    assert [str(area) for area in sheet.merged_cells.ranges] == ["A1:E1", "B4:D4"]
    assert (sheet["B6"].value, sheet["B6"].hyperlink.location) == ('="看"', "'参数'!A2")


def test_what_a_formula_comes_to_is_there_without_calculating() -> None:
    data = render(form())
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("自评表").to_python()
    assert (rows[2][3], rows[3][1], rows[4][1], rows[4][3], rows[5][2]) == (0.796, LONG, "", "甲", 7)
    cached = load_workbook(io.BytesIO(data), data_only=True)["自评表"]
    assert (cached["D3"].value, cached["B4"].value, cached["B5"].value) == (0.796, LONG, None)


def test_what_a_cell_expects_is_said_and_anything_may_be_typed(written: Workbook) -> None:
    found = {str(one.sqref): one for one in written["自评表"].data_validations.dataValidation}
    asked = {
        place: (one.type, one.operator, one.formula1, one.formula2, one.showErrorMessage)
        for place, one in found.items()
    }
    assert asked == {
        "B2": ("list", None, "units", None, True),
        "D2": ("decimal", "greaterThanOrEqual", "0.00", None, False),
        "B3": ("decimal", None, "0", "1000000", True),
        "E4:E6": ("list", None, '"是,否"', None, True),
        "D3": (None, None, None, None, False),
        "A7": ("decimal", "lessThanOrEqual", "5", None, True),
        "B7": ("decimal", "greaterThanOrEqual", "-9.99999999999999E+307", None, True),
    }
    assert {one.errorStyle for one in found.values()} == {"warning"}
    assert all(one.allowBlank for one in found.values())
    unit, budget, share = found["B2"], found["D2"], found["D3"]
    assert (unit.promptTitle, unit.prompt, unit.error) == ("单位", "从名单里选。", "名单里没有。")
    assert (budget.promptTitle, budget.prompt, budget.error) == (None, "万元\n两位小数", None)
    assert (share.promptTitle, share.prompt) == ("执行率", "自动计算 <执行数÷预算数>")
    assert [found[place].showInputMessage for place in ("B2", "D2", "D3", "A7")] == [True, True, True, False]


def test_highlights_take_colour_boldness_and_fill(written: Workbook) -> None:
    rules = {str(area.sqref): rule for area, (rule,) in written["自评表"].conditional_formatting._cf_rules.items()}
    assert {place: rule.formula for place, rule in rules.items()} == {"D3": ["$D$3<0.9"], "B2:B3": ['B2=""']}
    looks = rules["D3"].dxf
    assert (looks.font.color.rgb, looks.font.b, looks.fill.bgColor.rgb) == ("FF9C0006", True, "FFFBE3E1")
    assert (looks.border, looks.numFmt, looks.font.name) == (None, None, None)


def test_a_protected_form_can_be_filled_in(written: Workbook) -> None:
    sheet = written["自评表"]
    guard = sheet.protection
    assert (guard.sheet, guard.password) == (True, None)
    free = ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "autoFilter")
    free += ("selectLockedCells", "selectUnlockedCells")
    assert not any(getattr(guard, name) for name in free)
    assert all(getattr(guard, name) for name in ("insertColumns", "deleteColumns", "sort", "objects", "scenarios"))
    locked = {cell: sheet[cell].protection.locked for cell in ("A2", "B2", "D2", "B3", "D3", "B4")}
    assert locked == {"A2": True, "B2": False, "D2": False, "B3": False, "D3": True, "B4": True}
    assert [sheet[cell].protection.hidden for cell in ("C6", "D3")] == [True, False]
    assert not written["参数"].protection.sheet


def test_names_columns_notes_and_the_first_look(written: Workbook) -> None:
    sheet = written["自评表"]
    names = {name: one.attr_text for name, one in written.defined_names.items()}
    assert names == {"units": "'参数'!$A$2:$A$4", "rate_of_use": "'自评表'!$D$3"}
    assert written.active.title == "自评表"
    assert [bool(one.sheet_view.tabSelected) for one in written] == [False, True]
    assert (sheet.sheet_view.zoomScale, written["参数"].sheet_view.zoomScale) == (90, None)
    columns = sheet.column_dimensions
    assert [columns[letter].hidden for letter in "ABE"] == [False, False, True]
    assert [columns[letter].outlineLevel for letter in "BCE"] == [0, 1, 0]
    assert not columns["C"].collapsed
    notes = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert notes == {"B2": "单位全称\n" + LONG, "D3": "执行率 = 全年执行数 ÷ 全年预算数"}


def test_a_hidden_column_may_lie_beyond_the_measured_ones() -> None:
    book = Book([Sheet("表", [[Cell("甲")]], [10], hidden_columns=[3])])
    columns = load_workbook(io.BytesIO(render(book)))["表"].column_dimensions
    assert (columns["D"].hidden, columns["A"].hidden) == (True, False)


def test_a_row_is_as_high_as_its_result() -> None:
    text, formula = Cell("说明" * 60), Cell("说明" * 60, formula='REPT("说明",60)')
    short = Cell(None, formula="A1&" * 200 + "A1")
    assert row_heights(Sheet("表", [[text], [formula], [short], [None]], [20])) == [
        high := row_heights(Sheet("表", [[text]], [20]))[0],
        high,
        18,
        18,
    ]
    assert high > 18
    aside = Sheet("表", [[Cell("甲"), text], [text, Cell(None)]], [20, 20], [Area(1, 0, 1, 1)], hidden_columns=[1])
    assert row_heights(aside) == [18, high]


def test_the_same_form_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_book(form(), tmp_path / "甲.xlsx").read_bytes()
    time.sleep(1.1)  # a clock that counts seconds would show
    assert first == write_book(form(), tmp_path / "乙.xlsx").read_bytes()
    assert str(tmp_path).encode() not in first


def test_another_program_opens_it(tmp_path: Path) -> None:
    path = write_book(form(), tmp_path / "form.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stdout + done.stderr
    assert (tmp_path / "form.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"kind": "date"}, "no kind"),
        ({"kind": "any"}, "has a message"),
        ({"kind": "any", "title": "题" * 33}, "more than 32"),
        ({"kind": "any", "message": "😀" * 128}, "more than 255"),
        ({"kind": "number", "warning": "字" * 256}, "more than 255"),
        ({"kind": "list"}, "has items"),
        ({"kind": "list", "source": "units"}, "begins with '='"),
        ({"kind": "list", "source": ("甲,乙",)}, "no comma"),
        ({"kind": "list", "source": ("甲" * 200, "乙" * 55)}, "stand in cells"),
    ],
)
def test_what_excel_would_not_open_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Validation(Area(0, 0, 0, 0), **wrong)


def test_texts_of_full_length_are_taken() -> None:
    most = Validation(Area(0, 0, 0, 0), "list", ("甲" * 255,), title="题" * 32, message="字" * 255, warning="字" * 255)
    sheet = load_workbook(io.BytesIO(render(Book([Sheet("表", [], [], validations=[most])]))))["表"]
    (found,) = sheet.data_validations.dataValidation
    assert (found.promptTitle, found.prompt, found.error) == (most.title, most.message, most.warning)
    assert found.formula1 == f'"{most.source[0]}"'


@pytest.mark.parametrize("name", ["单位", "A1", "tax2024", "R", "c", "r1c1", "two words", "2x", ""])
def test_a_name_excel_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no such name"):
        Book([], names={name: "='表'!$A$1"})


def test_a_book_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="capital letters"):
        Book([], names={"units": "='表'!$A$1", "Units": "='表'!$A$2"})
    with pytest.raises(ValueError, match="no sheet 1"):
        Book([Sheet("表", [], [])], active=1)
