"""设置: what the ribbon's handlers are to take for granted, in a small workbook that a person fills in.

It stands in the folder of the person, beside what else is kept there: the journal, the log, the help.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from perf_xl import rules
from perf_xl.errors import NothingToDo
from perf_xl.exact import fold
from perf_xl.findings import SEVERITIES
from perf_xl.grid import Grid
from perf_xl.sheets import Area, Book, Cell, Print, Sheet, Validation
from perf_xl.workbooks import read_grids

FILE = "绩效自评设置.xlsx"
AUTOMATIC = "自动选择"
"""评分规则: the one that fits a form's weights."""

RULEBOOK, ROSTER, LOWEST = "评分规则", "报送名单", "审核最低级别"


@dataclass(frozen=True, slots=True)
class Settings:
    """设置: as the command line takes them."""

    rulebook: str | None = None
    """Name of a shipped rulebook, or path of a TOML file; None takes the one that fits."""
    roster: str | None = None
    """Path of the roster."""
    lowest: str = SEVERITIES[-1]
    """Findings below this severity are not shown."""


def home() -> Path:
    """Return the folder of the person: nobody else's, and not carried to other machines."""
    user = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or user / "AppData" / "Local") / "perf_xl"
    if sys.platform == "darwin":
        return user / "Library" / "Application Support" / "perf_xl"
    return Path(os.environ.get("XDG_DATA_HOME") or user / ".local" / "share") / "perf_xl"


_HINTS: Mapping[str, str] = {
    RULEBOOK: "“自动选择”按自评表的分值选用随附的规则;也可以填自备规则文件(*.toml)的完整路径。",
    ROSTER: "名单文件的完整路径:每行一个单位的文本,或工作簿、csv 的第一列。空白表示不核对名单。",
    LOWEST: "审核时只列这一级别及以上的意见:错误、疑点、提示。",
}


def settings_book(now: Settings | None = None) -> Book:
    """Return the workbook 设置, filled in."""
    now = now or Settings()
    values = {RULEBOOK: now.rulebook or AUTOMATIC, ROSTER: now.roster, LOWEST: now.lowest}
    rows: list[list[Cell | None]] = [
        [Cell("绩效自评设置", "title"), None, None],
        [Cell("改白色单元格,保存后即生效。", "note"), None, None],
        [Cell("项目", "head"), Cell("取值", "head"), Cell("说明", "head")],
    ]
    rows += [[Cell(name, "label"), Cell(values[name], "input"), Cell(hint, "text")] for name, hint in _HINTS.items()]
    choices = {RULEBOOK: (AUTOMATIC, *rules.shipped()), LOWEST: SEVERITIES}
    validations = [
        Validation(Area(row, 1, row, 1), "list", choices[name], title=name, message=hint)
        for row, (name, hint) in enumerate(_HINTS.items(), 3)
        if name in choices
    ]
    sheet = Sheet(
        name="设置",
        rows=rows,
        widths=(16, 42, 56),
        merged=[Area(0, 0, 0, 2), Area(1, 0, 1, 2)],
        gridlines=False,
        lowest=30,
        printing=Print(True),
        validations=validations,
    )
    return Book((sheet,), "绩效自评设置", {"perf_xl": "settings"})


def read_settings(path: Path) -> Settings:
    """Return what the workbook says; without one, the defaults.

    Raises:
        NothingToDo: a value that is none.
        WorkbookUnreadable: the workbook is damaged.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError:
        raise NothingToDo(f"读不到设置“{path}”。请关闭正在使用它的程序后重试。") from None
    given = _given(read_grids(data, path.name)[0])
    rulebook, lowest = given.get(RULEBOOK) or AUTOMATIC, given.get(LOWEST) or SEVERITIES[-1]
    if lowest not in SEVERITIES:
        raise NothingToDo(f"设置里的“{LOWEST}”填的是“{lowest}”。请改为 {'、'.join(SEVERITIES)} 之一。")
    return Settings(None if fold(rulebook) == AUTOMATIC else rulebook, given.get(ROSTER) or None, lowest)


def _given(grid: Grid) -> dict[str, str]:
    return {fold(grid.text(row, 0)): grid.text(row, 1) for row in range(grid.height)}
