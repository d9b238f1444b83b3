"""Work shared among machines (集群): dask.distributed hands out tasks of many files, and their outcomes come back as they are made.

The only door to distributed. `run` is to a cluster what `workers.run` is to one machine. Tasks know nothing of one another
and outcomes do not stay on the cluster: nothing has to be made again there when a worker dies, but what it was at.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pickle import dumps, loads
from time import monotonic, sleep
from traceback import format_exc
from typing import Any, NamedTuple, TypeVar

from perf_xl.errors import NothingToDo
from perf_xl.workers import out_of_reach

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

LEAST, MOST = 64, 1024
"""Items of a task: with one item a task is ten times slower; beyond the other, too much is done again when a worker dies."""

TASKS_A_WORKER = 4
"""So many tasks for each worker, where there are enough items: the last ones end at about the same time."""

MOST_HERE = 256
"""Processes that may be started on this machine."""

WAITING = 30.0
"""Seconds that a cluster may take to answer, and its first worker to come."""

PATIENCE = 120.0
"""Seconds that a cluster may be without a worker that works while work is left; nobody would ever do it."""

LONGEST = 600.0
"""Seconds that bringing one outcome here may take; after that it is plain that it never comes."""

_LOOK, _COUNT, _FETCH = 0.05, 1.0, 5.0
"""Seconds after which outcomes are looked for again, workers counted, and an outcome that does not come is left for later."""

_SILENT = 100
"""No message of distributed has this level: what there is to say is said here, in one sentence."""


def run(
    address: str,
    work: Callable[[Sequence[Item]], Outcome],
    items: Sequence[Item],
    version: Callable[[], str] = str,
) -> Iterator[tuple[Sequence[Item], Outcome | None]]:
    """Yield every item once, some at a time and in any order, with the outcome of the work on them.

    `address` is that of a scheduler, or `local:N` for N processes here, which are started again when they die. A task whose
    worker dies goes to another one; where that dies too, its items are tried one by one, those that fail again alone. The
    outcome of an item that takes its workers with it then is None. `work` must be picklable, and possible with no items:
    so it is tried first. Where `version` says something else at a worker than here, nothing is done there.

    Raises:
        NothingToDo: no cluster answers there, it has no workers or loses them all, a worker is not of the same version, or
            distributed is not installed.
    """
    with _client(address) as (client, fill_up):
        yield from _Run(client, work, version, _Watch(client, fill_up, address)).outcomes(items)


def size_of_task(items: int, workers: int) -> int:
    """Return how many items a task has.

    >>> size_of_task(300, 8), size_of_task(50_000, 16), size_of_task(1_000_000, 16)
    (64, 782, 1024)
    """
    return min(MOST, max(LEAST, -(-items // (TASKS_A_WORKER * workers))))


# --- at a worker ------------------------------------------------------------------------------------------------------


class _Failed(NamedTuple):
    """The work itself failed: a mistake of ours, or something for the user."""

    problem: Exception


class _Order:
    """A task as bytes. To load them is to do it: a worker that cannot, for want of perf_xl, says so and lives."""

    def __init__(self, *task: Any) -> None:
        self.task = task

    def __reduce__(self) -> tuple[Any, ...]:
        return _carried_out, self.task


def _carried_out(version: Callable[[], str], wanted: str, order: bytes) -> bytes:
    if version() != wanted:
        raise ImportError("perf_xl")
    try:
        work, items = loads(order)
        return dumps(work(items))
    except Exception as problem:
        problem.add_note(format_exc())
        return dumps(_Failed(problem))


# --- on this side -----------------------------------------------------------------------------------------------------


class _Run:
    """One run: the tasks under way, by the keys of their futures.

    Whatever waits at a worker that dies is told to have killed it when that happens twice. So an item is lost only if its
    workers die while nothing else is under way.
    """

    def __init__(
        self, client: Any, work: Callable[[Sequence[Any]], Any], version: Callable[[], str], watch: _Watch
    ) -> None:
        self.client, self.work, self.watch = client, work, watch
        self.version = version, version()
        """What tells the version of a worker, and what it must say."""
        self.under_way: dict[str, tuple[Any, Sequence[Any]]] = {}
        self.suspects: list[Any] = []
        """Items that were at a worker when it died; they are tried alone, when all else is done."""
        self.alone = False
        self.seconds = _FETCH
        """What it may take to bring an outcome here; more, once it took longer."""

    def outcomes(self, items: Sequence[Any]) -> Iterator[tuple[Sequence[Any], Any]]:
        """Try nothing, which a sound cluster can do; then hand everything out, and take what comes back, until all is done."""
        self.watch.look()
        self._hand_out([])
        for _ in self._until_done():
            pass
        size = size_of_task(len(items), max(1, sum(self.watch.workers.values())))
        for at in range(0, len(items), size):
            self._hand_out(items[at : at + size])
        yield from self._until_done()

    def _until_done(self) -> Iterator[tuple[Sequence[Any], Any]]:
        while self.under_way or self.suspects:
            if not self.under_way:
                self.alone = True
                self._hand_out([self.suspects.pop()])
            settled = [task for task in self.under_way.values() if task[0].status in ("finished", "error", "cancelled")]
            if not settled:
                self.watch.look()
                sleep(_LOOK)
            for future, task in settled:
                yield from self._settle(future, task)

    def _hand_out(self, items: Sequence[Any]) -> None:
        from distributed.client import ClosedClientError

        try:
            future = self.client.submit(loads, dumps(_Order(*self.version, dumps((self.work, items)))), pure=False)
        except ClosedClientError:
            raise self._broken() from None
        self.under_way[future.key] = future, items

    def _settle(self, future: Any, items: Sequence[Any]) -> Iterator[tuple[Sequence[Any], Any]]:
        """Bring an outcome here. If it goes with its worker at that moment, it is made again, and taken later.

        What failed because a worker died is done again; a mistake of ours is no such thing and is raised.
        """
        if future.status == "cancelled":  # with its scheduler
            raise self._broken()
        if future.status == "error":
            del self.under_way[future.key]
            yield from self._given_up(future.exception(), items)
            return
        try:
            outcome = loads(future.result(timeout=self.seconds))
        except Exception as problem:  # whatever went on the way; what became of it, its status will tell
            self.seconds *= 2
            if self.seconds > LONGEST:
                raise self._broken() from problem
            self.watch.look()
            sleep(_LOOK)
            return
        del self.under_way[future.key]
        if isinstance(outcome, _Failed):
            raise outcome.problem
        if items:
            yield items, outcome

    def _given_up(self, problem: Any, items: Sequence[Any]) -> Iterator[tuple[Sequence[Any], None]]:
        """A task that the cluster gave up: its workers died, or they cannot do it."""
        from distributed import KilledWorker

        if not isinstance(problem, KilledWorker):
            raise NothingToDo(
                f"集群“{self.watch.address}”的工作进程没有安装 perf_xl,或者版本与本机不同({type(problem).__name__})。"
                '请在各台机器上安装同一版本:pip install "perf-xl[cluster]"。'
            )
        if not items:
            raise NothingToDo(
                f"集群“{self.watch.address}”的工作进程一启动就中止,本次没有写出结果。请检查各台机器的内存和软件环境。"
            )
        if len(items) > 1:
            for item in items:
                self._hand_out([item])
        elif self.alone:
            yield items, None
        else:
            self.suspects += items

    def _broken(self) -> NothingToDo:
        return NothingToDo(f"集群“{self.watch.address}”中断了,本次没有写出结果。请检查后再次运行。")


class _Watch:
    """Sees to it that there are workers: without one, whoever waits for an outcome waits for ever.

    Processes started here have a guardian that starts them again, but it gives up where one dies while it starts.
    """

    def __init__(self, client: Any, fill_up: Callable[[bool], object], address: str) -> None:
        self.client, self.fill_up, self.address = client, fill_up, address
        self.seen = self.renewed = monotonic()
        self.counted = 0.0
        self.workers: dict[str, int] = {}
        """Those that work, not those that pause for want of memory; each with the number of its threads."""

    def look(self) -> None:
        """Count the workers, once in a while.

        Raises:
            NothingToDo: there has been none for long, or the scheduler is gone.
        """
        now = monotonic()
        if now - self.counted < _COUNT:
            return
        self.counted = now
        try:
            self.workers = self.client.sync(self.client.scheduler.ncores_running, callback_timeout=WAITING)
        except Exception:  # no scheduler, or none that answers
            self.workers = {}
        if self.workers:
            self.seen = self.renewed = now
        all_anew = now - self.renewed > WAITING
        if all_anew:
            self.renewed = now
        self.fill_up(all_anew)
        if now - self.seen > PATIENCE:
            raise NothingToDo(
                f"集群“{self.address}”的工作进程都停了,{PATIENCE:.0f} 秒内没有恢复,本次没有写出结果。"
                "请检查各台机器(内存、网络)后再次运行。"
            )


@contextmanager
def _client(address: str) -> Iterator[tuple[Any, Callable[[bool], object]]]:
    """A client of the cluster at an address, or of one started here for as long as it is needed; and what fills it up."""
    try:
        from distributed.utils import silence_logging_cmgr
    except ImportError:
        raise NothingToDo('集群需要 distributed。请先安装:pip install "perf-xl[cluster]"。') from None
    with silence_logging_cmgr(_SILENT):
        if address.startswith("local:"):
            with _client_here(address) as both:
                yield both
        else:
            with _client_there(address) as client:
                yield client, lambda all_anew: None


@contextmanager
def _client_there(address: str) -> Iterator[Any]:
    from distributed import Client

    try:
        with warnings.catch_warnings(action="ignore"):  # other versions of libraries are no harm, as long as it works
            client = Client(address, timeout=WAITING)
    except Exception:  # each way of connecting has errors of its own
        raise NothingToDo(f"连不上集群“{address}”。请核对地址(如 tcp://10.0.0.5:8786),并确认调度程序已启动。") from None
    try:
        try:
            client.wait_for_workers(1, timeout=WAITING)
        except Exception:
            raise NothingToDo(f"集群“{address}”没有工作进程。请先在各台机器上启动 dask worker。") from None
        yield client
    finally:
        with suppress(Exception):  # a scheduler that does not answer is left to itself
            client.close(timeout=_FETCH)


@contextmanager
def _client_here(address: str) -> Iterator[tuple[Any, Callable[[bool], object]]]:
    import dask
    from distributed import Client, LocalCluster

    told = address.removeprefix("local:")
    if not told.isdecimal() or not 1 <= (count := int(told[:9])) <= MOST_HERE:
        raise NothingToDo(f"“{address}”不是集群的地址。在本机起 4 个进程写 local:4(最多 {MOST_HERE} 个)。")
    settings = {
        "distributed.worker.daemon": False,
        "distributed.scheduler.allowed-failures": 1,
        "distributed.deploy.lost-worker-timeout": f"{WAITING} s",
    }
    with ExitStack() as opened:
        opened.enter_context(dask.config.set(settings))
        with out_of_reach():
            try:
                cluster = opened.enter_context(
                    LocalCluster(
                        n_workers=count,
                        threads_per_worker=1,
                        host="127.0.0.1",
                        dashboard_address="127.0.0.1:0",
                        silence_logs=_SILENT,
                        death_timeout=PATIENCE / 2,
                    )
                )
                client = opened.enter_context(Client(cluster))
            except Exception as problem:
                raise NothingToDo(
                    f"本机的 {count} 个进程没有启动({type(problem).__name__})。请减少进程数后重试。"
                ) from None

        def fill_up(all_anew: bool) -> None:
            if all_anew:
                cluster.scale(0)
            cluster.scale(count)

        yield client, fill_up
