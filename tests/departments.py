"""Random departments: a folder of filled-in workbooks, and beside it what every one of them says.

The oracle never parses a text. Whoever writes `20万张以上` into a cell also notes down 200000, 张, at least; so the
generator is the only place that knows how a value is spelled, and it keeps to spellings whose reading is beyond doubt.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment

EXECUTION_WEIGHT = Fraction(10)
FIRST_INDICATOR_ROW = 12

COST, OUTPUT, BENEFIT, SATISFACTION = "成本指标", "产出指标", "效益指标", "满意度指标"

# How tables share out the 90 points beside the execution rate. None is a scheme that a province is known for, so
# whoever picks a rulebook by the weights of a form is left with the default.
USUAL = {OUTPUT: 50, BENEFIT: 30, SATISFACTION: 10}
ADJUSTED = (
    {OUTPUT: 60, BENEFIT: 20, SATISFACTION: 10},
    {OUTPUT: 45, BENEFIT: 35, SATISFACTION: 10},
    {OUTPUT: 40, BENEFIT: 35, SATISFACTION: 15},
    {OUTPUT: 50, BENEFIT: 25, SATISFACTION: 15},
)
WITHOUT_SATISFACTION = {OUTPUT: 55, BENEFIT: 35}
WITH_COST = (
    {COST: 15, OUTPUT: 45, BENEFIT: 20, SATISFACTION: 10},
    {COST: 20, OUTPUT: 35, BENEFIT: 25, SATISFACTION: 10},
)


# --------------------------------------------------------------------------------------------------------------------
# What was filed


@dataclass(frozen=True, slots=True)
class Amounts:
    """One row of 项目资金, in the money unit of its form."""

    label: str
    initial_budget: Fraction | None
    budget: Fraction | None
    executed: Fraction | None


@dataclass(frozen=True, slots=True)
class Content:
    """A target and its actual: what stands in the two cells, and what that means in the base unit."""

    kind: str  # absolute, relative, words, date
    target_text: str
    actual_text: str | None
    unit: str | None = None
    direction: str | None = None  # at_least, at_most, between: the one it is scored by
    is_equal: bool = False  # the target is written with a sign of equality
    target: Fraction | None = None
    target_high: Fraction | None = None
    actual: Fraction | None = None
    is_stated: bool = False  # 达成预期指标 answers a number
    completion: Fraction | None = None  # words and dates; None where only the filed score tells
    actual_value: Any = None  # what the cell holds where that is not the text
    number_format: str | None = None
    name_unit: str | None = None  # the unit stands in a bracket behind the name and nowhere else


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator as filed. A row of a merged group carries its equal share of weight and score."""

    level1: str
    level2: str
    level3: str
    name: str
    content: Content
    weight: Fraction
    score: Fraction
    row: int = 0
    group: int | None = None
    is_scored: bool = True

    @property
    def target_cell(self) -> str:
        return f"D{self.row}"

    @property
    def actual_cell(self) -> str:
        return f"E{self.row}"


@dataclass(frozen=True, slots=True)
class FiledForm:
    """One 项目支出绩效自评表 in one workbook."""

    file: str
    sheet: str
    project: str
    project_key: str
    year: int
    department: str
    unit: str
    money_unit: str
    funds: dict[str, Amounts]
    execution_score: Fraction | None
    rows: tuple[Row, ...]

    @property
    def scored_rows(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.is_scored)

    def amount(self, kind: str, column: str) -> Fraction | None:
        """An amount of the funds block in 万元."""
        written: Fraction | None = getattr(self.funds[kind], column)
        if written is None:
            return None
        return written / 10000 if self.money_unit == "元" else written


@dataclass(frozen=True, slots=True)
class Department:
    """A folder as an accountant would receive it."""

    seed: int
    folder: Path
    features: tuple[str, ...]
    forms: tuple[FiledForm, ...]
    refused: tuple[str, ...] = ()
    temporary: tuple[str, ...] = ()

    @property
    def weight_features(self) -> frozenset[str]:
        return frozenset(self.features) & frozenset(WEIGHT_FEATURES)

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(sorted([*(form.file for form in self.forms), *self.refused, *self.temporary]))


# --------------------------------------------------------------------------------------------------------------------
# Names, folded


def _narrow(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def fold_project(text: str) -> str:
    """The same for every spelling of a project's name that the generator uses."""
    return re.sub(r"[()\[\]]", "", re.sub(r"^\d{8}[A-Z]\d{12}-", "", _narrow(text)))


def fold_level2(text: str) -> str:
    """数量 and 数量指标, 满意度 and 服务对象满意度 are one second level."""
    return _narrow(text).removesuffix("指标").removeprefix("服务对象")


def fold_level3(text: str) -> str:
    """A third-level name without 指标1:, stars, spaces and the unit in a bracket at its end."""
    bare = re.sub(r"^指标\d*[:.、]?", "", _narrow(text).replace("★", ""))
    return re.sub(r"[()]", "", re.sub(rf"\((?:{'|'.join(BRACKET_UNITS)})\)$", "", bare))


# --------------------------------------------------------------------------------------------------------------------
# What a department measures


@dataclass(frozen=True, slots=True)
class Measure:
    """A third-level indicator that the tables of a department have in common, and how its values are drawn."""

    level1: str
    level2: str
    name: str
    shape: str  # number, range, percent, percent_range, words, date
    units: tuple[tuple[str, int], ...] = ()  # the ways to write it, and how many base units one of them is
    base: str | None = None
    low: int = 0
    high: int = 0
    step: int = 1
    at_most: bool = False
    always_compared: bool = False  # a bare number would leave its direction to a judgement
    relative: bool = False
    words: tuple[str, tuple[str, ...], tuple[str, ...]] = ("", (), ())  # target, agreeing, disagreeing


def _count(level1: str, level2: str, name: str, unit: str, low: int, high: int) -> Measure:
    return Measure(level1, level2, name, "number", ((unit, 1),), unit, low, high)


def _words(level1: str, level2: str, name: str, target: str, *disagreeing: str, agreeing: str | None = None) -> Measure:
    return Measure(level1, level2, name, "words", words=(target, (agreeing or target,), disagreeing))


def _percent(level1: str, level2: str, name: str, low: int, high: int, at_most: bool = False) -> Measure:
    return Measure(level1, level2, name, "percent", (("%", 1),), "%", low, high, at_most=at_most, relative=True)


_MONEY = (("万元", 10_000), ("元", 1))
_LARGE_MONEY = (("亿元", 100_000_000), ("万元", 10_000))

MEASURES = (
    # 产出指标
    _count(OUTPUT, "数量指标", "组织培训次数", "次", 2, 12),
    _count(OUTPUT, "数量指标", "购置设备数量", "台", 3, 60),
    _count(OUTPUT, "数量指标", "开展检查次数", "次", 4, 120),
    Measure(OUTPUT, "数量指标", "培训人数", "number", (("人", 1), ("万人", 10_000)), "人", 400, 30_000, 100),
    Measure(OUTPUT, "数量指标", "印刷资料数量", "number", (("张", 1), ("万张", 10_000)), "张", 5_000, 400_000, 1_000),
    Measure(OUTPUT, "数量指标", "道路养护里程", "number", (("公里", 1_000), ("米", 1)), "米", 800, 60_000, 100),
    Measure(OUTPUT, "数量指标", "发放物资数量", "number", (("吨", 1_000), ("公斤", 1)), "公斤", 500, 50_000, 100),
    Measure(OUTPUT, "数量指标", "造林面积", "number", (("亩", 1), ("万亩", 10_000)), "亩", 200, 30_000, 100),
    Measure(OUTPUT, "数量指标", "编印简报数量", "range", (("份", 1),), "份", 10, 90),
    _percent(OUTPUT, "质量指标", "验收合格率", 85, 100),
    _percent(OUTPUT, "质量指标", "资料差错率", 2, 8, at_most=True),
    _words(OUTPUT, "质量指标", "印刷质量达标情况", "质量合格", "一般", agreeing="合格"),
    _words(OUTPUT, "质量指标", "系统运行情况", "稳定运行", "偶有中断"),
    Measure(OUTPUT, "时效指标", "项目完成时间", "date"),
    _words(OUTPUT, "时效指标", "资金支付情况", "及时", "有所延后"),
    _percent(OUTPUT, "时效指标", "按期办结率", 80, 100),
    Measure(OUTPUT, "成本指标", "项目总成本", "number", _MONEY, "元", 50_000, 3_000_000, 1_000, at_most=True),
    Measure(OUTPUT, "成本指标", "设备采购单价", "number", _MONEY, "元", 1_000, 9_000, 100, True, True, True),
    # 效益指标
    Measure(BENEFIT, "经济效益指标", "带动群众增收金额", "number", _MONEY, "元", 20_000, 2_000_000, 1_000),
    Measure(BENEFIT, "经济效益指标", "招商到位金额", "number", _LARGE_MONEY, "元", 50_000_000, 900_000_000, 1_000_000),
    _words(BENEFIT, "经济效益指标", "企业效益情况", "有效提升", "变化不大"),
    Measure(
        BENEFIT,
        "社会效益指标",
        "人均补助标准",
        "number",
        _MONEY,
        "元",
        300,
        5_000,
        100,
        always_compared=True,
        relative=True,
    ),
    Measure(BENEFIT, "社会效益指标", "受益群众人数", "number", (("人", 1), ("万人", 10_000)), "人", 300, 50_000, 100),
    Measure(BENEFIT, "社会效益指标", "安全事故发生数", "number", (("起", 1),), "起", 0, 2, at_most=True),
    _count(BENEFIT, "社会效益指标", "新增就业岗位数", "个", 5, 300),
    _words(BENEFIT, "社会效益指标", "是否影响正常办公", "否", "偶有影响"),
    _percent(BENEFIT, "社会效益指标", "服务覆盖率", 70, 100),
    _words(BENEFIT, "生态效益指标", "环境改善情况", "明显改善", "有所改善"),
    Measure(BENEFIT, "生态效益指标", "垃圾回收利用率", "percent_range", (("%", 1),), "%", 50, 90, relative=True),
    _words(BENEFIT, "可持续影响指标", "长效机制情况", "健全", "正在建立"),
    # 满意度指标
    _percent(SATISFACTION, "服务对象满意度指标", "群众满意度", 80, 100),
    _percent(SATISFACTION, "服务对象满意度指标", "企业满意度", 80, 100),
    _words(SATISFACTION, "服务对象满意度指标", "职工满意度", "基本满意", "意见较多", agreeing="满意"),
    # 成本指标 as a first level of its own
    Measure(COST, "经济成本指标", "工程建设成本", "number", _MONEY, "元", 50_000, 3_000_000, 1_000, True, True),
    Measure(COST, "经济成本指标", "设备租赁成本", "number", _MONEY, "元", 10_000, 300_000, 1_000, True, True),
)

BRACKET_UNITS = ("万元", "公里", "吨", "次", "人", "份", "亩", "起")
# Units that belong to no family of the measure they are put on.
ODD_UNITS = ("平方米", "人", "公斤", "次")

PROJECTS = ("村级公路养护(二标段)", "便民服务中心3号楼修缮", "政府网站运营维护", "中小学食堂改造(2期)", "节水灌溉示范")
TOWNSHIPS = ("城关镇人民政府", "山河镇人民政府", "榆林子镇人民政府", "宫河镇人民政府")
UNITS = (*TOWNSHIPS, "县交通运输局", "县水务局", "县教育局", "县林业局")

WEIGHT_FEATURES = (
    "agreed weights",
    "differing weights",
    "no satisfaction level",
    "cost level, agreed",
    "cost level, differing",
    "cost level in some",
)
FEATURES = (
    *WEIGHT_FEATURES,
    "project spellings",
    "level2 spellings",
    "level3 spellings",
    "weights in level names",
    "forms in yuan",
    "odd weights",
    "merged weights",
    "sub-row",
    "year outlier",
    "year tie",
    "zero budget",
    "blank budget",
    "blank executed",
    "missing actual",
    "kind conflict",
    "unit conflict",
    "direction conflict",
    "missing unit",
    "repeated name",
    "stated completion",
    "filed twice",
    "filed twice differently",
    "damaged file",
    "stray workbook",
    "temporary file",
    "subfolder",
)


# --------------------------------------------------------------------------------------------------------------------
# Values


def decimal_text(number: Fraction) -> str:
    """A terminating fraction as an exact decimal without trailing zeros.

    >>> decimal_text(Fraction(5191, 100)), decimal_text(Fraction(200000)), decimal_text(Fraction(-1, 8))
    ('51.91', '200000', '-0.125')
    """
    places, denominator = 0, number.denominator
    while (10**places) % denominator:
        places += 1
        if places > 60:
            raise ValueError(f"{number} does not terminate")
    digits = str(abs(number.numerator) * 10**places // denominator).rjust(places + 1, "0")
    whole, fraction = (digits[:-places], digits[-places:].rstrip("0")) if places else (digits, "")
    return ("-" if number < 0 else "") + whole + ("." + fraction if fraction else "")


def _as_cell(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else float(number)


_AT_LEAST = ("≥{}", "≥{}", ">={}", "≧{}", "不低于{}", "不少于{}", "{}以上", "{}及以上")
_AT_MOST = ("≤{}", "≤{}", "<={}", "不超过{}", "不高于{}", "{}以内", "控制在{}以内")
_EQUAL = ("={}", "＝{}")


class _Values:
    """Draws targets and actuals, and writes them."""

    def __init__(self, rng: random.Random, year: int) -> None:
        self.rng = rng
        self.year = year

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def draw(self, measure: Measure) -> Content:
        drawers: dict[str, Callable[[Measure], Content]] = {
            "number": self.number,
            "percent": self.percent,
            "range": self.range,
            "percent_range": self.percent_range,
            "words": self.words,
            "date": self.date,
        }
        return drawers[measure.shape](measure)

    def digits(self, number: Fraction) -> str:
        text = decimal_text(number)
        if number >= 1000 and self.chance(0.3):
            whole, _, fraction = text.partition(".")
            text = f"{int(whole):,}" + ("." + fraction if fraction else "")
        if self.chance(0.08):
            text = text.translate({ord(digit): ord(digit) - ord("0") + ord("０") for digit in "0123456789"})
        return text

    def compared(self, text: str, at_most: bool, always: bool) -> tuple[str, bool]:
        """A comparator around the number, and whether it is a sign of equality."""
        if not always and self.chance(0.25):
            if self.chance(0.4):
                return self.rng.choice(_EQUAL).format(text), True
            return text, False
        return self.rng.choice(_AT_MOST if at_most else _AT_LEAST).format(text), False

    def near(self, target: int, step: int, at_most: bool) -> int:
        """An actual about as large as the target; mostly one that meets it."""
        if self.chance(0.3):
            return target
        good = self.chance(0.55)
        share = self.rng.uniform(0.6, 1.0) if good == at_most else self.rng.uniform(1.0, 1.5)
        return round(target * share / step) * step

    def number(self, measure: Measure, bracket: bool = False, unitless: bool = False) -> Content:
        target = self.rng.randrange(measure.low, measure.high + 1, measure.step)
        if measure.high > 50_000 and self.chance(0.5):  # small ones as well as large ones
            target = self.rng.randrange(measure.low, measure.low * 4, measure.step)
        actual = self.near(target, measure.step, measure.at_most)
        if measure.low == 0:
            actual = self.rng.choice((0, 0, 1, 2))
        unit, factor = self.rng.choice(measure.units)
        written, answered = Fraction(target, factor), Fraction(actual, factor)
        content = Content(
            kind="relative" if measure.relative else "absolute",
            target_text="",
            actual_text="",
            unit=measure.base,
            direction="at_most" if measure.at_most else "at_least",
            target=Fraction(target),
            actual=Fraction(actual),
        )
        if unitless or (bracket and unit in BRACKET_UNITS):
            text, is_equal = self.compared(self.digits(written), measure.at_most, measure.always_compared)
            return replace(
                content,
                target_text=text,
                actual_text=decimal_text(answered),
                actual_value=_as_cell(answered) if self.chance(0.5) else None,
                is_equal=is_equal,
                unit=None if unitless else measure.base,
                name_unit=None if unitless else unit,
            )
        space = " " if self.chance(0.1) else ""
        text, is_equal = self.compared(f"{self.digits(written)}{space}{unit}", measure.at_most, measure.always_compared)
        content = replace(content, target_text=text, is_equal=is_equal)
        same_length = int(written) > 0 and len(str(int(written))) == len(str(int(answered)))
        if unit.startswith("万") and unit != "万元" and self.chance(0.3):
            # 20万张以上 answered by 22万: the unit is the target's, the scale is its own
            return replace(content, actual_text=f"{decimal_text(answered)}万")
        if (unit == "万元" or not unit.startswith(("万", "亿"))) and same_length and self.chance(0.3):
            value = _as_cell(answered) if self.chance(0.5) else None
            return replace(content, actual_text=decimal_text(answered), actual_value=value)
        if self.chance(0.4):
            unit, factor = self.rng.choice(measure.units)
        return replace(content, actual_text=f"{self.digits(Fraction(actual, factor))}{unit}")

    def percent(self, measure: Measure) -> Content:
        target = self.rng.randint(measure.low, measure.high)
        tenths = 10 * target if self.chance(0.3) else self.rng.randint(10 * measure.low - 15, 10 * measure.high)
        if measure.at_most and self.chance(0.6):
            tenths = min(tenths, 10 * target)
        answered = Fraction(tenths, 10)
        text, is_equal = self.compared(f"{target}%", measure.at_most, measure.always_compared)
        content = Content(
            kind="relative",
            target_text=text,
            actual_text=f"{decimal_text(answered)}%",
            unit="%",
            direction="at_most" if measure.at_most else "at_least",
            is_equal=is_equal,
            target=Fraction(target, 100),
            actual=answered / 100,
        )
        if text.startswith("≥") and self.chance(0.1):  # the bound repeated counts as the bound
            return replace(content, actual_text=text, actual=content.target)
        if answered >= 50 and self.chance(0.1):  # a bare 95 for ≥95%
            return replace(content, actual_text=decimal_text(answered))
        if self.chance(0.2):
            number_format = "0%" if answered.denominator == 1 else "0.0%"
            return replace(content, actual_value=float(answered / 100), number_format=number_format)
        return content

    def _bounds(self, measure: Measure) -> tuple[int, int, int]:
        low = self.rng.randint(measure.low, measure.high - 1)
        high = self.rng.randint(low + 1, low + 10)
        return low, high, self.rng.choice((low, high, self.rng.randint(low, high), max(low - 4, 1), high + 3))

    def range(self, measure: Measure) -> Content:
        low, high, actual = self._bounds(measure)
        unit = measure.units[0][0]
        return Content(
            kind="absolute",
            target_text=f"{low}{self.rng.choice('-~至')}{high}{unit}",
            actual_text=f"{actual}{unit}",
            unit=measure.base,
            direction="between",
            target=Fraction(low),
            target_high=Fraction(high),
            actual=Fraction(actual),
        )

    def percent_range(self, measure: Measure) -> Content:
        low, high, actual = self._bounds(measure)
        return Content(
            kind="relative",
            target_text=f"{low}%{self.rng.choice('-~')}{high}%",
            actual_text=f"{actual}%",
            unit="%",
            direction="between",
            target=Fraction(low, 100),
            target_high=Fraction(high, 100),
            actual=Fraction(actual, 100),
        )

    def words(self, measure: Measure) -> Content:
        target, agreeing, disagreeing = measure.words
        way = self.rng.choice(("equal", "equal", "agreeing", "stated", "percent", "band", "disagreeing"))
        full = Fraction(1)
        if way == "equal":
            return Content("words", target, target, completion=full)
        if way == "agreeing":
            return Content("words", target, self.rng.choice(agreeing), completion=full)
        if way == "stated":
            return Content("words", target, "达成预期指标", completion=full)
        if way == "percent":
            percent = self.rng.choice((100, 95, 90, 80, 75, 60, 50))
            return Content("words", target, f"{percent}%", completion=Fraction(percent, 100))
        if way == "band":
            return Content("words", target, "部分达成预期指标并具有一定效果")
        return Content("words", target, self.rng.choice(disagreeing))

    def date(self, measure: Measure) -> Content:
        target = self.rng.choice((f"{self.year}年12月底前", f"{self.year}年12月31日前", f"{self.year}年11月底前"))
        if self.chance(0.2):
            return Content("date", target, f"{self.year + 1}年1月15日")
        day = f"{self.year}年{self.rng.randint(5, 10)}月{self.rng.randint(1, 28)}日"
        return Content("date", target, day, completion=Fraction(1))

    def odd_kind(self, measure: Measure) -> Content:
        """Words or a percent where the others count, a count where the others use words."""
        if measure.shape == "words":
            count = self.rng.randint(2, 9)
            exact = Fraction(count)
            return Content("absolute", f"≥{count}次", f"{count}次", "次", "at_least", target=exact, actual=exact)
        if measure.relative or self.chance(0.5):
            return Content("words", "有序推进", "有序推进", completion=Fraction(1))
        return Content("relative", "≥90%", "95%", "%", "at_least", target=Fraction(9, 10), actual=Fraction(19, 20))

    def odd_unit(self, measure: Measure) -> Content:
        unit = self.rng.choice([unit for unit in ODD_UNITS if unit not in (measure.base, *dict(measure.units))])
        return self.number(replace(measure, units=((unit, 1),), base=unit))

    def odd_direction(self, measure: Measure) -> Content:
        opposite = replace(measure, at_most=not measure.at_most, always_compared=True)
        return self.draw(opposite)

    def without_actual(self, measure: Measure) -> Content:
        return replace(self.draw(measure), actual_text=None, actual=None, actual_value=None, number_format=None)

    def stated(self, measure: Measure) -> Content:
        return replace(self.without_actual(measure), actual_text="达成预期指标", is_stated=True)


# --------------------------------------------------------------------------------------------------------------------
# Tables


@dataclass(slots=True)
class _Plan:
    """What is settled for the department before its tables are drawn."""

    rng: random.Random
    features: frozenset[str]
    year: int
    measures: list[Measure]
    oddities: dict[str, str] = field(default_factory=dict)  # name of a measure: what goes wrong with it
    victim: int = 0  # the table in which it goes wrong
    also: int = 1  # and the one that has something wrong with its funds


def _split(rng: random.Random, total: int, parts: int, odd: bool) -> list[Fraction]:
    """A level's weight over its rows, every row with some of it."""
    if odd and parts > 1:
        share = Fraction(total * 100 // parts, 100)
        return [*[share] * (parts - 1), total - share * (parts - 1)]
    halves = 2 * total
    cuts = sorted(rng.sample(range(2, halves - 1, 2 if halves // parts > 6 else 1), parts - 1))
    return [Fraction(after - before, 2) for before, after in zip([0, *cuts], [*cuts, halves], strict=True)]


def _filed_score(rng: random.Random, content: Content, weight: Fraction) -> Fraction:
    """A score between 0 and the weight; it counts only where nothing can be computed."""
    if content.kind in ("words", "date") and content.completion is None:
        percent = rng.choice((62, 65, 70, 75, 78)) if content.kind == "words" else rng.choice((0, 50, 60, 80))
        if content.kind == "words" and not (content.actual_text or "").startswith("部分达成"):
            percent = rng.choice((0, 40, 60, 70, 80, 90))
        return Fraction(int(weight * percent), 100)
    if content.actual_text is None:
        return rng.choice((Fraction(0), Fraction(int(weight * 50), 100)))
    return weight if rng.random() < 0.8 else Fraction(int(weight * 90), 100)


def _level3_spelling(rng: random.Random, name: str, place: int) -> str:
    return rng.choice(
        (
            name,
            f"指标{place}:{name}",
            f"指标{place}：{name}",
            f"★{name}",
            f"{name[:2]} {name[2:]}",
            f" {name} ",
        )
    )


def _level2_spelling(rng: random.Random, level2: str) -> str:
    if level2 == "服务对象满意度指标":
        return rng.choice((level2, "满意度指标", "服务对象满意度"))
    return rng.choice((level2, level2.removesuffix("指标")))


def _project_spelling(rng: random.Random, name: str) -> str:
    wide = name.translate({ord(digit): ord(digit) - ord("0") + ord("０") for digit in "0123456789"})
    return rng.choice(
        (
            name,
            name,
            wide.replace("(", "（").replace(")", "）"),
            f"{name[:2]} {name[2:]}",
            f"51000021R{rng.randrange(10**12):012d}-{name}",
        )
    )


def _scheme(plan: _Plan, project: int, table: int) -> dict[str, int]:
    rng = plan.rng
    if "cost level, agreed" in plan.features:
        return WITH_COST[0]
    if "cost level, differing" in plan.features:
        return WITH_COST[table % 2]
    if "cost level in some" in plan.features and table % 3 == 0:
        return WITH_COST[1]
    if "no satisfaction level" in plan.features and table % 2 == 0:
        return WITHOUT_SATISFACTION
    if "differing weights" in plan.features:
        return rng.choice((USUAL, *ADJUSTED))
    if "agreed weights" in plan.features:
        return ADJUSTED[project % len(ADJUSTED)]
    return USUAL


def _choose_measures(rng: random.Random) -> list[Measure]:
    chosen: list[Measure] = []
    for level1, fewest, most in ((OUTPUT, 3, 7), (BENEFIT, 2, 5), (SATISFACTION, 1, 3), (COST, 1, 2)):
        of_level = [measure for measure in MEASURES if measure.level1 == level1]
        drawn = rng.sample(of_level, rng.randint(fewest, min(most, len(of_level))))
        chosen += sorted(drawn, key=MEASURES.index)
    return chosen


def _content(plan: _Plan, values: _Values, measure: Measure, table: int) -> Content:
    oddity = plan.oddities.get(measure.name)
    if oddity and table == plan.victim:
        return {
            "missing actual": values.without_actual,
            "kind conflict": values.odd_kind,
            "unit conflict": values.odd_unit,
            "direction conflict": values.odd_direction,
            "stated completion": values.stated,
            "missing unit": lambda which: values.number(which, unitless=True),
            "repeated name": values.draw,
        }[oddity](measure)
    if measure.shape == "number" and "level3 spellings" in plan.features and values.chance(0.25):
        return values.number(measure, bracket=True)
    return values.draw(measure)


def _draw_rows(plan: _Plan, scheme: dict[str, int], year: int, table: int) -> tuple[Row, ...]:
    rng, values = plan.rng, _Values(plan.rng, year)
    rows: list[Row] = []
    for level1, level_weight in scheme.items():
        of_level = [measure for measure in plan.measures if measure.level1 == level1]
        spared = [measure for measure in of_level if measure.name in plan.oddities or rng.random() < 0.85]
        drawn = spared or of_level[:1]
        contents = [(measure, _content(plan, values, measure, table)) for measure in drawn]
        if table == plan.victim:
            contents += [
                (measure, values.draw(measure))
                for measure in drawn
                if plan.oddities.get(measure.name) == "repeated name"
            ]
        contents.sort(key=lambda pair: MEASURES.index(pair[0]))
        weights = _split(rng, level_weight, len(contents), "odd weights" in plan.features)
        spellings: dict[str, str] = {}
        for place, ((measure, content), weight) in enumerate(zip(contents, weights, strict=True), start=1):
            if measure.level2 not in spellings:
                respelled = "level2 spellings" in plan.features
                spellings[measure.level2] = _level2_spelling(rng, measure.level2) if respelled else measure.level2
            written = measure.name
            if "level3 spellings" in plan.features:
                written = _level3_spelling(rng, measure.name, place)
            if content.name_unit:
                brackets = rng.choice(("({})", "（{}）"))
                written = written.strip() + brackets.format(content.name_unit)
            score = _filed_score(rng, content, weight)
            rows.append(Row(level1, spellings[measure.level2], written, measure.name, content, weight, score))
    rows = _merge_weights(rng, rows) if "merged weights" in plan.features else rows
    if "sub-row" in plan.features:
        sub = Content("relative", "≥90%", "92%", "%", "at_least", target=Fraction(9, 10), actual=Fraction(23, 25))
        last = rows[-1]
        name, nothing = "其中:重点企业", Fraction(0)
        rows.append(Row(last.level1, last.level2, name, name, sub, nothing, nothing, is_scored=False))
    return tuple(replace(row, row=number) for number, row in enumerate(rows, start=FIRST_INDICATOR_ROW))


def _merge_weights(rng: random.Random, rows: list[Row]) -> list[Row]:
    """One weight and score over two or three neighbours of a second level, split equally over them."""

    def is_settled(row: Row) -> bool:
        content = row.content
        return content.completion is not None or content.actual is not None

    def is_run(start: int, length: int) -> bool:
        run = rows[start : start + length]
        names = {row.name for row in run}
        one_place = len({(row.level1, row.level2) for row in run}) == 1
        return len(run) == length == len(names) and one_place and all(map(is_settled, run))

    runs = [(start, length) for start in range(len(rows)) for length in (2, 3) if is_run(start, length)]
    if not runs:
        return rows
    start, length = rng.choice(runs)
    merged = list(rows)
    run = rows[start : start + length]
    weight = sum((row.weight for row in run), Fraction(0)) / length
    score = sum((row.score for row in run), Fraction(0)) / length
    for offset, row in enumerate(run):
        merged[start + offset] = replace(row, weight=weight, score=score, group=0)
    return merged


LABELS = {
    "total": "年度资金总额",
    "appropriation": "其中:当年财政拨款",
    "carryover": "上年结转资金",
    "other": "其他资金",
}


def _draw_funds(rng: random.Random, in_yuan: bool) -> dict[str, Amounts]:
    def column(total: Fraction, carryover: Fraction, other: Fraction) -> dict[str, Fraction]:
        return {"total": total, "appropriation": total - carryover - other, "carryover": carryover, "other": other}

    def cents(share: float, of: Fraction) -> Fraction:
        return Fraction(int(of * Fraction(share) * 100), 100)

    budget = Fraction(rng.randint(500, 90_000), 100) if rng.random() < 0.5 else Fraction(rng.randint(5, 900))
    budget = Fraction(int(budget * 1_000_000), 100) if in_yuan else budget
    initial = budget if rng.random() < 0.6 else cents(rng.uniform(0.7, 1.2), budget)
    executed = cents(rng.choice((1.0, 1.0, 1.05, rng.uniform(0.3, 1.0), rng.uniform(0.6, 1.0))), budget)
    carry = rng.choice((0.0, 0.0, 0.2))
    other = rng.choice((0.0, 0.0, 0.1))
    columns = [column(total, cents(carry, total), cents(other, total)) for total in (initial, budget, executed)]
    return {kind: Amounts(label, *(amounts[kind] for amounts in columns)) for kind, label in LABELS.items()}


def _with_column(funds: dict[str, Amounts], **columns: Fraction | None) -> dict[str, Amounts]:
    return {kind: replace(amounts, **columns) for kind, amounts in funds.items()}  # type: ignore[arg-type]


def _spoil_funds(plan: _Plan, funds: dict[str, Amounts], table: int) -> dict[str, Amounts]:
    if table == plan.also and "zero budget" in plan.features:
        executed = funds if plan.rng.random() < 0.5 else _with_column(funds, executed=Fraction(0))
        return _with_column(executed, budget=Fraction(0))
    if table == plan.also and "blank budget" in plan.features:
        return _with_column(funds, budget=None)
    if table == plan.victim and "blank executed" in plan.features:
        return _with_column(funds, executed=None)
    return funds


def _execution_score(funds: dict[str, Amounts]) -> Fraction | None:
    total = funds["total"]
    if not total.budget or total.executed is None:
        return None
    return Fraction(int(EXECUTION_WEIGHT * min(total.executed / total.budget, Fraction(1)) * 100), 100)


# --------------------------------------------------------------------------------------------------------------------
# Departments


def _draw_features(rng: random.Random) -> frozenset[str]:
    drawn = set(rng.sample(FEATURES, rng.randint(1, 6)))
    exclusive: Sequence[tuple[str, ...]] = (
        ("filed twice", "filed twice differently"),
        ("filed twice", "year tie"),
        ("filed twice differently", "year tie"),
        ("year outlier", "year tie"),
        ("zero budget", "blank budget"),
        WEIGHT_FEATURES,
    )
    for group in exclusive:
        for feature in [feature for feature in group if feature in drawn][1:]:
            drawn.discard(feature)
    return frozenset(drawn)


def _assign_oddities(rng: random.Random, features: frozenset[str], measures: list[Measure]) -> dict[str, str]:
    """At most one thing goes wrong with a measure, so that a conflict has one reason only."""

    def plain_number(measure: Measure) -> bool:
        return measure.shape == "number" and measure.low > 0

    fitting: dict[str, Callable[[Measure], bool]] = {
        "missing actual": lambda measure: measure.shape in ("number", "percent", "range"),
        "kind conflict": lambda measure: plain_number(measure) or measure.shape == "words",
        "unit conflict": lambda measure: plain_number(measure) and not measure.relative,
        "direction conflict": lambda measure: plain_number(measure) or measure.shape == "percent",
        "stated completion": lambda measure: plain_number(measure) or measure.shape == "percent",
        "missing unit": lambda measure: plain_number(measure) and len(measure.units) == 1,
        "repeated name": lambda measure: measure.shape in ("number", "percent", "words"),
    }
    oddities: dict[str, str] = {}
    for feature, fits in fitting.items():
        if feature in features:
            candidates = [measure.name for measure in measures if fits(measure) and measure.name not in oddities]
            if candidates:
                oddities[rng.choice(candidates)] = feature
    return oddities


def _years(plan: _Plan, tables: int) -> list[int]:
    years = [plan.year] * tables
    if "year tie" in plan.features and tables % 2 == 0:
        for table in plan.rng.sample(range(tables), tables // 2):
            years[table] = plan.year - 1
    elif "year outlier" in plan.features and tables >= 4:
        years[plan.rng.randrange(3, tables)] += plan.rng.choice((-1, 1))
    return years


def random_department(seed: int, folder: Path) -> Department:
    """Write 3 to 8 workbooks, and sometimes files that are none, into `folder`; tell what was filed."""
    rng = random.Random(seed)
    features = _draw_features(rng)
    measures = _choose_measures(rng)
    plan = _Plan(rng, features, rng.choice((2023, 2024)), measures)
    plan.oddities = _assign_oddities(rng, features, measures)

    twice = bool(features & {"filed twice", "filed twice differently"})
    tables = rng.randint(3, 7 if twice else 8)
    plan.victim, plan.also = rng.sample(range(3), 2)
    projects = rng.sample(PROJECTS, rng.randint(1, 3))
    units = rng.sample(UNITS, tables)
    years = _years(plan, tables)
    department = "某县财政局"

    forms: list[FiledForm] = []
    for table in range(tables):
        project = rng.randrange(len(projects)) if table > 1 else 0  # the first two share a project
        in_yuan = "forms in yuan" in features and rng.random() < 0.5
        funds = _spoil_funds(plan, _draw_funds(rng, in_yuan), table)
        name = projects[project]
        forms.append(
            FiledForm(
                file="",
                sheet=rng.choice(("Sheet1", "绩效自评表")),
                project=_project_spelling(rng, name) if "project spellings" in features else name,
                project_key=fold_project(name),
                year=years[table],
                department=department,
                unit=units[table],
                money_unit="元" if in_yuan else "万元",
                funds=funds,
                execution_score=_execution_score(funds),
                rows=_draw_rows(plan, _scheme(plan, project, table), years[table], table),
            )
        )
    if twice:
        original = forms[rng.choice([table for table in range(tables) if years[table] == plan.year][:3])]
        forms.append(_filed_again(rng, original, differently="filed twice differently" in features))
    return _write_department(rng, seed, folder, features, forms)


def _filed_again(rng: random.Random, form: FiledForm, differently: bool) -> FiledForm:
    """The same project once more for the same unit; the stars before the names make no difference, a number does."""
    rows = [replace(row, level3=f"★{row.level3.strip()}") if rng.random() < 0.2 else row for row in form.rows]
    if not differently:
        return replace(form, rows=tuple(rows))
    if rng.random() < 0.4:
        return replace(form, funds=_with_column(form.funds, initial_budget=Fraction(rng.randint(901, 999))))
    index = rng.choice([index for index, row in enumerate(rows) if row.is_scored and row.group is None] or [-1])
    if index == -1 or rows[index].score == 0:
        return replace(form, funds=_with_column(form.funds, initial_budget=Fraction(1)))
    rows[index] = replace(rows[index], score=rows[index].score - Fraction(1, 100))
    return replace(form, rows=tuple(rows))


def _write_department(
    rng: random.Random, seed: int, folder: Path, features: frozenset[str], forms: Iterable[FiledForm]
) -> Department:
    folder.mkdir(parents=True, exist_ok=True)
    shuffled = list(forms)
    rng.shuffle(shuffled)
    filed: list[FiledForm] = []
    for number, form in enumerate(shuffled, start=1):
        below = "第二批/" if "subfolder" in features and number % 2 == 0 else ""
        filed.append(replace(form, file=f"{below}{number:02d}_{form.unit}.xlsx"))
        write_workbook(filed[-1], folder / filed[-1].file, "weights in level names" in features)
    refused: list[str] = []
    temporary: list[str] = []
    if "damaged file" in features:
        whole = (folder / filed[0].file).read_bytes()
        refused.append("05_损坏.xlsx")
        (folder / refused[-1]).write_bytes(whole[: len(whole) // 2])
    if "stray workbook" in features:
        book = Workbook()
        book.active["A1"] = "通讯录"
        book.active["A2"] = "办公室"
        refused.append("09_通讯录.xlsx")
        book.save(folder / refused[-1])
    if "temporary file" in features:
        temporary.append(f"~${filed[0].unit}.xlsx")
        (folder / temporary[-1]).write_bytes(b"\x05admin" + b"\x20" * 100)
    return Department(seed, folder, tuple(sorted(features)), tuple(filed), tuple(refused), tuple(temporary))


# --------------------------------------------------------------------------------------------------------------------
# The workbook


def write_workbook(form: FiledForm, path: Path, weights_in_names: bool = False) -> None:
    """The official form, filled in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    sheet = book.active
    sheet.title = form.sheet
    money = f"({form.money_unit})"

    sheet["A1"] = f"{form.year}年部门预算项目支出绩效自评表"
    sheet.merge_cells("A1:H1")
    sheet["A2"], sheet["B2"] = "项目名称", form.project
    sheet.merge_cells("B2:H2")
    sheet["A3"], sheet["B3"], sheet["E3"], sheet["F3"] = "主管部门", form.department, "实施单位", form.unit
    sheet.merge_cells("B3:D3")
    sheet.merge_cells("F3:H3")

    amounts_of_money = [f"{head}{money}" for head in ("项目资金", "年初预算数", "全年预算数", "全年执行数")]
    for column, head in enumerate([*amounts_of_money, "执行率(%)", "分值", "得分"], start=1):
        sheet.cell(4, column, head)
    for row, amounts in enumerate(form.funds.values(), start=5):
        sheet.cell(row, 1, amounts.label)
        for column, amount in enumerate((amounts.initial_budget, amounts.budget, amounts.executed), start=2):
            if amount is not None:
                sheet.cell(row, column, _as_cell(amount))
    total = form.funds["total"]
    if total.budget and total.executed is not None:
        sheet["E5"] = float(round(total.executed / total.budget, 4))
        sheet["E5"].number_format = "0.00%"
    sheet["F5"] = _as_cell(EXECUTION_WEIGHT)
    if form.execution_score is not None:
        sheet["G5"] = _as_cell(form.execution_score)

    sheet["A9"], sheet["B9"], sheet["E9"] = "年度总体目标", "预期目标", "实际完成情况"
    sheet["B10"], sheet["E10"] = "保障项目按计划实施。", "项目按计划实施。"
    for area in ("A9:A10", "B9:D9", "E9:H9", "B10:D10", "E10:H10"):
        sheet.merge_cells(area)

    heads = "一级指标 二级指标 三级指标 年度指标值 实际完成值 分值(权重) 得分 偏差原因分析及改进措施"
    for column, head in enumerate(heads.split(), start=1):
        sheet.cell(FIRST_INDICATOR_ROW - 1, column, head)
    _write_rows(sheet, form, weights_in_names)

    below = FIRST_INDICATOR_ROW + len(form.rows)
    filed_total = sum((row.score for row in form.scored_rows), form.execution_score or Fraction(0))
    sheet.cell(below, 1, "总分")
    sheet.merge_cells(start_row=below, end_row=below, start_column=1, end_column=5)
    sheet.cell(below, 6, 100)
    sheet.cell(below, 7, _as_cell(filed_total))
    sheet.cell(below + 1, 1, "说明")
    sheet.cell(below + 1, 2, "无")
    sheet.merge_cells(start_row=below + 1, end_row=below + 1, start_column=2, end_column=8)
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            if cell.data_type == "f":  # =65次 is what a person typed, no formula
                cell.data_type = "s"
    book.save(path)


def _runs(keys: Sequence[Any]) -> list[tuple[int, int]]:
    """Where equal neighbours begin and how many they are.

    >>> _runs("aab")
    [(0, 2), (2, 1)]
    """
    starts = [index for index in range(len(keys)) if index == 0 or keys[index] != keys[index - 1]]
    return [(start, end - start) for start, end in zip(starts, [*starts[1:], len(keys)], strict=True)]


def _write_rows(sheet: Any, form: FiledForm, weights_in_names: bool) -> None:
    sums = dict.fromkeys((row.level1 for row in form.rows), Fraction(0))
    for row in form.scored_rows:
        sums[row.level1] += row.weight

    def merged(column: int, run: tuple[int, int], value: Any) -> None:
        top = FIRST_INDICATOR_ROW + run[0]
        sheet.cell(top, column, value)
        if run[1] > 1:
            bottom = top + run[1] - 1
            sheet.merge_cells(start_row=top, end_row=bottom, start_column=column, end_column=column)

    for run in _runs([row.level1 for row in form.rows]):
        level1 = form.rows[run[0]].level1
        weight = f"({decimal_text(sums[level1])}分)" if weights_in_names else ""
        merged(1, run, level1 + weight)
    for run in _runs([(row.level1, row.level2) for row in form.rows]):
        merged(2, run, form.rows[run[0]].level2)
    for run in _runs([index if row.group is None else ("group", row.group) for index, row in enumerate(form.rows)]):
        first = form.rows[run[0]]
        if first.is_scored:
            merged(6, run, _as_cell(first.weight * run[1]))
            merged(7, run, _as_cell(first.score * run[1]))
    for row in form.rows:
        sheet.cell(row.row, 3, row.level3)
        sheet.cell(row.row, 4, row.content.target_text)
        if row.content.actual_text is not None:
            value = row.content.actual_text if row.content.actual_value is None else row.content.actual_value
            cell = sheet.cell(row.row, 5, value)
            cell.number_format = row.content.number_format or "General"
