"""Work shared among processes that may die: an abort, a hang or too much memory costs one file, never the run (多进程).

Items are handed out in chunks; results come back in pieces and in any order. A worker says what it is about to do. Where it
dies, what it had not reported is handed out again, and the item it died of is tried once more, alone in a new process.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from fractions import Fraction
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

CHUNK = 64
"""Items handed to a worker at once, at most; one at a time is twice as slow."""

_PIECE = 0.25
"""Seconds after which a worker reports what it has: so much work may be lost when it dies."""

_STARTING = 120.0
"""Seconds in which a worker must say something of what it was given; a new one has to start first."""

_OUT_OF_MEMORY = 86
"""Exit code of a worker that reached its limit."""


class Loss(Enum):
    """Why there is no outcome of an item."""

    TIME = "time"
    MEMORY = "memory"
    CRASH = "crash"


class Bounds(NamedTuple):
    """What one item may cost (限额): seconds, and bytes of memory over what a worker needs itself."""

    seconds: float = 20
    memory: int = 512 << 20


def collect_rarely() -> None:
    """Look for garbage in circles less often: what a run makes has none, and looking takes a quarter of its time."""
    gc.set_threshold(100_000, 20, 100)


def nothing() -> None:
    """Prepare nothing."""


def run(
    work: Callable[[Item], Outcome],
    items: Sequence[Item],
    jobs: int,
    bounds: Bounds | None = None,
    prepare: Callable[[], object] = nothing,
) -> Iterator[list[tuple[Item, Outcome | Loss]]]:
    """Yield every item once, with its outcome or why there is none, in pieces and in any order.

    With no jobs the work is done here, unprotected; so it is where no process can be started. `work` and `prepare`, which
    every worker runs first, must be picklable.
    """
    if jobs < 1:
        yield from _here(work, items)
        return
    crew = _Crew(work, items, jobs, bounds or Bounds(), prepare)
    try:
        yield from crew.run()
    finally:
        crew.dismiss()
    yield [(items[number], Loss.CRASH) for number in crew.waiting if number in crew.suspects]
    yield from _here(work, [items[number] for number in crew.waiting if number not in crew.suspects])


def _here(work: Callable[[Item], Outcome], items: Iterable[Item]) -> Iterator[list[tuple[Item, Outcome | Loss]]]:
    for item in items:
        outcome: Outcome | Loss
        try:
            outcome = work(item)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as problem:  # a library's panic is no Exception
            import logging

            logging.getLogger(__name__).debug("%s", item, exc_info=True)
            outcome = Loss.MEMORY if isinstance(problem, MemoryError) else Loss.CRASH
        yield [(item, outcome)]


# --- on this side -----------------------------------------------------------------------------------------------------


class _Worker:
    """One process, and what is known of it."""

    def __init__(self, *task: Any) -> None:
        from multiprocessing import get_context

        context = get_context("spawn")
        read_chunks, self.chunks = context.Pipe(duplex=False)
        self.reports, write_reports = context.Pipe(duplex=False)
        self.process = context.Process(target=_serve, args=(read_chunks, write_reports, *task), daemon=True)
        self.open: dict[int, Any] = {}
        self.at: int | None = None
        self.deadline = monotonic() + _STARTING
        try:
            _start(self.process)
        finally:
            read_chunks.close()
            write_reports.close()

    def give(self, chunk: dict[int, Any]) -> None:
        """Hand out items by their numbers."""
        self.open, self.at, self.deadline = dict(chunk), None, monotonic() + _STARTING
        with suppress(OSError):  # it is dead, which its other pipe tells, too
            self.chunks.send(list(chunk.items()))

    def end(self) -> int | None:
        """End it, whatever it is doing; return its exit code."""
        self.process.kill()
        self.process.join()
        self.chunks.close()
        self.reports.close()
        return self.process.exitcode


@contextmanager
def out_of_reach() -> Iterator[None]:
    """Ctrl-C does not reach processes started herein: whoever waits for them ends them. Here it comes into effect afterwards."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # started with the first process, it would let Ctrl-C through again
    heard: list[int] = []
    # threads of libraries let it through, to this handler
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signal.signal(signal.SIGINT, signal.SIG_DFL if handler is None else handler)
        if heard:
            signal.raise_signal(signal.SIGINT)


def _start(process: Any) -> None:
    with out_of_reach():
        process.start()


class _Crew(Generic[Item, Outcome]):
    """The workers of a run, and the numbers of the items that nobody works on."""

    def __init__(
        self,
        work: Callable[[Item], Outcome],
        items: Sequence[Item],
        jobs: int,
        bounds: Bounds,
        prepare: Callable[[], object],
    ) -> None:
        self.task = (work, bounds, prepare)
        self.items, self.jobs, self.bounds = items, min(jobs, len(items)), bounds
        self.waiting = deque(range(len(items)))
        self.suspects: set[int] = set()
        self.workers: list[_Worker] = []
        self.stillborn = 0

    def run(self) -> Iterator[list[tuple[Item, Outcome | Loss]]]:
        """Hand out and collect until all is done, or until it is plain that workers do not even start."""
        for _ in range(self.jobs):
            self._employ(self._chunk())
        while self.workers:
            yield from filter(None, self._collect())

    def dismiss(self) -> None:
        """End every process."""
        for worker in self.workers:
            worker.end()
        self.workers.clear()

    def _chunk(self) -> list[int]:
        """Take the next numbers: smaller chunks towards the end, that the workers finish together."""
        size = min(CHUNK, max(1, len(self.waiting) // (2 * self.jobs)))
        return [self.waiting.popleft() for _ in range(min(size, len(self.waiting)))]

    def _employ(self, chunk: Sequence[int]) -> None:
        """Start a worker on a chunk; where none can be started, the chunk waits."""
        if chunk and self.stillborn <= self.jobs:
            try:
                worker = _Worker(*self.task)
            except OSError:
                self.stillborn += 1
            else:
                self.workers.append(worker)
                worker.give({number: self.items[number] for number in chunk})
                return
        self.waiting.extendleft(reversed(chunk))

    def _collect(self) -> Iterator[list[tuple[Item, Outcome | Loss]]]:
        """Wait for reports until the next deadline, and take one of every worker that has something to say."""
        from multiprocessing.connection import wait

        left = max(0.0, min(worker.deadline for worker in self.workers) - monotonic())
        told = wait([worker.reports for worker in self.workers], left)
        for worker in list(self.workers):
            if worker.reports in told:
                yield self._hear(worker)
            elif monotonic() >= worker.deadline:
                yield self._bury(worker, Loss.TIME)

    def _hear(self, worker: _Worker) -> list[tuple[Item, Outcome | Loss]]:
        """Take a report: the number of what is begun, or outcomes; a chunk that is done is followed by the next."""
        try:
            report = worker.reports.recv()
        except (EOFError, OSError):
            return self._bury(worker, None)
        self.stillborn = 0
        if isinstance(report, int):
            worker.at, worker.deadline = report, monotonic() + self.bounds.seconds
            return []
        done = [(worker.open.pop(number), outcome) for number, outcome in report]
        if not worker.open:
            if chunk := self._chunk():
                worker.give({number: self.items[number] for number in chunk})
            else:
                self.workers.remove(worker)
                worker.end()
        return done

    def _bury(self, worker: _Worker, why: Loss | None) -> list[tuple[Item, Outcome | Loss]]:
        """Let go of a worker that died or is to die; the item it was at is tried once more or is lost."""
        self.workers.remove(worker)
        code = worker.end()
        number = worker.at if worker.at in worker.open else None
        rest = [other for other in worker.open if other != number]
        self.waiting.extendleft(reversed(rest))
        if number is None:
            self.stillborn += 1
            self._employ(self._chunk())
            return []
        if number not in self.suspects:
            self.suspects.add(number)
            self._employ([number])
            return []
        self._employ(self._chunk())
        return [(self.items[number], why or (Loss.MEMORY if code == _OUT_OF_MEMORY else Loss.CRASH))]


# --- on the other side ------------------------------------------------------------------------------------------------


def _serve(
    chunks: Connection,
    reports: Connection,
    work: Callable[[Any], Any],
    bounds: Bounds,
    prepare: Callable[[], object],
) -> None:
    """Do chunk after chunk until nobody hands out any more."""
    from multiprocessing.reduction import ForkingPickler

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a library says while it dies is for nobody
    ForkingPickler.register(Fraction, _plain_fraction)
    gc.freeze()
    collect_rarely()
    try:
        prepare()
        _bound_memory(bounds.memory)
        while True:
            _do(chunks.recv(), work, reports)
    except (EOFError, BrokenPipeError):
        return
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)


def _do(chunk: Sequence[tuple[int, Any]], work: Callable[[Any], Any], reports: Connection) -> None:
    done: list[tuple[int, Any]] = []
    told = monotonic()
    for number, item in chunk:
        reports.send(number)
        try:
            done.append((number, work(item)))
        except MemoryError:
            raise
        except Exception:
            done.append((number, Loss.CRASH))
        if monotonic() - told > _PIECE:
            reports.send(done)
            done, told = [], monotonic()
    if done:
        reports.send(done)


def _plain_fraction(number: Fraction) -> tuple[type[Fraction], tuple[int, int]]:
    """Pickle a fraction as two integers: as a text, which is the custom, it takes five times as long to read."""
    return Fraction, number.as_integer_ratio()


def _bound_memory(most: int) -> None:
    """Let this process use so many bytes more than it does now; a request beyond fails, or the process dies."""
    if sys.platform == "win32":
        _bound_by_job_object(most)
    elif sys.platform == "linux":
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = used + most if hard == resource.RLIM_INFINITY else min(used + most, hard)
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    else:
        threading.Thread(target=_watch, args=(most,), daemon=True).start()


def _watch(most: int) -> None:
    """End this process when it has grown too much, where the system does not refuse memory (macOS)."""
    if sys.platform != "win32":
        import resource

        unit = 1 if sys.platform == "darwin" else 1024
        at_first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        while (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - at_first) * unit <= most:
            threading.Event().wait(0.05)
        os._exit(_OUT_OF_MEMORY)


def _bound_by_job_object(most: int) -> None:
    """Put this process into a job object of its own: committed memory is bounded, an unhandled fault shows no dialogue."""
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        class Basic(ctypes.Structure):
            _fields_ = (
                ("PerProcessUserTimeLimit", wintypes.LARGE_INTEGER),
                ("PerJobUserTimeLimit", wintypes.LARGE_INTEGER),
                ("LimitFlags", wintypes.DWORD),
                ("MinimumWorkingSetSize", ctypes.c_size_t),
                ("MaximumWorkingSetSize", ctypes.c_size_t),
                ("ActiveProcessLimit", wintypes.DWORD),
                ("Affinity", ctypes.c_size_t),
                ("PriorityClass", wintypes.DWORD),
                ("SchedulingClass", wintypes.DWORD),
            )

        class Extended(ctypes.Structure):
            _fields_ = (
                ("BasicLimitInformation", Basic),
                ("IoInfo", ctypes.c_ulonglong * 6),
                ("ProcessMemoryLimit", ctypes.c_size_t),
                ("JobMemoryLimit", ctypes.c_size_t),
                ("PeakProcessMemoryUsed", ctypes.c_size_t),
                ("PeakJobMemoryUsed", ctypes.c_size_t),
            )

        class Counters(ctypes.Structure):
            _fields_ = (
                ("cb", wintypes.DWORD),
                ("PageFaultCount", wintypes.DWORD),
                *(
                    (name, ctypes.c_size_t)
                    for name in (
                        "PeakWorkingSetSize",
                        "WorkingSetSize",
                        "QuotaPeakPagedPoolUsage",
                        "QuotaPagedPoolUsage",
                        "QuotaPeakNonPagedPoolUsage",
                        "QuotaNonPagedPoolUsage",
                        "PagefileUsage",
                        "PeakPagefileUsage",
                    )
                ),
            )

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        for name in ("CreateJobObjectW", "GetCurrentProcess"):
            getattr(kernel, name).restype = wintypes.HANDLE
        kernel.CreateJobObjectW.argtypes = (wintypes.LPVOID, wintypes.LPCWSTR)
        kernel.SetInformationJobObject.argtypes = (wintypes.HANDLE, ctypes.c_int, wintypes.LPVOID, wintypes.DWORD)
        kernel.AssignProcessToJobObject.argtypes = (wintypes.HANDLE, wintypes.HANDLE)
        kernel.K32GetProcessMemoryInfo.argtypes = (wintypes.HANDLE, wintypes.LPVOID, wintypes.DWORD)
        here = kernel.GetCurrentProcess()
        counters = Counters(cb=ctypes.sizeof(Counters))
        kernel.K32GetProcessMemoryInfo(here, ctypes.byref(counters), counters.cb)
        bound = Extended(ProcessMemoryLimit=counters.PagefileUsage + most)
        process_memory, die_on_unhandled_exception, extended_limit_information = 0x100, 0x400, 9
        bound.BasicLimitInformation.LimitFlags = process_memory | die_on_unhandled_exception
        job = kernel.CreateJobObjectW(None, None)  # never closed: it lives as long as the process
        kernel.SetInformationJobObject(job, extended_limit_information, ctypes.byref(bound), ctypes.sizeof(bound))
        kernel.AssignProcessToJobObject(job, here)
