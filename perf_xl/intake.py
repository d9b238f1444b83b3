"""Files in (收表): each read to its forms or to why it was refused, among processes that may die; rules and limits from files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypeVar

from perf_xl import remote, rules
from perf_xl.errors import NothingToDo, WorkbookUnreadable
from perf_xl.folders import SourceFile
from perf_xl.grid import Grid
from perf_xl.model import Form
from perf_xl.packages import COMPOUND, LIMITS, MEBIBYTE, REPAIR, check_size, parse_limits, set_limits, unpacked_size
from perf_xl.reading import read_forms
from perf_xl.rules import Rulebook
from perf_xl.tables import is_own_table
from perf_xl.workbooks import is_own_output, read_grids
from perf_xl.workers import CHUNK, Bounds, Loss, run


class Content(NamedTuple):
    """The content of a file, told by its size and its hash."""

    size: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file: its forms, or why it was refused."""

    file: SourceFile
    forms: tuple[Form, ...] = ()
    refusal: WorkbookUnreadable | None = None
    own: bool = False
    """Whether it is a result of perf_xl itself, which is not seen."""
    content: Content | None = None
    """What was read, told by its hash; None where nothing was."""
    remarks: tuple[str, ...] = ()
    """What a person must know of a file that was read."""


def read_file(file: SourceFile) -> FileResult:
    """Read one file. What is wrong with it becomes a refusal, never an exception."""
    content = None
    try:
        if not file.url:
            check_size(file.path.stat().st_size, file.name)
        data = file.read()
        content = Content(len(data), sha256(data).hexdigest())
        if is_own_output(data) or is_own_table(data) or (file.copy and _is_marked(data)):
            return FileResult(file, own=True, content=content)
        grids = read_grids(data, file.name)
        forms = tuple(read_forms(grids, file.name))
    except WorkbookUnreadable as refusal:
        return FileResult(file, refusal=refusal, content=content)
    except OSError as problem:
        return FileResult(file, refusal=_not_opened(file, problem))
    if not forms:
        cure = "请确认报送的是项目支出绩效自评表,且“三级指标、年度指标值、实际完成值”等表头没有被删除"
        none = WorkbookUnreadable(file.name, "文件里没有找到自评表", cure, "X02")
        return FileResult(file, refusal=none, content=content)
    return FileResult(file, forms, content=content, remarks=tuple(_remarks(data, forms, grids)))


def _not_opened(file: SourceFile, problem: OSError) -> WorkbookUnreadable:
    """Why a file, or a folder that stands for what is in it, could not be read."""
    if not file.url and os.path.isdir(file.path):  # noqa: PTH112 - is_dir() raises where nobody may look
        return WorkbookUnreadable(file.name, "文件夹打不开,其中的文件都没有读取", "请检查读取权限后重试")
    if isinstance(problem, PermissionError):
        cure = "请关闭正在使用它的程序,或检查读取权限后重试"
        return WorkbookUnreadable(file.name, "文件被占用或没有读取权限", cure)
    if isinstance(problem, FileNotFoundError):
        return WorkbookUnreadable(file.name, "找不到文件", "请核对文件的名称和位置")
    return WorkbookUnreadable(file.name, "文件打不开", "请检查磁盘或网络后重试")


_NOT_FOLLOWED = {
    "含宏,没有运行": (b"xl/vbaProject.bin", b"xl/macrosheets/", "_VBA_PROJECT_CUR".encode("utf-16-le")),
    "含指向其他文件的链接,没有更新": (b"xl/externalLinks/",),
}


def _remarks(data: bytes, forms: Sequence[Form], grids: Sequence[Grid]) -> Iterator[str]:
    hidden = {grid.sheet for grid in grids if grid.hidden}
    for sheet in dict.fromkeys(form.sheet for form in forms if form.sheet in hidden):
        yield f"自评表所在的工作表“{sheet}”是隐藏的"
    for said, marks in _NOT_FOLLOWED.items():
        if any(mark in data for mark in marks):
            yield said


def _is_marked(data: bytes) -> bool:
    from perf_xl.marking import is_marked

    return is_marked(data)


# --- many files, in processes that may die ----------------------------------------------------------------------------

Progress = Callable[[int, int], None]
Outcome = TypeVar("Outcome")

FEW = 16
"""Up to so many files it takes longer to start a process than to read them."""

LOT = 1024
"""So many files that are far away are fetched, and then read."""

_PLAIN, _PLAIN_UNPACKED = MEBIBYTE, 2 * MEBIBYTE
"""A file up to this size, and unpacked up to that one, does no harm once it has passed the gate; neither a larger one nor an
.xls is read in the main process."""


def jobs_for(files: Sequence[SourceFile]) -> int:
    """How many processes are worth starting: one for each core; none for a few plain files, which are done in a moment."""
    if len(files) <= FEW:
        return 0 if all(file.temporary or (not file.url and _is_plain(file.path)) for file in files) else 1
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(cores, 60, -(-len(files) // CHUNK))


def _is_plain(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(8)
            if start == COMPOUND or path.stat().st_size > _PLAIN:
                return False
            return not start.startswith(b"PK") or unpacked_size(file) <= _PLAIN_UNPACKED
    except OSError:
        return True  # reading it says so


def run_files(
    work: Callable[[SourceFile], Outcome], files: Sequence[SourceFile], jobs: int
) -> Iterator[list[tuple[SourceFile, Outcome | WorkbookUnreadable]]]:
    """Yield every file once with what came of it, in pieces and in any order; a file that kills its process is refused."""
    bounds = Bounds(LIMITS["seconds"], LIMITS["memory"])
    for lot in _fetched(files):
        for piece in run(work, lot, jobs, bounds, partial(set_limits, dict(LIMITS))):
            bare = [(file if file.data is None else replace(file, data=None), what) for file, what in piece]
            yield [(file, refused(file, what) if isinstance(what, Loss) else what) for file, what in bare]


def _fetched(files: Sequence[SourceFile]) -> Iterator[Sequence[SourceFile]]:
    """Yield the files that are here, and then those that are far away, lot by lot, with what they hold."""
    far = [file for file in files if file.url and not file.temporary]
    if len(far) < len(files):
        yield [file for file in files if not file.url or file.temporary]
    for at in range(0, len(far), LOT):
        lot = far[at : at + LOT]
        fetched = dict(remote.fetch([file.url for file in lot]))
        yield [replace(one, data=data) if isinstance(data := fetched[one.url], bytes) else one for one in lot]


def run_files_on(
    address: str, work: Callable[[SourceFile], Outcome], files: Sequence[SourceFile]
) -> Iterator[list[tuple[SourceFile, Outcome | WorkbookUnreadable]]]:
    """Do as `run_files` on a cluster, whose machines must find the files where they are found here.

    Raises:
        NothingToDo: there is no cluster at the address, it went away, or it has another version of this program.
    """
    from perf_xl import cluster
    from perf_xl.cache import program_version

    by_name = {file.name: file for file in files}
    found_there = [replace(file, path=file.path.absolute()) for file in files]
    task = partial(_task, work, dict(LIMITS))
    for some, outcome in cluster.run(address, task, found_there, program_version):
        if outcome is None:
            yield [(by_name[file.name], refused(file, Loss.CRASH)) for file in some]
        else:
            yield [(by_name[name], what) for name, what in outcome]


def _task(
    work: Callable[[SourceFile], Outcome], limits: dict[str, int], files: Sequence[SourceFile]
) -> list[tuple[str, Outcome | WorkbookUnreadable]]:
    """A task of a cluster. A worker reads in a child of its own, as this machine does, also under a guardian (nanny)."""
    from multiprocessing import current_process

    set_limits(limits)
    if current_process().daemon:  # what its guardian started may have no children by custom; these end with their files
        current_process().daemon = False
    return [(file.name, what) for piece in run_files(work, files, 1) for file, what in piece]


def refused(file: SourceFile, loss: Loss) -> WorkbookUnreadable:
    """Return why a file is refused whose outcome was lost."""
    if loss is Loss.CRASH:
        return WorkbookUnreadable(file.name, "读取时程序异常中止,文件可能已损坏", REPAIR)
    most = f"{LIMITS['seconds']} 秒" if loss is Loss.TIME else f"{LIMITS['memory'] // MEBIBYTE} MB 内存"
    return WorkbookUnreadable(file.name, f"读取所需超过 {most}", "请删除表格以外多余的行、列和图片,保存后重新报送")


def read_all(
    files: Sequence[SourceFile], progress: Progress | None = None, jobs: int | None = None
) -> list[FileResult]:
    """Read many files, in order; temporary ones are passed over. Without a number of `jobs` it is what the files are worth."""
    results: dict[SourceFile, FileResult] = {}
    for piece in run_files(look, files, jobs_for(files) if jobs is None else jobs):
        for file, what in piece:
            results[file] = FileResult(file, refusal=what) if isinstance(what, WorkbookUnreadable) else what
        if progress:
            progress(len(results), len(files))
    return [results[file] for file in files]


def look(file: SourceFile) -> FileResult:
    """Read one file; one that another program left is not opened."""
    return FileResult(file) if file.temporary else read_file(file)


def load_limits(name: str | None) -> None:
    """Take the limits (限额) from a TOML file; None for those shipped.

    Raises:
        NothingToDo: the file cannot be read.
        LimitsInvalid: it does not say what it must.
    """
    set_limits(parse_limits(_read_toml(name, "限额文件"), Path(name).name) if name else {})


def _read_toml(name: str, what: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise NothingToDo(f"读不到{what}“{name}”。请核对位置,并以 UTF-8 编码保存。") from None


def load_rulebook(name: str | None) -> Rulebook | None:
    """Return a rulebook by the name it ships under, or from a TOML file; None for no wish.

    Raises:
        NothingToDo: neither a shipped name nor a file.
        RulebookInvalid: the file does not say what it must.
    """
    if name is None:
        return None
    if not name.lower().endswith(".toml"):
        return rules.named(name)
    return rules.parse(_read_toml(name, "规则文件"), Path(name).name)
