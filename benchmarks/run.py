"""How long perf_xl takes beside what a user would write instead, as ratios measured in one run.

    python benchmarks/run.py [--files 500]

Every line compares two ways of doing something over the same files, taken in turns; the printed figure is the ratio of the
medians. Nothing here is a test: a machine that is busy shows other seconds, but much the same ratios.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from perf_xl import pipeline
from perf_xl.consolidating import Partial
from perf_xl.demo import filings
from perf_xl.sheets import Book
from perf_xl.template import form_sheet
from perf_xl.writing import write_book

ROUNDS = 5


def measure(*ways: Callable[[], object], rounds: int = ROUNDS) -> list[float]:
    """Return the median seconds of each way; the ways take turns."""
    seconds: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for taken, way in zip(seconds, ways, strict=True):
            start = time.perf_counter()
            way()
            taken.append(time.perf_counter() - start)
    return [statistics.median(taken) for taken in seconds]


def bare_calamine(paths: list[Path]) -> None:
    """Values and merged ranges, nothing else."""
    from python_calamine import CalamineWorkbook

    for path in paths:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            sheet.to_python()
            _ = sheet.merged_cell_ranges


def with_pandas(paths: list[Path]) -> None:
    """The script a user would write: pandas over openpyxl, one frame a file."""
    import pandas as pd

    pd.concat([pd.read_excel(path, header=None, engine="openpyxl") for path in paths])


def cold(*command: str) -> Callable[[], object]:
    """A whole process, from nothing."""
    return lambda: subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Make the files, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--files", type=int, default=500)
    wanted = arguments.parse_args().files
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        examples = filings()
        for number in range(wanted):
            filing = examples[number % len(examples)]
            write_book(Book([form_sheet(filing)], filing.title), folder / f"{number:05}.xlsx")
        files = pipeline.find_files([folder])
        paths = [file.path for file in files]
        results = pipeline.read_all(files)
        one = str(paths[0])

        def line(what: str, seconds: float, beside: str, rival: float, each: int = wanted) -> None:
            unit = f"{seconds / each * 1000:.2f} ms" + (" a file" if each > 1 else "")
            print(f"{what:<42} {unit:>16}   {seconds / rival:5.2f} × {beside}")

        reading, scoring, bare, script = measure(
            lambda: pipeline.read_all(files),
            lambda: Partial.sum(pipeline.partial_of(result) for result in results),
            lambda: bare_calamine(paths),
            lambda: with_pandas(paths[: max(wanted // 10, 1)]),
        )
        script *= wanted / max(wanted // 10, 1)
        line("read", reading, "bare calamine", bare)
        line("score, check, digest", scoring, "bare calamine", bare)
        line("read to digest", reading + scoring, "bare calamine", bare)
        line("read to digest", reading + scoring, "pandas + openpyxl", script)
        whole = measure(cold("-m", "perf_xl.cli", "score", one), cold("-c", "import pandas"))
        line("perf-xl score ONE.xlsx, cold", whole[0], "python -c 'import pandas'", whole[1], 1)


if __name__ == "__main__":
    main()
