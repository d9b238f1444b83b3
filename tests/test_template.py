"""The official form as a workbook: blank ones, variants, last year's carried over, and the one that ships."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook
from support import WORKBOOKS, read_json, run
from support_office import fill_in, recalculate, values

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "workbook_templates" / "项目支出绩效自评表.xlsx"
SEED = WORKBOOKS / "published" / "seed-000-A.xlsx"
ODD = WORKBOOKS / "published" / "r005-C.xlsx"


def new(path: Path, *options: str | Path) -> Path:
    result = run("new", path, *options)
    assert result.exit_code == 0, result.stderr
    return path


def rows_of(path: Path) -> list[tuple[object, object]]:
    """First and second level of every row of the form, as they stand in the cells."""
    sheet = load_workbook(path)["自评表"]
    rows = range(1, sheet.max_row + 1)
    head = next(row for row in rows if sheet.cell(row, 1).value == "一级指标")
    foot = next(row for row in rows if sheet.cell(row, 1).value == "总分")
    return [(sheet.cell(row, 1).value, sheet.cell(row, 2).value) for row in range(head + 1, foot)]


def test_the_shipped_workbooks_are_what_the_build_gives(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from make_templates import main
    finally:
        sys.path.pop(0)
    assert {path.name: path.read_bytes() for path in main(tmp_path)} == {
        path.name: path.read_bytes() for path in SHIPPED.parent.iterdir()
    }


@pytest.mark.parametrize(
    ("rows", "rulebook", "weight"), [("1", "default", "10"), ("3", "default", "10"), ("2", "hubei", "20")]
)
def test_a_blank_form(rows: str, rulebook: str, weight: str, tmp_path: Path) -> None:
    path = new(tmp_path / "新.xlsx", "--rows", rows, "--rulebook", rulebook, "--project", "甲项目")
    (form,) = read_json(path)["forms"]
    assert (form["project"], form["funds"][0]["weight"], form["indicators"]) == ("甲项目", weight, [])
    assert len(rows_of(path)) == 9 * int(rows)


def test_its_sheets() -> None:
    book = load_workbook(SHIPPED)
    assert book.sheetnames == ["自评表", "填报说明", "自检", "参数"]
    assert all(sheet.protection.sheet for sheet in book)
    assert not any(sheet.protection.password for sheet in book)


@pytest.mark.parametrize(
    ("form", "first", "funds"),
    [
        ("项目", "产出指标", "其中:当年财政拨款"),
        ("成本单列", "成本指标", "其中:当年财政拨款"),
        ("转移支付", "产出指标", "其中:中央财政资金"),
    ],
)
def test_variants_are_data(form: str, first: str, funds: str, tmp_path: Path) -> None:
    path = new(tmp_path / "新.xlsx", "--form", form)
    assert rows_of(path)[0][0] == first
    assert read_json(path)["forms"][0]["funds"][1]["label"] == funds


def test_an_unknown_variant_lists_the_known_ones(tmp_path: Path) -> None:
    result = run("new", tmp_path / "新.xlsx", "--form", "甲")
    assert result.exit_code == 2
    assert "项目、成本单列、转移支付" in result.stderr


def test_several_projects_give_as_many_workbooks(tmp_path: Path) -> None:
    new(tmp_path / "自评表.xlsx", "--project", "甲", "--project", "乙")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["自评表-乙.xlsx", "自评表-甲.xlsx"]
    assert [read_json(path)["forms"][0]["project"] for path in sorted(tmp_path.iterdir())] == ["乙", "甲"]


def test_last_year_is_carried_over(tmp_path: Path) -> None:
    (old,) = read_json(SEED)["forms"]
    (form,) = read_json(new(tmp_path / "新.xlsx", "--from", SEED))["forms"]
    assert (form["project"], form["department"]) == (old["project"], old["department"])
    kept = ("level1", "level2", "level3", "target", "weight")
    assert [[one[key] for key in kept] for one in form["indicators"]] == [
        [one[key] for key in kept] for one in old["indicators"]
    ]
    assert {(one["actual"], one["score"], one["reason"]) for one in form["indicators"]} == {(None, None, None)}
    assert form["funds"][0]["weight"] == "10"


@pytest.mark.parametrize(
    "options",
    [(), ("--rulebook", "hubei"), ("--form", "成本单列"), ("--form", "转移支付"), ("--from", SEED), ("--from", ODD)],
)
def test_an_unfilled_form_stores_what_programs_compute(options: tuple[str | Path, ...], tmp_path: Path) -> None:
    path = new(tmp_path / "新.xlsx", *options)
    emptied = tmp_path / "空.xlsx"
    emptied.write_bytes(path.read_bytes())
    fill_in(emptied, {})
    computed = recalculate(emptied, tmp_path)
    assert [row[:8] for row in values(path, "自评表")] == [row[:8] for row in values(computed, "自评表")]
    assert values(path, "自检") == values(computed, "自检")


def test_a_bad_last_year_is_refused_in_words(tmp_path: Path) -> None:
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"PK\x03\x04")
    result = run("new", tmp_path / "新.xlsx", "--from", bad)
    assert result.exit_code == 2
    assert "坏.xlsx" in result.stderr
    assert not (tmp_path / "新.xlsx").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "自评表.xlsx"
    path.write_bytes(SEED.read_bytes())
    assert run("new", path).exit_code == 2
    assert path.read_bytes() == SEED.read_bytes()


def test_styles_have_names_by_which_an_office_can_change_them() -> None:
    sheet = load_workbook(SHIPPED)["自评表"]
    styles = {cell: sheet[cell].style for cell in ("A1", "A4", "D6", "D12", "C12", "F5", "H5", "G30", "J12")}
    assert styles == {
        "A1": "填写标题", "A4": "栏目", "D6": "填写", "D12": "填写", "C12": "填写文字", "F5": "自动计算比率",
        "H5": "自动计算得分", "G30": "自动计算得分", "J12": "辅助列",
    }  # fmt: skip
    assert sheet["D12"].protection.locked is False
    assert sheet["H5"].number_format == "0.00"
