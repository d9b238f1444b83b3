"""Functions for cells (单元格函数): `=PERF_SCORE(D12,E12,F12)` in a workbook, the same names in Python.

Every function takes what a cell or a range holds (a number, text as it is written on a form, a date, nothing, an error
value) and works by the same steps as the command line. A lone cell gives one result, a range a range of the same shape;
where one argument is a range and another a lone cell, the cell counts for all. A blank gives a blank (`None`). What cannot
be worked out comes back as text that begins with 无法计算 and says why: never an exception, never 0. Computing is exact;
a float is only what is handed to Excel in the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias, TypeVar

import xlwings as xw

from perf_xl import rules, scoring
from perf_xl.auditing import audit
from perf_xl.consolidating import weighted_mean
from perf_xl.exact import decimal_in, fold, plain
from perf_xl.findings import CATALOGUE
from perf_xl.grid import Grid, Raw, position, show
from perf_xl.reading import read_forms
from perf_xl.values import BETWEEN, DATE, ONE, PERCENT, Settled, Value, factor_of, parse, settle, stated_completion

Cells: TypeAlias = Any
"""What xlwings hands over for a cell or a range, and what it takes back: a value, a list, or a list of lists."""
Answer: TypeAlias = "float | int | str | None"
Function = TypeVar("Function", bound=Callable[..., Cells])

CATEGORY = "绩效自评"
"""Under which the functions stand in Excel's 插入函数."""
FAILED, UNSURE = "无法计算:", "无法确定:"

# --- what a function says of itself -----------------------------------------------------------------------------------


class Described(NamedTuple):
    """函数说明: what 插入函数 shows of one function."""

    name: str
    description: str
    arguments: tuple[tuple[str, str], ...]
    """Name of each argument and its help."""


FUNCTIONS: dict[str, Described] = {}
"""All functions for cells by name, in the order of this module."""


def cell_function(description: str, **helps: str) -> Callable[[Function], Function]:
    """Make a function one for cells: its description and the help of each argument, as Excel shows them.

    Arguments arrive as lists of rows, error values as text. Outside Excel xlwings' decorators change nothing.
    """

    def decorate(function: Function) -> Function:
        for name, text in helps.items():
            function = xw.arg(name, doc=text, ndim=2, err_to_str=True)(function)
        function = xw.func(category=CATEGORY)(function)
        if metadata := getattr(function, "__xlfunc__", None):
            metadata["ret"]["doc"] = description  # the docstring otherwise
        FUNCTIONS[function.__name__] = Described(function.__name__, description, tuple(helps.items()))
        return function

    return decorate


# --- cells in, cells out ----------------------------------------------------------------------------------------------


class _Unclear(Exception):
    """Why something cannot be worked out; never leaves this module."""


_ERRORS = frozenset(
    (
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#VALUE!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#FIELD!",
    )
)
_ERROR_NUMBERS = range(-2146826300, -2146826200)
"""Error values that Excel hands over as whole numbers; a number in a cell is never one."""


def _is_error(value: Raw | Decimal) -> bool:
    return value in _ERRORS if isinstance(value, str) else isinstance(value, int) and value in _ERROR_NUMBERS


def _text(value: Raw | Decimal, what: str) -> str:
    """The text of a cell, as a person sees it."""
    if _is_error(value):
        raise _Unclear(f"{what}是错误值{value if isinstance(value, str) else ''}")
    if isinstance(value, float | Decimal) and not Decimal(value).is_finite():
        raise _Unclear(f"{what}不是有限的数")
    return show(value)


def _number(value: Raw | Decimal, what: str) -> Decimal | None:
    """The number in a cell, perhaps written as text with 分 behind it; None for a blank."""
    text = _text(value, what)
    if _is_blank(text):
        return None
    number = decimal_in(fold(text).removesuffix("分"))
    if number is None or isinstance(value, bool):
        raise _Unclear(f"{what}“{text}”不是数字")
    return number


def _is_blank(text: str) -> bool:
    return parse(text).form == "blank"


def _rows(cells: Cells) -> list[list[Any]]:
    """What was handed over as rows of equal length; a flat list is one row."""
    if not isinstance(cells, list | tuple):
        return [[cells]]
    rows = [list(row) if isinstance(row, list | tuple) else [row] for row in cells]
    if not any(isinstance(row, list | tuple) for row in cells):
        rows = [list(cells)]
    width = max((len(row) for row in rows), default=0)
    return [row + [None] * (width - len(row)) for row in rows] if width else [[None]]


def _shape(rows: Sequence[Sequence[Any]]) -> tuple[int, int]:
    return len(rows), len(rows[0])


def _common_shape(tables: Sequence[Sequence[Sequence[Any]]]) -> tuple[int, int]:
    """The one shape of all that are no lone cell."""
    shapes = {shape: None for table in tables if (shape := _shape(table)) != (1, 1)}
    if len(shapes) > 1:
        told = "、".join(f"{height}行{width}列" for height, width in shapes)
        raise _Unclear(f"各参数的区域大小不同({told})")
    return next(iter(shapes), (1, 1))


def _answer(step: Callable[..., Answer], *values: Any) -> Answer:
    if all(value is None or value == "" for value in values):
        return None  # whole columns are mostly blank
    try:
        return step(*values)
    except _Unclear as why:
        return f"{FAILED}{why}"


def _spread(step: Callable[..., Answer], *arguments: Cells) -> Cells:
    """Take a step cell by cell: a lone cell counts for all, the result has the shape of the ranges."""
    tables = [_rows(cells) for cells in arguments]
    try:
        height, width = _common_shape(tables)
    except _Unclear as why:
        return f"{FAILED}{why}"

    grown = [[table[0] * width] * height if _shape(table) == (1, 1) else table for table in tables]
    result = [[_answer(step, *values) for values in zip(*lines, strict=True)] for lines in zip(*grown, strict=True)]
    if (height, width) == (1, 1):
        return result[0][0]
    flat = not any(
        isinstance(row, list | tuple) for cells in arguments if isinstance(cells, list | tuple) for row in cells
    )
    return result[0] if flat else result


def _pairs(one: Cells, other: Cells) -> Iterator[tuple[str, Any, Any]]:
    """The cells of two ranges of one shape together, each with its place in the range."""
    tables = _rows(one), _rows(other)
    if _shape(tables[0]) != _shape(tables[1]):
        _common_shape(tables)
        raise _Unclear("两个参数的区域大小不同")
    height, width = _shape(tables[0])
    for row in range(height):
        for column in range(width):
            parts = [f"第{row + 1}行"] * (height > 1) + [f"第{column + 1}列"] * (width > 1)
            yield "".join(parts), tables[0][row][column], tables[1][row][column]


# --- funds ------------------------------------------------------------------------------------------------------------


def _money(value: Any, what: str) -> Value:
    text = _text(value, what)
    if not isinstance(value, str | bool) and (plainly := decimal_in(text)) is not None:
        return Value("number", text, number=plainly)
    amount = parse(text)
    if amount.form == "blank":
        return amount
    if amount.form != "number" or amount.comparator or amount.mean or amount.unit not in ("", "元"):
        raise _Unclear(f"{what}“{text}”不是金额")
    return amount


def _has_unit(amount: Value) -> bool:
    return bool(amount.unit) or amount.scale != ONE


def _rate(budget: Any, executed: Any) -> Answer:
    planned, spent = _money(budget, "预算数"), _money(executed, "执行数")
    if planned.amount is None or spent.amount is None:
        return None
    if spent.amount and _has_unit(planned) != _has_unit(spent):
        raise _Unclear("预算数和执行数只有一个写了单位")
    rate = scoring.rate_of(planned.amount, spent.amount)
    if rate is None:
        raise _Unclear("预算数为0")
    return float(rate)


@cell_function(
    "预算执行率 = 全年执行数 ÷ 全年预算数。结果是比例(0.9即90%),不封顶,请设置为百分比格式。",
    budget="全年预算数,如 20 或 20万元,可以是一个区域",
    executed="全年执行数,与预算数用同一单位,可以是一个区域",
)
def PERF_RATE(budget: Cells, executed: Cells) -> Cells:
    """Return 预算执行率 = executed ÷ budget, as a share that is not capped.

    Both in one unit; amounts written with 元 or 万元 are converted, but one with and one without a unit do not compare.
    A budget of 0 has no rate. 依据: note 2 of the form.

    >>> PERF_RATE(20, 18), PERF_RATE([20, 28], ["21", None]), PERF_RATE(0, 5)
    (0.9, [1.05, None], '无法计算:预算数为0')
    """
    return _spread(_rate, budget, executed)


# --- target and actual ------------------------------------------------------------------------------------------------

_ANY_YEAR = 2000
"""Stands for the year of the form where neither target nor actual tells one: the result is the same in every year."""
_OF_A_YEAR = re.compile("[年月季]")
_WORDS_FOR = {
    ">=": "越大越好 越高越好 越多越好 正向 正向指标",
    "<=": "越小越好 越低越好 越少越好 反向 反向指标 逆向 逆向指标 不晚于",
    "=": "定值 定值指标",
    BETWEEN: "区间 区间指标 范围 适度 适度指标",
    "words": "定性 定性指标",
}
_DIRECTIONS = {word: sign for sign, words in _WORDS_FOR.items() for word in words.split()}


def _without_year(text: str) -> bool:
    """Whether a text is a date for which the year has to be known."""
    if not _OF_A_YEAR.search(text):
        return False
    return parse(text).form != "date" and parse(text, _ANY_YEAR).form == "date"


def _year_for(target: str, actual: str) -> int | None:
    lacking, dated = [], []
    for what, text in (("指标值", target), ("完成值", actual)):
        if _without_year(text):
            lacking.append(f"{what}“{text}”")
        elif parse(text).form == "date":
            dated.append(text)
    if lacking and dated:
        raise _Unclear(f"{lacking[0]}没有写明年份")
    return _ANY_YEAR if lacking else None


def _sign(direction: Any) -> str | None:
    """The comparator that a word of direction stands for; None for a blank."""
    text = fold(_text(direction, "方向"))
    if not text:
        return None
    sign = _DIRECTIONS.get(text) or parse(f"{text}1").comparator
    if sign is None:
        raise _Unclear(f"方向“{text}”不能识别,请写越大越好、越小越好、等于或区间")
    return sign


def _contradicts(sign: str, wanted: Value) -> bool:
    """Whether a target says something else than the direction given beside it; words have none."""
    if wanted.form == "number":
        own = wanted.comparator
        return sign in (BETWEEN, "words") or (own not in (None, "=") and own[:1] != sign[:1])
    if wanted.form == "range":
        return sign != BETWEEN
    return wanted.form == "date" and sign[:1] != "<"


class _Compared(NamedTuple):
    """A target and an actual as read, and what they come to together."""

    wanted: Value
    given: Value
    settled: Settled
    completion: Fraction | None


def _compare(target: Any, actual: Any, direction: Any = None) -> _Compared | None:
    """Read a target and an actual together; None where one of them is blank."""
    texts = _text(target, "指标值"), _text(actual, "完成值")
    sign = _sign(direction)
    if any(map(_is_blank, texts)):
        return None
    year = _year_for(*texts)
    wanted, given = (parse(text, year) for text in texts)
    if sign and _contradicts(sign, wanted):
        raise _Unclear(f"方向“{show(direction)}”与指标值“{wanted.text}”不一致")
    settled = settle("", None, None, *texts, None, year, sign if wanted.form == "number" else None)
    return _Compared(wanted, given, settled, scoring.completion_of(settled, rules.default()))


def _why(pair: _Compared) -> str:
    """Why a completion is not certain."""
    wanted, given, settled, _ = pair
    if wanted.form == "unclear":
        return f"指标值“{wanted.text}”的含义不能确定"
    if settled.kind == DATE and settled.actual_day:
        return f"完成时间“{given.text}”晚于指标值“{wanted.text}”,完成比例由人评定"
    if settled.band:
        return f"完成值“{given.text}”只写明第{settled.band}档,没有写明完成比例"
    if "I06" in settled.notes:
        return f"指标值“{wanted.text}”与完成值“{given.text}”的计量单位对不上"
    if wanted.form == "words":
        return f"定性的指标值“{wanted.text}”与完成值“{given.text}”由人评定"
    return f"完成值“{given.text}”不能与指标值“{wanted.text}”直接比较"


def _completion(target: Any, actual: Any, direction: Any = None) -> Fraction | None:
    pair = _compare(target, actual, direction)
    if pair is None:
        return None
    if pair.completion is None:
        raise _Unclear(_why(pair))
    return pair.completion


def _completion_answer(target: Any, actual: Any) -> Answer:
    completion = _completion(target, actual)
    return None if completion is None else float(completion)


@cell_function(
    "完成比例:完成值达到指标值的程度,从0到1。达到或超过的为1,不能确定的说明原因。",
    target="年度指标值,照自评表的写法,如 ≥95%、20万张以上、12月底前",
    actual="实际完成值,照自评表的写法,如 96%、22万、11月完成",
)
def PERF_COMPLETION(target: Cells, actual: Cells) -> Cells:
    """Return 完成比例, from 0 to 1, of an actual against its target, each as written on a form.

    Units, scales and comparators are read as on the command line. There is no name of an indicator that could say so: a bare
    number is an at-least target. Dates need no year where neither of the two tells one.

    >>> PERF_COMPLETION("20万张以上", "15万"), PERF_COMPLETION([["≥95%"], ["质量合格"]], [[0.96], ["合格"]])
    (0.75, [[1.0], [1.0]])
    >>> PERF_COMPLETION("3次", "5人")
    '无法计算:指标值“3次”与完成值“5人”的计量单位对不上'
    """
    return _spread(_completion_answer, target, actual)


def _score(target: Any, actual: Any, weight: Any, direction: Any) -> Answer:
    points = _number(weight, "分值")
    completion = _completion(target, actual, direction)
    if points is None or completion is None:
        return None
    if points < 0:
        raise _Unclear(f"分值{plain(points)}小于0")
    return float(rules.default().score(points, completion))


@cell_function(
    "指标得分 = 分值 × 完成比例,四舍五入到两位小数;不能确定的说明原因,由人评分。",
    target="年度指标值,照自评表的写法,如 ≥95%、20万张以上、12月底前",
    actual="实际完成值,照自评表的写法,如 96%、22万、11月完成",
    weight="分值,如 10",
    direction="可不填:越大越好、越小越好、等于、区间,或 ≥、≤、=;不填时按指标值的写法判断",
)
def PERF_SCORE(target: Cells, actual: Cells, weight: Cells, direction: Cells = None) -> Cells:
    """Return 指标得分 = weight × completion, rounded once, half up, to two decimals (scores.decimals of the rulebook).

    `direction` says what a target without a comparator means, and must not contradict one with it; blank, a bare number
    is an at-least target. A blank target, actual or weight gives a blank. 依据: notes 2 and 3 of the form.

    >>> PERF_SCORE("≥95%", "90%", 10), PERF_SCORE(20, 25, 10), PERF_SCORE(20, 25, 10, "越小越好")
    (9.47, 10.0, 8.0)
    >>> PERF_SCORE("≥95%", "90%", 10, "越小越好")
    '无法计算:方向“越小越好”与指标值“≥95%”不一致'
    """
    return _spread(_score, target, actual, weight, direction)


# --- bands, totals, grades --------------------------------------------------------------------------------------------


def _band(completion: Any) -> Answer:
    text = _text(completion, "完成比例")
    value = parse(text)
    if value.form == "blank":
        return None
    if value.form == "number" and value.amount is not None and not value.comparator and value.unit in ("", PERCENT):
        said: tuple[Fraction | None, int | None] | None = (Fraction(value.amount), None)
    else:
        said = stated_completion(value.text)
    if said is None:
        raise _Unclear(f"完成比例“{text}”不能确定")
    share, band = said
    if share is None:
        return band
    if not 0 <= share <= 1:
        raise _Unclear(f"完成比例“{text}”应在0至1(0%至100%)之间")
    return rules.default().band(share)


@cell_function(
    "完成档次:1为达成预期指标(80%及以上),2为部分达成(60%至80%),3为未达成(60%以下)。",
    completion="完成比例,如 0.8、80%,或自评表的说法,如 部分达成预期指标并具有一定效果",
)
def PERF_BAND(completion: Cells) -> Cells:
    """Return 完成档次 1, 2 or 3 of a completion: a share from 0 to 1, a percent, or the words of the form.

    Lower bounds belong to the band. 依据: note 3 of the form (bands.lower_bounds of the rulebook).

    >>> PERF_BAND([0.8, "79.9%", "部分达成预期指标并具有一定效果", None, 80])
    [1, 2, 2, None, '无法计算:完成比例“80”应在0至1(0%至100%)之间']
    """
    return _spread(_band, completion)


def _total(scores: Cells, weights: Cells) -> Answer:
    total = None
    for place, filed, points in _pairs(scores, weights):
        score, weight = _number(filed, f"{place}得分"), _number(points, f"{place}分值")
        if score is None and weight is None:
            continue
        if weight is None:
            raise _Unclear(f"{place}有得分没有分值")
        if score is None:
            raise _Unclear(f"{place}有分值没有得分")
        if not 0 <= score <= weight:
            raise _Unclear(f"{place}得分{plain(score)}不在0和分值{plain(weight)}之间")
        total = score if total is None else total + score
    return None if total is None else float(total)


@cell_function(
    "总分:各项得分相加;得分缺少、超过分值或没有分值的,指出在哪一行。",
    scores="各项得分(含预算执行率得分)的区域",
    weights="各项分值的区域,与得分区域同样大小",
)
def PERF_TOTAL(scores: Cells, weights: Cells) -> Cells:
    """Return 总分: the scores added up as they are shown, each held against its weight.

    A row that is blank in both ranges counts for nothing. A score without weight, a weight without score, and a score
    outside 0 and its weight come back as text that names the row. One result for the whole range.

    >>> PERF_TOTAL([[9], [40.5], [None]], [[10], [50], [None]]), PERF_TOTAL([[9], [52]], [[10], [50]])
    (49.5, '无法计算:第2行得分52不在0和分值50之间')
    """
    return _answer(_total, scores, weights)


def _grade(total: Any) -> Answer:
    points = _number(total, "总分")
    if points is None:
        return None
    if not 0 <= points <= rules.HUNDRED:
        raise _Unclear(f"总分{plain(points)}应在0至100之间")
    return rules.default().grade(points)


@cell_function("绩效等级:总分90及以上为优,80至90为良,60至80为中,60以下为差。", total="总分,从0到100")
def PERF_GRADE(total: Cells) -> Cells:
    """Return 等级 (优, 良, 中, 差) of a total from 0 to 100; lower bounds belong to the grade (grades.lower_bounds).

    >>> PERF_GRADE([90, 89.99, "75分", 0, None, 101])
    ['优', '良', '中', '差', None, '无法计算:总分101应在0至100之间']
    """
    return _spread(_grade, total)


# --- what a text means ------------------------------------------------------------------------------------------------

_SIGNS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "=": "= "}


def _amounts(value: Value) -> str:
    """The numbers of a value in its unit as spelt, 万 and 亿 written out."""
    numbers = [number for number in (value.number, value.high) if number is not None]
    shown = " 至 ".join(plain(number * value.scale / factor_of(value.spelt)) for number in numbers)
    return f"{shown} {value.spelt}".rstrip()


def _day(day: date, year_is_known: bool) -> str:
    if year_is_known:
        return f"不晚于 {day:%Y-%m-%d}"
    return f"不晚于 {'上年' * (day.year < _ANY_YEAR)}{day.month}月{day.day}日(没有写年份)"


def _meaning(cell: Any) -> Answer:
    text = _text(cell, "单元格")
    dated = _without_year(text)
    value = parse(text, _ANY_YEAR) if dated else parse(text)
    if value.form == "blank":
        return None
    if value.day:
        return _day(value.day, not dated)
    if value.number is not None:
        return f"{'平均 ' * value.mean}{_SIGNS.get(value.comparator or '', '')}{_amounts(value)}"
    if said := stated_completion(value.text):
        share, band = said
        told = [] if share is None else [f"完成 {plain(Decimal(share.numerator * 100) / share.denominator)} %"]
        return " ".join([*told, *([f"第{band}档"] if band else [])])
    return f"文字:{value.text}" if value.form == "words" else f"{UNSURE}{value.text}"


@cell_function(
    "说出对一个指标值或完成值的理解,如 不低于95% 即 ≥ 95 %,12月底前 即 不晚于 12月31日。",
    text="指标值或完成值的单元格,可以是一个区域",
)
def PERF_PARSE(text: Cells) -> Cells:
    """Return what the value language understood of a text, in words: how the other functions take it.

    Scales are written out, dates are the last day that still meets them. What has no certain meaning begins with 无法确定.

    >>> PERF_PARSE(["不低于９５％", "20万张以上", "2023年底前", "80-90%", "日产日清", "约30人"])
    ['≥ 95 %', '≥ 200000 张', '不晚于 2023-12-31', '80 至 90 %', '文字:日产日清', '无法确定:约30人']
    """
    return _spread(_meaning, text)


# --- weighted mean ----------------------------------------------------------------------------------------------------


def _relative(cell: Any, place: str) -> Value:
    text = _text(cell, f"{place}数值")
    value = parse(text)
    if value.form not in ("blank", "number"):
        raise _Unclear(f"{place}数值“{text}”不是一个数")
    return value


def _weighted(values: Cells, funds: Cells) -> Answer:
    known: list[tuple[Fraction, Value]] = []
    marked = set()
    for place, cell, amount in _pairs(values, funds):
        value, money = _relative(cell, place), _money(amount, f"{place}资金")
        if value.amount is None and money.amount is None:
            continue
        if value.amount is None:
            raise _Unclear(f"{place}有资金没有数值")
        if money.amount is None or money.amount <= 0:
            raise _Unclear(f"{place}没有资金额度")
        known.append((Fraction(money.amount), value))
        marked.add(_has_unit(money))
    if not known:
        return None
    if len(marked) > 1:
        raise _Unclear("资金有的写了单位有的没有写")
    return float(_mean(known))


def _mean(known: Sequence[tuple[Fraction, Value]]) -> Fraction:
    """The mean of values of one unit and direction: a share for percents, else in the unit as spelt."""
    values = [value for _, value in known]
    units = {value.unit if value.unit == PERCENT else value.spelt for value in values}
    signs = {(value.comparator or "=")[0] for value in values}
    if len(units) > 1:
        raise _Unclear(f"计量单位不同({'、'.join(sorted(unit or '没有单位' for unit in units))})")
    if len(signs) > 1:
        raise _Unclear("方向不同(≥、≤)")
    factor = ONE if PERCENT in units else factor_of(units.pop())
    return weighted_mean([(weight, Fraction(value.amount or 0)) for weight, value in known]) / Fraction(factor)


@cell_function(
    "按资金额度加权平均:汇总相对值(百分比、人均、单价等)的办法。百分比的结果是比例,请设置为百分比格式。",
    values="各项目的相对值,如 95%、≥90%、120元,单位必须相同",
    funds="各项目的资金额度,与前一区域同样大小",
)
def PERF_WAVG(values: Cells, funds: Cells) -> Cells:
    """Return Σ funds × value ÷ Σ funds, as consolidation averages relative values (note 3 of the form).

    All values in one unit: percents (texts) come to a share, others stay in their unit, bare numbers as they are. A row that
    is blank in both ranges counts for nothing. One result for the whole range.

    >>> PERF_WAVG([["96%"], ["81%"]], [[20], [28]]), PERF_WAVG(["120元", "100元"], [1, 3]), PERF_WAVG(["95%", 3], [1, 1])
    (0.8725, 105.0, '无法计算:计量单位不同(%、没有单位)')
    """
    return _answer(_weighted, values, funds)


# --- a whole form -----------------------------------------------------------------------------------------------------

_FARTHEST = (10_000, 1_000)
"""A form does not begin farther down or right than this."""
_NOTHING = "没有发现问题"


def _stored(value: Any) -> Raw:
    """A cell as the reader takes it: error values apart, currency as a number."""
    if _is_error(value):
        return None
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    return float(value) if isinstance(value, Decimal) else value


def _corner(top_left: Any) -> tuple[int, int]:
    """The place of the range's first cell: A1, or as told."""
    text = fold(_text(_rows(top_left)[0][0], "起始单元格"))
    if not text:
        return 0, 0
    if not re.fullmatch(r"\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}", text):
        raise _Unclear(f"起始单元格“{text}”不是单元格地址")
    row, column = position(text)
    if row > _FARTHEST[0] or column > _FARTHEST[1]:
        raise _Unclear(f"起始单元格“{text}”离A1太远")
    return row, column


def _grid(cells: Cells, corner: tuple[int, int]) -> Grid:
    """The range as a sheet, moved to where it stands, so that addresses are those of the workbook."""
    down, right = corner
    rows = _rows(cells)
    errors = {
        (down + row, right + column): value if isinstance(value, str) else "#N/A"
        for row, line in enumerate(rows)
        for column, value in enumerate(line)
        if _is_error(value)
    }
    before: list[list[Raw]] = [[] for _ in range(down)]
    return Grid("", [*before, *([*[None] * right, *map(_stored, line)] for line in rows)], errors=errors)


@cell_function(
    "审核整张自评表:每条问题一行,依次为级别、代码、单元格、问题、改法。",
    form="整张自评表的区域,含表头,如 A1:H40",
    top_left="可不填:区域左上角单元格的地址,如 B3;不填时单元格按区域从A1算起",
)
def PERF_CHECK(form: Cells, top_left: Cells = None) -> Cells:
    """Return the findings of a whole form (自评表), one row each: 级别, 代码, 单元格, 问题, 改法.

    Addresses count from A1 of the range, or from `top_left`. A range does not tell which cells are merged, hidden or how
    numbers are formatted: what depends on that is found by 审核 and the command line. No finding is one row that says so.

    >>> PERF_CHECK([["项目", "金额"], ["甲", 3]])[0][:2]
    ['错误', 'X02']
    """
    try:
        grid = _grid(form, _corner(top_left))
    except _Unclear as why:
        return f"{FAILED}{why}"
    if not any(value not in (None, "") for row in grid.values for value in row):
        return None
    forms = read_forms([grid], "")
    if not forms:
        rule = CATALOGUE["X02"]
        return [[rule.severity, rule.code, "", rule.title, rule.cure]]
    found = [finding for one in forms for finding in audit(scoring.score(one))]
    rows = [[one.severity, one.code, one.cell, one.message, CATALOGUE[one.code].cure] for one in found]
    return rows or [[_NOTHING, "", "", "", ""]]
