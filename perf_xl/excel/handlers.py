"""What the buttons do (命令的处理): each reads, computes with the same steps as the command line, and writes.

A handler takes the open workbook and the `Desk` it works at, and returns what the person is to be told. `run` is the only
way in: it keeps the program quiet meanwhile and sets it back, turns whatever goes wrong into one Chinese sentence, and
shows one dialog at the end.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import xlwings as xw

from perf_xl import checking, intake, pipeline, resuming
from perf_xl.auditing import audit
from perf_xl.errors import NothingToDo, PerfXlError
from perf_xl.exact import plain
from perf_xl.excel import cockpit, guide, settings
from perf_xl.excel.capture import Captured, capture
from perf_xl.excel.changing import (
    Hand,
    as_text,
    notes_of,
    opinions_in,
    quiet,
    rows_of_opinions,
    step,
    threads_of,
    undo_last,
)
from perf_xl.excel.commands import COMMANDS, TAB, command
from perf_xl.excel.journal import COLOR, LOOK, Journal
from perf_xl.excel.planning import (
    Filled,
    Line,
    Marks,
    Rescored,
    filled,
    first_place,
    marked,
    reasons_in,
    rescored,
    samples_in,
)
from perf_xl.findings import CATALOGUE, SEVERITIES, Finding, count_by_severity
from perf_xl.folders import find_files
from perf_xl.grid import address
from perf_xl.marking import ICONS, OPINIONS, Opinion
from perf_xl.model import Form
from perf_xl.reading import read_forms
from perf_xl.rules import Rulebook
from perf_xl.scoring import FormScore, score
from perf_xl.sheets import sheet_name
from perf_xl.writing import write_book

LOG, LATEST = "perf_xl.log", "最近结果.txt"
MOST_LINES = 12
"""Of a dialog: what is more is counted."""
LONGEST_LOG = 1 << 20


def _ask_folder(title: str) -> Path | None:
    """Let the person choose a folder; None where nothing was chosen."""
    from tkinter import Tk, filedialog

    root = Tk()
    root.withdraw()
    root.attributes("-topmost", True)
    try:
        chosen = filedialog.askdirectory(parent=root, title=title, mustexist=True)
    finally:
        root.destroy()
    return Path(chosen) if chosen else None


@dataclass(frozen=True, slots=True)
class Desk:
    """桌面: where a handler meets the person and the machine; a test gives its own."""

    home: Path = field(default_factory=settings.home)
    """Where settings, journal, log and help live."""
    documents: Path = field(default_factory=lambda: Path.home() / "Documents")
    """Where a new form goes that stands beside no workbook."""
    ask_folder: Callable[[str], Path | None] = _ask_folder
    now: Callable[[], datetime] = datetime.now

    @property
    def settings_file(self) -> Path:
        """The workbook 设置."""
        return self.home / settings.FILE

    def settings(self) -> settings.Settings:
        """What it says."""
        return settings.read_settings(self.settings_file)

    def journal(self, book: xw.Book) -> Journal:
        """The journal of a workbook; one that was never saved is told by the program it is open in, too."""
        name = book.fullname
        known = name if Path(name).is_absolute() or "://" in name else f"{name}|{book.app.pid}"
        return Journal(self.home / "journal", known)

    def log(self, problem: BaseException) -> Path:
        """Put down what went wrong, for whoever has to mend it; the file does not grow beyond measure."""
        path = self.home / LOG
        self.home.mkdir(parents=True, exist_ok=True)
        text = f"{self.now().isoformat(timespec='seconds')}\n{''.join(traceback.format_exception(problem))}\n"
        old = path.read_text(encoding="utf-8", errors="replace")[-LONGEST_LOG:] if path.exists() else ""
        path.write_text(old + text, encoding="utf-8", errors="backslashreplace")
        return path


class Said(NamedTuple):
    """答复: what the person is told, and the cell to look at first."""

    text: str
    place: tuple[str, str] | None = None
    """Sheet and cell."""
    mode: str = "info"


def run(name: str, book: xw.Book, desk: Desk | None = None) -> None:
    """Carry a command out and tell the person in one dialog, whatever happens.

    Raises:
        Exception: the dialog itself could not be shown.
    """
    desk = desk or Desk()
    app = book.app
    try:
        with quiet(app):
            app.status_bar = f"正在{command(name).label}……"
            said = HANDLERS[name](book, desk)
    except PerfXlError as problem:
        said = Said(str(problem), mode="critical")
    except Exception as problem:
        said = Said(_failure(name, problem, desk), mode="critical")
    if said.place is not None:
        with suppress(Exception):  # where nothing can be selected, the dialog still says where to look
            sheet, cell = said.place
            book.activate()
            book.sheets[sheet].activate()
            book.sheets[sheet].range(cell).select()
    app.alert(said.text, TAB, mode=said.mode)


def _failure(name: str, problem: Exception, desk: Desk) -> str:
    label = f"“{command(name).label}”" if name in HANDLERS else "这个命令"
    try:
        where = f"详细情况记在“{desk.log(problem)}”,请连同工作簿交给信息管理人员。"
    except OSError:
        where = f"也没能写下详细情况({type(problem).__name__}),请告诉信息管理人员。"
    return f"{label}没有完成,工作簿没有改动。请确认没有正在编辑的单元格后再试一次;{where}"


# --- reading ----------------------------------------------------------------------------------------------------------


class Read(NamedTuple):
    """An open workbook that was read: its sheets and its forms, scored."""

    sheets: Sequence[Captured]
    scores: Sequence[FormScore]

    def sheet_of(self, form: Form) -> Captured:
        """The sheet on which a form stands."""
        return next(one for one in self.sheets if one.grid.sheet == form.sheet)


def _read(book: xw.Book, rulebook: Rulebook | None) -> Read:
    """Read and score the open workbook.

    Raises:
        NothingToDo: it holds no form.
    """
    sheets = capture(book)
    forms = read_forms([one.grid for one in sheets], book.name)
    if not forms:
        raise NothingToDo(
            f"“{book.name}”里没有找到自评表。请切换到要处理的自评表再点一次;自评表的表头(三级指标、年度指标值、实际完成值等)不能删除。"
        )
    return Read(sheets, [score(form, rulebook) for form in forms])


def _name_of(form: Form) -> str:
    return form.project.text or f"「{form.sheet}」"


def _listed(lines: Sequence[str]) -> list[str]:
    """The first lines of a list, and how many more there are."""
    more = len(lines) - MOST_LINES
    return list(lines) if more <= 0 else [*lines[:MOST_LINES], f"……另有 {more} 处"]


# --- 填报 -------------------------------------------------------------------------------------------------------------


def new_form(book: xw.Book, desk: Desk) -> Said:
    """新建自评表, beside the open workbook or among the documents, under a name that is free."""
    folder = _folder_of(book) or desk.documents
    rulebook = intake.load_rulebook(desk.settings().rulebook)
    open_now = {one.name.lower() for one in book.app.books}  # Excel opens no two workbooks of one name
    wishes = _names(folder / "项目支出绩效自评表.xlsx")
    path = next(path for path in wishes if not path.exists() and path.name.lower() not in open_now)
    (written,) = pipeline.write_forms(path, rulebook)
    book.app.books.open(str(written))
    return Said(f"已新建“{written}”。白色单元格由您填写,灰色单元格自动计算;填完后看“自检”表,再点“审核”。")


def _names(wish: Path) -> Iterator[Path]:
    yield wish
    number = 1
    while True:
        number += 1
        yield wish.with_name(f"{wish.stem}({number}){wish.suffix}")


def _folder_of(book: xw.Book) -> Path | None:
    """The folder a workbook is saved in; None of one that was never saved, or lies on the web."""
    path = Path(book.fullname)
    return path.parent if path.is_absolute() and path.parent.is_dir() else None


def recalculate(book: xw.Book, desk: Desk) -> Said:
    """重新计算: fill 计算得分 and 依据, and leave 得分 alone."""
    return _rescore(book, desk, "recalculate")


def fill_blank_scores(book: xw.Book, desk: Desk) -> Said:
    """填入空白得分."""
    return _rescore(book, desk, "fill_blank_scores", everything=False)


def replace_scores(book: xw.Book, desk: Desk) -> Said:
    """改写全部得分: all that could be computed; formulas stay."""
    return _rescore(book, desk, "replace_scores", everything=True)


def _rescore(book: xw.Book, desk: Desk, name: str, *, everything: bool | None = None) -> Said:
    book.app.calculate()
    read = _read(book, intake.load_rulebook(desk.settings().rulebook))
    plans: list[tuple[FormScore, Rescored, Filled]] = []
    with step(book, desk.journal(book), name, desk.now(), read.sheets) as hand:
        for one in read.scores:
            sheet = read.sheet_of(one.form)
            plan = rescored(sheet, one, lambda at, rows, sheet=sheet: _free(hand, sheet, at, rows))  # type: ignore[misc]
            into = Filled() if everything is None else filled(sheet, one, everything=everything)
            hand.do([*plan.wishes, *into.wishes])
            plans.append((one, plan, into))
        book.app.calculate()
    return _told_of_scores(plans)


def _free(hand: Hand, sheet: Captured, column: int, rows: Sequence[int]) -> bool:
    """Whether a column and the next can be taken: blank at these rows, and of one look that can be put back."""
    for at in (column, column + 1):
        if any(sheet.content(row, at).text for row in rows):
            return False
        look = hand.present(LOOK, sheet.grid.sheet, f"{address(min(rows), at)}:{address(max(rows), at)}")
        if None in (look[0], look[2], look[3]):
            return False
    return True


def _told_of_scores(plans: Sequence[tuple[FormScore, Rescored, Filled]]) -> Said:
    said = [f"已重新计算 {len(plans)} 张自评表。"]
    differing: list[tuple[str, Line]] = []
    for one, plan, into in plans:
        filed, total = one.form.total.number, one.total
        computed = "未定(有得分算不出来)" if total is None else plain(total)
        grade = f",等级 {one.grade}" if one.grade else ""
        said.append(
            f"{_name_of(one.form)}:总分 填报 {'空白' if filed is None else plain(filed)},计算 {computed}{grade}。"
        )
        if plan.own:
            said.append("  本表自带公式,计算得分由公式算出,没有另写。")
        if into.asked and not into.written:
            said.append("  没有需要写入的得分。")
        if into.written:
            said.append(f"  写入得分 {len(into.written)} 处:{'、'.join(_listed(into.written))}。")
        if into.formulas:
            said.append(f"  得分是公式的没有改写:{'、'.join(_listed(into.formulas))}。")
        unsettled = [line.name for line in plan.lines if line.score is None and line.name != "总分"]
        if unsettled:
            said.append(f"  算不出来 {len(unsettled)} 项,请核对指标值和完成值:{'、'.join(_listed(unsettled))}。")
        if not into.written:
            differing += [(one.form.sheet, line) for line in plan.lines if line.differs]
    lines = [
        f"  「{sheet}」{line.filed.cell} {line.name}:填报 {plain(line.filed.number)},计算 {plain(line.score)}"
        for sheet, line in differing
        if line.filed.number is not None and line.score is not None
    ]
    if lines:
        said += [f"与填报不一致 {len(lines)} 处:", *_listed(lines)]
    place = (differing[0][0], differing[0][1].filed.cell) if differing else None
    return Said("\n".join(said), place)


# --- 审核 -------------------------------------------------------------------------------------------------------------


def check(book: xw.Book, desk: Desk) -> Said:
    """审核: comments, fills and the sheet 审核意见 in the open workbook; what an earlier check put there goes first."""
    wanted = desk.settings()
    rulebook = intake.load_rulebook(wanted.rulebook)
    read = _read(book, rulebook)
    before, rows = _marks_in(book, read.sheets)
    folder = _folder_of(book)
    typed = reasons_in(rows)
    accepted = _accepted(folder, typed)
    selection = checking.Selection(lowest=wanted.lowest)
    checked = [checking.sort_out(one, audit(one), selection, accepted) for one in read.scores]
    opinions = [
        Opinion(found, checking.identity(one.form, found), CATALOGUE[found.code].cure, reason)
        for one in checked
        for found, reason in [*((found, "") for found in one.findings), *one.explained]
    ]
    alone = _put_marks(book, desk, "check", read.sheets, before, opinions)
    kept = _remember(folder, typed, accepted)
    findings = [found for one in checked for found in one.findings]
    return _told_of_findings(len(checked), findings, sum(len(one.explained) for one in checked), alone, kept)


def _accepted(folder: Path | None, typed: Mapping[str, str]) -> dict[str, str]:
    """What was explained: as remembered beside the workbook, and as typed since."""
    return {**(checking.explanations(folder, ()) if folder else {}), **typed}


def report(book: xw.Book, desk: Desk) -> Said:
    """生成报告: the 自评报告 of the form on the sheet in front, else of the only one, beside the workbook under a free name."""
    read = _read(book, intake.load_rulebook(desk.settings().rulebook))
    in_front = book.sheets.active.name
    meant = [one for one in read.scores if one.form.sheet == in_front] or read.scores
    if len(meant) > 1:
        raise NothingToDo(
            f"这里有 {len(meant)} 张自评表,一份报告只写一张。请切换到要写报告的那一张所在的工作表,再点一次。"
        )
    (scored,) = meant
    folder = _folder_of(book)
    _, rows = _marks_in(book, read.sheets)
    accepted = _accepted(folder, reasons_in(rows))
    wishes = _names((folder or desk.documents) / f"{Path(book.name).stem}自评报告.docx")
    saved = checking.save_report(scored, accepted, next(path for path in wishes if not path.exists()))
    made = saved.report
    prompts = list(dict.fromkeys(made.prompts))
    said = [f"已写出“{saved.path}”,请用 Word 或 WPS 打开。"]
    if made.attached:
        said.append(f"自评表里的 {len(made.attached)} 个问题已写成批注,请先改正自评表,再重新生成;定稿前删除全部批注。")
    return Said("\n".join([*said, f"还有 {len(made.prompts)} 处需要填写(文中黄色标出):", *_listed(prompts)]))


def clear_marks(book: xw.Book, desk: Desk) -> Said:
    """清除标记: take away exactly what 审核 put there."""
    sheets = capture(book)
    before, _ = _marks_in(book, sheets)
    count = len(before.cells)
    if not count and before.opinions is None:
        return Said(f"“{book.name}”里没有审核加上的标记。")
    _put_marks(book, desk, "clear_marks", sheets, before, ())
    return Said(f"已清除 {count} 个单元格的审核标记和“{OPINIONS}”表。需要时可点“还原上一步”。")


def _marks_in(book: xw.Book, sheets: Sequence[Captured]) -> tuple[Marks, list[list[str]]]:
    """What is marked already, and the rows of the sheet 审核意见."""
    name = opinions_in(book)
    rows = (rows_of_opinions(book, name) or []) if name else []
    notes = {one.grid.sheet: notes_of(book.sheets[one.grid.sheet]) for one in sheets}
    return Marks(notes, samples_in(rows), name), rows


def _put_marks(
    book: xw.Book, desk: Desk, name: str, sheets: Sequence[Captured], before: Marks, opinions: Sequence[Opinion]
) -> list[str]:
    """Put these marks in the place of the earlier ones; return the cells with a threaded comment."""
    if getattr(book.api, "ProtectStructure", False) is True and bool(opinions) != bool(before.opinions):
        raise NothingToDo("工作簿结构有保护,不能增删“审核意见”表,没有改动。请先在“审阅”中撤销工作簿保护,再点一次。")
    own = before.opinions or sheet_name(OPINIONS, book.sheet_names)
    threads = {one.grid.sheet: threads_of(book.sheets[one.grid.sheet]) for one in sheets}
    with step(book, desk.journal(book), name, desk.now(), sheets) as hand:
        wishes, alone = marked(
            opinions,
            [one.grid for one in sheets],
            before,
            lambda sheet, cell: hand.present(COLOR, sheet, cell),
            own,
            lambda sheet: threads[sheet],
        )
        hand.do(wishes)
    return alone


def _remember(folder: Path | None, typed: Mapping[str, str], accepted: Mapping[str, str]) -> str:
    """Keep what was typed into 说明 beside the workbook, where the command line finds it, too."""
    if folder is None or not typed:
        return ""
    try:
        return f"说明已记在“{kept}”。" if (kept := checking.remember(folder, accepted)) else ""
    except PerfXlError as problem:
        return f"说明只留在“{OPINIONS}”表中:{problem}"


def _told_of_findings(forms: int, findings: Sequence[Finding], explained: int, alone: Sequence[str], kept: str) -> Said:
    counts = count_by_severity(findings)
    told = "、".join(f"{ICONS[severity]} {counts[severity]}" for severity in SEVERITIES)
    said = [f"已审核 {forms} 张自评表:{told}{f'(另有已说明 {explained})' if explained else ''}。"]
    if not findings:
        said.append("没有发现问题。")
    else:
        said.append(f"意见写在单元格的批注里,并列在“{OPINIONS}”表;改好后再点一次“审核”。")
        said += _listed([f"  {one.code} {one.cell} {one.title}" for one in findings])
    if alone:
        said.append(f"{'、'.join(_listed(alone))} 已有会话批注,没有改动,意见只列在“{OPINIONS}”表。")
    return Said("\n".join([*said, *([kept] if kept else [])]), first_place(findings))


def undo(book: xw.Book, desk: Desk) -> Said:
    """还原上一步."""
    name, count, left = undo_last(book, desk.journal(book), desk.now())
    label = next((one.label for one in COMMANDS if one.name == name), "还原上一步")
    said = [f"已还原“{label}”:{count} 处恢复原样。"]
    if left:
        said += [f"以下 {len(left)} 处之后由人改过,没有动:", *_listed([f"  {one}" for one in left])]
    return Said("\n".join(said))


# --- 汇总 -------------------------------------------------------------------------------------------------------------


class Order(NamedTuple):
    """What to consolidate and how."""

    folder: Path
    output: Path
    roster: str | None
    rulebook: str | None
    as_one: str | None


def consolidate(book: xw.Book, desk: Desk) -> Said:
    """汇总文件夹, as the workbook 汇总 says, or else a folder that is asked for; and open the result."""
    own = cockpit.FOLDER in book.names and cockpit.STATE in book.names
    order = _order(book, desk, own)
    if order is None:
        return Said("没有选择文件夹,没有汇总。")
    try:
        report = _consolidated(order, book.app)
    except PerfXlError as problem:
        if own:
            _report_in_cockpit(book, f"没有汇总:{problem}", "")
        raise
    written, summary = report.written[0], report.summary
    counts = "见到文件 {} = 读取 {} + 拒读 {} + 临时文件 {} + 重复 {}".format(summary["seen"], *summary["counts"])
    told = "、".join(f"{ICONS[severity]} {summary['found'][severity]}" for severity in SEVERITIES)
    state = f"已汇总成 {len(summary['forms'])} 张汇总表;问题:{told}。结果:{written}"
    if own:
        _report_in_cockpit(book, state, counts)
    desk.home.mkdir(parents=True, exist_ok=True)
    (desk.home / LATEST).write_text(str(written.resolve()), encoding="utf-8")
    said = [counts + "。", state + "。", *(f"{remark}。" for remark in report.remarks)]
    if report.unchanged:
        said.append("文件与上次汇总时相同,结果没有变化。")
    if unsaved := _unsaved_below(book.app, order.folder):
        said.append(f"{'、'.join(unsaved)} 打开着,有没有保存的改动:汇总用的是磁盘上的内容。")
    _open(book.app, written)
    return Said("\n".join(said))


def _order(book: xw.Book, desk: Desk, own: bool) -> Order | None:
    wanted = desk.settings()
    given = {name: _named(book, name) if own else None for name in (
        cockpit.FOLDER, cockpit.ROSTER, cockpit.RULEBOOK, cockpit.AS_ONE, cockpit.OUTPUT)}  # fmt: skip
    home = _folder_of(book) or desk.documents
    folder = home / given[cockpit.FOLDER] if given[cockpit.FOLDER] else desk.ask_folder("选择自评表所在的文件夹")  # type: ignore[operator]
    if folder is None:
        return None
    if not folder.is_dir():
        raise NothingToDo(f"找不到文件夹“{folder}”。请核对“自评表文件夹”一栏,填完整路径。")
    output = given[cockpit.OUTPUT]
    target = home / output if output else folder.parent / f"{folder.name}汇总结果.xlsx"
    if not target.suffix:
        target = target.with_name(f"{target.name}.xlsx")
    return Order(
        folder, target, given[cockpit.ROSTER] or wanted.roster, given[cockpit.RULEBOOK] or wanted.rulebook, given[cockpit.AS_ONE]
    )  # fmt: skip


def _consolidated(order: Order, app: xw.App) -> resuming.Report:
    """The same run as `perf-xl consolidate`: with its lock, its ledger, and what was read before."""
    rulebook = intake.load_rulebook(order.rulebook)
    roster = pipeline.read_roster(order.roster) if order.roster else []
    wishes = resuming.Wishes(order.output, as_one=order.as_one, rulebook=rulebook, roster=tuple(roster))
    files = find_files([order.folder], [*wishes.outputs, *([Path(order.roster)] if order.roster else [])])
    if not files:
        raise NothingToDo(f"“{order.folder}”里没有文件。请核对文件夹。")

    def told(done: int, of: int) -> None:
        app.status_bar = f"正在汇总:{done}/{of}"

    return resuming.consolidate(files, wishes, told)


def _named(book: xw.Book, name: str) -> str | None:
    """What stands in a cell of the workbook 汇总."""
    if name not in book.names:
        return None
    value = book.names[name].refers_to_range.value
    return str(value).strip().strip('"') or None if value is not None else None


def _report_in_cockpit(book: xw.Book, state: str, counts: str) -> None:
    """Write the outcome into the workbook 汇总, whose sheet is protected against mistakes."""
    for name, text in ((cockpit.STATE, state), (cockpit.COUNTS, counts)):
        if name not in book.names:
            continue
        cell = book.names[name].refers_to_range
        hand = Hand(book, Journal(Path(), ""), ())
        try:
            hand.unlock(cell.sheet.name)
            cell.value = as_text(text)
        finally:
            hand.lock_again()


def _unsaved_below(app: xw.App, folder: Path) -> list[str]:
    """Open workbooks in a folder that hold what is not on the disk."""
    home = folder.resolve()
    return [
        one.name
        for one in app.books
        if Path(one.fullname).is_absolute()
        and home in Path(one.fullname).resolve().parents
        and getattr(one.api, "Saved", True) is False
    ]


def open_result(book: xw.Book, desk: Desk) -> Said:
    """打开结果: of the workbook 汇总 where it names one, else of the latest consolidation."""
    named = _named(book, cockpit.OUTPUT)
    home = _folder_of(book) or desk.documents
    candidates = [home / named] if named else []
    with suppress(OSError):
        candidates.append(Path((desk.home / LATEST).read_text(encoding="utf-8").strip()))
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        raise NothingToDo("还没有汇总结果,或者结果文件已移走。请先点“汇总文件夹”。")
    _open(book.app, path)
    return Said(f"已打开“{path}”。先看“文件清单”和“问题”。")


def _open(app: xw.App, path: Path) -> None:
    """Show a workbook: bring it to the front where it is open already.

    Raises:
        NothingToDo: another workbook of the same name is open.
    """
    for one in app.books:
        if one.name.lower() == path.name.lower():
            if Path(one.fullname).resolve() != path.resolve():
                raise NothingToDo(
                    f"已打开另一个“{one.name}”({one.fullname}),Excel 不能同时打开两个同名文件。请关闭它后再打开“{path}”。"
                )
            one.activate()
            return
    app.books.open(str(path))


# --- 其他 -------------------------------------------------------------------------------------------------------------


def open_settings(book: xw.Book, desk: Desk) -> Said:
    """设置: the workbook is made where there is none, and opened."""
    if not desk.settings_file.exists():
        desk.home.mkdir(parents=True, exist_ok=True)
        write_book(settings.settings_book(), desk.settings_file)
    _open(book.app, desk.settings_file)
    return Said("请在打开的设置表里修改,保存后即生效。")


def show_help(book: xw.Book, desk: Desk) -> Said:
    """帮助: written anew, so that it is that of the installed version, and opened."""
    desk.home.mkdir(parents=True, exist_ok=True)
    place = desk.home / guide.FILE
    opened = any(Path(one.fullname) == place for one in book.app.books)
    written = place if opened else write_book(guide.guide_book(), place)
    _open(book.app, written)
    return Said("帮助已打开:按钮、函数、常见问题。")


Handler = Callable[[xw.Book, Desk], Said]

HANDLERS: Mapping[str, Handler] = {
    "new_form": new_form,
    "recalculate": recalculate,
    "fill_blank_scores": fill_blank_scores,
    "replace_scores": replace_scores,
    "check": check,
    "clear_marks": clear_marks,
    "report": report,
    "undo": undo,
    "consolidate": consolidate,
    "open_result": open_result,
    "settings": open_settings,
    "help": show_help,
}
"""By the names of `commands.COMMANDS`."""
