"""One word per concept: every class and every field of the form is bound to its official term in docs/glossary.md."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from perf_xl import consolidating, model, scoring

GLOSSARY = Path(__file__).parent.parent / "docs" / "glossary.md"
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.M)
ROWS: list[tuple[str, str, str]] = ROW.findall(GLOSSARY.read_text(encoding="utf-8"))
TERMS = {identifier for identifier, _, _ in ROWS}


def public_classes(module: ModuleType) -> list[str]:
    return [
        name
        for name, one in inspect.getmembers(module, inspect.isclass)
        if one.__module__ == module.__name__ and not name.startswith("_")
    ]


@pytest.mark.parametrize("module", [model, scoring, consolidating], ids=lambda module: module.__name__)
def test_every_class_has_its_term(module: ModuleType) -> None:
    assert public_classes(module)
    assert set(public_classes(module)) - TERMS == set()


@pytest.mark.parametrize("record", [model.Form, model.Indicator, model.FundsRow], ids=lambda record: record.__name__)
def test_every_field_of_the_form_has_its_term(record: type) -> None:
    assert {field.name for field in fields(record)} - TERMS == set()


def test_every_term_is_official() -> None:
    assert [identifier for identifier, term, _ in ROWS if not re.search(r"[\u4e00-\u9fff]", term)] == []


def test_no_identifier_is_bound_twice() -> None:
    assert len(ROWS) == len(TERMS)
