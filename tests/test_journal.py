"""What was changed is on the disk before it is changed, and is found again whatever happened in between."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from perf_xl.excel import journal
from perf_xl.excel.journal import CONTENT, Change, Journal, same

NOW = datetime(2024, 3, 1, 9, 30)
CHANGE = Change(CONTENT, "自评表", "G12", ["blank", ""], ["number", "9.5"])


def written(folder: Path, *commands: str, book: str = "/甲.xlsx") -> Journal:
    one = Journal(folder, book)
    for command in commands:
        one.begin(command, NOW)
        one.record([CHANGE])
    return one


def test_steps_are_undone_from_the_last_to_the_first(tmp_path: Path) -> None:
    one = written(tmp_path, "recalculate", "check")
    assert [step.command for step in one.steps()] == ["recalculate", "check"]
    last = one.last()
    assert last is not None
    assert last.command == "check"
    assert last.changes == (CHANGE._replace(before=["blank", ""], after=["number", "9.5"]),)
    one.forget(last.number)
    assert [step.command for step in Journal(tmp_path, "/甲.xlsx").steps()] == ["recalculate"]


def test_a_change_is_on_the_disk_when_record_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(journal.os, "fsync", synced.append)
    one = Journal(tmp_path, "/甲.xlsx")
    one.begin("check", NOW)
    one.record([CHANGE])
    assert len(synced) == 2
    assert '"G12"' in one.path.read_text(encoding="utf-8")


def test_a_line_that_was_cut_off_was_not_carried_out(tmp_path: Path) -> None:
    one = written(tmp_path, "check")
    one.record([CHANGE._replace(place="G13")])
    one.path.write_bytes(one.path.read_bytes()[:-9])
    (step,) = one.steps()
    assert [change.place for change in step.changes] == ["G12"]
    one.begin("recalculate", NOW)
    one.record([CHANGE._replace(place="G14")])
    assert [step.command for step in one.steps()] == ["check", "recalculate"], "the cut line swallows no other"


def test_the_journal_of_another_workbook_is_not_read(tmp_path: Path) -> None:
    one, other = written(tmp_path, "check"), Journal(tmp_path, "/乙.xlsx")
    assert other.last() is None
    other.path.write_bytes(one.path.read_bytes())
    assert other.last() is None, "also where its file lies in the place of ours"
    other.begin("recalculate", NOW)
    other.record([CHANGE])
    assert [step.command for step in other.steps()] == ["recalculate"]


def test_a_step_without_changes_is_none_to_undo(tmp_path: Path) -> None:
    one = written(tmp_path, "check")
    one.begin("recalculate", NOW)
    last = one.last()
    assert last is not None
    assert last.command == "check"
    one.drop()
    assert one.current() is None


def test_old_steps_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_STEPS", 5)
    one = written(tmp_path, *["check"] * 11)
    assert [step.number for step in one.steps()] == [6, 7, 8, 9, 10, 11], "numbers go on"


def test_nothing_is_recorded_outside_a_step(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no step"):
        Journal(tmp_path, "/甲.xlsx").record([CHANGE])


def test_names_that_are_no_unicode_are_kept(tmp_path: Path) -> None:
    one = written(tmp_path, "check", book="/\udce4.xlsx")
    assert one.last() is not None


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (["number", "9.50"], ["number", "9.5"], True),
        (["text", "9.5"], ["number", "9.5"], True),  # a cell formatted as text keeps a number as text
        (["formula", "=9.5"], ["number", "9.5"], False),
        (["text", "合格"], ["text", "合格"], True),
        ([255, 0, 0], None, False),
        (None, None, True),
    ],
)
def test_what_stands_for_the_same(one: object, other: object, alike: bool) -> None:
    assert same(one, other) is alike
