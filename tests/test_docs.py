"""The documentation is true: pages are up to date, links lead somewhere, examples run, figures are what comes out."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import click
import pytest
from openpyxl import Workbook
from support import WORKBOOKS, consolidate_json, run
from test_architecture import EXCEL_ROWS, ROWS

from perf_xl import rules
from perf_xl.cli import main
from perf_xl.excel import functions
from perf_xl.excel.commands import COMMANDS, TAB
from perf_xl.excel.functions import FUNCTIONS

ROOT = Path(__file__).parent.parent
IGNORED = {
    ".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv", "__pycache__", "build", "dist",
    "perf-xl-demo", "venv",
}  # fmt: skip


def committed_files() -> Iterator[Path]:
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name in IGNORED or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                folders.append(path)
            else:
                yield path


PAGES = [path for path in committed_files() if path.suffix == ".md"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def fenced(page: Path, language: str) -> list[tuple[int, str]]:
    """The fenced blocks of a language: the line each starts on, and its text."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)
    return [(text[: match.start(1)].count("\n"), match.group(1)) for match in found]


# --- pages that are made ----------------------------------------------------------------------------------------------


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_catalogue_page_is_what_the_catalogue_says() -> None:
    """If this fails: python tools/make_findings_doc.py"""
    assert (ROOT / "docs" / "findings.md").read_text(encoding="utf-8") == tool("make_findings_doc").page()


def test_the_architecture_shows_the_rows_that_are_held() -> None:
    shown = re.findall(r"^\| \d+ \| ((?:`\w+` ?)+)\|", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.M)
    assert [set(re.findall(r"`(\w+)`", row)) for row in shown] == ROWS


def test_the_architecture_shows_the_rows_inside_excel_that_are_held() -> None:
    shown = re.findall(r"^\| [a-z] \| ((?:`\w+` ?)+)\|", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.M)
    assert [set(re.findall(r"`(\w+)`", row)) for row in shown] == EXCEL_ROWS


def test_every_command_and_option_is_described() -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert isinstance(main, click.Group)
    for name, command in main.commands.items():
        assert f"## `perf-xl {name}" in page
        options = [option for one in command.params if isinstance(one, click.Option) for option in one.opts]
        missing = [option for option in options if option.startswith("--") and f"`{option}" not in page]
        assert [option for option in missing if f"[{option}]" not in page] == [], name


def cells_of(page: Path, start: str) -> list[list[str]]:
    """The rows of the tables of a page whose first cell matches."""
    lines = page.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return [row for row in rows if re.fullmatch(start, row[0])]


def test_the_page_of_excel_tells_every_button_and_every_function() -> None:
    page = ROOT / "docs" / "excel.md"
    groups = "|".join({one.group for one in COMMANDS})
    assert cells_of(page, groups) == [[one.group, one.label, one.tip] for one in COMMANDS]
    functions = [re.match(r"`(\w+)\(", row[0]) for row in cells_of(page, "`PERF.*")]
    assert [found and found[1] for found in functions] == list(FUNCTIONS)
    assert f"“{TAB}”" in page.read_text(encoding="utf-8")


def test_the_examples_of_functions_in_the_page_of_excel_are_true() -> None:
    examples = re.findall(
        r"`=(PERF_\w+\([^`]*\))` 得 (.+?) \|", (ROOT / "docs" / "excel.md").read_text(encoding="utf-8")
    )
    assert len(examples) >= 5
    for call, result in examples:
        assert str(eval(call, {name: getattr(functions, name) for name in FUNCTIONS})) == result, call


def test_the_checklist_has_twenty_steps_for_excel_and_for_wps_and_presses_every_button() -> None:
    page = ROOT / "docs" / "excel-checklist.md"
    steps = cells_of(page, r"\d+")
    assert [int(row[0]) for row in steps] == [*range(1, 21), *range(1, 21)]
    assert [row for row in steps if not (row[1] and row[2]) or len(row) != 4] == []
    done = "".join(row[1] + row[2] for row in steps[:20])
    assert [one.label for one in COMMANDS if f"“{one.label}”" not in done] == []


def test_what_was_not_run_says_so() -> None:
    head = (ROOT / "docs" / "excel-checklist.md").read_text(encoding="utf-8")[:200]
    workflow = (ROOT / ".github" / "workflows" / "excel.yml").read_text(encoding="utf-8")
    assert "没有做过" in head
    assert "it has not been run" in workflow.partition("\n")[0]


def test_the_drawing_of_the_ribbon_shows_every_button() -> None:
    draw = tool("draw_ribbon")
    drawn = ElementTree.fromstring(draw.svg(draw.RIBBON.read_text(encoding="utf-8")))
    texts = [element.text for element in drawn.iter("{http://www.w3.org/2000/svg}text")]
    for words in (TAB, *(one.label for one in COMMANDS), *(one.group for one in COMMANDS)):
        assert words in texts
    assert any("不是截屏" in (text or "") for text in texts)


# --- links ------------------------------------------------------------------------------------------------------------

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def headings(page: Path) -> set[str]:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    titles = [re.sub(r"[`*]", "", title).strip().lower() for title in re.findall(r"^#+ (.*)$", text, re.M)]
    return {
        "".join("-" if letter == " " else letter for letter in title if letter.isalnum() or letter in " -_")
        for title in titles
    }


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for link in LINK.findall(text):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name_of(page)}: {link}"
        if anchor:
            assert anchor in headings(target), f"{name_of(page)}: {link}"


# --- examples ---------------------------------------------------------------------------------------------------------

EXAMPLES = [
    pytest.param(code, f"{name_of(page)}:{line}", id=f"{name_of(page)}:{line}")
    for page in PAGES
    for line, code in fenced(page, "python")
]


@pytest.fixture
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the examples take as given: `form.xlsx`, and a folder `自评表` with two forms."""
    published = WORKBOOKS / "published"
    folder = tmp_path / "自评表"
    folder.mkdir()
    shutil.copyfile(published / "seed-000-A.xlsx", tmp_path / "form.xlsx")
    shutil.copyfile(published / "seed-000-A.xlsx", folder / "甲.xlsx")
    shutil.copyfile(published / "r001-A.xlsx", folder / "乙.xlsx")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 2


@pytest.mark.usefixtures("inputs")
@pytest.mark.parametrize(("code", "place"), EXAMPLES)
def test_an_example_runs_and_prints_what_it_says(code: str, place: str) -> None:
    """A comment behind `print(…)` is what that line prints."""
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(code, place, "exec"), {"__name__": "__main__"})
    promised = [match.group(1) for match in re.finditer(r"^print\(.*\)  # (.+)$", code, re.M)]
    assert [line for line in printed.getvalue().splitlines() if line in promised] == promised


@pytest.mark.parametrize("command", ["read", "score", "check"])
def test_the_json_that_is_shown_is_what_is_printed(command: str, inputs: Path) -> None:
    (inputs / "damaged.xlsx").write_bytes((inputs / "form.xlsx").read_bytes()[:4000])
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    section = page.partition(f"## `perf-xl {command} ")[2].partition("\n## ")[0]
    shown = json.loads(section.partition("```json\n")[2].partition("```")[0])
    printed = json.loads(run(command, "form.xlsx", "damaged.xlsx", "--json").stdout)
    assert agrees(shown, printed)


def agrees(shown: object, printed: object) -> bool:
    """Whether what the page shows is there: … stands for anything, a list shows some of its entries."""
    if shown == "…":
        return True
    if isinstance(shown, list) and isinstance(printed, list):
        return all(any(agrees(one, other) for other in printed) for one in shown)
    if isinstance(shown, dict) and isinstance(printed, dict):
        same_keys = set(shown) == set(printed) or set(shown) < {"产出指标", "效益指标", "满意度指标"}
        return same_keys and all(agrees(one, printed[key]) for key, one in shown.items())
    return shown == printed


def test_the_rulebook_on_its_page_is_valid() -> None:
    ((_, text),) = fenced(ROOT / "docs" / "rulebooks.md", "toml")
    book = rules.parse(text, "例.toml")
    assert (book.name, book.decimals, book.grade(rules.HUNDRED - 15)) == ("qingshan", 1, "优")


def test_the_entries_on_the_rulebook_page_are_those_there_are() -> None:
    page = (ROOT / "docs" / "rulebooks.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `\[(\w+\.\w+)\]`", page, re.M)) == set(rules.default().citations)


@pytest.mark.parametrize("marker", ["test", "demo"])
def test_a_marked_command_is_one_line(marker: str) -> None:
    """CI takes the commands from the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(rf"^<!-- {marker} command -->\n```sh\n(.*?)\n```$", readme, re.M | re.S)
    assert "\n" not in block
    assert " && " in block


# --- the worked example of docs/consolidation.md ----------------------------------------------------------------------

HEADS = ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
EXAMPLE = {
    "甲": (20, 18, (("8次以上", "10", 20), ("≥95%", "96%", 30), ("有效改善", "有效改善", 30), ("≥90%", "95%", 10))),
    "乙": (28, 21, (
        ("12次以上", "9", 30), ("≥90%", "81%", 20), ("有效改善", "部分达成预期指标并具有一定效果(70%)", 30), ("≥90%", "85%", 10),
    )),
}  # fmt: skip
NAMES = (
    ("产出指标", "数量指标", "完成维修次数"), ("产出指标", "质量指标", "验收合格率"),
    ("效益指标", "社会效益指标", "改善办公条件"), ("满意度指标", "满意度指标", "职工满意度"),
)  # fmt: skip


def write_example(folder: Path) -> None:
    for unit, (budget, executed, rows) in EXAMPLE.items():
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for line in (
            ("2023年度项目支出绩效自评表",),
            ("项目名称", f"{unit}项目"),
            ("实施单位", unit),
            ("项目资金(万元)", "年初预算数", "全年预算数", "全年执行数", "执行率", "分值", "得分"),
            ("年度资金总额", budget, budget, executed, None, 10, None),
            HEADS,
            *((*name, *row) for name, row in zip(NAMES, rows, strict=True)),
        ):
            sheet.append(line)
        folder.mkdir(exist_ok=True)
        book.save(folder / f"{unit}.xlsx")


def test_the_worked_example_is_what_comes_out(tmp_path: Path) -> None:
    write_example(tmp_path / "自评表")
    (form,) = consolidate_json(tmp_path / "自评表", tmp_path / "out", "--as-one", "甲乙项目")["forms"]
    assert form["execution"] == {"rate": "0.8125", "weight": "10", "score": "8.13"}
    wanted = ("target", "actual", "completion", "band", "weight", "score")
    assert [tuple(row[key] for key in wanted) for row in form["indicators"]] == [
        ("20", "19", "0.95", None, "25.83", "24.54"),
        ("0.92083333", "0.8725", "0.94751131", None, "24.17", "22.9"),
        (None, None, "0.825", 1, "30", "24.75"),
        ("0.9", "0.89166666", "0.99074074", None, "10", "9.91"),
    ]
    assert form["indicators"][2]["bands"] == [1, 1, 0]
    assert (form["total"], form["grade"], form["fund_weighted_mean_total"]) == ("90.23", "优", "87.01")
    page = (ROOT / "docs" / "consolidation.md").read_text(encoding="utf-8")
    section = page.partition("## One example, by hand")[2].partition("## The JSON")[0]
    numbers = re.findall(r"\d+\.\d+", json.dumps(form, ensure_ascii=False))
    assert [number for number in numbers if number not in section] == []


# --- what no file may say ---------------------------------------------------------------------------------------------

FORBIDDEN = (
    "/wo" "rk/", "/ro" "ot/", "/ho" "me/", "/Us" "ers/", "py" "pi.", "pythonho" "sted", "DOM" "AIN.md", "CONT" "RACT.md",
    "FIND" "INGS.md", "VARI" "ATION.md", "RELI" "ABILITY.md", "EXC" "EL.md", "STY" "LE.md",
)  # fmt: skip
BINARY = {".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".et", ".png", ".pyc", ".docx"}


def test_no_file_tells_where_it_was_made() -> None:
    found = []
    for path in committed_files():
        if path.suffix in BINARY:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name_of(path)}: {word}" for word in FORBIDDEN if word in text]
    assert found == []
