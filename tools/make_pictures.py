"""Draw the pictures of the documents: what `perf-xl demo` writes, printed by LibreOffice, as PNG.

    python tools/make_pictures.py

Needs `soffice` and `pdftoppm`. Each entry of `PICTURES` is a workbook of the demo, a page of its print, and a picture.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from click.testing import CliRunner

from perf_xl.cli import main as perf_xl

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
PAGES = (
    ("汇总结果.xlsx", 1, "consolidation"),
    ("汇总结果.xlsx", 2, "projects"),
    ("自评表/2023年机关维修维护项目.xlsx", 1, "form"),
)


def print_to_pdf(workbook: Path, home: Path) -> Path:
    """Print a workbook with LibreOffice."""
    profile = f"-env:UserInstallation={(home / 'office').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(home), str(workbook)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return home / f"{workbook.stem}.pdf"


def main() -> None:
    """Run the demo, print its workbooks, cut out the pages."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        result = CliRunner().invoke(perf_xl, ["demo", str(home / "demo")])
        assert result.exit_code == 0, result.output
        for workbook, page, picture in PAGES:
            pdf = print_to_pdf(home / "demo" / workbook, home)
            numbers = ["-f", str(page), "-l", str(page)]
            subprocess.run(
                ["pdftoppm", *numbers, "-r", "90", "-png", "-singlefile", str(pdf), str(PICTURES / picture)], check=True
            )
            print(PICTURES / f"{picture}.png")


if __name__ == "__main__":
    main()
