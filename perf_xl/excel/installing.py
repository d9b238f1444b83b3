"""Putting the add-in (加载项) where Excel starts it, and taking it away again.

The add-in is built on the machine it is for: it carries the way to its Python and the versions it was made with. Only an
add-in of ours is ever replaced or removed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from perf_xl.errors import NothingToDo, WorkbookUnreadable
from perf_xl.excel.commands import COMMANDS, TAB
from perf_xl.excel.machine import Machine, folder_of, is_windows, under

ADDIN = "perf_xl.xlam"
CONF_SHEET = "perf_xl.conf"
"""Hidden sheet of the add-in: names in the first column, values in the second."""
CONF_NAMES = ("INTERPRETER_WIN", "PERF_XL_VERSION", "XLWINGS_VERSION")
ENVIRONMENT, VARIABLE = "HKCU\\Environment", "PERF_XL_PYTHON"
"""Where a workbook with buttons finds its Python when it opens on this machine."""

Builder = Callable[[str], bytes]
"""Takes the way to an interpreter and gives the add-in as bytes."""

LOCKED = "请关闭全部 Excel 窗口(任务管理器里也没有 EXCEL.EXE),然后再运行一次"
OFFICIAL_PYTHON = (
    "请从 python.org 下载安装程序,安装时勾选“Add python.exe to PATH”,再用它重新安装本软件(pip install perf-xl)"
)


class Stamp(NamedTuple):
    """加载项的来历: what an add-in of ours says of itself."""

    interpreter: str
    perf_xl: str
    xlwings: str


def addin_path(machine: Machine) -> str:
    """Return where Excel starts add-ins of this user from (XLSTART).

    Raises:
        NothingToDo: Windows does not say where the user's programs keep their data.
    """
    home = machine.variable("APPDATA")
    if not home:
        raise NothingToDo(
            "没有环境变量 APPDATA,不知道 Excel 的启动文件夹在哪里。请用平时打开 Excel 的账户登录后再运行。"
        )
    return under(home, "Microsoft", "Excel", "XLSTART", ADDIN)


def stamp_of(data: bytes) -> Stamp | None:
    """Return what an add-in says of itself; None if these bytes are not an add-in of ours."""
    from perf_xl.workbooks import read_grids

    try:
        sheets = {grid.sheet: grid for grid in read_grids(data, ADDIN)}
    except WorkbookUnreadable:
        return None
    if (conf := sheets.get(CONF_SHEET)) is None:
        return None
    said = {conf.text(row, 0): conf.text(row, 1) for row in range(conf.height)}
    return Stamp(*(said.get(name, "") for name in CONF_NAMES))


def installed_stamp(machine: Machine) -> Stamp | None:
    """Return what the add-in in XLSTART says of itself; None where there is none, or none of ours."""
    path = addin_path(machine)
    return stamp_of(machine.read(path)) if machine.exists(path) else None


def is_store_python(machine: Machine) -> bool:
    """Return whether Python came from the Microsoft Store: what it writes below APPDATA, Excel never sees."""
    return any("\\windowsapps\\" in path.lower() for path in (machine.python, machine.base_python))


def install(machine: Machine, build: Builder) -> list[str]:
    """Build the add-in and lay it into XLSTART (安装); return what to tell, first what happened, then what to click.

    Raises:
        NothingToDo: it cannot be done here; the sentence says why and what to do.
    """
    path = _own_place(machine)
    if not machine.python:
        raise NothingToDo("不知道运行本命令的 Python 在哪里。请用完整路径运行 python -m perf_xl.cli excel install。")
    if is_store_python(machine):
        raise NothingToDo(
            f"这个 Python 来自微软应用商店({machine.python}),它写进启动文件夹的文件 Excel 看不到。{OFFICIAL_PYTHON}。"
        )
    before = machine.exists(path)
    data = build(machine.python)
    try:
        machine.write(path, data)
    except PermissionError as problem:
        if not before:
            raise NothingToDo(f"没有权限写入“{folder_of(path)}”。请信息管理人员放开这个文件夹的写入权限。") from problem
        raise NothingToDo(f"“{path}”正在被 Excel 使用,换不了。{LOCKED}。") from problem
    except OSError as problem:
        raise NothingToDo(f"无法写入“{path}”({problem.strerror or problem})。请核对磁盘空间和权限后重试。") from problem
    machine.set_value(ENVIRONMENT, VARIABLE, machine.python)
    first, second = COMMANDS[0].label, next(one.label for one in COMMANDS if one.name == "check")
    return [
        f"已{'更新' if before else '装好'} Excel 加载项:{path}",
        f"它使用的 Python:{machine.python}",
        f"下一步:重新打开 Excel,点功能区最右边的“{TAB}”,先点“{first}”;打开已有的自评表,点“{second}”。",
        "看不到这个选项卡时,运行 perf-xl excel doctor。",
    ]


def write_out(machine: Machine, path: Path, interpreter: str, build: Builder) -> Path:
    """Write the add-in to any place, on any system; return where it stands.

    Without an interpreter it is the one of this machine under Windows; elsewhere the add-in looks for one when it is used.

    Raises:
        NothingToDo: the name is not one of an add-in, or somebody else's file stands there.
        OutputNotWritable: the disk is full, the folder read-only ...
    """
    from perf_xl.saving import write_bytes

    if path.suffix.lower() != ".xlam":
        raise NothingToDo(f"加载项的文件名要以 .xlam 结尾(给出的是“{path.name}”)。")
    if path.exists() and stamp_of(path.read_bytes()) is None:
        raise NothingToDo(f"“{path}”不是本软件做的,没有动它。请换一个文件名。")
    return write_bytes(build(interpreter or (machine.python if is_windows(machine) else "")), path)


def build(interpreter: str) -> bytes:
    """Return the add-in for an interpreter; blank: it looks for one when it is used."""
    from perf_xl.excel.addin import addin

    return addin(interpreter)


def uninstall(machine: Machine) -> list[str]:
    """Take the add-in away (卸载); return what to tell.

    Raises:
        NothingToDo: it cannot be done here; the sentence says why and what to do.
    """
    path = _own_place(machine)
    if not machine.exists(path):
        return ["没有装过 Excel 加载项,不用卸载。"]
    stamp = installed_stamp(machine)
    try:
        machine.remove(path)
    except PermissionError as problem:
        raise NothingToDo(f"“{path}”正在被 Excel 使用,删不掉。{LOCKED}。") from problem
    except OSError as problem:
        raise NothingToDo(f"无法删除“{path}”({problem.strerror or problem})。请稍后重试。") from problem
    if stamp is not None and machine.registry(ENVIRONMENT, VARIABLE) == stamp.interpreter:
        machine.set_value(ENVIRONMENT, VARIABLE, None)
    return [
        f"已卸载 Excel 加载项:{path}",
        "重新打开 Excel 后,选项卡不再出现。设置和自评表都没有动;本软件仍可在命令行使用。",
    ]


def _own_place(machine: Machine) -> str:
    """Return the add-in's path, after making sure that it is ours to write there."""
    if not is_windows(machine):
        raise NothingToDo(
            "Excel 加载项只能装在 Windows 上。要在这里做好、拿到 Windows 上用,运行 perf-xl excel build perf_xl.xlam;"
            "在这里可以用会自动计算的自评表(perf-xl new)和全部其他命令。"
        )
    path = addin_path(machine)
    if machine.exists(path) and not _is_ours(machine, path):
        raise NothingToDo(f"“{path}”不是本软件做的,没有动它。请先把它改名或移走,再运行一次。")
    return path


def _is_ours(machine: Machine, path: str) -> bool:
    try:
        return stamp_of(machine.read(path)) is not None
    except PermissionError as problem:
        raise NothingToDo(f"“{path}”正在被其他程序使用,读不了。{LOCKED}。") from problem
