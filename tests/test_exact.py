"""Exact numbers: what a cell stores, what a person reads, one rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perf_xl.exact import (
    apportion,
    cut,
    decimal_in,
    decimal_of,
    fold,
    of_float,
    plain,
    quotient,
    round_half_up,
    sum_of,
    sum_of_products,
    times,
)

DECIMALS = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=6)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("2.675", 2, "2.68"),
        ("1.005", 2, "1.01"),
        ("0.285", 2, "0.29"),
        ("-2.5", 0, "-3"),
        ("4.6585897", 2, "4.66"),
        ("9.995", 2, "10.00"),
    ],
)
def test_halves_are_rounded_up(value: str, places: int, rounded: str) -> None:
    assert round_half_up(Decimal(value), places) == Decimal(rounded)


@given(DECIMALS, st.integers(0, 5))
def test_rounding_agrees_with_the_decimal_module(value: Decimal, places: int) -> None:
    assert round_half_up(value, places) == value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@given(st.fractions(min_value=-1000, max_value=1000))
def test_a_cut_never_exceeds_and_never_loses_a_unit(value: Fraction) -> None:
    assert abs(Fraction(cut(value, 8))) <= abs(value)
    assert abs(value) - abs(Fraction(cut(value, 8))) < Fraction(1, 10**8)


@given(st.lists(st.tuples(st.fractions(max_denominator=1000), st.fractions(max_denominator=1000))))
def test_a_sum_of_products_is_exact(pairs: list[tuple[Fraction, Fraction]]) -> None:
    assert sum_of_products(pairs) == sum((one * other for one, other in pairs), Fraction(0))


@given(st.lists(st.fractions(max_denominator=1000) | DECIMALS))
def test_a_sum_is_exact(numbers: list[Fraction | Decimal]) -> None:
    assert sum_of(numbers) == sum(map(Fraction, numbers), Fraction(0))


@given(DECIMALS, DECIMALS.filter(bool))
def test_a_quotient_is_exact(one: Decimal, other: Decimal) -> None:
    assert quotient(one, other) == Fraction(one) / Fraction(other)


@given(DECIMALS)
def test_what_is_printed_is_read_back(value: Decimal) -> None:
    assert decimal_in(plain(value)) == value


@given(st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False, allow_infinity=False))
def test_thousands_and_full_width_are_read(value: Decimal) -> None:
    printed = f"{value:,}"
    wide = printed.translate(str.maketrans("0123456789,.", "０１２３４５６７８９，．"))
    assert decimal_in(printed) == decimal_in(wide) == value


@pytest.mark.parametrize("text", ["", "-", "12,34", "1,2345", "1.2.3", "5分", "1e308", "nan", "１万", "12-3", "9" * 31])
def test_what_is_not_certainly_a_number_is_none(text: str) -> None:
    assert decimal_in(text) is None


@given(st.floats(min_value=-(10**9), max_value=10**9, allow_nan=False))
def test_a_stored_float_is_the_number_that_is_shown(value: float) -> None:
    assert float(of_float(value)) == pytest.approx(value, rel=1e-14)
    assert len(of_float(value).as_tuple().digits) <= 15


@given(
    st.lists(st.fractions(min_value=0, max_value=1000), min_size=1, max_size=12).filter(any),
    st.decimals(min_value=0, max_value=100, places=2, allow_nan=False, allow_infinity=False),
)
def test_shown_parts_add_up_exactly(shares: list[Fraction], total: Decimal) -> None:
    parts = apportion(shares, total)
    assert sum(parts) == total
    whole = sum(shares)
    for part, share in zip(parts, shares, strict=True):
        assert abs(Fraction(part) - share / whole * Fraction(total)) < Fraction(1, 100)


def test_equal_remainders_go_to_the_earlier_part() -> None:
    assert apportion([1, 1, 1], Decimal("0.02")) == [Decimal("0.01"), Decimal("0.01"), Decimal("0.00")]


def test_nothing_can_be_shared_by_nothing() -> None:
    with pytest.raises(ValueError, match="positive"):
        apportion([0, 0], Decimal(10))


def test_products_keep_every_digit() -> None:
    nines = Decimal("9" * 30)
    assert times(nines, nines) == int(nines) * int(nines)


def test_only_finite_decimals_are_decimals() -> None:
    assert decimal_of(Fraction(1, 8)) == Decimal("0.125")
    assert decimal_of(Fraction(1, 3)) is None


def test_words_are_compared_in_half_width_without_space() -> None:
    assert fold(" 分 值\n（权重） ") == "分值(权重)"
