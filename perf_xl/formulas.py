"""A formula whose result the file does not store, worked out exactly from its inputs.

Only what forms use: + - * /, brackets, percent, references within the sheet, SUM, ROUND, MIN, MAX, AVERAGE, IF with a
comparison, IFERROR. Anything else is not worked out (None): the cell is then reported, never read as blank.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from perf_xl.exact import round_half_up
from perf_xl.grid import position
from perf_xl.patterns import regex

_TOKEN = regex(
    r"\s*(?:(?P<range>\$?[A-Za-z]{1,3}\$?\d+:\$?[A-Za-z]{1,3}\$?\d+)|(?P<cell>\$?[A-Za-z]{1,3}\$?\d+(?![\w(]))"
    r"|(?P<number>\d+(?:\.\d+)?|\.\d+)|(?P<name>[A-Za-z]+)(?=\()|(?P<text>\"\")|(?P<sign><=|>=|<>|[-+*/(),%<>=]))"
)
_MOST_TOKENS = 400


class _CannotSay(Exception):
    """The formula is beyond what is worked out here."""


Lookup = Callable[[int, int], Decimal | str | None]
"""What stands in a 0-based cell: a number, a text (an error value, an unknown result too), or nothing."""


def evaluate(formula: str, lookup: Lookup) -> Decimal | None:
    """Work a formula out; a text where a number is needed makes it impossible, within a range it is passed over.

    >>> evaluate("ROUND(A1/B1*10,2)", lambda row, column: [Decimal("51.91"), Decimal(78)][column])
    Decimal('6.66')
    """
    try:
        result = _Evaluation(formula, lookup).result()
    except (_CannotSay, ZeroDivisionError, RecursionError):
        return None
    top, bottom = result.numerator, result.denominator
    return Decimal(top) if bottom == 1 else round_half_up(result, 12).normalize()


class _Evaluation:
    """One formula being worked out, from left to right."""

    def __init__(self, formula: str, lookup: Lookup) -> None:
        self.lookup = lookup
        self.tokens: list[tuple[str, str]] = []
        at, text = 0, formula.strip().lstrip("=+")
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match or len(self.tokens) > _MOST_TOKENS:
                raise _CannotSay
            self.tokens.append((str(match.lastgroup), match.group(str(match.lastgroup))))
            at = match.end()
        self.at = 0

    def result(self) -> Fraction:
        value = self.comparison()
        if self.at != len(self.tokens):
            raise _CannotSay
        return value

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self, sign: str) -> None:
        if self.peek() != sign:
            raise _CannotSay
        self.at += 1

    def comparison(self) -> Fraction:
        left = self.sum()
        sign = self.peek()
        if sign not in ("<", ">", "=", "<=", ">=", "<>"):
            return left
        self.at += 1
        right = self.sum()
        holds = {
            "<": left < right, ">": left > right, "=": left == right,
            "<=": left <= right, ">=": left >= right, "<>": left != right,
        }[sign]  # fmt: skip
        return Fraction(holds)

    def sum(self) -> Fraction:
        value = self.product()
        while self.peek() in ("+", "-"):
            sign = self.peek()
            self.at += 1
            value = value + self.product() if sign == "+" else value - self.product()
        return value

    def product(self) -> Fraction:
        value = self.signed()
        while self.peek() in ("*", "/"):
            sign = self.peek()
            self.at += 1
            value = value * self.signed() if sign == "*" else value / self.signed()
        return value

    def signed(self) -> Fraction:
        if self.peek() in ("-", "+"):
            sign = self.peek()
            self.at += 1
            value = self.signed()
            return -value if sign == "-" else value
        value = self.atom()
        while self.peek() == "%":
            self.at += 1
            value /= 100
        return value

    def atom(self) -> Fraction:
        if self.at >= len(self.tokens):
            raise _CannotSay
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Fraction(text)
        if kind == "cell":
            return self.cell(*position(text)) or Fraction(0)
        if kind == "name":
            return self.function(text.upper())
        if text == "(":
            value = self.comparison()
            self.take(")")
            return value
        raise _CannotSay

    def cell(self, row: int, column: int, in_range: bool = False) -> Fraction | None:
        found = self.lookup(row, column)
        if isinstance(found, str):
            if in_range and not found.startswith(("#", "?")):
                return None
            raise _CannotSay
        return None if found is None else Fraction(found)

    def function(self, name: str) -> Fraction:
        self.take("(")
        arguments: list[list[Fraction]] = []
        while True:
            arguments.append(self.argument())
            if self.peek() == ",":
                self.at += 1
                continue
            self.take(")")
            break
        numbers = [number for argument in arguments for number in argument]
        if name == "SUM":
            return sum(numbers, Fraction(0))
        if name in ("MIN", "MAX") and numbers:
            return min(numbers) if name == "MIN" else max(numbers)
        if name == "AVERAGE" and numbers:
            return sum(numbers, Fraction(0)) / len(numbers)
        if name == "ROUND" and len(arguments) == 2 and len(numbers) == 2 and 0 <= numbers[1] <= 9:
            return Fraction(round_half_up(numbers[0], int(numbers[1])))
        if name == "IFERROR" and len(arguments) == 2 and arguments[0]:
            return arguments[0][0]
        if name == "IF" and len(arguments) == 3 and all(len(argument) == 1 for argument in arguments):
            return arguments[1][0] if arguments[0][0] else arguments[2][0]
        raise _CannotSay

    def argument(self) -> list[Fraction]:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == "range":
            first, last = self.tokens[self.at][1].split(":")
            self.at += 1
            (top, left), (bottom, right) = position(first), position(last)
            if (bottom - top + 1) * (right - left + 1) > 10_000:
                raise _CannotSay
            cells = [
                self.cell(row, column, True) for row in range(top, bottom + 1) for column in range(left, right + 1)
            ]
            return [number for number in cells if number is not None]
        return [self.comparison()]
