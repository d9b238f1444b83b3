"""The published forms: labelled errors are found, and every 错误 that nobody labelled was looked at by a person.

`data/labels.jsonl` says what somebody found in each form by hand, and which of our codes say the same; `data/decisions.jsonl`
says of every other 错误 why it stands.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from support import WORKBOOKS

import perf_xl
from perf_xl.findings import ERROR, Finding

DATA = Path(__file__).parent / "data"
REPORT_ONLY = {("seed-000", "CROSS")}
"""Labels about the written report: tests/test_comparing.py."""
NOT_IN_THE_WORKBOOK = {("r015", "W_SUM")}
"""The weights of the block headings were lost where the form was published."""


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


LABELS = [
    one
    for one in lines("labels.jsonl")
    if one["certainty"] in ("certain", "likely")
    and (one["form"], one["label"]) not in REPORT_ONLY | NOT_IN_THE_WORKBOOK
]
FORMS = sorted({path.name.removesuffix(".xlsx") for path in (WORKBOOKS / "published").glob("*.xlsx")})


@lru_cache
def findings(name: str) -> tuple[Finding, ...]:
    path = WORKBOOKS / "published" / f"{name}.xlsx"
    return tuple(found for form in perf_xl.read(path) for found in perf_xl.check(form))


def missed(variant: str) -> list[str]:
    """Labels that no finding of theirs answers; each finding answers one label."""
    left = {
        name: Counter(found.code for found in findings(f"{name}-{variant}")) for name in {one["form"] for one in LABELS}
    }
    unanswered = []
    for one in LABELS:
        code = next((code for code in one["codes"] if left[one["form"]][code]), None)
        if code is None:
            unanswered.append(f"{one['form']} {one['label']} {one['where']}")
        elif one["where"] not in ("form", "all rows"):
            left[one["form"]][code] -= 1
    return unanswered


@pytest.mark.parametrize("variant", ["A", "C"])
def test_labelled_errors_are_found(variant: str) -> None:
    assert missed(variant) == []


def test_every_other_error_was_looked_at() -> None:
    decided = {(one["form"], one["code"], one["cell"]) for one in lines("decisions.jsonl")}
    labelled = {(one["form"], code) for one in lines("labels.jsonl") for code in one["codes"]}
    raised = {
        (name.removesuffix("-A"), found.code, found.cell)
        for name in FORMS
        if name.endswith("-A")
        for found in findings(name)
        if found.severity == ERROR
    }
    assert {one for one in raised if one[:2] not in labelled} <= decided
    assert decided <= raised, "a decision about what is no longer raised"


@pytest.mark.parametrize("name", [name for name in FORMS if name.endswith("-A")])
def test_a_deformed_form_has_the_same_faults(name: str) -> None:
    plain, deformed = (Counter(found.code for found in findings(f"{name[:-1]}{variant}")) for variant in "AC")
    for code in ("I08", "I06", "W05", "X03", "D01"):  # what fillers, full width and a column 备注 add
        plain.pop(code, None)
        deformed.pop(code, None)
    assert plain == deformed
