"""Workers may die in every way there is: the rest is done, each thing once; only what kills twice is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from support import HEARS_CTRL_C

from perf_xl import workers
from perf_xl.workers import Bounds, Loss, run

MIB = 1 << 20
QUICK = Bounds(seconds=2, memory=256 * MIB)


def squared(number: int) -> int:
    return number * number


def deadly(way: str, at: int, number: int) -> int:
    """Square a number, except at one, where the process comes to grief in some way."""
    if number == at:
        if way == "exit":
            os._exit(0)
        if way == "abort":
            os.abort()
        if way == "fault":
            os.kill(os.getpid(), getattr(signal, "SIGSEGV", signal.SIGTERM))
        if way == "hang":
            time.sleep(600)
        if way == "memory":
            bytearray(1024 * MIB)
        if way == "panic":
            raise BaseException("as a Rust panic, no Exception")
        if way == "mistake":
            raise KeyError(number)
    return squared(number)


def noting(folder: Path, killer: int, number: int) -> int:
    """Leave one line for each time an item is begun; one item kills, always."""
    with (folder / f"{number}").open("a") as notes:
        notes.write("begun\n")
    if number == killer:
        os.abort()
    return number


def dying_once(folder: Path, number: int) -> int:
    """The first time only, an item kills its process: the machine was short of memory for a moment."""
    if number == 20 and not (folder / "dead").exists():
        (folder / "dead").touch()
        os._exit(9)
    return squared(number)


def third(number: int) -> Fraction:
    return Fraction(number, 3)


def unpicklable(number: int) -> object:
    return (lambda: number) if number == 5 else number


def done(pieces: object) -> dict[int, object]:
    pairs = [pair for piece in pieces for pair in piece]  # type: ignore[attr-defined]
    assert max(Counter(item for item, _ in pairs).values(), default=1) == 1, "every item once"
    return dict(pairs)


@pytest.mark.parametrize("jobs", [0, 1, 2, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 200])
def test_the_same_whatever_the_number_of_processes(jobs: int, count: int) -> None:
    assert done(run(squared, range(count), jobs)) == {number: number * number for number in range(count)}


@pytest.mark.parametrize(
    ("way", "loss"),
    [
        ("exit", Loss.CRASH),
        ("abort", Loss.CRASH),
        ("fault", Loss.CRASH),
        ("panic", Loss.CRASH),
        ("mistake", Loss.CRASH),
        ("hang", Loss.TIME),
        ("memory", Loss.MEMORY),
    ],
)
def test_a_death_costs_one_item(way: str, loss: Loss) -> None:
    found = done(run(partial(deadly, way, 31), range(100), 2, QUICK))
    assert found == {number: loss if number == 31 else number * number for number in range(100)}


@pytest.mark.parametrize("way", ["mistake", "memory", "panic"])
def test_here_as_in_a_process(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(size: int) -> bytes:
        raise MemoryError

    monkeypatch.setattr(sys.modules[__name__], "bytearray", refuse, raising=False)
    here = done(run(partial(deadly, way, 3), range(8), 0))
    assert here == done(run(partial(deadly, way, 3), range(8), 1, QUICK))


def test_a_worker_that_never_starts_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_STARTING", 1.0)
    found = done(run(squared, range(20), 1, prepare=partial(time.sleep, 600)))
    assert found == {number: number * number for number in range(20)}


def test_every_item_may_be_deadly() -> None:
    assert set(done(run(partial(deadly_all), range(6), 2, QUICK)).values()) == {Loss.CRASH}


def deadly_all(number: int) -> int:
    os._exit(number)


def test_a_suspect_is_tried_once_more_and_innocent_after_all(tmp_path: Path) -> None:
    assert done(run(partial(dying_once, tmp_path), range(50), 2)) == {number: number * number for number in range(50)}
    assert (tmp_path / "dead").exists()


def test_what_was_reported_is_not_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One worker and one killer: what the killer's chunk had not reported is begun twice, everything else once."""
    found = done(run(partial(noting, tmp_path, 150), range(300), 1))
    begun = {number: len((tmp_path / str(number)).read_text().splitlines()) for number in range(300)}
    assert found[150] is Loss.CRASH
    assert begun[150] == 2
    assert {number for number, times in begun.items() if times > 1} <= set(range(150 - workers.CHUNK, 151))
    assert max(begun.values()) == 2


def test_an_outcome_that_cannot_be_sent_is_lost(tmp_path: Path) -> None:
    assert done(run(unpicklable, range(8), 1))[5] is Loss.CRASH


def test_fractions_come_back_exactly() -> None:
    found = done(run(third, [1, 3, 10**40], 1))
    assert found == {1: Fraction(1, 3), 3: Fraction(1), 10**40: Fraction(10**40, 3)}


def test_where_no_process_can_be_started_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(process: object) -> None:
        raise PermissionError("an office that lets nothing start")

    monkeypatch.setattr(workers, "_start", refuse)
    assert done(run(squared, range(10), 2)) == {number: number * number for number in range(10)}


def prepared_badly() -> None:
    os._exit(1)


def test_workers_that_die_before_they_work_are_not_started_for_ever() -> None:
    assert done(run(squared, range(10), 2, prepare=prepared_badly)) == {number: number * number for number in range(10)}


_PROGRAM = """
import os, sys, time
from pathlib import Path
from perf_xl.workers import run

def work(number):
    Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep(0.05)
    return number

if __name__ == "__main__":
    try:
        for piece in run(work, range(100_000), 2):
            pass
    except KeyboardInterrupt:
        print("interrupted")
"""


@pytest.mark.parametrize("to", ["group", "parent", "kill"])
def test_no_process_outlives_the_run(to: str, tmp_path: Path) -> None:
    """Ctrl-C reaches the whole group; a task manager reaches the parent alone."""
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM)
    folder = tmp_path / "pids"
    folder.mkdir()
    running = subprocess.Popen(
        [sys.executable, program, folder],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **HEARS_CTRL_C,
    )
    wait_for(lambda: len(list(folder.iterdir())) == 2)
    if to == "group":
        os.killpg(running.pid, signal.SIGINT)
    else:
        os.kill(running.pid, signal.SIGINT if to == "parent" else signal.SIGKILL)
    said, complained = running.communicate(timeout=60)
    assert complained == b""
    assert said == (b"" if to == "kill" else b"interrupted\n")
    wait_for(lambda: not any(alive(int(path.name)) for path in folder.iterdir()))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


def wait_for(condition: object) -> None:
    for _ in range(600):
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def test_a_run_that_is_left_early_ends_its_processes() -> None:
    pieces = run(squared, range(1000), 2)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    import multiprocessing

    assert multiprocessing.active_children() == []


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="no signal masks")
def test_an_interruption_waits_until_processes_have_started_and_does_not_reach_them() -> None:
    asked = "import signal; print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
    told = []

    def interrupted() -> None:
        with workers.out_of_reach():
            os.kill(os.getpid(), signal.SIGINT)
            told.append(subprocess.check_output([sys.executable, "-c", asked], text=True).strip())

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert told == ["True"]
