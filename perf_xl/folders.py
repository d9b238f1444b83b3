"""Folders and the files in them (文件夹): what there is to look at, and what is ours and is not seen."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from perf_xl import saving
from perf_xl.errors import NothingToDo
from perf_xl.patterns import regex

MARKED = ("_已审核", "_审核意见")
"""What is added to the name of a marked copy, and of a list of its own for what cannot be marked."""

EXPLANATIONS = "审核说明.json"
"""Keeps what was explained of findings, beside the workbooks; it is ours and not seen."""

RECORDS = "_运行记录"
"""What is added to the name of a result for the folder that keeps the records of its runs."""

LEDGER, CACHE, LOCK, SPOOL = "台账.jsonl", "缓存.sqlite", "锁.json", "暂存"
"""What stands in such a folder; the last one has no name of its own (`saving.scratch`)."""

_OURS_IN_RECORDS = regex(rf"{re.escape(LEDGER)}|{re.escape(CACHE)}(-journal|-wal|-shm)?|{re.escape(LOCK)}")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to look at. `name` is relative to the folder given, with forward slashes."""

    path: Path
    name: str
    copy: bool = False
    """Whether it stands for a marked copy by its name, and its original is among the files (标注副本)."""
    url: str = ""
    """Where it is, if that is far away."""
    data: bytes | None = field(default=None, compare=False, repr=False)
    """What it holds, where it was fetched already."""

    def read(self) -> bytes:
        """Return what the file holds.

        Raises:
            OSError: it cannot be read.
        """
        if self.data is not None:
            return self.data
        if self.url:
            from perf_xl import remote

            return remote.read(self.url)
        return self.path.read_bytes()

    @property
    def temporary(self) -> bool:
        """Whether another program left it while a workbook was open (临时文件)."""
        return is_temporary(self.path.name)


def is_temporary(name: str) -> bool:
    """Return whether a file name is that of an owner file or of something a system left behind."""
    lower = name.lower()
    return lower.startswith(("~$", ".~lock")) or lower.endswith(".tmp") or lower in ("thumbs.db", ".ds_store")


def is_ours(path: Path) -> bool:
    """Return whether a file is one that we keep beside workbooks and results: it is not seen.

    >>> is_ours(Path("汇总_运行记录/台账.jsonl")), is_ours(Path("审核说明.json")), is_ours(Path("甲_运行记录/甲.xlsx"))
    (True, True, False)
    """
    if path.parent.name.endswith(RECORDS) and _OURS_IN_RECORDS.fullmatch(path.name):
        return True
    return path.name == EXPLANATIONS or saving.is_left_over(path.name)


def trace_path(output: Path) -> Path:
    """The file that the contributions to a result are written to, where they are too many for a sheet."""
    return output.with_name(f"{output.stem}_来源.parquet")


def find_files(paths: Sequence[str | Path], leave_out: Iterable[Path] = ()) -> list[SourceFile]:
    """Return every regular file that the paths name: files, folders (with all below them), patterns, and URLs of such.

    Raises:
        NothingToDo: a path that does not exist, a folder given that cannot be listed, or nothing but what is left out.
    """
    roots: list[Path] = []
    far = [place for place in map(str, paths) if _is_far(place)]
    for given in (path for path in paths if str(path) not in far):
        path = Path(given)
        if path.exists():
            roots.append(path)
            continue
        matches = sorted(Path().glob(str(given))) if not path.is_absolute() else sorted(_glob(path))
        if not matches:
            raise NothingToDo(f"找不到“{given}”。请核对文件或文件夹的名称和位置。")
        roots.extend(matches)
    base = _base_of(roots)
    omitted = {path.resolve() for path in leave_out}
    passed_over: Path | None = None
    found: dict[Path, SourceFile] = {}
    for root in roots:
        for path, resolved in [(root, _resolved(root))] if root.is_file() else _below(root):
            if resolved in omitted:
                passed_over = path
            elif resolved not in found and not is_ours(path):
                found[resolved] = SourceFile(path, _name_of(resolved, base))
    for place in far:
        from perf_xl import remote

        head = "" if len(paths) == 1 else f"{place.rstrip('/').rpartition('/')[2]}/"
        found |= {Path(url): SourceFile(Path(url), head + name, url=url) for url, name in remote.list_files(place)}
    if passed_over is not None and not found:
        raise NothingToDo(f"“{passed_over}”另有用处(结果、名单或报告),此外没有可以读取的文件。请核对路径。")
    names = {path.stem for path in found}
    files = [replace(file, copy=True) if _is_copy(file.path.stem, names) else file for file in found.values()]
    return sorted(files, key=lambda file: file.name)


def _is_far(place: str) -> bool:
    if "://" not in place:
        return False
    from perf_xl import remote

    return remote.is_remote(place)


def _is_copy(stem: str, names: Collection[str]) -> bool:
    return stem.endswith(MARKED) and stem.removesuffix(MARKED[0]).removesuffix(MARKED[1]) in names


def _base_of(roots: Sequence[Path]) -> Path | None:
    """The folder to which names are relative: the one given, else what all have in common; None across drives."""
    parents = {str(root.resolve() if root.is_dir() else root.resolve().parent) for root in roots}
    try:
        return Path(os.path.commonpath(parents))
    except ValueError:
        return None


def _name_of(path: Path, base: Path | None) -> str:
    if base is not None:
        return legible(path.relative_to(base).as_posix())
    return legible(f"{path.drive.rstrip(':')}/{path.relative_to(path.anchor).as_posix()}")


_ILLEGIBLE = regex(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffd-\uffff]")
"""What breaks a line, turns it round or cannot be written at all: controls, and bytes that are no text."""


def legible(name: str) -> str:
    """Return a name of a file as it can be told: what no line can hold stands as its number; two names never become one.

    >>> legible("甲\\n乙.xlsx"), legible("甲\\udcff.xlsx"), legible("甲　乙.xlsx")
    ('甲�A乙.xlsx', '甲�DCFF.xlsx', '甲\u3000乙.xlsx')
    """
    return name if name.isprintable() else _ILLEGIBLE.sub(lambda hit: f"\ufffd{ord(hit[0]):X}", name)


def _glob(pattern: Path) -> Iterator[Path]:
    anchor = Path(pattern.anchor)
    return anchor.glob(str(pattern.relative_to(anchor)))


def _resolved(path: Path) -> Path:
    """Where a file stands; a link stands where it is itself."""
    return path.resolve() if not path.is_symlink() else path.parent.resolve() / path.name


def _below(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Every file below a folder, and where it stands: no folder below is a link, so only the first is looked up.

    A folder below that cannot be listed stands for what is in it, and a link to nothing for itself: reading them says so.

    Raises:
        NothingToDo: the folder itself cannot be listed.
    """
    home = folder.resolve()
    closed: list[Path] = []

    def keep(problem: OSError) -> None:
        if Path(problem.filename) == folder:
            raise NothingToDo(f"打不开文件夹“{folder}”。请检查读取权限后重试。") from problem
        closed.append(Path(problem.filename))

    for parent, _, names in os.walk(folder, onerror=keep):
        here = Path(parent)
        place = home / here.relative_to(folder)
        for name in names:
            if _is_something(path := here / name):
                yield path, place / name
    for path in closed:
        yield path, home / path.relative_to(folder)


def _is_something(path: Path) -> bool:
    """Whether there is a file, or what may be one: a link to nothing, or what nobody may look at."""
    try:
        return path.is_file() or (path.is_symlink() and not path.exists())
    except OSError:
        return True
