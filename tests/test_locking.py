"""One run at a time: who holds the lock is told, a lock nobody holds is taken over, and no clock decides on one machine."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from perf_xl import locking
from perf_xl.errors import OutputNotWritable
from perf_xl.locking import Busy, held

HOLD = "import sys, time, pathlib; from perf_xl.locking import held\nwith held(pathlib.Path(sys.argv[1]), pathlib.Path('汇总.xlsx')):\n    print('held', flush=True)\n    time.sleep(60)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "记录" / "锁"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "汇总.xlsx"


def left_by(path: Path, machine: str, age: float = 0, user: str = "张三") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"user": user, "machine": machine, "pid": 1, "since": "2024-01-31 09:00:00"}), "utf-8")
    os.utime(path, (time.time() - age,) * 2)


def in_another_process(path: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"held"
    return process


def test_it_is_there_while_it_is_held_and_gone_afterwards(path: Path, output: Path) -> None:
    with held(path, output) as lock:
        assert json.loads(path.read_text("utf-8"))["pid"] == os.getpid()
        assert lock.taken_over is None
        assert lock.remark is None
    assert list(path.parent.iterdir()) == []


def test_the_second_is_told_who_the_first_is(path: Path, output: Path) -> None:
    with held(path, output):
        with pytest.raises(Busy) as told, held(path, output):
            pass
        me = locking.myself()
        assert all(text in str(told.value) for text in (me.user, me.machine, str(os.getpid()), "汇总.xlsx", str(path)))
        assert path.exists()
    with held(path, output):
        pass


@pytest.mark.parametrize("shift", [-(10**7), 10**7])
def test_whatever_the_clock_says_a_process_of_this_machine_holds_it(shift: int, path: Path, output: Path) -> None:
    process = in_another_process(path)
    try:
        os.utime(path, (time.time() + shift,) * 2)
        with pytest.raises(Busy, match=str(process.pid)), held(path, output):
            pass
    finally:
        process.kill()
        process.wait()


def test_a_lock_whose_process_was_killed_is_taken_over_and_said_so(path: Path, output: Path) -> None:
    process = in_another_process(path)
    process.kill()
    process.wait()
    assert path.exists()
    with held(path, output) as lock:
        assert lock.remark is not None
        assert "上一次运行没有正常结束" in lock.remark
        assert str(process.pid) in lock.remark
    assert not path.exists()


class TestOfAnotherMachine:
    def test_a_fresh_one_counts(self, path: Path, output: Path) -> None:
        left_by(path, "PC-99")
        with pytest.raises(Busy, match=r"张三\(计算机 PC-99"), held(path, output):
            pass
        assert path.exists()

    def test_one_not_touched_for_long_is_taken_over(self, path: Path, output: Path) -> None:
        left_by(path, "PC-99", age=locking.FRESH + 5)
        with held(path, output) as lock:
            assert lock.taken_over is not None
            assert lock.taken_over.machine == "PC-99"

    def test_its_age_is_told_by_the_disk_and_not_by_our_clock(
        self, path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left_by(path, "PC-99")
        monkeypatch.setattr(time, "time", lambda: 4e9)
        with pytest.raises(Busy), held(path, output):
            pass

    def test_touching_keeps_it_fresh(self, path: Path, output: Path) -> None:
        with held(path, output) as lock:
            os.utime(path, (0, 0))
            lock.touch()
            assert time.time() - path.stat().st_mtime < 60


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"\xff" * 9, b'{"user": 1}', b'{"user":"a\\u001b[2J","machine":"b","pid":1,"since":""}']
)
def test_a_lock_that_says_nothing_and_nobody_holds_is_taken_over(junk: bytes, path: Path, output: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(junk)
    with held(path, output) as lock:
        assert lock.taken_over is None


def test_of_many_at_once_one_wins_and_the_others_are_told(path: Path, output: Path) -> None:
    won, told, start = [], [], threading.Barrier(12)

    def compete() -> None:
        start.wait()
        try:
            with held(path, output):
                won.append(1)
                finished.wait(20)
        except Busy as busy:
            told.append(str(busy))
            if len(told) == 11:
                finished.set()

    finished = threading.Event()
    threads = [threading.Thread(target=compete) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(won), len(told)) == (1, 11)


def test_where_the_disk_knows_no_locks_the_process_is_looked_for(
    path: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    process = in_another_process(path)
    monkeypatch.setattr(fcntl, "flock", unsupported)
    with pytest.raises(Busy, match=str(process.pid)), held(path, output):
        pass
    process.kill()
    process.wait()
    with held(path, output) as lock:
        assert lock.taken_over is not None


def test_a_folder_that_takes_nothing_is_said_so(path: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OutputNotWritable, match="磁盘已满"), held(path, output):
        pass
    assert list(path.parent.iterdir()) == []


def test_an_exception_gives_it_back(path: Path, output: Path) -> None:
    with pytest.raises(KeyboardInterrupt), held(path, output):
        raise KeyboardInterrupt
    assert not path.exists()
