"""A real spreadsheet program for tests: LibreOffice recalculates a workbook that a person has filled in."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from python_calamine import CalamineWorkbook


def fill_in(path: Path, cells: Mapping[str, Any], sheet: str = "自评表") -> None:
    """Type values into a workbook, texts as texts; the stored results of its formulas are gone afterwards."""
    book = load_workbook(path)
    for cell, value in cells.items():
        book[sheet][cell] = value
        if isinstance(value, str):
            book[sheet][cell].data_type = "s"
    book.save(path)


def convert(paths: Sequence[Path], home: Path, to: str) -> list[Path]:
    """Let LibreOffice open, recalculate and save workbooks in one run, in the format `to`; return the saved ones."""
    out = home / "recalculated"
    profile = f"-env:UserInstallation={(home / 'office').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(out), *map(str, paths)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=240)
    return [out / f"{path.stem}.{to.split(':')[0]}" for path in paths]


def recalculate_all(paths: Sequence[Path], home: Path) -> list[Path]:
    """Let LibreOffice open, recalculate and save workbooks in one run; return the saved ones."""
    return convert(paths, home, "xlsx:Calc MS Excel 2007 XML")


def recalculate(path: Path, home: Path) -> Path:
    """Let LibreOffice open, recalculate and save a workbook; return the saved one."""
    return recalculate_all([path], home)[0]


def values(path: Path, sheet: str) -> list[list[Any]]:
    """The stored values of a sheet, from A1 on."""
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
