"""The Windows half of xlwings, run here: its own decorators, converters and `call_udf`, with stand-ins for pywin32.

It needs a process of its own, because xlwings decides at its first import which half it is.
"""

from __future__ import annotations

import ctypes
import datetime
import pickle
import subprocess
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

MISSING = -2147352572
"""What COM hands over for an argument that was left out."""
DIVISION_BY_ZERO = -2146826281
"""What COM hands over for a cell that shows #DIV/0!."""


def calls(cases: Sequence[tuple[str, tuple[Any, ...]]]) -> list[Any]:
    """Call functions for cells as Excel does, with arguments as COM hands them over; what goes back to Excel."""
    result = _in_its_own_process("_call", list(cases))
    assert isinstance(result, list)
    return result


def metadata() -> dict[str, dict[str, Any]]:
    """What xlwings attaches to every function: `__xlfunc__` by name."""
    result = _in_its_own_process("_metadata", None)
    assert isinstance(result, dict)
    return result


def refusal(source: str) -> str:
    """What xlwings says against a decorated function."""
    return str(_in_its_own_process("_refuse", source))


def _in_its_own_process(what: str, argument: Any) -> Any:
    command = [sys.executable, "-X", "utf8", __file__]
    run = subprocess.run(command, input=pickle.dumps((what, argument)), check=True, stdout=subprocess.PIPE)
    return pickle.loads(run.stdout)


def _stand_in() -> None:
    """Load xlwings as on Windows. Nothing of pywin32 is called on the way of an argument that is no range."""
    from perf_xl.excel.wrappers import stand_in_for_windows

    stand_in_for_windows()
    mocked = "win32api win32con win32gui win32process win32timezone xlwings.com_server"
    sys.modules.update({name: MagicMock() for name in mocked.split()})
    client: Any = sys.modules["win32com.client"]
    pywintypes: Any = sys.modules["pywintypes"]
    pythoncom: Any = sys.modules["pythoncom"]
    com: Any = sys.modules["win32com"]
    for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass", "DispatchEx"):
        setattr(client, name, type(name, (), {}))
    client.__getattr__ = pythoncom.__getattr__ = lambda name: MagicMock()
    com.client = client
    pywintypes.TimeType = datetime.datetime
    for name in ("windll", "oledll", "PyDLL"):
        setattr(ctypes, name, MagicMock())
    import xlwings
    from xlwings import _xlwindows

    xlwings.engines.add(xlwings.Engine(impl=_xlwindows.engine))


def _functions() -> ModuleType:
    from perf_xl.excel import functions

    return functions


def _call(cases: list[tuple[str, tuple[Any, ...]]]) -> list[Any]:
    from xlwings.udfs import call_udf

    return [call_udf("perf_xl.excel.functions", name, arguments) for name, arguments in cases]


def _metadata(_: None) -> dict[str, Any]:
    functions = _functions()
    decorated = {name: getattr(one, "__xlfunc__", None) for name, one in vars(functions).items()}
    return {name: about for name, about in decorated.items() if about is not None}


def _refuse(source: str) -> str:
    try:
        exec(source, {})
    except Exception as problem:
        return str(problem)
    return ""


if __name__ == "__main__":
    what, argument = pickle.loads(sys.stdin.buffer.read())
    _stand_in()
    sys.stdout.buffer.write(pickle.dumps({"_call": _call, "_metadata": _metadata, "_refuse": _refuse}[what](argument)))
