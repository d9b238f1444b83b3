"""Files that are far away (远程文件): anything that fsspec reaches: a share, an object store, the memory of this process.

The only door to fsspec. A place is a URL such as `s3://bucket/2023` or `memory://2023`; a path of this machine is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

from perf_xl.errors import NothingToDo
from perf_xl.packages import LIMITS
from perf_xl.patterns import regex

FETCHES = 16
"""Files fetched at once: far away, waiting is what takes the time."""

_URL = regex(r"[a-z][a-z0-9+.-]+://", re.I)


def is_remote(place: str) -> bool:
    r"""Return whether a text names a place that is reached by URL.

    >>> is_remote("s3://bucket/2023"), is_remote("自评表"), is_remote(r"C:\\自评表")
    (True, False, False)
    """
    return "://" in place and bool(_URL.match(place))


def list_files(place: str) -> list[tuple[str, str]]:
    """Return every file at a place, a folder with all below it, a file or a pattern: its URL, and its name from there.

    Raises:
        NothingToDo: nothing is there, it cannot be reached, or fsspec is not installed.
    """
    system, path = _open(place)
    try:
        if "*" in path:
            base, found = path.split("*")[0].rpartition("/")[0], system.glob(path)
        elif system.isdir(path):
            base, found = path.rstrip("/"), system.find(path)
        elif system.exists(path):
            base, found = str(PurePosixPath(path).parent), [path]
        else:
            base, found = path, []
    except Exception as problem:  # every store has errors of its own
        raise NothingToDo(f"访问不了“{place}”({type(problem).__name__})。请核对地址和访问权限。") from None
    if not found:
        raise NothingToDo(f"找不到“{place}”。请核对文件或文件夹的名称和位置。")
    return sorted((system.unstrip_protocol(one), one[len(base) :].lstrip("/")) for one in found)


def fetch(urls: Sequence[str]) -> Iterator[tuple[str, bytes | OSError]]:
    """Fetch files, some at once; each comes with its bytes, or with why not. In order; never more in hand than needed."""
    from concurrent.futures import ThreadPoolExecutor

    waiting = iter(urls)
    with ThreadPoolExecutor(FETCHES) as pool:
        under_way = [(url, pool.submit(read, url)) for url in islice(waiting, FETCHES)]
        while under_way:
            url, future = under_way.pop(0)
            problem = future.exception()
            under_way += [(one, pool.submit(read, one)) for one in islice(waiting, 1)]
            if problem is None:
                yield url, future.result()
            else:
                yield url, problem if isinstance(problem, OSError) else OSError(type(problem).__name__)


def read(url: str) -> bytes:
    """Return the bytes of a file; of one beyond the limit of a file just so many that it shows.

    Raises:
        OSError: it cannot be fetched.
    """
    system, path = _open(url)
    try:
        with system.open(path, "rb") as stream:
            data: bytes = stream.read(LIMITS["file"] + 1)
    except OSError:
        raise
    except Exception as problem:  # every store has errors of its own
        raise OSError(type(problem).__name__) from problem
    return data


def _open(place: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise NothingToDo(f'读取“{place}”需要 fsspec。请先安装:pip install "perf-xl[cluster]"。') from None
    try:
        system, path = url_to_fs(place)
    except (ImportError, ValueError) as problem:
        raise NothingToDo(f"访问不了“{place}”:{problem}") from None
    return system, str(path)
