"""A form and a rulebook in, scores out (得分), each with its basis.

Everything is exact until the one rounding of each score; subtotals and the total add the scores as shown, as a person
with the printed form would.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from perf_xl import rules
from perf_xl.exact import Number, fold, quotient
from perf_xl.model import Form, FundsRow, Indicator
from perf_xl.patterns import regex
from perf_xl.rules import Rulebook
from perf_xl.values import AT_MOST, BETWEEN, DATE, Settled, fold_level, settle

NOTHING, WHOLE = Fraction(0), Fraction(1)
"""The least and the most that a completion can be."""

COMPUTED, STATED, FILED, UNRESOLVED = "computed", "stated", "filed", "unresolved"


@dataclass(frozen=True, slots=True)
class ExecutionScore:
    """预算执行率及得分. `rate` = 全年执行数 ÷ 全年预算数, exact, not capped; None without a budget."""

    rate: Fraction | None
    weight: Decimal | None
    score: Decimal | None
    filed: Decimal | None


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """一项指标的得分, with what it was made from."""

    indicator: Indicator
    settled: Settled
    completion: Fraction | None
    """完成比例, from 0 to 1; of a merged group the mean of its rows."""
    band: int | None
    score: Decimal | None
    basis: str
    """`computed` from numbers, dates or agreeing words; `stated` by the unit; `filed` score stands; `unresolved`."""

    @property
    def filed(self) -> Decimal | None:
        """The score as the unit filled it in."""
        return self.indicator.score.number


@dataclass(frozen=True, slots=True)
class FormScore:
    """一张自评表的得分."""

    form: Form
    rulebook: Rulebook
    execution: ExecutionScore
    indicators: tuple[IndicatorScore, ...]
    levels: Mapping[str, Decimal | None]
    """一级指标 → sum of the scores as shown; None where one of them is unresolved."""
    total: Decimal | None
    """总分; None where an indicator is unresolved or points are not read. Without a budget there is no execution score, and it adds nothing."""
    total_at_rulebook_weights: Decimal | None
    """The total that follows when the execution rate has the rulebook's weight, which may not be adjusted (note 2)."""
    grade: str | None


def choose_rulebook(form: Form) -> Rulebook:
    """Return the shipped rulebook whose execution and level weights are those of the form; the default if none is."""
    for rulebook in rules.shipped().values():
        if fits(rulebook, form):
            return rulebook
    return rules.default()


def fits(rulebook: Rulebook, form: Form) -> bool:
    """Return whether the form has the rulebook's execution weight and first-level weights."""
    total = form.total_row
    if total is None or total.weight.number != rulebook.execution_weight:
        return False
    wanted = {fold_level(level): weight for level, weight in rulebook.level_weights.items()}
    return level_weights(form) == wanted


def level_weights(form: Form) -> dict[str, Decimal | None]:
    """Return each first level's weight: the sum of its rows, or what its name says where no row has a weight."""
    sums: dict[str, Decimal | None] = {}
    for indicator in form.scored:
        level, weight = fold_level(indicator.level1), indicator.weight.number
        sums.setdefault(level, None)
        if weight is not None:
            sums[level] = (sums[level] or Decimal(0)) + weight
    for heading in form.headings:
        level = fold_level(heading.level1)
        if heading.level == 1 and sums.get(level, 0) is None:
            sums[level] = heading.weight
    return sums


def score(form: Form, rulebook: Rulebook | None = None) -> FormScore:
    """Score a form (自评表). Without a rulebook the one that fits the form's weights is taken."""
    rulebook = rulebook or choose_rulebook(form)
    execution = score_execution(form, rulebook)
    rows = tuple(score_indicator(form, indicator, rulebook) for indicator in form.scored)
    levels: dict[str, Decimal | None] = {}
    for row in rows:
        level = row.indicator.level1
        if level:
            so_far = levels.get(level, Decimal(0))
            levels[level] = None if so_far is None or row.score is None else so_far + row.score
    parts = [row.score for row in rows]
    total = _sum(parts) if parts and not form.has_other_points else None
    at_rulebook = None
    if total is not None and execution.rate is not None and execution.weight is not None:
        at_rulebook = total + _execution_points(rulebook.execution_weight, execution.rate, rulebook)
    if total is not None and execution.score is not None:
        total += execution.score
    grade = None if total is None else rulebook.grade(total)
    return FormScore(form, rulebook, execution, rows, levels, total, at_rulebook, grade)


def _sum(parts: list[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


def execution_rate(form: Form, row: FundsRow | None) -> Fraction | None:
    """预算执行率 = 全年执行数 ÷ 全年预算数. A zero or blank budget has no rate."""
    if row is None:
        return None
    return rate_of(form.budget_of(row).number, row.executed.number)


def rate_of(budget: Decimal | None, executed: Decimal | None) -> Fraction | None:
    """预算执行率 of two amounts in one unit, not capped; None where there is none."""
    if not budget or executed is None:
        return None
    return quotient(executed, budget)


def score_execution(form: Form, rulebook: Rulebook) -> ExecutionScore:
    """预算执行率得分 = 分值 × 执行率, at most the weight (note 2: 得分最高不能超过该指标分值上限)."""
    row = form.total_row
    rate = execution_rate(form, row)
    if row is None:
        return ExecutionScore(None, None, None, None)
    weight, filed = row.weight.number, row.score.number
    if weight is None:
        return ExecutionScore(rate, None, filed, filed)
    points = None if rate is None else _execution_points(weight, rate, rulebook)
    return ExecutionScore(rate, weight, points, filed)


def _execution_points(weight: Decimal, rate: Fraction, rulebook: Rulebook) -> Decimal:
    credited = min(rate, WHOLE) if rulebook.execution_capped else rate
    return rulebook.score(weight, max(credited, NOTHING))


def settle_indicator(form: Form, indicator: Indicator) -> Settled:
    """Read target and actual of a row with all that its form tells about them."""
    return settle(
        indicator.level3.text or "",
        indicator.level1,
        indicator.level2,
        indicator.target.text,
        indicator.actual.text,
        indicator.unit.text,
        form.year,
    )


def score_indicator(form: Form, indicator: Indicator, rulebook: Rulebook) -> IndicatorScore:
    """指标得分 = 分值 × 完成比例; where the completion is not certain the filed score stands, within 0 and the weight."""
    settled = settle_indicator(form, indicator)
    completion = completion_of(settled, rulebook)
    if indicator.group is not None:
        shares = [completion_of(settle_indicator(form, row), rulebook) for row in form.members(indicator)]
        known = [share for share in shares if share is not None]
        completion = sum(known, NOTHING) / len(known) if len(known) == len(shares) else None
    weight, filed = indicator.weight.number, indicator.score.number
    band = settled.band if completion is None else rulebook.band(completion)
    if weight is not None and completion is not None:
        basis = STATED if settled.stated is not None and not settled.agreed else COMPUTED
        return IndicatorScore(indicator, settled, completion, band, rulebook.score(weight, completion), basis)
    if filed is not None and filed >= 0 and (weight is None or filed <= weight):
        return IndicatorScore(indicator, settled, completion, band, filed, FILED)
    return IndicatorScore(indicator, settled, completion, band, None, UNRESOLVED)


def completion_of(settled: Settled, rulebook: Rulebook) -> Fraction | None:
    """Return the completion (完成比例) of one row, from 0 to 1; None where it is not certain."""
    if settled.stated is not None:
        return settled.stated
    if settled.kind == DATE:
        if settled.target_day is None or settled.actual_day is None or settled.actual_day > settled.target_day:
            return None
        return WHOLE
    if settled.target is None or settled.actual is None or settled.scored_by is None or settled.unsure:
        return None
    return completion_of_numbers(settled.scored_by, settled.target, settled.target_high, settled.actual, rulebook)


def completion_of_numbers(
    scored_by: str, target: Number, high: Number | None, actual: Number, rulebook: Rulebook
) -> Fraction | None:
    """Return how far an actual meets a target; `high` is the upper bound of a range.

    规则: 达到指标值的记满分; 未达到的按完成值与指标值的比例 (≥); 超过上限的按规则文件的公式 (≤); 区间按较近的界限。
    """
    if scored_by == BETWEEN:
        if high is None or target <= actual <= high:
            return None if high is None else WHOLE
        return _at_least(target, actual) if actual < target else _at_most(high, actual, rulebook)
    return _at_most(target, actual, rulebook) if scored_by == AT_MOST else _at_least(target, actual)


def _at_least(target: Number, actual: Number) -> Fraction | None:
    if actual >= target:
        return WHOLE
    if target < 0:
        return None
    return quotient(actual, target) if target and actual > 0 else NOTHING


def _at_most(target: Number, actual: Number, rulebook: Rulebook) -> Fraction | None:
    if actual <= target:
        return WHOLE
    if target < 0:
        return None
    if rulebook.short_of_upper_bound == "linear":
        return max(2 - quotient(actual, target), NOTHING) if target else NOTHING
    return quotient(target, actual)


_UNIT_CODE = regex(
    r"(?:(?:(?=[A-Za-z.]{0,9}\d)[0-9A-Za-z.]{1,30}+[-—–_:、]++)++|[(\[【]\d{3,30}+[)\]】][-—–_:、]?|\d{6,}+)(?!$)"
)


def fold_unit_name(name: str | None) -> str:
    """Return the name under which filing units match: no spaces, no code before it (219001-, [219001], 219001).

    >>> fold_unit_name("219001-池州市 贵池区棠溪镇人民政府"), fold_unit_name("12345热线中心")
    ('池州市贵池区棠溪镇人民政府', '12345热线中心')
    """
    folded = fold(name or "")
    code = _UNIT_CODE.match(folded)
    return folded[code.end() :] if code else folded
