"""Write 项目支出绩效自评表 in the many shapes units give them, and say what a reader must find in each.

`FormData` is what a form says, `LayoutOptions` how it is laid out. `write_workbook` writes both into a workbook and
returns the document that `perf-xl read --json` must print. A key that has no certain answer is left out of it.
`differences` compares the two as a person would: without white space, widths, thousands separators, trailing zeros.

Columns are named by letters, in the order in which they stand:

| indicators | | funds | |
|---|---|---|---|
| `1` `2` `3` | the three levels | `I` | 年初预算数 |
| `K` `N` | category and name, of forms with fewer levels | `B` | 全年预算数 |
| `T` | target; `c` and `u` its comparator and unit | `E` | 全年执行数 |
| `A` | actual | `r` | 执行率 |
| `W` `S` | weight, score | `W` `S` | weight, score |
| `R` | reason | `D` | 差异原因 |
| `p` `q` `e` `n` `l` `b` `g` | columns that only distract | | |
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

# --------------------------------------------------------------------------------------------------------------------
# What a form says
# --------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A cell whose value is one thing and whose appearance another: 0.67 formatted 0% is seen as 67%."""

    value: int | float | date | str
    number_format: str
    text: str


Content = str | Shown | None

Role = Literal["indicator", "filler", "sub_row", "heading", "grouped"]
"""`heading` is a second level without an indicator; `grouped` shares weight and score with the row above it."""


@dataclass(frozen=True)
class Indicator:
    level1: str | None
    level2: str | None
    level3: str | None
    target: Content = None
    actual: Content = None
    weight: str | None = None
    score: str | None = None
    reason: str | None = None
    comparator: str = ""
    target_unit: str = ""
    role: Role = "indicator"


@dataclass(frozen=True)
class FundsRow:
    label: str
    kind: str | None
    """None where people could disagree about it."""
    initial_budget: str | None = None
    budget: str | None = None
    executed: str | None = None
    weight: str | None = None
    score: str | None = None


@dataclass(frozen=True)
class FormData:
    title: str = "部门预算项目支出绩效自评表"
    """Without its year."""
    year: int = 2023
    project: str = "政府网站运营维护、机关维修等运转项目"
    department: str = "青川县人民政府办公室"
    unit: str = "青川县政务服务中心"
    money_unit: str = "万元"
    funds: tuple[FundsRow, ...] = ()
    goal_expected: str | None = None
    goal_actual: str | None = None
    indicators: tuple[Indicator, ...] = ()
    total_score: str | None = None
    grade: str = "优"
    remark: str | None = None


def county_form() -> FormData:
    """A form like those of most counties: three levels, five kinds of targets, one score that is not full."""
    return FormData(
        funds=(
            FundsRow("年度资金总额", "total", "1278", "1278", "851.91", "10", "6.67"),
            FundsRow("其中:当年财政拨款", "appropriation", "1200", "1200", "801.91"),
            FundsRow("上年结转资金", "carryover", "78", "78", "50"),
            FundsRow("其他资金", "other", "0", "0", "0"),
        ),
        goal_expected="完成政府网站运营维护、机关维修维护,偿还以前年度欠款,保障机关高效运转。",
        goal_actual="完成网站运营维护和机关维修,偿还以前年度欠款5万元,机关运转正常。",
        indicators=(
            Indicator("产出指标", "数量指标", "完成网站维护次数", "3", "4次", "10", "10", None, "≥", "次"),
            Indicator("产出指标", "数量指标", "印刷页数", "20万", "22万张", "10", "10", None, "≥", "张"),
            Indicator(
                "产出指标", "数量指标", "偿还历史欠款", "10", "5万元", "7.5", "3.75", "资金未全部到位", "=", "万元"
            ),
            Indicator("产出指标", "质量指标", "印刷质量合格率", "95", "98.5%", "7.5", "7.5", None, "≥", "%"),
            Indicator("产出指标", "时效指标", "支付及时情况", "及时", "及时", "5", "5"),
            Indicator("产出指标", "成本指标", "网站维护成本", "12000", "11800元", "10", "10", None, "≤", "元"),
            Indicator("效益指标", "社会效益指标", "提供务工岗位(个)", "50", "58个", "15", "15", None, "≥", "个"),
            Indicator("效益指标", "可持续影响指标", "管理制度健全性", "健全", "健全", "15", "15"),
            Indicator("满意度指标", "服务对象满意度指标", "职工满意度", "90", "92%", "5", "5", None, "≥", "%"),
            Indicator("满意度指标", "服务对象满意度指标", "企业满意度", "基本满意", "满意", "5", "5"),
        ),
        total_score="92.92",
        remark="无",
    )


# --------------------------------------------------------------------------------------------------------------------
# How it is laid out
# --------------------------------------------------------------------------------------------------------------------

YearNotation = Literal[
    "title",
    "title_short",
    "title_spaced",
    "title_fullwidth",
    "suffix",
    "suffix_spaced",
    "suffix_fullwidth",
    "suffix_line_break",
    "own_line",
    "own_line_spaced",
    "own_line_bare",
    "own_line_short",
    "own_line_fullwidth",
    "missing",
]
AmountStyle = Literal[
    "number",
    "formatted",
    "text",
    "thousands",
    "unit",
    "spaced_unit",
    "short_unit",
    "six_decimals",
    "fullwidth",
    "mixed",
]
NumberStyle = Literal["number", "formatted", "text", "points", "decimals", "spaced", "fullwidth", "mixed"]
RateStyle = Literal[
    "text", "spaced_text", "percent", "percent_two_decimals", "fraction", "bare", "whole_bare", "dash", "blank"
]
TextStyle = Literal["plain", "spaced", "line_breaks", "vertical"]
Place = Literal["block", "headers", "line", "cells", "nowhere"]

FUNDS_HEADERS = {
    "I": "年初预算数",
    "B": "全年预算数",
    "E": "全年执行数",
    "r": "执行率",
    "W": "分值",
    "S": "得分",
    "D": "差异原因",
}
INDICATOR_HEADERS = {
    "1": "一级指标",
    "2": "二级指标",
    "3": "三级指标",
    "K": "类别",
    "N": "指标名称",
    "c": "指标性质",
    "T": "年度指标值",
    "u": "度量单位",
    "A": "实际完成值",
    "W": "分值",
    "S": "得分",
    "R": "偏差原因分析及改进措施",
    "p": "上年完成值",
    "q": "完成率",
    "e": "佐证资料",
    "n": "备注",
    "l": "行次",
    "b": "指标值设置依据",
    "g": "指标赋分规则",
}


@dataclass(frozen=True)
class LayoutOptions:
    # the sheet around the form
    rows_before: int = 0
    columns_before: int = 0
    letterhead: tuple[str, ...] = ()
    below_title: tuple[str, ...] = ()
    blank_rows: bool = False
    hidden_blank_rows: bool = False
    blank_column: bool = False
    hidden_blank_column: bool = False
    hidden_columns: str = ""
    hidden_indicators: tuple[int, ...] = ()
    hint_row: bool = False
    # title and head
    title_style: TextStyle = "plain"
    year: YearNotation = "title"
    head: Literal["one_line", "two_lines", "no_unit"] = "one_line"
    head_labels: Literal["plain", "colon", "spaced"] = "plain"
    head_total: Literal["", "自评总分(分)", "自评得分", "项目总得分", "in one cell"] = ""
    # funds
    funds_columns: str = "IBErWS"
    funds_headers: Mapping[str, str] = field(default_factory=dict)
    funds_block: Literal["side", "own_row"] = "side"
    funds_block_label: str = "项目资金"
    header_weight: str | None = None
    """The funds' weight, where it stands in a header of `funds_headers` and in no cell."""
    money_unit_place: Place = "block"
    amounts: AmountStyle = "number"
    rate: RateStyle = "percent"
    rate_on_parts: bool = False
    part_marks: Literal["", "—", "-", "repeat"] = ""
    # goal
    goal: Literal["side", "plain", "none"] = "side"
    goal_headings: tuple[str, str] = ("预期目标", "实际完成情况")
    # indicators
    columns: str = "123TAWSR"
    headers: Mapping[str, str] = field(default_factory=dict)
    two_line_header: bool = False
    side_label: bool = False
    header_style: TextStyle = "plain"
    brackets: Literal["half", "full", "mixed"] = "half"
    parents: Literal["merged", "first", "repeated"] = "merged"
    level_style: TextStyle = "plain"
    level1_weights: Literal["none", "beside", "alone", "first_alone"] = "none"
    level2_weights: bool = False
    spread: Literal["merged", "blank"] = "merged"
    digits: Literal["half", "full"] = "half"
    numbers: NumberStyle = "number"
    loose_text: bool = False
    """Spaces around texts and a line break inside long ones."""
    # foot
    total: str = "总分"
    total_weight: bool = True
    total_grade: bool = False
    remark_row: bool = True
    notes: bool = False
    signature: bool = False


@dataclass(frozen=True)
class Sheet:
    """One sheet: forms one under another, or only lines of text."""

    name: str = "Sheet1"
    forms: tuple[tuple[FormData, LayoutOptions], ...] = ()
    lines: tuple[str, ...] = ()
    gap: int = 2
    state: Literal["visible", "hidden", "veryHidden"] = "visible"
    protected: bool = False


COVER = Sheet("封面", lines=("", "青川县2023年度项目支出绩效自评材料", "", "单位名称:青川县政务服务中心", "2024年3月"))
INSTRUCTIONS = Sheet(
    "填表说明",
    lines=("填表说明", "一、项目名称:填写预算批复的项目名称。", "二、得分:按照分值和完成情况填写,不得超过分值。"),
)


def write_workbook(path: Path, *sheets: Sheet) -> dict[str, Any]:
    """Write the sheets to `path`; return what must be read from it."""
    workbook, expected = build_workbook(*sheets, file=path.name)
    workbook.save(path)
    return expected


def write_layout(path: Path, form: FormData, options: LayoutOptions) -> dict[str, Any]:
    """Write a workbook with one sheet and one form in it; return what must be read from it."""
    return write_workbook(path, Sheet(forms=((form, options),)))


def build_workbook(*sheets: Sheet, file: str) -> tuple[Workbook, dict[str, Any]]:
    """Lay the sheets out in a workbook; return it and what must be read from it."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    expected: list[dict[str, Any]] = []
    for sheet in sheets:
        worksheet = workbook.create_sheet(sheet.name)
        worksheet.sheet_state = sheet.state
        worksheet.protection.sheet = sheet.protected
        for number, line in enumerate(sheet.lines, start=1):
            worksheet.cell(number, 2, line or None)
        row = 1
        for form, options in sheet.forms:
            writer = _Writer(worksheet, form, options, row)
            expected.append({"file": file, "sheet": sheet.name, **writer.write()})
            row = writer.row + sheet.gap
    workbook.active = next(index for index, sheet in enumerate(sheets) if sheet.state == "visible")
    return workbook, {"forms": expected}


def add_formulas(workbook: Workbook, form: dict[str, Any]) -> dict[str, str]:
    """Put formulas for the rate, its score and the total into the plain county form; return them by cell.

    `form` is what must be read from it: the formulas compute the very same values.
    """
    worksheet = workbook.active
    funds, rows = form["funds"][0]["row"], [row["row"] for row in form["indicators"]]
    formulas = {
        f"F{funds}": f"=E{funds}/D{funds}",
        f"H{funds}": f"=ROUND(F{funds}*G{funds},2)",
        f"G{rows[-1] + 1}": f"=H{funds}+SUM(G{rows[0]}:G{rows[-1]})",
    }
    for cell, formula in formulas.items():
        worksheet[cell] = formula
    return formulas


# --------------------------------------------------------------------------------------------------------------------
# Writing
# --------------------------------------------------------------------------------------------------------------------

_FULL = {ord(half): chr(ord(half) + 0xFEE0) for half in "0123456789()%:.,ABT"}
_NOTES = (
    "注:1.其他资金包括与财政资金共同投入到同一项目的自有资金、社会资金等。",
    "2.绩效自评采取打分评价形式,满分为100分,得分最高不能超过该指标分值上限。",
    "3.定性指标分为全部或基本达成预期指标、部分达成预期指标并具有一定效果、未达成预期指标且效果较差三档。",
)
_EXTRA_VALUES: dict[str, tuple[Any, ...]] = {
    "p": (31, "上年32", "86%", None),
    "q": (1, "100%", None),
    "e": ("台账", None, "验收单"),
    "n": ("已核", None),
    "b": ("工作计划", None, "预算批复"),
    "g": ("完成得满分,每降1%扣1分", None),
}


class _Writer:
    """Writes one form, top to bottom; `row` is always the next free row."""

    def __init__(self, worksheet: Worksheet, form: FormData, options: LayoutOptions, row: int) -> None:
        self.worksheet, self.form, self.options = worksheet, form, options
        self.row = row + options.rows_before
        self.numbers_written = self.brackets_written = 0
        tokens = len(options.columns) + options.side_label
        # 6 columns are the least that a head with 主管部门 and 实施单位 side by side can do with
        self.width = max(tokens, len(options.funds_columns) + 2 if self.has_funds else 0, 6)
        self.spare = self.width - tokens

    @property
    def has_funds(self) -> bool:
        return bool(self.options.funds_columns and self.form.funds)

    # -- cells -------------------------------------------------------------------------------------------------------

    def column(self, place: int) -> int:
        """Sheet column of the form's column `place`, 0 being the first; the blank column stands before the third."""
        return 1 + self.options.columns_before + place + (self.options.blank_column and place >= 2)

    def put(self, place: int, value: Any, number_format: str = "General", *, row: int | None = None) -> None:
        if value is None:
            return
        cell = self.worksheet.cell(row or self.row, self.column(place), value)
        if isinstance(value, str):
            cell.data_type = "s"  # '=100%' is text
            cell.alignment = Alignment(wrap_text="\n" in value)
        if number_format != "General":
            cell.number_format = number_format

    def merge(self, first: int, last: int, *, rows: int = 1, row: int | None = None) -> None:
        """Merge the form's columns `first` to `last` over `rows` rows."""
        top = row or self.row
        if (first, rows) != (last, 1):
            self.worksheet.merge_cells(
                start_row=top, end_row=top + rows - 1, start_column=self.column(first), end_column=self.column(last)
            )

    def line(self, text: str, *, style: TextStyle = "plain") -> None:
        """Write a line over the whole width of the form."""
        self.put(0, styled(text, style))
        self.merge(0, self.width - 1)
        self.row += 1

    def blank_row(self) -> None:
        if self.options.blank_rows:
            self.worksheet.row_dimensions[self.row].hidden = self.options.hidden_blank_rows
            self.row += 1

    def label(self, text: str) -> str:
        """Return a header's or heading's text in the wanted style."""
        self.brackets_written += 1
        if self.options.brackets == "full" or (self.options.brackets == "mixed" and self.brackets_written % 2):
            text = text.replace("(", "（").replace(")", "）")
        return styled(text, self.options.header_style)

    def text(self, value: str | None) -> str | None:
        """Return a text as people type it."""
        if value is not None and self.options.digits == "full":
            value = value.translate(_FULL)
        if value and self.options.loose_text:
            breakable = len(value) > 8 and not any(character.isdigit() for character in value)
            value = f" {value[:5]}\n{value[5:]} " if breakable else f"{value}  "
        return value

    def put_content(self, place: int, content: Content) -> None:
        if isinstance(content, Shown):
            self.put(place, content.value, content.number_format)
        else:
            self.put(place, self.text(content))

    def put_number(self, place: int, value: str | None) -> None:
        self.numbers_written += 1
        self.put(place, *number_cell(value, self.options.numbers, self.numbers_written))

    # -- the form ----------------------------------------------------------------------------------------------------

    def write(self) -> dict[str, Any]:
        expected = {
            **self.write_title(),
            **self.write_head(),
            **self.write_funds(),
            **self.write_goal(),
            **self.write_indicators(),
            **self.write_foot(),
        }
        if self.options.blank_column and self.options.hidden_blank_column:
            self.hide(self.options.columns_before + 3)
        return expected

    def hide(self, column: int) -> None:
        self.worksheet.column_dimensions[get_column_letter(column)].hidden = True

    def write_title(self) -> dict[str, Any]:
        form, options = self.form, self.options
        for text in options.letterhead:
            self.put(0, text)
            self.row += 1
        title, own_line = title_lines(form, options.year)
        self.line(title, style=options.title_style)
        if own_line:
            self.line(own_line)
        for text in options.below_title:
            self.put(0, text)
            self.row += 1
        expected: dict[str, Any] = {"title": title}
        if options.year != "missing":
            expected["year"] = form.year
        elif not options.signature and not re.search(r"20\d\d", repr(form.indicators) + form.project):
            expected["year"] = None  # no year in the body either
        if self.has_funds and options.money_unit_place == "line":
            self.put(self.width - 1, f"金额单位:{form.money_unit}")
            self.row += 1
        self.blank_row()
        return expected

    def write_head(self) -> dict[str, Any]:
        form, options = self.form, self.options
        half = self.width // 2

        def write(label: str, value: str, first: int, last: int) -> None:
            text = {"plain": label, "colon": f"{label}:", "spaced": styled(label, "spaced")}[options.head_labels]
            labels = 2 if first == 0 else 1
            self.put(first, text)
            self.merge(first, first + labels - 1)
            self.put(first + labels, self.text(value))
            self.merge(first + labels, last)

        write("项目名称", form.project, 0, self.width - 1)
        self.row += 1
        expected: dict[str, Any] = {"project": form.project, "department": form.department, "unit": form.unit}
        if options.head == "one_line":
            write("主管部门", form.department, 0, half)
            write("实施单位", form.unit, half + 1, self.width - 1)
        else:
            write("主管部门", form.department, 0, self.width - 1)
            if options.head == "two_lines":
                self.row += 1
                write("实施单位", form.unit, 0, self.width - 1)
            else:
                del expected["unit"]
        self.row += 1
        if options.head_total and form.total_score is not None:
            points = f"{form.total_score}分"
            if options.head_total == "in one cell":
                self.line(f"项目总得分{points}")
            else:
                self.put(0, options.head_total)
                self.merge(0, 1)
                self.put(2, points if options.head_total == "项目总得分" else number(form.total_score))
                self.row += 1
            expected["total_score"] = form.total_score
        return expected

    def write_funds(self) -> dict[str, Any]:
        form, options = self.form, self.options
        if not self.has_funds:
            return {"funds": []}
        tokens = options.funds_columns
        first = self.width - len(tokens)
        block = options.funds_block_label
        if options.money_unit_place == "block":
            block += f"\n({form.money_unit})"
        if options.funds_block == "own_row":
            self.line(block)
        else:
            self.put(0, self.label(block))
            self.merge(0, 0, rows=len(form.funds) + 1)
        for place, token in enumerate(tokens, start=first):
            header = options.funds_headers.get(token, FUNDS_HEADERS[token])
            if options.money_unit_place == "headers" and token in "IBE":
                header += f"({form.money_unit})"
            self.put(place, self.label(header))
        self.row += 1
        expected = []
        for index, row in enumerate(form.funds):
            self.put(0 if options.funds_block == "own_row" else 1, self.text(row.label))
            self.merge(0 if options.funds_block == "own_row" else 1, first - 1)
            expected.append(self.write_funds_row(row, first, is_total=index == 0))
            self.row += 1
        document: dict[str, Any] = {"funds": expected}
        if options.money_unit_place in ("block", "headers", "line"):
            document["money_unit"] = form.money_unit
        self.blank_row()
        return document

    def write_funds_row(self, row: FundsRow, first: int, *, is_total: bool) -> dict[str, Any]:
        form, options = self.form, self.options
        total = form.funds[0]
        marks = options.part_marks
        weight, score = (total.weight, total.score) if not is_total and marks == "repeat" else (row.weight, row.score)
        rate = rate_content(row, options.rate) if is_total or options.rate_on_parts else None
        expected: dict[str, Any] = {"label": row.label, "row": self.row}
        if row.kind:
            expected["kind"] = row.kind
        amounts = {"I": row.initial_budget, "B": row.budget, "E": row.executed}
        names = {"I": "initial_budget", "B": "budget", "E": "executed"}
        for place, token in enumerate(options.funds_columns, start=first):
            if token in amounts:
                self.numbers_written += 1
                self.put(place, *amount_cell(amounts[token], options.amounts, form.money_unit, self.numbers_written))
                expected[names[token]] = amounts[token]
            elif token == "r":
                self.put_content(place, rate)
                expected["rate"] = rate.text if isinstance(rate, Shown) else None if rate == "—" else rate
            elif token in "WS":
                value = weight if token == "W" else score
                if token == "W" and options.header_weight:
                    value = None
                if value is None and not is_total and marks in ("—", "-"):
                    self.put(place, marks)
                self.put_number(place, value)
                expected["weight" if token == "W" else "score"] = value
        if options.header_weight:
            expected["weight"] = options.header_weight if is_total else None
        return expected

    def write_goal(self) -> dict[str, Any]:
        form, options = self.form, self.options
        if options.goal == "none":
            return {}
        first = 0
        if options.goal == "side":
            self.put(0, styled("年度总体目标", "line_breaks"))
            self.merge(0, 0, rows=2)
            first = 1
        middle = self.width // 2
        for left, right in (options.goal_headings, (form.goal_expected, form.goal_actual)):
            heading = (left, right) == options.goal_headings
            self.put(first, self.label(left) if heading and left else self.text(left))
            self.merge(first, middle - 1)
            self.put(middle, self.label(right) if heading and right else self.text(right))
            self.merge(middle, self.width - 1)
            self.row += 1
        if options.hint_row:
            self.line("填报说明:请按年初批复的绩效目标逐项填写,不得随意改动。")
        self.blank_row()
        return {"goal": {"expected": form.goal_expected, "actual": form.goal_actual}}

    # -- indicators --------------------------------------------------------------------------------------------------

    def places(self) -> dict[str, int]:
        """Return the form's column of every token; the name of the indicator takes the columns that are to spare."""
        places: dict[str, int] = {}
        place = int(self.options.side_label)
        for token in self.options.columns:
            places[token] = place
            place += 1 + (self.spare if token in "3N" else 0)
        return places

    def write_indicators(self) -> dict[str, Any]:
        places = self.places()
        top = self.row
        self.write_indicator_headers(places)
        if self.options.side_label and not self.options.two_line_header:
            top = self.row - 1
        previous: Indicator | None = None
        expected: list[dict[str, Any]] = []
        starts: dict[int, int] = {}
        for index, indicator in enumerate(self.form.indicators):
            if previous and previous.level1 != indicator.level1:
                self.blank_row()
            starts[index] = self.row
            if index in self.options.hidden_indicators:
                self.worksheet.row_dimensions[self.row].hidden = True
            self.write_indicator(index, indicator, previous, places)
            if indicator.role != "heading":
                expected.append(self.expected_indicator(indicator))
            previous = indicator
            self.row += 1
        self.merge_groups(starts, places)
        if self.options.side_label:
            self.put(0, "绩\n效\n指\n标", row=top)
            if not self.options.blank_rows:
                self.merge(0, 0, rows=self.row - top, row=top)
        for token in self.options.hidden_columns:
            self.hide(self.column(places[token]))
        return {"indicators": expected}

    def write_indicator_headers(self, places: Mapping[str, int]) -> None:
        options = self.options
        split = [places[token] for token in "cTu" if token in places]
        for token, place in places.items():
            last = place + (self.spare if token in "3N" and options.spread == "merged" else 0)
            text = options.headers.get(token, INDICATOR_HEADERS[token])
            if options.two_line_header and place in split:
                self.put(place, self.label("指标值" if token == "T" else text), row=self.row + 1)
                continue
            self.put(place, self.label(text))
            self.merge(place, last, rows=1 + options.two_line_header)
        if options.two_line_header:
            self.put(min(split), self.label(options.headers.get("T", INDICATOR_HEADERS["T"])))
            self.merge(min(split), max(split))
            self.row += 1
        self.row += 1

    def write_indicator(
        self, index: int, row: Indicator, previous: Indicator | None, places: Mapping[str, int]
    ) -> None:
        options = self.options
        same1 = previous is not None and previous.level1 == row.level1
        same2 = same1 and previous is not None and previous.level2 == row.level2
        for token, place in places.items():
            if token in "1K" and (options.parents == "repeated" or not same1):
                self.put(place, self.level1_text(row))
            elif token == "2" and (options.parents == "repeated" or not same2):
                self.put(place, self.level2_text(row))
            elif token in "3N":
                self.put(place, self.text(row.level3))
                if options.spread == "merged":
                    self.merge(place, place + self.spare)
            elif token == "c":
                self.put(place, row.comparator or None)
            elif token == "u":
                self.put(place, row.target_unit or None)
            elif token == "T":
                self.write_target(place, row)
            elif token == "A":
                self.put_content(place, row.actual)
            elif token in "WS" and row.role != "grouped":
                self.put_number(place, row.weight if token == "W" else row.score)
            elif token == "R":
                self.put(place, self.text(row.reason))
            elif token == "l":
                self.put(place, index + 1)
            elif token in _EXTRA_VALUES and row.role == "indicator":
                values = _EXTRA_VALUES[token]
                self.put(place, values[index % len(values)], "0%" if token == "q" else "General")

    def write_target(self, place: int, row: Indicator) -> None:
        if isinstance(row.target, Shown):
            self.put_content(place, row.target)
        elif "c" not in self.options.columns:
            self.put(place, self.text(target_text(row)))
        elif row.target is not None and re.fullmatch(r"\d+(\.\d+)?", row.target) and self.options.digits == "half":
            self.put_number_as_people_do(place, row.target)
        else:
            self.put(place, self.text(row.target))

    def put_number_as_people_do(self, place: int, value: str) -> None:
        self.put(place, value if self.options.numbers == "text" else number(value))

    def level1_text(self, row: Indicator) -> str | None:
        mode = self.options.level1_weights
        if row.level1 is None:
            return None
        points = self.points(lambda other: other.level1 == row.level1)
        if self.loses_its_name(row):
            return self.bracket(points)
        text = styled(row.level1, self.options.level_style)
        return text if mode == "none" else text + self.bracket(points)

    def loses_its_name(self, row: Indicator) -> bool:
        mode = self.options.level1_weights
        return mode == "alone" or (mode == "first_alone" and row.level1 == self.form.indicators[0].level1)

    def level2_text(self, row: Indicator) -> str | None:
        if row.level2 is None:
            return None
        text = styled(row.level2, self.options.level_style if self.options.level_style != "vertical" else "plain")
        if self.options.level2_weights:
            text += self.bracket(self.points(lambda other: (other.level1, other.level2) == (row.level1, row.level2)))
        return text

    def points(self, belongs: Any) -> str:
        weights = [Decimal(row.weight) for row in self.form.indicators if row.weight and belongs(row)]
        return f"({plain(sum(weights, Decimal(0)))}分)"

    def bracket(self, points: str) -> str:
        return points.replace("(", "（").replace(")", "）") if self.options.brackets == "full" else points

    def merge_groups(self, starts: Mapping[int, int], places: Mapping[str, int]) -> None:
        """Merge parents over their rows, and weight and score over the rows of a group."""
        rows = list(enumerate(self.form.indicators))
        if self.options.parents == "merged":
            for token, key in (("1", 1), ("K", 1), ("2", 2)):
                if token not in places:
                    continue
                for _, group in groupby(rows, key=lambda item: (item[1].level1, item[1].level2)[:key]):
                    members = list(group)
                    first, last = starts[members[0][0]], starts[members[-1][0]]
                    self.merge(places[token], places[token], rows=last - first + 1, row=first)
        for index, row in rows:
            following = [other for other, _ in _run(rows[index + 1 :])]
            if row.role == "indicator" and following:
                for token in "WS":
                    if token in places:
                        count = starts[following[-1]] - starts[index] + 1
                        self.merge(places[token], places[token], rows=count, row=starts[index])

    def expected_indicator(self, row: Indicator) -> dict[str, Any]:
        columns = self.options.columns
        grouped = row.role == "grouped"
        expected: dict[str, Any] = {
            "level1": None if self.loses_its_name(row) or not set("1K") & set(columns) else row.level1,
            "level2": row.level2 if "2" in columns else None,
            "level3": row.level3,
            "target": target_text(row) or None,
            "actual": row.actual.text if isinstance(row.actual, Shown) else row.actual,
            "weight": row.weight if "W" in columns and not grouped else None,
            "score": row.score if "S" in columns and not grouped else None,
            "reason": row.reason,
            "row": self.row,
        }
        if "R" not in columns:
            if set("ne") & set(columns):  # 备注 may stand for the reason where nothing else does
                del expected["reason"]
            else:
                expected["reason"] = None
        marked = set("WS") & set(columns)
        if row.role == "filler":
            expected["scored"] = False
        elif marked:
            expected["scored"] = expected["weight"] is not None or expected["score"] is not None
        elif row.role == "indicator":
            expected["scored"] = True
        return expected

    # -- foot --------------------------------------------------------------------------------------------------------

    def write_foot(self) -> dict[str, Any]:
        form, options = self.form, self.options
        places = self.places()
        expected: dict[str, Any] = {}
        if not options.head_total:
            expected["total_score"] = None
        if options.total and form.total_score is not None and "S" in places:
            first = min(places[token] for token in "WS" if token in places)
            self.put(0, options.total)
            self.merge(0, min(places["T"], first) - 1)
            if options.total_weight and "W" in places:
                self.put_number(places["W"], "100")
            self.put_number(places["S"], form.total_score)
            if options.total_grade and "R" in places:
                self.put(places["R"], form.grade)
            self.row += 1
            expected["total_score"] = form.total_score
        expected["remark"] = None
        if options.remark_row and form.remark is not None:
            self.put(0, "说明")
            self.put(1, self.text(form.remark))
            self.merge(1, self.width - 1)
            self.row += 1
            expected["remark"] = form.remark
        for text in _NOTES if options.notes else ():
            self.line(text)
        if options.signature:
            self.line(f"填报人:王建国      联系电话:0839-6120000      填报日期:{form.year + 1}年3月6日")
        return expected


def _run(rows: Sequence[tuple[int, Indicator]]) -> Iterator[tuple[int, Indicator]]:
    """Yield the grouped rows at the beginning of `rows`."""
    for item in rows:
        if item[1].role != "grouped":
            return
        yield item


# --------------------------------------------------------------------------------------------------------------------
# Texts and numbers as people write them
# --------------------------------------------------------------------------------------------------------------------


def styled(text: str, style: TextStyle) -> str:
    """Lay a label out: `产 出 指 标`, `年度\\n指标值`, one character a line."""
    if style == "spaced":  # only short words are spaced out, and nothing that stands in brackets
        word = re.split(r"[(（\n]", text, maxsplit=1)[0]
        return (" ".join(word) if len(word) <= 6 else word) + text[len(word) :]
    if style == "line_breaks" and "\n" not in text:
        bracket = re.search(r"[(（]", text)
        middle = bracket.start() if bracket and bracket.start() else (len(text) + 1) // 2
        return f"{text[:middle]}\n{text[middle:]}"
    if style == "vertical":
        return "\n".join(text.replace("\n", "")) if len(text) <= 6 else text
    return text


def title_lines(form: FormData, notation: YearNotation) -> tuple[str, str | None]:
    """Return the title and, where the year has a line of its own, that line."""
    title, year = form.title, form.year
    full = str(year).translate(_FULL)
    before = {
        "title": f"{year}年度",
        "title_short": f"{year}年",
        "title_spaced": f"{year} 年度",
        "title_fullwidth": f"{full}年度",
    }
    after = {
        "suffix": f"({year}年度)",
        "suffix_spaced": f"( {year} 年度)",
        "suffix_fullwidth": f"（{full}年度）",
        "suffix_line_break": f"\n({year}年度)",
    }
    own_line = {
        "own_line": f"({year}年度)",
        "own_line_spaced": f"( {year} 年度)",
        "own_line_bare": f"{year} 年度",
        "own_line_short": f"({year}年)",
        "own_line_fullwidth": f"（{full}年度）",
    }
    return before.get(notation, "") + title + after.get(notation, ""), own_line.get(notation)


def target_text(row: Indicator) -> str | None:
    """Return the target as a person sees it: comparator, value, unit."""
    if row.target is None:
        return None
    return row.comparator + (row.target.text if isinstance(row.target, Shown) else row.target) + row.target_unit


def plain(value: Decimal) -> str:
    """Return a decimal without exponent and trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: str) -> int | float:
    return float(value) if "." in value else int(value)


def _decimals(value: str) -> int:
    return len(value.partition(".")[2])


def number_cell(value: str | None, style: NumberStyle, turn: int) -> tuple[Any, str]:
    """Return a weight or score as a cell's value and format."""
    if value is None:
        return None, "General"
    if style == "mixed":
        styles: tuple[NumberStyle, ...] = ("number", "text", "formatted", "decimals", "points", "spaced")
        style = styles[turn % len(styles)]
    if style == "number":
        return number(value), "General"
    if style == "formatted":
        return number(value), "0." + "0" * max(2, _decimals(value))
    text = {
        "text": value,
        "points": f"{value}分",
        "decimals": f"{Decimal(value):.{max(2, _decimals(value))}f}",
        "spaced": f" {value} ",
        "fullwidth": value.translate(_FULL),
    }[style]
    return text, "@"


def amount_cell(value: str | None, style: AmountStyle, unit: str, turn: int) -> tuple[Any, str]:
    """Return an amount of money as a cell's value and format."""
    if value is None:
        return None, "General"
    if style == "mixed":
        styles: tuple[AmountStyle, ...] = ("number", "text", "formatted", "thousands", "six_decimals")
        style = styles[turn % len(styles)]
    decimals = max(2, _decimals(value))
    if style == "number":
        return number(value), "General"
    if style == "formatted":
        return number(value), "#,##0." + "0" * decimals
    text = {
        "text": value,
        "thousands": f"{Decimal(value):,.{decimals}f}",
        "unit": f"{value}{unit}",
        "spaced_unit": f"{value} {unit}",
        "short_unit": f"{value}{unit.removesuffix('元')}",
        "six_decimals": f"{Decimal(value):.6f}",
        "fullwidth": value.translate(_FULL),
    }[style]
    return text, "General"


def rate_content(row: FundsRow, style: RateStyle) -> Content:
    """Return the rate of execution in the wanted notation; 0 where there is no budget."""
    if style in ("dash", "blank") or row.budget is None or row.executed is None:
        return "—" if style == "dash" else None
    if not Decimal(row.budget):
        return "0"
    rate = Decimal(row.executed) / Decimal(row.budget)

    def rounded(value: Decimal, decimals: int) -> Decimal:
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)

    percent = rounded(rate * 100, 0)
    if style in ("text", "spaced_text"):
        return f"{percent}%" if style == "text" else f"{percent} %"
    if style == "percent":
        return Shown(float(rate), "0%", f"{percent}%")
    if style == "percent_two_decimals":
        return Shown(float(rate), "0.00%", f"{rounded(rate * 100, 2)}%")
    value = {"fraction": rounded(rate, 3), "bare": rounded(rate * 100, 2), "whole_bare": percent}[style]
    return Shown(float(value), "General", plain(value))


# --------------------------------------------------------------------------------------------------------------------
# Comparing
# --------------------------------------------------------------------------------------------------------------------

_YEAR_LINE = re.compile(r"\(?20\d\d年度?\)?$")


def fold(text: str) -> str:
    """Return a text without what does not matter: widths, white space, thousands separators, trailing zeros."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    folded = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", folded)
    return re.sub(r"\d+\.\d*?0*(?!\d)", lambda found: found[0].rstrip("0").rstrip("."), folded)


def differences(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """Compare what was read with what must be read, in every key present there; one line per difference."""
    found: list[str] = []
    if len(expected["forms"]) != len(actual["forms"]):
        titles = [(form.get("sheet"), form.get("title")) for form in actual["forms"]]
        return [f"{len(expected['forms'])} forms expected, {len(titles)} read: {titles}"]
    for index, (wanted, read) in enumerate(zip(expected["forms"], actual["forms"], strict=True)):
        _compare(wanted, read, f"forms[{index}]", found)
    return found


def _compare(wanted: Any, read: Any, where: str, found: list[str]) -> None:
    if isinstance(wanted, Mapping):
        if not isinstance(read, Mapping):
            found.append(f"{where}: {wanted!r} expected, {read!r} read")
            return
        for key, value in wanted.items():
            if key not in read:
                found.append(f"{where}.{key}: missing")
            else:
                _compare(value, read[key], f"{where}.{key}", found)
    elif isinstance(wanted, list):
        if not isinstance(read, list) or len(read) != len(wanted):
            found.append(f"{where}: {len(wanted)} rows expected, read: {_names(read)}; expected: {_names(wanted)}")
            return
        for index, (one, other) in enumerate(zip(wanted, read, strict=True)):
            _compare(one, other, f"{where}[{index}]", found)
    elif isinstance(wanted, str) and isinstance(read, str):
        same = fold(wanted) == fold(read)
        if not same and where.endswith(".title"):  # the title may include a year line of its own
            same = _YEAR_LINE.sub("", fold(wanted)) == _YEAR_LINE.sub("", fold(read))
        if not same:
            found.append(f"{where}: {wanted!r} expected, {read!r} read")
    elif type(wanted) is not type(read) or wanted != read:
        found.append(f"{where}: {wanted!r} expected, {read!r} read")


def _names(rows: Any) -> Any:
    if not isinstance(rows, list):
        return rows
    return [row.get("level3", row.get("label")) if isinstance(row, Mapping) else row for row in rows]
