"""Forms in .xls, .ods, .et, .xlsb and under a wrong suffix: read by content, and as shown (0.67 formatted 0% is 67%).

The workbooks are made by `make_containers.py`.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from layouts import LayoutOptions, Sheet, build_workbook, county_form, differences
from support import WORKBOOKS, read_json
from xlsb_writer import write_xlsb

CONTAINERS = WORKBOOKS / "containers"
EXPECTED = sorted(CONTAINERS.glob("*.expected.json"))


def test_there_are_containers_of_every_kind() -> None:
    assert {_workbook(path).suffix for path in EXPECTED} == {".xls", ".ods", ".et", ".xlsb", ".xlsx"}


@pytest.mark.parametrize("expectation", EXPECTED, ids=lambda path: _workbook(path).name)
def test_container(expectation: Path) -> None:
    path = _workbook(expectation)
    before = path.read_bytes()

    document = read_json(path)

    assert differences(json.loads(expectation.read_text(encoding="utf-8")), document) == []
    assert document["refused"] == []
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(LayoutOptions(), id="plain"),
        pytest.param(LayoutOptions(columns="123ucTWASR", rate="percent_two_decimals", parents="first"), id="split"),
        pytest.param(LayoutOptions(amounts="formatted", numbers="mixed", blank_column=True), id="mixed_numbers"),
    ],
)
def test_xlsb_is_read_like_xlsx(options: LayoutOptions, tmp_path: Path) -> None:
    workbook, expected = build_workbook(Sheet(forms=((county_form(), options),)), file="form.xlsb")
    write_xlsb(workbook, tmp_path / "form.xlsb")

    assert differences(expected, read_json(tmp_path / "form.xlsb")) == []


def _workbook(expectation: Path) -> Path:
    return expectation.with_name(expectation.name.removesuffix(".expected.json"))
