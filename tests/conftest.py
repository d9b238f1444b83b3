"""On the machine that decides (`CI` is set), no test may be skipped: a skipped test proves nothing."""

from __future__ import annotations

import os

os.environ["OPENPYXL_LXML"] = "False"  # tests change bytes that openpyxl wrote: the same with and without lxml

import pytest
from engines.fixtures import app, ironcalc_app, libreoffice_app, office  # noqa: F401

SKIPPED: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        SKIPPED.append(f"{report.nodeid}: {report.longrepr}")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        SKIPPED.append(f"{report.nodeid}: {report.longrepr}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _decides(session.config) and SKIPPED and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _decides(terminalreporter.config) and SKIPPED:
        terminalreporter.section("skipped, which counts as failed where CI is set", red=True)
        for line in SKIPPED:
            terminalreporter.line(line)


def _decides(config: pytest.Config) -> bool:
    """Whether this is the process that reports (not a worker of xdist), on a machine that decides."""
    return bool(os.environ.get("CI")) and not hasattr(config, "workerinput")
