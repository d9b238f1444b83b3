"""项目支出绩效自评表 as frozen values, each knowing its cell.

A blank is `None`, never zero. A text is what a person sees in the cell; a number is what the cell holds, exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from perf_xl.findings import Finding


class Written(NamedTuple):
    """填写内容: what stands in one cell: its text as shown, the number if it is certainly one, and the address."""

    text: str | None = None
    number: Decimal | None = None
    cell: str = ""


BLANK = Written()

TOTAL, APPROPRIATION, CARRYOVER, OTHER, PART = "total", "appropriation", "carryover", "other", "part"


@dataclass(frozen=True, slots=True)
class FundsRow:
    """项目资金的一行. Amounts are in the form's money unit; `rate`, `weight`, `score` stand on the total row only."""

    label: Written
    kind: str
    """年度资金总额 `total`, 财政拨款 `appropriation`, 上年结转 `carryover`, 其他资金 `other`, else `part`."""
    initial_budget: Written
    budget: Written
    executed: Written
    rate: Written
    weight: Written
    score: Written
    row: int
    """1-based row of the sheet."""


@dataclass(frozen=True, slots=True)
class Goal:
    """年度总体目标: 预期目标 and 实际完成情况, prose."""

    expected: Written = BLANK
    actual: Written = BLANK


@dataclass(frozen=True, slots=True)
class Indicator:
    """绩效指标的一行."""

    level1: str | None
    level2: str | None
    level3: Written
    target: Written
    actual: Written
    weight: Written
    score: Written
    reason: Written
    unit: Written
    """度量单位, where the form has a column of its own for it; else blank."""
    row: int
    scored: bool
    """False for fillers, 其中 sub-rows and the further rows of a merged weight or score."""
    group: int | None = None
    """Row on which the weight stands that is merged over this and other rows; None where it is not merged."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A weight printed in a first- or second-level name: 产出指标(50分)."""

    level: int
    level1: str | None
    level2: str | None
    weight: Decimal
    cell: str


@dataclass(frozen=True, slots=True)
class Form:
    """项目支出绩效自评表: one project, one year."""

    file: str
    sheet: str
    title: Written
    year: int | None
    project: Written
    competent_department: Written
    implementing_unit: Written
    money_unit: str | None
    funds: tuple[FundsRow, ...]
    goal: Goal
    indicators: tuple[Indicator, ...]
    total: Written
    total_weight: Written
    remark: Written
    headings: tuple[Heading, ...] = ()
    columns: frozenset[str] = frozenset()
    """Which columns the form has: names of `Indicator` fields, and of `FundsRow` fields with `funds.` before them;
    `converted` (折算得分) and `elsewhere` (another table of points in the form) are not read."""
    years: tuple[Written, ...] = ()
    """Where the head or the project's name tells a year."""
    doubts: tuple[Finding, ...] = ()
    """What the reader was not sure of (X03)."""

    @property
    def total_row(self) -> FundsRow | None:
        """The 年度资金总额 row."""
        return next((row for row in self.funds if row.kind == TOTAL), None)

    @property
    def has_other_points(self) -> bool:
        """Whether its total counts points that were not read."""
        return not self.columns.isdisjoint(("converted", "elsewhere"))

    @property
    def scored(self) -> Iterator[Indicator]:
        """The rows that carry a score."""
        return (indicator for indicator in self.indicators if indicator.scored)

    def members(self, indicator: Indicator) -> tuple[Indicator, ...]:
        """The rows that share the weight of `indicator`: itself, and those its merged cell spans."""
        if indicator.group is None:
            return (indicator,)
        return tuple(row for row in self.indicators if row.group == indicator.group)

    @property
    def unit(self) -> str | None:
        """The filing unit: 实施单位, else 主管部门."""
        return self.implementing_unit.text or self.competent_department.text

    def budget_of(self, row: FundsRow) -> Written:
        """全年预算数; on a form without that column 年初预算数 is the budget."""
        return row.budget if "funds.budget" in self.columns else row.initial_budget


AMOUNTS = ("initial_budget", "budget", "executed")
MONEY_UNITS = {
    "元": Decimal("0.0001"),
    "千元": Decimal("0.1"),
    "万元": Decimal(1),
    "百万元": Decimal(100),
    "亿元": Decimal(10000),
}
"""Unit of the form → how many 万元 it is."""
