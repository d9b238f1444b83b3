"""Forms in Word documents are read as those in workbooks; reports become paragraphs; what is damaged is refused."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from support import WORKBOOKS
from support_office import recalculate_all
from support_word import STRICT, cell, document, lines_of, paragraph, row, rows_of, run, table, table_of

import perf_xl
from perf_xl import rules
from perf_xl.contract import form_json
from perf_xl.documents import read_report, read_tables
from perf_xl.errors import WorkbookUnreadable
from perf_xl.exact import fold
from perf_xl.grid import Grid
from perf_xl.model import Form
from perf_xl.reading import read_forms
from perf_xl.template import converted, form_book
from perf_xl.workbooks import read_grids
from perf_xl.writing import write_book

PUBLISHED = sorted((WORKBOOKS / "published").glob("*.xlsx"))
SEED = WORKBOOKS / "published" / "seed-000-A.xlsx"


def grid_of(path: Path) -> Grid:
    return next(grid for grid in read_grids(path.read_bytes(), path.name) if grid.values)


def forms_in(data: bytes) -> list[Form]:
    return read_forms(read_grids(data, "a.docx"), "a.docx")


def said(form: Form) -> dict[str, Any]:
    """What a form says, without where it says so."""
    document = form_json(form)
    for line in [*document["funds"], *document["indicators"]]:
        del line["row"]
    del document["file"], document["sheet"]
    document |= {name: getattr(form, name) for name in ("columns", "total_weight", "headings")}
    document["headings"] = [(one.level, one.level1, one.level2, one.weight) for one in form.headings]
    document["total_weight"] = form.total_weight.number
    document["years"] = [one.text for one in form.years]
    document["groups"] = [[member.level3.text for member in form.members(one)] for one in form.indicators]
    return document


def head_rows(grid: Grid) -> int:
    """How many rows stand above the funds block or the indicators."""
    words = re.compile("年初预算|全年预算|预算数|一级指标|目标|三级指标")
    return next(
        at for at in range(grid.height) if any(words.match(fold(grid.text(at, column))) for column in range(12))
    )


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_published_form_as_a_word_table(path: Path) -> None:
    grid = grid_of(path)

    forms = forms_in(document(paragraph("附件3"), table_of(grid), paragraph("填报人:张三")))

    assert [said(form) for form in forms] == [said(form) for form in read_forms([grid], path.name)]
    assert {form.sheet for form in forms} == {"表1"}


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_its_head_in_lines_above_the_table(path: Path) -> None:
    grid = grid_of(path)
    head = head_rows(grid)

    forms = forms_in(document(lines_of(grid, head), table_of(grid, head)))

    expected = read_forms([grid], path.name)
    assert [said(form) for form in forms] == [said(form) for form in expected]
    assert forms[0].indicators[0].row == expected[0].indicators[0].row - head
    assert forms[0].title.cell == "A1"


def test_addresses_count_the_cells_of_a_row() -> None:
    grid = grid_of(SEED)

    form = forms_in(document(lines_of(grid, 1), table_of(grid, 1)))[0]

    first, before = form.indicators[0], read_forms([grid], "")[0].indicators[0]
    assert (first.row, first.target.cell, first.level3.cell) == (
        before.row - 1,
        f"D{before.row - 1}",
        f"C{before.row - 1}",
    )
    assert form.project.cell == "B1"  # 项目名称 spans two columns of the workbook; its value is the row's second cell


def test_doubts_name_cells_of_the_table() -> None:
    grid = grid_of(SEED)
    rows = rows_of(grid, 1)
    at = read_forms([grid], "")[0].indicators[0].row - 2
    rows[at] = re.sub(r"(<w:tc>(?:(?!</w:tc>).)*</w:tc>){3}$", "", rows[at].removesuffix("</w:tr>"))
    rows[at] += "".join(cell(paragraph(text)) for text in ("见附件", "5", "")) + "</w:tr>"

    form = forms_in(document(lines_of(grid, 1), table(*rows, widths=[1200] * 8)))[0]

    assert [(doubt.sheet, doubt.cell) for doubt in form.doubts] == [("表1", f"F{at + 1}")]


def test_several_forms_in_one_document() -> None:
    paths = [SEED, *(WORKBOOKS / "published" / f"{name}-A.xlsx" for name in ("r001", "r003"))]
    grids = [grid_of(path) for path in paths]
    blocks = [block for grid in grids for block in (lines_of(grid, 1), table_of(grid, 1), paragraph(""))]

    forms = forms_in(document(*blocks))

    assert [said(form) for form in forms] == [said(read_forms([grid], "")[0]) for grid in grids]
    assert [form.sheet for form in forms] == ["表1", "表2", "表3"]


def test_forms_whose_titles_stand_in_the_table_are_not_joined() -> None:
    grid = grid_of(SEED)

    forms = forms_in(document(table_of(grid), paragraph(""), table_of(grid)))

    assert [form.sheet for form in forms] == ["表1", "表2"]
    assert said(forms[0]) == said(forms[1]) == said(read_forms([grid], "")[0])


@pytest.mark.parametrize("repeated", [False, True], ids=["", "header repeated"])
@pytest.mark.parametrize(
    "between",
    ["", paragraph(""), paragraph("(续上表)"), paragraph("- 2 -")],
    ids=["at once", "blank line", "续上表", "page"],
)
def test_a_table_that_goes_on_is_one(between: str, repeated: bool) -> None:
    grid = grid_of(SEED)
    form = read_forms([grid], "")[0]
    header, cut = form.indicators[0].row - 2, form.indicators[6].row - 1
    rest = [*(rows_of(grid, header, header + 1) if repeated else ()), *rows_of(grid, cut)]
    whole = Grid(grid.sheet, grid.values, {
        corner: end for corner, end in grid.merged.items() if not (corner[0] < cut <= end[0])
    })  # fmt: skip

    forms = forms_in(document(table_of(whole, 0, cut), between, table(*rest, widths=[1190, 1210, *[1200] * 6])))

    assert len(forms) == 1
    assert said(forms[0])["indicators"] == said(form)["indicators"]
    assert forms[0].total.number == form.total.number


def test_head_and_indicators_in_two_tables_with_a_line_between() -> None:
    grid = grid_of(SEED)
    header = read_forms([grid], "")[0].indicators[0].row - 2

    forms = forms_in(document(table_of(grid, 0, header), paragraph("二、绩效指标"), table_of(grid, header)))

    assert [said(form) for form in forms] == [said(form) for form in read_forms([grid], "")]
    assert forms[0].indicators[0].row == header + 2


def test_edges_that_are_nearly_the_same_are_the_same() -> None:
    """Rows drawn by hand: every row has edges of its own, some hundredths of an inch apart."""
    header = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分")
    filled = ("产出指标", "数量指标", "培训人次", "≥100人次", "120人次", "10", "10")
    edges = [0, *(1000 * n + shift for n in range(1, 7) for shift in (0, 40)), 7000]
    widths = [after - before for before, after in pairwise(edges)]
    spans = ([1, 2, 2, 2, 2, 2, 2], [2, 2, 2, 2, 2, 2, 1])
    rows = [
        row(*(cell(paragraph(text), span) for text, span in zip(texts, widths_of, strict=True)))
        for texts, widths_of in zip((header, filled), spans, strict=True)
    ]

    indicator = forms_in(document(table(*rows, widths=widths)))[0].indicators[0]

    written = (indicator.level3, indicator.target, indicator.actual, indicator.weight, indicator.score)
    assert [one.text for one in written] == list(filled[2:])
    assert [one.cell for one in written] == ["C2", "D2", "E2", "F2", "G2"]


def one_cell(content: str) -> str:
    """What is read of one cell."""
    grid = read_tables(document(table(row(cell(content), cell(paragraph("乙"))), widths=[2000, 2000])), "a.docx")[0]
    assert grid.text(0, 1) == "乙"
    return grid.text(0, 0)


SEEN = {
    "two paragraphs": (paragraph("年度") + paragraph("指标值"), "年度指标值"),
    "line break": (paragraph("年度\n指标值"), "年度指标值"),
    "tab": (paragraph("甲\t乙"), "甲 乙"),
    "several runs": (paragraph("≥", inner=run("95") + run("%")), "≥95%"),
    "inserted": (paragraph("", inner=f"<w:ins>{run('95%')}</w:ins>"), "95%"),
    "deleted": (paragraph("96%", inner="<w:del><w:r><w:delText>95%</w:delText></w:r></w:del>"), "96%"),
    "moved away": (paragraph("96%", inner=f"<w:moveFrom>{run('95%')}</w:moveFrom>"), "96%"),
    "hidden": (paragraph("96%", inner=run("95%", "<w:vanish/>")), "96%"),
    "not hidden": (paragraph("96", inner=run("%", '<w:vanish w:val="0"/>')), "96%"),
    "link": (paragraph("", inner=f"<w:hyperlink>{run('95%')}</w:hyperlink>"), "95%"),
    "content control": (f"<w:sdt><w:sdtPr/><w:sdtContent>{paragraph('95%')}</w:sdtContent></w:sdt>", "95%"),
    "content control in a line": (
        paragraph("≥", inner=f"<w:sdt><w:sdtPr/><w:sdtContent>{run('95%')}</w:sdtContent></w:sdt>"), "≥95%",
    ),
    "prompt of a content control": (
        paragraph("", inner="<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>"
                  f"{run('单击此处输入文字')}</w:sdtContent></w:sdt>"), "",
    ),
    "simple field": (paragraph("", inner=f'<w:fldSimple w:instr="=SUM(ABOVE)">{run("100")}</w:fldSimple>'), "100"),
    "field": (
        paragraph("", inner='<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>=SUM(ABOVE)</w:instrText></w:r>'
                  f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("100")}<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
        "100",
    ),
    "ticked form field": (
        paragraph("", inner='<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/>'
                  f"</w:checkBox></w:ffData></w:fldChar></w:r>{run('是')}"),
        "☑是",
    ),
    "tick of a symbol font": (paragraph("", inner='<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>' + run("是")), "☑是"),
    "comparator of a symbol font": (paragraph("", inner='<w:r><w:sym w:font="Symbol" w:char="F0B3"/></w:r>' + run("95%")), "≥95%"),
    "unknown symbol": (paragraph("", inner='<w:r><w:sym w:font="Webdings" w:char="F0B3"/></w:r>'), "\N{REPLACEMENT CHARACTER}"),
    "hyphens": (paragraph("1", inner="<w:r><w:noBreakHyphen/><w:t>12</w:t><w:softHyphen/><w:t>月</w:t></w:r>"), "1-12月"),
    "text box": (
        paragraph("95%", inner="<w:r><mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>"
                  f"{paragraph('注意')}</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict>{paragraph('注意')}</w:pict>"
                  "</mc:Fallback></mc:AlternateContent></w:r>"),
        "95%",
    ),
    "table in the cell": (
        paragraph("产出") + table(row(cell(paragraph("数量")), cell(paragraph("5个")))) + paragraph(""), "产出数量 5个",
    ),
    "formula": (paragraph("", inner="<w:oMath><w:r><w:t>≥</w:t></w:r></w:oMath>" + run("95%")), "≥95%"),
    "reading aid": (paragraph("", inner=f"<w:ruby><w:rt>{run('jì')}</w:rt><w:rubyBase>{run('绩')}</w:rubyBase></w:ruby>"), "绩"),
}  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_what_a_person_sees_of_a_cell(name: str) -> None:
    content, expected = SEEN[name]
    assert one_cell(content) == expected


def test_rows_and_cells_as_word_lays_them_out() -> None:
    """Rows that begin or end early, deleted rows, rows in content controls, the old way to merge across, a lost top."""
    old = (
        f'<w:tc><w:tcPr><w:hMerge w:val="restart"/></w:tcPr>{paragraph("甲")}</w:tc>'
        f"<w:tc><w:tcPr><w:hMerge/></w:tcPr>{paragraph('')}</w:tc>{cell(paragraph('乙'))}"
    )
    rows = (
        row(old),
        row(cell(paragraph("丙")), cell(paragraph("丁")), properties='<w:gridBefore w:val="1"/>'),
        row(cell(paragraph("删")), cell(paragraph("删")), cell(paragraph("删")), properties="<w:del/>"),
        "<w:sdt><w:sdtContent>" + row(*(cell(paragraph(text)) for text in "戊己庚")) + "</w:sdtContent></w:sdt>",
        row(cell(paragraph("辛"), 1, "restart"), cell(paragraph("壬"), 2)),
        row(cell(paragraph(""), 1, "continue"), cell(paragraph("癸"), 2, "continue")),
    )

    grid = read_tables(document(table(*rows, widths=[1000] * 3)), "a.docx")[0]

    assert [[grid.text(at, column) for column in range(3)] for at in range(grid.height)] == [
        ["甲", "", "乙"], ["", "丙", "丁"], ["戊", "己", "庚"], ["辛", "壬", ""], ["", "", ""],
    ]  # fmt: skip
    assert grid.merged == {(0, 0): (0, 1), (3, 0): (4, 0), (3, 1): (4, 2)}
    assert [grid.address(at, column) for at, column in ((0, 2), (1, 1), (3, 2), (4, 0))] == ["B1", "A2", "B4", "A5"]


def test_a_frame_of_one_cell_is_not_the_table() -> None:
    grid = grid_of(SEED)
    frame = table(row(cell(lines_of(grid, 1) + table_of(grid, 1) + paragraph(""))), widths=[9600])

    assert [said(form) for form in forms_in(document(frame))] == [said(form) for form in read_forms([grid], "")]


def test_total_and_remark_below_the_table() -> None:
    grid = grid_of(SEED)
    form = read_forms([grid], "")[0]
    last = form.indicators[-1].row

    read = forms_in(
        document(table_of(grid, 0, last), paragraph("总分:94.5分"), paragraph("说明:已核对"), paragraph("填报人:张三"))
    )

    assert (read[0].total.number, read[0].remark.text) == (form.total.number, "已核对")
    assert len(read[0].indicators) == len(form.indicators)


def test_prose_above_the_form_is_no_part_of_it() -> None:
    grid = grid_of(SEED)
    prose = paragraph("项目名称:另一个项目,本段是报告的正文,与下面的表没有关系。" * 3)

    form = forms_in(document(prose * 3, lines_of(grid, 1), table_of(grid, 1)))[0]

    assert form.project == forms_in(document(table_of(grid, 1)))[0].project


def test_a_strict_document_is_read() -> None:
    grid = grid_of(SEED)

    assert [said(form) for form in forms_in(document(table_of(grid), space=STRICT))] == [
        said(form) for form in read_forms([grid], "")
    ]


# --- refused ----------------------------------------------------------------------------------------------------------

CURE = re.compile("请")
DOCTYPE = '<!DOCTYPE w [<!ENTITY a "分">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize("percent", [1, 25, 50, 75, 99])
@pytest.mark.parametrize("read", [read_grids, read_report], ids=["table", "report"])
def test_a_document_cut_off_is_refused(read: Any, percent: int) -> None:
    whole = document(table_of(grid_of(SEED)), *(paragraph(f"第{number}段") for number in range(200)))

    with pytest.raises(WorkbookUnreadable, match=r"损坏|不完整") as refusal:
        read(whole[: len(whole) * percent // 100], "a.docx")

    assert CURE.search(refusal.value.cure)
    assert percent == 1 or "Word" in refusal.value.cure


REFUSED = {
    "document type": (document(table_of(grid_of(SEED)), before=DOCTYPE), "X01", "外部实体"),
    "document type far down": (
        document(table_of(grid_of(SEED)), before=f"<!--{' ' * 9000}-->{DOCTYPE}"), "X01", "外部实体",
    ),
    "document type in another part": (
        document(table_of(grid_of(SEED)), settings=f"{DOCTYPE}<w:settings/>"), "X01", "外部实体",
    ),
    "encrypted": (OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "X01", "加密"),
    "old": (OLE + bytes(600) + "WordDocument".encode("utf-16-le"), "X01", r"旧版 Word 文档\(\*\.doc\)"),
    "no table": (document(paragraph("自评报告")), "X02", "没有表格"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    data, code, why = REFUSED[name]

    with pytest.raises(WorkbookUnreadable, match=why) as refusal:
        read_grids(data, "a.docx")

    assert refusal.value.code == code
    assert CURE.search(refusal.value.cure)


@pytest.mark.parametrize("name", ["document type", "encrypted", "old"])
def test_refused_as_a_report(name: str) -> None:
    with pytest.raises(WorkbookUnreadable, match=REFUSED[name][2] if name != "old" else "旧版"):
        read_report(REFUSED[name][0], "a.docx")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "空的"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "不是能识别的报告"),
        (SEED.read_bytes(), "不是 Word 文档"),
    ],
    ids=["empty", "PDF", "picture", "workbook"],
)
def test_what_is_no_report_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(WorkbookUnreadable, match=why) as refusal:
        read_report(data, "a.docx")

    assert CURE.search(refusal.value.cure)


# --- reports ----------------------------------------------------------------------------------------------------------

STYLES = (
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="own"><w:name w:val="单位标题"/><w:basedOn w:val="1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="body"><w:name w:val="正文"/></w:style>'
)


def test_a_report_is_its_paragraphs_without_its_tables() -> None:
    outlined = f'<w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr>{run("(一)资金情况")}</w:p>'
    data = document(
        paragraph("一、项目概况", "1"),
        paragraph(""),
        paragraph("全年预算数78万元,", "body", run("执行率66.55%。")),
        table(row(cell(paragraph("表内")))),
        outlined,
        paragraph("二、存在问题", "own"),
        styles=STYLES,
    )

    assert [tuple(one) for one in read_report(data, "a.docx")] == [
        ("一、项目概况", 1, 1),
        ("全年预算数78万元,执行率66.55%。", 2, None),
        ("(一)资金情况", 3, 2),
        ("二、存在问题", 4, 1),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_report_in_plain_text(encoding: str) -> None:
    text = "# 自评报告\n\n一、项目概况\r\n**全年**预算数78万元。\n| 表 | 内 |\n"

    assert [tuple(one) for one in read_report(text.encode(encoding), "a.txt")] == [
        ("自评报告", 1, 1),
        ("一、项目概况", 2, None),
        ("全年预算数78万元。", 3, None),
    ]


def test_nothing_of_a_form_was_forgotten_here() -> None:
    """`said` compares what `read --json` gives and the fields named beside it; a new field must be thought of here."""
    assert {field.name for field in fields(Form)} == {
        "file", "sheet", "title", "year", "project", "competent_department", "implementing_unit", "money_unit", "funds",
        "goal", "indicators", "total", "total_weight", "remark", "headings", "columns", "years", "doubts",
    }  # fmt: skip


# --- into the official form -------------------------------------------------------------------------------------------


def convert(form: Form, home: Path) -> tuple[Path, tuple[str, ...]]:
    """Write a form into the official one; return the workbook and what was left out."""
    conversion = converted(form, rules.default())
    home.mkdir(exist_ok=True)
    path = write_book(form_book(conversion.filing, rules.default()), home / f"{form.file}.xlsx")
    return path, conversion.left_out


PROMPT = re.compile(r"\.{6}|指标2:")
_LAYOUT = ("columns", "headings", "groups", "total_weight", "money_unit", "title", "years")


def held(form: Form) -> dict[str, Any]:
    """What of a form must be the same in the official one: all but prompts, and how the printed table was laid out."""
    document = said(form)
    for name in _LAYOUT:
        del document[name]
    document["funds"] = [
        line for line in document["funds"] if any(line[name] for name in ("budget", "executed", "weight"))
    ]
    for line in document["funds"]:
        line["rate"] = line["rate"] and f"{float(line['rate'].rstrip('%'))}{'%' * line['rate'].endswith('%')}"
    document["indicators"] = [
        line for line in document["indicators"] if line["target"] or not PROMPT.fullmatch(fold(line["level3"] or ""))
    ]
    without_points = not {"weight", "score"} & form.columns or not any(one.weight.number for one in form.indicators)
    for line in document["indicators"]:
        if without_points and line["score"] is None:
            del line["scored"]  # the official form has a column of weights: a row without one there is not scored
    return document


def lay_flat(forms: tuple[dict[str, Any], ...]) -> None:
    """Leave `scored` out where one of the forms does without it."""
    for lines in zip(*(form["indicators"] for form in forms), strict=True):
        if any("scored" not in line for line in lines):
            for line in lines:
                line.pop("scored", None)


def assert_same(before: Form, after: Form) -> None:
    pair = (held(before), held(after))
    lay_flat(pair)
    assert pair[1] == pair[0]
    assert (after.title.text or "").startswith(before.title.text or "")


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_converted_form_says_what_was_filed(path: Path, tmp_path: Path) -> None:
    (form,) = forms_in(document(table_of(grid_of(path))))

    written, left_out = convert(form, tmp_path)

    (again,) = perf_xl.read(written)
    assert_same(form, again)
    assert not again.doubts
    assert all("分值合计" in one for one in left_out)
    if form.total_weight.number is not None and not left_out:
        assert again.total_weight.number == form.total_weight.number


def test_what_was_filed_survives_recalculation(tmp_path: Path) -> None:
    names = ("seed-000-A", "r005-C", "r009-A", "r013-A", "r015-A", "r025-A", "r031-A")
    forms = [
        replace(read_forms([grid_of(WORKBOOKS / "published" / f"{name}.xlsx")], name)[0], file=name) for name in names
    ]
    written = [convert(form, tmp_path / "converted")[0] for form in forms]

    for form, path in zip(forms, recalculate_all(written, tmp_path), strict=True):
        (again,) = perf_xl.read(path)
        for one, other in zip(forms_scores(form), forms_scores(again), strict=True):
            assert one in (None, other)


def forms_scores(form: Form) -> list[Any]:
    """Every number that was filed for points, amounts and the total."""
    top = form.total_row
    funds = [] if top is None else [top.budget.number, top.executed.number, top.weight.number, top.score.number]
    rows = [one for one in form.indicators if not PROMPT.fullmatch(fold(one.level3.text or ""))]
    return [*funds, form.total.number, *(number for one in rows for number in (one.weight.number, one.score.number))]


def test_amounts_come_in_wan_yuan(tmp_path: Path) -> None:
    grid = grid_of(SEED)
    form = replace(read_forms([grid], "a")[0], money_unit="元")

    (again,) = perf_xl.read(convert(form, tmp_path)[0])

    assert again.money_unit == "万元"
    assert [row.budget.number for row in again.funds] == [
        None if row.budget.number is None else row.budget.number / 10000 for row in form.funds
    ]


def test_what_has_no_place_is_named(tmp_path: Path) -> None:
    """A score in words, a weight merged over two rows, weights in the names of levels only."""
    header = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分")
    texts = (
        ("产出指标", "数量指标", "培训人次", "≥100人次", "120人次", "10", "见附件"),
        ("", "", "培训场次", "≥5场", "6场", "10", "10"),
        ("", "", "参训率", "≥95%", "96%", "", ""),
        ("效益指标(30分)", "社会效益指标", "满意", "提升", "提升", "", ""),
    )
    rows = [row(*(cell(paragraph(text)) for text in line)) for line in (header, *texts)]
    for at, down in ((2, "restart"), (3, "continue")):
        cells = [cell(paragraph(text)) for text in texts[at - 1][:5]]
        rows[at] = row(*cells, *(cell(paragraph(text), 1, down) for text in texts[at - 1][5:]))
    (form,) = forms_in(document(paragraph("2023年度项目支出绩效自评表"), table(*rows, widths=[1000] * 7)))

    written, left_out = convert(form, tmp_path)

    assert left_out == ("G2 的得分“见附件”不是数字", "第 3 至 4 行合并的分值和得分:转入后写在首行")
    (again,) = perf_xl.read(written)
    assert [one.level3.text for one in again.indicators] == [one.level3.text for one in form.indicators]
    assert [(one.level, one.level1, one.weight) for one in again.headings] == [(1, "效益指标", 30)]
    assert again.title.text == form.title.text
