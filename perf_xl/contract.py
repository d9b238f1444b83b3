"""Results as the JSON that outsiders rely on: keys are English, numbers are strings of exact decimals.

A quotient is cut off after 8 decimals here, and only here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from perf_xl.errors import WorkbookUnreadable
from perf_xl.exact import cut, plain
from perf_xl.findings import Finding
from perf_xl.model import Form, FundsRow, Indicator, Written
from perf_xl.scoring import FormScore, IndicatorScore

Json = dict[str, Any]


def number(value: Decimal | None) -> str | None:
    """An exact decimal as a string without trailing zeros; null for a blank."""
    return None if value is None else plain(value)


def quotient(value: Fraction | None) -> str | None:
    """A quotient, cut off after 8 decimals."""
    return None if value is None else plain(cut(value, 8))


def _text(written: Written) -> str | None:
    return written.text


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def form_json(form: Form) -> Json:
    """One form, as `read --json` gives it."""
    return {
        "file": form.file,
        "sheet": form.sheet,
        "title": _text(form.title),
        "year": form.year,
        "project": _text(form.project),
        "department": _text(form.competent_department),
        "unit": _text(form.implementing_unit),
        "money_unit": form.money_unit,
        "funds": [_funds_json(row) for row in form.funds],
        "goal": {"expected": _text(form.goal.expected), "actual": _text(form.goal.actual)},
        "indicators": [_indicator_json(indicator) for indicator in form.indicators],
        "total_score": number(form.total.number),
        "remark": _text(form.remark),
    }


def _funds_json(row: FundsRow) -> Json:
    return {
        "label": _text(row.label),
        "kind": row.kind,
        "initial_budget": number(row.initial_budget.number),
        "budget": number(row.budget.number),
        "executed": number(row.executed.number),
        "rate": _text(row.rate),
        "weight": number(row.weight.number),
        "score": number(row.score.number),
        "row": row.row,
    }


def _indicator_json(indicator: Indicator) -> Json:
    return {
        "level1": indicator.level1,
        "level2": indicator.level2,
        "level3": _text(indicator.level3),
        "target": _text(indicator.target),
        "actual": _text(indicator.actual),
        "weight": number(indicator.weight.number),
        "score": number(indicator.score.number),
        "reason": _text(indicator.reason),
        "row": indicator.row,
        "scored": indicator.scored,
    }


def refusal_json(refusal: WorkbookUnreadable) -> Json:
    """One refused file."""
    return {"file": refusal.file, "code": refusal.code, "message": refusal.sentence}


def score_json(score: FormScore) -> Json:
    """One scored form, as `score --json` gives it."""
    return {
        "file": score.form.file,
        "sheet": score.form.sheet,
        "project": _text(score.form.project),
        "year": score.form.year,
        "rulebook": score.rulebook.name,
        "execution": {
            "rate": quotient(score.execution.rate),
            "weight": number(score.execution.weight),
            "score": number(score.execution.score),
            "filed_score": number(score.execution.filed),
        },
        "indicators": [indicator_score_json(row) for row in score.indicators],
        "levels": {level: number(subtotal) for level, subtotal in score.levels.items()},
        "total": number(score.total),
        "filed_total": number(score.form.total.number),
        "total_at_rulebook_weights": number(score.total_at_rulebook_weights),
        "grade": score.grade,
    }


def indicator_score_json(row: IndicatorScore) -> Json:
    """One scored indicator. Values are in the base unit, percents are fractions, dates the last day that counts."""
    settled = row.settled
    result: Json = {
        "row": row.indicator.row,
        "level3": _text(row.indicator.level3),
        "kind": settled.kind,
        "direction": settled.direction,
        "target_value": number(settled.target) if settled.target_day is None else _day(settled.target_day),
        "actual_value": number(settled.actual) if settled.actual_day is None else _day(settled.actual_day),
        "unit": settled.unit,
        "completion": quotient(row.completion),
        "band": row.band,
        "weight": number(row.indicator.weight.number),
        "score": number(row.score),
        "filed_score": number(row.filed),
        "basis": row.basis,
    }
    if settled.target_high is not None:
        result["target_high"] = number(settled.target_high)
    return result


def finding_json(finding: Finding) -> Json:
    """One finding, as `check --json` gives it; conflicts carry their sources."""
    result: Json = {
        "code": finding.code,
        "severity": finding.severity,
        "file": finding.file,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "title": finding.title,
        "message": finding.message,
        "found": finding.found,
        "expected": finding.expected,
        "citation": finding.citation,
    }
    if finding.sources:
        result["sources"] = [dict(source) for source in finding.sources]
    return result
