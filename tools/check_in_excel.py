"""Open what perf_xl makes in a real Excel, press every button, and say what went wrong. For Windows with Excel.

    python tools/check_in_excel.py

Written where there was no Excel: it has not been run. `.github/workflows/excel.yml` would run it, and a person can: it needs
the add-in installed (`perf-xl excel install`) and every Excel window closed. Answers to dialogs are taken from a file that
stands in for them, so that nothing waits for a click.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from perf_xl import demo
from perf_xl.excel.commands import COMMANDS, command
from perf_xl.excel.installing import ADDIN, addin_path
from perf_xl.excel.machine import Machine

TEMPLATES = Path(__file__).parent.parent / "workbook_templates"
FORM, COCKPIT = "项目支出绩效自评表.xlsm", "汇总.xlsm"
FUNCTIONS = {"=PERF_GRADE(92)": "优", "=PERF_RATE(20,18)": 0.9, '=PERF_SCORE("20次","15次",10)': 7.5}

# Python looks for a module of this name at every start: dialogs are written down instead of shown.
STAND_IN = """
import os
import xlwings
def alert(self, prompt, title=None, buttons="ok", mode=None, callback=None):
    with open(os.environ["PERF_XL_DIALOGS"], "a", encoding="utf-8") as file:
        file.write(f"{mode or 'info'}: {prompt}".replace("\\n", " ") + "\\n")
    return "yes" if "yes" in buttons else "ok"
xlwings.App.alert = alert
"""


class Failed(Exception):
    """What did not come out as it should."""


def main() -> int:
    """Run every step; print a line for each; return how many failed."""
    failures = 0
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        (home / "sitecustomize.py").write_text(STAND_IN, encoding="utf-8")
        os.environ |= {
            "PYTHONPATH": folder,
            "PERF_XL_DIALOGS": str(home / "dialogs.txt"),
            "PERF_XL_PYTHON": sys.executable,
        }
        with excel() as app:
            for name, step in steps(app, home):
                try:
                    step()
                    print(f"ok      {name}", flush=True)
                except Exception as problem:
                    failures += 1
                    print(f"FAILED  {name}: {problem}", flush=True)
    return failures


@contextmanager
def excel() -> Iterator[Any]:
    """Start an Excel of its own, that started programs see (PERF_XL_… are inherited), and end it."""
    from win32com.client import DispatchEx

    app = DispatchEx("Excel.Application")
    app.Visible, app.DisplayAlerts = True, False
    try:
        yield app
    finally:
        app.Quit()


def steps(app: Any, home: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is done, in order, and what it is called."""
    form, cockpit = (Path(shutil.copy2(TEMPLATES / name, home / name)) for name in (FORM, COCKPIT))
    sample = demo.write_example(home / "demo")[0]
    filed = sample.parent
    yield "Excel is Excel", lambda: expect("Microsoft Excel", app.Name)
    yield "the add-in opens without repair", lambda: opened(app, Path(addin_path(Machine())))
    for formula, wanted in FUNCTIONS.items():
        yield f"function {formula}", lambda formula=formula, wanted=wanted: function(app, home, formula, wanted)
    yield "a filed form opens", lambda: app.Workbooks.Open(str(sample))
    for one in COMMANDS:
        if one.group != "汇总":
            yield f"button of the add-in: {one.label}", lambda one=one: pressed(app, sample, ADDIN, one.macro)
    yield f"{FORM} opens without repair", lambda: opened(app, form)
    for name in ("recalculate", "check", "clear_marks", "undo"):
        yield f"button of {FORM}: {name}", lambda name=name: pressed(app, form, FORM, command(name).macro)
    yield f"{COCKPIT} opens without repair", lambda: opened(app, cockpit)
    yield "汇总文件夹", lambda: consolidated(app, cockpit, filed)
    yield "打开结果", lambda: pressed(app, cockpit, COCKPIT, command("open_result").macro)
    yield "the same result as the command line", lambda: same_as_command_line(app, home, filed)
    yield "Excel is left as it was", lambda: left_as_it_was(app)


def expect(wanted: Any, found: Any) -> None:
    """Fail if two things differ."""
    if wanted != found:
        raise Failed(f"expected {wanted!r}, found {found!r}")


def repair_logs() -> set[Path]:
    """What Excel writes when it repairs a file."""
    return set(Path(tempfile.gettempdir()).glob("error*.xml"))


def opened(app: Any, path: Path) -> None:
    """Open a workbook; Excel must not repair anything, and its macros must be there."""
    before = repair_logs()
    book = app.Workbooks.Open(str(path))
    time.sleep(2)
    expect(set(), repair_logs() - before)
    expect(True, bool(book.HasVBProject))


def function(app: Any, home: Path, formula: str, wanted: Any) -> None:
    """Calculate a function in a cell of a fresh workbook."""
    book = app.Workbooks.Add()
    try:
        cell = book.Worksheets(1).Range("A1")
        cell.Formula = formula
        app.Calculate()
        expect(wanted, cell.Value)
    finally:
        book.Close(False)


def pressed(app: Any, path: Path, owner: str, macro: str) -> None:
    """Run the macro behind a button on a workbook: a dialog must come, and not one of failure."""
    app.Workbooks(path.name).Activate()
    dialogs = Path(os.environ["PERF_XL_DIALOGS"])
    dialogs.write_text("", encoding="utf-8")
    app.Run(f"'{owner}'!{macro}")
    said = dialogs.read_text(encoding="utf-8")
    if not said.startswith("info"):
        raise Failed(said or "no dialog: Python was not reached")
    left_as_it_was(app)


def consolidated(app: Any, cockpit: Path, folder: Path) -> None:
    """Fill the cockpit in and press its button."""
    book = app.Workbooks(cockpit.name)
    book.Names("perf_folder").RefersToRange.Value = str(folder)
    book.Names("perf_output").RefersToRange.Value = str(folder.parent / "汇总结果.xlsx")
    pressed(app, cockpit, COCKPIT, command("consolidate").macro)
    if not (folder.parent / "汇总结果.xlsx").exists():
        raise Failed(f"no result: {book.Names('perf_state').RefersToRange.Value}")


def same_as_command_line(app: Any, home: Path, folder: Path) -> None:
    """Hold the consolidated sheets that Excel shows against those the command line writes."""
    other = home / "by-command.xlsx"
    arguments = ["consolidate", str(folder), "-o", str(other), "--json", str(home / "by-command.json")]
    subprocess.run([sys.executable, "-m", "perf_xl.cli", *arguments], check=False)
    expect(5, json.loads((home / "by-command.json").read_text(encoding="utf-8"))["files"]["read"])
    shown = [
        app.Workbooks.Open(str(path)).Worksheets(1).UsedRange.Value for path in (folder.parent / "汇总结果.xlsx", other)
    ]
    expect(shown[1], shown[0])


def left_as_it_was(app: Any) -> None:
    """Calculation automatic, screen on, status bar its own."""
    automatic = -4105
    expect((automatic, True, False), (app.Calculation, bool(app.ScreenUpdating), app.StatusBar))


if __name__ == "__main__":
    sys.exit(main())
