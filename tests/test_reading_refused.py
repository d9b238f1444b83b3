"""What cannot be read is refused in words, one entry a file; what is odd in a cell is never read as something else."""

from __future__ import annotations

import json
import random
import re
import struct
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import support_word as word
from click.testing import Result
from layouts import COVER, LayoutOptions, Sheet, add_formulas, build_workbook, county_form, differences, write_layout
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from support import WORKBOOKS, run

COUNTY = county_form()
PLAIN = LayoutOptions()
CURE = re.compile(r"请|可以?用|另存|重新|改为")
INTERNAL = re.compile(r"Traceback|\w+(Error|Exception)\b|File \"")


def read(*paths: Path) -> tuple[dict[str, Any], Result]:
    """Read paths; return the JSON and the whole result, having seen that no input was changed and nothing crashed."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    before = {file: file.read_bytes() for file in files}
    result = run("read", *paths, "--json")
    assert {file: file.read_bytes() for file in before} == before
    assert not INTERNAL.search(result.stdout + result.stderr)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return json.loads(result.stdout), result


# --------------------------------------------------------------------------------------------------------------------
# Files that are refused
# --------------------------------------------------------------------------------------------------------------------


def truncated(percent: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        write_layout(path, COUNTY, PLAIN)
        content = path.read_bytes()
        path.write_bytes(content[: len(content) * percent // 100])

    return make


def content(data: bytes) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


def copied(source: Path) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.write_bytes(source.read_bytes())

    return make


def zipped(**parts: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with ZipFile(path, "w") as archive:
            for name, text in parts.items():
                archive.writestr(name.replace("__", "/") + ".xml", text)

    return make


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def without_form(path: Path) -> None:
    workbook = Workbook()
    for row in (("姓名", "部门", "电话"), ("王建国", "办公室", "6120000"), ("李芳", "财务室", "6120001")):
        workbook.active.append(row)
    workbook.save(path)


def only_a_cover(path: Path) -> None:
    build_workbook(COVER, file=path.name)[0].save(path)


_HTML = "<html><body><table><tr><td>姓名</td><td>电话</td></tr><tr><td>王建国</td><td>6120000</td></tr></table></body></html>"
_DOCUMENT = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
    "<w:t>自评报告</w:t></w:r></w:p></w:body></w:document>"
)

UNREADABLE: dict[str, Callable[[Path], None]] = {
    "zero_bytes.xlsx": content(b""),
    "zero_bytes.xls": content(b""),
    "one_byte.xlsx": content(b"P"),
    **{f"truncated_{percent}.xlsx": truncated(percent) for percent in (25, 50, 75, 99)},
    "random_bytes.xlsx": content(random.Random("bytes").randbytes(4096)),
    "random_bytes.xls": content(random.Random("other bytes").randbytes(4096)),
    "only_the_magic_of_a_zip.xlsx": content(b"PK\x03\x04" + bytes(100)),
    "only_the_magic_of_an_xls.xls": content(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
    "encrypted.xlsx": copied(WORKBOOKS / "refused" / "encrypted.xlsx"),
    "zip_of_something_else.xlsx": zipped(readme="<nothing/>"),
    "picture.png": content(png()),
    "picture_named.xlsx": content(png()),
}
"""Refused as X01."""

NO_WORKBOOKS: dict[str, Callable[[Path], None]] = {
    "text_named.xlsx": content("本单位无项目支出,无需自评。\n".encode()),
    "text_in_gbk_named.xls": content("本单位无项目支出,无需自评。\n".encode("gbk")),
    "page_named.xls": content(_HTML.encode()),
    "staff.csv": content("姓名,电话\n王建国,6120000\n".encode()),
    "staff_in_gbk.csv": content("姓名,电话\n王建国,6120000\n".encode("gbk")),
}
"""Refused as X01 or X02: whether a page or a list is a workbook can be seen either way."""

NO_FORM: dict[str, Callable[[Path], None]] = {
    "staff.xlsx": without_form,
    "only_a_cover.xlsx": only_a_cover,
    "empty_workbook.xlsx": lambda path: Workbook().save(path),
    "report.docx": zipped(word__document=_DOCUMENT),
    "document_named.xlsx": zipped(word__document=_DOCUMENT),
    "staff.docx": content(
        word.document(word.table(word.row(*(word.cell(word.paragraph(text)) for text in ("姓名", "部门", "电话")))))
    ),
}
"""Refused as X02: readable workbooks and Word documents without the form."""

REFUSED = {**UNREADABLE, **NO_WORKBOOKS, **NO_FORM}


def allowed_codes(name: str) -> set[str]:
    return {"X01"} if name in UNREADABLE else {"X02"} if name in NO_FORM else {"X01", "X02"}


def assert_refusal(entry: dict[str, Any], file: str) -> None:
    assert entry["file"] == file
    assert entry["code"] in allowed_codes(Path(file).name)
    assert len(re.findall(r"[\u4e00-\u9fff]", entry["message"])) >= 6
    assert CURE.search(entry["message"]), entry["message"]
    assert not INTERNAL.search(entry["message"])


@pytest.mark.parametrize("name", REFUSED)
def test_refused_alone(name: str, tmp_path: Path) -> None:
    REFUSED[name](tmp_path / name)

    document, result = read(tmp_path / name)

    assert document["forms"] == []
    assert len(document["refused"]) == 1
    assert_refusal(document["refused"][0], name)
    assert result.exit_code == 1


@pytest.mark.parametrize("name", REFUSED)
def test_a_good_file_beside_it_is_read(name: str, tmp_path: Path) -> None:
    REFUSED[name](tmp_path / name)
    expected = write_layout(tmp_path / "good.xlsx", COUNTY, PLAIN)

    document, result = read(tmp_path / name, tmp_path / "good.xlsx")

    assert differences(expected, document) == []
    assert [entry["file"] for entry in document["refused"]] == [name]
    assert result.exit_code == 1


def test_everything_in_one_folder(tmp_path: Path) -> None:
    """Each file of a folder, whatever its suffix, is a form or refused; nothing is passed over in silence."""
    (tmp_path / "下属单位").mkdir()
    for name, make in REFUSED.items():
        make(tmp_path / name)
    for place in ("good.xlsx", "下属单位/good.xlsx"):
        write_layout(tmp_path / place, COUNTY, PLAIN)
    without_form(tmp_path / "下属单位" / "staff.xlsx")

    document, result = read(tmp_path)

    assert sorted(form["file"] for form in document["forms"]) == ["good.xlsx", "下属单位/good.xlsx"]
    assert sorted(entry["file"] for entry in document["refused"]) == sorted([*REFUSED, "下属单位/staff.xlsx"])
    for entry in document["refused"]:
        assert_refusal(entry, entry["file"])
    assert result.exit_code == 1


def test_encrypted_is_called_so(tmp_path: Path) -> None:
    REFUSED["encrypted.xlsx"](tmp_path / "encrypted.xlsx")

    document, _ = read(tmp_path / "encrypted.xlsx")

    assert re.search(r"加密|密码", document["refused"][0]["message"])


def test_folder_without_a_form(tmp_path: Path) -> None:
    without_form(tmp_path / "staff.xlsx")

    document, result = read(tmp_path)

    assert document["forms"] == []
    assert [entry["file"] for entry in document["refused"]] == ["staff.xlsx"]
    assert result.exit_code == 1


def test_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    result = run("read", tmp_path, "--json")

    assert result.exit_code != 0
    assert not INTERNAL.search(result.output + result.stderr)
    assert re.search(r"[\u4e00-\u9fff]", result.output + result.stderr)


def test_path_that_does_not_exist(tmp_path: Path) -> None:
    result = run("read", tmp_path / "没有.xlsx", "--json")

    assert result.exit_code != 0
    assert not INTERNAL.search(result.output + result.stderr)
    assert "没有.xlsx" in result.output + result.stderr


@pytest.mark.parametrize("kind", ["xls", "ods", "xlsb"])
@pytest.mark.parametrize("percent", [25, 50, 75, 99])
def test_other_containers_cut_off(kind: str, percent: int, tmp_path: Path) -> None:
    """Refused or read the same, but never another number."""
    source = WORKBOOKS / "containers" / f"formatted.{kind}"
    expected = json.loads(source.with_name(f"{source.name}.expected.json").read_text(encoding="utf-8"))
    whole = source.read_bytes()
    (tmp_path / source.name).write_bytes(whole[: len(whole) * percent // 100])

    document, result = read(tmp_path / source.name)

    if document["forms"]:
        assert differences(expected, document) == []
    else:
        assert [entry["code"] for entry in document["refused"]] == ["X01"]
        assert result.exit_code == 1


@pytest.mark.parametrize("seed", range(8))
def test_flipped_bits(seed: int, tmp_path: Path) -> None:
    """Refused or read the same, but never another number."""
    source = WORKBOOKS / "containers" / "xlsx_named.et"
    expected = json.loads(source.with_name(f"{source.name}.expected.json").read_text(encoding="utf-8"))
    for form in expected["forms"]:
        form["file"] = "flipped.xlsx"
    chance, damaged = random.Random(f"flip {seed}"), bytearray(source.read_bytes())
    for _ in range(6):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    (tmp_path / "flipped.xlsx").write_bytes(damaged)

    document, _ = read(tmp_path / "flipped.xlsx")

    if document["forms"]:
        assert differences(expected, document) == []
    else:
        assert len(document["refused"]) == 1


def test_folder_named_like_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "2023.xlsx").mkdir()
    expected = write_layout(tmp_path / "2023.xlsx" / "good.xlsx", COUNTY, PLAIN)

    document, _ = read(tmp_path / "2023.xlsx")

    assert differences(expected, document) == []


def test_temporary_files_are_not_read(tmp_path: Path) -> None:
    expected = write_layout(tmp_path / "good.xlsx", COUNTY, PLAIN)
    write_layout(tmp_path / "~$other.xlsx", COUNTY, PLAIN)
    (tmp_path / "~$good.xlsx").write_bytes(b"\x06wangjg" + bytes(158))
    (tmp_path / ".~lock.good.xlsx#").write_text(",wangjg,office,06.03.2024 10:12,file:///;", encoding="utf-8")
    (tmp_path / "good.tmp").write_bytes(b"PK")
    (tmp_path / "Thumbs.db").write_bytes(bytes(16))
    (tmp_path / ".DS_Store").write_bytes(bytes(16))

    document, result = read(tmp_path)

    assert differences(expected, document) == []
    assert document["refused"] == []
    assert result.exit_code == 0


def test_page_with_the_form_in_it_is_read_or_refused(tmp_path: Path) -> None:
    """Some systems hand out web pages named .xls; either is right, but not a form that is wrong."""
    expected = write_layout(tmp_path / "form.xlsx", COUNTY, LayoutOptions(parents="repeated", rate="text"))
    rows = load_workbook(tmp_path / "form.xlsx").active.iter_rows(values_only=True)
    cells = ("".join(f"<td>{'' if value is None else value}</td>" for value in row) for row in rows)
    page = "".join(f"<tr>{row}</tr>" for row in cells)
    path = tmp_path / "page.xls"
    path.write_text(f"<html><body><table>{page}</table></body></html>", encoding="utf-8")

    document, _ = read(path)

    assert len(document["forms"]) + len(document["refused"]) == 1
    if document["forms"]:
        assert document["forms"][0]["project"] == COUNTY.project
        assert len(document["forms"][0]["indicators"]) == len(expected["forms"][0]["indicators"])


# --------------------------------------------------------------------------------------------------------------------
# Cells that are odd
# --------------------------------------------------------------------------------------------------------------------


def plain_form(path: Path, change: Callable[[Worksheet, dict[str, Any]], None]) -> dict[str, Any]:
    """Write the plain county form with some cells changed; return what had to be read from it unchanged."""
    workbook, expected = build_workbook(Sheet(forms=((COUNTY, PLAIN),)), file=path.name)
    change(workbook.active, expected["forms"][0])
    workbook.save(path)
    changed: dict[str, Any] = expected["forms"][0]
    return changed


def read_one(path: Path) -> tuple[dict[str, Any], Result]:
    document, result = read(path)
    assert document["refused"] == []
    assert len(document["forms"]) == 1
    return document["forms"][0], result


def test_formulas_without_values(tmp_path: Path) -> None:
    """What was never computed is computed, or blank and reported: never blank in silence, never 0."""

    def change(sheet: Worksheet, form: dict[str, Any]) -> None:
        add_formulas(sheet.parent, form)

    expected = plain_form(tmp_path / "formulas.xlsx", change)

    form, result = read_one(tmp_path / "formulas.xlsx")

    read_values = (form["funds"][0]["rate"], form["funds"][0]["score"], form["total_score"])
    right_values = (expected["funds"][0]["rate"], expected["funds"][0]["score"], expected["total_score"])
    for value, right in zip(read_values, right_values, strict=True):
        assert value in (right, None)
    if None in read_values:
        assert "X03" in result.stderr


@pytest.mark.parametrize(
    ("formula", "right"), [("=5+5", "10"), ("=E5/D5", None), ("=SUM(A1:A2)", None), ("=VLOOKUP(1,Z1:Z9,1)", None)]
)
def test_formula_without_value_as_weight(formula: str, right: str | None, tmp_path: Path) -> None:
    def change(sheet: Worksheet, form: dict[str, Any]) -> None:
        sheet.cell(form["indicators"][0]["row"], 6).value = formula

    plain_form(tmp_path / "formula.xlsx", change)

    form, result = read_one(tmp_path / "formula.xlsx")

    weight = form["indicators"][0]["weight"]
    if weight is None:
        assert "X03" in result.stderr
    elif right is not None:
        assert weight == right


def test_formula_without_value_as_target(tmp_path: Path) -> None:
    def change(sheet: Worksheet, form: dict[str, Any]) -> None:
        sheet.cell(form["indicators"][0]["row"], 4).value = '="≥"&3&"次"'

    plain_form(tmp_path / "formula.xlsx", change)

    form, result = read_one(tmp_path / "formula.xlsx")

    target = form["indicators"][0]["target"]
    assert target in ("≥3次", None)
    assert target or "X03" in result.stderr


@pytest.mark.parametrize("column", [6, 7], ids=["weight", "score"])
@pytest.mark.parametrize("value", ["#REF!", "#DIV/0!", "见附件", "优", "—", date(2023, 12, 31)])
def test_no_number_where_a_number_belongs(value: Any, column: int, tmp_path: Path) -> None:
    """Blank, not 0, and everything else as it was."""

    def change(sheet: Worksheet, form: dict[str, Any]) -> None:
        sheet.cell(form["indicators"][2]["row"], column).value = value

    expected = plain_form(tmp_path / "odd.xlsx", change)
    expected["indicators"][2]["weight" if column == 6 else "score"] = None
    del expected["indicators"][2]["scored"]

    form, _ = read_one(tmp_path / "odd.xlsx")

    assert differences({"forms": [expected]}, {"forms": [form]}) == []


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("78 ", "78"),
        ("７８", "78"),
        ("78万", "78"),
        ("78万元", "78"),
        ("1,234.5", "1234.5"),
        ("１，２３４．５", "1234.5"),
        ("—", None),
        ("待定", None),
        ("#REF!", None),
        (date(2023, 12, 31), None),
        (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"),
    ],
)
def test_amounts_as_people_leave_them(value: Any, right: str | None, tmp_path: Path) -> None:
    def change(sheet: Worksheet, form: dict[str, Any]) -> None:
        sheet.cell(form["funds"][0]["row"], 4).value = value

    expected = plain_form(tmp_path / "amount.xlsx", change)
    expected["funds"][0]["budget"] = right
    if isinstance(value, float):
        del expected["funds"][0]["budget"]

    form, _ = read_one(tmp_path / "amount.xlsx")

    assert differences({"forms": [expected]}, {"forms": [form]}) == []
    if isinstance(value, float):
        budget = form["funds"][0]["budget"]
        assert "e" not in budget.lower()
        assert abs(float(budget) - value) < 1e-9


def test_two_different_totals(tmp_path: Path) -> None:
    """The head says 98, the foot 92.92: one of the two is given, or none; never a third."""
    path = tmp_path / "totals.xlsx"
    expected = write_layout(path, COUNTY, LayoutOptions(head_total="自评得分"))["forms"][0]
    workbook = load_workbook(path)
    label = next(cell for row in workbook.active.iter_rows() for cell in row if cell.value == "自评得分")
    workbook.active.cell(label.row, 3).value = 98
    workbook.save(path)
    del expected["total_score"]

    form, _ = read_one(path)

    assert differences({"forms": [expected]}, {"forms": [form]}) == []
    assert form["total_score"] in ("98", "92.92", None)


def test_two_total_rows(tmp_path: Path) -> None:
    """A sum before the total is not an indicator."""

    def change(sheet: Worksheet, form: dict[str, Any]) -> None:
        last = form["indicators"][-1]["row"] + 1
        sheet.unmerge_cells(start_row=last + 1, end_row=last + 1, start_column=2, end_column=8)
        sheet.cell(last + 1, 2).value = None
        for column, value in ((1, "总分"), (6, 100), (7, 98)):
            sheet.cell(last + 1, column).value = value
        sheet.cell(last, 1).value = "合计"

    expected = plain_form(tmp_path / "totals.xlsx", change)
    del expected["total_score"], expected["remark"]

    form, _ = read_one(tmp_path / "totals.xlsx")

    assert differences({"forms": [expected]}, {"forms": [form]}) == []
    assert form["total_score"] in ("98", "92.92", None)
