"""Why the tab or a button may not work on this machine (诊断): one check after another, each with what to do.

A check takes the machine and gives a `Diagnosis`. 好 and 存疑 let the work go on; only 不行 must be mended.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

from perf_xl.errors import NothingToDo
from perf_xl.excel import installing
from perf_xl.excel.commands import TAB
from perf_xl.excel.machine import Machine, folder_of, is_windows, under

GOOD, DOUBT, BAD = "good", "doubt", "bad"
SIGNS = {GOOD: "√", DOUBT: "▲", BAD: "×"}


class Diagnosis(NamedTuple):
    """诊断: what one check found, and what to do about it."""

    name: str
    state: str
    """`good`, `doubt` or `bad`."""
    said: str
    cure: str = ""

    def line(self) -> str:
        """Return it as it is printed."""
        return f"{SIGNS[self.state]} {self.name}:{self.said}"


Check = Callable[[Machine], Diagnosis]

INSTALL = "运行 perf-xl excel install"
OFFICE = "HKCU\\Software\\Microsoft\\Office"
POLICIES = (
    "HKCU\\Software\\Policies\\Microsoft\\Office",
    "HKLM\\Software\\Policies\\Microsoft\\Office",
    "HKCU\\Software\\Policies\\Microsoft\\Cloud\\Office",
)
"""Where the administration says what the user cannot change."""


def diagnose(machine: Machine) -> list[Diagnosis]:
    """Run every check (逐项诊断). Where there is no Windows, the others would say nothing."""
    first = check_system(machine)
    return [first] if first.state == BAD else [first, *(check(machine) for check in CHECKS)]


def as_json(found: Sequence[Diagnosis]) -> dict[str, list[dict[str, str]]]:
    """Return the diagnoses for `--json`."""
    return {"checks": [one._asdict() for one in found]}


def has_bad(found: Sequence[Diagnosis]) -> bool:
    """Return whether anything must be mended."""
    return any(one.state == BAD for one in found)


# --- Windows, Excel, WPS ----------------------------------------------------------------------------------------------


def check_system(machine: Machine) -> Diagnosis:
    """Excel's add-in is for Windows."""
    if is_windows(machine):
        return Diagnosis("操作系统", GOOD, "Windows")
    system = {"darwin": "macOS", "linux": "Linux"}.get(machine.system, machine.system)
    cure = "选项卡和按钮要在 Windows 上装;在这里用会自动计算的自评表(perf-xl new)和命令行"
    return Diagnosis("操作系统", BAD, f"{system},装不了 Excel 加载项", cure)


_EXCEL = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths\\excel.exe"
_WPS_PROGRAMS = ("et.exe", "wps.exe", "ksolaunch.exe")
_EDITIONS = {12: "2007", 14: "2010", 15: "2013", 16: "2016 以后"}
_OLDEST = 14


def excel_path(machine: Machine) -> str | None:
    """Return where excel.exe is."""
    path = str(machine.registry(_EXCEL) or "").strip('"')
    return path if path and not _is_wps(path) and machine.exists(path) else None


def excel_version(machine: Machine) -> int | None:
    """Return the number of the version: 16 from Excel 2016 on; None if nothing is registered."""
    current = str(machine.registry("HKCR\\Excel.Application\\CurVer") or "")
    number = current.rpartition(".")[2]
    return int(number) if number.isdigit() else None


def _is_wps(command: str) -> bool:
    lower = command.lower()
    return any(program in lower for program in _WPS_PROGRAMS) or "kingsoft" in lower


def _has_wps(machine: Machine) -> bool:
    programs = ("ket.Application", "et.Application")
    return any(machine.registry(f"HKCR\\{program}\\CLSID") for program in programs)


def check_excel(machine: Machine) -> Diagnosis:
    """Excel is there, and new enough for a tab of its own and for what Python asks of it."""
    path, version = excel_path(machine), excel_version(machine)
    if path is None:
        if _has_wps(machine):
            return Diagnosis(
                "Excel", BAD, "没有找到,本机只有 WPS",
                "选项卡和按钮只能在 Excel 里用;WPS 用会自动计算的自评表(.xlsx),审核和汇总用命令行",
            )  # fmt: skip
        return Diagnosis("Excel", BAD, "没有找到", "安装 Excel 2010 以上版本;没有 Excel 的,用命令行")
    if version is not None and version < _OLDEST:
        return Diagnosis("Excel", BAD, f"版本太旧({_EDITIONS.get(version, version)})", "换用 Excel 2010 以上版本")
    edition = "版本不明" if version is None else _EDITIONS.get(version, f"版本号 {version}")
    return Diagnosis("Excel", GOOD, f"{edition},{path}")


def check_hijack(machine: Machine) -> Diagnosis:
    """`Excel.Application` leads to Excel: WPS registers itself under that name, and every button would reach WPS."""
    identity = machine.registry("HKCR\\Excel.Application\\CLSID")
    server = str((identity and machine.registry(f"HKCR\\CLSID\\{identity}\\LocalServer32")) or "")
    if _is_wps(server):
        return Diagnosis(
            "Excel 与 WPS", BAD, f"Excel 的调用名已被 WPS 占用({server})",
            "打开“WPS 配置工具”,取消“WPS Office 兼容第三方系统和软件”;再到“程序和功能”里对 Office 做一次快速修复",
        )  # fmt: skip
    if not server:
        return Diagnosis("Excel 与 WPS", DOUBT, "没有查到 Excel 的调用名", "按钮没有反应时,对 Office 做一次快速修复")
    beside = ",本机也装有 WPS,请用 Excel 打开自评表" if _has_wps(machine) else ""
    return Diagnosis("Excel 与 WPS", GOOD, f"调用名指向 Excel{beside}")


# --- Python -----------------------------------------------------------------------------------------------------------


def check_python(machine: Machine) -> Diagnosis:
    """Python is one that Excel can start, and new enough."""
    said = f"{'.'.join(map(str, machine.version))},{machine.bits} 位,{machine.python}"
    if installing.is_store_python(machine):
        return Diagnosis("Python", BAD, f"来自微软应用商店,{said}", installing.OFFICIAL_PYTHON)
    if machine.version < (3, 11):
        return Diagnosis("Python", BAD, f"版本太旧,{said}", f"要 3.11 以上。{installing.OFFICIAL_PYTHON}")
    return Diagnosis("Python", GOOD, said)


def check_path(machine: Machine) -> Diagnosis:
    """The way to Python: buttons take any, the functions only what the ANSI code page holds."""
    path = machine.python
    if path.isascii():
        return Diagnosis("Python 的路径", GOOD, "全是英文和数字")
    try:
        path.encode(machine.code_page)
    except UnicodeEncodeError:
        return Diagnosis(
            "Python 的路径", DOUBT, f"有系统代码页里没有的字({path}),按钮不受影响,单元格函数可能用不了",
            "函数用不了时,把 Python 装到只有英文和数字的文件夹(如 C:\\Python312),再重新安装",
        )  # fmt: skip
    return Diagnosis("Python 的路径", GOOD, "有中文,本机的系统代码页认得,不碍事")


def check_pywin32(machine: Machine) -> Diagnosis:
    """What Python speaks to Excel with."""
    if machine.importable("pythoncom") and machine.importable("win32com.client"):
        return Diagnosis("pywin32", GOOD, f"可以使用({machine.installed('pywin32') or '版本不明'})")
    cure = "运行 python -m pip install --force-reinstall pywin32;被杀毒软件删掉文件的,请信息管理人员加入信任"
    return Diagnosis("pywin32", BAD, "不能使用,按钮连不上 Excel", cure)


def check_library(machine: Machine) -> Diagnosis:
    """The library of the functions for cells: beside python.exe or one above, its name carries version and bits."""
    bits = bits_of_excel(machine) or machine.bits
    name = f"xlwings{bits}-{machine.installed('xlwings')}.dll"
    folder = folder_of(machine.python)
    if any(machine.exists(under(place, name)) for place in (folder, folder_of(folder))):
        return Diagnosis("函数用的动态库", GOOD, name)
    cure = "运行 python -m pip install --force-reinstall --no-deps xlwings;被杀毒软件删掉的,请信息管理人员加入信任"
    return Diagnosis("函数用的动态库", DOUBT, f"没有找到 {name},单元格函数用不了,按钮不受影响", cure)


_MACHINES = {0x014C: 32, 0x8664: 64, 0xAA64: 64}


def bits_of_excel(machine: Machine) -> int | None:
    """Return whether Excel is a program of 32 or 64 bits, as the head of excel.exe says; None if it does not."""
    path = excel_path(machine)
    try:
        head = machine.read(path, 4096) if path else b""
        (at,) = struct.unpack_from("<I", head, 0x3C)
        mark, kind = struct.unpack_from("<4sH", head, at)
    except (OSError, struct.error):
        return None
    return _MACHINES.get(kind) if mark == b"PE\0\0" else None


def check_bits(machine: Machine) -> Diagnosis:
    """Excel of 32 bits beside Python of 64 is no harm: they are processes of their own; only told."""
    bits = bits_of_excel(machine)
    if bits is None:
        return Diagnosis("位数", DOUBT, f"看不出 Excel 是几位的,Python 是 {machine.bits} 位", "不影响按钮")
    same = "相同" if bits == machine.bits else "不同,不碍事:按钮和函数都在另一个进程里运行"
    return Diagnosis("位数", GOOD, f"Excel {bits} 位,Python {machine.bits} 位,{same}")


# --- the add-in -------------------------------------------------------------------------------------------------------


def check_folder(machine: Machine) -> Diagnosis:
    """XLSTART is a place that can be written to, and that Excel trusts: on this machine, not in the network."""
    try:
        folder = folder_of(installing.addin_path(machine))
    except NothingToDo as problem:
        return Diagnosis("启动文件夹", BAD, "没有找到", str(problem).rstrip("。"))
    if not machine.writable(folder):
        return Diagnosis("启动文件夹", BAD, f"不能写入({folder})", "请信息管理人员放开这个文件夹的写入权限")
    if folder.startswith("\\\\"):
        return Diagnosis(
            "启动文件夹", DOUBT, f"在网络上({folder}),Excel 可能不信任它",
            "看不到选项卡时,请信息管理人员在“受信任位置”里允许网络位置,或把 AppData 放回本机",
        )  # fmt: skip
    return Diagnosis("启动文件夹", GOOD, folder)


def check_addin(machine: Machine) -> Diagnosis:
    """The add-in is there, ours, and made with what is installed now."""
    try:
        path = installing.addin_path(machine)
        if not machine.exists(path):
            return Diagnosis("加载项", BAD, "还没有装", INSTALL)
        stamp = installing.stamp_of(machine.read(path))
    except (NothingToDo, OSError) as problem:
        return Diagnosis("加载项", BAD, f"读不了({problem})", f"关闭全部 Excel 窗口后再运行一次;仍然不行,{INSTALL}")
    if stamp is None:
        return Diagnosis("加载项", BAD, f"{path} 不是本软件做的", f"把它改名或移走,再{INSTALL}")
    if not stamp.interpreter:
        return Diagnosis("加载项", DOUBT, "没有写明用哪个 Python,可能是在别的电脑上做的", f"{INSTALL},在本机重新做一份")
    if not machine.exists(stamp.interpreter):
        return Diagnosis("加载项", BAD, f"它要用的 Python 已经不在({stamp.interpreter})", INSTALL)
    now = {name: machine.installed(distribution) for name, distribution in _DISTRIBUTIONS.items()}
    made = {"perf_xl": stamp.perf_xl, "xlwings": stamp.xlwings}
    old = [f"{name} {made[name]},现在是 {now[name]}" for name in made if made[name] != now[name]]
    if old:
        return Diagnosis("加载项", BAD, f"是用别的版本做的({';'.join(old)})", INSTALL)
    if stamp.interpreter.lower() != machine.python.lower():
        return Diagnosis(
            "加载项",
            DOUBT,
            f"它用的是另一个 Python({stamp.interpreter})",
            f"要改用现在这个({machine.python}),{INSTALL}",
        )
    return Diagnosis("加载项", GOOD, f"已装好,perf_xl {stamp.perf_xl},xlwings {stamp.xlwings}")


_DISTRIBUTIONS = {"perf_xl": "perf-xl", "xlwings": "xlwings"}


def check_templates(machine: Machine) -> Diagnosis:
    """Which Python a workbook with buttons finds: the one that was laid down, else `python` on the PATH."""
    known = machine.registry(installing.ENVIRONMENT, installing.VARIABLE)
    if known and str(known).lower() == machine.python.lower():
        return Diagnosis("模板按钮用的 Python", GOOD, str(known))
    found = [path for path in pythons_on_path(machine) if not known]
    if found and found[0].lower() == machine.python.lower():
        return Diagnosis("模板按钮用的 Python", GOOD, found[0])
    said = str(known or (found[0] if found else "没有"))
    return Diagnosis("模板按钮用的 Python", DOUBT, f"{said},不是运行本命令的这一个", INSTALL)


def pythons_on_path(machine: Machine) -> list[str]:
    """Return every python.exe on the PATH, the one that a bare `python` means first."""
    folders = (machine.variable("PATH") or "").split(";")
    return [path for folder in folders if folder and machine.exists(path := under(folder, "python.exe"))]


# --- what Excel allows ------------------------------------------------------------------------------------------------


def _setting(machine: Machine, below: str, name: str) -> tuple[int | None, bool]:
    """Return a setting of Excel and whether it is the administration's (组策略), which goes before the user's own."""
    version = f"{excel_version(machine) or 16}.0"
    for root, fixed in (*((policies, True) for policies in POLICIES), (OFFICE, False)):
        value = machine.registry(f"{root}\\{version}\\{below}", name)
        if isinstance(value, int):
            return value, fixed
    return None, False


_ADMINISTRATION = "这是单位统一设置的,请信息管理人员调整"
_TRUST_CENTER = "在 Excel 里打开 文件-选项-信任中心-信任中心设置"


def _cure(fixed: bool, page: str) -> str:
    return f"{_ADMINISTRATION}({page})" if fixed else f"{_TRUST_CENTER}-{page}"


def check_macros(machine: Machine) -> Diagnosis:
    """Macros may run: in the add-in, which lies in a trusted place, and in a workbook with buttons."""
    vba, fixed = _setting(machine, "Common", "VBAOff")
    if vba == 1:
        return Diagnosis(
            "宏", BAD, "Office 的 VBA 已关闭,按钮用不了", f"{_ADMINISTRATION}(允许 Office 应用程序使用 VBA)"
        )
    for below, name, page in (
        ("Excel\\Security", "DisableAllAddins", "加载项:不要勾选“禁用所有应用程序加载项”"),
        ("Excel\\Security\\Trusted Locations", "AllLocationsDisabled", "受信任位置:不要勾选“禁用所有受信任位置”"),
    ):
        value, fixed = _setting(machine, below, name)
        if value == 1:
            return Diagnosis("宏", BAD, f"加载项被禁止({name}=1)", _cure(fixed, page))
    level, fixed = _setting(machine, "Excel\\Security", "VBAWarnings")
    if level in (3, 4):
        said = "只许运行有数字签名的宏" if level == 3 else "一律不许运行宏"
        return Diagnosis(
            "宏", DOUBT, f"{said}。加载项在受信任位置,不受影响;带按钮的模板(.xlsm)的按钮没有反应",
            _cure(fixed, "宏设置:通过通知禁用 VBA 宏") + f";或者只用选项卡“{TAB}”里的按钮",
        )  # fmt: skip
    return Diagnosis("宏", GOOD, "允许运行" if level == 1 else "打开带按钮的模板时,点“启用内容”")


def check_internet(machine: Machine) -> Diagnosis:
    """The add-in carries no mark of the web: Excel blocks such files without a button to allow them."""
    try:
        path = installing.addin_path(machine)
        zone = machine.read(f"{path}:Zone.Identifier").decode("utf-8", errors="replace").replace(" ", "")
    except (NothingToDo, OSError):
        zone = ""
    if "ZoneId=3" in zone or "ZoneId=4" in zone:
        return Diagnosis("下载标记", BAD, "加载项带有“来自互联网”标记,宏会被阻止", f"{INSTALL},在本机重新做一份")
    blocked, _ = _setting(machine, "Excel\\Security", "BlockContentExecutionFromInternet")
    if blocked == 1:
        return Diagnosis(
            "下载标记", DOUBT, "加载项没有标记;但从网上或邮件里来的带按钮的模板,宏会被阻止",
            "在模板文件上点右键-属性,勾选“解除锁定”,再打开",
        )  # fmt: skip
    return Diagnosis("下载标记", GOOD, "加载项没有“来自互联网”标记")


def check_disabled(machine: Machine) -> Diagnosis:
    """Excel has not put the add-in on its list of disabled items, as it does after a crash."""
    key = f"{OFFICE}\\{excel_version(machine) or 16}.0\\Excel\\Resiliency\\DisabledItems"
    wanted = installing.ADDIN.lower()
    for value in machine.values(key):
        if isinstance(value, bytes) and wanted in value.decode("utf-16-le", errors="replace").lower():
            return Diagnosis(
                "禁用项目", BAD, "Excel 上次没有正常关闭,把加载项禁用了",
                "在 Excel 里打开 文件-选项-加载项,“管理”选“禁用项目”,点“转到”,选中 perf_xl.xlam,点“启用”",
            )  # fmt: skip
    return Diagnosis("禁用项目", GOOD, "加载项没有被禁用")


CHECKS: tuple[Check, ...] = (
    check_excel,
    check_hijack,
    check_python,
    check_path,
    check_pywin32,
    check_bits,
    check_folder,
    check_addin,
    check_templates,
    check_macros,
    check_internet,
    check_disabled,
    check_library,
)
"""After the system, in the order in which they are told."""
