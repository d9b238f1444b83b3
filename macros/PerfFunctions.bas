Attribute VB_Name = "PerfFunctions"
Option Explicit
' Functions for cells. Written by tools/make_macros.py with the generator of xlwings; do not edit.
' Belongs into the add-in only: XLPy is part of the VBA that xlwings installs there.
#Const App = "Microsoft Excel"

Function PERF_BAND(completion)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        PERF_BAND = XLPy.CallUDF("perf_xl.excel.functions", "PERF_BAND", Array(completion), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        PERF_BAND = XLPy.CallUDF("perf_xl.excel.functions", "PERF_BAND", Array(completion))
        Exit Function
    #End If
failed:
    PERF_BAND = Err.Description
End Function

Function PERF_CHECK(form, Optional top_left)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        PERF_CHECK = XLPy.CallUDF("perf_xl.excel.functions", "PERF_CHECK", Array(form, top_left), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        PERF_CHECK = XLPy.CallUDF("perf_xl.excel.functions", "PERF_CHECK", Array(form, top_left))
        Exit Function
    #End If
failed:
    PERF_CHECK = Err.Description
End Function

Function PERF_COMPLETION(target, actual)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        PERF_COMPLETION = XLPy.CallUDF("perf_xl.excel.functions", "PERF_COMPLETION", Array(target, actual), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        PERF_COMPLETION = XLPy.CallUDF("perf_xl.excel.functions", "PERF_COMPLETION", Array(target, actual))
        Exit Function
    #End If
failed:
    PERF_COMPLETION = Err.Description
End Function

Function PERF_GRADE(total)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        PERF_GRADE = XLPy.CallUDF("perf_xl.excel.functions", "PERF_GRADE", Array(total), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        PERF_GRADE = XLPy.CallUDF("perf_xl.excel.functions", "PERF_GRADE", Array(total))
        Exit Function
    #End If
failed:
    PERF_GRADE = Err.Description
End Function

Function PERF_PARSE(text)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        PERF_PARSE = XLPy.CallUDF("perf_xl.excel.functions", "PERF_PARSE", Array(text), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        PERF_PARSE = XLPy.CallUDF("perf_xl.excel.functions", "PERF_PARSE", Array(text))
        Exit Function
    #End If
failed:
    PERF_PARSE = Err.Description
End Function

Function PERF_RATE(budget, executed)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        PERF_RATE = XLPy.CallUDF("perf_xl.excel.functions", "PERF_RATE", Array(budget, executed), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        PERF_RATE = XLPy.CallUDF("perf_xl.excel.functions", "PERF_RATE", Array(budget, executed))
        Exit Function
    #End If
failed:
    PERF_RATE = Err.Description
End Function

Function PERF_SCORE(target, actual, weight, Optional direction)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        PERF_SCORE = XLPy.CallUDF("perf_xl.excel.functions", "PERF_SCORE", Array(target, actual, weight, direction), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        PERF_SCORE = XLPy.CallUDF("perf_xl.excel.functions", "PERF_SCORE", Array(target, actual, weight, direction))
        Exit Function
    #End If
failed:
    PERF_SCORE = Err.Description
End Function

Function PERF_TOTAL(scores, weights)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        PERF_TOTAL = XLPy.CallUDF("perf_xl.excel.functions", "PERF_TOTAL", Array(scores, weights), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        PERF_TOTAL = XLPy.CallUDF("perf_xl.excel.functions", "PERF_TOTAL", Array(scores, weights))
        Exit Function
    #End If
failed:
    PERF_TOTAL = Err.Description
End Function

Function PERF_WAVG(values, funds)
    #If App = "Microsoft Excel" Then
        If TypeOf Application.Caller Is Range Then On Error GoTo failed
        PERF_WAVG = XLPy.CallUDF("perf_xl.excel.functions", "PERF_WAVG", Array(values, funds), ActiveWorkbook, Application.Caller)
        Exit Function
    #Else
        PERF_WAVG = XLPy.CallUDF("perf_xl.excel.functions", "PERF_WAVG", Array(values, funds))
        Exit Function
    #End If
failed:
    PERF_WAVG = Err.Description
End Function
