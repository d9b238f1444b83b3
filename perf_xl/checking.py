"""The run of a check (审核): findings of many files, those explained before set apart, marked copies, the bureau's list.

An accepted 疑点 is remembered in `审核说明.json` beside the workbooks, under the project, the unit, the code and what was
quoted: when the quoted values change, the explanation no longer holds and the finding counts again.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from perf_xl.auditing import audit
from perf_xl.errors import OTHER_NAME, NothingToDo, OutputNotWritable, WorkbookUnreadable
from perf_xl.exact import fold
from perf_xl.findings import CATALOGUE, ERROR, SEVERITIES, Finding
from perf_xl.folders import EXPLANATIONS, MARKED, SourceFile, find_files
from perf_xl.intake import FileResult, read_all
from perf_xl.model import Form
from perf_xl.reading import read_forms
from perf_xl.rules import Rulebook, default
from perf_xl.scoring import FormScore, fold_unit_name, score
from perf_xl.workbooks import read_grids

if TYPE_CHECKING:
    from perf_xl.report import Report

Accepted = Mapping[str, str]
"""Identity of a finding → its 说明."""


@dataclass(frozen=True, slots=True)
class Checked:
    """一张被审核的自评表: its scores, the findings that count, and those explained before."""

    score: FormScore
    findings: tuple[Finding, ...]
    explained: tuple[tuple[Finding, str], ...] = ()

    @property
    def form(self) -> Form:
        """The form that was checked."""
        return self.score.form


@dataclass(frozen=True, slots=True)
class Selection:
    """Which findings are wanted: by code (`W02`, or a family `W`), and by severity."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    lowest: str = SEVERITIES[-1]

    def takes(self, finding: Finding) -> bool:
        """Return whether a finding is wanted."""
        wanted = not self.select or finding.code.startswith(self.select)
        severe = SEVERITIES.index(finding.severity) <= SEVERITIES.index(self.lowest)
        return wanted and severe and not (self.ignore and finding.code.startswith(self.ignore))


def codes_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Read codes and families of codes, separated by commas.

    >>> codes_in(["w02,S", "D01"])
    ('W02', 'S', 'D01')

    Raises:
        NothingToDo: a code that is not in the catalogue.
    """
    codes = tuple(code for text in texts for code in fold(text).upper().replace("、", ",").split(",") if code)
    for code in codes:
        if not any(one.startswith(code) for one in CATALOGUE):
            raise NothingToDo(f"没有 {code} 这个代码。现有代码:{'、'.join(sorted(CATALOGUE))}。")
    return codes


def identity(form: Form, finding: Finding) -> str:
    """Return the text under which an explanation is remembered: project, year, unit, code, digest of what was quoted."""
    from perf_xl.consolidating import fold_project

    quoted = sha256("\0".join((finding.message, finding.found or "", finding.expected or "")).encode()).hexdigest()[:12]
    project, unit = fold_project(form.project.text), fold_unit_name(form.unit)
    return "|".join((project, str(form.year or ""), unit, finding.code, quoted))


def check_all(
    results: Sequence[FileResult],
    rulebook: Rulebook | None = None,
    selection: Selection | None = None,
    accepted: Accepted | None = None,
) -> list[Checked]:
    """Check every form that was read. What is explained is set apart; an 错误 cannot be explained away."""
    checked = []
    for result in results:
        for form in result.forms:
            scored = score(form, rulebook)
            checked.append(sort_out(scored, audit(scored), selection or Selection(), accepted or {}))
    return checked


def sort_out(score: FormScore, findings: Iterable[Finding], selection: Selection, accepted: Accepted) -> Checked:
    """Leave out what is not wanted, and set apart what was explained."""
    counted: list[Finding] = []
    explained: list[tuple[Finding, str]] = []
    for one in findings:
        if not selection.takes(one):
            continue
        reason = accepted.get(identity(score.form, one)) if accepted and one.severity != ERROR else None
        if reason:
            explained.append((one, reason))
        else:
            counted.append(one)
    return Checked(score, tuple(counted), tuple(explained))


# --- 已说明 -----------------------------------------------------------------------------------------------------------


def home_of(paths: Sequence[str | Path]) -> Path:
    """The folder beside whose workbooks explanations are kept: the first one given, or that of the first file."""
    first = Path(paths[0])
    if first.is_dir():
        return first
    files = find_files(paths[:1])
    return files[0].path.parent if files else first.parent


def explanations(home: Path, copies: Iterable[Path]) -> dict[str, str]:
    """Return what was explained: as remembered in `home`, and as typed into marked copies since; the latter counts."""
    from perf_xl.marking import explanations_in

    known: dict[str, str] = {}
    try:
        document = json.loads((home / EXPLANATIONS).read_text(encoding="utf-8"))
        known = {str(key): str(reason) for key, reason in document["审核说明"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    for path in sorted(copies):
        try:
            known |= explanations_in(path.read_bytes())
        except OSError:
            continue
    return known


def remember(home: Path, known: Accepted) -> Path | None:
    """Keep explanations beside the workbooks; nothing is written where nothing is new.

    Raises:
        OutputNotWritable: the folder is read-only ...
    """
    from perf_xl.saving import write_bytes

    path = home / EXPLANATIONS
    data = (json.dumps({"审核说明": dict(sorted(known.items()))}, ensure_ascii=False, indent=1) + "\n").encode()
    if not known or (path.is_file() and path.read_bytes() == data):
        return None
    return write_bytes(data, path)


def marked_below(folder: Path) -> list[Path]:
    """Marked copies and own workbooks 审核意见 in a folder, told by their names."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stem.endswith(MARKED))


# --- marked copies ----------------------------------------------------------------------------------------------------


_LONGEST_NAME = 255
"""Bytes that the name of a file may have."""


def mark_files(files: Sequence[SourceFile], checked: Sequence[Checked], folder: Path) -> tuple[list[Path], list[str]]:
    """Write a marked copy (标注副本) of every workbook that holds a form; return them, and what must be said aloud.

    Raises:
        OutputNotWritable: something that is no marked copy stands there.
    """
    from perf_xl.marking import Opinion, is_marked, mark
    from perf_xl.saving import write_bytes
    from perf_xl.workbooks import is_own_output
    from perf_xl.writing import write_book

    by_file: dict[str, list[Opinion]] = {}
    for one in checked:
        opinions = by_file.setdefault(one.form.file, [])
        said = [*((finding, "") for finding in one.findings), *one.explained]
        opinions += [Opinion(found, identity(one.form, found), CATALOGUE[found.code].cure, why) for found, why in said]
    written, remarks = [], []
    for file in files:
        if file.name not in by_file:
            continue
        marked = mark(file.path.read_bytes(), file.path.name, by_file[file.name])
        stem = Path(file.name).stem + (MARKED[0] if marked.copied else MARKED[1])
        place = folder / Path(file.name).parent / f"{stem}{marked.suffix}"
        if len(os.fsencode(place.name)) > _LONGEST_NAME:
            remarks.append(f"{file.name}:文件名太长,没有写出标注副本。请改短文件名后重试")
            continue
        if place.is_file() and not (is_marked(data := place.read_bytes()) or is_own_output(data)):
            raise OutputNotWritable(str(place), "已有同名文件,而且不是以前的标注副本,为免覆盖未写入", OTHER_NAME)
        if marked.data is not None:
            written.append(write_bytes(marked.data, place))
        elif marked.book is not None:
            written.append(write_book(marked.book, place))
        remarks += [f"{file.name}:{remark}" for remark in marked.remarks]
    return written, remarks


# --- the written report -----------------------------------------------------------------------------------------------


def check_report(report: Path, checked: Sequence[Checked], selection: Selection) -> list[Finding]:
    """Hold a report (自评报告) against its form: the only one given, or the one whose project it names.

    Raises:
        NothingToDo: there is no such form, or more than one.
        WorkbookUnreadable: the report cannot be read.
    """
    from perf_xl.comparing import compare
    from perf_xl.documents import read_report

    try:
        paragraphs = read_report(report.read_bytes(), report.name)
    except OSError:
        raise NothingToDo(f"读不到自评报告“{report}”。请核对文件的名称和位置。") from None
    text = fold("".join(paragraph.text for paragraph in paragraphs))
    scores = [one.score for one in checked]
    if len(scores) > 1:
        scores = [one for one in scores if one.form.project.text and fold(one.form.project.text) in text]
    if len(scores) != 1:
        why = "没有读到自评表" if not checked else "报告对应哪一张自评表无法确定"
        raise NothingToDo(f"{why},未核对自评报告“{report.name}”。请只给出报告所对应的那一张自评表。")
    return [one for one in compare(paragraphs, scores[0], report.name) if selection.takes(one)]


@dataclass(frozen=True, slots=True)
class SavedReport:
    """自评报告写出之后: where it stands, what it says, and whether its form has an 错误."""

    path: Path
    report: Report
    has_errors: bool


def save_report(score: FormScore, accepted: Accepted, output: Path) -> SavedReport:
    """Write the report (自评报告) of a scored form as a Word document; what is explained is no note.

    Raises:
        OutputNotWritable: something else stands there: somebody may have filled the report in.
    """
    from perf_xl.report import compose
    from perf_xl.saving import write_bytes
    from perf_xl.typesetting import document_bytes

    checked = sort_out(score, audit(score), Selection(), accepted)
    report = compose(score, checked.findings)
    data = document_bytes(report)
    if output.is_dir():
        raise OutputNotWritable(str(output), "这是一个文件夹", "请换一个文件名")
    if not output.exists():
        place = write_bytes(data, output)
    elif _holds(output, data):
        place = output
    else:
        raise OutputNotWritable(str(output), "已有同名文件,内容不同,可能有人填写过,为免覆盖未写入", OTHER_NAME)
    return SavedReport(place, report, any(one.severity == ERROR for one in checked.findings))


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file has this content; one that cannot be read has another."""
    try:
        return path.is_file() and path.read_bytes() == data
    except OSError:
        return False


def write_report(
    source: str | Path, output: Path, rulebook: Rulebook | None = None, *, project: str = "", sheet: str = ""
) -> SavedReport:
    """Write the report (自评报告) of one form; of several forms the one on `sheet`, or of `project`.

    Raises:
        NothingToDo: not one file, or not one form in it that is meant.
        OutputNotWritable: as `save_report` does.
        WorkbookUnreadable: the file cannot be read, or holds no form.
    """
    files = find_files([source])
    if len(files) != 1:
        raise NothingToDo(f"“{source}”不是一个文件。请给出一个有自评表的工作簿或 Word 文档。")
    form = _the_form(_forms_of(files[0]), files[0].name, project, sheet)
    return save_report(score(form, rulebook), explanations(home_of([source]), []), output)


_CONSOLIDATED = re.compile(r"汇总表\d*")
"""The sheets of a result workbook that hold forms."""


def _forms_of(file: SourceFile) -> tuple[Form, ...]:
    """The forms of one file; of a result of ours those it was made for, of a marked copy its own."""
    (result,) = read_all([file])
    if result.refusal is not None:
        raise result.refusal
    if not result.own:
        return result.forms
    forms = tuple(read_forms(read_grids(file.read(), file.name), file.name))
    return forms if file.copy else tuple(one for one in forms if _CONSOLIDATED.fullmatch(one.sheet))


def _the_form(forms: Sequence[Form], file: str, project: str, sheet: str) -> Form:
    """The one form that is meant."""
    if not forms:
        raise WorkbookUnreadable(file, "文件里没有找到自评表", "请换一个文件", "X02")
    meant = [
        one
        for one in forms
        if fold(project) in fold(one.project.text or "") and (not sheet or fold(sheet) == fold(one.sheet))
    ]
    if len(meant) == 1:
        return meant[0]
    listed = ";".join(f"工作表“{one.sheet}”,项目“{one.project.text or '未填名称'}”" for one in meant or forms)
    why = f"符合的有 {len(meant)} 张" if project or sheet else f"有 {len(forms)} 张自评表"
    raise NothingToDo(f"“{file}”里{why},一份报告只写一张。请用 --sheet 或 --project 指明是哪一张:{listed}。")


# --- the bureau's list ------------------------------------------------------------------------------------------------


def save_review(
    files: Sequence[SourceFile],
    results: Sequence[FileResult],
    checked: Sequence[Checked],
    output: Path,
    link_to: Callable[[str], str] | None = None,
) -> Path:
    """Write the list for the bureau (审核汇总).

    Raises:
        OutputNotWritable: the output is somebody's file, or cannot be written.
    """
    from perf_xl.pipeline import refuse_to_overwrite
    from perf_xl.review import Reviewed, review_book
    from perf_xl.writing import write_book

    refuse_to_overwrite(files, [output])
    forms = [
        Reviewed(
            one.form.unit or "", one.form.project.text or "", one.form.year, one.form.file, one.form.sheet,
            one.score.total, one.form.total.number, one.score.grade, one.findings, one.explained,
        )
        for one in checked
    ]  # fmt: skip
    refused = [(one.file.name, one.refusal.code, one.refusal.sentence) for one in results if one.refusal]
    temporary = sum(file.temporary for file in files)
    read = sum(bool(one.forms) for one in results)
    seen = {
        "seen": read + len(refused) + temporary,
        "read": read,
        "refused": len(refused),
        "temporary": temporary,
        "duplicate": 0,
    }
    return write_book(review_book(forms, refused, seen, link_to=link_to), output)


# --- into the official form -------------------------------------------------------------------------------------------


def convert(
    source: str, output: Path, rulebook: Rulebook | None = None, form: str = "项目"
) -> tuple[list[Path], list[str]]:
    """Write the forms of one file, Word included, into the official form (转入表式); return them, and what was left out.

    Raises:
        OutputNotWritable: something stands there already.
        WorkbookUnreadable: the file cannot be read, or holds no form.
    """
    from perf_xl.template import converted, form_book
    from perf_xl.writing import write_book

    files = find_files([source])
    if len(files) != 1:
        raise NothingToDo(f"“{source}”不是一个文件。请给出一个 Word 文档或工作簿。")
    (file,) = files
    (result,) = read_all([file])
    if result.refusal is not None:
        raise result.refusal
    if not result.forms:
        raise WorkbookUnreadable(file.name, "文件里没有找到自评表", "请换一个文件", "X02")
    book = rulebook or default()
    outputs = [output]
    if len(result.forms) > 1:
        suffix = output.suffix or ".xlsx"
        outputs = [output.with_name(f"{output.stem}-{number}{suffix}") for number, _ in enumerate(result.forms, 1)]
    for path in outputs:
        if path.exists():
            raise OutputNotWritable(str(path), "已有同名文件,为免覆盖未写入", OTHER_NAME)
    written, left_out = [], []
    for one, path in zip(result.forms, outputs, strict=True):
        conversion = converted(one, book, form)
        written.append(write_book(form_book(conversion.filing, book), path))
        left_out += [f"{one.file}「{one.sheet}」{sentence}" for sentence in conversion.left_out]
    return written, left_out
