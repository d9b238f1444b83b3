"""One run at a time (锁): a file beside the result that tells who is at it, and since when.

On one machine the system's own lock on that file decides: it ends with its process, whatever the clock says. Between
machines that share a folder the file itself decides, made only where there is none, and touched again and again while
the run goes on; its age is told by the clock of the disk it stands on, never by that of either machine.
"""

from __future__ import annotations

import errno
import getpass
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import Any

from perf_xl.errors import OutputNotWritable, PerfXlError
from perf_xl.saving import TEMPORARY, why

FRESH = 30 * 60
"""Seconds after which the lock of another machine counts no more, where its run has not touched it since."""

PATIENCE = (0.05, 0.1, 0.2, 0.4)
"""Seconds between looks at a lock that is just being made or given back."""

_BYTE = 1 << 30
"""The byte of the file that is locked: far behind its text, which others may read all the while."""

_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock (占用者)."""

    user: str
    machine: str
    pid: int
    since: str

    def sentence(self) -> str:
        """Return who it is, in words.

        >>> Holder("张三", "PC-01", 4711, "2024-01-31 09:00:00").sentence()
        '张三(计算机 PC-01,进程 4711,2024-01-31 09:00:00 开始)'
        """
        return f"{self.user}(计算机 {self.machine},进程 {self.pid},{self.since} 开始)"


class Busy(PerfXlError):
    """Another run is at the same result."""

    def __init__(self, output: str, holder: Holder | None, lock: str) -> None:
        self.output, self.holder, self.lock = output, holder, lock
        super().__init__(output, holder, lock)

    def __str__(self) -> str:
        who = self.holder.sentence() if self.holder else "另一个程序"
        return f"“{self.output}”正由 {who} 处理。请等它完成后再运行;确认对方已停止时,可删除“{self.lock}”。"


@dataclass(slots=True)
class Lock:
    """A lock that is held (锁)."""

    path: Path
    descriptor: int
    taken_over: Holder | None = None
    """Whose lock it was, where his run had ended without giving it back."""

    def touch(self) -> None:
        """Tell other machines that the run goes on."""
        with suppress(OSError):
            os.utime(self.path)

    @property
    def remark(self) -> str | None:
        """What must be said of a lock that was taken over."""
        if self.taken_over is None:
            return None
        return f"上一次运行没有正常结束:{self.taken_over.sentence()};已接替"


@contextmanager
def held(path: Path, output: Path) -> Iterator[Lock]:
    """Hold the lock at `path` for as long as the block runs. `output` is what it is held for, in messages.

    Raises:
        Busy: another run holds it.
        OutputNotWritable: it cannot be made: the folder is read-only ...
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = _acquired(path, output)
    except (OSError, ValueError) as problem:
        raise OutputNotWritable(str(output), why(problem)) from problem
    try:
        yield lock
    finally:
        _give_back(lock)


def myself() -> Holder:
    """This process, as others are told of it."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "未知用户"
    return Holder(user, platform.node() or "未知计算机", os.getpid(), f"{datetime.now():%Y-%m-%d %H:%M:%S}")


def _acquired(path: Path, output: Path) -> Lock:
    for pause in (*PATIENCE, None):
        lock = _new(path) or _taken_over(path)
        if lock is not None:
            return lock
        if pause is not None:
            sleep(pause)
    raise Busy(output.name, _holder_at(path), str(path))


def _new(path: Path) -> Lock | None:
    """The lock where there was none."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0))
    except FileExistsError:
        return None
    if not _system_lock(descriptor):  # another looked at it between the two calls; it will let go
        for pause in PATIENCE:
            sleep(pause)
            if _system_lock(descriptor):
                break
        else:
            os.close(descriptor)
            return None
    return _signed(Lock(path, descriptor))


def _taken_over(path: Path) -> Lock | None:
    """The lock that a run which is no more has left; None where it is held."""
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None
    keep = False
    try:
        if not _system_lock(descriptor):
            return None
        holder = _holder_in(os.read(descriptor, 4096))
        same = _is_at(descriptor, path)
        keep = same and not _goes_on(holder, path)
        return _signed(Lock(path, descriptor, holder)) if keep else None
    finally:
        if not keep:
            os.close(descriptor)


def _goes_on(holder: Holder | None, path: Path) -> bool:
    """Whether a lock that no process of this machine holds may be held elsewhere."""
    if holder is None or holder.machine == myself().machine:
        return False
    return _age(path) < FRESH


def _age(path: Path) -> float:
    """Seconds since the lock was touched, by the clock of the disk: that which stamps a file made just now."""
    probe = path.with_name(f"{TEMPORARY}{os.urandom(4).hex()}.tmp")
    try:
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        return probe.stat().st_mtime - path.stat().st_mtime
    finally:
        with suppress(OSError):
            probe.unlink()


def _signed(lock: Lock) -> Lock:
    try:
        os.ftruncate(lock.descriptor, 0)
        os.lseek(lock.descriptor, 0, os.SEEK_SET)
        os.write(lock.descriptor, json.dumps(asdict(myself()), ensure_ascii=False).encode())
        os.fsync(lock.descriptor)
    except BaseException:
        _give_back(lock)
        raise
    return lock


def _give_back(lock: Lock) -> None:
    """Remove the file, then let go; on Windows, where an open file stays, the other way round."""
    steps: list[Any] = [lambda: lock.path.unlink(missing_ok=True), lambda: os.close(lock.descriptor)]
    if not _is_at(lock.descriptor, lock.path):
        steps = steps[1:]
    for step in reversed(steps) if os.name == "nt" else steps:
        with suppress(OSError):
            step()


def _is_at(descriptor: int, path: Path) -> bool:
    """Whether the open file is still the one that stands there: it may have been removed in between."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _holder_at(path: Path) -> Holder | None:
    try:
        return _holder_in(path.read_bytes()[:4096])
    except OSError:
        return None


def _holder_in(data: bytes) -> Holder | None:
    try:
        document = json.loads(data)
        told = Holder(str(document["user"]), str(document["machine"]), int(document["pid"]), str(document["since"]))
    except (ValueError, KeyError, TypeError):
        return None
    return told if all(text.isprintable() for text in (told.user, told.machine, told.since)) else None


def _system_lock(descriptor: int) -> bool:
    """Take the system's lock on an open file, which ends with the process; False where another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, _BYTE, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        if problem.errno in _UNSUPPORTED:
            return not _holder_is_alive(descriptor)
        return False
    return True


def _holder_is_alive(descriptor: int) -> bool:
    """Where the disk knows no locks: whether the process that signed the file is there."""
    holder = _holder_in(os.pread(descriptor, 4096, 0)) if hasattr(os, "pread") else None
    if holder is None or holder.machine != myself().machine or holder.pid == os.getpid():
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
