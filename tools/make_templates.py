"""Write the workbooks of `workbook_templates/`; they are the same bytes on every build.

python tools/make_templates.py
"""

from __future__ import annotations

from pathlib import Path

from perf_xl.pipeline import write_forms

TEMPLATES = Path(__file__).parent.parent / "workbook_templates"
FORM = "项目支出绩效自评表.xlsx"


def main(folder: Path = TEMPLATES) -> Path:
    """Write the form that computes itself anew."""
    (folder / FORM).unlink(missing_ok=True)
    return write_forms(folder / FORM)[0]


if __name__ == "__main__":
    print(main())
