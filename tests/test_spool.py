"""What a run puts on the disk reads like what it would hold in memory, and comes to the same result."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import WORKBOOKS

from perf_xl import cache, folders, intake, pipeline, rules, saving, spool
from perf_xl.consolidating import BANDS, FileLine, Partial, Source, Table
from perf_xl.contract import consolidation_text
from perf_xl.errors import OutputNotWritable
from perf_xl.findings import Finding, finding
from perf_xl.spool import Spool
from perf_xl.values import ABSOLUTE

PUBLISHED = WORKBOOKS / "published"
BOOKS = {cache.fingerprint(one): one for one in rules.shipped().values()}


@pytest.fixture(scope="module")
def partials() -> list[Partial]:
    """All published forms; every fifth twice, under another name; some of another unit that wrote other kinds of values."""
    files = folders.find_files([PUBLISHED])
    again = [folders.SourceFile(file.path, f"副本/{file.name}") for file in files[::5]]
    read = [pipeline.partial_of(intake.read_file(file)) for file in (*again, *reversed(files))]
    tables = [table for partial in read for table in partial.tables][::3]
    return [*read, *(Partial((at_odds(table),), (FileLine(f"另/{table.file}", "read", forms=1),)) for table in tables)]


def at_odds(table: Table) -> Table:
    rows = (row._replace(nature=BANDS if row.nature == ABSOLUTE else ABSOLUTE) for row in table.rows)
    return replace(table, file=f"另/{table.file}", unit="另一单位", rows=tuple(rows))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spool]:
    """A spool to which everything is large."""
    for name, most in (("IN_MEMORY", 1000), ("AT_HAND", 0), ("PIECE", 5), ("RUN", 7)):
        monkeypatch.setattr(spool, name, most)
    with spool.opened(tmp_path / "暂存", BOOKS) as one:
        yield one


@pytest.mark.parametrize("as_one", [None, "全部"])
def test_the_result_is_the_same_as_in_memory(as_one: str | None, partials: list[Partial], small: Spool) -> None:
    for partial in partials:
        small.add(cache.dumps(partial))
    kept = pipeline.conclude_all(small, as_one=as_one, roster=("甲局",))
    wanted = pipeline.conclude_all(Partial.sum(partials), as_one=as_one, roster=("甲局",))
    text = "".join(consolidation_text(kept))
    assert text == json.dumps(wanted.to_json(), ensure_ascii=False, indent=1) + "\n"
    assert as_one or any(one.sources for one in kept.findings)
    assert list(kept.projects) == list(wanted.projects)
    for form, other in zip(kept.forms, wanted.forms, strict=True):
        for row, same in zip(form.indicators, other.indicators, strict=True):
            assert repr(list(row.sources)) == repr(list(same.sources))
        for line, alike in zip(form.funds, other.funds, strict=True):
            assert list(line.sources) == list(alike.sources)


def test_an_empty_result_is_written_like_any_other(small: Spool) -> None:
    kept = pipeline.conclude_all(small)
    assert "".join(consolidation_text(kept)) == json.dumps(kept.to_json(), ensure_ascii=False, indent=1) + "\n"


class TestLists:
    def test_a_list_reads_as_it_was(self, small: Spool) -> None:
        lists = [[f"{number}-{at}" for at in range(number)] for number in (0, 1, 3, 12, 2, 40)]
        kept = [small.put(one) for one in lists]
        for one, wanted in zip(kept, lists, strict=True):
            assert (len(one), list(one), list(reversed(one))) == (len(wanted), wanted, wanted[::-1])
            assert list(one[1:7]) == wanted[1:7]
        assert (kept[5][0], kept[5][-1]) == ("40-0", "40-39")
        with pytest.raises(IndexError):
            kept[5][40]

    def test_sorting_keeps_the_order_of_equals(self, small: Spool) -> None:
        items = [(number * 7 % 5, number) for number in range(50)]
        assert list(small.sort(iter(items), key=lambda item: item[0])) == sorted(items, key=lambda item: item[0])

    def test_a_finding_keeps_its_sources(self, small: Spool) -> None:
        source = Source("甲.xlsx", "表", "A1", "B1", "1", "2", None, None, None, None, None, None)
        found = [finding("C03", f"{number}", sources=small.put([source] * number)) for number in range(20)]
        again = small.put(found)
        assert [list(one.sources) for one in again] == [[source] * number for number in range(20)]
        assert all(isinstance(one, Finding) for one in again)


def test_lists_stay_at_hand_as_long_as_there_is_room(small: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small, "_room", 10)
    kept = [small.put(range(size)) for size in (6, 5, 4, 1)]
    assert [isinstance(one, tuple) for one in kept] == [True, False, True, False]
    assert [list(one) for one in kept] == [list(range(size)) for size in (6, 5, 4, 1)]


def test_the_file_has_no_name_and_goes_with_the_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "AT_HAND", 0)
    with spool.opened(tmp_path / "暂存", BOOKS) as one:
        one.put(["x" * 100] * spool.PIECE * 200)
        assert [path.name for path in tmp_path.iterdir() if not saving.is_left_over(path.name)] == []
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said(small: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def seek(self, at: int) -> None:
            raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(small, "_file", Full())
    with pytest.raises(OutputNotWritable, match="磁盘已满"):
        small.put(range(100))
