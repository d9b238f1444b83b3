"""Forms filled without any fault, and the same forms with exactly one: what a checker must pass, and what it must find.

Nothing here asks perf_xl what is right. `clean` fills a form as a unit would that keeps the notes under it; `planted`
spoils one thing in such a form and says which code of the catalogue names it, and at which cell.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import BytesIO
from itertools import groupby, pairwise
from typing import Any, NamedTuple, TypeAlias

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from perf_xl.grid import Grid


class Shown(NamedTuple):
    """A number that its format shows as something else: 0.67 as 67%."""

    value: float
    number_format: str


Content: TypeAlias = str | int | float | Shown | None
Place: TypeAlias = tuple[int, int]

# --------------------------------------------------------------------------------------------------------------------
# What is measured


@dataclass(frozen=True)
class Measure:
    """An indicator as units set it: its name and the range in which its target lies, in `unit`."""

    level2: str
    name: str
    kind: str
    """`count`, `percent`, `ceiling`, `bad rate`, `range`, `date`, `harm`, `words`, `mood` (words for a direction), or
    `pair`: `words` are the target and an actual that meets it, {} standing for the year.
    """
    unit: str = ""
    low: int = 0
    high: int = 0
    words: tuple[str, str] = ("", "")


def pairs(level2: str, *lines: str) -> tuple[Measure, ...]:
    """Measures written as 名称 | 指标值 | 完成值."""
    split_lines = [[piece.strip() for piece in line.split("|")] for line in lines]
    return tuple(Measure(level2, name, "pair", words=(target, actual)) for name, target, actual in split_lines)


OUTPUT, BENEFIT, SATISFACTION, COST = "产出指标", "效益指标", "满意度指标", "成本指标"

MEASURES: Mapping[str, tuple[Measure, ...]] = {
    OUTPUT: (
        Measure("数量指标", "举办业务培训人次", "count", "人次", 40, 900),
        Measure("数量指标", "开展监督检查次数", "count", "次", 3, 40),
        Measure("数量指标", "更换路灯数量", "count", "盏", 20, 600),
        Measure("数量指标", "道路养护里程", "count", "公里", 5, 260),
        Measure("数量指标", "发放宣传资料", "count", "万份", 2, 30),
        Measure("数量指标", "惠及农户数", "count", "户", 60, 4000),
        Measure("数量指标", "购置办公设备数量", "count", "台", 5, 90),
        Measure("数量指标", "河道巡查频次", "range", "次", 20, 60),
        Measure("质量指标", "工程验收合格率", "percent", "%", 90, 100),
        Measure("质量指标", "设备完好率", "percent", "%", 85, 98),
        Measure("质量指标", "数据差错率", "bad rate", "%", 1, 5),
        Measure("质量指标", "印刷质量", "words", words=("合格", "合格")),
        Measure("质量指标", "政府采购合规性", "words", words=("合规", "合规")),
        Measure("时效指标", "项目完成时间", "date"),
        Measure("时效指标", "补助发放及时率", "percent", "%", 90, 100),
        Measure("时效指标", "维修任务完成及时性", "words", words=("及时", "及时")),
        Measure("时效指标", "平均故障处理时限", "ceiling", "小时", 4, 48),
        Measure("成本指标", "培训费用", "ceiling", "万元", 5, 60),
        Measure("成本指标", "路灯维修成本", "ceiling", "元", 6000, 90000),
        Measure("成本指标", "培训人均标准", "ceiling", "元/人·天", 280, 550),
        *pairs(
            "数量指标",
            "编外人员控制数 | ≤45人 | 43人",
            "全年会议天数 | 不超过3天 | 2天",
            "印刷政策读本 | 20万张以上 | 22万",
            "建设水质监测站点(8个) | 8个 | 8个",
            "举办文化活动 | 三次 | 3次",
            "安全隐患整改数 | ≥12起 | 14起",
            "管护林地面积 | ≥3.5万亩 | 35600亩",
            "整理历史档案 | ≥5000件 | 完成5230件",
            "开展应急演练 | 3次以上 | 3",
            "发放救灾物资 | ≥1,200件 | 1250件",
            "巡查水库频次 | 每月2次 | 每月2次",
            "新建文化广场 | 1 | 1",
        ),
        *pairs(
            "质量指标",
            "系统故障率 | <2% | 0.6%",
            "文件差错率 | 3‰以内 | 1‰",
            "投诉办结率 | 100% | 100%",
            "一次验收通过率 | 90%(含)以上 | 96%",
            "培训合格率 | 百分之九十五 | 97%",
            "水质达标情况 | Ⅲ类及以上 | Ⅱ类",
            "资料完整性 | 完整 | 资料完整",
            "建设标准 | 符合国家标准 | 符合",
        ),
        *pairs(
            "时效指标",
            "工程按期完工率 | 100% | 100%",
            "项目实施期限 | 1-12月 | 1-12月",
            "开工时间 | {}年3月底前 | {}年2月",
            "审批办理时限 | ≤5个工作日 | 4个工作日",
            "任务完成及时性 | 按计划完成 | 按计划完成",
            "完成时间 | {}年12月31日 | {}年12月25日",
        ),
        *pairs(
            "成本指标",
            "成本节约率 | ≥3% | 3.5%",
            "预算控制率 | ≤100% | 98.5%",
            "超支率 | 0 | 0",
            "每公里养护成本 | ≤1.2万元/公里 | 11800元/公里",
            "护林员补助标准 | 800元/人·月 | 800元/人·月",
            "维护费用控制数(万元) | ≤36 | 35.2",
            "物业管理成本 | 控制在58万元以内 | 57.6万元",
        ),
    ),
    BENEFIT: (
        Measure("经济效益指标", "带动群众增收", "count", "万元", 20, 900),
        Measure("经济效益指标", "减少办公支出", "count", "万元", 5, 80),
        Measure("社会效益指标", "提供就业岗位", "count", "个", 8, 300),
        Measure("社会效益指标", "政策知晓率", "percent", "%", 80, 95),
        Measure("社会效益指标", "安全生产责任事故发生起数", "harm", "起", 1, 4),
        Measure("社会效益指标", "是否影响网站信息更新", "words", words=("否", "否")),
        Measure("社会效益指标", "政务公开水平", "mood", words=("有效提升", "有效提升")),
        Measure("生态效益指标", "生活垃圾无害化处理率", "percent", "%", 85, 100),
        Measure("生态效益指标", "周边环境改善情况", "mood", words=("明显改善", "明显改善")),
        Measure("可持续影响指标", "长效管护机制健全性", "words", words=("健全", "健全")),
        Measure("可持续影响指标", "设施可使用年限", "count", "年", 5, 15),
        *pairs(
            "经济效益指标",
            "挽回群众经济损失 | ≥80万元 | 86万元",
            "村集体收入增长率 | ≥5% | 5.6%",
            "不良贷款率 | ≤3% | 1.9%",
        ),
        *pairs(
            "社会效益指标",
            "重大责任事故 | 0 | 0",
            "群体性上访事件 | 无 | 无",
            "投诉举报下降率 | ≥10% | 12%",
            "火灾起数 | ≤3起 | 1起",
            "受益人口 | ≥1.2万人 | 1.25万人",
            "信访事项化解件数 | ≥6件 | 6件",
            "残疾人就业帮扶 | 不少于60人 | 64名",
            "违规收费行为 | 不发生 | 未发生",
        ),
        *pairs(
            "生态效益指标",
            "细颗粒物年均浓度 | ≤35微克/立方米 | 31微克/立方米",
            "单位能耗降低率 | 3% | 3.2%",
            "空气优良天数 | ≥300天 | 315天",
            "森林火灾受害率 | ≤0.9‰ | 0.1‰",
        ),
        *pairs("可持续影响指标", "政策发挥作用期限 | 长期 | 长期", "专业人才队伍 | 不断加强 | 达成预期指标"),
    ),
    SATISFACTION: (
        Measure("服务对象满意度指标", "群众满意度", "percent", "%", 85, 95),
        Measure("服务对象满意度指标", "参训学员满意度", "percent", "%", 85, 98),
        Measure("服务对象满意度指标", "企业满意度", "percent", "%", 80, 95),
        *pairs("服务对象满意度指标", "受益居民满意度 | 九成以上 | 96.3%", "服务对象有效投诉率 | ≤2% | 0.5%"),
    ),
    COST: (
        Measure("经济成本指标", "印刷费用", "ceiling", "万元", 3, 40),
        Measure("经济成本指标", "单位维修成本", "ceiling", "元/盏", 200, 900),
        Measure("社会成本指标", "交通导改天数", "ceiling", "天", 5, 40),
        Measure("生态环境成本指标", "扬尘投诉起数", "harm", "起", 1, 5),
    ),
}
SCHEMES: Sequence[tuple[int, Mapping[str, int]]] = (
    (10, {OUTPUT: 50, BENEFIT: 30, SATISFACTION: 10}),
    (10, {OUTPUT: 50, BENEFIT: 30, SATISFACTION: 10}),
    (10, {OUTPUT: 50, BENEFIT: 30, SATISFACTION: 10}),
    (20, {OUTPUT: 40, BENEFIT: 30, SATISFACTION: 10}),
    (20, {OUTPUT: 40, BENEFIT: 30, SATISFACTION: 10}),
    (10, {OUTPUT: 40, BENEFIT: 30, SATISFACTION: 20}),
    (10, {COST: 20, OUTPUT: 40, BENEFIT: 20, SATISFACTION: 10}),
)
USUAL = ({OUTPUT: 50, BENEFIT: 30, SATISFACTION: 10}, {OUTPUT: 40, BENEFIT: 30, SATISFACTION: 10})
PARTLY = "部分达成预期指标并具有一定效果"
SHORT_REASONS = (
    "参训人员临时有任务未能到场,下年补训",
    "雨季持续时间长,已顺延至次年3月完成",
    "部分对象外出务工,联系不上,下年继续落实",
    "供货商产能不足,到货较晚,已更换供应商",
)
OVER_REASONS = ("年中新增服务对象,实际需求多于预期", "与邻近乡镇合办,覆盖面扩大")
FUNDS_REASON = "财政资金下达较晚,部分任务结转下年实施"
LOW_RATE_REMARKS = (
    "执行率偏低:两个标段尚未办理竣工结算,余款结转下年支付。",
    "因财力紧张,12月支付申请未能拨付,已列入下年预算。",
)
NOT_MET = (
    "数量指标 | 发放宣传资料 | ≥2万份 | 15000份 | 3/4",
    "数量指标 | 铺设供水管网 | ≥5公里 | 4000米 | 4/5",
    "数量指标 | 管护林地面积 | ≥3.5万亩 | 28000亩 | 4/5",
    "数量指标 | 举办文化活动 | 三次 | 2次 | 2/3",
    "数量指标 | 走访慰问户数 | 50户以上 | 40 | 4/5",
    "数量指标 | 培训人数(人) | 200 | 150 | 3/4",
    "数量指标 | 巡查水库频次 | 20-30次 | 15次 | 3/4",
    "质量指标 | 培训合格率 | 百分之九十 | 72% | 4/5",
    "质量指标 | 系统故障率 | ≤2% | 2.5% | 4/5",
    "时效指标 | 平均响应时间 | ≤30分钟 | 1小时 | 1/2",
    "成本指标 | 每公里养护成本 | ≤1.2万元/公里 | 15000元/公里 | 4/5",
    "成本指标 | 物业管理成本 | 不超过6万元 | 75000元 | 4/5",
    "社会效益指标 | 安全生产责任事故 | ≤3起 | 4起 | 3/4",
    "服务对象满意度指标 | 受益居民满意度 | 九成以上 | 72% | 4/5",
)
"""二级指标 | 名称 | 指标值 | 完成值 | 完成比例"""
WELL_MEANT = (
    "质量指标 | 财务核算无差错率 | 99% | 99.5%",
    "质量指标 | 系统无故障率 | ≥99% | 99.9%",
    "质量指标 | 零投诉率 | ≥98% | 99%",
    "质量指标 | 投诉回复率 | ≥98% | 99%",
    "质量指标 | 故障排除率 | ≥95% | 96%",
    "质量指标 | 缺陷消除率 | ≥95% | 96%",
    "数量指标 | 故障修复数 | ≥20处 | 25处",
    "数量指标 | 违法建筑拆除面积 | 500平方米 | 520平方米",
    "数量指标 | 辍学学生劝返人数 | 30人 | 32人",
    "数量指标 | 火灾报警器安装数量 | 100个 | 110个",
    "数量指标 | 病死动物收集数 | 2000头 | 2200头",
    "数量指标 | 违规广告清理数 | 10块 | 11块",
    "数量指标 | 农民工欠薪追讨人数 | ≥50人 | 56人",
    "数量指标 | 成本核算培训人次 | 50人次 | 55人次",
    "经济效益指标 | 避免经济损失 | 20万元 | 21万元",
    "经济效益指标 | 亏损企业扭亏户数 | ≥3户 | 3户",
    "服务对象满意度指标 | 投诉人满意度 | ≥90% | 92%",
    "服务对象满意度指标 | 事故伤员满意度 | ≥90% | 92%",
)
"""二级指标 | 名称 | 指标值 | 完成值: the name speaks of harm or cost, and yet more is better."""
PROJECTS = ("政府网站运营维护", "城区路灯维修", "农村公路养护", "基层干部能力提升", "河道保洁", "惠民政策宣传")
UNITS = (
    ("青川县人民政府办公室", "青川县政务服务中心"),
    ("临江市交通运输局", "临江市公路养护中心"),
    ("219001-永宁区棠溪镇人民政府", "永宁区棠溪镇人民政府"),
    ("某县水利局", "某县河道管理所"),
)

# --------------------------------------------------------------------------------------------------------------------
# A form


@dataclass
class Row:
    """An indicator as filled in. The target is `sign`, `amount`, `unit`, `suffix`, in one cell or in three."""

    level1: str
    measure: Measure
    name: str
    sign: str = ""
    amount: Content = None
    unit: str = ""
    suffix: str = ""
    actual: Content = None
    completion: Fraction = Fraction(1)
    surplus: bool = False
    weight: Decimal | None = None
    score: Decimal | Content = None
    reason: Content = None
    target_is: str | None = None
    """The whole target, where it is not put together."""
    grouped: bool = False
    """Whether weight and score are merged with those of the row above or below."""

    @property
    def target(self) -> Content:
        if self.target_is is not None:
            return self.target_is or None
        if not (self.sign or self.unit or self.suffix) or isinstance(self.amount, Shown):
            return self.amount
        return f"{self.sign}{self.amount}{self.unit}{self.suffix}"

    @property
    def full(self) -> Decimal:
        """分值, of a row that has one."""
        assert self.weight is not None
        return self.weight

    @property
    def exact(self) -> Fraction:
        """分值 × 完成比例, before rounding."""
        return Fraction(self.full) * self.completion


@dataclass
class Amounts:
    """One line of 项目资金, in the form's money unit: columns I 年初预算数, B 全年预算数, E 全年执行数."""

    label: str
    values: dict[str, Decimal | None]
    rate: Content = None
    score: Content = None


@dataclass(frozen=True)
class Layout:
    columns: str
    """Of the indicators, as in `HEADERS`."""
    amounts: str
    """Of the funds: IBE, BE or IE."""
    rate_first: bool
    parents: str
    """`merged`, `first` (only on the first row) or `repeated`."""
    level_weights: int
    """How many levels print their weights in their names."""
    wide_brackets: bool
    rate: str
    money: str
    amount_style: str
    numbers: str
    total_label: str
    total_weight: bool
    year: str
    """`title`, `line` or `both`."""
    rows_before: int
    part_mark: str | None
    has_goal: bool
    has_remark: bool
    has_notes: bool
    money_in_headers: bool
    rate_on_parts: bool
    full_reason: str | None
    """What the reason column says where nothing is to be explained."""
    name_prefix: str


@dataclass
class Filled:
    """A form as filled in; `total` follows from the parts unless it is given."""

    layout: Layout
    year: int
    project: str
    units: tuple[str, str]
    funds: list[Amounts]
    execution_weight: Decimal
    execution_score: Decimal | Content
    rate: Content
    rows: list[Row]
    remark: str | None
    levels: Mapping[str, int]
    line_year: int = 0
    total: Decimal | Content = None
    total_weight: Decimal = Decimal(100)
    printed: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    """Weights printed in level names that are not the sum of their rows."""

    @property
    def budget(self) -> Decimal:
        return self.funds[0].values["B" if "B" in self.layout.amounts else "I"] or Decimal(0)

    @property
    def executed(self) -> Decimal:
        return self.funds[0].values["E"] or Decimal(0)

    @property
    def exact_rate(self) -> Fraction:
        return Fraction(self.executed) / Fraction(self.budget)

    @property
    def has_reasons(self) -> bool:
        return "R" in self.layout.columns

    def settle_funds(self) -> None:
        """Rate and execution score as they follow from the amounts."""
        self.rate = rate_as(self.layout.rate, self.exact_rate)
        self.execution_score = rounded(Fraction(self.execution_weight) * min(self.exact_rate, Fraction(1)))

    def parts(self) -> Decimal:
        """Sum of all scores that are numbers."""
        filed = [self.execution_score, *(row.score for row in self.rows)]
        return sum((one for one in filed if isinstance(one, Decimal)), Decimal(0))

    def picked(self, fits: Callable[[Row], bool]) -> list[tuple[int, Row]]:
        """The rows with a weight of their own that fit."""
        return [(place, row) for place, row in enumerate(self.rows) if row.weight and not row.grouped and fits(row)]


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """Half up, the value not being negative."""
    return (Decimal(value.numerator * 10**12 // value.denominator) / 10**12).quantize(
        Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP
    )


def cut(value: Fraction, places: int) -> Decimal:
    return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)


def plain(value: Decimal) -> str:
    """Without trailing zeros.

    >>> plain(Decimal("10.00")), plain(Decimal("7.50")), plain(Decimal(100))
    ('10', '7.5', '100')
    """
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def stored(value: Decimal) -> int | float:
    """As a workbook stores it."""
    return int(value) if value == value.to_integral_value() else float(value)


def rate_as(style: str, rate: Fraction) -> Content:
    """Print a rate in one of the ways people print it."""
    whole, two = rounded(rate * 100, 0), rounded(rate * 100, 2)
    return {
        "whole": f"{whole}%",
        "two": f"{two}%",
        "percent": Shown(float(rate), "0.00%"),
        "whole percent": Shown(float(rate), "0%"),
        "fraction": stored(rounded(rate, 4)),
        "bare": stored(two),
        "bare text": str(two),
    }[style]


# --------------------------------------------------------------------------------------------------------------------
# Filling one in


def clean(seed: int) -> tuple[Paper, str]:
    """A form without any fault, and what it is like."""
    form = filled(seed)
    return Paper.of(form), describe(form)


def filled(seed: int) -> Filled:
    """What `clean` puts on paper."""
    return fill(random.Random(f"clean {seed}"))


def well_meant(line: str) -> Filled:
    """A form without fault that holds an indicator of `WELL_MEANT`."""
    level2, name, target, actual = (piece.strip() for piece in line.split("|"))
    rng = random.Random(line)
    while True:
        form = fill(rng)
        found = pick(rng, form, lambda row: is_full(row) and row.measure.level2 == level2)
        if found is not None and form.levels in USUAL:
            row = found[1]
            row.name, row.target_is, row.actual = name, target, actual
            row.surplus, row.reason = False, None
            return form


def describe(form: Filled) -> str:
    layout = form.layout
    return (
        f"{layout.columns} {layout.amounts} {layout.parents} {layout.numbers} rate {layout.rate} "
        f"{plain(form.execution_weight)}/{'/'.join(map(str, form.levels.values()))} "
        f"weights in {layout.level_weights} levels, {len(form.rows)} rows"
    )


def fill(rng: random.Random) -> Filled:
    execution, levels = rng.choice(SCHEMES)
    layout = draw_layout(rng)
    year = rng.choice((2021, 2022, 2023))
    rows = [row for level1, weight in levels.items() for row in draw_rows(rng, layout, level1, weight, year)]
    if rng.random() < 0.2:
        add_sub_rows(rng, rows, layout)
    if rng.random() < 0.15:
        group_rows(rng, rows)
    for _, run in groupby(rows, lambda row: (row.level1, row.measure.level2)):
        for number, row in enumerate(run, start=1):
            if not row.name.startswith("其中"):
                row.name = layout.name_prefix.format(number) + row.name
    funds = draw_funds(rng, layout)
    form = Filled(
        layout, year, rng.choice(PROJECTS), rng.choice(UNITS), funds, Decimal(execution), None, None, rows, None, levels
    )
    form.settle_funds()
    state_the_rate(rng, form)
    if form.exact_rate < Fraction(9, 10):
        short = [row for row in rows if row.reason and row.completion < 1]
        if short and rng.random() < 0.3:
            rng.choice(short).reason = FUNDS_REASON
            form.remark = rng.choice(("无", None))
        else:
            form.layout = replace(layout, has_remark=True)
            form.remark = rng.choice(LOW_RATE_REMARKS)
    else:
        form.remark = rng.choice(("无", None, "本项目按计划完成。"))
    return form


def add_sub_rows(rng: random.Random, rows: list[Row], layout: Layout) -> None:
    """其中 rows under an amount, without weight and score."""
    counted = [place for place, row in enumerate(rows) if row.measure.kind == "count" and row.completion == 1]
    if counted:
        place = rng.choice(counted)
        for name in ("其中:脱贫户", "其中:一般户"):
            row = answer(rng, Row(rows[place].level1, rows[place].measure, name), layout, "met", 0)
            row.name = name
            rows.insert(place + 1, row)


def group_rows(rng: random.Random, rows: list[Row]) -> None:
    """Merge weight and score of two rows that follow each other."""
    neighbours = [
        (one, other)
        for one, other in pairwise(rows)
        if one.measure.level2 == other.measure.level2
        and one.weight and other.weight
        and one.completion == other.completion == 1
        and not (one.surplus or other.surplus)
    ]  # fmt: skip
    if neighbours:
        one, other = rng.choice(neighbours)
        assert one.weight is not None
        assert other.weight is not None
        one.weight = one.score = one.weight + other.weight
        other.weight = other.score = None
        one.grouped = other.grouped = True


def state_the_rate(rng: random.Random, form: Filled) -> None:
    """Some units set the execution rate and the cost of the whole project as indicators too."""
    for row in form.rows:
        if row.measure.name == "工程按期完工率" and form.exact_rate >= Fraction(95, 100) and rng.random() < 0.5:
            row.name, row.target_is = "预算执行率", "≥95%"
            row.actual = rng.choice((f"{rounded(form.exact_rate * 100, 2)}%", f"{rounded(form.exact_rate * 100, 0)}%"))
        if row.measure.name == "物业管理成本" and rng.random() < 0.5:
            row.name = "项目总成本"
            row.target_is = f"≤{plain(form.budget)}{form.layout.money}"
            row.actual = f"{plain(form.executed)}{form.layout.money}"


def draw_layout(rng: random.Random) -> Layout:
    return Layout(
        columns=rng.choice(("", "", "x"))
        + rng.choice(("123TAWSR", "123TAWSR", "123WTASR", "123cTuAWSR", "123TAWS", "123ucTWASR")),
        amounts=rng.choice(("IBE", "IBE", "BE", "IE")),
        rate_first=rng.random() < 0.4,
        parents=rng.choice(("merged", "merged", "first", "repeated")),
        level_weights=rng.choice((0, 0, 0, 1, 1, 2)),
        wide_brackets=rng.random() < 0.4,
        rate=rng.choice(("whole", "two", "two", "percent", "whole percent", "fraction", "bare", "bare text")),
        money=rng.choice(("万元", "万元", "元")),
        amount_style=rng.choice(("number", "number", "thousands", "text", "unit", "six decimals")),
        numbers=rng.choice(("number", "number", "text", "points", "decimals", "formatted")),
        total_label=rng.choice(("总分", "合计", "总 分", "总计")),
        total_weight=rng.random() < 0.8,
        year=rng.choice(("title", "line", "both")),
        rows_before=rng.choice((0, 0, 1, 2)),
        part_mark=rng.choice((None, None, "—", "-")),
        has_goal=rng.random() < 0.8,
        has_remark=rng.random() < 0.7,
        has_notes=rng.random() < 0.5,
        money_in_headers=rng.random() < 0.3,
        rate_on_parts=rng.random() < 0.15,
        full_reason=rng.choice((None, None, None, "无", "/", "—", "已完成")),
        name_prefix=rng.choice(("", "", "", "指标{}:", "指标{}：", "{}.", "★")),
    )


def split(rng: random.Random, weight: int, pieces: int) -> list[Decimal]:
    """Divide a level's weight: equally, the rest on the last row, or freely in steps of half a point."""
    if rng.random() < 0.5:
        equal = (Decimal(weight) / pieces).quantize(Decimal("0.01"), rounding=ROUND_DOWN)
        return [*[equal] * (pieces - 1), weight - equal * (pieces - 1)]
    bounds = [0, *sorted(rng.sample(range(1, weight), pieces - 1)), weight]
    parts = [Decimal(high - low) for low, high in pairwise(bounds)]
    if pieces > 1 and rng.random() < 0.3:
        parts[0] += Decimal("0.5")
        parts[1] -= Decimal("0.5")
    return parts


def draw_rows(rng: random.Random, layout: Layout, level1: str, weight: int, year: int) -> Iterator[Row]:
    chosen: list[Measure] = []
    second_levels = sorted({measure.level2 for measure in MEASURES[level1]}, key=_order(level1))
    for level2 in second_levels:
        choices = [measure for measure in MEASURES[level1] if measure.level2 == level2]
        if len(second_levels) == 1 or level2 in ("数量指标", "社会效益指标") or rng.random() < 0.75:
            chosen += rng.sample(choices, rng.randint(1, min(2, len(choices))))
    if not chosen:
        chosen = [MEASURES[level1][0]]
    for measure, share in zip(chosen, split(rng, weight, len(chosen)), strict=True):
        outcome = rng.choices(("met", "short", "over"), (78, 14, 8 if "R" in layout.columns else 0))[0]
        row = answer(rng, Row(level1, measure, measure.name), layout, outcome, year)
        row.weight, row.score = share, rounded(Fraction(share) * row.completion)
        if row.completion < 1 and row.score == share:  # a deduction too small to be seen
            row = answer(rng, Row(level1, measure, measure.name), layout, "met", year)
            row.weight = row.score = share
        if "R" in layout.columns:
            row.reason = rng.choice(SHORT_REASONS) if row.completion < 1 else layout.full_reason
            if row.surplus:
                row.reason = rng.choice(OVER_REASONS)
        yield row


def _order(level1: str) -> Callable[[str], int]:
    order = [measure.level2 for measure in MEASURES[level1]]
    return order.index


def answer(rng: random.Random, row: Row, layout: Layout, outcome: str, year: int) -> Row:
    """Set target and actual."""
    measure, apart = row.measure, "u" in layout.columns
    match measure.kind:
        case "words":
            row.amount, row.actual = measure.words
        case "pair":
            row.target_is, row.actual = (text.format(year) for text in measure.words)
        case "mood":
            row.amount, row.actual = measure.words[0], rng.choice((measure.words[1], "达成预期指标"))
            if outcome == "short":
                row.actual, row.completion = PARTLY, Fraction(7, 10)
        case "date":
            row.amount, row.actual = rng.choice(
                (
                    ("12月底前", "11月"),
                    (f"{year}年12月底前", f"{year}年11月"),
                    (f"{year}年12月31日前", f"{year}年11月20日"),
                    (f"{year}年12月", f"{year}年12月"),
                    ("9月前", "7月"),
                    (f"{year}年底前", f"{year}年12月15日"),
                )
            )
        case "range":
            low = rng.randint(measure.low, measure.high)
            row.amount, row.unit = f"{low}{rng.choice('-~')}{low + 10}", measure.unit
            row.actual = f"{low + rng.randint(0, 10)}{measure.unit}"
        case "harm":
            most = rng.choice((0, 0, rng.randint(measure.low, measure.high)))
            row.sign, row.amount, row.unit = rng.choice(("", "≤")) if most == 0 else "≤", str(most), measure.unit
            row.actual = f"{rng.randint(0, most)}{measure.unit}"
        case "bad rate":
            row.sign, row.amount, row.unit = (
                rng.choice(("≤", "不超过")),
                str(rng.randint(measure.low, measure.high)),
                "%",
            )
            row.actual = rng.choice(("0%", "0.5%", "0.8%"))
        case "percent":
            _percent(rng, row, outcome, apart)
        case "count":
            _count(rng, row, outcome, apart)
        case "ceiling":
            _ceiling(rng, row, outcome, apart)
        case _:
            raise ValueError(measure.kind)
    if apart and row.sign not in ("", "≥", "≤", "=", ">="):
        row.sign = {"不低于": "≥", "不少于": "≥", "至少": "≥", "不超过": "≤", "不高于": "≤"}[row.sign]
    return row


def _percent(rng: random.Random, row: Row, outcome: str, apart: bool) -> None:
    target = rng.randint(row.measure.low, row.measure.high)
    tenths = rng.randint(target * 10, min(1000, target * 12))
    if outcome == "short":
        tenths = rng.randint(target * 5, target * 9)
    row.completion = min(Fraction(tenths, target * 10), Fraction(1))
    row.sign, row.amount, row.unit = rng.choice(("≥", "≥", "", ">=", "不低于", "=")), str(target), "%"
    if not row.sign and rng.random() < 0.4 and not apart:
        row.suffix = "以上"
    elif not row.sign and not apart and rng.random() < 0.5:
        row.amount, row.unit = Shown(target / 100, "0%"), ""
    text = plain(Decimal(tenths) / 10)
    row.actual = rng.choice((f"{text}%", f"{text}%", Shown(tenths / 1000, "0.0%")))


def _count(rng: random.Random, row: Row, outcome: str, apart: bool) -> None:
    unit = row.measure.unit
    target = rng.randint(row.measure.low, row.measure.high)
    done = rng.randint(target, target + target // 5)
    if outcome == "short" and target >= 5:
        done = rng.choice((0, *[rng.randint(target // 3, target * 9 // 10)] * 5))
    elif outcome == "over":
        done = rng.randint(-(-target * 13 // 10), target * 2)
    row.completion, row.surplus = min(Fraction(done, target), Fraction(1)), done * 10 >= target * 13
    row.sign, row.amount, row.unit = (
        rng.choice(("≥", "≥", "", ">=", "不少于", "不低于", "至少", "=")),
        str(target),
        unit,
    )
    ways: list[Content] = [f"{done}{unit}", f"{done}{unit}"]
    if not apart and unit in ("人次", "次", "盏", "户", "台", "个") and rng.random() < 0.25:
        row.name, row.unit = f"{row.name}({unit})", ""
        row.amount, ways = (str(target) if row.sign else target), [done, str(done)]
    elif not row.sign and not apart and rng.random() < 0.5:
        row.suffix = rng.choice(("以上", "及以上"))
    if not unit.startswith("万") and unit != "公里":
        ways += [str(done), done, Shown(done, f'0"{unit}"')]
    row.actual = rng.choice(ways)


def _ceiling(rng: random.Random, row: Row, outcome: str, apart: bool) -> None:
    unit = row.measure.unit
    target = rng.randint(row.measure.low, row.measure.high)
    hundredths = rng.randint(target * 85, target * 100)
    if outcome == "short":
        hundredths = rng.randint(target * 112, target * 150)
    if unit != "万元":
        hundredths = hundredths // 100 * 100
        if outcome == "short" and hundredths < target * 110:
            hundredths = target * 120 // 100 * 100
    row.completion = min(Fraction(target * 100, hundredths), Fraction(1))
    row.sign, row.amount, row.unit = rng.choice(("≤", "≤", "不超过", "不高于", "")), str(target), unit
    if not row.sign and not apart:
        row.suffix = "以内"
        if row.level1 == COST or row.measure.level2 == "成本指标":
            row.suffix = rng.choice(("", "以内", "以下"))
    elif not row.sign:
        row.sign = "≤"
    row.actual = f"{plain(Decimal(hundredths) / 100)}{unit}"


def draw_funds(rng: random.Random, layout: Layout) -> list[Amounts]:
    """A total and its parts, in cents of the money unit; no part is spent beyond its budget."""
    size = 3_000_000 if layout.money == "元" else 90_000
    budgets = [rng.randint(size // 30, size), rng.choice((0, 0, rng.randint(1, size // 5))), 0]
    if rng.random() < 0.3:
        budgets[2] = rng.randint(1, size // 8)
    if rng.random() < 0.3:
        budgets = [budget // 100 * 100 for budget in budgets]
    share = rng.choice((1.0, 1.0, rng.uniform(0.92, 1), rng.uniform(0.45, 0.89), rng.uniform(0.6, 1)))
    executed = [int(budget * share) for budget in budgets]
    initial = budgets if layout.amounts == "IE" or rng.random() < 0.5 else [int(one * 0.9) for one in budgets]
    labels = rng.choice(
        (
            ("年度资金总额", "其中:当年财政拨款", "上年结转资金", "其他资金"),
            ("年度资金总额:", "其中:本年财政拨款", "上年结转资金", "其他资金"),
            ("年度资金总额", "其中:财政拨款", "上年结转", "其他资金"),
        )
    )
    columns = {"I": initial, "B": budgets, "E": executed}
    lines = [
        Amounts(label, {key: _cents(column[place]) for key, column in columns.items()})
        for place, label in enumerate(labels[1:])
    ]
    total = Amounts(labels[0], {key: _cents(sum(column)) for key, column in columns.items()})
    if not budgets[2] and rng.random() < 0.3:
        lines[2] = Amounts(labels[3], dict.fromkeys("IBE", None))
    if rng.random() < 0.15:
        lines = []
    return [total, *lines]


def _cents(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)


# --------------------------------------------------------------------------------------------------------------------
# On paper

HEADERS = {
    "x": "绩效指标",
    "1": "一级指标",
    "2": "二级指标",
    "3": "三级指标",
    "c": "指标性质",
    "T": "年度指标值",
    "u": "度量单位",
    "A": "实际完成值",
    "W": "分值",
    "S": "得分",
    "R": "偏差原因分析及改进措施",
}
NOTES = (
    "注:1.其他资金包括与财政资金共同投入到同一项目的自有资金、社会资金等。",
    "2.满分为100分,各项指标得分最高不能超过该指标分值上限。",
    "填表人:张三  联系电话:0839-7200000  填报日期:次年3月20日",
)
FUNDS_HEADERS = {"I": "年初预算数", "B": "全年预算数", "E": "全年执行数", "r": "执行率", "W": "分值", "S": "得分"}


@dataclass
class Paper:
    """A form laid out in cells. `places` says where each thing stands."""

    cells: dict[Place, Content] = field(default_factory=dict)
    merged: dict[Place, Place] = field(default_factory=dict)
    places: dict[tuple[Any, ...], str] = field(default_factory=dict)
    row: int = 0

    @staticmethod
    def of(form: Filled) -> Paper:
        paper = Paper(row=form.layout.rows_before)
        paper._head(form)
        paper._funds(form)
        if form.layout.has_goal:
            paper._goal()
        paper._indicators(form)
        paper._foot(form)
        return paper

    def grid(self) -> Grid:
        height = 1 + max(row for row, _ in self.cells)
        width = 1 + max(column for _, column in self.cells)
        values: list[list[Any]] = [[None] * width for _ in range(height)]
        formats, errors = {}, {}
        for (row, column), content in self.cells.items():
            if isinstance(content, Shown):
                values[row][column], formats[row, column] = content
            elif isinstance(content, str) and content.startswith("#"):
                errors[row, column] = content
            else:
                values[row][column] = content
        return Grid("Sheet1", values, dict(self.merged), formats, errors=errors)

    def workbook(self) -> bytes:
        book = Workbook()
        sheet = book.active
        sheet.title = "Sheet1"
        for (row, column), content in self.cells.items():
            cell = sheet.cell(row + 1, column + 1, content.value if isinstance(content, Shown) else content)
            if isinstance(content, Shown):
                cell.number_format = content.number_format
            elif isinstance(content, str) and not content.startswith("#"):
                cell.data_type = "s"  # =300 is text
        for (top, left), (bottom, right) in self.merged.items():
            sheet.merge_cells(start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1)
        stream = BytesIO()
        book.save(stream)
        return stream.getvalue()

    # -- writing -----------------------------------------------------------------------------------------------------

    def put(self, column: int, content: Content, *key: Any, until: int | None = None, rows: int = 1) -> None:
        """Write into the current row; remember the place under `key`; merge up to column `until`, over `rows` rows."""
        if content is not None:
            self.cells[self.row, column] = content
        if key:
            self.places[key] = f"{get_column_letter(column + 1)}{self.row + 1}"
        corner = (self.row + rows - 1, column if until is None else until)
        if corner != (self.row, column):
            self.merged[self.row, column] = corner

    def _head(self, form: Filled) -> None:
        year, last = form.layout.year, len(form.layout.columns) - 1
        if form.layout.has_notes:
            self.put(0, "附件3")
            self.row += 1
        name = "部门预算项目支出绩效自评表"
        self.put(0, f"{form.year}年{name}" if year != "line" else name, "title", until=last)
        self.row += 1
        if year != "title":
            shown = f"{form.line_year or form.year}年度"
            self.put(0, f"（{shown}）" if form.layout.wide_brackets else f"({shown})", "year", until=last)
            self.row += 1
        self.put(0, "项目名称")
        self.put(1, form.project, "project", until=last)
        self.row += 1
        half = (last + 1) // 2
        self.put(0, "主管部门")
        self.put(1, form.units[0], until=half - 1)
        self.put(half, "实施单位")
        self.put(half + 1, form.units[1], until=last)
        self.row += 1

    def _funds(self, form: Filled) -> None:
        layout = form.layout
        order = layout.amounts + ("rWS" if layout.rate_first else "WrS")
        money = f"({layout.money})"
        self.put(0, "项目资金" + money * (not layout.money_in_headers), rows=len(form.funds) + 1)
        for column, key in enumerate(order, start=2):
            self.put(column, FUNDS_HEADERS[key] + money * (layout.money_in_headers and key in "IBE"))
        self.row += 1
        for line, amounts in enumerate(form.funds):
            self.put(1, amounts.label)
            for column, key in enumerate(order, start=2):
                content: Content = layout.part_mark
                if key in amounts.values:
                    amount = amounts.values[key]
                    content = None if amount is None else self._amount(amount, layout)
                elif line == 0:
                    filed = {"r": form.rate, "W": form.execution_weight, "S": form.execution_score}[key]
                    content = _number(filed, layout.numbers)
                elif key == "S" and amounts.score is not None:
                    content = amounts.score
                elif key == "r" and layout.rate_on_parts:
                    budget, executed = amounts.values["B" if "B" in layout.amounts else "I"], amounts.values["E"]
                    if amounts.rate is not None:
                        content = amounts.rate
                    elif budget and executed is not None:
                        content = rate_as(layout.rate, Fraction(executed) / Fraction(budget))
                self.put(column, content, "funds", line, key)
            self.row += 1

    @staticmethod
    def _amount(amount: Decimal, layout: Layout) -> Content:
        if layout.amount_style == "number":
            return stored(amount)
        return {
            "thousands": f"{amount:,.2f}",
            "text": plain(amount),
            "unit": f"{plain(amount)}{layout.money}",
            "six decimals": f"{amount:.6f}",
        }[layout.amount_style]

    def _goal(self) -> None:
        self.put(0, "年度总体目标", rows=2)
        self.put(1, "预期目标", until=3)
        self.put(4, "实际完成情况", until=6)
        self.row += 1
        self.put(1, "按计划完成全年各项任务,保障工作正常开展。", until=3)
        self.put(4, "各项任务按计划推进。", until=6)
        self.row += 1

    def _indicators(self, form: Filled) -> None:
        for column, key in enumerate(form.layout.columns):
            self.put(column, HEADERS[key], rows=len(form.rows) + 1 if key == "x" else 1)
        self.row += 1
        top = self.row
        for level in (1, 2):
            self._parents(form, level, top)
        for place, row in enumerate(form.rows):
            self.row = top + place
            contents = self._contents(row, form.layout)
            for column, key in enumerate(form.layout.columns):
                if key not in "x12" and not (row.grouped and row.weight is None and key in "WS"):
                    self.put(column, contents[key], "row", place, key, rows=1 + (row.grouped and key in "WS"))
        self.row = top + len(form.rows)

    def _parents(self, form: Filled, level: int, top: int) -> None:
        column = form.layout.columns.index(str(level))

        def heading(place: int) -> tuple[str, str]:
            return form.rows[place].level1, form.rows[place].measure.level2 if level == 2 else ""

        for key, run in groupby(range(len(form.rows)), heading):
            places = list(run)
            weight = sum((form.rows[place].weight or Decimal(0) for place in places), Decimal(0))
            name = key[level - 1]
            if form.layout.level_weights >= level:
                brackets = "（）" if form.layout.wide_brackets else "()"
                name += f"{brackets[0]}{plain(form.printed.get(key, weight))}分{brackets[1]}"
            self.row = top + places[0]
            merge = len(places) if form.layout.parents == "merged" else 1
            self.put(column, name, "level", *key, rows=merge)
            if form.layout.parents == "repeated":
                for place in places[1:]:
                    self.cells[top + place, column] = name

    @staticmethod
    def _contents(row: Row, layout: Layout) -> dict[str, Content]:
        contents: dict[str, Content] = {
            "3": row.name,
            "T": row.target,
            "A": row.actual,
            "W": _number(row.weight, layout.numbers),
            "S": _number(row.score, layout.numbers),
            "R": row.reason,
        }
        if "u" in layout.columns:
            contents |= {"c": row.sign or None, "T": row.amount, "u": row.unit or None}
            if row.target_is is not None:
                contents |= {"c": None, "T": row.target_is or None, "u": None}
        return contents

    def _foot(self, form: Filled) -> None:
        layout = form.layout
        last = len(layout.columns) - 1
        first = layout.columns.index("W")
        self.put(0, layout.total_label, until=first - 1)
        if layout.total_weight:
            self.put(first, _number(form.total_weight, layout.numbers), "total weight")
        total = form.parts() if form.total is None else form.total
        self.put(layout.columns.index("S"), _number(total, layout.numbers), "total")
        self.row += 1
        if layout.has_remark:
            self.put(0, "说明")
            self.put(1, form.remark, "remark", until=last)
            self.row += 1
        if layout.has_notes:
            for note in NOTES:
                self.put(0, note, until=last)
                self.row += 1


def _number(value: Decimal | Content, style: str) -> Content:
    """Write a weight or score in the form's way; what is no number stays as it is."""
    if not isinstance(value, Decimal):
        return value
    return {
        "number": stored(value),
        "text": plain(value),
        "points": f"{plain(value)}分",
        "decimals": f"{value:.2f}",
        "formatted": Shown(float(value), "0.00"),
    }[style]


# --------------------------------------------------------------------------------------------------------------------
# One fault

Key: TypeAlias = tuple[Any, ...]
Spoil: TypeAlias = Callable[[random.Random, Filled], Key | None]
"""Puts the fault into a form and returns the key of its place; None where the form does not lend itself to it."""

KINDS: dict[str, Spoil] = {}
"""Code of the catalogue, and after a space which fault of that code → what makes it."""


def kind(name: str) -> Callable[[Spoil], Spoil]:
    def register(spoil: Spoil) -> Spoil:
        KINDS[name] = spoil
        return spoil

    return register


def planted(name: str, seed: int) -> tuple[Paper, str, str]:
    """A form with exactly one fault of this kind; its code, and the cell where it must be found."""
    rng = random.Random(f"{name} {seed}")
    while True:
        form = fill(rng)
        key = KINDS[name](rng, form)
        if key is not None and (name == "I09" or names_differ(form)):
            paper = Paper.of(form)
            return paper, name.split()[0], paper.places[key]


def names_differ(form: Filled) -> bool:
    names = [(row.level1, row.measure.level2, row.name) for row in form.rows]
    return len(set(names)) == len(names)


def pick(rng: random.Random, form: Filled, fits: Callable[[Row], bool]) -> tuple[int, Row] | None:
    fitting = form.picked(fits)
    return rng.choice(fitting) if fitting else None


def is_full(row: Row) -> bool:
    return row.completion == 1


def is_counted(row: Row) -> bool:
    return row.measure.kind in ("count", "percent", "ceiling")


def is_short(row: Row) -> bool:
    """Short of a bound that the target itself names, or of a number that can only be a lower one."""
    return row.completion < 1 and (
        row.measure.kind in ("count", "percent") or (row.measure.kind == "ceiling" and bool(row.sign or row.suffix))
    )


def is_explained(row: Row) -> bool:
    """Short, for a reason that has nothing to do with the funds."""
    return row.completion < 1 and row.reason != FUNDS_REASON


def spoil_score(
    rng: random.Random, form: Filled, fits: Callable[[Row], bool], filed: Callable[[Row], Any]
) -> Key | None:
    found = pick(rng, form, fits)
    if found is None:
        return None
    place, row = found
    row.score = filed(row)
    return ("row", place, "S")


@kind("W01")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, is_full)
    if found is None or form.execution_weight != 10:
        return None
    row = found[1]
    assert row.weight is not None
    row.weight += rng.choice((2, 3, 5, Decimal("0.5")))
    row.score = row.weight
    return ("total weight",) if form.layout.total_weight else ("total",)


@kind("W02")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.level1 == OUTPUT)
    if found is None or form.execution_weight != 10:
        return None
    row = found[1]
    assert row.weight is not None
    form.execution_weight = Decimal(rng.choice((5, 7, 8)))
    row.weight += 10 - form.execution_weight
    row.score = row.weight
    form.settle_funds()
    return ("funds", 0, "W")


@kind("W04 first level")
def _(rng: random.Random, form: Filled) -> Key | None:
    level1 = rng.choice(sorted(form.levels))
    if not form.layout.level_weights or form.layout.parents == "repeated":
        return None
    form.printed[level1, ""] = Decimal(form.levels[level1] + rng.choice((-5, 5)))
    return ("level", level1, "")


@kind("W04 second level")
def _(rng: random.Random, form: Filled) -> Key | None:
    row = rng.choice(form.rows)
    if any(one.grouped for one in form.rows) or form.layout.level_weights < 2 or form.layout.parents == "repeated":
        return None
    level = (row.level1, row.measure.level2)
    own = [one.weight or Decimal(0) for one in form.rows if (one.level1, one.measure.level2) == level]
    form.printed[level] = sum(own, Decimal(0)) + rng.choice((1, 2))
    return ("level", *level)


@kind("W05")
def _(rng: random.Random, form: Filled) -> Key | None:
    if form.layout.level_weights or form.rows[-1].grouped:
        return None
    form.rows.append(
        answer(rng, Row(SATISFACTION, MEASURES[SATISFACTION][0], "受益单位满意度"), form.layout, "met", form.year)
    )
    return ("row", len(form.rows) - 1, "W")


@kind("F01")
def _(rng: random.Random, form: Filled) -> Key | None:
    wrong = form.exact_rate + Fraction(rng.choice((-13, -9, -4, 3, 7)), 100)
    if not 0 < wrong <= 1:
        return None
    form.rate = rate_as(form.layout.rate, wrong)
    return ("funds", 0, "r")


@kind("F01 of a part")
def _(rng: random.Random, form: Filled) -> Key | None:
    if len(form.funds) == 1 or form.layout.rate not in ("whole", "two", "bare text"):
        return None
    form.layout = replace(form.layout, rate_on_parts=True)
    form.funds[1].rate = "45%"
    budget, executed = form.funds[1].values["B" if "B" in form.layout.amounts else "I"], form.funds[1].values["E"]
    assert budget is not None
    assert executed is not None
    return ("funds", 1, "r") if executed / budget > Decimal("0.5") else None


@kind("F02 a part")
def _(rng: random.Random, form: Filled) -> Key | None:
    column = rng.choice(form.layout.amounts)
    if len(form.funds) == 1:
        return None
    part = form.funds[1]
    amount = part.values[column]
    assert amount is not None
    part.values[column] = amount - min(amount / 2, Decimal(20)) if column == "E" else amount + 20
    return ("funds", 0, column)


@kind("F02 zero total")
def _(rng: random.Random, form: Filled) -> Key | None:
    if len(form.funds) == 1 or form.layout.rate not in ("whole", "two"):
        return None
    form.rate, form.execution_score = rng.choice((("0", Decimal(0)), ("100%", form.execution_weight)))
    form.funds[0].values = dict.fromkeys("IBE", Decimal(0))
    if form.remark in (None, "无"):
        form.layout, form.remark = replace(form.layout, has_remark=True), LOW_RATE_REMARKS[0]
    return ("funds", 0, rng.choice(form.layout.amounts))


@kind("F03")
def _(rng: random.Random, form: Filled) -> Key | None:
    extra = form.budget - form.executed + rng.randint(1, 9)
    for amounts in form.funds[:2]:
        executed = amounts.values["E"]
        assert executed is not None
        amounts.values["E"] = executed + extra
    form.settle_funds()
    return ("funds", 0, "E")


@kind("F03 a part")
def _(rng: random.Random, form: Filled) -> Key | None:
    column = "B" if "B" in form.layout.amounts else "I"
    if len(form.funds) == 1:
        return None
    over, other = form.funds[1].values, form.funds[2].values
    budget, executed, spare = over[column], over["E"], other["E"]
    assert budget is not None
    assert executed is not None
    assert spare is not None
    moved = budget - executed + 1
    if moved > spare:
        return None
    over["E"], other["E"] = executed + moved, spare - moved
    return ("funds", 1, "E")


@kind("F04")
def _(rng: random.Random, form: Filled) -> Key | None:
    column = "B" if "B" in form.layout.amounts else "I"
    nothing = rng.choice((Decimal(0), None))
    for amounts in form.funds:
        amounts.values[column] = nothing
    form.rate, form.execution_score = "100%", form.execution_weight
    return ("funds", 0, column)


@kind("F05")
def _(rng: random.Random, form: Filled) -> Key | None:
    places = rng.choice((0, 2))
    shown = cut(form.exact_rate * 100, places)
    if shown == rounded(form.exact_rate * 100, places):
        return None
    form.rate = f"{shown}%"
    return ("funds", 0, "r")


@kind("F06")
def _(rng: random.Random, form: Filled) -> Key | None:
    if len(form.funds) == 1 or not isinstance(form.execution_score, Decimal):
        return None
    form.funds[1].score = _number(form.execution_score, form.layout.numbers)
    return ("funds", 1, "S")


@kind("F07")
def _(rng: random.Random, form: Filled) -> Key | None:
    form.total = form.parts()
    form.execution_weight, form.execution_score = Decimal(100), form.total
    return ("funds", 0, rng.choice("WS"))


@kind("F08")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: row.measure.name == "补助发放及时率" and is_full(row))
    if found is None or form.exact_rate > Fraction(98, 100):
        return None
    place, row = found
    row.name, row.target_is, row.actual = "预算执行率", "≥90%", "99.5%"
    return ("row", place, "A")


@kind("F08 cost")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: row.measure.level2 == "成本指标" and is_full(row))
    if found is None:
        return None
    place, row = found
    row.name, row.target_is = "项目总成本", f"≤{plain(form.budget)}{form.layout.money}"
    row.actual, row.reason = (
        f"{plain(form.executed - min(form.executed / 10, Decimal(7)).quantize(Decimal(1)) - 1)}{form.layout.money}",
        None,
    )
    return ("row", place, "A")


@kind("S01")
def _(rng: random.Random, form: Filled) -> Key | None:
    if form.exact_rate > Fraction(85, 100):
        return None
    form.execution_score = form.execution_weight
    return ("funds", 0, "S")


@kind("S02")
def _(rng: random.Random, form: Filled) -> Key | None:
    exact = Fraction(form.execution_weight) * form.exact_rate
    places = rng.choice((0, 1))
    filed = rng.choice((rounded(exact, places), cut(exact, places), cut(exact, 2)))
    if filed == rounded(exact):
        return None
    form.execution_score = filed
    return ("funds", 0, "S")


@kind("S03")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_score(rng, form, is_full, lambda row: row.full + rng.choice((1, 2, Decimal("0.5"))))


@kind("S03 execution")
def _(rng: random.Random, form: Filled) -> Key | None:
    form.execution_score = form.execution_weight + 1
    return ("funds", 0, "S")


@kind("S04")
def _(rng: random.Random, form: Filled) -> Key | None:
    form.total = form.parts() + rng.choice((-2, -1, Decimal("0.5"), Decimal("-0.05")))
    return ("total",)


@kind("S05")
def _(rng: random.Random, form: Filled) -> Key | None:
    def fits(row: Row) -> bool:
        return is_short(row) and all(
            rounded(row.exact, places) != row.weight and cut(row.exact, places) != row.weight for places in (0, 1, 2)
        )

    return spoil_score(rng, form, fits, lambda row: row.weight)


@kind("S05 in other words")
def _(rng: random.Random, form: Filled) -> Key | None:
    level2, name, target, actual, share = (piece.strip() for piece in rng.choice(NOT_MET).split("|"))
    found = pick(rng, form, lambda row: row.measure.level2 == level2 and is_full(row) and not row.surplus)
    if found is None:
        return None
    place, row = found
    row.name, row.target_is, row.actual, row.completion = name, target, actual, Fraction(share)
    row.reason = SHORT_REASONS[0]
    row.score = row.weight
    return ("row", place, "S") if rounded(row.exact, 0) < row.full else None


@kind("S06")
def _(rng: random.Random, form: Filled) -> Key | None:
    def filed(row: Row) -> Decimal:
        return rounded(row.exact) - Decimal("0.37")

    def fits(row: Row) -> bool:
        near = [way(row.exact, places) for way in (rounded, cut) for places in (0, 1, 2)]
        return is_short(row) and filed(row) > 0 and filed(row) not in near

    return spoil_score(rng, form, fits, filed)


@kind("S07")
def _(rng: random.Random, form: Filled) -> Key | None:
    way, places = rng.choice((rounded, cut)), rng.choice((0, 1))

    def fits(row: Row) -> bool:
        return is_short(row) and 0 < way(row.exact, places) != rounded(row.exact)

    return spoil_score(rng, form, fits, lambda row: way(row.exact, places))


@kind("S08")
def _(rng: random.Random, form: Filled) -> Key | None:
    def fits(row: Row) -> bool:
        return is_full(row) and row.full > 2 and row.actual != "达成预期指标"

    key = spoil_score(rng, form, fits, lambda row: row.full - 1)
    if key is not None:
        row = form.rows[key[1]]
        if row.surplus or row.measure.kind == "pair":
            return None
        row.reason = None
    return key


@kind("S09")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_score(rng, form, lambda row: row.actual == PARTLY, lambda row: row.weight)


@kind("S09 third band")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: row.measure.kind == "mood" and is_full(row))
    if found is None:
        return None
    place, row = found
    row.actual, row.reason = "未达成预期指标且效果较差", SHORT_REASONS[0]
    row.score = rounded(Fraction(row.full) * Fraction(8, 10))
    return ("row", place, rng.choice("AS"))


@kind("S10")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, is_full)
    if found is None:
        return None
    found[1].actual = rng.choice((None, None, "/", "—"))
    return ("row", found[0], rng.choice("AS"))


@kind("S11")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_score(rng, form, is_full, lambda row: None)


@kind("S11 execution")
def _(rng: random.Random, form: Filled) -> Key | None:
    form.execution_score = None
    return ("funds", 0, "S")


@kind("S11 everywhere")
def _(rng: random.Random, form: Filled) -> Key | None:
    for row in form.rows:
        row.score = None
    return ("row", rng.choice(form.picked(lambda row: True))[0], "S")


@kind("S12 execution")
def _(rng: random.Random, form: Filled) -> Key | None:
    form.execution_score = rng.choice(("优", "#DIV/0!", Decimal(-1)))
    return ("funds", 0, "S")


@kind("S12 words")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_score(rng, form, is_full, lambda row: rng.choice(("优", "合格", "满分")))


@kind("S12 negative")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_score(rng, form, lambda row: True, lambda row: Decimal(-rng.choice((1, 2))))


@kind("S12 error value")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_score(rng, form, is_full, lambda row: rng.choice(("#REF!", "#VALUE!", "#DIV/0!")))


def spoil_row(rng: random.Random, form: Filled, fits: Callable[[Row], bool], column: str, **values: Any) -> Key | None:
    found = pick(rng, form, fits)
    if found is None or column not in form.layout.columns:
        return None
    for name, value in values.items():
        setattr(found[1], name, value)
    return ("row", found[0], column)


@kind("D01")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_row(rng, form, is_explained, "R", reason=None)


@kind("D02")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_row(rng, form, lambda row: row.surplus, "R", reason=rng.choice((None, "无")))


@kind("D02 without a column for reasons")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.kind == "count" and row.unit != "")
    if found is None or form.has_reasons:
        return None
    place, row = found
    row.actual = f"{int(str(row.amount)) * 2}{row.unit}"
    return ("row", place, "A")


@kind("D03")
def _(rng: random.Random, form: Filled) -> Key | None:
    if form.exact_rate >= Fraction(9, 10) or any(row.reason == FUNDS_REASON for row in form.rows):
        return None
    form.remark = rng.choice((None, "无", "/"))
    return ("funds", 0, "r")


@kind("D04")
def _(rng: random.Random, form: Filled) -> Key | None:
    empty = rng.choice(
        ("无", "0", "—", "/", 0, "5", "-", "无。", "暂无", "没有", "无偏差", "N/A", "无原因,无改进措施", "不涉及")
    )
    return spoil_row(rng, form, is_explained, "R", reason=empty)


@kind("I01")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_row(rng, form, is_full, "T", target_is="")


@kind("I02")
def _(rng: random.Random, form: Filled) -> Key | None:
    values = {"actual": None, "score": Decimal(0), "reason": rng.choice(SHORT_REASONS)}
    return spoil_row(rng, form, is_full, "A", **values)


@kind("I03")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and is_counted(row) and row.sign in ("≥", "≤", "不低于", ">="))
    if found is None:
        return None
    place, row = found
    row.actual = f"{row.sign}{row.amount}{row.unit}"
    row.surplus, row.reason = False, None
    return ("row", place, "A")


@kind("I03 in a suffix")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and is_counted(row) and row.suffix in ("以上", "以内"))
    if found is None:
        return None
    place, row = found
    row.actual = row.target
    row.surplus, row.reason = False, None
    return ("row", place, "A")


@kind("I04 words for a number")
def _(rng: random.Random, form: Filled) -> Key | None:
    fits = lambda row: is_full(row) and row.measure.kind in ("count", "percent")  # noqa: E731
    return spoil_row(rng, form, fits, "A", actual=rng.choice(("达成预期指标", "已完成", "完成较好")))


@kind("I04 percent for words")
def _(rng: random.Random, form: Filled) -> Key | None:
    fits = lambda row: row.measure.kind in ("words", "mood") and is_full(row) and row.amount != "否"  # noqa: E731
    return spoil_row(rng, form, fits, "A", actual=rng.choice(("100%", Shown(1.0, "0%"))))


@kind("I04 number for a date")
def _(rng: random.Random, form: Filled) -> Key | None:
    return spoil_row(rng, form, lambda row: row.measure.kind == "date", "A", actual="100%")


@kind("I05")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.level1 == SATISFACTION and row.sign == "≥")
    if found is None:
        return None
    place, row = found
    row.sign, row.actual = "≤", f"{row.amount}%"
    return ("row", place, "T")


@kind("I05 good rate")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.kind == "percent" and row.sign == "≥")
    if found is None:
        return None
    place, row = found
    row.sign, row.actual = "≤", f"{row.amount}%"
    row.surplus, row.reason = False, None
    return ("row", place, "T")


@kind("I05 bad rate")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.kind == "bad rate" and row.sign == "≤")
    if found is None:
        return None
    place, row = found
    row.sign, row.actual = "≥", f"{row.amount}%"
    return ("row", place, "T")


@kind("I05 cost")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.name in ("培训费用", "路灯维修成本", "印刷费用"))
    if found is None:
        return None
    place, row = found
    row.sign, row.suffix = "≥", ""
    row.actual = f"{row.amount}{row.unit}"
    return ("row", place, "T")


@kind("I05 harm")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.level2 == "社会效益指标")
    if found is None or "c" in form.layout.columns:
        return None
    place, row = found
    row.name, row.reason = rng.choice(("安全生产责任事故发生起数", "群众投诉件数")), None
    row.target_is, row.actual = "≥2件", "2件"
    return ("row", place, "T")


@kind("I06 ten thousand")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.unit == "户")
    if found is None:
        return None
    place, row = found
    row.name, row.target_is, row.actual, row.reason = "管护林地面积", "≥3.5万亩", "3.8", None
    return ("row", place, "A")


@kind("I06 scale")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_short(row) and row.measure.unit == "户")
    if found is None:
        return None
    place, row = found
    row.name, row.target_is, row.actual, row.completion = "印刷宣传页数", "10万", "5", Fraction(1, 2)
    row.score = rounded(row.exact)
    return ("row", place, "A")


@kind("I06 unit")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.unit in ("人次", "盏", "户") and row.unit != "")
    if found is None:
        return None
    place, row = found
    row.actual = f"{rng.randint(3, 9)}{'场' if row.unit == '人次' else '平方米'}"
    row.surplus, row.reason = False, None
    return ("row", place, "A")


@kind("I07 money under 数量")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.level2 == "数量指标")
    if found is None:
        return None
    place, row = found
    row.name, row.sign, row.amount, row.unit, row.suffix = "偿还历史欠款", "≥", "10", "万元", ""
    row.actual, row.target_is, row.reason = "10万元", None, None
    return ("row", place, "3")


@kind("I07 accidents under 满意度")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.level1 == SATISFACTION)
    if found is None:
        return None
    place, row = found
    row.name, row.target_is, row.actual = "重大安全事故发生数", "0起", "0起"
    return ("row", place, "3")


@kind("I07 no figure under 成本")
def _(rng: random.Random, form: Filled) -> Key | None:
    costs = form.picked(lambda row: row.measure.level2 == "成本指标")
    whole = [row for row in form.rows if row.measure.level2 == "成本指标"]
    if not costs or COST in form.levels or len(costs) < len(whole) or any(row.completion < 1 for row in whole):
        return None
    for (_, row), name in zip(costs, ("预算管理", "成本管理", "费用开支管理"), strict=False):
        row.name, row.target_is, row.actual, row.reason = name, "严格", "严格", None
    return ("row", rng.choice(costs)[0], "T")


@kind("I08 in the target")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.kind in ("count", "percent"))
    if found is None:
        return None
    place, row = found
    row.target_is = rng.choice(("≥**个", "≥XX%", "XX", "≥××%", "请填写"))
    return ("row", place, "T")


@kind("I08 hint")
def _(rng: random.Random, form: Filled) -> Key | None:
    found = pick(rng, form, lambda row: is_full(row) and row.measure.kind == "count")
    if found is None:
        return None
    place, row = found
    row.name = f"{row.measure.name}{rng.choice((f'(≥**{row.measure.unit})', '(≥**)', 'XX'))}"
    return ("row", place, "3")


@kind("I08 empty row")
def _(rng: random.Random, form: Filled) -> Key | None:
    place = rng.randrange(1, len(form.rows))
    before = form.rows[place - 1]
    if before.grouped:
        return None
    form.rows.insert(
        place,
        Row(before.level1, before.measure, rng.choice(("指标2:", "……", "指标3", "指标3:……", "指标n", "×××", "请填写"))),
    )
    return ("row", place, "3")


@kind("I09")
def _(rng: random.Random, form: Filled) -> Key | None:
    rows = form.picked(lambda row: True)
    doubles = [
        (place, first, row)
        for place, row in rows
        for before, first in rows
        if before < place and (first.level1, first.measure.level2) == (row.level1, row.measure.level2)
    ]
    if not doubles:
        return None
    place, first, row = rng.choice(doubles)
    twin = replace(first, weight=row.weight, name=rng.choice((first.name, f"★{first.name}", f"{first.name} ")))
    twin.score = rounded(twin.exact)
    form.rows[place] = twin
    return ("row", place, "3")


@kind("I10")
def _(rng: random.Random, form: Filled) -> Key | None:
    words = {"更换路灯数量": "路灯", "举办业务培训人次": "培训", "开展监督检查次数": "检查", "群众满意度": "群众"}
    found = pick(rng, form, lambda row: row.measure.name in words)
    if found is None:
        return None
    place, row = found
    word = words[row.measure.name]
    row.name = row.name.replace(word, word * 2)
    return ("row", place, "3")


@kind("I11")
def _(rng: random.Random, form: Filled) -> Key | None:
    target, actual = rng.choice((("满意", "满意"), ("基本满意", "满意"), ("较满意", "较满意")))
    values = {"target_is": target, "actual": actual, "reason": None}
    return spoil_row(rng, form, lambda row: is_full(row) and row.level1 == SATISFACTION, "T", **values)


@kind("I12")
def _(rng: random.Random, form: Filled) -> Key | None:
    if form.layout.year != "both":
        return None
    form.line_year = form.year + rng.choice((-1, 1))
    return ("year",)
