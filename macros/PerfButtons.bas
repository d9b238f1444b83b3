Attribute VB_Name = "PerfButtons"
Option Explicit

' What the buttons of a workbook start, and the list of macros (Alt+F8).
' Written by tools/make_ribbon.py.

Public Sub PerfNewForm()
    PerfRun "new_form"
End Sub

Public Sub PerfRecalculate()
    PerfRun "recalculate"
End Sub

Public Sub PerfFillBlankScores()
    PerfRun "fill_blank_scores"
End Sub

Public Sub PerfReplaceScores()
    PerfRun "replace_scores"
End Sub

Public Sub PerfCheck()
    PerfRun "check"
End Sub

Public Sub PerfClearMarks()
    PerfRun "clear_marks"
End Sub

Public Sub PerfReport()
    PerfRun "report"
End Sub

Public Sub PerfUndo()
    PerfRun "undo"
End Sub

Public Sub PerfConsolidate()
    PerfRun "consolidate"
End Sub

Public Sub PerfOpenResult()
    PerfRun "open_result"
End Sub

Public Sub PerfSettings()
    PerfRun "settings"
End Sub

Public Sub PerfHelp()
    PerfRun "help"
End Sub
