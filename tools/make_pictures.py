"""Draw the pictures of the documents: workbooks that perf_xl writes, printed by LibreOffice, as PNG.

    python tools/make_pictures.py

Needs `soffice` and `pdftoppm`.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from click.testing import CliRunner
from openpyxl import load_workbook

from perf_xl.cli import main as perf_xl

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
REPAIRS = "2023年机关维修维护项目.xlsx"
DEMO = (
    ("汇总结果.xlsx", 1, "consolidation"),
    ("汇总结果.xlsx", 2, "projects"),
    (f"自评表/{REPAIRS}", 1, "form"),
    (f"标注副本/{REPAIRS.replace('.', '_已审核.')}", 1, "marked"),
)
"""A workbook of the demo, a page of its print, a picture."""


def run(*arguments: str | Path) -> None:
    """Run perf-xl."""
    result = CliRunner().invoke(perf_xl, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output + result.stderr


def draw(workbook: Path, page: int, picture: str, home: Path) -> None:
    """Print one page of a workbook as a picture."""
    profile = f"-env:UserInstallation={(home / 'office').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(home), str(workbook)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pdf, target = home / f"{workbook.stem}.pdf", PICTURES / picture
    pages = ["-f", str(page), "-l", str(page)]
    subprocess.run(["pdftoppm", *pages, "-r", "90", "-png", "-singlefile", str(pdf), str(target)], check=True)
    print(f"{target}.png")


def fill_in(last_year: Path, form: Path, wide: Path) -> None:
    """Carry a form over into a new one and fill in its actuals; `wide` prints the columns beside the table too."""
    run("new", form, "--from", last_year)
    old, book = load_workbook(last_year).active, load_workbook(form)
    sheet = book["自评表"]
    sheet["A1"] = "2024年度项目支出绩效自评表"
    for cell, value in {"C6": 30, "D6": 32, "E6": 29.5, "C7": 0, "D7": 0, "E7": 0, "C8": 0, "D8": 0, "E8": 0}.items():
        sheet[cell] = value
    for row in range(12, sheet.max_row):
        if sheet.cell(row, 4).value:
            sheet.cell(row, 5, old.cell(row, 5).value)
    sheet["E12"], sheet["E17"] = "7次", "28人"
    sheet["B10"] = sheet["F10"] = "完成机关办公用房和设施的日常维修。"
    book.save(form)
    sheet.print_area = f"A1:S{sheet.max_row}"
    sheet.page_setup.orientation = "landscape"
    book.save(wide)


def main() -> None:
    """Run the demo, fill a form in, print, cut out the pages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run("demo", home / "demo")
        for workbook, page, picture in DEMO:
            draw(home / "demo" / workbook, page, picture, home)
        form, wide = home / "live-form.xlsx", home / "live-helpers.xlsx"
        fill_in(home / "demo" / "自评表" / REPAIRS, form, wide)
        for workbook in (form, wide):
            draw(workbook, 1, workbook.stem, home)


if __name__ == "__main__":
    main()
