"""Work shared among machines (集群): dask.distributed hands out tasks of many files and merges what comes back as a tree.

The only door to distributed. `merged` is to a cluster what `workers.run` is to one machine; whatever the number of
workers, the result is the same as long as `merge` is associative and commutative, as the sum of partial results is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from perf_xl.errors import NothingToDo

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

LEAST, MOST = 64, 1024
"""Items of a task: with one item a task is ten times slower; beyond the other, too much is done again when a worker dies."""

TASKS_A_WORKER = 4
"""So many tasks for each worker, where there are enough items: the last ones end at about the same time."""

BRANCHES = 8
"""So many outcomes are merged into one."""

WAITING = 30.0
"""Seconds that a cluster may take to answer, and its first worker to come."""

Progress = Callable[[int, int], None]


def merged(
    address: str,
    work: Callable[[Sequence[Item]], Outcome],
    merge: Callable[[Sequence[Outcome]], Outcome],
    lost: Callable[[Item], Outcome],
    items: Sequence[Item],
    progress: Progress | None = None,
) -> Outcome:
    """Return what the work on all items comes to. `address` is that of a scheduler, or `local:N` for N processes here.

    A task whose worker dies goes to another one; where that dies too, its items are tried one by one, and `lost` says
    what becomes of an item that takes its workers with it then. All callables must be picklable.

    Raises:
        NothingToDo: no cluster answers there, it has no workers, or distributed is not installed.
    """
    with _client(address) as client:
        outcome: Outcome = _Run(client, work, merge, lost, progress, len(items)).result(items)
        return outcome


def size_of_task(items: int, workers: int) -> int:
    """Return how many items a task has.

    >>> size_of_task(300, 8), size_of_task(50_000, 16), size_of_task(1_000_000, 16)
    (64, 782, 1024)
    """
    return min(MOST, max(LEAST, -(-items // (TASKS_A_WORKER * workers))))


class _Run:
    """One run: the futures under way, and the outcomes of each level of the tree that wait for their like."""

    def __init__(
        self,
        client: Any,
        work: Callable[[Sequence[Any]], Any],
        merge: Callable[[Sequence[Any]], Any],
        lost: Callable[[Any], Any],
        progress: Progress | None,
        total: int,
    ) -> None:
        from distributed import as_completed

        self.client, self.work, self.merge, self.lost = client, work, merge, lost
        self.progress, self.done, self.total = progress, 0, total
        self.items: dict[str, Sequence[Any]] = {}
        self.levels: list[list[Any]] = []
        self.heights: dict[str, int] = {}
        self.under_way = as_completed()

    def result(self, items: Sequence[Any]) -> Any:
        """Hand everything out and return the root of the tree."""
        size = size_of_task(len(items), max(1, sum(self.client.nthreads().values())))
        for at in range(0, len(items), size):
            self._hand_out(items[at : at + size])
        for future in self.under_way:
            if future.status == "finished":
                self._grow(future, self.heights.pop(future.key))
            else:
                self._failed(future)
        rest = [future for level in self.levels for future in level]
        return self.client.submit(self.merge, rest, pure=False).result()

    def _hand_out(self, items: Sequence[Any]) -> None:
        future = self.client.submit(self.work, items, pure=False)
        self.items[future.key], self.heights[future.key] = items, 0
        self.under_way.add(future)

    def _grow(self, future: Any, height: int) -> None:
        """Put an outcome into its level; a level that is full becomes one outcome of the next."""
        self.done += len(self.items.pop(future.key, ()))
        if self.progress:
            self.progress(self.done, self.total)
        while len(self.levels) <= height:
            self.levels.append([])
        level = self.levels[height]
        level.append(future)
        if len(level) == BRANCHES:
            branch = self.client.submit(self.merge, list(level), pure=False)
            self.heights[branch.key] = height + 1
            level.clear()
            self.under_way.add(branch)

    def _failed(self, future: Any) -> None:
        """Try the items of a task that killed its workers one by one; a mistake of ours is no such thing and is raised."""
        from distributed import KilledWorker

        problem = future.exception()
        items = self.items.pop(future.key, None)
        if items is None or not isinstance(problem, KilledWorker):
            raise problem
        if len(items) > 1:
            for item in items:
                self._hand_out([item])
            return
        found = self.client.submit(self.lost, items[0], pure=False)
        self.items[found.key], self.heights[found.key] = items, 0
        self.under_way.add(found)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """A client of the cluster at an address, or of one started here for as long as it is needed."""
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
            yield client
        return
    count = address.removeprefix("local:")
    if not count.isdigit() or not int(count):
        raise NothingToDo(f"“{address}”不是集群的地址。在本机起 4 个进程写 local:4。")
    settings = {"distributed.worker.daemon": False, "distributed.scheduler.allowed-failures": 1}
    with (
        dask.config.set(settings),
        LocalCluster(
            n_workers=int(count), threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client
