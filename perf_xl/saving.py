"""Bytes onto the disk (保存): whole or not at all, patiently, and never over what another program holds.

A file is written under a temporary name beside its place, made safe on the disk, and renamed into its place when it is
whole: whatever happens, there is the old file or the new one, never half of either. Where the place stays in use, the
file goes beside it under a new name, `汇总(2).xlsx`, and `remark` says why.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep
from typing import IO, TYPE_CHECKING, TypeVar

from perf_xl.errors import OutputNotWritable

if TYPE_CHECKING:
    from tempfile import SpooledTemporaryFile

T = TypeVar("T")

PAUSES = (0.1, 0.2, 0.4, 0.8, 1.5)
"""Seconds between attempts while another program (Excel, a virus scanner) holds the file: 3 in all."""

OTHER_NAMES = range(2, 11)
"""Numbers tried for a new name where the place stays in use."""

TEMPORARY = "~perf_xl-"
"""What the name of a temporary file of ours begins with; all of them end in `.tmp`."""

RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
"""Names that Windows keeps for devices, whatever ending stands behind them."""

_REASONS = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件超过允许的大小",
    errno.EROFS: "该位置是只读的",
    errno.EACCES: "没有写入权限,或文件正在使用",
    errno.EPERM: "没有写入权限,或文件正在使用",
    errno.EEXIST: "要建文件夹的位置已有同名文件",
    errno.ENOENT: "文件夹不存在",
    errno.ENOTDIR: "文件夹不存在",
    errno.EISDIR: "这是一个文件夹",
    errno.ENAMETOOLONG: "文件名或路径太长",
    errno.EINVAL: "文件名里有不能使用的字符",
    errno.EIO: "磁盘或网络出错",
    errno.ESTALE: "网络位置连不上",
}

_REASONS_OF_WINDOWS = {
    19: "该位置是只读的",
    39: "磁盘已满",
    53: "网络位置连不上",
    59: "网络位置连不上",
    64: "网络位置连不上",
    67: "网络位置连不上",
    112: "磁盘已满",
    121: "网络位置连不上",
    123: "文件名里有不能使用的字符",
    206: "文件名或路径太长",
    1295: "磁盘配额已用完",
}


def write_bytes(data: bytes, path: Path) -> Path:
    """Write a file whole or not at all; return where it stands, which is `名称(2)` if `path` stays in use.

    Raises:
        OutputNotWritable: the disk is full, the folder read-only ...; nothing is left behind.
    """
    return write_with(lambda file: file.write(data), path)


def write_with(fill: Callable[[IO[bytes]], object], path: Path) -> Path:
    """Write a file as `write_bytes` does, whose bytes `fill` writes as it makes them.

    Raises:
        OutputNotWritable: as there. What else goes wrong while the bytes are made is told as it is.
    """
    check_name(path)
    with _told_of(path, OSError, ValueError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{TEMPORARY}{_mark_of(path)}-{os.urandom(4).hex()}.tmp")
    try:
        with _told_of(path, OSError, ValueError):
            file = temporary.open("xb")
        with _told_of(path, OSError), file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        with _told_of(path, OSError, ValueError):
            place = _renamed(temporary, path)
    finally:
        with suppress(OSError, ValueError):
            patiently(lambda: temporary.unlink(missing_ok=True))
    _settle_folder(place.parent)
    return place


@contextmanager
def _told_of(path: Path, *problems: type[Exception]) -> Iterator[None]:
    """Tell in words why a file cannot be written."""
    try:
        yield
    except problems as problem:
        raise OutputNotWritable(str(path), why(problem, path)) from problem


def check_name(path: Path) -> None:
    """Refuse a name that Windows keeps for a device, on every system: files travel.

    Raises:
        OutputNotWritable: it is such a name.
    """
    if path.name.split(".")[0].strip().lower() in RESERVED:
        raise OutputNotWritable(str(path), "文件名是 Windows 保留的名称")


def remark(wished: Path, place: Path) -> str | None:
    """Return why a file went to another place than the one wished for; None where it did not.

    >>> remark(Path("汇总.xlsx"), Path("汇总(2).xlsx"))
    '“汇总.xlsx”正被占用,结果写到“汇总(2).xlsx”'
    """
    if place == wished:
        return None
    return f"“{wished.name}”正被{_named(holder_of(wished))}占用,结果写到“{place.name}”"


def remarks(wished: Iterable[Path], written: Iterable[Path]) -> list[str]:
    """Return why files went to other places than those wished for, for all that were written."""
    told, wanted = [], list(wished)
    for place in written:
        if place not in wanted:
            meant = [path for path in wanted if place in (_other(path, number) for number in OTHER_NAMES)]
            told += [said for path in meant[:1] if (said := remark(path, place))]
    return told


def patiently(step: Callable[[], T]) -> T:
    """Do what another program may be in the way of (Windows errors 5, 32, 33), again and again for some 3 seconds."""
    for pause in PAUSES:
        try:
            return step()
        except PermissionError:
            sleep(pause)
    return step()


def why(problem: Exception, path: Path | None = None) -> str:
    """Return in words why a file cannot be written, and who holds it where the disk tells."""
    if not isinstance(problem, OSError):
        return "文件名里有不能使用的字符" if isinstance(problem, ValueError) else type(problem).__name__
    if isinstance(problem, PermissionError) and path is not None and (holder := holder_of(path)):
        return f"正被{_named(holder)}占用"
    told = _REASONS_OF_WINDOWS.get(getattr(problem, "winerror", None) or 0) or _REASONS.get(problem.errno or 0)
    return told or problem.strerror or type(problem).__name__


def is_left_over(name: str) -> bool:
    """Return whether a file name is that of a temporary file of ours."""
    return name.startswith(TEMPORARY) and name.endswith(".tmp")


def scratch(path: Path, in_memory: int) -> SpooledTemporaryFile[bytes]:
    """Open a file to write and read again, beside `path`, which goes with the process; up to so many bytes none is made.

    Where the disk knows no files without a name, one may be left by a process that is killed while it makes it: `sweep`
    of the same path removes it.
    """
    from tempfile import SpooledTemporaryFile  # which takes long to import

    prefix = f"{TEMPORARY}{_mark_of(path)}-"
    return SpooledTemporaryFile(in_memory, "w+b", prefix=prefix, suffix=".tmp", dir=str(path.parent))


def sweep(path: Path) -> None:
    """Remove temporary files that a run which was killed has left of `path`; only where no other run can write it."""
    with suppress(OSError, ValueError):
        for orphan in path.parent.glob(f"{TEMPORARY}{_mark_of(path)}-*.tmp"):
            with suppress(OSError):
                orphan.unlink()


def _mark_of(path: Path) -> str:
    from hashlib import sha256

    return sha256(path.name.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _renamed(temporary: Path, path: Path) -> Path:
    """Rename into place, patiently; beside it under a new name if the place stays in use."""
    try:
        return patiently(lambda: temporary.replace(path))
    except PermissionError:
        for number in OTHER_NAMES:
            other = _other(path, number)
            if not other.exists():
                with suppress(PermissionError):
                    return temporary.replace(other)
        raise


def _other(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}({number}){path.suffix}")


def _settle_folder(folder: Path) -> None:
    """Make the renaming itself survive a power failure, on systems where a folder can be told so."""
    if os.name == "posix":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


# --- who holds a file -------------------------------------------------------------------------------------------------


def holder_of(path: Path) -> str | None:
    """Return the name of the person who has a file open, as Excel, WPS or LibreOffice left it beside the file."""
    with suppress(OSError, ValueError):
        if owner := path.with_name(f"~${path.name}").read_bytes()[:512]:
            return _owner_in(owner)
    with suppress(OSError, ValueError):
        fields = path.with_name(f".~lock.{path.name}#").read_text(encoding="utf-8", errors="replace")[:512].split(",")
        return next((field for field in (field.strip() for field in fields[:2]) if field), None)
    return None


WIDTHS_OF_OWNERS = (53, 54)
"""Characters that an owner file has for the name, twice: that of Word, of Excel."""


def _owner_in(owner: bytes) -> str | None:
    """The user of an owner file (~$): his name in the code page of his system, padded, and again in UTF-16.

    >>> _owner_in(bytes([4]) + "张三".encode("gbk").ljust(54) + b"\\x02\\0" + "张三".ljust(54).encode("utf-16-le"))
    '张三'
    """
    width = (len(owner) - 3) // 3
    wide = owner[width + 3 :][: 2 * owner[width + 1]] if width in WIDTHS_OF_OWNERS else b""
    narrow = owner[1 : 1 + owner[0]]
    for data, encoding in ((wide, "utf-16-le"), (narrow, "gb18030")):
        name = data.decode(encoding, "ignore").strip("\0 ")
        if name and name.isprintable():
            return name
    return None


def _named(holder: str | None) -> str:
    return f" {holder} " if holder else ""
