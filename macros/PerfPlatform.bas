Attribute VB_Name = "PerfPlatform"
Option Explicit

' What an Excel elsewhere does otherwise. A test puts another module of this name in its place.

' Run a program without a window, wait for its end, return its exit code.
Public Function PerfStart(ByVal ProgramCall As String) As Long
    Dim Host As Object
    Set Host = CreateObject("WScript.Shell")
    PerfStart = Host.Run(ProgramCall, 0, True)
End Function

Public Function PerfVariable(ByVal Variable As String) As String
    PerfVariable = Environ(Variable)
End Function

Public Function PerfWindow() As String
    PerfWindow = CStr(Application.Hwnd)
End Function

Public Function PerfProgram() As String
    PerfProgram = Application.Path & "\" & Application.Name
End Function

Public Sub PerfTell(ByVal Text As String)
    MsgBox Text, vbExclamation, "perf_xl"
End Sub
