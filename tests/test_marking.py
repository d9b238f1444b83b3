"""The marked copy: what is added, that nothing else changes, and that marking again starts afresh."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from python_calamine import CalamineWorkbook
from support_office import convert

import perf_xl
from perf_xl.findings import ADVICE, CATALOGUE, DOUBT, ERROR, Finding
from perf_xl.marking import HEAD, ICONS, Marked, Opinion, explanations_in, is_marked, mark
from perf_xl.writing import render

WORKBOOKS = Path(__file__).parent / "workbooks"
PUBLISHED = sorted((WORKBOOKS / "published").glob("*.xlsx"))
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
"""Of the second reader, which loses what the copy keeps."""


# --- builders ---------------------------------------------------------------------------------------------------------


def opinion(cell: str, severity: str = ERROR, *, sheet: str = "自评表", code: str = "S01", **more: Any) -> Opinion:
    message = more.pop("message", f"{cell} 有问题")
    found = Finding(code, severity, "执行率得分计算有误", "甲.xlsx", sheet, cell, message, "7", "4.66", "表注2")
    return Opinion(found, more.pop("key", f"{code}|{cell}"), "重算执行率得分。", **more)


def opinions_of(path: Path) -> list[Opinion]:
    found = [one for form in perf_xl.read(path) for one in perf_xl.check(form)]
    return [Opinion(one, f"{one.code}|{one.sheet}|{one.cell}", CATALOGUE[one.code].cure) for one in found]


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 14)) + chunk(b"IEND", b"")


@cache
def rich(*, macros: bool = False, commented: bool = True) -> bytes:
    """A workbook with about everything that a library loses on the way."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    form, other = book.add_worksheet("自评表"), book.add_worksheet("附 表'2")
    number, text = book.add_format({"num_format": "0.00%", "border": 1}), book.add_format({"bold": True})
    form.write("A1", "项目支出绩效自评表", text)
    form.merge_range("B2:D3", "合并", text)
    form.write("E5", 0.6655, number)
    form.write_formula("F5", "=E5*10", book.add_format({"num_format": '0.0"分"'}), 6.655)
    form.write("G5", "≥95%")
    form.write_rich_string("H5", "甲", text, "乙")
    form.set_row(19, 30, text)
    form.set_column("J:J", 20, number)
    form.data_validation("G6", {"validate": "list", "source": ["是", "否"]})
    form.conditional_format("E5:E9", {"type": "data_bar", "data_bar_2010": True})
    form.insert_image("K2", "点.png", {"image_data": io.BytesIO(png())})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=自评表!$E$5:$F$5"})
    form.insert_chart("K9", chart)
    form.add_table("M1:N3", {"columns": [{"header": "列一"}, {"header": "列二"}]})
    if commented:
        form.write_comment("E5", "请核对\n执行率", {"author": "张三"})
        form.write_comment("A1", "标题", {"author": "李四"})
        form.insert_button("P4", {"caption": "提交"})
    other.write("A1", 5)
    other.write_comment("A1", "别人的", {"author": "张三"})
    book.define_name("范围", "=自评表!$E$5")
    if macros:
        book.add_vba_project(io.BytesIO(b"\xd0\xcf\x11\xe0 macros"), is_stream=True)
    book.close()
    more = {
        "xl/cellimages.xml": b'<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"/>',
        "xl/printerSettings/printerSettings1.bin": bytes(range(256)),
        "customXml/item1.xml": b"<a/>",
        "_xmlsignatures/sig1.xml": b"<Signature/>",
    }
    return with_parts(stream.getvalue(), more)


def with_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same package with parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for info in package.infolist():
            written.writestr(info, parts.get(info.filename, package.read(info)))
        for name in parts.keys() - set(package.namelist()):
            written.writestr(zipfile.ZipInfo(name, (2021, 3, 4, 5, 6, 8)), parts[name])
    return out.getvalue()


def plain_book(rows: Sequence[Sequence[Any]], name: str = "自评表") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def part(data: bytes, name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(data)).read(name)


def raw(data: bytes) -> dict[str, bytes]:
    """Every entry of a package as it stands in the file, its header included."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        infos = package.infolist()
        starts = [*(info.header_offset for info in infos), package.start_dir]
    return {info.filename: data[starts[at] : starts[at + 1]] for at, info in enumerate(infos)}


def copy_of(data: bytes, *opinions: Opinion) -> bytes:
    made = mark(data, "甲.xlsx", opinions)
    assert made.data is not None, made.remarks
    return made.data


def loaded(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def looks(cell: Any) -> list[str]:
    return [repr(look) for look in (cell.fill, cell.font, cell.border, cell.alignment, cell.number_format)]


TOUCHED = {
    "[Content_Types].xml",
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/_rels/sheet1.xml.rels",
}


def bare(sheet: bytes) -> bytes:
    """A sheet without what marking may change in it: styles of cells, blank cells put in, the reference to boxes."""
    sheet = re.sub(rb'<c r="[A-Z]+\d+" s="\d+"(?: t="n")? ?/>', b"", sheet)
    sheet = re.sub(rb'(<c [^>]*?) s="\d+"', rb"\1", sheet)
    sheet = re.sub(rb'<row r="\d+"(?: [^>]*)?(?:/>|></row>)', b"", sheet)
    return re.sub(rb'<legacyDrawing[^>]*/>| spans="[^"]*"', b"", sheet)


# --- nothing else changes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_published_forms_read_as_before_and_show_every_finding(path: Path, tmp_path: Path) -> None:
    data, opinions = path.read_bytes(), opinions_of(path)
    copy = copy_of(data, *opinions)
    again = tmp_path / path.name
    again.write_bytes(copy)
    assert perf_xl.read(again) == perf_xl.read(path)
    assert copy_of(copy, *opinions) == copy
    assert raw(copy).items() >= {name: one for name, one in raw(data).items() if name not in TOUCHED}.items()
    assert bare(part(copy, "xl/worksheets/sheet1.xml")) == bare(part(data, "xl/worksheets/sheet1.xml"))
    before, after = loaded(data), loaded(copy)
    for sheet in before.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                other = after[sheet.title][cell.coordinate]
                assert (other.value, other.number_format) == (cell.value, cell.number_format)
                assert other.font.name == cell.font.name
                assert repr(other.alignment) == repr(cell.alignment)
    for one in opinions:
        for cell in re.findall(r"[A-Z]+\d+", one.finding.cell):
            sheet = after[one.finding.sheet]
            corner = next((area.start_cell.coordinate for area in sheet.merged_cells if cell in area), cell)
            assert ICONS[one.finding.severity] in sheet[corner].comment.text
            assert sheet[corner].fill.fill_type == "solid"
    assert after.sheetnames == [*before.sheetnames, "审核意见"]
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(copy)).get_sheet_by_name("审核意见").to_python()) == 3 + len(
        opinions
    )


@pytest.mark.parametrize("macros", [False, True])
def test_every_untouched_part_stays_byte_for_byte(macros: bool) -> None:
    data = rich(macros=macros)
    made = mark(data, "甲.xlsm", [opinion("E5, F5"), opinion("Q30", DOUBT)])
    assert made.data
    before, after = raw(data), raw(made.data)
    touched = TOUCHED | {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}
    assert {name for name in before if before[name] != after[name]} <= touched
    assert [*after] == [*before, "xl/worksheets/sheet3.xml"]
    assert bare(part(made.data, "xl/worksheets/sheet1.xml")) == bare(part(data, "xl/worksheets/sheet1.xml"))
    assert made.suffix == (".xlsm" if macros else ".xlsx")
    assert any("签名失效" in remark for remark in made.remarks)
    assert any("宏" in remark for remark in made.remarks) == macros
    assert loaded(made.data).sheetnames == ["自评表", "附 表'2", "审核意见"]


def test_dates_of_entries_stay_and_new_ones_have_the_first_date_there_is() -> None:
    data = rich()
    copy = copy_of(data, opinion("E5"))
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(io.BytesIO(copy)) as after:
        assert after.testzip() is None
        dates = {info.filename: info.date_time for info in before.infolist()}
        for info in after.infolist():
            assert info.date_time == dates.get(info.filename, (1980, 1, 1, 0, 0, 0))


def test_a_package_whose_sizes_stand_behind_its_entries() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

    pipe, source = Pipe(), rich()
    with zipfile.ZipFile(io.BytesIO(source)) as package, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as written:
        for name in package.namelist():
            written.writestr(name, package.read(name))
        written.comment = "备注".encode()
    data = pipe.getvalue()
    assert zipfile.ZipFile(io.BytesIO(data)).infolist()[0].flag_bits & 8
    copy = copy_of(data, opinion("E5"))
    with zipfile.ZipFile(io.BytesIO(copy)) as package:
        assert package.testzip() is None
        assert package.comment.decode() == "备注"
    assert raw(copy)["xl/theme/theme1.xml"] == raw(data)["xl/theme/theme1.xml"]


# --- cells ------------------------------------------------------------------------------------------------------------


def test_a_marked_cell_keeps_its_value_and_its_format() -> None:
    sheet = loaded(copy_of(rich(), opinion("E5"), opinion("F5", DOUBT), opinion("G5", ADVICE)))["自评表"]
    assert (sheet["E5"].value, sheet["E5"].number_format) == (0.6655, "0.00%")
    assert (sheet["F5"].value, sheet["F5"].number_format) == ("=E5*10", '0.0"分"')
    assert [sheet[cell].fill.fgColor.rgb for cell in ("E5", "F5", "G5")] == ["FFFBE3E1", "FFFFF2CC", "FFE4EEF8"]
    assert [sheet[cell].border.top.style for cell in ("E5", "F5", "G5")] == ["medium", "mediumDashed", "dotted"]
    assert sheet["H5"].fill.fill_type is None


def test_cells_and_rows_that_are_not_there_are_put_in_at_their_place() -> None:
    copy = copy_of(rich(), *(opinion(cell) for cell in ("C5", "R5", "A4", "J20", "J21", "D40")))
    xml = part(copy, "xl/worksheets/sheet1.xml").decode()
    rows = [int(row) for row in re.findall(r'<row r="(\d+)"', xml)]
    assert rows == sorted(set(rows))
    assert {4, 21, 40} < set(rows)
    fifth = re.search(r'<row r="5".*?</row>', xml, re.S)
    assert fifth
    assert re.findall(r'<c r="([A-Z]+)5"', fifth.group()) == ["C", "E", "F", "G", "H", "R"]
    assert 'spans="2:18"' in fifth.group() or 'spans="1:18"' in fifth.group()
    sheet = loaded(copy)["自评表"]
    assert sheet["J20"].font.b  # of its row
    assert sheet["J21"].number_format == "0.00%"  # of its column
    assert all(sheet[cell].value is None for cell in ("C5", "R5", "A4", "J20", "J21", "D40"))


def test_of_a_merged_area_the_top_left_cell_is_marked() -> None:
    sheet = loaded(copy_of(rich(), opinion("C3")))["自评表"]
    assert "×错误" in sheet["B2"].comment.text
    assert sheet["B2"].fill.fgColor.rgb == "FFFBE3E1"
    assert sheet["B2"].border.top.style is None


def test_the_reference_to_boxes_stands_where_the_schema_wants_it() -> None:
    data = rich(commented=False)
    xml = part(copy_of(data, opinion("E5")), "xl/worksheets/sheet1.xml").decode()
    order = re.findall(r"<(drawing|legacyDrawing|tableParts|extLst)[\s>]", xml)
    assert order[-4:] == ["drawing", "legacyDrawing", "tableParts", "extLst"]


# --- comments ---------------------------------------------------------------------------------------------------------


def test_a_comment_says_everything_and_the_others_point_to_it() -> None:
    sheet = loaded(copy_of(rich(), opinion("G5, H5", DOUBT)))["自评表"]
    text = sheet["G5"].comment.text
    assert text.startswith("【▲疑点】S01 执行率得分计算有误\n")
    for piece in ("G5, H5 有问题", "应为:4.66", "改法:重算执行率得分。", "依据:表注2", "第 1 条"):
        assert piece in text
    assert sheet["H5"].comment.text == "【▲疑点】S01 执行率得分计算有误\n见 G5 批注。"


def test_several_findings_share_a_comment_and_the_worst_gives_the_style() -> None:
    sheet = loaded(copy_of(rich(), opinion("G5", ADVICE, code="I01"), opinion("G5", code="S02")))["自评表"]
    assert re.findall("【(.+?)】(...)", sheet["G5"].comment.text) == [("×错误", "S02"), ("●提示", "I01")]
    assert sheet["G5"].fill.fgColor.rgb == "FFFBE3E1"


def test_comments_and_buttons_of_others_stay() -> None:
    data = rich()
    copy = copy_of(data, opinion("E5"), opinion("G5"))
    sheet = loaded(copy)["自评表"]
    assert sheet["E5"].comment.text.startswith("请核对\n执行率\n———— 审核意见 ————\n【×错误】")
    assert sheet["E5"].comment.author == "张三"
    assert (sheet["A1"].comment.text, sheet["A1"].comment.author) == ("标题", "李四")
    boxes, before = (part(one, "xl/drawings/vmlDrawing1.vml").decode() for one in (copy, data))
    assert boxes.count('ObjectType="Button"') == 1
    assert boxes.count('ObjectType="Note"') == before.count('ObjectType="Note"') + 1
    numbers = re.findall(r'<v:shape id="(\w+)"', boxes)
    assert len(numbers) == len(set(numbers)) == 4
    assert part(copy, "xl/comments2.xml") == part(data, "xl/comments2.xml")


def test_a_comment_written_by_another_library_is_continued() -> None:
    book = loaded(plain_book([["甲", 3]]))
    book.active["B1"].comment = Comment("看看", "王五")
    data = saved(book)
    copy = copy_of(data, opinion("B1"), opinion("A1"))
    sheet = loaded(copy)["自评表"]
    assert sheet["B1"].comment.text.startswith("看看\n———— 审核意见")
    assert "×错误" in sheet["A1"].comment.text
    assert copy_of(copy, opinion("B1"), opinion("A1")) == copy


def test_comments_that_came_without_boxes_get_them_too() -> None:
    data = rich()
    sheet = re.sub(rb"<legacyDrawing[^>]*/>", b"", part(data, SHEET))
    copy = copy_of(with_parts(data, {SHEET: sheet}), opinion("E5"), opinion("G5"))
    boxes = part(copy, "xl/drawings/vmlDrawing3.vml")
    assert re.findall(rb"<x:Row>(\d+)</x:Row><x:Column>(\d+)<", boxes) == [(b"0", b"0"), (b"4", b"4"), (b"4", b"6")]
    assert "———— 审核意见" in loaded(copy)["自评表"]["E5"].comment.text


def test_a_thread_of_comments_is_left_alone_and_told() -> None:
    data = rich()
    relations = part(data, "xl/worksheets/_rels/sheet1.xml.rels")
    thread = (
        b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" '
        b'Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    )
    data = with_parts(
        data,
        {
            "xl/worksheets/_rels/sheet1.xml.rels": relations.replace(b"</Relationships>", thread),
            "xl/threadedComments/threadedComment1.xml": b'<ThreadedComments><threadedComment ref="E5"/></ThreadedComments>',
        },
    )
    made = mark(data, "甲.xlsx", [opinion("E5")])
    assert made.data
    assert part(made.data, "xl/comments1.xml") == part(data, "xl/comments1.xml")
    assert any("自评表!E5" in remark and "会话批注" in remark for remark in made.remarks)


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_leads_to_the_cells_and_asks_for_an_explanation() -> None:
    found = [opinion("E5, G5"), opinion("A1", DOUBT, sheet="附 表'2", reason="已核"), opinion("", ADVICE, sheet="")]
    sheet = loaded(copy_of(rich(), *found))["审核意见"]
    assert [cell.value for cell in sheet[3]][: len(HEAD)] == list(HEAD)
    assert [sheet.cell(row, 2).value for row in (4, 5, 6)] == ["×错误", "▲疑点", "●提示"]
    assert sheet["E4"].hyperlink.location == "'自评表'!E5"
    assert sheet["E5"].hyperlink.location == "'附 表''2'!A1"
    assert sheet["E6"].hyperlink is None
    assert sheet["K5"].value == "已核"
    assert not sheet["K5"].protection.locked
    assert [str(one.sqref) for one in sheet.data_validations.dataValidation] == ["K5"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.column_dimensions["L"].hidden) == ("D4", "A3:K6", True)
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$3:$3")
    assert sheet.sheet_properties.tabColor.rgb == "FFFF0000"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "\t=1", '=HYPERLINK("http://a","b")'])
def test_a_text_that_looks_like_a_formula_stays_a_text(text: str) -> None:
    copy = copy_of(rich(), opinion("E5", message=text, key=text, reason=text))
    sheet = loaded(copy)["审核意见"]
    assert (sheet["F4"].value, sheet["F4"].data_type, sheet["F4"].quotePrefix) == (text, "s", True)
    assert b"<f>" not in part(copy, "xl/worksheets/sheet3.xml")
    assert explanations_in(copy) == {text.strip(): text.strip()}


def test_any_text_survives() -> None:
    nasty = "<&>\"']]>_x0041_ 😀\n第二行"
    copy = copy_of(rich(), opinion("E5", message=nasty + "\x00\x1f\ufffe\ud800", key="a&b", reason=nasty))
    assert explanations_in(copy) == {"a&b": nasty}
    assert "😀" in loaded(copy)["自评表"]["E5"].comment.text


def test_a_name_that_is_taken_gets_a_number() -> None:
    copy = copy_of(plain_book([["我的意见"]], "审核意见"), opinion("A1", sheet="审核意见"))
    book = loaded(copy)
    assert book.sheetnames == ["审核意见", "审核意见_1"]
    assert "×错误" in book["审核意见"]["A1"].comment.text
    assert copy_of(copy, opinion("A1", sheet="审核意见")) == copy


def test_a_finding_without_a_place_is_listed_only() -> None:
    copy = copy_of(rich(), opinion(""), opinion("B2", sheet="没有这张表"))
    assert part(copy, "xl/worksheets/sheet1.xml") == part(rich(), "xl/worksheets/sheet1.xml")
    assert loaded(copy)["审核意见"]["D5"].value == "执行率得分计算有误"


# --- marking again ----------------------------------------------------------------------------------------------------

SOME = (opinion("E5, H5"), opinion("G5", DOUBT), opinion("R40", ADVICE), opinion("A1", DOUBT, sheet="附 表'2"))


def test_marking_twice_is_marking_once() -> None:
    once = copy_of(rich(), *SOME)
    assert copy_of(rich(), *SOME) == once
    assert copy_of(once, *SOME) == once


def test_a_finding_that_is_mended_leaves_nothing_behind() -> None:
    data = rich()
    mended = copy_of(copy_of(data, *SOME), opinion("G5"))
    before, after = loaded(data), loaded(mended)
    for sheet in ("自评表", "附 表'2"):
        for row in before[sheet].iter_rows():
            for cell in row:
                other = after[sheet][cell.coordinate]
                if cell.coordinate != "G5":
                    assert looks(other) == looks(cell)
                    assert (other.comment and other.comment.text) == (cell.comment and cell.comment.text)
    assert after["自评表"]["R40"].fill.fill_type is None
    assert after["自评表"]["G5"].fill.fgColor.rgb == "FFFBE3E1"
    assert part(mended, "xl/drawings/vmlDrawing1.vml").count(b'ObjectType="Note"') == 3


def test_where_rows_have_moved_no_cell_takes_the_format_of_another() -> None:
    book = loaded(copy_of(rich(), opinion("E5"), opinion("E6")))
    book["自评表"]["E6"].number_format = "0.000"
    again = loaded(copy_of(saved(book), opinion("A1")))["自评表"]
    assert (again["E5"].number_format, again["E6"].number_format) == ("0.00%", "0.000")
    assert again["E5"].fill.fill_type is None


def test_a_workbook_that_excel_itself_saved() -> None:
    found = find_spec("xlwings")
    assert found
    assert found.origin
    data = (Path(found.origin).parent / "quickstart.xlsm").read_bytes()
    name = loaded(data).sheetnames[0]
    some = [opinion("A1, C3", sheet=name), opinion("B2", DOUBT, sheet=name)]
    made = mark(data, "甲.xlsm", some)
    assert made.data
    assert made.suffix == ".xlsm"
    assert raw(made.data)["xl/vbaProject.bin"] == raw(data)["xl/vbaProject.bin"]
    assert copy_of(made.data, *some) == made.data
    assert "▲疑点" in loaded(made.data)[name]["B2"].comment.text


def test_after_libreoffice_saved_it_explanations_are_read_and_marks_do_not_pile_up(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes(copy_of(rich(), opinion("E5", key="乙", reason="写\n过"), opinion("G5", DOUBT)))
    own = mark(b"\xd0\xcf\x11\xe0", "甲.xls", [opinion("E5", key="丙", reason="说过")])
    assert own.book
    (tmp_path / "乙.xlsx").write_bytes(render(own.book))
    paths = [tmp_path / "甲.xlsx", tmp_path / "乙.xlsx"]
    copied, listed = (path.read_bytes() for path in convert(paths, tmp_path, "xlsx:Calc MS Excel 2007 XML"))
    assert (explanations_in(copied), explanations_in(listed)) == ({"乙": "写\n过"}, {"丙": "说过"})
    assert is_marked(copied)
    assert is_marked(listed)
    again = loaded(copy_of(copied, opinion("G5")))
    sheet, original = again["自评表"], loaded(rich())["自评表"]
    assert again.sheetnames == ["自评表", "附 表'2", "审核意见"]
    assert sheet["G5"].comment.text.count("【") == 1
    assert sheet["E5"].comment.text == original["E5"].comment.text
    assert sheet["E5"].fill.fill_type is None
    assert sheet["E5"].number_format == "0.00%"


def test_explanations_typed_in_another_program_are_read() -> None:
    book = loaded(copy_of(rich(), opinion("E5", key="一"), opinion("G5", DOUBT, key="二"), opinion("H5", key="三")))
    book["审核意见"]["K5"] = " 合同约定(财发〔2021〕3号) "
    book["审核意见"]["K6"] = 2021
    assert explanations_in(saved(book)) == {"二": "合同约定(财发〔2021〕3号)", "三": "2021"}


def test_rich_and_phonetic_strings_are_read() -> None:
    data = copy_of(rich(), opinion("E5", key="一", reason="占位"))
    rich_text = "<r><t>甲</t></r><r><rPr><b/></rPr><t>乙</t></r><rPh sb='0' eb='1'><t>音</t></rPh>".encode()
    name = "xl/worksheets/sheet3.xml"
    xml = part(data, name).replace('<t xml:space="preserve">占位</t>'.encode(), rich_text)
    assert explanations_in(with_parts(data, {name: xml})) == {"一": "甲乙"}


def test_nothing_is_read_from_damaged_bytes_and_nothing_raised() -> None:
    data, random = copy_of(rich(), opinion("E5", key="一", reason="二")), Random(7)
    assert (explanations_in(b""), explanations_in(b"PK\x03\x04"), is_marked(b"PK\x03\x04..")) == ({}, {}, False)
    for _ in range(150):
        broken = bytearray(data[: random.randrange(len(data))] if random.random() < 0.3 else data)
        for _ in range(3):
            broken[random.randrange(len(broken))] = random.randrange(256)
        assert explanations_in(bytes(broken)) in ({}, {"一": "二"})
        assert is_marked(bytes(broken)) in (True, False)
        assert isinstance(mark(bytes(broken), "甲.xlsx", [opinion("E5")]), Marked)


# --- files that get no copy -------------------------------------------------------------------------------------------


def own_workbook(data: bytes, file: str) -> Marked:
    made = mark(data, file, [opinion("E5", key="一", reason="=二"), opinion("G5", DOUBT)])
    assert (made.data, made.copied, made.suffix) == (None, False, ".xlsx")
    assert made.book
    written = render(made.book)
    assert explanations_in(written) == {"一": "=二"}
    assert is_marked(written)
    sheet = loaded(written)["审核意见"]
    assert sheet["E4"].hyperlink.target == file
    assert sheet["E4"].hyperlink.location == (None if file.endswith(".docx") else "'自评表'!E5")
    assert sheet.column_dimensions["L"].hidden
    return made


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("formatted.xls", "旧版格式"),
        ("formatted.et", "旧版格式"),
        ("xls_named.xlsx", "旧版格式"),
        ("formatted.ods", "OpenDocument"),
        ("ods_named.xlsx", "OpenDocument"),
        ("formatted.xlsb", "二进制格式"),
    ],
)
def test_other_formats_get_a_workbook_of_their_own(name: str, why: str) -> None:
    data = (WORKBOOKS / "containers" / name).read_bytes()
    assert why in own_workbook(data, name).remarks[0]
    assert not is_marked(data)


def test_an_xlsx_by_content_is_copied_whatever_its_name() -> None:
    made = mark((WORKBOOKS / "containers" / "xlsx_named.xls").read_bytes(), "甲.xls", [opinion("E5")])
    assert (made.copied, made.suffix) == (True, ".xlsx")


def prefixed(xml: bytes) -> bytes:
    return re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", xml).replace(b"xmlns=", b"xmlns:x=")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (prefixed, "前缀"),
        (lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "UTF-16"),
        (lambda xml: xml.replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main"), "Strict"),
        (lambda xml: xml.replace(b"<sheetData>", b"<!-- <row> --><sheetData>"), "XML 注释"),
        (lambda xml: re.sub(rb'<row r="\d+"', b"<row", xml), "行没有编号"),
        (lambda xml: re.sub(rb'<c r="\w+"', b"<c", xml), "单元格没有地址"),
        (lambda xml: re.sub(rb'<row r="20"', b'<row r="2"', xml), "行没有按顺序"),
        (lambda xml: re.sub(rb'<c r="F5"', b'<c r="E5"', xml), "单元格没有按顺序"),
        (lambda xml: xml[:-9], "结构特殊"),
    ],
)
def test_what_cannot_be_edited_safely_is_not_edited(change: Any, why: str) -> None:
    data = rich()
    made = own_workbook(with_parts(data, {SHEET: change(part(data, SHEET))}), "甲.xlsx")
    assert why in made.remarks[0]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_package_with_two_entries_of_a_name_is_not_edited() -> None:
    stream = io.BytesIO(rich())
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr("xl/worksheets/sheet1.xml", part(stream.getvalue(), SHEET))
    own_workbook(stream.getvalue(), "甲.xlsx")


def test_a_word_document_and_an_encrypted_workbook_get_a_workbook_of_their_own() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("word/document.xml", "<a/>")
    assert "Word" in own_workbook(stream.getvalue(), "甲.docx").remarks[0]
    own_workbook((WORKBOOKS / "refused" / "encrypted.xlsx").read_bytes(), "乙.xlsx")


def test_the_key_is_what_counts_wherever_the_line_stands() -> None:
    found = [opinion("E5", key="一"), replace(opinion("G5", key="二"), reason="是")]
    assert (
        explanations_in(copy_of(rich(), *found)) == explanations_in(copy_of(rich(), *reversed(found))) == {"二": "是"}
    )
