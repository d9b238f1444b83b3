"""The official form (项目支出绩效自评表): the same blocks, words and order as the table it mirrors.

A `Filing` is what a unit fills in. `form_sheet` lays it out as plain cells; `form_book` makes the workbook that computes
itself by plain formulas: 自评表 with helper columns beside the printed table, 填报说明, 自检 and 参数.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from importlib import resources
from itertools import groupby
from typing import NamedTuple

from perf_xl import live
from perf_xl.errors import NothingToDo
from perf_xl.exact import Number, decimal_in, fold, plain, round_half_up, times
from perf_xl.grid import column_letters
from perf_xl.model import MONEY_UNITS, Form, FundsRow, Heading, Indicator, Written
from perf_xl.rules import Rulebook
from perf_xl.sheets import Area, Book, Cell, Highlight, Link, Paper, Print, Sheet, Validation

NOTES = (
    "注:1.其他资金包括中央补助、各级财政资金共同投入到同一项目的自有资金、社会资金等。",
    "2.绩效自评采取打分评价形式,满分为100分,各部门可根据指标的重要程度自主确定各项三级指标的权重分值,各项指标得分加总得出该项目绩效自评的总分"
    "(中央和省委巡视、各级审计和财政监督中发现问题的酌情扣分),各项指标得分最高不能超过该指标分值上限,原则上一级指标分值统一设置为:产出指标50分、"
    "效益指标30分、满意度指标10分、预算资金执行率10分。如有特殊情况,除预算资金执行率外,其他指标权重可作适当调整,但总分应为100分。",
    "3.本表资金使用单位按具体项目填报,主管部门按二级项目汇总绩效目标,对于定量指标,绝对值直接累加计算,相对值按照资金额度加权平均计算;定性指标根据指标"
    "完成情况分为:全部或基本达成预期指标、部分达成预期指标并具有一定效果、未达成预期指标且效果较差三档,分别按照100%-80%(含)、80%-60%(含)、60%-0%"
    "合理填写完成比例。",
)
"""表注1至3: the rules, as printed under the form."""

WIDTHS = (11.0, 13.0, 22.0, 15.0, 15.0, 10.0, 10.0, 20.0)
FUNDS_HEAD = ("年初预算数(万元)", "全年预算数(万元)", "全年执行数(万元)", "执行率(%)", "分值", "得分")
INDICATOR_HEAD = (
    "一级指标",
    "二级指标",
    "三级指标",
    "年度指标值",
    "实际完成值",
    "分值(权重)",
    "指标得分",
    "偏差原因分析及改进措施",
)


@dataclass(frozen=True, slots=True)
class FiledFunds:
    """项目资金的一行. Amounts in 万元; `rate` is a share, as printed, or the text of one that says something else."""

    label: str
    initial_budget: Decimal | None = None
    budget: Decimal | None = None
    executed: Decimal | None = None
    rate: Decimal | str | None = None
    weight: Decimal | None = None
    score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class FiledIndicator:
    """绩效指标的一行, as the unit writes it."""

    level1: str
    level2: str
    level3: str | None = None
    target: str | None = None
    actual: str | None = None
    weight: Decimal | None = None
    score: Decimal | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """一张自评表, filled in or still blank."""

    title: str
    project: str | None
    department: str | None
    unit: str | None
    funds: tuple[FiledFunds, ...]
    expected: str | None
    actual: str | None
    indicators: tuple[FiledIndicator, ...]
    total: Decimal | None
    remark: str | None


@dataclass(frozen=True, slots=True)
class Description:
    """表式: what one variant of the form consists of; a variant is another file in `forms/`, never a copy of the code."""

    name: str
    title: str
    source: str
    funds: tuple[str, ...]
    levels: Mapping[str, tuple[str, ...]]
    """一级指标 → its second levels, in order."""


@lru_cache(maxsize=1)
def descriptions() -> Mapping[str, Description]:
    """Return the variants of the form that ship, by name; 项目 is the ordinary one."""
    found = {}
    for entry in (resources.files("perf_xl") / "forms").iterdir():
        if entry.name.endswith(".toml"):
            name = entry.name.removesuffix(".toml")
            said = tomllib.loads(entry.read_text(encoding="utf-8"))
            levels = {level: tuple(below) for level, below in said["levels"].items()}
            found[name] = Description(name, said["title"], said["source"], tuple(said["funds"]), levels)
    return dict(sorted(found.items(), key=lambda item: (item[0] != ORDINARY, item[0])))


ORDINARY = "项目"


def described(name: str) -> Description:
    """Return a variant of the form by name.

    Raises:
        NothingToDo: there is none of that name.
    """
    if name not in descriptions():
        raise NothingToDo(f"没有名为“{name}”的表式。可用的有:{'、'.join(descriptions())}。")
    return descriptions()[name]


def blank(rulebook: Rulebook, rows: int = 2, project: str | None = None, form: str = ORDINARY) -> Filing:
    """Return a blank form (空白自评表) with `rows` rows for every second level.

    Only what the rulebook fixes is filled in: the weight of the execution rate.
    """
    description = described(form)
    indicators = tuple(
        FiledIndicator(level1, level2)
        for level1, below in description.levels.items()
        for level2 in below
        for _ in range(rows)
    )
    return Filing(
        description.title, project, None, None, _blank_funds(description, rulebook), None, None, indicators, None, None
    )


def _blank_funds(description: Description, rulebook: Rulebook) -> tuple[FiledFunds, ...]:
    first, *parts = description.funds
    return (FiledFunds(first, weight=rulebook.execution_weight), *(FiledFunds(label) for label in parts))


def carried_over(last_year: Form, rulebook: Rulebook, form: str = ORDINARY) -> Filing:
    """Return a form for the new year (沿用上年): names, targets and weights of last year's, everything else blank."""
    description = described(form)
    indicators = tuple(
        FiledIndicator(one.level1 or "", one.level2 or "", one.level3.text, one.target.text, weight=one.weight.number)
        for one in last_year.indicators
        if one.level3.text and (one.scored or one.group is not None)
    )
    return Filing(
        description.title, last_year.project.text, last_year.competent_department.text, last_year.implementing_unit.text,
        _blank_funds(description, rulebook), None, None, indicators, None, None,
    )  # fmt: skip


class Conversion(NamedTuple):
    """转入表式: a filed form as a `Filing`, and in words what the official form has no place for."""

    filing: Filing
    left_out: tuple[str, ...]


def converted(filed: Form, rulebook: Rulebook, form: str = ORDINARY) -> Conversion:
    """Return a filed form, from whatever table, with all that was filed in it (转入表式); amounts come in 万元.

    Left out are rows without anything but a prompt (……), and what `Conversion.left_out` names. Of a weight that was merged
    over several rows the first row keeps it. Weights that stand only in the names of levels stay there.
    """
    description, left_out = described(form), _left_out(filed)
    title = filed.title.text or description.title.replace("____", str(filed.year or "____"))
    if filed.year and str(filed.year) not in fold(title):
        title += f"\n({filed.year}年度)"
    indicators = tuple(_refiled(filed, one) for one in filed.indicators if not _is_prompt(one))
    filing = Filing(
        title, filed.project.text, filed.competent_department.text, filed.implementing_unit.text,
        _refiled_funds(filed, description), filed.goal.expected.text, filed.goal.actual.text,
        indicators or blank(rulebook, form=form).indicators, filed.total.number, filed.remark.text,
    )  # fmt: skip
    given = [one.weight for one in indicators if one.weight is not None]
    weights = sum(given, filing.funds[0].weight or Decimal(0))
    printed = filed.total_weight.number
    if printed is not None and given and printed != weights:
        left_out += (f"{filed.total_weight.cell} 的分值合计 {plain(printed)}:转入后由公式相加,为 {plain(weights)}",)
    return Conversion(filing, left_out)


def _left_out(filed: Form) -> tuple[str, ...]:
    """What is written where the official form takes a number, without being one; and merged weights."""
    numbers = [(row.initial_budget, "金额") for row in filed.funds]
    numbers += [(row.budget, "金额") for row in filed.funds] + [(row.executed, "金额") for row in filed.funds]
    numbers += [(row.weight, "分值") for row in filed.funds] + [(row.score, "得分") for row in filed.funds]
    numbers += [(one.weight, "分值") for one in filed.indicators] + [(one.score, "得分") for one in filed.indicators]
    numbers.append((filed.total, "总分"))
    said = [
        f"{written.cell} 的{what}“{written.text}”不是数字"
        for written, what in numbers
        if written.number is None and re.search(r"[^\W_万亿千百元]", written.text or "")
    ]
    for one in filed.indicators:
        if one.group == one.row and len(rows := filed.members(one)) > 1:
            said.append(f"第 {one.row} 至 {rows[-1].row} 行合并的分值和得分:转入后写在首行")
    return tuple(said)


_PROMPT = re.compile(r"(?:三级)?(?:指标)?\d*\W*")


def _is_prompt(one: Indicator) -> bool:
    """Whether a row holds nothing but a prompt of the form: …… or 指标2:."""
    if one.scored or one.group or one.target.text or one.actual.text or one.reason.text:
        return False
    return bool(_PROMPT.fullmatch(fold(one.level3.text or "")))


def _refiled(filed: Form, one: Indicator) -> FiledIndicator:
    return FiledIndicator(
        _level(filed, 1, one), _level(filed, 2, one), one.level3.text, one.target.text, one.actual.text,
        one.weight.number, one.score.number, one.reason.text,
    )  # fmt: skip


def _level(filed: Form, level: int, one: Indicator) -> str:
    """The name of a row's level, with its weight where no row below it has one."""
    own = (one.level1, one.level2)[:level]

    def below(line: Heading | Indicator) -> bool:
        return (line.level1, line.level2)[:level] == own

    name = own[-1] or ""
    if any(line.weight.number is not None for line in filed.indicators if below(line)):
        return name
    return next((f"{name}({plain(at.weight)}分)" for at in filed.headings if at.level == level and below(at)), name)


def _refiled_funds(filed: Form, description: Description) -> tuple[FiledFunds, ...]:
    """The funds as filed, the total first; a form without parts gets blank ones, without funds a blank block."""
    total = [row for row in filed.funds if row is filed.total_row]
    rows = [*total, *(row for row in filed.funds if row is not filed.total_row)]
    scale = MONEY_UNITS[filed.money_unit or "万元"]

    def amount(written: Written) -> Decimal | None:
        return None if written.number is None else times(written.number, scale)

    funds = tuple(
        FiledFunds(
            row.label.text or "", amount(row.initial_budget), amount(row.budget), amount(row.executed), _rate(row),
            row.weight.number, row.score.number,
        )
        for row in rows
    )  # fmt: skip
    labels = description.funds[len(funds) :] if len(funds) < 2 else ()
    return (*funds, *(FiledFunds(label) for label in labels))


def _rate(row: FundsRow) -> Decimal | str | None:
    """执行率 as a share where the amounts give it to two decimals, else its text."""
    text, budget, executed = row.rate.text or "", row.budget.number, row.executed.number
    said = decimal_in(fold(text).removesuffix("%")) if "%" in fold(text) else None
    if said is None or not budget or executed is None:
        return row.rate.text
    agrees = round_half_up(Fraction(executed) / Fraction(budget) * 100) == said
    return said / 100 if agrees else text


def form_sheet(filing: Filing, name: str = "自评表") -> Sheet:
    """Lay a filing out as the official form (自评表), ready for A4."""
    paper = Paper()
    paper.line(("AH", filing.title, "title"))
    paper.line(("AB", "项目名称", "label"), ("CH", filing.project, "text"))
    paper.line(
        ("AB", "主管部门", "label"), ("CE", filing.department, "text"),
        ("F", "实施单位", "label"), ("GH", filing.unit, "text"),
    )  # fmt: skip
    paper.line(("AB", "项目资金\n(万元)", "label"), *zip("CDEFGH", FUNDS_HEAD, ["label"] * 6, strict=True))
    for row in filing.funds:
        paper.line(
            ("AB", row.label, "word"), ("C", row.initial_budget, "amount"), ("D", row.budget, "amount"),
            ("E", row.executed, "amount"), ("F", row.rate, "share"), ("G", row.weight, "mark"), ("H", row.score, "mark"),
        )  # fmt: skip
    goals = paper.line(("A", "年度\n总体\n目标", "label"), ("BE", "预期目标", "label"), ("FH", "实际完成情况", "label"))
    paper.line(("A", None, "label"), ("BE", filing.expected, "text"), ("FH", filing.actual, "text"))
    paper.stack(goals, "A")
    head = paper.line(*zip("ABCDEFGH", INDICATOR_HEAD, ["label"] * 8, strict=True))
    _indicators(paper, filing.indicators)
    paper.line(("AF", "总分", "label"), ("G", filing.total, "mark"), ("H", None, "text"))
    paper.line(("A", "说明", "label"), ("BH", filing.remark, "text"))
    for note in NOTES:
        paper.line(("AH", note, "note"))
    printing = Print(repeat=(head, head), area=Area(0, 0, len(paper.rows) - 1, 7))
    return Sheet(name, paper.rows, WIDTHS, paper.merged, gridlines=False, lowest=24, printing=printing)


def _indicators(paper: Paper, indicators: Sequence[FiledIndicator]) -> None:
    """The rows of the indicators, under merged first and second levels."""
    for _, of_level1 in groupby(indicators, key=lambda one: one.level1):
        first = len(paper.rows)
        for _, of_level2 in groupby(of_level1, key=lambda one: one.level2):
            second = len(paper.rows)
            for one in of_level2:
                paper.line(
                    ("A", one.level1, "word"), ("B", one.level2, "word"), ("C", one.level3, "text"),
                    ("D", one.target, "word"), ("E", one.actual, "word"), ("F", one.weight, "mark"),
                    ("G", one.score, "mark"), ("H", one.reason, "text"),
                )  # fmt: skip
            paper.stack(second, "B")
        paper.stack(first, "A")


# --- the form that computes itself ------------------------------------------------------------------------------------

FORM, GUIDE, CHECKS, VALUES = "自评表", "填报说明", "自检", "参数"

HELPERS = ("指标性质", "方向", "目标数值", "完成数值", "单位", "完成比例", "完成档次", "计算得分", "汇总口径", "提示")
"""Columns beside the table, outside the print area: J to S."""
_FIRST_HELPER = 9
_HIDDEN = (
    "level1", "level2", *(f"target_{name}" for name in live.PARSED), *(f"actual_{name}" for name in live.PARSED),
    "base", "factor", "base2", "factor2", "target", "actual", "name", "moment", "rate", "stem", "meant", "scored_by",
)  # fmt: skip
"""Columns of intermediate steps, hidden: T onwards."""
_FIRST_HIDDEN = _FIRST_HELPER + len(HELPERS)

LEVEL1 = ("成本指标", "产出指标", "效益指标", "满意度指标")
LEVEL2 = (
    "数量指标", "质量指标", "时效指标", "成本指标", "经济成本指标", "社会成本指标", "生态环境成本指标", "经济效益指标", "社会效益指标",
    "生态效益指标", "可持续影响指标", "服务对象满意度指标",
)  # fmt: skip
_STATED = ("达成预期指标", "部分达成预期指标并具有一定效果", "未达成预期指标且效果较差")
BAND_WORDS = ("全部或基本达成", "部分达成", "未达成且效果较差")


def form_book(filing: Filing, rulebook: Rulebook, buttons: Mapping[str, str] | None = None) -> Book:
    """Return the workbook (自评表模板) that a unit fills in: it computes by plain formulas, with macros off.

    Where it will have buttons, 填报说明 says of each, by its caption, what it does.
    """
    layout = _Layout(filing)
    names = {name: f"='{VALUES}'!{reference}" for name, reference in _named(rulebook).items()}
    sheets = (
        _live_form(filing, layout, rulebook),
        _guide(buttons or {}),
        _checks(filing, layout, rulebook),
        _values(rulebook),
    )
    return Book(sheets, filing.title.replace("____", ""), names=names)


class _Layout:
    """Where the blocks of the official form stand, 1-based rows as in addresses."""

    def __init__(self, filing: Filing) -> None:
        self.funds = 5
        self.head = self.funds + len(filing.funds) + 2
        self.first = self.head + 1
        self.last = self.head + len(filing.indicators)
        self.total = self.last + 1
        self.levels = [
            (level1, self.first + start, self.first + start + length - 1)
            for level1, start, length in _runs([one.level1 for one in filing.indicators])
        ]

    def column(self, letter: str) -> str:
        """The cells of a column over all indicators."""
        return f"{letter}{self.first}:{letter}{self.last}"


def _runs(keys: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return each run of equal neighbours: the key, where it begins, how many they are.

    >>> _runs("aab")
    [('a', 0, 2), ('b', 2, 1)]
    """
    found, start = [], 0
    for key, group in groupby(keys):
        length = len(list(group))
        found.append((key, start, length))
        start += length
    return found


def _at(row: int) -> dict[str, str]:
    """Return the address of every helper and hidden cell of an indicator's row."""
    names = (*HELPERS, *_HIDDEN)
    return {name: f"{column_letters(_FIRST_HELPER + number)}{row}" for number, name in enumerate(names)}


def _row_formulas(row: int) -> dict[str, str]:
    """Return the formulas of one indicator's row, by helper or hidden column."""
    at = _at(row)
    wanted = {name: at[f"target_{name}"] for name in live.PARSED}
    given = {name: at[f"actual_{name}"] for name in live.PARSED}
    cells = {
        "kind": at["指标性质"], "target": at["目标数值"], "actual": at["完成数值"], "scored_by": at["scored_by"],
        "name": at["name"], "completion": at["完成比例"],
    }  # fmt: skip
    formulas = {f"target_{name}": formula for name, formula in live.parsing(f"D{row}", wanted).items()}
    formulas |= {f"actual_{name}": formula for name, formula in live.parsing(f"E{row}", given).items()}
    formulas |= live.comparing(wanted, given, at)
    kind, direction, share = at["指标性质"], at["方向"], at["完成比例"]
    quantitative = f'{kind}="定量"'
    unit = f'IF({at["base"]}<>"",{at["base"]},{at["base2"]})'
    relative = live.is_relative(at, f"C{row}", wanted["comparator"])
    score = at["计算得分"]
    between = live.is_range(wanted)
    is_number = f"IF({live.is_moment(wanted, at)},FALSE,OR({wanted['place']}>=0,{between}))"
    above = _at(row - 1)
    formulas |= {
        "level1": f'IF(A{row}="",{above["level1"]},A{row})',
        "level2": f'IF(B{row}="",{above["level2"]},B{row})',
        "name": live.bare_name(f"C{row}"),
        "moment": live.speaks_of_a_moment(at),
        **live.stem_of(at["name"], at["rate"]),
        "meant": live.meant_direction(at, f"C{row}", wanted["comparator"]),
        "scored_by": f'IF(OR({direction}="≥",{direction}="≤"),{direction},{at["meant"]})',
        "指标性质": f'IF(D{row}="","",IF({is_number},"定量","定性"))',
        "方向": f'IF({quantitative},IF({between},"区间",IF({wanted["comparator"]}="=","=",{at["meant"]})),"")',
        "目标数值": f'IF({quantitative},{at["target"]},"")',
        "完成数值": f'IF({quantitative},{at["actual"]},"")',
        "单位": f'IF({quantitative},{unit},"")',
        "完成比例": live.completion(cells, wanted, given, at),
        "完成档次": (
            f'IF(ISNUMBER({share}),IF({share}>=band_one,"{BAND_WORDS[0]}",IF({share}>=band_two,"{BAND_WORDS[1]}","{BAND_WORDS[2]}")),"")'
        ),
        "计算得分": live.score(cells, f"F{row}"),
        "汇总口径": f'IF({kind}="","",IF({kind}="定性","按档次",IF({relative},"相对值","绝对值")))',
        "提示": _hint(row, score),
    }
    return formulas


NO_TARGET, NO_ACTUAL, NO_SCORE, BY_HAND = "请填年度指标值", "请填实际完成值", "请填得分(无法自动计算)", "得分为手工填写"
BAD_WEIGHT, BAD_SCORE, TOO_HIGH = "× 分值应填不为负的数字", "× 得分应填不为负的数字", "× 得分超过分值"
DIFFERENT, NO_REASON = "▲ 与计算得分不一致", "▲ 请说明扣分原因"
"""What 提示 says of a row: the first of these that holds; 自检 counts them."""


def _hint(row: int, score: str) -> str:
    """Return the formula of 提示: what is still to do in a row, the most urgent first."""
    weight, points = f"F{row}", f"G{row}"
    steps = (
        (f'C{row}&D{row}&F{row}=""', ""),
        (f'D{row}=""', NO_TARGET),
        (f"IF(ISNUMBER({weight}),{weight}<0,TRUE)", BAD_WEIGHT),
        (f'E{row}=""', NO_ACTUAL),
        (f'AND({points}="",{score}="")', NO_SCORE),
        (f"IF(ISNUMBER({points}),{points}<0,TRUE)", BAD_SCORE),
        (f"{points}>{weight}", TOO_HIGH),
        (f"IF(ISNUMBER({score}),ROUND({points}-{score},2)<>0,FALSE)", DIFFERENT),
        (f'AND({points}<{weight},H{row}="")', NO_REASON),
        (f'{score}=""', BY_HAND),
    )
    formula = '"√"'
    for test, said in reversed(steps):
        formula = f'IF({test},"{said}",{formula})'
    return formula


def _live_form(filing: Filing, layout: _Layout, rulebook: Rulebook) -> Sheet:
    """① 自评表: the official table in A to H, formulas in its computed cells, helper columns beside it."""
    plain_sheet = form_sheet(filing, FORM)
    rows = [list(row) for row in plain_sheet.rows]

    def put(cell: str, formula: str | None = None, style: str = "input", value: str | Decimal | None = None) -> None:
        row, column = int(cell.lstrip("ABCDEFGH")) - 1, "ABCDEFGH".index(cell[0])
        present = rows[row][column]
        kept = present.value if present is not None and value is None and formula is None else value
        rows[row][column] = Cell(kept, style, None, formula)

    def compute(cell: str, formula: str, style: str, filed: Decimal | str | None, result: Number | None) -> None:
        """A computed cell; where something else was filed, that stands, for the person to keep or to change."""
        if filed is None or filed == result:
            put(cell, formula, style, "" if filed is None else filed)
        else:
            put(cell, style="input_amount", value=filed)

    for cell in ("C2", "C3", "G3", f"B{layout.head - 1}", f"F{layout.head - 1}"):
        put(cell, style="input_text")
    put("A1", style="input_title")
    first, last = layout.funds + 1, layout.funds + len(filing.funds) - 1
    for letter in "CDE":
        for row in range(first, last + 1):
            put(f"{letter}{row}", style="input_amount")
        parts = f"{letter}{first}:{letter}{last}"
        formula = f'IF(COUNT({parts})=0,"",SUM({parts}))'
        whole, *amounts = (getattr(line, _AMOUNTS[letter]) for line in filing.funds)
        compute(f"{letter}{layout.funds}", formula, "input_amount", whole, _sum(amounts))
    funds = layout.funds
    budget, executed = f"D{funds}", f"E{funds}"
    filled = f"AND(ISNUMBER({budget}),ISNUMBER({executed}))"
    top = filing.funds[0]
    if isinstance(top.rate, str):
        put(f"F{funds}")
    else:
        rate = f'IF({filled},IF({budget}>0,{executed}/{budget},""),"")'
        put(f"F{funds}", rate, "computed_share", "" if top.rate is None else top.rate)
    if top.weight == rulebook.execution_weight:
        put(f"G{funds}", "execution_weight", "computed", top.weight)
    else:
        put(f"G{funds}")
    credited = f"MAX(0,MIN({executed},{budget}))"
    points = f'IF(ISNUMBER(F{funds}),ROUND(G{funds}*{credited}/{budget},2),"")'
    given_points = None
    if top.budget and top.executed is not None and top.weight is not None:
        share = min(max(top.executed, Decimal(0)), top.budget)
        given_points = round_half_up(Fraction(top.weight) * Fraction(share) / Fraction(top.budget))
    compute(f"H{funds}", points, "computed_score", top.score, given_points)
    for row in range(first, last + 1):
        given_rate = isinstance(filing.funds[row - funds].rate, Decimal)
        put(f"F{row}", style="computed_share" if given_rate else "computed")
        for letter in "GH":
            put(f"{letter}{row}", style="computed")
    for number in range(len(filing.indicators)):
        row = layout.first + number
        for letter in "ABCDEFH":
            put(f"{letter}{row}", style="input_text" if letter in "CH" else "input")
        at, formulas = _at(row), _row_formulas(row)
        one = filing.indicators[number]
        known: str | None = None if one.target or one.actual or one.weight is not None else ""
        compute(f"G{row}", at["计算得分"], "input", one.score, None)
        helpers: list[Cell | None] = [
            Cell(known, _HELPER_STYLES.get(name, "helper"), None, formulas[name]) for name in HELPERS
        ]
        hidden: list[Cell | None] = [Cell(known, "data", None, formulas[name]) for name in _HIDDEN]
        rows[row - 1] = [*rows[row - 1], None, *helpers, *hidden]
    rows[layout.head - 1] = [*rows[layout.head - 1], None, *(Cell(name, "helper_head") for name in HELPERS)]
    total, given = layout.total, [one.weight for one in filing.indicators if one.weight is not None]
    weight_total = sum(given, filing.funds[0].weight or Decimal(0)) if given else ""
    weights, scores = layout.column("F"), layout.column("G")
    rows[total - 1] = [
        Cell("总分", "label"), *[Cell(None, "label")] * 4,
        Cell(weight_total, "computed", None, f'IF(COUNT({weights})=0,"",SUM({weights})+G{funds})'),
        None,
        Cell("", "computed", None, _grade(f"G{total}")),
    ]  # fmt: skip
    points_given = _sum([top.score, *(one.score for one in filing.indicators)])
    whole_score = f'IF(COUNT({scores})=0,"",ROUND(SUM({scores})+N(H{funds}),2))'
    compute(f"G{total}", whole_score, "computed_score", filing.total, points_given)
    put(f"B{total + 1}", style="input_text")
    merged = [area for area in plain_sheet.merged if area != Area(total - 1, 0, total - 1, 5)]
    merged.append(Area(total - 1, 0, total - 1, 4))
    width = _FIRST_HIDDEN + len(_HIDDEN)
    return replace(
        plain_sheet,
        rows=rows,
        widths=(*WIDTHS, 3.0, 9.0, 6.0, 11.0, 11.0, 8.0, 9.0, 15.0, 9.0, 9.0, 24.0, *[8.0] * len(_HIDDEN)),
        merged=merged,
        freeze=(layout.head, 3),
        validations=_validations(layout),
        highlights=_highlights(layout),
        room={layout.head - 2: 84.0, layout.total: 30.0},
        protected=True,
        hidden_columns=tuple(range(_FIRST_HIDDEN, width)),
        notes={
            (
                layout.head - 1,
                _FIRST_HELPER,
            ): "以下各列由公式计算,不打印。灰色为自动填写;指标性质、方向、目标数值、完成数值判断不对时可以改。"
        },
    )


_AMOUNTS = {"C": "initial_budget", "D": "budget", "E": "executed"}


def _sum(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of what is filled in; None where nothing is."""
    filled = [number for number in numbers if number is not None]
    return sum(filled, Decimal(0)) if filled else None


_HELPER_STYLES = {
    "完成比例": "helper_share",
    "提示": "helper_hint",
    "计算得分": "helper_locked",
    "完成档次": "helper_locked",
}


def _grade(total: str) -> str:
    return f'IF(ISNUMBER({total}),"等级:"&IF({total}>=grade_1_bound,grade_name_1,IF({total}>=grade_2_bound,grade_name_2,IF({total}>=grade_3_bound,grade_name_3,grade_name_4))),"")'


def _validations(layout: _Layout) -> tuple[Validation, ...]:
    """What each column expects, said when a cell is selected; a warning explains, it forbids nothing."""

    def area(letter: str) -> Area:
        column = sum((ord(one) - 64) * 26**power for power, one in enumerate(reversed(letter))) - 1
        return Area(layout.first - 1, column, layout.last - 1, column)

    zero = Decimal(0)
    funds = Area(layout.funds - 1, 2, layout.head - 4, 4)
    return (
        Validation(funds, "number", (), zero, None, "项目资金", "单位:万元。没有的填0;总额由分项相加。", "资金应填不小于0的数字,单位为万元。仍要这样填吗?"),
        Validation(area("C"), "any", title="三级指标", message="写明做什么,如“培训人次”。计量单位写在指标值里。"),
        Validation(area("D"), "any", title="年度指标值", message="写全符号、数字和单位:≥95%、3次以上、≤90万元、2023年12月底前;定性的写“质量合格”等。"),
        Validation(area("E"), "list", _STATED, title="实际完成值", message="写实际数字和单位,如97.3%、5次、88万元;不要照抄“≥95%”。定性的写达成预期指标或完成比例,如85%。"),
        Validation(area("F"), "number", (), zero, Decimal(100), "分值(权重)", "各项分值与执行率分值合计为100分。", "分值应填0至100的数字。仍要这样填吗?"),
        Validation(area("G"), "number", (), zero, Decimal(100), "指标得分", "自动等于计算得分;无法自动计算的,按完成情况填写,不超过分值。", "得分应填数字,并不超过分值。仍要这样填吗?"),
        Validation(area("H"), "any", title="偏差原因及改进措施", message="得分低于分值时,写明原因和改进措施;完成值达到指标值130%以上的也要说明。"),
        Validation(area("J"), "list", ("定量", "定性"), title="指标性质", message="自动判断;不对时可以改选。", warning="只有“定量”和“定性”两种。"),
        Validation(area("K"), "list", ("≥", "≤", "=", "区间"), title="方向", message="越多越好选≥,越少越好选≤;区间指标请手工填得分。", warning="请在 ≥ ≤ = 区间 中选择。"),
        Validation(area("N"), "list", "=units", title="单位", message="目标数值、完成数值的基本单位,自动判断。", warning="不在单位表中。仍要这样填吗?"),
        Validation(area("A"), "list", tuple(LEVEL1), title="一级指标", message="按官方分类选择。", warning="不是官方的一级指标名称。仍要这样填吗?"),
        Validation(area("B"), "list", tuple(LEVEL2), title="二级指标", message="按官方分类选择。", warning="不是官方的二级指标名称。仍要这样填吗?"),
    )  # fmt: skip


def _highlights(layout: _Layout) -> tuple[Highlight, ...]:
    """A colour beside the word, so that neither is needed alone."""
    hint = f"$S{layout.first}"
    table = Area(layout.first - 1, 18, layout.last - 1, 18)
    score = Area(layout.first - 1, 6, layout.last - 1, 6)
    weights = Area(layout.total - 1, 5, layout.total - 1, 5)
    return (
        Highlight(table, f'LEFT({hint},1)="×"', "error"),
        Highlight(table, f'OR(LEFT({hint},1)="▲",LEFT({hint},1)="请")', "doubt"),
        Highlight(table, f'LEFT({hint},1)="√"', "good"),
        Highlight(score, f'LEFT({hint},1)="×"', "error"),
        Highlight(weights, f"AND(ISNUMBER($F${layout.total}),ROUND($F${layout.total}-100,6)<>0)", "error"),
    )


# --- 自检 -------------------------------------------------------------------------------------------------------------

_FIRST_CHECK = 5
"""Row of the first check."""


def _checks(filing: Filing, layout: _Layout, rulebook: Rulebook) -> Sheet:
    """③ 自检: what an auditor looks at first, by formulas, each with a link to the cell."""
    lines = _check_lines(layout, rulebook)
    stored: Sequence[int | None] = _stored_counts(filing, layout, rulebook) or [None] * len(lines)
    failed = sum(
        1 for count, (_, _, message, _) in zip(stored, lines, strict=True) if count and not _is_advice(message)
    )
    last = _FIRST_CHECK + len(lines) - 1
    results = f"B{_FIRST_CHECK}:B{last}"
    wrong = f'COUNTIF({results},"×*")'
    whole = f'IF({wrong}=0,"√ 没有不符的项目,可以打印上报","还有 "&{wrong}&" 项不符,请逐项修改")'
    rows: list[list[Cell | None]] = [
        [Cell("自检", "title"), None, None, None],
        [Cell("随填随查。点“位置”回到自评表的单元格修改;全部符合后再打印上报。", "note"), None, None, None],
        [
            Cell(f"还有 {failed} 项不符,请逐项修改" if failed else None, "strong", None, whole),
            *[Cell(None, "strong")] * 3,
        ],
        [Cell(word, "head") for word in ("检查项目", "结果", "说明", "位置")],
    ]
    for row, ((what, count, message, cell), known) in enumerate(zip(lines, stored, strict=True), _FIRST_CHECK):
        verdict = "△ 提示" if _is_advice(message) else "× 不符"
        said = message.replace("{n}", f'"&E{row}&"')
        rows.append(
            [
                Cell(what, "text"),
                Cell(
                    None if known is None else verdict if known else "√ 符合",
                    "word",
                    None,
                    f'IF(ISNUMBER(E{row}),IF(E{row}=0,"√ 符合","{verdict}"),"× 请核对")',
                ),
                Cell(
                    message.replace("{n}", str(known)) if known else None,
                    "text",
                    None,
                    f'IF(ISNUMBER(E{row}),IF(E{row}=0,"","{said}"),"单元格内容有误,无法检查")',
                ),
                Cell(cell, "place", Link("", FORM, cell)),
                Cell(None if known is None else Decimal(known), "data", None, count),
            ]
        )
    area = Area(_FIRST_CHECK - 1, 1, last - 1, 1)
    rows += [[], *_subtotals(filing, layout)]
    return Sheet(
        name=CHECKS,
        rows=rows,
        widths=(36.0, 12.0, 48.0, 9.0, 3.0),
        merged=tuple(Area(row, 0, row, 3) for row in range(3)),
        freeze=(_FIRST_CHECK - 1, 0),
        tab_color="#548235",
        gridlines=False,
        lowest=22,
        printing=Print(area=Area(0, 0, len(rows) - 1, 3)),
        highlights=(
            Highlight(area, f'LEFT($B{_FIRST_CHECK},1)="×"', "error"),
            Highlight(area, f'LEFT($B{_FIRST_CHECK},1)="△"', "doubt"),
            Highlight(area, f'LEFT($B{_FIRST_CHECK},1)="√"', "good"),
        ),
        protected=True,
        hidden_columns=(4,),
    )


def _is_advice(message: str) -> bool:
    return message.startswith("与统一设置")


def _stored_counts(filing: Filing, layout: _Layout, rulebook: Rulebook) -> list[int] | None:
    """What the formulas of `_check_lines` count in a form that nobody has filled in yet; None where somebody has."""
    amounts = [amount for line in filing.funds for amount in (line.initial_budget, line.budget, line.executed)]
    if any(one.actual for one in filing.indicators) or any(amount is not None for amount in amounts):
        return None
    rows = [one for one in filing.indicators if one.level3 or one.target or one.weight is not None]
    weights = [(level1, _weight(filing, layout, top, bottom)) for level1, top, bottom in layout.levels]
    execution = filing.funds[0].weight or Decimal(0)
    counts = [
        sum(1 for name in (filing.project, filing.department, filing.unit) if not name),
        2,
        0,
        0,
        int(execution != rulebook.execution_weight),
        int(sum((weight for _, weight in weights), execution) != 100),
    ]
    if {level1 for level1, _ in weights} == set(rulebook.level_weights):
        counts += [int(weight != rulebook.level_weights[level1]) for level1, weight in weights]
    without_weight = sum(1 for one in rows if one.target and (one.weight is None or one.weight < 0))
    without_target = sum(1 for one in rows if not one.target)
    return [*counts, without_target, len(rows) - without_target - without_weight, without_weight, 0, 0, 0, 0, 0]


def _weight(filing: Filing, layout: _Layout, top: int, bottom: int) -> Decimal:
    rows = filing.indicators[top - layout.first : bottom - layout.first + 1]
    return sum((one.weight for one in rows if one.weight is not None), Decimal(0))


def _subtotals(filing: Filing, layout: _Layout) -> list[list[Cell | None]]:
    """一级指标小计: weight and score of the execution rate and of every first level, and the total."""
    there = f"'{FORM}'!"
    rows: list[list[Cell | None]] = [[Cell(word, "head") for word in ("一级指标小计", "分值", "得分", "位置")]]
    funds, total = layout.funds, layout.total
    execution = filing.funds[0].weight or Decimal(0)
    lines = [("预算执行率", f"{there}G{funds}", f"N({there}H{funds})", f"G{funds}", execution)]
    for level1, top, bottom in layout.levels:
        weight, score = (f"SUM({there}{letter}{top}:{letter}{bottom})" for letter in "FG")
        lines.append((level1, weight, score, f"F{top}", _weight(filing, layout, top, bottom)))
    given = sum((known for *_, known in lines[1:]), Decimal(0))
    whole = given + execution if any(one.weight is not None for one in filing.indicators) else Decimal(0)
    lines.append(("合计", f"N({there}F{total})", f"N({there}G{total})", f"G{total}", whole))
    scored = any(one.actual or one.score is not None for one in filing.indicators)
    for name, weight, score, cell, known in lines:
        place = Cell(cell, "place", Link("", FORM, cell))
        points = Cell(None if scored else Decimal(0), "mark", None, score)
        rows.append([Cell(name, "text"), Cell(known, "mark", None, weight), points, place])
    return rows


def _check_lines(layout: _Layout, rulebook: Rulebook) -> list[tuple[str, str, str, str]]:
    """What is checked, the formula that counts what is wrong, what is said then, and where."""
    there = f"'{FORM}'!"

    def over(letter: str) -> str:
        return there + layout.column(letter)

    f = over("F")
    funds, first = layout.funds, layout.first
    last_part = layout.head - 3
    execution = f"{there}G{funds}"
    budget, executed = f"{there}D{funds}", f"{there}E{funds}"
    parts = [f"{there}{letter}{funds + 1}:{letter}{last_part}" for letter in "CDE"]
    totals = [f"N({there}{letter}{funds})" for letter in "CDE"]
    unequal = "+".join(
        f"IF(COUNT({part})=0,0,IF(ROUND(SUM({part})-{total},6)<>0,1,0))"
        for part, total in zip(parts, totals, strict=True)
    )
    lines = [
        (
            "项目名称、主管部门、实施单位已填",
            "+".join(f"IF(LEN({there}{cell})=0,1,0)" for cell in ("C2", "C3", "G3")),
            "还有{n}处没有填",
            "C2",
        ),
        (
            "全年预算数、全年执行数已填",
            f"2-COUNT({there}D{funds}:E{funds})",
            "年度资金总额还有{n}个数没有填",
            f"D{funds}",
        ),
        ("执行数不超过预算数", f"IF(N({executed})>N({budget}),1,0)", "全年执行数超过全年预算数,请核对", f"E{funds}"),
        ("资金总额等于分项合计", unequal, "有{n}栏总额与分项合计不符", f"C{funds}"),
        (
            f"预算执行率分值为{plain(rulebook.execution_weight)}分",
            f"IF(N({execution})=execution_weight,0,1)",
            "执行率分值不是规定的分值",
            f"G{funds}",
        ),
        (
            "分值合计为100分",
            f"IF(ROUND(SUM({f})+N({execution})-100,6)=0,0,1)",
            "各项分值与执行率分值合计不是100分",
            f"F{layout.total}",
        ),
    ]
    for level1, top, bottom in layout.levels:
        weight = rulebook.level_weights.get(level1)
        if weight is not None and {level for level, *_ in layout.levels} == set(rulebook.level_weights):
            wrong = f"IF(ROUND(SUM({there}F{top}:F{bottom})-{plain(weight)},6)=0,0,1)"
            lines.append(
                (
                    f"{level1}分值为{plain(weight)}分",
                    wrong,
                    "与统一设置的分值不同;确需调整的,合计仍应为100分",
                    f"F{top}",
                )
            )

    def said(*hints: str) -> str:
        return "+".join(f'COUNTIF({over("S")},"{hint}")' for hint in hints)

    scores = over("G")
    sum_of_scores = f"IF(COUNT({scores})=0,0,SUM({scores})+N({there}H{funds}))"
    lines += [
        ("指标都写了年度指标值", said(NO_TARGET), "有{n}行没有填年度指标值", f"D{first}"),
        ("指标都填了实际完成值", said(NO_ACTUAL), "有{n}行没有填实际完成值", f"E{first}"),
        ("分值都是不为负的数字", said(BAD_WEIGHT), "有{n}行分值不是有效数字", f"F{first}"),
        ("得分都是不为负的数字", said(BAD_SCORE, NO_SCORE), "有{n}行得分没有填或不是有效数字", f"G{first}"),
        ("得分不超过分值", said(TOO_HIGH), "有{n}行得分超过分值", f"G{first}"),
        ("填写的得分与计算得分一致", said(DIFFERENT), "有{n}行填写的得分与计算得分不一致", f"G{first}"),
        ("扣分的都说明了原因", said(NO_REASON), "有{n}行扣分没有说明原因", f"H{first}"),
        ("总分等于各项得分合计", f"IF(ROUND(N({there}G{layout.total})-{sum_of_scores},6)=0,0,1)", "总分与执行率得分、各项指标得分的合计不符", f"G{layout.total}"),
    ]  # fmt: skip
    return lines


# --- 填报说明 ---------------------------------------------------------------------------------------------------------

_STEPS = (
    ("第一步 填表头", "填标题中的年度,以及项目名称、主管部门、实施单位。"),
    (
        "第二步 填资金",
        "单位为万元。填各分项的年初预算数、全年预算数、全年执行数,没有的填0;年度资金总额、执行率和得分自动计算。",
    ),
    ("第三步 填目标", "预期目标按年初批复的填,实际完成情况对照着写,有数字的写数字。"),
    ("第四步 填指标", "逐行填三级指标、年度指标值、实际完成值和分值。得分自动计算;提示“请填得分”的,按完成情况填写。"),
    (
        "第五步 看自检",
        "打开“自检”,把“× 不符”的逐项改好,再打印上报。需要加行时,先在“审阅”中撤销工作表保护(没有密码),选中同一二级指标中间的一整行,复制后插入,公式一并复制。",
    ),
)

_COLUMNS = (
    ("三级指标", "做什么,一行一件事。", "培训人次", "把两件事写在一行;保留“指标1:”“(≥**人)”等模板提示。"),
    (
        "年度指标值",
        "写全符号、数字和单位。越多越好写≥或“以上”,越少越好写≤或“以内”。",
        "≥95%、3次以上、≤90万元",
        "只写数字不写单位;“10万”不写“10万元”。",
    ),
    (
        "实际完成值",
        "写实际完成的数字,单位与指标值相同;定性的写“达成预期指标”或完成比例。",
        "97.3%、5次、88万元、85%",
        "照抄“≥95%”;数字答成“已完成”。",
    ),
    ("分值(权重)", "各项指标分值与执行率分值合计为100分。", "10", "合计97分;把得分填在分值栏。"),
    ("指标得分", "自动等于计算得分,也可以手工填写;不超过分值。", "8.5", "执行率66%却填满分;得分高于分值。"),
    (
        "偏差原因分析及改进措施",
        "得分低于分值时必须写;完成值达到指标值130%以上的也要说明。",
        "财力不足,欠款分两年偿还;已列入下年预算。",
        "写“无”“0”或空着。",
    ),
    ("指标性质、方向(表右侧)", "自动判断,判断不对的从下拉框改选。", "定量;≤", "成本指标选成≥。"),
)


_WORKED = (
    ("预算执行率", "全年预算数78万元,全年执行数51.91万元,分值10分", "51.91÷78=66.55%,10×66.55%", "6.66分"),
    ("越多越好(≥)", "指标值10万元,完成值5万元,分值5分", "5÷10=50%,5×50%", "2.50分"),
    ("越少越好(≤)", "指标值≤90万元,完成值100万元,分值10分", "90÷100=90%,10×90%", "9.00分"),
    ("超额完成", "指标值≥95%,完成值98%,分值10分", "达到指标值,得满分", "10.00分"),
    ("定性指标", "指标值“制度健全”,完成值填85%,分值10分", "10×85%,在第一档", "8.50分"),
)


def _guide(buttons: Mapping[str, str]) -> Sheet:
    """② 填报说明: how to fill in, by step, by button and by column, with examples and the usual mistakes."""
    rows: list[list[Cell | None]] = [[Cell("填报说明", "title"), None, None, None]]
    merged = [Area(0, 0, 0, 3)]
    for step, words in _STEPS:
        merged.append(Area(len(rows), 1, len(rows), 3))
        rows.append([Cell(step, "label"), Cell(words, "text"), Cell(None, "text"), Cell(None, "text")])
    if buttons:
        rows.append([])
        merged.append(Area(len(rows), 1, len(rows), 3))
        rows.append([Cell("按钮", "head"), Cell("作用", "head"), Cell(None, "head"), Cell(None, "head")])
    for caption, words in buttons.items():
        merged.append(Area(len(rows), 1, len(rows), 3))
        rows.append([Cell(caption, "label"), Cell(words, "text"), Cell(None, "text"), Cell(None, "text")])
    rows.append([])
    rows.append([Cell(word, "head") for word in ("栏目", "怎样填", "示例", "常见错误")])
    for name, how, example, mistake in _COLUMNS:
        rows.append([Cell(name, "label"), Cell(how, "text"), Cell(example, "text"), Cell(mistake, "text")])
    rows.append([])
    rows.append([Cell(word, "head") for word in ("算例", "填报内容", "怎样算", "得分")])
    for kind, filled, how, points in _WORKED:
        rows.append([Cell(kind, "label"), Cell(filled, "text"), Cell(how, "text"), Cell(points, "word")])
    rows.append([])
    rules = (
        "得分怎样算:执行率得分=分值×执行率(不超过分值)。达到指标值得满分;未达到的,≥类按 完成值÷指标值、≤类按 指标值÷完成值 计分;保留两位小数。",
        "三档:全部或基本达成预期指标100%-80%(含)、部分达成80%-60%(含)、未达成且效果较差60%-0%。",
        "白色单元格可以填写,灰色单元格由公式计算。工作表保护没有密码,需要改表式时可以在“审阅”中撤销。"
        + ("按钮要启用宏、装好perf_xl才能用;不用按钮,本表照样计算。本表不连网。" if buttons else "本表不含宏,不连网。"),
    )
    for words in rules:
        merged.append(Area(len(rows), 0, len(rows), 3))
        rows.append([Cell(words, "note"), None, None, None])
    return Sheet(
        GUIDE, rows, (18.0, 44.0, 28.0, 36.0), merged, tab_color="#2E75B6", gridlines=False, lowest=24, protected=True,
        printing=Print(area=Area(0, 0, len(rows) - 1, 3)),
    )  # fmt: skip


# --- 参数 -------------------------------------------------------------------------------------------------------------


def _rule_values(rulebook: Rulebook) -> list[tuple[str, str, str | Decimal, str]]:
    """Name, what it is, value, entry of the rulebook."""
    high, low = rulebook.band_bounds
    grades = list(rulebook.grade_bounds.items())
    values: list[tuple[str, str, str | Decimal, str]] = [
        ("execution_weight", "预算执行率分值", rulebook.execution_weight, "execution.weight"),
        ("band_one", "第一档下限(含)", high, "bands.lower_bounds"),
        ("band_two", "第二档下限(含)", low, "bands.lower_bounds"),
    ]
    for number, (grade, bound) in enumerate(grades, 1):
        values.append((f"grade_name_{number}", f"第{number}等", grade, "grades.lower_bounds"))
        values.append((f"grade_{number}_bound", f"第{number}等下限(含)", bound, "grades.lower_bounds"))
    return values


_FIRST_VALUE = 3


def _named(rulebook: Rulebook) -> dict[str, str]:
    """Where every value and list stands on the sheet 参数, by its ASCII name."""
    names = {name: f"$C${row}" for row, (name, *_) in enumerate(_rule_values(rulebook), _FIRST_VALUE)}
    for column, (name, entries) in enumerate(live.lists().items(), 5):
        letters = column_letters(column)
        names[name] = f"${letters}${_FIRST_VALUE}:${letters}${_FIRST_VALUE + len(entries) - 1}"
    return names


def _values(rulebook: Rulebook) -> Sheet:
    """④ 参数: the rulebook's values with their sources, and the lists of words and units; protected."""
    lists = live.lists()
    entries = _rule_values(rulebook)
    height = max(len(entries), *(len(items) for items in lists.values()))
    rows: list[list[Cell | None]] = [
        [Cell(f"参数:{rulebook.title}", "title"), None, None, None],
        [
            *(Cell(word, "head") for word in ("名称", "内容", "取值", "依据")),
            None,
            *(Cell(name, "head") for name in lists),
        ],
    ]
    for number in range(height):
        cells: list[Cell | None] = [None] * 4
        if number < len(entries):
            name, what, value, source = entries[number]
            citation = rulebook.citations.get(source)
            style = "word" if isinstance(value, str) else "mark"
            cells = [
                Cell(name, "text"),
                Cell(what, "text"),
                Cell(value, style),
                Cell(citation.document if citation else "", "text"),
            ]
        cells.append(None)
        cells += [Cell(items[number], "data") if number < len(items) else None for items in lists.values()]
        rows.append(cells)
    widths = (18.0, 18.0, 10.0, 36.0, 3.0, *[12.0] * len(lists))
    return Sheet(VALUES, rows, widths, (Area(0, 0, 0, 3),), (2, 0), tab_color="#7F7F7F", protected=True,
                 printing=Print(area=Area(0, 0, 1 + len(entries), 3)))  # fmt: skip
