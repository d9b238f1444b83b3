"""Work shared among machines (集群): dask.distributed hands out tasks of many files and merges what comes back as a tree.

The only door to distributed. `merged` is to a cluster what `workers.run` is to one machine; whatever the number of
workers, the result is the same as long as `merge` is associative and commutative, as the sum of partial results is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any, NamedTuple, TypeVar

from perf_xl.errors import NothingToDo

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

LEAST, MOST = 64, 1024
"""Items of a task: with one item a task is ten times slower; beyond the other, too much is done again when a worker dies."""

TASKS_A_WORKER = 4
"""So many tasks for each worker, where there are enough items: the last ones end at about the same time."""

BRANCHES = 8
"""So many outcomes are merged into one."""

MOST_FAILURES = 100
"""So often the merging of outcomes may fail because a worker died meanwhile."""

WAITING = 30.0
"""Seconds that a cluster may take to answer, and its first worker to come."""

PATIENCE = 120.0
"""Seconds that a cluster may be without any worker while work is left; nobody would ever do it."""

_LOOK, _COUNT = 0.05, 1.0
"""Seconds after which outcomes are looked for again, and workers counted."""

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

    A task whose worker dies goes to another one; where that dies too, its items are tried one by one, those that fail again
    alone, and `lost` says what becomes of an item that takes its workers with it then. All callables must be picklable.

    Workers started here that die are started again, however often.

    Raises:
        NothingToDo: no cluster answers there, it has no workers or loses them all, or distributed is not installed.
    """
    with _client(address) as (client, fill_up):
        watch = _Watch(client, fill_up, address)
        outcome: Outcome = _Run(client, watch, work, merge, lost, progress, len(items)).result(items)
        return outcome


def size_of_task(items: int, workers: int) -> int:
    """Return how many items a task has.

    >>> size_of_task(300, 8), size_of_task(50_000, 16), size_of_task(1_000_000, 16)
    (64, 782, 1024)
    """
    return min(MOST, max(LEAST, -(-items // (TASKS_A_WORKER * workers))))


class _Task(NamedTuple):
    """What a future stands for: work on items, or the merging of other futures; and how high it is in the tree."""

    items: Sequence[Any] = ()
    parts: Sequence[Any] = ()
    height: int = 0


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


class _Run:
    """One run: the futures under way, and the outcomes of each level of the tree that wait for their like.

    Whatever is at a worker that dies, waiting or kept, is told to have killed it when that happens twice. So a task that
    failed is done again, and an item is lost only if its workers die while nothing else is under way.
    """

    def __init__(
        self,
        client: Any,
        watch: _Watch,
        work: Callable[[Sequence[Any]], Any],
        merge: Callable[[Sequence[Any]], Any],
        lost: Callable[[Any], Any],
        progress: Progress | None,
        total: int,
    ) -> None:
        from distributed import as_completed

        self.client, self.watch, self.work, self.merge, self.lost = client, watch, work, merge, lost
        self.progress, self.done, self.total = progress, 0, total
        self.tasks: dict[str, _Task] = {}
        self.levels: list[list[Any]] = []
        self.under_way = as_completed()
        self.suspects: list[Any] = []
        """Items that were at a worker when it died; they are tried alone, when all else is done."""
        self.alone = False
        self.failures = 0

    def result(self, items: Sequence[Any]) -> Any:
        """Hand everything out and return the root of the tree."""
        size = size_of_task(len(items), max(1, sum(self.client.nthreads().values())))
        for at in range(0, len(items), size):
            self._hand_out(items[at : at + size])
        while True:
            self._take()
            if self.suspects:
                self.alone = True
                self._hand_out([self.suspects.pop()])
                continue
            rest = [future for level in self.levels for future in level]
            if len(rest) == 1 and rest[0].status == "finished":
                return self._fetch(rest[0])
            height = len(self.levels)
            self.levels.clear()
            self._submit(_Task((), rest, height), self.merge, rest)

    def _take(self) -> None:
        """Take outcomes until nothing is under way. One that went with its worker is made again meanwhile, and waited for."""
        while self.under_way.count():
            if not (ready := self.under_way.next_batch(block=False)):
                self.watch.look()
                sleep(_LOOK)
            for future in ready:
                if future.status == "finished":
                    self._grow(future)
                elif future.status == "error":
                    self._failed(future)
                elif future.status == "cancelled":  # with its scheduler
                    raise NothingToDo(f"集群“{self.watch.address}”中断了,本次没有写出结果。请检查后再次运行。")
                else:
                    self.under_way.add(future)

    def _fetch(self, root: Any) -> Any:
        """Bring the last outcome here; where it goes with its worker at that moment, it is made again."""
        patience = PATIENCE
        while True:
            try:
                return root.result(timeout=patience)
            except TimeoutError:
                self.watch.look()
                patience *= 2

    def _submit(self, task: _Task, call: Callable[[Any], Any], what: Any) -> None:
        future = self.client.submit(call, what, pure=False)
        self.tasks[future.key] = task
        self.under_way.add(future)

    def _hand_out(self, items: Sequence[Any]) -> None:
        self._submit(_Task(items), self.work, items)

    def _grow(self, future: Any) -> None:
        """Count an outcome, and put it into its level; a level that is full becomes one outcome of the next."""
        task = self.tasks[future.key]
        self.done += len(task.items)
        if self.progress and task.items:
            self.progress(min(self.done, self.total), self.total)
        self._put(future, task.height)

    def _put(self, future: Any, height: int) -> None:
        while len(self.levels) <= height:
            self.levels.append([])
        level = self.levels[height]
        level.append(future)
        if len(level) == BRANCHES:
            parts = list(level)
            level.clear()
            self._submit(_Task((), parts, height + 1), self.merge, parts)

    def _failed(self, future: Any) -> None:
        """Do again what failed because a worker died; a mistake of ours is no such thing and is raised."""
        from distributed import KilledWorker

        problem, task = future.exception(), self.tasks[future.key]
        self.failures += bool(task.parts)
        if not isinstance(problem, KilledWorker) or self.failures > MOST_FAILURES:
            raise problem
        for part in task.parts:
            if part.status == "error":
                self._failed(part)
            else:
                self._put(part, self.tasks[part.key].height)
        if len(task.items) > 1:
            for item in task.items:
                self._hand_out([item])
        elif task.items and not self.alone:
            self.suspects += task.items
        elif task.items:
            self._submit(task, self.lost, task.items[0])


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
        ) as cluster,
        Client(cluster) as client,
    ):

        def fill_up(all_anew: bool) -> None:
            if all_anew:
                cluster.scale(0)
            cluster.scale(int(count))

        yield client, fill_up
