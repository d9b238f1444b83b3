"""Targets beside actuals, settled by hand from the rules of the form: every pair must come out as a person reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support_pairs import score_pair

PAIRS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
]


def _name(pair: dict[str, Any]) -> str:
    return f"{pair['level3']}: {pair['target']} → {pair['actual']}"


@pytest.mark.parametrize("pair", PAIRS, ids=_name)
def test_pair_is_scored_as_settled_by_hand(pair: dict[str, Any]) -> None:
    expected: dict[str, Any] = pair["expect"]
    scored = score_pair(pair)
    # a range is the only value with an upper end: elsewhere the key may be absent
    found = {key: scored.get(key) if key == "target_high" else scored[key] for key in expected}
    assert found == expected, pair["why"]
