"""The rules as plain worksheet formulas (自动计算): what makes a form compute itself with macros off.

Only classic functions are used: no macro, no dynamic array, no volatile function, nothing newer than Excel 2010. Where a
formula could not be as sure as `values` is, it gives "" and leaves the cell to the person; where it gives a number, that
number is the engine's. Words and units are the engine's own, laid out as lists on the sheet 参数 under ASCII names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from perf_xl import meaning, values

CHECKED_WORDS = ("质量", "验收", "工程质量", "基本", "较", "全部", "非常", "十分")


RATES = "率 比例 占比 比重"
_RATE_OR_NUMBER = "率 数"
_MEASURED = "数量 起数 次数 件数 人数 人次 户数 例数 处数 面积 金额 情况 比例 占比 比重"
_HAPPENED = "发生 事件 行为 案件 事项 举报"
"""What may stand behind a word for harm in the names of which a formula is sure: 投诉, 投诉事件, 投诉件数, 投诉事件起数."""
_COST_ENDINGS = "费用 成本 造价 单价 预算 控制数"
_LEFT_OPEN = ("无", "零", "未", "不", "超期", "滞后", "失败")
_NO_WORDS = "0123456789±~半几一二两三四五六七八九十百"
"""Of a target with one of these only an equal answer is certain."""
TIMES = "时限 天数 时间 日期 周期 工期 用时 耗时 速度 响应 时长"


@lru_cache(maxsize=1)
def lists() -> Mapping[str, tuple[str | Decimal, ...]]:
    """Return the lists that the formulas look things up in, by their ASCII names."""
    known = {unit: (unit, Decimal(1)) for unit in sorted(values.MEASURES)}
    known |= values.FACTORS
    for spelling, unit in values.SPELLINGS.items():
        if unit in known:
            known.setdefault(spelling, known[unit])
    units = tuple(known)
    fully = {
        words
        for start in ("", "已", "全部", "已全部")
        for verb in ("达成", "完成", "达到", "实现")
        for which in ("", "预期", "年度")
        for what in ("", "指标", "目标", "任务")
        if values.stated_completion(words := start + verb + which + what) == (Fraction(1), 1)
    }
    pairs = {
        f"{before}{word}/{after}{word}"
        for word in values.ASSESSED
        for before in ("", *CHECKED_WORDS)
        for after in ("", *CHECKED_WORDS)
        if before != after and values.words_agree(before + word, after + word)
    }
    return {
        "units": units,
        "unit_bases": tuple(known[unit][0] for unit in units),
        "unit_factors": tuple(known[unit][1] for unit in units),
        "full_words": tuple(sorted(fully)),
        "agreeing": tuple(sorted(pairs)),
        "harm_words": meaning.HARMS,
        "governing": meaning.GOVERNING,
        "not_added": meaning.NOT_ADDED,
        "units_not_added": meaning.UNITS_NOT_ADDED,
        "counted": values.COUNTED,
        "shares": values.SHARES,
    }  # fmt: skip


_CLEAN = (
    (" ", ""), ("　", ""), ("％", "%"), ("＝", "="), ("﹦", "="), ("═", "="), ("≧", "≥"), ("≦", "≤"), (">=", "≥"), ("<=", "≤"), ("＞", ">"),
    ("＜", "<"), ("（", "("), ("）", ")"), ("%(百分比)", "%"), ("百分比", "%"), ("．", "."), *((chr(0xFF10 + digit), str(digit)) for digit in range(10)),
)  # fmt: skip
"""Full width to half, other signs of the same meaning to one."""

_COMPARATORS = [
    "大于或等于",
    "小于或等于",
    "大于等于",
    "小于等于",
    "不低于",
    "不少于",
    "不小于",
    "不超过",
    "不高于",
    "不大于",
    "控制在",
    "至少",
    "达到",
    "超过",
    "大于",
    "高于",
    "小于",
    "低于",
    "少于",
    "等于",
    "及其以下",
    "及以下",
    "及以上",
    "以上",
    "以内",
    "以下",
    "之内",
    "≥",
    "≤",
    ">",
    "<",
    "=",
]


def _without(cell: str, words: Sequence[tuple[str, str]] | Sequence[str]) -> str:
    for word in words:
        old, new = word if isinstance(word, tuple) else (word, "")
        cell = f'SUBSTITUTE({cell},"{old}","{new}")'
    return cell


def _starts(cell: str, words: str) -> list[str]:
    return [f'LEFT({cell},{len(word)})="{word}"' for word in words.split()]


def _ends(cell: str, words: str) -> list[str]:
    return [f'RIGHT({cell},{len(word)})="{word}"' for word in words.split()]


def _any(tests: Sequence[str]) -> str:
    return f"OR({','.join(tests)})"


_MOST_DIGITS = 13


def _leading_digits(cell: str) -> str:
    """How many digits and points a text begins with; one test inside another, which every program understands."""
    counted = str(_MOST_DIGITS)
    for place in range(_MOST_DIGITS, 0, -1):
        counted = f'IF(ISERROR(FIND(MID({cell}&"x",{place},1),"0123456789.")),{place - 1},{counted})'
    return counted


PARSED = ("text", "comparator", "body", "length", "number", "rest", "scale", "unit", "place")


def parsing(source: str, at: Mapping[str, str]) -> dict[str, str]:
    """Return the formulas that take one text apart; `at` names the cell of each of `PARSED`.

    `place` is the unit's place in the list: 0 for no unit, -1 where the text is no number for certain.
    """
    text, comparator, body, length, number, rest, scale, unit = (at[name] for name in PARSED[:-1])
    least = _any([*_starts(text, "≥ > 不低于 不少于 不小于 至少 达到 超过 大于 高于"), *_ends(text, "以上")])
    most = _any([*_starts(text, "≤ < 不超过 不高于 不大于 控制在 小于 低于 少于"), *_ends(text, "以内 以下 之内")])
    digits = f"LEFT({body},{length})"
    return {
        "text": f'IF(OR({source}="",{source}="—",{source}="-",{source}="/"),"",{_without(source, _CLEAN)})',
        "comparator": (
            f'IF({text}="","",IF(AND({least},{most}),"?",IF({least},"≥",IF({most},"≤",IF({_any(_starts(text, "= 等于"))},"=","")))))'
        ),
        "body": f'IF({text}="","",{_without(text, _COMPARATORS)})',
        "length": f'IF({body}="",0,{_leading_digits(body)})',
        "number": (
            f'IF(OR({length}=0,{comparator}="?"),"",IF(OR(LEN({digits})-LEN(SUBSTITUTE({digits},".",""))>1,LEFT({body},1)=".",'
            f'RIGHT({digits},1)=".",{length}={_MOST_DIGITS}),"",VALUE({digits})))'
        ),
        "rest": f'IF({number}="","",MID({body},{length}+1,20))',
        "scale": (
            f'IF({number}="","",IF(ISNUMBER(MATCH({rest},units,0)),1,IF(LEFT({rest},1)="万",10000,IF(LEFT({rest},1)="亿",100000000,1))))'
        ),
        "unit": f'IF({number}="","",IF({scale}=1,{rest},MID({rest},2,20)))',
        "place": f'IF({number}="",-1,IF({unit}="",0,IFERROR(MATCH({unit},units,0),-1)))',
    }  # fmt: skip


def _base(place: str) -> str:
    return f'IF({place}>0,INDEX(unit_bases,{place}),"")'


def _factor(place: str) -> str:
    return f"IF({place}>0,INDEX(unit_factors,{place}),1)"


def _same_order(one: str, other: str) -> str:
    return f"AND({one}<=10*{other},{other}<=10*{one})"


def _one_of_two(known: str, first: str, second: str) -> str:
    """The one of two readings within the same order of magnitude as what is known; "" if not just one is."""
    near, far = _same_order(known, first), _same_order(known, second)
    return f'IF({near}<>{far},IF({near},ROUND({first},10),ROUND({second},10)),"")'


def comparing(wanted: Mapping[str, str], given: Mapping[str, str], at: Mapping[str, str]) -> dict[str, str]:
    """Return the formulas that bring target and actual into one unit; a missing unit is the other's, its scale is not."""
    t, scale, place = wanted["number"], wanted["scale"], wanted["place"]
    a, own, there = given["number"], given["scale"], given["place"]
    base, factor, base2, factor2, target = (at[name] for name in ("base", "factor", "base2", "factor2", "target"))
    actual2 = f"{a}*{factor2}"
    return {
        "base": _base(place),
        "factor": _factor(place),
        "base2": _base(there),
        "factor2": _factor(there),
        "target": (
            f'IF({place}<0,"",IF(OR({base}<>"",{there}<0,{base2}=""),ROUND({t}*{scale}*{factor},10),'
            f'IF({base2}="%",IF({t}=0,0,{_one_of_two(actual2, f"({t}/100)", t)}),'
            f'IF(OR({scale}<>1,{own}=1),ROUND({t}*{scale}*{factor2},10),""))))'
        ),
        "actual": (
            f'IF(OR({there}<0,{target}=""),"",IF(AND({base}<>"",{base2}<>""),IF({base}={base2},ROUND({a}*{own}*{factor2},10),""),'
            f'IF({base2}<>"",ROUND({a}*{own}*{factor2},10),'
            f'IF({own}<>1,IF({base}="%","",ROUND({a}*{own}*{factor},10)),'
            f'IF(AND({scale}=1,{base}<>"%"),ROUND({a}*{factor},10),'
            f'IF({a}=0,0,{_one_of_two(target, f"({a}*{scale}*{factor})", f"({a}*IF({base}=" + chr(34) + "%" + chr(34) + f",1,{factor}))")}))))))'
        ),
    }  # fmt: skip


def contains(cell: str, words: Sequence[str]) -> str:
    """Whether a cell contains one of some words; they stand in the formula, which every program understands."""
    listed = ",".join(f'"{word}"' for word in words)
    return f'SUMPRODUCT(--(SUBSTITUTE({cell},{{{listed}}},"")<>{cell}))>0'


def ends_in(cell: str, words: str) -> str:
    """Whether a cell ends in one of some words."""
    return _any(_ends(cell, words))


def is_range(wanted: Mapping[str, str]) -> str:
    """Whether a target is a range such as 80-90%, and no period such as 1-12月; what it comes to is left to the person."""
    text, rest = wanted["text"], wanted["rest"]
    cut, moment = contains(rest, "-~至到"), contains(text, "年月日")
    return f'AND({wanted["place"]}<0,ISNUMBER({wanted["number"]}),{wanted["comparator"]}="",{cut},NOT({moment}))'


def bare_name(name: str) -> str:
    """Return the formula of a name without a bracket at its end."""
    folded = _without(name, ((" ", ""), ("（", "("), ("）", ")")))
    return f'IF(RIGHT({folded},1)=")",LEFT({folded},FIND("(",{folded}&"(")-1),{folded})'


def stem_of(name: str, measured: str) -> dict[str, str]:
    """Return the formulas of what a name is a rate or a number of: 差错发生率 → 差错. `measured` is the cell of the first step."""
    short, long = f"LEFT({name},LEN({name})-1)", f"LEFT({name},LEN({name})-2)"
    return {
        "rate": f"IF({ends_in(name, _MEASURED)},{long},IF({ends_in(name, _RATE_OR_NUMBER)},{short},{name}))",
        "stem": f"IF({ends_in(measured, _HAPPENED)},LEFT({measured},LEN({measured})-2),{measured})",
    }


def _ends_in_listed(text: str, words: str, lengths: Sequence[int] = (2, 3)) -> str:
    """Whether a text ends in an entry, of so many characters, of a list of words."""
    return _any([f"ISNUMBER(MATCH(RIGHT({text},{length}),{words},0))" for length in lengths])


def meant_direction(at: Mapping[str, str], raw_name: str, comparator: str) -> str:
    """Return the direction a number is scored by: as written, else from the meaning of the name; "" where not sure."""
    name, base, stem = at["name"], at["base"], at["stem"]
    hinted = contains(raw_name, ("*", "≥", "≤", "<", ">", "不低于", "不超过"))
    rate = f'OR({base}="%",{ends_in(name, RATES)},RIGHT({name},1)="度")'
    under_cost, cost = f'ISNUMBER(FIND("成本",{at["level1"]}&{at["level2"]}))', contains(name, meaning.COSTS)
    unit_is_no_other = f'OR({raw_name}={name},ISNUMBER(FIND("元",{raw_name})))'
    money = f'OR(LEFT({base},1)="元",AND({base}="",{ends_in(name, _COST_ENDINGS)},{unit_is_no_other}))'
    reduced = contains(name, meaning.REDUCED)
    of_none = f'IF({rate},"≥",IF({reduced},"≥",IF({under_cost},"≤",IF({cost},IF({money},"≤",""),"≥"))))'
    of_dealing = f'IF({rate},"≥",IF(OR({under_cost},{cost}),"","≥"))'
    of_harm = (
        f'IF({contains(name, _LEFT_OPEN)},"",IF({_ends_in_listed(stem, "harm_words")},'
        f'IF({contains(name, meaning.GOVERNING)},"","≤"),IF({_is_handled(name, stem)},{of_dealing},"")))'
    )
    return (
        f'IF(OR({comparator}="≥",{comparator}="≤"),{comparator},IF({hinted},"",'
        f"IF({contains(name, meaning.HARMS)},{of_harm},{of_none})))"
    )


def _is_handled(name: str, stem: str) -> str:
    """Whether a name counts what is done about a harm: 投诉办结率, 违规整改数, but neither 违规发放率 nor 逾期办理率."""
    in_this_manner = contains(name, meaning.MANNERS)
    set_right = f'AND({ends_in(stem, "整改 查处 处理 处置 查办")},ISERROR(FIND("逾期",{name})))'
    return (
        f"IF({in_this_manner},{set_right},OR({ends_in(stem, '及时 完成 满意')},{_ends_in_listed(stem, 'governing')}))"
    )


def is_relative(at: Mapping[str, str], raw_name: str, comparator: str) -> str:
    """Whether a number is a relative value (相对值): adding it up would make no sense."""
    base, unit = at["base"], at["单位"]
    time = ",".join(f'{unit}="{word}"' for word in values.TIMES)
    limited = f'AND(OR({comparator}="≤",ISNUMBER(FIND("时效",{at["level2"]}))),OR({time}))'
    share = f'OR({base}="%",AND({base}="",{at["base2"]}="%"))'
    listed = f"ISNUMBER(MATCH({unit},units_not_added,0))"
    mean = contains(raw_name, meaning.MEANS)
    counted_share = f"AND(ISNUMBER(MATCH({unit},counted,0)),{_ends_in_listed(at['name'], 'shares', (1, 2, 3))})"
    named = f"AND({_ends_in_listed(at['name'], 'not_added', (1, 2, 3, 4))},NOT({counted_share}))"
    return _any([share, f'ISNUMBER(FIND("/",{unit}))', listed, limited, named, mean])


def speaks_of_a_moment(at: Mapping[str, str]) -> str:
    """Whether the number of a row may be a day or a year: it stands under 时效, or its name ends in 时间."""
    return f'OR(ISNUMBER(FIND("时效",{at["level2"]})),{ends_in(at["name"], "时间 日期 时点")})'


_SERIAL = "AND({0}=ROUND({0},0),{0}>=36526,{0}<=73050)"
"""A day of this century, as spreadsheets count them."""
_MOMENTS = ("AND({0}>=2000,{0}<2100)", "AND({0}>=20000101,{0}<=20991231)", _SERIAL)


def is_moment(text: Mapping[str, str], at: Mapping[str, str], spans: Sequence[str] = _MOMENTS) -> str:
    """Whether a bare number within one of some spans is a moment and no amount."""
    bare = f'AND({at["moment"]},{text["place"]}=0,{text["comparator"]}="",{text["scale"]}=1)'
    return f"IF({bare},{_any([span.format(text['number']) for span in spans])},FALSE)"


def completion(
    row: Mapping[str, str], wanted: Mapping[str, str], given: Mapping[str, str], at: Mapping[str, str]
) -> str:
    """Return the formula of 完成比例, from 0 to 1; "" where a person has to decide."""
    kind, target, actual, direction = row["kind"], row["target"], row["actual"], row["scored_by"]
    fully = f"ISNUMBER(MATCH({given['text']},full_words,0))"
    late = f'AND(OR({wanted["comparator"]}="",{wanted["comparator"]}="="),{ends_in(row["name"], TIMES)},{direction}="≥",{actual}<>{target})'
    side = f'OR(AND({direction}="≥",{actual}>={target}),AND({direction}="≤",{actual}<={target}))'
    bound = f'OR({given["comparator"]}="",{given["comparator"]}="=",AND({given["comparator"]}={direction},{side}))'
    too_large = f"MAX(ABS({target}),ABS({actual}))>1000000000000000"
    by_number = (
        f'IF(OR({target}="",{actual}="",{direction}=""),"",IF(OR({too_large},{late},NOT({bound})),"",'
        f'IF({direction}="≥",IF({actual}>={target},1,IF({target}<0,"",IF({target}=0,0,MAX(0,{actual}/{target})))),'
        f'IF({actual}<={target},1,IF({target}<0,"",{target}/{actual})))))'
    )
    in_percent = f'IF(AND({at["base2"]}="%",{at["base"]}<>"%",OR({at["base"]}<>"",{wanted["scale"]}<>1)),IF(ROUND({given["number"]}*{at["factor2"]},10)=1,1,""),{by_number})'
    no_amount = f"OR({given['place']}<0,{is_moment(given, at, (_SERIAL,))})"
    quantitative = f'IF({fully},1,IF({no_amount},"",{in_percent}))'
    unsure = f'OR({wanted["comparator"]}<>"",{contains(wanted["text"], _NO_WORDS)})'
    stated = f'IF(ROUND({given["number"]}*{at["factor2"]},10)<=1,ROUND({given["number"]}*{at["factor2"]},10),"")'
    qualitative = (
        f'IF({wanted["text"]}={given["text"]},1,IF({unsure},"",IF(OR({fully},ISNUMBER(MATCH({wanted["text"]}&"/"&{given["text"]},agreeing,0))),1,'
        f'IF({given["place"]}<=0,"",IF(AND({at["base2"]}="%",{given["comparator"]}=""),{stated},"")))))'
    )
    return f'IF(OR({wanted["text"]}="",{given["text"]}=""),"",IF({kind}="定量",{quantitative},{qualitative}))'


def score(row: Mapping[str, str], weight: str) -> str:
    """Return the formula of 计算得分, rounded once; the product comes before the quotient, so that halves stay halves."""
    share, target, actual = row["completion"], row["target"], row["actual"]
    up, down = f"ROUND({weight}*{actual}/{target},2)", f"ROUND({weight}*{target}/{actual},2)"
    partly = f'IF({row["scored_by"]}="≥",{up},{down})'
    numbers = f"ISNUMBER({weight}),ISNUMBER({share})"
    return f'IF(AND({numbers}),IF(AND({row["kind"]}="定量",{share}<1,{share}>0),{partly},ROUND({weight}*{share},2)),"")'


CLASSIC = frozenset(
    [
        "ABS",
        "AND",
        "COUNT",
        "FIND",
        "IF",
        "IFERROR",
        "INDEX",
        "ISERROR",
        "ISNUMBER",
        "ISTEXT",
        "LEFT",
        "LEN",
        "MATCH",
        "MAX",
        "MID",
        "MIN",
        "N",
        "NOT",
        "OR",
        "RIGHT",
        "ROUND",
        "SUBSTITUTE",
        "SUM",
        "SUMIF",
        "SUMPRODUCT",
        "TEXT",
        "VALUE",
        "COUNTIF",
        "COUNTA",
    ]
)
"""The functions that the form may use."""
