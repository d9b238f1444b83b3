"""No licence key: nothing of xlwings PRO is imported, and nothing asks the environment for a key."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_architecture import PACKAGE, dotted, modules

MACROS = PACKAGE.parent / "macros"


def names_in(path: Path) -> Iterator[str]:
    """Every module imported and every attribute taken, as `a.b.c`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


PAID = (
    "xlwings.pro",
    "xlwings.server",
    "xw.pro",
    "xw.server",
    "XLWINGS_LICENSE_KEY",
    "XLWINGS_ON_SERVER",
    "LICENSE_KEY",
)


@pytest.mark.parametrize("path", modules(), ids=dotted)
def test_no_module_names_what_is_paid_for(path: Path) -> None:
    found = [name for name in names_in(path) for paid in PAID if name == paid or name.startswith(f"{paid}.")]
    assert found == []


@pytest.mark.parametrize("path", sorted(MACROS.glob("*.bas")), ids=lambda path: path.name)
def test_no_macro_names_a_key(path: Path) -> None:
    assert "LICENSE" not in path.read_text(encoding="ascii").upper()


PROGRAM = """
import os, sys, pkgutil
import xlwings  # asks for a key at its own import, whoever imports it
before = set(sys.modules)
asked = []

class Watched(type(os.environ)):
    def __getitem__(self, name):
        asked.append(name)
        return super().__getitem__(name)

os.environ.__class__ = Watched
import perf_xl.excel
from importlib import import_module
names = [one.name for one in pkgutil.iter_modules(perf_xl.excel.__path__) if one.name != "__main__"]
for name in names:
    import_module(f"perf_xl.excel.{name}")
from perf_xl.excel import functions
for name, told in functions.FUNCTIONS.items():
    getattr(functions, name)(*[[["1"]]] * len(told.arguments))
os.environ.get("PATH")
assert "PATH" in asked
assert len(names) > 5, names
paid = [name for name in set(sys.modules) - before if name.startswith(("xlwings.pro", "xlwings.server"))]
assert not paid, paid
assert not [name for name in asked if "LICENSE" in name.upper() or name.startswith("XLWINGS")], asked
assert not xlwings.__pro__
"""


def test_nothing_paid_is_loaded_and_no_key_is_asked_for() -> None:
    """All modules for Excel are imported and the functions used; what xlwings does at its own import is not ours."""
    subprocess.run([sys.executable, "-X", "utf8", "-c", PROGRAM], check=True)
