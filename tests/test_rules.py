"""A rulebook is data with citations, and says clearly what is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from importlib import resources

import pytest

from perf_xl import rules
from perf_xl.errors import NothingToDo, RulebookInvalid

TEXT = (resources.files("perf_xl") / "rulebooks" / "default.toml").read_text(encoding="utf-8")


def test_the_default_is_what_the_notes_say() -> None:
    book = rules.default()
    assert book.execution_weight == 10
    assert dict(book.level_weights) == {"产出指标": 50, "效益指标": 30, "满意度指标": 10}
    assert book.band_bounds == (Decimal("0.8"), Decimal("0.6"))
    assert [book.band(Decimal(share)) for share in ("1", "0.8", "0.79", "0.6", "0.59", "0")] == [1, 1, 2, 2, 3, 3]
    assert [book.grade(Decimal(total)) for total in ("100", "90", "89.99", "80", "60", "59.99")] == list("优优良良中差")


def test_the_second_rulebook_is_20_40_30_10_with_bands_at_80_and_50() -> None:
    book = rules.named("hubei")
    assert (book.execution_weight, *book.level_weights.values()) == (20, 40, 30, 10)
    assert [book.band(Decimal(share)) for share in ("0.8", "0.5", "0.49")] == [1, 2, 3]


@pytest.mark.parametrize("name", list(rules.shipped()))
def test_every_value_has_its_citation(name: str) -> None:
    citations = rules.named(name).citations
    assert len(citations) == 11
    assert all(citation.document and citation.words and citation.confirmed for citation in citations.values())


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('value = "10"\nsource = "note2"', 'value = "zehn"\nsource = "note2"', "execution.weight"),
        ('value = "10"\nsource = "note2"', 'value = "12"\nsource = "note2"', "levels.weights"),
        ('value = "10"\nsource = "note2"', 'value = "10"\nsource = "hearsay"', "execution.weight"),
        ('value = "10"\nsource = "note2"', "value = 10.5\nsource = 'note2'", "execution.weight"),
        ('value = ["0.8", "0.6"]', 'value = ["0.6", "0.8"]', "bands.lower_bounds"),
        ('value = "half_up"', 'value = "bankers"', "scores.rounding"),
        ("[scores.decimals]", "[scores.digits]", "scores.decimals"),
        ('"差" = "0"', '"差" = "10"', "grades.lower_bounds"),
        ('name = "default"', "name = 3", "name"),
        ("confirmed = 2026-11-23", 'confirmed = "gestern"', "sources.note2"),
        ("applies_from = 2020-01-01", 'applies_from = "2020"', "applies_from"),
        ("[execution.weight]", "[execution.weight", "文件格式"),
    ],
)
def test_a_wrong_entry_is_named(old: str, new: str, where: str) -> None:
    assert old in TEXT
    with pytest.raises(RulebookInvalid) as caught:
        rules.parse(TEXT.replace(old, new, 1), "自备.toml")
    assert caught.value.where == where
    assert "自备.toml" in str(caught.value)
    assert "请" in str(caught.value)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(NothingToDo, match="default、hubei"):
        rules.named("beijing")
