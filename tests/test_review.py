"""The bureau's list of findings: what stands on it, said without any spreadsheet program."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from perf_xl.findings import ADVICE, DOUBT, ERROR, SEVERITIES, Finding
from perf_xl.findings import finding as catalogued
from perf_xl.review import (
    CODES,
    EXPLAINED,
    FILES,
    FINDING_COLUMNS,
    FINDINGS,
    MOST_COMMON,
    MOST_DRAWN,
    NO_UNIT,
    OPEN,
    REFUSED_UNIT,
    SUMMARY,
    UNITS,
    Reviewed,
    review_book,
)
from perf_xl.sheets import MOST_LINKS, Book, Link, Sheet
from perf_xl.workbooks import is_own_output
from perf_xl.writing import render


def found(code: str, message: str = "执行率分值填7,应为10", cell: str = "G5", severity: str | None = None) -> Finding:
    return catalogued(
        code, message, file="", sheet="自评表", cell=cell, found="7", expected="10", severity=severity, citation="表注2"
    )


def form(unit: str, *findings: Finding, project: str = "网站维护", total: int | None = 90, **others: Any) -> Reviewed:
    score = None if total is None else Decimal(total)
    return Reviewed(
        unit, project, 2023, f"报送/{unit}{project}.xlsx", "自评表", score, Decimal(90), "优", findings, **others
    )


def seen(read: int, refused: int = 0, temporary: int = 0, duplicate: int = 0) -> dict[str, int]:
    states = {"read": read, "refused": refused, "temporary": temporary, "duplicate": duplicate}
    return {"seen": sum(states.values())} | states


def book_of(forms: Sequence[Reviewed], refused: Sequence[tuple[str, str, str]] = (), **states: int) -> Book:
    return review_book(forms, refused, seen(len(forms), len(refused), **states), link_to=lambda name: f"../{name}")


def sheet_of(book: Book, name: str) -> Sheet:
    return next(sheet for sheet in book.sheets if sheet.name == name)


def values(sheet: Sheet) -> list[list[Any]]:
    return [[None if cell is None else cell.value for cell in row] for row in sheet.all_rows()]


def text_of(sheet: Sheet) -> str:
    return "\n".join(str(value) for row in values(sheet) for value in row if value is not None)


def lines_of(sheet: Sheet) -> list[dict[str, Any]]:
    """A list as a reader would take it: by its heads, without the total below."""
    assert sheet.filter is not None
    top, _, bottom, right = sheet.filter
    heads = values(sheet)[top][: right + 1]
    return [dict(zip(heads, row, strict=False)) for row in values(sheet)[top + 1 : bottom + 1]]


def sentences(book: Book) -> list[str]:
    """The most common errors, without their numbers."""
    rows = values(sheet_of(book, SUMMARY))
    top = next(at for at, row in enumerate(rows) if str(row[0]).startswith("三、"))
    return [row[1] for row in itertools.takewhile(lambda row: isinstance(row[0], int), rows[top + 1 :])]


REFUSED = ("报送/坏了.xlsx", "X01", "文件已加密。请取消密码后重新报送。")

THREE = (
    form(
        "城关镇", found("W02"), found("D01", "“效果”没有说明扣分原因", "H9"), found("D01", "没有说明", "H8"), total=80
    ),
    form("水务所", found("W02", "预算执行率分值为 7 分,应为 10 分"), found("I03", "照抄了指标值", "E9")),
    form("办公室", explained=((found("W02"), "按批复执行"),)),
)


# --- 审核汇总 ---------------------------------------------------------------------------------------------------------


def test_control_totals_stand_on_the_first_page() -> None:
    rows = values(book_of(THREE, [REFUSED], temporary=1, duplicate=2).sheets[0])
    head = next(at for at, row in enumerate(rows) if row[0] == "见到文件(个)")
    assert [one for one in rows[head + 1] if one is not None] == [7, 3, 1, 1, 2, "7 = 3 + 1 + 1 + 2,相符"]


@pytest.mark.parametrize("wrong", [{"seen": 4, "read": 3}, {"seen": 4, "read": 3, "refused": 1}, {"seen": 3}])
def test_a_file_in_no_state_is_loud(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="0 files refused"):
        review_book(THREE, [], wrong)


def test_the_result_is_counted_and_said_in_words() -> None:
    rows = values(book_of(THREE, [REFUSED]).sheets[0])
    head = next(at for at, row in enumerate(rows) if row[0] == "审核自评表(张)")
    assert [one for one in rows[head + 1] if one is not None] == [3, 2, "66.7%", 4, 1, 0, 1]
    assert rows[0][0] == "2023年度项目支出绩效自评表审核汇总"
    assert rows[1][0] == (
        "共审核 3 个单位的自评表 3 张,其中 2 张有错误(占66.7%);自评总分与复核总分不一致的 1 张;"
        "单位已说明的 1 处不计入问题数。另有 1 个文件无法读取,未经审核,见“文件”。"
    )


def test_the_most_common_errors_are_sentences_with_an_example_and_a_cure() -> None:
    assert sentences(book_of(THREE)) == [
        "W02 预算执行率分值不符:2张表出现2处(占66.7%)。例:城关镇「网站维护」G5 执行率分值填7,应为10。"
        "改法:把预算执行率的分值改为规定的分值,并按执行率重算得分和总分。",
        "D01 扣分未说明原因:1张表出现2处(占33.3%)。例:城关镇「网站维护」H8 没有说明。"
        "改法:在“偏差原因分析及改进措施”栏写明扣分的原因和改进措施。",
        "I03 完成值照抄指标值(疑点):1张表出现1处(占33.3%)。例:水务所「网站维护」E9 照抄了指标值。"
        "改法:填写实际完成的数值,不要照抄“≥95%”这样的界限。",
    ]


def test_errors_come_before_doubts_and_ten_are_enough() -> None:
    errors = ("W01", "W02", "F01", "F02", "F04", "S01", "S03", "S04", "D01", "C05", "C06")
    doubts = [form(f"第{number}所", found("I03")) for number in range(5)]
    told = sentences(book_of([form("城关镇", *map(found, errors)), *doubts]))
    assert [one[:3] for one in told] == sorted(errors)[:MOST_COMMON]
    few = sentences(book_of([form("城关镇", found("W02"), found("C01")), *doubts]))
    assert [one[:3] for one in few] == ["W02", "I03"], "提示 is not among them"


def test_a_lowered_severity_is_a_kind_of_its_own() -> None:
    book = book_of([form("城关镇", found("W01")), form("水务所", found("W01", severity=DOUBT))])
    assert [(line["代码"], line["级别"], line["处数"]) for line in lines_of(sheet_of(book, CODES))] == [
        ("W01", ERROR, 1),
        ("W01", DOUBT, 1),
    ]
    chart = sheet_of(book, SUMMARY).charts[0]
    assert chart.series[0].values.top == chart.series[0].values.bottom, "the chart shows codes"


@pytest.mark.parametrize(
    ("forms", "verdict", "nothing"),
    [
        ([form("城关镇")], "共审核 1 个单位的自评表 1 张,未发现问题。", "未发现问题"),
        ([form("城关镇", found("C01"))], "共审核 1 个单位的自评表 1 张,未发现错误。", "未发现错误和疑点"),
        ([], "没有读到自评表,未作审核。", "没有可审核的自评表"),  # nothing checked is not nothing found
    ],
)
def test_nothing_found_is_said(forms: list[Reviewed], verdict: str, nothing: str) -> None:
    book = book_of(forms)
    rows = values(book.sheets[0])
    assert rows[1][0] == verdict
    assert any(row[0] == nothing for row in rows)
    assert bool(book.sheets[0].charts) == any(one.findings for one in forms)
    assert render(book)


# --- lists ------------------------------------------------------------------------------------------------------------


def test_units_stand_by_errors_then_name_with_a_total() -> None:
    many = [*THREE, form("阿镇", found("W02")), form("", found("I03")), form("水务所", project="供水")]
    sheet = sheet_of(book_of(many, [REFUSED]), UNITS)
    lines = lines_of(sheet)
    assert [line["单位"] for line in lines] == ["城关镇", "水务所", "阿镇", NO_UNIT, "办公室", REFUSED_UNIT]
    assert list(lines[1].values())[:8] == ["水务所", 2, 1, 1, 1, 0, 0, 0]
    total = next(row for row in values(sheet) if row[0] == "合计")
    assert total[:8] == ["合计", 6, 3, 5, 2, 0, 1, 1]
    assert total[1:8] == [sum(list(line.values())[at] for line in lines) for at in range(1, 8)]


def test_a_chart_of_many_units_shows_the_worst() -> None:
    sheet = sheet_of(book_of([form(f"第{number:02d}所", found("W02")) for number in range(30)]), UNITS)
    (chart,) = sheet.charts
    assert chart.series[0].values.bottom - chart.series[0].values.top + 1 == MOST_DRAWN
    assert "共 30 项" in chart.title
    assert sheet.printing.breaks == (chart.at[0] - 1,), "list and chart are too much for one page"


def test_codes_are_counted_by_place_form_and_unit() -> None:
    lines = lines_of(sheet_of(book_of(THREE), CODES))
    counted = [[line[head] for head in ("代码", "处数", "涉及表数", "涉及单位数", "占审核表比例")] for line in lines]
    assert counted == [
        ["W02", 2, 2, 2, Decimal("0.6667")],
        ["D01", 2, 1, 1, Decimal("0.3333")],
        ["I03", 1, 1, 1, Decimal("0.3333")],
    ]
    assert all(line["处理办法"] and line["依据"] == "表注2" for line in lines)


def test_the_findings_are_ready_for_a_pivot_table() -> None:
    sheet = sheet_of(book_of(THREE), FINDINGS)
    assert values(sheet)[0] == [column.head for column in FINDING_COLUMNS]
    assert (sheet.merged, sheet.freeze, sheet.filter) == ([], (1, 2), (0, 0, 6, 15))
    first = lines_of(sheet)[1]
    assert list(first.values()) == [
        "城关镇", "网站维护", 2023, "报送/城关镇网站维护.xlsx", "自评表", "H9", "D01", ERROR, "扣分未说明原因", "“效果”没有说明扣分原因",
        "7", "10", "在“偏差原因分析及改进措施”栏写明扣分的原因和改进措施。", "表注2", OPEN, None,
    ]  # fmt: skip
    place = sheet.all_rows()[2][5]
    assert place is not None
    assert place.link == Link("../报送/城关镇网站维护.xlsx", "自评表", "H9")


def test_what_is_explained_is_shown_and_not_counted() -> None:
    book = book_of(THREE)
    states = [(line["单位"], line["状态"], line["说明"]) for line in lines_of(sheet_of(book, FINDINGS))]
    assert ("办公室", EXPLAINED, "按批复执行") in states
    assert [one for one in states if one[1] == EXPLAINED] == [("办公室", EXPLAINED, "按批复执行")]
    office = next(line for line in lines_of(sheet_of(book, FILES)) if line["单位"] == "办公室")
    assert [office[head] for head in (*SEVERITIES, EXPLAINED)] == [0, 0, 0, 1]
    assert sum(line["处数"] for line in lines_of(sheet_of(book, CODES))) == 5


def test_refused_files_are_listed_first_with_their_reason() -> None:
    first, *read = lines_of(sheet_of(book_of(THREE, [REFUSED]), FILES))
    assert [first["状态"], first["文件"], first["拒读原因和处理办法"]] == ["拒读", REFUSED[0], f"X01 {REFUSED[2]}"]
    assert [(line["状态"], line["差异"]) for line in read if line["单位"] == "城关镇"] == [("读取", Decimal(-10))]


# --- as a file --------------------------------------------------------------------------------------------------------


def test_the_order_of_what_is_given_makes_no_difference() -> None:
    others = [("报送/甲.xlsx", "X02", "没有自评表"), REFUSED]
    forms = [*THREE, replace(THREE[0], sheet="自评表2"), replace(THREE[0], total=None)]
    turned = [replace(one, findings=one.findings[::-1], explained=one.explained[::-1]) for one in forms[::-1]]
    assert render(book_of(forms, others)) == render(book_of(turned, others[::-1]))


def test_text_stays_text_and_the_product_knows_its_own_result() -> None:
    evil = form("=cmd|' /C calc'!A0", found("W02", "@SUM(1)", "+1"), project="-1+1", explained=((found("D01"), "=1"),))
    data = render(book_of([evil], [("=HYPERLINK(1).xlsx", "X01", "+坏了")]))
    assert is_own_output(data)
    book = load_workbook(io.BytesIO(data))
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert [book[FINDINGS][place].value for place in ("A2", "B2", "P3")] == [evil.unit, evil.project, "=1"]


def test_links_end_before_excel_breaks() -> None:
    many = [form("城关镇", *[found("W02")] * (MOST_LINKS + 1))]
    rows = sheet_of(book_of(many), FINDINGS).all_rows()
    assert [rows[at][5].style for at in (MOST_LINKS, MOST_LINKS + 1)] == ["place", "word"]  # type: ignore[union-attr]


def test_without_a_way_to_the_files_there_are_no_links() -> None:
    book = review_book(THREE, [], seen(3))
    assert not any(cell and cell.link for sheet in book.sheets for row in sheet.all_rows() for cell in row)


def test_advice_is_counted_apart() -> None:
    line = lines_of(sheet_of(book_of([form("城关镇", found("C01"))]), UNITS))[0]
    assert [line[f"{severity}(处)"] for severity in (ERROR, DOUBT, ADVICE)] == [0, 0, 1]
