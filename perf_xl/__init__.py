"""perf_xl: 项目支出绩效自评表, read, scored, checked and consolidated.

    >>> import perf_xl
    >>> sorted(perf_xl.__all__)
    ['Consolidation', 'Finding', 'Form', 'FormScore', 'PerfXlError', 'Rulebook', 'check', 'consolidate', 'read', 'score']

What is expensive to import (pandas, the spreadsheet writers) is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perf_xl.consolidating import Consolidation
    from perf_xl.errors import PerfXlError
    from perf_xl.findings import Finding
    from perf_xl.model import Form
    from perf_xl.pipeline import Result
    from perf_xl.rules import Rulebook
    from perf_xl.scoring import FormScore

__all__ = [
    "Consolidation",
    "Finding",
    "Form",
    "FormScore",
    "PerfXlError",
    "Rulebook",
    "check",
    "consolidate",
    "read",
    "score",
]

_HOMES = {
    "Consolidation": "consolidating",
    "Finding": "findings",
    "Form": "model",
    "FormScore": "scoring",
    "PerfXlError": "errors",
    "Rulebook": "rules",
}


def __getattr__(name: str) -> object:
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"perf_xl.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'perf_xl' has no attribute {name!r}")


def read(path: str | Path) -> tuple[Form, ...]:
    """Return the forms (自评表) of one workbook, in order.

    Raises:
        WorkbookUnreadable: no workbook, damaged, encrypted, or without a form; the message says what to do.
    """
    from perf_xl.folders import SourceFile
    from perf_xl.intake import read_all

    (result,) = read_all([SourceFile(Path(path), Path(path).name)])
    if result.refusal is not None:
        raise result.refusal
    return result.forms


def score(form: Form, rulebook: Rulebook | None = None) -> FormScore:
    """Score a form (评分). Without a rulebook the shipped one that fits the form's weights is taken."""
    from perf_xl.scoring import score as score_form

    return score_form(form, rulebook)


def check(form: Form, rulebook: Rulebook | None = None) -> list[Finding]:
    """Return all findings (问题) of a form, in order of severity."""
    from perf_xl.auditing import audit

    return audit(score(form, rulebook))


def consolidate(
    what: str | Path | Iterable[str | Path | Form],
    *,
    as_one: str | None = None,
    rulebook: Rulebook | None = None,
    roster: Sequence[str] = (),
) -> Result:
    """Consolidate forms (汇总): a folder, files, or forms that were read before.

    Args:
        what: a folder, a list of files and folders, or a list of forms.
        as_one: all tables become one form of this name; else one form per project and year.
        rulebook: scores every form and the result; without one the shipped rulebook that fits is taken.
        roster: names of the units that had to file.

    Returns:
        The result: `.forms`, `.projects`, `.findings`, `.files`; `.to_json()`, `.frames()`.

    Raises:
        NothingToDo: a path does not exist.
    """
    from perf_xl import folders, pipeline
    from perf_xl.model import Form

    items = [what] if isinstance(what, str | Path) else list(what)
    forms = [item for item in items if isinstance(item, Form)]
    if forms:
        if len(forms) != len(items):
            raise TypeError("consolidate takes forms or paths, not both")
        return pipeline.consolidate_forms(forms, as_one=as_one, rulebook=rulebook, roster=roster)
    files = folders.find_files([item for item in items if not isinstance(item, Form)])
    return pipeline.consolidate(files, as_one=as_one, rulebook=rulebook, roster=roster)
