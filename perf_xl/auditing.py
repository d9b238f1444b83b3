"""A scored form in, findings out: one small function per code of the catalogue.

A check yields `Fault`s; the decorator registers it with its title, severity, citation, cure, and a bad and a good
example. To add one, copy a neighbour.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from perf_xl.exact import cut, decimal_in, fold, fraction_of, plain, quotient, round_half_up, times
from perf_xl.findings import ADVICE, CATALOGUE, DOUBT, ERROR, Finding, Rule, catalogue, finding
from perf_xl.grid import position
from perf_xl.meaning import HARM, NO_HARM, UNCLEAR, counted, is_cost, is_good_rate, is_reduction, is_taken_in
from perf_xl.model import AMOUNTS, BLANK, CARRYOVER, MONEY_UNITS, TOTAL, Form, FundsRow, Heading, Indicator, Written
from perf_xl.patterns import regex
from perf_xl.rules import HUNDRED, shipped
from perf_xl.scoring import COMPUTED, NOTHING, WHOLE, FormScore, IndicatorScore, level_weights, rate_of
from perf_xl.values import (
    ABSOLUTE,
    AT_LEAST,
    AT_MOST,
    QUALITATIVE,
    RELATIVE,
    NameReading,
    Settled,
    Value,
    fold_level,
    fold_name,
    is_filler,
    is_prompt,
    is_template_hint,
    parse,
    read_name,
)

NAMES = {"initial_budget": "年初预算数", "budget": "全年预算数", "executed": "全年执行数"}


@dataclass(frozen=True, slots=True)
class Fault:
    """What a check found: the cell(s), the sentence, what stands there and what is expected."""

    cell: str
    message: str
    found: str | None = None
    expected: str | None = None
    severity: str | None = None
    """Lower than the catalogue's, where direction, unit or kind had to be inferred."""


class Row(NamedTuple):
    """A scored row, with what several checks ask of it."""

    scored: IndicatorScore
    indicator: Indicator
    settled: Settled
    name: str
    """As written; "" where it is blank."""
    about: NameReading
    wanted: Value
    """What the target says by itself."""
    level1: str
    level2: str
    """Both folded."""
    weight: Decimal | None
    filed: Decimal | None

    @classmethod
    def of(cls, scored: IndicatorScore) -> Row:
        """Read what the checks ask of a row."""
        row = scored.indicator
        name = row.level3.text or ""
        levels = fold_level(row.level1), fold_level(row.level2)
        read = read_name(name), parse(row.target.text)
        return cls(scored, row, scored.settled, name, *read, *levels, row.weight.number, row.score.number)


class Case:
    """A scored form as its checks look at it: what several of them ask is found once."""

    def __init__(self, score: FormScore) -> None:
        self.score, self.form = score, score.form
        self.total_row = score.form.total_row
        self.is_misplaced = misplaced(score.form)
        self.rows = [Row.of(scored) for scored in score.indicators]
        self.deducted = [row for row in self.rows if _is_more(row.weight, row.filed)]
        """Rows that lost points."""
        self.noted = [row for row in self.rows if row.settled.notes]
        """Rows whose reading itself gives rise to findings."""

    @cached_property
    def keys(self) -> list[tuple[Indicator, str, bool]]:
        """All indicators, each with its folded name and whether that names nothing."""
        names = [(row, fold(row.level3.text or "")) for row in self.form.indicators]
        return [(row, key, is_prompt(key)) for row, key in names]

    @cached_property
    def named(self) -> list[Indicator]:
        """The indicators that are scored, by themselves or in a group, and are such by their name."""
        return [
            row
            for row, key, empty in self.keys
            if (row.scored or row.group is not None) and not empty and _is_whole(key)
        ]

    @cached_property
    def blocks(self) -> list[tuple[Heading, list[Indicator]]]:
        """The first- and second-level headings with a weight, each with the scored rows that it stands over."""
        headings = [(position(heading.cell)[0] + 1, heading) for heading in self.form.headings]
        blocks = []
        for first, heading in headings:
            after = [row for row, other in headings if row > first and other.level == heading.level]
            last = min(after) - 1 if after else None
            blocks.append((heading, _block(self.form, heading, first, last)))
        return blocks

    @cached_property
    def odd_rates(self) -> list[tuple[FundsRow, Fraction, int | None]]:
        """Rows whose printed rate is not the exact one rounded: row, exact rate, decimals after which it is merely cut off."""
        odd = []
        for row in self.form.funds:
            rate = rate_of(self.form.budget_of(row).number, row.executed.number) if row.rate.text else None
            notations = rate_notations(row.rate.text or "") if rate is not None else []
            if rate is None or not notations:
                continue
            if not any(agrees(number, rate, places) for number, places in notations):
                is_cut = (places for number, places in notations if number == cut(rate, places))
                odd.append((row, rate, next(is_cut, None)))
        return odd

    @cached_property
    def short(self) -> list[tuple[Row, Decimal, Decimal, bool]]:
        """Quantitative rows that fall short and whose filed score is not the partial one: row, weight, filed, only rounded."""
        short = []
        for row in self.rows:
            completion, weight, filed = row.scored.completion, row.weight, row.filed
            if weight is None or filed is None or filed == row.scored.score or not 0 <= filed <= weight:
                continue
            if completion is not None and completion != 1 and _is_counted(row):
                exact = fraction_of(weight) * completion
                if _is_unrounded(filed, exact):
                    continue
                short.append((row, weight, filed, only_rounded(filed, exact, self.score.rulebook.decimals)))
        return short


Check = Callable[[Case], Iterator[Fault]]
CHECKS: dict[str, Check] = {}


def check(
    code: str, severity: str, title: str, source: str, cure: str, bad: str, good: str
) -> Callable[[Check], Check]:
    """Register a check under its code. `source` is a rulebook entry, or the name of a text."""

    def register(function: Check) -> Check:
        catalogue(Rule(code, severity, title, source, cure, bad, good))
        CHECKS[code] = function
        return function

    return register


def audit(score: FormScore) -> list[Finding]:
    """Return all findings (问题) of a form, what the reader doubted (X03) included, in order."""
    form, case = score.form, Case(score)
    found = []
    for code, function in CHECKS.items():
        for fault in function(case):
            found.append(
                finding(
                    code,
                    fault.message,
                    file=form.file,
                    sheet=form.sheet,
                    cell=fault.cell,
                    found=fault.found,
                    expected=fault.expected,
                    severity=fault.severity,
                    citation=citation_of(code, score),
                )
            )
    no_numbers = {one.cell for one in found if one.code == "S12"}  # an X03 there would say the same again
    found += [one for one in form.doubts if one.cell not in no_numbers]
    return sorted(found, key=lambda one: one.order)


def citation_of(code: str, score: FormScore) -> str:
    """Return the document that a code rests on, as the form's rulebook cites it."""
    source = CATALOGUE[code].source
    citation = score.rulebook.citations.get(source)
    return citation.document if citation else source


def _decimals(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


PRINTED = 2
"""Decimals with which scores are printed, and to which `round_half_up` rounds where it is told no other."""
STORED = 10
"""Decimals up to which a number is compared: of a quotient that a formula left unrounded the last ones are not certain."""


def agrees(filed: Decimal, exact: Fraction | Decimal, places: int | None = None) -> bool:
    """Return whether a printed number is the exact one at its own number of decimals, half up."""
    at = min(_decimals(filed) if places is None else places, STORED)
    return round_half_up(filed, at) == round_half_up(exact, at)


def _is_unrounded(filed: Decimal, exact: Fraction) -> bool:
    """Whether a score is the exact one with more decimals than are printed, as a formula leaves it."""
    return _decimals(filed) > PRINTED and agrees(filed, exact)


def _whole_form_cell(form: Form) -> str:
    return form.total.cell if form.total.text else form.title.cell


# --- weights ----------------------------------------------------------------------------------------------------------


@check(
    "W01", ERROR, "分值合计不等于100", "levels.weights",
    "调整各项分值,使预算执行率与各项指标的分值合计为100分。",
    "执行率7分、指标90分,合计97分。", "执行率10分、指标90分,合计100分。",
)  # fmt: skip
def weights_do_not_add_up(case: Case) -> Iterator[Fault]:
    """总分应为100分: execution weight and indicator weights, all being readable."""
    known = [row.weight for row in case.rows if row.weight is not None]
    if not known or len(known) != len(case.rows) or case.is_misplaced or "elsewhere" in case.form.columns:
        return
    execution = case.score.execution.weight
    if execution is None and case.score.execution.filed is not None:
        return
    total = round_half_up(sum(known, execution or Decimal(0)))
    if total != HUNDRED:
        form = case.form
        cell = form.total_weight.cell if form.total_weight.text else _whole_form_cell(form)
        parts = f"执行率 {plain(execution)} 分、指标 {plain(sum(known))} 分" if execution is not None else "各项指标"
        severity = None if execution is not None else DOUBT  # the execution rate may be scored elsewhere
        yield Fault(cell, f"{parts},合计 {plain(total)} 分,应为100分", plain(total), "100", severity)


@check(
    "W02", ERROR, "预算执行率分值不符", "execution.weight",
    "把预算执行率的分值改为规定的分值,并按执行率重算得分和总分。",
    "执行率分值填7分。", "执行率分值填10分。",
)  # fmt: skip
def execution_weight_is_not_the_rulebooks(case: Case) -> Iterator[Fault]:
    """除预算资金执行率外,其他指标权重可作适当调整: its own weight may not be adjusted."""
    score, weight, row = case.score, case.score.execution.weight, case.total_row
    if weight is None or row is None or weight == score.rulebook.execution_weight or case.is_misplaced:
        return
    wanted = plain(score.rulebook.execution_weight)
    follows = score.total_at_rulebook_weights
    then = "" if follows is None else f";按 {wanted} 分计算,总分应为 {plain(follows)} 分"
    elsewhere = any(book.execution_weight == weight for book in shipped().values())
    message = f"预算执行率分值为 {plain(weight)} 分,应为 {wanted} 分{then}"
    yield Fault(row.weight.cell, message, plain(weight), wanted, DOUBT if elsewhere else None)


@check(
    "W03", ADVICE, "一级指标分值与统一设置不同", "levels.weights",
    "有特殊情况的可以调整,并在说明中写明理由;没有的,按统一设置填写。",
    "产出指标60分、效益指标20分、满意度指标10分。", "产出指标50分、效益指标30分、满意度指标10分。",
)  # fmt: skip
def level_weights_are_not_the_usual_ones(case: Case) -> Iterator[Fault]:
    """原则上一级指标分值统一设置……可作适当调整,但总分应为100分: first levels that differ although all adds to 100."""
    score, weights = case.score, level_weights(case.form)
    known = {level: weight for level, weight in weights.items() if level and weight is not None}
    execution = score.execution.weight
    if execution is None or len(known) != len(weights) or sum(known.values(), execution) != HUNDRED:
        return
    usual = {fold_level(level): weight for level, weight in score.rulebook.level_weights.items()}
    if known == usual:
        return
    now, then = ("、".join(f"{level}{plain(weight)}" for level, weight in one.items()) for one in (known, usual))
    yield Fault(_whole_form_cell(case.form), f"一级指标分值为 {now},统一设置为 {then}", now, then)


def _block(form: Form, heading: Heading, first: int, last: int | None) -> list[Indicator]:
    """The scored rows that a first- or second-level heading stands over, from its own row to the last before the next."""
    return [
        row
        for row in form.scored
        if first <= row.row
        and (last is None or row.row <= last)
        and row.level1 == heading.level1
        and (heading.level == 1 or row.level2 == heading.level2)
    ]


@check(
    "W04", ERROR, "标注分值与下级合计不符", "levels.weights",
    "核对名称里标注的分值和下级各项分值,改正其中有误的一处。",
    "“产出指标(50分)”下各项分值合计45分。", "“产出指标(50分)”下各项分值合计50分。",
)  # fmt: skip
def weight_in_a_name_is_not_its_rows(case: Case) -> Iterator[Fault]:
    """A weight printed in a first- or second-level name is the sum of its rows."""
    for heading, rows in case.blocks:
        weights = [row.weight.number for row in rows if row.weight.number is not None]
        wanted = round_half_up(sum(weights))
        if not rows or len(weights) != len(rows) or wanted == heading.weight:
            continue
        name = (heading.level2 if heading.level == 2 else heading.level1) or "一级指标"
        found, added = plain(heading.weight), plain(wanted)
        yield Fault(heading.cell, f"“{name}”标注 {found} 分,下级各项分值合计 {added} 分", found, added)


@check(
    "W05", DOUBT, "指标没有分值", "levels.weights",
    "给该指标填上分值,并使全部分值合计为100分。",
    "有指标值和完成值,分值空白。", "每项指标都有分值,或与上下行合并填列。",
)  # fmt: skip
def indicator_without_weight(case: Case) -> Iterator[Fault]:
    """A named indicator with target or score has no weight, nor does a parent or its group."""
    if "weight" not in case.form.columns:
        return
    for row, key, empty in case.keys:
        if row.weight.number is not None or row.group is not None or empty or not _is_whole(key):
            continue
        if any(row is one for _, rows in case.blocks for one in rows):
            continue
        if (row.target.text or row.score.number is not None) and not is_filler(row.target.text):
            yield Fault(row.weight.cell, f"“{row.level3.text}”没有分值", None, "分值")


def _is_whole(key: str) -> bool:
    """Whether a folded name is that of an indicator, not blank and not of a part of one (其中)."""
    return bool(key) and not key.startswith("其中")


# --- funds ------------------------------------------------------------------------------------------------------------


def rate_notations(text: str) -> list[tuple[Decimal, int]]:
    """Return the shares a printed rate may mean, each with its decimals: 67% → 0.67 (2); 79.27 → itself or 0.7927.

    >>> rate_notations("67%"), rate_notations("0.958")
    ([(Decimal('0.67'), 2)], [(Decimal('0.958'), 3), (Decimal('0.00958'), 5)])
    """
    key = fold(text)
    number = decimal_in(key.removesuffix("%"))
    if number is None:
        return []
    places = _decimals(number)
    as_percent = (number.scaleb(-2), places + 2)
    return [as_percent] if key.endswith("%") else [(number, places), as_percent]


@check(
    "F01", ERROR, "执行率计算有误", "execution.weight",
    "按“全年执行数÷全年预算数”重算执行率。",
    "预算78万元、执行51.91万元,执行率填76%。", "预算78万元、执行51.91万元,执行率填67%或66.55%。",
)  # fmt: skip
def printed_rate_is_wrong(case: Case) -> Iterator[Fault]:
    """Printed rate against executed ÷ budget, at its own number of decimals; a merely cut-off rate is no error."""
    for row, rate, places in case.odd_rates:
        if places is not None:
            continue
        wanted = f"{plain(round_half_up(rate * 100, 2))}%"
        shown = f"{_shown(row.executed)}÷{_shown(case.form.budget_of(row))}"
        message = f"{_label(row)}的执行率填 {row.rate.text},{shown} 应为 {wanted}"
        yield Fault(row.rate.cell, message, row.rate.text, wanted)


@check(
    "F05", ADVICE, "执行率截断而非四舍五入", "execution.weight",
    "按四舍五入保留小数。",
    "27.8÷29=95.86%,填0.958。", "27.8÷29=95.86%,填0.959或95.86%。",
)  # fmt: skip
def printed_rate_is_cut(case: Case) -> Iterator[Fault]:
    """A printed rate that equals the exact one only when cut off."""
    for row, rate, places in case.odd_rates:
        if places is not None:
            wanted, exact = plain(round_half_up(rate, places)), f"{plain(round_half_up(rate * 100, 2))}%"
            message = f"{_label(row)}的执行率填 {row.rate.text},是截断的,四舍五入为 {wanted}({exact})"
            yield Fault(row.rate.cell, message, row.rate.text, exact)


def _label(row: FundsRow) -> str:
    return f"“{(row.label.text or '').rstrip(':：')}”"


_SOURCE = regex("^(?!.*[总计]).*(?:财政|拨款|自筹|自有|上级|中央|[省市县区本]级)")
_SUBTOTAL = regex("合计|小计")


@check(
    "F02", ERROR, "资金总额与分项合计不符", "自评表项目资金栏",
    "核对年度资金总额与其中各项,使总额等于分项之和。",
    "年度资金总额填0,其中当年财政拨款填90。", "年度资金总额90,其中当年财政拨款90。",
)  # fmt: skip
def total_of_funds_is_not_its_parts(case: Case) -> Iterator[Fault]:
    """In every amount column the total is the sum of its parts, where at least one part is filled."""
    total = case.total_row
    if total is None:
        return
    parts = [row for row in case.form.funds if row.kind != TOTAL and not _SUBTOTAL.search(row.label.text or "")]
    alone = _SOURCE.match(total.label.text or "")  # it stands for the total where the other sources are 0
    for column in AMOUNTS:
        filled: list[Written] = [getattr(row, column) for row in parts if getattr(row, column).number is not None]
        if not filled:
            continue
        amount: Written = getattr(total, column)
        numbers = [part.number for part in filled if part.number is not None]
        wanted = sum(numbers, Decimal(0))
        if _is_unreadable(amount) or (not wanted and (amount.number is None or alone)):
            continue
        fits = amount.number is not None and (amount.number == wanted or agrees(amount.number, wanted))
        if not fits and (amount.number is None or amount.number not in _sums_without_details(numbers)):
            shown = "空白" if amount.number is None else plain(amount.number)
            cells = ", ".join([amount.cell, *(part.cell for part in filled)])
            message = f"{NAMES[column]}:年度资金总额为{shown},各分项合计为 {plain(wanted)}"
            yield Fault(cells, message, None if amount.number is None else plain(amount.number), plain(wanted))


def _is_unreadable(amount: Written) -> bool:
    """Whether a cell for an amount holds what is none (X03 says so): it is not blank."""
    return amount.number is None and not is_filler(amount.text)


def _sums_without_details(numbers: list[Decimal]) -> set[Decimal]:
    """What parts may add to when one of them is itself split into those that follow it (财政拨款, 其中:中央, 省级)."""
    whole = sum(numbers, Decimal(0))
    return {
        whole - number
        for at, number in enumerate(numbers)
        for end in range(at + 2, len(numbers) + 1)
        if number and sum(numbers[at + 1 : end], Decimal(0)) == number
    }


@check(
    "F04", ERROR, "预算为零或空白而有执行数", "execution.weight",
    "填写全年预算数(含调整、追加),再计算执行率和得分。",
    "全年预算数为0,全年执行数为12.5。", "全年预算数为15,全年执行数为12.5。",
)  # fmt: skip
def executed_without_budget(case: Case) -> Iterator[Fault]:
    """Executed funds without a budget have no rate."""
    row = case.total_row
    if row is None or not row.executed.number:
        return
    budget = case.form.budget_of(row)
    if not budget.number and not _is_unreadable(budget):
        shown = "空白" if budget.number is None else "0"
        message = f"全年预算数为{shown},全年执行数为 {plain(row.executed.number)},无法计算执行率"
        yield Fault(budget.cell or row.executed.cell, message, None if budget.number is None else "0")


@check(
    "F03", DOUBT, "执行数超过预算数", "execution.weight",
    "核对全年执行数和全年预算数;有追加预算的,预算数填调整后的数。",
    "全年预算数78万元,全年执行数80万元。", "追加2万元后全年预算数80万元,全年执行数80万元。",
)  # fmt: skip
def executed_more_than_the_budget(case: Case) -> Iterator[Fault]:
    """Executed funds above the budget; a part only where the total does not say it already."""
    form = case.form
    above = [
        row
        for row in form.funds
        if (budget := form.budget_of(row).number) and row.executed.number is not None and row.executed.number > budget
    ]
    for row in [row for row in above if row.kind == TOTAL] or above:
        most, spent = form.budget_of(row), row.executed
        shown = f"{_label(row)}全年执行数 {_shown(spent)} 超过全年预算数 {_shown(most)}"
        yield Fault(f"{spent.cell}, {most.cell}", shown, _shown(spent), _shown(most))


def _shown(written: Written) -> str:
    return "空白" if written.number is None else plain(written.number)


@check(
    "F06", DOUBT, "执行得分重复填列", "execution.weight",
    "执行率的分值和得分只填在“年度资金总额”一行。",
    "“年度资金总额”和“其中:财政拨款”两行都填得分10分。", "只在“年度资金总额”一行填得分10分。",
)  # fmt: skip
def execution_score_is_filed_twice(case: Case) -> Iterator[Fault]:
    """The score stands on the total row and again on a part."""
    total = case.total_row
    if total is None or total.score.number is None:
        return
    for row in case.form.funds:
        if row.kind != TOTAL and row.score.number:
            shown = f"{_label(row)}一行又填得分 {_shown(row.score)},“年度资金总额”一行已有得分 {_shown(total.score)}"
            yield Fault(f"{row.score.cell}, {total.score.cell}", shown, _shown(row.score))


def misplaced(form: Form) -> bool:
    """Whether weight or score of the execution rate are those of the whole form."""
    row = form.total_row
    if row is None:
        return False
    if row.weight.number is not None and row.weight.number >= HUNDRED:
        return True
    above = row.weight.number is not None and row.score.number is not None and row.score.number > row.weight.number
    return above and row.score.number == form.total.number


@check(
    "F07", DOUBT, "资金行数值疑似错位", "自评表项目资金栏",
    "“年度资金总额”一行填预算执行率的分值和得分,总分填在表末的总分行。",
    "“年度资金总额”一行的分值填100、得分填98。", "“年度资金总额”一行的分值填10、得分填9.8。",
)  # fmt: skip
def funds_hold_what_belongs_elsewhere(case: Case) -> Iterator[Fault]:
    """100 as weight, or the form's total as score of the execution rate."""
    row = case.total_row
    if row is not None and case.is_misplaced:
        shown = f"“年度资金总额”一行填分值 {_shown(row.weight)}、得分 {_shown(row.score)},像是整张表的分值和总分"
        wanted = plain(case.score.rulebook.execution_weight)
        yield Fault(f"{row.weight.cell}, {row.score.cell}", shown, _shown(row.weight), wanted)


_ABOUT_RATE = regex(r"(?:项目|年度|财政)?(?:预算|资金|经费)(?:资金)?(?:执行|支出|使用完成)(?:进度|完成)?率|支出实现率")
_ABOUT_SAVING = regex(r"(?:项目|预算)?资金(?:节约|结余)率")
_ABOUT_EXECUTED = regex(
    r"(?:项目|年度)?(?:总成本|总支出|支出总额|资金支出(?:数|额)|(?:计划)?总投资|预算执行(?:数|金额))(?:控制数?)?"
)


@check(
    "F08", DOUBT, "完成值与资金数不一致", "自评表项目资金栏",
    "核对该指标的完成值与资金栏的预算数、执行数,改正有误的一处。",
    "资金栏执行率94.54%,“预算执行率”指标完成值填98%。", "资金栏执行率94.54%,“预算执行率”指标完成值填94.54%。",
)  # fmt: skip
def indicator_contradicts_the_funds(case: Case) -> Iterator[Fault]:
    """An indicator about the budget or its execution says something else than the funds block."""
    form, rate, total = case.form, case.score.execution.rate, case.total_row
    if rate is None or total is None:
        return
    for row in case.rows:
        name, given = row.about.bare, parse(row.indicator.actual.text)
        if given.form != "number" or given.number is None or given.comparator not in (None, "="):
            continue
        if given.unit == "%" or (given.unit == "" and row.settled.unit == "%"):
            wanted = rate if _ABOUT_RATE.fullmatch(name) else 1 - rate if _ABOUT_SAVING.fullmatch(name) else None
            if (
                wanted is None
                or agrees(given.number, wanted * 100)
                or given.number == cut(wanted * 100, _decimals(given.number))
            ):
                continue
            shown = f"{plain(round_half_up(wanted * 100, 2))}%"
        elif _ABOUT_EXECUTED.fullmatch(name) and row.settled.unit == "元" and row.settled.actual is not None:
            spent = Fraction(total.executed.number or 0) * Fraction(MONEY_UNITS[form.money_unit or "万元"])
            scale = quotient(row.settled.actual, given.number) if given.number else WHOLE
            if agrees(given.number, spent * 10000 / scale):
                continue
            shown = f"{plain(round_half_up(spent, 6))}万元"
        else:
            continue
        cell, text = row.indicator.actual.cell, row.indicator.actual.text
        yield Fault(f"{cell}, {total.executed.cell}", f"“{name}”完成值填 {text},按资金栏应为 {shown}", text, shown)


# --- scores -----------------------------------------------------------------------------------------------------------


def only_rounded(filed: Decimal, exact: Fraction, places: int) -> bool:
    """Return whether a filed score is the exact one rounded to fewer decimals, or cut at as many or fewer."""
    return any(
        filed == rounded for fewer in range(places + 1) for rounded in (round_half_up(exact, fewer), cut(exact, fewer))
    )


@check(
    "S01", ERROR, "执行率得分计算有误", "execution.weight",
    "按“分值×执行率”重算执行率得分,最高不超过分值。",
    "分值10分、执行率66.55%,得分填10分。", "分值10分、执行率66.55%,得分填6.66分。",
)  # fmt: skip
def execution_score_is_wrong(case: Case) -> Iterator[Fault]:
    """Filed execution score against weight × rate, capped; one that is only rounded or cut is advice (S02)."""
    score, execution, row = case.score, case.score.execution, case.total_row
    if row is None or execution.filed is None or execution.weight is None or execution.rate is None:
        return
    if execution.score is None or execution.filed == execution.score or case.is_misplaced:
        return
    exact = _execution_exactly(score)
    if _is_unrounded(execution.filed, exact) or only_rounded(execution.filed, exact, score.rulebook.decimals):
        return
    rate = f"{plain(round_half_up(execution.rate * 100, 2))}%"
    message = (
        f"执行率得分填 {plain(execution.filed)} 分,{plain(execution.weight)}×{rate} 应为 {plain(execution.score)} 分"
    )
    yield Fault(row.score.cell, message, plain(execution.filed), plain(execution.score))


def _execution_exactly(score: FormScore) -> Fraction:
    execution = score.execution
    rate = execution.rate or NOTHING
    return Fraction(execution.weight or 0) * (min(rate, WHOLE) if score.rulebook.execution_capped else rate)


@check(
    "S02", ADVICE, "执行率得分取整或截断", "scores.decimals",
    "按“分值×执行率”保留两位小数,四舍五入。",
    "10×86.20%=8.62,得分填9分。", "10×86.20%=8.62,得分填8.62分。",
)  # fmt: skip
def execution_score_is_rounded(case: Case) -> Iterator[Fault]:
    """A filed execution score that is right only after rounding to fewer decimals, or after cutting."""
    score, execution, row = case.score, case.score.execution, case.total_row
    if row is None or execution.filed is None or execution.score is None or execution.filed == execution.score:
        return
    if execution.rate and only_rounded(execution.filed, _execution_exactly(score), score.rulebook.decimals):
        found, wanted = plain(execution.filed), plain(execution.score)
        yield Fault(row.score.cell, f"执行率得分填 {found} 分,是取整或截断的,保留两位小数为 {wanted} 分", found, wanted)


@check(
    "S03", ERROR, "得分超过分值", "execution.capped",
    "核对得分和分值;得分最高等于分值。",
    "分值10分,得分12分。", "分值10分,得分10分。",
)  # fmt: skip
def score_is_above_weight(case: Case) -> Iterator[Fault]:
    """各项指标得分最高不能超过该指标分值上限."""
    above: list[tuple[Written, Written, str]] = []
    total = case.total_row
    if total is not None and not case.is_misplaced and _is_more(total.score.number, total.weight.number):
        above.append((total.weight, total.score, "预算执行率"))
    above += [
        (row.indicator.weight, row.indicator.score, row.name) for row in case.rows if _is_more(row.filed, row.weight)
    ]
    for weight, filed, name in above:
        message = f"“{name}”得分 {_shown(filed)},超过分值 {_shown(weight)}"
        yield Fault(f"{filed.cell}, {weight.cell}", message, _shown(filed), _shown(weight))


def _is_more(one: Decimal | None, other: Decimal | None) -> bool:
    """Whether one number is printed as more than another."""
    return one is not None and other is not None and one > other and round_half_up(one) > round_half_up(other)


@check(
    "S04", ERROR, "总分与各项合计不符", "levels.weights",
    "重新合计执行率得分与各项指标得分。",
    "各项得分合计94.5分,总分填98分。", "各项得分合计94.5分,总分填94.5分。",
)  # fmt: skip
def total_is_not_its_parts(case: Case) -> Iterator[Fault]:
    """各项指标得分加总得出该项目绩效自评的总分: all scores being readable; one that is only rounded or cut is advice."""
    known = [row.filed for row in case.rows if row.filed is not None]
    total = case.form.total
    if total.number is None or not known or len(known) != len(case.rows) or case.is_misplaced:
        return
    if case.form.has_other_points:
        return
    execution = case.score.execution
    if execution.weight is not None and execution.filed is None:
        return
    parts = [*known, execution.filed or Decimal(0)]
    wanted, as_printed = (round_half_up(one) for one in (sum(parts), sum(map(round_half_up, parts))))
    filed = round_half_up(total.number)
    if filed not in (wanted, as_printed):
        message = f"总分填 {plain(filed)} 分,执行率得分与各项指标得分合计为 {plain(wanted)} 分"
        rounded = only_rounded(filed, fraction_of(wanted), case.score.rulebook.decimals)
        weights = sum((row.weight for row in case.rows if row.weight is not None), Decimal(0))
        room = execution.filed is None and wanted < filed <= wanted + HUNDRED - weights
        severity = ADVICE if rounded else DOUBT if room else None  # what is no row here may be scored too, up to 100
        yield Fault(total.cell, message + ",是取整或截断的" * rounded, plain(filed), plain(wanted), severity)


def reason_of(form: Form, indicator: Indicator) -> Written:
    """The reason beside a row; one that is merged over several rows stands on the first and holds for all."""
    if indicator.reason.text is None and indicator.reason.cell:
        shared = (row.reason for row in form.indicators if row.reason.cell == indicator.reason.cell and row.reason.text)
        return next(shared, indicator.reason)
    return indicator.reason


_NOTHING = regex(
    r"(?:暂?无|(?:暂时|目前)?没有|不涉及|不适用|略|N/?A|none|null|(?:暂?无|没有|未发生|不存在)(?:任何|明显|重大|较大)?"
    r"(?:偏差|差异|异常|问题|原因|说明|情况|情形|内容|分析|改进|整改|措施|其他|及|和)+)?",
    re.IGNORECASE,
)
_PROMPT = regex(r"\(?请(?:在此处?)?(?:简要|据实)?(?:说明|填写|填列|注明)[^。)]*[。)]*")
_CLAUSE_ENDS = regex("[。.;,、!]")
_AS_ABOVE = regex(r"(?:同上|同上[一]?[行条项]|同前|〃)[。.]?")


def says_nothing(reason: Written) -> bool:
    """Whether a reason is blank, a dash, the form's own prompt, or a way of saying that there is none: 暂无, 无偏差, N/A."""
    return is_filler(reason.text) or _is_nothing(_PROMPT.sub("", fold(reason.text or "")))


def _is_nothing(said: str) -> bool:
    """Whether every clause of a text says that there is nothing to say."""
    return all(_NOTHING.fullmatch(clause) for clause in _CLAUSE_ENDS.split(said))


def standing_reason(form: Form, indicator: Indicator) -> Written:
    """The reason that holds for a row: a 同上 stands for what is said above it, for nothing where nothing is."""
    rows, reason = form.indicators, reason_of(form, indicator)
    if not _is_as_above(reason):
        return reason
    above = reversed(rows[: next(at for at, row in enumerate(rows) if row is indicator)])
    return next((said for said in (reason_of(form, row) for row in above) if not _is_as_above(said)), BLANK)


def _is_as_above(reason: Written) -> bool:
    return reason.text is not None and bool(_AS_ABOVE.fullmatch(fold(reason.text)))


def is_no_reason(form: Form, indicator: Indicator) -> bool:
    """Whether the reason that holds for a row says nothing, or is a bare number."""
    reason = standing_reason(form, indicator)
    return says_nothing(reason) or decimal_in(fold(reason.text or "").removesuffix("%")) is not None


def _is_counted(row: Row) -> bool:
    """Whether the completion of a row follows from numbers that were read with certainty (定量)."""
    settled = row.settled
    return (
        settled.kind in (ABSOLUTE, RELATIVE)
        and settled.stated is None
        and row.scored.basis == COMPUTED
        and settled.actual is not None
    )


def _is_inferred(row: Row) -> bool:
    """Whether direction, unit or kind are ours: no comparator where less may be better, a scale assumed, a merged group.

    A name that leaves open which way is better casts doubt on the comparator beside it: 逾期发放率 ≥100%.
    """
    said = row.wanted.comparator or row.about.comparator
    return (
        "I06" in row.settled.notes
        or row.indicator.group is not None
        or (row.settled.scored_by == AT_MOST and said not in ("<=", "<"))
        or counted(row.about.bare) == UNCLEAR
        or (row.settled.unit == "元" and said in (None, "="))
    )


def _compared(row: Row) -> str:
    indicator = row.indicator
    percent = f"{plain(round_half_up((row.scored.completion or NOTHING) * 100, 2))}%"
    return f"“{row.name}”指标值 {indicator.target.text}、完成值 {indicator.actual.text},完成比例 {percent}"


@check(
    "S05", ERROR, "未达指标值而得满分", "自评表表注3",
    "按完成比例计算得分,并说明偏差原因;完成值填错的,改正完成值。",
    "指标值≥4754人、完成值4604人,分值5分,得分5分。", "指标值≥4754人、完成值4604人,分值5分,得分4.84分。",
)  # fmt: skip
def full_score_for_less_than_the_target(case: Case) -> Iterator[Fault]:
    """未完成指标值的,按照完成值与指标值的比例记分: not met, and yet the full score."""
    for row, weight, filed, rounded in case.short:
        if filed == weight and not rounded:
            message = f"{_compared(row)},得分应为 {plain(row.scored.score or Decimal(0))} 分,填了满分 {plain(filed)} 分"
            severity = DOUBT if _is_inferred(row) else None
            yield Fault(
                row.indicator.score.cell, message, plain(filed), plain(row.scored.score or Decimal(0)), severity
            )


@check(
    "S06", DOUBT, "得分与完成比例不符", "自评表表注3",
    "核对完成值和得分;另有评分办法的,在原因栏写明。",
    "指标值100人、完成值80人,分值10分,得分9分。", "指标值100人、完成值80人,分值10分,得分8分。",
)  # fmt: skip
def partial_score_is_not_in_proportion(case: Case) -> Iterator[Fault]:
    """Not met, and the score is neither full nor in proportion."""
    for row, weight, filed, rounded in case.short:
        if filed != weight and not rounded:
            message = f"{_compared(row)},得分应为 {plain(row.scored.score or Decimal(0))} 分,填 {plain(filed)} 分"
            yield Fault(row.indicator.score.cell, message, plain(filed), plain(row.scored.score or Decimal(0)))


@check(
    "S07", ADVICE, "部分得分取整或截断", "scores.decimals",
    "按“分值×完成比例”保留两位小数,四舍五入。",
    "6×95%=5.7,得分填5分。", "6×95%=5.7,得分填5.7分。",
)  # fmt: skip
def partial_score_is_rounded(case: Case) -> Iterator[Fault]:
    """Not met, and the score is in proportion only after rounding or cutting."""
    for row, _, filed, rounded in case.short:
        if rounded:
            message = f"{_compared(row)},得分填 {plain(filed)} 分,是取整或截断的,应为 {plain(row.scored.score or Decimal(0))} 分"
            yield Fault(row.indicator.score.cell, message, plain(filed), plain(row.scored.score or Decimal(0)))


def _is_met(row: Row) -> bool:
    """Whether a target is met for certain: by numbers, by date, by words that agree, or a rate of 100% that has no target."""
    if row.scored.completion == 1 and row.scored.basis == COMPUTED:
        return True
    whole = fold(row.indicator.actual.text or "") == "100%" and fold(row.name).endswith("率")
    return whole and row.scored.completion is None and is_filler(row.indicator.target.text)


@check(
    "S08", DOUBT, "已达指标值而扣分", "自评表表注3",
    "确有扣分理由的在原因栏写明;没有的,按满分填列。",
    "指标值100%、完成值100%,分值20分,得分19分,原因空白。", "指标值100%、完成值100%,分值20分,得分20分。",
)  # fmt: skip
def deduction_from_a_met_target(case: Case) -> Iterator[Fault]:
    """Met, score below the weight, and no reason."""
    for row in case.deducted:
        weight, filed = row.indicator.weight, row.indicator.score
        if (row.filed or 0) >= 0 and _is_met(row) and is_no_reason(case.form, row.indicator):
            what = f"“{row.name}”完成值 {row.indicator.actual.text} 已达指标值,分值 {_shown(weight)} 分只得 {_shown(filed)} 分"
            yield Fault(filed.cell, f"{what},没有说明原因", _shown(filed), _shown(weight))


@check(
    "S09", ERROR, "得分与所述完成档次不符", "bands.lower_bounds",
    "按所述档次的比例范围填写得分,或改正完成值所写的档次。",
    "完成值“部分达成预期指标并具有一定效果”,分值10分,得分10分。", "完成值“部分达成预期指标并具有一定效果”,分值10分,得分7分。",
)  # fmt: skip
def score_is_outside_the_stated_band(case: Case) -> Iterator[Fault]:
    """三档分别按照100%-80%(含)、80%-60%(含)、60%-0%合理填写完成比例: the bounds of a band belong to it."""
    upper, lower = case.score.rulebook.band_bounds
    ranges = {1: (upper, Decimal(1)), 2: (lower, upper), 3: (Decimal(0), lower)}
    for row in case.rows:
        weight, filed, band = row.weight, row.filed, row.settled.band
        if band is None or not weight or filed is None or not 0 <= filed <= weight:
            continue
        low, high = ranges[band]
        if not weight * low <= filed <= weight * high:
            wanted = f"{plain(weight * low)}至{plain(weight * high)}"
            what = f"“{row.name}”完成值“{row.indicator.actual.text}”属第{band}档"
            message = f"{what},分值 {plain(weight)} 分,得分应在 {wanted} 分之间,填 {plain(filed)} 分"
            yield Fault(f"{row.indicator.score.cell}, {row.indicator.actual.cell}", message, plain(filed), wanted)


def _joined(cells: list[str]) -> str:
    return ", ".join(cell for cell in cells if cell)


def _is_blank(written: Written) -> bool:
    """Whether a cell holds nothing, or what fills a cell; 无 is an answer."""
    return is_filler(written.text) and fold(written.text or "") != "无"


@check(
    "S10", ERROR, "没有完成值却有得分", "自评表“实际完成值”栏",
    "补填实际完成值;没有完成的,得分填0并说明原因。",
    "完成值空白,得分9.3分。", "完成值3台,得分9.3分。",
)  # fmt: skip
def score_without_actual(case: Case) -> Iterator[Fault]:
    """A score, and nothing that was done for it."""
    if "actual" not in case.form.columns:
        return
    for row in case.rows:
        indicator = row.indicator
        key = fold(row.name)
        if not row.filed or not _is_blank(indicator.actual) or is_prompt(key) or not _is_whole(key):
            continue
        if all(_is_blank(one.actual) for one in case.form.members(indicator)):
            message = f"“{indicator.level3.text}”没有完成值,得分填 {plain(row.filed)} 分"
            severity = DOUBT if indicator.actual.text else None
            yield Fault(f"{indicator.score.cell}, {indicator.actual.cell}", message, plain(row.filed), None, severity)


@check(
    "S11", ERROR, "有分值没有得分", "自评表“得分”栏",
    "按完成情况填写得分;没有完成的填0。",
    "分值10分,得分空白。", "分值10分,得分10分。",
)  # fmt: skip
def weight_without_score(case: Case) -> Iterator[Fault]:
    """The form has a score column, the row a weight; where no row has a score that is one finding."""
    form, total = case.form, case.total_row
    unscored = total is not None and total.weight.number is not None and total.score.text is None
    if total is not None and unscored and "funds.score" in form.columns and case.score.execution.rate is not None:
        yield Fault(total.score.cell, f"预算执行率分值 {_shown(total.weight)} 分,没有填得分", None, "得分")
    if "score" not in form.columns:
        return
    rows = [row.indicator for row in case.rows if row.weight is not None]
    missing = [row for row in rows if is_filler(row.score.text)]
    if len(missing) == len(rows) > 1:
        cells = _joined([row.score.cell for row in missing])
        yield Fault(cells, f"{len(missing)} 项指标都有分值,没有一项填了得分", None, "得分")
        return
    for row in missing:
        yield Fault(row.score.cell, f"“{row.level3.text or ''}”分值 {_shown(row.weight)} 分,没有填得分", None, "得分")


@check(
    "S12", ERROR, "得分不是有效数字", "自评表“得分”栏",
    "得分填0至分值之间的数字。",
    "得分填“优”、-2或显示#REF!。", "得分填8.5。",
)  # fmt: skip
def score_is_no_number(case: Case) -> Iterator[Fault]:
    """A negative number, a text, an error value."""
    rows = [(row.indicator.score, row.name) for row in case.rows if row.filed is None or row.filed < 0]
    if case.total_row is not None:
        rows.insert(0, (case.total_row.score, "预算执行率"))
    for written, name in rows:
        text = written.text
        if text is not None and not is_filler(text) and (written.number is None or written.number < 0):
            yield Fault(written.cell, f"“{name}”的得分填“{text}”,不是有效数字", text, "数字")
    total = case.form.total
    if (total.number is not None and total.number < 0) or (total.text or "").startswith("#"):
        yield Fault(total.cell, f"总分为“{total.text}”,不是有效数字", total.text, "数字")


# --- reasons ----------------------------------------------------------------------------------------------------------


@check(
    "D01", ERROR, "扣分未说明原因", "自评表“偏差原因分析及改进措施”栏",
    "在“偏差原因分析及改进措施”栏写明扣分的原因和改进措施。",
    "分值5分、得分2.5分,原因栏空白。", "分值5分、得分2.5分,原因栏写明“财力不足,欠款分两年偿还”。",
)  # fmt: skip
def deduction_without_reason(case: Case) -> Iterator[Fault]:
    """An indicator that lost points says why, where the form has a column for it."""
    if "reason" not in case.form.columns:
        return
    for row in case.deducted:
        indicator = row.indicator
        if not reason_of(case.form, indicator).text:
            points = f"分值 {_shown(indicator.weight)}、得分 {_shown(indicator.score)}"
            yield Fault(indicator.reason.cell, f"“{row.name}”{points},没有说明扣分原因", None, "扣分原因和改进措施")


@check(
    "D02", DOUBT, "超额完成未说明", "scores.explain_from",
    "在原因栏说明超额完成的原因;指标值定得过低的,下年调整。",
    "指标值≥59人次、完成值87人次,原因栏空白。", "指标值≥59人次、完成值87人次,原因栏写明“受灾户增加”。",
)  # fmt: skip
def unexplained_surplus(case: Case) -> Iterator[Fault]:
    """An at-least target exceeded by far, and no reason."""
    most = case.score.rulebook.explain_from
    for row in case.rows:
        settled, indicator = row.settled, row.indicator
        if settled.scored_by != AT_LEAST or not settled.target or settled.actual is None or settled.unsure:
            continue
        if settled.target < 0 or settled.actual < times(settled.target, most):
            continue
        if is_no_reason(case.form, indicator):
            percent = f"{plain(round_half_up(quotient(settled.actual, settled.target) * 100, 2))}%"
            what = f"“{row.name}”指标值 {indicator.target.text}、完成值 {indicator.actual.text},达到指标值的 {percent}"
            yield Fault(
                indicator.reason.cell or indicator.actual.cell, f"{what},没有说明原因", percent, "超额完成的原因"
            )


_ABOUT_FUNDS = regex(r"资金|预算|执行|支付|支出|拨付|结余|结转|欠|财力|财政|款|验收|进度|工期|跨年|招标|采购")


@check(
    "D03", DOUBT, "执行率偏低未说明", "scores.low_execution",
    "在“说明”或原因栏写明资金没有按预算执行的原因和下一步打算。",
    "执行率66.55%,“说明”填“无”。", "执行率66.55%,“说明”写明“两个项目结转下年支付”。",
)  # fmt: skip
def unexplained_low_execution(case: Case) -> Iterator[Fault]:
    """A low rate, and neither 说明 nor a reason says why."""
    rate, row, least = case.score.execution.rate, case.total_row, fraction_of(case.score.rulebook.low_execution)
    if rate is None or row is None or rate >= least:
        return
    reasons = [one.reason.text for one in case.form.indicators if one.reason.text]
    if not says_nothing(case.form.remark) or any(_ABOUT_FUNDS.search(fold(one)) for one in reasons):
        return
    percent, low = (f"{plain(round_half_up(one * 100, 2))}%" for one in (rate, least))
    cell = row.rate.cell if row.rate.text else row.executed.cell
    yield Fault(cell, f"预算执行率 {percent},低于 {low},“说明”和原因栏都没有写明原因", percent, "执行率偏低的原因")


@check(
    "D04", DOUBT, "偏差原因不成其为说明", "自评表“偏差原因分析及改进措施”栏",
    "写明扣分的具体原因和改进措施;没有扣分的留空或填“无”。",
    "分值10分、得分8分,原因栏填“无”“暂无”“N/A”。", "分值10分、得分8分,原因栏写明“雨季停工,已顺延”。",
)  # fmt: skip
def reason_says_nothing(case: Case) -> Iterator[Fault]:
    """Points lost, and the reason is 无, 暂无, N/A, 0, a dash or a number; a number where none were lost is advice."""
    for row in case.deducted:
        indicator, reason = row.indicator, reason_of(case.form, row.indicator)
        if reason.text is not None and is_no_reason(case.form, indicator):
            points = f"分值 {_shown(indicator.weight)}、得分 {_shown(indicator.score)}"
            message = f"“{row.name}”{points},原因栏只填“{reason.text}”"
            yield Fault(reason.cell, message, reason.text, "扣分原因和改进措施")
    numbers = [
        row.indicator.reason
        for row in case.rows
        if row.indicator.reason.text
        and row.filed is not None
        and row.filed == row.weight
        and decimal_in(fold(row.indicator.reason.text)) is not None
    ]
    if numbers:
        message = f"{len(numbers)} 项得满分的指标原因栏填“{numbers[0].text}”,不成其为说明"
        yield Fault(_joined([one.cell for one in numbers]), message, numbers[0].text, "留空或填“无”", ADVICE)


# --- targets and actuals ----------------------------------------------------------------------------------------------


_FIGURE = regex(r"(?<!\d)(?!20\d\d年)\d")
"""A number that is not the year."""


def _noted(case: Case, code: str, message: str) -> Iterator[Fault]:
    for row in case.noted:
        indicator = row.indicator
        if code in row.settled.notes and not is_template_hint(fold(indicator.target.text or "")):  # that is I08
            target, actual = indicator.target.text or "", indicator.actual.text or ""
            said = message.format(name=row.name, target=target, actual=actual)
            cells = ", ".join(cell for cell in (indicator.actual.cell, indicator.target.cell) if cell)
            yield Fault(cells, said, indicator.actual.text, indicator.target.text)


@check(
    "I03", DOUBT, "完成值照抄指标值", "自评表“实际完成值”栏",
    "填写实际完成的数值,不要照抄“≥95%”这样的界限。",
    "指标值≥95%,完成值也填≥95%。", "指标值≥95%,完成值填97.3%。",
)  # fmt: skip
def actual_repeats_the_bound(case: Case) -> Iterator[Fault]:
    """A bound that is repeated measured nothing."""
    return _noted(case, "I03", "“{name}”完成值“{actual}”照抄了指标值,看不出实际完成多少")


@check(
    "I04", DOUBT, "完成值与指标值性质不同", "自评表“实际完成值”栏",
    "指标值是数量的填实际数量,是时间的填完成时间,是文字的填文字。",
    "指标值不低于95%,完成值填“达成预期指标”。", "指标值不低于95%,完成值填97%。",
)  # fmt: skip
def actual_is_of_another_kind(case: Case) -> Iterator[Fault]:
    """Words answer a number, a percent answers words, a number answers a date."""
    return _noted(case, "I04", "“{name}”指标值“{target}”与完成值“{actual}”性质不同,无法直接比较")


@check(
    "I06", DOUBT, "计量单位不一致", "自评表“实际完成值”栏",
    "完成值与指标值使用相同的计量单位,并把单位写全。",
    "指标值10万,完成值5。", "指标值10万元,完成值5万元。",
)  # fmt: skip
def units_differ(case: Case) -> Iterator[Fault]:
    """Units differ, or the scale of the actual had to be assumed."""
    return _noted(case, "I06", "“{name}”指标值“{target}”与完成值“{actual}”的计量单位不一致或不完整,请确认")


def _missing(case: Case, column: str, what: str) -> Iterator[Fault]:
    """Rows whose target or actual is blank; where all are, that is one finding."""
    if column not in case.form.columns:
        return
    blank = [row for row in case.named if getattr(row, column).text is None]
    if len(blank) == len(case.named) > 1:
        cells = _joined([getattr(row, column).cell for row in blank])
        yield Fault(cells, f"{len(blank)} 项指标都没有填{what}", None, what)
        return
    for row in blank:
        bare = read_name(row.level3.text or "").bare
        named = column == "target" and (  # it may stand in the name (建设节点(8个)), or be understood: 预算执行率
            _FIGURE.search(bare) or _ABOUT_RATE.fullmatch(bare)
        )
        message = f"“{row.level3.text}”没有填{what}"
        yield Fault(getattr(row, column).cell, message, None, what, DOUBT if named else None)


@check(
    "I01", ERROR, "没有指标值", "自评表“年度指标值”栏",
    "按年初批复的绩效目标填写年度指标值。",
    "三级指标“培训人次”,年度指标值空白。", "三级指标“培训人次”,年度指标值≥200人次。",
)  # fmt: skip
def indicator_without_target(case: Case) -> Iterator[Fault]:
    """A named indicator says what was to be reached."""
    return _missing(case, "target", "指标值")


@check(
    "I02", ERROR, "没有完成值", "自评表“实际完成值”栏",
    "填写实际完成值;没有开展的填0或写明情况。",
    "年度指标值≥200人次,实际完成值空白。", "年度指标值≥200人次,实际完成值215人次。",
)  # fmt: skip
def indicator_without_actual(case: Case) -> Iterator[Fault]:
    """A named indicator says what was reached."""
    return _missing(case, "actual", "完成值")


_LIMITED = regex(
    r"调整|变更|控制|超|限|编制|标准|能耗|排放|用量|费|成本|减|降|压|少|时间|时限|天数|工期|周期|耗|未|不|误|失"
)


@check(
    "I05", DOUBT, "指标方向可疑", "自评表“年度指标值”栏",
    "核对≥、≤是否写反。",
    "“安全事故发生率”指标值≥1%,“群众满意度”指标值≤95%。", "“安全事故发生率”指标值≤1%,“群众满意度”指标值≥95%。",
)  # fmt: skip
def direction_is_odd(case: Case) -> Iterator[Fault]:
    """A cost or harm with ≥; a good rate, 满意度 or a quantity to be delivered with ≤."""
    for row in case.rows:
        indicator, settled, about = row.indicator, row.settled, row.about
        said = row.wanted.comparator or about.comparator
        if said in (">=", ">") and settled.target and (counted(about.bare) == HARM or _is_spent(row, about.bare)):
            wrong, right = "≥", "≤"
        elif said in ("<=", "<") and (_is_the_better_the_higher(row, about.bare) or _is_delivered(row, about.bare)):
            wrong, right = "≤", "≥"
        else:
            continue
        message = f"“{row.name}”指标值“{indicator.target.text}”用了{wrong},按名称像是应当用{right}"
        yield Fault(indicator.target.cell, message, indicator.target.text, right)


def _is_spent(row: Row, bare: str) -> bool:
    """Whether an amount of money is a cost, by its name or by where it stands."""
    money = row.settled.unit == "元" and row.settled.kind == ABSOLUTE
    under_cost = "成本" in (row.indicator.level2 or row.indicator.level1 or "")
    return money and (under_cost or is_cost(bare, "元")) and not is_reduction(bare) and not is_taken_in(bare)


def _is_the_better_the_higher(row: Row, bare: str) -> bool:
    """Whether a percentage is a good rate: 满意度, 合格率, 投诉办结率, 无差错率."""
    sense = counted(bare)
    return row.settled.unit == "%" and (
        sense == NO_HARM or (sense not in (HARM, UNCLEAR) and is_good_rate(bare) and not is_reduction(bare))
    )


def _is_delivered(row: Row, bare: str) -> bool:
    """Whether a row is a quantity that was to be delivered."""
    settled = row.settled
    quantity = row.level2 == "数量" and settled.kind == ABSOLUTE and settled.unit != "元"
    return quantity and counted(bare) not in (HARM, UNCLEAR) and not _LIMITED.search(bare)


_MONEY_NAME = regex(r"(?:欠款|经费|资金|补助|费用|金额|投资|收入|款|产值)(?:总?额|总?数)?$")
_RATE_OF_FUNDS = regex(r"(?:预算|资金)(?:(?!预算|资金).)*(?:执行|支付|支出|兑付)率$")
_HARM_TO_PEOPLE = regex(r"事故|伤亡|死亡")
_SPEAKS_OF = regex(
    r"(?P<满意度>满意(?:度|率)$)"
    r"|(?P<质量>(?:合格|优良|达标|验收通过)率$)"
    r"|(?P<时效>(?:及时|按时|按期|准时)(?:率|性|完成率|完工率|开工率)$|完成(?:时间|时限)$)"
)
"""The end of a name that says of which second level it speaks."""
_ENDS = ("度", "率", "性", "时间", "时限")
_LEVELS = {
    "产出": ("数量", "质量", "时效", "成本"),
    "效益": ("经济效益", "社会效益", "生态效益", "可持续影响", "经济", "社会", "生态"),
    "满意度": ("满意度",),
}
_HOMES = {second: first for first, seconds in _LEVELS.items() for second in seconds}


@check(
    "I07", ADVICE, "指标归类可疑", "自评表指标分类",
    "把指标移到与内容相符的二级指标下,成本指标填写金额等数值。",
    "“偿还历史欠款10万”列在数量指标下;成本指标只有“是否严格预算管理”。", "“偿还历史欠款”列在成本指标下,指标值≤10万元。",
)  # fmt: skip
def indicator_is_misfiled(case: Case) -> Iterator[Fault]:
    """Money or an execution rate under 数量, no figure under 成本, accidents under 满意度 or 经济效益, another level's words."""
    cost: list[Row] = []
    odd: set[tuple[str, str]] = set()
    for row in case.rows:
        indicator, first, second = row.indicator, row.level1, row.level2
        name, home = row.about.bare, _HOMES.get(second)
        if "成本" in (second, first):
            cost.append(row)
        why = ""
        if second == "数量" and _is_money(row):
            why = "是金额,列在数量指标下"
        elif second == "数量" and _RATE_OF_FUNDS.search(name):
            why = "是资金执行情况,列在数量指标下"
        elif (
            second in ("满意度", "经济效益", "经济")
            and _HARM_TO_PEOPLE.search(name)
            and counted(name) in (HARM, NO_HARM)
        ):
            why = f"是安全事故一类指标,列在{indicator.level2}下"
        elif home and name.endswith(_ENDS) and (spoken := _SPEAKS_OF.search(name)):
            own = spoken.lastgroup or ""
            if second != own and (own != "质量" or first == _HOMES[own]):
                why = f"说的是{own},列在{indicator.level2}下"
        if why:
            yield Fault(indicator.level3.cell, f"“{indicator.level3.text}”{why}", indicator.level3.text)
        if home and first in _LEVELS and first != home and (first, second) not in odd:
            odd.add((first, second))
            where = f"“{indicator.level2}”属于{home}指标,列在“{indicator.level1}”下"
            yield Fault(indicator.level3.cell, where, indicator.level2)
    if cost and all(row.wanted.form == "words" for row in cost):
        cells = _joined([row.indicator.target.cell for row in cost])
        yield Fault(cells, "成本指标没有数值,看不出成本控制在多少", cost[0].indicator.target.text, "金额等数值")


_AMOUNT = regex(r"\d(?:亿|万|千)?元")


def _is_money(row: Row) -> bool:
    """Whether a row is about an amount of money, by its values or by its name."""
    value, name = row.wanted, row.about.bare
    if "元" in (value.unit, row.settled.unit) or _AMOUNT.search(name):
        return True
    bare = value.unit == "" and value.number is not None and row.settled.kind == ABSOLUTE
    return bare and bool(_MONEY_NAME.search(name))


_DASHES = regex(r"[/\\—–-]+")
_ASKED = regex(r"\(\d+字以内\)|请(?:填写|填列)|XX(?:项目|单位|年)|结合自评情况")


def _is_empty(written: Written) -> bool:
    """Whether a cell holds nothing, or nothing but a prompt."""
    return is_filler(written.text) or (written.number is None and is_prompt(fold(written.text or "")))


@check(
    "I08", ERROR, "模板提示语未清除", "自评表填报要求",
    "把模板里的提示文字和空行删掉,或换成实际内容。",
    "指标名称后还留着“(≥**人)”,或留有空的“指标2:”“……”行。", "指标名称“临时救助人数”,指标值≥59人。",
)  # fmt: skip
def prompt_is_left(case: Case) -> Iterator[Fault]:
    """指标1:, ……, (≥**人), XX; rows of prompts alone are one finding."""
    form = case.form
    left: list[Written] = []
    for row, key, empty in case.keys:
        if key and empty and not key.isdigit() and _is_empty(row.target) and _is_empty(row.actual):
            if not _DASHES.fullmatch(key):
                left.append(row.level3)
            continue
        for written in (row.level3, row.target, row.actual):
            if written.text and is_template_hint(fold(written.text)):
                yield Fault(written.cell, f"“{written.text}”里留有模板提示语", written.text)
                break
    if left:
        cells = _joined([one.cell for one in left])
        yield Fault(cells, f"{len(left)} 行只有模板提示“{left[0].text}”,没有内容", left[0].text)
    for written in (form.goal.expected, form.goal.actual):
        if written.text and _ASKED.search(fold(written.text)):
            yield Fault(written.cell, "年度总体目标里留有模板提示语", written.text)
    remark = form.remark
    if remark.text and _PROMPT.search(fold(remark.text)) and says_nothing(remark):
        yield Fault(remark.cell, f"“说明”里只有模板提示语“{remark.text}”", remark.text, None, DOUBT)


@check(
    "I09", DOUBT, "指标重复", "自评表指标设置",
    "删除重复的指标,或把名称改得能够区分。",
    "数量指标下两行都叫“培训人次”。", "数量指标下分别叫“干部培训人次”“群众培训人次”。",
)  # fmt: skip
def indicator_stands_twice(case: Case) -> Iterator[Fault]:
    """The same folded name twice under one second level."""
    seen: dict[tuple[str, str, str], Indicator] = {}
    for row in case.named:
        key = (fold_level(row.level1), fold_level(row.level2), fold_name(row.level3.text or ""))
        first = seen.setdefault(key, row)
        if first is not row and first.level3.cell != row.level3.cell:
            message = f"“{row.level3.text}”与 {first.level3.cell} 的指标重复"
            yield Fault(f"{row.level3.cell}, {first.level3.cell}", message, row.level3.text)


_TWICE = regex(r"([\u4e00-\u9fff]{2,8})\1")


@check(
    "I10", ADVICE, "名称有重复字词", "自评表指标设置",
    "删去重复的字词。",
    "完成维修维修次数。", "完成维修次数。",
)  # fmt: skip
def name_repeats_a_word(case: Case) -> Iterator[Fault]:
    """A word typed twice."""
    for row, key, _ in case.keys:
        if match := _TWICE.search(key):
            wanted = key.replace(match.group(), match.group(1))
            yield Fault(row.level3.cell, f"“{row.level3.text}”里“{match.group(1)}”写了两遍", row.level3.text, wanted)


@check(
    "I11", ADVICE, "满意度未量化", "自评表指标设置",
    "满意度指标值和完成值填比率,如≥90%、95%。",
    "指标值“基本满意”,完成值“满意”。", "指标值≥90%,完成值95%。",
)  # fmt: skip
def satisfaction_is_not_measured(case: Case) -> Iterator[Fault]:
    """满意度 in words."""
    for row in case.rows:
        target = row.indicator.target
        if "满意度" not in (row.level1, row.level2) or row.weight == 0:
            continue
        in_words = row.settled.kind == QUALITATIVE and row.wanted.form == "words"
        if in_words and not _is_nothing(fold(target.text or "")):
            yield Fault(target.cell, f"“{row.name}”指标值“{target.text}”没有量化", target.text, "比率")


@check(
    "I12", DOUBT, "年度或名称前后不一致", "自评表表头",
    "核对标题、表头和项目名称里的年度,改正有误的一处。",
    "标题是2022年度,表头预算年度填2023。", "标题和表头都是2023年度。",
)  # fmt: skip
def years_differ(case: Case) -> Iterator[Fault]:
    """Two years in one form: title against table. A project carried over from an earlier year keeps its name and dates."""
    form, is_carried_over = case.form, _is_carried_over(case.form)
    for written in form.years:
        years = _YEAR.findall(fold(written.text or ""))
        if form.year is None or not years or str(form.year) in years:
            continue
        if written.cell == form.project.cell and int(years[0]) < form.year and is_carried_over:
            continue
        cells = _joined([written.cell, form.title.cell])
        yield Fault(cells, f"标题或表头是{form.year}年度,“{written.text}”是{years[0]}年", years[0], str(form.year))
    title = fold(form.title.text or "")
    titled = dict.fromkeys(_YEAR_OF_FORM.findall(title))
    if len(titled) > 1 and not _CARRIED_OVER.search(title):
        found = "、".join(titled)
        yield Fault(form.title.cell, f"标题里的年度不止一个({found})", found, "一个年度")
    for row in case.rows:
        day, target = row.settled.target_day, row.indicator.target
        if day is not None and form.year is not None and day.year < form.year and not is_carried_over:
            message = f"“{row.name}”指标值“{target.text}”早于{form.year}年度"
            yield Fault(target.cell, message, str(day.year), str(form.year))


_YEAR = regex(r"20\d\d")
_YEAR_OF_FORM = regex(r"20\d\d(?=年度)")
_CARRIED_OVER = regex("结转|结余|续建|跨年|以前年度|尾款|欠款|质保金|存量|至20|-20")


def _is_carried_over(form: Form) -> bool:
    """Whether a project began in an earlier year: its name says so, or funds were carried over into this one."""
    funds = any(row.kind == CARRYOVER and (row.budget.number or row.executed.number) for row in form.funds)
    return funds or bool(_CARRIED_OVER.search(fold(form.project.text or "")))


__all__ = ["ADVICE", "CHECKS", "Fault", "audit", "check", "citation_of", "only_rounded", "rate_notations"]
