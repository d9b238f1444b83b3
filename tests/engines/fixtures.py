"""Fixtures of the engines, known to all tests through `conftest`; what is heavy is imported where it is used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import xlwings as xw

    from engines.base import Engine
    from engines.office import Office


def start(impl: Engine) -> xw.App:
    """Start a program on an engine and let xlwings know it, as if it were the Excel of this machine."""
    import xlwings as xw

    xw.engines.add(xw.Engine(impl=impl))
    xw.engines[impl.name].activate()
    return xw.App(add_book=False)


def stop(app: xw.App) -> None:
    """Close everything, whatever a test has left."""
    import xlwings as xw

    app.quit()
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller
    xw.engines.active = None
    xw.engines.engines.clear()
    xw.engines.engines_by_name.clear()


@pytest.fixture
def ironcalc_app() -> Iterator[xw.App]:
    """Excel as IronCalc plays it: opens in milliseconds."""
    from engines.ironcalc_engine import engine

    app = start(engine())
    yield app
    stop(app)


@pytest.fixture(scope="session")
def office() -> Iterator[Office]:
    """One LibreOffice for all tests of a run."""
    from engines.office import Office

    running = Office()
    yield running
    running.stop()


@pytest.fixture
def libreoffice_app(office: Office) -> Iterator[xw.App]:
    """Excel as LibreOffice plays it: everything is live."""
    from engines.libreoffice_engine import engine

    app = start(engine(office))
    yield app
    stop(app)


@pytest.fixture(params=["ironcalc", "libreoffice"])
def app(request: pytest.FixtureRequest) -> xw.App:
    """Excel as each of the engines plays it."""
    running: xw.App = request.getfixturevalue(f"{request.param}_app")
    return running


def open_book(app: xw.App, path: Path, into: Path) -> xw.Book:
    """Open a copy of a workbook in the directory `into`; the book is the one whose button was clicked."""
    into.mkdir(parents=True, exist_ok=True)
    copy = into / path.name
    if copy != path:
        shutil.copyfile(path, copy)
    book = app.books.open(copy)
    book.set_mock_caller()
    return book
