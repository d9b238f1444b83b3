"""The report of a self-evaluation (自评报告), composed from its form: what it says, where each word comes from, what a person adds.

Whatever the form tells is stated as filed, with the cells it stands in; whatever it cannot tell is a prompt. A finding
becomes a note at the words it is about, so that nothing that is in doubt is signed unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from perf_xl.auditing import is_no_reason, reason_of, says_nothing, standing_reason
from perf_xl.exact import fold, plain, round_half_up
from perf_xl.findings import ADVICE, CATALOGUE, Finding
from perf_xl.model import AMOUNTS, FundsRow, Indicator, Written
from perf_xl.patterns import regex
from perf_xl.rules import HUNDRED
from perf_xl.scoring import (
    WHOLE,
    FormScore,
    IndicatorScore,
    completion_of,
    execution_rate,
    fold_unit_name,
    settle_indicator,
)
from perf_xl.values import is_filler, is_prompt

# --- a report ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of the report with one origin: cells of the form, a prompt, or the wording between them."""

    text: str
    cells: frozenset[str] = frozenset()
    """Cells of the form that the words state."""
    prompt: bool = False
    """Whether a person must write something in its place."""
    notes: tuple[str, ...] = ()
    """批注: what is wrong or doubtful about it, and the cure; lines are separated by line breaks."""


TITLE, ADDRESSEE, PART, SECTION, BODY, CAPTION, SIGNATURE = (
    "title", "addressee", "part", "section", "body", "caption", "signature",
)  # fmt: skip
"""题目, 主送机关, 一、, (一), 正文, 表题, 落款: kinds of paragraphs."""


class Block(NamedTuple):
    """A paragraph of the report."""

    kind: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """What a person reads."""
        return "".join(piece.text for piece in self.pieces)


class ReportColumn(NamedTuple):
    """A column of a table: its head, its share of the width, whether it holds numbers, whether equal cells are merged."""

    head: str
    width: int
    numbers: bool = False
    merged: bool = False


class ReportTable(NamedTuple):
    """A table of the report; its rows have a piece for every column."""

    columns: tuple[ReportColumn, ...]
    rows: tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """自评报告: paragraphs and tables in order."""

    blocks: tuple[Block | ReportTable, ...]
    attached: tuple[Finding, ...]
    """Errors and doubts of the form that stand as notes at the words they are about."""
    unattached: tuple[Finding, ...]
    """Those about something that the report does not state."""

    @property
    def title(self) -> str:
        """Its title in one line."""
        return "".join(block.text for block in self.blocks if isinstance(block, Block) and block.kind == TITLE)

    @property
    def prompts(self) -> list[str]:
        """What a person must still write, in order."""
        return [piece.text for piece in pieces_of(self.blocks) if piece.prompt]


def pieces_of(blocks: Iterable[Block | ReportTable]) -> Iterator[Piece]:
    """Yield the pieces of a report in order."""
    for block in blocks:
        if isinstance(block, Block):
            yield from block.pieces
        else:
            yield from (piece for row in block.rows for piece in row)


def compose(score: FormScore, findings: Sequence[Finding] = ()) -> Report:
    """Compose the report (自评报告) of a scored form; `findings` of that form become notes, those of severity 提示 excepted."""
    blocks = list(_Composer(score).blocks())
    return _annotated(blocks, [one for one in findings if one.severity != ADVICE])


# --- notes ------------------------------------------------------------------------------------------------------------


def _annotated(blocks: Sequence[Block | ReportTable], findings: Sequence[Finding]) -> Report:
    """Put every finding as a note at the piece that states its cells, and least besides."""
    pieces = list(pieces_of(blocks))
    by_cell, by_row = _stated(pieces, str), _stated(pieces, _row)
    notes: dict[int, list[str]] = {}
    attached: list[Finding] = []
    unattached: list[Finding] = []
    for one in findings:
        cells = one.cell.split(", ")
        stating = _found(by_cell, cells) or _found(by_row, map(_row, cells))
        if stating:
            notes.setdefault(min(stating, key=lambda at: len(pieces[at].cells)), []).append(_note(one))
        (attached if stating else unattached).append(one)
    annotated = iter(
        replace(piece, notes=(*piece.notes, *notes[at])) if at in notes else piece for at, piece in enumerate(pieces)
    )
    made: list[Block | ReportTable] = []
    for block in blocks:
        if isinstance(block, Block):
            made.append(Block(block.kind, tuple(next(annotated) for _ in block.pieces)))
        else:
            made.append(ReportTable(block.columns, tuple(tuple(next(annotated) for _ in row) for row in block.rows)))
    return Report(tuple(made), tuple(attached), tuple(unattached))


def _stated(pieces: Sequence[Piece], key: Callable[[str], str]) -> dict[str, list[int]]:
    """Which pieces state a cell, by the cell or by its row."""
    stated: dict[str, list[int]] = {}
    for at, piece in enumerate(pieces):
        for name in {key(cell) for cell in piece.cells} if piece.text else ():
            stated.setdefault(name, []).append(at)
    return stated


def _found(stated: Mapping[str, list[int]], names: Iterable[str]) -> list[int]:
    return sorted({at for name in names for at in stated.get(name, ())})


def _row(cell: str) -> str:
    return cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _note(one: Finding) -> str:
    return f"{one.code} {one.severity} 自评表 {one.cell}：{one.message}\n改法：{CATALOGUE[one.code].cure}"


# --- words ------------------------------------------------------------------------------------------------------------

Words: TypeAlias = "str | Piece | Iterable[str | Piece]"

_YEAR = regex(r"20\d\d(?:-20\d\d)?年")
_ALL_DONE = regex(r"(?:全部|全面|均已?|都已?|圆满|百分之百|100%)[^,，。;；、]{0,8}?(?:完成|达成|实现|达标)")
_FAULTS = regex("审计|巡视|巡察|监督|检查|问题|整改")
_OURS = regex(r"完成比例\d+(?:\.\d+)?%|按“.{1,60}”汇总评分.*|由所属 ?\d+ ?张自评表汇总.*")
"""What a consolidated form tells in the place of a reason, of a remark, and of a goal."""
_MEASURES = regex(
    r"(?:下一步)?(?:拟采取的?)?(?:改进|整改)?(?:的)?措施(?:是|为)?[:：]|下一步(?:工作|打算|计划)?[:：,，]?"
)
_MEASURE = regex(
    r"(?:今后|下一步|下一年度?|下年度?|后续)?[,，]?(?:我(?:单位|局|办)|将|要|应|拟|继续|进一步|切实|积极|不断)*"
    r"(?:加强|加大|加快|完善|健全|强化|优化|督促|严格|规范|提高|提升|推进|落实|做好|细化|建立|调整)"
)
_STOPS = "。.;；,，、 "
_NUMERALS = "一二三四五六七八九十"


def _pieces(parts: Iterable[Words]) -> tuple[Piece, ...]:
    made: list[Piece] = []
    for part in parts:
        if isinstance(part, str):
            made += [Piece(part)] if part else []
        elif isinstance(part, Piece):
            made.append(part)
        else:
            made += _pieces(part)
    return tuple(made)


def _block(kind: str, *parts: Words) -> Block:
    return Block(kind, _pieces(parts))


def _say(text: str, *written: Written) -> Piece:
    return Piece(text, frozenset(one.cell for one in written if one.cell))


def _ask(what: str, *written: Written) -> Piece:
    return replace(_say(f"【请填写：{what}】", *written), prompt=True)


def _ended(text: str) -> str:
    """The text with one full stop at its end."""
    return f"{text.rstrip(_STOPS)}。" if text[-1:] not in "！？!?" else text


def _percent(rate: Fraction) -> str:
    """A share as a report prints it: 66.55%, half up."""
    return f"{plain(round_half_up(rate * 100, 2))}%"


def _sum(numbers: Iterable[Decimal | None]) -> Decimal | None:
    known = list(numbers)
    return None if None in known or not known else sum((one for one in known if one is not None), Decimal(0))


def cause_and_measures(reason: str) -> tuple[str, str]:
    """Tell the cause of a deviation from the measures (偏差原因分析及改进措施); what is not told apart is the cause.

    >>> cause_and_measures("雨季停工。改进措施：提前安排工期"), cause_and_measures("雨季停工；加强调度。")
    (('雨季停工', '提前安排工期'), ('雨季停工', '加强调度'))
    """
    if marked := _MEASURES.search(reason):
        return reason[: marked.start()].strip(_STOPS), reason[marked.end() :].strip(_STOPS)
    starts = [0, *(stop.end() for stop in re.finditer("[。;；]", reason))]
    first = next((at for at in starts if _MEASURE.match(reason, at)), len(reason))
    return reason[:first].strip(_STOPS), reason[first:].strip(_STOPS)


# --- composing --------------------------------------------------------------------------------------------------------


class _Group(NamedTuple):
    """Scored rows of one first or second level."""

    name: str | None
    rows: list[IndicatorScore]


def _grouped(rows: Iterable[IndicatorScore], level: str) -> list[_Group]:
    groups: dict[str | None, list[IndicatorScore]] = {}
    for row in rows:
        groups.setdefault(getattr(row.indicator, level), []).append(row)
    return [_Group(name, members) for name, members in groups.items()]


class _Composer:
    """A scored form, and what a report says of it, part by part."""

    def __init__(self, score: FormScore) -> None:
        self.score, self.form, self.execution = score, score.form, score.execution
        self.total_row = self.form.total_row
        self.has_weights = "weight" in self.form.columns
        self.troubled = [row for row in score.indicators if _lost(row) or _is_missed(row)]
        """Rows that lost points, or by their numbers did not reach the target."""

    def blocks(self) -> Iterator[Block | ReportTable]:
        """Yield the whole report."""
        yield _block(TITLE, self.unit(), "\n关于", self.subject(), "绩效自评报告")
        yield _block(ADDRESSEE, _ask("主送机关"), "：")
        basis = _ask("布置绩效自评工作的通知名称、文号")
        yield _block(BODY, "按照", basis, "的要求，我单位对", self.subject(), "进行了绩效自评，现将自评情况报告如下。")
        parts = (
            ("项目概况", self.overview()),
            ("项目实施基本情况", self.implementation()),
            ("项目绩效分析", self.analysis()),
            ("存在问题", self.problems()),
            ("有关建议", self.suggestions()),
        )
        for numeral, (title, blocks) in zip(_NUMERALS, parts, strict=False):
            yield _block(PART, f"{numeral}、{title}")
            yield from blocks
        yield _block(SIGNATURE, self.unit())
        yield _block(SIGNATURE, _ask("成文日期"))

    def unit(self) -> Piece:
        """The filing unit, without a code before its name."""
        form = self.form
        filed = form.implementing_unit if form.implementing_unit.text else form.competent_department
        bare = fold_unit_name(filed.text)
        return _say(bare if bare != fold(filed.text or "") else filed.text or "", filed) if bare else _ask("单位名称")

    def subject(self) -> list[str | Piece]:
        """2023年度某某项目支出"""
        form, name = self.form, self.form.project
        if not name.text:
            return [f"{form.year}年度" if form.year else _ask("年度"), _ask("项目名称", name), "项目支出"]
        told = "" if name.text.endswith("支出") else "支出" if re.search("项目$|整体$", name.text) else "项目支出"
        year = f"{form.year}年度" if form.year else _ask("年度")
        return ["" if _YEAR.search(fold(name.text)) else year, _say(name.text, name, form.title), told]

    # --- 一、项目概况

    def overview(self) -> Iterator[Block]:
        """单位基本情况, 项目基本情况."""
        form = self.form
        yield _block(SECTION, "（一）单位基本情况")
        yield _block(BODY, _ask("单位主要职能、机构和编制情况"))
        yield _block(SECTION, "（二）项目基本情况")
        named = (
            ("项目名称", form.project),
            ("主管部门", form.competent_department),
            ("实施单位", form.implementing_unit),
        )
        said = [(f"{what}：", _say(filed.text, filed)) for what, filed in named if filed.text]
        yield _block(BODY, *_listed(said), _ask("项目立项依据和实施内容"))
        yield _block(BODY, "年度总体目标：", _goal(form.goal.expected, "年度总体目标"))

    # --- 二、项目实施基本情况

    def implementation(self) -> Iterator[Block | ReportTable]:
        """项目组织管理情况, 项目资金使用情况."""
        yield _block(SECTION, "（一）项目组织管理情况")
        yield _block(BODY, _ask("项目组织实施、管理制度和监督检查情况"))
        yield _block(SECTION, "（二）项目资金使用情况")
        if self.total_row is None:
            yield _block(BODY, _ask("项目资金安排和使用情况（自评表没有资金数）"))
            return
        yield _block(
            BODY, *_listed(self.amounts(self.total_row)), *self.unit_of_money(), "各项资金安排和使用情况见表1。"
        )
        unit = f"（单位：{self.form.money_unit}）" if self.form.money_unit else ""
        yield _block(CAPTION, f"表1  项目资金使用情况表{unit}")
        yield self.funds_table()

    def amounts(self, row: FundsRow) -> list[tuple[str, Piece]]:
        """What the total row says, amount by amount, and the rate that follows."""
        cells = {"年初预算数": row.initial_budget, "全年预算数": row.budget, "全年执行数": row.executed}
        wanted = [
            name
            for name, column in zip(cells, AMOUNTS, strict=True)
            if f"funds.{column}" in self.form.columns
        ]  # fmt: skip
        said = [(f"{name} ".strip(), self.amount(cells[name], name)) for name in wanted]
        return [*said, ("预算执行率", self.rate(row))]

    def amount(self, filed: Written, name: str) -> Piece:
        """An amount with its unit."""
        if filed.number is not None:
            return _say(f"{plain(filed.number)}{self.form.money_unit or ''}", filed)
        return _ask(f"{name}（自评表未填）", filed) if is_filler(filed.text) else _say(f"“{filed.text}”", filed)

    def rate(self, row: FundsRow) -> Piece:
        """预算执行率 = 全年执行数 ÷ 全年预算数; where it cannot be computed, as printed."""
        rate, printed = execution_rate(self.form, row), row.rate
        if rate is not None:
            return _say(_percent(rate), printed if printed.text else row.executed)
        why = "预算数为0" if self.form.budget_of(row).number == 0 else "没有预算数或执行数"
        if is_filler(printed.text):
            return _ask(f"预算执行率（自评表{why}，无法计算）", printed)
        note = f"自评表 {printed.cell}：{why}，执行率按自评表所填列示，无法核对。"
        return replace(_say(f"“{printed.text}”", printed), notes=(note,))

    def unit_of_money(self) -> list[Piece]:
        """A prompt where the form does not tell its unit."""
        return [] if self.form.money_unit else [_ask("金额单位（自评表未注明）")]

    def funds_table(self) -> ReportTable:
        """表1: every row of 项目资金."""
        form = self.form
        heads = {"initial_budget": "年初预算数", "budget": "全年预算数", "executed": "全年执行数"}
        shown = [name for name in AMOUNTS if f"funds.{name}" in form.columns]
        columns = [ReportColumn("资金项目", 30), *(ReportColumn(heads[name], 17, numbers=True) for name in shown)]
        rows = []
        for row in form.funds:
            cells = [getattr(row, name) for name in shown]
            rate = execution_rate(form, row)
            rows.append((
                _say((row.label.text or "").rstrip("：:"), row.label),
                *(_say(_figure(cell), cell) for cell in cells),
                Piece(_percent(rate) if rate is not None else ""),
            ))  # fmt: skip
        return ReportTable((*columns, ReportColumn("预算执行率", 19, numbers=True)), tuple(rows))

    # --- 三、项目绩效分析

    def analysis(self) -> Iterator[Block | ReportTable]:
        """自评开展情况和结果, 绩效目标完成情况, 各项指标得分."""
        yield _block(SECTION, "（一）项目绩效评价工作开展情况")
        yield _block(BODY, _ask("自评的组织方式和方法，如查阅资料、现场核验、问卷调查等"))
        yield _block(BODY, "经自评，本项目自评得分", self.total(), "分，自评等级为", self.grade(), "。")
        yield _block(SECTION, "（二）项目绩效目标完成情况")
        yield from self.goal()
        categories = list(self.categories())
        for number, (name, rows) in enumerate(categories, 1):
            values = _separated([self.values(row) for row in rows], "；")
            head = f"{name}：" if name else ""
            yield _block(BODY, f"{number}.{head}" if head or len(categories) > 1 else "", *values, "。")
        yield _block(SECTION, "（三）各项指标得分情况")
        scores = [one.indicator.score for one in self.score.indicators]
        if not any(one.text for one in scores):
            yield _block(BODY, _ask("各项指标得分及扣分原因（自评表没有填得分，请先补填，再重新生成报告）", *scores))
            return
        yield from self.points()
        yield _block(CAPTION, "表2  绩效指标得分情况表")
        yield self.scores_table()
        if self.remark and not self.spent_too_little and not self.tells_of_faults:
            yield _block(BODY, "自评表说明：", _say(_ended(self.remark.text or ""), self.remark))

    @property
    def tells_of_faults(self) -> bool:
        """Whether 说明 tells what an audit or a supervision found."""
        return self.remark is not None and bool(_FAULTS.search(fold(self.remark.text or "")))

    @property
    def remark(self) -> Written | None:
        """说明, where it says something."""
        remark = self.form.remark
        return None if says_nothing(remark) or _OURS.fullmatch(fold(remark.text or "")) else remark

    def total(self) -> Piece:
        """总分 as filed; where it is blank, the sum of what is known, told in a note."""
        filed = self.form.total
        if filed.number is not None:
            return _say(plain(filed.number), filed, self.form.total_weight)
        if not is_filler(filed.text):
            return _say(f"“{filed.text}”", filed)
        if self.filed_total is None:
            return _ask("自评总分（自评表未填）", filed, self.form.title)
        note = "自评表没有填总分，此处为所填各项得分的合计。请核对后在自评表补填。"
        return replace(_say(plain(self.filed_total), filed), notes=(note,))

    @property
    def filed_total(self) -> Decimal | None:
        """总分 as filed; where it is blank, the sum of the filed scores, if every one is there and all weights make 100."""
        total = self.form.total
        if total.number is not None or not is_filler(total.text):
            return total.number
        whole = self.all_weights.number == HUNDRED and not self.form.has_other_points
        return self.sum_of_filed if whole else None

    @property
    def sum_of_filed(self) -> Decimal | None:
        """The sum of all scores as filed, that of the execution rate included where it has points; None where one is blank."""
        row = self.total_row
        has_points = row is not None and (row.weight.number is not None or row.score.number is not None)
        execution = [row.score.number] if row is not None and has_points else []
        return _sum([*(one.filed for one in self.score.indicators), *execution])

    def grade(self) -> Piece:
        """等级 of the total; where the total by the rules has another one, a person decides."""
        book, total, score = self.score.rulebook, self.filed_total, self.score
        if total is None:
            return _ask("自评等级")
        own, execution = book.grade(total), self.execution
        by_rules = score.total if execution.weight is None or execution.score is not None else None
        others = {
            "按各项得分合计": self.sum_of_filed,
            "按规则计算": by_rules,
            "按规则文件的分值计算": score.total_at_rulebook_weights,
        }
        for how, other in {} if self.form.has_other_points else others.items():
            if other is not None and book.grade(other) != own:
                why = f"总分{plain(total)}分为“{own}”，{how}{plain(other)}分为“{book.grade(other)}”，请先核对自评表"
                return _ask(f"自评等级（{why}）", self.form.total)
        return _say(own)

    def goal(self) -> Iterator[Block]:
        """年度总体目标的实际完成情况, and how many targets were met."""
        actual = self.form.goal.actual
        if self.troubled and actual.text and _ALL_DONE.search(fold(actual.text)):
            asked = _ask("年度总体目标实际完成情况（自评表称全部完成，但有指标未达到指标值或扣了分）", actual)
            note = f"自评表 {actual.cell}：“{actual.text}”与各项指标的完成情况不符，没有照录。"
            yield _block(BODY, replace(asked, notes=(note,)))
        else:
            yield _block(BODY, "年度总体目标实际完成情况：", _goal(actual, "年度总体目标实际完成情况"))
        met = sum(row.completion == WHOLE for row in self.score.indicators)
        missed = sum(map(_is_missed, self.score.indicators))
        unclear = len(self.score.indicators) - met - missed
        counts = (("达到指标值的", met), ("未达到指标值的", missed), ("不能直接比较、由人工判断的", unclear))
        told = "，".join(f"{what}{count}项" for what, count in counts if count)
        if self.score.indicators:
            counted = f"自评表列入计分的指标{len(self.score.indicators)}项，其中{told}。"
            yield _block(
                BODY, f"{counted}各{'类' if any(name for name, _ in self.categories()) else '项'}指标完成情况如下："
            )

    def categories(self) -> Iterator[tuple[str, list[Indicator]]]:
        """The indicators that say something, by second level, else by first."""
        groups: dict[tuple[str | None, str | None], list[Indicator]] = {}
        for row in self.form.indicators:
            name = fold(row.level3.text or "")
            says_nothing = is_filler(row.target.text) and is_filler(row.actual.text)
            if row.scored or not (is_prompt(name) or name.startswith("其中") or says_nothing):
                groups.setdefault((row.level1, row.level2), []).append(row)
        for (level1, level2), rows in groups.items():
            yield level2 or level1 or "", rows

    def values(self, row: Indicator) -> list[str | Piece]:
        """“印刷页数”指标值为20万张以上，实际完成值为22万"""
        columns = (("指标值", row.target, "target"), ("实际完成值", row.actual, "actual"))
        said: list[tuple[str | Piece, ...]] = []
        for what, filed, column in columns:
            if column in self.form.columns:
                blank = _ask(f"{_name(row)}的{what}（自评表未填）", filed)
                said.append((f"{what}为", _say(_value(filed.text), filed) if filed.text else blank))
        share = completion_of(settle_indicator(self.form, row), self.score.rulebook)
        if share is not None and share < WHOLE:
            said.append(("未达到指标值",))
        return [*_named(row), *_separated(said, "，")]

    def points(self) -> Iterator[Block]:
        """分值和得分 of the execution rate and of every level, and of the rows that lost points."""
        number = 0
        row = self.total_row
        if row is not None and (row.weight.number is not None or row.score.number is not None):
            number += 1
            score = self.filed(row.score, self.execution.score, "预算执行率得分")
            yield _block(
                BODY, f"{number}.预算执行率指标", *_listed(self.weight(row.weight), "，"), "得分", score, "分。"
            )
        for level1, rows in _grouped(self.score.indicators, "level1"):
            number += 1
            below = _grouped(rows, "level2")
            flat = len(below) == 1 and below[0].name in (None, level1)
            if level1:
                yield _block(
                    BODY, f"{number}.{level1}", *self.level(level1, None, rows), *(self.losses(rows) if flat else ())
                )
            else:
                yield _block(BODY, f"{number}.各项指标得分见表2。", *self.losses(rows))
            for at, (level2, members) in enumerate(below, 1):
                if level1 and level2 and not flat:
                    yield _block(BODY, f"（{at}）{level2}", *self.level(level1, level2, members), *self.losses(members))

    def level(self, level1: str, level2: str | None, rows: list[IndicatorScore]) -> Iterator[Words]:
        """分值50分，得分47.5分。"""
        weights = [row.indicator.weight for row in rows]
        headings = [
            one
            for one in self.form.headings
            if one.level1 == level1 and one.level2 == level2 and one.level == (2 if level2 else 1)
        ]
        weight = _sum(one.number for one in weights)
        if weight is None and headings:
            weight = headings[0].weight
        if weight is not None:
            cells = [one.cell for one in weights] + [one.cell for one in headings]
            yield "分值"
            yield Piece(plain(weight), frozenset(filter(None, cells)))
            yield "分，"
        scores = [row.indicator.score for row in rows]
        filed = _sum(one.number for one in scores)
        yield "得分"
        if filed is not None:
            yield _say(plain(filed), *scores)
        else:
            computed = _sum(row.score for row in rows)
            hint = f"，按规则计算为{plain(computed)}分" if computed is not None else ""
            yield _ask(f"{level2 or level1}得分（自评表未填全{hint}）", *scores)
        yield "分。"

    def weight(self, filed: Written) -> list[tuple[str, Piece, str]]:
        """分值10分, where there is one."""
        return [("分值", _say(plain(filed.number), filed), "分")] if filed.number is not None else []

    def filed(self, filed: Written, computed: Decimal | None, what: str) -> Piece:
        """A score as filed; a blank is asked for, with what the rules give."""
        if filed.number is not None:
            return _say(plain(filed.number), filed)
        if not is_filler(filed.text):
            return _say(f"“{filed.text}”", filed)
        hint = f"，按规则计算为{plain(computed)}分" if computed is not None else ""
        return _ask(f"{what}（自评表未填{hint}）", filed)

    def losses(self, rows: list[IndicatorScore]) -> Iterator[Words]:
        """“偿还历史欠款”扣2.5分，原因：…"""
        for row in rows:
            if _lost(row):
                one = row.indicator
                yield _named(*self.form.members(one))
                yield "分值"
                yield _say(plain(one.weight.number or Decimal(0)), one.weight)
                yield "分，得分"
                yield _say(plain(one.score.number or Decimal(0)), one.score)
                yield "分，扣"
                yield _say(plain(_lost(row)), one.score, one.weight)
                yield "分，扣分原因及改进措施："
                yield (reason := self.reason(one))
                yield "。" if reason.prompt else ""

    def reason(self, row: Indicator) -> Piece:
        """偏差原因分析及改进措施 of a row, as filed, with a full stop."""
        text = self.reason_text(row)
        if text is None:
            return _ask(f"{self.names(row)}扣分的原因（自评表未填）", reason_of(self.form, row), row.score)
        return _say(_ended(text), reason_of(self.form, row))

    def names(self, row: Indicator) -> str:
        """“甲”、“乙”, as a prompt names what is scored together."""
        return "、".join(map(_name, self.form.members(row)))

    def cause(self, one: IndicatorScore) -> list[str | Piece]:
        """The cause of a deviation, without the measures; asked for where it was not asked with the points lost."""
        row = one.indicator
        text, filed = self.reason_text(row), reason_of(self.form, row)
        cause, _ = cause_and_measures(text or "")
        if cause:
            return ["原因：", _say(_ended(cause), filed)]
        if _lost(one) and text is None:
            return []
        what, why = "扣分" if _lost(one) else "未达到指标值", "自评表只填了措施" if text else "自评表未填"
        return ["原因：", _ask(f"{self.names(row)}{what}的原因（{why}）", filed)]

    def reason_text(self, row: Indicator) -> str | None:
        """The reason that holds for a row; None where it says nothing."""
        text = standing_reason(self.form, row).text or ""
        return None if is_no_reason(self.form, row) or _OURS.fullmatch(fold(text)) else text

    def scores_table(self) -> ReportTable:
        """表2: the execution rate, every indicator, the total."""
        scored = [one.indicator for one in self.score.indicators]
        named = {
            "level1": ReportColumn("一级指标", 17, merged=True),
            "level2": ReportColumn("二级指标", 20, merged=True),
            "level3": ReportColumn("三级指标", 39),
        }
        levels = [name for name in named if name == "level3" or any(getattr(one, name) for one in scored)]
        points = [
            *([ReportColumn("分值", 12, numbers=True)] if self.has_weights else []),
            ReportColumn("得分", 12, numbers=True),
        ]
        rest = [""] * (len(levels) - 1)
        rows, row = [], self.total_row
        if row is not None and (row.weight.number is not None or row.score.number is not None):
            rows.append(self.scores_row(["预算执行率", *rest], row.weight, row.score))
        for one in scored:
            names = "、".join(member.level3.text or "" for member in self.form.members(one))
            texts = {"level1": one.level1, "level2": one.level2, "level3": names}
            rows.append(self.scores_row([texts[name] or "" for name in levels], one.weight, one.score))
        weight = self.form.total_weight if self.form.total_weight.number is not None else self.all_weights
        rows.append(self.scores_row(["总分", *rest], weight, self.form.total))
        return ReportTable((*(named[name] for name in levels), *points), tuple(rows))

    def scores_row(self, names: Sequence[str], weight: Written, score: Written) -> tuple[Piece, ...]:
        """A row of 表2; a score that is missing is marked."""
        given = _say(_figure(score), score) if score.text else _ask("得分", score)
        return (*map(Piece, names), *([_say(_figure(weight), weight)] if self.has_weights else []), given)

    @property
    def all_weights(self) -> Written:
        """分值合计, where every weight is known."""
        row = self.total_row
        weights = [one.indicator.weight.number for one in self.score.indicators]
        whole = _sum([*weights, *([row.weight.number] if row is not None else [])])
        return Written(None if whole is None else plain(whole), whole)

    # --- 四、存在问题 五、有关建议

    @property
    def spent_too_little(self) -> bool:
        """Whether the execution rate is below what must be explained."""
        rate = self.execution.rate
        return rate is not None and rate < Fraction(self.score.rulebook.low_execution)

    def problems(self) -> Iterator[Block]:
        """What the form tells: a low execution rate, its 说明, targets not reached, points lost."""
        number = 0
        row, form = self.total_row, self.form
        if self.spent_too_little and row is not None:
            number += 1
            budget, executed = form.budget_of(row), row.executed
            left = (budget.number or Decimal(0)) - (executed.number or Decimal(0))
            said = [
                *self.amounts(row)[-3:],
                ("未执行", _say(f"{plain(left)}{form.money_unit or ''}", budget, executed)),
            ]
            reason = _ask("预算执行率偏低的原因", row.rate if row.rate.text else executed)
            remark = ["自评表说明：", _say(_ended(self.remark.text or ""), self.remark)] if self.remark else [reason]
            yield _block(BODY, f"{number}.预算执行率偏低。", *_listed(said), *remark)
        elif self.remark and self.tells_of_faults:
            number += 1
            yield _block(BODY, f"{number}.自评表说明：", _say(_ended(self.remark.text or ""), self.remark))
        for one in self.troubled:
            number += 1
            indicator = one.indicator
            values = _separated([self.values(member) for member in self.form.members(indicator)], "；")
            points = _say(plain(_lost(one)), indicator.score, indicator.weight)
            lost = _pieces(["，扣", points, "分"] if _lost(one) else [])
            yield _block(BODY, f"{number}.", values, lost, "。", self.cause(one))
        if not number:
            yield _block(BODY, _ask("项目实施和绩效管理中存在的问题（自评表没有反映）"))

    def suggestions(self) -> Iterator[Block]:
        """The measures that the form tells, and prompts for those it does not."""
        number = 0
        if self.spent_too_little:
            number += 1
            yield _block(BODY, f"{number}.", _ask("加快预算执行的措施"))
        for one in self.troubled:
            number += 1
            row = one.indicator
            _, measures = cause_and_measures(self.reason_text(row) or "")
            told = _say(_ended(measures), reason_of(self.form, row)) if measures else None
            asked = _ask(f"{self.names(row)}的改进措施")
            yield _block(BODY, f"{number}.针对", _named(*self.form.members(row)), "：", told or asked)
        if not number:
            yield _block(BODY, _ask("有关建议"))


def _goal(filed: Written, what: str) -> Piece:
    """A goal as filed; a blank is asked for, and so is what a consolidated form tells in its place."""
    if is_filler(filed.text) or _OURS.fullmatch(fold(filed.text or "")):
        return _ask(f"{what}（自评表未填）", filed)
    return _say(_ended(filed.text or ""), filed)


def _named(*rows: Indicator) -> list[str | Piece]:
    """“甲”、“乙”: rows by their names; a name that is blank is asked for."""
    names = [
        _say(_name(row), row.level3) if row.level3.text else _ask(f"指标名称（自评表第{row.row}行未填）", row.level3)
        for row in rows
    ]
    return _separated([[name] for name in names], "、")


def _name(row: Indicator) -> str:
    """“甲”, as a prompt names a row; a row without a name by its place."""
    return f"“{row.level3.text}”" if row.level3.text else f"自评表第{row.row}行"


def _value(text: str) -> str:
    """A target or actual within a sentence; a dash or 无 stands in quotation marks."""
    return f"“{text}”" if is_filler(text) else text.rstrip("。.;；") or text


def _figure(filed: Written) -> str:
    """A number as plain digits; else the text of the cell."""
    return plain(filed.number) if filed.number is not None else filed.text or ""


def _lost(row: IndicatorScore) -> Decimal:
    """Points that a row lost as filed; 0 where it lost none or it cannot be told."""
    weight, score = row.indicator.weight.number, row.indicator.score.number
    return max(weight - score, Decimal(0)) if weight is not None and score is not None else Decimal(0)


def _is_missed(row: IndicatorScore) -> bool:
    """Whether a row certainly did not reach its target."""
    return row.completion is not None and row.completion < WHOLE


def _listed(said: Iterable[tuple[str | Piece, ...]], end: str = "。") -> list[str | Piece]:
    """年初预算数78万元，全年预算数78万元。"""
    parts = _separated([list(one) for one in said], "，")
    return [*parts, end] if parts else []


def _separated(said: Sequence[Sequence[str | Piece]], mark: str) -> list[str | Piece]:
    parts: list[str | Piece] = []
    for one in said:
        parts += [mark, *one] if parts else one
    return parts
