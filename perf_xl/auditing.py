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

from perf_xl.exact import cut, decimal_in, fold, plain, round_half_up
from perf_xl.findings import ADVICE, DOUBT, ERROR, Finding, Rule, catalogue, finding
from perf_xl.model import AMOUNTS, TOTAL, FundsRow, Written
from perf_xl.rules import HUNDRED
from perf_xl.scoring import FormScore

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


Check = Callable[[FormScore], Iterator[Fault]]
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
    form = score.form
    found = list(form.doubts)
    for code, function in CHECKS.items():
        for fault in function(score):
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
    return sorted(found, key=lambda one: one.order)


def citation_of(code: str, score: FormScore) -> str:
    """Return the document that a code rests on, as the form's rulebook cites it."""
    from perf_xl.findings import CATALOGUE

    source = CATALOGUE[code].source
    citation = score.rulebook.citations.get(source)
    return citation.document if citation else source


def _decimals(number: Decimal) -> int:
    return max(0, -int(number.as_tuple().exponent))


def agrees(filed: Decimal, exact: Fraction | Decimal, places: int | None = None) -> bool:
    """Return whether a printed number is the exact one at its own number of decimals, half up."""
    return round_half_up(exact, _decimals(filed) if places is None else places) == filed


def _whole_form_cell(score: FormScore) -> str:
    form = score.form
    return form.total.cell if form.total.text else form.title.cell


# --- weights ----------------------------------------------------------------------------------------------------------


@check(
    "W01", ERROR, "分值合计不等于100", "levels.weights",
    "调整各项分值,使预算执行率与各项指标的分值合计为100分。",
    "执行率7分、指标90分,合计97分。", "执行率10分、指标90分,合计100分。",
)  # fmt: skip
def weights_do_not_add_up(score: FormScore) -> Iterator[Fault]:
    """总分应为100分: execution weight and indicator weights, all being readable."""
    weights = [row.indicator.weight.number for row in score.indicators]
    known = [weight for weight in weights if weight is not None]
    if not known or len(known) != len(weights):
        return
    execution = score.execution.weight
    if execution is None and score.execution.filed is not None:
        return
    total = sum(known, execution or Decimal(0))
    if total != HUNDRED:
        form = score.form
        cell = form.total_weight.cell if form.total_weight.text else _whole_form_cell(score)
        parts = f"执行率 {plain(execution)} 分、指标 {plain(sum(known))} 分" if execution is not None else "各项指标"
        severity = None if execution is not None else DOUBT  # the execution rate may be scored elsewhere
        yield Fault(cell, f"{parts},合计 {plain(total)} 分,应为100分", plain(total), "100", severity)


@check(
    "W02", ERROR, "预算执行率分值不符", "execution.weight",
    "把预算执行率的分值改为规定的分值,并按执行率重算得分和总分。",
    "执行率分值填7分。", "执行率分值填10分。",
)  # fmt: skip
def execution_weight_is_not_the_rulebooks(score: FormScore) -> Iterator[Fault]:
    """除预算资金执行率外,其他指标权重可作适当调整: its own weight may not be adjusted."""
    weight, row = score.execution.weight, score.form.total_row
    if weight is None or row is None or weight == score.rulebook.execution_weight:
        return
    wanted = plain(score.rulebook.execution_weight)
    follows = score.total_at_rulebook_weights
    then = "" if follows is None else f";按 {wanted} 分计算,总分应为 {plain(follows)} 分"
    yield Fault(row.weight.cell, f"预算执行率分值为 {plain(weight)} 分,应为 {wanted} 分{then}", plain(weight), wanted)


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
def printed_rate_is_wrong(score: FormScore) -> Iterator[Fault]:
    """Printed rate against executed ÷ budget, at its own number of decimals; a merely cut-off rate is no error."""
    for row in score.form.funds:
        budget, executed = score.form.budget_of(row).number, row.executed.number
        notations = rate_notations(row.rate.text or "")
        if not budget or executed is None or not notations:
            continue
        rate = Fraction(executed) / Fraction(budget)
        if any(number in (round_half_up(rate, places), cut(rate, places)) for number, places in notations):
            continue
        wanted = f"{plain(round_half_up(rate * 100, 2))}%"
        message = f"{_label(row)}的执行率填 {row.rate.text},{plain(executed)}÷{plain(budget)} 应为 {wanted}"
        yield Fault(row.rate.cell, message, row.rate.text, wanted)


def _label(row: FundsRow) -> str:
    return f"“{(row.label.text or '').rstrip(':：')}”"


@check(
    "F02", ERROR, "资金总额与分项合计不符", "自评表项目资金栏",
    "核对年度资金总额与其中各项,使总额等于分项之和。",
    "年度资金总额填0,其中当年财政拨款填90。", "年度资金总额90,其中当年财政拨款90。",
)  # fmt: skip
def total_of_funds_is_not_its_parts(score: FormScore) -> Iterator[Fault]:
    """In every amount column the total is the sum of its parts, where at least one part is filled."""
    total = score.form.total_row
    parts = [row for row in score.form.funds if row.kind != TOTAL and not re.search("合计|小计", row.label.text or "")]
    if total is None:
        return
    for column in AMOUNTS:
        filled: list[Written] = [getattr(row, column) for row in parts if getattr(row, column).number is not None]
        if not filled:
            continue
        amount: Written = getattr(total, column)
        wanted = sum((part.number for part in filled if part.number is not None), Decimal(0))
        if amount.number is None and not wanted:
            continue
        if amount.number is None or not agrees(amount.number, wanted):
            shown = "空白" if amount.number is None else plain(amount.number)
            cells = ", ".join([amount.cell, *(part.cell for part in filled)])
            message = f"{NAMES[column]}:年度资金总额为{shown},各分项合计为 {plain(wanted)}"
            yield Fault(cells, message, None if amount.number is None else plain(amount.number), plain(wanted))


@check(
    "F04", ERROR, "预算为零或空白而有执行数", "execution.weight",
    "填写全年预算数(含调整、追加),再计算执行率和得分。",
    "全年预算数为0,全年执行数为12.5。", "全年预算数为15,全年执行数为12.5。",
)  # fmt: skip
def executed_without_budget(score: FormScore) -> Iterator[Fault]:
    """Executed funds without a budget have no rate."""
    row = score.form.total_row
    if row is None or not row.executed.number:
        return
    budget = score.form.budget_of(row)
    if not budget.number:
        shown = "空白" if budget.number is None else "0"
        message = f"全年预算数为{shown},全年执行数为 {plain(row.executed.number)},无法计算执行率"
        yield Fault(budget.cell or row.executed.cell, message, None if budget.number is None else "0")


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
def execution_score_is_wrong(score: FormScore) -> Iterator[Fault]:
    """Filed execution score against weight × rate, capped; one that is only rounded or cut is advice (S02)."""
    execution, row = score.execution, score.form.total_row
    if row is None or execution.filed is None or execution.weight is None or execution.rate is None:
        return
    if execution.score is None or execution.filed == execution.score:
        return
    credited = min(execution.rate, Fraction(1)) if score.rulebook.execution_capped else execution.rate
    if only_rounded(execution.filed, Fraction(execution.weight) * credited, score.rulebook.decimals):
        return
    rate = f"{plain(round_half_up(execution.rate * 100, 2))}%"
    message = (
        f"执行率得分填 {plain(execution.filed)} 分,{plain(execution.weight)}×{rate} 应为 {plain(execution.score)} 分"
    )
    yield Fault(row.score.cell, message, plain(execution.filed), plain(execution.score))


@check(
    "S03", ERROR, "得分超过分值", "execution.capped",
    "核对得分和分值;得分最高等于分值。",
    "分值10分,得分12分。", "分值10分,得分10分。",
)  # fmt: skip
def score_is_above_weight(score: FormScore) -> Iterator[Fault]:
    """各项指标得分最高不能超过该指标分值上限."""
    rows = [(row.indicator.weight, row.indicator.score, row.indicator.level3.text or "") for row in score.indicators]
    if score.form.total_row is not None:
        rows.insert(0, (score.form.total_row.weight, score.form.total_row.score, "预算执行率"))
    for weight, filed, name in rows:
        if weight.number is not None and filed.number is not None and filed.number > weight.number:
            cells = f"{filed.cell}, {weight.cell}"
            message = f"“{name}”得分 {plain(filed.number)},超过分值 {plain(weight.number)}"
            yield Fault(cells, message, plain(filed.number), plain(weight.number))


@check(
    "S04", ERROR, "总分与各项合计不符", "levels.weights",
    "重新合计执行率得分与各项指标得分。",
    "各项得分合计94.5分,总分填98分。", "各项得分合计94.5分,总分填94.5分。",
)  # fmt: skip
def total_is_not_its_parts(score: FormScore) -> Iterator[Fault]:
    """各项指标得分加总得出该项目绩效自评的总分: all scores being readable."""
    filed = [row.filed for row in score.indicators]
    known = [one for one in filed if one is not None]
    total = score.form.total
    if total.number is None or not known or len(known) != len(filed):
        return
    execution = score.execution
    if execution.weight is not None and execution.filed is None:
        return
    wanted = sum(known, execution.filed or Decimal(0))
    if not agrees(total.number, wanted):
        message = f"总分填 {plain(total.number)} 分,执行率得分与各项指标得分合计为 {plain(wanted)} 分"
        yield Fault(total.cell, message, plain(total.number), plain(wanted))


# --- reasons ----------------------------------------------------------------------------------------------------------


@check(
    "D01", ERROR, "扣分未说明原因", "自评表“偏差原因分析及改进措施”栏",
    "在“偏差原因分析及改进措施”栏写明扣分的原因和改进措施。",
    "分值5分、得分2.5分,原因栏空白。", "分值5分、得分2.5分,原因栏写明“财力不足,欠款分两年偿还”。",
)  # fmt: skip
def deduction_without_reason(score: FormScore) -> Iterator[Fault]:
    """An indicator that lost points says why, where the form has a column for it."""
    if "reason" not in score.form.columns:
        return
    for row in score.indicators:
        indicator = row.indicator
        weight, filed = indicator.weight.number, row.filed
        if weight is None or filed is None or filed >= weight or indicator.reason.text:
            continue
        message = f"“{indicator.level3.text or ''}”分值 {plain(weight)}、得分 {plain(filed)},没有说明扣分原因"
        yield Fault(indicator.reason.cell, message, None, "扣分原因和改进措施")


# --- targets and actuals ----------------------------------------------------------------------------------------------


def _noted(score: FormScore, code: str, message: str) -> Iterator[Fault]:
    for row in score.indicators:
        if code in row.settled.notes:
            indicator = row.indicator
            said = message.format(
                name=indicator.level3.text or "", target=indicator.target.text or "", actual=indicator.actual.text or ""
            )
            cells = ", ".join(cell for cell in (indicator.actual.cell, indicator.target.cell) if cell)
            yield Fault(cells, said, indicator.actual.text, indicator.target.text)


@check(
    "I03", DOUBT, "完成值照抄指标值", "自评表“实际完成值”栏",
    "填写实际完成的数值,不要照抄“≥95%”这样的界限。",
    "指标值≥95%,完成值也填≥95%。", "指标值≥95%,完成值填97.3%。",
)  # fmt: skip
def actual_repeats_the_bound(score: FormScore) -> Iterator[Fault]:
    """A bound that is repeated measured nothing."""
    return _noted(score, "I03", "“{name}”完成值“{actual}”照抄了指标值,看不出实际完成多少")


@check(
    "I04", DOUBT, "完成值与指标值性质不同", "自评表“实际完成值”栏",
    "指标值是数量的填实际数量,是时间的填完成时间,是文字的填文字。",
    "指标值不低于95%,完成值填“达成预期指标”。", "指标值不低于95%,完成值填97%。",
)  # fmt: skip
def actual_is_of_another_kind(score: FormScore) -> Iterator[Fault]:
    """Words answer a number, a percent answers words, a number answers a date."""
    return _noted(score, "I04", "“{name}”指标值“{target}”与完成值“{actual}”性质不同,无法直接比较")


@check(
    "I06", DOUBT, "计量单位不一致", "自评表“实际完成值”栏",
    "完成值与指标值使用相同的计量单位,并把单位写全。",
    "指标值10万,完成值5。", "指标值10万元,完成值5万元。",
)  # fmt: skip
def units_differ(score: FormScore) -> Iterator[Fault]:
    """Units differ, or the scale of the actual had to be assumed."""
    return _noted(score, "I06", "“{name}”指标值“{target}”与完成值“{actual}”的计量单位不一致或不完整,请确认")


__all__ = ["ADVICE", "CHECKS", "Fault", "audit", "check", "citation_of", "only_rounded", "rate_notations"]
