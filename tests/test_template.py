"""The official form as a workbook: blank ones, and the one that ships."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from support import WORKBOOKS, read_json, run

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "workbook_templates" / "项目支出绩效自评表.xlsx"


def test_the_shipped_form_is_what_the_build_gives(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from make_templates import main
    finally:
        sys.path.pop(0)
    assert main(tmp_path).read_bytes() == SHIPPED.read_bytes()


@pytest.mark.parametrize(
    ("rows", "rulebook", "weight"), [(1, "default", "10"), (3, "default", "10"), (2, "hubei", "20")]
)
def test_a_blank_form_has_its_rows_and_its_execution_weight(
    rows: int, rulebook: str, weight: str, tmp_path: Path
) -> None:
    path = tmp_path / "新.xlsx"
    result = run("new", path, "--rows", rows, "--rulebook", rulebook, "--project", "甲项目")
    assert result.exit_code == 0, result.stderr
    (form,) = read_json(path)["forms"]
    assert (form["project"], form["funds"][0]["weight"], form["indicators"]) == ("甲项目", weight, [])
    sheet = load_workbook(path).active
    second = [sheet.cell(row, 2).value for row in range(1, sheet.max_row + 1)]
    assert [second.count(name) for name in ("数量指标", "社会效益指标", "服务对象满意度指标")] == [1, 1, 1]
    head = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "一级指标")
    foot = next(row for row in range(head, sheet.max_row + 1) if sheet.cell(row, 1).value == "总分")
    assert foot - head - 1 == 9 * rows


def test_a_form_filled_in_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "新.xlsx"
    assert run("new", path).exit_code == 0
    book = load_workbook(path)
    sheet = book.active
    head = next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == "一级指标")
    for column, value in enumerate(("培训人次", "≥100人次", "120人次", 20, 20, None), start=3):
        sheet.cell(head + 1, column, value)
    sheet["C2"] = "甲项目"
    book.save(path)
    (form,) = read_json(path)["forms"]
    assert form["project"] == "甲项目"
    assert [
        (one["level1"], one["level2"], one["level3"], one["target"], one["score"]) for one in form["indicators"]
    ] == [("产出指标", "数量指标", "培训人次", "≥100人次", "20")]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    seed = (WORKBOOKS / "published" / "seed-000-A.xlsx").read_bytes()
    path = tmp_path / "自评表.xlsx"
    path.write_bytes(seed)
    assert run("new", path).exit_code == 2
    assert path.read_bytes() == seed
