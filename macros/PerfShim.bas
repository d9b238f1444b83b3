Attribute VB_Name = "PerfShim"
Option Explicit

' The one way from Excel to Python: start it with the name of what to do, and wait.
' Python finds this Excel by its window and the workbook by its name, does everything, and tells the person itself.
' A message is shown here only where Python could not do that: it is missing, or perf_xl is.
' Plain ASCII, as all of VBA here: Chinese words stand on the hidden sheet perf_xl.conf.

Private Const Settings As String = "perf_xl.conf"

' The answer for a program that is not there, also of the stub that only leads to the Store.
Private Const NotFound As Long = 9009
' The answer of a Python that is too old to know an option.
Private Const TooOld As Long = 2

Public Sub PerfRun(ByVal Action As String)
    Dim Code As Long
    Code = NotFound
    On Error Resume Next
    Code = PerfStart(PerfProgramCall(Action))
    On Error GoTo 0
    If Code = 0 Then Exit Sub
    If Code = NotFound Or Code = TooOld Then
        PerfTell PerfMessage("MESSAGE_NO_PYTHON")
    Else
        PerfTell PerfMessage("MESSAGE_FAILED")
    End If
End Sub

' -P: a file pandas.py that lies beside a workbook is not taken for the library of that name.
Public Function PerfProgramCall(ByVal Action As String) As String
    PerfProgramCall = PerfQuoted(PerfInterpreter()) & " -P -X utf8 -m perf_xl.excel " & Action _
        & " " & PerfQuoted("--wb=" & PerfBookName()) & " --from_xl=1" _
        & " " & PerfQuoted("--app=" & PerfProgram()) & " --hwnd=" & PerfWindow()
End Function

Private Function PerfQuoted(ByVal Text As String) As String
    PerfQuoted = """" & Text & """"
End Function

' No two workbooks in one Excel have the same name. Without any, the add-in itself is named.
Private Function PerfBookName() As String
    If ActiveWorkbook Is Nothing Then
        PerfBookName = ThisWorkbook.Name
    Else
        PerfBookName = ActiveWorkbook.Name
    End If
End Function

Public Function PerfInterpreter() As String
    PerfInterpreter = PerfSetting("INTERPRETER_WIN")
    If PerfInterpreter = "" Then PerfInterpreter = PerfVariable("PERF_XL_PYTHON")
    If PerfInterpreter = "" Then PerfInterpreter = "python"
End Function

Private Function PerfMessage(ByVal Key As String) As String
    PerfMessage = Replace(PerfSetting(Key), "{python}", PerfInterpreter())
    If PerfMessage = "" Then PerfMessage = "perf_xl: python not found, or perf_xl is not installed (" & PerfInterpreter() & ")"
End Function

' The hidden sheet has the name of a setting in column A and its value in column B.
Public Function PerfSetting(ByVal Key As String) As String
    Dim Sheet As Object
    Dim Row As Long
    On Error Resume Next
    Set Sheet = ThisWorkbook.Worksheets(Settings)
    On Error GoTo 0
    If Sheet Is Nothing Then Exit Function
    Row = 1
    Do While Sheet.Cells(Row, 1).Value <> ""
        If Sheet.Cells(Row, 1).Value = Key Then PerfSetting = Sheet.Cells(Row, 2).Value
        Row = Row + 1
    Loop
End Function
