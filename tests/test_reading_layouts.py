"""The same form in every shape units give it: one oddity at a time, then many at once."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from layouts import (
    COVER,
    INSTRUCTIONS,
    AmountStyle,
    FormData,
    FundsRow,
    Indicator,
    LayoutOptions,
    NumberStyle,
    RateStyle,
    Sheet,
    Shown,
    TextStyle,
    YearNotation,
    county_form,
    differences,
    write_workbook,
)
from support import read_json

COUNTY = county_form()
PLAIN = LayoutOptions()
Layout = tuple[Sheet, ...]


def one(form: FormData = COUNTY, **options: Any) -> Layout:
    """Return a workbook of one form, everything being plain but for `options`."""
    return (Sheet(forms=((form, LayoutOptions(**options)),)),)


def with_rows(*rows: Indicator, at: int, form: FormData = COUNTY) -> FormData:
    """Return the form with further rows before its row `at`."""
    return replace(form, indicators=(*form.indicators[:at], *rows, *form.indicators[at:]))


def with_target(target: Shown | str, **changes: Any) -> FormData:
    """Return the form with another target in its first row, and no comparator or unit beside it."""
    first = replace(COUNTY.indicators[0], target=target, comparator="", target_unit="", **changes)
    return replace(COUNTY, indicators=(first, *COUNTY.indicators[1:]))


def with_funds(*rows: FundsRow, **changes: Any) -> FormData:
    return replace(COUNTY, funds=rows, **changes)


def other(project: str, year: int = 2023) -> FormData:
    return replace(COUNTY, project=project, year=year)


TOTAL = COUNTY.funds[0]
SUB_ROWS = (
    Indicator("产出指标", "数量指标", "其中:主站维护次数", "2次", "3次", role="sub_row"),
    Indicator("产出指标", "数量指标", "其中:子站维护次数", "1次", "1次", role="sub_row"),
)
FILLERS = (
    Indicator("产出指标", "数量指标", "……", role="filler"),
    Indicator("产出指标", "数量指标", "指标2:", role="filler"),
    Indicator("产出指标", "数量指标", "指标1:", "/", "/", role="filler"),
)
COST_FIRST = (
    Indicator("成本指标", "经济成本指标", "项目总成本", "100", "98万元", "10", "10", None, "≤", "万元"),
    Indicator("成本指标", "社会成本指标", "停电投诉次数", "3", "0次", "5", "5", None, "≤", "次"),
    Indicator("成本指标", "生态环境成本指标", "扬尘超标天数", "0", "0天", "5", "5", None, "=", "天"),
)
FLAT = (
    Indicator(None, None, "公益林管护任务完成率", "90", "100", "45", "45", None, "", "%"),
    Indicator(None, None, "公益林管护面积", "8", "8", "25", "25", None, "≥", "万亩"),
    Indicator(None, None, "森林火灾受害率", "0.9", "0", "20", "20", None, "", "%"),
)
TWO_LEVELS = (
    Indicator("投入目标", None, "资金使用合规性", "合规", "好", "20", "20"),
    Indicator("投入目标", None, "配套资金到位率", "100", "100%", "20", "20", None, "=", "%"),
    Indicator("产出目标", None, "保洁", "及时,整洁", "及时,整洁", "30", "30"),
    Indicator("影响目标", None, "整体景观效果", "提升", "提升", "20", "20"),
)
WITH_GROUP = replace(
    COUNTY,
    indicators=(
        Indicator("产出指标", "数量指标", "建设灾备存储", "25", "25TB", "10", "10", None, "≥", "TB"),
        Indicator("产出指标", "数量指标", "覆盖无线网络", "WIFI全覆盖", "全覆盖", role="grouped"),
        *COUNTY.indicators[1:],
    ),
)
FULL_SCORE = replace(COUNTY, total_score="100", grade="优")
MANY_DECIMALS = replace(
    COUNTY,
    indicators=tuple(
        replace(row, weight=f"3.{14 + place}", score=f"2.{86 + place}") for place, row in enumerate(COUNTY.indicators)
    ),
)
HUBEI = with_funds(
    FundsRow("年度财政资金总额", "total", "800", "800", "600", "20", "15"),
    total_score="91",
)

LAYOUTS: dict[str, Layout] = {
    # the sheet around the form
    "plain": one(),
    "shifted_down_and_right": one(rows_before=4, columns_before=2),
    "code_of_the_published_table_above": one(letterhead=("公开14表",)),
    "attachment_number_and_report_code_above": one(letterhead=("附件2", "", "报表编号:510000_0013zp")),
    "seal_line_below_title": one(below_title=("部门公章:青川县人民政府办公室",)),
    "cover_and_instructions_before": (COVER, INSTRUCTIONS, *one()),
    "empty_sheets_after": (*one(), Sheet("Sheet2"), Sheet("Sheet3")),
    "hidden_sheet_with_a_form": (COVER, replace(one()[0], state="hidden")),
    "very_hidden_sheet_with_a_form": (COVER, replace(one()[0], state="veryHidden")),
    "hidden_instructions": (replace(INSTRUCTIONS, state="hidden"), *one()),
    "protected_sheet": (replace(one()[0], protected=True),),
    "sheet_name_with_spaces_and_quotes": (replace(one()[0], name="自评表 (2) A'B"),),
    "blank_rows_between_blocks": one(blank_rows=True),
    "hidden_blank_rows_and_hint": one(blank_rows=True, hidden_blank_rows=True, hint_row=True),
    "blank_column": one(blank_column=True),
    "hidden_blank_column": one(blank_column=True, hidden_blank_column=True),
    "hidden_rows_are_read": one(hidden_indicators=(1, 4)),
    "hidden_columns_are_read": one(hidden_columns="WR"),
    "notes_and_signature": one(notes=True, signature=True),
    # title and year
    "title_spaced_by_layout": one(replace(COUNTY, title="项目支出绩效自评表"), title_style="spaced", year="own_line"),
    "title_on_two_lines_of_its_cell": one(title_style="line_breaks", year="title"),
    "title_with_project": one(replace(COUNTY, title="马铃薯种薯繁育示范推广项目绩效目标自评表"), year="own_line"),
    "title_special_funds": one(replace(COUNTY, title="市级文物保护专项经费绩效自评表"), year="suffix"),
    "title_goal_table": one(replace(COUNTY, title="绩效目标自评表"), year="own_line_spaced"),
    "title_project_table": one(replace(COUNTY, title="校园维修改造及设备购置项目自评表")),
    "title_county_project": one(replace(COUNTY, title="南华县项目支出绩效自评表"), year="own_line_short"),
    "title_regional": one(replace(COUNTY, title="转移支付区域(项目)绩效目标自评表"), year="own_line"),
    "title_completion_table": one(replace(COUNTY, title="项目绩效目标完成情况表"), year="suffix"),
    "title_budget_project": one(replace(COUNTY, title="预算项目绩效自评表"), year="own_line_bare"),
    "title_financial_budget": one(replace(COUNTY, title="财政预算支出项目绩效目标自评表")),
    "title_county_special_funds": one(replace(COUNTY, title="县级专项资金绩效目标自评表"), year="title_short"),
    **{f"year_{notation}": one(year=notation) for notation in get_args(YearNotation)},
    # head
    "labels_with_colons": one(head_labels="colon"),
    "labels_spaced_by_layout": one(head_labels="spaced"),
    "units_on_two_lines": one(head="two_lines"),
    "no_implementing_unit": one(head="no_unit"),
    "codes_before_names": one(
        replace(COUNTY, project="51000021R000000019951-工资性支出", unit="219001-池州市贵池区棠溪镇人民政府")
    ),
    "total_in_head": one(head_total="自评总分(分)", total=""),
    "total_in_head_and_foot": one(head_total="自评得分"),
    "total_in_head_with_points": one(head_total="项目总得分", total=""),
    "total_in_head_in_one_cell": one(head_total="in one cell", total=""),
    # funds
    "funds_weight_before_rate": one(funds_columns="IBEWrS"),
    "funds_without_score_columns": one(funds_columns="IBEr"),
    "funds_two_amounts": one(funds_columns="BEWrS", funds_headers={"B": "全年预算数(A)", "E": "全年执行数(B)"}),
    "funds_two_amounts_only": one(funds_columns="BE", funds_headers={"B": "预算数(A)", "E": "执行数(B)"}),
    "funds_two_amounts_and_difference": one(funds_columns="BED", funds_headers={"B": "预算数", "E": "执行数"}),
    "funds_adjusted_budget": one(funds_headers={"I": "年初预算", "B": "调整后预算数", "E": "预算执行数"}),
    "funds_adjusted_in_brackets": one(funds_headers={"B": "全年(调整)预算数", "W": "执行率权重", "S": "执行率得分"}),
    "funds_initial_total": one(funds_headers={"I": "年初预算资金总额", "B": "调整预算数(A)", "E": "全年执行"}),
    "funds_paid": one(funds_columns="IEWrS", funds_headers={"E": "实际支付数"}),
    "funds_invested": one(funds_columns="IBErWS", funds_headers={"E": "实际投入资金额", "W": "权重"}),
    "funds_transfer_payment": one(
        funds_columns="BEr", funds_headers={"B": "转移支付预算数(A)", "E": "转移支付执行数(B)", "r": "执行率(B/A)"}
    ),
    "funds_lost_brackets": one(
        funds_columns="BEr", funds_headers={"B": "预算数(A)", "E": "执行数B)", "r": "执行率B/A)"}
    ),
    "funds_rate_header_with_formula": one(funds_headers={"r": "执行率(全年执行数/全年预算数)"}),
    "funds_rate_header_with_percent": one(funds_headers={"r": "执行率(%)"}, rate="whole_bare"),
    "funds_weight_only_in_score_header": one(
        HUBEI, funds_columns="BErS", funds_headers={"S": "得分(20分*执行率)"}, header_weight="20"
    ),
    "funds_weight_only_in_weight_header": one(HUBEI, funds_headers={"W": "分值(20分)"}, header_weight="20"),
    "funds_one_row": one(with_funds(TOTAL)),
    "funds_block_on_a_row_of_its_own": one(funds_block="own_row"),
    "no_funds_block": one(funds_columns=""),
    "funds_labels_of_this_year": one(
        with_funds(
            replace(TOTAL, label="年度资金总额:"),
            FundsRow("其中:本年财政拨款", "appropriation", "1278", "1278", "851.91"),
            FundsRow("其他资金", "other"),
        )
    ),
    "funds_labels_with_dash": one(
        with_funds(
            replace(TOTAL, label="年度总金额"), FundsRow("其中-财政拨款", "appropriation", "1278", "1278", "851.91")
        )
    ),
    "funds_labels_without_colon": one(
        with_funds(
            replace(TOTAL, label="年度资金总额"), FundsRow("其中财政拨款", "appropriation", "1278", "1278", "851.91")
        )
    ),
    "funds_labels_of_levels_of_government": one(
        with_funds(
            replace(TOTAL, label="年度资金总额"),
            FundsRow("其中:中央补助", "appropriation", "1000", "1000", "600"),
            FundsRow("省级资金", "appropriation", "200", "200", "200"),
            FundsRow("县级资金", "appropriation", "50", "50", "40"),
            FundsRow("地方资金/其他", "other", "28", "28", "11.91"),
        )
    ),
    "funds_labels_without_settled_kind": one(
        with_funds(
            replace(TOTAL, label="预算执行情况"),
            FundsRow("其中:中央财政资金", None, "1000", "1000", "600"),
            FundsRow("自治区", None, "200", "200", "200"),
            FundsRow("旗县", None, "50", "50", "40"),
            FundsRow("财政专户管理资金", None, "0", "0", "0"),
            FundsRow("单位资金", "other", "28", "28", "11.91"),
        )
    ),
    "funds_total_zero_parts_filled": one(
        with_funds(
            FundsRow("年度资金总额:", "total", "0", "0", "0", "10", "0"),
            FundsRow("其中:本年财政拨款", "appropriation", "90", "89.974", "89.974"),
            FundsRow("上年结转资金", "carryover"),
            FundsRow("其他资金", "other"),
        ),
        rate="percent",
    ),
    "funds_total_misses_a_figure": one(with_funds(replace(TOTAL, executed=None, score=None), *COUNTY.funds[1:])),
    "funds_score_repeated_on_parts": one(part_marks="repeat", rate_on_parts=True),
    "funds_dashes_on_parts": one(part_marks="—"),
    "funds_hyphens_on_parts": one(part_marks="-"),
    **{f"amounts_{style}": one(amounts=style) for style in get_args(AmountStyle)},
    "amounts_in_yuan": one(
        with_funds(
            FundsRow("年度资金总额", "total", "250000", "215457.6", "215457.6", "10", "10"),
            FundsRow("其中:当年财政拨款", "appropriation", "250000", "215457.6", "215457.6"),
            money_unit="元",
        ),
        amounts="thousands",
        money_unit_place="line",
    ),
    "money_unit_in_every_header": one(money_unit_place="headers"),
    "money_unit_only_in_cells": one(money_unit_place="cells", amounts="unit"),
    "money_unit_nowhere": one(money_unit_place="nowhere"),
    **{f"rate_{style}": one(rate=style) for style in get_args(RateStyle)},
    "rate_in_full": one(with_funds(FundsRow("年度资金总额", "total", "30", "30", "30", "10", "10"))),
    # goal
    "goal_set_at_the_beginning": one(goal_headings=("年初设定目标", "全年实际完成情况")),
    "goal_without_side_label": one(goal="plain"),
    "no_goal": one(goal="none"),
    # columns of the indicator block
    "weight_before_target": one(columns="123WTASR"),
    "weight_between_target_and_actual": one(columns="123TWASR"),
    "weight_between_target_and_actual_no_reason": one(columns="123TWAS"),
    "no_reason_column": one(columns="123TAWS"),
    "split_target_on_one_header_line": one(columns="123cTuAWSR", headers={"T": "指标值"}),
    "split_target_under_merged_header": one(columns="123cTuAWSR", two_line_header=True, side_label=True),
    "split_target_unit_first": one(columns="123ucTWASR", headers={"T": "指标值", "u": "计量单位"}),
    "split_target_qualitative_options": one(
        with_rows(
            Indicator("效益指标", "可持续影响指标", "管理机制健全性", "优良中低差", "优", "0", "0", None, "定性"), at=8
        ),
        columns="123cTuAWSR",
        headers={"T": "指标值"},
    ),
    "split_target_full_width_comparators": one(
        with_rows(
            Indicator("产出指标", "数量指标", "执法补助经费", "72890", "72890", "0", "0", None, "﹦", "元"),
            Indicator("产出指标", "数量指标", "公示栏", "2", "2", "0", "0", None, "═", "块"),
            Indicator("产出指标", "数量指标", "培训人次", "735", "740", "0", "0", None, "≧", "人次"),
            at=3,
        ),
        columns="123cTuAWSR",
        two_line_header=True,
    ),
    "no_weight_column": one(columns="123TAS", headers={"S": "(得分)"}, level1_weights="beside"),
    "no_weight_and_score_columns": one(columns="123TAR", level1_weights="beside"),
    "target_and_actual_only": one(columns="123TA"),
    "side_label_of_the_block": one(side_label=True),
    "extra_column_evidence": one(columns="123TAWSRe"),
    "extra_columns_rate_and_last_year": one(columns="123pTAqWSR"),
    "extra_columns_basis_and_rule": one(columns="123TbAgWSR"),
    "extra_column_remarks": one(columns="123TAWSRn"),
    "extra_column_line_number": one(columns="l123TAWSR"),
    "reason_called_remarks": one(headers={"R": "备注"}),
    "reason_called_explanation": one(headers={"R": "说明"}),
    "headers_initial_target_lost_bracket": one(
        columns="123TA", headers={"T": "年初目标值(A", "A": "实际完成值(B"}, total=""
    ),
    "headers_expected_value_with_hint": one(headers={"T": "预期指标值(包含数字及文字描述)", "A": "全年完成值"}),
    "headers_progress": one(headers={"T": "目标值", "A": "实施进度", "S": "自评分"}),
    "headers_points": one(headers={"W": "指标权重(分)", "S": "指标得分(分)", "R": "说明"}),
    "headers_reference_weight": one(headers={"W": "参考分值", "T": "指标值(A)", "A": "全年实际值(B)"}),
    "headers_two_kinds_of_weight_words": one(headers={"W": "分值(权重)", "S": "指标得分", "R": "未完成原因分析"}),
    "headers_with_line_breaks": one(header_style="line_breaks"),
    "headers_spaced_by_layout": one(header_style="spaced"),
    "headers_one_character_a_line": one(header_style="vertical"),
    "full_width_brackets": one(brackets="full", level1_weights="beside"),
    "mixed_brackets": one(brackets="mixed", funds_headers={"B": "全年预算数(A)", "E": "全年执行数(B)"}),
    "full_width_digits": one(digits="full", numbers="fullwidth", amounts="fullwidth", rate="text"),
    "spaces_and_line_breaks_in_texts": one(loose_text=True),
    # levels
    "parents_only_in_their_first_row": one(parents="first"),
    "parents_repeated": one(parents="repeated"),
    "levels_spaced_by_layout": one(level_style="spaced"),
    "levels_one_character_a_line": one(level_style="vertical"),
    "weights_beside_level_names": one(level1_weights="beside", level2_weights=True),
    "only_the_weight_of_a_level": one(level1_weights="alone"),
    "one_level_has_lost_its_name": one(level1_weights="first_alone", parents="first"),
    "flat_list": one(
        replace(COUNTY, indicators=FLAT),
        columns="NucTWASR",
        headers={"T": "指标值", "u": "计量单位", "W": "指标权重(分)", "R": "说明"},
    ),
    "flat_list_name_without_spread": one(replace(COUNTY, indicators=FLAT), columns="NTAWSR", spread="blank"),
    "category_and_name": one(
        replace(COUNTY, indicators=TWO_LEVELS), columns="KNTWAS", headers={"T": "目标值", "S": "自评分"}
    ),
    "name_column_with_blank_neighbours": one(columns="123TA", spread="blank"),
    "cost_as_first_level": one(with_rows(*COST_FIRST, at=0)),
    "second_level_repeats_under_another_first": one(
        with_rows(Indicator("效益指标", "数量指标", "带动就业", "5", "6人", "0", "0", None, "≥", "人"), at=6),
        parents="first",
    ),
    "same_second_level_in_neighbouring_first_levels": one(
        with_rows(Indicator("效益指标", "成本指标", "节约成本", "5", "6万元", "0", "0", None, "≥", "万元"), at=6)
    ),
    # rows that are no indicators, or not quite
    "fillers": one(with_rows(*FILLERS, at=3)),
    "fillers_without_weights": one(with_rows(*FILLERS, at=3), columns="123TA"),
    "lone_dash_as_name": one(with_rows(Indicator("产出指标", "质量指标", "/", role="filler"), at=4)),
    "sub_rows": one(with_rows(*SUB_ROWS, at=1)),
    "sub_row_with_weight": one(
        with_rows(Indicator("产出指标", "数量指标", "★★★其中:保障人数", ">=9人", "9人", "0.5", "0.5"), at=1)
    ),
    "row_without_weight_and_score": one(
        with_rows(Indicator("产出指标", "数量指标", "繁育基地面积", "8000亩", "8535.5亩"), at=1)
    ),
    "second_level_without_indicator": one(with_rows(Indicator("效益指标", "生态效益指标", None, role="heading"), at=7)),
    "second_level_without_indicator_unmerged": one(
        with_rows(Indicator("效益指标", "生态效益指标", None, role="heading"), at=7), parents="first"
    ),
    "score_merged_over_two_rows": one(WITH_GROUP),
    "score_merged_over_two_rows_weight_first": one(WITH_GROUP, columns="123WTASR", parents="first"),
    "names_with_stars_and_numbers": one(
        with_rows(
            Indicator("产出指标", "数量指标", "★★★特困人员救助供养人数(≥**人)", ">=4754人", "4604人", "1", "1"),
            Indicator("产出指标", "数量指标", "指标12021年11月底前支付", "11月底完成100%", "100%", "1", "1"),
            Indicator("产出指标", "数量指标", "1病害减少", "2%", "2%", "1", "1"),
            at=3,
        )
    ),
    "target_blank_or_dash": one(
        with_rows(
            Indicator("产出指标", "质量指标", "相关性", "—", "按标准管理", "1", "1"),
            Indicator("产出指标", "质量指标", "可行性", None, "符合实际", "1", "1"),
            Indicator("产出指标", "质量指标", "规范性", "规范", None, "1", "0", "-"),
            at=4,
        )
    ),
    "reason_is_a_dash_or_none": one(
        with_rows(
            Indicator("产出指标", "质量指标", "验收率", "100%", "90%", "1", "0.9", "无"),
            Indicator("产出指标", "质量指标", "到位率", "100%", "90%", "1", "0.9", "—"),
            at=4,
        )
    ),
    # scores and totals
    **{f"numbers_{style}": one(numbers=style) for style in get_args(NumberStyle)},
    "score_column_empty": one(
        replace(COUNTY, total_score=None, indicators=tuple(replace(row, score=None) for row in COUNTY.indicators))
    ),
    "many_decimals": one(MANY_DECIMALS),
    "total_called_sum": one(total="合计"),
    "total_spaced_by_layout": one(total="总 分"),
    "total_without_weight": one(total_weight=False),
    "total_with_grade": one(FULL_SCORE, total_grade=True),
    "no_total": one(total=""),
    "remark_is_a_sentence": one(
        replace(COUNTY, remark="因资金拨付较晚,结余结转至下年使用。"), notes=True, signature=True
    ),
    "no_remark": one(remark_row=False),
    # what a cell shows is not what it holds
    "target_number": one(with_target(Shown(3, "General", "3"))),
    "target_with_unit_in_its_format": one(with_target(Shown(3, '0"次"', "3次"))),
    "target_percent_format": one(with_target(Shown(0.95, "0%", "95%"))),
    "target_percent_format_two_decimals": one(with_target(Shown(0.955, "0.00%", "95.50%"))),
    "target_thousands_format": one(with_target(Shown(12000, "#,##0", "12,000"))),
    "target_thousands_and_unit_format": one(with_target(Shown(12000, '#,##0"张"', "12,000张"))),
    "target_comparator_in_its_format": one(with_target(Shown(0.95, '"≥"0%', "≥95%"))),
    "target_rounded_by_its_format": one(with_target(Shown(97.46, "0.0", "97.5"))),
    "target_computed_fraction": one(with_target(Shown(0.1 + 0.2, "General", "0.3"))),
    "target_date": one(with_target(Shown(date(2023, 12, 31), 'yyyy"年"m"月"d"日"', "2023年12月31日"))),
    "target_date_month": one(with_target(Shown(date(2023, 12, 1), 'yyyy"年"m"月"', "2023年12月"))),
    "target_date_iso": one(with_target(Shown(date(2023, 12, 5), "yyyy-mm-dd", "2023-12-05"))),
    "actual_percent_and_unit_formats": one(
        with_target(Shown(8, '0"次以上"', "8次以上"), actual=Shown(10, '0"次"', "10次"))
    ),
    "actual_percent_format": one(with_target(Shown(1, "0%", "100%"), actual=Shown(0.9876, "0.00%", "98.76%"))),
    "target_text_that_looks_like_a_formula": one(with_target("=100%", actual="=98%")),
    "split_target_with_format": one(
        replace(
            COUNTY,
            indicators=(
                replace(COUNTY.indicators[0], target=Shown(21933, "#,##0", "21,933"), target_unit="人"),
                *COUNTY.indicators[1:],
            ),
        ),
        columns="123cTuAWSR",
        headers={"T": "指标值"},
    ),
    # several forms
    "two_forms_in_one_sheet": (Sheet(forms=((COUNTY, PLAIN), (other("机关维修维护项目"), PLAIN))),),
    "three_forms_without_a_gap": (
        Sheet(
            forms=(
                (COUNTY, LayoutOptions(notes=True, signature=True)),
                (other("机关维修维护项目"), LayoutOptions(columns="123WTASR", signature=True)),
                (other("会议费及参阅印制"), LayoutOptions(year="own_line", signature=True)),
            ),
            gap=0,
        ),
    ),
    "second_form_has_other_columns": (
        Sheet(
            forms=(
                (COUNTY, LayoutOptions(columns="123cTuAWSR", two_line_header=True, side_label=True)),
                (other("会议费及参阅印制", 2022), LayoutOptions(funds_columns="BEr", columns="123TA")),
            ),
        ),
    ),
    "forms_in_several_sheets": (
        COVER,
        replace(one()[0], name="网站运维"),
        Sheet("机关维修", ((other("机关维修维护项目"), LayoutOptions(parents="first")),)),
        Sheet("会议费", ((other("会议费及参阅印制"), LayoutOptions(columns="123TWASR")),)),
    ),
    "two_sheets_with_two_forms_each": tuple(
        Sheet(f"第{number}页", tuple((other(f"项目{number}之{part}"), PLAIN) for part in (1, 2)), gap=1)
        for number in (1, 2)
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_layout(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.xlsx"
    expected = write_workbook(path, *LAYOUTS[name])

    assert differences(expected, read_json(path)) == []


# --------------------------------------------------------------------------------------------------------------------
# Many oddities at once
# --------------------------------------------------------------------------------------------------------------------

CHUNKS, PER_CHUNK = 10, 15

_HEADERS: dict[str, tuple[str, ...]] = {
    "T": (
        "年度指标值",
        "指标值",
        "指标值(A)",
        "年初目标值(A)",
        "年初目标值",
        "目标值",
        "预期指标值",
        "年初指标值",
        "调整后指标值",
    ),
    "A": (
        "实际完成值",
        "实际完成值(B)",
        "全年实际值",
        "全年实际值(B)",
        "全年完成值",
        "完成值",
        "实际完成指标值",
        "全年实际完成值",
        "年终完成值",
        "指标实际完成值",
        "单项指标实际完成值",
    ),
    "W": ("分值", "权重", "分值(权重)", "指标权重(分)", "参考分值", "指标分值权重", "分值权重"),
    "S": ("得分", "指标得分", "指标得分(分)", "自评分", "自评得分", "(得分)"),
    "R": (
        "偏差原因分析及改进措施",
        "未完成原因及拟采取的改进措施",
        "未完成原因及改进措施",
        "未完成原因分析",
        "未完成原因和改进措施",
        "原因",
    ),
    "u": ("度量单位", "计量单位"),
}
_FUNDS_HEADERS: dict[str, tuple[str, ...]] = {
    "I": ("年初预算数", "年初预算", "年初预算资金总额"),
    "B": ("全年预算数", "全年预算数(A)", "调整预算数(A)", "全年(调整)预算数", "调整后预算数", "预算数(A)", "预算数"),
    "E": ("全年执行数", "全年执行数(B)", "执行数(B)", "执行数", "预算执行数", "全年执行"),
    "r": ("执行率", "执行率(B/A)", "预算执行率(B/A)", "预算执行率"),
    "W": ("分值", "执行率权重", "权重"),
    "S": ("得分", "执行率得分", "(得分)"),
}
_COLUMNS = (
    *("123TAWSR", "123WTASR", "123TWAS", "123cTuAWSR", "123ucTWASR", "123TAS", "123TAR", "123TA", "123TAWS"),
    *("123TAWSRe", "123TpAqWSR", "123TAWSRn", "l123TAWSR", "123TbAgWSR"),
)
_TITLES = (
    "部门预算项目支出绩效自评表",
    "项目支出绩效自评表",
    "财政项目支出绩效自评表",
    "绩效目标自评表",
    "专项资金绩效目标自评表",
    "南华县项目支出绩效自评表",
    "转移支付区域(项目)绩效目标自评表",
    "预算项目绩效自评表",
)
_POOL: dict[tuple[str, str], tuple[tuple[str, str, str, str], ...]] = {
    ("产出指标", "数量指标"): (
        ("发放救助金人数(人)", "≥", "21933", "人"),
        ("维护网站次数", "≥", "3", "次"),
        ("★安装水标尺", "≧", "266", "米"),
        ("指标1:改造冷库面积", "=", "1290.3", "平方米"),
    ),
    ("产出指标", "质量指标"): (
        ("验收合格率", "≥", "95", "%"),
        ("资金使用合规性", "", "严格执行相关制度规定", ""),
        ("印刷质量达标情况", "", "质量合格", ""),
    ),
    ("产出指标", "时效指标"): (
        ("完成时间", "", "2023年12月底前", ""),
        ("支付及时率", "=", "100", "%"),
        ("及时情况", "", "及时", ""),
    ),
    ("产出指标", "成本指标"): (
        ("项目总成本", "≤", "90", "万元"),
        ("救助标准", "≥", "530", "元/人·月"),
    ),
    ("效益指标", "经济效益指标"): (("亩均增收", "≥", "5", "%"), ("节约支出", "", "312万元以内", "")),
    ("效益指标", "社会效益指标"): (
        ("带动就业人数", "≥", "58", "人"),
        ("是否影响群众办事", "", "否", ""),
        ("安全事故发生数", "=", "0", "起"),
    ),
    ("效益指标", "生态效益指标"): (("垃圾清运", "", "日产日清", ""),),
    ("效益指标", "可持续影响指标"): (("机制健全性", "", "效果明显", ""), ("设备使用年限", "≥", "10", "年")),
    ("满意度指标", "服务对象满意度指标"): (
        ("群众满意度", "≥", "90", "%"),
        ("职工满意度", "", "基本满意", ""),
        ("投诉处理率", "", "15%及其以下", ""),
    ),
}


def random_form(chance: random.Random, number: int) -> FormData:
    """Return a form of random content; its scores fit its weights, its total is the sum of its scores."""
    indicators: list[Indicator] = []
    for (level1, level2), pool in _POOL.items():
        chosen = chance.sample(pool, chance.randint(level2 in ("数量指标", "服务对象满意度指标"), len(pool)))
        for name, comparator, target, unit in chosen:
            weight = chance.choice(("2", "2.5", "5", "7.5", "8", "10", "10.3", "3.71"))
            short = chance.random() < 0.2
            actual = chance.choice((target + unit, target, f"{comparator}{target}{unit}", "达成预期指标"))
            score = f"{float(weight) / 2:g}" if short else weight
            reason = chance.choice(("资金未到位", "受天气影响,已整改")) if short else None
            indicators.append(Indicator(level1, level2, name, target, actual, weight, score, reason, comparator, unit))
            if chance.random() < 0.06:
                indicators.append(Indicator(level1, level2, f"其中:{name}之一", "1", "1", role="sub_row"))
            if chance.random() < 0.06:
                indicators.append(
                    Indicator(level1, level2, f"{name}(续)", target, actual, role="grouped")
                    if indicators[-1].role == "indicator"
                    else Indicator(level1, level2, "……", role="filler")
                )
        if chosen and chance.random() < 0.12:
            indicators.append(Indicator(level1, level2, chance.choice(("……", "指标2:", "指标5:")), role="filler"))
    budget = chance.choice(("78", "1278.5", "20000", "89.974", "2.38", "0.6"))
    initial = chance.choice((budget, "100", "18.25"))
    executed = chance.choice((budget, f"{float(budget) / 2:.6g}", f"{float(budget) * 0.3:.6g}"))
    parts = (
        FundsRow(chance.choice(("其中:当年财政拨款", "其中:财政拨款")), "appropriation", initial, budget, executed),
        FundsRow("上年结转资金", "carryover", *chance.choice((("0", "0", "0"), (None, None, None)))),
        FundsRow("其他资金", "other", *chance.choice((("0", "0", "0"), (None, None, None)))),
    )
    total = FundsRow(
        chance.choice(("年度资金总额", "年度资金总额:", "年度财政资金总额")),
        "total",
        initial,
        budget,
        executed,
        "10",
        chance.choice(("10", "5", "7.93")),
    )
    return FormData(
        title=chance.choice(_TITLES),
        year=chance.randint(2019, 2025),
        project=f"{chance.choice(('农村环境整治', '校园维修改造', '委托业务', '中央水利发展'))}项目{number}",
        department=chance.choice(("池州市贵池区财政局", "中江县水利局")),
        unit=chance.choice(("219001-池州市贵池区棠溪镇人民政府", "中江县农村供水管理站")),
        funds=(total, *parts[: chance.randint(0, 3)]),
        goal_expected="按计划完成各项任务,资金及时足额使用,发挥效益。",
        goal_actual="已完成年度任务,资金使用规范。",
        indicators=tuple(indicators),
        total_score=chance.choice(("92.5", "100", "88", "96.43")),
        remark=chance.choice((None, "无", "以上数据均经核实。")),
    )


def random_options(chance: random.Random) -> LayoutOptions:
    """Return random options, only such together as a person could still read."""

    def some(vocabulary: dict[str, tuple[str, ...]]) -> dict[str, str]:
        return {token: chance.choice(words) for token, words in vocabulary.items() if chance.random() < 0.5}

    columns = chance.choice(_COLUMNS)
    headers = some(_HEADERS)
    split = "c" in columns
    two_lines = split and chance.random() < 0.5
    if split and not two_lines:
        headers["T"] = "指标值"
    # how the words of both blocks are set: one hand makes one form
    styles = ("plain", "plain", *get_args(TextStyle))
    blank_rows, blank_column = chance.random() < 0.3, chance.random() < 0.25
    head_total = chance.choice(("", "", "", "自评总分(分)", "自评得分", "项目总得分"))
    full_width = chance.random() < 0.15
    funds_columns = chance.choice(("IBErWS", "IBEWrS", "IBEr", "BEWrS", "BEr", "BE", "IBErWS", ""))
    unit_place = chance.choice(("block", "block", "headers", "line"))
    return LayoutOptions(
        rows_before=chance.choice((0, 0, 1, 3)),
        columns_before=chance.choice((0, 0, 0, 1, 2)),
        letterhead=chance.choice(((), (), ("附件3",), ("公开14表",), ("报表编号:510000_0013zp",))),
        below_title=chance.choice(((), (), ("部门公章:",))),
        blank_rows=blank_rows,
        hidden_blank_rows=blank_rows and chance.random() < 0.5,
        blank_column=blank_column,
        hidden_blank_column=blank_column and chance.random() < 0.5,
        hidden_columns=chance.choice(("", "", "", "A")),
        hidden_indicators=chance.choice(((), (), (1,))),
        hint_row=chance.random() < 0.2,
        year=chance.choice(get_args(YearNotation)),
        head=chance.choice(("one_line", "two_lines", "no_unit")),
        head_labels=chance.choice(("plain", "colon", "spaced")),
        head_total=head_total,
        funds_columns=funds_columns,
        funds_headers={} if unit_place == "headers" else some(_FUNDS_HEADERS),
        funds_block=chance.choice(("side", "side", "own_row")),
        money_unit_place=unit_place,
        amounts="fullwidth" if full_width else chance.choice(get_args(AmountStyle)),
        rate=chance.choice(get_args(RateStyle)),
        rate_on_parts=chance.random() < 0.2,
        part_marks=chance.choice(("", "", "—", "-", "repeat")),
        goal=chance.choice(("side", "side", "plain", "none")),
        goal_headings=chance.choice((("预期目标", "实际完成情况"), ("年初设定目标", "全年实际完成情况"))),
        columns=columns,
        headers=headers,
        two_line_header=two_lines,
        side_label=chance.random() < 0.25 and not columns.startswith("l"),
        header_style=chance.choice(styles),
        brackets=chance.choice(("half", "full", "mixed")),
        parents=chance.choice(("merged", "merged", "first", "repeated")),
        level_style=chance.choice(styles),
        level1_weights=chance.choice(("none", "none", "none", "beside", "first_alone")),
        level2_weights=chance.random() < 0.15,
        spread=chance.choice(("merged", "blank")),
        digits="full" if full_width else "half",
        numbers="fullwidth" if full_width else chance.choice(get_args(NumberStyle)),
        loose_text=chance.random() < 0.2,
        total="" if head_total and chance.random() < 0.5 else chance.choice(("总分", "合计", "总 分", "")),
        total_weight=chance.random() < 0.7,
        total_grade=chance.random() < 0.1,
        remark_row=chance.random() < 0.7,
        notes=chance.random() < 0.5,
        signature=chance.random() < 0.4,
    )


def random_layout(seed: int) -> Layout:
    """Return a workbook of one to three random forms, in one sheet or in several, perhaps with a cover."""
    chance = random.Random(f"layout {seed}")
    count = chance.choice((1, 1, 1, 1, 2, 3))
    forms = tuple((random_form(chance, number + 1), random_options(chance)) for number in range(count))
    if chance.random() < 0.5:
        sheets: Layout = (Sheet("自评表", forms, gap=chance.choice((1, 2, 4))),)
    else:
        sheets = tuple(Sheet(f"项目{number}", (form,)) for number, form in enumerate(forms, start=1))
    return (COVER, *sheets) if chance.random() < 0.2 else sheets


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_random_layouts(chunk: int, tmp_path: Path) -> None:
    """Each layout that is misread is named with its seed: `random_layout(SEED)` makes it again."""
    misread: list[str] = []
    for seed in range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK):
        path = tmp_path / f"random_{seed}.xlsx"
        expected = write_workbook(path, *random_layout(seed))
        found = differences(expected, read_json(path))
        misread += [f"seed {seed}: {difference}" for difference in found[:5]]
    assert misread == []
