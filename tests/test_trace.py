"""Where the trace outgrows a sheet it stands in a Parquet file, complete, and the workbook says so."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from support import run

from perf_xl import demo, folders, intake, pipeline, summary, trace
from perf_xl.errors import NothingToDo


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[folders.SourceFile]:
    folder = tmp_path_factory.mktemp("trace")
    demo.write_example(folder)
    return folders.find_files([folder / demo.FILED])


@pytest.fixture
def saved(sources: list[folders.SourceFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(summary, "SAMPLE", 2)
    result = pipeline.consolidate(sources, as_one=demo.PROJECT)
    written = pipeline.save(result, sources, tmp_path / "汇总.xlsx", most_rows=10)
    assert [path.name for path in written] == ["汇总.xlsx", "汇总_来源.parquet"]
    return tmp_path


def lines(path: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name("来源").to_python()


def test_the_file_holds_what_the_sheet_would(
    saved: Path, sources: list[folders.SourceFile], tmp_path_factory: pytest.TempPathFactory
) -> None:
    result = pipeline.consolidate(sources, as_one=demo.PROJECT)
    (whole,) = pipeline.save(result, sources, tmp_path_factory.mktemp("whole") / "汇总.xlsx")
    shown = [(row[3], row[6], row[7], row[8], row[9]) for row in lines(whole)[3:]]
    rows = trace.ask(saved / "汇总_来源.parquet", {})
    kept = [
        (row["file"], row["target_cell"], row["target"] or "", row["actual_cell"], row["actual"] or "") for row in rows
    ]
    assert kept == shown
    assert len(kept) == trace.count_rows(result) > 10
    assert [row["funds"] for row in rows] == [row["funds"] for row in trace.rows(result)]


def test_the_sheet_keeps_a_sample_and_says_where_the_rest_is(saved: Path) -> None:
    sheet = lines(saved / "汇总.xlsx")
    assert "汇总_来源.parquet" in str(sheet[2][0])
    names = Counter(row[2] for row in sheet[4:])
    assert max(names.values()) == 2


def test_a_trace_answers_by_indicator_and_file(saved: Path) -> None:
    path = saved / "汇总_来源.parquet"
    name = trace.ask(path, {})[0]["level3"]
    found = json.loads(run("trace", path, "--indicator", f" {name} ", "--json").stdout)["contributions"]
    assert found
    assert {row["level3"] for row in found} == {name}
    file = found[0]["file"]
    one = json.loads(run("trace", path, "--indicator", name, "--file", file, "--json").stdout)["contributions"]
    assert one == [row for row in found if row["file"] == file]
    assert f"共 {len(found)} 行。" in run("trace", path, "--indicator", name).stdout


def test_what_is_no_trace_is_refused_in_words(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "别的.parquet"
    other.write_bytes((saved / "汇总.xlsx").read_bytes())
    for path in (other, tmp_path / "没有.parquet"):
        with pytest.raises(NothingToDo, match="来源文件"):
            trace.ask(path, {})
        assert run("trace", path).exit_code == 2


def test_a_trace_is_not_read_as_a_form_nor_written_over_by_mistake(saved: Path) -> None:
    (found,) = [file for file in folders.find_files([saved]) if file.name.endswith(".parquet")]
    assert intake.read_file(found).own
    foreign = saved / "另_来源.parquet"
    foreign.write_bytes(b"not ours")
    assert run("consolidate", saved, "-o", saved / "另.xlsx").exit_code == 2
    assert foreign.read_bytes() == b"not ours"
