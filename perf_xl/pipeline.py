"""The whole run of a consolidation: read, call the steps, save. Every file seen ends in exactly one of four states."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache, partial
from pathlib import Path
from typing import Any

from perf_xl import rules, trace
from perf_xl.auditing import audit
from perf_xl.consolidating import Consolidation, FileLine, Partial, Shelf, conclude, digest
from perf_xl.contract import consolidation_json, consolidation_text
from perf_xl.errors import OTHER_NAME, NothingToDo, OutputNotWritable, WorkbookUnreadable
from perf_xl.exact import fold
from perf_xl.folders import SourceFile, find_files, trace_path
from perf_xl.intake import Content, FileResult, Progress, look, read_all, run_files, run_files_on
from perf_xl.model import Form
from perf_xl.rules import Rulebook
from perf_xl.scoring import score
from perf_xl.tables import COLUMNS, is_own_table
from perf_xl.workbooks import is_own_output, read_grids

READ, REFUSED, TEMPORARY, DUPLICATE = "read", "refused", "temporary", "duplicate"


_ROSTER_HEADS = frozenset({"单位", "单位名称", "名单", "报送单位", "部门", "部门名称", "预算单位", "实施单位"})


def read_roster(path: str | Path) -> list[str]:
    """Return the units of a roster (报送名单): a text with one a line, or the first column of a workbook or csv.

    Raises:
        NothingToDo: the file cannot be read.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError:
        raise NothingToDo(f"读不到名单“{path}”。请核对文件的名称和位置。") from None
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        grid = read_grids(data, path.name)[0]
        names = [grid.text(row, 0) for row in range(grid.height)]
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030", errors="replace")
        names = [row[0] for row in csv.reader(io.StringIO(text)) if row]
    return [name.strip() for name in names if fold(name) and fold(name) not in _ROSTER_HEADS]


def write_forms(
    output: Path,
    rulebook: Rulebook | None = None,
    *,
    form: str = "项目",
    rows: int = 2,
    projects: Sequence[str] = (),
    last_year: str | None = None,
) -> list[Path]:
    """Write forms to fill in (自评表): a blank one, one for each project, or one that carries last year's over.

    Several projects go into as many workbooks beside `output`, each named after its project.

    Raises:
        OutputNotWritable: something stands there already.
        WorkbookUnreadable: last year's form cannot be read.
    """
    from perf_xl.template import blank, carried_over, form_book
    from perf_xl.writing import write_book

    book = rulebook or rules.default()
    if last_year is not None:
        source = find_files([last_year])[0]
        (result,) = read_all([source])
        if result.refusal is not None:
            raise result.refusal
        filings = [carried_over(result.forms[0], book, form)]
    else:
        filings = [blank(book, rows, project, form) for project in projects or (None,)]
    outputs = [output]
    if len(filings) > 1:
        outputs = [output.with_name(f"{output.stem}-{filing.project}{output.suffix or '.xlsx'}") for filing in filings]
    for path in outputs:
        if path.exists():
            raise OutputNotWritable(str(path), "已有同名文件,为免覆盖未写入", OTHER_NAME)
    return [write_book(form_book(filing, book), path) for filing, path in zip(filings, outputs, strict=True)]


# --- consolidation ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Result(Consolidation):
    """汇总结果, with what can be made of it."""

    def to_json(self) -> dict[str, Any]:
        """Return the document of `consolidate --json`."""
        return consolidation_json(self)

    def frames(self) -> dict[str, Any]:
        """Return pandas DataFrames: projects, indicators, contributions, findings, files (see `perf_xl.tables`)."""
        from perf_xl.tables import frames

        return frames(self)


def partial_of(result: FileResult, rulebook: Rulebook | None = None) -> Partial:
    """Score and check what one file holds, and keep what consolidation needs."""
    name = result.file.name
    if result.own:
        return Partial()
    if result.file.temporary:
        return Partial(files=(FileLine(name, TEMPORARY),))
    content = result.content or Content()
    if (refusal := result.refusal) is not None:
        return Partial(files=(FileLine(name, REFUSED, refusal.code, refusal.why, refusal.cure, 0, *content),))
    tables = []
    for form in result.forms:
        scored = score(form, rulebook)
        tables.append(digest(scored, audit(scored)))
    remarks = ";".join(result.remarks) or None
    return Partial(tuple(tables), (FileLine(name, READ, None, remarks, None, len(tables), *content),))


def table_paths(folder: Path) -> list[Path]:
    """The files that the data tables are written to."""
    return [folder / f"{name}.{kind}" for name in COLUMNS for kind in ("csv", "parquet")]


def refuse_to_overwrite(files: Sequence[SourceFile], outputs: Sequence[Path]) -> None:
    """Make sure that no result would be written over something that is not a result of ours.

    Raises:
        OutputNotWritable: the output exists and is somebody's file, or a folder.
    """
    inputs = {Path(os.path.realpath(file.path)) for file in files}
    for output in outputs:
        if output.is_dir():
            raise OutputNotWritable(str(output), "这是一个文件夹", "请换一个文件名")
        if output.resolve() in inputs:
            raise OutputNotWritable(str(output), "它是本次要读取的文件", "请换一个文件名")
        if output.is_file():
            data = output.read_bytes()
            ours = is_own_output(data) and not data[-65536:].count(b"xl/vbaProject.bin")  # the cockpit is no result
            if data and not ours and not is_own_table(data):
                raise OutputNotWritable(str(output), "已有同名文件,而且不是以前的汇总结果,为免覆盖未写入", OTHER_NAME)


def save(
    result: Result,
    files: Sequence[SourceFile],
    output: Path,
    json_path: Path | None = None,
    tables: Path | None = None,
    most_rows: int = trace.MOST_ROWS,
) -> list[Path]:
    """Write the result workbook, and the JSON and the data tables where wished; return what was written.

    Contributions beyond `most_rows` go into a Parquet file beside the workbook, which then keeps a sample of them.

    Raises:
        OutputNotWritable: a result cannot be written; nothing half-written is left.
    """
    from perf_xl.saving import write_bytes, write_with
    from perf_xl.summary import summary_book
    from perf_xl.writing import write_book

    link_to = links_from(output, files)
    written = []
    outgrown = trace_path(output) if trace.count_rows(result) > most_rows else None
    if outgrown is not None:
        refuse_to_overwrite(files, [outgrown])
        written.append(write_with(partial(trace.to_parquet, result), outgrown))
    book = summary_book(result, link_to=link_to, trace=outgrown.name if outgrown else "")
    written.insert(0, write_book(book, output))
    if json_path is not None:
        text = (piece.encode("utf-8") for piece in consolidation_text(result))
        written.append(write_with(lambda file: file.writelines(text), json_path))
    if tables is not None:
        from perf_xl.tables import to_csv, to_parquet

        for name, frame in result.frames().items():
            written.append(write_bytes(to_csv(frame), tables / f"{name}.csv"))
            written.append(write_bytes(to_parquet(frame, name), tables / f"{name}.parquet"))
    return written


def links_from(output: Path, files: Sequence[SourceFile]) -> Callable[[str], str]:
    """Return what leads from a result to the file of a name, relative where it can be."""
    by_name = {file.name: file for file in files}
    home = output.resolve().parent

    @cache
    def way_to(folder: Path) -> str:
        place = folder.resolve()
        try:
            return os.path.relpath(place, home)
        except ValueError:  # another drive
            return str(place)

    def link_to(name: str) -> str:
        file = by_name[name]
        if file.url:
            return file.url
        is_link = os.path.islink(file.path)  # noqa: PTH114 - is_symlink() raises where nobody may look
        path = Path(os.path.realpath(file.path)) if is_link else file.path
        return Path(way_to(path.parent), path.name).as_posix()

    return link_to


def _partial_of_file(rulebook: Rulebook | None, file: SourceFile) -> Partial:
    return partial_of(look(file), rulebook)


def consolidate(
    files: Sequence[SourceFile],
    *,
    as_one: str | None = None,
    rulebook: Rulebook | None = None,
    roster: Sequence[str] = (),
    jobs: int = 0,
    address: str | None = None,
    progress: Progress | None = None,
) -> Result:
    """Read, score, check and consolidate files.

    `jobs` processes share the work, or the cluster at an address does; the result is the same for any number of either.

    Raises:
        NothingToDo: there is no cluster at the address.
    """
    work = partial(_partial_of_file, rulebook)
    partials: list[Partial] = []
    for piece in run_files_on(address, work, files) if address else run_files(work, files, jobs):
        for file, what in piece:
            if isinstance(what, WorkbookUnreadable):
                what = partial_of(FileResult(file, refusal=what))
            partials.append(what)
        if progress:
            progress(len(partials), len(files))
    return conclude_all(Partial.sum(partials), as_one=as_one, rulebook=rulebook, roster=roster)


def consolidate_forms(
    forms: Iterable[Form], *, as_one: str | None = None, rulebook: Rulebook | None = None, roster: Sequence[str] = ()
) -> Result:
    """Consolidate forms that were read before; each file they come from counts as read."""
    tables = []
    for form in forms:
        scored = score(form, rulebook)
        tables.append(digest(scored, audit(scored)))
    counts: dict[str, int] = {}
    for table in tables:
        counts[table.file] = counts.get(table.file, 0) + 1
    lines = tuple(FileLine(name, READ, forms=count) for name, count in counts.items())
    return conclude_all(Partial.sum([Partial(tuple(tables), lines)]), as_one=as_one, rulebook=rulebook, roster=roster)


def conclude_all(whole: Partial | Shelf, **wishes: Any) -> Result:
    """Make the result of what holds all files; the control totals must agree."""
    made = conclude(whole, **wishes)
    result = Result(**{entry.name: getattr(made, entry.name) for entry in fields(Consolidation)})
    states = [result.count(status) for status in (READ, REFUSED, TEMPORARY, DUPLICATE)]
    if sum(states) != len(result.files) or len({line.file for line in result.files}) != len(result.files):
        raise AssertionError(f"files seen {len(result.files)} are not read + refused + temporary + duplicate {states}")
    return result
