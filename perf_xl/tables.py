"""A consolidation as tables for analysts: pandas DataFrames, Parquet and CSV. The only module that imports pandas.

| frame | one row is | columns (dtype, unit) |
|---|---|---|
| projects | a table that was read | project, unit, file, sheet, grade (string); year (Int64); budget, executed (Decimal, 万元); rate (Decimal, share, cut after 8 decimals); total, filed_total (Decimal, points); errors, doubts, advice (Int64); counted (boolean) |
| indicators | a consolidated indicator | project, level1, level2, level3, unit, aggregation, direction (string); year, band, band1, band2, band3, sources (Int64); target, target_high, actual (Decimal, base unit); completion (Decimal, share); weight, score (Decimal, points) |
| contributions | a source row of a consolidated indicator | project, level1, level2, level3, file, sheet, filing_unit, source_project, target_cell, actual_cell, target, actual (string); year (Int64); weight (Decimal, points); funds (Decimal, 万元); completion (Decimal, share) |
| findings | a finding | code, severity, title, file, sheet, cell, message, found, expected, citation (string) |
| files | a file seen | file, status, code, message (string); forms (Int64) |

Decimal columns hold `decimal.Decimal` or None (dtype object; decimal128 in Parquet, decimal256 for very many decimals).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from perf_xl.errors import NothingToDo
from perf_xl.exact import cut, plain
from perf_xl.findings import ADVICE, DOUBT, ERROR
from perf_xl.trace import decimal_type

if TYPE_CHECKING:
    import pandas as pd

    from perf_xl.consolidating import ConsolidatedForm, ConsolidatedIndicator, Consolidation

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet program take a text of a CSV for a formula."""


def _quotient(value: Fraction | None) -> Decimal | None:
    return None if value is None else cut(value, 8)


def _projects(result: Consolidation) -> Iterable[dict[str, Any]]:
    for line in result.projects:
        yield {
            "project": line.project, "unit": line.unit, "year": line.year, "file": line.file, "sheet": line.sheet,
            "budget": line.budget, "executed": line.executed, "rate": _quotient(line.rate), "total": line.total,
            "filed_total": line.filed_total, "grade": line.grade, "errors": line.findings[ERROR],
            "doubts": line.findings[DOUBT], "advice": line.findings[ADVICE], "counted": line.counted,
        }  # fmt: skip


def _named(form: ConsolidatedForm, row: ConsolidatedIndicator) -> dict[str, Any]:
    return {
        "project": form.project, "year": form.year,
        "level1": row.level1, "level2": row.level2, "level3": row.level3,
    }  # fmt: skip


def _indicators(result: Consolidation) -> Iterable[dict[str, Any]]:
    for form in result.forms:
        for row in form.indicators:
            band1, band2, band3 = row.bands or (None, None, None)
            yield {
                **_named(form, row), "unit": row.unit, "aggregation": row.aggregation, "direction": row.direction,
                "target": _quotient(row.target), "target_high": _quotient(row.target_high),
                "actual": _quotient(row.actual), "completion": _quotient(row.completion), "band": row.band,
                "band1": band1, "band2": band2, "band3": band3, "weight": row.weight, "score": row.score,
                "sources": len(row.sources),
            }  # fmt: skip


def _contributions(result: Consolidation) -> Iterable[dict[str, Any]]:
    for form in result.forms:
        for row in form.indicators:
            for source in row.sources:
                yield {
                    **_named(form, row), "file": source.file, "sheet": source.sheet, "filing_unit": source.unit,
                    "source_project": source.project, "target_cell": source.target_cell, "target": source.target,
                    "actual_cell": source.actual_cell, "actual": source.actual, "weight": _quotient(source.weight),
                    "funds": source.funds, "completion": _quotient(source.completion),
                }  # fmt: skip


def _findings(result: Consolidation) -> Iterable[dict[str, Any]]:
    for one in result.findings:
        yield {
            "code": one.code, "severity": one.severity, "title": one.title, "file": one.file, "sheet": one.sheet,
            "cell": one.cell, "message": one.message, "found": one.found, "expected": one.expected,
            "citation": one.citation,
        }  # fmt: skip


def _files(result: Consolidation) -> Iterable[dict[str, Any]]:
    for line in result.files:
        yield {
            "file": line.file,
            "status": line.status,
            "code": line.code,
            "message": line.message,
            "forms": line.forms,
        }


_TEXTS = [
    "project",
    "unit",
    "file",
    "sheet",
    "grade",
    "level1",
    "level2",
    "level3",
    "aggregation",
    "direction",
    "filing_unit",
    "source_project",
    "target_cell",
    "actual_cell",
    "code",
    "severity",
    "title",
    "cell",
    "message",
    "found",
    "expected",
    "citation",
    "status",
]
_COUNTS = ["year", "errors", "doubts", "advice", "band", "band1", "band2", "band3", "sources", "forms"]
_AMOUNTS = {
    "projects": ("budget", "executed", "rate", "total", "filed_total"),
    "indicators": ("target", "target_high", "actual", "completion", "weight", "score"),
    "contributions": ("weight", "funds", "completion"),
}
COLUMNS = {
    "projects": [
        "project",
        "unit",
        "year",
        "file",
        "sheet",
        "budget",
        "executed",
        "rate",
        "total",
        "filed_total",
        "grade",
        "errors",
        "doubts",
        "advice",
        "counted",
    ],
    "indicators": [
        "project",
        "year",
        "level1",
        "level2",
        "level3",
        "unit",
        "aggregation",
        "direction",
        "target",
        "target_high",
        "actual",
        "completion",
        "band",
        "band1",
        "band2",
        "band3",
        "weight",
        "score",
        "sources",
    ],
    "contributions": [
        "project",
        "year",
        "level1",
        "level2",
        "level3",
        "file",
        "sheet",
        "filing_unit",
        "source_project",
        "target_cell",
        "target",
        "actual_cell",
        "actual",
        "weight",
        "funds",
        "completion",
    ],
    "findings": ["code", "severity", "title", "file", "sheet", "cell", "message", "found", "expected", "citation"],
    "files": ["file", "status", "code", "message", "forms"],
}


OWN_MARK = b"perf_xl"
"""Key of the metadata that every Parquet file of ours carries."""


def is_own_table(data: bytes) -> bool:
    """Return whether these bytes are a data table that a consolidation has written: not a form, and not to be read."""
    if data.startswith(b"PAR1"):
        return OWN_MARK in data[-65536:]
    return any(data.startswith(b"\xef\xbb\xbf" + ",".join(columns).encode() + b"\r\n") for columns in COLUMNS.values())


def frames(result: Consolidation) -> dict[str, pd.DataFrame]:
    """Return the five tables of a consolidation as DataFrames, in the columns and dtypes listed above."""
    import pandas as pd

    makers = {
        "projects": _projects, "indicators": _indicators, "contributions": _contributions,
        "findings": _findings, "files": _files,
    }  # fmt: skip
    made = {}
    for name, rows in makers.items():
        frame = pd.DataFrame(list(rows(result)), columns=COLUMNS[name], dtype=object)
        for column in COLUMNS[name]:
            if column in _COUNTS:
                frame[column] = frame[column].astype("Int64")
            elif column == "counted":
                frame[column] = frame[column].astype("boolean")
            elif column not in _AMOUNTS.get(name, ()):
                frame[column] = frame[column].astype("string")
        made[name] = frame
    return made


def to_csv(frame: pd.DataFrame) -> bytes:
    """Return a DataFrame as CSV that Excel opens as UTF-8 and in which no text can become a formula."""
    safe = frame.copy()
    for column in safe.columns:
        safe[column] = [_csv_cell(None if _is_missing(value) else value) for value in safe[column].astype(object)]
    text: str = safe.to_csv(index=False, lineterminator="\r\n")
    return b"\xef\xbb\xbf" + text.encode("utf-8")


def _csv_cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def _is_missing(value: Any) -> bool:
    import pandas as pd

    return value is None or value is pd.NA


def to_parquet(frame: pd.DataFrame, name: str) -> bytes:
    """Return a DataFrame as Parquet; `name` tells which of the five it is.

    Raises:
        NothingToDo: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise NothingToDo('输出 Parquet 需要 pyarrow。请先安装:pip install "perf-xl[tables]"。') from None
    columns = []
    for column in frame.columns:
        values = [None if _is_missing(value) else value for value in frame[column].astype(object)]
        if column in _AMOUNTS.get(name, ()):
            kind = decimal_type(pa, values)
        elif column in _COUNTS:
            kind = pa.int64()
        elif column == "counted":
            kind = pa.bool_()
        else:
            kind = pa.string()
        columns.append(pa.array(values, kind))
    sink = pa.BufferOutputStream()
    table = pa.table(columns, names=list(frame.columns)).replace_schema_metadata({OWN_MARK: name})
    pq.write_table(table, sink, compression="zstd")
    data: bytes = sink.getvalue().to_pybytes()
    return data
