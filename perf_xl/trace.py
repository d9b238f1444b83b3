"""The trace of a large consolidation (来源): every contribution as a row of a Parquet file, and answers from it.

A province has some 700,000 contributions. An office PC does not open a sheet of so many rows, and Excel ends at 1,048,576;
from `MOST_ROWS` on they stand in this file beside the workbook, which says so and keeps a sample.

Columns: project, level1, level2, level3, file, sheet, filing_unit, source_project, target_cell, target, actual_cell, actual,
conflict (string; the code of the conflict for a row that was not counted); year (int64); weight (points), funds (万元),
completion (share, cut after 8 decimals) as decimal128, or decimal256 where a number has very many decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from perf_xl.errors import NothingToDo
from perf_xl.exact import cut, fold

if TYPE_CHECKING:
    from perf_xl.consolidating import Consolidation, Source

MOST_ROWS = 200_000
"""So many rows of 来源 stand in the workbook itself."""

BATCH = 8_192
"""Rows written at once: memory does not grow with the trace."""

OWN_MARK = b"perf_xl"

_TEXTS = (
    "project", "level1", "level2", "level3", "file", "sheet", "filing_unit", "source_project",
    "target_cell", "target", "actual_cell", "actual", "conflict",
)  # fmt: skip
_AMOUNTS = ("weight", "funds", "completion")

FILTERS = {"project": "project", "indicator": "level3", "unit": "filing_unit", "file": "file"}
"""What a trace can be asked for → the column that is searched."""


def count_rows(result: Consolidation) -> int:
    """Return how many rows 来源 has, those of rows in conflict included."""
    return sum(map(len, _sources(result)))


def _sources(result: Consolidation) -> Iterator[Sequence[Source]]:
    for form in result.forms:
        yield from (row.sources for row in form.indicators)
        yield from (one.sources for one in form.conflicts)


def rows(result: Consolidation) -> Iterator[dict[str, Any]]:
    """Return every contribution in the order of the sheet 来源."""
    for form in result.forms:
        for row in form.indicators:
            for source in row.sources:
                yield _row(form.project, form.year, (row.level1, row.level2, row.level3), source, None)
        for conflict in form.conflicts:
            for source in conflict.sources:
                names = (conflict.level1, conflict.level2, conflict.level3)
                yield _row(form.project, form.year, names, source, conflict.code)


def _row(
    project: str, year: int | None, names: tuple[str, str, str], source: Source, conflict: str | None
) -> dict[str, Any]:
    return {
        "project": project, "year": year, "level1": names[0], "level2": names[1], "level3": names[2],
        "file": source.file, "sheet": source.sheet, "filing_unit": source.unit, "source_project": source.project,
        "target_cell": source.target_cell, "target": source.target, "actual_cell": source.actual_cell,
        "actual": source.actual, "conflict": conflict,
        "weight": None if source.weight is None else cut(source.weight, 8), "funds": source.funds,
        "completion": None if source.completion is None else cut(source.completion, 8),
    }  # fmt: skip


PLACES = 12
"""Decimals of an amount in a Parquet file; where a remainder such as 5.6E-17 has more, its column is as wide as it takes."""


def decimal_type(pa: Any, amounts: Iterable[Decimal | None]) -> Any:
    """Return the type of a column of pyarrow (`pa`) that holds these amounts."""
    places = max([PLACES, *(-int(amount.as_tuple().exponent) for amount in amounts if amount is not None)])
    return pa.decimal128(38, places) if places == PLACES else pa.decimal256(76, places)


def to_parquet(result: Consolidation, file: IO[bytes]) -> None:
    """Write the trace as a Parquet file.

    Raises:
        NothingToDo: pyarrow is not installed.
    """
    pa, pq = _arrow()
    kinds = {name: pa.string() for name in _TEXTS} | {"year": pa.int64()}
    funds = (source.funds for source in chain.from_iterable(_sources(result)))
    kinds |= dict.fromkeys(_AMOUNTS, decimal_type(pa, dict.fromkeys(funds)))
    schema = pa.schema(list(kinds.items())).with_metadata({OWN_MARK: b"trace"})
    left = rows(result)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while some := list(islice(left, BATCH)):
            writer.write_table(pa.Table.from_pylist(some, schema))


def ask(path: Path, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of a trace whose columns hold the wanted texts, whatever their width, spaces and case.

    `wanted` has keys of `FILTERS`.

    Raises:
        NothingToDo: the file is missing, is no trace of ours, or pyarrow is not installed.
    """
    pa, pq = _arrow()
    try:
        source = pq.ParquetFile(path)
        ours = (source.schema_arrow.metadata or {}).get(OWN_MARK) == b"trace"
    except (OSError, pa.ArrowException):
        raise NothingToDo(f"读不到来源文件“{path}”。请核对文件的名称和位置。") from None
    if not ours:
        raise NothingToDo(f"“{path}”不是汇总时写出的来源文件(…_来源.parquet)。")
    tests = [(FILTERS[key], fold(text)) for key, text in wanted.items() if text]
    found: list[dict[str, Any]] = []
    for batch in source.iter_batches(BATCH):
        keep = [True] * batch.num_rows
        for column, text in tests:
            texts = batch.column(column).dictionary_encode()
            hits = [text in fold(one or "") for one in texts.dictionary.to_pylist()]
            keep = [
                kept and at is not None and hits[at] for kept, at in zip(keep, texts.indices.to_pylist(), strict=True)
            ]
        if any(keep):
            found += batch.filter(pa.array(keep)).to_pylist()
    return [{name: _plain(value) for name, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    return value.normalize() if isinstance(value, Decimal) else value


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise NothingToDo(
            '来源太多,一张工作表放不下,要写成 Parquet,需要 pyarrow。请先安装:pip install "perf-xl[tables]"。'
        ) from None
    return pa, pq
