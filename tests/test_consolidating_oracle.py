"""Consolidation held against the brute-force oracle, over random departments.

`departments` writes the workbooks and remembers what every cell means, `oracle` works out on fractions what has to
come of it, and perf_xl sees nothing but the files. A difference is told with seed, form, row and field; the same
department is had again by `random_department(seed, folder)`.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from departments import (
    Department,
    decimal_text,
    fold_level2,
    fold_level3,
    fold_project,
    random_department,
)
from openpyxl import load_workbook
from oracle import LEVEL_WEIGHTS, expected, own_total, twins
from support import consolidate_json

from perf_xl import intake

SEEDS = 120
CHUNKS = [range(start, SEEDS, 12) for start in range(12)]
AS_ONE = "某部门"

chunked = pytest.mark.parametrize("seeds", CHUNKS, ids=lambda seeds: f"from{seeds.start}")
both_ways = pytest.mark.parametrize("as_one", [None, AS_ONE], ids=["by_project", "as_one"])

# Codes that speak of one row and name its sources, and codes that speak of one table and name its file.
OF_A_ROW = ("C03", "C04", "C08")
OF_A_TABLE = ("C06", "C07", "C09")

Differences = Iterator[str]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process for every department would take longer than the departments."""
    monkeypatch.setattr(intake, "FEW", 1000)


# --------------------------------------------------------------------------------------------------------------------
# What perf_xl said, in the oracle's words


def consolidated(folder: Path, out: Path, as_one: str | None) -> dict[str, Any]:
    """The JSON of one run, in this process."""
    options = () if as_one is None else ("--as-one", as_one)
    try:
        return consolidate_json(folder, out, *options)
    except Exception as error:
        error.add_note(f"while consolidating {folder.name} {' '.join(options)}")
        raise


def places(sources: list[dict[str, Any]], twin: dict[str, str]) -> list[tuple[str, str, str]]:
    """The cells a row was read from. Which of two identical files was read makes no difference."""
    cells = [(source["file"], source["target_cell"], source["actual_cell"]) for source in sources]
    return sorted((twin.get(file, file), target, actual) for file, target, actual in cells)


def row_name(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["level1"], fold_level2(row["level2"]), fold_level3(row["level3"])


def form_name(form: dict[str, Any], as_one: str | None) -> tuple[str, int]:
    return (form["project"] if as_one else fold_project(form["project"])), form["year"]


def file_counts(status: dict[str, str], twin: dict[str, str]) -> Counter[tuple[str, str]]:
    return Counter((twin.get(file, file), each) for file, each in status.items())


def codes(findings: list[dict[str, Any]]) -> Counter[str]:
    return Counter(finding["code"] for finding in findings if finding["code"].startswith("C"))


def codes_of_rows(findings: list[dict[str, Any]]) -> Counter[tuple[Any, ...]]:
    return Counter((each["code"], *each["sources"]) for each in findings if each["code"] in OF_A_ROW)


def codes_of_tables(findings: list[dict[str, Any]], twin: dict[str, str]) -> Counter[tuple[str, str]]:
    return Counter(
        (each["code"], twin.get(each["file"], each["file"])) for each in findings if each["code"] in OF_A_TABLE
    )


# --------------------------------------------------------------------------------------------------------------------
# Differences


def compare(where: str, found: Any, wanted: Any) -> Differences:
    if found != wanted:
        yield f"{where}: expected {wanted!r}, found {found!r}"


def compare_counts(where: str, found: Counter[Any], wanted: Counter[Any]) -> Differences:
    if found != wanted:
        yield f"{where}: missing {sorted((wanted - found).elements())}, not expected {sorted((found - wanted).elements())}"


def compare_row(where: str, found: dict[str, Any], wanted: dict[str, Any], twin: dict[str, str]) -> Differences:
    for name in ("aggregation", "direction", "target", "actual", "completion", "band", "weight", "score"):
        yield from compare(f"{where}: {name}", found[name], wanted[name])
    yield from compare(f"{where}: unit", found["unit"] or None, wanted["unit"])
    yield from compare(f"{where}: bands", found.get("bands"), wanted["bands"])
    if "target_high" in found:
        yield from compare(f"{where}: target_high", found["target_high"], wanted["target_high"])
    yield from compare(f"{where}: sources", places(found["sources"], twin), wanted["sources"])


def compare_form(where: str, found: dict[str, Any], wanted: dict[str, Any], twin: dict[str, str]) -> Differences:
    for name in ("project", "year", "sources", "total", "grade", "fund_weighted_mean_total"):
        yield from compare(f"{where}: {name}", found[name], wanted[name])
    for name, value in wanted["execution"].items():
        yield from compare(f"{where}: execution {name}", found["execution"][name], value)
    funds = {row["kind"]: row for row in found["funds"]}
    yield from compare(f"{where}: rows of funds", sorted(funds), sorted(wanted["funds"]))
    for kind in funds.keys() & wanted["funds"].keys():
        for column, amount in wanted["funds"][kind].items():
            yield from compare(f"{where}: funds, {kind}, {column}", funds[kind][column], amount)

    found_rows = {row_name(row): row for row in found["indicators"]}
    wanted_rows = {(row["level1"], row["level2"], row["level3"]): row for row in wanted["indicators"]}
    yield from compare(f"{where}: rows and their order", list(found_rows), list(wanted_rows))
    for row in wanted_rows.keys() & found_rows.keys():
        yield from compare_row(f"{where}: {'/'.join(row)}", found_rows[row], wanted_rows[row], twin)


def differences(
    department: Department, found: dict[str, Any], wanted: dict[str, Any], as_one: str | None
) -> Differences:
    """Everything in which a run is not what the oracle wants."""
    where = f"seed {department.seed}{' as one' if as_one else ''}"
    twin = twins(department)
    for name in ("seen", "read", "refused", "temporary", "duplicate"):
        yield from compare(f"{where}: files {name}", found["files"][name], wanted["files"][name])
    status = {each["file"]: each["status"] for each in found["files"]["list"]}
    yield from compare_counts(
        f"{where}: files list", file_counts(status, twin), file_counts(wanted["files"]["status"], twin)
    )

    found_forms = {form_name(each, as_one): each for each in found["forms"]}
    wanted_forms = {(each["project_key"], each["year"]): each for each in wanted["forms"]}
    yield from compare(f"{where}: forms", sorted(found_forms), sorted(wanted_forms))
    for form in sorted(wanted_forms.keys() & found_forms.keys()):
        label = f"{where}: form {form[0]} {form[1]}"
        yield from compare_form(label, found_forms[form], wanted_forms[form], twin)

    found_projects = {twin.get(line["file"], line["file"]): line for line in found["projects"]}
    yield from compare(f"{where}: projects", sorted(found_projects), sorted(wanted["projects"]))
    for file in sorted(found_projects.keys() & wanted["projects"].keys()):
        for name, value in wanted["projects"][file].items():
            yield from compare(f"{where}: project of {file}: {name}", found_projects[file][name], value)

    yield from compare_counts(f"{where}: codes", codes(found["findings"]), codes(wanted["findings"]))
    spoken_of = [
        {"code": each["code"], "sources": places(each.get("sources") or [], twin)} for each in found["findings"]
    ]
    yield from compare_counts(f"{where}: conflicts", codes_of_rows(spoken_of), codes_of_rows(wanted["findings"]))
    yield from compare_counts(
        f"{where}: findings of tables",
        codes_of_tables(found["findings"], twin),
        codes_of_tables(wanted["findings"], twin),
    )


def misquoted(department: Department, found: dict[str, Any]) -> Differences:
    """Sources that quote something else than what stands in their cell."""

    @cache
    def sheet_of(file: str, sheet: str) -> Any:
        return load_workbook(department.folder / file)[sheet]

    sources = [source for form in found["forms"] for row in form["indicators"] for source in row["sources"]]
    sources += [source for finding in found["findings"] for source in finding.get("sources") or []]
    for source in sources:
        sheet = sheet_of(source["file"], source["sheet"])
        for name in ("target", "actual"):
            address = source[f"{name}_cell"]
            where = f"seed {department.seed}: {source['file']} {address}"
            yield from compare(where, source[name] or None, as_seen(sheet[address]))


def as_seen(cell: Any) -> str | None:
    """The text a person sees in a cell of a generated workbook."""
    if cell.value is None or isinstance(cell.value, str):
        return cell.value and cell.value.strip()
    number = Fraction(repr(cell.value))
    return f"{decimal_text(number * 100)}%" if "%" in cell.number_format else decimal_text(number)


def fail_with(lines: list[str]) -> None:
    shown = "\n".join(lines[:40])
    assert not lines, f"{len(lines)} differences\n{shown}"


# --------------------------------------------------------------------------------------------------------------------
# perf_xl against the oracle


@chunked
@both_ways
def test_consolidation_is_what_the_oracle_works_out(seeds: range, as_one: str | None, tmp_path: Path) -> None:
    lines: list[str] = []
    for seed in seeds:
        department = random_department(seed, tmp_path / f"department{seed}")
        found = consolidated(department.folder, tmp_path / f"out{seed}", as_one)
        lines += differences(department, found, expected(department, as_one), as_one)
        if seed % 4 == 0:  # openpyxl takes longer than everything else together
            lines += misquoted(department, found)
    fail_with(lines)


def renamed(department: Department, folder: Path) -> dict[str, str]:
    """Copy the files under names in the opposite order; tell which new name was which."""
    folder.mkdir()
    names = [file for file in department.files if file not in department.temporary]
    old_names = {f"r{len(names) - place:02d}.xlsx": file for place, file in enumerate(names)}
    old_names |= {file: file for file in department.temporary}
    for new, old in old_names.items():
        shutil.copyfile(department.folder / old, folder / new)
    return old_names


def with_old_names(value: Any, old_names: dict[str, str], key: str = "") -> Any:
    """A document as if the files had kept their names. Messages may name files in their order and are left out."""
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if name != "message"}
        return {name: with_old_names(each, old_names, name) for name, each in kept.items()}
    if isinstance(value, list):
        values = [with_old_names(each, old_names) for each in value]
        return sorted(values, key=repr) if key in ("sources", "projects", "list") else values
    return old_names.get(value, value) if isinstance(value, str) else value


@chunked
def test_the_order_of_files_makes_no_difference(seeds: range, tmp_path: Path) -> None:
    lines: list[str] = []
    for seed in seeds[::2]:
        as_one = AS_ONE if seed % 2 else None
        department = random_department(seed, tmp_path / f"department{seed}")
        old_names = renamed(department, tmp_path / f"renamed{seed}")
        original = consolidated(department.folder, tmp_path / f"out{seed}", as_one)
        reversed_ = consolidated(tmp_path / f"renamed{seed}", tmp_path / f"reversed{seed}", as_one)
        before, after = with_old_names(original, {}), with_old_names(reversed_, old_names)
        lines += [f"renamed: {line}" for line in differences(department, after, expected(department, as_one), as_one)]
        if "filed twice" not in department.features:  # of two identical files the other one may have been read
            for part in ("files", "forms", "projects"):
                lines += compare(f"seed {seed}: {part} of the renamed files", after[part], before[part])
    fail_with(lines)


# --------------------------------------------------------------------------------------------------------------------
# The oracle against itself


@both_ways
def test_the_oracle_shows_weights_that_add_up(as_one: str | None, tmp_path: Path) -> None:
    for seed in range(0, SEEDS, 5):
        department = random_department(seed, tmp_path / str(seed))
        document = expected(department, as_one)
        for form in document["forms"]:
            rows = form["indicators"]
            for row in rows:
                assert 0 <= Fraction(row["score"]) <= Fraction(row["weight"]), (seed, row)
            scores = sum((Fraction(row["score"]) for row in rows), Fraction(form["execution"]["score"] or 0))
            assert Fraction(form["total"]) == scores, (seed, form["project"])
            for level in {row["level1"] for row in rows}:
                whole = sum(Fraction(row["weight"]) for row in rows if row["level1"] == level)
                if not department.weight_features:
                    assert whole == LEVEL_WEIGHTS[level], (seed, level)
                elif "cost level, differing" not in department.weight_features:
                    assert whole.denominator == 1, (seed, level)  # a level of the rulebook's, or of the tables'
        files = document["files"]
        assert files["seen"] == files["read"] + files["refused"] + files["temporary"] + files["duplicate"], seed


@both_ways
def test_the_oracle_does_not_mind_the_order_of_tables(as_one: str | None, tmp_path: Path) -> None:
    for seed in range(1, SEEDS, 5):
        department = random_department(seed, tmp_path / str(seed))
        shuffled = random.Random(seed).sample(department.forms, len(department.forms))
        first = expected(department, as_one)
        second = expected(replace(department, forms=tuple(shuffled)), as_one)
        for document in (first, second):
            document["findings"].sort(key=repr)
        assert first == second, seed


def test_a_table_alone_keeps_its_own_total(tmp_path: Path) -> None:
    seen = 0
    for seed in range(2, SEEDS, 3):
        department = random_department(seed, tmp_path / str(seed))
        document = expected(department)
        for form in document["forms"]:
            unusual = {"repeated name", "merged weights"} & set(department.features)
            if form["sources"] == 1 and not unusual:
                file = form["indicators"][0]["sources"][0][0]
                (table,) = [table for table in department.forms if table.file == file]
                assert Fraction(form["total"]) == own_total(table), (seed, file)
                assert form["fund_weighted_mean_total"] == form["total"], (seed, file)
                seen += 1
    assert seen > 10
