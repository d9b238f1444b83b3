"""Regular expressions that wait to be compiled are sound, and are what `re.compile` makes of them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

import perf_xl
from perf_xl import patterns

NAMES = sorted(path.stem for path in Path(perf_xl.__file__).parent.glob("[!_]*.py"))
WAITING = [
    pytest.param(value, id=f"{name}.{key}")
    for name in NAMES
    for key, value in vars(import_module(f"perf_xl.{name}")).items()
    if type(value) is type(patterns.regex(""))
]


@pytest.mark.parametrize("waiting", WAITING)
def test_an_expression_that_waits_is_sound(waiting: re.Pattern[str]) -> None:
    assert re.compile(waiting.pattern)


def test_it_does_what_a_compiled_one_does() -> None:
    text = "得分12.5分,满分20分"
    for flags in (0, re.IGNORECASE):
        waiting, compiled = patterns.regex(r"(\d+(?:\.\d+)?)分", flags), re.compile(r"(\d+(?:\.\d+)?)分", flags)
        assert waiting.findall(text) == compiled.findall(text)
        assert waiting.sub("x", text) == compiled.sub("x", text)
        assert waiting.search(text).span() == compiled.search(text).span()  # type: ignore[union-attr]
        assert waiting.match(text) is waiting.fullmatch(text) is None
        assert waiting.split(text) == compiled.split(text)
        assert [one.span() for one in waiting.finditer(text)] == [one.span() for one in compiled.finditer(text)]
