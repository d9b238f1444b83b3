"""The audit trail: every line is there as soon as it is written, and what is changed afterwards shows."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from perf_xl import ledger
from perf_xl.ledger import Entry, interrupted, opened, runs, verify

FACTS = {"tool": "0.1.0", "rulebook": "ab12", "files": 2}
ONE = Entry("乡镇/甲.xlsx", 1200, "aa" * 32, "read", None, 2)
OTHER = Entry("坏.xlsx", 3, "bb" * 32, "refused", "X01")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "记录" / "台账.jsonl"


def write_run(path: Path, *entries: Entry, ends: bool = True) -> None:
    with opened(path, FACTS) as book:
        book.add(entries)
        if ends:
            book.end({"read": 1, "refused": 1})
        assert book.trouble is None


def test_a_run_is_told_as_it_was_written(path: Path) -> None:
    write_run(path, ONE, OTHER)
    (run,) = runs(path)
    assert run.files == (ONE, OTHER)
    assert run.begun["tool"] == "0.1.0"
    assert run.end is not None
    assert (run.end["read"], run.end["refused"]) == (1, 1)
    assert interrupted(path) is None
    assert verify(path) == []


def test_lines_are_on_the_disk_before_the_run_ends(path: Path) -> None:
    with opened(path, FACTS) as book:
        book.add([ONE])
        assert runs(path)[0].files == (ONE,)
        run = interrupted(path)
        assert run is not None
        assert run.id == book.run


def test_every_run_has_an_id_of_its_own(path: Path) -> None:
    for _ in range(3):
        write_run(path, ONE)
    assert len({run.id for run in runs(path)}) == 3
    assert verify(path) == []


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_a_run_that_was_killed_while_it_wrote_a_line_is_followed_by_others(cut: int, path: Path) -> None:
    write_run(path, ONE, OTHER)
    write_run(path, ONE, OTHER, ends=False)
    path.write_bytes(path.read_bytes()[:-cut])
    killed = interrupted(path)
    assert killed is not None
    assert killed.files == (ONE,)
    write_run(path, ONE, OTHER)
    assert [run.end is None for run in runs(path)] == [False, True, False]
    assert verify(path) == []


def tamperings(lines: list[bytes]) -> list[list[bytes]]:
    return [
        [lines[0], lines[1].replace(b"1200", b"1201"), *lines[2:]],
        [lines[0], *lines[2:]],
        [*lines[:2], lines[1], *lines[2:]],
        [lines[0], lines[2], lines[1], *lines[3:]],
    ]


@pytest.mark.parametrize("number", range(4))
def test_what_was_changed_added_taken_away_or_moved_shows(number: int, path: Path) -> None:
    write_run(path, ONE, OTHER)
    write_run(path, ONE)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(tamperings(lines)[number]))
    assert len(verify(path)) == 2


def test_what_is_no_line_of_it_is_passed_over(path: Path) -> None:
    write_run(path, ONE)
    path.write_bytes(path.read_bytes() + b'[]\n{"what":"file"}\n{"what":"file","run":"x"}\nnull\n\xff\n')
    assert [run.files for run in runs(path)] == [(ONE,)]


def test_a_ledger_that_is_not_there_tells_of_nothing(path: Path) -> None:
    assert runs(path) == []
    assert interrupted(path) is None


@pytest.mark.parametrize("at", range(4))
def test_a_disk_that_is_full_is_told_and_stops_nothing(at: int, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    settle = os.fsync

    def fail(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > at:
            raise OSError(errno.ENOSPC, "full")
        settle(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    with opened(path, FACTS) as book:
        book.add([ONE])
        book.add([OTHER])
        book.end({})
        assert book.trouble is not None
        assert "磁盘已满" in book.trouble
    monkeypatch.undo()
    write_run(path, ONE)
    assert verify(path) == []


def test_a_name_that_is_no_text_is_written_all_the_same(path: Path) -> None:
    write_run(path, Entry("坏\udcff.xlsx", None, None, "temporary"))
    assert len(runs(path)[0].files) == 1
    for line in path.read_text("utf-8").splitlines():
        assert json.loads(line)["run"] == runs(path)[0].id


def test_times_are_told_with_their_zone(path: Path) -> None:
    write_run(path)
    assert ledger.runs(path)[0].begun["time"][-6] in "+-"
