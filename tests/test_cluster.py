"""A cluster of several processes comes to what one process comes to, also when workers die."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

import distributed
import fsspec
import pytest
from distributed import LocalCluster, Status
from support import run

from perf_xl import cluster, folders, intake, pipeline
from perf_xl.demo import filings
from perf_xl.errors import NothingToDo
from perf_xl.folders import SourceFile
from perf_xl.packages import LIMITS
from perf_xl.sheets import Book
from perf_xl.template import form_sheet
from perf_xl.writing import write_book


def add(items: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(items))


def outcomes(
    address: str,
    work: Callable[[Sequence[int]], tuple[int, ...]],
    items: Sequence[int],
    version: Callable[[], str] = str,
) -> list[int]:
    """All that comes back, in order; of an item that is lost, its negative."""
    found = [
        (-some[0],) if outcome is None else outcome for some, outcome in cluster.run(address, work, items, version)
    ]
    return sorted(number for numbers in found for number in numbers)


class DiesOf:
    """Work that takes its process with it at one item: always, or only as long as a file is there."""

    def __init__(self, item: int, once: Path | None = None) -> None:
        self.item, self.once = item, once

    def __call__(self, items: Sequence[int]) -> tuple[int, ...]:
        if self.item in items and (self.once is None or self.once.exists()):
            if self.once is not None:
                self.once.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return add(items)


NUMBERS = range(1, 1401)


def test_everything_comes_back_once() -> None:
    assert outcomes("local:3", add, NUMBERS) == [*NUMBERS]


def test_outcomes_come_as_they_are_made(tmp_path: Path) -> None:
    """The first is here while the last is still to be done."""
    gate = tmp_path / "gate"
    some = cluster.run("local:1", partial(waiting, gate), NUMBERS)
    first = next(some)
    assert len(first[0]) < len(NUMBERS)
    gate.touch()
    assert sorted(number for items, _ in (first, *some) for number in items) == [*NUMBERS]


def waiting(gate: Path, items: Sequence[int]) -> tuple[int, ...]:
    while NUMBERS[-1] in items and not gate.exists():
        time.sleep(0.05)
    return add(items)


def test_a_worker_that_dies_costs_nothing(tmp_path: Path) -> None:
    once = tmp_path / "once"
    once.touch()
    assert outcomes("local:2", DiesOf(700, once), NUMBERS) == [*NUMBERS]
    assert not once.exists()


def test_an_item_that_kills_its_workers_is_lost_alone() -> None:
    assert outcomes("local:2", DiesOf(100), range(1, 151)) == sorted({*range(1, 151), -100} - {100})


def test_items_beside_one_that_kills_are_not_lost_with_it() -> None:
    """They wait at the workers that die, and are told to have killed them."""
    assert outcomes("local:3", DiesOf(1), range(1, 65)) == sorted({*range(2, 65), -1})


def test_a_mistake_of_ours_is_loud() -> None:
    with pytest.raises(ZeroDivisionError):
        outcomes("local:1", divided, [0])


def divided(items: Sequence[int]) -> tuple[int, ...]:
    return tuple(1 // item for item in items)


def test_a_mistake_of_ours_is_loud_also_if_it_looks_like_one_of_the_network() -> None:
    with pytest.raises(TimeoutError, match="ours"):
        outcomes("local:1", late, [0])


def late(items: Sequence[int]) -> tuple[int, ...]:
    if items:
        raise TimeoutError("ours")
    return ()


class Missing:
    """What a worker cannot load: it has no perf_xl."""

    def __call__(self) -> str:
        return ""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return import_module, ("perf_xl.no_such_module",)


def other_everywhere() -> str:
    return str(os.getpid())


@pytest.mark.parametrize("version", [Missing(), other_everywhere])
def test_a_worker_without_perf_xl_or_with_another_version_does_nothing(version: Callable[[], str]) -> None:
    with pytest.raises(NothingToDo, match="版本与本机不同"):
        outcomes("local:1", add, NUMBERS, version)


def test_where_workers_die_of_nothing_no_item_is_blamed() -> None:
    with pytest.raises(NothingToDo, match="一启动就中止"):
        outcomes("local:1", dies_at_once, NUMBERS)


def dies_at_once(items: Sequence[int]) -> tuple[int, ...]:
    os.kill(os.getpid(), signal.SIGKILL)
    return ()


def test_a_cluster_whose_workers_pause_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are there, but for want of memory they begin nothing."""
    monkeypatch.setattr(cluster, "PATIENCE", 1.5)
    gate = tmp_path / "gate"
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, memory_limit=0, dashboard_address="127.0.0.1:0"
    ) as machines:
        some = cluster.run(machines.scheduler_address, partial(waiting, gate), NUMBERS)
        next(some)
        machines.workers[0].status = Status.paused
        with pytest.raises(NothingToDo, match="工作进程都停了"):
            list(some)
        gate.touch()


def test_a_scheduler_that_goes_away_is_said_in_one_sentence(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as machines:
        some = cluster.run(machines.scheduler_address, partial(waiting, gate), NUMBERS)
        next(some)
        assert all(handler.level > logging.CRITICAL for handler in logging.getLogger("distributed").handlers)
        machines.loop.add_callback(lambda: [comm.abort() for comm in machines.scheduler.client_comms.values()])
        with pytest.raises(NothingToDo, match="中断了"):
            list(some)
        gate.touch()


def test_a_guarded_worker_reads_in_a_child_that_may_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "seconds", 1)
    files = [SourceFile(Path(name), name) for name in ("快", "慢")]
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as machines:
        pieces = list(intake.run_files_on(machines.scheduler_address, hangs, files))
    told = {file.name: str(what) for piece in pieces for file, what in piece}
    assert told["快"] == "快"
    assert "超过 1 秒" in told["慢"]


def hangs(file: SourceFile) -> str:
    if file.name == "慢":
        time.sleep(3600)
    return file.name


def test_where_all_workers_are_gone_others_are_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also their guardians, which give up where a worker dies while it starts."""
    started: list[LocalCluster] = []

    class Remembered(LocalCluster):
        def __init__(self, **settings: object) -> None:
            super().__init__(**settings)
            started.append(self)

    monkeypatch.setattr(distributed, "LocalCluster", Remembered)
    monkeypatch.setattr(cluster, "WAITING", 6.0)
    some = cluster.run("local:2", add, NUMBERS)
    first = next(some)
    for guardian in list(started[0].workers.values()):
        started[0].sync(guardian.close)
    assert sorted(number for _, numbers in (first, *some) for number in numbers or ()) == [*NUMBERS]


def test_a_cluster_that_has_lost_its_workers_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.5)
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as machines:
        some = cluster.run(machines.scheduler_address, partial(waiting, tmp_path / "gate"), NUMBERS)
        next(some)
        machines.scale(0)
        with pytest.raises(NothingToDo, match="工作进程都停了"):
            list(some)


@pytest.mark.parametrize(
    "address", ["local:0", "local:viele", "local:²", "local:99999", "tcp://127.0.0.1:9", "nonsense"]
)
def test_an_address_without_a_cluster_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "WAITING", 1.0)
    with pytest.raises(NothingToDo, match="集群"):
        outcomes(address, add, NUMBERS)


def test_of_nothing_comes_nothing() -> None:
    assert outcomes("local:1", add, []) == []


# --- the whole run ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred forms, a damaged file, a temporary one, and a file that is none."""
    home = tmp_path_factory.mktemp("自评表")
    examples = filings()
    for number in range(300):
        filing = examples[number % len(examples)]
        unit = replace(filing, unit=f"第{number}科", project=f"项目{number % 7}")
        write_book(Book([form_sheet(unit)], "自评表"), home / f"{number % 11}" / f"{number:03}.xlsx")
    (home / "坏的.xlsx").write_bytes((home / "0" / "000.xlsx").read_bytes()[:3000])
    (home / "~$坏的.xlsx").write_bytes(b"owner")
    (home / "通知.txt").write_text("关于报送自评表的通知", encoding="utf-8")
    return home


def outputs(folder: Path | str, home: Path, *options: str) -> list[bytes]:
    home.mkdir()
    found = run("consolidate", folder, "-o", home / "汇总.xlsx", "--json", home / "汇总.json", *options)
    assert found.exit_code == 1, found.output
    return [(home / "汇总.xlsx").read_bytes(), (home / "汇总.json").read_bytes()]


@pytest.fixture(scope="module")
def alone(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """What one process comes to."""
    return outputs(folder, folder.parent / "alone", "--jobs", "1")


def test_a_cluster_writes_the_same_bytes(folder: Path, alone: list[bytes]) -> None:
    assert outputs(folder, folder.parent / "three", "--cluster", "local:3") == alone


def test_a_worker_killed_in_the_middle_changes_no_byte(
    folder: Path, alone: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "MOST", 64)
    killed: list[int] = []
    with LocalCluster(n_workers=3, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1") as machines:

        def kill(done: int, total: int) -> None:
            if not killed:
                killed.append(next(iter(machines.workers.values())).process.pid)
                os.kill(killed[0], signal.SIGKILL)

        once = pipeline.consolidate(folders.find_files([folder]), address=machines.scheduler_address, progress=kill)
        again = outputs(folder, folder.parent / "killed", "--cluster", machines.scheduler_address)
    assert killed
    assert json.dumps(once.to_json(), ensure_ascii=False, indent=1).encode() + b"\n" == alone[1]
    assert again == alone


def test_files_that_are_far_away_come_to_the_same(folder: Path, alone: list[bytes]) -> None:
    store = fsspec.filesystem("memory")
    store.put(str(folder), "/省/自评表", recursive=True)
    try:
        far = json.loads(outputs("memory://省/自评表", folder.parent / "far")[1])
        assert far == json.loads(alone[1])
    finally:
        store.rm("/省", recursive=True)
    shared = json.loads(outputs(f"file://{folder}", folder.parent / "shared", "--cluster", "local:2")[1])
    assert shared == far
