"""Write the workbooks of `workbook_templates/`; they are the same bytes on every build.

python tools/make_templates.py
"""

from __future__ import annotations

from pathlib import Path

from perf_xl import rules
from perf_xl.excel.addin import cockpit, form_with_buttons
from perf_xl.pipeline import write_forms
from perf_xl.template import blank
from perf_xl.writing import write_book

TEMPLATES = Path(__file__).parent.parent / "workbook_templates"
FORM, FORM_WITH_BUTTONS, COCKPIT = "项目支出绩效自评表.xlsx", "项目支出绩效自评表.xlsm", "汇总.xlsm"


def main(folder: Path = TEMPLATES) -> list[Path]:
    """Write anew the form that computes itself, the same with buttons, and the workbook to consolidate from."""
    (folder / FORM).unlink(missing_ok=True)
    rulebook = rules.default()
    return [
        *write_forms(folder / FORM),
        write_book(form_with_buttons(blank(rulebook), rulebook), folder / FORM_WITH_BUTTONS),
        write_book(cockpit(), folder / COCKPIT),
    ]


if __name__ == "__main__":
    print(*main(), sep="\n")
