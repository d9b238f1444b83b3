"""The VBA behind the functions for cells: what is committed is what xlwings' generator writes, and calls what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter import VBACompileError
from support_windows import metadata

from perf_xl.excel.functions import FUNCTIONS
from perf_xl.excel.wrappers import MODULE, SOURCE, descriptions, stand_in_for_windows, wrappers

ROOT = Path(__file__).parent.parent
COMMITTED = ROOT / "macros" / f"{MODULE}.bas"
OPTIONAL = {"PERF_SCORE": {"direction"}, "PERF_CHECK": {"top_left"}}


def test_the_committed_module_is_what_the_generator_writes() -> None:
    """If this fails: python tools/make_macros.py"""
    assert COMMITTED.read_bytes().decode("ascii") == wrappers()


def test_the_module_begins_as_excel_wants_it() -> None:
    lines = COMMITTED.read_text(encoding="ascii").splitlines()
    assert lines[:2] == [f'Attribute VB_Name = "{MODULE}"', "Option Explicit"]
    assert '#Const App = "Microsoft Excel"' in lines
    assert len(MODULE) <= 31


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_its_wrapper(name: str) -> None:
    """With the arguments of the Python function in their order, and none but these."""
    source = COMMITTED.read_text(encoding="ascii")
    arguments = [argument for argument, _ in FUNCTIONS[name].arguments]
    declared = ", ".join("Optional " * (one in OPTIONAL.get(name, ())) + one for one in arguments)
    (body,) = re.findall(rf"^Function {name}\({re.escape(declared)}\)\n(.*?)^End Function$", source, re.M | re.S)
    call = f'{name} = XLPy.CallUDF("{SOURCE}", "{name}", Array({", ".join(arguments)}), ActiveWorkbook, Application.Caller)'
    assert call in body


def as_excel_compiles(source: str) -> str:
    """The source with its conditions settled: the compiler at hand knows none."""
    without = re.sub(r"^ *#Else\n.*?^ *#End If\n", "", source, flags=re.M | re.S)
    return re.sub(r"^ *#.*\n", "", without, flags=re.M)


def test_the_module_compiles() -> None:
    source = as_excel_compiles(COMMITTED.read_text(encoding="ascii"))
    assert "#" not in source
    app = ExcelApplication.open(ROOT / "workbook_templates" / "项目支出绩效自评表.xlsx")
    app.add_module(source, name="Tried")
    with pytest.raises(VBACompileError):
        app.add_module(source.replace("Exit Function", "Exit Function )", 1), name="Broken")


RECORDER = """Option Explicit
Public Function CallUDF(ByVal Module As String, ByVal Name As String, Arguments As Variant, Book As Variant, Caller As Variant) As Variant
    Dim Told As String
    Dim At As Long
    If Name = "PERF_GRADE" Then Err.Raise 1000, , "no Python"
    Told = Module & "." & Name
    For At = 0 To UBound(Arguments)
        Told = Told & " " & Arguments(At)
    Next At
    CallUDF = Told
End Function
"""
XLPY = "Option Explicit\nPublic Function XLPy() As Object\n    Set XLPy = New Recorder\nEnd Function\n"


def test_the_wrappers_run() -> None:
    """In an interpreter of VBA, with a server that writes down what it is asked; a failure is text in the cell."""
    app = ExcelApplication.open(ROOT / "workbook_templates" / "项目支出绩效自评表.xlsx")
    app.add_module(RECORDER, name="Recorder", kind="class")
    app.add_module(XLPY, name="Server")
    source = as_excel_compiles(COMMITTED.read_text(encoding="ascii"))
    app.add_module(source.replace("Application.Caller", 'ActiveSheet.Range("A1")'), name="Tried")
    assert app.evaluate("PERF_RATE(20,18)") == f"{SOURCE}.PERF_RATE 20 18"
    assert app.evaluate('PERF_SCORE(20,25,10,"x")') == f"{SOURCE}.PERF_SCORE 20 25 10 x"
    assert app.evaluate("PERF_GRADE(90)") == "no Python"


def test_the_names_are_no_words_of_vba() -> None:
    """A parameter named like a type or keyword would hide it from `Is Range`, `Array(...)` and the rest of the wrapper."""
    taken = {
        "range",
        "array",
        "application",
        "err",
        "activeworkbook",
        "failed",
        "next",
        "end",
        "type",
        "date",
        "string",
    }
    names = {argument for told in FUNCTIONS.values() for argument, _ in told.arguments}
    assert not names & taken


def test_the_descriptions_are_those_of_the_decorators() -> None:
    told = descriptions()
    about = metadata()
    assert [name for name, _, _ in told] == list(FUNCTIONS)
    for name, description, arguments in told:
        assert about[name]["ret"]["doc"] == description
        assert [(one["name"], one["doc"]) for one in about[name]["args"]] == arguments


def test_the_stand_ins_want_a_process_of_their_own() -> None:
    before = set(sys.modules)
    with pytest.raises(RuntimeError, match="new process"):
        stand_in_for_windows()
    assert not {"pythoncom", "win32com"} & (set(sys.modules) - before)


def test_making_the_module_changes_nothing_here() -> None:
    program = (
        "import sys, perf_xl.excel.functions as f\n"
        "from perf_xl.excel.wrappers import wrappers\n"
        "before = set(sys.modules)\n"
        "assert 'PERF_RATE' in wrappers()\n"
        "assert not {'pythoncom', 'xlwings.udfs'} & (set(sys.modules) - before)\n"
        "assert f.PERF_RATE(20, 18) == 0.9\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
