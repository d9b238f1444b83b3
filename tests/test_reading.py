"""Oddities of layout one by one, beyond those that the layout engine makes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from perf_xl.auditing import audit
from perf_xl.exact import fold
from perf_xl.grid import Grid
from perf_xl.model import Form
from perf_xl.reading import _role, read_forms
from perf_xl.scoring import score

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


def test_a_project_may_be_called_that_of_an_expenditure() -> None:
    (form,) = read(TITLE, ["项目支出名称", None, "甲项目"], FUNDS, TOTAL, HEADER, *ROWS, SUM)
    assert form.project.text == "甲项目"


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
        (["项目资金(万元)", None, "上年结余", "预算指标金额", "实际支付金额"], "万元", 12, 9),
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


def test_what_is_said_of_a_score_stands_behind_it_in_brackets() -> None:
    row = ["产出指标", "数量指标", "奖学金人数", "20人", "18人", 10.0, "9分（因招生减少，比例未变）", None]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, HEADER, row, *ROWS[1:], SUM)
    assert (form.indicators[0].score.number, form.doubts) == (9, ())


def test_columns_headed_above_go_with_the_header_below_them() -> None:
    above = ["绩效指标", None, None, "年度指标值", None, None, "实际完成值", "分值", "得分", "偏差原因分析及改进措施"]
    below = ["一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位"]
    row = ["产出指标", "数量指标", "受助人数", "≧", 30.0, "人次", 31.0, 10.0, 9.0, "已补报"]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, above, below, row, SUM)
    (one,) = form.indicators
    assert (one.target.text, one.actual.text, one.weight.number, one.score.number, one.reason.text) == (
        "≧30人次",
        "31",
        10,
        9,
        "已补报",
    )


def test_the_line_of_goals_is_no_header_of_the_indicators_below_it() -> None:
    goals = ["年度总体目标", "预期目标", None, None, "实际完成情况", None, None, None]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, goals, HEADER, *ROWS, SUM)
    assert [one.actual.text for one in form.indicators] == ["100人次", "合格", "95%"]


def test_a_header_cell_over_the_labels_of_the_funds_is_no_column_of_amounts() -> None:
    side = [
        "预算执行情况(10分)",
        "年度预算数(万元)",
        "年初预算",
        "调整后预算数",
        "预算执行数",
        "预算执行率",
        "权重",
        "得分",
    ]
    whole = [None, "总额", 0.0, 12.0, 9.0, "75.00%", 10.0, 7.5]
    part = [None, "其中:财政资金", 0.0, 12.0, 9.0, "75.00%", "/", "/"]
    (form,) = read(TITLE, HEAD, side, whole, part, HEADER, *ROWS, SUM)
    assert [(row.label.text, row.kind) for row in form.funds] == [("总额", "total"), ("其中:财政资金", "appropriation")]
    total = form.funds[0]
    assert (total.budget.number, total.executed.number, total.weight.number, total.score.number) == (12, 9, 10, 7.5)
    assert form.money_unit == "万元"


def test_amounts_that_stand_behind_labels_of_their_own() -> None:
    unit = ["项目名称", None, "甲项目", None, "金额单位:", "元"]
    heads = [
        "二、预算执行情况",
        "预算安排情况(调整后)",
        None,
        "资金到位情况",
        None,
        "资金执行情况",
        None,
        "预算执行进度(%)",
    ]
    whole = [None, "预算数", 12.5, "到位数", 12.5, "执行数", 10.0, "80.00"]
    part = [None, "其中:财政资金", 12.5, "其中:财政资金", 12.5, "其中:财政资金", 10.0, None]
    merged = {(3, 1): (3, 2), (3, 3): (3, 4), (3, 5): (3, 6)}
    goals = ["三、目标完成情况", "年度预期目标", None, None, "具体完成情况", None, None, "总体完成率(%)"]
    text = [None, "发放补贴", None, None, "已发放", None, None, "100.00"]
    (form,) = read(TITLE, unit, [], heads, whole, part, goals, text, HEADER, *ROWS, SUM, merged=merged)
    assert [(row.label.text, row.kind, row.budget.number, row.executed.number) for row in form.funds] == [
        ("预算数", "total", Decimal("12.5"), 10),
        ("其中:财政资金", "appropriation", Decimal("12.5"), 10),
    ]
    assert (form.funds[0].rate.text, form.money_unit) == ("80.00", "元")
    assert (form.goal.expected.text, form.goal.actual.text) == ("发放补贴", "已发放")
    assert form.doubts == ()


def test_a_second_line_of_the_header_may_split_target_and_score() -> None:
    above = [
        "一级指标",
        "二级指标",
        "三级指标",
        "指标分值",
        "预期指标值",
        None,
        None,
        "单项指标实际完成值",
        "自评得分",
        None,
        None,
    ]
    below = [*[None] * 4, "符号", "值", "单位(文字描述)", None, "单项指标得分", "权重占比(%)", "单项指标折算得分"]
    row = ["产出指标", "质量指标", "覆盖率", 25.0, ">=", "98", "%(百分比)", "100%", 24.0, 25.0, 6.0]
    merged = {(4, 4): (4, 6), (4, 8): (4, 10)}
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, above, below, row, merged=merged)
    (one,) = form.indicators
    assert (one.target.text, one.actual.text, one.weight.number, one.score.number) == (
        ">=98%(百分比)",
        "100%",
        25,
        24,
    )
    assert form.has_other_points
    assert [doubt.message for doubt in form.doubts] == ["总分由“折算得分”合计,这一列没有读入,不核对总分"]


def test_a_weight_beside_the_money_unit_of_the_funds() -> None:
    side = ["预算执行情况(万元)\n(20分)", None, "预算数(A)", "执行数(B)", "执行率(B/A)", "得分\n(20分*执行率)"]
    (form,) = read(TITLE, HEAD, side, [None, "年度财政资金总额", 2.5, 2.5, 1.0, 20.0], HEADER, *ROWS, SUM)
    assert (form.money_unit, form.doubts) == ("万元", ())


def test_an_amount_with_a_remark_in_brackets() -> None:
    whole = [None, "年度资金总额", "85万(其中示范建设29万元)", "85万", 85.0, 10.0, "100%", 10.0]
    (form,) = read(TITLE, HEAD, FUNDS, whole, HEADER, *ROWS, SUM)
    assert (form.funds[0].initial_budget.number, form.doubts) == (85, ())


def test_a_goal_ends_where_the_next_label_stands() -> None:
    side = ["项目基本情况", "1.年度目标完成情况", "项目年度目标", None, "年度目标完成情况"]
    texts = [None, None, "修缮办公楼", None, "已修缮"]
    more = [None, "2.实施内容概述", "先招标后施工"]
    merged = {(2, 0): (4, 0), (2, 1): (3, 1)}
    (form,) = read(TITLE, HEAD, side, texts, more, FUNDS, TOTAL, HEADER, *ROWS, SUM, merged=merged)
    assert (form.goal.expected.text, form.goal.actual.text) == ("修缮办公楼", "已修缮")


def test_of_two_columns_for_the_comparator_the_last_filled_one_speaks() -> None:
    head = [
        "一级指标",
        "二级指标",
        "三级指标",
        "指标性质",
        "指标方向",
        "目标值",
        "计量单位",
        "实际完成值",
        "分值",
        "得分",
    ]
    rows: list[list[Any]] = [
        ["产出指标", "成本指标", "车辆购置成本", "反向", "小于等于", 12.0, "万元", 11.5, 5.0, 5.0],
        ["效益指标", "社会效益指标", "规范化配置", "定性", None, "长期", None, "长期", 5.0, 5.0],
    ]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, head, *rows)
    assert [one.target.text for one in form.indicators] == ["小于等于12万元", "定性长期"]


def test_the_description_of_an_indicator_is_no_target_beside_one() -> None:
    header = ["一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "实际完成值", "分值", "得分"]
    row = ["产出指标", "数量指标", "养护里程", "养护公路里程数", "≥300公里", "300公里", 50.0, 50.0]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, header, row, *[[*line[:3], None, *line[3:]] for line in ROWS[1:]])
    assert form.indicators[0].target.text == "≥300公里"
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, [*header[:4], *header[5:]], [*row[:3], "≥300公里", *row[5:]])
    assert form.indicators[0].target.text == "≥300公里"


def test_levels_called_goals() -> None:
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, ["一级目标", "二级目标", *HEADER[2:]], *ROWS, SUM)
    assert (form.indicators[0].level1, form.indicators[0].level2) == ("产出指标", "数量指标")


@pytest.mark.parametrize("side", ["市级预算执行情况(万元)", "预算安排(万元)"])
def test_one_row_of_funds_without_a_name_of_its_own(side: str) -> None:
    header = [side, None, "预算金额", "实际支出", "预算执行率"]
    (form,) = read(TITLE, HEAD, header, [None, None, 120.0, 118.6, "98.83%"], HEADER, *ROWS, SUM)
    (row,) = form.funds
    assert (row.kind, row.label.text, row.budget.number, row.executed.number) == ("total", side, 120, Decimal("118.6"))


def test_another_table_of_points_is_said_and_not_added() -> None:
    block: list[list[Any]] = [
        ["项目权重", None, "评价内容", "分值", "自评分", "复核分"],
        ["项目决策2分", None, "决策依据", 2.0, 2.0, None],
    ]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, *block, HEADER, *ROWS, ["总分", None, None, None, None, None, 101.0])
    assert form.has_other_points
    assert [one.message for one in form.doubts] == ["这里另有一处分值和得分,没有读入,不核对分值合计和总分"]
    assert score(form).total is None
    assert not {"S04", "W01"} & {one.code for one in audit(score(form))}


def test_converted_points_make_the_total() -> None:
    header = [*HEADER[:6], "单项指标得分", "折算得分"]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, header, *[[*row[:6], 100.0, row[6]] for row in ROWS], SUM)
    assert (form.has_other_points, score(form).total) == (True, None)
    assert "S04" not in {one.code for one in audit(score(form))}


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("年末完成值", "actual"), ("本年完成值", "actual"), ("实际达成值", "actual"), ("上年完成值", "extra"), ("完成率", "extra"),
        ("期初目标值", "target"), ("批复指标值", "target"), ("年度计划值", "target"), ("权重分", "weight"), ("满分值", "weight"),
        ("评价得分", "score"), ("财政审核得分", "extra"), ("扣分标准", "extra"), ("评分细则", "extra"), ("偏差率", "extra"),
        ("偏差度(%)", "extra"), ("偏差原因", "reason"), ("未达到指标值原因", "reason"), ("存在问题及原因分析", "reason"), ("指标方向性", "comparator"),
        ("指标值调整原因", None),
    ],
)  # fmt: skip
def test_words_of_headers(header: str, role: str | None) -> None:
    assert _role(fold(header)) == role


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("批复预算数", "initial_budget"), ("全年预算数(调整后)", "budget"), ("累计执行数", "executed"), ("本年支出金额", "executed"),
        ("决算金额", "executed"), ("资金支付率", "rate"), ("预算执行进度", "rate"), ("年末结余", None),
    ],
)  # fmt: skip
def test_words_of_headers_of_funds(header: str, role: str | None) -> None:
    assert _role(fold(header), funds=True) == role


def test_a_blank_row_below_a_name_that_is_merged_over_it_is_none() -> None:
    rows = [
        ["产出指标", "数量指标", "培训人次", "100人次", "100人次", 50.0, 50.0, None],
        [None, None, None, None, None, None, None, "详见附件"],
        [None, None, None, "10期", "10期", 0.0, 0.0, None],
    ]
    merged = {(5, 2): (7, 2)}
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, HEADER, *rows, SUM, merged=merged)
    assert [(one.row, one.level3.text) for one in form.indicators] == [(6, "培训人次"), (8, "培训人次")]


def test_a_goal_with_a_number_is_no_row_of_funds() -> None:
    goal = ["年度目标1:(40分)", "做好防汛抗旱工作"]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, goal, HEADER, *ROWS, SUM)
    assert [row.label.text for row in form.funds] == ["年度资金总额"]


SOURCES = ["项目资金(万元)", "资金来源", "预算数", "执行数", "执行率", "分值", "得分"]


def test_bare_names_of_levels_are_sources_of_funds() -> None:
    rows = [
        [None, "中央", 60.0, 60.0],
        [None, "省", 20.0, 20.0],
        [None, "县(区)", 10.0, 5.0],
        [None, "其它", 10.0, 5.0],
    ]
    whole = [None, "合计", 100.0, 90.0, "90%", 10.0, 9.0]
    (form,) = read(TITLE, HEAD, SOURCES, *rows, whole, HEADER, *ROWS, SUM)
    assert [row.kind for row in form.funds] == ["appropriation", "appropriation", "appropriation", "other", "total"]
    assert form.doubts == ()


def test_the_first_of_several_sources_is_not_their_total() -> None:
    rows = [[None, "中央", 60.0, 60.0, "90%", 10.0, 9.0], [None, "省", 20.0, 20.0], [None, "县", 20.0, 10.0]]
    (form,) = read(TITLE, HEAD, SOURCES, *rows, HEADER, *ROWS, SUM)
    assert form.total_row is None
    assert [doubt.cell for doubt in form.doubts] == ["A3"]
    assert not {one.code for one in audit(score(form))} & {"F01", "F02"}


@pytest.mark.parametrize(
    "others", [[[None, "其他资金", None, None]], [[None, "甲", 50.0, 40.0], [None, "乙", 50.0, 50.0]]]
)
def test_a_first_row_that_the_others_add_up_to_is_the_total(others: list[list[Any]]) -> None:
    (form,) = read(TITLE, HEAD, SOURCES, [None, "财政拨款", 100.0, 90.0], *others, HEADER, *ROWS, SUM)
    assert form.funds[0].kind == "total"
    assert form.doubts == ()


def test_a_source_split_below_it_is_not_the_total_of_others() -> None:
    first = [None, "本年财政拨款", 30.0, 30.0, "100%", 10.0, 10.0]
    others = [[None, "其中:一般公共预算", 30.0, 30.0], [None, "上年结转资金", 20.0, 10.0]]
    (form,) = read(TITLE, HEAD, SOURCES, first, *others, HEADER, *ROWS, SUM)
    assert form.total_row is None
    assert [doubt.cell for doubt in form.doubts] == ["A3"]


def test_a_header_of_two_rows_has_words_of_its_own_in_the_second() -> None:
    header = [*HEADER[:7], None, HEADER[7]]
    below = [*[None] * 6, "自评", "核定"]
    merged = {(4, column): (5, column) for column in (0, 1, 2, 3, 4, 5, 8)} | {(4, 6): (4, 7)}
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, header, below, *ROWS, SUM, merged=merged)
    assert ([one.row for one in form.indicators], form.indicators[0].score.cell) == ([7, 8, 9], "G7")
    assert form.doubts == ()


def test_an_indicator_may_be_called_like_a_total() -> None:
    named = [None, None, "综合得分", "≥90分", "95分", 10.0, 10.0]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, HEADER, ROWS[0], named, *ROWS[1:], SUM)
    assert ([one.row for one in form.indicators], form.total.number) == ([6, 7, 8, 9], 99)


@pytest.mark.parametrize("called", ["综合得分", "评价总分", "最终得分"])
def test_a_total_by_another_name(called: str) -> None:
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, HEADER, *ROWS, [called, *SUM[1:]], ["评价等级", *[None] * 5, "优"])
    assert (form.total.number, len(form.indicators), form.doubts) == (99, 3, ())


@pytest.mark.parametrize(
    ("headers", "amounts", "rate", "budget"),
    [
        (["年初数", "调整数", "决算数"], [100.0, 120.0, 90.0], "75%", 120),
        (["年初数", "调整数", "决算数"], [100.0, 20.0, 90.0], "75%", None),
        (["年初数", "调整数", "决算数"], [100.0, -20.0, 60.0], 0.75, None),
        (["年初数", "调整数", "决算数"], [100.0, 120.0, 90.0], None, None),
        (["年初预算", "追加数", "支出决算"], [None, 120.0, 90.0], "75%", None),
        (["年初预算", "调整后预算", "支出决算"], [100.0, 120.0, 90.0], None, 120),
        (["年初预算数", "预算调整数", "执行数"], [None, 120.0, 90.0], None, 120),
        (["预算数", "调整预算数", "年终决算数"], [100.0, 120.0, 90.0], "75%", 120),
        (["年初预算", "调整预算", "执行数"], [100.0, 20.0, 90.0], "75%", None),
        (["年初批复数", "调整后批复数", "实际支出数"], [100.0, 120.0, 90.0], "75%", 120),
        (["上年结转", "全年预算合计", "执行数"], [20.0, 120.0, 90.0], "75%", 120),
        (["全年预算数(A)", "下达预算数", "执行数(B)"], [120.0, 90.0, 90.0], "75%", 120),
        (["全年预算数", "调整后预算数", "执行数"], [100.0, 120.0, 90.0], "75%", 120),
        (["年初预算数", "资金到位数", "执行数"], [150.0, 120.0, 90.0], "75%", None),
        (["计划数", "实际到位数", "实际使用数"], [150.0, 120.0, 90.0], "75%", None),
    ],
)
def test_what_was_adjusted_and_by_how_much(
    headers: list[Any], amounts: list[Any], rate: Any, budget: int | None
) -> None:
    header = ["项目资金(万元)", None, *headers, "执行率"]
    (form,) = read(TITLE, HEAD, header, [None, "年度资金总额", *amounts, rate], HEADER, *ROWS, SUM)
    (total,) = form.funds
    assert (total.budget.number, total.executed.number) == (budget, amounts[2])
    assert [doubt.cell for doubt in form.doubts] == ([] if budget else ["D3"])
    assert not {one.code for one in audit(score(form))} & {"F01", "F03", "F04", "S01"}


@pytest.mark.parametrize(
    ("headers", "amounts", "budget"),
    [
        (["年初预算数", "资金到位数", "执行数"], [120.0, 100.0, 90.0], 120),
        (["年初预算数", "资金到位数", "执行数"], [120.0, 120.0, 80.0], 120),
        (["年初预算数", "其中:财政拨款", "执行数"], [150.0, 120.0, 90.0], 150),
        (["资金来源", "下达资金总额", "支出金额"], ["省级", 120.0, 90.0], 120),
    ],
)
def test_a_column_beside_the_budget_that_is_not_known(headers: list[Any], amounts: list[Any], budget: int) -> None:
    header = ["项目资金(万元)", None, *headers, "执行率"]
    (form,) = read(TITLE, HEAD, header, [None, "年度资金总额", *amounts, "75%"], HEADER, *ROWS, SUM)
    assert (form.budget_of(form.funds[0]).number, form.doubts) == (budget, ())


def test_a_header_of_the_funds_in_two_rows() -> None:
    above = ["预算执行情况(万元)", "资金构成", "预算数", None, "执行数", None, "执行率"]
    below = [None, None, "年初预算", "调整后预算", "财政支付", "实际支出"]
    amounts = [None, "合计", 100.0, 120.0, 100.0, 90.0, "75%"]
    merged = {(2, 2): (2, 3), (2, 4): (2, 5)}
    (form,) = read(TITLE, HEAD, above, below, amounts, HEADER, *ROWS, SUM, merged=merged)
    (total,) = form.funds
    assert (total.initial_budget.number, total.budget.number, total.executed.number) == (100, 120, 90)
    assert form.doubts == ()


def test_a_blank_row_of_funds_called_like_a_column_is_no_header() -> None:
    rows = [[None, "资金执行情况"], [None, "其中:财政拨款", 10.0, 12.0, 9.0]]
    (form,) = read(TITLE, HEAD, FUNDS, *rows, HEADER, *ROWS, SUM)
    assert [(row.budget.number, row.executed.number) for row in form.funds] == [(None, None), (12, 9)]


def test_the_tasks_of_the_year_are_no_funds() -> None:
    header = ["预算资金(万元)", None, "年初部门预算总额", "全年预算数", "支出总额", "分值", "执行率", "得分"]
    tasks = [["年度主要任务", "任务", "主要内容", None, "计划投入", "实际投入", "完成情况"],
             [None, "河道治理", "治理河道5公里", None, 300.0, 280.0, "完成"]]  # fmt: skip
    (form,) = read(TITLE, HEAD, header, TOTAL, *tasks, HEADER, *ROWS, SUM)
    (total,) = form.funds
    assert (total.initial_budget.number, total.executed.number, form.doubts) == (10, 9, ())


def test_a_column_of_what_was_executed_that_is_missing_is_told() -> None:
    header = ["项目资金(万元)", None, "年初预算数", "全年预算数", "已用", "分值", "执行率", "得分"]
    (form,) = read(TITLE, HEAD, header, TOTAL, HEADER, *ROWS, SUM)
    assert [doubt.cell for doubt in form.doubts] == ["A3"]


def test_funds_below_the_indicators_are_no_indicators() -> None:
    (form,) = read(TITLE, HEAD, HEADER, *ROWS, SUM, FUNDS, TOTAL)
    assert ([one.row for one in form.indicators], form.total.number) == ([4, 5, 6], 99)
    assert [doubt.cell for doubt in form.doubts] == ["A8"]


def test_labels_among_the_amounts_end_the_block() -> None:
    parts = [[None, "按收入性质分:", None, "按支出性质分:"], [None, "其中:一般公共预算:12", None, "基本支出:", 10.0]]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, *parts, HEADER, *ROWS, SUM)
    assert [row.kind for row in form.funds] == ["total"]
    assert [doubt.cell for doubt in form.doubts] == ["D5"]


@pytest.mark.parametrize(
    ("rows", "cell"),
    [
        ([["当年预算数:", 100.0, "上年预算数:", 90.0], ["预算执行数:", 95.0, "预算执行率:", "95%"]], "B4"),
        ([["资金", None, "2022年执行数", "2023年预算数", "2023年执行数"], [None, "总额", 70.0, 100.0, 95.0]], "C3"),
    ],
)
def test_amounts_that_are_not_read_are_told(rows: list[list[Any]], cell: str) -> None:
    (form,) = read(TITLE, HEAD, *rows, HEADER, *ROWS, SUM)
    assert (form.funds, [doubt.cell for doubt in form.doubts]) == ((), [cell])


def test_a_blank_column_of_adjustments_leaves_the_initial_budget() -> None:
    header = ["项目资金(万元)", None, "年初数", "调整数", "决算数"]
    (form,) = read(TITLE, HEAD, header, [None, "年度资金总额", 100.0, None, 90.0], HEADER, *ROWS, SUM)
    assert form.budget_of(form.funds[0]).number == 100
    assert form.doubts == ()


_BLOCK = [["预算执行情况(万元)", "预算数:", 100.0, "执行数:", 90.0, "执行率:", "90%"]]
_PARTS = [[None, "其中:财政拨款", 80.0, "其中:财政拨款", "70万元"], [None, "其它资金", 20.0, "其它资金", 20.0]]


@pytest.mark.parametrize(
    "block",
    [
        [*_BLOCK, *_PARTS],
        [["预算执行情况(万元)", "预算数:100", "执行数: 90", "执行率:90%"],
         [None, "其中-财政拨款: 80", "其中-财政拨款:70"], [None, "其它资金:20", "其它资金:20"]],
        [["项目资金(万元)", "年度资金总额", "预算数", "100", "执行数", 90.0, "执行率", "90%"],
         [None, "其中:财政拨款", "预算数", 80.0, "执行数", 70.0], [None, "其他资金", "预算数", 20.0, "执行数", 20.0]],
    ],
)  # fmt: skip
def test_amounts_each_behind_its_own_label(block: list[list[Any]]) -> None:
    (form,) = read(TITLE, HEAD, *block, HEADER, *ROWS, SUM)
    assert [(row.kind, row.budget.number, row.executed.number) for row in form.funds] == [
        ("total", 100, 90), ("appropriation", 80, 70), ("other", 20, 20)
    ]  # fmt: skip
    assert (form.funds[0].rate.text, form.money_unit, form.doubts) == ("90%", "万元", ())


def test_several_amounts_in_one_cell() -> None:
    text = "预算数:100万元,执行数:90万元;执行率:90% 分值:10分 得分:9分"
    (form,) = read(TITLE, HEAD, ["项目资金(元)", text], HEADER, *ROWS, SUM)
    (total,) = form.funds
    assert (total.budget.number, total.executed.number, total.rate.text) == (1_000_000, 900_000, "90%")
    assert (total.weight.number, total.score.number, total.kind) == (10, 9, "total")


def test_amounts_in_an_order_that_is_not_known_are_told() -> None:
    rows = [["资金来源(万元)", "合计", "中央", "县"], ["预算数", 100.0, 60.0, 40.0], ["执行数", 90.0, 60.0, 30.0]]
    (form,) = read(TITLE, HEAD, *rows, HEADER, *ROWS, SUM)
    assert form.funds == ()
    assert [doubt.cell for doubt in form.doubts] == ["B5"]


_TRAINED = ("培训100人。", "已培训100人。")
_TWICE = ("1.培训。2.修路。", "1.已培训。2.已修。")
_LISTED = ("1.培训村干部100人。2.修村道3公里。", "1.已培训村干部100人。2.已修村道3公里。")


@pytest.mark.parametrize(
    ("rows", "goal"),
    [
        ([["年度总体目标", "预期目标", "培训100人。"], [None, "实际完成情况", "已培训100人。"]], _TRAINED),
        ([["年初绩效目标", "培训100人。"], ["全年目标实际完成情况", "已培训100人。"]], _TRAINED),
        ([["年度总体目标", "预期目标:培训100人。"], [None, "实际完成情况:已培训100人。"]], _TRAINED),
        ([["年度总体目标", "预期目标:培训100人。\n实际完成情况:已培训100人。"]], _TRAINED),
        ([["绩效目标", "年初设定目标", "培训100人。", None, "实际完成情况", "已培训100人。"]], _TRAINED),
        ([["总体目标", "年初设定目标", "年度总体目标完成情况综述"], [None, "培训100人。", "已培训100人。"]], _TRAINED),
        ([["目标", "年初绩效目标", "全年(调整)绩效目标", "目标完成情况"], [None, "培训80人。", *_TRAINED]], _TRAINED),
        ([["目标", "年初绩效目标", "全年(调整)绩效目标", "目标完成情况"], [None, "培训100人。", None, _TRAINED[1]]], _TRAINED),
        ([["总体目标", "序号", "预期目标", "完成情况"], [None, 1.0, "1.培训。", "1.已培训。"], [None, 2.0, "2.修路。", "2.已修。"]],
         _TWICE),
        ([["总体目标", "目标1", "1.培训。", "完成情况", "1.已培训。"], [None, "目标2", "2.修路。", "完成情况", "2.已修。"]], _TWICE),
        ([["总体目标", "年初目标", "年终完成情况"], [None, *_TRAINED]], _TRAINED),
        ([["总体目标", "预期目标", "实际完成情况"], [None, *_LISTED]], _LISTED),
        ([["预期目标", None, "实际完成情况"], [_LISTED[0], None, _LISTED[1]]], _LISTED),
    ],
)  # fmt: skip
def test_goals_in_other_places(rows: list[list[Any]], goal: tuple[str, str]) -> None:
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, *rows, HEADER, *ROWS, SUM)
    assert (form.goal.expected.text, form.goal.actual.text) == goal


@pytest.mark.parametrize(
    ("name", "level2", "target", "actual", "cells"),
    [
        ("项目完成", "时效指标", 45291.0, 45280.0, ["D6", "E6"]),
        ("完成时间", "质量指标", "2023年12月31日", 45280.0, ["E6"]),
        ("响应时长", "时效指标", "≤30分钟", 45280.0, ["E6"]),
        ("发放份数", "数量指标", 45291.0, 45280.0, []),
        ("办结时长", "时效指标", "≤45291分钟", "45280分钟", []),
    ],
)
def test_a_day_stored_as_a_number_is_no_amount(
    name: str, level2: str, target: Any, actual: Any, cells: list[str]
) -> None:
    row = ["产出指标", level2, name, target, actual, 50.0, 50.0, None]
    (form,) = read(TITLE, HEAD, FUNDS, TOTAL, HEADER, row, *ROWS[1:], SUM)
    assert [(doubt.code, doubt.cell) for doubt in form.doubts] == [("X03", cell) for cell in cells]
    settled = score(form).indicators[0].settled
    assert (settled.actual is None) == bool(cells)
    assert not cells or "S05" not in {one.code for one in audit(score(form))}
