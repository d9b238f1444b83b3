"""The whole run: walk folders, read, call the steps, save. Every file seen ends in exactly one of four states."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from perf_xl.errors import NothingToDo, WorkbookUnreadable
from perf_xl.model import Form
from perf_xl.reading import read_forms
from perf_xl.workbooks import is_own_output, read_grids

READ, REFUSED, TEMPORARY, DUPLICATE = "read", "refused", "temporary", "duplicate"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to look at. `name` is relative to the folder given, with forward slashes."""

    path: Path
    name: str

    @property
    def temporary(self) -> bool:
        """Whether another program left it while a workbook was open (临时文件)."""
        return is_temporary(self.path.name)


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file: its forms, or why it was refused."""

    file: SourceFile
    forms: tuple[Form, ...] = ()
    refusal: WorkbookUnreadable | None = None
    own: bool = False
    """Whether it is a result of perf_xl itself, which is not seen."""


def is_temporary(name: str) -> bool:
    """Return whether a file name is that of an owner file or of something a system left behind."""
    lower = name.lower()
    return lower.startswith(("~$", ".~lock")) or lower.endswith(".tmp") or lower in ("thumbs.db", ".ds_store")


def find_files(paths: Sequence[str | Path], leave_out: Iterable[Path] = ()) -> list[SourceFile]:
    """Return every regular file that the paths name: files, folders (with all below them) and patterns.

    Raises:
        NothingToDo: a path that does not exist.
    """
    roots: list[Path] = []
    for given in paths:
        path = Path(given)
        if path.exists():
            roots.append(path)
            continue
        matches = sorted(Path().glob(str(given))) if not path.is_absolute() else sorted(_glob(path))
        if not matches:
            raise NothingToDo(f"找不到“{given}”。请核对文件或文件夹的名称和位置。")
        roots.extend(matches)
    folders = [root for root in roots if root.is_dir()]
    if len(roots) == 1 and folders:
        base = roots[0].resolve()
    else:
        parents = {str(root.resolve() if root.is_dir() else root.resolve().parent) for root in roots}
        base = Path(os.path.commonpath(parents))
    omitted = {path.resolve() for path in leave_out}
    found: dict[Path, SourceFile] = {}
    for root in roots:
        for path in [root] if root.is_file() else _below(root):
            resolved = path.resolve() if not path.is_symlink() else path.parent.resolve() / path.name
            if resolved not in omitted and resolved not in found:
                found[resolved] = SourceFile(path, resolved.relative_to(base).as_posix())
    return sorted(found.values(), key=lambda file: file.name)


def _glob(pattern: Path) -> Iterator[Path]:
    anchor = Path(pattern.anchor)
    return anchor.glob(str(pattern.relative_to(anchor)))


def _below(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent) / name
            if path.is_file():
                yield path


def read_file(file: SourceFile) -> FileResult:
    """Read one file. What is wrong with it becomes a refusal, never an exception."""
    try:
        data = file.path.read_bytes()
        if is_own_output(data):
            return FileResult(file, own=True)
        forms = tuple(read_forms(read_grids(data, file.name), file.name))
    except WorkbookUnreadable as refusal:
        return FileResult(file, refusal=refusal)
    except PermissionError:
        cure = "请关闭正在使用它的程序,或检查读取权限后重试"
        return FileResult(file, refusal=WorkbookUnreadable(file.name, "文件被占用或没有读取权限", cure))
    except OSError as problem:
        reason = f"文件打不开({problem.strerror or type(problem).__name__})"
        return FileResult(file, refusal=WorkbookUnreadable(file.name, reason, "请检查磁盘或网络后重试"))
    if not forms:
        cure = "请确认报送的是项目支出绩效自评表,且“三级指标、年度指标值、实际完成值”等表头没有被删除"
        return FileResult(file, refusal=WorkbookUnreadable(file.name, "工作簿里没有找到自评表", cure, "X02"))
    return FileResult(file, forms)


Progress = Callable[[int, int], None]


def read_all(files: Sequence[SourceFile], progress: Progress | None = None) -> list[FileResult]:
    """Read many files, in order; temporary ones are passed over."""
    results = []
    for number, file in enumerate(files, 1):
        results.append(FileResult(file) if file.temporary else read_file(file))
        if progress:
            progress(number, len(files))
    return results
