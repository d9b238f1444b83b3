"""Damaged copies of good workbooks: each is refused in words or read, and a package is never read as something else."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from support import WORKBOOKS

from perf_xl import auditing, consolidating, folders, intake, scoring

SOURCES = [
    WORKBOOKS / "published" / "seed-000-A.xlsx",
    *(sorted((WORKBOOKS / "containers").glob(f"*.{kind}"))[0] for kind in ("xls", "ods", "xlsb")),
]
MUTANTS = 150


def forms_of(path: Path) -> list[Any] | None:
    """What a file says, carried through all steps; None where it is refused."""
    result = intake.read_file(folders.SourceFile(path, path.name))
    if result.refusal is not None:
        assert "请" in str(result.refusal)
        return None
    told = []
    for form in result.forms:
        scored = scoring.score(form)
        consolidating.digest(scored, auditing.audit(scored))
        told.append((form.total.number, [(one.weight.number, one.target.text) for one in form.indicators]))
    return told


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.suffix)
def test_a_damaged_file_is_refused_or_read(source: Path, tmp_path: Path) -> None:
    chance = random.Random(f"mutants of {source.name}")
    whole, told = source.read_bytes(), forms_of(source)
    assert told
    for number in range(MUTANTS):
        mutant = bytearray(whole)
        for _ in range(chance.choice((1, 1, 3, 20))):
            mutant[chance.randrange(len(mutant))] = chance.randrange(256)
        if number % 10 == 0:
            del mutant[chance.randrange(len(mutant)) :]
        path = tmp_path / source.name
        path.write_bytes(mutant)
        found = forms_of(path)
        if source.suffix != ".xls":  # a package has a checksum for every part, an .xls has none
            assert found in (None, told), f"mutant {number}"
