"""The run of a consolidation that leaves a trail and reads only what changed (续作).

Beside the result stands a folder of records (运行记录): the ledger of all runs, the cache of what was read, and while a
run goes on its lock. A run that was interrupted goes on where it stopped; a run over the same files with the same wishes
writes nothing at all. With the cache, without it, or after any interruption: the result is the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from perf_xl import cache, ledger, locking, rules, saving, spool
from perf_xl.errors import PerfXlError, WorkbookUnreadable
from perf_xl.folders import CACHE, LEDGER, LOCK, RECORDS, SPOOL, SourceFile, trace_path
from perf_xl.packages import raised_limits

if TYPE_CHECKING:
    from perf_xl.consolidating import FileLine
    from perf_xl.pipeline import Result
    from perf_xl.rules import Rulebook

Progress = Callable[[int, int], None]

LOT = 256
"""So many files that were kept are taken over, and told the ledger, at once."""


class Stopped(PerfXlError):
    """The user stopped a run; what was read is kept."""

    def __init__(self, done: int, total: int, records: str) -> None:
        self.done, self.total, self.records = done, total, records
        super().__init__(done, total, records)

    def __str__(self) -> str:
        kept = f"已读取 {self.done} 个文件(共 {self.total} 个),记在“{self.records}”里;再次运行同一命令即接着做。"
        return f"已中断,没有写出未完成的结果。{kept if self.records else ''}"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wished of a consolidation: where its results go, and all that decides what they say."""

    output: Path
    json_path: Path | None = None
    tables: Path | None = None
    as_one: str | None = None
    rulebook: Rulebook | None = None
    roster: tuple[str, ...] = ()
    jobs: int | None = None
    address: str | None = None
    """Of a cluster that reads."""
    keep: bool = True
    """Whether what is read is kept, and what was kept is used."""
    resume: bool = False
    """Whether to hold the content of every file against what was kept, whatever its times say, and to tell what is left."""

    @property
    def records(self) -> Path:
        """The folder of records (运行记录) beside the output."""
        return self.output.with_name(f"{self.output.stem}{RECORDS}")

    @property
    def outputs(self) -> list[Path]:
        """All that may be written."""
        paths = [self.output, trace_path(self.output), *([self.json_path] if self.json_path else [])]
        if self.tables:
            from perf_xl.pipeline import table_paths

            paths += table_paths(self.tables)
        return paths


@dataclass(frozen=True, slots=True)
class Report:
    """What a run comes to, for a person to read."""

    summary: Mapping[str, Any]
    written: tuple[Path, ...]
    remarks: tuple[str, ...]
    unchanged: bool = False

    @property
    def has_errors(self) -> bool:
        """Whether there is a finding of severity 错误."""
        return bool(self.summary["errors"])


def consolidate(files: Sequence[SourceFile], wishes: Wishes, progress: Progress | None = None) -> Report:
    """Consolidate files into results on the disk, reading only what changed since the last run.

    Raises:
        Busy: another run is at the same output.
        OutputNotWritable: a result cannot be written; nothing half-written is left.
        Stopped: the user stopped it.
    """
    for output in wishes.outputs:
        saving.check_name(output)
    if not (wishes.records / CACHE).exists():
        _refuse_to_overwrite(wishes)
    with locking.held(wishes.records / LOCK, wishes.output) as lock:
        for output in (*wishes.outputs, wishes.records / SPOOL):
            saving.sweep(output)
        before = ledger.interrupted(wishes.records / LEDGER) if wishes.resume else None
        version = _version(wishes)
        with (
            cache.opened(wishes.records / CACHE if wishes.keep else None, version) as kept,
            ledger.opened(wishes.records / LEDGER, _facts(files, wishes, version)) as book,
        ):
            run = _Run(files, wishes, kept, book, lock, progress)
            report = run.report()
            told = () if report.unchanged and before is None else run.told(before)
            remarks = (lock.remark, *told, *report.remarks, kept.trouble, book.trouble)
            return Report(report.summary, report.written, tuple(filter(None, remarks)), report.unchanged)


def summary_of(result: Result) -> dict[str, Any]:
    """Return what is told of a result on the screen, as texts."""
    from perf_xl.contract import number, percent
    from perf_xl.findings import count_by_severity

    forms = []
    for form in result.forms:
        total = next((row for row in form.funds if row.kind == "total"), None)
        amounts = [number(total.budget), number(total.executed)] if total else [None, None]
        texts = [form.year, form.sources, *amounts, percent(form.rate), number(form.total) or "未定", form.grade]
        forms.append([form.project, *("" if text is None else str(text) for text in texts)])
    return {
        "seen": len(result.files),
        "counts": [result.count(status) for status in ("read", "refused", "temporary", "duplicate")],
        "refused": [[line.file, line.message or ""] for line in result.files if line.status == "refused"],
        "duplicates": [line.file for line in result.files if line.status == "duplicate"],
        "forms": forms,
        "found": count_by_severity(result.findings),
        "errors": result.has_errors,
    }


# --- one run ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Run:
    files: Sequence[SourceFile]
    wishes: Wishes
    kept: cache.Cache
    book: ledger.Ledger
    lock: locking.Lock
    progress: Progress | None
    hashes: dict[str, str] = field(default_factory=dict)
    """Of the files that have not changed since they were read, by name."""
    stamps: dict[str, cache.Stamp | None] = field(default_factory=dict)
    known: int = 0
    """How many files had not changed when the run began."""
    done: int = 0
    """Files whose partial results are at hand."""

    def report(self) -> Report:
        """Take over the last result where nothing changed; else read what changed, conclude and save."""
        self._look()
        self.known = len(self.hashes)
        key = self._key()
        last = self._still_standing(self.kept.result(key)) if len(self.hashes) == len(self._lasting) else None
        if last is not None:
            self._end(last["summary"], last["written"], unchanged=True)
            return Report(last["summary"], tuple(Path(name) for name, _ in last["written"]), (), unchanged=True)
        _refuse_to_overwrite(self.wishes)
        books = [*rules.shipped().values(), *([self.wishes.rulebook] if self.wishes.rulebook else [])]
        try:
            with spool.opened(self.wishes.records / SPOOL, {cache.fingerprint(book): book for book in books}) as whole:
                self._gather(whole, books)
                return self._save(whole)
        except KeyboardInterrupt:
            records = self.wishes.records.name if self.wishes.keep else ""
            raise Stopped(self.done, len(self.files), records) from None

    def told(self, before: ledger.Run | None) -> Iterator[str]:
        """Tell how much of the work was done before."""
        total, known = len(self._lasting), self.known
        if before is not None:
            yield f"接着 {before.begun.get('time', '')} 中断的汇总:{known} 个文件已读过且内容没有变化,另读取 {total - known} 个"
        elif known:
            yield f"{known} 个文件没有变化,沿用上次读取的内容,另读取 {total - known} 个"

    @property
    def _lasting(self) -> list[SourceFile]:
        """The files that are read: not those left by another program."""
        return [file for file in self.files if not file.temporary]

    def _look(self) -> None:
        """Tell the files that have not changed from those to read."""
        for file in self._lasting:
            if file.url:
                continue
            stamp = self.stamps[file.name] = cache.stamp_of(file.path)
            content = self.kept.known(_entry(file), stamp, partial(_hash_of, file.path), check=self.wishes.resume)
            if content is not None:
                self.hashes[file.name] = content

    def _gather(self, whole: spool.Spool, books: Sequence[Rulebook]) -> None:
        """Put together what was kept, and what the files read now come to, as it comes; all of it is told the ledger."""
        names = {_entry(file): file.name for file in self.files if file.name in self.hashes}
        hashes: dict[str, str] = {}
        left = self.kept.sound(names, books)
        while some := list(islice(left, LOT)):
            self._note([line for _, data, _ in some for line in whole.add(data)], len(some), kept=True)
            hashes |= {names[entry]: self.hashes[names[entry]] for entry, *_ in some}
        self.known, self.hashes = len(hashes), hashes
        self.kept.forget_all_but([_entry(file) for file in self.files])
        for piece in self._read([file for file in self.files if file.name not in hashes]):
            lines = [line for _, read in piece for line in whole.add(read.partial)]
            self._keep(piece)
            self._note(lines, len(piece), kept=False)
            self.lock.touch()

    def _read(self, files: Sequence[SourceFile]) -> Iterator[list[tuple[SourceFile, _Read]]]:
        """Read files, here or on a cluster."""
        from perf_xl import intake

        work, address = partial(packed, self.wishes.rulebook), self.wishes.address
        if address:
            pieces = intake.run_files_on(address, work, files)
        else:
            pieces = intake.run_files(
                work, files, intake.jobs_for(files) if self.wishes.jobs is None else self.wishes.jobs
            )
        for took in pieces:
            yield [(file, what if isinstance(what, _Read) else _refused(file, what)) for file, what in took]

    def _keep(self, piece: Sequence[tuple[SourceFile, _Read]]) -> None:
        """Keep what rests on the content of a file alone: not that it could not be opened, or took too long."""
        entries = []
        for file, (content, data) in piece:
            if content is not None:
                self.hashes[file.name] = content
                entries.append(cache.Kept(_entry(file), self.stamps.get(file.name), content, data))
        self.kept.keep(entries)

    def _note(self, lines: Iterable[FileLine], files: int, *, kept: bool) -> None:
        self.book.add(
            ledger.Entry(line.file, line.size, line.sha256, line.status, line.code, line.forms, kept) for line in lines
        )
        self.done += files
        if self.progress:
            self.progress(self.done, len(self.files))

    def _save(self, whole: spool.Spool) -> Report:
        from perf_xl import pipeline

        wishes = self.wishes
        result = pipeline.conclude_all(whole, as_one=wishes.as_one, rulebook=wishes.rulebook, roster=wishes.roster)
        places = pipeline.save(result, self.files, wishes.output, wishes.json_path, wishes.tables)
        summary = summary_of(result)
        written = [[str(path.absolute()), _hash_of(path)] for path in places]
        self._end(summary, written)
        moved = saving.remarks(wishes.outputs, places)
        if not moved and len(self.hashes) == len(self._lasting):
            self.kept.keep_result(self._key(), {"summary": summary, "written": written})
        return Report(summary, tuple(places), tuple(moved))

    def _end(self, summary: Mapping[str, Any], written: Sequence[Any], *, unchanged: bool = False) -> None:
        told = {name: summary[name] for name in ("seen", "duplicates", "found")}
        counts = dict(zip(("read", "refused", "temporary", "duplicate"), summary["counts"], strict=True))
        names = [[Path(name).name, content] for name, content in written]
        self.book.end({**told, **counts, "written": names, "unchanged": unchanged})

    def _still_standing(self, last: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """The last result, if its files are still there as they were written."""
        if last is None or not all(_hash_of(Path(name)) == content for name, content in last["written"]):
            return None
        return last

    def _key(self) -> str:
        """Tell a run by all that its result depends on: the names and contents of the files, and where they and it stand."""
        wishes, whole = self.wishes, sha256()
        places = [wishes.output, wishes.json_path, wishes.tables]
        told = [str(place and place.absolute()) for place in places]
        whole.update(repr((told, wishes.as_one, wishes.roster)).encode("utf-8", "surrogatepass"))
        for file in self.files:
            facts = (file.name, str(file.path.absolute()), self.hashes.get(file.name))
            whole.update(repr(facts).encode("utf-8", "surrogatepass"))
        return whole.hexdigest()


# --- what a run is told by --------------------------------------------------------------------------------------------


def _refuse_to_overwrite(wishes: Wishes) -> None:
    if any(path.exists() for path in wishes.outputs):
        from perf_xl.pipeline import refuse_to_overwrite

        refuse_to_overwrite([], wishes.outputs)


def _version(wishes: Wishes) -> str:
    """All that the reading of a file depends on, besides its name and content."""
    rulebook = cache.fingerprint(wishes.rulebook) if wishes.rulebook is not None else "shipped"
    return sha256(repr((cache.reader_version(), rulebook, sorted(raised_limits().items()))).encode()).hexdigest()


def _facts(files: Sequence[SourceFile], wishes: Wishes, version: str) -> dict[str, Any]:
    me = locking.myself()
    return {
        "tool": cache.installed("perf_xl"),
        "reader": cache.reader_version()[:16],
        "rulebook": wishes.rulebook.name if wishes.rulebook else "随附",
        "version": version[:16],
        "user": me.user,
        "machine": me.machine,
        "pid": me.pid,
        "output": wishes.output.name,
        "as_one": wishes.as_one,
        "roster": len(wishes.roster),
        "files": len(files),
    }


def _entry(file: SourceFile) -> str:
    """The name under which a file is kept; one that stands for a marked copy is looked at in another way."""
    return f"{file.name}\0copy" if file.copy else file.name


def _hash_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            whole = sha256()
            while block := file.read(1 << 20):
                whole.update(block)
    except OSError:
        return None
    return whole.hexdigest()


class _Read(NamedTuple):
    """What came of reading a file: the hash of its content, None where that was not all it rested on; its partial result."""

    sha256: str | None
    partial: bytes


def packed(rulebook: Rulebook | None, file: SourceFile) -> _Read:
    """Read, score and check one file; what comes of it goes from a worker to the main process as bytes."""
    from perf_xl.intake import look
    from perf_xl.pipeline import partial_of

    result = look(file)
    return _Read(result.content and result.content.sha256, cache.dumps(partial_of(result, rulebook)))


def _refused(file: SourceFile, refusal: WorkbookUnreadable) -> _Read:
    from perf_xl.intake import FileResult
    from perf_xl.pipeline import partial_of

    return _Read(None, cache.dumps(partial_of(FileResult(file, refusal=refusal))))
