"""The shipped example (演示): five second-level projects of one unit, as their five self-evaluation forms.

The unit, the projects, their budgets, the sum of what was executed and the indicators are those of a published form; what
it does not tell (how the executed amount is split, who delivered what) is made up and marked 示例 in 说明.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from perf_xl.exact import round_half_up
from perf_xl.saving import write_bytes
from perf_xl.sheets import Book
from perf_xl.template import FiledFunds, FiledIndicator, Filing, form_sheet
from perf_xl.writing import write_book

UNIT = "正宁县人民政府办公室"
PROJECT = "2023年政府网站运营维护、机关维修等运转项目"
TITLE = "2023年部门预算项目支出绩效自评表"
FILED = "自评表"
"""Folder, inside the demo's, of what the unit filed."""
REPORT = "自评报告.docx"
"""Name of the report of the consolidated form."""

OUTPUT, BENEFIT, SATISFACTION = "产出指标", "效益指标", "满意度指标"
Row = tuple[str, str, str, str, str, str, str]

_MANAGED: Row = (OUTPUT, "成本指标", "是否严格各类预算管理", "是", "是", "10", "10")
_ENTERPRISES: Row = (BENEFIT, "社会效益指标", "是否通过项目实施实现中小企业健康发展", "是", "是", "30", "30")
_SATISFIED: tuple[Row, Row] = (
    (SATISFACTION, "满意度指标", "企业满意度", "基本满意", "满意", "5", "5"),
    (SATISFACTION, "满意度指标", "职工满意度", "基本满意", "满意", "5", "5"),
)


def _workers(target: str, actual: str) -> tuple[Row, Row]:
    shared = (*_ENTERPRISES[:5], "15", "15")
    return shared, (BENEFIT, "社会效益指标", "提供务工收入人数(人)", target, actual, "15", "15")


_EXAMPLES: tuple[tuple[str, str, str, str, str, tuple[Row, ...], dict[str, str]], ...] = (
    (
        "会议费及参阅印制", "10", "3.41", "3.41", "保障县政府各类会议和参阅资料印制。",
        (
            (OUTPUT, "数量指标", "印刷页数", "20万张以上", "22万", "20", "20"),
            (OUTPUT, "质量指标", "印刷质量达标情况", "质量合格", "合格", "10", "10"),
            (OUTPUT, "时效指标", "支付及时情况", "及时", "及时", "10", "10"),
            _MANAGED, _ENTERPRISES, *_SATISFIED,
        ),
        {},
    ),
    (
        "正宁县公共资源交易中心硬件设备采购", "10", "0", "0", "完成县公共资源交易中心硬件设备采购。",
        (
            (OUTPUT, "数量指标", "采购硬件设备数量", "12台套", "0台套", "20", "0"),
            (OUTPUT, "时效指标", "采购完成时间", "2023年12月底前", "未完成", "20", "0"),
            _MANAGED, _ENTERPRISES, *_SATISFIED,
        ),
        {
            "采购硬件设备数量": "立项前期调研不足,采购未能落地,结转下年实施。",
            "采购完成时间": "同上。",
        },
    ),
    (
        "政府网站运营维护", "20", "18.5", "9.25", "保障政府网站全年高效运转,信息及时更新。",
        (
            (OUTPUT, "数量指标", "完成网站维护次数", "3次以上", "3", "15", "15"),
            (OUTPUT, "质量指标", "确保政府网站高效运转", "高效运转", "高效运转", "10", "10"),
            (OUTPUT, "时效指标", "支付及时情况", "及时", "及时", "5", "5"),
            (OUTPUT, "时效指标", "是否影响网站信息更新", "否", "否", "10", "10"),
            _MANAGED, _ENTERPRISES, *_SATISFIED,
        ),
        {},
    ),
    (
        "机关维修维护", "28", "22", "10", "完成机关办公用房和设施的日常维修。",
        (
            (OUTPUT, "数量指标", "完成维修维修次数", "8次以上", "10", "20", "20"),
            (OUTPUT, "质量指标", "维修质量达标情况", "质量合格", "合格", "10", "10"),
            (OUTPUT, "时效指标", "支付及时情况", "及时", "及时", "10", "10"),
            _MANAGED, *_workers("30", "36"), *_SATISFIED,
        ),
        {},
    ),
    (
        "政府机关购买服务及考核奖", "10", "8", "8", "购买社会服务,偿还以前年度欠款。",
        (
            (OUTPUT, "数量指标", "偿还历史欠款", "10万", "5", "20", "10"),
            (OUTPUT, "时效指标", "支付及时情况", "及时", "及时", "20", "20"),
            _MANAGED, *_workers("20", "22"), *_SATISFIED,
        ),
        {},
    ),
)  # fmt: skip
"""Project, 全年预算数, 全年执行数, filed execution score, goal, indicators, reasons by name."""


def filings() -> list[Filing]:
    """Return the five forms; two carry a mistake that published forms are full of (S01, D01)."""
    return [_filing(*example) for example in _EXAMPLES]


def _filing(
    project: str, budget: str, executed: str, execution_score: str, goal: str, rows: tuple[Row, ...], reasons: dict[str, str]
) -> Filing:  # fmt: skip
    whole, spent, zero = Decimal(budget), Decimal(executed), Decimal(0)
    indicators = tuple(
        FiledIndicator(level1, level2, name, target, actual, Decimal(weight), Decimal(score), reasons.get(name))
        for level1, level2, name, target, actual, weight, score in rows
    )
    points = Decimal(execution_score)
    funds = (
        FiledFunds("年度资金总额", whole, whole, spent, round_half_up(spent / whole, 4), Decimal(10), points),
        FiledFunds("其中:当年财政拨款", whole, whole, spent),
        FiledFunds("上年结转资金", zero, zero, zero),
        FiledFunds("其他资金", zero, zero, zero),
    )
    total = points + sum((one.score for one in indicators if one.score is not None), zero)
    remark = "示例:各项目执行数按合计51.91万元拆分,指标按原表和自评报告分到各项目。"
    done = goal if spent else "未实施,结转下年。"
    return Filing(TITLE, f"2023年{project}项目", UNIT, UNIT, funds, goal, done, indicators, total, remark)


def write_example(folder: Path) -> list[Path]:
    """Write the five forms, a damaged file and an owner file into `folder/自评表`; what is there already is kept.

    Raises:
        OutputNotWritable: the folder cannot be written to.
    """
    home = folder / FILED
    written = []
    for filing in filings():
        path = home / f"{filing.project}.xlsx"
        if not path.exists():
            write_book(Book([form_sheet(filing)], filing.title), path)
        written.append(path)
    damaged = home / "2023年政府网站运营维护项目(下载不完整).xlsx"
    if not damaged.exists():
        write_bytes(written[2].read_bytes()[:4000], damaged)
    owner = home / f"~${written[3].name}"
    if not owner.exists():
        write_bytes(b"\x06" + b"\x20" * 164, owner)
    return [*written, damaged, owner]


def what_to_open(folder: Path, output: Path) -> list[str]:
    """Return, in words, what to look at first."""
    return [
        "",
        "接下来请打开:",
        f"  1. {output} 的第一张表:五个二级项目汇总成的自评表,可直接打印签字;",
        "  2. 同一工作簿的“问题”:每条问题写明单元格、应填多少、怎么改;“来源”:点击链接可回到原表的单元格;",
        f"  3. {folder / REPORT}:按汇总表写出的自评报告,黄色处由人填写,表里的问题在相应的句子上有批注;",
        f"  4. {folder / '标注副本'}:每张表的问题都用批注和颜色标在单元格上,“审核意见”表可填写说明;",
        f"  5. {folder / '审核汇总.xlsx'}:最常见的错误,按单位、按代码的清单;",
        f"  6. {folder / FILED}:五张自评表原件(未作任何改动),其中一个损坏的文件已拒读并列在“文件清单”。",
    ]
