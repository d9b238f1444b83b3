"""Putting the add-in on a machine, taking it away, and saying why it does not work: every case on a made-up Windows."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from openpyxl import Workbook
from support import run

from perf_xl.errors import NothingToDo
from perf_xl.excel import doctor, installing, machine
from perf_xl.excel.commands import COMMANDS, TAB

PYTHON = "C:\\Users\\me\\venv\\Scripts\\python.exe"
EXCEL = "C:\\Program Files\\Microsoft Office\\root\\Office16\\EXCEL.EXE"
APPDATA = "C:\\Users\\me\\AppData\\Roaming"
XLSTART = f"{APPDATA}\\Microsoft\\Excel\\XLSTART"
ADDIN = f"{XLSTART}\\perf_xl.xlam"
DLL = "C:\\Users\\me\\venv\\xlwings64-0.37.8.dll"
CLSID = "{00024500-0000-0000-C000-000000000046}"
OFFICE = "HKCU\\Software\\Microsoft\\Office\\16.0"
POLICY = "HKCU\\Software\\Policies\\Microsoft\\Office\\16.0"
SERVER = (f"HKCR\\CLSID\\{CLSID}\\LocalServer32", "")


def addin(interpreter: str = PYTHON, perf_xl: str = "0.1.0", xlwings: str = "0.37.8") -> bytes:
    """A stand-in for the add-in: what counts here is what its hidden sheet says."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = installing.CONF_SHEET
    for row in zip(installing.CONF_NAMES, (interpreter, perf_xl, xlwings), strict=True):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def foreign() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def program(kind: int) -> bytes:
    """The head of an .exe for a kind of processor."""
    return b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x80) + bytes(0x40) + struct.pack("<4sH", b"PE\0\0", kind)


@dataclass
class MadeUp(machine.Machine):
    """A machine as it should be: Windows, Excel 2016 or later of 64 bits, a virtual environment, the add-in in its place."""

    system: str = "win32"
    python: str = PYTHON
    base_python: str = "C:\\Python312\\python.exe"
    version: tuple[int, int, int] = (3, 12, 4)
    bits: int = 64
    code_page: str = "gbk"
    variables: dict[str, str] = field(default_factory=lambda: {"APPDATA": APPDATA, "PATH": "C:\\Windows"})
    keys: dict[tuple[str, str], Any] = field(default_factory=lambda: {
        (doctor._EXCEL, ""): EXCEL,
        ("HKCR\\Excel.Application\\CurVer", ""): "Excel.Application.16",
        ("HKCR\\Excel.Application\\CLSID", ""): CLSID,
        SERVER: f'"{EXCEL}" /automation',
        (installing.ENVIRONMENT, installing.VARIABLE): PYTHON,
    })  # fmt: skip
    lists: dict[str, list[Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=lambda: {
        EXCEL: program(0x8664), PYTHON: b"", DLL: b"", ADDIN: addin(),
    })  # fmt: skip
    packages: dict[str, str] = field(
        default_factory=lambda: {"perf-xl": "0.1.0", "xlwings": "0.37.8", "pywin32": "308"}
    )
    modules: set[str] = field(default_factory=lambda: {"pythoncom", "win32com.client"})
    locked: set[str] = field(default_factory=set)
    """Files that another program holds."""
    full: bool = False
    closed: set[str] = field(default_factory=set)
    """Folders that cannot be written to."""

    def variable(self, name: str) -> str | None:
        return self.variables.get(name)

    def registry(self, key: str, name: str = "") -> Any:
        return self.keys.get((key, name))

    def values(self, key: str) -> list[Any]:
        return self.lists.get(key, [])

    def set_value(self, key: str, name: str, value: str | None) -> None:
        self.keys.pop((key, name), None)
        if value is not None:
            self.keys[key, name] = value

    def exists(self, path: str) -> bool:
        return path.lower() in map(str.lower, self.files)

    def writable(self, folder: str) -> bool:
        return folder not in self.closed

    def read(self, path: str, most: int = -1) -> bytes:
        if path not in self.files:
            raise FileNotFoundError(2, "No such file", path)
        return self.files[path] if most < 0 else self.files[path][:most]

    def write(self, path: str, data: bytes) -> None:
        self._held(path)
        if self.full:
            raise OSError(28, "磁盘已满")
        self.files[path] = data

    def remove(self, path: str) -> None:
        self._held(path)
        del self.files[path]

    def _held(self, path: str) -> None:
        if path in self.locked or machine.folder_of(path) in self.closed:
            raise PermissionError(13, "Permission denied", path)

    def installed(self, distribution: str) -> str | None:
        return self.packages.get(distribution)

    def importable(self, module: str) -> bool:
        return module in self.modules


def bare() -> MadeUp:
    """Nothing of ours is on it yet."""
    one = MadeUp()
    del one.files[ADDIN], one.keys[installing.ENVIRONMENT, installing.VARIABLE]
    return one


# --- install ----------------------------------------------------------------------------------------------------------


def test_it_lays_the_addin_into_xlstart_and_says_what_to_click_first() -> None:
    here = bare()
    told = "\n".join(installing.install(here, addin))
    assert installing.installed_stamp(here) == installing.Stamp(PYTHON, "0.1.0", "0.37.8")
    assert here.keys[installing.ENVIRONMENT, installing.VARIABLE] == PYTHON
    assert f"已装好 Excel 加载项:{ADDIN}" in told
    assert TAB in told
    assert COMMANDS[0].label in told


def test_an_older_addin_of_ours_is_replaced() -> None:
    here = MadeUp()
    here.files[ADDIN] = addin("C:\\old\\python.exe", "0.0.9", "0.30.0")
    assert installing.install(here, addin)[0].startswith("已更新")
    assert installing.installed_stamp(here) == installing.Stamp(PYTHON, "0.1.0", "0.37.8")


@pytest.mark.parametrize("data", [foreign(), b"", b"no workbook at all"], ids=["workbook", "empty", "other"])
@pytest.mark.parametrize("step", ["install", "uninstall"])
def test_a_file_of_somebody_else_is_left_alone(data: bytes, step: str) -> None:
    here = MadeUp()
    here.files[ADDIN] = data
    with pytest.raises(NothingToDo, match="不是本软件做的"):
        installing.install(here, addin) if step == "install" else installing.uninstall(here)
    assert here.files[ADDIN] == data


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda one: setattr(one, "system", "linux"), "只能装在 Windows 上", id="linux"),
        pytest.param(lambda one: setattr(one, "system", "darwin"), "perf-xl excel build", id="macos"),
        pytest.param(
            lambda one: setattr(one, "python", "C:\\Users\\me\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe"),
            "来自微软应用商店",
            id="store",
        ),
        pytest.param(
            lambda one: setattr(one, "base_python", "C:\\Program Files\\WindowsApps\\Python.3.12\\python.exe"),
            "python.org",
            id="virtual environment of the store's",
        ),
        pytest.param(lambda one: setattr(one, "python", ""), "不知道运行本命令的 Python", id="no interpreter"),
        pytest.param(lambda one: one.variables.pop("APPDATA"), "APPDATA", id="no APPDATA"),
        pytest.param(lambda one: one.locked.add(ADDIN), "关闭全部 Excel 窗口", id="Excel is open"),
        pytest.param(lambda one: (one.files.pop(ADDIN), one.closed.add(XLSTART)), "没有权限写入", id="no right"),
        pytest.param(lambda one: setattr(one, "full", True), "磁盘已满", id="disk full"),
    ],
)
def test_what_cannot_be_installed_is_one_sentence_and_changes_nothing(
    spoil: Callable[[MadeUp], object], said: str
) -> None:
    here = MadeUp()
    spoil(here)
    before = dict(here.files), dict(here.keys)
    with pytest.raises(NothingToDo, match=said) as refused:
        installing.install(here, addin)
    assert str(refused.value).endswith("。")
    assert (here.files, here.keys) == before


# --- uninstall --------------------------------------------------------------------------------------------------------


def test_uninstall_leaves_a_machine_as_it_was() -> None:
    here, untouched = bare(), bare()
    installing.install(here, addin)
    assert f"已卸载 Excel 加载项:{ADDIN}" in installing.uninstall(here)
    assert here == untouched


def test_uninstall_without_an_addin_says_so() -> None:
    here = bare()
    assert installing.uninstall(here) == ["没有装过 Excel 加载项,不用卸载。"]


def test_uninstall_keeps_a_variable_that_was_set_to_another_python() -> None:
    here = MadeUp()
    here.keys[installing.ENVIRONMENT, installing.VARIABLE] = "D:\\other\\python.exe"
    installing.uninstall(here)
    assert here.keys[installing.ENVIRONMENT, installing.VARIABLE] == "D:\\other\\python.exe"


@pytest.mark.parametrize("system", ["linux", "win32"])
def test_what_cannot_be_uninstalled_stays(system: str) -> None:
    here = MadeUp(system=system, locked={ADDIN})
    with pytest.raises(NothingToDo, match="关闭全部 Excel 窗口" if system == "win32" else "Windows"):
        installing.uninstall(here)
    assert ADDIN in here.files


# --- build ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "given", "stamped"),
    [("linux", "", ""), ("win32", "", PYTHON), ("linux", "D:\\py\\python.exe", "D:\\py\\python.exe")],
)
def test_the_addin_can_be_written_anywhere(tmp_path: Path, system: str, given: str, stamped: str) -> None:
    out = tmp_path / "perf_xl.xlam"
    for _ in range(2):
        assert installing.write_out(MadeUp(system=system), out, given, addin) == out
    stamp = installing.stamp_of(out.read_bytes())
    assert stamp is not None
    assert stamp.interpreter == stamped


def test_what_is_written_is_an_addin_and_never_over_somebody_elses(tmp_path: Path) -> None:
    with pytest.raises(NothingToDo, match="以 \\.xlam 结尾"):
        installing.write_out(MadeUp(), tmp_path / "perf_xl.xlsx", "", addin)
    theirs = tmp_path / "theirs.xlam"
    theirs.write_bytes(foreign())
    with pytest.raises(NothingToDo, match="不是本软件做的"):
        installing.write_out(MadeUp(), theirs, "", addin)
    assert list(tmp_path.iterdir()) == [theirs]


def test_the_real_addin_says_where_it_comes_from(tmp_path: Path) -> None:
    here = MadeUp(packages={name: version(name) for name in ("perf-xl", "xlwings")})
    installing.install(here, installing.build)
    assert installing.installed_stamp(here) == installing.Stamp(PYTHON, version("perf-xl"), version("xlwings"))
    assert doctor.check_addin(here).state == doctor.GOOD
    assert run("excel", "build", tmp_path / "perf_xl.xlam", "--python", PYTHON).exit_code == 0
    assert (tmp_path / "perf_xl.xlam").read_bytes() == here.files[ADDIN]


# --- doctor -----------------------------------------------------------------------------------------------------------


def state_of(here: MadeUp, check: doctor.Check) -> tuple[str, str]:
    found = check(here)
    assert (found.state == doctor.GOOD) or found.cure
    assert not found.cure.endswith("。")
    return found.state, f"{found.said} {found.cure}"


def test_a_machine_as_it_should_be_is_good_in_every_check() -> None:
    found = doctor.diagnose(MadeUp())
    assert [one for one in found if one.state != doctor.GOOD] == []
    assert len(found) == 1 + len(doctor.CHECKS)
    assert len({one.name for one in found}) == len(found)
    assert not doctor.has_bad(found)


def set_key(key: str, value: Any, name: str = "") -> Callable[[MadeUp], object]:
    return lambda one: one.keys.__setitem__((key, name), value)


def set_file(path: str, data: bytes) -> Callable[[MadeUp], object]:
    return lambda one: one.files.__setitem__(path, data)


def set_to(**values: Any) -> Callable[[MadeUp], object]:
    return lambda one: [setattr(one, name, value) for name, value in values.items()]


def both(*steps: Callable[[MadeUp], object]) -> Callable[[MadeUp], object]:
    return lambda one: [step(one) for step in steps]


def without_excel(one: MadeUp) -> None:
    one.keys = {key: value for key, value in one.keys.items() if "xcel" not in key[0] or "Environment" in key[0]}


def disabled(path: str) -> bytes:
    text = path.lower().encode("utf-16-le") + b"\0\0"
    return struct.pack("<III", 2, len(text), 2) + text + b"\0\0"


WPS = '"C:\\Users\\me\\AppData\\Local\\Kingsoft\\WPS Office\\12.1.0\\office6\\et.exe" /automation'
FAR = "\\\\server\\profiles\\me\\AppData"
CASES = [
    (doctor.check_system, set_to(system="linux"), "bad", "Linux"),
    (doctor.check_system, set_to(system="darwin"), "bad", "macOS"),
    (doctor.check_excel, without_excel, "bad", "安装 Excel"),
    (doctor.check_excel, both(without_excel, set_key("HKCR\\ket.Application\\CLSID", "{1}")), "bad", "只有 WPS"),
    (doctor.check_excel, set_key(doctor._EXCEL, WPS), "bad", "没有找到"),
    (doctor.check_excel, lambda one: one.files.pop(EXCEL), "bad", "没有找到"),
    (doctor.check_excel, set_key("HKCR\\Excel.Application\\CurVer", "Excel.Application.12"), "bad", "2007"),
    (doctor.check_excel, set_key("HKCR\\Excel.Application\\CurVer", "Excel.Application.15"), "good", "2013"),
    (doctor.check_excel, set_key("HKCR\\Excel.Application\\CurVer", None), "good", "版本不明"),
    (doctor.check_excel, set_key(doctor._EXCEL, f'"{EXCEL}"'), "good", EXCEL),
    (doctor.check_hijack, set_key(SERVER[0], WPS), "bad", "已被 WPS 占用"),
    (doctor.check_hijack, set_key(SERVER[0], "C:\\WPS\\office6\\wps.exe /prometheus"), "bad", "快速修复"),
    (doctor.check_hijack, set_key("HKCR\\Excel.Application\\CLSID", None), "doubt", "没有查到"),
    (doctor.check_hijack, set_key("HKCR\\ket.Application\\CLSID", "{1}"), "good", "也装有 WPS"),
    (doctor.check_python, set_to(base_python="C:\\x\\WindowsApps\\python.exe"), "bad", "应用商店"),
    (doctor.check_python, set_to(version=(3, 10, 9)), "bad", "3.11 以上"),
    (doctor.check_path, set_to(python="C:\\用户\\张三\\python.exe"), "good", "不碍事"),
    (doctor.check_path, set_to(python="C:\\用户\\张三\\python.exe", code_page="cp1252"), "doubt", "函数"),
    (doctor.check_pywin32, set_to(modules={"pythoncom"}), "bad", "pip install"),
    (doctor.check_bits, set_file(EXCEL, program(0x014C)), "good", "Excel 32 位,Python 64 位,不同"),
    (doctor.check_bits, set_to(bits=32), "good", "Excel 64 位,Python 32 位,不同"),
    (doctor.check_bits, set_file(EXCEL, b"MZ"), "doubt", "看不出"),
    (doctor.check_bits, set_file(EXCEL, b"MZ".ljust(200, b"\0")), "doubt", "看不出"),
    (doctor.check_folder, lambda one: one.variables.clear(), "bad", "APPDATA"),
    (doctor.check_folder, set_to(closed={XLSTART}), "bad", "不能写入"),
    (doctor.check_folder, set_to(variables={"APPDATA": FAR}), "doubt", "网络"),
    (doctor.check_addin, lambda one: one.files.pop(ADDIN), "bad", "还没有装"),
    (doctor.check_addin, lambda one: one.variables.clear(), "bad", "APPDATA"),
    (doctor.check_addin, set_file(ADDIN, foreign()), "bad", "不是本软件做的"),
    (doctor.check_addin, set_file(ADDIN, addin(perf_xl="0.0.9")), "bad", "perf_xl 0.0.9,现在是 0.1.0"),
    (doctor.check_addin, set_file(ADDIN, addin(xlwings="0.36.0")), "bad", "xlwings 0.36.0"),
    (doctor.check_addin, set_file(ADDIN, addin("")), "doubt", "没有写明用哪个 Python"),
    (doctor.check_addin, set_file(ADDIN, addin("D:\\gone\\python.exe")), "bad", "已经不在"),
    (
        doctor.check_addin,
        both(set_file(ADDIN, addin("D:\\py\\python.exe")), set_file("D:\\py\\python.exe", b"")),
        "doubt",
        "另一个 Python",
    ),
    (doctor.check_addin, set_file(ADDIN, addin(PYTHON.upper())), "good", "已装好"),
    (doctor.check_templates, set_key(installing.ENVIRONMENT, None, installing.VARIABLE), "doubt", "没有"),
    (doctor.check_templates, set_key(installing.ENVIRONMENT, "D:\\py.exe", installing.VARIABLE), "doubt", "D:\\py.exe"),
    (
        doctor.check_templates,
        both(
            set_key(installing.ENVIRONMENT, None, installing.VARIABLE),
            set_to(variables={"PATH": f"C:\\Windows;;{machine.folder_of(PYTHON)}"}),
        ),
        "good",
        PYTHON,
    ),
    (doctor.check_macros, set_key(f"{POLICY}\\Common", 1, "VBAOff"), "bad", "VBA 已关闭"),
    *(
        (doctor.check_macros, set_key(f"{root}\\16.0\\Excel\\Security", 1, "DisableAllAddins"), "bad", "单位统一设置")
        for root in doctor.POLICIES
    ),
    (doctor.check_macros, set_key(f"{OFFICE}\\Excel\\Security", 1, "DisableAllAddins"), "bad", "信任中心设置"),
    (
        doctor.check_macros,
        set_key(f"{OFFICE}\\Excel\\Security\\Trusted Locations", 1, "AllLocationsDisabled"),
        "bad",
        "受信任位置",
    ),
    (doctor.check_macros, set_key(f"{OFFICE}\\Excel\\Security", 4, "VBAWarnings"), "doubt", "一律不许"),
    (doctor.check_macros, set_key(f"{OFFICE}\\Excel\\Security", 3, "VBAWarnings"), "doubt", "数字签名"),
    (doctor.check_macros, set_key(f"{OFFICE}\\Excel\\Security", 2, "VBAWarnings"), "good", "启用内容"),
    (doctor.check_macros, set_key(f"{OFFICE}\\Excel\\Security", 1, "VBAWarnings"), "good", "允许运行"),
    (
        doctor.check_macros,
        both(
            set_key(f"{OFFICE}\\Excel\\Security", 1, "VBAWarnings"),
            set_key(f"{POLICY}\\Excel\\Security", 4, "VBAWarnings"),
        ),
        "doubt",
        "单位统一设置",
    ),
    (doctor.check_internet, set_file(f"{ADDIN}:Zone.Identifier", b"[ZoneTransfer]\r\nZoneId=3\r\n"), "bad", "互联网"),
    (doctor.check_internet, set_file(f"{ADDIN}:Zone.Identifier", b"[ZoneTransfer]\r\nZoneId=0\r\n"), "good", "没有"),
    (
        doctor.check_internet,
        set_key(f"{POLICY}\\Excel\\Security", 1, "BlockContentExecutionFromInternet"),
        "doubt",
        "解除锁定",
    ),
    (
        doctor.check_disabled,
        lambda one: one.lists.update({f"{OFFICE}\\Excel\\Resiliency\\DisabledItems": [7, b"x", disabled(ADDIN)]}),
        "bad",
        "禁用项目",
    ),
    (
        doctor.check_disabled,
        lambda one: one.lists.update({f"{OFFICE}\\Excel\\Resiliency\\DisabledItems": [disabled("C:\\other.xlam")]}),
        "good",
        "没有被禁用",
    ),
    (doctor.check_library, lambda one: one.files.pop(DLL), "doubt", "xlwings64-0.37.8.dll"),
    (doctor.check_library, set_file(EXCEL, program(0x014C)), "doubt", "xlwings32-0.37.8.dll"),
    (
        doctor.check_library,
        both(lambda one: one.files.pop(DLL), set_file("C:\\Users\\me\\venv\\Scripts\\xlwings64-0.37.8.dll", b"")),
        "good",
        "xlwings64",
    ),
]


@pytest.mark.parametrize(("check", "spoil", "state", "said"), CASES)
def test_a_check_tells_what_is_wrong_and_what_to_do(
    check: doctor.Check, spoil: Callable[[MadeUp], object], state: str, said: str
) -> None:
    here = MadeUp()
    spoil(here)
    found, words = state_of(here, check)
    assert (found, said in words) == (state, True), words


def test_every_check_has_a_case_that_is_not_good() -> None:
    assert {check for check, _, state, _ in CASES if state != "good"} == {doctor.check_system, *doctor.CHECKS}


def test_without_windows_only_the_system_is_told() -> None:
    (found,) = doctor.diagnose(MadeUp(system="linux"))
    assert found.line() == "× 操作系统:Linux,装不了 Excel 加载项"


def test_an_addin_that_cannot_be_read_is_told_and_no_crash() -> None:
    class Held(MadeUp):
        def read(self, path: str, most: int = -1) -> bytes:
            raise PermissionError(13, "Permission denied", path)

    found = doctor.check_addin(Held())
    assert found.state == "bad"
    assert "关闭全部 Excel 窗口" in found.cure
    with pytest.raises(NothingToDo, match="关闭全部 Excel 窗口"):
        installing.install(Held(), addin)


# --- the commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> MadeUp:
    one = bare()
    monkeypatch.setattr(machine, "Machine", lambda: one)
    monkeypatch.setattr(installing, "build", addin)
    return one


def test_install_doctor_uninstall_on_the_command_line(here: MadeUp) -> None:
    before = run("excel", "doctor")
    assert before.exit_code == 1
    assert "× 加载项:还没有装\n    怎么办:运行 perf-xl excel install。\n" in before.stdout
    installed = run("excel", "install")
    assert installed.exit_code == 0
    assert "√" not in installed.stdout
    after = run("excel", "doctor")
    assert after.exit_code == 0
    assert [line[0] for line in after.stdout.splitlines()] == ["√"] * (1 + len(doctor.CHECKS))
    assert run("excel", "uninstall").exit_code == 0
    assert ADDIN not in here.files


def test_install_tells_what_stands_in_the_way(here: MadeUp) -> None:
    here.keys[SERVER] = WPS
    result = run("excel", "install")
    assert result.exit_code == 1
    assert "已装好" in result.stdout
    assert "× Excel 与 WPS" in result.stdout


@pytest.mark.parametrize("step", ["install", "uninstall"])
def test_outside_windows_it_is_said_and_exit_2(here: MadeUp, step: str) -> None:
    here.system = "linux"
    result = run("excel", step)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "只能装在 Windows 上" in result.stderr


def test_the_diagnosis_as_json(here: MadeUp) -> None:
    result = run("excel", "doctor", "--json")
    checks = json.loads(result.stdout)["checks"]
    assert result.exit_code == 1
    assert [set(one) for one in checks] == [{"name", "state", "said", "cure"}] * (1 + len(doctor.CHECKS))
    assert {one["state"] for one in checks} == {"good", "doubt", "bad"}


def test_build_on_the_command_line(here: MadeUp, tmp_path: Path) -> None:
    here.system = "linux"
    result = run("excel", "build", tmp_path / "a.xlam", "--python", "D:\\py\\python.exe")
    assert (result.exit_code, result.stdout) == (0, f"已写出 {tmp_path / 'a.xlam'}\n")
    assert run("excel", "build", tmp_path / "a.xlsx").exit_code == 2


@pytest.mark.parametrize("command", [(), ("install",), ("uninstall",), ("doctor",), ("build",)])
def test_help_is_chinese(command: tuple[str, ...]) -> None:
    result = run("excel", *command, "--help")
    assert result.exit_code == 0
    assert "用法:" in result.output
    for english in ("Usage", "Options", "Commands", "Show this", "COMMAND"):
        assert english not in result.output


# --- the real machine -------------------------------------------------------------------------------------------------


class FakeRegistry(ModuleType):
    """winreg over a dictionary: key → view → name → value."""

    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, HKEY_CLASSES_ROOT = "CU", "LM", "CR"
    KEY_READ, KEY_SET_VALUE, KEY_WOW64_64KEY, KEY_WOW64_32KEY, REG_SZ = 1, 2, 0x100, 0x200, 1

    def __init__(self, content: dict[tuple[str, str, int], dict[str, Any]]) -> None:
        super().__init__("winreg")
        self.content = content

    class Key(dict[str, Any]):
        real: dict[str, Any]

        @classmethod
        def of(cls, real: dict[str, Any]) -> FakeRegistry.Key:
            key = cls(real)
            key.real = real
            return key

        def __enter__(self) -> FakeRegistry.Key:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    def OpenKey(self, root: str, key: str, _: int, access: int) -> Key:
        if (found := self.content.get((root, key, access & 0x300))) is None:
            raise FileNotFoundError(2, key)
        return self.Key(found)

    def QueryValueEx(self, key: Key, name: str) -> tuple[Any, int]:
        if name not in key:
            raise FileNotFoundError(2, name)
        return key[name], 1

    def QueryInfoKey(self, key: Key) -> tuple[int, int, int]:
        return 0, len(key), 0

    def CreateKeyEx(self, root: str, key: str, _: int, access: int) -> Key:
        assert access == self.KEY_SET_VALUE
        return self.Key.of(self.content.setdefault((root, key, self.KEY_WOW64_64KEY), {}))

    def SetValueEx(self, key: Key, name: str, _: int, kind: int, value: str) -> None:
        assert kind == self.REG_SZ
        key.real[name] = value

    def DeleteValue(self, key: Key, name: str) -> None:
        if name not in key.real:
            raise FileNotFoundError(2, name)
        del key.real[name]

    def EnumValue(self, key: Key, number: int) -> tuple[str, Any, int]:
        return (*list(key.items())[number], 1)


def test_the_registry_is_asked_in_both_views(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {
        ("LM", "A\\B", 0x100): {"": "sixty-four"},
        ("LM", "A\\B", 0x200): {"": "thirty-two", "only": 32},
        ("CU", "List", 0x100): {"a": b"1", "b": 2},
    }
    monkeypatch.setitem(sys.modules, "winreg", FakeRegistry(content))
    here = machine.Machine()
    assert here.registry("HKLM\\A\\B") == "sixty-four"
    assert here.registry("HKLM\\A\\B", "only") == 32
    assert here.registry("HKCR\\A\\B") is None
    assert here.values("HKCU\\List") == [b"1", 2]
    assert here.values("HKCU\\None") == []


def test_a_variable_of_the_user_is_set_and_taken_out_and_programs_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    content: dict[tuple[str, str, int], dict[str, Any]] = {("CU", "Environment", 0x100): {"Path": "C:\\"}}
    told: list[object] = []
    monkeypatch.setitem(sys.modules, "winreg", FakeRegistry(content))
    monkeypatch.setattr(machine, "_tell_programs", lambda: told.append("told"))
    here = machine.Machine()
    here.set_value(installing.ENVIRONMENT, installing.VARIABLE, PYTHON)
    assert here.registry(installing.ENVIRONMENT, installing.VARIABLE) == PYTHON
    for _ in range(2):
        here.set_value(installing.ENVIRONMENT, installing.VARIABLE, None)
    assert content == {("CU", "Environment", 0x100): {"Path": "C:\\"}}
    assert told == ["told"] * 3


def test_files_of_the_real_machine(tmp_path: Path) -> None:
    here = machine.Machine()
    target = tmp_path / "Excel" / "XLSTART" / "perf_xl.xlam"
    assert here.writable(str(target.parent))
    for data in (b"one", b"another"):
        here.write(str(target), data)
        assert here.read(str(target)) == data
    assert here.read(str(target), 3) == b"ano"
    assert list(target.parent.iterdir()) == [target]
    assert list(target.parent.parent.iterdir()) == [target.parent]
    here.remove(str(target))
    assert not here.exists(str(target))


def test_nothing_is_left_behind_where_a_write_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object) -> None:
        raise PermissionError(13, "in use")

    target = tmp_path / "XLSTART" / "perf_xl.xlam"
    target.parent.mkdir()
    target.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(PermissionError):
        machine.Machine().write(str(target), b"new")
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["XLSTART", "perf_xl.xlam"]


def test_what_the_real_machine_says_of_python() -> None:
    here = machine.Machine()
    assert (here.system, here.python, here.version) == (sys.platform, sys.executable, sys.version_info[:3])
    assert here.importable("json")
    assert not here.importable("no_such_module")
    assert here.installed("xlwings")
    assert here.installed("no-such-package") is None
    assert here.variable("NO_SUCH_VARIABLE") is None


@pytest.mark.parametrize("command", [["excel", "--help"], ["excel", "doctor"], ["explain", "W02"]])
def test_the_command_line_waits_for_no_xlwings(command: list[str]) -> None:
    program = (
        "import sys\n"
        "from perf_xl.cli import main\n"
        "try:\n"
        f"    main({command!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        "heavy = {'xlwings', 'pandas', 'pyopenvba', 'xlsxwriter'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.DEVNULL)
