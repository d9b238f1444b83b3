"""Write docs/findings.md, the catalogue of findings (问题目录), from the catalogue itself.

Run `python tools/make_findings_doc.py` after a code was added or its words were changed.
"""

from __future__ import annotations

from pathlib import Path

import perf_xl.auditing
import perf_xl.comparing  # noqa: F401  (both register their codes)
from perf_xl import rules
from perf_xl.findings import CATALOGUE, SEVERITIES, Rule

PAGE = Path(__file__).parent.parent / "docs" / "findings.md"

FAMILIES = {
    "C": "汇总",
    "D": "偏差原因",
    "F": "项目资金",
    "I": "指标值与完成值",
    "R": "自评报告",
    "S": "得分",
    "W": "分值",
    "X": "文件与读取",
}

HEAD = """# 问题目录

<!-- Made from the catalogue by tools/make_findings_doc.py; do not edit by hand. -->

`perf-xl check` 和 `perf-xl consolidate` 报告的全部代码,共 {count} 个。代码一经给出不再改作他用。级别分三种:

- **错误**:表注或文件写得清楚,必须改;
- **疑点**:看着不对,需要人判断;
- **提示**:供参考。

个别问题视情况可以比所列级别低,不会更高。

在命令行查看一个代码:`perf-xl explain W02`。依据一栏按缺省规则文件列出。

| 代码 | 级别 | 名称 |
|---|---|---|
{rows}
"""

ENTRY = """
### {code} {title}

级别:{severity}。依据:{source}

| 错误示例 | 正确示例 |
|---|---|
| {bad} | {good} |

改法:{cure}
"""


def source_of(rule: Rule) -> str:
    """Return what a rule rests on: the document, and its words where the rulebook quotes them."""
    citation = rules.default().citations.get(rule.source)
    return f"{citation.document}。{citation.words}" if citation else f"{rule.source}。"


def page() -> str:
    """Return the whole page, sorted by code."""
    catalogue = [CATALOGUE[code] for code in sorted(CATALOGUE)]
    assert all(rule.severity in SEVERITIES for rule in catalogue)
    rows = "\n".join(f"| [{rule.code}](#{anchor(rule)}) | {rule.severity} | {rule.title} |" for rule in catalogue)
    parts = [HEAD.format(count=len(catalogue), rows=rows)]
    family = ""
    for rule in catalogue:
        if rule.code[0] != family:
            family = rule.code[0]
            parts.append(f"\n## {family}:{FAMILIES[family]}\n")
        parts.append(
            ENTRY.format(
                code=rule.code, title=rule.title, severity=rule.severity, source=source_of(rule), bad=rule.bad, good=rule.good,
                cure=rule.cure,
            )
        )  # fmt: skip
    return "".join(parts)


def anchor(rule: Rule) -> str:
    """Return the anchor of an entry's heading: small letters, a hyphen for a space, no punctuation."""
    heading = f"{rule.code} {rule.title}".lower()
    return "".join("-" if letter == " " else letter for letter in heading if letter.isalnum() or letter in " -_")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
