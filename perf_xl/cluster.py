"""Work shared among machines (集群): dask.distributed hands out tasks of many files, and their outcomes come back as they are made.

The only door to distributed. `run` is to a cluster what `workers.run` is to one machine. Tasks know nothing of one another
and outcomes do not stay on the cluster: nothing has to be made again there when a worker dies, but what it was at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, TypeVar

from perf_xl.errors import NothingToDo

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

LEAST, MOST = 64, 1024
"""Items of a task: with one item a task is ten times slower; beyond the other, too much is done again when a worker dies."""

TASKS_A_WORKER = 4
"""So many tasks for each worker, where there are enough items: the last ones end at about the same time."""

WAITING = 30.0
"""Seconds that a cluster may take to answer, and its first worker to come."""

PATIENCE = 120.0
"""Seconds that a cluster may be without any worker while work is left; nobody would ever do it."""

_LOOK, _COUNT, _FETCH = 0.05, 1.0, 5.0
"""Seconds after which outcomes are looked for again, workers counted, and an outcome that does not come is left for later."""


def run(
    address: str, work: Callable[[Sequence[Item]], Outcome], items: Sequence[Item]
) -> Iterator[tuple[Sequence[Item], Outcome | None]]:
    """Yield every item once, some at a time and in any order, with the outcome of the work on them.

    `address` is that of a scheduler, or `local:N` for N processes here, which are started again when they die. A task whose
    worker dies goes to another one; where that dies too, its items are tried one by one, those that fail again alone. The
    outcome of an item that takes its workers with it then is None. `work` must be picklable.

    Raises:
        NothingToDo: no cluster answers there, it has no workers or loses them all, or distributed is not installed.
    """
    with _client(address) as (client, fill_up):
        yield from _Run(client, work, _Watch(client, fill_up, address)).outcomes(items)


def size_of_task(items: int, workers: int) -> int:
    """Return how many items a task has.

    >>> size_of_task(300, 8), size_of_task(50_000, 16), size_of_task(1_000_000, 16)
    (64, 782, 1024)
    """
    return min(MOST, max(LEAST, -(-items // (TASKS_A_WORKER * workers))))


class _Run:
    """One run: the tasks under way, by the keys of their futures.

    Whatever waits at a worker that dies is told to have killed it when that happens twice. So an item is lost only if its
    workers die while nothing else is under way.
    """

    def __init__(self, client: Any, work: Callable[[Sequence[Any]], Any], watch: _Watch) -> None:
        self.client, self.work, self.watch = client, work, watch
        self.under_way: dict[str, tuple[Any, Sequence[Any]]] = {}
        self.suspects: list[Any] = []
        """Items that were at a worker when it died; they are tried alone, when all else is done."""
        self.alone = False
        self.seconds = _FETCH
        """What it may take to bring an outcome here; more, once it took longer."""

    def outcomes(self, items: Sequence[Any]) -> Iterator[tuple[Sequence[Any], Any]]:
        """Hand everything out, and take what comes back, until all is done."""
        size = size_of_task(len(items), max(1, sum(self.client.nthreads().values())))
        for at in range(0, len(items), size):
            self._hand_out(items[at : at + size])
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
        future = self.client.submit(self.work, items, pure=False)
        self.under_way[future.key] = future, items

    def _settle(self, future: Any, items: Sequence[Any]) -> Iterator[tuple[Sequence[Any], Any]]:
        """Bring an outcome here. If it goes with its worker at that moment, it is made again, and taken later.

        What failed because a worker died is done again; a mistake of ours is no such thing and is raised.
        """
        from distributed import KilledWorker

        if future.status == "cancelled":  # with its scheduler
            raise NothingToDo(f"集群“{self.watch.address}”中断了,本次没有写出结果。请检查后再次运行。")
        try:
            outcome = future.result(timeout=self.seconds)
        except TimeoutError:
            self.seconds *= 2
            self.watch.look()
            return
        except KilledWorker:
            del self.under_way[future.key]
            if len(items) > 1:
                for item in items:
                    self._hand_out([item])
            elif self.alone:
                yield items, None
            else:
                self.suspects += items
            return
        del self.under_way[future.key]
        yield items, outcome


class _Watch:
    """Sees to it that there are workers: without one, whoever waits for an outcome waits for ever.

    Processes started here have a guardian that starts them again, but it gives up where one dies while it starts.
    """

    def __init__(self, client: Any, fill_up: Callable[[bool], object], address: str) -> None:
        self.client, self.fill_up, self.address = client, fill_up, address
        self.counted = self.seen = self.renewed = monotonic()

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
            workers = self.client.nthreads()
        except (OSError, TimeoutError):
            workers = {}
        if workers:
            self.seen = self.renewed = now
        all_anew = now - self.renewed > WAITING
        if all_anew:
            self.renewed = now
        self.fill_up(all_anew)
        if now - self.seen > PATIENCE:
            raise NothingToDo(
                f"集群“{self.address}”的工作进程都停了,{PATIENCE:.0f} 秒内没有恢复,本次没有写出结果。"
                "请检查各台机器后再次运行。"
            )


@contextmanager
def _client(address: str) -> Iterator[tuple[Any, Callable[[bool], object]]]:
    """A client of the cluster at an address, or of one started here for as long as it is needed; and what fills it up."""
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError:
        raise NothingToDo('集群需要 distributed。请先安装:pip install "perf-xl[cluster]"。') from None
    if not address.startswith("local:"):
        try:
            client = Client(address, timeout=WAITING)
        except (OSError, ValueError, TypeError):
            raise NothingToDo(
                f"连不上集群“{address}”。请核对地址(如 tcp://10.0.0.5:8786),并确认调度程序已启动。"
            ) from None
        with client:
            try:
                client.wait_for_workers(1, timeout=WAITING)
            except TimeoutError:
                raise NothingToDo(f"集群“{address}”没有工作进程。请先在各台机器上启动 dask worker。") from None
            yield client, lambda all_anew: None
        return
    count = address.removeprefix("local:")
    if not count.isdigit() or not int(count):
        raise NothingToDo(f"“{address}”不是集群的地址。在本机起 4 个进程写 local:4。")
    settings = {
        "distributed.worker.daemon": False,
        "distributed.scheduler.allowed-failures": 1,
        "distributed.deploy.lost-worker-timeout": f"{WAITING} s",
    }
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=int(count),
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=50,
            death_timeout=PATIENCE / 2,
        ) as cluster,
        Client(cluster) as client,
    ):

        def fill_up(all_anew: bool) -> None:
            if all_anew:
                cluster.scale(0)
            cluster.scale(int(count))

        yield client, fill_up
