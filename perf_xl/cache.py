"""What was read of every file, kept beside the result (缓存): a run over the same files reads only what changed.

A small SQLite file that may be deleted at any time. An entry holds for one name, one content, one set of rules and one
version of the reader. Size and times are only a quick check that leaves out reading the content again. Nothing that
stands in the file is trusted: partial results come back through an unpickler that knows our values and nothing else, and
a file that is damaged or not ours is made anew.
"""

from __future__ import annotations

import io
import json
import pickle
import sqlite3
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import Field, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING, Any, NamedTuple

from perf_xl.saving import why

if TYPE_CHECKING:
    from perf_xl.consolidating import FileLine, Head, Partial
    from perf_xl.rules import Rulebook

OURS = 0x70657266
"""Tells our files from other SQLite files (application_id): `perf`."""

FORMAT = 1
LARGEST = 64 << 20
"""Bytes of the largest entry that is read back."""

_SETTLED = 2_000_000_000
"""Nanoseconds: a file changed so shortly before it was read may change again and keep its times."""

_TABLES = """
CREATE TABLE IF NOT EXISTS files(
    name TEXT PRIMARY KEY, size INTEGER, modified INTEGER, changed INTEGER, sha256 TEXT, version TEXT, partial BLOB, digest BLOB);
CREATE TABLE IF NOT EXISTS results(key TEXT PRIMARY KEY, document TEXT, digest BLOB);
"""


class Stamp(NamedTuple):
    """By what a file is taken for unchanged without reading it: its size, and its times in nanoseconds."""

    size: int
    modified: int
    changed: int


class Kept(NamedTuple):
    """What is to be kept of one file: its name, its stamp before it was read, its hash, its partial result."""

    name: str
    stamp: Stamp | None
    sha256: str
    partial: bytes


class Cache:
    """An open cache. Whatever goes wrong with it, it says so in `trouble`, knows nothing any more, and stops nobody."""

    def __init__(self, path: Path | None, version: str) -> None:
        self.path, self.version = path, version
        self.trouble: str | None = None
        self._base: sqlite3.Connection | None = None
        self._stamps: dict[str, tuple[Stamp, str]] = {}
        if path is not None:
            self._open(path)

    def _open(self, path: Path) -> None:
        for attempt in ("kept", "made anew"):
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._base = _connected(path)
                rows = self._base.execute("SELECT name, size, modified, changed, sha256, version FROM files")
                self._stamps = {
                    str(name): (Stamp(*stamp), str(content))
                    for name, *stamp, content, version in rows
                    if version == self.version
                }
                return
            except _DAMAGE as problem:
                self.close()
                self._stamps = {}
                if attempt == "kept":
                    self.trouble = f"缓存“{path.name}”已损坏或不是本程序的,已重新建立;全部文件重新读取"
                    with suppress(OSError):
                        _remove(path)
                else:
                    self.trouble = f"缓存“{path.name}”不能使用({_why(problem)}),不影响结果"
            except (sqlite3.Error, OSError) as problem:
                self.close()
                self.trouble = f"缓存“{path.name}”不能使用({_why(problem)}),不影响结果"
                return

    def known(
        self, name: str, stamp: Stamp | None, hash_of: Callable[[], str | None], *, check: bool = False
    ) -> str | None:
        """Return the hash of a file whose partial result is kept, None where it is new or changed.

        `hash_of` reads the content; it is called where the stamp differs, or always with `check`.
        """
        if name not in self._stamps or stamp is None:
            return None
        before, content = self._stamps[name]
        if before == stamp and before.modified and not check:
            return content
        if before.size != stamp.size or hash_of() != content:
            return None
        self._do("UPDATE files SET modified = ?, changed = ? WHERE name = ?", [(*_settled(stamp)[1:], name)])
        return content

    def sound(self, names: Collection[str], rulebooks: Iterable[Rulebook]) -> Iterator[tuple[str, bytes, Partial]]:
        """Yield by name the partial results kept of these files, as bytes and as what they hold; one that is damaged is missing."""
        if self._base is None or not names:
            return
        wanted, books = set(names), {fingerprint(one): one for one in rulebooks}
        try:
            rows = self._base.execute(
                "SELECT name, sha256, partial, digest FROM files WHERE version = ? ORDER BY name",
                (self.version,),
            )
            for name, content, blob, digest in rows:
                if name in wanted and isinstance(blob, bytes) and digest == _digest(self.version, name, content, blob):
                    try:
                        partial = loads(blob, books)
                    except Exception:  # what another program wrote into the file can fail in any way
                        continue
                    yield name, blob, partial
        except sqlite3.Error as problem:
            self._give_up(problem)

    def partials(self, names: Collection[str], rulebooks: Iterable[Rulebook]) -> dict[str, Partial]:
        """Return the partial results kept of these files; one that is damaged is missing."""
        return {name: partial for name, _, partial in self.sound(names, rulebooks)}

    def keep(self, entries: Iterable[Kept]) -> None:
        """Keep what was read of some files, safe on the disk when it returns."""
        rows = []
        for entry in entries:
            stamp = _settled(entry.stamp) if entry.stamp is not None else Stamp(-1, 0, 0)
            digest = _digest(self.version, entry.name, entry.sha256, entry.partial)
            rows.append((entry.name, *stamp, entry.sha256, self.version, entry.partial, digest))
        self._do("INSERT OR REPLACE INTO files VALUES(?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def forget_all_but(self, names: Collection[str]) -> None:
        """Forget files that are there no more."""
        gone = self._stamps.keys() - set(names)
        self._do("DELETE FROM files WHERE name = ?", [(name,) for name in gone])

    def result(self, key: str) -> dict[str, Any] | None:
        """Return what was kept of a whole run under its key."""
        if self._base is None:
            return None
        try:
            row = self._base.execute("SELECT document, digest FROM results WHERE key = ?", (key,)).fetchone()
            document = json.loads(row[0]) if row and row[1] == _digest(self.version, key, row[0]) else None
        except (sqlite3.Error, ValueError, TypeError) as problem:
            self._give_up(problem)
            return None
        return document if isinstance(document, dict) else None

    def keep_result(self, key: str, document: Mapping[str, Any]) -> None:
        """Keep what must be said of a whole run; only the last one of a kind is of use, others are forgotten."""
        text = json.dumps(document, ensure_ascii=False)
        self._do("DELETE FROM results WHERE key <> ?", [(key,)])
        self._do("INSERT OR REPLACE INTO results VALUES(?, ?, ?)", [(key, text, _digest(self.version, key, text))])

    def close(self) -> None:
        """Let go of the file."""
        if self._base is not None:
            with suppress(sqlite3.Error):
                self._base.close()
            self._base = None

    def _do(self, statement: str, rows: list[Any]) -> None:
        if self._base is None or not rows:
            return
        try:
            with self._base:
                self._base.executemany(statement, rows)
        except (sqlite3.Error, OSError, UnicodeEncodeError) as problem:
            self._give_up(problem)

    def _give_up(self, problem: Exception) -> None:
        self.close()
        self.trouble = f"缓存不能使用({_why(problem)}),不影响结果"


_DAMAGE = (sqlite3.DatabaseError, ValueError, TypeError)


def _connected(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=2)
    try:
        (ours,), (form,) = (base.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version"))
        if base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] and (ours, form) != (OURS, FORMAT):
            raise ValueError("not ours")
        base.execute("PRAGMA synchronous = OFF")
        base.execute("PRAGMA trusted_schema = OFF")
        if (ours, form) != (OURS, FORMAT):
            base.execute(f"PRAGMA application_id = {OURS}")
            base.execute(f"PRAGMA user_version = {FORMAT}")
            base.executescript(_TABLES)
    except BaseException:
        base.close()
        raise
    return base


@contextmanager
def opened(path: Path | None, version: str) -> Iterator[Cache]:
    """Open the cache at `path`; without a path there is none, and nothing is known or kept."""
    cache = Cache(path, version)
    try:
        yield cache
    finally:
        cache.close()


def stamp_of(path: Path) -> Stamp | None:
    """Return by what a file is told unchanged, None where it is not there."""
    try:
        told = path.stat()
    except (OSError, ValueError):
        return None
    return Stamp(told.st_size, told.st_mtime_ns, told.st_ctime_ns)


def _settled(stamp: Stamp) -> Stamp:
    """A stamp that is too young to be relied upon keeps only its size."""
    return stamp if max(stamp.modified, stamp.changed) < time_ns() - _SETTLED else Stamp(stamp.size, 0, 0)


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-journal", f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


def _digest(*parts: Any) -> bytes:
    whole = sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.digest()


def _why(problem: Exception) -> str:
    full = getattr(problem, "sqlite_errorname", "") == "SQLITE_FULL"
    return "磁盘已满" if full else "没有写入权限,或正在使用" if isinstance(problem, sqlite3.Error) else why(problem)


# --- versions ---------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def reader_version() -> str:
    """Return a digest of this program, of the libraries it reads with, and of Python: all that a reading depends on."""
    return _digest(sys.version, program_version()).hex()


def program_version() -> str:
    """Return a digest of this program and of the libraries it reads with, which is the same on all kinds of machines."""
    home = Path(__file__).parent
    parts: list[Any] = []
    for path in sorted([*home.rglob("*.py"), *home.rglob("*.toml")]):
        parts += [path.relative_to(home).as_posix(), path.read_bytes()]
    parts += [f"{library} {installed(library)}" for library in ("python_calamine", "openpyxl", "xlrd")]
    return _digest(*parts).hex()


def installed(library: str) -> str:
    """Return the version of an installed library, by the name of what its installer left; asking the installer takes long."""
    found = (one.name for place in sys.path for one in Path(place).glob(f"{library}-*.dist-info"))
    return next(found, "").removeprefix(f"{library}-").removesuffix(".dist-info")


_fingerprints: dict[int, tuple[Rulebook, str]] = {}


def fingerprint(rulebook: Rulebook) -> str:
    """Return a digest of all that a rulebook says."""
    if id(rulebook) not in _fingerprints:
        _fingerprints[id(rulebook)] = (rulebook, _digest(repr(rulebook)).hex())
    return _fingerprints[id(rulebook)][1]


# --- partial results as bytes -----------------------------------------------------------------------------------------
#
# What is at hand of all tables comes first; then of every table itself, and of its findings. Each is a pickle of its own,
# so that what is not asked for is not read.

_VALUES = {
    "perf_xl.consolidating": {
        "Contribution",
        "FileLine",
        "FundsLine",
        "FundsSource",
        "Head",
        "ProjectLine",
        "Source",
        "Table",
    },
    "perf_xl.findings": {"Finding"},
    "perf_xl.values": {"Settled"},
}
"""Our values that a partial result and the lists of a result consist of, by module."""

_MODULES = (__name__, "perf_xl.spool")
"""Where what stands for a maker is defined."""

Makers = Mapping[str, Callable[..., Any]]
"""What makes a value that is told by a name: a rulebook by its fingerprint, an exact number."""


class Packed(NamedTuple):
    """A partial result as bytes, opened: what is at hand of it, and the rest."""

    heads: tuple[Head, ...]
    """`place`: where its table begins in the rest, the bytes of it, and those of its findings, which follow it."""
    files: tuple[FileLine, ...]
    rest: memoryview


def dumps(partial: Partial) -> bytes:
    """Return a partial result as bytes: rulebooks by their fingerprints, fractions as two whole numbers.

    >>> from perf_xl.consolidating import Partial
    >>> loads(dumps(Partial()), {}) == Partial()
    True
    """
    from perf_xl.consolidating import head_of

    heads, parts, end = [], [], 0
    for table in partial.tables:
        pair = [pack(table), pack(table.findings)]
        heads.append(head_of(table, (end, *map(len, pair))))
        end += sum(map(len, pair))
        parts += pair
    return b"".join((pack((tuple(heads), partial.files)), *parts))


def opened_partial(data: bytes, makers: Makers) -> Packed:
    """Open the partial result that these bytes hold.

    Raises:
        Exception: any, where it is none; no code but that of our values is run.
    """
    from perf_xl.consolidating import FileLine, Head

    if len(data) > LARGEST:
        raise ValueError("too large")
    stream = io.BytesIO(data)
    heads, files = _Unpickler(stream, makers).load()
    if not all(isinstance(one, Head) for one in heads) or not all(isinstance(one, FileLine) for one in files):
        raise TypeError("no partial result")
    return Packed(heads, files, memoryview(data)[stream.tell() :])


def loads(data: bytes, rulebooks: Mapping[str, Rulebook]) -> Partial:
    """Return the partial result that these bytes hold; `rulebooks` by their fingerprints.

    Raises:
        Exception: any, where it is none; no code but that of our values is run.
    """
    from perf_xl.consolidating import Partial

    makers = makers_of(rulebooks)
    packed = opened_partial(data, makers)
    tables = []
    for head in packed.heads:
        start, size, more = head.place
        findings = unpack(packed.rest[start + size :][:more], makers)
        tables.append(replace(unpack(packed.rest[start:][:size], makers), findings=findings))
    return Partial(tuple(tables), packed.files)


def pack(value: Any) -> bytes:
    """Return a value of ours as bytes; a table without its findings."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, 5)
    pickler.dispatch_table = _reducers()
    pickler.dump(value)
    return stream.getvalue()


def unpack(data: bytes | memoryview, makers: Makers) -> Any:
    """Return the value that these bytes hold."""
    return _Unpickler(io.BytesIO(data), makers).load()


def makers_of(rulebooks: Mapping[str, Rulebook]) -> Makers:
    """Return what makes the values that are told by a name; `rulebooks` by their fingerprints."""
    return {**_MAKERS, "_rulebook": rulebooks.__getitem__}


@lru_cache(maxsize=1)
def _reducers() -> dict[type, Callable[[Any], tuple[Any, ...]]]:
    from perf_xl.consolidating import Table
    from perf_xl.rules import Rulebook

    reducers: dict[type, Callable[[Any], tuple[Any, ...]]] = {
        Rulebook: lambda book: (_rulebook, (fingerprint(book),)),
        Fraction: lambda number: (_fraction, number.as_integer_ratio()),
        Decimal: lambda number: (_decimal, (str(number),)),
        date: lambda day: (_date, (day.toordinal(),)),
    }
    for module, names in _VALUES.items():
        for name in names:
            kind = getattr(__import__(module, fromlist=[name]), name)
            reducers[kind] = _reducer(kind, tuple if issubclass(kind, tuple) else _values_of(fields(kind)))
    without_findings = _values_of(fields(Table)[:-1])
    return reducers | {Table: lambda table: (Table, (*without_findings(table), ()))}


def _values_of(entries: Iterable[Field[Any]]) -> Callable[[Any], tuple[Any, ...]]:
    return attrgetter(*(entry.name for entry in entries))


def _reducer(kind: type, values_of: Callable[[Any], tuple[Any, ...]]) -> Callable[[Any], tuple[Any, ...]]:
    return lambda value: (kind, values_of(value))


class _Unpickler(pickle.Unpickler):
    """Knows our values and nothing else."""

    def __init__(self, stream: io.BytesIO, makers: Makers) -> None:
        super().__init__(stream)
        self.makers = makers

    def find_class(self, module: str, name: str) -> Any:
        if module in _MODULES and name in self.makers:
            return self.makers[name]
        if name in _VALUES.get(module, ()):
            return getattr(sys.modules.get(module) or __import__(module, fromlist=[name]), name)
        raise pickle.UnpicklingError(f"{module}.{name} is no value of ours")


def _rulebook(known_as: str) -> Rulebook:
    """Stand for a rulebook in the bytes; where they are read, the rulebook of that fingerprint is taken."""
    raise KeyError(known_as)


@lru_cache(maxsize=16384)
def _fraction(top: int, bottom: int) -> Fraction:
    if type(top) is not int or type(bottom) is not int:
        raise TypeError("not a fraction")
    return Fraction(top, bottom)


@lru_cache(maxsize=16384)
def _decimal(text: str) -> Decimal:
    if type(text) is not str or len(text) > 1000:
        raise TypeError("not a decimal")
    return Decimal(text)


@lru_cache(maxsize=16384)
def _date(ordinal: int) -> date:
    return date.fromordinal(ordinal)


_MAKERS: Makers = {
    "_fraction": _fraction,
    "_decimal": _decimal,
    "_date": _date,
}
