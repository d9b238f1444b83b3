"""命令行: arguments, Chinese output, exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from perf_xl import contract, pipeline
from perf_xl.errors import PerfXlError


@click.group()
def main() -> None:
    """项目支出绩效自评表:读取、评分、审核、汇总。"""


@main.command("read")
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True)
def read_command(paths: tuple[str, ...], as_json: bool) -> None:
    results = pipeline.read_all(pipeline.find_files(paths))
    click.echo(json.dumps({"forms": [contract.form_json(f) for r in results for f in r.forms], "refused": [contract.refusal_json(r.refusal) for r in results if r.refusal]}, ensure_ascii=False, indent=1))
    for r in results:
        for f in r.forms:
            for d in f.doubts:
                click.echo(d.sentence(), err=True)
