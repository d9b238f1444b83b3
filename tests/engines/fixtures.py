"""Fixtures of the engines: import `engine`, or `ironcalc_app` alone, into a test module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlwings as xw

from engines import ironcalc_engine
from engines.base import Engine


def start(impl: Engine) -> xw.App:
    """Start a program on an engine and let xlwings know it, as if it were the Excel of this machine."""
    if impl.name not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=impl))
    xw.engines[impl.name].activate()
    return xw.App(add_book=False)


def stop(app: xw.App) -> None:
    """Close everything, whatever a test has left."""
    app.quit()
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller
    xw.engines.active = None


@pytest.fixture
def ironcalc_app() -> Iterator[xw.App]:
    """Excel as IronCalc plays it: opens in milliseconds."""
    app = start(ironcalc_engine.ENGINE)
    yield app
    stop(app)


def open_book(app: xw.App, path: Path, into: Path) -> xw.Book:
    """Open a copy of a workbook in the directory `into`; the book is the one whose button was clicked."""
    into.mkdir(parents=True, exist_ok=True)
    copy = into / path.name
    if copy != path:
        shutil.copyfile(path, copy)
    book = app.books.open(copy)
    book.set_mock_caller()
    return book
