"""Grids in, forms out: finds 项目支出绩效自评表 by its words, never by its addresses.

A form is recognised by the header of its indicators (一级指标 … 年度指标值 … 得分), in whatever order its columns stand.
What stands above that header is its head, its funds block and its goals; below it come the indicators, the total and the
remark. What the reader is not sure of is a finding X03 on the form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from perf_xl.exact import decimal_in, fold, fraction_of, quotient, sum_of, times
from perf_xl.findings import ADVICE, Finding, finding
from perf_xl.formulas import evaluate
from perf_xl.grid import Grid, Position, address, show, tidy
from perf_xl.model import (
    AMOUNTS,
    APPROPRIATION,
    BLANK,
    CARRYOVER,
    MONEY_UNITS,
    OTHER,
    PART,
    TOTAL,
    Form,
    FundsRow,
    Goal,
    Heading,
    Indicator,
    Written,
)
from perf_xl.values import day_of_serial, is_moment, is_prompt, read_name

# --- the words of the form --------------------------------------------------------------------------------------------

_BRACKETS = re.compile(r"\([^()]*\)|\([^()]*$|[A-Z](?:/[A-Z])?\)$|[:*]")


def _patterns(**words: str) -> re.Pattern[str]:
    """One pattern, of which the first that fits is the `lastgroup` of a full match."""
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in words.items()))


_INDICATOR_ROLES = _patterns(
    comparator=r"指标性质|比较符号?|运算符号?|(?:指标)?方向性?|计算符号|符号|性质|比较关系",
    unit=r"(?:度量|计量|指标|指标值)?单位",
    extra=(
        r"评[分扣]*(?:标准|细则|办法)|扣分(?:标准|细则|值)?|.*赋分规则.*|得分计算方法|.*(?:复核|审核|审定).*|上年.*|.*依据|.*完成率|完成比[例率]"
        r"|偏差(?:度|率|值)|佐证.*|行次|序号|计分.*"
    ),
    reason=r".*(?:偏差|未完成|差异|扣分|失分|未达标|未达成).*|改进措施|(?!.*调整).*原因.*",
    remark=r"备注|说明|其他说明|情况说明",
    converted=r".*折算(?:后)?得分|折算分",
    weight=r"(?:指标|参考|标准|三级指标|单项指标|权重|预设)?(?:分值|权重|满分|分数)(?:权重|分值|占比|%|分|值)?|指标分值权重",
    score=r"(?:指标|自评|单项指标|实际|单位自评|自评价|评价|项目)?得分(?:值)?|自?评分|自评分[数值]|自评",
    actual=(
        r"(?:全年|年度|本年|当年|年末|年底|实际|年终|指标|单项指标|项目|自评)*(?:完成|实现|达成)(?:指标)?(?:值|情况|数|结果)?"
        r"|(?:全年|年度|本年|当年|年末|年底)?实际(?:指标)?(?:完成)?(?:值|情况)|实施进度|(?:全年|年度|实际)*完成指标值"
    ),
    adjusted=r"调整后的?(?:年度)?(?:指标|目标)值",
    target=(
        r"(?:年度|年初|期初|批复|预期|计划|绩效|全年|当年|设定|预算|三级|目标)*(?:指标|目标)(?:目标)?值|预期(?:指标)?值"
        r"|(?:年度|全年)?计划(?:完成)?值|指标目标|年度指标|年度目标|预期目标|值"
    ),
    described=r"(?:绩效)?指标描述",
    level1=r"一级(?:绩效)?(?:指标|目标)|类别|指标类别|指标类型",
    level2=r"二级(?:绩效)?(?:指标|目标)",
    level3=r"三级(?:绩效)?(?:指标|目标)(?:名称)?|(?:绩效)?指标名称|指标内容|具体指标",
)

_FUNDS_ROLES = _patterns(
    weight=r"(?:执行率)?(?:分值|权重|标准分|满分)",
    score=r"(?:执行率|自评)?得分|自评分",
    rate=r".*执行(?:率|进度).*|(?:支出|支付)进度|(?:资金)?(?:支付|支出|使用)率|预算完成率",
    initial_budget=(
        r"(?:年初|期初)(?:批复|安排|设定|部门)?(?:预算)?(?:安排)?(?:数|资金|资金总额|金额|总额)?|年初预算|批复预算(?:数|金额)?|预算批复(?:数|金额)?"
    ),
    adjustment=r"(?:预算|年中|资金)*(?:调整|调增|调减|追加|增减|变动)+(?:数|金额|额|资金)?|(?:年中)?追加预算(?:数|金额)?",
    budget=(
        r"(?:全年|调整|调整后|变更后|变动后|转移支付|年度|本年|当年|预算|后|批复|下达|核定)*预算(?:安排|指标)?(?:数|金额|资金|总额|额)?(?:合计|总计)?"
        r"|(?:预算)?(?:调整|变更|变动)后(?:的?(?:批复|安排|下达|指标))?(?:数|金额|额)?|计划投入(?:资金)?(?:额|数)?|预算安排情况"
    ),
    executed=(
        r"(?:全年|预算|转移支付|年度|本年|当年|年末|年终|实际|资金|项目|累计|已)*执行(?:数|金额|额)?"
        r"|(?:全年|本年)?实际(?:支付|支出|投入|使用)(?:数|资金|金额|额|资金额)?|全年支出|资金执行情况"
        r"|(?:全年|年度|本年|年末|年终|财政|支出|资金|项目)*决算(?:支出|执行)?(?:数|金额|额)?"
        r"|(?:全年|年度|本年|累计|资金|预算)*(?:支出|支付)(?:数|金额|总?额|合计)"
    ),
)


_OF_A_YEAR = re.compile(r"(20\d\d)年度?")
"""What may stand before a header of the funds: 2023年预算数."""


@lru_cache(maxsize=16384)
def _role(key: str, funds: bool = False) -> str | None:
    """Return the role of a header cell's folded text."""
    if not key or len(key) > 40:
        return None
    bare = _BRACKETS.sub("", key) or key.strip("()")
    match = (_FUNDS_ROLES if funds else _INDICATOR_ROLES).fullmatch(bare)
    return match.lastgroup if match else None


_SCORED_ROLES = {"target", "adjusted", "actual", "weight", "score"}

_HEAD_LABELS = _patterns(
    project=r"(?:二级)?(?:项目(?:支出)?|专项|资金|专项资金|转移支付(?:项目)?|政策)(?:\(?(?:政策|单位|资金)\)?)?名称",
    competent_department=r"(?:(?:预算)?主管(?:部门|单位)|市级主管部门|省级主管部门|一级预算部门|部门(?:单位)?名称)(?:及代码|名称)?",
    local_department=r"(?:地方|中央|上级)主管部门(?:及代码|名称)?",
    implementing_unit=(
        r"(?:项目|具体)?(?:实施|执行|承担|建设)(?:单位|部门|主体)(?:及代码|名称)?|项目单位|资金(?:具体)?使用单位|预算单位|填报单位|单位名称"
    ),
    total=r"(?:项目)?(?:绩效)?(?:自评价?)?(?:总分|总得分|得分|评分)(?:合计)?",
    year=r"(?:预算|评价|项目|自评)?年度",
    person=r"项目负责人|负责人|联系人|联系电话|填报日期|填报人",
)
_TOTAL_ROW = re.compile(
    r"(?:自评)?(?:总分值?|合计|总计|总得分|得分合计|分值合计|总分合计|(?:自评|综合|最终|评价|项目)得分|项目总得分|(?:绩效自评|综合|评价)总分)(?:\([^)]*\))?:?(?P<rest>.*)"
)
_REMARK = re.compile(r"(?:其他)?(?:需要)?说明(?:的?(?:问题|情况|事项))?:?(?P<rest>.*)|备注:?(?P<rest2>.*)")
_FOOT = re.compile(
    r"(?:注|附注|备注|说明|填表说明|填报说明|填写说明)(?:[:\d(].*)?$|(?:填报|填表|制表|审核|经办|复核|联系|负责)(?:人|单位|日期|电话).*"
    r"|(?:单位|项目|部门|财务)(?:负责人|公章|盖章|签章).*|联系电话.*|\d[.、].{12,}|.*\(?(?:盖章|签章|签字)\)?$"
)
_TITLE = re.compile(r".*(?:自评价?表|自评情况表|绩效[^,。;]{0,14}表|完成情况表|自评报表)(?:\(.*)?")
_GOAL_EXPECTED = re.compile(
    r"(?:年初|年度|当年|全年|预期|项目|\(?调整后?\)?)*(?:设定|预期|总体|绩效)*的?(?:绩效)?目标\d{0,2}(?::(?P<rest>.+))?"
)
_GOAL_ACTUAL = re.compile(
    r"(?:全年|年度|当年|年终|年末|年底|项目|目标|绩效|总体|具体|实际)*(?:完成|实现)(?:目标)?(?:的)?(?:情况)?(?:综述|概述|说明)?\d{0,2}(?::(?P<rest>.+))?"
)
_BOTH_GOALS = re.compile(
    r"[^:：。;；]{0,8}目标\s*[:：](?P<expected>.+?)(?:全年|年度|项目|目标|总体){0,3}(?:实际)?(?:完成|实现)情况\s*[:：](?P<actual>.+)",
    re.S,
)
"""Both in one cell: 预期目标:…… 实际完成情况:……"""
_NO_FUNDS = re.compile(r"管理情况|科学性|及时性|合规性|规范性|准确性|责任履行|情况说明|存在问题|资金来源说明")
"""Rows of the block 资金管理情况, which some forms put below the funds."""
_SIDE_OF_FUNDS = re.compile(
    r"(?:项目|预算|年度|专项)?(?:资金|执行|投入)?(?:执行|使用|投入)?(?:资金|情况)(?:\(?(?:单位:)?(?:万|亿|千|百万)?元\)?)?"
)
_MONEY = r"(?:亿|百万|万|千)?元"
_MONEY_UNIT = re.compile(_MONEY)
_MONEY_IN_BRACKETS = re.compile(rf"\((?:单位:)?({_MONEY})\)")
_LEVEL_WEIGHT = re.compile(r"\(?(?<!\d)(\d+(?:\.\d+)?)分\)?|\((\d+(?:\.\d+)?)%?\)")
_BESIDE_POINTS = re.compile(r"(?<=.)\([^()\d]*\)$")
"""What is said of a score behind it: 9分(招生减少)."""
_LEVEL_RANGE = re.compile(r"\(?(?<!\d)\d+-\d+分?\)?分?")
_HEADER_WEIGHT = re.compile(r"(?<!\d)(\d+(?:\.\d+)?)分")
_NAME_WEIGHT = re.compile(r"\((\d+(?:\.\d+)?)分\)")
_DASHES = frozenset({"", "-", "--", "---", "—", "——", "–", "/", "\\", "*", "…", "……", "无"})
_YEAR_IN_TEXT = re.compile(r"(20\d\d)(?=年|\D|$)")


@lru_cache(maxsize=16384)
def _head_label(key: str) -> tuple[str, str] | None:
    """Return (field, text after a colon) of a label in the head."""
    label, colon, rest = key.partition(":")
    match = _HEAD_LABELS.fullmatch(_BRACKETS.sub("", label))
    if match:
        return str(match.lastgroup), rest if colon else ""
    inline = re.fullmatch(r"(项目总得分|自评总?得分|自评总分|总得分)(?:\([^)]*\))?(\d+(?:\.\d+)?分?)", key)
    return ("total", inline.group(2)) if inline else None


@lru_cache(maxsize=16384)
def _kind_of_funds(label: str) -> str:
    """Return the kind of a funds row by its folded label."""
    bare = re.sub(r"^其中[:\-—]?|:$", "", _BRACKETS.sub("", label))
    if label.startswith("其中") is False and re.fullmatch(
        r"(?:年度|项目|全年|预算)*(?:财政)?(?:资金|资金总额|总金额|总额|金额|合计|资金合计|总计|资金总计|预算资金总额)"
        r"|(?:.{0,4})?预算执行情况|合计|资金总额",
        bare,
    ):
        return TOTAL
    if re.search(r"上年(?:(?!上年).)*结[转余]|结转结余|结转资金", bare):
        return CARRYOVER
    if re.search(r"其[他它]|社会投入|社会资金|单位资金|自有资金|自筹", bare):
        return OTHER
    if re.search(r"财政专户|子项", bare):
        return PART
    if re.search(
        r"财政(?:拨款|资金|补助|投入)|中央|自治区|省级|省补|市级|县级|区级|旗县|盟市|镇级|乡级|上级补助|公共预算|预算内拨款|地方资金"
        r"|^(?:[省市州县区旗镇乡本上]|街道)+级?(?:财政|配套|补助|安排|资金)*$",
        bare,
    ):
        return APPROPRIATION
    return PART


# --- cells ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sheet:
    """One sheet being read: its cells with folded texts, and the doubts that come up."""

    grid: Grid
    file: str
    keys: list[dict[int, str]] = field(init=False)
    """Folded text of every cell of a row that holds one, by column."""
    texts: list[dict[int, str | None]] = field(init=False)
    """What a person sees in the filled cells of a row; None is still to be worked out: a number, an error, a formula."""
    doubts: list[Finding] = field(default_factory=list)
    worked_out: dict[Position, Decimal | None] = field(default_factory=dict)
    unknown: list[Position] = field(default_factory=list)
    recalculated: list[Position] = field(default_factory=list)
    address: Callable[[int, int], str] = field(init=False)
    """What a person calls a cell."""
    under: dict[Position, Position] = field(init=False)
    """Cell inside a merged area that spans rows → the area's first cell."""

    def __post_init__(self) -> None:
        self.keys, self.texts = [], []
        for cells in self.grid.values:
            keys: dict[int, str] = {}
            texts: dict[int, str | None] = {}
            for column, cell in enumerate(cells):
                if isinstance(cell, str):
                    if cell:
                        texts[column] = tidy(cell)
                        if key := fold(cell):
                            keys[column] = key
                elif cell is not None:
                    texts[column] = None
            self.keys.append(keys)
            self.texts.append(texts)
        for row, column in (*self.grid.errors, *self.grid.uncalculated):
            if row < len(self.texts):
                self.texts[row][column] = None
        self.address = self.grid.address if self.grid.numbers else address
        self.under = {
            (row, left): (top, left)
            for (top, left), (bottom, _) in self.grid.merged.items()
            if bottom > top
            for row in range(top + 1, bottom + 1)
        }

    def doubt(self, row: int, column: int, message: str, severity: str | None = None) -> None:
        cell = self.address(row, column)
        self.doubts.append(finding("X03", message, file=self.file, sheet=self.grid.sheet, cell=cell, severity=severity))

    def text(self, row: int, column: int) -> str:
        """What a person sees in a cell; "" for a blank and below the sheet."""
        if row >= len(self.texts):
            return ""
        text = self.texts[row].get(column, "")
        if text is None:
            at = (row, column)
            number = self.result(at) if at in self.grid.uncalculated else None
            known = number is not None
            text = show(number, self.grid.formats.get(at, "General")) if known else self.grid.text(row, column)
            self.texts[row][column] = text
        return text

    def result(self, at: Position) -> Decimal | None:
        """The result of a formula that the file does not store; each is worked out once."""
        if at not in self.worked_out:
            self.worked_out[at] = None
            number = self.worked_out[at] = evaluate(self.grid.uncalculated[at], self._operand)
            if number is None and self.grid.number(*at) is None:
                self.unknown.append(at)
            elif number is not None and number != self.grid.number(*at):
                self.recalculated.append(at)
        number = self.worked_out[at]
        return self.grid.number(*at) if number is None else number

    def report_formulas(self) -> None:
        """Say, in one finding each, which formulas had no stored result."""
        open_it = "请用 Excel 或 WPS 打开并保存一次"
        for cells, done in (
            (self.recalculated, "已按公式重算,请核对"),
            (self.unknown, f"无法按公式重算,按未填处理;{open_it}"),
        ):
            if cells:
                message = f"{len(cells)} 个单元格的公式没有保存计算结果,{done}"
                where = ", ".join(self.address(*at) for at in sorted(cells))
                self.doubts.append(finding("X03", message, file=self.file, sheet=self.grid.sheet, cell=where))
                cells.clear()

    def _operand(self, row: int, column: int) -> Decimal | str | None:
        """What a formula finds in a cell: a number, a text, nothing; an error value as text."""
        at = (row, column)
        if at in self.grid.uncalculated:
            number = self.result(at)
            return "?" if number is None else number
        number = self.grid.number(row, column)
        return number if number is not None else self.grid.text(row, column) or None

    def written(self, row: int, columns: Sequence[int]) -> Written:
        """The text in a span of columns; pieces in several cells are joined in their order."""
        if not columns:
            return BLANK
        whole, at = "", columns[0]
        for column in columns:
            if text := self.text(row, column):
                at = at if whole else column
                whole += text
        return Written(whole or None, None, self.address(row, at))

    def raw_number(self, row: int, column: int) -> Decimal | None:
        at = (row, column)
        return self.result(at) if at in self.grid.uncalculated else self.grid.number(row, column)

    def points(self, row: int, columns: Sequence[int], what: str) -> Written:
        """A weight or score: a number, perhaps with 分 behind it."""
        for column in columns:
            text = self.text(row, column)
            if not text:
                continue
            number = self.raw_number(row, column)
            key = fold(text)
            if number is None:
                key = _BESIDE_POINTS.sub("", key)
                number = decimal_in(key.removesuffix("分").removesuffix("%"))
                if number is None and key not in _DASHES and what:
                    self.doubt(row, column, f"{what}“{text}”不是数字,按未填处理,请核对")
            elif key.endswith("%") and decimal_in(key[:-1]) != number:
                number = times(number, Decimal(100))
            return Written(text, number, self.address(row, column))
        return Written(None, None, self.address(row, columns[0])) if columns else BLANK

    def amount(self, row: int, columns: Sequence[int], unit: str) -> Written:
        """An amount of money in the form's unit; a unit of its own in the cell is converted."""
        for column in columns:
            text = self.text(row, column)
            if not text:
                continue
            number = self.raw_number(row, column)
            if number is None:
                number = _amount_in(fold(text), unit)
                if number is None and fold(text) not in _DASHES and re.search(r"[^万亿千百元]", fold(text)):
                    self.doubt(row, column, f"金额“{text}”不是数字,按未填处理,请核对")
            return Written(text, number, self.address(row, column))
        return Written(None, None, self.address(row, columns[0])) if columns else BLANK

    def first_text(self, row: int) -> tuple[int, str]:
        """Column and folded text of the first text cell of a row."""
        return next(iter(self.keys[row].items()), (-1, ""))

    def right_of(self, row: int, column: int) -> int:
        """First column right of a cell and the area it is merged over."""
        return self.grid.corner(row, column)[1] + 1

    def value_right_of(self, row: int, column: int) -> Written:
        """The next filled cell to the right that is not a label itself."""
        for at in range(self.right_of(row, column), len(self.grid.values[row])):
            text = self.text(row, at)
            if text:
                if _head_label(fold(text).rstrip(":")) is not None and not re.search(r"[:：].", text):
                    return Written(None, None, self.address(row, at))
                return Written(text, self.raw_number(row, at), self.address(row, at))
        return Written(None, None, self.address(row, column))


def _amount_in(key: str, unit: str) -> Decimal | None:
    """Read 259.45万元, 2.38 or 854万(其中:示范建设295万元) as an amount in `unit`."""
    match = re.fullmatch(r"[¥￥]?([+-]?[\d,.]+)((?:亿|百万|万|千)?元|万|亿)?(?:\([^()]*[^()\d.,][^()]*\))?", key)
    number = decimal_in(match.group(1)) if match else None
    if match is None or number is None:
        return None
    own = match.group(2)
    if own in ("万", "亿"):
        own += "元"
    if own is None or own == unit:
        return number
    return times(number, MONEY_UNITS[own]) / MONEY_UNITS[unit]


# --- the header of the indicators -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Header:
    """The header of a form's indicators: its rows, and the columns of every role."""

    top: int
    bottom: int
    columns: Mapping[str, tuple[int, ...]]


def _roles(sheet: _Sheet, row: int, funds: bool = False) -> dict[int, str]:
    if row >= len(sheet.keys):
        return {}
    keys = sheet.keys[row]
    if funds and len({year[1] for key in keys.values() if (year := _OF_A_YEAR.match(key))}) == 1:
        keys = {column: _OF_A_YEAR.sub("", key, count=1) for column, key in keys.items()}
    return {column: role for column, key in keys.items() if (role := _role(key, funds))}


def _is_header(roles: Mapping[int, str]) -> bool:
    found = set(roles.values())
    return "level3" in found and bool(found & {"target", "adjusted", "actual"}) and len(found) >= 3


def _headers(sheet: _Sheet) -> Iterator[_Header]:
    row, height = 0, sheet.grid.height
    named = {
        row for row, keys in enumerate(sheet.keys) for key in keys.values() if "标" in key and _role(key) == "level3"
    }
    while row < height:
        roles = _roles(sheet, row) if row in named or row + 1 in named else {}
        if len(roles) < 2:
            row += 1
            continue
        below = _roles(sheet, row + 1)
        if _is_header(roles):
            two = _is_second_row(sheet, row + 1, below) or _reaches_down(sheet, row, roles)
        elif "level3" in below.values() and _is_header({**roles, **below}):
            two = not _is_header(below) or _comes_down(sheet, row, roles, below)
            if not two:
                row += 1
                continue
        else:
            row += 1
            continue
        yield _Header(row, row + two, _columns(sheet, row, roles, below if two else {}))
        row += 1 + two


def _reaches_down(sheet: _Sheet, row: int, roles: Mapping[int, str]) -> bool:
    """Whether 三级指标 is merged with the cell below it: 自评 and 核定 under 得分 are no row of indicators."""
    return any(
        sheet.under.get((row + 1, column)) == (row, column) for column, role in roles.items() if role == "level3"
    )


def _comes_down(sheet: _Sheet, row: int, above: Mapping[int, str], below: Mapping[int, str]) -> bool:
    """Whether a row heads columns of the header below it: 实际完成值, 分值, 得分 over blanks, beside 年度指标值 over its parts."""
    return any(
        role in _SCORED_ROLES and role not in below.values() and column not in sheet.keys[row + 1]
        for column, role in above.items()
    )


OWN_HEADS = COMPUTED_SCORE, BASIS = ("计算得分", "依据")
"""What we write beside a form: no part of its header."""


def _is_second_row(sheet: _Sheet, row: int, roles: Mapping[int, str]) -> bool:
    """Whether a row goes on with the header: header words only, or blanks under cells merged into it."""
    if not roles or _is_header(roles):
        return False
    texts = [column for column, key in sheet.keys[row].items() if key not in OWN_HEADS]
    numbers = any(sheet.grid.number(row, column) is not None for column in range(len(sheet.grid.values[row])))
    if numbers or not all(column in roles for column in texts):
        return False
    return any(role in ("comparator", "unit", "target", "adjusted", "actual") for role in roles.values()) and (
        "level3" not in roles.values()
    )


def _columns(sheet: _Sheet, row: int, above: Mapping[int, str], below: Mapping[int, str]) -> dict[str, tuple[int, ...]]:
    """Return the columns of every role; a header merged over several columns owns those that no other one heads."""
    headed = {**above, **below}
    for column, role in above.items():  # a cell whose columns are headed one by one in the second row only groups them
        grouped = range(column + 1, sheet.grid.corner(row, column)[1] + 1)
        if role in ("target", "actual") and column not in below and any(one in below for one in grouped):
            del headed[column]
    taken = sheet.keys[row].keys() | headed.keys()
    columns: dict[str, tuple[int, ...]] = {}
    for column, role in sorted(headed.items()):
        last = sheet.grid.corner(row + (column in below), column)[1]
        span = (column, *(other for other in range(column + 1, last + 1) if other not in taken))
        better = role == "reason" and role in columns and "原因" not in sheet.keys[row].get(columns[role][0], "")
        if role == "comparator":  # 正向 under 指标性质, 大于等于 under 指标方向: one more column of the kind
            columns[role] = (*columns.get(role, ()), *span)
        elif role not in columns or better:
            columns[role] = span
    for role, other in (("reason", "remark"), ("target", "described")):
        if role not in columns and other in columns:
            columns[role] = columns[other]
    table_ends = max(columns[role][0] for role in ("score", "actual", "reason", "target", "weight") if role in columns)
    for role in ("comparator", "unit"):  # helper columns beside the table are not the target's
        if role in columns and columns[role][0] > table_ends:
            del columns[role]
    return columns


# --- one form ---------------------------------------------------------------------------------------------------------


def read_forms(grids: Sequence[Grid], file: str) -> list[Form]:
    """Return every form in the sheets of a workbook, in order."""
    return [form for grid in grids for form in _forms_in(grid, file)]


def _forms_in(grid: Grid, file: str) -> Iterator[Form]:
    if not grid.values:
        return
    sheet = _Sheet(grid, file)
    headers = list(_headers(sheet))
    if not headers:
        return
    starts = [0]
    blocks: list[list[_Header]] = [[headers[0]]]
    for before, header in pairwise(headers):
        start = _start_of_form(sheet, before.bottom + 1, header.top)
        if start is None:
            blocks[-1].append(header)
        else:
            blocks.append([header])
            starts.append(start)
    ends = [*starts[1:], grid.height]
    for start, end, block in zip(starts, ends, blocks, strict=True):
        sheet.doubts = []
        yield _read_form(sheet, start, end, block)


def _start_of_form(sheet: _Sheet, first: int, last: int) -> int | None:
    """Return the row on which the next form starts: its title, else the first label of its head; None on a page break."""
    title = _find_title(sheet, first, last)
    label = next(
        (
            row
            for row in range(first, last)
            for key in sheet.keys[row].values()
            if (found := _head_label(key.rstrip(":"))) and found[0] in ("project", "competent_department")
        ),
        None,
    )
    if title is not None and (label is None or title[0] <= label):
        return title[0]
    return label


def _find_title(sheet: _Sheet, first: int, last: int) -> Position | None:
    """Return the cell of the title nearest above the head."""
    found: Position | None = None
    for row in range(first, min(last, len(sheet.keys))):
        for column, key in sheet.keys[row].items():
            if found and (label := _head_label(key.rstrip(":"))) and label[0] in ("project", "competent_department"):
                return found
            if len(key) <= 70 and not _FOOT.fullmatch(key) and _TITLE.fullmatch(key) and ":" not in key[:6]:
                found = (row, column)
    return found


def _read_form(sheet: _Sheet, start: int, end: int, headers: Sequence[_Header]) -> Form:
    top = headers[0].top
    title_at = _find_title(sheet, start, top)
    title = sheet.written(title_at[0], [title_at[1]]) if title_at else BLANK
    funds_header = _find_funds_header(sheet, start, top)
    head_end = min(row for row in (funds_header, top) if row is not None)
    head = _read_head(sheet, title_at[0] + 1 if title_at else start, top)
    money_unit = _money_unit(sheet, start, top, funds_header)
    elsewhere = list(_scored_elsewhere(sheet, start, top))
    funds_end = next((row for row in elsewhere if funds_header is not None and row > funds_header), top)
    funds, funds_columns = _read_funds(sheet, funds_header, funds_end, money_unit or "万元")
    if (
        money_unit is None
        and any(row.executed.number or row.budget.number for row in funds)
        and funds_header is not None
    ):
        sheet.doubt(funds_header, 0, "没有注明金额单位,按万元读取,请核对", ADVICE)
    body = _Body(sheet, end)
    for header, until in zip(headers, [*(header.top for header in headers[1:]), end], strict=True):
        body.read(header, until)
    below = body.funds_below
    if below is not None and not funds:
        sheet.doubt(below, sheet.first_text(below)[0], "项目资金在各项指标的下面,没有读入,请核对")
    if funds_header is None and (unread := _unread_amount(sheet, start, top)):
        sheet.doubt(*unread, "项目资金的排列不能识别,预算数、执行数没有读入,请核对")
    project = head.get("project", BLANK)
    lines = _year_lines(sheet, title_at[0] if title_at else start, head_end)
    year = _year_of(title, (key for key, _ in lines), head, project)
    named = project if re.match(r"20\d\d年", fold(project.text or "")) else BLANK
    years = tuple(one for one in (*(line for _, line in lines), head.get("year", BLANK), named) if one.text)
    total = body.choose_total(head.get("total", BLANK))
    columns = {role for role in headers[0].columns if role not in ("remark", "extra", "described")} | funds_columns
    if "adjusted" in columns:
        columns.add("target")
    for role, name in (("target", "年度指标值"), ("actual", "实际完成值")):
        if role not in columns:
            sheet.doubt(top, 0, f"没有找到“{name}”一列,请核对表头")
    if "converted" in columns:
        sheet.doubt(top, 0, "总分由“折算得分”合计,这一列没有读入,不核对总分")
    for row in elsewhere:
        columns.add("elsewhere")
        sheet.doubt(row, 0, "这里另有一处分值和得分,没有读入,不核对分值合计和总分")
    goal = _read_goal(sheet, start, top)
    sheet.report_formulas()
    for (row, column), (one, other) in sheet.grid.disputed.items():
        if start <= row < end:
            read = f"两种方式读出的内容不同:“{one}”与“{other}”,按未填处理,请打开核对,保存后重新报送"
            sheet.doubt(row, column, read)
    if crossed := [at for at in sheet.grid.overlapping if start <= at[0] < end]:
        said = f"{len(crossed)} 处合并单元格互相重叠,按未合并读取;请用 Excel 打开,按提示修复并重新合并后保存"
        sheet.doubt(*crossed[0], said)
    if sheet.grid.hidden:
        sheet.doubt(top, 0, "自评表在隐藏的工作表中,已照常读取", ADVICE)
    if sheet.grid.last_cell:
        sheet.doubt(
            top, 0, f"工作表的最后一格在 {sheet.grid.last_cell},只读取了表格所在的部分,请删除多余的行和列", ADVICE
        )
    return Form(
        file=sheet.file,
        sheet=sheet.grid.sheet,
        title=title,
        year=year,
        project=project,
        competent_department=head.get("competent_department", head.get("local_department", BLANK)),
        implementing_unit=head.get("implementing_unit", BLANK),
        money_unit=money_unit or ("万元" if funds else None),
        funds=funds,
        goal=goal,
        indicators=tuple(body.indicators),
        total=total,
        total_weight=body.total_weight,
        remark=body.remark,
        headings=tuple(body.headings),
        columns=frozenset(columns),
        years=years,
        doubts=tuple(sheet.doubts),
    )


_LABELLED = re.compile(
    r"(?P<label>[^\s:：][^:：]{1,13}?)\s*[:：]\s*(?P<value>.*?)(?=\s+[^\s:：]{2,10}\s*[:：]|$)", re.S
)
"""One of perhaps several labels in one cell: 项目名称:甲  实施单位:乙."""


def _read_head(sheet: _Sheet, first: int, last: int) -> dict[str, Written]:
    """项目名称, 主管部门, 实施单位, and a total that stands in the head."""
    head: dict[str, Written] = {}
    for row in range(first, last):
        for column, key in sheet.keys[row].items():
            label = key.rstrip(":")
            if ":" in label or _head_label(label):
                for name, value in _labelled(sheet, row, column, label):
                    head.setdefault(name, value)
    return head


def _labelled(sheet: _Sheet, row: int, column: int, key: str) -> Iterator[tuple[str, Written]]:
    """Return the fields of the head that a cell names, with what stands behind the colon or right of the cell."""
    if ":" in key:
        pieces = [(match["label"], match["value"].strip()) for match in _LABELLED.finditer(sheet.text(row, column))]
    else:
        pieces = [(key, "")]
    for text, inline in pieces:
        label = _head_label(fold(text))
        if label is None or label[0] == "person":
            continue
        name = label[0]
        if name == "total" and _roles(sheet, row, funds=True).keys() - {column}:
            continue  # 得分 as a header of the funds block
        inline = inline or label[1]
        value = Written(inline, None, sheet.address(row, column)) if inline else sheet.value_right_of(row, column)
        if name == "total" and value.text is not None:
            number = value.number if value.number is not None else decimal_in(fold(value.text).removesuffix("分"))
            value = Written(value.text if number is not None else None, number, value.cell)
        if value.text is not None:
            yield name, value


def _year_of(title: Written, lines: Iterable[str], head: Mapping[str, Written], project: Written) -> int | None:
    """The year of the title, else of a line of its own below it, else of the head."""
    for text in (title.text, *lines, head.get("year", BLANK).text, project.text):
        if text and (match := _YEAR_IN_TEXT.search(fold(text))):
            return int(match.group(1))
    return None


def _year_lines(sheet: _Sheet, first: int, last: int) -> list[tuple[str, Written]]:
    """Lines that tell nothing but a year, each folded and as it is written."""
    return [
        (key, Written(sheet.text(row, column), None, sheet.address(row, column)))
        for row in range(max(first - 2, 0), last)
        for column, key in sheet.keys[row].items()
        if _YEAR_LINE.fullmatch(key)
    ]


_YEAR_LINE = re.compile(r"\(?(?:填报年度|年度|预算年度)?:?20\d\d年?度?\)?")


def _scored_elsewhere(sheet: _Sheet, first: int, last: int) -> Iterator[int]:
    """Rows that head a table of points of its own above the indicators: 评价内容, 分值, 自评分."""
    for row in range(first, last):
        found = set(_roles(sheet, row).values())
        if {"weight", "score"} <= found and set(_roles(sheet, row, funds=True).values()) <= {"weight", "score"}:
            yield row


# --- funds ------------------------------------------------------------------------------------------------------------


def _find_funds_header(sheet: _Sheet, first: int, last: int) -> int | None:
    for row in range(first, last):
        found = set(_roles(sheet, row, funds=True).values())
        amounts = found & {*AMOUNTS}
        if len(amounts) >= 2 or (amounts and "rate" in found and not _amounts_beside(sheet, row)):
            return row
    return next((row for row in range(first, last) if _has_pairs(_pairs(sheet, row))), None)


class _Pair(NamedTuple):
    """A label in the funds block, its role ("" for none), and what stands behind it; `value` is BLANK where nothing does."""

    role: str
    label: str
    column: int
    value: Written


_PAIR = re.compile(
    r"(?P<label>(?:其中\s*[:：—-]?\s*)?[^\s\d:：,，;；][^:：,，;；]{0,14}?)\s*[:：]\s*"
    r"(?P<value>[¥￥]?[+-]?\d[\d,.]*\s*(?:(?:亿|百万|万|千)?元|[万亿分%])?)?(?:\s*[,，;；。]|\s+|$)"
)
"""One of perhaps several amounts in a cell, each behind its own label: 预算数:100 执行数:90."""


def _pairs(sheet: _Sheet, row: int) -> list[_Pair]:
    """The labels of a row of funds, with their values where these stand in the same cell or in the next filled one."""
    found: list[_Pair] = []
    for column in sorted(sheet.texts[row]):
        text, key = sheet.text(row, column), sheet.keys[row].get(column, "")
        inline = [*_PAIR.finditer(text)] if ":" in key and len(text) <= 60 else []
        at = sheet.address(row, column)
        if not key or _amount_in(key, "万元") is not None or decimal_in(key.rstrip("%分")) is not None:
            if found and found[-1].value is BLANK:
                found[-1] = found[-1]._replace(column=column, value=Written(text, sheet.raw_number(row, column), at))
        elif inline and sum(len(match[0]) for match in inline) == len(text):
            for match in inline:
                label, value = fold(match["label"]), match["value"]
                value_at = Written(value, None, at) if value else BLANK
                found.append(_Pair(_role(label, funds=True) or "", label, column, value_at))
        else:
            label = key.rstrip(":")
            found.append(_Pair(_role(label, funds=True) or "", label, column, BLANK))
    return found


def _amounts_beside(sheet: _Sheet, row: int) -> list[_Pair]:
    """The amounts of a row that stand beside their own labels."""
    return [pair for pair in _pairs(sheet, row) if pair.role in AMOUNTS and pair.value is not BLANK]


def _unread_amount(sheet: _Sheet, first: int, last: int) -> Position | None:
    """Where 执行数 stands beside or over an amount, although no funds block was found that it is of."""
    for row in range(first, last):
        for pair in _amounts_beside(sheet, row):
            if pair.role == "executed":
                return row, pair.column
        for column, key in sheet.keys[row].items():
            over = row + 1 < last and sheet.raw_number(row + 1, column) is not None
            if over and _role(_OF_A_YEAR.sub("", key, count=1), funds=True) == "executed":
                return row, column
    return None


def _has_pairs(pairs: Sequence[_Pair]) -> bool:
    """Whether 预算数 and 执行数 stand in one line, each before its own amount, or at least one of them."""
    amounts = {pair.role: pair.value for pair in pairs if pair.role in AMOUNTS}
    return len(amounts) > 1 and any(value is not BLANK for value in amounts.values())


def _read_pairs(sheet: _Sheet, header: int, last: int, unit: str) -> tuple[tuple[FundsRow, ...], frozenset[str]]:
    """The funds where every amount has its own label; below 预算数 and 执行数 stands, before each, what it is an amount of."""
    order = [pair for pair in _pairs(sheet, header) if pair.role in AMOUNTS]
    rows: list[FundsRow] = []
    roles: set[str] = set()
    for row in range(header, last):
        pairs = _pairs(sheet, row)
        values = {pair.role: pair.value for pair in pairs if pair.role}
        labels = [pair for pair in pairs if not pair.role and (pair.value is BLANK or not values)]
        if not values and len(labels) == len(order):
            values = {one.role: pair.value for one, pair in zip(order, labels, strict=True)}
        elif not values:
            values = {one.role: sheet.written(row, [one.column]) for one in order}
        label = labels[-1] if labels else _Pair("", "", order[0].column, BLANK)
        if row > header and not re.search("拨款|资金|补助|结[转余]|自筹|其[他它]", label.label):
            break
        kind = _kind_of_funds(label.label) if rows else TOTAL
        if kind == TOTAL and rows:
            kind = PART
        amounts = {role: _as_amount(values.get(role, BLANK), unit) for role in AMOUNTS}
        points = {role: _as_points(values.get(role, BLANK)) for role in ("weight", "score")}
        text = Written(label.label or None, None, sheet.address(row, label.column))
        rate = values.get("rate", BLANK)
        rows.append(FundsRow(text, kind, **amounts, rate=rate, **points, row=sheet.grid.number_of(row)))
        roles |= values.keys()
    return tuple(rows), frozenset(f"funds.{role}" for role in roles)


def _as_amount(value: Written, unit: str) -> Written:
    known = value.number is not None or value.text is None
    return value if known else value._replace(number=_amount_in(fold(value.text or ""), unit))


def _as_points(value: Written) -> Written:
    known = value.number is not None or value.text is None
    return value if known else value._replace(number=decimal_in(fold(value.text or "").removesuffix("分")))


def _money_unit(sheet: _Sheet, first: int, last: int, funds_header: int | None) -> str | None:
    """The unit of the funds block: in its side label, its headers, its row labels, or a line 单位:万元."""
    rows = [] if funds_header is None else [funds_header, *range(funds_header + 1, last)]
    for row in rows:
        for key in sheet.keys[row].values():
            if "元" not in key or len(key) >= 30:
                continue
            if match := _MONEY_IN_BRACKETS.search(key):
                return match[1]
            digits = re.search(r"\d", _HEADER_WEIGHT.sub("", key))
            if not digits and (row == funds_header or "(" in key) and (match := _MONEY_UNIT.search(key)):
                return match[0]
    for row in range(first, last):
        for column, key in sheet.keys[row].items():
            whole = f"{key}{sheet.value_right_of(row, column).text}" if key.endswith("单位:") else key
            if match := re.search(r"单位:((?:人民币)?(?:亿|百万|万|千)?元)", whole):
                return match.group(1).removeprefix("人民币")
    return None


def _read_funds(sheet: _Sheet, header: int | None, last: int, unit: str) -> tuple[tuple[FundsRow, ...], frozenset[str]]:
    if header is None:
        return (), frozenset()
    if _has_pairs(_pairs(sheet, header)):
        return _read_pairs(sheet, header, last, unit)
    columns: dict[str, tuple[int, ...]] = {}
    header_weight = BLANK
    keys, roles = sheet.keys[header], _roles(sheet, header, funds=True)
    side, _ = sheet.first_text(header)
    first = header + 1
    if below := _second_row_of_funds(sheet, first, last):
        for column in [*roles]:
            if not below.keys().isdisjoint(range(column, sheet.grid.corner(header, column)[1] + 1)):
                del roles[column]  # 预算数 over 年初预算数 and 全年预算数 only groups them
        keys, roles, first = {**keys, **sheet.keys[first]}, {**roles, **below}, first + 1
    if list(roles.values()).count(roles.get(side, "")) > 1:
        del roles[side]  # 预算安排(万元) beside 预算金额 is the block's side label
    roles = {column: role for column, role in roles.items() if not _heads_labels(sheet, header, column, last)}
    for column, role in sorted(roles.items()):
        right = sheet.grid.corner(header, column)[1]
        own = (column, *(at for at in range(column + 1, right + 1) if at not in keys))
        span = _behind_its_label(sheet, first, own)
        if role == "initial_budget" and role in columns:
            role = "budget"  # 年初批复数, 批复预算数: the second is that of the year
        key = keys[column]
        whole = role in columns and keys.get(columns[role][0], "").startswith("全年预算") and "后" not in key
        if role == "budget" and "executed" not in columns and not whole:
            columns[role] = span  # 预算调整数, 调整后预算数: the last before what was executed
        else:
            columns.setdefault(role, span)
        if role in ("weight", "score", "rate") and (match := _HEADER_WEIGHT.search(key)):
            header_weight = Written(match.group(1), Decimal(match.group(1)), sheet.address(header, column))
    adjustment = columns.pop("adjustment", ())
    unknown: tuple[int, ...] = ()
    if adjustment and "budget" not in columns:
        columns["budget"] = adjustment
    elif "budget" not in columns and "executed" in columns:
        between = range(side + 1, columns["executed"][0])
        unnamed = [at for at in keys if at in between and at not in roles and not keys[at].startswith("其中")]
        unknown = tuple(at for at in unnamed if _holds_amount(sheet, first, at))[-1:]
        columns |= {"budget": unknown} if unknown else {}
    first_column = min(columns[role][0] for role in AMOUNTS if role in columns)
    none: tuple[int, ...] = ()
    rows: list[FundsRow] = []
    for row in range(first, last):
        label = _funds_label(sheet, row, first_column)
        if _goal_columns(sheet, row) or (label.text and _FOOT.fullmatch(fold(label.text))):
            break
        if label.text is None:
            if not any(sheet.raw_number(row, at) is not None for at in range(len(sheet.grid.values[row]))):
                if rows:
                    break
                continue
            label = _funds_label(sheet, header, first_column)
            if rows or label.text is None:
                break
        key = fold(label.text)
        if _head_label(key.rstrip(":")) or any("目标" in text for text in sheet.keys[row].values()):
            break
        kind = _kind_of_funds(key)
        if kind == PART and _NO_FUNDS.search(key):
            break
        if _heads_other_columns(sheet, row, first_column):
            break
        if rows and (other := _label_among_amounts(sheet, row, columns)) is not None:
            sheet.doubt(row, other, "从这一行起,资金不按表头各列填列,没有读入,请核对")
            break
        if kind == TOTAL and any(one.kind == TOTAL for one in rows):
            kind = PART
        weight = sheet.points(row, columns.get("weight", none), "执行率分值")
        if not rows and weight.number is None and header_weight.number is not None:
            weight = header_weight
        rate = sheet.written(row, columns.get("rate", none))
        if rate.text is not None and fold(rate.text) in _DASHES:
            rate = Written(None, None, rate.cell)
        rows.append(
            FundsRow(
                label=label,
                kind=kind,
                initial_budget=sheet.amount(row, columns.get("initial_budget", none), unit),
                budget=sheet.amount(row, columns.get("budget", none), unit),
                executed=sheet.amount(row, columns.get("executed", none), unit),
                rate=rate,
                weight=weight,
                score=sheet.points(row, columns.get("score", none), "执行率得分"),
                row=sheet.grid.number_of(row),
            )
        )
    if rows and all(row.kind != TOTAL for row in rows):
        if _is_whole(rows[0], rows[1:]):
            rows[0] = replace(rows[0], kind=TOTAL)
        else:
            message = "项目资金只有各项来源,没有“年度资金总额”一行;总额不由各项相加代替,执行率未计算,请核对"
            sheet.doubt(header, side, message)
            if not any(row.rate.text for row in rows[1:]):  # the one rate beside several sources is that of them all
                rows[0] = replace(rows[0], rate=Written(None, None, rows[0].rate.cell))
    if rows and "executed" not in columns:
        sheet.doubt(header, side, "没有找到“全年执行数”一列,执行率未计算,请核对表头")
    doubtful = _doubtful_budget(rows, keys, columns, adjustment, unknown)
    if doubtful == "":
        del columns["budget"]
        rows = [replace(row, budget=BLANK) for row in rows]
    elif doubtful:
        sheet.doubt(header, columns["budget"][0], doubtful)
        rows = [replace(row, budget=row.budget._replace(number=None)) for row in rows]
    present = {f"funds.{role}" for role in columns} | ({"funds.weight"} if header_weight.number is not None else set())
    return tuple(rows), frozenset(present)


def _doubtful_budget(
    rows: Sequence[FundsRow],
    keys: Mapping[int, str],
    columns: Mapping[str, tuple[int, ...]],
    adjustment: tuple[int, ...],
    unknown: tuple[int, ...],
) -> str | None:
    """Why the column read as 全年预算数 may be another's; "" where 年初预算数 stands for it, None where it is certain."""
    if not rows or "budget" not in columns:
        return None
    total = next((row for row in rows if row.kind == TOTAL), rows[0])
    initial, budget, key = total.initial_budget.number, total.budget.number, keys.get(columns["budget"][0], "")
    by_how_much = f"“{key}”是调整后的预算数还是增减的数额不能确定,全年预算数按未填处理,请核对表头"
    if columns["budget"] == adjustment:
        if all(row.budget.text is None for row in rows) and "initial_budget" in columns:
            return ""
        return by_how_much if re.search("[追增减]", key) or not _is_adjusted_budget(rows) else None
    if columns["budget"] == unknown:
        if initial is not None and (initial == budget or _rate_says(total, initial)):
            return ""
        granted = initial is None and re.search("下达|安排|批复", key)
        return None if granted else f"“{key}”是不是全年预算数不能确定,按未填处理,请核对表头"
    added = initial is not None and budget is not None and _rate_says(total, initial + budget)
    return by_how_much if added and "调整预算" in key and not _is_adjusted_budget(rows) else None


def _second_row_of_funds(sheet: _Sheet, row: int, last: int) -> dict[int, str]:
    """The roles of a row that goes on with the header of the funds, 年初预算数 and 全年预算数 under 预算数; {} if it does not."""
    roles = _roles(sheet, row, funds=True) if row < last else {}
    above = [column for column, role in _roles(sheet, row - 1, funds=True).items() if role in AMOUNTS]
    filled = any(_holds_amount(sheet, row, column) for column in sheet.texts[row]) if roles else True
    beside = not above or min(roles, default=0) < min(above)  # 资金执行情况 before blank amounts is the label of a row
    return {} if filled or beside or set(roles.values()).isdisjoint(AMOUNTS) else roles


def _holds_amount(sheet: _Sheet, row: int, column: int) -> bool:
    """Whether a cell holds a number or an amount written out."""
    return sheet.raw_number(row, column) is not None or _amount_in(fold(sheet.text(row, column)), "万元") is not None


def _heads_other_columns(sheet: _Sheet, row: int, first: int) -> bool:
    """Whether several words, and nothing else, stand where amounts do: 计划投入, 实际投入, 完成情况 of the year's tasks."""
    texts = [text for column in sheet.texts[row] if column >= first and (text := fold(sheet.text(row, column)))]
    words = [text for text in texts if re.fullmatch(r"(?!.?元$)[一-龥]{2,10}", text)]
    return len(words) == len(texts) > 1


def _label_among_amounts(sheet: _Sheet, row: int, columns: Mapping[str, tuple[int, ...]]) -> int | None:
    """The column of amounts in which a row has one more label: 按支出性质分:, 项目支出:700."""
    held = (columns[role][0] for role in AMOUNTS if role in columns)
    keys = sheet.keys[row]
    return next((at for at in held if ":" in keys.get(at, "") and _amount_in(keys[at], "万元") is None), None)


def _is_whole(first: FundsRow, others: Sequence[FundsRow]) -> bool:
    """Whether a first row of another name is the total: 其中 follows it, or the others add up to it or are blank.

    A source with 其中 below it is not, where other sources with amounts of their own follow.
    """
    apart = first.kind == APPROPRIATION and any(
        row.kind in (CARRYOVER, OTHER) and any(getattr(row, column).number for column in AMOUNTS) for row in others
    )
    if not others or (fold(others[0].label.text or "").startswith("其中") and not apart):
        return True
    pairs = [(getattr(first, column).number, [getattr(row, column).number for row in others]) for column in AMOUNTS]
    return all(sum_of(part for part in parts if part is not None) in (0, whole) for whole, parts in pairs)


def _is_adjusted_budget(rows: Sequence[FundsRow]) -> bool:
    """Whether 调整数 is the budget as adjusted, not by how much: 年初预算数 is not beside it, or the filed rate says so."""
    if all(row.initial_budget.number is None for row in rows):
        return True
    total = next((row for row in rows if row.kind == TOTAL), rows[0])
    budget = total.budget.number or Decimal(0)
    return _rate_says(total, budget) and not _rate_says(total, budget + (total.initial_budget.number or Decimal(0)))


def _rate_says(total: FundsRow, budget: Decimal) -> bool:
    """Whether the filed rate is that of what was executed to this budget."""
    rate, executed = decimal_in(fold(total.rate.text or "").removesuffix("%")), total.executed.number
    if rate is None or executed is None or budget <= 0:
        return False
    shares = (quotient(executed, budget), quotient(executed * 100, budget))
    return any(abs(fraction_of(rate) - share) < share / 100 for share in shares)


def _behind_its_label(sheet: _Sheet, row: int, span: tuple[int, ...]) -> tuple[int, ...]:
    """The columns of amounts, where each amount has its own label before it: 预算数 | 6.84 under 预算安排情况."""
    labelled = row < len(sheet.keys) and _role(sheet.keys[row].get(span[0], ""), funds=True) in AMOUNTS
    amounts = tuple(column for column in span if column >= sheet.right_of(row, span[0])) if labelled else ()
    return amounts or span


def _heads_labels(sheet: _Sheet, header: int, column: int, last: int) -> bool:
    """Whether a cell of the funds header stands over the labels of the rows: 年度预算数(万元) over 总额, 其中:财政资金."""
    top = sheet.grid.corner(header, column)[0] + 1
    return top < last and bool(_kind_of_funds(sheet.keys[top].get(column, "")) == TOTAL)


def _funds_label(sheet: _Sheet, row: int, first_column: int) -> Written:
    """The label of a funds row: what stands left of its amounts, without the block's side label."""
    pieces = [(column, sheet.text(row, column)) for column in sheet.keys[row] if column < first_column]
    if len(pieces) > 1 and _SIDE_OF_FUNDS.fullmatch(fold(pieces[0][1])):
        pieces = pieces[1:]
    if len(pieces) > 1 and not fold(pieces[-2][1]).startswith("其中"):
        pieces = pieces[-1:]
    if not pieces:
        return BLANK
    return Written("".join(text for _, text in pieces[-2:]), None, sheet.address(row, pieces[-1][0]))


# --- goals ------------------------------------------------------------------------------------------------------------


def _goal_columns(sheet: _Sheet, row: int) -> tuple[int, int] | None:
    expected: int | None = None
    for column, key in sheet.keys[row].items():
        if column and expected is not None and _GOAL_ACTUAL.fullmatch(key):
            return expected, column
        if _GOAL_EXPECTED.fullmatch(key):
            expected = column
    return None


def _read_goal(sheet: _Sheet, first: int, last: int) -> Goal:
    """年度总体目标: the texts below 预期目标 and 实际完成情况 where these head columns, else those behind them."""
    for row in range(first, last):
        found = _goal_columns(sheet, row)
        if found is not None and not any(found[0] < column < found[1] for column in sheet.keys[row]):
            return _goal_below(sheet, row, *found, last)
    return _goal_behind(sheet, first, last)


def _goal_below(sheet: _Sheet, row: int, left: int, right: int, last: int) -> Goal:
    end = next((column for column in sheet.keys[row] if column > right), None)
    side = max((column for column in sheet.keys[row] if column < left), default=None)
    initial = side if side is not None and _GOAL_EXPECTED.fullmatch(sheet.keys[row][side]) else left
    side_end = sheet.grid.corner(row, side)[0] if side is not None else row
    expected: list[Written] = []
    actual: list[Written] = []
    for below in range(row + 1, last):
        labelled = side is None or any(column < left for column in sheet.keys[below])
        if (expected or actual) and below > side_end and labelled:
            break
        width = len(sheet.grid.values[below])
        one = sheet.written(below, range(left, min(right, width)))
        one = one if one.text else sheet.written(below, range(initial, min(left, width)))
        other = sheet.written(below, range(right, min(width, end or width))) if right < width else BLANK
        key = fold(one.text or "")
        listed = key[:1].isdigit() and (below <= side_end or not (expected or actual))  # 1.完成…… 2.完成……
        if key and (_head_label(key) or (not listed and _FOOT.fullmatch(key))):
            break
        expected += [one] if one.text else []
        actual += [other] if other.text else []
        if below > row + 1 and not one.text and not other.text and below > side_end:
            break
    if not expected and not actual:
        return Goal(_behind_colon(sheet, row, left), _behind_colon(sheet, row, right))
    return Goal(_joined(expected), _joined(actual))


def _goal_behind(sheet: _Sheet, first: int, last: int) -> Goal:
    """The texts behind 预期目标 and 实际完成情况, in the same cell or the next, of as many rows as have such labels."""
    expected: list[Written] = []
    actual: list[Written] = []
    for row in range(first, last):
        for column, key in sheet.keys[row].items():
            texts = actual if _GOAL_ACTUAL.fullmatch(key) else expected if _GOAL_EXPECTED.fullmatch(key) else None
            if both := _BOTH_GOALS.fullmatch(sheet.text(row, column)):
                at = sheet.address(row, column)
                return Goal(Written(both["expected"].strip(), None, at), Written(both["actual"].strip(), None, at))
            if texts is None or (texts is actual and not expected):
                continue
            value = _behind_colon(sheet, row, column)
            if value.text is None:
                beside = sheet.value_right_of(row, column)
                label = fold(beside.text or "")
                value = BLANK if _GOAL_ACTUAL.fullmatch(label) or _GOAL_EXPECTED.fullmatch(label) else beside
            texts += [value] if value.text else []
    return Goal(_joined(expected), _joined(actual))


def _behind_colon(sheet: _Sheet, row: int, column: int) -> Written:
    _, _, text = sheet.text(row, column).replace("：", ":").partition(":")
    return Written(text.strip(), None, sheet.address(row, column)) if text.strip() else BLANK


def _joined(pieces: Sequence[Written]) -> Written:
    return Written("".join(piece.text or "" for piece in pieces), None, pieces[0].cell) if pieces else BLANK


# --- indicators, total, remark ----------------------------------------------------------------------------------------


class _Body:
    """The part of a form from its indicators down, read row by row."""

    def __init__(self, sheet: _Sheet, end: int) -> None:
        self.sheet, self.end = sheet, end
        self.indicators: list[Indicator] = []
        self.headings: list[Heading] = []
        self.totals: list[tuple[bool, Written]] = []
        self.funds_below: int | None = None
        self.total_weight = BLANK
        self.remark = BLANK
        self.level1: str | None = None
        self.level2: str | None = None
        self.level1_text = ""
        self.level2_text = ""

    def read(self, header: _Header, until: int) -> None:
        """Read the rows below one header, up to the next."""
        sheet, below = self.sheet, False
        for row in range(header.bottom + 1, min(until, sheet.grid.height)):
            column, key = sheet.first_text(row)
            if not key and not any(cell not in (None, "") for cell in sheet.grid.values[row]):
                continue
            if below and len({*_roles(sheet, row, funds=True).values()} & {*AMOUNTS}) > 1:
                self.funds_below = row
                return
            named = column in header.columns["level3"] and self._goes_on(header, row)
            total = None if named else _TOTAL_ROW.fullmatch(key)
            remark = _REMARK.fullmatch(key)
            if total and re.fullmatch(r"(?:[\d.]+分?|[优良中差])?", total["rest"]):
                self._read_total(header, row, column, total["rest"])
                below = True
            elif remark and self._is_foot(header, column, row):
                self._read_remark(row, column, remark)
                below = True
            elif _FOOT.fullmatch(key) and self._is_foot(header, column, row):
                below = True
            elif not below:
                self._read_indicator(header, row)
            elif self._goes_on(header, row):  # the 合计 above was that of a part only
                self.totals = [total for total in self.totals if total[0]]
                self._read_indicator(header, row)

    def _goes_on(self, header: _Header, row: int) -> bool:
        """Whether a row below a total is an indicator all the same: it has a name, and a target or an actual."""
        filled = {
            role
            for role in ("level3", "target", "actual")
            if any(self.sheet.text(row, column) for column in header.columns.get(role, ()))
        }
        return "level3" in filled and len(filled) > 1

    def _read_remark(self, row: int, column: int, match: re.Match[str]) -> None:
        """说明: behind its label, or right of it; the first one counts."""
        if self.remark.text is not None or match.string.startswith("备注"):
            return
        if not match["rest"]:
            self.remark = self.sheet.value_right_of(row, column)
            return
        text = re.split(r"[:：]", self.sheet.text(row, column), maxsplit=1)[-1]
        self.remark = Written(text.strip(), None, self.sheet.address(row, column))

    def _is_foot(self, header: _Header, column: int, row: int) -> bool:
        """A row of the foot starts in the first column or is one text over the whole width."""
        names = header.columns["level3"]
        if column < names[0]:
            return True
        return not any(
            self.sheet.text(row, at)
            for role in _SCORED_ROLES & set(header.columns)
            for at in header.columns[role]
            if at != column
        )

    def _read_total(self, header: _Header, row: int, column: int, rest: str) -> None:
        sheet = self.sheet
        none: tuple[int, ...] = ()
        score_columns, weight_columns = header.columns.get("score", none), header.columns.get("weight", none)
        score = sheet.points(row, score_columns, "总分")
        weight = sheet.points(row, weight_columns, "")
        if rest:
            score = Written(rest, decimal_in(rest.removesuffix("分")), sheet.address(row, column))
        elif score.number is None:
            others = [
                Written(sheet.text(row, at), number, sheet.address(row, at))
                for at in range(sheet.right_of(row, column), len(sheet.grid.values[row]))
                if at not in weight_columns
                and (number := sheet.raw_number(row, at) or decimal_in(fold(sheet.text(row, at)).removesuffix("分")))
                is not None
            ]
            if others and not (score_columns and len(others) == 1 and "weight" not in header.columns and weight.number):
                score = others[-1]
        if weight.number is not None:
            self.total_weight = weight
        key = sheet.keys[row][column]
        self.totals.append((not key.startswith(("合计", "总计", "分值")), score))

    def choose_total(self, in_head: Written) -> Written:
        """The form's total: the 总分 row, else 合计, else the one in the head; two that differ are a doubt."""
        filled = [total for _, total in sorted(self.totals, key=lambda entry: not entry[0]) if total.number is not None]
        chosen = filled[0] if filled else in_head if in_head.number is not None else None
        if chosen is None:
            return self.totals[0][1] if self.totals else in_head
        for other in [*filled, in_head]:
            if other.number is not None and other.number != chosen.number:
                self.sheet.doubts.append(
                    finding(
                        "X03",
                        f"表内有两个总分:{chosen.cell} 为 {chosen.text},{other.cell} 为 {other.text},以前者为准,请核对",
                        file=self.sheet.file,
                        sheet=self.sheet.grid.sheet,
                        cell=f"{chosen.cell}, {other.cell}",
                    )
                )
                break
        return chosen

    def _read_indicator(self, header: _Header, row: int) -> None:
        sheet, columns = self.sheet, header.columns
        none: tuple[int, ...] = ()
        self._read_levels(header, row)
        name = sheet.written(row, columns["level3"])
        unit = sheet.written(row, columns.get("unit", none))
        target = self._target(columns, row, unit)
        actual = sheet.written(row, columns.get("actual", none))
        weight, weight_top = self._points(columns.get("weight", none), row, "分值")
        score, score_top = self._points(columns.get("score", none), row, "得分")
        reason = sheet.written(row, columns.get("reason", none))
        if reason.text is None and "reason" in columns and (above := sheet.under.get((row, columns["reason"][0]))):
            reason = Written(None, None, sheet.address(*above))  # merged: the text stands on the first row
        if all(one.text is None for one in (name, target, actual, weight, score)):
            return
        if name.text is None and (above := sheet.under.get((row, columns["level3"][0]))):
            name = Written(sheet.text(*above) or None, None, sheet.address(*above))
        key = fold(name.text or "")
        if key.endswith("小计") or key in ("合计", "总分"):
            return
        if name.text is None and weight_top is None and target.text is None and actual.text is None:
            return
        top = weight_top if weight_top is not None else score_top
        group = top if top is not None and self._spans_rows(header, top, row) else None
        if "weight" not in columns and weight.number is None and (match := _NAME_WEIGHT.search(key)):
            weight = Written(match.group(1), Decimal(match.group(1)), name.cell)
        has_points = "weight" in columns or "score" in columns
        filled = weight.number is not None or score.number is not None
        if not filled:
            filled = any(one.text is not None and fold(one.text) not in _DASHES for one in (weight, score))
        scored = filled if has_points else not (is_prompt(key) or key.startswith("其中"))
        if group is not None and group != row:
            scored = False
        if unit.text is None:
            for written in (target, actual):
                self._doubt_serial(name.text or "", written)
        self.indicators.append(
            Indicator(
                level1=self.level1,
                level2=self.level2,
                level3=name,
                target=target,
                actual=actual,
                weight=weight,
                score=score,
                reason=reason,
                unit=unit,
                row=sheet.grid.number_of(row),
                scored=scored,
                group=None if group is None else sheet.grid.number_of(group),
            )
        )

    def _doubt_serial(self, name: str, written: Written) -> None:
        """Say of a moment that stands as a bare number which day that is."""
        number = decimal_in(written.text or "")
        day = None if number is None else day_of_serial(number)
        if day is not None and is_moment(number, read_name(name).bare, self.level2):
            shown = f"{day.year}年{day.month}月{day.day}日"
            message = f"“{written.text}”像是日期 {shown} 的序列号,不作数值计算;是日期的,请把单元格格式改为日期"
            sheet = self.sheet
            sheet.doubts.append(finding("X03", message, file=sheet.file, sheet=sheet.grid.sheet, cell=written.cell))

    def _target(self, columns: Mapping[str, tuple[int, ...]], row: int, unit: Written) -> Written:
        """年度指标值 as a person reads it: 指标性质, 指标值 and 度量单位 joined where they are columns of their own."""
        sheet = self.sheet
        none: tuple[int, ...] = ()
        value = sheet.written(row, columns.get("adjusted", none))
        if value.text is None:
            value = sheet.written(row, columns.get("target", none))
        comparators = (sheet.written(row, [column]) for column in columns.get("comparator", none))
        comparator = next((one for one in reversed([*comparators]) if one.text), BLANK)
        if comparator.text is None and unit.text is None and value.cell:
            return value
        texts = [piece.text for piece in (comparator, value, unit) if piece.text]
        return Written("".join(texts) or None, None, value.cell or comparator.cell)

    def _points(self, columns: Sequence[int], row: int, what: str) -> tuple[Written, int | None]:
        """A weight or score, and the first row of the area it is merged over, if it is."""
        if not columns:
            return BLANK, None
        above = self.sheet.under.get((row, columns[0]))
        if above is not None:
            return Written(None, None, self.sheet.address(row, columns[0])), above[0]
        written = self.sheet.points(row, columns, what)
        bottom = self.sheet.grid.corner(row, columns[0])[0]
        return written, row if bottom > row and written.text is not None else None

    def _spans_rows(self, header: _Header, top: int, row: int) -> bool:
        """Whether the merged area that starts at `top` covers more than one named row."""
        if row != top:
            return True
        bottoms = [
            self.sheet.grid.corner(top, columns[0])[0]
            for role in ("weight", "score")
            if (columns := header.columns.get(role))
        ]
        return any(
            self.sheet.text(below, header.columns["level3"][0])
            for below in range(top + 1, max(bottoms, default=top) + 1)
        )

    def _read_levels(self, header: _Header, row: int) -> None:
        """Fill 一级指标 and 二级指标 down from where they are written; take weights out of the names."""
        for level, role in ((1, "level1"), (2, "level2")):
            columns = header.columns.get(role, ())
            if self.sheet.texts[row].keys().isdisjoint(columns):
                continue
            written = self.sheet.written(row, columns)
            if written.text is None:
                continue
            key = fold(written.text)
            name, weight = _level_name(key)
            if level == 1:
                if key != self.level1_text:
                    self.level2, self.level2_text = None, ""
                    self.level1, self.level1_text = name, key
                    self._note_heading(1, weight, written.cell)
            elif key != self.level2_text or self.level2 is None:
                self.level2, self.level2_text = name, key
                self._note_heading(2, weight, written.cell)

    def _note_heading(self, level: int, weight: Decimal | None, cell: str) -> None:
        if weight is not None:
            self.headings.append(Heading(level, self.level1, self.level2 if level == 2 else None, weight, cell))


@lru_cache(maxsize=4096)
def _level_name(key: str) -> tuple[str | None, Decimal | None]:
    """Split a first- or second-level name from the weight printed in it.

    >>> _level_name("产出指标(50分)"), _level_name("(50分)"), _level_name("成本指标(0-20)分"), _level_name("产出(40-50分)")
    (('产出指标', Decimal('50')), (None, Decimal('50')), ('成本指标', None), ('产出', None))
    """
    without_range = _LEVEL_RANGE.sub("", key)
    if without_range != key:
        return without_range or None, None
    match = _LEVEL_WEIGHT.search(key)
    if not match:
        return key or None, None
    name = key[: match.start()] + key[match.end() :]
    return name or None, Decimal(match.group(1) or match.group(2))
