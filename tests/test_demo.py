"""`perf-xl demo`: the whole job on the shipped example."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from support import check_json, run

from perf_xl import demo


def test_the_example_adds_up_to_the_published_form() -> None:
    filings = demo.filings()
    assert [filing.funds[0].budget for filing in filings] == [10, 10, 20, 28, 10]
    assert sum(filing.funds[0].executed or 0 for filing in filings) == Decimal("51.91")
    for filing in filings:
        assert sum(one.weight for one in filing.indicators) == 90
        assert filing.total == (filing.funds[0].score or 0) + sum(one.score or 0 for one in filing.indicators)
        assert "示例" in filing.remark


def test_the_whole_job(tmp_path: Path) -> None:
    result = run("demo", tmp_path / "演示")
    assert result.exit_code == 0, result.output
    assert "见到文件 7 = 读取 5 + 拒读 1 + 临时 1 + 重复 0" in result.output
    assert "接下来请打开" in result.output
    document = json.loads((tmp_path / "演示" / "汇总结果.json").read_text(encoding="utf-8"))
    assert len(list((tmp_path / "演示" / "标注副本").iterdir())) == 5
    assert (tmp_path / "演示" / "审核汇总.xlsx").is_file()
    (form,) = document["forms"]
    assert form["project"] == demo.PROJECT
    assert form["sources"] == 5
    assert form["execution"] == {"rate": "0.66551282", "weight": "10", "score": "6.66"}
    assert (form["funds"][0]["budget"], form["funds"][0]["executed"]) == ("78", "51.91")
    rows = {row["level3"]: row for row in form["indicators"]}
    assert (rows["提供务工收入人数(人)"]["target"], rows["提供务工收入人数(人)"]["actual"]) == ("50", "58")
    assert rows["偿还历史欠款"]["completion"] == "0.5"
    assert sum(Decimal(row["weight"]) for row in form["indicators"]) == 90
    assert {one["code"] for one in document["findings"] if one["severity"] == "错误"} == {"S01", "D01", "X01"}


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "演示"
    demo.write_example(folder)
    mine = next((folder / demo.FILED).glob("2023年机关维修维护项目.xlsx"))
    mine.write_bytes(b"mine")
    assert run("demo", folder).exit_code == 0
    assert mine.read_bytes() == b"mine"


def test_the_same_bytes_every_time(tmp_path: Path) -> None:
    for name in ("一", "二"):
        assert run("demo", tmp_path / name).exit_code == 0
    for path in sorted((tmp_path / "一").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "二" / path.relative_to(tmp_path / "一")).read_bytes(), path.name


def test_the_filed_forms_carry_two_typical_mistakes(tmp_path: Path) -> None:
    demo.write_example(tmp_path)
    document = check_json(tmp_path / demo.FILED)
    errors = {(one["code"], one["file"]) for one in document["findings"] if one["severity"] == "错误"}
    assert errors == {("S01", "2023年机关维修维护项目.xlsx"), ("D01", "2023年政府机关购买服务及考核奖项目.xlsx")}
