"""How long perf_xl takes beside what a user would write instead, as ratios measured in one run.

    python benchmarks/run.py [--files 1000] [--rounds 3] [--growth]

Every line compares two ways of doing something over the same files, taken in turns; the printed figure is the ratio of the
medians. Nothing here is a test: a machine that is busy shows other seconds, but much the same ratios. `docs/performance.md`
keeps what was measured.
"""

from __future__ import annotations

import argparse
import compileall
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil

import perf_xl
from perf_xl import intake, pipeline
from perf_xl.consolidating import Partial
from perf_xl.demo import filings
from perf_xl.folders import SourceFile, find_files
from perf_xl.packages import replace_parts
from perf_xl.resuming import packed
from perf_xl.sheets import Book
from perf_xl.summary import summary_book
from perf_xl.template import FiledIndicator, Filing, form_sheet
from perf_xl.workers import collect_rarely
from perf_xl.writing import write_book

STRINGS, PRINTER = "xl/sharedStrings.xml", "xl/printerSettings/printerSettings1.bin"
UNIT, PROJECT = "单位占位甲乙丙", "项目占位甲乙丙"


def halves(indicators: Sequence[FiledIndicator]) -> tuple[FiledIndicator, ...]:
    """Two indicators of half the weight for each, as units split them."""
    return tuple(
        replace(one, level3=f"{one.level3}({part})", weight=half(one.weight), score=half(one.score))
        for one in indicators
        for part in ("上半年", "下半年")
    )


def half(points: Decimal | None) -> Decimal | None:
    """Half of a weight or score."""
    return None if points is None else points / 2


def make_files(folder: Path, count: int) -> list[SourceFile]:
    """Write forms of 12 to 20 KB that differ in unit and project, each with the printer's settings, which do not pack."""
    patterns = []
    for number, filing in enumerate(filings()):
        place = folder / f"pattern{number}.xlsx"
        full: Filing = replace(filing, unit=UNIT, project=PROJECT, indicators=halves(filing.indicators))
        write_book(Book([form_sheet(full)], "自评表"), place)
        with zipfile.ZipFile(place) as package:
            patterns.append((place.read_bytes(), package.read(STRINGS).decode()))
        place.unlink()
    for number in range(count):
        data, strings = patterns[number % len(patterns)]
        said = strings.replace(UNIT, f"第{number}填报单位").replace(PROJECT, f"第{number // len(patterns) % 100}项目")
        printer = random.Random(number).randbytes(3000 + number % 5 * 1000)
        (folder / f"{number:06}.xlsx").write_bytes(replace_parts(data, {STRINGS: said.encode(), PRINTER: printer}))
    return find_files([folder])


class Cost(NamedTuple):
    """Seconds on the clock, and seconds of processors, those of ended child processes included."""

    wall: float
    cpu: float


def measure(ways: Sequence[Callable[[], object]], rounds: int) -> list[Cost]:
    """Return the median cost of each way; the ways take turns."""
    costs: list[list[Cost]] = [[] for _ in ways]
    for _ in range(rounds):
        for taken, way in zip(costs, ways, strict=True):
            start, used = time.perf_counter(), sum(os.times()[:4])
            way()
            taken.append(Cost(time.perf_counter() - start, sum(os.times()[:4]) - used))
    return [Cost(*map(statistics.median, zip(*taken, strict=True))) for taken in costs]


def as_installed() -> None:
    """Compile the modules once, as an installer does; some environments keep a checkout from it."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(Path(perf_xl.__file__).parent, quiet=1)


def inflate(files: Sequence[SourceFile]) -> None:
    """Unpack every member, nothing else."""
    for file in files:
        with zipfile.ZipFile(file.path) as package:
            for name in package.namelist():
                package.read(name)


def bare_calamine(files: Sequence[SourceFile]) -> None:
    """Values and merged ranges, nothing else."""
    from python_calamine import CalamineWorkbook

    for file in files:
        book = CalamineWorkbook.from_path(str(file.path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            sheet.to_python()
            _ = sheet.merged_cell_ranges


def with_pandas(files: Sequence[SourceFile]) -> None:
    """The script a user would write: pandas over openpyxl, one frame a file."""
    import pandas as pd

    pd.concat([pd.read_excel(file.path, header=None, engine="openpyxl") for file in files])


def cold(*command: str) -> Callable[[], object]:
    """A whole process, from nothing."""
    return lambda: subprocess.run(
        [sys.executable, *command], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def shared(files: Sequence[SourceFile], jobs: int) -> Callable[[], object]:
    """Reading alone, as a consolidation does it: each file read, scored and checked in a worker, bytes back."""

    def run() -> None:
        for _ in intake.run_files(partial(packed, None), files, jobs):
            pass

    return run


def consolidate(folder: Path, jobs: int) -> Callable[[], object]:
    """The command, from nothing: read, score, check, consolidate, write the result workbook."""
    out = folder.parent / "out"
    command = (
        "-m",
        "perf_xl",
        "consolidate",
        str(folder),
        "-o",
        str(out / "result.xlsx"),
        "--jobs",
        str(jobs),
        "--no-cache",
    )

    def run() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        cold(*command)()

    return run


def peak_memory(folder: Path, jobs: int) -> int:
    """The most bytes that all processes of the command share out among them (PSS, sampled)."""
    out = folder.parent / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    command = [
        sys.executable,
        "-m",
        "perf_xl",
        "consolidate",
        folder,
        "-o",
        out / "result.xlsx",
        "--jobs",
        str(jobs),
    ]
    running, most = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0
    while running.poll() is None:
        most = max(most, held_by(running.pid))
        time.sleep(0.05)
    return most


def held_by(pid: int) -> int:
    """Bytes held by a process and its children now."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            total += process.memory_full_info().pss
    except psutil.Error:
        pass
    return total


def line(what: str, cost: Cost, beside: str, rival: Cost, each: int) -> None:
    """Print one comparison: on the clock, and by processor time, which a busy machine does not distort."""
    wall, cpu = (f"{seconds / each * 1000:8.2f} ms" for seconds in cost)
    ratios = f"{cost.wall / rival.wall:6.2f} × {cost.cpu / rival.cpu:6.2f} ×"
    print(f"{what:<42} {wall} {cpu}  {ratios} {beside}", flush=True)


def main() -> None:
    """Make the files, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--files", type=int, default=1000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--growth", action="store_true", help="250, 1,000 and 4,000 files as well")
    wanted = arguments.parse_args()
    as_installed()
    collect_rarely()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, "filed")
        folder.mkdir()
        compare(make_files(folder, wanted.files), folder, wanted.rounds)
        for count in (250, 1000, 4000) if wanted.growth else ():
            folder = Path(home, f"filed{count}")
            folder.mkdir()
            make_files(folder, count)
            (taken,) = measure([consolidate(folder, 2)], wanted.rounds if count < 4000 else 1)
            each = [seconds / count * 1000 for seconds in taken]
            print(f"consolidate, {count:,} files: {each[0]:.2f} ms a file, {each[1]:.2f} of processors", flush=True)


def compare(files: Sequence[SourceFile], folder: Path, rounds: int) -> None:
    """Print every ratio."""
    count, sample = len(files), files[:: max(1, len(files) // 100)]
    sizes = [file.path.stat().st_size for file in files]
    print(f"{count} files of {min(sizes) / 1024:.1f} to {max(sizes) / 1024:.1f} KB", flush=True)
    results = intake.read_all(files, jobs=0)
    whole = Partial.sum(pipeline.partial_of(result) for result in results)
    result = pipeline.conclude_all(whole, as_one=None, rulebook=None, roster=())
    book = summary_book(result, link_to=pipeline.links_from(folder.parent / "summary.xlsx", files))
    ways: list[Callable[[], object]] = [
        lambda: inflate(files),
        lambda: bare_calamine(files),
        lambda: with_pandas(sample),
        lambda: intake.read_all(files, jobs=0),
        lambda: Partial.sum(pipeline.partial_of(result) for result in results),
        shared(files, 1),
        shared(files, 2),
        lambda: write_book(book, folder.parent / "summary.xlsx"),
        consolidate(folder, 1),
        consolidate(folder, 2),
    ]
    plain, bare, script, reading, scoring, alone, halved, writing, one, two = measure(ways, rounds)
    script = Cost(*(seconds * count / len(sample) for seconds in script))
    print(f"{'':<42} {'clock':>11} {'processor':>11}  {'clock':>6}   {'proc.':>6}")
    line("unpack every member", plain, "bare calamine", bare, count)
    line("bare calamine", bare, "unpacking", plain, count)
    line("pandas + openpyxl", script, "bare calamine", bare, count)
    line("read, in one process", reading, "bare calamine", bare, count)
    line("score, check, digest", scoring, "bare calamine", bare, count)
    line("read, score, check with one worker", alone, "two workers", halved, count)
    line("write the result workbook", writing, "bare calamine", bare, count)
    line("consolidate, whole process, one worker", one, "two workers", two, count)
    line("consolidate, whole process, two workers", two, "bare calamine", bare, count)
    line("pandas + openpyxl", script, "consolidate, two workers", two, count)
    first, pandas = measure([cold("-m", "perf_xl", "score", str(files[0].path)), cold("-c", "import pandas")], rounds)
    line("perf-xl score ONE.xlsx, cold", first, "python -c 'import pandas'", pandas, 1)
    print(f"most memory, all processes, two workers {peak_memory(folder, 2) / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
