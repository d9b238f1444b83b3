Attribute VB_Name = "PerfAddinEvents"
Option Explicit

' Tells Excel what the functions and their arguments are for, as the window "insert function" shows it.
' The hidden sheet perf_functions has one function a row: its name, its category, what it does, then one argument a column.
' A description that Excel refuses is left out; the function works without it.

Private Const Functions As String = "perf_functions"

Public Sub PerfDescribeFunctions()
    Dim Sheet As Object
    Dim Row As Long
    On Error Resume Next
    Set Sheet = ThisWorkbook.Worksheets(Functions)
    On Error GoTo 0
    If Sheet Is Nothing Then Exit Sub
    Row = 1
    Do While Sheet.Cells(Row, 1).Value <> ""
        PerfDescribe Sheet, Row
        Row = Row + 1
    Loop
End Sub

Private Sub PerfDescribe(ByVal Sheet As Object, ByVal Row As Long)
    Dim Helps() As String
    Dim Count As Long
    Dim Macro As String
    Dim Category As String
    Dim Description As String
    Macro = "'" & ThisWorkbook.Name & "'!" & Sheet.Cells(Row, 1).Value
    Category = Sheet.Cells(Row, 2).Value
    Description = Sheet.Cells(Row, 3).Value
    Do While Sheet.Cells(Row, Count + 4).Value <> ""
        ReDim Preserve Helps(Count)
        Helps(Count) = Sheet.Cells(Row, Count + 4).Value
        Count = Count + 1
    Loop
    On Error Resume Next
    If Count = 0 Then
        Application.MacroOptions Macro:=Macro, Description:=Description, Category:=Category
    Else
        Application.MacroOptions Macro:=Macro, Description:=Description, Category:=Category, ArgumentDescriptions:=Helps
    End If
    On Error GoTo 0
End Sub
