"""Oddities of layout one by one, beyond those that the layout engine makes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from perf_xl.grid import Grid
from perf_xl.model import Form
from perf_xl.reading import read_forms

HEADER = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]
FUNDS = ["项目资金(万元)", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
TOTAL = [None, "年度资金总额", 10.0, 10.0, 9.0, 10.0, "90%", 9.0]
ROWS: list[list[Any]] = [
    ["产出指标", "数量指标", "培训人次", "100人次", "100人次", 50.0, 50.0, None],
    ["效益指标", "社会效益指标", "就业", "合格", "合格", 30.0, 30.0, None],
    ["满意度指标", "满意度指标", "满意度", "≥90%", "95%", 10.0, 10.0, None],
]
TITLE = ["2023年度项目支出绩效自评表"]
HEAD = ["项目名称", None, "甲项目", None, "实施单位", "乙单位"]
SUM = ["总分", None, None, None, None, 100.0, 99.0]


def read(*rows: list[Any], **more: Any) -> list[Form]:
    return read_forms([Grid("表", list(rows), **more)], "甲.xlsx")


def test_the_plain_form() -> None:
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, HEADER, *ROWS, SUM)
    assert (form.project.text, form.implementing_unit.text, form.year, form.total.number) == (
        "甲项目",
        "乙单位",
        2023,
        99,
    )
    assert [one.weight.number for one in form.indicators] == [50, 30, 10]
    assert form.doubts == ()


def test_a_header_repeated_on_the_next_page_goes_on_with_the_same_form() -> None:
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, HEADER, *ROWS[:2], HEADER, *ROWS[2:], SUM)
    assert [one.row for one in form.indicators] == [6, 7, 9]
    assert form.total.number == 99


def test_a_second_form_may_have_no_title() -> None:
    forms = read(
        TITLE, HEAD, FUNDS, TOTAL, HEADER, *ROWS, SUM, ["项目名称", None, "丙项目"], FUNDS, TOTAL, HEADER, *ROWS, SUM
    )
    assert [form.project.text for form in forms] == ["甲项目", "丙项目"]
    assert [len(form.indicators) for form in forms] == [3, 3]


@pytest.mark.parametrize("printed", ["产出指标(40-50分)", "产出指标(40-50)分", "产出指标40-50分"])
def test_a_range_of_weights_is_no_part_of_a_name(printed: str) -> None:
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, HEADER, [printed, *ROWS[0][1:]], *ROWS[1:], SUM)
    assert form.indicators[0].level1 == "产出指标"
    assert form.headings == ()


def test_a_quoted_percent_sign_makes_no_share_of_a_weight() -> None:
    row = [*ROWS[0][:5], 50.0, 0.5, None]
    formats = {(5, 5): '0"%"', (5, 6): "0%"}
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, HEADER, row, *ROWS[1:], SUM, formats=formats)
    assert (form.indicators[0].weight.number, form.indicators[0].score.number) == (50, 50)


@pytest.mark.parametrize(
    ("header", "unit", "budget", "executed"),
    [
        (["预算执行情况(元)(10分)", None, "年初预算数", "全年预算数", "全年执行数"], "元", 12, 9),
        (["项目资金", None, "年初预算数", "2023年预算数(元)", "2023年执行数(元)"], "元", 12, 9),
        (["项目资金(万元)", None, "预算调整数", "调整后预算数", "支出金额"], "万元", 12, 9),
        (["项目资金(万元)", None, "年初批复数", "批复预算数", "累计支出数"], "万元", 12, 9),
    ],
)
def test_headers_of_the_funds_in_other_words(header: list[Any], unit: str, budget: int, executed: int) -> None:
    columns, amounts = ["分值", "执行率", "得分"], [None, "年度资金总额", 10.0, 12.0, 9.0, 10.0, "75%", 7.5]
    (form,) = read(TITLE, HEAD, [*header, *columns], amounts, HEADER, *ROWS, SUM)
    assert (form.money_unit, form.doubts) == (unit, ())
    assert (form.funds[0].budget.number, form.funds[0].executed.number) == (budget, executed)


def test_amounts_of_two_years_are_not_taken_for_one_another() -> None:
    header = ["项目资金(万元)", None, "2022年执行数", "2023年预算数", "2023年执行数", "分值", "执行率", "得分"]
    (form,) = read(TITLE, HEAD, header, TOTAL, HEADER, *ROWS, SUM)
    assert form.funds == ()


def test_the_block_of_fund_management_is_no_part_of_the_funds() -> None:
    block: list[list[Any]] = [
        ["资金管理情况", None, "情况说明", None, None, "存在问题和改进措施"],
        [None, "分配科学性", "按规定分配"],
        [None, "下达及时性", "及时下达"],
    ]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, *block, HEADER, *ROWS, SUM)
    assert [row.label.text for row in form.funds] == ["年度资金总额"]
    assert form.doubts == ()


def test_a_header_over_two_rows_with_the_levels_below() -> None:
    upper = ["绩效指标", None, None, "年度指标值", "实际完成值", "分值", "得分"]
    lower = ["一级指标", "二级指标", "三级指标"]
    (form,) = read(TITLE, HEAD, upper, lower, *ROWS, SUM, merged={(2, 0): (2, 2)})
    assert [one.level3.text for one in form.indicators] == ["培训人次", "就业", "满意度"]


def test_an_adjusted_target_is_the_one_in_force() -> None:
    header = ["一级指标", "二级指标", "三级指标", "年初指标值", "调整后指标值", "实际完成值", "分值", "得分"]
    rows = [
        ["产出指标", "数量指标", "甲", "10次", "8次", "8次", 10.0, 10.0],
        [None, None, "乙", "5次", None, "5次", 10.0, 10.0],
    ]
    (form,) = read(TITLE, HEAD, header, *rows)
    assert [one.target.text for one in form.indicators] == ["8次", "5次"]


def test_levels_repeated_on_every_row_are_the_same_as_merged_ones() -> None:
    rows = [
        ["产出指标", "数量指标", "甲", "1次", "1次", 10.0, 10.0],
        ["产出指标", None, "乙", "1次", "1次", 10.0, 10.0],
    ]
    (form,) = read(TITLE, HEAD, HEADER, *rows)
    assert [(one.level1, one.level2) for one in form.indicators] == [("产出指标", "数量指标")] * 2


class TestTotals:
    def test_the_word_comes_before_the_sum(self) -> None:
        (form,) = read(
            TITLE,
            HEAD,
            HEADER,
            *ROWS,
            ["合计", None, None, None, None, 90.0, 90.0],
            ["总分", None, None, None, None, None, 99.0],
        )
        assert form.total.number == 99
        assert any("两个总分" in doubt.message for doubt in form.doubts)

    def test_a_sum_in_the_middle_is_that_of_a_part(self) -> None:
        part = ["合计", None, None, None, None, 50.0, 50.0]
        (form,) = read(TITLE, HEAD, HEADER, ROWS[0], part, *ROWS[1:], ["合计", None, None, None, None, 90.0, 90.0])
        assert [one.level3.text for one in form.indicators] == ["培训人次", "就业", "满意度"]
        assert form.total.number == 90
        assert form.doubts == ()

    @pytest.mark.parametrize(
        "row", [["总分:98.5分"], ["总分", None, None, None, None, None, "98.5分"], ["自评总分", None, None, 98.5]]
    )
    def test_written_in_other_ways(self, row: list[Any]) -> None:
        (form,) = read(TITLE, HEAD, HEADER, *ROWS, row)
        assert form.total.number == Decimal("98.5")


class TestDoubts:
    def test_text_where_a_number_belongs(self) -> None:
        bad = ["产出指标", "数量指标", "甲", "1次", "1次", "拾分", 10.0]
        (form,) = read(TITLE, HEAD, HEADER, bad)
        assert [(doubt.code, doubt.cell) for doubt in form.doubts] == [("X03", "F4")]
        assert form.indicators[0].weight.number is None

    def test_an_error_value(self) -> None:
        row = ["产出指标", "数量指标", "甲", "1次", "1次", 10.0, None]
        (form,) = read(TITLE, HEAD, HEADER, row, errors={(3, 6): "#REF!"})
        assert form.indicators[0].score.text == "#REF!"
        assert form.indicators[0].score.number is None
        assert form.indicators[0].scored
        assert [doubt.cell for doubt in form.doubts] == ["G4"]

    def test_a_missing_column(self) -> None:
        (form,) = read(
            TITLE,
            HEAD,
            ["一级指标", "二级指标", "三级指标", "年度指标值", "分值"],
            ["产出指标", "数量指标", "甲", "1次", 10.0],
        )
        assert any("实际完成值" in doubt.message for doubt in form.doubts)

    def test_a_form_in_a_hidden_sheet(self) -> None:
        (form,) = read(TITLE, HEAD, HEADER, *ROWS, hidden=True)
        assert any("隐藏" in doubt.message for doubt in form.doubts)

    def test_a_formula_without_result_is_worked_out_and_said(self) -> None:
        rows = [*ROWS, ["总分", None, None, None, None, 100.0, None]]
        (form,) = read(TITLE, HEAD, HEADER, *rows, uncalculated={(6, 6): "SUM(G4:G6)"})
        assert form.total.number == 90
        assert any("重算" in doubt.message for doubt in form.doubts)

    def test_one_that_cannot_be_worked_out_is_said_too(self) -> None:
        rows = [*ROWS, ["总分", None, None, None, None, 100.0, None]]
        (form,) = read(TITLE, HEAD, HEADER, *rows, uncalculated={(6, 6): "VLOOKUP(A1,Sheet2!A:B,2,0)"})
        assert form.total.number is None
        assert any("没有保存计算结果" in doubt.message for doubt in form.doubts)


@pytest.mark.parametrize(
    "rows",
    [[], [[]], [[None]], [["随便写点什么"]], [TITLE], [TITLE, HEAD, FUNDS, TOTAL], [["指标", "数值"], ["甲", 1.0]]],
)
def test_what_is_no_form_gives_none(rows: list[list[Any]]) -> None:
    assert read_forms([Grid("表", rows)], "甲.xlsx") == []


class TestHead:
    def test_several_labels_in_one_cell(self) -> None:
        (form,) = read(TITLE, ["项目名称：甲项目  实施单位：乙单位   主管部门: 丙局"], HEADER, *ROWS)
        assert (form.project.text, form.implementing_unit.text, form.competent_department.text) == (
            "甲项目",
            "乙单位",
            "丙局",
        )

    def test_a_colon_in_the_value(self) -> None:
        (form,) = read(TITLE, ["项目名称：甲项目：二期"], HEADER, *ROWS)
        assert form.project.text == "甲项目：二期"

    def test_a_label_with_a_colon_and_its_value_beside(self) -> None:
        (form,) = read(TITLE, ["项目名称：", "甲项目"], HEADER, *ROWS)
        assert form.project.text == "甲项目"

    def test_the_remark_behind_its_label(self) -> None:
        (form,) = read(TITLE, HEAD, HEADER, *ROWS, SUM, ["说明：有补充"])
        assert form.remark.text == "有补充"


def test_a_text_is_no_operand_of_a_formula() -> None:
    rows = [*ROWS, ["总分", None, None, None, None, "50%", None]]
    (form,) = read(TITLE, HEAD, HEADER, *rows, uncalculated={(6, 6): "F7*G4"})
    assert form.total.number is None
    assert any("没有保存计算结果" in doubt.message for doubt in form.doubts)
