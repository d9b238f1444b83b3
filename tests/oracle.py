"""What a consolidation has to say: brute force over fractions, written from the rules of the form and nothing else.

Nothing here is clever or fast. Every table is held in memory, every sum is a loop, every number is a `Fraction` until
it is written down, so that what comes out can be checked line by line against note 3 of the form: absolute values are
added, relative values are weighted by funds, words become a share by the band they fall in.

Where the rules leave a choice, the choice made is marked with *Reading:*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from departments import (
    BENEFIT,
    COST,
    EXECUTION_WEIGHT,
    LABELS,
    OUTPUT,
    SATISFACTION,
    Content,
    Department,
    FiledForm,
    Row,
    decimal_text,
    fold_level2,
)

Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")

ZERO, ONE, HUNDRED = Fraction(0), Fraction(1), Fraction(100)

# The rulebook, from note 2 of the form.
LEVEL_WEIGHTS = {OUTPUT: Fraction(50), BENEFIT: Fraction(30), SATISFACTION: Fraction(10)}
BANDS = (Fraction(80, 100), Fraction(60, 100))
GRADES = ((90, "优"), (80, "良"), (60, "中"))

# Reading: 成本指标 as a first level of its own stands before the others, where the newer forms print it.
LEVEL1_ORDER = (COST, OUTPUT, BENEFIT, SATISFACTION)
LEVEL2_ORDER = ("数量", "质量", "时效", "成本", "经济成本", "经济效益", "社会效益", "生态效益", "可持续影响", "满意度")

AMOUNT_COLUMNS = ("initial_budget", "budget", "executed")
RowKey = tuple[str, str, str]


# --------------------------------------------------------------------------------------------------------------------
# Numbers as they are shown


def cut(number: Fraction | None) -> str | None:
    """A quotient: cut off after 8 decimals.

    >>> cut(Fraction(5191, 7800)), cut(Fraction(1, 2)), cut(None)
    ('0.66551282', '0.5', None)
    """
    return None if number is None else decimal_text(Fraction(int(number * 10**8), 10**8))


def half_up(number: Fraction) -> Fraction:
    """A score: two decimals, 四舍五入.

    >>> half_up(Fraction(4665, 1000)), half_up(Fraction(46649, 10000))
    (Fraction(467, 100), Fraction(233, 50))
    """
    return Fraction(int(number * 100 + Fraction(1, 2)), 100)


def exact(number: Fraction | None) -> str | None:
    """An amount or a score that ends."""
    return None if number is None else decimal_text(number)


def total_of(numbers: Iterable[Fraction]) -> Fraction:
    """The sum, exact and a fraction even of nothing."""
    return sum(numbers, ZERO)


def grade(total: Fraction) -> str:
    """优良中差."""
    return next((name for least, name in GRADES if total >= least), "差")


def band(completion: Fraction) -> int:
    """1, 2 or 3: 100%-80%(含), 80%-60%(含), below."""
    return 1 + sum(completion < bound for bound in BANDS)


def largest_remainder(shares: Sequence[Fraction], whole: Fraction) -> list[Fraction]:
    """Shares of a whole in steps of 0.01 that add up to it exactly; equal remainders favour the higher row.

    >>> [str(share) for share in largest_remainder([Fraction(1)] * 3, Fraction(10))]
    ['167/50', '333/100', '333/100']
    """
    everything = total_of(shares)
    cents = [share / everything * whole * 100 for share in shares]
    shown = [int(each) for each in cents]
    left = whole * 100 - sum(shown)
    assert left.denominator == 1, f"{whole} is not shown in hundredths"
    by_remainder = sorted(range(len(shares)), key=lambda index: (-(cents[index] - shown[index]), index))
    for index in by_remainder[: int(left)]:
        shown[index] += 1
    return [Fraction(each, 100) for each in shown]


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, list[Item]]:
    """Items under their key, in the order met."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


# --------------------------------------------------------------------------------------------------------------------
# One table, scored as filed


def quantitative_completion(
    direction: str, target: Fraction, target_high: Fraction | None, actual: Fraction
) -> Fraction:
    """How far a number reaches its target, from 0 to 1."""
    if direction == "at_least":
        return ONE if target == 0 else min(actual / target, ONE)
    if direction == "at_most":
        return ONE if actual <= target else target / actual
    assert target_high is not None
    if actual < target:
        return quantitative_completion("at_least", target, None, actual)
    return quantitative_completion("at_most", target_high, None, actual)


def is_number(content: Content) -> bool:
    """Counts, amounts and rates, against words and dates."""
    return content.kind in ("absolute", "relative")


def counted_actual(content: Content) -> Fraction | None:
    """The actual as a number; 达成预期指标 counts as the target itself."""
    return content.target if content.is_stated else content.actual


def row_completion(row: Row) -> Fraction:
    """The completion of one row of one table; where the texts do not tell, the filed score does."""
    content, actual = row.content, counted_actual(row.content)
    if is_number(content) and actual is not None:
        if content.is_stated:
            return ONE
        assert content.direction is not None
        assert content.target is not None
        return quantitative_completion(content.direction, content.target, content.target_high, actual)
    # Reading: a filed score stands even where the actual is blank, though it is a finding there.
    return row.score / row.weight if content.completion is None else content.completion


def execution_rate(budget: Fraction | None, executed: Fraction | None) -> Fraction | None:
    """全年执行数 ÷ 全年预算数. Reading: a blank 执行数 has no rate, like a blank budget; only 0 is 0."""
    return None if not budget or executed is None else executed / budget


def execution_score(rate: Fraction | None) -> Fraction | None:
    """The weight that note 2 fixes, times the rate, capped."""
    return None if rate is None else half_up(EXECUTION_WEIGHT * min(rate, ONE))


def own_total(form: FiledForm) -> Fraction:
    """The total of one table by its own weights."""
    rate = execution_rate(form.amount("total", "budget"), form.amount("total", "executed"))
    scores = [execution_score(rate) or ZERO]
    groups = grouped(form.scored_rows, lambda row: ("row", row.row) if row.group is None else ("group", row.group))
    for rows in groups.values():
        weight = total_of(row.weight for row in rows)
        scores.append(half_up(weight * total_of(row_completion(row) for row in rows) / len(rows)))
    return total_of(scores)


# --------------------------------------------------------------------------------------------------------------------
# Which tables count


def fingerprint(form: FiledForm) -> Hashable:
    """What must be the same for two tables of one project and unit to be the same table."""
    funds = tuple(form.amount(kind, column) for kind in LABELS for column in AMOUNT_COLUMNS)
    rows = sorted(
        (row.level1, fold_level2(row.level2), row.name, str(row.content), row.weight, row.score) for row in form.rows
    )
    return funds, form.execution_score, tuple(rows)


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables of a department: those that count, those that were read, those that only repeat another."""

    counting: list[FiledForm]
    read: list[FiledForm]
    twin: dict[str, str]  # a file that repeats another, and the one that it repeats
    codes: list[dict[str, Any]]


def sort_tables(department: Department) -> Tables:
    """Identical tables count once, different ones in neither.

    Reading: one finding per project and unit filed twice, not one per table. Of identical tables the first by file
    name is taken here; which one it is makes no difference to any number.
    """
    result = Tables([], [], {}, [])
    filed = grouped(department.forms, lambda form: (form.project_key, form.year, form.unit))
    for forms in filed.values():
        forms = sorted(forms, key=lambda form: form.file)
        if len({fingerprint(form) for form in forms}) > 1:
            result.read.extend(forms)
            result.codes.append({"code": "C02"})
            continue
        result.counting.append(forms[0])
        result.read.append(forms[0])
        result.twin.update({form.file: forms[0].file for form in forms[1:]})
        result.codes.extend({"code": "C01"} for _ in forms[1:])
    return result


def twins(department: Department) -> dict[str, str]:
    """Every file, and the file it stands for: itself, or the one it repeats."""
    twin = sort_tables(department).twin
    return {file: twin.get(file, file) for file in department.files}


def main_year(forms: Sequence[FiledForm]) -> int:
    """The most frequent year, of two equally frequent ones the later."""
    counts = Counter(form.year for form in forms)
    return max(counts, key=lambda year: (counts[year], year))


# --------------------------------------------------------------------------------------------------------------------
# One consolidated form


@dataclass(frozen=True, slots=True)
class Source:
    """A row of a table, and what its table weighs."""

    form: FiledForm
    row: Row
    funds: Fraction

    @property
    def place(self) -> tuple[str, str, str]:
        """The cells it was read from."""
        return self.form.file, self.row.target_cell, self.row.actual_cell


def row_key(row: Row) -> RowKey:
    """What rows of different tables match on."""
    return row.level1, fold_level2(row.level2), row.name


def weighing(forms: Sequence[FiledForm]) -> dict[str, Fraction]:
    """The funds F of every table whose indicators take part.

    Reading: a table alone in its group needs no weighing, so its lack of funds is no conflict and no C07.
    """
    if len(forms) == 1:
        return {forms[0].file: forms[0].amount("total", "budget") or ONE}
    funds = {form.file: form.amount("total", "budget") for form in forms}
    return {file: amount for file, amount in funds.items() if amount}


def conflict(sources: Sequence[Source]) -> str | None:
    """Why a row cannot be consolidated: kind before unit, unit before direction, and then a missing actual."""
    contents = [source.row.content for source in sources]
    if len({source.form.file for source in sources}) < len(sources):
        return "C04"  # the same name twice in one table
    kinds = {content.kind for content in contents}
    if len(kinds) > 1:
        return "C04"
    if not is_number(contents[0]):
        return None
    # A missing unit takes the one that all others have: it is never a second unit.
    if len({content.unit for content in contents if content.unit}) > 1:
        return "C03"
    if len({content.direction for content in contents}) > 1:
        return "C03"
    if len(sources) > 1 and any(counted_actual(content) is None for content in contents):
        return "C08"
    return None


def level_weights(forms: Sequence[FiledForm], funds: dict[str, Fraction]) -> dict[str, Fraction]:
    """What every first level weighs in the consolidated form.

    Readings: the tables that have a say are those whose indicators take part, and their sums are as filed, rows in
    conflict included. Levels are not scaled when what the tables agree on does not add up to 90. Where they are
    scaled, the mean of a level is over the tables that have it, a level all of whose rows are in conflict keeps its
    share, and the level weights are brought to hundredths by largest remainder like those of rows.
    """
    sums: dict[str, list[tuple[Fraction, Fraction]]] = {}
    for form in forms:
        if form.file in funds:
            for level, rows in grouped(form.scored_rows, lambda row: row.level1).items():
                sums.setdefault(level, []).append((funds[form.file], total_of(row.weight for row in rows)))
    levels = [level for level in LEVEL1_ORDER if level in sums]
    agreed = {level: len({weight for _, weight in sums[level]}) == 1 for level in levels}
    if any(level not in LEVEL_WEIGHTS and not agreed[level] for level in levels):
        means = [
            total_of(fund * weight for fund, weight in sums[level]) / total_of(fund for fund, _ in sums[level])
            for level in levels
        ]
        return dict(zip(levels, largest_remainder(means, HUNDRED - EXECUTION_WEIGHT), strict=True))
    return {level: sums[level][0][1] if agreed[level] else LEVEL_WEIGHTS[level] for level in levels}


def weighted(values: Iterable[tuple[Fraction, Fraction]]) -> Fraction:
    """Σ F·value ÷ Σ F"""
    pairs = list(values)
    return total_of(fund * value for fund, value in pairs) / total_of(fund for fund, _ in pairs)


def consolidate_words(sources: Sequence[Source]) -> tuple[Fraction, dict[str, Any]]:
    """Words and dates: the mean completion by funds, and how many tables fall in each band."""
    completions = [(source.funds, row_completion(source.row)) for source in sources]
    completion = weighted(completions)
    counts = Counter(band(each) for _, each in completions)
    return completion, {
        "aggregation": "bands",
        "unit": None,
        "direction": None,
        "target": None,
        "target_high": None,
        "actual": None,
        "band": band(completion),
        "bands": [counts[1], counts[2], counts[3]],
    }


def consolidate_numbers(sources: Sequence[Source]) -> tuple[Fraction, dict[str, Any]]:
    """Counts and amounts are added, rates weighted by funds; the result is held against the result."""
    contents = [source.row.content for source in sources]
    adds = contents[0].kind == "absolute"

    def together(value: Callable[[Content], Fraction | None]) -> Fraction | None:
        pairs = [(source.funds, value(source.row.content)) for source in sources]
        known = [(fund, number) for fund, number in pairs if number is not None]
        if len(known) < len(pairs):
            return None
        return total_of(number for _, number in known) if adds else weighted(known)

    target = together(lambda content: content.target)
    target_high = together(lambda content: content.target_high)
    actual = together(counted_actual)
    direction = contents[0].direction
    assert direction is not None
    assert target is not None
    if actual is None:  # a single source without an actual
        completion = row_completion(sources[0].row)
    else:
        completion = quantitative_completion(direction, target, target_high, actual)
    units = {content.unit for content in contents if content.unit}
    return completion, {
        "aggregation": "sum" if adds else "weighted",
        "unit": next(iter(units), None),
        # Reading: `equal` only where all sources are written so; mixed with ≥ or ≤ it is what they are scored by.
        "direction": "equal" if all(content.is_equal for content in contents) else direction,
        "target": cut(target),
        "target_high": cut(target_high),
        "actual": cut(actual),
        "band": None,
        "bands": None,
    }


def consolidate_row(key: RowKey, sources: Sequence[Source], weight: Fraction) -> dict[str, Any]:
    """A consolidated indicator; its score is its shown weight times its exact completion."""
    merge = consolidate_numbers if is_number(sources[0].row.content) else consolidate_words
    completion, values = merge(sources)
    return {
        "level1": key[0],
        "level2": key[1],
        "level3": key[2],
        **values,
        "completion": cut(completion),
        "weight": exact(weight),
        "score": exact(half_up(weight * completion)),
        "sources": sorted(source.place for source in sources),
    }


def row_order(key: RowKey, sources: Sequence[Source]) -> tuple[int, int, int, str]:
    """Official order, then the smallest place in any source. Reading: a place is the row of the sheet."""
    place = min(source.row.row for source in sources)
    return LEVEL1_ORDER.index(key[0]), LEVEL2_ORDER.index(key[1]), place, key[2]


def consolidate_funds(forms: Sequence[FiledForm]) -> dict[str, dict[str, Fraction | None]]:
    """Each row and column added, in 万元; a column is blank only if it is blank in every table."""
    funds: dict[str, dict[str, Fraction | None]] = {}
    for kind in LABELS:
        funds[kind] = {}
        for column in AMOUNT_COLUMNS:
            amounts = [amount for form in forms if (amount := form.amount(kind, column)) is not None]
            funds[kind][column] = total_of(amounts) if amounts else None
    return funds


def shown_spelling(spellings: Iterable[str]) -> str:
    """The one most sources use, of equally frequent ones the first by code point."""
    counts = Counter(spelling.strip() for spelling in spellings)
    return min(counts, key=lambda spelling: (-counts[spelling], spelling))


def consolidate(
    forms: Sequence[FiledForm], project: str, project_key: str, findings: list[dict[str, Any]]
) -> dict[str, Any]:
    """One form out of many, and what stood in the way."""
    weights = weighing(forms)
    findings += [{"code": "C07", "file": form.file} for form in forms if form.file not in weights]
    blank = [form for form in forms if form.amount("total", "executed") is None]
    if len(blank) < len(forms):
        # Reading: one finding per table whose 年度资金总额 has no 执行数, none per row of its funds block.
        findings += [{"code": "C09", "file": form.file} for form in blank]

    rows: dict[RowKey, list[Source]] = grouped(
        (Source(form, row, weights[form.file]) for form in forms if form.file in weights for row in form.scored_rows),
        lambda source: row_key(source.row),
    )
    sound: dict[RowKey, list[Source]] = {}
    for key in sorted(rows, key=lambda key: row_order(key, rows[key])):
        code = conflict(rows[key])
        if code is None:
            sound[key] = rows[key]
        else:
            findings.append({"code": code, "sources": sorted(source.place for source in rows[key])})

    # Reading: a level is missing as soon as some table filed it and none of its rows is left, for whatever reason;
    # what it weighs is not given to the others.
    filed_levels = {row.level1 for form in forms for row in form.scored_rows}
    findings += [{"code": "C10"} for level in LEVEL1_ORDER if level in filed_levels - {key[0] for key in sound}]

    indicators: list[dict[str, Any]] = []
    for level, whole in level_weights(forms, weights).items():
        keys = [key for key in sound if key[0] == level]
        if keys:
            shares = [total_of(source.funds * source.row.weight for source in sound[key]) for key in keys]
            shown = largest_remainder(shares, whole)
            indicators += [consolidate_row(key, sound[key], weight) for key, weight in zip(keys, shown, strict=True)]

    funds = consolidate_funds(forms)
    rate = execution_rate(funds["total"]["budget"], funds["total"]["executed"])
    score = execution_score(rate)
    total = (score or ZERO) + total_of(Fraction(indicator["score"]) for indicator in indicators)
    # Reading: the mean of totals is a total, so it is shown like one. A table without funds weighs nothing in it.
    totals = [(weights[form.file], own_total(form)) for form in forms if form.file in weights]
    return {
        "project": project,
        "project_key": project_key,
        "year": forms[0].year,
        "sources": len(forms),
        "funds": {kind: {column: exact(amount) for column, amount in row.items()} for kind, row in funds.items()},
        "execution": {"rate": cut(rate), "weight": exact(EXECUTION_WEIGHT), "score": exact(score)},
        "indicators": indicators,
        "total": exact(total),
        "grade": grade(total),
        "fund_weighted_mean_total": exact(half_up(weighted(totals))) if totals else None,
    }


# --------------------------------------------------------------------------------------------------------------------
# The department


def file_list(department: Department, tables: Tables) -> dict[str, Any]:
    """Every file seen and what became of it."""
    status = {form.file: "read" for form in tables.read}
    status |= dict.fromkeys(tables.twin, "duplicate")
    status |= dict.fromkeys(department.refused, "refused")
    status |= dict.fromkeys(department.temporary, "temporary")
    counts = Counter(status.values())
    return {
        "seen": len(department.files),
        **{name: counts[name] for name in ("read", "refused", "temporary", "duplicate")},
        "status": status,
    }


def project_line(form: FiledForm) -> dict[str, Any]:
    """A table by itself. Money is in 万元, the total is by its own weights."""
    budget, executed = form.amount("total", "budget"), form.amount("total", "executed")
    total = own_total(form)
    return {
        "budget": exact(budget),
        "executed": exact(executed),
        "rate": cut(execution_rate(budget, executed)),
        "total": exact(total),
        "grade": grade(total),
    }


def expected(department: Department, as_one: str | None = None) -> dict[str, Any]:
    """The consolidation of a department: by project and year, or with `as_one` all of it in one form."""
    tables = sort_tables(department)
    findings = list(tables.codes)
    # Reading: the year is chosen by the tables that count; the generator sees to it that no other count differs.
    year = main_year(tables.counting)
    findings += [{"code": "C06", "file": form.file} for form in tables.counting if form.year != year]

    forms = []
    if as_one is not None:
        ours = [form for form in tables.counting if form.year == year]
        forms.append(consolidate(ours, as_one, as_one, findings))
    else:
        # Reading: a project all of whose tables were filed twice differently has no form.
        for (key, _), group in grouped(tables.counting, lambda form: (form.project_key, form.year)).items():
            forms.append(consolidate(group, shown_spelling(form.project for form in group), key, findings))
    return {
        "files": file_list(department, tables),
        "forms": sorted(forms, key=lambda form: (form["project_key"], form["year"])),
        "projects": {form.file: project_line(form) for form in tables.read},
        "findings": findings,
    }
