"""Workbooks with macros (宏工作簿) and the add-in (加载项), built without Excel.

Two workbooks with buttons ship, the form and the cockpit; they find Python by themselves. The add-in is built on the
machine that will use it: it says which Python there runs perf_xl, and holds what xlwings needs to call functions from
cells, in the version that is installed.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from perf_xl.excel.cockpit import cockpit_book
from perf_xl.excel.commands import command
from perf_xl.excel.functions import CATEGORY, FUNCTIONS
from perf_xl.excel.ribbon import NAMESPACES
from perf_xl.excel.vba import Module, macros_folder, project, read_module, read_modules
from perf_xl.rules import Rulebook
from perf_xl.sheets import Book, Button, Cell, Sheet
from perf_xl.template import Filing, form_book
from perf_xl.writing import render

SETTINGS, DESCRIPTIONS = "perf_xl.conf", "perf_functions"
"""Sheets nobody sees: settings by name, which the macros and those of xlwings read; what the functions say of themselves.

They are hidden in a workbook; an add-in shows no sheet at all, and one that is not hidden it must have.
"""

INTERPRETER, OWN_VERSION, XLWINGS_VERSION = "INTERPRETER_WIN", "PERF_XL_VERSION", "XLWINGS_VERSION"

MESSAGES: Mapping[str, str] = {
    "MESSAGE_NO_PYTHON": "没有找到 Python 3.11 以上的版本({python}),按钮用不了。\n\n"
    "请信息管理人员安装 Python 3.11 以上的版本,再运行:\npip install perf-xl\nperf-xl excel install\n\n"
    "表里的公式不受影响,可以照常填报。",
    "MESSAGE_FAILED": "Python 已经启动,但 perf_xl 没有运行起来:可能没有安装,或安装不完整。没有改动工作簿。\n\n"
    '请信息管理人员运行:\n"{python}" -m pip install --upgrade perf-xl\n"{python}" -m perf_xl.cli excel doctor',
}
"""What the macros say where Python cannot: VBA is plain ASCII, so the words stand in a cell."""

IN_WORKBOOK = ("PerfShim.bas", "PerfPlatform.bas", "PerfButtons.bas")
IN_ADDIN = (*IN_WORKBOOK, "PerfRibbon.bas", "PerfAddinEvents.bas", "PerfFunctions.bas", "ThisWorkbook.cls")

FORM_BUTTONS = ("recalculate", "fill_blank_scores", "check", "clear_marks", "undo", "help")


# --- workbooks with buttons -------------------------------------------------------------------------------------------


def form_with_buttons(filing: Filing, rulebook: Rulebook) -> Book:
    """Return the form that computes itself (自评表模板), with buttons beside the printed table."""
    commands = [command(name) for name in FORM_BUTTONS]
    book = form_book(filing, rulebook, {one.label: one.tip for one in commands})
    form, *others = book.sheets
    sheets = (replace(form, buttons=_beside_the_form()), *others, _settings({}))
    return replace(book, sheets=sheets, macros=_workbook_project(len(sheets)))


def cockpit() -> Book:
    """Return the workbook 汇总, from which a bureau consolidates."""
    return cockpit_book(_workbook_project(2), _settings({}))


_ACROSS, _WIDTH, _HEIGHT, _GAP = 3, 108, 28, 6


def _beside_the_form() -> tuple[Button, ...]:
    """Two lines of three, in J1 and below: above the helper columns, in the rows that stay when the sheet is scrolled."""
    buttons = []
    for number, name in enumerate(FORM_BUTTONS):
        line, place = divmod(number, _ACROSS)
        across, down = place * (_WIDTH + _GAP), _GAP + line * (_HEIGHT + _GAP)
        one = command(name)
        buttons.append(Button(one.label, one.macro, (0, 9), _WIDTH, _HEIGHT, across, down, one.tip))
    return tuple(buttons)


def _workbook_project(sheets: int) -> bytes:
    return project(read_modules(*IN_WORKBOOK), sheets)


def _settings(values: Mapping[str, str], hidden: bool = True) -> Sheet:
    """Names in column A, values in column B, no blank row between: as xlwings reads its own settings, too."""
    rows = [[Cell(name, "data"), Cell(value, "data")] for name, value in (*values.items(), *MESSAGES.items())]
    return Sheet(SETTINGS, rows, (24.0, 80.0), hidden=hidden)


# --- the add-in -------------------------------------------------------------------------------------------------------


def addin(interpreter: str = "") -> bytes:
    """Return the add-in perf_xl.xlam as bytes; the same interpreter and versions give the same bytes.

    Args:
        interpreter: Full path of the Python that runs perf_xl there; without one the macros look at the environment variable
            PERF_XL_PYTHON, and for `python` on the PATH.
    """
    stamp = {OWN_VERSION: version("perf-xl"), XLWINGS_VERSION: version("xlwings")}
    for_xlwings = {"UDF MODULES": "perf_xl.excel.functions", "ADD_WORKBOOK_TO_PYTHONPATH": "False"}
    where: dict[str, str] = {INTERPRETER: interpreter} if interpreter else {}
    sheets = (_settings(where | stamp | for_xlwings, hidden=False), _descriptions())
    modules = (*read_modules(*IN_ADDIN), *xlwings_modules())
    return _as_addin(render(Book(sheets, "perf_xl", macros=project(modules, len(sheets)))))


def _descriptions() -> Sheet:
    """A row for each function: its name, its category, what it does, then what each of its arguments is."""
    rows = []
    for one in FUNCTIONS.values():
        words = (one.name, CATEGORY, one.description, *(text for _, text in one.arguments))
        rows.append([Cell(text[:LONGEST_HELP], "data") for text in words])
    return Sheet(DESCRIPTIONS, rows, [16.0] * max(map(len, rows)))


LONGEST_HELP = 255
"""Excel takes no longer description of a function or an argument."""


def xlwings_modules() -> tuple[Module, ...]:
    """Return the modules by which xlwings calls Python from a cell, as they come with the installed xlwings."""
    spec = find_spec("xlwings")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("xlwings")
    folder = Path(spec.origin).parent
    main, dictionary = (
        read_module(folder / "xlwings_custom_addin.bas"),
        read_module(folder / "addin" / "Dictionary.cls"),
    )
    named = main.source.replace('PROJECT_NAME As String = "myaddin"', 'PROJECT_NAME As String = "perf_xl"')
    if named == main.source:
        raise AssertionError("xlwings names its settings in another way now")
    return main._replace(name="xlwings", source=named), dictionary


_WORKBOOK_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_ADDIN_TYPE = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
_RELATIONS: Mapping[str, str] = {
    "customUI14.xml": "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
    "customUI.xml": "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility",
}


def _as_addin(workbook: bytes) -> bytes:
    """Turn a workbook with macros into an add-in: its type, its hidden window, its ribbon in both forms."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as package, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for part in package.infolist():
            made.writestr(part, _part_of_addin(part.filename, package.read(part)))
        for name in NAMESPACES:
            ribbon = zipfile.ZipInfo(f"customUI/{name}", package.infolist()[0].date_time)
            made.writestr(ribbon, (macros_folder() / name).read_bytes(), zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def _part_of_addin(name: str, content: bytes) -> bytes:
    if name == "[Content_Types].xml":
        return _changed(content, _WORKBOOK_TYPE, _ADDIN_TYPE)
    if name == "xl/workbook.xml":
        return _changed(content, b"<workbookView ", b'<workbookView visibility="hidden" ')
    if name == "_rels/.rels":
        relations = "".join(
            f'<Relationship Id="ribbon{number}" Type="{_RELATIONS[ribbon]}" Target="customUI/{ribbon}"/>'
            for number, ribbon in enumerate(NAMESPACES, 1)
        )
        return _changed(content, b"</Relationships>", relations.encode() + b"</Relationships>")
    return content


def _changed(content: bytes, old: bytes, new: bytes) -> bytes:
    if content.count(old) != 1:
        raise AssertionError(f"the library writes {old!r} in another way now")
    return content.replace(old, new)
