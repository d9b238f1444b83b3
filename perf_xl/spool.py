"""What a run has read and made, on the disk while it goes on (暂存): memory does not grow with the tables.

At hand stay the heads of the tables and a line for each file. The file it all stands in is a temporary one without a name,
which goes with the process, whatever happens to it; up to `IN_MEMORY` bytes there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from heapq import merge
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar, overload

from perf_xl import cache, saving
from perf_xl.errors import OutputNotWritable

if TYPE_CHECKING:
    from perf_xl.consolidating import FileLine, Head, Table
    from perf_xl.findings import Finding
    from perf_xl.rules import Rulebook

T = TypeVar("T")

IN_MEMORY = 16 << 20
"""Bytes from which on a file is made."""

AT_HAND = 65_536
"""So many items of lists stay at hand as they are: those of some thousand forms."""

PIECE = 2048
"""Items of lists that are put away, and come back, together."""

RUN = 16_384
"""Items that are sorted at once."""


class Spool:
    """A `consolidating.Shelf` on the disk. Lists that were put away can be read as long as it is open.

    Whatever is asked of it raises OutputNotWritable where the disk is full or fails.
    """

    def __init__(self, file: IO[bytes], rulebooks: Mapping[str, Rulebook]) -> None:
        self.heads: list[Head] = []
        self.files: list[FileLine] = []
        self._file, self._end = file, 0
        self._makers = {**cache.makers_of(rulebooks), "_kept": lambda *kept: _Kept(self, *kept)}
        self._chunks: list[tuple[int, int]] = []
        self._open: list[Sequence[Any]] = []
        """The pieces of the chunk that is not written yet."""
        self._left = PIECE
        """So many items it still takes."""
        self._room = AT_HAND
        """So many items may still stay at hand."""
        self._last: tuple[int, Sequence[Sequence[Any]]] = (-1, ())
        """The chunk that was read last."""

    def add(self, data: bytes) -> Sequence[FileLine]:
        """Take a partial result as bytes (`cache.dumps`); return the lines of its files."""
        packed = cache.opened_partial(data, self._makers)
        start = self._write(packed.rest)
        for head in packed.heads:
            begins, *sizes = head.place
            self.heads.append(replace(head, place=(start + begins, *sizes)))
        self.files += packed.files
        return packed.files

    def table(self, head: Head) -> Table:
        """Return the table itself, without its findings."""
        start, size, _ = head.place
        table: Table = self._read(start, size)
        return table

    def findings(self, head: Head) -> Sequence[Finding]:
        """Return the findings of a table."""
        start, before, size = head.place
        findings: Sequence[Finding] = self._read(start + before, size)
        return findings

    def put(self, items: Iterable[T]) -> Sequence[T]:
        """Put away a list; what is returned reads like it. A list that still has room stays at hand."""
        left = iter(items)
        first = tuple(islice(left, self._room + 1))
        if len(first) <= self._room:
            self._room -= len(first)
            return first
        pieces, left = [], chain(first, left)
        while piece := tuple(islice(left, PIECE)):
            pieces.append((len(self._chunks), len(self._open), len(piece)))
            self._open.append(piece)
            self._left -= len(piece)
            if self._left <= 0:
                data = cache.pack(self._open)
                self._chunks.append((self._write(data), len(data)))
                self._open, self._left = [], PIECE
        return _Kept(self, *pieces)

    def sort(self, items: Iterable[T], key: Callable[[T], Any]) -> Sequence[T]:
        """Sort, and put away: so many items at once, then what was sorted is merged."""
        runs, left = [], iter(items)
        while run := sorted(islice(left, RUN), key=key):
            runs.append(self.put(run))
        return runs[0] if len(runs) == 1 else self.put(merge(*runs, key=key))

    def piece(self, chunk: int, at: int) -> Sequence[Any]:
        """Return some items of a list that was put away."""
        if chunk == len(self._chunks):
            return self._open[at]
        if chunk != self._last[0]:
            self._last = (chunk, self._read(*self._chunks[chunk]))
        return self._last[1][at]

    def _write(self, data: bytes | memoryview) -> int:
        """Return where it begins."""
        start, self._end = self._end, self._end + len(data)
        with _said():
            self._file.seek(start)
            self._file.write(data)
        return start

    def _read(self, start: int, size: int) -> Any:
        with _said():
            self._file.seek(start)
            data = self._file.read(size)
        return cache.unpack(data, self._makers)


class _Kept(Sequence[T]):
    """A list that was put away: the number of its chunk, the place there, and the length of each of its pieces."""

    __slots__ = ("_length", "_pieces", "_spool")

    def __init__(self, spool: Spool, *pieces: tuple[int, int, int]) -> None:
        self._spool, self._pieces = spool, pieces
        self._length = sum(length for *_, length in pieces)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        for chunk, at, _ in self._pieces:
            yield from self._spool.piece(chunk, at)

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...
    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(self._length))]
        left = at if at >= 0 else at + self._length
        for chunk, place, length in self._pieces:
            if 0 <= left < length:
                item: T = self._spool.piece(chunk, place)[left]
                return item
            left -= length
        raise IndexError(at)

    def __reduce__(self) -> tuple[Any, ...]:
        return _kept, self._pieces


def _kept(*_: Any) -> None:
    """Stand for the maker of a list that was put away, which the spool knows."""
    raise TypeError("a list that was put away is read by its spool alone")


@contextmanager
def opened(path: Path, rulebooks: Mapping[str, Rulebook]) -> Iterator[Spool]:
    """Open a spool whose file, if it needs one, stands beside `path`; rulebooks by their fingerprints."""
    with saving.scratch(path, IN_MEMORY) as file:
        yield Spool(file, rulebooks)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise OutputNotWritable("暂存文件", saving.why(problem)) from problem
