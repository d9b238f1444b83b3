"""Many forms in, one out (汇总): absolute values added, relative values weighted by funds, qualitative results by band.

规则 (note 3 of the form): 主管部门按二级项目汇总绩效目标;对于定量指标,绝对值直接累加计算,相对值按照资金额度加权平均计算;定性指标按三档。

The work has two halves. `digest` takes from each scored form what consolidation needs; `Partial` collects digests and adds
up exactly, in any grouping and any order, so that any number of processes can share the work. `conclude` makes the result.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

from perf_xl import rules
from perf_xl.exact import (
    apportion,
    cut,
    decimal_of,
    fold,
    fraction_of,
    plain,
    quotient,
    round_half_up,
    sum_of,
    sum_of_products,
    times,
)
from perf_xl.findings import DOUBT, ERROR, SEVERITIES, Finding, count_by_severity, finding
from perf_xl.model import CARRYOVER, MONEY_UNITS, TOTAL, Form, FundsRow, Indicator, Written
from perf_xl.rules import HUNDRED, Rulebook
from perf_xl.scoring import (
    FormScore,
    IndicatorScore,
    completion_of,
    completion_of_numbers,
    fold_unit_name,
    settle_indicator,
)
from perf_xl.values import (
    ABSOLUTE,
    EQUAL,
    MET,
    PERCENT,
    RELATIVE,
    UNRESOLVED,
    Settled,
    factor_of,
    fold_level,
    fold_name,
    in_two_notations,
    parse,
)

T = TypeVar("T")

SUM, WEIGHTED, BANDS = "sum", "weighted", "bands"
_AGGREGATION = {ABSOLUTE: SUM, RELATIVE: WEIGHTED}

_OF_WHICH, _COLON = re.compile(r"^其中[:-]?"), re.compile(r"[:：]$")
_ENCLOSING = re.compile(r"[()\[\]【】《》<>〈〉“”\"'{}〔〕]")
_SYSTEM_CODE = re.compile(r"(?:\d{5,}+[A-Z]?\d*+[-—–_.:、]++|\d{8,}+[A-Z]\d{4,}+|\d{10,}+)(?!$)")

LEVEL1_ORDER = ("成本", "产出", "效益", "满意度")
LEVEL2_ORDER = (
    "数量", "质量", "时效", "成本", "经济成本", "社会成本", "生态环境成本", "经济效益", "社会效益", "生态效益", "环境效益", "可持续影响", "满意度",
)  # fmt: skip
"""Official order of the folded names of first and second levels."""


@lru_cache(maxsize=4096)
def fold_project(name: str | None) -> str:
    """Return the name under which projects match: no width, spaces, brackets, system codes.

    >>> fold_project("51000021R000000019951-政府网站（运营）维护"), fold_project("[51000021R000000019951]政府网站(运营) 维护")
    ('政府网站运营维护', '政府网站运营维护')
    """
    folded = _ENCLOSING.sub("", fold(name or ""))
    code = _SYSTEM_CODE.match(folded)
    return folded[code.end() :] if code else folded


# --- what consolidation takes from one form ---------------------------------------------------------------------------


class Source(NamedTuple):
    """One row of one form, as it enters a consolidated indicator; every quoted value with its cell."""

    file: str
    sheet: str
    target_cell: str
    actual_cell: str
    target: str | None
    actual: str | None
    weight: Fraction | None
    funds: Decimal | None
    unit: str | None
    """The filing unit."""
    project: str | None
    completion: Fraction | None
    band: int | None
    values: tuple[Fraction | None, Fraction | None, Fraction | None] = (None, None, None)
    """Target, upper bound and actual in the consolidated row's unit; None where they are not numbers."""

    @property
    def order(self) -> tuple[Any, ...]:
        """Content first, the file name last."""
        content = (self.project or "", self.unit or "", self.target or "", self.actual or "", str(self.weight or ""))
        return (*content, str(self.funds or ""), self.sheet, self.target_cell, self.file)


class Contribution(NamedTuple):
    """A scored row of a form, read for consolidation."""

    key: tuple[str, str, str]
    """Folded first level, second level and third-level name."""
    names: tuple[str, str, str]
    place: int
    """Row of the sheet."""
    nature: str
    """`absolute`, `relative`, or `bands` for words and dates."""
    settled: Settled
    actual: Fraction | None
    """In the base unit; the target itself where the unit says 达成预期指标; None where there is no number."""
    completion: Fraction | None
    """Own completion; the filed score ÷ weight where the words do not tell."""
    weight: Fraction | None
    source: Source


class FundsLine(NamedTuple):
    """One row of a form's funds block, in 万元."""

    key: str
    label: str
    kind: str
    amounts: tuple[Decimal | None, Decimal | None, Decimal | None]
    """年初预算数, 全年预算数, 全年执行数."""
    cells: tuple[str, str, str]
    place: int


@dataclass(frozen=True, slots=True)
class Filing:
    """报送的表: what tells one form from others, and what its line of 项目一览 says."""

    file: str
    sheet: str
    title_cell: str
    project: str | None
    project_key: str
    year: int | None
    unit: str | None
    rulebook: Rulebook
    budget: Decimal | None
    executed: Decimal | None
    rate: Fraction | None
    total: Decimal | None
    filed_total: Decimal | None
    grade: str | None

    @property
    def identity(self) -> tuple[str, int | None, str]:
        """Project, year and filing unit: what may be filed only once."""
        return (self.project_key, self.year, fold_unit_name(self.unit))


@dataclass(frozen=True, slots=True)
class Table(Filing):
    """What consolidation keeps of one form."""

    department: str | None
    lines: tuple[FundsLine, ...]
    funds: Decimal | None
    """资金额度 that weighs its relative values, in 万元; None where it is blank or zero."""
    budget_cell: str
    executed_cell: str
    rows: tuple[Contribution, ...]
    level_sums: Mapping[str, Fraction]
    """Folded first level → sum of its weights; only levels whose weights are known."""
    level_names: Mapping[str, str]
    content: str
    """Everything that makes two filings of one project the same, as text."""
    findings: tuple[Finding, ...]

    @property
    def order(self) -> tuple[Any, ...]:
        """Content first, the file name last."""
        return (
            self.project_key,
            self.year or 0,
            fold_unit_name(self.unit),
            self.content,
            self.file,
            self.sheet,
            self.title_cell,
        )


def digest(score: FormScore, findings: Iterable[Finding] = ()) -> Table:
    """Take from a scored form what consolidation needs."""
    form = score.form
    factor = MONEY_UNITS.get(form.money_unit or "万元", Decimal(1))
    lines = tuple(_funds_line(form, at, row, factor) for at, row in enumerate(form.funds))
    total = form.total_row
    budget = executed = None
    budget_cell = executed_cell = ""
    if total is not None:
        budget, executed = _scaled(form.budget_of(total), factor), _scaled(total.executed, factor)
        budget_cell, executed_cell = form.budget_of(total).cell, total.executed.cell
    funds = budget if score.rulebook.funds_that_weigh == "budget" else executed
    funds = funds if funds and funds > 0 else None
    keys = [_key(row) for row in form.indicators]
    scored = {id(one.indicator): one for one in score.indicators}
    rows = tuple(
        _contribution(score, row, key, scored.get(id(row)), funds)
        for row, key in zip(form.indicators, keys, strict=True)
        if row.scored or row.group is not None
    )
    weights: dict[str, list[Fraction]] = {}
    names: dict[str, str] = {}
    for row in rows:
        names.setdefault(row.key[0], row.names[0])
        if row.weight is not None:
            weights.setdefault(row.key[0], []).append(row.weight)
    return Table(
        file=form.file,
        sheet=form.sheet,
        title_cell=form.title.cell or form.project.cell,
        project=form.project.text,
        project_key=fold_project(form.project.text),
        year=form.year,
        unit=form.unit,
        department=form.competent_department.text,
        rulebook=score.rulebook,
        lines=lines,
        budget=budget,
        executed=executed,
        funds=funds,
        budget_cell=budget_cell,
        executed_cell=executed_cell,
        rate=score.execution.rate,
        rows=rows,
        level_sums={level: sum_of(known) for level, known in weights.items()},
        level_names=names,
        total=score.total,
        filed_total=form.total.number,
        grade=score.grade,
        content=_content(form, keys),
        findings=tuple(findings),
    )


def _scaled(written: Written, factor: Decimal) -> Decimal | None:
    return None if written.number is None else times(written.number, factor)


def _funds_line(form: Form, at: int, row: FundsRow, factor: Decimal) -> FundsLine:
    label = fold(row.label.text or "").rstrip(":")
    bare = _OF_WHICH.sub("", label).replace("本年", "当年")
    bare = "当年财政拨款" if bare == "财政拨款" else bare
    cells = [row.initial_budget, form.budget_of(row), row.executed]
    amounts = (_scaled(cells[0], factor), _scaled(cells[1], factor), _scaled(cells[2], factor))
    key = row.kind if row.kind in (TOTAL, CARRYOVER) else f"{row.kind}:{bare}"
    shown = _COLON.sub("", row.label.text or "")
    return FundsLine(key, shown, row.kind, amounts, (cells[0].cell, cells[1].cell, cells[2].cell), at)


Key: TypeAlias = tuple[str, str, str]


def _key(row: Indicator) -> Key:
    return fold_level(row.level1), fold_level(row.level2), fold_name(row.level3.text or "")


def _contribution(
    score: FormScore, row: Indicator, key: Key, own: IndicatorScore | None, funds: Decimal | None
) -> Contribution:
    """Read one row. `own` is its score; a further row of a merged weight has none."""
    form, rulebook = score.form, score.rulebook
    settled = settle_indicator(form, row) if own is None else own.settled
    completion = completion_of(settled, rulebook) if own is None or row.group is not None else own.completion
    members = form.members(row)
    points, filed = members[0].weight.number, members[0].score.number
    weight = None if points is None else fraction_of(points)
    if weight is not None and len(members) > 1:
        weight /= len(members)
    nature = settled.kind if settled.kind in (ABSOLUTE, RELATIVE) else BANDS
    if settled.kind == UNRESOLVED and parse(row.target.text, form.year).form == "blank":
        given = parse(row.actual.text, form.year)
        if given.form == "number":
            nature = RELATIVE if given.unit == PERCENT else ABSOLUTE
    actual = None if settled.actual is None or settled.unsure else fraction_of(settled.actual)
    if nature in (ABSOLUTE, RELATIVE) and settled.stated is not None and settled.target is not None:
        actual = fraction_of(settled.target)
    if completion is None and points and filed is not None and 0 <= filed <= points:
        completion = quotient(filed, points)
    band = settled.band if settled.band is not None else None if completion is None else rulebook.band(completion)
    source = Source(
        form.file, form.sheet, row.target.cell, row.actual.cell, row.target.text, row.actual.text, weight, funds,
        form.unit, form.project.text, completion, band,
    )  # fmt: skip
    names = (row.level1 or "", row.level2 or "", row.level3.text or "")
    return Contribution(key, names, row.row, nature, settled, actual, completion, weight, source)


def _content(form: Form, keys: Iterable[Key]) -> str:
    """Funds, weights, scores, folded names, targets and actuals as read: what makes two filings the same."""
    parts: list[str] = []
    for row in form.funds:
        parts.append(fold(row.label.text or "").rstrip(":"))
        for amount in (row.initial_budget, row.budget, row.executed, row.weight, row.score):
            parts.append("" if amount.number is None else plain(amount.number))
    for indicator, key in zip(form.indicators, keys, strict=True):
        parts += key
        for points in (indicator.weight, indicator.score):
            parts.append("" if points.number is None else plain(points.number))
        parts += [fold(indicator.target.text or ""), fold(indicator.actual.text or "")]
    parts.append("" if form.total.number is None else plain(form.total.number))
    return "\x1f".join(parts)


# --- partial results --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FileLine:
    """What became of one file: `read`, `refused`, `temporary` or `duplicate`."""

    file: str
    status: str
    code: str | None = None
    why: str | None = None
    """Why it is not read; of one that is read, what a person must know of it (macros, hidden sheets, links)."""
    cure: str | None = None
    forms: int = 0
    size: int | None = None
    sha256: str | None = None
    """Of its content, in bytes and as hexadecimal digits; None where it was not opened."""

    @property
    def message(self) -> str | None:
        """Why it is not read and what to do, in one sentence each."""
        return f"{self.why}。{self.cure}。" if self.why and self.code else None


@dataclass(frozen=True, slots=True)
class Partial:
    """A partial result: what some of the files hold. `+` is exact, associative and commutative; `Partial()` is zero."""

    tables: tuple[Table, ...] = ()
    files: tuple[FileLine, ...] = ()

    def __add__(self, other: Partial) -> Partial:
        return Partial.sum((self, other))

    @staticmethod
    def sum(partials: Iterable[Partial]) -> Partial:
        """Add many partial results at once."""
        tables: list[Table] = []
        files: list[FileLine] = []
        for one in partials:
            tables += one.tables
            files += one.files
        return Partial(
            tuple(sorted(tables, key=lambda table: table.order)), tuple(sorted(files, key=lambda line: line.file))
        )


# --- results ----------------------------------------------------------------------------------------------------------


class FundsSource(NamedTuple):
    """The same row of one form's funds block: its cells, and their amounts in 万元."""

    file: str
    sheet: str
    cells: tuple[str, str, str]
    amounts: tuple[Decimal | None, Decimal | None, Decimal | None]
    unit: str | None


@dataclass(frozen=True, slots=True)
class FundsTotal:
    """One row of the consolidated funds block, in 万元, with what was added."""

    label: str
    kind: str
    initial_budget: Decimal | None
    budget: Decimal | None
    executed: Decimal | None
    sources: Sequence[FundsSource]


@dataclass(frozen=True, slots=True)
class ConsolidatedIndicator:
    """汇总指标: how one number of the consolidated form was made, with all its sources."""

    level1: str
    level2: str
    level3: str
    unit: str | None
    aggregation: str
    """`sum` of absolute values, values `weighted` by funds, or `bands` of words and dates."""
    direction: str | None
    target: Fraction | None
    target_high: Fraction | None
    actual: Fraction | None
    completion: Fraction | None
    band: int | None
    bands: tuple[int, int, int] | None
    weight: Decimal | None
    score: Decimal | None
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row that cannot be brought together (冲突): why, and what each source says. It is left out of the sums."""

    code: str
    level1: str
    level2: str
    level3: str
    why: str
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class ConsolidatedForm:
    """汇总表: the official form of a group of tables."""

    project: str
    year: int | None
    department: str | None
    rulebook: Rulebook
    sources: int
    funds: tuple[FundsTotal, ...]
    rate: Fraction | None
    execution_weight: Decimal
    execution_score: Decimal | None
    indicators: tuple[ConsolidatedIndicator, ...]
    conflicts: tuple[Conflict, ...]
    missing_levels: tuple[str, ...]
    """First levels with no row left."""
    total: Decimal | None
    grade: str | None
    fund_weighted_mean_total: Decimal | None


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """项目一览: one table that was read."""

    project: str | None
    unit: str | None
    year: int | None
    file: str
    sheet: str
    cell: str
    budget: Decimal | None
    executed: Decimal | None
    rate: Fraction | None
    total: Decimal | None
    filed_total: Decimal | None
    grade: str | None
    findings: Mapping[str, int]
    counted: bool
    """Whether it takes part in a consolidated form."""


@dataclass(frozen=True, slots=True)
class Consolidation:
    """汇总结果: the consolidated forms, the projects, the findings, and what became of every file."""

    files: tuple[FileLine, ...]
    forms: tuple[ConsolidatedForm, ...]
    projects: Sequence[ProjectLine]
    findings: Sequence[Finding]
    as_one: str | None = None

    def count(self, status: str) -> int:
        """How many files ended in a state."""
        return sum(line.status == status for line in self.files)

    @property
    def has_errors(self) -> bool:
        """Whether there are findings of severity 错误, or refused files."""
        return any(found.severity == ERROR for found in self.findings) or self.count("refused") > 0


# --- where it all is while a result is made ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head(Filing):
    """What is at hand of a table (表) all the time."""

    severities: tuple[int, ...]
    """How many findings it has, by `SEVERITIES`."""
    place: Any = field(default=None, compare=False)
    """Where the table itself is, as its shelf knows it."""


def head_of(table: Table, place: object) -> Head:
    """Return what is at hand of a table that is at this place."""
    return Head(*_OF_FILING(table), tuple(count_by_severity(table.findings).values()), place)  # type: ignore[call-arg]


_OF_FILING = attrgetter(*(entry.name for entry in fields(Filing)))


class Shelf(Protocol):
    """Where tables are, and where the long lists of a result are put away: in memory, or on the disk."""

    @property
    def heads(self) -> Sequence[Head]:
        """Of all tables, in any order."""

    @property
    def files(self) -> Sequence[FileLine]:
        """All files, in any order."""

    def table(self, head: Head) -> Table:
        """Return the table itself; its findings may be missing."""

    def findings(self, head: Head) -> Sequence[Finding]:
        """Return the findings of a table."""

    def put(self, items: Iterable[T]) -> Sequence[T]:
        """Put away a list; what is returned reads like it."""

    def sort(self, items: Iterable[T], key: Callable[[T], Any]) -> Sequence[T]:
        """Sort, and put away."""


class InMemory:
    """A shelf that holds everything itself."""

    def __init__(self, partial: Partial) -> None:
        self.files = partial.files
        self.heads = [head_of(table, table) for table in partial.tables]

    def table(self, head: Head) -> Table:
        """Return the table itself."""
        table: Table = head.place
        return table

    def findings(self, head: Head) -> Sequence[Finding]:
        """Return the findings of a table."""
        return self.table(head).findings

    def put(self, items: Iterable[T]) -> Sequence[T]:
        """Keep a list."""
        return tuple(items)

    def sort(self, items: Iterable[T], key: Callable[[T], Any]) -> Sequence[T]:
        """Sort, and keep."""
        return tuple(sorted(items, key=key))


# --- the conclusion ---------------------------------------------------------------------------------------------------


def conclude(
    whole: Partial | Shelf, *, as_one: str | None = None, rulebook: Rulebook | None = None, roster: Sequence[str] = ()
) -> Consolidation:
    """Make the result of all tables (汇总).

    `as_one`: all tables become one form of this name; else one form per project and year.
    `rulebook`: of the consolidated forms; without one the rulebook that all tables of a form follow, or the default.
    `roster`: names of the units that had to file (报送名单).
    """
    shelf: Shelf = InMemory(whole) if isinstance(whole, Partial) else whole
    heads = _ordered(shelf)
    counting, repeated, found = _settle_duplicates(heads, shelf)
    year = _most_frequent_year(counting)
    groups: dict[tuple[str, int | None], list[Head]] = defaultdict(list)
    for head in counting:
        odd = head.year is not None and head.year != year
        if odd:
            message = f"自评表为 {head.year} 年度,本次汇总多数为 {year} 年度"
            message += ",未计入汇总" if as_one is not None else ",单独成表"
            found.append(_about(head, "C06", message, head.title_cell, str(head.year), str(year)))
        elif head.year is None and year is not None:
            message = f"自评表没有写明年度,本次汇总多数为 {year} 年度"
            message += ",按该年度计入汇总" if as_one is not None else ",单独成表"
            found.append(_about(head, "C06", message, head.title_cell, None, str(year), severity=DOUBT))
        if as_one is None:
            groups[(head.project_key, head.year)].append(head)
        elif not odd:
            groups[(as_one, year)].append(head)
    forms = []
    taking_part: set[int] = set()
    for (name, of_year), tables in sorted(groups.items(), key=lambda entry: (entry[0][0], entry[0][1] or 0)):
        taking_part.update(map(id, tables))
        project = as_one if as_one is not None else _spelling([head.project or "" for head in tables])
        group = _Group(tables, shelf, project or name, of_year, rulebook or _common_rulebook(tables))
        forms.append(group.form())
        found += group.findings
    found += _missing_units(heads, roster)
    files = sorted(shelf.files, key=lambda line: line.file)
    refusals = (
        finding(line.code or "X01", line.message or "", file=line.file) for line in files if line.status == "refused"
    )
    fresh = [head for head in heads if id(head) not in repeated]
    of_tables = (one for head in fresh for one in shelf.findings(head))
    counts = _severities(heads, found)
    return Consolidation(
        files=_file_lines(files, {head.file for head in fresh}),
        forms=tuple(forms),
        projects=shelf.put(_project_line(head, counts, id(head) in taking_part) for head in fresh),
        findings=shelf.sort(chain(of_tables, found, refusals), lambda one: one.order),
        as_one=as_one,
    )


def _ordered(shelf: Shelf) -> list[Head]:
    """Content first, the file name last; tables are looked at only where project, year and unit are the same."""
    keys = [(head.project_key, head.year or 0, fold_unit_name(head.unit)) for head in shelf.heads]
    ordered: list[Head] = []
    for _, places in groupby(sorted(range(len(keys)), key=keys.__getitem__), key=keys.__getitem__):
        alike = [shelf.heads[at] for at in places]
        ordered += sorted(alike, key=lambda head: shelf.table(head).order) if len(alike) > 1 else alike
    return ordered


def _about(
    table: Filing,
    code: str,
    message: str,
    cell: str,
    found: str | None = None,
    expected: str | None = None,
    severity: str | None = None,
) -> Finding:
    where = {"file": table.file, "sheet": table.sheet, "cell": cell}
    return finding(code, message, **where, found=found, expected=expected, severity=severity)


def _settle_duplicates(heads: Sequence[Head], shelf: Shelf) -> tuple[list[Head], set[int], list[Finding]]:
    """Return the tables that count, the ids of identical repeats, and C01 and C02."""
    same: dict[tuple[str, int | None, str], list[Head]] = defaultdict(list)
    for head in heads:
        same[head.identity].append(head)
    counting: list[Head] = []
    repeated: set[int] = set()
    found: list[Finding] = []
    for group in same.values():
        if len(group) == 1:
            counting += group
            continue
        kept: dict[str, Head] = {}
        for head in group:
            first = kept.setdefault(shelf.table(head).content, head)
            if first is not head:
                repeated.add(id(head))
                message = f"与“{first.file}”「{first.sheet}」是同一单位同一项目的自评表,内容一致,只计一次"
                found.append(_about(head, "C01", message, head.title_cell))
        if len(kept) == 1:
            counting += kept.values()
            continue
        different = list(kept.values())
        named = "、".join(f"“{head.file}”「{head.sheet}」" for head in different)
        first = different[0]
        told = f"“{first.project or ''}”报送了 {len(different)} 份内容不同的自评表:{named},均未计入汇总"
        message = f"{first.unit}的{told}" if first.unit else f"{told};表中没有写明单位,不能分辨是否重复报送"
        found.append(_about(first, "C02", message, first.title_cell))
    return counting, repeated, found


def _most_frequent_year(heads: Iterable[Head]) -> int | None:
    years = Counter(head.year for head in heads if head.year is not None)
    return max(years, key=lambda year: (years[year], year)) if years else None


def _common_rulebook(heads: Iterable[Head]) -> Rulebook:
    books = {head.rulebook.name: head.rulebook for head in heads}
    return next(iter(books.values())) if len(books) == 1 else rules.default()


def _spelling(names: Sequence[str]) -> str:
    """The spelling most sources use; ties by code point."""
    if len(set(names)) == 1:
        return names[0]
    counts = Counter(name for name in names if name)
    return min(counts, key=lambda name: (-counts[name], name)) if counts else ""


def _missing_units(heads: Iterable[Head], roster: Sequence[str]) -> list[Finding]:
    if not roster:
        return []
    filed = {fold_unit_name(head.unit) for head in heads}
    missing = sorted({name.strip() for name in roster if name.strip() and fold_unit_name(name) not in filed})
    return [finding("C05", f"名单中的“{name}”没有报送自评表", found=None, expected=name) for name in missing]


def _file_lines(lines: Iterable[FileLine], fresh: Collection[str]) -> tuple[FileLine, ...]:
    """A workbook is a duplicate only if all its forms are."""
    return tuple(
        replace(line, status="duplicate", code="C01") if line.status == "read" and line.file not in fresh else line
        for line in lines
    )


_Place = tuple[str, str, str]


def _severities(heads: Iterable[Head], found: Iterable[Finding]) -> dict[_Place, list[int]]:
    """Count the findings of every table by severity, its own and those that consolidating it gave rise to."""
    counts: dict[_Place, list[int]] = {}
    on_sheet: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    for head in heads:
        place = (head.file, head.sheet, head.title_cell)
        if place not in counts:
            counts[place] = [0] * len(SEVERITIES)
            on_sheet[place[:2]].append(place)
        counts[place] = [one + more for one, more in zip(counts[place], head.severities, strict=True)]
    for one in found:
        if not one.sources:
            for place in on_sheet.get((one.file, one.sheet), ()):
                if one.code not in ("C02", "C06") or place[2] == one.cell:
                    counts[place][SEVERITIES.index(one.severity)] += 1
    return counts


def _project_line(head: Head, counts: Mapping[_Place, Sequence[int]], counted: bool) -> ProjectLine:
    return ProjectLine(
        project=head.project,
        unit=head.unit,
        year=head.year,
        file=head.file,
        sheet=head.sheet,
        cell=head.title_cell,
        budget=head.budget,
        executed=head.executed,
        rate=head.rate,
        total=head.total,
        filed_total=head.filed_total,
        grade=head.grade,
        findings=dict(zip(SEVERITIES, counts[(head.file, head.sheet, head.title_cell)], strict=True)),
        counted=counted,
    )


# --- one consolidated form --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """A row of the consolidated form before it has its weight: its parts, and the funds by which each weighs."""

    key: tuple[str, str, str]
    place: int
    """The uppermost place where it stands in a table."""
    parts: list[Contribution] = field(default_factory=list)
    funds: list[Fraction] = field(default_factory=list)
    shares: Fraction | None = None
    completion: Fraction | None = None
    made: Callable[..., ConsolidatedIndicator] | None = None
    """Makes the indicator once its weight and score are known; None where it is left out."""

    def order(self) -> tuple[Any, ...]:
        level1, level2, name = self.key
        return (_rank(LEVEL1_ORDER, level1), level1, _rank(LEVEL2_ORDER, level2), level2, self.place, name)


def _rank(order: Sequence[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


_ONE = Fraction(1)
_KINDS = {TOTAL: 0, "appropriation": 1, CARRYOVER: 2, "other": 3, "part": 4}


@dataclass(slots=True)
class _Group:
    """The tables of one consolidated form, and what is taken from each of them, one after the other."""

    heads: list[Head]
    shelf: Shelf
    project: str
    year: int | None
    rulebook: Rulebook
    findings: list[Finding] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    missing_levels: list[str] = field(default_factory=list)
    in_order: bool = False
    """Whether tables are taken in the order of `Source.order`: the sources of every row need no sorting then."""
    rows: dict[tuple[str, str, str], _Row] = field(default_factory=dict)
    twice: set[tuple[str, str, str]] = field(default_factory=set)
    """Keys of rows that stand twice in one table."""
    lines: dict[str, list[FundsLine]] = field(default_factory=lambda: defaultdict(list))
    funds: dict[str, list[FundsSource]] = field(default_factory=lambda: defaultdict(list))
    levels: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    """Level → number and spelling of every table that has it."""
    level_sums: dict[str, list[tuple[Fraction, Fraction]]] = field(default_factory=lambda: defaultdict(list))
    """Level → funds and sum of weights of every table that weighs."""
    departments: list[str] = field(default_factory=list)
    totals: list[tuple[Fraction, Fraction]] = field(default_factory=list)
    """Funds and own total of every table that weighs."""
    unexecuted: list[Finding] = field(default_factory=list)

    def form(self) -> ConsolidatedForm:
        names = [(head.project or "", head.unit or "") for head in self.heads]
        self.in_order = len(set(names)) == len(names)
        for at in sorted(range(len(names)), key=names.__getitem__) if self.in_order else range(len(names)):
            self._take(at)
        rows = self._rows()
        weights = self._level_weights()
        made: list[ConsolidatedIndicator] = []
        for level in sorted(self.levels, key=lambda name: (_rank(LEVEL1_ORDER, name), name)):
            kept = [row for row in rows if row.key[0] == level and row.made is not None]
            if not kept:
                self._missing_level(level)
                continue
            made += self._weighed(kept, weights.get(level))
        rate = self._rate()
        points = None
        if rate is not None:
            credited = min(rate, _ONE) if self.rulebook.execution_capped else rate
            points = self.rulebook.score(self.rulebook.execution_weight, max(credited, Fraction(0)))
        scores = [row.score for row in made]
        total = None
        if made and all(score is not None for score in scores):
            total = sum((score for score in scores if score is not None), points or Decimal(0))
        if len(self.unexecuted) < len(self.heads):
            self.findings += self.unexecuted
        return ConsolidatedForm(
            project=self.project,
            year=self.year,
            department=_spelling(self.departments) or None,
            rulebook=self.rulebook,
            sources=len(self.heads),
            funds=self._funds(),
            rate=rate,
            execution_weight=self.rulebook.execution_weight,
            execution_score=points,
            indicators=tuple(made),
            conflicts=tuple(self.conflicts),
            missing_levels=tuple(self.missing_levels),
            total=total,
            grade=None if total is None else self.rulebook.grade(total),
            fund_weighted_mean_total=self._mean_total(),
        )

    def _take(self, at: int) -> None:
        """Take from one table what the form needs of it. One without funds weighs nothing, unless it stands alone."""
        table = self.shelf.table(self.heads[at])
        self.departments.append(table.department or "")
        for line in table.lines:
            self.lines[line.key].append(line)
            self.funds[line.key].append(FundsSource(table.file, table.sheet, line.cells, line.amounts, table.unit))
        has_total = any(line.kind == TOTAL for line in table.lines)
        if table.executed is None and has_total:
            message = "年度资金总额的全年执行数空白,按未填计入,汇总执行率可能偏低"
            self.unexecuted.append(_about(table, "C09", message, table.executed_cell or table.title_cell))
        for level, name in table.level_names.items():
            self.levels[level].append((at, name))
        if table.funds is None and len(self.heads) > 1:
            message = "年度资金总额的全年预算数空白或为0,资金照加,指标不参加汇总"
            if not has_total:
                message = "没有年度资金总额一行:各项来源照加,汇总的年度资金总额和执行率不含该表,指标不参加汇总"
            self.findings.append(_about(table, "C07", message, table.budget_cell or table.title_cell))
            return
        funds = Fraction(table.funds or 1)
        for level, amount in table.level_sums.items():
            self.level_sums[level].append((funds, amount))
        if table.total is not None:
            self.totals.append((funds, Fraction(table.total)))
        seen = set()
        for part in table.rows:
            if part.key in seen:
                self.twice.add(part.key)
            seen.add(part.key)
            row = self.rows.get(part.key)
            if row is None:
                row = self.rows[part.key] = _Row(part.key, part.place)
            row.place = min(row.place, part.place)
            row.parts.append(part)
            row.funds.append(funds)

    # funds

    def _funds(self) -> tuple[FundsTotal, ...]:
        """Each row and column added; a blank adds nothing, a column is blank only if all are."""
        result = []
        for key, lines in sorted(
            self.lines.items(),
            key=lambda entry: (_KINDS[entry[1][0].kind], min(line.place for line in entry[1]), entry[0]),
        ):
            sums = []
            for amounts in zip(*(line.amounts for line in lines), strict=True):
                known = [amount for amount in amounts if amount is not None]
                sums.append(decimal_of(sum_of(known)) if known else None)
            sources = self.shelf.put(sorted(self.funds[key], key=lambda source: source[:3]))
            label = _spelling([line.label for line in lines])
            result.append(FundsTotal(label, lines[0].kind, sums[0], sums[1], sums[2], sources))
        return tuple(result)

    def _rate(self) -> Fraction | None:
        """Rate = Σ executed ÷ Σ budget, never a mean of rates."""
        budget = sum_of(head.budget for head in self.heads if head.budget is not None)
        executed = [head.executed for head in self.heads if head.executed is not None]
        return sum_of(executed) / budget if budget and executed else None

    def _mean_total(self) -> Decimal | None:
        """The fund-weighted mean of the projects' own totals, for comparison."""
        if not self.totals:
            return None
        mean = weighted_mean(self.totals)
        return (round_half_up if self.rulebook.rounding == "half_up" else cut)(mean, self.rulebook.decimals)

    # rows

    def _rows(self) -> list[_Row]:
        result = sorted(self.rows.values(), key=_Row.order)
        for row in result:
            if row.key in self.twice:
                self._conflict(row, "C04", "同一张表内有两行同名指标,不能汇总")
            else:
                self._consolidate(row)
            row.parts.clear()
        return result

    def _conflict(self, row: _Row, code: str, why: str) -> None:
        """One finding for the whole row, shown per source; the row is left out of the sums."""
        ordered = sorted((part.source for part in row.parts), key=lambda source: source.order)
        first, sources = ordered[0], self.shelf.put(ordered)
        level1, level2, name = (_spelling(names) for names in zip(*(part.names for part in row.parts), strict=True))
        self.conflicts.append(Conflict(code, level1, level2, name, why, sources))
        told = ";".join(
            f"{source.file} {source.target_cell} “{source.target or ''}”→“{source.actual or ''}”"
            for source in ordered[:4]
        )
        more = f" 等 {len(sources)} 处" if len(sources) > 4 else ""
        self.findings.append(
            finding(
                code,
                f"“{self.project}”的指标“{name}”:{why}({told}{more})",
                file=first.file,
                sheet=first.sheet,
                cell=first.actual_cell or first.target_cell,
                sources=sources,
            )
        )

    def _missing_level(self, level: str) -> None:
        name = _spelling([name for _, name in self.levels[level]]) or "(未写一级指标)"
        self.missing_levels.append(name)
        head = self.heads[min(at for at, _ in self.levels[level])]
        message = f"“{self.project}”的“{name}”下没有可以汇总的指标,该一级指标的分值空缺"
        self.findings.append(_about(head, "C10", message, head.title_cell))

    def _consolidate(self, row: _Row) -> None:
        """Consolidate one row, or report why it cannot be: kind before unit, unit before direction, then actuals."""
        parts = row.parts
        natures = {part.nature for part in parts}
        if len(natures) > 1:
            self._conflict(row, "C04", "各表口径不同(绝对值、相对值或文字混用)")
            return
        nature = natures.pop()
        if nature == BANDS:
            self._consolidate_words(row)
            return
        common = _common_unit(parts)
        if common is None:
            self._conflict(row, "C03", "各表计量单位不同")
            return
        unit, factors = common
        directions = {part.settled.scored_by for part in parts if part.settled.scored_by}
        if len(directions) > 1:
            self._conflict(row, "C03", "各表方向不同(≥与≤)")
            return
        missing = [part for part in parts if part.actual is None or part.settled.target is None]
        if missing and (len(parts) > 1 or missing[0].completion is None):
            self._conflict(row, "C08", "有的表没有能识别的完成值")
            return
        scored_by = next(iter(directions), None)
        written = {part.settled.direction for part in parts}
        direction = EQUAL if written == {EQUAL} else scored_by
        relative = nature == RELATIVE
        whole = sum_of(row.funds) if relative else _ONE

        def in_unit(values: Iterable[Decimal | Fraction | None]) -> list[Fraction | None]:
            exact = [fraction_of(value) if isinstance(value, Decimal) else value for value in values]
            if factors is None:
                return exact
            return [value and value * factor for value, factor in zip(exact, factors, strict=True)]

        def together(values: Sequence[Fraction | None]) -> Fraction | None:
            known = [value for value in values if value is not None]
            if len(known) < len(values):
                return None
            return sum_of_products(zip(row.funds, known, strict=True)) / whole if relative else sum_of(known)

        targets = in_unit(part.settled.target for part in parts)
        highs = in_unit(part.settled.target_high for part in parts)
        actuals = in_unit(part.actual for part in parts)
        target, high, actual = together(targets), together(highs), together(actuals)
        if missing:
            completion = parts[0].completion
        else:
            assert target is not None
            assert actual is not None
            assert scored_by is not None
            completion = completion_of_numbers(scored_by, target, high, actual, self.rulebook)
        values = zip(targets, highs, actuals, strict=True)
        sources = [part.source._replace(values=read) for part, read in zip(parts, values, strict=True)]
        self._make(row, sources, unit, _AGGREGATION[nature], direction, target, high, actual, completion, None)

    def _consolidate_words(self, row: _Row) -> None:
        """Σ F·completion ÷ Σ F, the band it falls in, and the count of tables per band."""
        completions = [part.completion for part in row.parts if part.completion is not None]
        if len(completions) < len(row.parts):
            self._conflict(row, "C08", "有的表没有完成值,也没有得分可以推算")
            return
        completion = weighted_mean([*zip(row.funds, completions, strict=True)])
        counts = Counter(map(self.rulebook.band, completions))
        bands = (counts[1], counts[2], counts[3])
        sources = [part.source for part in row.parts]
        self._make(row, sources, None, BANDS, None, None, None, None, completion, bands)

    def _make(
        self, row: _Row, sources: Sequence[Source], unit: str | None, aggregation: str, direction: str | None,
        target: Fraction | None, high: Fraction | None, actual: Fraction | None, completion: Fraction | None,
        bands: tuple[int, int, int] | None,
    ) -> None:  # fmt: skip
        weights = [part.weight for part in row.parts if part.weight is not None]
        if len(weights) == len(row.parts):
            row.shares = sum_of_products(zip(row.funds, weights, strict=True))
        level1, level2, level3 = (_spelling(names) for names in zip(*(part.names for part in row.parts), strict=True))
        row.completion = completion
        row.made = partial(
            ConsolidatedIndicator,
            level1=level1,
            level2=level2,
            level3=level3,
            unit=unit,
            aggregation=aggregation,
            direction=direction,
            target=target,
            target_high=high,
            actual=actual,
            completion=completion,
            band=None if bands is None or completion is None else self.rulebook.band(completion),
            bands=bands,
            sources=self.shelf.put(sources if self.in_order else sorted(sources, key=lambda source: source.order)),
        )

    # weights

    def _level_weights(self) -> dict[str, Decimal]:
        """一级指标分值: what all sources agree on, else the rulebook's, else means scaled to what execution leaves."""
        official = {fold_level(level): weight for level, weight in self.rulebook.level_weights.items()}
        weights: dict[str, Decimal] = {}
        for level, entries in self.level_sums.items():
            amounts = {amount for _, amount in entries}
            if len(amounts) == 1:
                weights[level] = round_half_up(amounts.pop(), 2)
            elif level in official:
                weights[level] = official[level]
            else:
                return self._scaled_means()
        return weights

    def _scaled_means(self) -> dict[str, Decimal]:
        levels = sorted(self.level_sums, key=lambda name: (_rank(LEVEL1_ORDER, name), name))
        means = [weighted_mean(self.level_sums[level]) for level in levels]
        if not any(means):
            return {}
        return dict(zip(levels, apportion(means, HUNDRED - self.rulebook.execution_weight), strict=True))

    def _weighed(self, rows: Sequence[_Row], level_weight: Decimal | None) -> list[ConsolidatedIndicator]:
        """Give the rows of one level their weights, which add up to the level's exactly, and their scores."""
        known = [row.shares for row in rows if row.shares is not None]
        weights: Sequence[Decimal | None] = [None] * len(rows)
        if level_weight is not None and len(known) == len(rows) and any(known):
            weights = apportion(known, level_weight)
        made = []
        for row, weight in zip(rows, weights, strict=True):
            assert row.made is not None
            score = None
            if weight is not None and row.completion is not None:
                score = self.rulebook.score(weight, row.completion)
            made.append(row.made(weight=weight, score=score))
        return made


def weighted_mean(weighted: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """Return Σ weight·value ÷ Σ weight."""
    return sum_of_products(weighted) / sum_of(weight for weight, _ in weighted)


def _common_unit(parts: Sequence[Contribution]) -> tuple[str | None, list[Fraction] | None] | None:
    """Return the unit all sources share and the factor of each, if any has one; None where they do not fit together.

    Times, and events such as 场 and 场次, are folded only where two different ones meet. A missing unit takes the one that all others have; of a share it is
    not known whether 0.95 and 1 are percents.
    """
    units = {part.settled.unit for part in parts if part.settled.unit}
    bare = [part for part in parts if not part.settled.unit]
    if len(units) > 1:
        for table in MET:
            if units <= set(table):
                smallest = min(sorted(units), key=table.__getitem__)
                if bare:
                    return None
                return smallest, [Fraction(table[part.settled.unit or smallest], table[smallest]) for part in parts]
        return None
    unit = next(iter(units), None)
    numbers = [fraction_of(number) for part in bare for number in (part.settled.target, part.actual) if number]
    if in_two_notations(parts[0].key[2], numbers) or (unit == PERCENT and any(abs(number) <= 1 for number in numbers)):
        return None
    if unit is None or not bare:
        return unit, None
    with_unit = [part for part in parts if part.settled.unit]
    spelt = {part.settled.spelt for part in with_unit}
    if len(spelt) > 1 or any(part.settled.scaled for part in with_unit):
        return None
    factor = Fraction(factor_of(spelt.pop()))
    return unit, [_ONE if part.settled.unit else factor for part in parts]
