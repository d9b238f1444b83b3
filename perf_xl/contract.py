"""Results as the JSON that outsiders rely on: keys are English, numbers are strings of exact decimals.

A quotient is cut off after 8 decimals here, and only here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from perf_xl.exact import cut, plain, round_half_up

if TYPE_CHECKING:
    from perf_xl.consolidating import (
        ConsolidatedForm,
        ConsolidatedIndicator,
        Consolidation,
        FileLine,
        ProjectLine,
        Source,
    )
    from perf_xl.errors import WorkbookUnreadable
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


def percent(value: Fraction | None) -> str:
    """A share as a person reads it: 66.55%, half up; "" for none."""
    return "" if value is None else f"{plain(round_half_up(value * 100, 2))}%"


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
        result["sources"] = [source_json(source) for source in finding.sources]
    return result


def check_json(
    findings: Sequence[Finding], explained: Sequence[tuple[Finding, str]], refused: Sequence[WorkbookUnreadable]
) -> Json:
    """The document of `check --json`; `explained` is there only where something was explained (已说明)."""
    result: Json = {
        "findings": [finding_json(one) for one in findings],
        "refused": [refusal_json(one) for one in refused],
    }
    if explained:
        result["explained"] = [{**finding_json(one), "reason": reason} for one, reason in explained]
    return result


def source_json(source: Source) -> Json:
    """One contribution to a consolidated indicator, as written, with its cells."""
    return {
        "file": source.file,
        "sheet": source.sheet,
        "target_cell": source.target_cell,
        "actual_cell": source.actual_cell,
        "target": source.target,
        "actual": source.actual,
        "weight": quotient(source.weight),
        "funds": number(source.funds),
    }


def consolidation_json(result: Consolidation) -> Json:
    """The whole of a consolidation. Funds are in 万元; targets and actuals in the base unit."""
    return {"files": _files_json(result), **{name: list(entries) for name, entries in _lists_of(result)}}


def consolidation_text(result: Consolidation) -> Iterator[str]:
    """The same as text, piece by piece: `json.dumps` of the whole with an indent of 1, and a line end."""
    yield '{\n "files": ' + _indented(_files_json(result), 1)
    for name, entries in _lists_of(result):
        yield f',\n "{name}": ['
        separator = ""
        for entry in entries:
            yield f"{separator}\n  {_indented(entry, 2)}"
            separator = ","
        yield "\n ]" if separator else "]"
    yield "\n}\n"


def _indented(entry: Json, depth: int) -> str:
    return json.dumps(entry, ensure_ascii=False, indent=1).replace("\n", "\n" + " " * depth)


def _lists_of(result: Consolidation) -> Iterator[tuple[str, Iterable[Json]]]:
    yield "forms", map(_consolidated_json, result.forms)
    yield "projects", map(_project_json, result.projects)
    yield "findings", map(finding_json, result.findings)


def _files_json(result: Consolidation) -> Json:
    return {
        "seen": len(result.files),
        **{status: result.count(status) for status in ("read", "refused", "temporary", "duplicate")},
        "list": [_file_json(line) for line in result.files],
    }


def _file_json(line: FileLine) -> Json:
    return {
        "file": line.file,
        "status": line.status,
        "code": line.code,
        "message": line.message,
        "forms": line.forms,
    }


def _consolidated_json(form: ConsolidatedForm) -> Json:
    return {
        "project": form.project,
        "year": form.year,
        "rulebook": form.rulebook.name,
        "sources": form.sources,
        "funds": [
            {
                "label": row.label,
                "kind": row.kind,
                "initial_budget": number(row.initial_budget),
                "budget": number(row.budget),
                "executed": number(row.executed),
            }
            for row in form.funds
        ],
        "execution": {
            "rate": quotient(form.rate),
            "weight": number(form.execution_weight),
            "score": number(form.execution_score),
        },
        "indicators": [_consolidated_indicator_json(row) for row in form.indicators],
        "total": number(form.total),
        "grade": form.grade,
        "fund_weighted_mean_total": number(form.fund_weighted_mean_total),
    }


def _consolidated_indicator_json(row: ConsolidatedIndicator) -> Json:
    result: Json = {
        "level1": row.level1 or None,
        "level2": row.level2 or None,
        "level3": row.level3,
        "unit": row.unit,
        "aggregation": row.aggregation,
        "direction": row.direction,
        "target": quotient(row.target),
        "actual": quotient(row.actual),
        "completion": quotient(row.completion),
        "band": row.band,
        "weight": number(row.weight),
        "score": number(row.score),
        "sources": [source_json(source) for source in row.sources],
    }
    if row.target_high is not None:
        result["target_high"] = quotient(row.target_high)
    if row.bands is not None:
        result["bands"] = list(row.bands)
    return result


def _project_json(line: ProjectLine) -> Json:
    return {
        "project": line.project,
        "unit": line.unit,
        "file": line.file,
        "sheet": line.sheet,
        "budget": number(line.budget),
        "executed": number(line.executed),
        "rate": quotient(line.rate),
        "total": number(line.total),
        "filed_total": number(line.filed_total),
        "grade": line.grade,
        "findings": dict(line.findings),
    }


def trace_json(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The document of `trace --json`: contributions to consolidated indicators, with the file, sheet and cell of each."""

    def plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
        return {name: plain(value) if isinstance(value, Decimal) else value for name, value in row.items()}

    return {"contributions": [plain_row(row) for row in rows]}
