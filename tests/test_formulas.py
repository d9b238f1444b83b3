"""Formulas whose result is not stored are worked out exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from perf_xl.formulas import evaluate

CELLS: dict[tuple[int, int], Decimal | str | None] = {
    (0, 0): Decimal("51.91"),
    (0, 1): Decimal(78),
    (1, 0): Decimal("2.675"),
    (1, 1): None,
    (2, 0): Decimal("-3"),
    (3, 0): "50%",
    (4, 0): "#REF!",
}


def work_out(formula: str) -> Decimal | None:
    return evaluate(formula, lambda row, column: "?" if (row, column) == (9, 9) else CELLS.get((row, column)))


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("A1+B1", "129.91"),
        ("SUM(A1:B2)", "132.585"),
        ("SUM(A1,B1,10)", "139.91"),
        ("ROUND(A1/B1*10,2)", "6.66"),
        ("ROUND(A2,2)", "2.68"),
        ("MIN(A1/B1,1)*10", "6.655128205128"),
        ("MAX(A3,0)", "0"),
        ("IF(A1>=B1,10,A1/B1*10)", "6.655128205128"),
        ("IFERROR(B1*2,0)", "156"),
        ("AVERAGE(A1:B1)", "64.955"),
        ("-A3^0", None),
        ("10%*50", "5"),
        ("(A1+B1)*2", "259.82"),
        ("$A$1", "51.91"),
        ("B2+1", "1"),
        ("A1/B2", None),
        ("VLOOKUP(A1,B1:B2,1)", None),
        ("Sheet2!A1", None),
        ("J10+1", None),
        ('IF(A1="","",1)', None),
        ("SUM(A1:XFD1048576)", None),
        ("A1*A4", None),
        ("SUM(A1,A4)", None),
        ("SUM(A1:A4)", "51.585"),
        ("SUM(A1:A5)", None),
        ("", None),
        ("A1+", None),
        ("(" * 300 + "1" + ")" * 300, None),
    ],
)
def test_worked_out_or_not(formula: str, result: str | None) -> None:
    assert work_out(formula) == (None if result is None else Decimal(result))
