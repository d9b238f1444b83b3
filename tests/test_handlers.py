"""What the buttons do, run through xlwings' object model: the command line's results, all of it or nothing, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

import pytest
import xlwings as xw
from engines.base import Alert
from engines.fixtures import open_book
from engines.store import Area
from openpyxl import Workbook
from support import WORKBOOKS, check_json, consolidate_json, score_json
from support import run as run_command
from xlwings import main as model

from perf_xl import locking, resuming
from perf_xl.excel import __main__ as entry
from perf_xl.excel import cockpit, guide, settings
from perf_xl.excel.capture import capture, capture_sheet
from perf_xl.excel.changing import notes_of, opinions_in, rows_of_opinions
from perf_xl.excel.commands import COMMANDS
from perf_xl.excel.handlers import HANDLERS, LATEST, LOG, Desk, run
from perf_xl.excel.planning import reasons_in, without_ours
from perf_xl.findings import SEVERITIES
from perf_xl.folders import LOCK
from perf_xl.grid import address, position
from perf_xl.marking import HEAD, HEAD_ROW, ICONS, OPINIONS, REASON, SEPARATOR, STYLES_OF, explanations_in
from perf_xl.pipeline import write_forms
from perf_xl.reading import COMPUTED_SCORE
from perf_xl.sheets import STYLES, Cell, Sheet
from perf_xl.workbooks import read_grids
from perf_xl.writing import write_book

SEED = WORKBOOKS / "published" / "seed-000-A.xlsx"
MESSY = ["seed-000-A", "r003-C", "r007-C", "r013-A", "r027-A", "r029-A"]
NOW = datetime(2024, 3, 1, 9, 30)


class Office:
    """Somebody at work: a program with a workbook open, and the desk."""

    def __init__(self, app: xw.App, book: xw.Book, home: Path) -> None:
        self.app, self.book = app, book
        self.folder: Path | None = None
        self.desk = Desk(home / "desk", home / "documents", lambda title: self.folder, lambda: NOW)

    def click(self, name: str, mode: str = "info") -> str:
        """Click on a button; return what the one dialog says."""
        alerts: list[Alert] = self.app.impl.alerts
        before, set_as = len(alerts), settings_of(self.app)
        run(name, self.book, self.desk)
        assert len(alerts) == before + 1, "one dialog"
        assert settings_of(self.app) == set_as, "the program is set as it was"
        log = self.desk.home / LOG
        assert alerts[-1].mode == mode, alerts[-1].prompt + (log.read_text("utf-8") if log.exists() else "")
        return alerts[-1].prompt


def settings_of(app: xw.App) -> list[Any]:
    return [app.screen_updating, app.calculation, app.enable_events, app.display_alerts, app.status_bar]


def snapshot(book: xw.Book) -> dict[str, Any]:
    """All of a workbook that a handler could have touched."""
    found: dict[str, Any] = {}
    for sheet in book.sheets:
        one = capture_sheet(sheet)
        looks = {}
        if one.contents:
            area = Area(1, 1, len(one.contents), len(one.contents[0]))
            found_looks = [
                sheet.impl.store.looks(sheet.name, area, look) for look in ("color", "number_format", "bold")
            ]
            for row, column in area.cells():
                looks[address(row - 1, column - 1)] = tuple(some[row - 1][column - 1] for some in found_looks)
        found[sheet.name] = {
            "contents": [[tuple(cell) for cell in row] for row in one.contents],
            "merged": dict(one.grid.merged),
            "looks": looks,
            "notes": notes_of(sheet),
            "widths": [sheet.range((1, column + 1)).column_width for column in range(12)],
            "visible": sheet.visible,
            "protected": sheet.api.ProtectContents,
        }
    return {"sheets": found, "order": book.sheet_names, "active": book.sheets.active.name}


def same_book(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two snapshots agree; blank cells without a look of their own may be part of one and not of the other."""
    return trimmed(one) == trimmed(other)


def trimmed(whole: dict[str, Any]) -> dict[str, Any]:
    sheets = {}
    for name, sheet in whole["sheets"].items():
        filled = {
            address(row, column): cell
            for row, cells in enumerate(sheet["contents"])
            for column, cell in enumerate(cells)
            if cell[0] != "blank"
        }
        looks = {cell: look for cell, look in sheet["looks"].items() if look != (None, "General", False)}
        sheets[name] = {**sheet, "contents": filled, "looks": looks}
    return {**whole, "sheets": sheets}


@pytest.fixture
def at_work(ironcalc_app: xw.App, tmp_path: Path) -> Callable[..., Office]:
    def begin(path: Path = SEED) -> Office:
        return Office(ironcalc_app, open_book(ironcalc_app, path, tmp_path / "open"), tmp_path)

    return begin


@pytest.fixture
def in_both(app: xw.App, tmp_path: Path) -> Callable[..., Office]:
    def begin(path: Path = SEED) -> Office:
        return Office(app, open_book(app, path, tmp_path / "open"), tmp_path)

    return begin


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The smallest form with everything a handler writes to: two indicators, a wrong score, a total."""
    book = Workbook()
    for row in (
        ["2023年度项目支出绩效自评表"],
        ["项目名称", None, "培训项目"],
        ["主管部门", None, "县财政局", None, "实施单位", "城关镇"],
        ["项目资金(万元)", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        [None, "年度资金总额", 10, 10, 5, 10, 0.5, 7],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"],
        ["产出指标", "数量指标", "培训人次", "≥100人次", "90人次", 50, 50, None],
        ["效益指标", "社会效益指标", "群众满意度", "≥95%", "96%", 40, None, None],
        ["总分", None, None, None, None, 100, 90, None],
    ):
        book.active.append(row)
    book.save(tmp_path / "小表.xlsx")
    return tmp_path / "小表.xlsx"


Begin = Callable[..., Office]


def column_of(sheet: xw.Sheet, head: str = COMPUTED_SCORE) -> int:
    """The column under a head, from 0."""
    grid = capture_sheet(sheet).grid
    return next(
        column
        for row in range(grid.height)
        for column in range(len(grid.values[row]))
        if grid.text(row, column) == head
    )


def computed(path: Path) -> dict[int, str | None]:
    """Row → score, as the command line computes it."""
    (form,) = score_json(path)["forms"]
    return {one["row"]: one["score"] for one in form["indicators"]}


def test_every_command_has_its_handler() -> None:
    assert [one.name for one in COMMANDS] == list(HANDLERS)


# --- 重新计算 ---------------------------------------------------------------------------------------------------------


def recalculated_as_the_command_line(office: Office, path: Path) -> None:
    (form,) = score_json(path)["forms"]
    before = snapshot(office.book)
    findings = check_json(path)["findings"]
    said = office.click("recalculate")
    sheet = office.book.sheets[form["sheet"]]
    column = column_of(sheet)
    told = capture_sheet(sheet).grid
    for row, score in computed(path).items():
        number = told.number(row - 1, column)
        assert number == (None if score is None else Decimal(score)), f"row {row}"
    assert f"计算 {form['total']}" in said or form["total"] is None
    office.book.impl.store.save(path.with_name("重算.xlsx"))  # a copy
    again = check_json(path.with_name("重算.xlsx"))["findings"]
    assert [one["message"] for one in again] == [one["message"] for one in findings], (
        "the column is no part of the form"
    )
    office.click("undo")
    assert same_book(snapshot(office.book), before)


@pytest.mark.parametrize("name", MESSY)
def test_computed_scores_are_those_of_the_command_line(name: str, at_work: Begin) -> None:
    office = at_work(WORKBOOKS / "published" / f"{name}.xlsx")
    recalculated_as_the_command_line(office, Path(office.book.fullname))


@pytest.mark.parametrize("name", ["", "r003-C", "r029-A"])
def test_so_they_are_in_both_programs(name: str, in_both: Begin, small: Path) -> None:
    office = in_both(WORKBOOKS / "published" / f"{name}.xlsx" if name else small)
    recalculated_as_the_command_line(office, Path(office.book.fullname))


def test_recalculating_twice_is_once(at_work: Begin) -> None:
    office = at_work()
    office.click("recalculate")
    once = snapshot(office.book)
    office.click("recalculate")
    assert same_book(snapshot(office.book), once)


def test_blank_scores_are_filled_and_no_other(at_work: Begin) -> None:
    office = at_work()
    (form,) = score_json(SEED)["forms"]
    sheet = office.book.sheets[form["sheet"]]
    blank, wrong = (one["row"] for one in form["indicators"][:2])
    sheet.range(f"G{blank}").value, sheet.range(f"G{wrong}").value, sheet.range("G26").value = None, 1.5, None
    before = snapshot(office.book)
    said = office.click("fill_blank_scores")
    assert sheet.range(f"G{blank}").value == float(computed(SEED)[blank] or 0)
    assert sheet.range(f"G{wrong}").value == 1.5
    scores = [sheet.range(f"G{one['row']}").value for one in form["indicators"]]
    assert sheet.range("G26").value == pytest.approx(sum(scores) + sheet.range("H5").value), (
        "总分 adds what stands there"
    )
    assert f"G{blank}" in said
    assert "写入得分 2 处" in said
    office.click("undo")
    assert same_book(snapshot(office.book), before)


def test_there_may_be_no_blank_score(at_work: Begin) -> None:
    assert "没有需要写入的得分" in at_work().click("fill_blank_scores")


def test_all_scores_are_replaced_but_formulas_and_what_is_not_computed(at_work: Begin) -> None:
    office = at_work()
    (form,) = score_json(SEED)["forms"]
    sheet = office.book.sheets[form["sheet"]]
    first, second, third = (one["row"] for one in form["indicators"][:3])
    sheet.range(f"G{first}").value, sheet.range(f"G{second}").formula = 1, "=1+1"
    sheet.range(f"D{third}").value, sheet.range(f"E{third}").value = "按计划开展", "有序推进中"
    sheet.range(f"G{third}").value = 2.25
    said = office.click("replace_scores")
    assert sheet.range(f"G{first}").value == float(computed(SEED)[first] or 0)
    assert sheet.range(f"G{second}").formula == "=1+1"
    assert f"得分是公式的没有改写:G{second}" in said
    assert sheet.range(f"G{third}").value == 2.25
    assert sheet.range("H5").value == 4.66


def test_the_forms_own_formulas_stay(at_work: Begin, tmp_path: Path) -> None:
    (path,) = write_forms(tmp_path / "新.xlsx", last_year=str(SEED))
    office = at_work(path)
    office.book.sheets["自评表"].range("E12").value = 2
    before = snapshot(office.book)
    said = office.click("recalculate")
    assert "本表自带公式" in said
    assert same_book(snapshot(office.book), before)


def test_a_book_without_a_form_is_told_so(at_work: Begin) -> None:
    office = at_work()
    office.book = office.app.books.add()
    for name in ("recalculate", "check"):
        assert "没有找到自评表" in office.click(name, "critical")


# --- 审核 -------------------------------------------------------------------------------------------------------------


def checked_as_the_command_line(office: Office, path: Path) -> None:
    findings = check_json(path)["findings"]
    before = snapshot(office.book)
    said = office.click("check")
    counts = {severity: sum(one["severity"] == severity for one in findings) for severity in SEVERITIES}
    assert "、".join(f"{ICONS[severity]} {counts[severity]}" for severity in SEVERITIES) in said
    rows = rows_of_opinions(office.book, OPINIONS)
    assert rows is not None
    listed = [(row[HEAD.index("代码")], row[HEAD.index("问题")]) for row in rows[HEAD_ROW + 1 :]]
    assert listed == [(one["code"], one["message"]) for one in findings]
    merged = {one.grid.sheet: one.grid.merged for one in capture(office.book)}
    for one in findings:
        for cell in filter(str.isalnum, one["cell"].replace(",", " ").split()):
            at = corner(position(cell), merged[one["sheet"]])
            marked = office.book.sheets[one["sheet"]].range(at)
            assert one["code"] in marked.note.text
            assert marked.color in [fill_of(severity) for severity in SEVERITIES]
    once = snapshot(office.book)
    office.click("check")
    assert same_book(snapshot(office.book), once), "twice is once"
    office.click("clear_marks")
    assert same_book(snapshot(office.book), before), "exactly what was put on is taken off"
    office.click("undo")
    assert same_book(snapshot(office.book), once)
    office.click("undo")
    assert same_book(snapshot(office.book), before)


def corner(at: tuple[int, int], merged: Any) -> str:
    tops = [top for top, end in merged.items() if top[0] <= at[0] <= end[0] and top[1] <= at[1] <= end[1]]
    return address(*(tops or [at])[0])


def fill_of(severity: str) -> tuple[int, ...]:
    fill = STYLES[STYLES_OF[severity]].fill or ""
    return tuple(int(fill[at : at + 2], 16) for at in (1, 3, 5))


@pytest.mark.parametrize("name", MESSY)
def test_a_check_finds_what_the_command_line_finds(name: str, at_work: Begin) -> None:
    office = at_work(WORKBOOKS / "published" / f"{name}.xlsx")
    checked_as_the_command_line(office, Path(office.book.fullname))


@pytest.mark.parametrize("name", ["", "r003-C"])
def test_so_it_does_in_both_programs(name: str, in_both: Begin, small: Path) -> None:
    office = in_both(WORKBOOKS / "published" / f"{name}.xlsx" if name else small)
    checked_as_the_command_line(office, Path(office.book.fullname))


def test_somebodys_own_comment_and_colour_stay(at_work: Begin) -> None:
    office = at_work()
    cell = office.book.sheets[0].range("G5")
    cell.add_note("李会计:请核对")
    cell.color = (255, 255, 0)
    before = snapshot(office.book)
    office.click("check")
    assert cell.note.text.startswith(f"李会计:请核对\n{SEPARATOR}\n【")
    office.click("check")
    assert cell.note.text.count(SEPARATOR) == 1
    office.click("clear_marks")
    assert (cell.note.text, cell.color) == ("李会计:请核对", (255, 255, 0))
    assert same_book(snapshot(office.book), before)


def test_marks_are_cleared_on_another_machine(at_work: Begin, tmp_path: Path) -> None:
    """The workbook carries what is needed; the journal stays at home."""
    office = at_work()
    office.book.sheets[0].range("G5").color = (255, 255, 0)
    before = snapshot(office.book)
    office.click("check")
    office.desk = Desk(tmp_path / "other", tmp_path, lambda title: None, lambda: NOW)
    office.click("clear_marks")
    assert same_book(snapshot(office.book), before)


def test_what_a_person_coloured_since_stays(at_work: Begin) -> None:
    office = at_work()
    office.click("check")
    cell = office.book.sheets[0].range("G5")
    cell.color = (1, 2, 3)
    office.click("clear_marks")
    assert cell.color == (1, 2, 3)
    assert cell.note is None


def explain_the_first_doubt(book: xw.Book, words: str) -> None:
    """Type a 说明 into 审核意见."""
    rows = rows_of_opinions(book, OPINIONS) or []
    line = next(at for at, row in enumerate(rows) if row[1] == ICONS["疑点"])
    book.sheets[OPINIONS].range((line + 1, REASON + 1)).value = words


def test_a_doubt_that_is_explained_counts_no_more(at_work: Begin) -> None:
    office = at_work()
    office.click("check")
    explain_the_first_doubt(office.book, "'=年中追加预算")
    said = office.click("check")
    assert "另有已说明 1" in said
    assert f"{ICONS['疑点']} 1" in said
    again = rows_of_opinions(office.book, OPINIONS) or []
    assert list(reasons_in(again).values()) == ["=年中追加预算"], "a text stays a text"
    path = Path(office.book.fullname)
    document = json.loads((path.parent / "审核说明.json").read_text("utf-8"))["审核说明"]
    assert document == reasons_in(again)
    office.book.save()
    assert explanations_in(path.read_bytes()) == document, "and the command line reads the sheet"


def test_what_is_below_the_severity_of_the_settings_is_not_shown(at_work: Begin) -> None:
    office = at_work()
    office.desk.home.mkdir()
    write_book(settings.settings_book(settings.Settings(lowest="错误")), office.desk.settings_file)
    assert f"{ICONS['疑点']} 0、{ICONS['提示']} 0" in office.click("check")


def test_a_sheet_is_protected_again_as_it_was(in_both: Begin, small: Path) -> None:
    office = in_both(small)
    api = office.book.sheets[0].api
    api.Protect("", True, True, True, False, True, False, True)
    allowed = [api.Protection.AllowFormattingCells, api.Protection.AllowFormattingRows]
    before = snapshot(office.book)
    office.click("check")
    assert notes_of(office.book.sheets[0])
    assert api.ProtectContents
    assert [api.Protection.AllowFormattingCells, api.Protection.AllowFormattingRows] == allowed
    office.click("undo")
    assert same_book(snapshot(office.book), before)


def test_a_password_is_not_got_round(at_work: Begin) -> None:
    office = at_work()
    office.book.sheets[0].api.Protect("秘密")
    before = snapshot(office.book)
    for name in ("check", "recalculate", "replace_scores"):
        assert "有密码保护" in office.click(name, "critical")
        assert same_book(snapshot(office.book), before)


def test_there_may_be_nothing_to_clear(at_work: Begin) -> None:
    assert "没有审核加上的标记" in at_work().click("clear_marks")


# --- 生成报告 ---------------------------------------------------------------------------------------------------------


def test_the_report_is_that_of_the_command_line_and_stands_beside_the_workbook(at_work: Begin) -> None:
    office = at_work()
    folder = Path(office.book.fullname).parent
    before = snapshot(office.book)
    said = office.click("report")
    written = folder / f"{SEED.stem}自评报告.docx"
    assert str(written) in said
    assert "6 个问题已写成批注" in said
    assert "还有 11 处需要填写" in said
    wanted = folder / "命令行.docx"
    assert run_command("report", office.book.fullname, "-o", wanted).exit_code == 1
    assert written.read_bytes() == wanted.read_bytes()
    assert snapshot(office.book) == before
    assert f"{SEED.stem}自评报告(2).docx" in office.click("report")


def test_what_was_explained_in_the_workbook_is_no_comment_of_the_report(at_work: Begin) -> None:
    office = at_work()
    office.click("check")
    explain_the_first_doubt(office.book, "年中追加预算")
    assert "5 个问题已写成批注" in office.click("report")


@pytest.mark.parametrize(
    ("text", "own"),
    [("【×错误】S03", None), (f"甲\n{SEPARATOR}\n【▲疑点】", "甲"), ("请核对【×错误】", "请核对【×错误】"), ("", "")],
)
def test_what_of_a_comment_is_somebody_elses(text: str, own: str | None) -> None:
    assert without_ours(text) == own


def test_the_seed_goes_through_a_spreadsheet_program(libreoffice_app: xw.App, tmp_path: Path) -> None:
    office = Office(libreoffice_app, open_book(libreoffice_app, SEED, tmp_path), tmp_path)
    before = [(one.grid.sheet, one.contents) for one in capture(office.book)]
    office.click("recalculate")
    sheet = office.book.sheets[0]
    told, column = capture_sheet(sheet).grid, column_of(sheet)
    assert {row: told.number(row - 1, column) for row in computed(SEED)} == {
        row: None if score is None else Decimal(score) for row, score in computed(SEED).items()
    }
    office.click("check")
    rows = rows_of_opinions(office.book, OPINIONS) or []
    assert [row[HEAD.index("问题")] for row in rows[HEAD_ROW + 1 :]] == [
        one["message"] for one in check_json(SEED)["findings"]
    ]
    office.click("undo")
    office.click("undo")
    assert [(one.grid.sheet, one.contents) for one in capture(office.book)] == before
    assert notes_of(sheet) == {}
    assert office.book.sheet_names == [sheet.name]


# --- 还原 -------------------------------------------------------------------------------------------------------------


def test_what_a_person_changed_since_is_left_and_named(at_work: Begin) -> None:
    office = at_work()
    office.click("replace_scores")
    sheet = office.book.sheets[0]
    sheet.range("H5").value = 6
    said = office.click("undo")
    assert f"{sheet.name}!H5" in said
    assert sheet.range("H5").value == 6
    assert sheet.range("G26").value == 94.5


def test_steps_are_undone_one_after_another(at_work: Begin) -> None:
    office = at_work()
    states = [snapshot(office.book)]
    for name in ("recalculate", "check", "replace_scores", "clear_marks"):
        office.click(name)
        states.append(snapshot(office.book))
    for state in reversed(states[:-1]):
        office.click("undo")
        assert same_book(snapshot(office.book), state)
    assert "没有可以还原的改动" in office.click("undo", "critical")


def test_the_journal_of_another_workbook_is_not_applied(at_work: Begin, tmp_path: Path) -> None:
    office = at_work()
    office.click("check")
    office.book.close()
    other = open_book(office.app, SEED, tmp_path / "other")
    before = snapshot(other)
    office.book = other
    assert "没有可以还原的改动" in office.click("undo", "critical")
    assert same_book(snapshot(other), before)


def test_a_formula_comes_back_as_one(at_work: Begin) -> None:
    office = at_work()
    sheet = office.book.sheets[0]
    office.click("recalculate")
    column = column_of(sheet)
    row = min(computed(SEED))
    cell = sheet.range((row, column + 1))
    cell.value = "'=甲+乙"
    office.click("recalculate")
    assert cell.value == float(computed(SEED)[row] or 0)
    office.click("undo")
    assert cell.value == "=甲+乙", "and a text that looks like one as a text"


# --- what goes wrong --------------------------------------------------------------------------------------------------


class Refused(Exception):
    """What the program answers at the chosen call."""


class Saboteur:
    """Lets the n-th writing call of xlwings' object model fail."""

    METHODS: ClassVar = {
        model.Range: ("add_note", "add_hyperlink", "merge", "clear_contents", "clear"),
        model.Note: ("delete",),
        model.Sheet: ("delete", "clear", "activate"),
        model.Sheets: ("add",),
        model.App: ("calculate",),
    }
    CLASSES: ClassVar = (model.Range, model.Note, model.Sheet, model.App, model.Font)

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self.fails_at = 0, 0
        for cls in self.CLASSES:
            for name, told in vars(cls).items():
                if isinstance(told, property) and told.fset is not None:
                    monkeypatch.setattr(cls, name, property(told.fget, self.watched(told.fset)))
        for cls, names in self.METHODS.items():
            for name in names:
                monkeypatch.setattr(cls, name, self.watched(getattr(cls, name)))

    def watched(self, act: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self.count += 1
            if self.count == self.fails_at:
                raise Refused(act.__name__)
            return act(*arguments, **named)

        return call


@pytest.mark.parametrize("name", ["recalculate", "replace_scores", "check", "clear_marks", "undo"])
def test_whichever_call_fails_the_workbook_is_whole(
    name: str, at_work: Begin, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = at_work(small)
    office.book.sheets[0].range("G5").add_note("李会计:请核对")
    office.book.sheets[0].api.Protect("")
    if name in ("clear_marks", "undo"):
        office.click("check")
    before, set_as = snapshot(office.book), settings_of(office.app)
    saboteur = Saboteur(monkeypatch)
    alerts: list[Alert] = office.app.impl.alerts
    after: dict[str, Any] | None = None
    failed = n = 0
    while True:
        n += 1 if n < 12 else 3  # every call of the beginning, then every third
        saboteur.count, saboteur.fails_at = 0, n
        run(name, office.book, office.desk)
        reached, saboteur.fails_at = saboteur.count >= n, 0
        assert settings_of(office.app) == set_as
        if alerts[-1].mode == "critical":
            failed += 1
            assert "没有完成,工作簿没有改动" in alerts[-1].prompt
            assert "Traceback" not in alerts[-1].prompt
            assert same_book(snapshot(office.book), before), f"call {n}"
            continue
        after = after or snapshot(office.book)
        assert same_book(snapshot(office.book), after)
        if not reached:
            break
        office.click("check" if name == "undo" else "undo")  # the failure came after all was done
        assert same_book(snapshot(office.book), before)
    assert failed > 5
    assert "Refused" in (office.desk.home / LOG).read_text("utf-8")


def test_what_the_program_was_set_to_comes_back(at_work: Begin) -> None:
    office = at_work()
    office.app.calculation, office.app.screen_updating, office.app.status_bar = "manual", False, "李会计的话"
    office.click("check")
    office.app.calculation = "semiautomatic"
    office.click("recalculate")
    office.book = office.app.books.add()
    office.click("check", "critical")
    assert settings_of(office.app)[:2] == [False, "semiautomatic"]
    assert office.app.status_bar == "李会计的话"


def test_the_program_is_quiet_meanwhile(at_work: Begin) -> None:
    office = at_work()
    office.app.impl.history.clear()
    office.click("check")
    history = office.app.impl.history
    assert ("calculation", "manual") in history
    assert ("screen_updating", False) in history
    assert any(name == "status_bar" and "审核" in str(value) for name, value in history)
    assert dict(history)["calculation"] == "automatic"


# --- 汇总 -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def filed(tmp_path: Path) -> Path:
    folder = tmp_path / "报送"
    folder.mkdir()
    for name in ("seed-000-A", "r003-A", "r007-A"):
        (folder / f"{name}.xlsx").write_bytes((WORKBOOKS / "published" / f"{name}.xlsx").read_bytes())
    return folder


def test_a_folder_is_consolidated_as_the_command_line_does(at_work: Begin, filed: Path, tmp_path: Path) -> None:
    office = at_work()
    assert "没有选择文件夹" in office.click("consolidate")
    office.folder = filed
    said = office.click("consolidate")
    assert "见到文件 3 = 读取 3 + 拒读 0 + 临时文件 0 + 重复 0" in said
    result = filed.parent / "报送汇总结果.xlsx"
    consolidate_json(filed, tmp_path / "命令行")
    made, wanted = (read_grids(path.read_bytes(), "") for path in (result, tmp_path / "命令行" / "汇总.xlsx"))
    assert [(one.sheet, one.values) for one in made] == [(one.sheet, one.values) for one in wanted]
    assert office.app.books.active.name == result.name
    office.app.books.active.close()
    assert result.name in office.click("open_result")
    assert office.app.books.active.name == result.name
    before = result.read_bytes()
    assert "结果没有变化" in office.click("consolidate")
    assert result.read_bytes() == before


def test_a_run_of_somebody_else_is_not_disturbed(at_work: Begin, filed: Path) -> None:
    office = at_work()
    office.folder = filed
    result = filed.parent / "报送汇总结果.xlsx"
    with locking.held(resuming.Wishes(result).records / LOCK, result):
        assert locking.myself().user in office.click("consolidate", "critical")
    assert not result.exists()


def test_unsaved_changes_are_said_not_to_count(at_work: Begin, filed: Path) -> None:
    office = at_work()
    office.folder = filed
    open_one = office.app.books.open(filed / "r003-A.xlsx")
    open_one.sheets[0].range("A1").value = "'改过"
    assert "r003-A.xlsx 打开着,有没有保存的改动" in office.click("consolidate")


@pytest.fixture
def command_room(tmp_path: Path) -> Path:
    """The workbook 汇总, as `cockpit` describes it, without its macros."""
    hidden = Sheet("perf_xl.conf", [[Cell("x")]], (10,))
    book = cockpit.cockpit_book(b"x", hidden)
    plain = replace(book, macros=b"", sheets=[replace(sheet, buttons=()) for sheet in book.sheets])
    return write_book(plain, tmp_path / "汇总.xlsx")


def test_the_workbook_for_consolidating_says_what_and_is_told(at_work: Begin, command_room: Path, filed: Path) -> None:
    office = at_work(command_room)
    names = office.book.names
    names[cockpit.FOLDER].refers_to_range.value = str(filed)
    names[cockpit.AS_ONE].refers_to_range.value = "全县汇总"
    names[cockpit.OUTPUT].refers_to_range.value = str(filed.parent / "我的结果")
    office.click("consolidate")
    assert (filed.parent / "我的结果.xlsx").is_file()
    assert "读取 3" in names[cockpit.COUNTS].refers_to_range.value
    assert "已汇总成 1 张汇总表" in names[cockpit.STATE].refers_to_range.value
    assert office.book.sheets[0].api.ProtectContents
    names[cockpit.FOLDER].refers_to_range.value = str(filed / "没有")
    assert "找不到文件夹" in office.click("consolidate", "critical")


# --- 其他 -------------------------------------------------------------------------------------------------------------


def test_a_new_form_stands_beside_the_workbook_under_a_free_name(at_work: Begin) -> None:
    office = at_work()
    home = Path(office.book.fullname).parent
    office.click("new_form")
    office.click("new_form")
    assert {path.name for path in home.iterdir()} >= {"项目支出绩效自评表.xlsx", "项目支出绩效自评表(2).xlsx"}
    assert office.app.books.active.name == "项目支出绩效自评表(2).xlsx"
    office.book = office.app.books.add()
    office.desk.documents.mkdir()
    office.click("new_form")
    names = [path.name for path in office.desk.documents.iterdir()]
    assert names == ["项目支出绩效自评表(3).xlsx"], "Excel opens no two workbooks of one name"


def test_settings_are_made_once_opened_and_read(at_work: Begin) -> None:
    office = at_work()
    assert office.desk.settings() == settings.Settings()
    office.click("settings")
    opened = office.app.books.active
    assert opened.name == settings.FILE
    assert office.desk.settings() == settings.Settings()
    sheet = opened.sheets[0]
    sheet.range("B4").value, sheet.range("B5").value, sheet.range("B6").value = "hubei", r"D:\名单.txt", "疑点"
    opened.save()
    assert office.desk.settings() == settings.Settings("hubei", r"D:\名单.txt", "疑点")
    office.click("settings")
    assert len([one for one in office.app.books if one.name == settings.FILE]) == 1
    sheet.range("B6").value = "随便"
    opened.save()
    assert "改为 错误、疑点、提示 之一" in office.click("check", "critical")


def test_help_tells_every_button_and_every_function(at_work: Begin) -> None:
    office = at_work()
    office.click("help")
    opened = office.app.books.active
    assert opened.name == guide.FILE
    texts = {one.text for sheet in capture(opened) for row in sheet.contents for one in row}
    assert {one.label for one in COMMANDS} | {one.tip for one in COMMANDS} <= texts
    assert "PERF_SCORE" in texts
    office.click("help")


def test_a_button_starts_the_handler_and_tells_whether_the_person_knows(
    at_work: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = at_work()
    monkeypatch.setattr(entry, "run", lambda name, book: run(name, book, office.desk))
    monkeypatch.setattr(entry, "Desk", lambda: office.desk)
    assert entry.main(["check", f"--wb={office.book.name}", "--from_xl=1"]) == 0
    assert opinions_in(office.book) == OPINIONS
    assert entry.main(["没有这个命令"]) == 0, "also of a command that is none the person is told"
    monkeypatch.delattr(xw.Book, "_mock_caller")
    monkeypatch.setattr(entry, "Book", None, raising=False)
    assert entry.main(["clear_marks", f"--wb={office.book.fullname}"]) == 0, "the workbook is found by its name"
    assert entry.main(["check", "--wb=没有.xlsx"]) == 3
    assert "Traceback" in (office.desk.home / LOG).read_text("utf-8")


def test_latest_result_that_is_gone(at_work: Begin) -> None:
    office = at_work()
    office.desk.home.mkdir()
    (office.desk.home / LATEST).write_text(str(office.desk.home / "无.xlsx"), "utf-8")
    assert "还没有汇总结果" in office.click("open_result", "critical")
