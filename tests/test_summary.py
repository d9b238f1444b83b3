"""The result workbook: what stands on it, said without any spreadsheet program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from perf_xl.auditing import audit
from perf_xl.consolidating import Consolidation, FileLine, Partial, conclude, digest
from perf_xl.errors import WorkbookUnreadable
from perf_xl.reading import read_forms
from perf_xl.scoring import score
from perf_xl.sheets import Book, Cell, Sheet
from perf_xl.summary import (
    FILES,
    FINDINGS,
    FUNDS,
    PROJECTS,
    SOURCES,
    WORKINGS,
    control_totals,
    ranked,
    summary_book,
    written,
    written_unit,
)
from perf_xl.workbooks import read_grids

Row = tuple[str, str, str, Any, Any, float, float]
"""level 1, level 2, level 3, target, actual, weight, score"""


@dataclass(frozen=True)
class Filed:
    """One project's form, small and complete: 10 for the rate, 50, 30, 10 for the levels."""

    project: str
    unit: str
    budget: float
    executed: float
    rows: tuple[Row, ...]
    total: float
    year: int = 2023


def filed(
    project: str, unit: str, budget: float, executed: float, repairs: Any, done: Any, quality: str, content: Any
) -> Filed:
    rows: tuple[Row, ...] = (
        ("产出指标", "数量指标", "完成维修维护次数", repairs, done, 20, 20),
        ("产出指标", "数量指标", "印刷页数", "2万张以上", "2.2万", 10, 10),
        ("产出指标", "质量指标", "维修质量达标情况", "质量合格", quality, 10, 9),
        ("产出指标", "时效指标", "支付及时率", "≥95%", "90%", 10, 9.47),
        ("效益指标", "社会效益指标", "提供务工收入人数", "50人", "58人", 30, 30),
        ("满意度指标", "服务对象满意度指标", "企业满意度", "≥90%", content, 10, 10),
    )
    total = round(10 * executed / budget + sum(row[6] for row in rows), 2)
    return Filed(project, unit, budget, executed, rows, total)


FIVE = (
    filed("会议费及参阅印制", "综合股", 10, 6.5, "3次以上", "5次", "合格", "95%"),
    filed("公共资源交易中心硬件设备采购", "公共资源交易中心", 10, 4.41, "5次", "3次", "合格", "92%"),
    filed("政府网站运营维护", "政务信息中心", 20, 18, "2次以上", "2次", "合格", "96.5%"),
    filed("机关维修维护", "应急综合事务中心", 28, 20, "8次以上", "10", "部分达成预期指标并具有一定效果70%", "88%"),
    filed("政府机关购买服务及考核奖", "办公室", 10, 3, "4次", "4次", "合格", "90%"),
)


def write_form(path: Path, form: Filed) -> None:
    """The official form, filled in."""
    book = Workbook()
    sheet = book.active
    sheet.title = "绩效自评表"
    sheet["A1"] = f"{form.year}年部门预算项目支出绩效自评表"
    sheet["A2"], sheet["B2"] = "项目名称", form.project
    sheet["A3"], sheet["B3"], sheet["E3"], sheet["F3"] = "主管部门", "正宁县人民政府办公室", "实施单位", form.unit
    heads = ("项目资金(万元)", "年初预算数", "全年预算数", "全年执行数", "执行率(%)", "分值", "得分")
    lines: list[Sequence[Any]] = [heads]
    rate = form.executed / form.budget
    lines.append(("年度资金总额", form.budget, form.budget, form.executed, f"{rate:.2%}", 10, round(10 * rate, 2)))
    lines.append(("其中:当年财政拨款", form.budget, form.budget, form.executed))
    lines.append(("上年结转资金", 0, 0, 0))
    lines.append(("其他资金", 0, 0, 0))
    lines.append(("年度总体目标", "预期目标", None, None, "实际完成情况"))
    lines.append((None, "按计划完成", None, None, "已完成"))
    lines.append(
        ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值(权重)", "得分", "偏差原因分析及改进措施")
    )
    lines += form.rows
    lines.append(("总分", None, None, None, None, 100, form.total))
    lines.append(("说明", "无"))
    for line in lines:
        sheet.append(line)
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.data_type == "f":  # "=100%" is what a person typed, no formula
                cell.data_type = "s"
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def consolidated(
    folder: Path, forms: Sequence[Filed] = FIVE, as_one: str | None = None, **others: bytes
) -> Consolidation:
    """Write the forms, read them back, consolidate; `others` are further files by name."""
    for number, form in enumerate(forms, 1):
        write_form(folder / "报送" / f"{number:02d} {form.unit}#1.xlsx", form)
    for name, data in others.items():
        (folder / "报送" / name).write_bytes(data)
    parts = []
    for path in sorted((folder / "报送").iterdir()):
        name = f"报送/{path.name}"
        if path.name.startswith("~$"):
            parts.append(Partial(files=(FileLine(name, "temporary"),)))
            continue
        try:
            scores = [score(form) for form in read_forms(read_grids(path.read_bytes(), name), name)]
        except WorkbookUnreadable as refusal:
            parts.append(Partial(files=(FileLine(name, "refused", refusal.code, refusal.why, refusal.cure),)))
            continue
        tables = tuple(digest(one, audit(one)) for one in scores)
        parts.append(Partial(tables, (FileLine(name, "read", forms=len(tables)),)))
    return conclude(Partial.sum(parts), as_one=as_one)


def book_of(result: Consolidation) -> Book:
    return summary_book(result, link_to=lambda name: name)


def sheet_of(book: Book, name: str) -> Sheet:
    return next(sheet for sheet in book.sheets if sheet.name == name)


def values(sheet: Sheet) -> list[list[Any]]:
    return [[None if cell is None else cell.value for cell in row] for row in sheet.all_rows()]


def lines_of(sheet: Sheet) -> list[dict[str, Any]]:
    """A list as a reader would take it: by its heads."""
    assert sheet.filter is not None
    heads = [cell.value.replace("\n", "") for cell in sheet.rows[sheet.filter.top][: sheet.filter.right + 1]]  # type: ignore[union-attr]
    return [dict(zip(heads, row, strict=False)) for row in values(sheet)[sheet.filter.top + 1 :]]


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Consolidation:
    """The seed's five projects as one form, with a damaged file and one that a program left behind."""
    folder = tmp_path_factory.mktemp("five")
    return consolidated(folder, as_one="2023年机关运转项目", **{"坏了.xlsx": b"PK\x03\x04", "~$01.xlsx": b"x"})


# --- the form ---------------------------------------------------------------------------------------------------------


def test_the_form_reads_like_the_official_one(five: Consolidation) -> None:
    rows = values(book_of(five).sheets[0])
    assert rows[0][0] == "2023年度项目支出绩效自评汇总表"
    assert rows[2][:3] == ["项目名称", None, "2023年机关运转项目"]
    assert [rows[3][2], rows[3][6]] == ["正宁县人民政府办公室", "自评表 5 张"]
    assert rows[5] == ["年度资金总额", None, *map(Decimal, ("78", "78", "51.91", "0.6655", "10", "6.66"))]
    assert rows[6][5:] == ["—", "—", "—"], "rate, weight and score stand on the total row only"


def test_its_indicators_stand_in_the_sensible_unit(five: Consolidation) -> None:
    rows = {row[2]: row[3:] for row in values(book_of(five).sheets[0]) if row[2]}
    assert rows["完成维修维护次数"] == ["≥22次", "24次", Decimal(20), Decimal(20), None]
    assert rows["印刷页数"][:2] == ["≥10万张", "11万张"]
    assert rows["维修质量达标情况"][:2] == ["质量合格", "全部或基本达成4张、部分达成1张"]
    assert rows["支付及时率"] == ["≥95%", "90%", Decimal(10), Decimal("9.47"), "完成比例94.74%"]
    assert rows["企业满意度"][:2] == ["≥90%", "91.85%"]


def test_its_parents_are_merged_over_their_rows(five: Consolidation) -> None:
    sheet = book_of(five).sheets[0]
    head = next(at for at, row in enumerate(values(sheet)) if row[0] == "一级指标")
    assert sheet.rows[head + 1][0] == Cell("产出指标\n(50分)", "label")
    assert [area for area in sheet.merged if area.top == head + 1] == [
        (head + 1, 1, head + 2, 1),
        (head + 1, 0, head + 4, 0),
    ]
    assert [row[0] for row in values(sheet)[head + 2 : head + 5]] == [None] * 3, "nothing hides under a merged cell"
    assert sheet.printing.repeat == (head, head)


def test_its_foot_has_total_remarks_notes_and_room_to_sign(five: Consolidation) -> None:
    text = "\n".join(str(value) for row in values(book_of(five).sheets[0]) for value in row if value is not None)
    rows = values(book_of(five).sheets[0])
    total = next(row for row in rows if row[0] == "总分")
    assert total[5:] == [Decimal(100), Decimal("95.05"), "等级:优"]
    assert sum(row[6] for row in rows if row[3] and isinstance(row[2], str) and isinstance(row[6], Decimal)) == Decimal(
        "88.39"
    )
    assert "见到文件 7 个 = 读取 5 + 拒读 1 + 临时文件 1 + 重复 0,相符" in text
    assert "按资金额度加权平均为93.94分,供对照" in text
    for words in ("注:1.", "2.满分为100分", "3.定量指标", "填报人:", "审核人:", "负责人:", "日期:", "填报单位(盖章):"):
        assert words in text


def test_what_is_in_conflict_is_named_on_the_form_and_shown_by_source(tmp_path: Path) -> None:
    odd = filed("老旧管网改造", "水务所", 10, 9, "全部完成", "全部完成", "合格", "95%")
    book = book_of(consolidated(tmp_path, [*FIVE, odd], as_one="合并项目"))
    text = "\n".join(str(value) for row in values(book.sheets[0]) for value in row)
    assert "未计入汇总:“完成维修维护次数”(C04" in text
    shown = [line for line in lines_of(sheet_of(book, SOURCES)) if line["是否计入"] == "否(C04)"]
    assert len(shown) == 6
    assert {line["三级指标"] for line in shown} == {"完成维修维护次数"}
    assert "全部完成" in {line["完成值(原文)"] for line in shown}


def test_tables_that_do_not_count_are_named_on_the_form(five: Consolidation, tmp_path: Path) -> None:
    forms = [*FIVE, replace(FIVE[0], executed=7), replace(FIVE[1], year=2022)]
    book = book_of(consolidated(tmp_path, forms, as_one="合并项目"))
    text = "\n".join(str(value) for row in values(book.sheets[0]) for value in row)
    assert "本次汇总尚待核实:C02同一项目重复报送(内容不同)1项、C06年度不一致1项。涉及的自评表见“问题”。" in text
    assert "尚待核实" not in str(values(book_of(five).sheets[0]))


def test_every_form_has_a_sheet_that_excel_accepts(tmp_path: Path) -> None:
    same = [replace(FIVE[0], project="[老城区]道路*维护/二期?" * 4, unit=unit) for unit in ("甲", "乙")]
    later = replace(FIVE[0], project="节水", year=2022)
    names = [sheet.name for sheet in book_of(consolidated(tmp_path, [*same, later])).sheets]
    assert len(names) == 8
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert len({name.lower() for name in names}) == len(names)
    assert names[-6:] == [PROJECTS, WORKINGS, SOURCES, FUNDS, FINDINGS, FILES]


# --- how people write values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "unit", "shown"),
    [
        ([Fraction(220000)], "张", "22万张"),
        ([Fraction(220000), Fraction(9000)], "张", "220,000张"),  # 0.9万 helps nobody
        ([Fraction(223456)], "张", "223,456张"),  # no digit of a sum is lost
        ([Fraction(519100)], "元", "51.91万元"),
        ([Fraction(3500)], "米", "3.5公里"),
        ([Fraction(19, 20)], "%", "95%"),
        ([Fraction(5191, 7800)], "%", "66.55%"),
        ([Fraction(1, 200000)], "%", "0.0005%"),  # not 0
        ([Fraction(25000)], "元/人", "25,000元/人"),
        ([Fraction(30000)], None, "3万"),
        ([Fraction(0)], "起", "0起"),
    ],
)
def test_a_value_is_written_as_people_write_it(values: list[Fraction], unit: str | None, shown: str) -> None:
    assert written(values[0], written_unit(values, unit)) == shown


# --- the lists --------------------------------------------------------------------------------------------------------


def test_projects_are_ranked_by_recomputed_total(five: Consolidation) -> None:
    lines = lines_of(sheet_of(book_of(five), PROJECTS))[:5]
    assert [line["名次"] for line in lines] == [1, 2, 3, 4, 5]
    totals = [line["复核总分"] for line in lines]
    assert totals == sorted(totals, reverse=True)
    assert all(line["差异"] == line["复核总分"] - line["自评总分"] for line in lines)
    assert {line["计入汇总"] for line in lines} == {"是"}


def test_equal_totals_share_a_rank_and_stand_by_name(five: Consolidation) -> None:
    line = five.projects[0]
    lines = [
        replace(line, project=name, total=total) for name, total in (("丙", 90), ("甲", 80), ("乙", 90), ("丁", None))
    ]  # type: ignore[arg-type]
    # by name means by code point: 丁 丙 乙 甲
    assert [(rank, one.project) for rank, one in ranked(lines)] == [(1, "丙"), (1, "乙"), (3, "甲"), (None, "丁")]


@pytest.mark.parametrize(("projects", "drawn"), [(1, 1), (12, 12), (40, 40), (41, 20)])
def test_charts_stay_readable_and_cover_no_cell(five: Consolidation, projects: int, drawn: int) -> None:
    many = [replace(five.projects[0], project=f"项目{number}") for number in range(projects)]
    sheet = sheet_of(book_of(replace(five, projects=tuple(many))), PROJECTS)
    assert sheet.filter is not None
    assert [chart.kind for chart in sheet.charts] == ["bar", "column"]
    for chart in sheet.charts:
        assert chart.at[0] > sheet.filter.bottom, "below the list"
        assert all(series.values.bottom - series.values.top + 1 == drawn for series in chart.series)
        assert ("只画前 20 张" in chart.title) == (projects > 40)
    scores, amounts = sheet.charts
    beside = scores.at[0] == amounts.at[0]
    assert beside or amounts.at[0] * 24 >= scores.at[0] * 24 + scores.height


def test_the_workings_are_shown_with_their_numbers(five: Consolidation) -> None:
    how = {line["三级指标"]: line["计算过程"] for line in lines_of(sheet_of(book_of(five), WORKINGS))}
    assert how["完成维修维护次数"].splitlines()[:2] == ["指标值:3+5+4+2+8=22次", "完成值:5+3+4+2+10=24次"]
    assert how["企业满意度"].splitlines() == [
        "指标值:各表均为90%",
        "完成值:(95%×10+92%×10+90%×10+96.5%×20+88%×28)÷78=91.85%",
        "得分:10×100%=10",
    ]
    assert how["维修质量达标情况"].startswith("完成比例:(100%×10+100%×10+100%×10+100%×20+70%×28)÷78=89.23%")
    assert how["全年执行数÷全年预算数"] == "执行率:51.91÷78=66.55%\n得分:10×66.55%=6.66"


def test_a_long_sum_is_cut_after_a_few_terms(tmp_path: Path) -> None:
    forms = [replace(FIVE[0], unit=f"第{number}所") for number in range(9)]
    how = {
        line["三级指标"]: line["计算过程"]
        for line in lines_of(sheet_of(book_of(consolidated(tmp_path, forms)), WORKINGS))
    }
    assert how["提供务工收入人数"].startswith("指标值:50+50+50+50+50+50+…(共9项)=450人")


def test_every_contribution_is_listed_with_its_cells(five: Consolidation) -> None:
    lines = lines_of(sheet_of(book_of(five), SOURCES))
    assert len(lines) == sum(len(row.sources) for form in five.forms for row in form.indicators) == 30
    website = next(line for line in lines if line["单位"] == "政务信息中心" and line["三级指标"] == "印刷页数")
    assert [website[head] for head in ("指标值单元格", "指标值(原文)", "完成值单元格", "完成值(原文)")] == [
        "D13",
        "2万张以上",
        "E13",
        "2.2万",
    ]
    money = lines_of(sheet_of(book_of(five), FUNDS))
    assert sum(
        line["全年执行数(万元)"] for line in money if line["资金项目"] == "年度资金总额" and line["文件"] != "合计"
    ) == Decimal("51.91")


def test_findings_say_how_to_mend_them(five: Consolidation) -> None:
    lines = lines_of(sheet_of(book_of(five), FINDINGS))
    assert len(lines) == len(five.findings)
    damaged = next(line for line in lines if line["代码"] == "X01")
    assert damaged["级别"] == "错误"
    assert damaged["文件"] == "报送/坏了.xlsx"
    assert "另存为" in damaged["处理办法"]


def test_control_totals_stand_in_the_first_lines(five: Consolidation) -> None:
    sheet = sheet_of(book_of(five), FILES)
    assert values(sheet)[1][:6] == ["见到文件", "读取", "拒读", "临时文件", "重复", "核对"]
    assert values(sheet)[2][:6] == [7, 5, 1, 1, 0, "7 = 5 + 1 + 1 + 0,相符"]
    states = {line["文件"]: line["状态"] for line in lines_of(sheet)}
    assert states["报送/坏了.xlsx"] == "拒读"
    assert states["报送/~$01.xlsx"] == "临时文件"


def test_a_file_in_no_state_is_loud(five: Consolidation) -> None:
    lost = replace(five, files=(*five.files, FileLine("走失.xlsx", "nowhere")))
    with pytest.raises(AssertionError, match="8 files seen"):
        control_totals(lost)


def test_nothing_to_consolidate_still_gives_a_book() -> None:
    book = book_of(conclude(Partial(files=(FileLine("坏了.xlsx", "refused", "X01", "文件已加密", "请取消密码"),))))
    assert [sheet.name for sheet in book.sheets] == [PROJECTS, WORKINGS, SOURCES, FUNDS, FINDINGS, FILES]
    line = lines_of(sheet_of(book, FILES))[0]
    assert [line["原因"], line["怎么办"]] == ["文件已加密", "请取消密码。"]


def test_the_order_of_the_files_makes_no_difference(tmp_path: Path) -> None:
    forwards, backwards = tmp_path / "a", tmp_path / "b"
    one = consolidated(forwards, FIVE, as_one="合并项目")
    other = consolidated(backwards, FIVE[::-1], as_one="合并项目")
    assert values(book_of(one).sheets[0]) == values(book_of(other).sheets[0])
