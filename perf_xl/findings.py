"""A finding (问题) and the catalogue of codes.

A finding is a value: it never stops anything and never changes a number. Codes are given once and never reused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

ERROR, DOUBT, ADVICE = "错误", "疑点", "提示"
SEVERITIES = (ERROR, DOUBT, ADVICE)

STATES = {"read": "读取", "refused": "拒读", "temporary": "临时文件", "duplicate": "重复"}
"""What becomes of a file; every file seen is in one of them."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One code of the catalogue: what it is about, where it comes from, how to mend it, and two examples."""

    code: str
    severity: str
    title: str
    source: str
    """Dotted name of the rulebook value it rests on, or the text's own name."""
    cure: str
    bad: str
    good: str


@dataclass(frozen=True, slots=True)
class Finding:
    """问题: code, severity, place, what was found, what is expected, how to mend it, citation."""

    code: str
    severity: str
    title: str
    file: str
    sheet: str
    cell: str
    message: str
    found: str | None = None
    expected: str | None = None
    citation: str = ""
    sources: Sequence[Any] = field(default=(), compare=False)
    """For a conflict: the `consolidating.Source`s that cannot be brought together."""

    @property
    def order(self) -> tuple[Any, ...]:
        """Severity first, then content; the file name last among equals of content."""
        return (SEVERITIES.index(self.severity), self.code, self.message, self.sheet, self.cell, self.file)

    def sentence(self) -> str:
        """Return the line a person reads: `S03` 错误 · 文件「表」G14:……"""
        where = f"{self.file}「{self.sheet}」{self.cell}" if self.sheet else f"{self.file} {self.cell}".rstrip()
        cited = f"(依据:{self.citation})" if self.citation else ""
        return f"{self.code} {self.severity} · {where}:{self.message}{cited}"


CATALOGUE: dict[str, Rule] = {}


def catalogue(*rules: Rule) -> None:
    """Add rules to the catalogue; a code given twice is a mistake of ours."""
    for rule in rules:
        if rule.code in CATALOGUE:
            raise ValueError(f"{rule.code} is already in the catalogue")
        CATALOGUE[rule.code] = rule


def count_by_severity(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity, all three named."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for finding in findings:
        counts[finding.severity] += 1
    return counts


def finding(
    code: str,
    message: str,
    *,
    file: str = "",
    sheet: str = "",
    cell: str = "",
    found: str | None = None,
    expected: str | None = None,
    severity: str | None = None,
    citation: str | None = None,
    sources: Sequence[Any] = (),
) -> Finding:
    """Make a finding of a catalogued code. `severity` may only lower what the catalogue says."""
    rule = CATALOGUE[code]
    if severity is not None and SEVERITIES.index(severity) < SEVERITIES.index(rule.severity):
        raise ValueError(f"{code}: the severity of a finding is never raised")
    return Finding(
        code=code,
        severity=severity or rule.severity,
        title=rule.title,
        file=file,
        sheet=sheet,
        cell=cell,
        message=message,
        found=found,
        expected=expected,
        citation=rule.source if citation is None else citation,
        sources=sources,
    )


FILES, READING, CONSOLIDATING = "文件要求", "读取要求", "自评表表注3"

catalogue(
    Rule(
        "X01",
        ERROR,
        "文件无法读取",
        FILES,
        "按提示解密、修复或另存为 Excel 工作簿(*.xlsx)后重新报送。",
        "报送的是加密的工作簿,或文件下载不完整。",
        "能直接打开、未加密的 Excel 或 WPS 表格。",
    ),
    Rule(
        "X02",
        ERROR,
        "未找到自评表",
        FILES,
        "确认报送的是项目支出绩效自评表,且表头(一级指标、三级指标、年度指标值、实际完成值等)没有被删除。",
        "工作簿里只有封面和汇总说明。",
        "工作簿里有一张带完整表头的自评表。",
    ),
    Rule(
        "X03",
        DOUBT,
        "读取结果需核对",
        READING,
        "打开原文件核对所列单元格;公式没有结果的,打开后保存一次即可。",
        "总分单元格是公式,但文件由其他程序生成,没有保存计算结果。",
        "用 Excel 或 WPS 打开并保存过的工作簿。",
    ),
    Rule(
        "C01",
        ADVICE,
        "同一项目重复报送(内容一致)",
        CONSOLIDATING,
        "已只计一次,无须处理;请删除多余的文件。",
        "同一单位的同一张自评表以两个文件名报送。",
        "每个单位每个项目一个文件。",
    ),
    Rule(
        "C02",
        ERROR,
        "同一项目重复报送(内容不同)",
        CONSOLIDATING,
        "请确认以哪一份为准,删除或移出另一份后重新汇总;确认前各份均未计入。",
        "同一单位的同一项目报送了两份数字不同的自评表。",
        "每个单位每个项目只保留一份定稿。",
    ),
    Rule(
        "C03",
        ERROR,
        "单位或方向不同,不能汇总",
        CONSOLIDATING,
        "请各单位统一该指标的计量单位和方向(≥或≤)后重新报送;该指标未计入汇总。",
        "同名指标,一家按“次”,一家按“人”。",
        "各单位都用“次”,或都用能换算的单位(米、公里)。",
    ),
    Rule(
        "C04",
        ERROR,
        "性质不同,不能汇总",
        CONSOLIDATING,
        "请各单位统一该指标的口径(绝对值、相对值或文字)后重新报送;该指标未计入汇总。",
        "同名指标,一家填“95%”,一家填“合格”。",
        "各单位都填比率,或都填文字。",
    ),
    Rule(
        "C05",
        ERROR,
        "名单单位未报送",
        CONSOLIDATING,
        "请催报;已报送的,请核对自评表中的实施单位名称与名单是否一致。",
        "名单上有城关镇,文件夹里没有它的自评表。",
        "名单上的单位都有自评表。",
    ),
    Rule(
        "C06",
        ERROR,
        "年度不一致",
        CONSOLIDATING,
        "请核对标题中的年度;不是本年度的自评表请移出。",
        "多数自评表是2023年度,混入一张2022年度的。",
        "同一次汇总的自评表年度相同。",
    ),
    Rule(
        "C07",
        ERROR,
        "没有资金额度,无法加权",
        CONSOLIDATING,
        "请填写年度资金总额的全年预算数;在此之前该表的资金照加,指标不参加汇总。",
        "年度资金总额的全年预算数空白或为0。",
        "年度资金总额的全年预算数等于各分项之和。",
    ),
    Rule(
        "C08",
        ERROR,
        "缺少完成值,不能汇总",
        CONSOLIDATING,
        "请补填能识别的实际完成值;该指标未计入汇总。",
        "指标值50次,实际完成值空白。",
        "指标值50次,实际完成值48次。",
    ),
    Rule(
        "C09",
        DOUBT,
        "执行数空白,汇总执行率可能偏低",
        CONSOLIDATING,
        "请核对年度资金总额的全年执行数;确实没有支出的填0。",
        "别家都有执行数,一家空白。",
        "没有支出的填0。",
    ),
    Rule(
        "C10",
        ERROR,
        "一级指标无可汇总的指标",
        CONSOLIDATING,
        "该一级指标下的指标都有冲突,请按各条问题统一后重新汇总。",
        "满意度指标下唯一的指标,两家口径不同。",
        "每个一级指标下至少有一个口径一致的指标。",
    ),
)
