"""The machine that Excel stands on (本机): its registry, environment, files and Python, behind one small door.

What installs and what diagnoses asks a `Machine` and nothing else, so that every case of Windows is tested on a made-up
one. Paths are text as Windows writes it; a registry key begins with HKCU, HKLM or HKCR.
"""

from __future__ import annotations

import os
import struct
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module, metadata
from pathlib import Path, PureWindowsPath
from typing import Any


class Machine:
    """本机: what can be asked of it, and the few things that can be done to it. A test overrides it all."""

    system: str
    """As `sys.platform` says it: win32, linux, darwin."""
    python: str
    """The interpreter that runs this, of the virtual environment where there is one."""
    base_python: str
    """The interpreter that the virtual environment was made from; else the same."""
    version: tuple[int, int, int]
    bits: int
    """Of the interpreter: 64 or 32."""
    code_page: str
    """The encoding of texts that are not Unicode (ANSI 代码页)."""

    def __init__(self) -> None:
        self.system = sys.platform
        self.python = sys.executable or ""
        self.base_python = getattr(sys, "_base_executable", "") or self.python
        self.version = (sys.version_info.major, sys.version_info.minor, sys.version_info.micro)
        self.bits = struct.calcsize("P") * 8
        self.code_page = "mbcs" if sys.platform == "win32" else "utf-8"

    def variable(self, name: str) -> str | None:
        """Return an environment variable as this process sees it."""
        return os.environ.get(name)

    def registry(self, key: str, name: str = "") -> Any:
        """Return a value of the registry, in the 64-bit view or else the 32-bit one; None where there is none."""
        return _asked(key, lambda winreg, opened: winreg.QueryValueEx(opened, name)[0], None)

    def values(self, key: str) -> list[Any]:
        """Return all values of a key of the registry."""
        return _asked(key, _all_values, [])  # type: ignore[no-any-return]

    def set_value(self, key: str, name: str, value: str | None) -> None:
        """Write a text into the registry; None takes it out."""
        winreg = import_module("winreg")
        root, below = _hive(winreg, key)
        with winreg.CreateKeyEx(root, below, 0, winreg.KEY_SET_VALUE) as opened:
            if value is not None:
                winreg.SetValueEx(opened, name, 0, winreg.REG_SZ, value)
            else:
                with suppress(FileNotFoundError):
                    winreg.DeleteValue(opened, name)
        _tell_programs()

    def exists(self, path: str) -> bool:
        """Return whether there is a file or folder."""
        return Path(path).exists()

    def writable(self, folder: str) -> bool:
        """Return whether files can be made in a folder, or in the one that will hold it."""
        place = Path(folder)
        while not place.exists() and place != place.parent:
            place = place.parent
        try:
            with tempfile.TemporaryFile(dir=place):
                return True
        except OSError:
            return False

    def read(self, path: str, most: int = -1) -> bytes:
        """Return what a file holds, or its first bytes.

        Raises:
            OSError: there is none, or it cannot be read.
        """
        with Path(path).open("rb") as file:
            return file.read(most)

    def write(self, path: str, data: bytes) -> None:
        """Write a file in one move; one that stands there is replaced.

        Raises:
            OSError: it cannot be written, or another program holds it.
        """
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        # not in the folder itself: Excel opens whatever lies in XLSTART
        handle, name = tempfile.mkstemp(prefix="perf_xl-", suffix=".tmp", dir=target.parent.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)

    def remove(self, path: str) -> None:
        """Delete a file.

        Raises:
            OSError: it cannot be deleted, or another program holds it.
        """
        Path(path).unlink()

    def installed(self, distribution: str) -> str | None:
        """Return the version of an installed package; None where it is not installed."""
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            return None

    def importable(self, module: str) -> bool:
        """Return whether a module can be imported."""
        try:
            import_module(module)
        except Exception:  # a DLL that is missing shows as an ImportError, a broken one as anything
            return False
        return True


def _hive(winreg: Any, key: str) -> tuple[Any, str]:
    """Return the root and what is below it: `HKCU\\Software` → HKEY_CURRENT_USER, `Software`."""
    root, _, below = key.partition("\\")
    full = {"HKCU": "HKEY_CURRENT_USER", "HKLM": "HKEY_LOCAL_MACHINE", "HKCR": "HKEY_CLASSES_ROOT"}[root]
    return getattr(winreg, full), below


def _asked(key: str, question: Callable[[Any, Any], Any], otherwise: Any) -> Any:
    """Ask a key of the registry in both views; what is not there, or not ours to read, is `otherwise`."""
    winreg = import_module("winreg")
    root, below = _hive(winreg, key)
    for view in (winreg.KEY_WOW64_64KEY, winreg.KEY_WOW64_32KEY):
        with suppress(OSError), winreg.OpenKey(root, below, 0, winreg.KEY_READ | view) as opened:
            return question(winreg, opened)
    return otherwise


def _all_values(winreg: Any, opened: Any) -> list[Any]:
    return [winreg.EnumValue(opened, number)[1] for number in range(winreg.QueryInfoKey(opened)[1])]


def _tell_programs() -> None:
    """Tell running programs that environment variables have changed (WM_SETTINGCHANGE)."""
    ctypes = import_module("ctypes")
    everybody, setting_change, abort_if_hung = 0xFFFF, 0x001A, 0x0002
    ctypes.windll.user32.SendMessageTimeoutW(
        everybody, setting_change, 0, "Environment", abort_if_hung, 2000, ctypes.byref(ctypes.c_ulong())
    )


def under(folder: str, *names: str) -> str:
    r"""Return a path below a folder, as Windows writes it.

    >>> under("C:\\Users\\me", "XLSTART", "perf_xl.xlam")
    'C:\\Users\\me\\XLSTART\\perf_xl.xlam'
    """
    return str(PureWindowsPath(folder, *names))


def folder_of(path: str) -> str:
    """Return the folder a path lies in, as Windows writes it."""
    return str(PureWindowsPath(path).parent)


def is_windows(machine: Machine) -> bool:
    """Return whether Excel with add-ins can be there at all."""
    return machine.system == "win32"
