"""A click from end to end, in LibreOffice: the button's macro builds the command line, Python carries it out on the same open workbook.

Only the start of the program itself is played: the platform module is changed for one that writes down what it is asked.
"""

from __future__ import annotations

import shlex
import shutil
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from engines.fixtures import open_book
from support_macros import for_libreoffice

from perf_xl.excel.__main__ import TOLD, main
from perf_xl.excel.addin import FORM_BUTTONS, MESSAGES, addin
from perf_xl.excel.commands import COMMANDS, command
from perf_xl.workbooks import read_grids

if TYPE_CHECKING:
    import xlwings as xw
    from engines.office import Office

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "workbook_templates"
SEED = ROOT / "tests" / "workbooks" / "published" / "seed-000-A.xlsx"
FORM, COCKPIT = TEMPLATES / "项目支出绩效自评表.xlsm", TEMPLATES / "汇总.xlsm"


class Screen:
    """An open workbook, for somebody who clicks on its buttons."""

    def __init__(self, book: xw.Book, answer: str = "0") -> None:
        self.book = book
        self.document: Any = book.impl.store.document
        library = self.document.BasicLibraries.getByName("VBAProject")
        library.replaceByName("PerfPlatform", for_libreoffice(answer))

    def buttons(self) -> dict[str, str]:
        """The script bound to each button of the first sheet, by its caption."""
        forms = self.document.Sheets.getByIndex(0).DrawPage.Forms
        found = {}
        for form in (forms.getByIndex(number) for number in range(forms.Count)):
            for number in range(form.Count):
                (event,) = form.getScriptEvents(number)
                assert (event.EventMethod, event.ScriptType) == ("actionPerformed", "Script")
                found[form.getByIndex(number).Label] = event.ScriptCode
        return found

    def click(self, label: str) -> str:
        """Click on a button; return what the platform was asked: a command line, or a text to show."""
        provider = self.document.getScriptProvider()
        provider.getScript(self.buttons()[label]).invoke((), (), ())
        recorded = "vnd.sun.star.script:VBAProject.PerfPlatform.PerfRecorded?language=Basic&location=document"
        said: str = provider.getScript(recorded).invoke((), (), ())[0]
        return said

    def carry_out(self, label: str) -> list[str]:
        """Click, and run what Windows would start; return the texts of the dialogs."""
        python, *arguments = shlex.split(self.click(label).replace("\\", "\\\\"))
        assert (python, arguments[:5]) == ("python", ["-P", "-X", "utf8", "-m", "perf_xl.excel"])
        before = len(self.book.app.impl.alerts)
        assert main(arguments[5:]) == TOLD
        return [str(alert) for alert in self.book.app.impl.alerts[before:]]


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person without settings."""
    for name in ("XDG_DATA_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture
def form(libreoffice_app: xw.App, tmp_path: Path, newcomer: None) -> xw.Book:
    """The form with buttons, open."""
    return open_book(libreoffice_app, FORM, tmp_path)


@pytest.mark.parametrize(
    ("path", "names"),
    [(FORM, FORM_BUTTONS), (COCKPIT, ("consolidate", "open_result", "settings", "help"))],
    ids=["form", "cockpit"],
)
def test_every_button_starts_its_command(
    path: Path, names: tuple[str, ...], libreoffice_app: xw.App, tmp_path: Path
) -> None:
    screen = Screen(open_book(libreoffice_app, path, tmp_path))
    assert set(screen.buttons()) == {command(name).label for name in names}
    for name in names:
        assert screen.click(command(name).label) == (
            f'"python" -P -X utf8 -m perf_xl.excel {name} "--wb={screen.book.name}" --from_xl=1'
            ' "--app=C:\\Office\\Microsoft Excel" --hwnd=1234'
        )


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("9009", "MESSAGE_NO_PYTHON"),
        ("1 / (Len(CommandLine) - Len(CommandLine))", "MESSAGE_NO_PYTHON"),
        ("1", "MESSAGE_FAILED"),
    ],
    ids=["not there", "run fails", "no perf_xl"],
)
def test_without_python_a_click_says_what_to_install(answer: str, message: str, form: xw.Book) -> None:
    told = Screen(form, answer).click("审核")
    assert told == MESSAGES[message].replace("{python}", "python")


def test_a_click_recalculates_checks_clears_and_undoes(form: xw.Book) -> None:
    """Row 12 is the first indicator; Q its computed score, G the score that is filed."""
    screen, sheet = Screen(form), form.sheets["自评表"]
    sheet.range("C2").value = "道路维护"
    sheet.range("C12").value = "维护里程"
    sheet.range("D12").value, sheet.range("E12").value = "≥10公里", "5公里"
    sheet.range("F12").value, sheet.range("G12").value = 50, 60
    (said,) = screen.carry_out("重新计算")
    assert "25" in said
    assert Decimal(str(sheet.range("Q12").value)) == 25
    assert sheet.range("G12").value == 60, "what was filed stays"
    colour = sheet.range("G12").color
    (said,) = screen.carry_out("审核")
    assert "错误" in said
    assert "审核意见" in [one.name for one in form.sheets]
    assert "得分" in sheet.range("G12").note.text
    assert sheet.range("G12").color != colour
    screen.carry_out("清除标记")
    assert "审核意见" not in [one.name for one in form.sheets]
    assert sheet.range("G12").note is None
    screen.carry_out("还原上一步")
    assert "审核意见" in [one.name for one in form.sheets], "clearing was undone"
    sheet.range("G12").value = None
    screen.carry_out("填入空白得分")
    assert Decimal(str(sheet.range("G12").value)) == 25


@pytest.mark.usefixtures("newcomer")
def test_a_click_consolidates_a_folder(libreoffice_app: xw.App, tmp_path: Path) -> None:
    """The cockpit lies in the folder itself, as it will: it is no form, and no refused file either."""
    folder = tmp_path / "自评表"
    book = open_book(libreoffice_app, COCKPIT, folder)
    for name in ("甲.xlsx", "乙.xlsx"):
        shutil.copyfile(SEED, folder / name)
    (folder / "乙.xlsx").write_bytes(b"")
    screen = Screen(book)
    book.names["perf_folder"].refers_to_range.value = str(folder)
    (said,) = screen.carry_out("汇总文件夹")
    counts = "见到文件 2 = 读取 1 + 拒读 1 + 临时文件 0 + 重复 0"
    assert counts in said
    state = book.names["perf_state"].refers_to_range.value
    assert state in said
    assert book.names["perf_counts"].refers_to_range.value == counts
    result = tmp_path / "自评表汇总结果.xlsx"
    assert {"汇总表", "文件清单"} < {grid.sheet for grid in read_grids(result.read_bytes(), result.name)}
    libreoffice_app.books[result.name].close()
    screen.carry_out("打开结果")
    assert result.name in [one.name for one in libreoffice_app.books]


def test_the_addin_opens(office: Office, tmp_path: Path) -> None:
    """Its macros are not run there: LibreOffice knows neither a ribbon nor the library that xlwings calls."""
    from engines.office import properties

    path = tmp_path / "perf_xl.xlam"
    path.write_bytes(addin("python"))
    wanted = properties(Hidden=True, FilterName="Calc MS Excel 2007 VBA XML")
    document = office.desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, wanted)
    try:
        assert document.Sheets.ElementNames == ("perf_xl.conf", "perf_functions")
        library = document.BasicLibraries.getByName("VBAProject")
        assert {"PerfRibbon", "PerfFunctions", "xlwings", "Dictionary"} < set(library.ElementNames)
        ribbon = library.getByName("PerfRibbon")
        assert all(f"Sub Ribbon{one.macro}(" in ribbon for one in COMMANDS)
    finally:
        document.close(True)
