"""The tool that reads foreign files tells every change against its ledger, in both directions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import WORKBOOKS

ROOT = Path(__file__).parent.parent
CORPORA = ROOT / "tests" / "data" / "corpora.jsonl"


def try_corpus(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "try_corpus.py"), *map(str, arguments), "--jobs", "1"]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("corpus") / "ledger.jsonl"
    result = try_corpus(WORKBOOKS / "refused", "--ledger", path, "--update")
    assert result.returncode == 0, result.stderr
    assert "(not in the ledger)" in result.stdout
    return path


def test_what_is_as_expected_is_not_told(ledger: Path) -> None:
    result = try_corpus(WORKBOOKS / "refused", "--ledger", ledger)
    assert result.returncode == 0
    assert "→" not in result.stdout


@pytest.mark.parametrize("better", [True, False])
def test_any_change_is_told_for_better_or_worse(better: bool, ledger: Path, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in ledger.read_text(encoding="utf-8").splitlines()]
    changed = next(line for line in lines if line["result"] == "refused")
    changed |= {"why": "别的原因"} if better else {"result": "read", "forms": 3, "why": ""}
    other = tmp_path / "other.jsonl"
    other.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    result = try_corpus(WORKBOOKS / "refused", "--ledger", other)
    assert result.returncode == 1
    assert result.stdout.count("→") == 1


def test_the_ledger_of_public_collections_names_no_crash() -> None:
    lines = [json.loads(line) for line in CORPORA.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 2_000
    assert len({line["sha256"] for line in lines}) == len(lines)
    assert {line["result"] for line in lines} <= {"read", "refused", "no form", "own", "temporary", "slow"}
    assert not [line for line in lines if "异常中止" in line.get("why", "")]
