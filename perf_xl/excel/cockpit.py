"""The workbook 汇总 that a bureau consolidates from: what to fill in, what to click on, what came of it.

Its cells have names, by which the command 汇总文件夹 finds them; a blank one means what its hint says.
"""

from __future__ import annotations

from perf_xl import rules
from perf_xl.excel.commands import Command, command
from perf_xl.sheets import Area, Book, Button, Cell, Print, Sheet, Validation
from perf_xl.workbooks import OUR_MARK

SHEET = "汇总"
TITLE = "项目支出绩效自评汇总"

FOLDER, ROSTER, RULEBOOK, AS_ONE, OUTPUT = "perf_folder", "perf_roster", "perf_rulebook", "perf_as_one", "perf_output"
STATE, COUNTS = "perf_state", "perf_counts"

_INPUTS: tuple[tuple[str, str, str], ...] = (
    (FOLDER, "自评表文件夹", r"各单位报来的自评表所在的文件夹,下级文件夹一并读取,例如 D:\2023年自评表。空白时,点“汇总文件夹”后再选。"),
    (ROSTER, "报送名单", "名单文件的完整路径:每行一个单位的文本,或工作簿、csv 的第一列。没有报送的单位会列出来。空白时按“设置”。"),
    (RULEBOOK, "评分规则", "从下拉框选,或填自备规则文件(*.toml)的完整路径。空白时按“设置”。"),
    (AS_ONE, "汇总名称", "填了名称,全部自评表汇成这一张。空白时,同名项目、同一年度的汇成一张。"),
    (OUTPUT, "结果文件", r"完整路径,例如 D:\汇总结果.xlsx。空白时写在自评表文件夹旁边。"),
)  # fmt: skip
_OUTCOMES = ((STATE, "汇总情况"), (COUNTS, "核对数"))

_FIRST_INPUT = 4
_PRESS = _FIRST_INPUT + len(_INPUTS) + 2
_FIRST_OUTCOME = _PRESS + 3
_OPEN = _FIRST_OUTCOME + len(_OUTCOMES)

WIDTHS = (16.0, 54.0, 58.0)


def cockpit_book(macros: bytes, hidden: Sheet) -> Book:
    """Return the workbook 汇总; `macros` is its project, `hidden` the sheet of settings the macros read."""
    rows = _rows()
    names = {name: f"='{SHEET}'!$B${_FIRST_INPUT + number + 1}" for number, (name, *_) in enumerate(_INPUTS)}
    names |= {name: f"='{SHEET}'!$B${_FIRST_OUTCOME + number + 1}" for number, (name, _) in enumerate(_OUTCOMES)}
    sheet = Sheet(
        SHEET,
        rows,
        WIDTHS,
        merged=_merged(rows),
        tab_color="#1F4E79",
        gridlines=False,
        lowest=30,
        room={0: 40.0, _PRESS: 48.0, _OPEN: 48.0, _FIRST_OUTCOME: 48.0},
        printing=Print(landscape=True, area=Area(0, 0, len(rows) - 1, len(WIDTHS) - 1)),
        validations=_validations(),
        protected=True,
        buttons=_buttons(),
    )
    return Book((sheet, hidden), TITLE, {OUR_MARK: SHEET}, names, macros=macros)


def _rows() -> list[list[Cell | None]]:
    consolidate, result = command("consolidate").label, command("open_result").label
    rows: list[list[Cell | None]] = [
        [Cell(TITLE, "title"), None, None],
        [Cell("主管部门用:把各单位报来的自评表汇成一份结果。只读取自评表,不改动;不连网。", "note"), None, None],
        _step("第一步 填白色单元格"),
        [Cell(word, "head") for word in ("项目", "填写", "说明")],
    ]
    rows += [[Cell(label, "label"), Cell(None, "input_text"), Cell(hint, "text")] for _, label, hint in _INPUTS]
    rows += [[], _step(f"第二步 点“{consolidate}”"), []]
    rows += [[], _step(f"第三步 看汇总情况,再点“{result}”")]
    rows += [[Cell(label, "label"), Cell(None, "outcome"), Cell(None, "outcome")] for _, label in _OUTCOMES]
    rows.append([])
    note = (
        "见到 = 读取 + 拒读 + 临时文件 + 重复。打开结果后,先看“文件清单”和“问题”,该退回的退回,改好后再汇总一次;"
        "无误后打印“汇总表”,签字盖章上报。按钮没有反应时,先启用宏;提示没有 Python 或 perf_xl 时,请信息管理人员安装。"
    )
    return [*rows, [Cell(note, "note"), None, None]]


def _step(words: str) -> list[Cell | None]:
    return [Cell(words, "step"), Cell(None, "step"), Cell(None, "step")]


def _merged(rows: list[list[Cell | None]]) -> list[Area]:
    last = len(WIDTHS) - 1
    whole = [
        row
        for row, cells in enumerate(rows)
        if cells and cells[0] is not None and cells[0].style in ("title", "note", "step")
    ]
    outcomes = range(_FIRST_OUTCOME, _FIRST_OUTCOME + len(_OUTCOMES))
    return [*(Area(row, 0, row, last) for row in whole), *(Area(row, 1, row, last) for row in outcomes)]


def _validations() -> list[Validation]:
    """What to write stands beside the cell; only the rulebook is chosen from a list, and may be another."""
    row = _FIRST_INPUT + [name for name, *_ in _INPUTS].index(RULEBOOK)
    titles = ";".join(f"{name}:{one.title}" for name, one in rules.shipped().items())
    return [Validation(Area(row, 1, row, 1), "list", tuple(rules.shipped()), title="评分规则", message=titles)]


def _buttons() -> tuple[Button, ...]:
    def button(one: Command, row: int, column: int, across: int, width: int = 130) -> Button:
        return Button(one.label, one.macro, (row, column), width, 40, across, 12, one.tip)

    return (
        button(command("consolidate"), _PRESS, 1, 0, 200),
        button(command("open_result"), _OPEN, 1, 0, 200),
        button(command("settings"), _PRESS, 2, 0),
        button(command("help"), _PRESS, 2, 150),
    )
