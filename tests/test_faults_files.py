"""Every call to the file system fails once, and for ever, and at any moment the process may die: nothing is damaged."""

from __future__ import annotations

import errno
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from kill_saves import count_broken
from support import WORKBOOKS

from perf_xl import saving
from perf_xl.errors import PerfXlError
from perf_xl.folders import LEDGER, find_files
from perf_xl.ledger import verify
from perf_xl.resuming import Wishes, consolidate
from perf_xl.saving import write_bytes
from perf_xl.sheets import Body, Book, Cell, Column, Sheet
from perf_xl.writing import render, write_book

PUBLISHED = WORKBOOKS / "published"
HEAD = [Cell("序号", "head"), Cell("文字", "head")]


def of_windows(number: int) -> OSError:
    """What Windows says while another program holds a file: 5, 32, 33 all come as no permission."""
    problem = PermissionError(errno.EACCES, "in use")
    problem.winerror = number  # type: ignore[attr-defined]
    return problem


PROBLEMS: dict[str, Callable[[], OSError]] = {
    "ENOSPC": lambda: OSError(errno.ENOSPC, "full"),
    "EACCES": lambda: PermissionError(errno.EACCES, "no"),
    "EIO": lambda: OSError(errno.EIO, "broken"),
    "win5": lambda: of_windows(5),
    "win32": lambda: of_windows(32),
    "win33": lambda: of_windows(33),
}


class Failing:
    """Counts the calls to the file system that write, and makes the n-th fail, once or from then on."""

    def __init__(self, at: int, problem: Callable[[], OSError], for_ever: bool) -> None:
        self.at, self.problem, self.for_ever = at, problem, for_ever
        self.calls = 0
        self.failed = False

    def tick(self) -> None:
        self.calls += 1
        if self.calls == self.at or (self.for_ever and self.calls > self.at):
            self.failed = True
            raise self.problem()

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            self.tick()
            return function(*arguments, **more)

        return call

    def opening(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(file: Any, mode: str = "r", *arguments: Any, **more: Any) -> Any:
            if not set(mode) & set("wxa+"):
                return function(file, mode, *arguments, **more)
            self.tick()
            return _File(function(file, mode, *arguments, **more), self)

        return call


class _File:
    """An open file whose writing may fail."""

    def __init__(self, file: Any, failing: Failing) -> None:
        self.file, self.failing = file, failing

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.file, name)
        return self.failing.around(found) if name in ("write", "flush") else found

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


@contextmanager
def failing(at: int, problem: Callable[[], OSError], for_ever: bool) -> Iterator[Failing]:
    fault = Failing(at, problem, for_ever)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saving, "sleep", lambda _: None)
        for name in ("open", "write", "fsync", "replace", "unlink", "mkdir", "ftruncate", "utime"):
            patch.setattr(os, name, fault.around(getattr(os, name)))
        patch.setattr(io, "open", fault.opening(io.open))
        yield fault


def temporary_in(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if saving.is_left_over(path.name)]


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_whichever_call_fails_the_old_file_stands_or_the_new_one(name: str, for_ever: bool, tmp_path: Path) -> None:
    at = 0
    while True:
        at += 1
        folder = tmp_path / str(at)
        folder.mkdir()
        path = folder / "汇总.xlsx"
        path.write_bytes(b"old")
        said, place = "", None
        with failing(at, PROBLEMS[name], for_ever) as fault:
            try:
                place = write_bytes(b"new" * 100_000, path)
            except PerfXlError as problem:
                said = str(problem)
        if not fault.failed:
            break
        others = {one.name: one.read_bytes() for one in folder.iterdir() if not saving.is_left_over(one.name)}
        assert others.pop("汇总.xlsx") in (b"old", b"new" * 100_000)
        assert set(others.values()) <= {b"new" * 100_000}
        if place is not None:
            assert place.read_bytes() == b"new" * 100_000
        else:
            assert said.startswith("无法写入")
            assert said.endswith("。")
        if not for_ever:
            assert temporary_in(folder) == []
    assert at > 6


@pytest.mark.parametrize("for_ever", [False, True], ids=["once", "for ever"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_whichever_call_fails_while_a_workbook_is_made_on_the_disk(name: str, for_ever: bool, tmp_path: Path) -> None:
    columns = (Column("序号", 6, "word"), Column("文字", 20))
    lines = [(number, f"{number * 7919 % 9973:x}" * 9) for number in range(400)]
    book = Book([Sheet("清单", [HEAD], [6, 20], body=Body(columns, len(lines), lambda: lines))], "清单")
    whole = render(book)
    for at in range(1, 10_000):
        folder = tmp_path / str(at)
        folder.mkdir()
        path = folder / "汇总.xlsx"
        path.write_bytes(b"old")
        said = ""
        with failing(at, PROBLEMS[name], for_ever) as fault:
            try:
                write_book(book, path)
            except PerfXlError as problem:
                said = str(problem)
        if not fault.failed:
            break
        found = [one.read_bytes() for one in folder.iterdir() if not saving.is_left_over(one.name)]
        assert set(found) <= {b"old", whole}
        assert whole in found or said.startswith("无法写入"), said
        assert "文件名" not in said
        if not for_ever:
            assert temporary_in(folder) == []
        shutil.rmtree(folder)
    assert at > 20


def test_what_goes_wrong_in_a_line_is_no_fault_of_the_disk(tmp_path: Path) -> None:
    """And nothing of what was written so far is left."""
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(b"old")
    columns = (Column("序号", 6),)
    sheet = Sheet("清单", [HEAD[:1]], [6], body=Body(columns, 3, lambda: ((int(text),) for text in ("1", "2", "三"))))
    with pytest.raises(ValueError, match="三"):
        write_book(Book([sheet]), path)
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"old"]


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """The result where nothing fails."""
    folder = tmp_path_factory.mktemp("wanted")
    inputs(folder)
    return whole_run(folder)


def inputs(folder: Path) -> Path:
    home = folder / "报送"
    home.mkdir()
    shutil.copy(PUBLISHED / "r023-A.xlsx", home / "甲.xlsx")
    (home / "坏.xlsx").write_bytes(b"PK\x03\x04")
    return home


def whole_run(folder: Path) -> tuple[bytes, bytes]:
    wishes = Wishes(folder / "结果" / "汇总.xlsx", folder / "结果" / "汇总.json")
    consolidate(find_files([folder / "报送"]), wishes)
    return wishes.output.read_bytes(), (folder / "结果" / "汇总.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "for_ever", "first"), [("ENOSPC", True, 1), ("EIO", False, 1), ("win32", False, 2), ("EACCES", True, 2)]
)
def test_whichever_call_of_a_run_fails_nothing_is_damaged(
    name: str, for_ever: bool, first: int, wanted: tuple[bytes, bytes], tmp_path: Path
) -> None:
    """The two problems of a kind share the calls: one takes the odd ones, the other the even ones."""
    for at in range(first, 10_000, 2):
        folder = tmp_path / str(at)
        folder.mkdir()
        home = inputs(folder)
        before = {path.name: path.read_bytes() for path in home.iterdir()}
        with failing(at, PROBLEMS[name], for_ever) as fault, suppress(PerfXlError):
            whole_run(folder)
        if not fault.failed:
            break
        assert {path.name: path.read_bytes() for path in home.iterdir()} == before
        for path, data in zip(("汇总.xlsx", "汇总.json"), wanted, strict=True):
            if (folder / "结果" / path).exists():
                assert (folder / "结果" / path).read_bytes() == data
        if not for_ever:
            assert temporary_in(folder) == []
        assert whole_run(folder) == wanted
        assert temporary_in(folder) == []
        assert verify(folder / "结果" / "汇总_运行记录" / LEDGER) == []
        shutil.rmtree(folder)
    assert at > 12


def test_forty_kills_during_save_leave_no_file_unreadable(tmp_path: Path) -> None:
    broken, seen, left = count_broken(tmp_path, 40, 7)
    assert (broken, left) == (0, 0)
    assert seen > 10


@pytest.mark.parametrize("seed", range(5))
def test_a_run_killed_at_any_moment_goes_on_and_gives_the_same_bytes(
    seed: int, wanted: tuple[bytes, bytes], tmp_path: Path
) -> None:
    home = inputs(tmp_path)
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    out = tmp_path / "结果"
    command = [sys.executable, "-m", "perf_xl.cli", "consolidate", str(home), "-o", str(out / "汇总.xlsx")]
    command += ["--json", str(out / "汇总.json")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.Random(seed).uniform(0.2, 1.8))
    process.kill()
    assert process.wait() in (0, 1, -signal.SIGKILL)
    for path, data in zip(("汇总.xlsx", "汇总.json"), wanted, strict=True):
        if (out / path).exists():
            assert (out / path).read_bytes() == data
    assert whole_run(tmp_path) == wanted
    assert {path.name: path.read_bytes() for path in home.iterdir()} == before
    assert temporary_in(tmp_path) == []
