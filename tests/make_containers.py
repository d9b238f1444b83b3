"""Make the workbooks of `workbooks/containers/` and `workbooks/refused/`, with what must be read beside each.

Run it again only when a layout changes; it needs LibreOffice (`soffice`) and, for the encrypted workbook,
msoffcrypto-tool: `python tests/make_containers.py`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from layouts import COVER, LayoutOptions, Sheet, Shown, add_formulas, build_workbook, county_form
from support import WORKBOOKS
from xlsb_writer import write_xlsb

CONTAINERS = WORKBOOKS / "containers"
REFUSED = WORKBOOKS / "refused"

COUNTY = county_form()
FORMATTED = replace(
    COUNTY,
    indicators=tuple(
        replace(row, **changes, comparator="", target_unit="")
        for row, changes in zip(
            COUNTY.indicators,
            (
                {"target": Shown(3, '0"次"', "3次"), "actual": Shown(4, "0", "4")},
                {"target": Shown(200000, "#,##0", "200,000"), "actual": Shown(220000, '#,##0"张"', "220,000张")},
                {"target": Shown(10, "0.00", "10.00"), "actual": Shown(5, "General", "5")},
                {"target": Shown(0.95, '"≥"0%', "≥95%"), "actual": Shown(0.985, "0.00%", "98.50%")},
                {"target": Shown(date(2023, 12, 31), 'yyyy"年"m"月"d"日"', "2023年12月31日"), "actual": "12月20日"},
                {"target": "≤12000元", "actual": "11800元"},
                {"target": Shown(50, "General", "50"), "actual": Shown(58, "General", "58")},
                {"target": "健全", "actual": Shown(1, "0%", "100%")},
                {"target": Shown(0.9, "0%", "90%"), "actual": Shown(0.92, "0%", "92%")},
                {"target": "=100%", "actual": "满意"},
            ),
            strict=True,
        )
    ),
)

LAYOUTS: dict[str, tuple[Sheet, ...]] = {
    "formatted": (Sheet("自评表", ((FORMATTED, LayoutOptions(notes=True)),)),),
    "split": (
        Sheet(
            "附件2",
            (
                (
                    COUNTY,
                    LayoutOptions(
                        rows_before=2,
                        columns_before=1,
                        letterhead=("公开14表",),
                        blank_rows=True,
                        hidden_blank_rows=True,
                        blank_column=True,
                        hidden_blank_column=True,
                        year="own_line",
                        funds_columns="IBEWrS",
                        amounts="formatted",
                        rate="percent_two_decimals",
                        columns="123cTuAWSR",
                        two_line_header=True,
                        side_label=True,
                        parents="first",
                        numbers="formatted",
                    ),
                ),
            ),
        ),
    ),
    "several": (
        COVER,
        Sheet("网站运维", ((COUNTY, LayoutOptions(columns="123WTASR", rate="fraction", level1_weights="beside")),)),
        Sheet(
            "其他项目",
            (
                (replace(COUNTY, project="机关维修维护项目"), LayoutOptions(funds_columns="BEr", numbers="text")),
                (
                    replace(COUNTY, project="会议费及参阅印制"),
                    LayoutOptions(year="suffix", rate="bare", signature=True),
                ),
            ),
        ),
        Sheet("Sheet4", state="hidden"),
    ),
}

MISLABELLED = {
    "xlsx_named.xls": "formatted.xlsx",
    "xls_named.xlsx": "formatted.xls",
    "xlsx_named.et": "formatted.xlsx",
    "ods_named.xlsx": "formatted.ods",
    "xlsb_named.xlsx": "formatted.xlsb",
}


def main() -> None:
    for folder in (CONTAINERS, REFUSED):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        for name, sheets in LAYOUTS.items():
            workbook, expected = build_workbook(*sheets, file="")
            workbook.save(scratch / f"{name}.xlsx")
            write_xlsb(workbook, scratch / f"{name}.xlsb")
            for kind in ("xls", "ods"):
                convert(scratch / f"{name}.xlsx", kind, scratch)
            shutil.copyfile(scratch / f"{name}.xls", scratch / f"{name}.et")  # what WPS saves as .et is an .xls
            for kind in ("xls", "ods", "et", "xlsb"):
                keep(scratch / f"{name}.{kind}", f"{name}.{kind}", expected)
        expected = build_workbook(*LAYOUTS["formatted"], file="")[1]
        for name, source in MISLABELLED.items():
            keep(scratch / source, name, expected)
        make_formulas(scratch)
        encrypt(scratch / "formatted.xlsx", REFUSED / "encrypted.xlsx")


def make_formulas(scratch: Path) -> None:
    """Let LibreOffice compute a form's formulas, so that the cells carry values beside them."""
    workbook, expected = build_workbook(Sheet("自评表", ((COUNTY, LayoutOptions()),)), file="")
    add_formulas(workbook, expected["forms"][0])
    (scratch / "plain").mkdir()
    workbook.save(scratch / "plain" / "formulas.xlsx")
    for kind in ("xlsx", "xls", "ods"):
        convert(scratch / "plain" / "formulas.xlsx", kind, scratch)
        keep(scratch / f"formulas.{kind}", f"formulas.{kind}", expected)


def convert(source: Path, kind: str, folder: Path) -> None:
    subprocess.run(
        ["soffice", "--headless", "--convert-to", kind, "--outdir", str(folder), str(source)],
        check=True,
        capture_output=True,
        timeout=120,
    )


def keep(source: Path, name: str, expected: dict[str, Any]) -> None:
    """Copy a made workbook to the fixtures, under `name`, with what must be read beside it."""
    shutil.copyfile(source, CONTAINERS / name)
    forms = [{**form, "file": name} for form in expected["forms"]]
    text = json.dumps({"forms": forms}, ensure_ascii=False, indent=1)
    (CONTAINERS / f"{name}.expected.json").write_text(text + "\n", encoding="utf-8")


def encrypt(source: Path, target: Path) -> None:
    import msoffcrypto
    from msoffcrypto.format.ooxml import OOXMLFile

    with source.open("rb") as plain, target.open("wb") as encrypted:
        OOXMLFile(plain).encrypt("绩效2023", encrypted)
    with target.open("rb") as encrypted:
        assert msoffcrypto.OfficeFile(encrypted).is_encrypted()


if __name__ == "__main__":
    main()
