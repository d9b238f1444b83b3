"""Files far away are listed, fetched and named as those of a folder are."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import fsspec
import pytest

from perf_xl import remote
from perf_xl.errors import NothingToDo


@pytest.fixture
def store() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    for name in ("甲.xlsx", "乙/丙.xlsx", "乙/丁.xls"):
        system.pipe(f"/2023/{name}", name.encode())
    yield system
    system.rm("/2023", recursive=True)


def test_a_folder_is_listed_with_all_below_it(store: Any) -> None:
    found = remote.list_files("memory://2023")
    assert [name for _, name in found] == sorted(
        ["甲.xlsx", "乙/丙.xlsx", "乙/丁.xls"], key=lambda one: f"memory:///2023/{one}"
    )
    assert dict(remote.fetch([url for url, _ in found])) == {url: name.encode() for url, name in found}


def test_a_pattern_and_a_single_file(store: Any) -> None:
    assert [name for _, name in remote.list_files("memory://2023/*/*.xls")] == ["乙/丁.xls"]
    assert [name for _, name in remote.list_files("memory://2023/甲.xlsx")] == ["甲.xlsx"]


def test_what_is_not_there_is_said(store: Any) -> None:
    with pytest.raises(NothingToDo, match="找不到"):
        remote.list_files("memory://2024")
    with pytest.raises(NothingToDo, match="访问不了"):
        remote.list_files("nosuch://2024")


def test_one_that_fails_does_not_stop_the_others(store: Any) -> None:
    urls = ["memory:///2023/甲.xlsx", "memory:///2023/没有.xlsx", "memory:///2023/乙/丙.xlsx"]
    found = dict(remote.fetch(urls))
    assert list(found) == urls
    assert isinstance(found[urls[1]], OSError)
    assert [found[urls[0]], found[urls[2]]] == ["甲.xlsx".encode(), "乙/丙.xlsx".encode()]


def test_fetches_go_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many are under way together that each of them can wait for the others."""
    together = threading.Barrier(remote.FETCHES, timeout=30)

    def read(url: str) -> bytes:
        together.wait()
        return url.encode()

    monkeypatch.setattr(remote, "read", read)
    urls = [f"memory://{number}" for number in range(2 * remote.FETCHES)]
    assert [data for _, data in remote.fetch(urls)] == [url.encode() for url in urls]


def test_a_file_beyond_the_limit_is_not_taken_whole(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(remote.LIMITS, "file", 3)
    assert len(remote.read("memory:///2023/甲.xlsx")) == 4
