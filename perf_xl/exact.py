"""Exact numbers: Decimal out of a cell, 四舍五入, shares and their printing.

No float takes part in a score or an amount. What was written is a `Decimal`; a quotient is a `Fraction`, which never
rounds; both meet a person only through `round_half_up`, once, at the end.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import TypeAlias

Number: TypeAlias = Decimal | Fraction | int

MOST_DIGITS = 30
LARGEST = Decimal(10) ** 15

_EXACTLY = Context(prec=500, traps=[Inexact, InvalidOperation])


def times(one: Decimal, other: Decimal) -> Decimal:
    """Return the product with every digit; the ordinary context would round after 28 of them."""
    return _EXACTLY.multiply(one, other)


@lru_cache(maxsize=4096)
def fraction_of(value: Decimal | Fraction) -> Fraction:
    """Return a number as a fraction. Weights, scores and percents are few numbers, met again and again.

    >>> fraction_of(Decimal("2.50"))
    Fraction(5, 2)
    """
    return Fraction(*value.as_integer_ratio())


def quotient(one: Number, other: Number) -> Fraction:
    """Return one ÷ other, exactly.

    >>> quotient(Decimal("51.91"), Decimal(78))
    Fraction(5191, 7800)
    """
    top, bottom = one.as_integer_ratio()
    by, of = other.as_integer_ratio()
    return Fraction(top * of, bottom * by)


def sum_of(numbers: Iterable[Number]) -> Fraction:
    """Return the sum, exactly. Numerators are added by denominator, of which there are few.

    >>> sum_of([Fraction(1, 2), Decimal("0.25"), Fraction(1, 2)])
    Fraction(5, 4)
    """
    sums: dict[int, int] = {}
    for number in numbers:
        top, bottom = number.as_integer_ratio()
        sums[bottom] = sums.get(bottom, 0) + top
    return _sum_by_denominator(sums)


def _sum_by_denominator(sums: dict[int, int]) -> Fraction:
    whole = lcm(*sums)
    return Fraction(sum(numerator * (whole // denominator) for denominator, numerator in sums.items()), whole)


def sum_of_products(pairs: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """Return Σ one·other, exactly. Numerators are added by denominator, of which there are few: no fraction is reduced.

    >>> sum_of_products([(Fraction(1, 2), Fraction(1, 3)), (Fraction(3), Fraction(1, 6))])
    Fraction(2, 3)
    """
    sums: dict[int, int] = {}
    for one, other in pairs:
        top, bottom = one.as_integer_ratio()
        by, of = other.as_integer_ratio()
        sums[bottom * of] = sums.get(bottom * of, 0) + top * by
    return _sum_by_denominator(sums)


@lru_cache(maxsize=16384)
def of_float(value: float) -> Decimal:
    """Return the number that a spreadsheet shows for a stored float: 15 significant digits; nought has no sign.

    >>> of_float(51.91), of_float(0.1 + 0.2), of_float(78.0), of_float(-0.0)
    (Decimal('51.91'), Decimal('0.3'), Decimal('78'), Decimal('0'))
    """
    return Decimal(f"{value or 0.0:.15g}")


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Return `text` in half width and without any white space: the form in which words are compared.

    >>> fold("分 值\\n（权重）"), fold("﹦ １００ ％")
    ('分值(权重)', '=100%')
    """
    return "".join(unicodedata.normalize("NFKC", text).split())


@lru_cache(maxsize=16384)
def decimal_in(text: str) -> Decimal | None:
    """Read a text that is a number and nothing else; None for anything that is not certainly one.

    Thousands are accepted where they stand right (`1,234.5`, `1 234`), full width too.

    >>> decimal_in("１,234.50"), decimal_in("12,34"), decimal_in("5分"), decimal_in("")
    (Decimal('1234.50'), None, None, None)
    """
    folded = fold(text).replace("−", "-")
    if "," in folded:
        head, *groups = folded.split(".", 1)[0].split(",")
        if not head.lstrip("+-") or len(head.lstrip("+-")) > 3 or any(len(group) != 3 for group in groups):
            return None
        folded = folded.replace(",", "")
    if not folded or folded.strip("+-.0123456789") or not folded[-1].isdigit():
        return None
    try:
        return within_reason(Decimal(folded))
    except InvalidOperation:
        return None


def within_reason(value: Decimal) -> Decimal | None:
    """Return `value`, or None where it has more than 30 digits, passes 10¹⁵ or is less than 10⁻³⁰: no amount is like that.

    >>> within_reason(Decimal("1E-320")), within_reason(Decimal("5.5E-17")), within_reason(Decimal("NaN"))
    (None, Decimal('5.5E-17'), None)
    """
    if not value.is_finite() or abs(value) > LARGEST or (value and value.adjusted() < -MOST_DIGITS):
        return None
    long = len(str(value)) > MOST_DIGITS
    return None if long and len(value.as_tuple().digits) > MOST_DIGITS else value


@lru_cache(maxsize=4096)
def round_half_up(value: Number, places: int = 2) -> Decimal:
    """Round to `places` decimals, halves away from zero (四舍五入), exactly.

    >>> round_half_up(Decimal("2.675")), round_half_up(Fraction(5191 * 7, 7800)), round_half_up(Decimal("-2.5"), 0)
    (Decimal('2.68'), Decimal('4.66'), Decimal('-3'))
    """
    top, bottom = value.as_integer_ratio()
    units = (2 * abs(top) * 10**places + bottom) // (2 * bottom)
    return Decimal(-units if top < 0 else units).scaleb(-places)


def cut(value: Number, places: int = 8) -> Decimal:
    """Cut off after `places` decimals, towards zero, as quotients are printed in JSON.

    >>> cut(Fraction(5191, 7800))
    Decimal('0.66551282')
    """
    top, bottom = value.as_integer_ratio()
    units = abs(top) * 10**places // bottom
    return Decimal(-units if top < 0 else units).scaleb(-places)


def decimal_of(value: Fraction) -> Decimal | None:
    """Return the finite decimal equal to `value`, or None where there is none (1/3)."""
    bottom, twos, fives = value.denominator, 0, 0
    while bottom % 2 == 0:
        bottom //= 2
        twos += 1
    while bottom % 5 == 0:
        bottom //= 5
        fives += 1
    if bottom != 1:
        return None
    places = max(twos, fives)
    return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)


def plain(value: Decimal | int) -> str:
    """Print without exponent and trailing zeros.

    >>> plain(Decimal("94.50")), plain(Decimal("2E+5")), plain(Decimal("-0.00"))
    ('94.5', '200000', '0')
    """
    text = str(value)
    if "E" in text:
        text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def apportion(shares: Sequence[Number], total: Decimal, places: int = 2) -> list[Decimal]:
    """Split `total` in proportion to `shares` so that the printed parts add up exactly (最大余数法).

    Every exact part is cut to `places` decimals; what is left goes by largest remainder, equal remainders to the
    earlier part. `shares` must not be negative and must not all be zero.

    >>> apportion([1, 1, 1], Decimal(10))
    [Decimal('3.34'), Decimal('3.33'), Decimal('3.33')]
    """
    whole = sum_of(shares)
    if whole <= 0:
        raise ValueError("apportion needs a positive share")
    scale = Fraction(total) * 10**places / whole
    units = [share * scale if isinstance(share, Fraction) else Fraction(share) * scale for share in shares]
    floors = [unit.numerator // unit.denominator for unit in units]
    left = int(Fraction(total) * 10**places) - sum(floors)
    by_remainder = sorted(range(len(units)), key=lambda at: (floors[at] - units[at], at))
    for at in by_remainder[:left]:
        floors[at] += 1
    return [Decimal(floor).scaleb(-places) for floor in floors]
