"""Forms that units have published, plain (`-A`) and as people deform them (`-C`): everything certain is read right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from layouts import differences
from support import WORKBOOKS, read_json

PUBLISHED = WORKBOOKS / "published"
FORMS = sorted(PUBLISHED.glob("*.xlsx"))


def test_there_are_published_forms() -> None:
    assert len(FORMS) == 36
    assert all(_expectation(path).is_file() for path in FORMS)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_published_form(path: Path) -> None:
    expected = json.loads(_expectation(path).read_text(encoding="utf-8"))
    before = path.read_bytes()

    document = read_json(path)

    assert differences(expected, document) == []
    assert document["refused"] == []
    assert path.read_bytes() == before


def test_all_published_forms_at_once() -> None:
    """A folder gives every form in it; what is no workbook stands under `refused` and harms nothing."""
    document = read_json(PUBLISHED)

    assert sorted({form["file"] for form in document["forms"]}) == [path.name for path in FORMS]


def _expectation(path: Path) -> Path:
    return path.with_name(f"{path.stem}.expected.json")
