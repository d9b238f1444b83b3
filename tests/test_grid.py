"""What a person sees in a cell: the stored value through its number format."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf_xl.grid import Grid, address, position, show, tidy


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.67, "0%", "67%"),
        (0.665512, "0.00%", "66.55%"),
        (1.0, "0%", "100%"),
        (98.6, '0.0"%"', "98.6%"),
        (98.6, "0.0\\%", "98.6%"),
        (0.67, "General", "0.67"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234567.0, "#,##0", "1,234,567"),
        (3.0, '0"次"', "3次"),
        (5.8, '0.00"万元"', "5.80万元"),
        (8.0, "0次", "8次"),
        (-2.5, "0.0", "-2.5"),
        (-2.5, "0.0;(0.0)", "(2.5)"),
        (0.0, '0.0;-0.0;"零"', "零"),
        (78.0, "0.00_ ", "78.00"),
        (78.0, '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ', "78.00"),
        (0.1 + 0.2, "General", "0.3"),
        (1e-7, "General", "0.0000001"),
        (123456789012345.0, "General", "123456789012345"),
        (2.5, "# ?/?", "2.5"),
        (True, "General", "TRUE"),
        (date(2021, 12, 31), "General", "2021-12-31"),
        (date(2021, 12, 31), "yyyy/m/d", "2021/12/31"),
        (date(2021, 12, 1), 'yyyy"年"m"月"', "2021年12月"),
        (date(2021, 3, 1), 'yyyy"年"mm"月"dd"日"', "2021年03月01日"),
        (date(2021, 3, 1), 'm"月"d"日"', "3月1日"),
        (datetime(2021, 3, 1, 8, 30), "General", "2021-03-01 08:30:00"),
    ],
)
def test_shown(value: object, number_format: str, shown: str) -> None:
    assert show(value, number_format) == shown  # type: ignore[arg-type]


@given(st.integers(0, 10**6), st.integers(0, 500))
def test_an_address_leads_back(row: int, column: int) -> None:
    assert position(address(row, column)) == (row, column)


@given(st.floats(min_value=-(10**9), max_value=10**9, allow_nan=False), st.text('#0,.%?;"人 _*-[]yE+\\', max_size=12))
def test_no_format_is_too_odd(value: float, number_format: str) -> None:
    assert isinstance(show(value, number_format), str)


def test_inner_line_breaks_are_folded_away() -> None:
    assert tidy(" 年度 \n 指标值\r\n(万元) ") == "年度指标值(万元)"


def test_a_number_is_exact_whatever_its_format_shows() -> None:
    grid = Grid("表", [[0.66551282]], formats={(0, 0): "0%"})
    assert (grid.text(0, 0), grid.number(0, 0)) == ("67%", Decimal("0.66551282"))


def test_an_error_value_is_no_blank() -> None:
    grid = Grid("表", [[None]], errors={(0, 0): "#REF!"})
    assert (grid.text(0, 0), grid.number(0, 0)) == ("#REF!", None)


def test_outside_the_sheet_is_blank() -> None:
    grid = Grid("表", [["a"]])
    assert (grid.text(5, 0), grid.text(0, 5), grid.number(-1, 0)) == ("", "", None)
