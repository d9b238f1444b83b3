"""The audit trail of runs (运行台账): a line of JSON for every file, written as it is read, and one for the run's end.

What was read, its hash, what became of it, under which version of the program and of the rules, by whom and when. The
last line of a run carries a hash of everything above it: a line changed, added or taken away afterwards shows.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Any, NamedTuple

from perf_xl.saving import why

BEGIN, FILE, END = "begin", "file", "end"


class Entry(NamedTuple):
    """What became of one file (一个文件的结果)."""

    name: str
    size: int | None
    sha256: str | None
    """Of its content; None where it was not opened."""
    result: str
    """read, refused or temporary; that it is a duplicate of another only the end of a run knows."""
    code: str | None = None
    forms: int = 0
    kept: bool = False
    """Whether it was read in an earlier run and has not changed since."""


class Run(NamedTuple):
    """A run as the ledger tells it."""

    id: str
    begun: Mapping[str, Any]
    files: tuple[Entry, ...]
    end: Mapping[str, Any] | None
    """None where it was interrupted."""


@dataclass(slots=True)
class Ledger:
    """A ledger that is being written. What it cannot write it says in `trouble`; the run goes on."""

    path: Path
    trouble: str | None = None
    run: str = ""
    _file: FileIO | None = None
    _hash: Any = field(default_factory=sha256)

    def begin(self, facts: Mapping[str, Any]) -> None:
        """Open it and begin a run; its id is made of the facts and all that was written before."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            before = self.path.read_bytes() if self.path.exists() else b""
            self._file = FileIO(self.path, "ab")
        except (OSError, ValueError) as problem:
            self._give_up(problem)
            return
        self._hash.update(before)
        if before and not before.endswith(b"\n"):  # a run was killed while it wrote a line
            self._write(b"\n")
        named = self._hash.copy()
        named.update(_line(facts))
        self.run = named.hexdigest()[:12]
        self._add([{"what": BEGIN, "run": self.run, "time": _now(), **facts}])

    def add(self, entries: Iterable[Entry]) -> None:
        """Write what became of files, at once and safe on the disk."""
        self._add({"what": FILE, "run": self.run, **entry._asdict()} for entry in entries)

    def end(self, facts: Mapping[str, Any]) -> None:
        """End the run: its control totals, what was written, and a hash of all lines above."""
        self._add([{"what": END, "run": self.run, "time": _now(), **facts, "chain": self._hash.hexdigest()}])

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

    def _add(self, documents: Iterable[Mapping[str, Any]]) -> None:
        self._write(b"".join(map(_line, documents)))

    def _write(self, data: bytes) -> None:
        if self._file is None or not data:
            return
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
            os.fsync(self._file.fileno())
        except OSError as problem:
            self._give_up(problem)
        else:
            self._hash.update(data)

    def _give_up(self, problem: Exception) -> None:
        self.close()
        self.trouble = f"运行台账“{self.path.name}”未能写入({why(problem)}),汇总结果不受影响"


@contextmanager
def opened(path: Path, facts: Mapping[str, Any]) -> Iterator[Ledger]:
    """Begin a run in the ledger at `path`."""
    ledger = Ledger(path)
    ledger.begin(facts)
    try:
        yield ledger
    finally:
        ledger.close()


def runs(path: Path) -> list[Run]:
    """Return the runs that a ledger tells of, in order; what is no line of it is passed over."""
    begun: dict[str, Mapping[str, Any]] = {}
    files: dict[str, list[Entry]] = {}
    ends: dict[str, Mapping[str, Any]] = {}
    for document in _documents(path):
        run = str(document.get("run"))
        if document["what"] == BEGIN:
            begun[run] = document
        elif run in begun and document["what"] == FILE:
            with suppress(TypeError):
                told = {name: document[name] for name in Entry._fields if name in document}
                files.setdefault(run, []).append(Entry(**told))
        elif run in begun and document["what"] == END:
            ends[run] = document
    return [Run(run, facts, tuple(files.get(run, ())), ends.get(run)) for run, facts in begun.items()]


def interrupted(path: Path) -> Run | None:
    """Return the last run, where it was interrupted (中断)."""
    told = runs(path)
    return told[-1] if told and told[-1].end is None else None


def verify(path: Path) -> list[int]:
    """Return the ends of runs, by line number, above which something was changed; none where all is as it was written.

    Raises:
        OSError: the ledger cannot be read.
    """
    above, broken = sha256(), []
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        document = _document(line)
        if document is not None and document["what"] == END and document.get("chain") != above.hexdigest():
            broken.append(number)
        above.update(line)
    return broken


def _documents(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    return [document for line in lines if (document := _document(line)) is not None]


def _document(line: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document if isinstance(document, dict) and document.get("what") in (BEGIN, FILE, END) else None


def _line(facts: Mapping[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
