"""What the official texts say: dated values, each with its citation (规则).

A rulebook is a TOML file; `load` turns it into a frozen `Rulebook` that every step receives as an argument. What one
province does differently is another rulebook, never an `if`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from perf_xl.errors import NothingToDo, RulebookInvalid
from perf_xl.exact import cut, fraction_of, round_half_up

T = TypeVar("T")

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Citation:
    """依据: where a rule value comes from, in the words of its text, and when somebody last confirmed it."""

    document: str
    words: str
    confirmed: date


@dataclass(frozen=True, slots=True)
class Rulebook:
    """规则: all that a document could change. Weights and scores are out of 100, shares run from 0 to 1."""

    name: str
    title: str
    applies_from: date
    execution_weight: Decimal
    execution_capped: bool
    level_weights: Mapping[str, Decimal]
    """一级指标 → 分值, in official order."""
    decimals: int
    rounding: str
    short_of_upper_bound: str
    explain_from: Decimal
    low_execution: Decimal
    band_bounds: tuple[Decimal, Decimal]
    grade_bounds: Mapping[str, Decimal]
    funds_that_weigh: str
    citations: Mapping[str, Citation]
    """Dotted name of a value (`execution.weight`) → its citation."""

    def score(self, weight: Decimal, share: Fraction | int) -> Decimal:
        """得分 = 分值 × 完成比例, rounded once to the rulebook's decimals (scores.decimals, scores.rounding)."""
        if share == 1:
            exact: Decimal | Fraction = weight
        elif share == 0:
            return Decimal(0)
        else:
            exact = fraction_of(weight) * share
        return (round_half_up if self.rounding == "half_up" else cut)(exact, self.decimals)

    def band(self, completion: Fraction | int) -> int:
        """完成档次: 1, 2 or 3, lower bounds included (note 3 of the form)."""
        top, bottom = completion.as_integer_ratio()
        for band, bound in enumerate(self.band_bounds, 1):
            above, below = bound.as_integer_ratio()
            if top * below >= above * bottom:
                return band
        return 3

    def grade(self, total: Decimal) -> str:
        """等级: the first grade whose lower bound the total reaches."""
        return next(
            (grade for grade, bound in self.grade_bounds.items() if total >= bound), list(self.grade_bounds)[-1]
        )


class _Entries:
    """The entries of one TOML document, taken one by one with a check; every complaint names its entry."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        self.name, self.document = name, document
        self.used: dict[str, str] = {}

    def fail(self, where: str, why: str) -> RulebookInvalid:
        return RulebookInvalid(self.name, where, why)

    def take(self, where: str, convert: Callable[[Any], T], expected: str) -> T:
        table: Any = self.document
        for step in where.split("."):
            table = table.get(step) if isinstance(table, dict) else None
        if not isinstance(table, dict) or "value" not in table:
            raise self.fail(where, "缺少这一项,应写明 value 和 source")
        source = table.get("source")
        if not isinstance(source, str) or source not in self.document.get("sources", {}):
            raise self.fail(where, f"出处 source = {source!r} 没有列在 [sources] 中")
        self.used[where] = source
        try:
            return convert(table["value"])
        except (ValueError, TypeError, InvalidOperation, AttributeError):
            raise self.fail(where, f"取值 {table['value']!r} 不合要求,应为{expected}") from None

    def citations(self) -> dict[str, Citation]:
        sources = {}
        for key, entry in self.document.get("sources", {}).items():
            if not (isinstance(entry, dict) and isinstance(entry.get("confirmed"), date)):
                raise self.fail(f"sources.{key}", "应写明 document、words 和 confirmed(日期)")
            if not all(isinstance(entry.get(part), str) and entry[part] for part in ("document", "words")):
                raise self.fail(f"sources.{key}", "document 和 words 应为非空文字")
            sources[key] = Citation(entry["document"], entry["words"], entry["confirmed"])
        return {where: sources[key] for where, key in self.used.items()}


def _amount(value: Any) -> Decimal:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError(value)
    number = Decimal(value)
    if not number.is_finite() or number < 0:
        raise ValueError(value)
    return number


def _share(value: Any) -> Decimal:
    number = _amount(value)
    if number > 1:
        raise ValueError(value)
    return number


def _amounts(value: Any) -> dict[str, Decimal]:
    if not isinstance(value, dict) or not value:
        raise ValueError(value)
    return {str(name): _amount(amount) for name, amount in value.items()}


def _grades(value: Any) -> dict[str, Decimal]:
    bounds = _amounts(value)
    amounts = list(bounds.values())
    if amounts != sorted(amounts, reverse=True) or amounts[-1] != 0:
        raise ValueError(value)
    return bounds


def _bounds(value: Any) -> tuple[Decimal, Decimal]:
    upper, lower = (_share(bound) for bound in value)
    if upper <= lower:
        raise ValueError(value)
    return upper, lower


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 6:
        raise ValueError(value)
    return value


def _one_of(*words: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in words:
            raise ValueError(value)
        return str(value)

    return check


def parse(text: str, name: str) -> Rulebook:
    """Read the TOML text of a rulebook.

    Raises:
        RulebookInvalid: an entry is missing, of the wrong kind, or without its source.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise RulebookInvalid(name, "文件格式", f"不是有效的 TOML({problem})") from None
    entries = _Entries(name, document)
    for word in ("name", "title"):
        if not isinstance(document.get(word), str) or not document[word]:
            raise entries.fail(word, "应为非空文字")
    if not isinstance(document.get("applies_from"), date):
        raise entries.fail("applies_from", "应为日期,如 2020-01-01")
    take = entries.take
    rulebook = Rulebook(
        name=document["name"],
        title=document["title"],
        applies_from=document["applies_from"],
        execution_weight=take("execution.weight", _amount, "不小于0的数"),
        execution_capped=take("execution.capped", _truth, "true 或 false"),
        level_weights=take("levels.weights", _amounts, "一级指标及其分值"),
        decimals=take("scores.decimals", _whole, "0至6的整数"),
        rounding=take("scores.rounding", _one_of("half_up", "cut"), '"half_up" 或 "cut"'),
        short_of_upper_bound=take("scores.short_of_upper_bound", _one_of("ratio", "linear"), '"ratio" 或 "linear"'),
        explain_from=take("scores.explain_from", _amount, "不小于0的数"),
        low_execution=take("scores.low_execution", _share, "0至1的数"),
        band_bounds=take("bands.lower_bounds", _bounds, '由高到低的两个比例,如 ["0.8", "0.6"]'),
        grade_bounds=take("grades.lower_bounds", _grades, "由高到低、最后为0的等级下限"),
        funds_that_weigh=take("consolidation.funds", _one_of("budget", "executed"), '"budget" 或 "executed"'),
        citations=entries.citations(),
    )
    total = rulebook.execution_weight + sum(rulebook.level_weights.values())
    if total != HUNDRED:
        raise entries.fail("levels.weights", f"与执行率分值合计为 {total},应为100")
    return rulebook


class _Shipped(Mapping[str, Rulebook]):
    """Rulebooks of a folder by name, each read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("*.toml"), key=lambda path: (path.stem != "default", path.stem))
        self.paths = {path.stem: path for path in paths}
        self.known: dict[str, Rulebook] = {}

    def __getitem__(self, name: str) -> Rulebook:
        if name not in self.known:
            self.known[name] = parse(self.paths[name].read_text(encoding="utf-8"), name)
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)


@lru_cache(maxsize=1)
def shipped() -> Mapping[str, Rulebook]:
    """Return the rulebooks that come with perf_xl, by name, the default first."""
    return _Shipped(Path(__file__).parent / "rulebooks")


def named(name: str) -> Rulebook:
    """Return a shipped rulebook.

    Raises:
        NothingToDo: there is none of that name.
    """
    if name not in shipped():
        raise NothingToDo(f"没有名为“{name}”的规则文件。可用的有:{'、'.join(shipped())};也可以给出 .toml 文件的路径。")
    return shipped()[name]


def default() -> Rulebook:
    """Return the rulebook of the form's own notes."""
    return shipped()["default"]
