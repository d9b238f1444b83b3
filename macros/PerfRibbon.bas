Attribute VB_Name = "PerfRibbon"
Option Explicit

' What the ribbon of the add-in calls.
' Written by tools/make_ribbon.py.

Public Sub RibbonPerfNewForm(Control As IRibbonControl)
    PerfNewForm
End Sub

Public Sub RibbonPerfRecalculate(Control As IRibbonControl)
    PerfRecalculate
End Sub

Public Sub RibbonPerfFillBlankScores(Control As IRibbonControl)
    PerfFillBlankScores
End Sub

Public Sub RibbonPerfReplaceScores(Control As IRibbonControl)
    PerfReplaceScores
End Sub

Public Sub RibbonPerfCheck(Control As IRibbonControl)
    PerfCheck
End Sub

Public Sub RibbonPerfClearMarks(Control As IRibbonControl)
    PerfClearMarks
End Sub

Public Sub RibbonPerfReport(Control As IRibbonControl)
    PerfReport
End Sub

Public Sub RibbonPerfUndo(Control As IRibbonControl)
    PerfUndo
End Sub

Public Sub RibbonPerfConsolidate(Control As IRibbonControl)
    PerfConsolidate
End Sub

Public Sub RibbonPerfOpenResult(Control As IRibbonControl)
    PerfOpenResult
End Sub

Public Sub RibbonPerfSettings(Control As IRibbonControl)
    PerfSettings
End Sub

Public Sub RibbonPerfHelp(Control As IRibbonControl)
    PerfHelp
End Sub
