"""Builders for small forms, as the reader would make them."""

from __future__ import annotations

from dataclasses import replace

from perf_xl.model import BLANK, Form, FundsRow, Goal, Indicator, Written


def written(text: str | None, cell: str) -> Written:
    """A cell with a number or a text in it, or blank."""
    from perf_xl.exact import decimal_in

    return Written(text, None if text is None else decimal_in(text), cell)


def indicator(
    target: str | None = "3次以上",
    actual: str | None = "3",
    weight: str | None = "10",
    filed: str | None = None,
    row: int = 12,
    name: str = "培训人次",
    level1: str = "产出指标",
    level2: str = "数量指标",
    reason: str | None = None,
    **more: object,
) -> Indicator:
    """A row of the form, its cells those of the official layout."""
    one = Indicator(
        level1, level2, Written(name, None, f"C{row}"), Written(target, None, f"D{row}"), Written(actual, None, f"E{row}"),
        written(weight, f"F{row}"), written(filed, f"G{row}"), Written(reason, None, f"H{row}"), BLANK, row, True,
    )  # fmt: skip
    return replace(one, **more)


def funds_row(
    label: str = "年度资金总额", kind: str = "total", initial: str | None = None, budget: str | None = None,
    executed: str | None = None, rate: str | None = None, weight: str | None = None, score: str | None = None, row: int = 5,
) -> FundsRow:  # fmt: skip
    """A row of the funds block."""
    return FundsRow(
        Written(label, None, f"A{row}"), kind, written(initial, f"C{row}"), written(budget, f"D{row}"),
        written(executed, f"E{row}"), Written(rate, None, f"F{row}"), written(weight, f"G{row}"), written(score, f"H{row}"), row,
    )  # fmt: skip


def form(
    *indicators: Indicator,
    budget: str | None = "78",
    executed: str | None = "51.91",
    weight: str | None = "10",
    filed: str | None = None,
    total: str | None = None,
    rate: str | None = None,
    parts: tuple[FundsRow, ...] = (),
    label: str = "年度资金总额",
    **more: object,
) -> Form:
    """A form with a total row of funds and the indicators given."""
    first = funds_row(label, budget=budget, executed=executed, rate=rate, weight=weight, score=filed)
    funds = (first, *parts)
    columns = frozenset({"level3", "target", "actual", "weight", "score", "reason"} | {f"funds.{name}" for name in (
        "initial_budget", "budget", "executed", "rate", "weight", "score")})  # fmt: skip
    one = Form(
        "甲.xlsx", "自评表", Written("2023年度项目支出绩效自评表", None, "A1"), 2023, Written("甲项目", None, "C2"),
        Written("县财政局", None, "C3"), Written("城关镇", None, "G3"), "万元", funds, Goal(), indicators,
        written(total, "G30"), BLANK, BLANK, (), columns,
    )  # fmt: skip
    return replace(one, **more)
