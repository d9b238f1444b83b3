"""What Excel makes of a text that is put into a cell, and what it hands out of a cell: both depend on number formats."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from typing import NamedTuple

from openpyxl.styles.numbers import is_date_format


class Fault(str):
    """An error value of a cell: `#DIV/0!`."""


class Formula(str):
    """A formula with its equals sign."""


Value = None | float | bool | str | Fault
Content = Value | Formula

FAULTS = {
    "#DIV/0!": -2146826281,
    "#N/A": -2146826246,
    "#NAME?": -2146826259,
    "#NULL!": -2146826288,
    "#NUM!": -2146826252,
    "#REF!": -2146826265,
    "#VALUE!": -2146826273,
}
"""The errors Excel has had from the first, with the numbers by which COM gives them out."""

EPOCH = dt.datetime(1899, 12, 30)
"""Day 0 of the dates that COM gives out."""

_CURRENCY = re.compile(r"[$€£¥￥](?!-)|\[\$[^\]-]|_[ (-]\*")
_NUMBER = re.compile(r"[¥￥$]?[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?(E[+-]?\d+)?%?", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})([-/.年])(\d{1,2})(?:[-/.]|月)(\d{1,2})日?")
_MONTH = re.compile(r"(\d{4})年(\d{1,2})月")
_DAY = re.compile(r"(\d{1,2})(?:[-/]|月)(\d{1,2})日?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_THIS_YEAR = 2025


class Typed(NamedTuple):
    """What a text became, and the number format a General cell takes on with it."""

    content: Content
    number_format: str | None = None


def typed(text: str, number_format: str) -> Typed:
    """What stands in a cell after a text was put into it by `Value = text`: not always that text.

    >>> typed("≥95%", "General")
    Typed(content='≥95%', number_format=None)
    >>> typed("95%", "General"), typed("95%", "@")
    (Typed(content=0.95, number_format='0%'), Typed(content='95%', number_format=None))
    >>> typed("'95%", "General"), typed("=A1", "General"), typed("1/2", "General").number_format
    (Typed(content='95%', number_format=None), Typed(content='=A1', number_format=None), 'm"月"d"日"')
    """
    if text == "":
        return Typed(None)
    if text.startswith("'"):
        return Typed(text[1:])
    if number_format == "@":
        return Typed(text)
    if text.startswith(("=", "+", "-")) and len(text) > 1 and _number(text) is None:
        return Typed(Formula(text if text.startswith("=") else f"={text}"))
    bare = text.strip()
    if bare.upper() in {"TRUE", "FALSE"}:
        return Typed(bare.upper() == "TRUE")
    if bare.upper() in FAULTS:
        return Typed(Fault(bare.upper()))
    return _number(bare) or _moment(bare) or Typed(text)


def _number(text: str) -> Typed | None:
    match = _NUMBER.fullmatch(text.strip())
    if not match or not re.search(r"\d", text):
        return None
    digits = re.sub(r"[¥￥$,%]", "", text.strip())
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return None
    if text.endswith("%"):
        return Typed(float(number / 100), "0.00%" if "." in text else "0%")
    if re.search(r"[¥￥$]", text):
        return Typed(float(number), '"¥"#,##0.00')
    return Typed(float(number), "#,##0" if "," in text else None)


def _moment(text: str) -> Typed | None:
    if match := _DATE.fullmatch(text):
        return _day(int(match[1]), int(match[3]), int(match[4]), "yyyy/m/d")
    if match := _MONTH.fullmatch(text):
        return _day(int(match[1]), int(match[2]), 1, 'yyyy"年"m"月"')
    if match := _DAY.fullmatch(text):
        return _day(_THIS_YEAR, int(match[1]), int(match[2]), 'm"月"d"日"')
    if match := _TIME.fullmatch(text):
        hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
        return Typed((hours * 3600 + minutes * 60 + seconds) / 86400, "h:mm")
    return None


def _day(year: int, month: int, day: int, number_format: str) -> Typed | None:
    try:
        return Typed(serial(dt.datetime(year, month, day)), number_format)
    except ValueError:
        return None


def serial(moment: dt.datetime | dt.date) -> float:
    """The number that stands for a moment in a cell."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    return (moment.replace(tzinfo=None) - EPOCH) / dt.timedelta(days=1)


def handed_out(value: Value, number_format: str) -> object:
    """What `Range.Value` gives: money as Decimal of four places, cut off; dates as datetime; errors as numbers.

    >>> handed_out(1.23456, "¥#,##0.00"), handed_out(1.23456, "0.00"), handed_out(3.0, "General")
    (Decimal('1.2345'), 1.23456, 3.0)
    >>> handed_out(45292.0, "yyyy-mm-dd"), handed_out(Fault("#N/A"), "General")
    (datetime.datetime(2024, 1, 1, 0, 0), -2146826246)
    """
    if isinstance(value, Fault):
        return FAULTS.get(value, FAULTS["#VALUE!"])
    if isinstance(value, bool) or not isinstance(value, float):
        return value
    if is_money(number_format):
        return Decimal(repr(value)).quantize(Decimal("0.0001"), ROUND_DOWN)
    if is_date_format(number_format):
        return EPOCH + dt.timedelta(days=value)
    return value


def is_money(number_format: str) -> bool:
    """Whether Excel takes a number format for one of currency or accounting.

    >>> [is_money(one) for one in ('"¥"#,##0.00', "[$¥-804]0.00", "_ * #,##0.00_ ;_ * -#,##0.00_ ", "0.00", "[$-804]0")]
    [True, True, True, False, False]
    """
    return bool(_CURRENCY.search(re.sub(r"\[\$-[^\]]*\]", "", number_format)))


def shown(value: Value) -> str:
    """The text of a constant in the formula bar: a number with up to 15 digits.

    >>> shown(0.1 + 0.2), shown(3.0), shown(True), shown(None), shown(1e-12), shown("95%")
    ('0.3', '3', 'TRUE', '', '1E-12', '95%')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        exact = Decimal(f"{value:.15g}").normalize()
        return f"{exact:f}" if not exact or -10 < exact.adjusted() < 21 else f"{exact:E}"
    return str(value)
