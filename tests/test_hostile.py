"""Hostile and odd files, each made by a few lines: read with equal numbers, or refused in words. Nothing ever falls over.

What a file may cost is not timed here: every file is read in a process that is ended at the limits, and a refusal that
names a limit where the file should have been looked through is a failure.
"""

from __future__ import annotations

import io
import json
import os
import random
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from layouts import LayoutOptions, add_formulas, build_workbook, county_form, write_layout
from layouts import Sheet as LayoutSheet
from openpyxl import load_workbook
from support import WORKBOOKS, consolidate_json, run

from perf_xl import folders, intake, packages, pipeline, workbooks
from perf_xl.errors import LimitsInvalid
from perf_xl.folders import SourceFile, find_files
from perf_xl.intake import FileResult
from perf_xl.model import Form
from perf_xl.packages import LIMITS, MEBIBYTE, set_limits

COUNTY = county_form()
PLAIN = LayoutOptions()
SHEET, BOOK, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"
OVER_A_LIMIT = re.compile(r"超过 \d+ (秒|MB 内存)|异常中止")
Change = Callable[[bytes], bytes]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.xlsx"
    write_layout(path, COUNTY, PLAIN)
    return path


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(path: Path, parts: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def changed(path: Path, **changes: Change | bytes) -> Path:
    """Pack a workbook anew with parts changed: `sheet`, `book`, `strings`, `styles`, or added under another name."""
    names = {"sheet": SHEET, "book": BOOK, "strings": STRINGS, "styles": STYLES}
    parts = parts_of(path)
    for key, change in changes.items():
        name = names.get(key, key)
        parts[name] = change if isinstance(change, bytes) else change(parts[name])
    return packed(path, parts)


def read(path: Path) -> FileResult:
    """Read in a process of its own."""
    (result,) = intake.read_all([SourceFile(path, path.name)], jobs=1)
    return result


def refusal(path: Path) -> str:
    """Why a file is refused: in words, with a cure, and by the gate, not by a limit that it ran into."""
    result = read(path)
    assert result.refusal is not None, "it was read"
    said = str(result.refusal)
    assert result.refusal.code == "X01"
    assert "请" in said
    assert not OVER_A_LIMIT.search(said), said
    return said


def form(path: Path) -> Form:
    result = read(path)
    assert result.refusal is None, str(result.refusal)
    assert len(result.forms) == 1
    return result.forms[0]


def told(one: Form) -> tuple[Any, ...]:
    """The numbers of a form."""
    rows = [(row.target.text, row.actual.text, row.weight.number, row.score.number) for row in one.indicators]
    funds = [(row.budget.number, row.executed.number, row.score.number) for row in one.funds]
    return one.project.text, one.unit, one.year, one.total.number, rows, funds


def in_sheet(addition: bytes, before: bytes = b"</sheetData>") -> Change:
    return lambda xml: xml.replace(before, addition + before, 1)


# --- H1, H2, H3, H4 ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        b'<row r="1048576"><c r="xfd1048576"><v>1</v></c></row>',
        b'<row r="900"><c r="XFD900"><v>1</v></c></row>',
        b'<row r="1048576"><c r="AA1048576" t="inlineStr"><is><t>x</t></is></c></row>',
    ],
)
def test_h01_a_stray_cell_far_away(cell: bytes, good: Path) -> None:
    """The form is read; where what lies beyond had to be left out, a finding says so."""
    before = told(form(good))
    one = form(changed(good, sheet=in_sheet(cell)))
    assert told(one) == before
    if b"1048576" in cell:
        assert any("最后一格在" in doubt.message for doubt in one.doubts)


@pytest.mark.parametrize("cell", [b'<row r="1048576"><c><v>1</v></c></row>', b'<row r="1048576" spans="1:16384"/>'])
def test_h01_a_row_far_away_without_a_cell_of_its_own(cell: bytes, good: Path) -> None:
    before = told(form(good))
    assert told(form(changed(good, sheet=in_sheet(cell)))) == before


def test_h01_a_dimension_that_lies(good: Path) -> None:
    before = told(form(good))
    lying = changed(good, sheet=lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml))
    assert told(form(lying)) == before


def test_h02_512_mb_of_blanks(good: Path) -> None:
    assert "解压后有 49 MB,超过 48 MB" in refusal(changed(good, sheet=in_sheet(b" " * (49 * MEBIBYTE))))
    parts = parts_of(good) | {f"xl/media/{number}.bin": bytes(40 * MEBIBYTE) for number in range(12)}
    assert re.search(r"解压后有 5\d\d MB,超过 64 MB", refusal(packed(good, parts)))


def test_h02_a_string_of_256_mb(good: Path) -> None:
    assert "超过 64 MB" in refusal(changed(good, **{STRINGS: b"<sst><si><t>" + b"a" * (256 * MEBIBYTE)}))


def test_h03_twenty_thousand_parts(good: Path) -> None:
    assert "超过 1000 个" in refusal(packed(good, parts_of(good) | {f"xl/{n}.xml": b"" for n in range(20_000)}))


def test_h03_a_package_in_a_package(good: Path) -> None:
    assert "压缩包" in refusal(packed(good.with_name("nested.xlsx"), {"form.xlsx": good.read_bytes()}))


@pytest.mark.parametrize("size", [10, 3 * MEBIBYTE])
def test_h03_a_size_that_lies(size: int, good: Path) -> None:
    """A part that unpacks to 100 MB claims to be small, in its own head and in the directory."""
    changed(good, sheet=in_sheet(b" " * (100 * MEBIBYTE)))
    data = bytearray(good.read_bytes())
    with zipfile.ZipFile(good) as package:
        entry = package.getinfo(SHEET)
    for at in (hit.start() for hit in re.finditer(re.escape(struct.pack("<L", entry.file_size)), bytes(data))):
        data[at : at + 4] = struct.pack("<L", size)
    good.write_bytes(data)
    assert "损坏" in refusal(good)


@pytest.mark.parametrize(
    "name", ["../../evil.xml", "/etc/evil.xml", "xl\\evil.xml", "C:/evil.xml", "xl/../../evil.xml"]
)
def test_h03_a_name_that_leads_elsewhere(name: str, good: Path) -> None:
    assert "名称异常" in refusal(packed(good, parts_of(good) | {name: b"<a/>"}))


@pytest.mark.parametrize("second", [SHEET, SHEET.upper()])
def test_h03_two_parts_of_one_name(second: str, good: Path) -> None:
    with pytest.warns() if second == SHEET else _nothing(), zipfile.ZipFile(good, "a") as package:
        package.writestr(second, b"<worksheet/>")
    assert "重名" in refusal(good)


class _nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def test_h04_an_honest_part_that_packs_well(good: Path) -> None:
    """170 : 1, but 1.5 MB: an embedded document. A rule of ratios would refuse it."""
    before = told(form(good))
    honest = packed(good, parts_of(good) | {"xl/embeddings/oleObject1.bin": bytes(3 * MEBIBYTE // 2)})
    one = form(honest)
    assert told(one) == before
    assert one.doubts == ()


# --- H5, H6: document types -------------------------------------------------------------------------------------------

_DTD = '<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
_XML = '<?xml version="1.0" encoding="{}"?>{}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'


def test_h05_external_entities_in_any_encoding(good: Path) -> None:
    """No file is opened and no connection made while they are refused."""
    data = good.read_bytes()
    opened: list[str] = []
    watched: set[str] = set()
    workbooks.read_grids(data, "a.xlsx")  # which imports what it needs

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event in watched and not str(arguments[0]).endswith((".py", ".pyc")):  # of a codec
            opened.append(f"{event} {arguments[0]}")

    sys.addaudithook(hear)
    for encoding, codec in (
        ("UTF-8", "utf-8"), ("UTF-8", "utf-8-sig"), ("UTF-16", "utf-16"), ("UTF-16", "utf-16-le"), ("UTF-16", "utf-16-be"),
        ("UTF-32", "utf-32"), ("UTF-32", "utf-32-be"), ("UTF-7", "utf-7"), ("UTF-7", "utf-8"), ("UTF-8", "utf-16"),
        ("GB18030", "gb18030"), ("cp037", "cp037"),
    ):  # fmt: skip
        good.write_bytes(data)
        changed(good, **{STRINGS: _XML.format(encoding, _DTD).encode(codec)})
        hostile = good.read_bytes()
        watched |= {"open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen"}
        with pytest.raises(packages.WorkbookUnreadable, match=r"外部实体|编码异常|损坏"):
            workbooks.read_grids(hostile, "a.xlsx")
        assert opened == [], (encoding, codec)
        watched.clear()


@pytest.mark.parametrize("part", [SHEET, BOOK, STRINGS, STYLES, "xl/_rels/workbook.xml.rels", "_rels/.rels"])
def test_h05_external_entities_in_any_part(part: str, good: Path) -> None:
    far_down = f"<!--{'-'.join('x' * 9000)}-->{_DTD}".encode()
    whole = parts_of(good).get(part, b"<sst/>")
    body = whole[whole.index(b"?>") + 2 :] if whole.startswith(b"<?xml") else whole
    assert "外部实体" in refusal(changed(good, **{part: b'<?xml version="1.0"?>' + far_down + body}))


def test_h05_an_honest_encoding_is_read(good: Path) -> None:
    before = told(form(good))
    for encoding in ("utf-16", "gb18030"):
        parts = parts_of(good)
        for name in (SHEET, BOOK, STRINGS):
            if name in parts:
                text = parts[name].decode().removeprefix("﻿")
                body = text[text.index("?>") + 2 :] if text.startswith("<?xml") else text
                parts[name] = f'<?xml version="1.0" encoding="{encoding}"?>{body}'.encode(encoding)
        assert told(form(packed(good.with_name(f"{encoding}.xlsx"), parts))) == before


@pytest.mark.parametrize("kind", ["laughs", "quadratic"])
def test_h06_entities_that_grow(kind: str, good: Path) -> None:
    lines = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)] if kind == "laughs" else []
    entities = "".join(['<!ENTITY l0 "' + "ha" * (1 if lines else 50_000) + '">', *lines])
    bomb = f"<!DOCTYPE sst [{entities}]><sst><si><t>{'&l0;' * 50_000}&l9;</t></si></sst>"
    assert "外部实体" in refusal(changed(good, **{STRINGS: bomb.encode()}))


def test_h06_a_table_of_strings_that_is_too_large(good: Path) -> None:
    assert "超过 48 MB" in refusal(
        changed(good, **{STRINGS: b"<sst>" + b"<si><t>a</t></si>" * (3 * MEBIBYTE) + b"</sst>"})
    )


# --- H7: compound files -----------------------------------------------------------------------------------------------


def compound(length: int, **fields: int) -> bytes:
    """A head as of an .xls, and sectors that all point to themselves."""
    at = {"shift": (30, "H", 9), "short": (32, "H", 6), "tables": (44, "L", 1), "directory": (48, "L", 1)}
    at |= {"cutoff": (56, "L", 4096), "short_table": (60, "L", 0xFFFFFFFE), "short_tables": (64, "L", 0)}
    at |= {"more": (68, "L", 0xFFFFFFFE), "more_tables": (72, "L", 0), "first": (76, "L", 0)}
    data = bytearray(packages.COMPOUND + bytes(16) + struct.pack("<HHH", 0x3E, 3, 0xFFFE) + bytes(length - 30))
    for name, (place, kind, usual) in at.items():
        struct.pack_into("<" + kind, data, place, fields.get(name, usual))
    for place in range(80, 512, 4):
        struct.pack_into("<L", data, place, 0xFFFFFFFF)
    for sector in range((length - 512) // 512):
        struct.pack_into("<128L", data, 512 + sector * 512, *([sector] * 128))
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        compound(1024),
        compound(612),
        compound(1024, tables=0xFFFFFF),
        compound(4096, tables=0x7FFFFFFF),
        compound(4096, more=1, more_tables=3),
        compound(4096, more=0, more_tables=0x7FFFFFFF),
        compound(4096, short_tables=0x7FFFFFFF, short_table=1),
        compound(4096, shift=31),
        compound(4096, shift=0),
        compound(4096, short=20),
        compound(4096, directory=2),
    ],
    ids=lambda data: f"{len(data)}-{zlib.crc32(data):x}",
)
def test_h07_a_compound_file_that_goes_in_circles(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "loop.xls"
    path.write_bytes(data)
    assert "损坏" in refusal(path)


def test_h07_an_xls_of_many_accidents(tmp_path: Path) -> None:
    """What a fuzzer makes of an .xls: each is read or refused, and the process that reads it lives."""
    whole, chance = (WORKBOOKS / "containers" / "formatted.xls").read_bytes(), random.Random("clusterfuzz")
    for number in range(100):
        mutant = bytearray(whole)
        for _ in range(chance.choice((2, 20, 200))):
            mutant[chance.randrange(512 if number % 2 else len(mutant))] = chance.randrange(256)
        (tmp_path / f"{number:03}.xls").write_bytes(mutant)
    results = intake.read_all(find_files([tmp_path]), jobs=1)
    assert len(results) == 100
    for result in results:
        assert result.forms or result.refusal is not None
        assert not (result.refusal and OVER_A_LIMIT.search(str(result.refusal))), str(result.refusal)


# --- H8: what no gate foresees ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("import os; os._exit(0)", "异常中止"),
        ("import os; os.abort()", "异常中止"),
        ("while True: pass", "超过 1 秒"),
        ("bytearray(1 << 31)", "超过 512 MB 内存"),
        ("raise BaseException('a Rust panic')", "损坏"),
    ],
)
def test_h08_a_reader_that_comes_to_grief(what: str, said: str, good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line in the report, and every other file is read: here the library itself is the accident."""
    folder = good.parent
    for number in range(40):
        (folder / f"{number:02}.xlsx").write_bytes(good.read_bytes())
    (folder / "20.xlsx").write_bytes((WORKBOOKS / "containers" / "formatted.xls").read_bytes())
    broken = folder / "broken"
    broken.mkdir()
    (broken / "xlrd.py").write_text(f"def open_workbook(**_):\n    {what}\nclass XLRDError(Exception): ...\n")
    monkeypatch.syspath_prepend(broken)
    monkeypatch.setitem(LIMITS, "seconds", 1)
    files = [file for file in find_files([folder]) if "broken" not in file.name]
    results = intake.read_all(files, jobs=2)
    refused = [result for result in results if result.refusal]
    assert [result.file.name for result in refused] == ["20.xlsx"]
    assert said in str(refused[0].refusal)
    assert [result.file for result in results] == files


# --- H9: too many of something ----------------------------------------------------------------------------------------


def test_h09_a_million_merged_areas(good: Path) -> None:
    areas = b"".join(b'<mergeCell ref="A%d:B%d"/>' % (row, row) for row in range(100, 1_000_100))
    assert "处合并单元格" in refusal(changed(good, sheet=in_sheet(areas, b"</mergeCells>")))


def test_h09_merged_areas_that_cover_the_sheet_many_times(good: Path) -> None:
    """Each reaches to the last row: cut off where the sheet ends."""
    before = told(form(good))
    areas = b"".join(b'<mergeCell ref="%c40:%c1048576"/>' % (letter, letter) for letter in b"JKLMNOPQRSTUVW")
    assert told(form(changed(good, sheet=in_sheet(areas, b"</mergeCells>")))) == before


def test_h09_two_hundred_thousand_comments(good: Path) -> None:
    """Nobody reads them, so nobody counts them."""
    before = told(form(good))
    comments = b'<comment ref="A1" authorId="0"><text><t>x</t></text></comment>' * 200_000
    assert told(form(changed(good, **{"xl/comments1.xml": b"<comments>" + comments + b"</comments>"}))) == before


def test_h09_sixty_thousand_styles(good: Path) -> None:
    before = told(form(good))
    styled = changed(good, styles=in_sheet(b'<xf numFmtId="0"/>' * 60_000, b"</cellXfs>"))
    assert told(form(styled)) == before
    assert "单元格样式" in refusal(changed(styled, styles=in_sheet(b'<xf numFmtId="0"/>' * 60_000, b"</cellXfs>")))


def test_h09_too_many_cells(good: Path) -> None:
    row = b"<row>" + b"<c><v>1</v></c>" * 50 + b"</row>"
    assert "个有内容的单元格" in refusal(changed(good, sheet=in_sheet(row * 12_000)))


def test_h09_blank_cells_are_not_used(good: Path) -> None:
    """A whole sheet that somebody once coloured."""
    before = told(form(good))
    row = b'<row r="%d">' + b'<c s="1"/>' * 20 + b"</row>"
    blanks = b"".join(row % number for number in range(100, 30_100))
    assert told(form(changed(good, sheet=in_sheet(blanks)))) == before


# --- H10, H11: other dialects, and readers that disagree ----------------------------------------------------------------

STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def strict(path: Path) -> Path:
    """The same workbook as Excel saves it as “Strict Open XML 电子表格”."""
    parts = parts_of(path)
    for name, content in parts.items():
        for usual, other in STRICT.items():
            content = content.replace(usual, other)
        parts[name] = content
    return packed(path, parts)


def test_h10_strict_ooxml_is_read_as_any_other(tmp_path: Path) -> None:
    path = tmp_path / "strict.xlsx"
    path.write_bytes((WORKBOOKS / "containers" / "formulas.xlsx").read_bytes())
    before = form(path)
    assert before.indicators
    assert form(strict(path)) == before


def test_h10_strict_ooxml_with_prefixes_is_never_empty(good: Path) -> None:
    """A dialect within the dialect, which one reader alone would take for an empty sheet."""

    def prefixed(xml: bytes) -> bytes:
        xml = re.sub(rb"<(/?)([A-Za-z])", rb"<\1x:\2", xml).replace(b"xmlns=", b"xmlns:x=", 1)
        return xml

    before = told(form(good))
    assert told(form(changed(strict(good), sheet=prefixed))) == before


def weight_cell(path: Path) -> str:
    """The address of the first indicator's weight, which stands as a number in the file."""
    return form(path).indicators[0].weight.cell


@pytest.mark.parametrize(
    "content",
    [
        b"<v>%s</v><v>99</v>",
        b"<v>9<?hidden?>%s</v>",
        b"<v>%s&#57;</v>",
    ],
)
def test_h11_what_two_readers_read_differently_is_told_and_not_counted(content: bytes, good: Path) -> None:
    before = form(good)
    cell, number = before.indicators[0].weight.cell, str(before.indicators[0].weight.number).encode()
    pattern = re.compile(rb'(<c r="%s"[^>]*>)<v>[^<]*</v>' % cell.encode())

    def disputed(xml: bytes) -> bytes:
        assert len(pattern.findall(xml)) == 1
        return pattern.sub(lambda match: match[1] + content % number, xml)

    after = form(changed(good, sheet=disputed))
    first, *others = after.indicators
    doubt = next((one for one in after.doubts if one.cell == cell), None)
    assert doubt is not None
    assert first.weight.number is None
    assert "两种方式" in doubt.message
    assert others == list(before.indicators[1:])


def test_h11_a_cell_that_stands_twice_is_refused(good: Path) -> None:
    cell = weight_cell(good).encode()
    twice = changed(
        good, sheet=lambda xml: re.sub(rb'(<c r="%s"[^>]*>)<v>[^<]*</v></c>' % cell, rb"\g<0>\1<v>1</v></c>", xml)
    )
    assert cell.decode() in refusal(twice)


# --- H12 to H16 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["xlsx", "xls", "xlsb", "ods"])
def test_h12_cut_off_or_flipped(name: str, tmp_path: Path) -> None:
    source = WORKBOOKS / "containers" / ("formulas.xlsx" if name == "xlsx" else f"formatted.{name}")
    whole, chance = source.read_bytes(), random.Random(f"H12 {name}")
    path = tmp_path / source.name
    path.write_bytes(whole)
    right = [told(one) for one in read(path).forms]
    assert right
    for percent in (0, 1, 25, 50, 75, 99):
        (tmp_path / f"cut-{percent:02}.{name}").write_bytes(whole[: len(whole) * percent // 100])
    for number in range(100 if name != "xls" else 0):  # an .xls has no checksum
        flipped = bytearray(whole)
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
        (tmp_path / f"flip-{number:03}.{name}").write_bytes(flipped)
    path.unlink()
    for result in intake.read_all(find_files([tmp_path]), jobs=1):
        assert result.refusal is not None or [told(one) for one in result.forms] == right, result.file.name


@pytest.mark.parametrize("name", ["encrypted.xlsx", "encrypted.xls", "encrypted.docx", "in_zip.xlsx"])
def test_h13_encrypted(name: str, good: Path) -> None:
    data = (WORKBOOKS / "refused" / "encrypted.xlsx").read_bytes()
    if name == "encrypted.xls":  # the FILEPASS record, right behind the first one of the workbook
        data = bytearray((WORKBOOKS / "containers" / "formatted.xls").read_bytes())
        first = data.index(b"\x09\x08\x10\x00\x00\x06\x05\x00")
        data[first + 20 : first + 24] = struct.pack("<HH", 0x2F, struct.unpack_from("<H", data, first + 22)[0])
    elif name == "in_zip.xlsx":
        data = bytearray(good.read_bytes())
        for place in (hit.start() for hit in re.finditer(rb"PK\x01\x02", bytes(data))):
            data[place + 8] |= 1
    path = good.with_name(name)
    path.write_bytes(bytes(data))
    assert "加密" in refusal(path)


def said_of(path: Path) -> str | None:
    """What 文件清单 says of a file that was read."""
    (line,) = pipeline.partial_of(intake.read_file(folders.SourceFile(path, path.name))).files
    assert (line.status, line.message) == ("read", None)
    return line.why


def test_h14_protected_and_hidden_sheets_are_read(good: Path) -> None:
    before = told(form(good))
    book = load_workbook(good)
    book.active.protection.sheet = True
    book.active.protection.password = "1234"
    book.security.lockStructure = True
    book.create_sheet("说明")
    book.worksheets[0].sheet_state = "veryHidden"
    book.active = 1
    book.save(good)
    assert told(form(good)) == before
    assert said_of(good) == f"自评表所在的工作表“{book.worksheets[0].title}”是隐藏的"


WRONG_NAMES: dict[str, bytes] = {
    "page.xlsx": b"<html><body><table><tr><td>1</td></tr></table></body></html>",
    "list.xlsx": "单位,金额\n甲,1\n".encode("gbk"),
    "empty.xlsx": b"",
    "link.xlsx": b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F" + bytes(100),
    "xml.xls": b'<?xml version="1.0"?><Workbook/>',
}


def test_h15_told_by_content_not_by_name(good: Path) -> None:
    before = told(form(good))
    as_xls = good.rename(good.with_name("really_xlsx.xls"))
    assert told(form(as_xls)) == before
    as_xlsx = as_xls.with_name("really_xls.xlsx")
    as_xlsx.write_bytes((WORKBOOKS / "containers" / "formatted.xls").read_bytes())
    assert form(as_xlsx).indicators
    for name, data in WRONG_NAMES.items():
        path = good.with_name(name)
        path.write_bytes(data)
        assert refusal(path)
    folder = good.with_name("folder.xlsx")
    folder.mkdir()
    assert find_files([folder]) == []


def test_h16_what_programs_leave_behind_is_counted_not_read(good: Path, tmp_path: Path) -> None:
    left = ["~$good.xlsx", ".~lock.good.xlsx#", "good.tmp", "Thumbs.db"]
    for name in left:
        good.with_name(name).write_bytes(b"\x05admin" + bytes(50))
    document = consolidate_json(tmp_path, tmp_path / "out")
    assert document["files"]["temporary"] == len(left)
    assert document["files"]["read"] == 1
    assert document["files"]["refused"] == 0


# --- H24, H25 ---------------------------------------------------------------------------------------------------------


def test_h24_macros_are_never_run(good: Path) -> None:
    """No part of them is even unpacked: neither the project nor a macro sheet of the old kind."""
    before = told(form(good))
    parts = parts_of(good)
    parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0 no project at all"
    parts["xl/macrosheets/sheet1.xml"] = b"<!DOCTYPE no XML at all"
    relations = "xl/_rels/workbook.xml.rels"
    vba = b'<Relationship Id="rId90" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/>'
    parts[relations] = parts[relations].replace(b"</Relationships>", vba + b"</Relationships>")
    macros = packed(good.with_name("macros.xlsm"), parts)
    assert told(form(macros)) == before
    assert said_of(macros) == "含宏,没有运行"


def test_h23_links_to_other_files_are_told_and_not_followed(good: Path) -> None:
    before = told(form(good))
    assert said_of(good) is None
    parts = parts_of(good)
    parts["xl/externalLinks/externalLink1.xml"] = b"<!DOCTYPE no XML at all"
    linked = packed(good.with_name("linked.xlsx"), parts)
    assert told(form(linked)) == before
    assert said_of(linked) == "含指向其他文件的链接,没有更新"


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("78 ", "78"),
        ("７８", "78"),
        ("78万", "78"),
        ("1,234.5", "1234.5"),
        ("—", None),
        ("#REF!", None),
        ("#DIV/0!", None),
    ],
)
def test_h25_each_as_read_and_never_nought(value: str, right: str | None, tmp_path: Path) -> None:
    workbook, expected = build_workbook(LayoutSheet(forms=((COUNTY, PLAIN),)), file="odd.xlsx")
    workbook.active.cell(expected["forms"][0]["funds"][0]["row"], 4).value = value
    workbook.save(tmp_path / "odd.xlsx")
    number = form(tmp_path / "odd.xlsx").funds[0].budget.number
    assert (None if number is None else str(number)) == right


def test_h25_formulas_without_results(tmp_path: Path) -> None:
    """Worked out again, the same as when they were saved, and said so."""
    workbook, expected = build_workbook(LayoutSheet(forms=((COUNTY, PLAIN),)), file="formulas.xlsx")
    add_formulas(workbook, expected["forms"][0])
    workbook.save(tmp_path / "formulas.xlsx")
    one = form(tmp_path / "formulas.xlsx")
    assert str(one.total.number) == expected["forms"][0]["total_score"]
    assert any("公式没有保存计算结果" in doubt.message for doubt in one.doubts)


def test_h25_a_formula_that_goes_in_circles(tmp_path: Path) -> None:
    workbook, expected = build_workbook(LayoutSheet(forms=((COUNTY, PLAIN),)), file="circle.xlsx")
    sheet, row = workbook.active, expected["forms"][0]["indicators"][0]["row"]
    sheet.cell(row, 7).value = f"=G{row + 1}"
    sheet.cell(row + 1, 7).value = f"=G{row}"
    workbook.save(tmp_path / "circle.xlsx")
    one = form(tmp_path / "circle.xlsx")
    assert one.indicators[0].score.number is None
    assert any("无法按公式重算" in doubt.message for doubt in one.doubts)


# --- packages that say one thing here and another there -----------------------------------------------------------------

RELATIONS = "xl/_rels/workbook.xml.rels"
SHEET_TARGET = b'Target="/xl/worksheets/sheet1.xml"'
OTHER_PROJECT = "第二个项目"


def aimed(target: str) -> Change:
    return lambda xml: xml.replace(SHEET_TARGET, f'Target="{target}"'.encode(), 1)


def related(kind: str, target: str, identity: str) -> Change:
    """Add a relation to those of a workbook."""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"
    return in_sheet(f'<Relationship Id="{identity}" Type="{kind}" Target="{target}"/>'.encode(), b"</Relationships>")


def both(one: Change, other: Change) -> Change:
    return lambda xml: other(one(xml))


def sheet_entry(name: str, relation: str) -> Change:
    return in_sheet(f'<sheet name="{name}" sheetId="9" r:id="{relation}"/>'.encode(), b"</sheets>")


def with_strings(path: Path) -> Path:
    """A workbook whose texts stand in a table of their own."""
    path.write_bytes((WORKBOOKS / "containers" / "formulas.xlsx").read_bytes())
    return path


@pytest.mark.parametrize(
    "target",
    ["./worksheets/sheet1.xml", "../xl/worksheets/sheet1.xml", "WorkSheets/Sheet1.xml", "worksheets/sheet%31.xml"],
)
def test_a_part_is_found_however_it_is_referred_to(target: str, good: Path) -> None:
    before = told(form(good))
    assert told(form(changed(good, **{RELATIONS: aimed(target)}))) == before


@pytest.mark.parametrize("place", ["xl/tables/one.xml", "one.xml", "xl/worksheets/one.dat"])
def test_parts_may_stand_anywhere(place: str, good: Path) -> None:
    """The form beside another one is not passed over because its part has an unusual place."""
    before, parts = told(form(good)), parts_of(good)
    parts[place] = parts[SHEET].replace(COUNTY.project.encode(), OTHER_PROJECT.encode())
    parts[BOOK] = sheet_entry("另一张", "rId90")(parts[BOOK])
    parts[RELATIONS] = related("worksheet", f"/{place}", "rId90")(parts[RELATIONS])
    first, second = read(packed(good, parts)).forms
    assert told(first) == before
    assert (second.project.text, told(second)[1:]) == (OTHER_PROJECT, before[1:])


def test_the_workbook_is_the_one_that_the_package_names(good: Path) -> None:
    parts = parts_of(good)
    parts["xl/other.xml"] = parts[BOOK].replace(b"rId1", b"rId90")
    parts["xl/_rels/other.xml.rels"] = related("worksheet", "worksheets/other.xml", "rId90")(parts[RELATIONS])
    parts["xl/worksheets/other.xml"] = parts[SHEET].replace(COUNTY.project.encode(), OTHER_PROJECT.encode())
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"xl/other.xml")
    assert form(packed(good, parts)).project.text == OTHER_PROJECT


def test_the_texts_are_those_that_the_workbook_refers_to(good: Path) -> None:
    parts = parts_of(with_strings(good))
    parts["xl/texts/strings.xml"] = parts[STRINGS].replace(COUNTY.project.encode(), OTHER_PROJECT.encode())
    parts[RELATIONS] = parts[RELATIONS].replace(b"sharedStrings.xml", b"texts/strings.xml")
    assert form(packed(good, parts)).project.text == OTHER_PROJECT


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({RELATIONS: related("worksheet", "styles.xml", "rId1")}, "重复的引用"),
        ({RELATIONS: related("styles", "workbook.xml", "rId90")}, "重复的引用"),
        ({"book": sheet_entry("另一张", "rId1")}, "找不到工作表“另一张”的内容"),
        ({"book": sheet_entry("另一张", "rId91")}, "找不到工作表“另一张”的内容"),
        ({RELATIONS: related("worksheet", "/xl/none.xml", "rId90")}, "缺少 xl/none.xml"),
        (
            {"book": sheet_entry("Sheet1", "rId90"), RELATIONS: related("worksheet", "other.xml", "rId90"), "xl/other.xml": b"<x/>"},
            "同名的工作表",
        ),
        ({RELATIONS: lambda xml: xml.replace(SHEET_TARGET, b'Target="file:///a.xml" TargetMode="External"')}, "找不到工作表"),
    ],
)  # fmt: skip
def test_what_refers_to_two_things_or_to_nothing_is_refused(changes: dict[str, Any], said: str, good: Path) -> None:
    assert said in refusal(changed(good, **changes))


def test_texts_that_readers_number_differently_are_refused(good: Path) -> None:
    hidden = b"<extLst><ext><si><t>x</t></si></ext></extLst>"
    assert "编号无法确定" in refusal(
        changed(with_strings(good), strings=lambda xml: xml.replace(b"<si>", hidden + b"<si>", 1))
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace(b'<c r="E5"', b'<c r="E5" r="H5"'),
        lambda xml: xml.replace(COUNTY.unit.encode(), b"\x01"),
        lambda xml: xml.replace(COUNTY.unit.encode(), "\uffff".encode()),
        lambda xml: xml + b"<worksheet/>",
    ],
    ids=["an attribute twice", "a control character", "no character", "two roots"],
)
def test_what_is_no_xml_is_refused(change: Change, good: Path) -> None:
    """One reader or other passes over each of these, and sees a blank or another cell."""
    assert "损坏" in refusal(changed(good, sheet=change))


@pytest.mark.parametrize("number", [b"-1", b" 9", b"1.5", b"99999999999999999999999", b"9999"])
def test_a_text_by_a_number_that_is_none_is_never_another_text(number: bytes, good: Path) -> None:
    """One reader takes the first of all texts."""
    before = form(with_strings(good)).indicators[0]
    pattern = re.compile(rb'(<c r="%b"[^>]*><v>)[^<]*' % before.actual.cell.encode())
    (result,) = intake.read_all(
        [SourceFile(changed(good, sheet=lambda xml: pattern.sub(rb"\g<1>%b" % number, xml)), "a.xlsx")]
    )
    assert result.refusal is not None or result.forms[0].indicators[0].actual.text is None


@pytest.mark.parametrize("odd", [b"<t><x/>%b</t>", b"<t>9<x>8</x>%b</t>", b"<t>9</t><t>%b</t>", b"<si><t>%b</t></si>"])
def test_a_text_with_an_element_in_it_is_refused(odd: bytes, good: Path) -> None:
    unit = b"<t>%b</t>" % COUNTY.unit.encode()
    parts = parts_of(good)
    assert unit in parts[SHEET]
    if b"<si>" in odd:
        parts = parts_of(with_strings(good))
        parts[STRINGS] = parts[STRINGS].replace(b"<si>", b"<si><si><t>x</t></si>", 1)
    else:
        parts[SHEET] = parts[SHEET].replace(unit, odd % COUNTY.unit.encode())
    assert "无法确定" in refusal(packed(good, parts))


# --- cells that are written as hardly any program does ------------------------------------------------------------------


def executed(content: bytes) -> Change:
    """Write another cell in the place of the executed total (E5)."""

    def change(xml: bytes) -> bytes:
        written, count = re.subn(rb'<c r="E5"[^>]*><v>[^<]*</v></c>', lambda _: content, xml)
        assert count == 1
        return written

    return change


@pytest.mark.parametrize(
    "opening", [b"<c>", b'<c s="0">', b'<c r="e5">', b'<c r = "E5">', b'<c  r="E5">', b'<c\nr="E5">']
)
def test_a_cell_is_read_however_its_address_is_written(opening: bytes, good: Path) -> None:
    before = told(form(good))
    assert told(form(changed(good, sheet=executed(opening + b"<v>851.91</v></c>")))) == before
    unsaved = form(changed(good, sheet=lambda xml: xml.replace(b"<v>851.91</v>", b"<f>E6+E7</f>")))
    assert told(unsaved) == before
    assert any("公式没有保存计算结果" in doubt.message for doubt in unsaved.doubts)


@pytest.mark.parametrize("opening", [b'<c t="e">', b'<c t="e" r="e5">', b'<c r="E5" t = "e">'])
def test_an_error_is_no_blank_however_its_address_is_written(opening: bytes, good: Path) -> None:
    one = form(changed(good, sheet=executed(opening + b"<v>#REF!</v></c>")))
    assert any("#REF!" in doubt.message for doubt in one.doubts)


def test_a_percentage_is_one_however_its_address_is_written(good: Path) -> None:
    before = form(good).funds[0].rate.text
    bare = changed(good, sheet=lambda xml: xml.replace(b'<c r="F5" ', b"<c "))
    assert (form(bare).funds[0].rate.text, "%" in str(before)) == (before, True)


@pytest.mark.parametrize("cell", [b'<c r="e5"><v>1</v></c>', b'<c r="D5"/><c><v>1</v></c>'])
def test_a_cell_that_stands_twice_is_refused_however_its_address_is_written(cell: bytes, good: Path) -> None:
    if b"D5" in cell:
        cell = cell.replace(b"D5", b"X5").replace(b"<c>", b'<c r="X5">')
    assert "写了两次" in refusal(changed(good, sheet=in_sheet(cell, b'</row><row r="6">')))


@pytest.mark.parametrize("address", [b"ZZZZZZ5", b"E0", b"E1048577", b"E99999999999999999999"])
def test_an_address_that_no_sheet_has_is_refused(address: bytes, good: Path) -> None:
    """Whoever lays out so many columns has no memory left."""
    assert "地址不存在" in refusal(changed(good, sheet=executed(b'<c r="%b"><v>851.91</v></c>' % address)))


@pytest.mark.parametrize("number", [b"NaN", b"INF", b"-1e400", b"9" * 400, b"1e300"])
def test_a_number_that_is_none_is_told_and_never_counted(number: bytes, good: Path) -> None:
    changed(good, sheet=executed(b'<c r="E5" s="3"><v>%b</v></c>' % number))
    one = form(good)
    assert one.funds[0].executed.number is None
    assert any("不是数字" in doubt.message for doubt in one.doubts)
    assert run("score", good).exit_code == 0
    told = json.loads(run("check", good, "--json").stdout)["findings"]
    assert ("X03", "E5") in {(one["code"], one["cell"]) for one in told}


def test_a_text_that_a_formula_never_gave_is_told(good: Path) -> None:
    one = form(changed(good, sheet=executed(b'<c r="E5" t="str"><f>A1&amp;A2</f></c>')))
    assert any("公式没有保存计算结果" in doubt.message for doubt in one.doubts)
    empty = form(changed(good, sheet=lambda xml: xml.replace(b"</f></c>", b"</f><v></v></c>")))
    assert empty.doubts == ()


def test_a_number_format_longer_than_any_shows_nothing_else(good: Path) -> None:
    """What takes apart such a format takes apart every quote with every other one."""
    code = b"&quot;a&quot;;" * 20_000
    long = changed(
        good,
        styles=lambda xml: re.sub(
            rb"<numFmts[^>]*/>", b'<numFmts><numFmt numFmtId="9" formatCode="%b"/></numFmts>' % code, xml
        ),
    )
    assert form(long).funds[0].rate.text == "67%"


@pytest.mark.parametrize("start", [b"Rar!\x1a\x07\x01\0", b"7z\xbc\xaf'\x1c\0\4", b"\x1f\x8b\x08\0", b"BZh91AY&SY"])
def test_an_archive_is_called_so(start: bytes, good: Path) -> None:
    good.write_bytes(start + bytes(200))
    assert "这是压缩包,不是工作簿。请解压后报送" in refusal(good)


@pytest.mark.parametrize(("text", "kept"), [(None, True), ("852", True), ("8.5191", False), ("111.11", False)])
def test_a_number_in_an_ods_that_is_shown_as_another_is_told_and_not_counted(
    text: str | None, kept: bool, good: Path
) -> None:
    """LibreOffice shows anew what is stored; what the file says was shown is not what a person sees."""
    parts = parts_of(WORKBOOKS / "containers" / "formatted.ods")
    if text is not None:
        pattern = re.compile(rb'(office:value="851\.91"[^>]*><text:p>)[^<]*')
        parts["content.xml"], count = pattern.subn(rb"\g<1>" + text.encode(), parts["content.xml"], count=1)
        assert count == 1
    one = form(packed(good.with_suffix(".ods"), parts))
    assert (one.funds[0].executed.number is not None) == kept
    assert any("两种方式" in doubt.message for doubt in one.doubts) != kept


def test_a_file_beyond_the_limit_is_not_even_loaded(good: Path) -> None:
    with good.open("ab") as file:
        file.truncate(3 << 30)
    assert "文件有 3072 MB,超过 64 MB" in refusal(good)


@pytest.mark.parametrize(
    "text", ["1" * 30_000, "1" * 30_000 + "!", "①" * 30_000], ids=["digits", "digits and more", "circled"]
)
def test_a_text_of_nothing_but_digits_takes_no_longer_than_another(text: str, good: Path) -> None:
    """Where a pattern begins anew at every digit, it takes minutes."""
    for place in (COUNTY.project, COUNTY.indicators[0].level1):
        written = re.sub(f"<t>{place}</t>", f"<t>{text}</t>", parts_of(good)[SHEET].decode())
        result = intake.read_all([SourceFile(changed(good, sheet=written.encode()), "a.xlsx")], jobs=1)[0]
        assert result.refusal is None, str(result.refusal)
        assert pipeline.partial_of(result).tables


def test_a_small_file_that_unpacks_to_much_is_read_in_a_process_of_its_own(good: Path) -> None:
    """In the main process nobody would stop it."""
    assert intake.jobs_for([SourceFile(good, good.name)]) == 0
    changed(good, **{"xl/media/1.bin": bytes(8 * MEBIBYTE)})
    assert good.stat().st_size < MEBIBYTE
    assert intake.jobs_for([SourceFile(good, good.name)]) == 1


def test_a_cell_that_stands_twice_in_a_binary_workbook_is_refused(tmp_path: Path) -> None:
    parts = parts_of(WORKBOOKS / "containers" / "formatted.xlsb")
    name = "xl/worksheets/sheet1.bin"
    number = next(hit for hit in re.finditer(rb"\x05\x10.{16}", parts[name], re.S))  # a cell that holds a number
    parts[name] = parts[name].replace(number[0], number[0] * 2, 1)
    assert "写了两次" in refusal(packed(tmp_path / "twice.xlsb", parts))


# --- limits that an office raises -------------------------------------------------------------------------------------


@pytest.fixture
def shipped() -> Any:
    yield
    set_limits({})


def test_limits_can_be_raised_for_the_workers_too(good: Path, tmp_path: Path, shipped: None) -> None:
    """Many parts: refused as shipped; read with a table of limits, whether named on the command line or in the environment."""
    packed(good, parts_of(good) | {f"xl/media/{n}.bin": b"" for n in range(1_500)})
    table = tmp_path / "限额.toml"
    table.write_text("parts = 2000\nmemory = 600\n", encoding="utf-8")
    assert run("read", good, "--json").exit_code == 1
    assert run("read", good, "--json", "--limits", table).exit_code == 0
    assert form(good).indicators, "a process of its own knows them, too"
    assert (LIMITS["parts"], LIMITS["memory"], LIMITS["seconds"]) == (2000, 600 * MEBIBYTE, 20)
    assert run("read", good, "--json").exit_code == 1, "they hold for one run"


@pytest.mark.parametrize("text", ["parts = ", "parts = 0", "parts = '9'", "parts = true", "parts = 1.5", "pieces = 9"])
def test_limits_that_say_nothing_are_told_so(text: str, tmp_path: Path, shipped: None) -> None:
    table = tmp_path / "限额.toml"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(LimitsInvalid, match=r"限额\.toml.*有误"):
        intake.load_limits(str(table))
    assert LIMITS["parts"] == 1000


def test_stored_packages_are_packages() -> None:
    with zipfile.ZipFile(io.BytesIO(packages.stored({"a/表.xml": b"<a/>", "b": b""}))) as package:
        assert package.testzip() is None
        assert {name: package.read(name) for name in package.namelist()} == {"a/表.xml": b"<a/>", "b": b""}


def test_the_page_of_limits_tells_every_one_of_them() -> None:
    page = (Path(__file__).parent.parent / "docs" / "performance.md").read_text(encoding="utf-8")
    told = {name: int(value.replace(",", "")) for name, value in re.findall(r"^\| `(\w+)` \| ([\d,]+)", page, re.M)}
    assert packages.parse_limits("\n".join(f"{name} = {value}" for name, value in told.items()), "page") == LIMITS


@pytest.mark.parametrize("crossing", ["A{0}:B{1}", "A{0}:A{1}", "{2}{0}:A{1}"])
@pytest.mark.parametrize("first", [True, False])
def test_merged_areas_that_share_a_cell_are_told_and_count_in_no_order(first: bool, crossing: str, good: Path) -> None:
    """Excel repairs such a file; which of the two areas holds is not known."""
    before = form(good)
    _, top, bottom = max(
        (int(bottom) - int(top), int(top), int(bottom))
        for top, bottom in re.findall(rb'<mergeCell ref="A(\d+):A(\d+)" ?/>', parts_of(good)[SHEET])
    )
    area = b'<mergeCell ref="%s"/>' % crossing.format(top + 1, bottom + 1, "A").encode()
    place = rb"\1" + area if first else area + rb"\1"
    changed(good, sheet=lambda xml: re.sub(rb"(<mergeCells[^>]*>)" if first else rb"(</mergeCells>)", place, xml))
    one = form(good)
    assert [doubt.cell for doubt in one.doubts if "重叠" in doubt.message] == [f"A{top}"]
    assert [row.level3 for row in one.indicators] == [row.level3 for row in before.indicators]


def test_merged_areas_with_one_first_cell_hold_in_no_order(good: Path) -> None:
    two = [b'<mergeCell ref="F9:F10"/>', b'<mergeCell ref="F9:F11"/>']
    read_as = []
    for areas in (two, two[::-1]):
        copy = packed(good.with_name("copy.xlsx"), parts_of(good))
        changed(copy, sheet=lambda xml, areas=areas: xml.replace(b"</mergeCells>", b"".join(areas) + b"</mergeCells>"))
        read_as.append(form(copy))
    assert read_as[0] == read_as[1]
    assert any("重叠" in doubt.message for doubt in read_as[0].doubts)


@pytest.fixture
def closed(good: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one good file, a folder that nobody may list, and two links that lead nowhere."""
    folder = good.parent / "甲县"
    (folder / "乙镇").mkdir(parents=True)
    good.rename(folder / "好.xlsx")
    (folder / "断.xlsx").symlink_to("没有.xlsx")
    (folder / "环.xlsx").symlink_to("环.xlsx")
    listed = os.scandir

    def scandir(place: Any) -> Any:
        if Path(place).name == "乙镇":
            raise PermissionError(13, "Permission denied", str(place))
        return listed(place)

    monkeypatch.setattr(os, "scandir", scandir)
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own")
def test_a_folder_that_cannot_be_listed_is_refused_and_stops_no_other(closed: Path, tmp_path: Path) -> None:
    files = consolidate_json(closed, tmp_path / "汇总.xlsx")["files"]
    assert (files["seen"], files["read"], files["refused"]) == (4, 1, 3)
    told = {one["file"]: one["message"] for one in files["list"] if one["status"] == "refused"}
    assert set(told) == {"乙镇", "断.xlsx", "环.xlsx"}
    assert "文件夹打不开" in told["乙镇"]
    assert "拒读 · 乙镇:文件夹打不开" in run("check", closed).output


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own")
def test_a_folder_that_is_given_and_cannot_be_listed_is_said_to_be_so(closed: Path) -> None:
    result = run("check", closed / "乙镇")
    assert result.exit_code == 2
    assert "打不开文件夹" in result.output


def test_a_place_that_nobody_may_look_at_is_refused(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that may be listed and not entered, not even the kind of a thing is known."""

    def stat(path: Path, **_: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", stat)
    monkeypatch.setattr(Path, "stat", stat)
    assert [
        intake.read_file(SourceFile(path, path.name)).refusal is None for path, _ in folders._below(good.parent)
    ] == [False]
