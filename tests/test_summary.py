"""The result workbook: what stands on it, said without any spreadsheet program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from perf_xl.auditing import audit
from perf_xl.consolidating import Consolidation, FileLine, Partial, conclude, digest
from perf_xl.errors import WorkbookUnreadable
from perf_xl.reading import read_forms
from perf_xl.scoring import score
from perf_xl.summary import (
    FILES,
    FINDINGS,
    FUNDS,
    PROJECTS,
    SOURCES,
    WORKINGS,
    control_totals,
    ranked,
    summary_book,
    written,
    written_unit,
)
from perf_xl.sheets import Book, Cell, Sheet
from perf_xl.workbooks import read_grids

Row = tuple[str, str, str, Any, Any, float, float]
"""level 1, level 2, level 3, target, actual, weight, score"""


@dataclass(frozen=True)
class Filed:
    """One project's form, small and complete: 10 for the rate, 50, 30, 10 for the levels."""

    project: str
    unit: str
    budget: float
    executed: float
    rows: tuple[Row, ...]
    total: float
    year: int = 2023


def filed(project: str, unit: str, budget: float, executed: float, repairs: Any, done: Any, quality: str, content: Any) -> Filed:
    rows: tuple[Row, ...] = (
        ("产出指标", "数量指标", "完成维修维护次数", repairs, done, 20, 20),
        ("产出指标", "数量指标", "印刷页数", "2万张以上", "2.2万", 10, 10),
        ("产出指标", "质量指标", "维修质量达标情况", "质量合格", quality, 10, 9),
        ("产出指标", "时效指标", "支付及时率", "≥95%", "90%", 10, 9.47),
        ("效益指标", "社会效益指标", "提供务工收入人数", "50人", "58人", 30, 30),
        ("满意度指标", "服务对象满意度指标", "企业满意度", "≥90%", content, 10, 10),
    )
    total = round(10 * executed / budget + sum(row[6] for row in rows), 2)
    return Filed(project, unit, budget, executed, rows, total)


FIVE = (
    filed("会议费及参阅印制", "综合股", 10, 6.5, "3次以上", "5次", "合格", "95%"),
    filed("公共资源交易中心硬件设备采购", "公共资源交易中心", 10, 4.41, "5次", "3次", "合格", "92%"),
    filed("政府网站运营维护", "政务信息中心", 20, 18, "2次以上", "2次", "合格", "96.5%"),
    filed("机关维修维护", "应急综合事务中心", 28, 20, "8次以上", "10", "部分达成预期指标并具有一定效果70%", "88%"),
    filed("政府机关购买服务及考核奖", "办公室", 10, 3, "4次", "4次", "合格", "90%"),
)


def write_form(path: Path, form: Filed) -> None:
    """The official form, filled in."""
    book = Workbook()
    sheet = book.active
    sheet.title = "绩效自评表"
    sheet["A1"] = f"{form.year}年部门预算项目支出绩效自评表"
    sheet["A2"], sheet["B2"] = "项目名称", form.project
    sheet["A3"], sheet["B3"], sheet["E3"], sheet["F3"] = "主管部门", "正宁县人民政府办公室", "实施单位", form.unit
    heads = ("项目资金(万元)", "年初预算数", "全年预算数", "全年执行数", "执行率(%)", "分值", "得分")
    lines: list[Sequence[Any]] = [heads]
    rate = form.executed / form.budget
    lines.append(("年度资金总额", form.budget, form.budget, form.executed, f"{rate:.2%}", 10, round(10 * rate, 2)))
    lines.append(("其中:当年财政拨款", form.budget, form.budget, form.executed))
    lines.append(("上年结转资金", 0, 0, 0))
    lines.append(("其他资金", 0, 0, 0))
    lines.append(("年度总体目标", "预期目标", None, None, "实际完成情况"))
    lines.append((None, "按计划完成", None, None, "已完成"))
    lines.append(("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值(权重)", "得分", "偏差原因分析及改进措施"))
    lines += form.rows
    lines.append(("总分", None, None, None, None, 100, form.total))
    lines.append(("说明", "无"))
    for line in lines:
        sheet.append(line)
    for cells in sheet.iter_rows():
        for cell in cells:
            if cell.data_type == "f":  # "=100%" is what a person typed, no formula
                cell.data_type = "s"
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def consolidated(folder: Path, forms: Sequence[Filed] = FIVE, as_one: str | None = None, **others: bytes) -> Consolidation:
    """Write the forms, read them back, consolidate; `others` are further files by name."""
    for number, form in enumerate(forms, 1):
        write_form(folder / "报送" / f"{number:02d} {form.unit}#1.xlsx", form)
    for name, data in others.items():
        (folder / "报送" / name).write_bytes(data)
    parts = []
    for path in sorted((folder / "报送").iterdir()):
        name = f"报送/{path.name}"
        if path.name.startswith("~$"):
            parts.append(Partial(files=(FileLine(name, "temporary"),)))
            continue
        try:
            scores = [score(form) for form in read_forms(read_grids(path.read_bytes(), name), name)]
        except WorkbookUnreadable as refusal:
            parts.append(Partial(files=(FileLine(name, "refused", refusal.code, refusal.sentence),)))
            continue
        tables = tuple(digest(one, audit(one)) for one in scores)
        parts.append(Partial(tables, (FileLine(name, "read", forms=len(tables)),)))
    return conclude(Partial.sum(parts), as_one=as_one)
