"""Imports flow one way: a module imports only from rows above its own. ARCHITECTURE.md shows the same table."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "perf_xl"

ROWS: list[set[str]] = [
    {"exact", "errors", "patterns"},
    {"packages", "grid", "rules", "findings"},
    {"model", "formulas", "sheets", "meaning"},
    {"values"},
    {"scoring", "live", "narrative"},
    {"reading", "auditing", "comparing", "consolidating"},
    {"saving", "workers", "cluster"},
    {
        "cache",
        "folders",
        "ledger",
        "locking",
        "contract",
        "tables",
        "trace",
        "template",
        "summary",
        "report",
        "typesetting",
        "review",
        "marking",
        "documents",
        "remote",
        "workbooks",
        "writing",
    },
    {"intake"},
    {"demo", "pipeline", "spool"},
    {"checking", "resuming"},
    {"excel"},
    {"cli"},
    {"__main__"},
]
"""From the bottom up. `workbooks`, `writing` are the doors to files; `contract`, `tables`, `template`, `summary` say what
is written; neighbours in a row do not import one another, except where `NEIGHBOURS` says so."""

NEIGHBOURS = {
    ("cluster", "workers"),
    ("findings", "rules"),
    ("summary", "template"),
    ("tables", "trace"),
    ("demo", "pipeline"),
    ("pipeline", "demo"),
    ("workbooks", "documents"),
    ("folders", "remote"),
    ("typesetting", "report"),
    ("typesetting", "workbooks"),
}

ONE_DOOR = {
    "xlsxwriter": {"writing"},
    "openpyxl": {"workbooks"},
    "python_calamine": {"workbooks"},
    "xlrd": {"workbooks"},
    "pandas": {"tables"},
    "pyarrow": {"tables", "trace"},
    "click": {"cli"},
    "rich": {"cli"},
    "fsspec": {"remote"},
    "distributed": {"cluster"},
    "xlwings": {
        "excel.functions",
        "excel.capture",
        "excel.changing",
        "excel.handlers",
        "excel.wrappers",
        "excel.__main__",
    },
    "pyopenvba": {"excel.vba"},
}
"""Each library stands behind one door."""

EXCEL_ROWS: list[set[str]] = [
    {"commands"},
    {"functions", "cockpit", "capture", "journal", "machine", "ribbon", "settings", "vba"},
    {"wrappers", "guide", "changing"},
    {"planning"},
    {"handlers", "addin"},
    {"installing"},
    {"doctor"},
    {"__main__"},
]
"""The same for the modules of `perf_xl.excel`, from the bottom up."""

NO_FILES = {
    "exact",
    "grid",
    "rules",
    "findings",
    "model",
    "formulas",
    "meaning",
    "values",
    "scoring",
    "reading",
    "auditing",
    "comparing",
    "narrative",
    "consolidating",
}
"""Steps take values and return values: no files, no clock, no locale, no printing."""

FORBIDDEN_IN_STEPS = {
    "os",
    "io",
    "pathlib",
    "time",
    "datetime.datetime.now",
    "locale",
    "subprocess",
    "socket",
    "zipfile",
    "random",
}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if path.stem != "__init__")


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            if node.module == "perf_xl":
                found |= {f"perf_xl.{alias.name}" for alias in node.names}
    return found


def row_of(name: str) -> int:
    return next(number for number, row in enumerate(ROWS) if name in row)


def excel_row_of(name: str) -> int:
    return next(number for number, row in enumerate(EXCEL_ROWS) if name in row)


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_a_module_imports_only_from_rows_below(path: Path) -> None:
    own = dotted(path).split(".")
    for imported in imports_of(path):
        head, _, name = imported.partition(".")
        if head != "perf_xl" or not name:
            continue
        other = name.split(".")
        if own[0] == other[0] == "excel":
            allowed = len(other) == 1 or excel_row_of(other[1]) < excel_row_of(own[1])
        else:
            allowed = row_of(other[0]) < row_of(own[0]) or (own[0], other[0]) in NEIGHBOURS
        assert allowed, f"{dotted(path)} must not import {name}"


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_every_library_stands_behind_one_door(path: Path) -> None:
    for imported in imports_of(path):
        library = imported.partition(".")[0]
        if library in ONE_DOOR:
            assert dotted(path) in ONE_DOOR[library], f"{dotted(path)} must not import {library}"


@pytest.mark.parametrize("name", sorted(NO_FILES))
def test_steps_know_no_files_and_no_clock(name: str) -> None:
    found = imports_of(PACKAGE / f"{name}.py")
    if name == "rules":
        found -= {"pathlib"}  # for the shipped rulebooks
    assert not found & FORBIDDEN_IN_STEPS


def test_every_module_has_its_row() -> None:
    assert {dotted(path).split(".")[0] for path in modules()} <= set().union(*ROWS)
    assert {path.stem for path in (PACKAGE / "excel").glob("[!_]*.py")} <= set().union(*EXCEL_ROWS)


def test_scoring_a_file_imports_no_heavy_library(tmp_path: Path) -> None:
    """Start-up counts: `perf-xl score ONE.xlsx` must not wait for pandas, xlwings or openpyxl."""
    workbook = next((ROOT / "tests" / "workbooks" / "published").glob("seed-000-A.xlsx"))
    program = (
        "import sys\n"
        "from perf_xl.cli import main\n"
        "try:\n"
        f"    main(['score', {str(workbook)!r}])\n"
        "except SystemExit as stop:\n"
        "    assert stop.code == 0, stop.code\n"
        "heavy = {'pandas', 'numpy', 'xlwings', 'openpyxl', 'xlsxwriter', 'pyarrow'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path, stdout=subprocess.DEVNULL)


def test_scoring_a_file_imports_nothing_of_consolidation(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "import perf_xl.cli, perf_xl.intake, perf_xl.scoring, perf_xl.contract, perf_xl.checking\n"
        "unneeded = {'multiprocessing', 'concurrent', 'logging', 'sqlite3', 'perf_xl.consolidating'} & set(sys.modules)\n"
        "assert not unneeded, unneeded\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path)


def test_a_worker_imports_no_command_line(tmp_path: Path) -> None:
    """What was started is imported anew in every worker process."""
    program = "import sys, perf_xl.__main__\nassert 'click' not in sys.modules\n"
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path)
