"""Inside Excel: the ribbon and its buttons, the functions for cells, and what puts them on a machine.

A face like the command line: it hands an open workbook to the same steps and knows no rules of its own. Everything here
is written against the public object model of xlwings; the only other thing that runs in Excel is the VBA in `macros/`,
which does no more than start `python -m perf_xl.excel`.
"""
