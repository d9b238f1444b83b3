"""The value language: "≥95%", "12月底前", "20万张以上", "达成预期指标" become targets and actuals (指标值, 完成值).

`parse` says what one text says; `settle` reads a target and an actual together, because each fills what the other leaves
out (unit, scale, direction). What cannot be read with certainty stays unresolved: never 0, never a guess.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from perf_xl.exact import fold, times, within_reason
from perf_xl.meaning import (
    DEALING,
    HARM,
    MEANS,
    NO_HARM,
    NOT_ADDED,
    UNCLEAR,
    UNITS_NOT_ADDED,
    counted,
    is_cost,
    is_reduction,
)
from perf_xl.patterns import regex

ABSOLUTE, RELATIVE, DATE, QUALITATIVE, UNRESOLVED = "absolute", "relative", "date", "qualitative", "unresolved"
AT_LEAST, AT_MOST, BETWEEN, EQUAL = "at_least", "at_most", "between", "equal"

ONE = Decimal(1)
PERCENT = "%"

# --- units ------------------------------------------------------------------------------------------------------------

FACTORS = {
    "元": ("元", ONE),
    "角": ("元", Decimal("0.1")),
    "米": ("米", ONE),
    "公里": ("米", Decimal(1000)),
    "厘米": ("米", Decimal("0.01")),
    "毫米": ("米", Decimal("0.001")),
    "里": ("米", Decimal(500)),
    "平方米": ("平方米", ONE),
    "平方公里": ("平方米", Decimal(1_000_000)),
    "立方米": ("立方米", ONE),
    "亩": ("亩", ONE),
    "公顷": ("亩", Decimal(15)),
    "公斤": ("公斤", ONE),
    "吨": ("公斤", Decimal(1000)),
    "斤": ("公斤", Decimal("0.5")),
    "克": ("公斤", Decimal("0.001")),
    "升": ("升", ONE),
    "毫升": ("升", Decimal("0.001")),
    PERCENT: (PERCENT, Decimal("0.01")),
    "‰": (PERCENT, Decimal("0.001")),
    "成": (PERCENT, Decimal("0.1")),
}
"""Unit → base unit and how many of it one is (吨 → 1000 公斤)."""

TIMES = {"秒": 1, "分钟": 60, "小时": 3600, "天": 86400, "周": 604800}
"""Seconds in a unit of time; units of time are folded only where two different ones meet."""
MONTHS = {"个月": 1, "季度": 3, "年": 12}
EVENTS = ({"场": 1, "场次": 1}, {"批": 1, "批次": 1}, {"趟": 1, "趟次": 1})
"""What happens is counted alike with 次 and without (场次 is the number of 场). What may come more than once is not:
人次 is no 人, and 户次, 件次, 家次, 车次, 班次 (the runs of a bus, not classes) are no 户, 件, 家, 车, 班."""
MET = (TIMES, MONTHS, *EVENTS)
"""Units that are brought together where two of one table meet, the smaller one being kept."""

SPELLINGS = {
    "名": "人",
    "位": "人",
    "千米": "公里",
    "km": "公里",
    "m": "米",
    "cm": "厘米",
    "mm": "毫米",
    "公分": "厘米",
    "㎡": "平方米",
    "m2": "平方米",
    "平米": "平方米",
    "平方千米": "平方公里",
    "km2": "平方公里",
    "hm2": "公顷",
    "m3": "立方米",
    "立方": "立方米",
    "方": "立方米",
    "千克": "公斤",
    "kg": "公斤",
    "市斤": "斤",
    "t": "吨",
    "g": "克",
    "l": "升",
    "L": "升",
    "ml": "毫升",
    "kpa": "千帕",
    "mpa": "兆帕",
    "db": "分贝",
    "°C": "℃",
    "摄氏度": "℃",
    "日": "天",
    "小时内": "小时",
    "个小时": "小时",
    "h": "小时",
    "分": "分",
    "个月": "个月",
    "月": "个月",
    "星期": "周",
    "百分比": PERCENT,
    "%(百分比)": PERCENT,
    "百分点": PERCENT,
    "个百分点": PERCENT,
    "千分比": "‰",
    "块": "块",
    "元整": "元",
    "台/套": "台套",
    "人/次": "人次",
    "个工作日": "工作日",
    "块钱": "元",
    "人民币": "元",
}

_MEASURE_WORDS = """
    个 次 人 人次 户 户次 件 件次 份 只 头 例 起 期 套 台 台套 辆 辆次 粒 种 张 幅 项 处 场 场次 家 家次 所 座 栋 幢 间
    条 块 片 批 批次 部 本 册 篇 版 页 字 段 层 组 队 班 班次 节 课时 学时 课 届 轮 趟 回 遍 株 棵 盆 羽 尾 匹 口 眼 根
    支 枝 枚 颗 包 袋 箱 桶 瓶 盒 卷 副 双 对 把 顶 床 门 扇 面 盏 架 艘 列 节点 村 镇 乡 县 社区 街道 学校 人天 人日
    人月 工日 工作日 天 小时 分钟 秒 周 年 季度 个月 TB GB MB KB 兆 千瓦 千瓦时 度 千伏安 kVA KVA 伏 瓦 兆瓦 ℃
    分贝 帕 千帕 兆帕 点 分 标段 网格 标准箱 标煤 吨标煤 车次 趟次 航次 架次 床位 张次 人数 户数 岗 岗位 名额 车位 桩 杆 孔 井 亩次
    系统 模块 平台 网站 账号 路 端 丈 寸
"""
MEASURES = frozenset(_MEASURE_WORDS.split())

_UNSURE = regex(
    r"[不未无已达约余多近各第左右]|以|合格|完成|级|等|类|号|星|月|年|前|后|时|间|内|外|均|优|良|好|差|的|及|其|率"
)

_IN_BRACKETS = regex(r"(?<=.)\(([次个套件人户])\)$")
"""The end of a unit that stands in brackets: 场(次), 台(套)."""
_SHORT_WORD = regex(r"[\u4e00-\u9fff]{1,2}")
_PER = regex(r"[*·.、,×/]|每")
_DIGIT = regex(r"\d")

_SCALES = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 1000, "百": 100}


@lru_cache(maxsize=4096)
def unit_of(text: str) -> tuple[Decimal, str, str] | None:
    """Read what follows a number as a unit: scale, base unit, unit as spelt; None if it is no unit for certain.

    The scale takes the number to the base unit. Without a unit the base unit is "".

    >>> unit_of("万张"), unit_of("公里"), unit_of("万"), unit_of("养护全覆盖")
    ((Decimal('10000'), '张', '张'), (Decimal('1000'), '米', '公里'), (Decimal('10000'), '', ''), None)
    """
    if not text:
        return ONE, "", ""
    text = _IN_BRACKETS.sub(r"\1", text)
    text = SPELLINGS.get(text) or _in_usual_case(text)
    if text in FACTORS:
        base, factor = FACTORS[text]
        return factor, base, text
    if text in MEASURES:
        return ONE, text, text
    if text[0] == "(" and text[-1] == ")":
        inner = unit_of(text[1:-1])
        return inner if inner and (inner[2] in MEASURES or inner[2] in FACTORS) else None
    if "/" in text or "每" in text[1:]:
        return _compound(text)
    for word, scale in _SCALES.items():
        if text.startswith(word):
            rest = unit_of(text[len(word) :])
            if rest is not None:
                return rest[0] * scale, rest[1], rest[2]
    for length in (3, 2, 1):
        head, tail = text[:length], text[length:]
        if head in MEASURES and tail and len(tail) <= 4 and tail.isalpha() and not _UNSURE.search(tail):
            return ONE, head, head
    if _SHORT_WORD.fullmatch(text) and not _UNSURE.search(text):
        return ONE, text, text
    return None


def _in_usual_case(text: str) -> str:
    """KM, Kg, tb: only single letters are told apart by their case (m is 米, M is not)."""
    if not (len(text) > 1 and text.isascii()):
        return text
    return SPELLINGS.get(text.lower()) or (text.upper() if text.upper() in MEASURES else text)


def _compound(text: str) -> tuple[Decimal, str, str] | None:
    """元/人·月, 万元/公里, 万/月, 人次/天: the part before the stroke is folded, the rest kept."""
    head, _, tail = text.replace("每", "/", 1).partition("/") if "/" not in text else text.partition("/")
    tail = _PER.sub("·", tail).strip("·")
    top = unit_of(head)
    if top is None or (not top[1] and top[0] == ONE) or not tail or _DIGIT.search(tail) or len(tail) > 8:
        return None
    unit = f"{top[1]}/{tail}"
    return top[0], unit, unit


# --- one text ---------------------------------------------------------------------------------------------------------

_COMPARATORS = {
    ">=": "≥ ≧ ⩾ >= => 大于或等于 大于等于 不低于 不少于 不小于 不得低于 不得少于 不得小于 至少 达到 达 最低 不低於",
    "<=": "≤ ≦ ⩽ <= =< 小于或等于 小于等于 不超过 不高于 不大于 不多于 不得超过 不得高于 最高 最多 控制在 不超",
    ">": "> 超过 大于 高于 多于",
    "<": "< 小于 低于 少于 不足 未满",
    "=": "= ═ == 等于",
}
_PREFIX = {word: comparator for comparator, words in _COMPARATORS.items() for word in words.split()}
_PREFIX_PATTERN = "|".join(re.escape(word) for word in sorted(_PREFIX, key=len, reverse=True))
_AT_LEAST_SUFFIX = r"\(含\)以上|\(含\)及以上|及其以上|及以上|以上\(含\)|以上"
_AT_MOST_SUFFIX = r"\(含\)以下|\(含\)以内|及其以下|及以下|及以内|以下\(含\)|以内\(含\)|以内|以下|之内|内"
_LEAD = r"(?:全年|常年|年度|本年|当年|共计|共|累计|总计|合计|完成|实际|实现|已|为|计|应|确保|始终|(?:保持|维持|稳定)在?|目标)*"
_SENSE = r"(?:(?P<more_is_better>正向)|(?P<less_is_better>反向|逆向)|定量)?(?:指标)?"
"""指标性质, where it stands in a column of its own."""
_MEAN = r"(?P<mean>人均|户均|平均|每人|每户|每亩)?"
_MEAN_FIRST = r"(?P<first>人均|户均|平均|每人|每户|每亩)?"
_NUMBER = r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_CHINESE_NUMBER = r"[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?"
_ONE_NUMBER = regex(
    rf"{_SENSE}{_LEAD}{_MEAN_FIRST}(?P<comparator>{_PREFIX_PATTERN})?{_LEAD}{_MEAN}(?P<number>{_NUMBER})(?P<unit>.*?)"
    rf"(?:(?P<more>{_AT_LEAST_SUFFIX})|(?P<less>{_AT_MOST_SUFFIX}))?(?P<done>完成|覆盖|全覆盖|达标|到位)?[。.;]?"
)
_ONE_CHINESE = regex(
    rf"{_LEAD}(?P<comparator>{_PREFIX_PATTERN})?{_LEAD}{_MEAN}(?:(?P<percent>百分之)|)(?P<number>{_CHINESE_NUMBER})"
    rf"(?P<unit>.*?)(?:(?P<more>{_AT_LEAST_SUFFIX})|(?P<less>{_AT_MOST_SUFFIX}))?[。.;]?"
)
_RANGE = regex(
    rf"(?:控制在|保持在|在)?(?P<low>{_NUMBER})(?P<unit>[^\d~至到—–-]*)(?:-|~|至|到|—+|–)(?P<high>{_NUMBER})(?P<unit2>.*?)(?:之间|以内|内)?"
)
_PLUS_MINUS = regex(
    rf"(?P<middle>{_NUMBER})?(?P<unit>[^\d±]*)(?:±|\+/-|\+-)(?P<reach>\d+(?:\.\d+)?)(?P<unit2>.*?)(?:以内|之内|内)?"
)
_HALF = regex(rf"(?P<comparator>{_PREFIX_PATTERN})?(?:一半|半数)(?P<side>以上|以下)?")
_LOOSE_DIGITS = regex(r"\d\s+\d")
_THOUSANDS_BY_SPACE = regex(r"(?<!\d)\d{1,3}(?:\s\d{3})+(?!\d)")


@dataclass(frozen=True, slots=True)
class Value:
    """What one text says. `number` is as written; `number × scale` is in the base `unit`."""

    form: str
    """`blank`, `number`, `range`, `date`, `words` (no digit in it) or `unclear`."""
    text: str
    comparator: str | None = None
    number: Decimal | None = None
    high: Decimal | None = None
    scale: Decimal = ONE
    unit: str = ""
    """Base unit, "" if none is written."""
    spelt: str = ""
    """The unit as spelt, without 万 and 亿: 公里."""
    day: date | None = None
    mean: bool = False
    """人均, 平均, 每人 … stands before the number."""

    @property
    def amount(self) -> Decimal | None:
        """The number in the base unit."""
        return None if self.number is None else within_reason(times(self.number, self.scale))


BLANK = Value("blank", "")
_FILLERS = frozenset({"", "-", "−", "—", "——", "–", "/", "\\", "无", "…", "……", "...", "......", "*", "**"})


def is_filler(text: str | None) -> bool:
    """Return whether a text is blank, a dash, a stroke, dots or 无.

    >>> is_filler(None), is_filler(" — "), is_filler("无"), is_filler("0")
    (True, True, True, False)
    """
    return text is None or fold(text) in _FILLERS


@lru_cache(maxsize=16384)
def parse(text: str | None, year: int | None = None) -> Value:
    """Read one target or actual. `year` is the form's, for dates without one.

    >>> value = parse("20万张以上")
    >>> value.comparator, value.amount, value.unit
    ('>=', Decimal('200000'), '张')
    >>> parse("9月前", 2023).day, parse("日产日清").form, parse("约30人").form
    (datetime.date(2023, 8, 31), 'words', 'unclear')
    """
    if text is None:
        return BLANK
    if _LOOSE_DIGITS.search(text):
        text = _THOUSANDS_BY_SPACE.sub(lambda match: "".join(match.group().split()), text)
        if _LOOSE_DIGITS.search(text):
            return Value("unclear", fold(text))
    folded = fold(text).replace("−", "-")
    if folded in _FILLERS and folded != "无":
        return Value("blank", folded)
    folded = folded.strip("。;,、") or folded
    dated = bool(_DATED.search(folded))
    if year is not None and not dated:
        return parse(text)
    value = None
    if len(folded) <= 60:
        value = (
            (_read_date(folded, year) if dated else None)
            or _read_plus_minus(folded)
            or _read_range(folded)
            or _read_number(folded)
            or _read_chinese(folded)
        )
    return value or Value("unclear" if _DIGIT.search(folded) else "words", folded)


def _number(digits: str) -> Decimal | None:
    return within_reason(Decimal(digits.replace(",", "")))


def _comparator(match: re.Match[str]) -> str | None:
    word = match["comparator"]
    prefix = _PREFIX[word] if word else None
    suffix = ">=" if match["more"] else "<=" if match["less"] else None
    if prefix in (">=", ">") and word in ("达到", "达") and suffix:
        return suffix
    if prefix and suffix and prefix[0] != suffix[0]:
        return "?"
    return suffix if prefix in (None, "=") and suffix else prefix


def _read_number(text: str) -> Value | None:
    match = _ONE_NUMBER.fullmatch(text)
    if not match:
        return None
    unit = unit_of(match["unit"])
    comparator = _comparator(match) or (match["more_is_better"] and ">=") or (match["less_is_better"] and "<=")
    number = _number(match["number"])
    if unit is None or comparator == "?" or number is None or (match["done"] and unit[1] != PERCENT and not unit[1]):
        return None
    mean = bool(match["mean"] or match["first"])
    return Value("number", text, comparator, number, None, unit[0], unit[1], unit[2], mean=mean)


_DIGITS = {
    digit: value
    for value, digits in enumerate(["零〇", "一", "二两", "三", "四", "五", "六", "七", "八", "九"])
    for digit in digits
}


def _chinese(text: str) -> Decimal | None:
    """Read a Chinese numeral.

    >>> _chinese("十二"), _chinese("两百"), _chinese("一万二千零五"), _chinese("九点五")
    (Decimal('12'), Decimal('200'), Decimal('12005'), Decimal('9.5'))
    """
    whole, _, decimals = text.partition("点")
    total = section = digit = 0
    for character in whole:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in "十百千":
            section += (digit or (1 if character == "十" and not section else digit)) * {
                "十": 10,
                "百": 100,
                "千": 1000,
            }[character]
            if not digit and character != "十":
                return None
            digit = 0
        else:
            total = (total + section + digit) * (10**4 if character == "万" else 10**8)
            if not total:
                return None
            section = digit = 0
    number = Decimal(total + section + digit)
    if decimals:
        number += Decimal("0." + "".join(str(_DIGITS[character]) for character in decimals))
    return number


def _read_chinese(text: str) -> Value | None:
    if match := _HALF.fullmatch(text):
        comparator = _PREFIX.get(match["comparator"] or "") or {"以上": ">=", "以下": "<="}.get(match["side"] or "")
        return Value("number", text, comparator, Decimal(50), None, Decimal("0.01"), PERCENT, PERCENT)
    if text == "过半":
        return Value("number", text, ">", Decimal(50), None, Decimal("0.01"), PERCENT, PERCENT)
    match = _ONE_CHINESE.fullmatch(text)
    if not match:
        return None
    number = Decimal(100) if match["percent"] and match["number"] == "百" else _chinese(match["number"])
    if number is None:
        return None
    comparator = _comparator(match)
    if comparator == "?":
        return None
    if match["percent"]:
        return (
            None
            if match["unit"]
            else Value("number", text, comparator, number, None, Decimal("0.01"), PERCENT, PERCENT)
        )
    unit = unit_of(match["unit"])
    if (
        unit is None
        or unit[2] in ("", "分", "点", "节", "面", "门")
        or (unit[2] not in MEASURES and unit[2] not in FACTORS)
    ):
        return None
    return Value("number", text, comparator, number, None, unit[0], unit[1], unit[2], mean=bool(match["mean"]))


def _read_range(text: str) -> Value | None:
    match = _RANGE.fullmatch(text)
    if not match or match["unit2"] in ("日", "号"):  # days of a month or a number of days: it cannot be told
        return None
    before, after = unit_of(match["unit"]), unit_of(match["unit2"])
    low, high = _number(match["low"]), _number(match["high"])
    if before is None or after is None or low is None or high is None:
        return None
    if match["unit"] and before != after:
        if not match["unit2"] or before[1] not in ("", after[1]) or not after[1]:
            return None
        low = low * before[0] / after[0] if before[0] != ONE else low
    if low >= high:
        return None
    return Value("range", text, None, low, high, after[0], after[1], after[2])


def _read_plus_minus(text: str) -> Value | None:
    match = _PLUS_MINUS.fullmatch(text)
    if not match:
        return None
    unit = unit_of(match["unit2"])
    reach = _number(match["reach"])
    middle = _number(match["middle"]) if match["middle"] else Decimal(0)
    if unit is None or reach is None or middle is None or match["unit"] not in ("", match["unit2"]):
        return None
    return Value("range", text, None, middle - reach, middle + reach, unit[0], unit[1], unit[2])


# --- dates ------------------------------------------------------------------------------------------------------------

_WHEN = r"(?:已|每年|完成时间为|完成时间|时间为|截止到?|截至|计划于?|预计|于|在|力争|确保)*"
_DONE = (
    r"(?:(?:全部|全面|按时|按期)?(?:完成|竣工|交付|支付|到位|投入使用|结束|验收|发放|完工|拨付|建成|上线)[^\d]{0,12})?"
)
_YEAR = r"(?:(?P<year>20\d\d)年?[度]?|(?:本年|当年|年内))"
_DAY = regex(
    rf"{_WHEN}(?:(?P<year>20\d\d)(?:年|[-/.]))?(?P<month>\d{{1,2}})(?:月|[-/.])(?P<day>\d{{1,2}})(?P<mark>日|号)?(?:24时|24:00)?"
    rf"(?P<before>之前|以前|前)?{_DONE}"
)
_MONTH = regex(
    rf"{_WHEN}(?:(?P<year>20\d\d)(?:年|[-/.]))?(?:(?P<from>\d{{1,2}})月?(?:-|~|至|到|—+))?(?P<month>\d{{1,2}})月(?:份)?"
    rf"(?P<part>底|末|上旬|中旬|下旬|内)?(?P<before>之前|以前|前)?{_DONE}"
)
_END_OF_YEAR = regex(
    rf"{_WHEN}(?:(?P<year>20\d\d)年?度?|本年度?|当年度?|全年|年)?(?P<part>年?底|年?末|内|上半年|下半年|第?[一二三四1-4]季度)?"
    rf"(?P<before>之前|以前|前)?{_DONE}"
)


_DATED = regex(r"[年月日号季底末]|\d[-/.]\d")
_NAMED_YEAR = regex(r"年|底|末|季")
_PERIOD = regex(r"(?P<from>20\d\d年.*?)(?:-+|~|至|到|—+)(?P<to>20\d\d年.*|\d{1,2}月.*)")


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _read_date(text: str, year: int | None) -> Value | None:
    """Return the last day that counts: 2023年12月底前 → 31 December, 9月前 → 31 August, 12月31日前 → 31 December."""
    day: date | None = None
    if match := _DAY.fullmatch(text):
        own = int(match["year"]) if match["year"] else year
        apart = "月" in match.group()
        if (match["year"] or (match["mark"] and apart)) and own is not None:
            day = _make_day(own, int(match["month"]), int(match["day"]))
    elif match := _MONTH.fullmatch(text):
        own = int(match["year"]) if match["year"] else year
        month = int(match["month"])
        if own is None or not 1 <= month <= 12:
            return None
        if match["from"] and not 1 <= int(match["from"]) <= month:
            return None
        if match["before"] and not match["part"]:
            day = _last_day(own, month - 1) if month > 1 else date(own - 1, 12, 31)
        elif match["part"] in ("上旬", "中旬"):
            day = date(own, month, 10 if match["part"] == "上旬" else 20)
        else:
            day = _last_day(own, month)
    elif (match := _END_OF_YEAR.fullmatch(text)) and (match["year"] or match["part"]):
        own = int(match["year"]) if match["year"] else year
        part = match["part"] or ""
        if own is None or (not match["year"] and part == "内" and "年" not in text):
            return None
        if match["year"] and not _NAMED_YEAR.search(text):
            return None
        if "上半年" in part:
            day = date(own, 6, 30)
        elif "季度" in part:
            quarter = "一二三四".find(part.strip("第季度")) + 1 or int(re.sub(r"\D", "", part) or 0)
            quarter -= bool(match["before"])
            day = _last_day(own, quarter * 3) if quarter else date(own - 1, 12, 31)
        elif match["before"] and not part:
            day = date(own - 1, 12, 31)
        else:
            day = date(own, 12, 31)
    if day is None and (match := _PERIOD.fullmatch(text)):
        first, last = _read_date(match["from"], year), _read_date(match["to"], year)
        if first and last and first.day and last.day and first.day <= last.day:
            day = last.day
    return Value("date", text, day=day) if day else None


def _make_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- words ------------------------------------------------------------------------------------------------------------

_FULLY = regex(
    r"(?:已|全部|全面|完全|均已?|都已?|已全部|已经|按时|按期|如期|按计划)*(?:达成|完成|达到|实现)了?"
    r"(?:预期|年度|年初|既定|设定|预定)*(?:绩效)?(?:指标|目标|要求|效果|任务|值|指标值|目标值)?(?:\(?100%\)?)?"
)
_STATED = regex(r"(?P<words>[^\d()%]*?)[,,:]?\(?(?P<percent>\d+(?:\.\d+)?)%\)?(?P<after>完成|达成)?")
_BANDS = (
    (1, regex(r"(?:全部或)?基本(?:达成|完成|达到|实现)(?:预期|年度)?(?:绩效)?(?:指标|目标)?")),
    (2, regex(r"部分(?:达成|完成|达到|实现)(?:预期|年度)?(?:绩效)?(?:指标|目标)?(?:并具有一定效果)?")),
    (3, regex(r"未(?:达成|完成|达到|实现)(?:预期|年度)?(?:绩效)?(?:指标|目标)?(?:[且并,]?效果较差)?")),
)
ASSESSED = (
    "合格",
    "达标",
    "及时",
    "规范",
    "完整",
    "健全",
    "良好",
    "满意",
    "有效",
    "完善",
    "完成",
    "安全",
    "到位",
    "通过",
)
_NOUNS = ("", "质量", "验收", "工程质量", "产品质量", "服务质量", "基本", "比较", "较", "全部", "均", "全面")
_STRONGER = (
    "质量",
    "验收",
    "工程质量",
    "产品质量",
    "服务质量",
    "非常",
    "十分",
    "很",
    "完全",
    "全部",
    "均",
    "全面",
    "已",
    "较为",
)


_NOT_OVER = regex(r"^(?:不|未|没有)超(?:过|出)?")
"""不超预算 as a target is 未超预算, 未超出预算 as an actual."""


def stated_completion(text: str) -> tuple[Fraction | None, int | None] | None:
    """Read a stated completion or band: (completion, band); None where the text states neither.

    >>> stated_completion("达成预期指标"), stated_completion("部分达成预期指标并具有一定效果(70%)"), stated_completion("好")
    ((Fraction(1, 1), 1), (Fraction(7, 10), 2), None)
    """
    if _FULLY.fullmatch(text):
        return Fraction(1), 1
    share: Fraction | None = None
    words = text
    if match := _STATED.fullmatch(text):
        share = Fraction(match["percent"]) / 100
        words = match["words"].rstrip("(:,")
        if share > 1:
            return None
        if not words or _FULLY.fullmatch(words):
            return share, None
    for band, pattern in _BANDS:
        if pattern.fullmatch(words):
            return share, band
    return None


_NATURE = regex(r"^(?:定性|正向|反向|逆向)(?:指标)?")


def words_agree(target: str, actual: str) -> bool:
    """Return whether the words of an actual say that the words of its target are met; resembling is not enough.

    >>> words_agree("质量合格", "合格"), words_agree("基本满意", "满意"), words_agree("有所提升", "养老服务提升")
    (True, True, False)
    """
    wanted, given = _NATURE.sub("", target).strip("。.;"), _NATURE.sub("", actual).strip("。.;")
    wanted = wanted.removeprefix("=").removeprefix("═")
    if wanted == given or _NOT_OVER.sub("不超", wanted) == _NOT_OVER.sub("不超", given):
        return True
    for word in ASSESSED:
        if wanted.endswith(word) and given.endswith(word):
            before, after = wanted[: -len(word)], given[: -len(word)]
            if (before in _NOUNS and not after) or (not before and after in _STRONGER):
                return True
    return False


# --- direction and kind -----------------------------------------------------------------------------------------------

COUNTED = ("人", "人次", "户", "户次", "件", "次", "例", "起", "个", "家", "处", "项")
"""Units of a count, which is added up even where the name is that of a share: 签约率 2400人."""
SHARES = ("率", "比例", "占比", "比重", "满意度", "知晓度", "认知度", "认可度", "支持度", "完成度", "信任度", "达标度")
"""What names of shares end in."""
_NOT_ADDED_NAME = regex(f"(?:{'|'.join(NOT_ADDED)})$")
_MEAN_NAME = regex("|".join(MEANS))
_TIME_LIMIT = regex(r"(?:时限|天数|时间|日期|周期|工期|用时|耗时|速度|响应|时长)$")
_HINT = regex(rf"\(?({_PREFIX_PATTERN})(?:\*+|_+|X+|x+)([^()\d]*)\)?")
_STARRED = regex(r"[*_Xx×]|请")
"""A character without which a text holds no hint; the longer patterns are tried on no other."""
_STARS_LEFT = regex(r"\*\*|XX|××")
_TRAILING_BRACKET = regex(r"\(([^()]*)\)$")


@lru_cache(maxsize=4096)
def fold_level(name: str | None) -> str:
    """Return the name under which first and second levels match: no weight, spaces, 指标; 服务对象满意度 is 满意度.

    >>> fold_level("产 出 指 标(50分)"), fold_level("服务对象满意度指标"), fold_level("数量")
    ('产出', '满意度', '数量')
    """
    folded = fold(name or "")
    closed = folded.rfind(")") + 1  # no bracket behind it is closed: none is looked at in vain
    folded = re.sub(r"\([^)]*\)", "", folded[:closed]) + folded[closed:]
    folded = re.sub(r"(?<!\d)\d+(?:\.\d+)?分$", "", folded)
    folded = re.sub(r"指标等?$", "", folded) or folded
    folded = re.sub(r"^产出(?=数量|质量|时效|成本)", "", folded)
    return folded.replace("服务对象满意度", "满意度").replace("服务对象满意", "满意度")


_ASKED_FOR = r"\(?请(?:在此|按要求|据实)?(?:填写|填列|填入|输入|注明)[^()]*\)?"
_STARS = r"[Xx×*_]"
_DOTS = r"[.…。·,、/\\—–-]"
_ASKED = regex(_ASKED_FOR)
_PROMPT = regex(
    rf"(?:三级)?指标(?:\d*|[nN]|{_STARS}+|[一二三四五六七八九十]+)[:.、]?(?:{_DOTS}*|{_STARS}*|{_ASKED_FOR})"
    rf"|{_ASKED_FOR}|{_STARS}{{2,}}|{_DOTS}+|\(?\d*\)?"
)


def is_prompt(name: str) -> bool:
    """Return whether a folded name names nothing: 指标2:, 指标n, ……, ×××, 请填写, a dash, a bare number, a blank.

    >>> is_prompt("指标3:......"), is_prompt("指标n"), is_prompt("请填写指标名称"), is_prompt("指标1:培训人次")
    (True, True, True, False)
    """
    return bool(_PROMPT.fullmatch(name))


def is_template_hint(text: str) -> bool:
    """Return whether a folded text still carries the template's prompt: (≥**人), XX, ××, 请填写."""
    if not _STARRED.search(text):
        return False
    return bool(_HINT.search(text) or _STARS_LEFT.search(text) or _ASKED.fullmatch(text))


@dataclass(frozen=True, slots=True)
class NameReading:
    """What the name of an indicator tells about its values."""

    bare: str
    """The folded name without its prefix (指标1:, ★), unit and template hint."""
    comparator: str | None
    unit: str | None
    """Unit text that stands in a bracket at the end, or in a hint."""


@lru_cache(maxsize=16384)
def read_name(name: str) -> NameReading:
    """Take a third-level name apart.

    >>> read_name("指标1:提供务工收入人数(人)")
    NameReading(bare='提供务工收入人数', comparator=None, unit='人')
    >>> read_name("★农村低保标准(≥**元/人·月)")
    NameReading(bare='农村低保标准', comparator='>=', unit='元/人·月')
    """
    folded = fold(name)
    comparator = unit = None
    if _STARRED.search(folded) and (hint := _HINT.search(folded)):
        comparator = _PREFIX[hint.group(1)]
        unit = hint.group(2) or None
        folded = folded[: hint.start()] + folded[hint.end() :]
    if folded.endswith(")") and (bracket := _TRAILING_BRACKET.search(folded)):
        inner = bracket.group(1)
        known = unit_of(inner.removeprefix("单位:"))
        if inner and known is not None and (known[1] != "" or inner == "万"):
            unit = unit or inner.removeprefix("单位:")
            folded = folded[: bracket.start()]
    return NameReading(_without_prefix(folded), comparator, unit)


_MARKS = "★☆*◆●■▲·"
_NUMBERED = regex(
    r"指标\d{1,2}(?=20\d\d年)|(?:三级)?指标\d*[:.、,)]|指标\d{1,2}(?!\d)|\d{1,2}[.、,:](?!\d)|\(\d{1,2}\)"
)


def _without_prefix(folded: str) -> str:
    bare = folded.lstrip(_MARKS)
    if number := _NUMBERED.match(bare):
        bare = bare[number.end() :]
    return bare.lstrip(_MARKS) or bare


_BRACKETS = regex(r"[()\[\]【】《》<>“”\"'{}]")


def fold_name(name: str) -> str:
    """Return the name under which indicators match: no 指标1:, ★, brackets, spaces, unit.

    >>> fold_name("指标1:★ 培训（人次）"), fold_name("农村低保发放人数(按月平均)")
    ('培训', '农村低保发放人数按月平均')
    """
    return _BRACKETS.sub("", read_name(name).bare)


# --- target and actual together ---------------------------------------------------------------------------------------


def factor_of(spelt: str) -> Decimal:
    """Return how many base units one unit as spelt is: 公里 → 1000, 次 → 1."""
    return FACTORS.get(spelt, ("", ONE))[1]


class Settled(NamedTuple):
    """A target and an actual, read together. Amounts are in the base unit, percents are fractions."""

    kind: str
    direction: str | None = None
    """As written: `equal` where the target says =."""
    scored_by: str | None = None
    """The direction it is scored by: at_least, at_most or between."""
    target: Decimal | None = None
    target_high: Decimal | None = None
    actual: Decimal | None = None
    unit: str | None = None
    target_day: date | None = None
    actual_day: date | None = None
    stated: Fraction | None = None
    """Completion that the actual states or the words agree on."""
    agreed: bool = False
    """Whether `stated` comes from words that agree (not from a stated percent or band)."""
    band: int | None = None
    """Band that the actual names."""
    unsure: bool = False
    """A value is there, but how it compares is not certain."""
    spelt: str = ""
    """The target's unit as spelt, without 万 and 亿: 公里."""
    scaled: bool = False
    """Whether 万, 亿 … stands before the target's unit."""
    notes: tuple[str, ...] = ()
    """Codes of findings that the reading itself gives rise to (I03, I04, I06)."""


@lru_cache(maxsize=16384)
def settle(
    name: str,
    level1: str | None,
    level2: str | None,
    target: str | None,
    actual: str | None,
    unit: str | None = None,
    year: int | None = None,
    comparator: str | None = None,
) -> Settled:
    """Read a target and an actual together.

    `unit` is the row's own 度量单位, where the form has a column for it; `year` is the form's; `comparator` (`>=`, `<=`)
    stands apart from a target that is a bare number or has an = before it.

    >>> pair = settle("印刷页数", "产出指标", "数量指标", "20万张以上", "22万")
    >>> pair.kind, pair.direction, pair.target, pair.actual, pair.unit
    ('absolute', 'at_least', Decimal('200000'), Decimal('220000'), '张')
    >>> settle("偿还历史欠款", "产出指标", "数量指标", "10万", "5").notes
    ('I06',)
    >>> settle("", None, None, "20", "25", comparator="<=").scored_by
    'at_most'
    """
    wanted, given = parse(target, year), parse(actual, year)
    if wanted.form == "unclear" and (day := parse(wanted.text.removeprefix("定性"), year)).form == "date":
        wanted = day
    if comparator and wanted.comparator in (None, "="):
        wanted = replace(wanted, comparator=comparator)
    if given.unit != PERCENT and _NOTHING.fullmatch(wanted.text):
        wanted = Value("number", wanted.text, "<=", Decimal(0))
    if wanted.number == 0 and (_NOTHING.fullmatch(given.text) or _NONE_OF_IT.fullmatch(given.text)):
        given = Value("number", given.text, None, Decimal(0))
    if wanted.form == given.form == "unclear" and (change := _changes(wanted, given)):
        wanted, given = change
    elif wanted.form == "unclear" and (named := _NAMED.fullmatch(wanted.text)):
        bound, behind = parse(named["bound"]), parse(given.text.removeprefix(named["name"]))
        if bound.form == "number" and (given.form == "number" or behind.form == "number"):
            wanted, given = bound, behind
    about = read_name(name or "")
    if wanted.form in ("number", "range"):
        if _is_moment(wanted, about.bare, level2):
            wanted = Value("unclear", wanted.text)
        else:
            if _is_moment(given, about.bare, level2) and given.number and day_of_serial(given.number):
                given = Value("unclear", given.text)
            return _settle_numbers(about, level1, level2, wanted, given, unit)
    if wanted.form == "date":
        return _settle_dates(wanted, given)
    if wanted.form == "blank":
        return Settled(UNRESOLVED)
    return _settle_words(wanted, given)


_CHANGE = regex(
    r"(?:较|比|与)?(?:上一?年度?|去年|往年|上年同期|同期)?(?:相比)?(?:同比)?"
    r"(?P<verb>增长|增加|提高|提升|上升|下降|降低|减少|压减|压缩|缩短|节约|节省)了?(?P<by>.+)"
)


_NAMED = regex(r"(?P<name>[^\d<>=≥≤,;:。每均]{2,16})(?P<bound>(?:[≥≤]|[<>]=?).+)")
"""A name, and after it a bound: 群众满意率≥90%."""


def _changes(wanted: Value, given: Value) -> tuple[Value, Value] | None:
    """增长5%以上 answered by 增长6%: by how much, of which more is better; None where not both change the same way."""
    one, other = _CHANGE.fullmatch(wanted.text), _CHANGE.fullmatch(given.text)
    if one is None or other is None or one["verb"] != other["verb"]:
        return None
    least, got = parse(one["by"]), parse(other["by"])
    if least.form != "number" or got.form != "number" or least.comparator in ("<", "<="):
        return None
    return replace(least, comparator=">="), got


_NOTHING = regex(
    r"(?:确保|实现|保持|做到|达到)*(?:[零0](?:发生|事故|伤亡|死亡|投诉|上访|差错|违规|违纪|案件|火灾|感染|逾期|拖欠)(?:事故|事件)?"
    r"|(?:未|没有|无|不)发生)"
)
"""零事故, 未发生: words that count to 0 of what no one wants."""
_NONE_OF_IT = regex(r"无|没有|(?:未|无|没有|零|0)(?:出现|产生)|全年无")
"""What answers a target of 0 in words."""


_MOMENT_NAME = regex(r"(?:时间|日期|时点)$")


def is_moment(number: Decimal | None, name: str, level2: str | None) -> bool:
    """Return whether a bare number under 时效, or of an indicator called …时间, is a moment and no amount.

    That is a year, a month of one, a day as 8 digits, or a day as spreadsheets count them (序列号, see `day_of_serial`).

    >>> is_moment(Decimal(2023), "", "时效指标"), is_moment(Decimal(45291), "完成日期", None), is_moment(Decimal(60), "", "时效")
    (True, True, False)
    """
    if number is None or not ("时效" in (level2 or "") or _MOMENT_NAME.search(name)):
        return False
    return 2000 <= number < 2100 or 20000101 <= number <= 20991231 or day_of_serial(number) is not None


def day_of_serial(number: Decimal) -> date | None:
    """Return the day of this century that spreadsheets store as a number.

    >>> day_of_serial(Decimal(45291)), day_of_serial(Decimal(2023))
    (datetime.date(2023, 12, 31), None)
    """
    is_day = number == number.to_integral_value() and 36526 <= number <= 73050
    return date(1899, 12, 30) + timedelta(days=int(number)) if is_day else None


def _is_moment(value: Value, name: str, level2: str | None) -> bool:
    bare = value.form == "number" and not value.unit and not value.comparator and value.scale == ONE
    return bare and is_moment(value.number, name, level2)


_IN_TIME = regex(
    r"(?:按时|按期|如期|及时|提前|已按时|已按期|按计划)(?:完成|达成)|在规定时间内完成|达成(?:预期|年度)指标"
)


def _settle_dates(wanted: Value, given: Value) -> Settled:
    if given.form == "date":
        return Settled(DATE, target_day=wanted.day, actual_day=given.day)
    if given.text == wanted.text:
        return Settled(DATE, target_day=wanted.day, actual_day=wanted.day)
    if _IN_TIME.fullmatch(given.text):
        return Settled(DATE, target_day=wanted.day, stated=Fraction(1), band=1, notes=("I04",))
    notes = ("I04",) if given.form != "blank" else ()
    return Settled(DATE, target_day=wanted.day, notes=notes)


_OF_A_VALUE = regex(r"[<>≤≥≦≧]|不?(?:高于|低于|多于|少于|大于|小于|超过)|不超|.*(?:\d[%‰]|百分[之点])")
"""A target in words that a value answers: 不低于上年, 较上年增长5%."""


def _settle_words(wanted: Value, given: Value) -> Settled:
    kind = QUALITATIVE if wanted.form == "words" or wanted.text.startswith("定性") else UNRESOLVED
    if given.form == "blank":
        return Settled(kind)
    if words_agree(wanted.text, given.text):
        return Settled(QUALITATIVE, stated=Fraction(1), agreed=True)
    said = stated_completion(given.text)
    if said and said[0] != 1 and given.unit == PERCENT and _OF_A_VALUE.match(wanted.text):
        said = None
    if said is None:
        notes = ("I04",) if given.form in ("number", "date") and kind == QUALITATIVE else ()
        return Settled(kind, notes=notes)
    completion, band = said
    notes = ("I04",) if given.form == "number" and wanted.form == "words" else ()
    return Settled(QUALITATIVE, stated=completion, band=band, notes=notes)


def _settle_numbers(
    about: NameReading, level1: str | None, level2: str | None, wanted: Value, given: Value, unit_column: str | None
) -> Settled:
    comparator = wanted.comparator or about.comparator
    own = unit_of(fold(unit_column)) if unit_column else None
    from_name = unit_of(about.unit) if about.unit and not wanted.unit and wanted.scale == ONE else None
    shared = own is not None or (from_name is not None and not given.unit and given.scale == ONE)
    if not wanted.unit and wanted.scale == ONE and (own or from_name):
        wanted = _with_unit(wanted, own or from_name)
    kind = RELATIVE if _is_relative(about.bare, level2, comparator, wanted, given) else ABSOLUTE
    scored_by = _direction(about.bare, level1, level2, comparator, wanted)
    direction = EQUAL if comparator == "=" and scored_by != BETWEEN else scored_by
    reading = (kind, direction, scored_by)
    mixed = False
    if given.form == "number" and own and not given.unit and given.scale == ONE:
        given = _with_unit(given, own)
        numbers = [Fraction(one.number) for one in (wanted, given) if one.number is not None]
        mixed = given.unit == PERCENT and in_two_notations(about.bare, numbers)
    if given.form != "number" or _answers_in_percent(wanted, given):
        said = stated_completion(given.text)
        if said and said[0] == 1:
            return _alone(reading, wanted, ("I04",), Fraction(1), 1)
        if given.form != "number":
            return _alone(reading, wanted, ("I04",) if given.form in ("words", "date") else ())
    met = _meet(wanted, given, shared)
    if met is None or mixed:
        return _alone(reading, wanted, ("I06",))
    low, high, got, unit, assumed = met
    if unit is None and in_two_notations(about.bare, (Fraction(low), Fraction(got))):
        return _alone(reading, wanted, ("I06",))
    notes: tuple[str, ...] = ("I06",) if assumed else ()
    unsure = False
    if given.comparator not in (None, "="):
        side = AT_LEAST if given.comparator in (">=", ">") else AT_MOST
        unsure = side != scored_by or (got < low if side == AT_LEAST else got > low)
        if got == low and not unsure:
            notes += ("I03",)
    if comparator in (None, "=") and wanted.form == "number" and got != low:
        unsure = unsure or _is_unclear(about.bare, scored_by, kind, unit)
    spelt, scaled = wanted.spelt, _is_scaled(wanted)
    return Settled(*reading, low, high, got, unit, unsure=unsure, spelt=spelt, scaled=scaled, notes=notes)


def _is_relative(bare: str, level2: str | None, comparator: str | None, wanted: Value, given: Value) -> bool:
    """Whether adding up would make nonsense of a number: a share, a mean, a mark, a term, a limit of time."""
    unit = wanted.unit or ("" if _answers_in_percent(wanted, given) else given.unit)
    if unit == PERCENT or "/" in unit or unit in UNITS_NOT_ADDED or wanted.mean:
        return True
    if unit in TIMES and (comparator in ("<=", "<") or "时效" in (level2 or "")):
        return True
    by_name = _NOT_ADDED_NAME.search(bare) and not (unit in COUNTED and _SHARE_NAME.search(bare))
    return bool(by_name or _MEAN_NAME.search(bare))


def _is_unclear(bare: str, scored_by: str, kind: str, unit: str | None) -> bool:
    """Whether a name leaves open which way is better: of a harm, or of a time that should perhaps be short."""
    sense = UNCLEAR if _CONTROL_OF_COST.search(bare) else counted(bare)
    timed = unit is None or (kind == RELATIVE and unit != PERCENT)
    late = sense != NO_HARM and scored_by == AT_LEAST and timed and bool(_TIME_LIMIT.search(bare))
    return sense == UNCLEAR or late


_SHARE_NAME = regex(f"(?:{'|'.join(SHARES)})$")


def in_two_notations(bare: str, numbers: Iterable[Fraction]) -> bool:
    """Return whether a share without a unit, or with % in a column of its own, is written here as 0.98 and there as 98.

    >>> in_two_notations("合格率", [Fraction("0.98"), Fraction(95)]), in_two_notations("合格率", [Fraction(0), Fraction(95)])
    (True, False)
    """
    sizes = [abs(number) for number in numbers if number] if _SHARE_NAME.search(bare) else []
    return bool(sizes) and min(sizes) <= 1 and max(sizes) > 10


def _answers_in_percent(wanted: Value, given: Value) -> bool:
    """100% answering 37个 states a completion; 100% answering ≥95% is a value."""
    return given.unit == PERCENT and wanted.unit != PERCENT and (wanted.unit != "" or wanted.scale != ONE)


def _with_unit(value: Value, unit: tuple[Decimal, str, str] | None) -> Value:
    if unit is None:
        return value
    written = (value.form, value.text, value.comparator, value.number, value.high)
    return Value(*written, *unit, value.day, value.mean)


def _is_scaled(wanted: Value) -> bool:
    return wanted.scale != factor_of(wanted.spelt)


def _alone(
    reading: tuple[str, str, str],
    wanted: Value,
    notes: tuple[str, ...],
    stated: Fraction | None = None,
    band: int | None = None,
) -> Settled:
    """The target by itself, for an actual that cannot be held against it. `reading` is kind, direction, scored by."""
    high = None if wanted.high is None else within_reason(times(wanted.high, wanted.scale))
    return Settled(
        *reading,
        target=wanted.amount,
        target_high=high,
        unit=(wanted.spelt if wanted.spelt in TIMES else wanted.unit) or None,
        stated=stated,
        band=band,
        spelt=wanted.spelt,
        scaled=_is_scaled(wanted),
        notes=notes,
    )


def _meet(
    wanted: Value, given: Value, unit_is_shared: bool
) -> tuple[Decimal, Decimal | None, Decimal, str | None, bool] | None:
    """Bring target and actual into one unit: (target, upper bound, actual, unit, whether a scale was assumed)."""
    assert wanted.number is not None
    assert given.number is not None
    wanted_scale, given_scale, unit, assumed = wanted.scale, given.scale, wanted.unit or given.unit, False
    if wanted.unit and given.unit and wanted.unit != given.unit:
        for table in MET:
            if wanted.unit in table and given.unit in table:
                unit = min(wanted.unit, given.unit, key=table.__getitem__)
                wanted_scale *= Decimal(table[wanted.unit]) / table[unit]
                given_scale *= Decimal(table[given.unit]) / table[unit]
                break
        else:
            return None
    elif unit_is_shared or wanted.unit == given.unit != "":
        if not given.unit and given.scale == ONE:
            given_scale = wanted.scale
    elif not given.unit:
        factor = FACTORS.get(wanted.spelt, ("", ONE))[1] if wanted.unit != PERCENT else ONE
        if given.scale != ONE or wanted.scale == factor:
            given_scale = given.scale * factor
        else:
            choice = _same_order(wanted.number * wanted.scale, given.number, (wanted.scale, factor))
            if choice is None:
                return None
            given_scale, assumed = choice, bool(given.number) and (choice == wanted.scale or wanted.unit == PERCENT)
    else:
        factor = FACTORS.get(given.spelt, ("", ONE))[1] if given.unit != PERCENT else ONE
        if wanted.scale != ONE or given.scale == factor:
            wanted_scale = wanted.scale * factor
        else:
            choice = _same_order(given.number * given.scale, wanted.number, (given.scale, factor))
            if choice is None:
                return None
            wanted_scale, assumed = choice, bool(wanted.number) and (choice == given.scale or given.unit == PERCENT)
    low, got = within_reason(times(wanted.number, wanted_scale)), within_reason(times(given.number, given_scale))
    high = None if wanted.high is None else within_reason(times(wanted.high, wanted_scale))
    if low is None or got is None or (wanted.high is not None and high is None):
        return None
    return low, high, got, unit or None, assumed


def _same_order(known: Decimal, bare: Decimal, scales: tuple[Decimal, Decimal]) -> Decimal | None:
    """Return the one scale at which `bare` lies within the same order of magnitude as `known`; None if not one."""
    if not bare:
        return scales[0]
    fitting = [
        scale for scale in scales if abs(known) <= abs(bare * scale) * 10 and abs(bare * scale) <= abs(known) * 10
    ]
    return fitting[0] if len(fitting) == 1 else None


def _direction(bare: str, level1: str | None, level2: str | None, comparator: str | None, wanted: Value) -> str:
    """Return the direction a number is scored by; a bare number or = takes it from the meaning of the name."""
    if wanted.form == "range":
        return BETWEEN
    if comparator in (">=", ">"):
        return AT_LEAST
    if comparator in ("<=", "<"):
        return AT_MOST
    return AT_MOST if _less_is_better(bare, level1, level2, wanted) else AT_LEAST


_CONTROL_OF_COST = regex(r"(?:成本|费用|支出|经费|资金|投资|预算|造价|概算)控制率$")
"""Cost by budget, or how much of it is under control: which way is better is not said."""
_OF_A_WHOLE = regex(r"(?:率|比例|占比|比重|度)$")


def _less_is_better(bare: str, level1: str | None, level2: str | None, wanted: Value) -> bool:
    """Whether a name by itself says that less is better: a harm, or a cost that is neither a rate nor a saving."""
    sense = counted(bare)
    if sense == HARM or (sense == NO_HARM and not wanted.number):  # 无事故: 0起
        return True
    if sense == NO_HARM or wanted.unit == PERCENT or _OF_A_WHOLE.search(bare):
        return False
    if is_reduction(bare):
        return False
    under_cost = "成本" in (level2 or "") or "成本" in (level1 or "")
    if is_cost(bare, wanted.unit) or (under_cost and (wanted.unit.startswith("元") or sense != DEALING)):
        return True
    return sense == UNCLEAR
