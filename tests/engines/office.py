"""One LibreOffice for a run of tests: started with a profile of its own, spoken to through a pipe, and surely ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_DEBIAN = "/usr/lib/python3/dist-packages"
sys.path.append(_DEBIAN)  # at the end: nothing there may stand before what is installed for the tests
import uno  # noqa: E402

sys.path.remove(_DEBIAN)

WRONG_PASSWORD: type[Exception] = uno.getClass("com.sun.star.lang.IllegalArgumentException")
_PATIENCE = 120
_GUARDED = 'setsid "$@" </dev/null & cat; kill -9 -$!; wait; rm -rf "$0"'
"""Run a program until the pipe from the tests is closed, be it that they were killed; then end it, and tidy up."""


class Office:
    """A running soffice; `desktop` opens documents."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="office-"))
        pipe = f"perf_xl_{os.getpid()}"
        self._process = subprocess.Popen(
            [
                "sh", "-c", _GUARDED, str(self.home),
                "soffice", f"-env:UserInstallation={(self.home / 'profile').as_uri()}", f"--accept=pipe,name={pipe};urp;",
                "--headless", "--norestore", "--nologo", "--nodefault",
            ],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            context = self._connect(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except BaseException:
            self.stop()
            raise
        self.desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

    def _connect(self, address: str) -> Any:
        own = uno.getComponentContext()
        resolver = own.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", own)
        refused = uno.getClass("com.sun.star.connection.NoConnectException")
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return resolver.resolve(address)
            except refused:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.1)

    def load(self, path: Path | None) -> Any:
        """Open a copy of a workbook, so that no lock is left beside it; or a new one."""
        if path is None:
            return self.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, properties(Hidden=True))
        copy = Path(tempfile.mkdtemp(dir=self.home)) / path.name
        shutil.copyfile(path, copy)
        document = self.desktop.loadComponentFromURL(copy.as_uri(), "_blank", 0, properties(Hidden=True))
        if document is None:
            raise OSError(f"LibreOffice does not open {path.name}")
        return document

    def stop(self) -> None:
        """End the program with all it has started, and take its directory away."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def properties(**values: Any) -> tuple[Any, ...]:
    """Named arguments as LibreOffice takes them."""
    return tuple(struct("beans.PropertyValue", Name=name, Value=value) for name, value in values.items())


def struct(kind: str, **parts: Any) -> Any:
    """A struct of LibreOffice."""
    made = uno.createUnoStruct(f"com.sun.star.{kind}")
    for name, value in parts.items():
        setattr(made, name, value)
    return made


def enum(kind: str, value: str) -> Any:
    """A value of an enumeration of LibreOffice."""
    return uno.Enum(f"com.sun.star.{kind}", value)
