"""The run of a check as a user meets it: selection, marked copies, 已说明, the report, the bureau's list, conversion."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from support import WORKBOOKS, check_json, consolidate_json, read_json, run, score_json
from support_word import document, table_of

from perf_xl import checking
from perf_xl.errors import NothingToDo
from perf_xl.workbooks import read_grids

SEED = WORKBOOKS / "published" / "seed-000-A.xlsx"
REPORT = Path(__file__).parent / "reports" / "seed-000.txt"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with the seed's workbook."""
    folder = tmp_path / "自评表"
    folder.mkdir()
    shutil.copyfile(SEED, folder / "甲.xlsx")
    return folder


def codes(document: dict[str, Any]) -> set[str]:
    return {one["code"] for one in document["findings"]}


class TestSelection:
    def test_select_takes_codes_and_families(self, home: Path) -> None:
        assert codes(check_json(home, "--select", "w,D01")) == {"W01", "W02", "D01"}

    def test_ignore(self, home: Path) -> None:
        assert codes(check_json(home, "--ignore", "W,S,D,I06", "--ignore", "I1")) == {"I07"}

    def test_severity(self, home: Path) -> None:
        assert {one["severity"] for one in check_json(home, "--min-severity", "疑点")["findings"]} == {"错误", "疑点"}

    def test_what_is_not_selected_does_not_decide(self, home: Path) -> None:
        assert run("check", home, "--select", "I").exit_code == 0
        assert run("check", home, "--select", "W").exit_code == 1

    def test_an_unknown_code_is_said(self, home: Path) -> None:
        result = run("check", home, "--select", "Q9")
        assert result.exit_code == 2
        assert "没有 Q9 这个代码" in result.stderr


def explain(copy: Path, code: str, reason: str) -> None:
    """Type a reason into the sheet 审核意见, as a person does."""
    book = load_workbook(copy)
    for row in book["审核意见"].iter_rows(min_row=4):
        if row[2].value == code:
            row[10].value = reason
    book.save(copy)


class TestExplained:
    def test_an_explained_doubt_is_shown_and_not_counted(self, home: Path, tmp_path: Path) -> None:
        out = tmp_path / "标注"
        assert run("check", home, "--mark", out).exit_code == 1
        before = check_json(home)
        explain(out / "甲_已审核.xlsx", "D03", "两个项目结转下年")
        document = check_json(home, "--mark", out)
        assert [(one["code"], one["reason"]) for one in document["explained"]] == [("D03", "两个项目结转下年")]
        assert codes(document) == codes(before) - {"D03"}
        assert "已说明 D03" in run("check", home).stdout, "it is remembered beside the workbooks"
        assert load_workbook(out / "甲_已审核.xlsx")["审核意见"]["K4"].comment is None

    def test_it_expires_when_a_quoted_value_changes(self, home: Path, tmp_path: Path) -> None:
        out = tmp_path / "标注"
        run("check", home, "--mark", out)
        explain(out / "甲_已审核.xlsx", "D03", "两个项目结转下年")
        run("check", home, "--mark", out)
        book = load_workbook(home / "甲.xlsx")
        book.active["E5"] = book.active["E6"] = 50
        book.save(home / "甲.xlsx")
        document = check_json(home)
        assert "D03" in codes(document)
        assert "explained" not in document

    def test_an_error_cannot_be_explained_away(self, home: Path, tmp_path: Path) -> None:
        out = tmp_path / "标注"
        run("check", home, "--mark", out)
        explain(out / "甲_已审核.xlsx", "W01", "就是这样")
        assert "W01" in codes(check_json(home, "--mark", out))

    def test_a_damaged_memory_is_passed_over(self, home: Path) -> None:
        (home / "审核说明.json").write_text("{", encoding="utf-8")
        assert "D03" in codes(check_json(home))


class TestMarkedCopies:
    def test_inputs_stay_as_they_are(self, home: Path, tmp_path: Path) -> None:
        before = (home / "甲.xlsx").read_bytes()
        run("check", home, "--mark", tmp_path / "标注")
        assert (home / "甲.xlsx").read_bytes() == before
        assert [path.name for path in home.iterdir()] == ["甲.xlsx"]

    def test_beside_its_original_a_copy_is_not_seen(self, home: Path, tmp_path: Path) -> None:
        run("check", home, "--mark", home / "标注")
        assert consolidate_json(home, tmp_path / "out")["files"]["seen"] == 1

    def test_alone_a_copy_is_a_form_like_any(self, home: Path, tmp_path: Path) -> None:
        run("check", home, "--mark", tmp_path / "标注")
        (one,) = read_json(tmp_path / "标注")["forms"]
        (other,) = read_json(home)["forms"]
        assert {**one, "file": ""} == {**other, "file": ""}

    def test_somebody_elses_file_is_not_overwritten(self, home: Path, tmp_path: Path) -> None:
        out = tmp_path / "标注"
        out.mkdir()
        shutil.copyfile(SEED, out / "甲_已审核.xlsx")
        result = run("check", home, "--mark", out)
        assert result.exit_code == 2
        assert "为免覆盖未写入。请换一个文件名,或先把原有的文件移走。" in result.stderr
        assert (out / "甲_已审核.xlsx").read_bytes() == SEED.read_bytes()

    def test_what_cannot_be_marked_gets_a_list_of_its_own(self, tmp_path: Path) -> None:
        shutil.copyfile(WORKBOOKS / "containers" / "formatted.xls", tmp_path / "乙.xls")
        result = run("check", tmp_path / "乙.xls", "--mark", tmp_path / "标注")
        assert [path.name for path in (tmp_path / "标注").iterdir()] == ["乙_审核意见.xlsx"]
        assert "审核意见" in result.stderr


class TestReport:
    def test_the_seeds_contradictions(self, home: Path) -> None:
        document = check_json(home, "--report", REPORT, "--select", "R")
        assert sorted(one["code"] for one in document["findings"]) == ["R01", "R01", "R02", "R04", "R04", "R05"]
        assert all(one["file"] == REPORT.name and one["cell"].startswith("第") for one in document["findings"])

    def test_a_report_that_is_not_there_is_said(self, home: Path) -> None:
        result = run("check", home, "--report", home / "没有.docx")
        assert result.exit_code == 2
        assert "读不到自评报告" in result.stderr


def test_the_bureaus_list_is_written_and_not_read_again(home: Path) -> None:
    out = home / "审核汇总.xlsx"
    run("check", home, "-o", out)
    assert load_workbook(out).sheetnames == ["审核汇总", "按单位", "按代码", "问题明细", "文件"]
    assert len(read_json(home)["forms"]) == 1
    shutil.copyfile(SEED, out)
    assert run("check", home / "甲.xlsx", "-o", out).exit_code == 2


def test_a_form_is_converted_into_the_official_one(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "标准.xlsx"
    assert run("convert", home / "甲.xlsx", "-o", out).exit_code == 0
    (old,), (new,) = read_json(home)["forms"], read_json(out)["forms"]
    wanted = ("level3", "target", "actual", "weight", "score")
    assert [[row[key] for key in wanted] for row in new["indicators"]] == [
        [row[key] for key in wanted] for row in old["indicators"]
    ]
    assert new["total_score"] == old["total_score"]
    assert run("convert", home / "甲.xlsx", "-o", out).exit_code == 2


def test_codes_must_exist() -> None:
    with pytest.raises(NothingToDo):
        checking.codes_in(["ZZ"])


def test_the_memory_is_sorted_and_plain(tmp_path: Path) -> None:
    path = checking.remember(tmp_path, {"b": "乙", "a": "甲"})
    assert path is not None
    assert list(json.loads(path.read_text(encoding="utf-8"))["审核说明"]) == ["a", "b"]
    assert checking.remember(tmp_path, {"a": "甲", "b": "乙"}) is None


class TestWord:
    @pytest.fixture
    def word(self, tmp_path: Path) -> Path:
        """The seed's form as a table of a Word document."""
        (grid, *_) = read_grids(SEED.read_bytes(), SEED.name)
        folder = tmp_path / "报送"
        folder.mkdir()
        (folder / "甲.docx").write_bytes(document(table_of(grid)))
        return folder

    def test_every_command_takes_it(self, word: Path, home: Path, tmp_path: Path) -> None:
        assert codes(check_json(word)) == codes(check_json(home))
        assert score_json(word)["forms"][0]["total"] == score_json(home)["forms"][0]["total"] == "92.16"
        (one,), (other,) = (
            consolidate_json(folder, tmp_path / "out" / folder.name)["forms"] for folder in (word, home)
        )
        assert (one["total"], one["execution"]) == (other["total"], other["execution"])

    def test_it_is_converted(self, word: Path, home: Path, tmp_path: Path) -> None:
        assert run("convert", word / "甲.docx", "-o", tmp_path / "标准.xlsx").exit_code == 0
        assert codes(check_json(tmp_path / "标准.xlsx")) >= {"W01", "W02", "S01", "D01"}

    def test_its_opinions_stand_in_a_workbook_of_their_own(self, word: Path, tmp_path: Path) -> None:
        run("check", word, "--mark", tmp_path / "标注")
        assert [path.name for path in (tmp_path / "标注").iterdir()] == ["甲_审核意见.xlsx"]
        explain_in = load_workbook(tmp_path / "标注" / "甲_审核意见.xlsx").worksheets[0]
        assert "D03" in [row[2].value for row in explain_in.iter_rows(min_row=4)]
