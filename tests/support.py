"""What tests use to call perf_xl as an outsider would: the commands and their JSON."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

WORKBOOKS = Path(__file__).parent / "workbooks"


def run(*arguments: str | Path) -> Result:
    """Run `perf-xl ARGUMENTS` in this process; stdout and stderr are kept apart."""
    from perf_xl.cli import main

    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def _json(result: Result) -> Any:
    assert result.exit_code in (0, 1), f"{result.exit_code}\n{result.output}\n{result.stderr}"
    return json.loads(result.stdout)


def read_json(*paths: str | Path) -> dict[str, Any]:
    """`perf-xl read PATH... --json`"""
    document = _json(run("read", *paths, "--json"))
    assert isinstance(document, dict)
    return document


def score_json(*arguments: str | Path) -> dict[str, Any]:
    """`perf-xl score PATH... --json [--rulebook R]`"""
    document = _json(run("score", *arguments, "--json"))
    assert isinstance(document, dict)
    return document


def check_json(*arguments: str | Path) -> dict[str, Any]:
    """`perf-xl check PATH... --json [--rulebook R]`"""
    document = _json(run("check", *arguments, "--json"))
    assert isinstance(document, dict)
    return document


def consolidate_json(folder: str | Path, out: Path, *options: str | Path) -> dict[str, Any]:
    """`perf-xl consolidate FOLDER -o OUT/汇总.xlsx --json OUT/汇总.json [options]`"""
    out.mkdir(parents=True, exist_ok=True)
    document = out / "汇总.json"
    result = run("consolidate", folder, "-o", out / "汇总.xlsx", "--json", document, *options)
    assert result.exit_code in (0, 1), f"{result.exit_code}\n{result.output}\n{result.stderr}"
    loaded = json.loads(document.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


HEARS_CTRL_C: dict[str, Any] = {"preexec_fn": _hear_ctrl_c} if os.name == "posix" else {}
"""For a process that a test interrupts: where the tests run in the background, Ctrl-C is ignored, and it would inherit that."""
