"""Draw the pictures of the documents: workbooks that perf_xl writes, printed by LibreOffice, and the ribbon, as PNG.

    python tools/make_pictures.py

Needs `soffice`, `pdftoppm` and `rsvg-convert`.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import replace
from functools import reduce
from pathlib import Path
from zipfile import ZipFile

import draw_ribbon
from click.testing import CliRunner
from openpyxl import load_workbook

from perf_xl import consolidate, demo, read, rules
from perf_xl.cli import main as perf_xl
from perf_xl.excel import addin, cockpit
from perf_xl.findings import SEVERITIES, count_by_severity
from perf_xl.marking import ICONS
from perf_xl.packages import replace_parts
from perf_xl.sheets import Area, Print
from perf_xl.template import converted
from perf_xl.writing import write_book

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
REPAIRS = "2023年机关维修维护项目.xlsx"
DEMO = (
    ("汇总结果.xlsx", 1, "consolidation"),
    ("汇总结果.xlsx", 2, "projects"),
    (f"自评表/{REPAIRS}", 1, "form"),
    (f"标注副本/{REPAIRS.replace('.', '_已审核.')}", 1, "marked"),
)
"""A workbook of the demo, a page of its print, a picture."""
FORM_WITH_BUTTONS = ("-r", "72", "-x", "30", "-y", "36", "-W", "1626", "-H", "580")
COCKPIT = ("-r", "72", "-x", "370", "-y", "36", "-W", "945", "-H", "590")
"""What is cut out of a page."""


def run(*arguments: str | Path) -> None:
    """Run perf-xl."""
    result = CliRunner().invoke(perf_xl, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output + result.stderr


def draw(workbook: Path, page: int, picture: str, home: Path, *more: str) -> None:
    """Print one page of a workbook as a picture; `more` says what else pdftoppm is to mind."""
    profile = f"-env:UserInstallation={(home / 'office').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(home), str(workbook)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pdf, target = home / f"{workbook.stem}.pdf", PICTURES / picture
    pages = ["-f", str(page), "-l", str(page)]
    subprocess.run(["pdftoppm", *pages, "-r", "90", *more, "-png", "-singlefile", str(pdf), str(target)], check=True)
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


def form_buttons(filed: Path, path: Path) -> None:
    """Write the form with buttons as a unit filed it; the columns beside it are printed too."""
    rulebook = rules.default()
    book = addin.form_with_buttons(converted(read(filed)[0], rulebook).filing, rulebook)
    form, *others = book.sheets
    wide = replace(form, printing=Print(landscape=True, area=Area(0, 0, len(form.rows) - 1, 18)))
    write_book(replace(book, sheets=(wide, *others)), path)
    print_buttons(path)


def filled_cockpit(folder: Path, path: Path) -> None:
    """Write the workbook 汇总 as it looks after a run over the demo."""
    result = consolidate(folder, as_one=demo.PROJECT)
    found = count_by_severity(result.findings)
    told = "、".join(f"{ICONS[severity]} {found[severity]}" for severity in SEVERITIES)
    counts = [result.count(state) for state in ("read", "refused", "temporary", "duplicate")]
    write_book(addin.cockpit(), path)
    book = load_workbook(path, keep_vba=True)
    for name, value in {
        cockpit.FOLDER: r"D:\2023年自评表",
        cockpit.RULEBOOK: "default",
        cockpit.AS_ONE: demo.PROJECT,
        cockpit.OUTPUT: r"D:\汇总结果.xlsx",
        cockpit.STATE: rf"已汇总成 {len(result.forms)} 张汇总表;问题:{told}。结果:D:\汇总结果.xlsx",
        cockpit.COUNTS: "见到文件 {} = 读取 {} + 拒读 {} + 临时文件 {} + 重复 {}".format(len(result.files), *counts),
    }.items():
        ((sheet, cell),) = book.defined_names[name].destinations
        book[sheet][cell] = value
    book.save(path)
    print_buttons(path)


def print_buttons(path: Path) -> None:
    """Let the buttons of a workbook be printed, which they are not as a rule, on paper so large that nothing shrinks."""
    wanted = {b"<x:PrintObject>False": b"<x:PrintObject>True", b'paperSize="9"': b'paperSize="66"'}
    parts = {}
    with ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith((".vml", "sheet1.xml")):
                parts[name] = reduce(lambda xml, pair: xml.replace(*pair), wanted.items(), package.read(name))
    path.write_bytes(replace_parts(path.read_bytes(), parts))


def ribbon(home: Path) -> None:
    """Draw the tab of the add-in."""
    drawing, target = home / "ribbon.svg", PICTURES / "ribbon.png"
    drawing.write_text(draw_ribbon.svg(draw_ribbon.RIBBON.read_text(encoding="utf-8")), encoding="utf-8")
    subprocess.run(["rsvg-convert", "--zoom", "1.5", str(drawing), "-o", str(target)], check=True)
    print(target)


def main() -> None:
    """Run the demo, fill a form in, print, cut out the pages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        run("demo", home / "demo")
        for workbook, page, picture in DEMO:
            draw(home / "demo" / workbook, page, picture, home)
        last_year = home / "demo" / "自评表" / REPAIRS
        form, wide = home / "live-form.xlsx", home / "live-helpers.xlsx"
        fill_in(last_year, form, wide)
        buttons, desk = home / "form-buttons.xlsm", home / "cockpit.xlsm"
        form_buttons(last_year, buttons)
        filled_cockpit(last_year.parent, desk)
        for workbook, *cut in ((form,), (wide,), (buttons, *FORM_WITH_BUTTONS), (desk, *COCKPIT)):
            draw(workbook, 1, workbook.stem, home, *cut)
        ribbon(home)


if __name__ == "__main__":
    main()
