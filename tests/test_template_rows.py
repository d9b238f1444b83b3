"""A row copied and inserted within its block takes formulas, sums and checks with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ironcalc
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, get_column_letter
from support import run

FORM, CHECKS = 0, 2
FIRST = 12
"""Row of the first indicator of a blank form."""


@pytest.fixture
def model(tmp_path: Path) -> Any:
    """A form with two rows for each second level, loaded into a spreadsheet engine, some of it filled in."""
    path = tmp_path / "表.xlsx"
    assert run("new", path).exit_code == 0
    made = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    type_in(
        made, {"D6": "10", "E6": "9", f"C{FIRST}": "甲", f"D{FIRST}": "'10次", f"E{FIRST}": "'5次", f"F{FIRST}": "40"}
    )
    return made


def at(cell: str) -> tuple[int, int]:
    letters = cell.rstrip("0123456789")
    return int(cell[len(letters) :]), column_index_from_string(letters)


def type_in(model: Any, cells: dict[str, str]) -> None:
    for cell, value in cells.items():
        model.set_user_input(FORM, *at(cell), value)
    model.evaluate()


def value(model: Any, sheet: int, cell: str) -> Any:
    return model.get_cell_value(sheet, *at(cell))


def copy_row(model: Any, row: int) -> None:
    """Insert a row above `row` and copy the one before it into it, as a person does."""
    model.insert_rows(FORM, row, 1)
    for column in range(1, 60):
        formula = model.get_cell_formula(FORM, row - 1, column)
        if formula:
            here, there = (f"{get_column_letter(column)}{number}" for number in (row - 1, row))
            model.set_user_input(FORM, row, column, Translator(formula, here).translate_formula(there))
    model.evaluate()


def test_sums_and_checks_follow(model: Any) -> None:
    assert (value(model, FORM, f"G{FIRST}"), value(model, FORM, "G30")) == (20, 29)
    copy_row(model, FIRST + 1)
    row = FIRST + 1
    type_in(model, {f"C{row}": "乙", f"D{row}": "'≤20万元", f"E{row}": "'25万元", f"F{row}": "50"})
    assert value(model, FORM, f"Q{row}") == value(model, FORM, f"G{row}") == 40
    assert (value(model, FORM, "F31"), value(model, FORM, "G31")) == (100, 69)
    checks = {value(model, CHECKS, f"A{line}"): value(model, CHECKS, f"B{line}") for line in range(5, 24)}
    assert checks["分值合计为100分"] == "√ 符合"
    assert checks["扣分的都说明了原因"] == "× 不符"
    assert checks["总分等于各项得分合计"] == "√ 符合"


def test_a_deleted_row_leaves_no_error(model: Any) -> None:
    model.delete_rows(FORM, FIRST + 3, 1)
    model.evaluate()
    assert value(model, FORM, "G29") == 29
    seen = [value(model, CHECKS, f"{column}{line}") for column in "BC" for line in range(5, 24)]
    assert not [one for one in seen if isinstance(one, str) and one.startswith("#")]
