"""Scores one target/actual pair through the public steps, in the notation of `score --json`."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from perf_xl import rules
from perf_xl.contract import indicator_score_json
from perf_xl.model import BLANK, Form, Goal, Indicator, Written
from perf_xl.scoring import score_indicator


def _number(text: str | None) -> Written:
    return Written(text, None if text is None else Decimal(text), "")


def score_pair(pair: dict[str, Any]) -> dict[str, Any]:
    """Return what `perf-xl score --json` says of a form with this one row."""
    indicator = Indicator(
        level1=pair["level1"],
        level2=pair["level2"],
        level3=Written(pair["level3"]),
        target=Written(pair["target"]),
        actual=Written(pair["actual"]),
        weight=_number(pair["weight"]),
        score=_number(pair["score"]),
        reason=BLANK,
        unit=Written(pair["unit_column"]),
        row=1,
        scored=True,
    )
    form = Form("", "", BLANK, pair["year"], BLANK, BLANK, BLANK, "万元", (), Goal(), (indicator,), BLANK, BLANK, BLANK)
    return indicator_score_json(score_indicator(form, indicator, rules.default()))
