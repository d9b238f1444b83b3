"""A stand-in for the platform part of the macros: it writes down what it is asked to do, in whichever program runs it."""

from __future__ import annotations

_PLATFORM = """{head}
Option Explicit
Public Recorded As String
Public Told As String
Public Answer As Long
Public Variable As String
Public Function PerfStart(ByVal CommandLine As String) As Long
    Recorded = CommandLine
    {start}
End Function
Public Function PerfVariable(ByVal Name As String) As String
    PerfVariable = Variable
End Function
Public Function PerfWindow() As String
    PerfWindow = "1234"
End Function
Public Function PerfProgram() As String
    PerfProgram = "C:\\Office\\Microsoft Excel"
End Function
Public Sub PerfTell(ByVal Text As String)
    Told = Text
End Sub
Public Sub Preset(ByVal Code As Long, ByVal Python As String)
    Answer = Code
    Variable = Python
End Sub
Public Function PerfRecorded() As String
    PerfRecorded = Recorded
    If Told <> "" Then PerfRecorded = Told
End Function
"""


def for_the_compiler() -> str:
    """The source of a module whose answer `Preset` sets; 53 is a run that fails."""
    start = "If Answer = 53 Then Err.Raise 53\n    PerfStart = Answer"
    return _PLATFORM.format(head='Attribute VB_Name = "PerfPlatform"', start=start)


def for_libreoffice(answer: str) -> str:
    """The source of a module in an open document, whose answer is a Basic expression."""
    head = "Rem Attribute VBA_ModuleType=VBAModule\nOption VBASupport 1"
    return _PLATFORM.format(head=head, start=f"PerfStart = {answer}")
