"""The VBA module behind the functions for cells (macros/PerfFunctions.bas), made by xlwings' own generator.

The generator belongs to the Windows half of xlwings. Elsewhere it runs in a process of its own, in which empty modules
stand for pywin32: nothing of them is called. The code it writes refers to xlwings' own VBA (`XLPy`) and therefore goes into
the add-in only. It is ASCII: what the functions say of themselves in Chinese is kept in a table, `descriptions`.
"""

from __future__ import annotations

import io
import subprocess
import sys
from importlib import import_module
from types import ModuleType, SimpleNamespace

MODULE = "PerfFunctions"
"""Name of the VBA module."""
SOURCE = "perf_xl.excel.functions"
ADDIN = "perf_xl.xlam"
"""In an add-in the generator takes the workbook a function is called from, not the one it stands in."""

_HEADER = f"""Attribute VB_Name = "{MODULE}"
Option Explicit
' Functions for cells. Written by tools/make_macros.py with the generator of xlwings; do not edit.
' Belongs into the add-in only: XLPy is part of the VBA that xlwings installs there.
#Const App = "Microsoft Excel"

"""


def stand_in_for_windows() -> None:
    """Let xlwings' decorators and generator be those of Windows in this process, which must be one of its own.

    Raises:
        RuntimeError: the functions are there already, with decorators that do nothing.
    """
    if SOURCE in sys.modules:
        raise RuntimeError(f"{SOURCE} is loaded already: start a new process")
    if sys.platform != "win32":
        empty: dict[str, dict[str, object]] = {
            "pythoncom": {"CoInitialize": None},
            "pywintypes": {"com_error": OSError},
            "win32com": {},
            "win32com.client": {"Dispatch": None},
        }
        for name, entries in empty.items():
            module = sys.modules[name] = ModuleType(name)
            module.__dict__.update(entries)
    import xlwings

    udfs = import_module("xlwings.udfs")
    for name in ("func", "arg", "ret"):
        setattr(xlwings, name, getattr(udfs, f"xl{name}"))


def generated() -> str:
    """Return the VBA module, made in this process; see `stand_in_for_windows`."""
    stand_in_for_windows()
    text = io.StringIO()
    text.write(_HEADER)
    generate = import_module("xlwings.udfs").generate_vba_wrapper
    generate(SOURCE, import_module(SOURCE), text, SimpleNamespace(Name=ADDIN))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()).rstrip() + "\n"


def wrappers() -> str:
    """Return the VBA module, made in a process of its own: the same text on every machine with the same xlwings."""
    program = f"import sys; from {__name__} import generated; sys.stdout.write(generated())"
    command = [sys.executable, "-X", "utf8", "-c", program]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def descriptions() -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what 插入函数 shows, from the decorators: name, description, and each argument with its help."""
    functions = import_module(SOURCE).FUNCTIONS.values()
    return [(one.name, one.description, list(one.arguments)) for one in functions]
