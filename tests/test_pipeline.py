"""Files to results: every file seen ends in one of four states, inputs stay as they are, links and outputs are safe."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from support import WORKBOOKS, consolidate_json, run

import perf_xl
from perf_xl import folders, intake, packages, pipeline
from perf_xl.consolidating import Partial
from perf_xl.errors import NothingToDo, OutputNotWritable

PUBLISHED = WORKBOOKS / "published"
SEED = PUBLISHED / "seed-000-A.xlsx"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as it comes: two good files (one twice), a bad one, what systems leave behind, and something else."""
    home = tmp_path / "报送"
    (home / "乡镇").mkdir(parents=True)
    shutil.copy(SEED, home / "县政府办.xlsx")
    shutil.copy(SEED, home / "乡镇" / "县政府办 - 副本.xlsx")
    shutil.copy(PUBLISHED / "r003-A.xlsx", home / "乡镇" / "自然资源局.xlsx")
    (home / "坏文件.xlsx").write_bytes(SEED.read_bytes()[:3000])
    (home / "说明.txt").write_text("请于3月6日前报送", encoding="utf-8")
    (home / "~$县政府办.xlsx").write_bytes(b"\x06" + b" " * 164)
    (home / "Thumbs.db").write_bytes(b"x")
    return home


def test_every_file_ends_in_one_state(folder: Path, tmp_path: Path) -> None:
    files = consolidate_json(folder, tmp_path / "out")["files"]
    states = {entry["file"]: entry["status"] for entry in files["list"]}
    assert states == {
        "Thumbs.db": "temporary",
        "~$县政府办.xlsx": "temporary",
        "坏文件.xlsx": "refused",
        "说明.txt": "refused",
        "县政府办.xlsx": "duplicate",
        "乡镇/县政府办 - 副本.xlsx": "read",
        "乡镇/自然资源局.xlsx": "read",
    }
    assert [files[state] for state in ("seen", "read", "refused", "temporary", "duplicate")] == [7, 2, 2, 2, 1]


def test_inputs_are_never_changed(folder: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    consolidate_json(folder, tmp_path / "out")
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_own_results_are_not_seen(folder: Path) -> None:
    first = consolidate_json(folder, folder / "结果")
    again = consolidate_json(folder, folder / "结果")
    renamed = folder / "结果" / "上次汇总.xlsx"
    (folder / "结果" / "汇总.xlsx").rename(renamed)
    third = consolidate_json(folder, folder / "别处")
    assert first == again == third


def test_an_output_never_replaces_somebodys_file(folder: Path) -> None:
    before = (folder / "县政府办.xlsx").read_bytes()
    result = run("consolidate", folder, "-o", folder / "县政府办.xlsx")
    assert result.exit_code == 2
    assert "无法写入" in result.stderr
    assert (folder / "县政府办.xlsx").read_bytes() == before


def test_a_json_output_never_replaces_a_workbook(folder: Path, tmp_path: Path) -> None:
    before = SEED.read_bytes()
    result = run("consolidate", folder, "-o", tmp_path / "o.xlsx", "--json", folder / "县政府办.xlsx")
    assert result.exit_code == 2
    assert (folder / "县政府办.xlsx").read_bytes() == before


def test_several_processes_give_the_same_result(folder: Path) -> None:
    for number in range(3):
        shutil.copytree(folder / "乡镇", folder / f"片区{number}")
    files = folders.find_files([folder])
    one = pipeline.consolidate(files)
    shared = Partial.sum(pipeline.partial_of(intake.read_file(file)) for file in files if not file.temporary)
    assert pipeline.conclude_all(shared).forms == one.forms
    chunk, intake.CHUNK = intake.CHUNK, 4
    try:
        assert pipeline.consolidate(files, jobs=2).to_json() == one.to_json()
    finally:
        intake.CHUNK = chunk


def test_partial_results_add_up_in_any_grouping() -> None:
    parts = [
        pipeline.partial_of(intake.read_file(file))
        for file in folders.find_files([PUBLISHED])
        if file.name.endswith(".xlsx")
    ]
    whole = Partial.sum(parts)
    left = Partial()
    for part in parts:
        left = left + part
    right = Partial()
    for part in reversed(parts):
        right = part + right
    middle = Partial.sum(parts[::2]) + Partial.sum(parts[1::2])
    assert whole == left == right == middle
    assert whole + Partial() == whole


def test_a_json_output_never_replaces_somebodys_json(folder: Path, tmp_path: Path) -> None:
    mine = folder / "台账.json"
    mine.write_text('{"mine": 1}', encoding="utf-8")
    result = run("consolidate", folder, "-o", tmp_path / "o.xlsx", "--json", mine)
    assert result.exit_code == 2
    assert mine.read_text(encoding="utf-8") == '{"mine": 1}'


def test_tables_may_stand_beside_the_inputs_and_are_not_read_again(folder: Path, tmp_path: Path) -> None:
    before = consolidate_json(folder, tmp_path / "一")
    with_tables = consolidate_json(folder, tmp_path / "二", "--tables", folder)
    again = consolidate_json(folder, tmp_path / "三")
    assert before == with_tables == again
    assert (folder / "projects.parquet").is_file()


def test_an_empty_folder_gives_no_result(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    result = run("consolidate", tmp_path / "空", "-o", tmp_path / "o.xlsx")
    assert result.exit_code == 1
    assert "没有找到自评表" in result.stderr
    assert not (tmp_path / "o.xlsx").exists()


def test_a_folder_without_forms_lists_its_files(tmp_path: Path) -> None:
    home = tmp_path / "无表"
    home.mkdir()
    (home / "通知.txt").write_text("x", encoding="utf-8")
    document = consolidate_json(home, tmp_path / "out")
    assert document["forms"] == []
    assert document["files"]["refused"] == 1


class TestRoster:
    def test_who_did_not_file_is_named(self, folder: Path, tmp_path: Path) -> None:
        roster = tmp_path / "名单.txt"
        roster.write_text("正宁县人民政府办公室\n城关镇人民政府\n丽江市古城区 自然资源局\n", encoding="utf-8-sig")
        document = consolidate_json(folder, tmp_path / "out", "--roster", roster)
        assert [one["expected"] for one in document["findings"] if one["code"] == "C05"] == ["城关镇人民政府"]

    @pytest.mark.parametrize("kind", ["csv", "gbk", "xlsx"])
    def test_a_list_in_any_form(self, kind: str, tmp_path: Path) -> None:
        path = tmp_path / f"名单.{kind}"
        if kind == "xlsx":
            from openpyxl import Workbook

            book = Workbook()
            for name in ("单位名称", "甲局", "乙局"):
                book.active.append([name, "备注"])
            book.save(path)
        else:
            path.write_bytes("单位名称,联系人\r\n甲局,王\r\n乙局,李\r\n".encode("gbk" if kind == "gbk" else "utf-8"))
        assert pipeline.read_roster(path) == ["甲局", "乙局"]

    def test_a_list_that_is_not_there(self) -> None:
        with pytest.raises(NothingToDo, match="名单"):
            pipeline.read_roster("没有.txt")


class TestPaths:
    def test_names_are_relative_to_the_folder(self, folder: Path) -> None:
        assert [file.name for file in folders.find_files([folder / "乡镇"])] == [
            "县政府办 - 副本.xlsx",
            "自然资源局.xlsx",
        ]

    def test_patterns(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)
        assert [file.name for file in folders.find_files(["乡镇/*.xlsx"])] == [
            "县政府办 - 副本.xlsx",
            "自然资源局.xlsx",
        ]
        assert len(folders.find_files([f"{folder}/*/*.xlsx"])) == 2

    def test_two_folders_keep_their_names_apart(self, folder: Path) -> None:
        shutil.copytree(folder / "乡镇", folder / "县直")
        names = [file.name for file in folders.find_files([folder / "乡镇", folder / "县直"])]
        assert len(names) == len(set(names)) == 4
        assert names[0].startswith("乡镇/")

    def test_a_file_named_twice_is_one_file(self, folder: Path) -> None:
        assert len(folders.find_files([folder, folder / "县政府办.xlsx"])) == len(folders.find_files([folder]))

    def test_what_is_not_there_is_said(self) -> None:
        with pytest.raises(NothingToDo, match="找不到"):
            folders.find_files(["没有这个文件夹"])


class TestTrace:
    def test_every_source_cell_holds_the_quoted_value(self, folder: Path, tmp_path: Path) -> None:
        document = consolidate_json(folder, tmp_path / "out")
        checked = 0
        for form in document["forms"]:
            for row in form["indicators"]:
                for source in row["sources"]:
                    sheet = load_workbook(folder / source["file"])[source["sheet"]]
                    for cell, text in (
                        (source["target_cell"], source["target"]),
                        (source["actual_cell"], source["actual"]),
                    ):
                        value = sheet[cell].value
                        shown = f"{value:g}" if isinstance(value, int | float) else value
                        assert text is not None
                        assert str(shown) in text or shown is None
                        checked += 1
        assert checked > 30

    def test_the_same_bytes_every_time(self, folder: Path, tmp_path: Path) -> None:
        for name in ("一", "二"):
            consolidate_json(folder, tmp_path / name)
        for file in ("汇总.xlsx", "汇总.json"):
            assert (tmp_path / "一" / file).read_bytes() == (tmp_path / "二" / file).read_bytes()


class TestApi:
    def test_a_folder_or_forms_give_the_same(self, folder: Path) -> None:
        (folder / "县政府办.xlsx").unlink()
        by_path = perf_xl.consolidate(folder / "乡镇")
        forms = [form for path in sorted((folder / "乡镇").iterdir()) for form in perf_xl.read(path)]
        by_form = perf_xl.consolidate(forms)
        assert by_form.to_json() == by_path.to_json()

    def test_paths_and_forms_do_not_mix(self) -> None:
        with pytest.raises(TypeError):
            perf_xl.consolidate([SEED, *perf_xl.read(SEED)])

    def test_a_refused_file_is_an_exception_with_the_cure(self, folder: Path) -> None:
        with pytest.raises(perf_xl.PerfXlError, match="请"):
            perf_xl.read(folder / "坏文件.xlsx")

    def test_json_holds_no_float(self, folder: Path) -> None:
        def walk(value: Any) -> None:
            assert not isinstance(value, float)
            for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
                walk(inner)

        walk(json.loads(json.dumps(perf_xl.consolidate(folder).to_json())))


def test_a_link_leads_to_where_the_file_stands(folder: Path, tmp_path: Path) -> None:
    """Also where the file, or a folder above it, is a link."""
    (tmp_path / "近").symlink_to(folder)
    (folder / "链接.xlsx").symlink_to(folder / "乡镇" / "自然资源局.xlsx")
    files = folders.find_files([tmp_path / "近"])
    link_to = pipeline.links_from(tmp_path / "结果" / "汇总.xlsx", files)
    assert link_to("县政府办.xlsx") == "../报送/县政府办.xlsx"
    assert link_to("链接.xlsx") == link_to("乡镇/自然资源局.xlsx") == "../报送/乡镇/自然资源局.xlsx"
    assert pipeline.links_from(folder / "汇总.xlsx", files)("县政府办.xlsx") == "县政府办.xlsx"


def test_outputs_of_another_kind_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable):
        pipeline.refuse_to_overwrite(folders.find_files([folder]), [tmp_path])


def test_the_cockpit_is_not_written_over(tmp_path: Path) -> None:
    """It carries the mark by which our own workbooks are passed over, but it is where somebody works."""
    cockpit = tmp_path / "汇总.xlsm"
    cockpit.write_bytes((Path(__file__).parent.parent / "workbook_templates" / "汇总.xlsm").read_bytes())
    with pytest.raises(OutputNotWritable, match="为免覆盖"):
        pipeline.refuse_to_overwrite([], [cockpit])


def test_a_few_plain_files_need_no_process(tmp_path: Path) -> None:
    """An .xls, or anything large, is never read in the main process; many files are shared out."""
    for name, data in (("a.xlsx", b"PK\3\4"), ("b.xls", packages.COMPOUND), ("c.xlsx", b"PK\3\4" + bytes(1 << 20))):
        (tmp_path / name).write_bytes(data)
    files = {file.name: file for file in folders.find_files([tmp_path])}
    assert [intake.jobs_for([files[name]]) for name in ("a.xlsx", "b.xls", "c.xlsx")] == [0, 1, 1]
    assert intake.jobs_for([files["a.xlsx"]] * 17) == 1
    assert intake.jobs_for([files["a.xlsx"]] * 100_000) >= 1
