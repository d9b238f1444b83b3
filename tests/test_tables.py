"""Tables for analysts: documented dtypes, exact numbers, no text that becomes a formula."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from support import WORKBOOKS, run

import perf_xl
from perf_xl.tables import DANGEROUS, frames, to_csv

PUBLISHED = WORKBOOKS / "published"


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return perf_xl.consolidate([PUBLISHED / "seed-000-A.xlsx", PUBLISHED / "r003-A.xlsx"]).frames()


def test_the_five_tables(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == ["projects", "indicators", "contributions", "findings", "files"]
    assert [len(tables[name]) for name in ("projects", "indicators", "contributions", "files")] == [2, 19, 19, 2]


def test_numbers_are_exact(tables: dict[str, pd.DataFrame]) -> None:
    seed = tables["projects"].set_index("unit").loc["正宁县人民政府办公室"]
    assert seed["total"] == Decimal("92.16")
    assert seed["rate"] == Decimal("0.66551282")
    assert str(tables["projects"]["year"].dtype) == "Int64"
    assert str(tables["projects"]["counted"].dtype) == "boolean"
    assert isinstance(tables["files"]["file"].dtype, pd.StringDtype)


def test_files_are_written_and_read_back(tmp_path: Path) -> None:
    result = run("consolidate", PUBLISHED / "seed-000-A.xlsx", "-o", tmp_path / "o.xlsx", "--tables", tmp_path / "表")
    assert result.exit_code == 1, result.output
    names = {path.name for path in (tmp_path / "表").iterdir()}
    assert names == {
        f"{name}.{kind}"
        for name in ("projects", "indicators", "contributions", "findings", "files")
        for kind in ("csv", "parquet")
    }
    rows = pq.read_table(tmp_path / "表" / "indicators.parquet").to_pylist()
    printed = next(row for row in rows if row["level3"] == "印刷页数")
    assert (printed["target"], printed["actual"], printed["unit"]) == (Decimal(200000), Decimal(220000), "张")
    csv = pd.read_csv(tmp_path / "表" / "indicators.csv", dtype=str, encoding="utf-8-sig")
    assert csv.set_index("level3").loc["印刷页数", "target"] == "200000"


def test_no_text_of_a_csv_becomes_a_formula() -> None:
    frame = pd.DataFrame({"text": pd.Series([f"{first}cmd|' /C calc'!A0" for first in DANGEROUS], dtype="string")})
    lines = to_csv(frame).decode("utf-8-sig")
    for first in DANGEROUS:
        assert f"'{first}" in lines


def test_an_empty_result_has_all_columns(tmp_path: Path) -> None:
    empty = frames(perf_xl.consolidate(tmp_path))
    assert all(len(frame) == 0 and len(frame.columns) > 4 for frame in empty.values())
