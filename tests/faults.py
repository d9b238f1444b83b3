"""Forms as units fill them in without a fault, and with exactly one: made from numbers, without asking perf_xl what is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random
from typing import Any

from perf_xl.grid import Grid, address

CENT = Decimal("0.01")


def rounded(value: Fraction, places: Decimal = CENT) -> Decimal:
    """Half up, by the library's own decimal."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(places, ROUND_HALF_UP)


@dataclass
class Row:
    """One indicator: levels, name, target, actual, completion, weight, score, reason."""

    level1: str
    level2: str
    name: str
    target: str
    actual: str
    share: Fraction
    weight: Decimal
    score: Decimal | str | None = None
    reason: str = ""


@dataclass
class Paper:
    """A form before it is laid out."""

    random: Random
    year: int
    initial: Decimal
    budget: Decimal
    executed: Decimal
    weight: Decimal
    score: Decimal | str | None
    rate: str
    rows: list[Row]
    remark: str
    levels: dict[str, Decimal]
    weights_first: bool
    marked_levels: bool
    title_year: int = 0
    parts: list[Decimal] = field(default_factory=list)
    total: Decimal | None = None
    total_weight: Decimal | None = None
    cells: dict[str, str] = field(default_factory=dict)
    """Where something stands: `score 3` → address; filled by `laid_out`."""


NUMBERS = (
    ("产出指标", "数量指标", ("培训干部", "印发资料", "开展检查", "维修道路"), ("人次", "份", "次", "公里")),
    ("产出指标", "质量指标", ("验收合格率", "材料差错率", "设备完好率", "抽检达标率"), ("%",) * 4),
    ("产出指标", "时效指标", ("完成及时率", "资金下达及时率"), ("%",) * 2),
    ("产出指标", "成本指标", ("材料成本", "人工成本"), ("万元",) * 2),
    ("效益指标", "社会效益指标", ("受益群众", "带动就业"), ("人", "人")),
    ("效益指标", "可持续影响指标", ("制度健全情况", "管护落实情况"), ("", "")),
    ("满意度指标", "服务对象满意度指标", ("群众满意度", "职工满意度"), ("%", "%")),
)


def clean(seed: int) -> Paper:
    """A form without any fault."""
    random = Random(seed)
    hubei = random.random() < 0.3
    levels = {"产出指标": Decimal(40 if hubei else 50), "效益指标": Decimal(30), "满意度指标": Decimal(10)}
    weight = Decimal(20 if hubei else 10)
    budget = Decimal(random.randint(200, 9000)) / 10
    low = random.random() < 0.2
    share = random.choice([1, 1, Fraction(random.randint(55, 85) if low else random.randint(91, 99), 100)])
    executed = rounded(Fraction(budget) * share)
    rate = Fraction(executed) / Fraction(budget)
    printed = random.choice(
        [f"{rounded(rate * 100, Decimal(1))}%", f"{rounded(rate * 100)}%", str(rounded(rate, Decimal("0.0001")))]
    )
    rows = [row for level in levels for row in _rows(random, level, levels[level])]
    remark = (
        "部分项目跨年实施,资金结转下年支付。" if rate < Fraction(9, 10) else random.choice(["无", "", "按计划实施。"])
    )
    year = random.randint(2020, 2024)
    first = rounded(Fraction(budget) * Fraction(random.randint(40, 100), 100))
    return Paper(
        random, year, budget, budget, executed, weight, rounded(Fraction(weight) * rate), printed, rows, remark, levels,
        random.random() < 0.3, random.random() < 0.4, year, [first, budget - first],
    )  # fmt: skip


def _rows(random: Random, level: str, points: Decimal) -> list[Row]:
    made = []
    for level1, level2, names, units in NUMBERS:
        if level1 == level:
            for at in sorted(random.sample(range(len(names)), random.randint(1, 2))):
                made.append(_row(random, level1, level2, names[at], units[at]))
    even = (points / len(made)).quantize(Decimal(1))
    for row in made:
        row.weight = even
    made[-1].weight = points - even * (len(made) - 1)
    for row in made:
        row.score = rounded(Fraction(row.weight) * row.share)
        if row.share < 1:
            row.reason = random.choice(["人员变动,工作推迟。", "受汛期影响,下年补足。"])
    return made


def _row(random: Random, level1: str, level2: str, name: str, unit: str) -> Row:
    short = random.random() < 0.2
    zero = Decimal(0)
    if not unit:
        word = random.choice(["健全", "规范", "到位"])
        return Row(level1, level2, name, word, random.choice([word, "达成预期指标"]), Fraction(1), zero)
    if name.endswith("差错率"):
        return Row(level1, level2, name, "≤5%", f"{random.randint(0, 5)}%", Fraction(1), zero)
    if unit == "万元":
        most = random.randint(20, 90)
        return Row(level1, level2, name, f"≤{most}万元", f"{most - random.randint(0, 9)}万元", Fraction(1), zero)
    target = random.randint(80, 95) if unit == "%" else random.randint(20, 400)
    actual = target - random.randint(5, 15) if short else target + random.randint(1, 4)
    text = random.choice([f"≥{target}{unit}", f"不低于{target}{unit}", f"{target}{unit}以上"])
    return Row(level1, level2, name, text, f"{actual}{unit}", min(Fraction(actual, target), Fraction(1)), zero)


def laid_out(paper: Paper) -> Grid:
    """The form as a sheet; `paper.cells` says afterwards where things stand."""
    lines: list[list[Any]] = []
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    random = Random(paper.year)

    def put(*values: Any) -> int:
        lines.append([float(value) if isinstance(value, Decimal) else value or None for value in values])
        return len(lines) - 1

    put(f"{paper.title_year}年部门预算项目支出绩效自评表")
    if paper.title_year != paper.year:
        paper.cells["year"] = address(put(f"({paper.year}年度)"), 0)
    put("项目名称", None, f"{random.choice('甲乙丙丁')}项目", None, None, "实施单位", "城关镇")
    put("项目资金(万元)", None, "年初预算数", "全年预算数", "全年执行数", "执行率", "分值", "得分")
    total = put(
        "年度资金总额", None, paper.initial, paper.budget, paper.executed, paper.rate, paper.weight, paper.score
    )
    for name, column in (("initial", 2), ("budget", 3), ("executed", 4), ("rate", 5), ("weight", 6), ("score", 7)):
        paper.cells[name] = address(total, column)
    spent = [min(part, paper.executed) for part in paper.parts[:1]]
    spent.append(max(paper.executed - spent[0], Decimal(0)))
    for label, part, out in zip(("其中:当年财政拨款", "上年结转资金"), paper.parts, spent, strict=True):
        put(label, None, part, part, out)
    order = ("分值", "年度指标值", "实际完成值") if paper.weights_first else ("年度指标值", "实际完成值", "分值")
    head = ["一级指标", "二级指标", "三级指标", *order, "得分", "偏差原因分析及改进措施"]
    put(*head)
    columns = {
        name: head.index(title)
        for name, title in (
            ("name", "三级指标"),
            ("target", "年度指标值"),
            ("actual", "实际完成值"),
            ("weight", "分值"),
            ("points", "得分"),
            ("reason", head[-1]),
        )
    }
    top: dict[str, int] = {}
    for number, row in enumerate(paper.rows):
        level = f"{row.level1}({paper.levels[row.level1]}分)" if paper.marked_levels else row.level1
        cells: list[Any] = [level, row.level2, row.name, None, None, None, None, row.reason]
        values = {"target": row.target, "actual": row.actual, "weight": row.weight, "points": row.score}
        for name, value in values.items():
            cells[columns[name]] = value
        at = put(*(cell if cell is not None else "" for cell in cells))
        lines[at] = [float(cell) if isinstance(cell, Decimal) else cell if cell != "" else None for cell in cells]
        for name, column in columns.items():
            paper.cells[f"{name} {number}"] = address(at, column)
        top.setdefault(row.level1, at)
        paper.cells[f"level {row.level1}"] = address(top[row.level1], 0)
    scores = [row.score for row in paper.rows if isinstance(row.score, Decimal)] + [
        paper.score if isinstance(paper.score, Decimal) else Decimal(0)
    ]
    cells = ["总分", None, None, None, None, None, paper.total if paper.total is not None else sum(scores), None]
    cells[columns["weight"]] = paper.total_weight
    at = put(*cells)
    paper.cells["total"], paper.cells["total weight"] = address(at, columns["points"]), address(at, columns["weight"])
    put("说明", paper.remark)
    return Grid("自评表", lines, merged)


Fault = Callable[[Paper], tuple[str, str]]
"""Spoils one thing; returns the code and the name of the place."""


def _pick(paper: Paper, wanted: Callable[[Row], bool]) -> int:
    return paper.random.choice([number for number, row in enumerate(paper.rows) if wanted(row)])


def _counted(row: Row) -> bool:
    return row.share == 1 and not row.target.startswith("≤") and row.target[-1] not in "全范位"


def _fall_short(paper: Paper, score: Callable[[Row], Decimal], reason: str) -> int:
    at = _pick(paper, _counted)
    row = paper.rows[at]
    row.target, row.actual, row.share = "≥200人次", "130人次", Fraction(130, 200)
    row.name, row.score, row.reason = "走访农户", score(row), reason
    return at


def _w01(paper: Paper) -> tuple[str, str]:
    row = paper.rows[_pick(paper, lambda row: row.weight > 4 and row.share == 1)]
    paper.marked_levels = False
    row.weight -= 3
    row.score = row.weight
    return "W01", "total"


def _w02(paper: Paper) -> tuple[str, str]:
    paper.weight -= 3
    paper.score = rounded(Fraction(paper.weight) * Fraction(paper.executed) / Fraction(paper.budget))
    return "W02", "weight"


def _w04(paper: Paper) -> tuple[str, str]:
    paper.marked_levels = True
    paper.levels["效益指标"] += 5
    return "W04", "level 效益指标"


def _f01(paper: Paper) -> tuple[str, str]:
    paper.rate = f"{rounded(Fraction(paper.executed) / Fraction(paper.budget) * 100) - 7}%"
    return "F01", "rate"


def _f02(paper: Paper) -> tuple[str, str]:
    paper.parts[1] += Decimal("1.5")
    return "F02", "budget"


def _f03(paper: Paper) -> tuple[str, str]:
    paper.executed, paper.rate, paper.score = paper.budget + 3, "", paper.weight
    paper.parts[1] += 0
    return "F03", "executed"


def _f04(paper: Paper) -> tuple[str, str]:
    paper.initial = paper.budget = Decimal(0)
    paper.parts = [Decimal(0), Decimal(0)]
    paper.rate, paper.score = "", None
    return "F04", "budget"


def _low_funds(paper: Paper) -> None:
    paper.budget = paper.initial = Decimal(78)
    paper.executed, paper.parts, paper.rate = Decimal("51.91"), [Decimal(60), Decimal(18)], "66.55%"
    paper.remark = "部分项目结转下年。"
    paper.score = rounded(Fraction(paper.weight) * Fraction(5191, 7800))


def _s01(paper: Paper) -> tuple[str, str]:
    _low_funds(paper)
    paper.score = paper.weight
    return "S01", "score"


def _s02(paper: Paper) -> tuple[str, str]:
    _low_funds(paper)
    paper.score = rounded(Fraction(paper.weight) * Fraction(5191, 7800), Decimal("0.1"))
    return "S02", "score"


def _s03(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, lambda row: row.share == 1)
    paper.rows[at].score = paper.rows[at].weight + 2
    return "S03", f"points {at}"


def _s04(paper: Paper) -> tuple[str, str]:
    paper.total = Decimal("99.37")
    return "S04", "total"


def _s05(paper: Paper) -> tuple[str, str]:
    return "S05", f"points {_fall_short(paper, lambda row: row.weight, '人员变动。')}"


def _s06(paper: Paper) -> tuple[str, str]:
    return "S06", f"points {_fall_short(paper, lambda row: row.weight * Decimal('0.8'), '人员变动。')}"


def _s07(paper: Paper) -> tuple[str, str]:
    at = _fall_short(paper, lambda row: row.weight, "人员变动。")
    paper.rows[at].weight = Decimal(7)
    paper.rows[at].score = Decimal(4)  # 4.55, cut
    return "S07", f"points {at}"


def _s08(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].score = paper.rows[at].weight - 1
    return "S08", f"points {at}"


def _s09(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    row = paper.rows[at]
    row.name, row.target, row.actual = "改善环境", "有效改善", "部分达成预期指标并具有一定效果"
    return "S09", f"points {at}"


def _s10(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].actual = ""
    return "S10", f"points {at}"


def _s11(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].score = None
    return "S11", f"points {at}"


def _s12(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].score = paper.random.choice(["优", "-1", "满分"])
    return "S12", f"points {at}"


def _d01(paper: Paper) -> tuple[str, str]:
    return "D01", f"reason {_fall_short(paper, lambda row: rounded(Fraction(row.weight) * Fraction(130, 200)), '')}"


def _d02(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].name, paper.rows[at].target, paper.rows[at].actual = "走访农户", "≥59人次", "87人次"
    return "D02", f"reason {at}"


def _d03(paper: Paper) -> tuple[str, str]:
    _low_funds(paper)
    paper.remark = "无"
    for row in paper.rows:
        row.reason = "人员变动。" if row.reason else ""
    return "D03", "rate"


def _d04(paper: Paper) -> tuple[str, str]:
    return (
        "D04",
        f"reason {_fall_short(paper, lambda row: rounded(Fraction(row.weight) * Fraction(130, 200)), paper.random.choice(['无', '0', '/']))}",
    )


def _i01(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].target = ""
    return "I01", f"target {at}"


def _i02(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].actual = ""
    return "I02", f"actual {at}"


def _i03(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].target = paper.rows[at].actual = "≥95%"
    paper.rows[at].name = "巡查覆盖率"
    return "I03", f"actual {at}"


def _i04(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].actual = "达成预期指标"
    return "I04", f"actual {at}"


def _i05(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    row = paper.rows[at]
    row.name, row.target, row.actual = "投诉率", "≥2%", "2.1%"
    return "I05", f"target {at}"


def _i06(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    row = paper.rows[at]
    row.name, row.target, row.actual = "培训农户", "≥200人", "210户"
    return "I06", f"actual {at}"


def _i08(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    row = paper.rows[at]
    row.name, row.target, row.actual = "救助人数(≥**人)", "59人", "60人"
    return "I08", f"name {at}"


def _i09(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    row = paper.rows[at]
    row.weight, row.score = row.weight / 2, row.weight / 2
    paper.rows.insert(
        at + 1,
        Row(row.level1, row.level2, f"指标2:{row.name}", row.target, row.actual, Fraction(1), row.weight, row.score),
    )
    return "I09", f"name {at + 1}"


def _i10(paper: Paper) -> tuple[str, str]:
    at = _pick(paper, _counted)
    paper.rows[at].name = "完成维修维修数量"
    return "I10", f"name {at}"


def _i12(paper: Paper) -> tuple[str, str]:
    paper.title_year = paper.year - 1
    return "I12", "year"


FAULTS: dict[str, Fault] = {
    name.removeprefix("_").upper(): made
    for name, made in sorted(globals().items())
    if name[1:2] in "wfsdi" and name[2:].isdigit()
}


def planted(code: str, seed: int) -> tuple[Grid, str, str]:
    """A form with this one fault: the sheet, the code, and the cell at which it must be found."""
    paper = clean(seed)
    code, place = FAULTS[code](paper)
    grid = laid_out(paper)
    return grid, code, paper.cells[place]
