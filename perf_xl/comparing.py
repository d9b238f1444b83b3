"""The written report (自评报告) held against its form: scores, amounts, rates, counts, and the report against itself.

A number counts only where it is certain what it speaks of: its clause names a level, an indicator, the execution rate
or the funds of this project, and holds nothing else that it could belong to. All other numbers are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from perf_xl.exact import cut, decimal_in, fold, plain, round_half_up
from perf_xl.findings import DOUBT, ERROR, Finding, Rule, catalogue, finding
from perf_xl.grid import Paragraph
from perf_xl.model import MONEY_UNITS, Indicator, Written
from perf_xl.narrative import Passage, Span, half_width, passages
from perf_xl.patterns import regex
from perf_xl.rules import HUNDRED
from perf_xl.scoring import FormScore, IndicatorScore
from perf_xl.values import PERCENT, Value, fold_level, fold_name, parse

REPORT = "自评表与自评报告应当一致"

catalogue(
    Rule(
        "R01", ERROR, "报告得分与自评表不符", REPORT,
        "核对得分、分值和等级,把报告改成与自评表一致。",
        "自评表产出指标得47.5分,报告写“产出指标自评得分50分”。",
        "自评表产出指标得47.5分,报告写“产出指标自评得分47.5分”。",
    ),
    Rule(
        "R02", ERROR, "报告分项与小计不符", REPORT,
        "重新合计报告中的分项,改正分项或小计。",
        "“产出指标50分”,所列四项为17.5、10、10、10分。",
        "“产出指标47.5分”,所列四项为17.5、10、10、10分。",
    ),
    Rule(
        "R03", ERROR, "报告金额或比率与自评表不符", REPORT,
        "核对资金数、执行率和完成值,把报告改成与自评表一致。",
        "自评表全年执行数51.91万元,报告写“实际使用59.11万元”。",
        "自评表全年执行数51.91万元,报告写“实际使用51.91万元,执行率67%”。",
    ),
    Rule(
        "R04", DOUBT, "报告前后矛盾", REPORT,
        "核对两处说法,改正其中一处。",
        "先写“年度绩效目标全部完成”,后写“时效目标完成67%”。",
        "先写“年度绩效目标基本完成”,后写“时效目标完成67%”。",
    ),
    Rule(
        "R05", DOUBT, "报告所述指标不在表中", REPORT,
        "删去报告中的这项指标,或在自评表中补上。",
        "报告有“经济效益目标”一项,自评表没有经济效益指标。",
        "报告所述指标都在自评表中。",
    ),
)  # fmt: skip


def compare(paragraphs: Sequence[Paragraph], score: FormScore, report: str) -> list[Finding]:
    """Return what a report (自评报告) says otherwise than its form, or otherwise than it says elsewhere.

    `report` is the name of its file; a finding stands at a paragraph (第N段), its message names the form's cell.
    """
    facts = Facts(score)
    text = [
        passage
        for passage in passages(paragraphs, score.form.project.text)
        if not any(_PLANS.search(title) for title in passage.headings)
    ]
    claims = list(read_claims(text, facts))
    faults: list[Fault] = []
    for look in (scores, totals_of_scores, grades, contradictions, unknown_indicators):
        faults.extend(look(text, claims, facts))
    for examine in (funds, sums_of_money, values_reached):
        faults.extend(examine(text, facts))
    found = dict.fromkeys(
        finding(
            fault.code,
            fault.message,
            file=report,
            cell=f"第{fault.paragraph}段",
            found=fault.found,
            expected=fault.expected,
            severity=fault.severity,
        )
        for fault in faults
    )
    return sorted(found, key=lambda one: (_number_in(one.cell), one.order))


class Fault(NamedTuple):
    """What is wrong in one paragraph."""

    code: str
    paragraph: int
    message: str
    found: str | None = None
    expected: str | None = None
    severity: str | None = None


def _number_in(cell: str) -> int:
    return int(cell.strip("第段"))


def prints(number: Decimal, exact: Fraction | Decimal) -> bool:
    """Return whether `number` is `exact` at its own number of decimals, rounded or cut.

    >>> prints(Decimal("67"), Fraction(5191, 78)), prints(Decimal("51.9"), Decimal("51.91"))
    (True, True)
    """
    places = max(0, -int(number.as_tuple().exponent))
    return number in (round_half_up(exact, places), cut(exact, places))


# --- what the form says -----------------------------------------------------------------------------------------------

TOTAL, EXECUTION, LEVEL, INDICATOR, UNKNOWN = "total", "execution", "level", "indicator", "unknown"


class Subject(NamedTuple):
    """What a sentence speaks of: the total (总分), the execution rate, a level or indicator by its folded name.

    `unknown` is a level that the form does not have.
    """

    kind: str
    name: str


class Entry(NamedTuple):
    """分值和得分 of one subject, as filed, and the cells they stand in."""

    weight: Decimal | None
    score: Decimal | None
    weight_cells: str
    score_cells: str
    lost: frozenset[Decimal] = frozenset()
    """What its rows lost, each for itself."""


_OFFICIAL_LEVELS = [
    "产出",
    "效益",
    "满意度",
    "成本",
    "数量",
    "质量",
    "时效",
    "经济效益",
    "社会效益",
    "生态效益",
    "可持续影响",
    "可持续发展",
    "可持续",
    "服务对象满意度",
    "经济成本",
    "社会成本",
    "生态环境成本",
]
_GENERAL_LEVELS = frozenset(("产出", "效益", "成本"))
_EXECUTION = (
    r"(?:预算|资金|财政|项目){0,3}(?:资金|支出)?(?:执行率|支出率|支付率|支出实现率|使用率)(?:指标)?"
    r"|(?:预算|资金)执行(?:情况|进度)?(?:指标)?(?=得|自评|满分|分值|\(?\d+(?:\.\d+)?分)"
)
_TOTAL = r"(?:总得分|总评分|总分|综合得分|综合评分|总体得分|合计得分)"


class Facts:
    """The form (自评表) by what a report may name."""

    def __init__(self, score: FormScore) -> None:
        self.score, self.form = score, score.form
        self.of_whole_department = any(
            _WHOLE_DEPARTMENT.search(fold(text or "")) for text in (self.form.title.text, self.form.project.text)
        )
        self.entries: dict[Subject, tuple[Entry, ...]] = {
            Subject(TOTAL, ""): (Entry(HUNDRED, self.form.total.number, "", self.form.total.cell),),
        }
        self.children: dict[str, list[str]] = {}
        self.indicators: dict[str, IndicatorScore] = {}
        self._add_levels()
        self._add_indicators()
        self._add_execution()
        levels = sorted({*_OFFICIAL_LEVELS, *self.levels}, key=len, reverse=True)
        names = sorted(self.indicators, key=len, reverse=True)
        self.mention = re.compile(
            (
                rf"(?P<indicator>{'|'.join(map(re.escape, names))})[”》\"]?(?:指标)?|"
                if names
                else "(?P<indicator>(?!))|"
            )
            + rf"(?P<execution>{_EXECUTION})|(?P<total>{_TOTAL})"
            + rf"|(?P<level>{'|'.join(map(re.escape, levels))})(?:类|方面)?"
            + r"(?:指标|目标|(?=得|自评|满分|分值|\(?\d+(?:\.\d+)?分))"
        )

    @property
    def levels(self) -> set[str]:
        """Folded names of all first and second levels."""
        return {subject.name for subject in self.entries if subject.kind == LEVEL}

    def _add(self, subject: Subject, entry: Entry) -> None:
        if entry not in self.entries.get(subject, ()):
            self.entries[subject] = (*self.entries.get(subject, ()), entry)

    def _add_levels(self) -> None:
        rows: dict[tuple[str, str], list[Indicator]] = {}
        for row in self.form.scored:
            one, two = fold_level(row.level1), fold_level(row.level2)
            rows.setdefault((one, ""), []).append(row)
            if two:
                rows.setdefault((one, two), []).append(row)
                if two not in self.children.setdefault(one, []):
                    self.children[one].append(two)
        for (one, two), members in rows.items():
            if two or one:
                self._add(Subject(LEVEL, two or one), self._entry(members, one, two))

    def _entry(self, rows: list[Indicator], one: str, two: str) -> Entry:
        weight = _sum(row.weight.number for row in rows)
        if weight is None:
            weight = next(
                (
                    heading.weight
                    for heading in self.form.headings
                    if heading.level == (2 if two else 1)
                    and fold_level(heading.level1) == one
                    and fold_level(heading.level2 if two else None) == two
                ),
                None,
            )
        score = _sum(row.score.number for row in rows)
        weights, scores = _cells(row.weight for row in rows), _cells(row.score for row in rows)
        return Entry(weight, score, weights, scores, _lost(rows))

    def _add_indicators(self) -> None:
        twice = set()
        for scored in self.score.indicators:
            row = scored.indicator
            name = fold_name(row.level3.text or "")
            if len(name) < 3 or name in _OFFICIAL_LEVELS:
                continue
            if re.fullmatch(_EXECUTION, name):
                self._add(Subject(EXECUTION, ""), self._entry([row], "", ""))
                continue
            if name in self.indicators:
                twice.add(name)
            self.indicators[name] = scored
        for name in twice:
            del self.indicators[name]
        for name, scored in self.indicators.items():
            self._add(Subject(INDICATOR, name), self._entry([scored.indicator], "", ""))

    def _add_execution(self) -> None:
        row, execution = self.form.total_row, self.score.execution
        if row is None:
            return
        scores = (execution.filed, execution.score) if execution.filed is not None else (execution.score,)
        for score in scores:
            self._add(Subject(EXECUTION, ""), Entry(execution.weight, score, row.weight.cell, row.score.cell))

    def aligned(self, level: str) -> str | None:
        """Return the form's level that a report calls `level` (可持续影响 for 可持续); None if there is none."""
        if level in self.levels or level in _GENERAL_LEVELS:
            return level if level in self.levels else None
        for known in sorted(self.levels - _GENERAL_LEVELS):
            if len(known) > 1 and (known in level or level in known):
                return known
        return None

    def knows(self, level: str) -> bool:
        """Whether the form has this level, if only in another sense (成本 for 经济成本, 项目产出 for 产出)."""
        wider = level.endswith("成本") and "成本" in self.levels
        return wider or self.aligned(level) is not None or any(level in known for known in self.levels)

    def subject_of(self, mention: re.Match[str]) -> Subject:
        """What a mention speaks of."""
        if mention["indicator"]:
            return Subject(INDICATOR, mention["indicator"])
        if mention["execution"]:
            return Subject(EXECUTION, "")
        if mention["total"]:
            return Subject(TOTAL, "")
        level = fold_level(mention["level"])
        if level == "满意度" and _residue(mention.string[: mention.start()][-2:]):
            return Subject(UNKNOWN, level)
        name = self.aligned(level)
        return Subject(UNKNOWN, level) if name is None else Subject(LEVEL, name)

    def label(self, subject: Subject) -> str:
        """Its name in a message."""
        if subject.kind == LEVEL:
            return subject.name if subject.name.endswith(("指标", "目标")) else f"{subject.name}指标"
        return {TOTAL: "自评", EXECUTION: "预算执行率"}.get(subject.kind, f"“{subject.name}”")


def _sum(numbers: Iterable[Decimal | None]) -> Decimal | None:
    known = list(numbers)
    return None if None in known or not known else sum((number for number in known if number is not None), Decimal(0))


def _lost(rows: Iterable[Indicator]) -> frozenset[Decimal]:
    pairs = [(row.weight.number, row.score.number) for row in rows]
    return frozenset(weight - score for weight, score in pairs if weight is not None and score is not None)


def _cells(cells: Iterable[Written]) -> str:
    places = [cell.cell for cell in cells if cell.cell]
    return "、".join(places) if len(places) < 3 else f"{places[0]}至{places[-1]}"


# --- words ------------------------------------------------------------------------------------------------------------

_PLANS = regex(r"问题|建议|下一步|下步|整改|打算|改进|经验|附件|注:")
"""Headings under which a report speaks of other things than what was reached."""

_NUMBER = r"(?<![\d.])\d{1,15}(?:\.\d{1,8})?(?!\d)"
_LINK = r"(?:共计|合计|分数|[共均为是计得了:达(])*+"
_NEUTRAL = regex(
    r"※+|指标|目标|任务|满分|分值|权重|标准分|自评|评价|核验|评估|考评|得分|评分|总分|综合|绩效|结果|最终|情况|年度|当年|本年|全年|"
    r"截至|截止|年初|年末|年底|项目|支出|资金|预算|执行|金额|总额|全部|所有|以上|上述|其中|具体|如下|"
    r"一级|二级|三级|自我|打分|经过|通过|最后|因此|实际|达到|完成|合计|总计|累计|共计|扣除|扣减|扣分|原因|"
    r"[得评分为是共计应的该此本项经达均值扣了总已在中对各于数额并即也仍则故和及与按“”\":,、()\-—;。%]"
)
_FULL_YEAR = regex(r"(?:20\d\d年度?)?12月(?:31日|底|末)|20\d\d年(?:度|底|末|初)?(?!\d)")
_NUMBERS = regex(rf"{_NUMBER}%?")


def _residue(text: str) -> str:
    """What is left of a text without the words that say nothing of whom it speaks; numbers are no words."""
    return _NEUTRAL.sub("", _NUMBERS.sub("", _FULL_YEAR.sub("", text)))


_OTHER_SCORE = regex(
    r"去年|上年|往年|以前年度|同比|平均|最高|最低|整体(?!而言|上|来看|情况)|第三方|复评|抽查|财政局评|财政评|重点评价|考核|统一设置|原则上|分别|依次|"
    r"应得|应扣|拟|预计|如果|若|每|子项|分项"
)
_WHOLE_DEPARTMENT = regex(r"整体(?:支出)?绩效|整体(?:支出)?$")
_OTHER_YEAR = regex(r"(20\d\d)年")
_BOUND_BEFORE = regex(r"(?:[≥≤<>~至—\-]|不低于|不少于|不超过|不高于|高于|低于|超过|约|近|各)$")
_BOUND_AFTER = regex(r"分?(?:\(含\))?(?:及?以上|及?以下|以内|左右|[~至—\-]|多|余)")


def _of_other_year(text: str, facts: Facts) -> bool:
    return any(int(year) != facts.form.year for year in _OTHER_YEAR.findall(text)) if facts.form.year else False


def _of_another(sentence: str, facts: Facts) -> bool:
    """Whether the scores of a sentence are of another year or form: of the department as a whole, or of its projects."""
    if facts.of_whole_department:
        other = "项目" in sentence or _OTHER_SCORE.search(sentence.replace("整体", ""))
    else:
        other = _OTHER_SCORE.search(sentence)
    return bool(other) or _of_other_year(sentence, facts)


# --- scores that the report claims ------------------------------------------------------------------------------------

WEIGHT, SCORE, EITHER, LOST = "分值", "得分", "分", "扣分"


class Claim(NamedTuple):
    """One number of points in the report: of what, as what, where."""

    subject: Subject
    aspect: str
    number: Decimal
    paragraph: int
    passage: int
    sure: bool
    """Whether the subject is named in the same sentence; else it is taken from the heading or the sentence before."""


_POINTS = regex(
    rf"(?:满分值?|分值|权重分?|标准分){_LINK}(?P<weight>{_NUMBER})(?![\d.%])分?"
    rf"|扣(?:除|减|去|掉|分|了)*{_LINK}(?P<lost>{_NUMBER})分"
    rf"|(?:得分|评分|总分|自评分|评价分){_LINK}(?P<score>{_NUMBER})(?![\d.%])(?:分|(?=[,;。()、]|$))"
    rf"|得(?:满分)?(?:了|到)?(?P<got>{_NUMBER})分"
    rf"|(?<=标)[(:]?(?P<bare>{_NUMBER})分"
    rf"|(?<=率)[(:]?(?P<bare2>{_NUMBER})分"
    rf"|自评(?:结果)?(?:为|是|:)(?P<rated>{_NUMBER})分"
)
_ASPECTS = {
    "weight": WEIGHT, "lost": LOST, "score": SCORE, "got": SCORE, "rated": SCORE, "bare": EITHER, "bare2": EITHER,
}  # fmt: skip
_PROCESS = regex(r"(?:决策|过程|立项|投入)(?:类)?(?:指标|得分|管理).{0,10}?\d+(?:\.\d+)?分")
_SCORES_FOLLOW = regex(rf"得分{_LINK}{_NUMBER}分?[,(:。;]*其中")


def read_claims(text: Sequence[Passage], facts: Facts) -> Iterator[Claim]:
    """Read all scores, weights and deductions of which it is certain what they speak of."""
    if any(_PROCESS.search(passage.text) for passage in text):
        return  # it is scored by a table of its own (决策, 过程, 产出, 效益)
    for at, passage in enumerate(text):
        inherited, scored = _from_headings(passage, facts), set[Subject]()
        for sentence in passage.sentences():
            words = passage.text[sentence.start : sentence.end]
            other = _of_another(words, facts)
            mentions = _mentions(passage, sentence, facts)
            for points in _POINTS.finditer(passage.text, sentence.start, sentence.end):
                claim = None if other else _claim(passage, sentence, mentions, inherited, points, scored, facts)
                if claim:
                    yield claim._replace(passage=at)
                    if claim.aspect == SCORE:
                        scored.add(claim.subject)
            inherited = facts.subject_of(mentions[-1]) if mentions else inherited


def _from_headings(passage: Passage, facts: Facts) -> Subject | None:
    for title in reversed(passage.headings[: -1 if passage.numbered else None]):
        if mention := facts.mention.match(title):
            return facts.subject_of(mention)
    return None


def _mentions(passage: Passage, sentence: Span, facts: Facts) -> list[re.Match[str]]:
    return list(facts.mention.finditer(passage.text, sentence.start, sentence.end))


def _claim(
    passage: Passage,
    sentence: Span,
    mentions: list[re.Match[str]],
    inherited: Subject | None,
    points: re.Match[str],
    scored: set[Subject],
    facts: Facts,
) -> Claim | None:
    """Read one number of points; `scored` are the subjects that already have a score in this passage."""
    group = points.lastgroup or ""
    number, at = decimal_in(points[group]), points.start(group)
    if (
        number is None
        or _BOUND_BEFORE.search(passage.text[max(at - 4, 0) : at])
        or _BOUND_AFTER.match(passage.text, points.end(group))
    ):
        return None
    aspect = _ASPECTS[group]
    if aspect == EITHER and _SCORES_FOLLOW.search(passage.text[sentence.start : at]):
        aspect = SCORE
    before = [mention for mention in mentions if mention.end() <= at]
    here = passage.clause_at(sentence, at)
    between = passage.text[max(here.start, before[-1].end() if before else 0) : at]
    if _residue(between):
        return None
    named = bool(before) and before[-1].start() >= here.start
    if aspect == EITHER and not named:
        return None
    if named and before[-1].group() == "总分" and number == HUNDRED:
        aspect = WEIGHT
    subject = facts.subject_of(before[-1]) if before else inherited
    since = before[-1].end() if before else sentence.start
    if not named and _speaks_of_other_points(passage.text[since : here.start]):
        return None
    of_the_whole = aspect == SCORE and not named and re.search("自评|评价|※|项目", between)
    if of_the_whole and (subject is None or _is_total(subject, number, scored, facts)):
        return Claim(Subject(TOTAL, ""), aspect, number, passage.paragraph(at), 0, True)
    if subject is None:
        return None
    return Claim(subject, aspect, number, passage.paragraph(at), 0, bool(before))


def _speaks_of_other_points(text: str) -> bool:
    """Whether a clause between the name and the number gives points to something else."""
    return any(re.search(rf"{_NUMBER}分", clause) and _residue(clause) for clause in re.split("[,、]", text))


def _is_total(subject: Subject, number: Decimal, scored: set[Subject], facts: Facts) -> bool:
    """Whether a score after `subject` is too high for it and can only be the total's."""
    weights = [entry.weight for entry in facts.entries.get(subject, ()) if entry.weight is not None]
    if any(number <= weight for weight in weights):
        return False
    return subject in scored or subject.kind in (EXECUTION, INDICATOR) or number == facts.form.total.number


def scores(text: Sequence[Passage], claims: Sequence[Claim], facts: Facts) -> Iterator[Fault]:
    """R01: a score, weight, deduction or total that differs from the form."""
    for claim in claims:
        entries = facts.entries.get(claim.subject, ())
        if not entries or any(_fits(claim, entry) is not False for entry in entries):
            continue
        if not claim.sure and any(_fits(claim, total) for total in facts.entries[Subject(TOTAL, "")]):
            continue
        wanted, says = _wanted(claim, entries[0])
        what = "" if claim.aspect == EITHER else claim.aspect
        message = f"报告称{facts.label(claim.subject)}{what} {plain(claim.number)} 分,自评表 {says}"
        severity = DOUBT if claim.aspect == LOST or not claim.sure else None
        yield Fault("R01", claim.paragraph, message, plain(claim.number), plain(wanted), severity)


def _fits(claim: Claim, entry: Entry) -> bool | None:
    """Whether a claim is what the form says; None where the form does not say it."""
    weight, score = entry.weight, entry.score
    if claim.aspect == LOST:
        if weight is None or score is None:
            return None
        return claim.number in {weight - score, *entry.lost}
    wanted = {WEIGHT: (weight,), SCORE: (score,), EITHER: (weight, score)}[claim.aspect]
    known = [number for number in wanted if number is not None]
    if len(known) < len(wanted):
        return None
    return any(prints(claim.number, number) for number in known)


def _wanted(claim: Claim, entry: Entry) -> tuple[Decimal, str]:
    """What the form says instead, and where."""
    weight, score = entry.weight or Decimal(0), entry.score or Decimal(0)
    if claim.aspect == LOST:
        return weight - score, f"{entry.weight_cells}、{entry.score_cells} 为 {plain(weight - score)} 分"
    filed = f"{entry.score_cells} 为 {plain(score)} 分"
    if claim.aspect == EITHER:
        return weight, f"分值 {entry.weight_cells} 为 {plain(weight)} 分,得分 {filed}"
    return (score, filed) if claim.aspect == SCORE else (weight, f"{entry.weight_cells} 为 {plain(weight)} 分")


# --- sums of scores ---------------------------------------------------------------------------------------------------


def totals_of_scores(text: Sequence[Passage], claims: Sequence[Claim], facts: Facts) -> Iterator[Fault]:
    """R02: the parts that the report lists do not make its own sum; only where it lists them all, two at least."""
    if any(claim.subject.kind == UNKNOWN for claim in claims):
        return
    for aspect in (SCORE, WEIGHT):
        stated = [claim for claim in _settled_either(claims) if claim.aspect == aspect]
        firsts = [Subject(LEVEL, level) for level in facts.children] + [Subject(EXECUTION, "")]
        for at, claim in enumerate(stated):
            subject = claim.subject
            if subject.kind == LEVEL and subject.name in facts.children:
                parts = [Subject(LEVEL, name) for name in facts.children[subject.name]]
                following = stated[at + 1 :]
                ends = next((i for i, one in enumerate(following) if one.subject in firsts), len(following))
                found = _first_of_each(parts, following[:ends])
            elif subject.kind == TOTAL and aspect == SCORE:
                parts, found = firsts, _first_of_each(firsts, stated)
            else:
                continue
            if len(parts) < 2 or len(found) < len(parts) or subject in parts:
                continue
            whole = sum((part.number for part in found), Decimal(0))
            if whole != claim.number:
                listed = "+".join(plain(part.number) for part in found)
                message = f"报告称{facts.label(subject)}{aspect} {plain(claim.number)} 分,所列分项 {listed} 合计 {plain(whole)} 分"
                yield Fault("R02", claim.paragraph, message, plain(claim.number), plain(whole))


def _settled_either(claims: Sequence[Claim]) -> list[Claim]:
    """A bare 数量指标20分 is the weight where the same passage gives a score beside it; else nothing is said of it."""
    scored = {(claim.passage, claim.subject) for claim in claims if claim.aspect == SCORE}
    return [
        claim._replace(aspect=WEIGHT)
        if claim.aspect == EITHER and (claim.passage, claim.subject) in scored
        else claim
        for claim in claims
    ]  # fmt: skip


def _first_of_each(parts: Sequence[Subject], claims: Sequence[Claim]) -> list[Claim]:
    found = (next((claim for claim in claims if claim.subject == part), None) for part in parts)
    return [claim for claim in found if claim is not None]


# --- grade ------------------------------------------------------------------------------------------------------------

_GRADE = regex(
    r"(?:等级|等次|评级|档次|结果|评定|结论)(?:评定|确定)?(?:为|是|:)+[“\"”]?(?P<grade>优秀|优|良好|良|中等|中|较差|差)"
    r"(?:[”\"]|等级|等次|级|档)*(?=[,。;)]|$)"
)


def grades(text: Sequence[Passage], claims: Sequence[Claim], facts: Facts) -> Iterator[Fault]:
    """R01: a grade (等级) that does not follow from the form's total by the rulebook."""
    total = facts.form.total.number
    if total is None:
        return
    wanted = facts.score.rulebook.grade(total)
    own = [facts.score.rulebook.grade(claim.number) for claim in claims if claim.subject == Subject(TOTAL, "")]
    for passage in text:
        for sentence in passage.sentences():
            words = passage.text[sentence.start : sentence.end]
            said = list(_GRADE.finditer(passage.text, sentence.start, sentence.end))
            if len(said) != 1 or _of_another(words, facts):
                continue
            grade, clause = said[0]["grade"], passage.clause_at(sentence, said[0].start())
            before = passage.text[clause.start : said[0].start("grade")]
            if _residue(re.sub(r"等级|等次|评级|档次|评定|确定|结论", "", before)):
                continue
            if not any(name[0] == grade[0] for name in facts.score.rulebook.grade_bounds):
                continue
            if grade[0] != wanted[0] and not any(name[0] == grade[0] for name in own):
                message = f"报告称等级为{grade},自评表 {facts.form.total.cell} 总分 {plain(total)} 分,等级为{wanted}"
                yield Fault("R01", passage.paragraph(said[0].start("grade")), message, grade, wanted)


# --- amounts and rates ------------------------------------------------------------------------------------------------

_MONEY = regex(rf"(?P<number>{_NUMBER})(?P<unit>亿元|百万元|万元|千元|元)")
_RATE = regex(rf"(?P<number>{_NUMBER})%")
_BUDGET_WORDS = r"总投入|投入|到位|安排|下达|下拨|批复|预算数?|资金总额"
_EXECUTED_WORDS = r"完成(?:项目)?(?:预算|投资)|实际使用|实际支出|实际支付|实际执行|执行数?|支出数?|支付|使用|实际发放"
_LEFT_WORDS = r"结余|结转|剩余|未(?:使用|支付|支出|执行|支)"
_HANDED_DOWN = ("到位", "投入", "总投入", "下达", "下拨")
"""Words for a budget that may speak of less than the whole."""
_ROLE = regex(rf"(?P<left>{_LEFT_WORDS})|(?P<executed>{_EXECUTED_WORDS})|(?P<budget>{_BUDGET_WORDS})")
_RATE_OF_EXECUTION = regex(rf"(?:{_EXECUTION}|执行进度|支出进度)(?:[为是:达到了]|仅|实际)*$")
_HEADING_WORDS = regex(
    r"概况|概述|基本|实施|组织|区域|转移支付|省内|分解|管理|收支|财务|来源|分析|落实|拨付|开展|工作|总体|效果|结论|主要|立项|背景|内容|进度|说明|报告|"
    r"万元|亿元|元|一|二|三|、"
)
_THING = regex(
    r"项目|工程|经费|费|补助|补贴|采购|合同|整体|部门|单位|去年|上年|往年|年度|中央|省级|市级|县级|自筹|其他|拨款|子项|分项|标段|"
    r"企业|收入|贷款|债券|[月日]|季度|半年"
)
_WHOLE_UNIT = regex(r"整体支出|部门预算(?!项目)|(?:部门|单位|收入|支出)决算|基本支出")
_OWN_UNIT = regex(r"我(?:单位|部门|局|办|校|院|县|镇|乡|中心|委|站)|本(?:单位|部门|局)")
_RULE_OF_SCORING = regex(r"每(?:低|少|高|超|降|减|增)")
_ADJUSTED = regex(r"调减|调增|调整|追加|核减")
_ROUGH_BEFORE = regex(r"(?:约|近|超|超过|不低于|不少于|不超过|≥|≤|>|<|~|-)$")
_ROUGH_AFTER = regex(r"(?:以上|以下|以内|左右|多|余|/|每|~|-|至)")


def _foreign(text: str) -> str:
    """What of a clause or heading speaks of something else than this project's funds."""
    text = _OWN_UNIT.sub("", text) if "项目" in text or "※" in text else text
    text = re.sub("财政(?=批复)|年中|调整后?|调减|调增|追加|核减", "", text)
    text = re.sub(rf"(?<!上年)(?<!上年度)(?:{_LEFT_WORDS})", "", text)
    text = re.sub(rf"到位率|实现率|执行率|支付率|使用率|支出率|{_BUDGET_WORDS}|{_EXECUTED_WORDS}", "", text)
    return _residue(_HEADING_WORDS.sub("", text))


_OF_THE_YEAR = regex(r"年初|全年|年度|实际|累计|预算|执行率|实现率|支付率")


def funds(text: Sequence[Passage], facts: Facts) -> Iterator[Fault]:
    """R03: budget, execution, remainder and execution rate of this project."""
    total = facts.form.total_row
    factor = MONEY_UNITS.get(facts.form.money_unit or "")
    if total is None or factor is None:
        return
    funds = _Funds(facts, factor)
    of_one_project = not any(_WHOLE_UNIT.search(passage.text) for passage in text)
    for passage in text:
        anchored = any("项目" in title for title in passage.headings)
        foreign = any(_foreign(facts.mention.sub("", title)) for title in passage.headings)
        for sentence in passage.sentences():
            if _RULE_OF_SCORING.search(passage.text, sentence.start, sentence.end):
                continue
            adjusted = bool(_ADJUSTED.search(passage.text, sentence.start, sentence.end))
            for clause in passage.clauses(sentence):
                words = passage.text[clause.start : clause.end]
                if "※" in words:
                    anchored, foreign = True, False
                elif _of_other_year(words, facts):
                    foreign = True
                amounts = list(_MONEY.finditer(passage.text, clause.start, clause.end))
                rates = list(_RATE.finditer(passage.text, clause.start, clause.end))
                rest = _foreign(_MONEY.sub("", facts.mention.sub("", words)))
                if rest and (amounts or _THING.search(words)):
                    foreign = True
                anchored = anchored or "项目" in words
                if foreign or rest or len(amounts) + len(rates) != 1:
                    continue
                token = (amounts or rates)[0]
                before = passage.text[clause.start : token.start()]
                if not anchored and not (of_one_project and _OF_THE_YEAR.search(before)):
                    continue
                if _ROUGH_BEFORE.search(before) or _ROUGH_AFTER.match(passage.text, token.end()):
                    continue
                fault = funds.amount(before, token, adjusted) if amounts else funds.rate(before, token)
                if fault:
                    yield fault._replace(paragraph=passage.paragraph(token.start()))


class _Funds:
    """The total row of 项目资金, and what it says of one amount or rate."""

    def __init__(self, facts: Facts, factor: Decimal) -> None:
        self.facts, self.factor = facts, factor
        row = facts.form.total_row
        assert row is not None
        self.row, self.budget = row, facts.form.budget_of(row)

    def amount(self, before: str, token: re.Match[str], adjusted: bool) -> Fault | None:
        """Hold an amount against the cells its last word speaks of; where the budget was adjusted it must say which.

        The name of an indicator is no such word: 招商到位金额5000万元 is no budget.
        """
        unnamed = self.facts.mention.sub(lambda name: "" if name["indicator"] else name.group(), before)
        roles = list(_ROLE.finditer(unnamed))
        if not roles or "率" in before:
            return None
        kind = roles[-1].lastgroup
        pair = [role.group() for role in roles[-2:]]
        if len(roles) > 1 and roles[-2].lastgroup == "budget" and pair[1] in ("支出", "使用"):
            return None  # 预算支出, 安排支出: planned or spent, it cannot be told
        if pair[-1] in _HANDED_DOWN and token.string.startswith("、", token.end()):
            return None  # 下达50万元、…28万元: one of several
        if kind == "budget" and adjusted and not re.search("年初|全年预算|调整后", before):
            return None
        cells = {
            "left": (self.budget, self.row.executed),
            "executed": (self.row.executed,),
            "budget": self._budgets(before),
        }[kind or ""]
        numbers = [cell.number for cell in cells]
        if kind == "left":
            if numbers[0] is None or numbers[1] is None:
                return None
            wanted = [numbers[0] - numbers[1]]
        else:
            wanted = [number for number in numbers if number is not None]
        said = Decimal(token["number"])
        scale = Fraction(self.factor) / Fraction(MONEY_UNITS[token["unit"]])
        if not wanted or any(prints(said, Fraction(number) * scale) for number in wanted):
            return None
        shown = " - ".join(cell.cell for cell in cells) if kind == "left" else cells[0].cell
        word, form_unit = roles[-1].group(), self.facts.form.money_unit or ""
        message = f"报告称{word} {token.group()},自评表 {shown} 为 {plain(wanted[0])} {form_unit}"
        doubtful = pair[-1] in (*_HANDED_DOWN, "实际发放") or kind == "left"
        return Fault("R03", 0, message, token.group(), f"{plain(wanted[0])}{form_unit}", DOUBT if doubtful else None)

    def _budgets(self, before: str) -> tuple[Written, ...]:
        """The cells that words for a budget may mean."""
        if "年初" in before:
            return (self.row.initial_budget if "funds.initial_budget" in self.facts.form.columns else self.budget,)
        if "全年预算" in before or "调整" in before:
            return (self.budget,)
        return (self.budget, self.row.initial_budget)

    def rate(self, before: str, token: re.Match[str]) -> Fault | None:
        """Hold an execution rate against the exact one, the printed one and that of an indicator about it."""
        exact = self.facts.score.execution.rate
        if exact is None or not _RATE_OF_EXECUTION.search(before) or re.search("目标|指标值|要求|预期", before):
            return None
        said = Decimal(token["number"])
        if prints(said, exact * 100) or said in self._printed():
            return None
        wanted = f"{plain(round_half_up(exact * 100, 2))}%"
        cells = f"{self.row.executed.cell} ÷ {self.budget.cell}"
        return Fault("R03", 0, f"报告称执行率 {token.group()},自评表 {cells} 为 {wanted}", token.group(), wanted)

    def _printed(self) -> set[Decimal]:
        texts = [self.row.rate.text] + [
            row.actual.text for row in self.facts.form.indicators if "率" in (row.level3.text or "")
        ]
        found: set[Decimal] = set()
        for text in texts:
            number = decimal_in(fold(text or "").rstrip(PERCENT))
            if number is not None:
                found |= {number, number * 100}
        return found


# --- sums of money ----------------------------------------------------------------------------------------------------

_SUM_WORD = regex(
    r"(?:以上|上述)?(?:几项|各项|\d项|[两三四五六七八九十]项)?(?:资金|预算)?(?:共计|合计|总计|共|总额)(?:安排|投入|资金|为|是|:)*$"
)


def sums_of_money(text: Sequence[Passage], facts: Facts) -> Iterator[Fault]:
    """R02: …10万元,…20万元,共30万元; and 其中 parts that exceed their whole."""
    for passage in text:
        words = re.sub(r"\([^()]*\)", lambda match: "□" * len(match.group()), passage.text)
        for sentence in passage.sentences():
            clauses = [words[clause.start : clause.end] for clause in passage.clauses(sentence)]
            starts = [clause.start for clause in passage.clauses(sentence)]
            found = [list(_MONEY.finditer(clause)) for clause in clauses]
            for at, (clause, amounts) in enumerate(zip(clauses, found, strict=True)):
                if len(amounts) != 1 or not _exactly(clause, amounts[0]):
                    continue
                if _SUM_WORD.fullmatch(clause[: amounts[0].start()].strip(",、")):
                    parts = _listed(clauses[:at], found[:at])
                    fault = _sum_fault(parts, amounts[0], exceeds_only=False)
                elif at + 1 < len(clauses) and clauses[at + 1].startswith("其中"):
                    parts = _listed(clauses[at + 1 :], found[at + 1 :], from_start=True)
                    fault = _sum_fault(parts, amounts[0], exceeds_only=True)
                else:
                    continue
                if fault:
                    yield fault._replace(paragraph=passage.paragraph(starts[at] + amounts[0].start()))


def _exactly(clause: str, amount: re.Match[str]) -> bool:
    return not _ROUGH_BEFORE.search(clause[: amount.start()]) and not _ROUGH_AFTER.match(clause, amount.end())


def _listed(
    clauses: list[str], found: list[list[re.Match[str]]], from_start: bool = False
) -> list[re.Match[str]] | None:
    """The amounts of a list, one at the end of each clause; None where it is no such list."""
    parts: list[re.Match[str]] = []
    for clause, amounts in zip(clauses, found, strict=True):
        if not amounts:
            if parts and from_start:
                break
            if parts:
                return None
            continue
        before = clause[: amounts[0].start()]
        role = _ROLE.search(before)
        if from_start and parts and role and role.lastgroup != "budget":
            break
        if (
            len(amounts) != 1
            or not _exactly(clause, amounts[0])
            or not re.fullmatch("[,、。;]?", clause[amounts[0].end() :].replace("□", ""))
        ):
            return None
        if ("其中" in before and (parts or not from_start)) or re.search(
            "去年|上年|合同|年初预算|全年预算|到位|占", before
        ):
            return None
        parts.append(amounts[0])
    return parts


def _sum_fault(parts: list[re.Match[str]] | None, total: re.Match[str], exceeds_only: bool) -> Fault | None:
    if not parts or len(parts) < 2:
        return None
    unit = MONEY_UNITS[total["unit"]]
    whole = sum((Fraction(Decimal(part["number"]) * MONEY_UNITS[part["unit"]]) for part in parts), Fraction(0))
    said, wanted = Decimal(total["number"]), whole / Fraction(unit)
    if prints(said, wanted) or (exceeds_only and wanted < said):
        return None
    shown = f"{plain(round_half_up(wanted, 6))}{total['unit']}"
    listed = "+".join(part.group() for part in parts)
    return Fault("R02", 0, f"报告所列 {listed} 合计 {shown},报告称 {total.group()}", total.group(), shown)


# --- actual values ----------------------------------------------------------------------------------------------------

_COUNT = regex(rf"(?P<number>{_NUMBER})(?P<unit>%|‰|[\u4e00-\u9fffA-Za-z]{{1,4}})")
_NO_ACTUAL = regex(
    r"目标|指标值|计划|应|要求|预期|年初|上年|去年|同比|少|未|差|欠|其中|每|均|增|减|降|升|分别|约|近|超|余|得分|满分|分值|占|"
    r"季度|上半年|下半年|月|不低于|不少于|[≥≤<>]"
)
_VERBS = regex(r"^(?:※|全年|全|共计|累计|总计|共|已|实际|完成|开展|组织|实施|实现|年度|项目|\d{4}年|年|为|了)+")


_PART_OF_YEAR = regex(r"\d月|季度|半年")


def values_reached(text: Sequence[Passage], facts: Facts) -> Iterator[Fault]:
    """R03: an actual (实际完成值) given with its unit: 网站维护3次, 群众满意度达95%."""
    for passage in text:
        for sentence in passage.sentences():
            named: IndicatorScore | None = None
            for clause in passage.clauses(sentence):
                mentions = [
                    mention
                    for mention in facts.mention.finditer(passage.text, clause.start, clause.end)
                    if mention["indicator"]
                ]
                if mentions:
                    named = facts.indicators[mentions[-1]["indicator"]]
                start = mentions[-1].end() if mentions else clause.start
                token = _COUNT.search(passage.text, start, clause.end)
                if not token or len(mentions) > 1 or _ROUGH_AFTER.match(passage.text, token.end("number")):
                    continue
                value = _value(token)
                between = passage.text[start : token.start()]
                if value is None or _NO_ACTUAL.search(passage.text[clause.start : token.start()]):
                    continue
                if _of_other_year(passage.text[sentence.start : sentence.end], facts) or _PART_OF_YEAR.search(
                    _FULL_YEAR.sub("", passage.text[sentence.start : clause.end])
                ):
                    continue
                row, exactly = named, True
                if not mentions:
                    stated = re.match(r"(?:实际|全年|共)?完成(?:值|数|情况)?[为:]?$", between)
                    if not stated or named is None:
                        row, exactly = _alike(between, value, facts), False
                elif _residue(between):
                    continue
                if row is None:
                    continue
                fault = _value_fault(row, value, between, token, exactly)
                if fault:
                    yield fault._replace(paragraph=passage.paragraph(token.start()))


def _value(token: re.Match[str]) -> Value | None:
    """The number with the longest unit that it can be read with; points are no values."""
    for length in range(len(token["unit"]), 0, -1):
        unit = token["unit"][:length]
        value = parse(token["number"] + unit)
        if unit[0] != "分" and value.form == "number" and value.unit and not value.comparator:
            return value
    return None


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}


def _alike(words: str, value: Value, facts: Facts) -> IndicatorScore | None:
    """The one counted indicator whose name holds all that stands before a count: 维修 in 完成维修次数."""
    what = _pairs(_VERBS.sub("", words))
    if not what or value.unit in (PERCENT, "元"):
        return None
    fitting = [
        row for name, row in facts.indicators.items() if what <= _pairs(name) and (row.settled.unit or "") == value.unit
    ]
    return fitting[0] if len(fitting) == 1 else None


def _value_fault(row: IndicatorScore, value: Value, between: str, token: re.Match[str], exactly: bool) -> Fault | None:
    settled, actual = row.settled, row.settled.actual
    if actual is None or settled.unsure or settled.unit != value.unit or value.number is None:
        return None
    if prints(value.number, Fraction(actual) / Fraction(value.scale)):
        return None
    if value.amount == settled.target and not re.search("实际|完成", between):
        return None
    name, cell = row.indicator.level3.text, row.indicator.actual
    message = f"报告称“{name}” {value.text},自评表 {cell.cell} 为 {cell.text}"
    return Fault("R03", 0, message, value.text, cell.text, None if exactly else DOUBT)


# --- the report against itself ----------------------------------------------------------------------------------------

_ALL_DONE = regex(
    r"(?:全部|全面|均已?|都已?|百分之百|100%)(?:按[时期]|如期|圆满|顺利|按计划|保质保量)?(?:完成|达成|实现)(?!率|\d)|全部达标"
)
_PARTLY = regex(rf"(?:目标|任务|指标)(?:任务)?(?:已|共|实际)?完成(?:率|比例|度)?[为是达到了:]*(?P<share>{_NUMBER})%")
_EXCEPT = regex(r"除.{2,60}?外.{0,20}?(?:均|都|全部|已).{0,25}?完成")
_NOT = regex(
    r"为全|奠定|努力|推动|促进|保障|争取|需要|基本|未|没有|尚|确保|力争|计划|应|如果|预计|能否|是否|部分|拟|要求|截至|截止"
)


class Statement(NamedTuple):
    """What a sentence says of completion: of which level (None: of all goals), in which words, where."""

    subject: Subject | None
    words: str
    paragraph: int
    passage: int


def _statements(
    text: Sequence[Passage], facts: Facts, read: Callable[[Passage, Span], re.Match[str] | None]
) -> Iterator[Statement]:
    for at, passage in enumerate(text):
        titles = [title for title in passage.headings if facts.mention.match(title)]
        for sentence in passage.sentences():
            match = read(passage, sentence)
            if match is None:
                continue
            mention = next(iter(_mentions(passage, sentence, facts)), None)
            if mention is None and titles:
                mention = facts.mention.match(titles[-1])
            subject = facts.subject_of(mention) if mention else None
            if subject is not None and subject.kind == UNKNOWN:
                continue
            yield Statement(subject, match.group(), passage.paragraph(match.start()), at)


def _says_all(passage: Passage, sentence: Span) -> re.Match[str] | None:
    words = passage.text[sentence.start : sentence.end]
    match = _ALL_DONE.search(passage.text, sentence.start, sentence.end)
    if match is None or re.search("除.*外", words):
        return None
    clause = passage.clause_at(sentence, match.start())
    around = passage.text[clause.start : clause.end]
    return match if re.search("目标|指标", around) and not _NOT.search(around) else None


def _says_part(passage: Passage, sentence: Span) -> re.Match[str] | None:
    match = _PARTLY.search(passage.text, sentence.start, sentence.end)
    if match and Decimal(match["share"]) < HUNDRED:
        clause = passage.clause_at(sentence, match.start())
        before = passage.text[clause.start : match.start()]
        level = re.sub("|".join(_OFFICIAL_LEVELS), "", before)
        return None if _residue(level) or _NOT.search(before) else match
    return _EXCEPT.search(passage.text, sentence.start, sentence.end)


def contradictions(text: Sequence[Passage], claims: Sequence[Claim], facts: Facts) -> Iterator[Fault]:
    """R04: "全部完成" beside 67%; full marks beside "除…外均完成"; one score given twice where the form gives none."""
    parts = list(_statements(text, facts, _says_part))
    wholes = list(_statements(text, facts, _says_all))
    overall = next((one for one in wholes if one.subject is None), None)
    named = [one for one in parts if one.subject is not None]
    if overall and named:
        first = {facts.label(one.subject): one for one in reversed(named) if one.subject is not None}
        listed = "、".join(f"第{one.paragraph}段({label})称{_shown([one])}" for label, one in reversed(first.items()))
        yield Fault("R04", overall.paragraph, f"报告称绩效目标{overall.words},但{listed}", overall.words)
    full = list(_full_marks(claims, facts))
    for subject in dict.fromkeys(one.subject for one in named):
        assert subject is not None
        said = [one for one in named if one.subject == subject]
        other = [one for one in (*wholes, *full) if one.subject == subject and one.passage != said[0].passage]
        if other:
            one = min(other, key=lambda statement: statement.paragraph)
            message = f"报告称{facts.label(subject)}{one.words},但第{said[0].paragraph}段称{_shown(said)}"
            yield Fault("R04", one.paragraph, message, one.words)
    yield from _two_scores(claims, facts)


def _shown(said: Sequence[Statement]) -> str:
    words = [one.words for one in said]
    return "、".join("“除…外”完成" if word.startswith("除") else word for word in dict.fromkeys(words))


def _full_marks(claims: Sequence[Claim], facts: Facts) -> Iterator[Statement]:
    for claim in claims:
        if claim.aspect != SCORE or claim.subject.kind != LEVEL:
            continue
        weights = {
            one.number for one in _settled_either(claims) if one.subject == claim.subject and one.aspect == WEIGHT
        }
        weights |= {entry.weight for entry in facts.entries[claim.subject] if entry.weight is not None}
        if weights == {claim.number}:
            yield Statement(claim.subject, f"得满分{plain(claim.number)}分", claim.paragraph, claim.passage)


def _two_scores(claims: Sequence[Claim], facts: Facts) -> Iterator[Fault]:
    first: dict[tuple[Subject, str], Claim] = {}
    for claim in claims:
        if claim.subject.kind == UNKNOWN or claim.aspect not in (SCORE, WEIGHT) or not claim.sure:
            continue
        if any(_fits(claim, entry) is not None for entry in facts.entries[claim.subject]):
            continue
        before = first.setdefault((claim.subject, claim.aspect), claim)
        if before.number != claim.number:
            what = f"{facts.label(claim.subject)}{claim.aspect}"
            message = f"报告称{what} {plain(claim.number)} 分,但第{before.paragraph}段称 {plain(before.number)} 分"
            yield Fault("R04", claim.paragraph, message, plain(claim.number), plain(before.number))


# --- indicators that the form does not have ---------------------------------------------------------------------------

_ABSENT = regex(r"[:,。(]*[^,。;]{0,6}(?:无|未设|没有|不涉及|不适用|未涉及|未纳入|/)")
_QUOTED = regex(r"[“《\"](?P<name>[^“”《》\"]{3,30})[”》\"](?:这一|三级)?指标(?P<rest>[^。;]{0,30})")


_LEVELS_OF_A_FORM = 4
"""With fewer official levels a form is built otherwise, and its report may be too."""


def unknown_indicators(text: Sequence[Passage], claims: Sequence[Claim], facts: Facts) -> Iterator[Fault]:
    """R05: a level or indicator that the report reports on and the form does not have."""
    seen: set[str] = set()
    known = "、".join(dict.fromkeys(row.level2 or row.level1 or "" for row in facts.form.scored))
    for at, passage in enumerate(text):
        body = "".join(following.text for following in text[at + 1 : at + 2] if not following.numbered)
        for name, place in _spoken_of(passage, body, facts):
            if name in seen:
                continue
            seen.add(name)
            message = f"报告所述{name}不在自评表中,表中为{known}"
            yield Fault("R05", passage.paragraph(place), message, name, None)


def _spoken_of(passage: Passage, body: str, facts: Facts) -> Iterator[tuple[str, int]]:
    """Names of levels that open a numbered passage or get points, and quoted indicators that get points.

    `body` is the text below a passage that is only a heading.
    """
    official = len(facts.levels & set(_OFFICIAL_LEVELS)) >= _LEVELS_OF_A_FORM
    for sentence in passage.sentences():
        words = passage.text[sentence.start : sentence.end]
        if _of_another(words, facts):
            continue
        for mention in _mentions(passage, sentence, facts):
            if not official or not mention["level"] or facts.knows(fold_level(mention["level"])):
                continue
            rest = passage.text[mention.end() :]
            told = rest if re.search(r"[:,。;]", rest) else body
            opens = mention.start() == 0 and passage.numbered and mention.group().endswith(("指标", "目标"))
            opens = opens and bool(re.match(r"[:。,(]|\d|完成|$", rest))
            pointed = re.match(r"[:,(]*(?:满分|分值|自评|得)*(?:得分)?[:为]?\d+(?:\.\d+)?分", rest)
            if (opens or pointed) and told.strip(":,。;") and not _ABSENT.match(told):
                yield mention.group(), mention.start()
        for quoted in _QUOTED.finditer(passage.text, sentence.start, sentence.end):
            name = fold_name(quoted["name"])
            if re.search(rf"(?:得分?|满分|分值)[:为]?{_NUMBER}分", quoted["rest"]) and not _resembles(name, facts):
                yield f"“{quoted['name']}”", quoted.start()


def _resembles(name: str, facts: Facts) -> bool:
    """Whether a name shares half of its pairs of characters with one of the form's indicators or levels."""
    pairs = _pairs(name)
    if not pairs or facts.mention.search(name):
        return True
    names = [half_width(row.level3.text or "") for row in facts.form.indicators]
    return any(2 * len(pairs & _pairs(other)) >= len(pairs) for other in names)
