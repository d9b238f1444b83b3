"""A form without a fault passes; a form with one fault has it found, at its cell, and nothing else that is no fault."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import pytest
from planted import KINDS, USUAL, WELL_MEANT, Paper, describe, filled, planted, well_meant

from perf_xl.auditing import audit
from perf_xl.findings import ADVICE, DOUBT, ERROR, Finding
from perf_xl.grid import Grid, position
from perf_xl.reading import read_forms
from perf_xl.scoring import score
from perf_xl.workbooks import read_grids

FORMS = 200
EACH = 50
THROUGH_FILES = 40
FOUND_AT_LEAST = 0.99
DOUBTS_AT_MOST = 2
"""疑点 in all the forms without fault together."""

FOLLOWS = {
    "S03 execution": {"S01"},
    "S08": {"D01"},
    "S10": {"I02"},
    "S12 execution": {"S01"},
    "S12 negative": {"D01"},
}
"""错误 that the catalogue wants beside the one that was planted."""


def audit_grids(grids: list[Grid]) -> list[Finding]:
    (form,) = read_forms(grids, "自评表.xlsx")
    return audit(score(form))


def on_paper(paper: Paper) -> list[Finding]:
    return audit_grids([paper.grid()])


def in_a_file(paper: Paper) -> list[Finding]:
    return audit_grids(read_grids(paper.workbook(), "自评表.xlsx"))


def told(finding: Finding) -> str:
    return f"{finding.severity} {finding.code} {finding.cell} {finding.message}"


def test_a_form_without_fault_passes() -> None:
    raised: dict[str, list[str]] = defaultdict(list)
    for seed in range(FORMS):
        form = filled(seed)
        found = on_paper(Paper.of(form))
        advice = {finding.code for finding in found if finding.severity == ADVICE}
        assert advice == (set() if form.levels in USUAL else {"W03"}), f"{seed}: {describe(form)}: {advice}"
        for finding in found:
            raised[finding.severity].append(f"{seed} ({describe(form)}): {told(finding)}")
    assert not raised[ERROR], "\n".join(raised[ERROR])
    assert len(raised[DOUBT]) <= DOUBTS_AT_MOST, "\n".join(raised[DOUBT])


def test_what_is_done_about_harm_is_no_harm() -> None:
    raised: list[str] = []
    for line in WELL_MEANT:
        found = on_paper(Paper.of(well_meant(line)))
        raised += [f"{line}: {told(finding)}" for finding in found]
    assert not raised, "\n".join(raised)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_fault_is_found_at_its_cell(kind: str) -> None:
    missed: list[str] = []
    for seed in range(EACH):
        paper, code, cell = planted(kind, seed)
        found = on_paper(paper)
        if not any(finding.code == code and cell in finding.cell.split(", ") for finding in found):
            missed.append(f"{seed}: {code} at {cell}, found {[told(finding) for finding in found]}")
        beside = {finding.code for finding in found if finding.severity == ERROR} - {code} - FOLLOWS.get(kind, set())
        assert not beside, f"{kind} {seed}: {[told(finding) for finding in found]}"
    counted = f"{kind}: {EACH - len(missed)} of {EACH}"
    assert EACH - len(missed) >= FOUND_AT_LEAST * EACH, "\n".join([counted, *missed])


@pytest.mark.parametrize("seed", range(THROUGH_FILES))
def test_a_file_is_audited_like_the_sheet_it_holds(seed: int) -> None:
    papers = [Paper.of(filled(seed)), *(planted(kind, seed)[0] for kind in list(KINDS)[seed::THROUGH_FILES])]
    for paper in papers:
        assert [told(finding) for finding in in_a_file(paper)] == [told(finding) for finding in on_paper(paper)]


@pytest.mark.parametrize("kind", [kind for kind in sorted(KINDS) if kind.startswith(("S12", "I08 in"))])
def test_one_fault_is_told_once(kind: str) -> None:
    for seed in range(EACH):
        paper, code, cell = planted(kind, seed)
        told_there = {finding.code for finding in on_paper(paper) if cell in finding.cell.split(", ")}
        assert not told_there & {"X03", "I04"} - {code}, f"{kind} {seed}: {told_there}"


@pytest.mark.parametrize("merged", [True, False])
def test_a_reason_merged_over_rows_holds_for_all(merged: bool) -> None:
    for seed in range(FORMS):
        form = filled(seed)
        rows = form.picked(lambda row: row.completion == 1)
        pair = next((pair for pair in pairwise(rows) if pair[1][0] - pair[0][0] == 1), None)
        if pair is None or not form.has_reasons or form.layout.full_reason:
            continue
        for (_, row), reason in zip(pair, ("受汛期影响,下年补足", None), strict=True):
            row.score, row.reason = row.full / 2, reason
        paper = Paper.of(form)
        first, second = (position(paper.places["row", place, "R"]) for place, _ in pair)
        if merged:
            paper.merged[first] = second
        assert ("D01" in {finding.code for finding in on_paper(paper)}) is not merged, f"{seed}: {describe(form)}"
