"""VBA and ribbon without Excel: sources, compiled projects, packages, each held to what Excel is known to want."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import olefile
import pytest
from oletools.olevba import VBA_Parser, decompress_stream
from pyopenvba import check_file
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter import VBACompileError
from support_macros import for_the_compiler

from perf_xl.excel.addin import IN_ADDIN, IN_WORKBOOK, MESSAGES, addin, xlwings_modules
from perf_xl.excel.cockpit import SHEET
from perf_xl.excel.commands import COMMANDS, Command
from perf_xl.excel.functions import FUNCTIONS
from perf_xl.excel.ribbon import BELOW, callback, macro_files
from perf_xl.excel.vba import LONGEST_NAME, Module, macros_folder, project, read_module, read_modules
from perf_xl.folders import SourceFile
from perf_xl.intake import read_file
from perf_xl.reading import read_forms
from perf_xl.sheets import Book, Button, Cell, Sheet
from perf_xl.workbooks import read_grids
from perf_xl.writing import render

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "workbook_templates"
WORKBOOKS = [TEMPLATES / "项目支出绩效自评表.xlsm", TEMPLATES / "汇总.xlsm"]
SOURCES = sorted(path for path in macros_folder().iterdir() if path.suffix in (".bas", ".cls"))
PYTHON = r"C:\Program Files\Python311\python.exe"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All packages with macros, by name."""
    built = tmp_path_factory.mktemp("addin") / "perf_xl.xlam"
    built.write_bytes(addin(PYTHON))
    return {path.name: path for path in (*WORKBOOKS, built)}


PACKAGES = pytest.mark.parametrize("name", [*(path.name for path in WORKBOOKS), "perf_xl.xlam"])


def part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as package:
        return package.read(name)


def subs_of(source: str) -> set[str]:
    return set(re.findall(r"^(?:Public )?(?:Sub|Function) (\w+)\(", source, re.MULTILINE))


# --- sources ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_source_is_what_every_excel_can_read(path: Path) -> None:
    source = path.read_text(encoding="ascii")
    assert "Option Explicit\n" in source
    assert len(path.stem) <= LONGEST_NAME
    assert path.suffix == ".cls" or source.startswith(f'Attribute VB_Name = "{path.stem}"\n')
    assert max(len(line) for line in source.splitlines()) < 1023, "Excel takes no longer line"


@pytest.mark.parametrize("name", IN_WORKBOOK)
def test_what_goes_into_a_workbook_compiles_in_libreoffice_too(name: str) -> None:
    source = (macros_folder() / name).read_text(encoding="ascii")
    code = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith("'"))
    assert not re.search(r"\bDeclare\b|Dictionary|^\s*#|\bIRibbon|TypeOf", code, re.MULTILINE)


def test_a_workbook_has_little_that_virus_scanners_look_for() -> None:
    """Only what it must have: the start of Python, and a variable of the environment."""
    found = {keyword for kind, keyword, _ in VBA_Parser(str(WORKBOOKS[1])).analyze_macros() if "Strings" not in keyword}
    assert found == {"CreateObject", "Environ", "Run", "Shell", "WScript.Shell"}


@pytest.mark.parametrize("name", IN_ADDIN)
def test_a_module_compiles(name: str, tmp_path: Path) -> None:
    path = tmp_path / "host.xlsm"
    sheet = Sheet("表", [[Cell("x")]], (8.0,))
    path.write_bytes(render(Book([sheet], macros=project(read_modules("PerfShim.bas", "PerfPlatform.bas"), 1))))
    app = ExcelApplication.open(path)
    source = (macros_folder() / name).read_text(encoding="ascii")
    app.add_module(source, name="Tried")
    with pytest.raises(VBACompileError):
        app.add_module(source + "\nSub Wrong()\n    If True Then\nEnd Sub\n", name="Broken")


def opened(path: Path) -> ExcelApplication:
    """A workbook whose macros run, with a platform that writes down what it is asked to do."""
    app = ExcelApplication.open(path)
    app.add_module(for_the_compiler())
    for name in ("PerfShim.bas", "PerfButtons.bas"):
        app.add_module((macros_folder() / name).read_text(encoding="ascii"))
    return app


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: one.name)
def test_a_macro_starts_python_with_its_command(one: Command) -> None:
    app = opened(WORKBOOKS[0])
    app.run(one.macro)
    assert app.evaluate("Recorded") == (
        f'"python" -P -X utf8 -m perf_xl.excel {one.name} "--wb=项目支出绩效自评表.xlsm" --from_xl=1'
        ' "--app=C:\\Office\\Microsoft Excel" --hwnd=1234'
    )
    assert app.evaluate("Told") == ""


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (9009, "MESSAGE_NO_PYTHON"),  # not found, or the stub of the Store
        (53, "MESSAGE_NO_PYTHON"),  # the run itself failed
        (2, "MESSAGE_NO_PYTHON"),  # before 3.11
        (1, "MESSAGE_FAILED"),  # no module named perf_xl
        (3, "MESSAGE_FAILED"),  # Python could not tell the person
    ],
)
def test_a_missing_python_is_told_in_chinese(code: int, key: str) -> None:
    app = opened(WORKBOOKS[1])
    app.run("Preset", code, "")
    app.run("PerfConsolidate")
    assert app.evaluate("Told") == MESSAGES[key].replace("{python}", "python")


def test_the_sources_that_follow_from_the_commands_do() -> None:
    for name, text in macro_files().items():
        assert (macros_folder() / name).read_text(encoding="utf-8") == text, f"run tools/make_ribbon.py: {name}"


def test_every_command_has_its_macro_and_its_callback() -> None:
    buttons, ribbon = (
        (macros_folder() / name).read_text(encoding="ascii") for name in ("PerfButtons.bas", "PerfRibbon.bas")
    )
    assert subs_of(buttons) == {one.macro for one in COMMANDS}
    assert subs_of(ribbon) == {callback(one) for one in COMMANDS}
    assert all(f'Public Sub {one.macro}()\n    PerfRun "{one.name}"\n' in buttons for one in COMMANDS)


def test_a_source_with_other_characters_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Chinese.bas").write_text("' 汇总", encoding="utf-8")
    with pytest.raises(ValueError, match=r"plain ASCII: Chinese\.bas"):
        read_module(tmp_path / "Chinese.bas")


def test_a_name_that_excel_would_repair_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 31 characters"):
        project([Module("M" * 32, "Option Explicit\n")], 1)


def test_a_button_without_macros_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a macro"):
        Book([Sheet("表", [], (), buttons=[Button("审核", "PerfCheck", (0, 0), 80, 24)])])


def test_the_interpreter_is_the_one_that_is_set_nearest(tmp_path: Path) -> None:
    """The hidden sheet first, then the environment, then the PATH."""
    app = opened(WORKBOOKS[1])
    assert app.run("PerfInterpreter") == "python"
    app.run("Preset", 0, r"D:\py\python.exe")
    assert app.run("PerfInterpreter") == r"D:\py\python.exe"
    (tmp_path / "set.xlsm").write_bytes(with_interpreter(PYTHON))
    app = opened(tmp_path / "set.xlsm")
    app.run("Preset", 0, r"D:\py\python.exe")
    app.run("PerfHelp")
    assert app.evaluate("Recorded").startswith(f'"{PYTHON}" -P ')


def with_interpreter(interpreter: str) -> bytes:
    shown, rows = Sheet("表", [[Cell("x")]], (8.0,)), [[Cell("INTERPRETER_WIN"), Cell(interpreter)]]
    hidden = Sheet("perf_xl.conf", rows, (8.0, 8.0), hidden=True)
    return render(Book([shown, hidden], macros=project(read_modules(*IN_WORKBOOK), 2)))


# --- the compiled project ---------------------------------------------------------------------------------------------


def test_a_project_is_the_same_bytes_every_time() -> None:
    modules = read_modules(*IN_WORKBOOK)
    assert project(modules, 3) == project(modules, 3) != project(modules, 2)


@PACKAGES
def test_a_reader_of_macros_lists_modules_and_sources(name: str, packages: dict[str, Path]) -> None:
    found = {}
    for _, _, module, code in VBA_Parser(str(packages[name])).extract_macros():
        found[Path(module).stem] = code
    wanted = read_modules(*(IN_ADDIN if name.endswith(".xlam") else IN_WORKBOOK))
    wanted += xlwings_modules() if name.endswith(".xlam") else ()
    for module in wanted:
        body = [line for line in module.source.splitlines() if line and not line.startswith("Attribute")]
        lines = found[module.name].splitlines()
        assert [
            line for line in body if line not in lines and not line.startswith(("VERSION", "BEGIN", "END", "  Multi"))
        ] == []
    assert name.endswith(".xlam") or not {"xlwings", "Dictionary", "PerfRibbon"} & set(found)


@PACKAGES
def test_lines_of_a_project_end_as_windows_ends_them(name: str, packages: dict[str, Path]) -> None:
    for source in module_streams(packages[name]).values():
        assert b"\r\n" in source
        assert b"\n" not in source.replace(b"\r\n", b"")
        assert b"\r" not in source.replace(b"\r\n", b"")
        assert source.isascii()


def container(path: Path) -> olefile.OleFileIO:
    return olefile.OleFileIO(io.BytesIO(part(path, "xl/vbaProject.bin")), raise_defects=olefile.DEFECT_UNSURE)


def directory(path: Path) -> list[tuple[int, bytes]]:
    """The records of the dir stream, by their number; the library that compiles lets four zeros follow the last."""
    data = bytes(decompress_stream(bytearray(container(path).openstream("VBA/dir").read())))
    records, at = [], 0
    while records[-1:] != [(0x0010, b"")]:
        kind, size = struct.unpack_from("<HI", data, at)
        size = 6 if kind == 0x0009 else size  # the version says 4, and has 6
        records.append((kind, data[at + 6 : at + 6 + size]))
        at += 6 + size
    assert data[at:] in (b"", bytes(4))
    return records


def module_streams(path: Path) -> dict[str, bytes]:
    """The source of every module."""
    ole, found, name, offset = container(path), {}, "", 0
    for kind, value in directory(path):
        if kind == 0x0019:
            name = value.decode("ascii")
        elif kind == 0x0031:
            (offset,) = struct.unpack("<I", value)
        elif kind == 0x002B:
            stream = ole.openstream(f"VBA/{name}").read()
            found[name] = bytes(decompress_stream(bytearray(stream[offset:])))
    return found


@PACKAGES
def test_the_container_is_one_excel_opens(name: str, packages: dict[str, Path]) -> None:
    """A directory that is not sorted, by the length of names and then by their capitals, is one Excel finds damaged."""
    ole = container(packages[name])

    def in_order(entry: olefile.olefile.OleDirectoryEntry) -> list[str]:
        return [child.name for child in entry.kids]

    def sorted_below(number: int) -> list[str]:
        if number == olefile.NOSTREAM:
            return []
        entry = ole.direntries[number]
        return [*sorted_below(entry.sid_left), entry.name, *sorted_below(entry.sid_right)]

    for storage in (ole.root, next(entry for entry in ole.root.kids if entry.name == "VBA")):
        names = sorted_below(storage.sid_child)
        keys = [(len(one.encode("utf-16-le")), one.upper()) for one in names]
        assert all(before < after for before, after in pairwise(keys)), names
        assert sorted(names) == sorted(in_order(storage))


@PACKAGES
def test_the_lists_of_modules_agree(name: str, packages: dict[str, Path]) -> None:
    path = packages[name]
    ole = container(path)
    records = directory(path)
    listed = [value.decode("ascii") for kind, value in records if kind == 0x0019]
    assert len(listed) == len(set(listed)) == struct.unpack("<H", dict(records)[0x000F])[0]
    assert [value.decode("utf-16-le") for kind, value in records if kind == 0x0047] == listed
    assert records[-1] == (0x0010, b"")
    said = ole.openstream("PROJECT").read().decode("ascii")
    named = re.findall(r"^(?:Document|Module|Class)=(\w+)", said, re.MULTILINE)
    assert sorted(named) == sorted(listed)
    assert re.search(r'^ID="\{[0-9A-F-]{36}\}"\r$', said, re.MULTILINE)
    pairs = ole.openstream("PROJECTwm").read().removesuffix(b"\0\0")
    wide = {}
    while pairs:
        narrow, _, pairs = pairs.partition(b"\0")
        end = next(at for at in range(0, len(pairs), 2) if pairs[at : at + 2] == b"\0\0")
        wide[narrow.decode("ascii")], pairs = pairs[:end].decode("utf-16-le"), pairs[end + 2 :]
    assert wide == {one: one for one in listed}
    streams = {entry[1] for entry in ole.listdir() if entry[0] == "VBA"} - {"dir", "_VBA_PROJECT"}
    assert {one for one in streams if not one.startswith("__SRP")} == set(listed)
    assert ole.openstream("VBA/_VBA_PROJECT").read()[:2] == b"\xcc\x61"
    assert dict(records)[0x0003] == struct.pack("<H", 1252)


# --- the package ------------------------------------------------------------------------------------------------------

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@PACKAGES
def test_every_sheet_has_its_module(name: str, packages: dict[str, Path]) -> None:
    """Where code names and modules differ, Excel makes new modules and events are dead."""
    path = packages[name]
    book = ElementTree.fromstring(part(path, "xl/workbook.xml"))
    codes = [book.find(f"{MAIN}workbookPr").get("codeName")]
    for number, _ in enumerate(book.iter(f"{MAIN}sheet"), 1):
        sheet = ElementTree.fromstring(part(path, f"xl/worksheets/sheet{number}.xml"))
        codes.append(sheet.find(f"{MAIN}sheetPr").get("codeName"))
    documents = re.findall(r"^Document=(\w+)/", container(path).openstream("PROJECT").read().decode(), re.MULTILINE)
    assert codes == documents == ["ThisWorkbook", *(f"Sheet{number}" for number in range(1, len(codes)))]
    for code in codes:
        assert b"Attribute VB_PredeclaredId = True" in module_streams(path)[code]


@PACKAGES
def test_the_package_says_what_it_is(name: str, packages: dict[str, Path]) -> None:
    types = part(packages[name], "[Content_Types].xml").decode()
    kind = "addin" if name.endswith(".xlam") else "sheet"
    assert (
        types.count(f'PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.{kind}.macroEnabled.main+xml"')
        == 1
    )
    assert types.count("application/vnd.ms-office.vbaProject") == 1
    assert part(packages[name], "xl/_rels/workbook.xml.rels").count(b"/relationships/vbaProject") == 1
    report = check_file(packages[name])
    assert report.ok, report.errors


@pytest.mark.parametrize("path", WORKBOOKS, ids=lambda path: path.name)
def test_every_button_of_a_workbook_has_its_macro(path: Path) -> None:
    with zipfile.ZipFile(path) as package:
        drawings = [package.read(one).decode() for one in package.namelist() if "vmlDrawing" in one]
    macros = re.findall(r"<x:FmlaMacro>\[0\]!(\w+)</x:FmlaMacro>", "".join(drawings))
    captions = re.findall(r"<font [^>]*>([^<]+)</font>", "".join(drawings))
    labels = {one.macro: one.label for one in COMMANDS}
    assert [labels[macro] for macro in macros] == captions
    assert len(macros) == len(set(macros)) == (6 if "自评表" in path.name else 4)
    assert set(macros) <= subs_of(module_streams(path)["PerfButtons"].decode().replace("\r", ""))


def test_a_form_with_buttons_reads_as_the_one_without() -> None:
    with_buttons, without = (TEMPLATES / f"项目支出绩效自评表.{kind}" for kind in ("xlsm", "xlsx"))
    read, wanted = (read_forms(read_grids(path.read_bytes(), "表"), "表") for path in (with_buttons, without))
    assert read == wanted
    assert len(wanted) == 1


def test_the_cockpit_is_no_form_and_no_refused_file(tmp_path: Path) -> None:
    """It may lie among the forms it consolidates."""
    data = WORKBOOKS[1].read_bytes()
    assert read_file(SourceFile(WORKBOOKS[1], WORKBOOKS[1].name)).own
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = re.findall(
            r'<definedName name="(perf_\w+)">(.+?)</definedName>', package.read("xl/workbook.xml").decode()
        )
    sheet = next(grid for grid in read_grids(data, "汇总.xlsm") if grid.sheet == SHEET)
    labels = {name: sheet.text(int(place.rpartition("$")[2]) - 1, 0) for name, place in names}
    assert labels == {
        "perf_folder": "自评表文件夹",
        "perf_roster": "报送名单",
        "perf_rulebook": "评分规则",
        "perf_as_one": "汇总名称",
        "perf_output": "结果文件",
        "perf_state": "汇总情况",
        "perf_counts": "核对数",
    }
    assert all("!$B$" in place for _, place in names)


def test_a_workbook_of_hidden_sheets_is_refused() -> None:
    with pytest.raises(ValueError, match="all of whose sheets are hidden"):
        Book([Sheet("表", [], (), hidden=True)])


def test_the_addin_carries_its_ribbon_under_both_relationships(packages: dict[str, Path]) -> None:
    path = packages["perf_xl.xlam"]
    relations = ElementTree.fromstring(part(path, "_rels/.rels"))
    ribbons = {one.get("Type"): one.get("Target") for one in relations if "ui/extensibility" in one.get("Type", "")}
    base = "http://schemas.microsoft.com/office/{}/relationships/ui/extensibility"
    assert ribbons == {base.format(2007): "customUI/customUI14.xml", base.format(2006): "customUI/customUI.xml"}
    for target in ribbons.values():
        assert part(path, target) == (macros_folder() / Path(target).name).read_bytes()
    assert b'<workbookView visibility="hidden" ' in part(path, "xl/workbook.xml")
    assert len({one.get("Id") for one in relations}) == len(relations)


def test_the_addin_says_what_it_was_built_for(packages: dict[str, Path]) -> None:
    path = packages["perf_xl.xlam"]
    settings, functions = read_grids(path.read_bytes(), path.name)
    assert (settings.sheet, functions.sheet) == ("perf_xl.conf", "perf_functions")
    said = {settings.text(row, 0): settings.text(row, 1) for row in range(settings.height)}
    xlwings = re.search(r'XLWINGS_VERSION As String = "(.+?)"', xlwings_modules()[0].source)
    assert said["INTERPRETER_WIN"] == PYTHON
    assert xlwings is not None
    assert said["XLWINGS_VERSION"] == xlwings[1]
    assert said["UDF MODULES"] == "perf_xl.excel.functions"
    assert said["ADD_WORKBOOK_TO_PYTHONPATH"] == "False"
    assert {name for name in said if name.startswith("MESSAGE")} == set(MESSAGES)
    for row, one in enumerate(FUNCTIONS.values()):
        helps = [text for _, text in one.arguments]
        words = [functions.text(row, column) for column in range(3 + len(helps))]
        assert [words[0], *words[2:]] == [one.name, one.description, *helps]
        assert all(words), "the macro takes a blank cell for the end"
        assert max(map(len, words)) <= 255
    assert b"INTERPRETER_WIN" not in b"".join(part(TEMPLATES / "汇总.xlsm", name) for name in ("xl/sharedStrings.xml",))


def test_the_macros_of_xlwings_look_for_our_settings(packages: dict[str, Path]) -> None:
    source = module_streams(packages["perf_xl.xlam"])["xlwings"].decode()
    assert 'PROJECT_NAME As String = "perf_xl"' in source
    assert "myaddin" not in source


# --- the ribbon -------------------------------------------------------------------------------------------------------
#
# The rules of [MS-CUSTOMUI] and [MS-CUSTOMUI2] as far as they bear on what we write. Their schemas are not ours to ship.

ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    "customUI": ({"ribbon"}, set()),
    "ribbon": ({"tabs"}, set()),
    "tabs": ({"tab"}, set()),
    "tab": ({"group"}, {"id", "label"}),
    "group": ({"button", "splitButton"}, {"id", "label"}),
    "splitButton": ({"button", "menu"}, {"id", "size"}),
    "menu": ({"button"}, {"id", "itemSize"}),
    "button": (set(), {"id", "label", "imageMso", "size", "onAction", "screentip", "supertip"}),
}
"""Element → elements within it, attributes of it."""


@pytest.mark.parametrize("name", ["customUI14.xml", "customUI.xml"])
def test_the_ribbon_keeps_to_its_schema(name: str) -> None:
    root = ElementTree.fromstring((macros_folder() / name).read_bytes())
    space = root.tag.removesuffix("customUI")
    year = "2009/07" if name == "customUI14.xml" else "2006/01"
    assert space == f"{{http://schemas.microsoft.com/office/{year}/customui}}"
    ids, parents = [], {child: parent for parent in root.iter() for child in parent}
    for element in root.iter():
        tag = element.tag.removeprefix(space)
        inner, attributes = ALLOWED[tag]
        assert {child.tag.removeprefix(space) for child in element} <= inner
        assert set(element.attrib) <= attributes
        assert all(1 <= len(value) <= 1024 for value in element.attrib.values())
        assert element.get("size", "normal") in ("normal", "large")
        if "id" in attributes:
            assert re.fullmatch(r"[A-Za-z_][\w.-]*", element.attrib["id"], re.ASCII)
            ids.append(element.attrib["id"])
        if tag == "splitButton":
            assert [child.tag.removeprefix(space) for child in element] == ["button", "menu"]
        if tag == "button" and parents[element].tag.removeprefix(space) != "group":
            assert "size" not in element.attrib, "the button of a menu, or of a split button, has none"
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ["customUI14.xml", "customUI.xml"])
def test_every_command_stands_in_its_group_once(name: str) -> None:
    root = ElementTree.fromstring((macros_folder() / name).read_bytes())
    shown = [
        (group.get("label"), *(button.get(word) for word in ("label", "imageMso", "onAction", "supertip")))
        for group in root.iter()
        if group.tag.endswith("group")
        for button in group.iter()
        if button.tag.endswith("}button")
    ]
    assert shown == [(one.group, one.label, one.image, callback(one), one.tip) for one in COMMANDS]
    assert {name for names in BELOW.values() for name in names} <= {one.name for one in COMMANDS}
