"""Made forms: a clean one raises no 错误, a planted fault is found at its cell."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from faults import FAULTS, clean, laid_out, planted

from perf_xl.auditing import audit
from perf_xl.findings import DOUBT, ERROR, Finding
from perf_xl.grid import Grid, position
from perf_xl.reading import read_forms
from perf_xl.scoring import score

CLEAN, TIMES = 200, 50


def checked(grid: Grid) -> list[Finding]:
    (form,) = read_forms([grid], "甲.xlsx")
    return audit(score(form))


def test_clean_forms_raise_no_error_and_hardly_a_doubt() -> None:
    raised = Counter()
    said = []
    for seed in range(CLEAN):
        for found in checked(laid_out(clean(seed))):
            raised[found.severity] += 1
            if found.severity in (ERROR, DOUBT):
                said.append(f"{seed} {found.sentence()}")
    assert raised[ERROR] == 0, said[:10]
    assert raised[DOUBT] <= CLEAN // 20, said[:10]


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 20


@pytest.mark.parametrize("code", sorted(FAULTS))
def test_planted_faults_are_found_at_their_cell(code: str) -> None:
    missed = []
    for seed in range(TIMES):
        grid, wanted, cell = planted(code, seed)
        found = checked(grid)
        if not any(one.code == wanted and cell in one.cell.split(", ") for one in found):
            missed.append(f"{seed} {cell}: {[(one.code, one.cell) for one in found]}")
    assert len(missed) * 100 <= TIMES, missed[:5]


@pytest.mark.parametrize("merged", [True, False])
def test_a_reason_merged_over_rows_holds_for_all(merged: bool) -> None:
    paper = clean(3)
    for row, reason in zip(paper.rows[:2], ("受汛期影响。", ""), strict=True):
        row.score, row.reason = row.weight - 1, reason
    grid = laid_out(paper)
    top, column = position(paper.cells["reason 0"])
    areas = {(top, column): (top + 1, column)} if merged else {}
    found = {one.code for one in checked(replace(grid, merged=areas))}
    assert ("D01" in found) is not merged
