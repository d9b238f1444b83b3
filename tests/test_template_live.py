"""The form that computes itself, in LibreOffice and IronCalc: every number is the engine's, no wrong entry breaks it."""

from __future__ import annotations

import io
import itertools
import json
import random
import re
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import ironcalc
import pytest
import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook
from support import WORKBOOKS, read_json, run, score_json
from support_names import names
from support_office import convert, fill_in, recalculate, recalculate_all, values
from support_pairs import score_pair

from perf_xl import live, rules, template
from perf_xl.exact import round_half_up
from perf_xl.intake import load_rulebook
from perf_xl.template import FiledIndicator, Filing
from perf_xl.writing import render, write_book

DATA = Path(__file__).parent / "data"
SHIPPED = Path(__file__).parent.parent / "workbook_templates" / "项目支出绩效自评表.xlsx"
SCORE = column_index_from_string("Q") - 1
Cells = dict[str, Any]


def a_form(levels: list[tuple[str, str]]) -> Filing:
    """A blank form with one row for every pair of levels."""
    return replace(template.blank(rules.default(), 1), indicators=tuple(FiledIndicator(*pair) for pair in levels))


def written(filing: Filing, path: Path) -> Path:
    return write_book(template.form_book(filing, rules.default()), path)


def errors(sheet: Worksheet, area: str | None = None) -> dict[str, Any]:
    """The cells that hold an error value."""
    rows = sheet[area] if area else sheet.iter_rows()
    return {cell.coordinate: cell.value for row in rows for cell in row if cell.data_type == "e"}


def typed_rows(pairs: list[dict[str, Any]], first: int) -> Cells:
    cells: Cells = {}
    for row, pair in enumerate(pairs, first):
        named = {"C": pair["level3"], "D": pair["target"], "E": pair["actual"], "F": float(pair["weight"])}
        cells |= {f"{letter}{row}": value for letter, value in named.items() if value is not None}
    return cells


FINE = "√ 没有不符的项目,可以打印上报"


def check_lines(path: Path) -> dict[str, tuple[str, str]]:
    """The lines of 自检: what is checked, its verdict and what is said."""
    lines = itertools.takewhile(lambda row: row[0], values(path, "自检")[4:])
    return {row[0]: (row[1], row[2]) for row in lines}


class Scored:
    """Many rows in one form: what was typed, what the engine says, what LibreOffice computes."""

    def __init__(self, pairs: list[dict[str, Any]], home: Path) -> None:
        self.pairs = pairs
        filing = a_form([(pair["level1"] or "", pair["level2"] or "") for pair in pairs])
        self.first = template._Layout(filing).first
        self.last = template._Layout(filing).last
        self.cells = typed_rows(pairs, self.first)
        self.blank = written(filing, home / "空白.xlsx")
        path = home / "已填.xlsx"
        path.write_bytes(self.blank.read_bytes())
        fill_in(path, self.cells)
        self.path = recalculate(path, home)
        self.sheet = load_workbook(self.path, data_only=True)["自评表"]
        self.engine = [score_pair({**pair, "score": None}) for pair in pairs]
        found = [self.sheet.cell(self.first + number, SCORE + 1).value for number in range(len(pairs))]
        self.computed = [None if value == "" else value for value in found]

    def differences(self) -> list[tuple[Any, ...]]:
        """Every row whose 计算得分 is there and is not the engine's, to the last digit."""
        return [
            (f"Q{row}", pair["level3"], pair["target"], pair["actual"], pair["weight"], computed, said["score"])
            for row, (pair, computed, said) in enumerate(
                zip(self.pairs, self.computed, self.engine, strict=True), self.first
            )
            if computed is not None and (said["score"] is None or computed != float(said["score"]))
        ]

    def left_to_the_person(self) -> list[tuple[Any, ...]]:
        return [
            (pair["level3"], pair["target"], pair["actual"], said["score"])
            for pair, computed, said in zip(self.pairs, self.computed, self.engine, strict=True)
            if computed is None and said["basis"] == "computed"
        ]


# --- 1: the pairs -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    lines = (DATA / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    usable = [pair for pair in map(json.loads, lines) if not pair["unit_column"] and pair["weight"]]
    return Scored(usable, tmp_path_factory.mktemp("pairs"))


LEFT_TO_THE_PERSON = re.compile(
    r"\*\*|\d%?[-~至]\d|±|,\d{3}|\d[千百]|[一二三两九十百]|[年月]|小时|\d{15}"  # prompts, ranges, large numbers and numerals, times
    r"|增长|下降|不超|未发生|\|[^\d|≥]{2,}≥"  # changes, words for nothing, a name before its bound
)


def test_every_pair_scores_as_the_engine_says_or_is_left_to_the_person(pairs: Scored) -> None:
    assert len(pairs.pairs) > 300
    assert pairs.differences() == []
    computed = sum(said["basis"] == "computed" for said in pairs.engine)
    left = pairs.left_to_the_person()
    assert len(left) <= computed / 6
    assert [one for one in left if not LEFT_TO_THE_PERSON.search("|".join(one[:3]))] == []


def test_no_pair_makes_an_error_value(pairs: Scored) -> None:
    assert errors(pairs.sheet) == {}


# --- 2: generated rows ------------------------------------------------------------------------------------------------

AT_LEAST = (
    ("数量指标", "培训人次", "人次"), ("数量指标", "开展活动次数", "次"), ("数量指标", "印刷页数", "张"), ("数量指标", "救助人数", "人"),
    ("数量指标", "维修面积", "平方米"), ("数量指标", "发放补贴金额", "元"), ("数量指标", "管护里程", "公里"), ("质量指标", "验收合格率", "%"),
    ("质量指标", "覆盖率", "%"), ("时效指标", "按时完成率", "%"), ("数量指标", "建成站点数量", "个"),
)  # fmt: skip
AT_MOST = (
    ("成本指标", "人均培训成本", "元"), ("成本指标", "单位造价", "元"), ("成本指标", "项目总成本", "元"), ("时效指标", "平均响应时间", "小时"),
    ("质量指标", "事故发生率", "%"), ("成本指标", "成本控制率", "%"),
)  # fmt: skip
WRITTEN_LEAST = ("≥{}", "不低于{}", "{}以上", "{}", "不少于{}", "大于等于{}", ">={}", "≧ {}", "达到{}", "至少{}")
WRITTEN_MOST = ("≤{}", "不超过{}", "{}以内", "控制在{}以内", "小于等于{}", "<={}", "不高于{}", "≦{}")


def _amount(rng: random.Random, value: Decimal, unit: str) -> str:
    """Write a number with its unit, in 万 where that leaves few digits."""
    if unit != "%" and value >= 1000 and rng.random() < 0.5:
        return f"{(value / 10000).normalize():f}万{unit}"
    return f"{value.normalize():f}{unit}"


def generated(count: int, seed: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    rows = []
    for _ in range(count):
        least = rng.random() < 0.65
        level2, name, unit = rng.choice(AT_LEAST if least else AT_MOST)
        places = rng.choice((0, 0, 1, 2))
        top = 100 if unit == "%" else rng.choice((20, 500, 90000, 3000000))
        target = Decimal(rng.randint(1, top * 10**places)).scaleb(-places)
        actual = rng.choice(
            (
                target,
                (target * rng.randint(1, 99) / 100).quantize(Decimal("0.01")),
                (target * rng.randint(101, 180) / 100).quantize(Decimal("0.01")),
            )
        )
        words = rng.choice(WRITTEN_LEAST if least else WRITTEN_MOST)
        rows.append(
            {
                "level1": "产出指标", "level2": level2, "level3": name, "target": words.format(_amount(rng, target, unit)),
                "actual": _amount(rng, actual, unit), "weight": f"{Decimal(rng.randint(1, 3000)).scaleb(-2).normalize():f}",
                "year": 2023, "unit_column": None,
            }
        )  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def random_rows(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    return Scored(generated(400, 20231), tmp_path_factory.mktemp("generated"))


def test_generated_rows_score_as_the_engine_says(random_rows: Scored) -> None:
    assert random_rows.differences() == []
    assert random_rows.left_to_the_person() == []
    partly = sum(said["completion"] not in (None, "0", "1") for said in random_rows.engine)
    assert partly > 100
    assert errors(random_rows.sheet) == {}


def named(step: int) -> list[dict[str, Any]]:
    """Targets without a comparator under names that speak of harm; actuals on either side, so that the direction tells."""
    rows = []
    for number, one in enumerate(itertools.islice(names(), 0, None, step)):
        unit = "%" if one.rate else ("件", "元", "")[number % 3]
        level2 = ("质量指标", "社会效益指标", "成本指标")[number // 2 % 3]
        rows.append(
            {
                "level1": "产出指标", "level2": level2, "level3": one.name, "target": f"20{unit}",
                "actual": f"{15 + number % 2 * 10}{unit}", "weight": "7", "year": 2023, "unit_column": None,
            }
        )  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def named_rows(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    return Scored(named(61), tmp_path_factory.mktemp("names"))


def test_names_that_speak_of_harm_score_as_the_engine_says_or_are_left_to_the_person(named_rows: Scored) -> None:
    assert len(named_rows.pairs) > 200
    assert named_rows.differences() == []
    assert errors(named_rows.sheet) == {}
    computed = sum(score is not None for score in named_rows.computed)
    assert computed > len(named_rows.pairs) // 3


def test_ironcalc_computes_names_that_speak_of_harm_the_same(named_rows: Scored) -> None:
    assert _different(named_rows, in_ironcalc(named_rows)) == {}


DIRECTIONS = {"≥": "at_least", "≤": "at_most", "=": "equal", "区间": "between", "": None, None: None}
KINDS = {"绝对值": "absolute", "相对值": "relative", "按档次": "qualitative"}


def helpers(scored: Scored) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Of every row that the sheet scores: what was typed, its helper cells by name, what the engine says."""
    for row, (pair, said, score) in enumerate(
        zip(scored.pairs, scored.engine, scored.computed, strict=True), scored.first
    ):
        if score is not None:
            cells = scored.sheet[f"J{row}:S{row}"][0]
            yield (
                pair,
                {name: cell.value or None for name, cell in zip(template.HELPERS, cells, strict=True)},
                said,
            )


@pytest.mark.parametrize("which", ["pairs", "random_rows"])
def test_the_steps_are_the_engines_too(which: str, request: pytest.FixtureRequest) -> None:
    different = []
    for pair, cells, said in helpers(request.getfixturevalue(which)):
        steps = [
            (DIRECTIONS[cells["方向"]], said["direction"]),
            (cells["完成档次"], template.BAND_WORDS[said["band"] - 1]),
            (abs((cells["完成比例"] or 0) - float(said["completion"])) < 1e-7, True),
        ]
        if which == "random_rows":
            steps += [(cells["单位"], said["unit"])]
            steps += [
                (cells[name] or 0, float(said[value]))
                for name, value in (("目标数值", "target_value"), ("完成数值", "actual_value"))
            ]
        if any(one != other for one, other in steps):
            different.append((pair["level3"], pair["target"], pair["actual"], steps))
    assert different == []


@pytest.mark.parametrize("which", ["pairs", "random_rows"])
def test_the_way_of_adding_up_is_the_engines(which: str, request: pytest.FixtureRequest) -> None:
    different = {
        (pair["level3"], pair["target"], cells["汇总口径"], said["kind"])
        for pair, cells, said in helpers(request.getfixturevalue(which))
        if said["kind"] in KINDS.values() and KINDS[cells["汇总口径"]] != said["kind"]
    }
    assert different == set()


def in_ironcalc(scored: Scored) -> dict[str, Any]:
    """Type the same into the blank form in IronCalc and let it compute; return its value of every cell of a row."""
    model = ironcalc.load_from_xlsx(str(scored.blank), "en", "UTC", "en")
    rows = range(scored.first, scored.last + 1)
    for cell, value in scored.cells.items():
        letters, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()  # type: ignore[union-attr]
        where = (0, int(row), column_index_from_string(letters))
        if isinstance(value, str):
            model.update_cell_with_text(*where, value)
        else:
            model.update_cell_with_number(*where, float(value))
    model.evaluate()
    last = scored.sheet.max_column + 1
    return {
        f"{get_column_letter(column)}{row}": model.get_cell_value(0, row, column)
        for row in rows
        for column in range(1, last)
    }


def same(one: Any, other: Any) -> bool:
    """Whether two programs mean the same value: a stored file keeps 15 digits of a quotient."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= 1e-14 * abs(other)
    return (one or "") == (other or "")


def _different(scored: Scored, found: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {
        cell: (scored.sheet[cell].value, value)
        for cell, value in found.items()
        if not same(scored.sheet[cell].value, value)
    }


def test_ironcalc_computes_generated_rows_the_same(random_rows: Scored) -> None:
    found = in_ironcalc(random_rows)
    assert _different(random_rows, found) == {}
    rows = range(random_rows.first, random_rows.last + 1)
    assert [found[f"Q{row}"] for row in rows] == [float(said["score"]) for said in random_rows.engine]


def test_ironcalc_computes_pairs_the_same(pairs: Scored) -> None:
    found = in_ironcalc(pairs)
    assert _different(pairs, found) == {}
    rows = range(pairs.first, pairs.last + 1)
    assert [found[f"Q{row}"] for row in rows] == ["" if score is None else score for score in pairs.computed]


# --- 3: halves --------------------------------------------------------------------------------------------------------


def halves() -> Iterator[tuple[str, tuple[float, ...], Decimal]]:
    """Formula over A, B, C of a row, the numbers there, and what it must give: 12 000 cases that end in half a cent."""
    for thousandths in range(5, 100000, 10):
        value = Decimal(thousandths) / 1000
        yield "ROUND(A{0},2)", (float(value), 0, 1), round_half_up(value)
    rng, made = random.Random(2675), 0
    while made < 2000:
        weight = Decimal(rng.randint(1, 3000)) / 100
        target = Decimal(rng.randint(2, 4000)) / rng.choice((1, 10, 100))
        parts = Fraction(target) / Fraction(weight) / 1000
        actual = Fraction(rng.randrange(5, max(6, int(weight * 1000)), 10)) * parts
        if (actual * 10000).denominator != 1 or actual >= target:
            continue
        exactly = Fraction(weight) * actual / Fraction(target)
        assert (exactly * 1000).numerator % 10 == 5
        made += 1
        yield "ROUND(A{0}*B{0}/C{0},2)", (float(weight), float(actual), float(target)), round_half_up(exactly)


@pytest.fixture(scope="module")
def half_cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[tuple[Any, ...]]]:
    home = tmp_path_factory.mktemp("halves")
    cases = list(halves())
    path = home / "四舍五入.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("自评表")
    for row, (formula, numbers, _) in enumerate(cases, 1):
        sheet.write_row(row - 1, 0, numbers)
        sheet.write_formula(row - 1, 3, "=" + formula.format(row), None, "")  # no result: LibreOffice would keep it
    book.close()
    return path, recalculate(path, home), cases


def test_the_usual_halves_are_among_them() -> None:
    cases = {numbers[0]: str(rounded) for formula, numbers, rounded in halves() if formula.startswith("ROUND(A{0},")}
    assert [cases[value] for value in (2.675, 1.005, 0.285, 0.145)] == ["2.68", "1.01", "0.29", "0.15"]
    assert len(cases) == 10000


def _unlike(cases: list[tuple[Any, ...]], found: list[Any]) -> list[tuple[Any, ...]]:
    return [
        (formula, numbers, rounded, value)
        for (formula, numbers, rounded), value in zip(cases, found, strict=True)
        if value != float(rounded)
    ]


def test_libreoffice_rounds_halves_as_the_engine_does(half_cases: tuple[Path, Path, list[tuple[Any, ...]]]) -> None:
    _, recalculated, cases = half_cases
    assert _unlike(cases, [row[3] for row in values(recalculated, "自评表")]) == []


def test_ironcalc_rounds_halves_as_the_engine_does(half_cases: tuple[Path, Path, list[tuple[Any, ...]]]) -> None:
    path, _, cases = half_cases
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    model.evaluate()
    assert _unlike(cases, [model.get_cell_value(0, row, 4) for row in range(1, len(cases) + 1)]) == []


# --- 4: the seed ------------------------------------------------------------------------------------------------------

SEED = json.loads((WORKBOOKS / "published" / "seed-000-A.expected.json").read_text(encoding="utf-8"))["forms"][0]
REASON = "财力不足,欠款分两年偿还;已列入下年预算。"


def seed_cells(layout: template._Layout, rows: list[int]) -> Cells:
    """What a unit types to file the seed; the reason of the one deduction too."""
    cells: Cells = {
        "A1": SEED["title"], "C2": SEED["project"], "C3": SEED["department"], "G3": "正宁县人民政府办公室",
        f"B{layout.head - 1}": SEED["goal"]["expected"], f"F{layout.head - 1}": SEED["goal"]["actual"],
        f"B{layout.total + 1}": SEED["remark"],
    }  # fmt: skip
    for row, funds in enumerate(SEED["funds"][1:], layout.funds + 1):
        cells |= {
            f"{letter}{row}": float(funds[name])
            for letter, name in zip("CDE", ("initial_budget", "budget", "executed"), strict=True)
        }
    for row, one in zip(rows, SEED["indicators"], strict=True):
        cells |= typed_rows([one], row)
        if one["level3"] == "偿还历史欠款":
            cells[f"H{row}"] = REASON
    return cells


def _rows_of(filing: Filing, level2: dict[str, str]) -> list[int]:
    """The row for each indicator of the seed: the next free one under its second level."""
    free = list(enumerate(filing.indicators, template._Layout(filing).first))
    rows = []
    for one in SEED["indicators"]:
        wanted = level2.get(one["level2"], one["level2"])
        row = next(at for at, line in free if line.level2 == wanted and at not in rows)
        rows.append(row)
    return rows


class Seed:
    """The seed typed into a blank form, and what LibreOffice makes of it."""

    def __init__(self, path: Path, filing: Filing, level2: dict[str, str]) -> None:
        self.layout = template._Layout(filing)
        self.rows = _rows_of(filing, level2)
        self.level2 = level2
        self.path = path
        self.cells = seed_cells(self.layout, self.rows)
        fill_in(path, self.cells)


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seed]:
    home = tmp_path_factory.mktemp("seeds")
    filing = a_form([(one["level1"], one["level2"]) for one in SEED["indicators"]])
    exact = Seed(written(filing, home / "原表.xlsx"), filing, {})
    path = home / "新建.xlsx"
    assert run("new", path, "--rows", "4").exit_code == 0
    new = Seed(path, template.blank(rules.default(), 4), {"满意度指标": "服务对象满意度指标"})
    for seed, saved in zip((exact, new), recalculate_all([exact.path, new.path], home), strict=True):
        seed.path = saved
    return {"its own rows": exact, "perf-xl new": new}


@pytest.fixture(params=["its own rows", "perf-xl new"])
def seed(request: pytest.FixtureRequest, seeds: dict[str, Seed]) -> Seed:
    return seeds[request.param]


def test_the_seed_computes_itself(seed: Seed) -> None:
    layout = seed.layout
    sheet = load_workbook(seed.path, data_only=True)["自评表"]
    assert sheet[f"G{layout.funds}"].value == 10
    assert sheet[f"H{layout.funds}"].value == 6.66
    assert f"{sheet[f'F{layout.funds}'].value:.2%}" == "66.55%"
    assert sheet[f"F{layout.funds}"].number_format == "0.00%"
    assert sheet[f"F{layout.total}"].value == 100
    assert sheet[f"G{layout.total}"].value == 94.16
    assert sheet[f"H{layout.total}"].value == "等级:优"
    sums = {
        level1: sum(Decimal(str(sheet[f"G{row}"].value or 0)) for row in range(top, bottom + 1))
        for level1, top, bottom in layout.levels
    }
    assert sums == {"产出指标": Decimal("47.5"), "效益指标": 30, "满意度指标": 10}
    assert errors(sheet) == {}
    assert {verdict for verdict, _ in check_lines(seed.path).values()} == {"√ 符合"}
    checks = values(seed.path, "自检")
    assert checks[2][0] == FINE
    subtotals = {row[0]: tuple(row[1:3]) for row in checks if row[0] in (*sums, "预算执行率", "合计")}
    assert subtotals == {
        "预算执行率": (10, 6.66), "产出指标": (50, 47.5), "效益指标": (30, 30), "满意度指标": (10, 10), "合计": (100, 94.16),
    }  # fmt: skip


def test_the_seed_typed_in_is_read_back(seed: Seed) -> None:
    document = read_json(seed.path)
    assert document["refused"] == []
    (form,) = document["forms"]
    assert form["unit"] == "正宁县人民政府办公室"
    assert {
        name: form[name] for name in ("title", "year", "project", "department", "money_unit", "goal", "remark")
    } == {name: SEED[name] for name in ("title", "year", "project", "department", "money_unit", "goal", "remark")}
    amounts = ("label", "kind", "initial_budget", "budget", "executed")
    assert [[row[name] for name in amounts] for row in form["funds"]] == [
        [row[name] for name in amounts] for row in SEED["funds"]
    ]
    total = form["funds"][0]
    assert (total["rate"], total["weight"], total["score"]) == ("66.55%", "10", "6.66")
    said = ("level1", "level3", "target", "actual", "weight", "score", "scored")
    assert [[one[name] for name in said] for one in form["indicators"]] == [
        [one[name] for name in said] for one in SEED["indicators"]
    ]
    assert [one["level2"] for one in form["indicators"]] == [
        seed.level2.get(one["level2"], one["level2"]) for one in SEED["indicators"]
    ]
    assert [one["row"] for one in form["indicators"]] == seed.rows
    assert {one["reason"] for one in form["indicators"]} == {None, REASON}
    assert form["total_score"] == "94.16"


def test_the_engine_and_the_sheet_give_the_seed_one_total(seed: Seed) -> None:
    (form,) = score_json(seed.path)["forms"]
    assert (form["total"], form["filed_total"], form["grade"]) == ("94.16", "94.16", "优")
    assert form["execution"] == {"rate": "0.66551282", "weight": "10", "score": "6.66", "filed_score": "6.66"}
    assert form["levels"] == {"产出指标": "47.5", "效益指标": "30", "满意度指标": "10"}
    assert [one["score"] for one in form["indicators"]] == [one["filed_score"] for one in form["indicators"]]


# --- whole forms ------------------------------------------------------------------------------------------------------

FUNDS = (
    ((78.0, 51.91), (0.0, 0.0), (0.0, 0.0)),
    ((0.1, 0.3), (0.2, 0.0), (0.0, 0.0)),
    ((0.3, 0.1), (0.0, 0.2), (0.0, 0.0)),
    ((333.33, 111.11), (12.5, 12.49), (3.07, 0.0)),
    ((100.0, 120.0), (0.0, 0.0), (0.0, 0.0)),
    ((1000.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    ((80.0, 53.5), (0.0, 0.05), (0.0, 0.0)),
)
"""Budget and executed of the three parts."""


@pytest.fixture(scope="module")
def whole_forms(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Path]]:
    home = tmp_path_factory.mktemp("forms")
    paths = []
    for rulebook in ("default", "hubei"):
        for number, funds in enumerate(FUNDS):
            path = home / f"{rulebook}-{number}.xlsx"
            assert run("new", path, "--rows", "2", "--rulebook", rulebook, "--project", "甲项目").exit_code == 0
            filing = template.blank(load_rulebook(rulebook), 2)
            layout = template._Layout(filing)
            rows = generated(len(filing.indicators), 100 + number)
            if number % 2:
                rows = [{**row, "actual": row["target"]} if at % 3 else row for at, row in enumerate(rows)]
            cells = typed_rows(rows, layout.first)
            weight = round(90 / len(rows), 2)
            cells |= {f"F{row}": weight for row in range(layout.first, layout.last + 1)}
            cells |= {f"D{row}": budget for row, (budget, _) in enumerate(funds, layout.funds + 1)}
            cells |= {f"E{row}": executed for row, (_, executed) in enumerate(funds, layout.funds + 1)}
            cells["A1"] = "2023年度项目支出绩效自评表"
            fill_in(path, cells)
            paths.append(path)
    saved = recalculate_all(paths, home)
    return [(path.stem.split("-")[0], path) for path in saved]


def test_whole_forms_equal_the_engine(whole_forms: list[tuple[str, Path]]) -> None:
    for rulebook, path in whole_forms:
        (form,) = score_json(path, "--rulebook", rulebook)["forms"]
        sheet = load_workbook(path, data_only=True)["自评表"]
        said = {
            row[0]: tuple(row[1:3]) for row in values(path, "自检") if row[0] in (*form["levels"], "预算执行率", "合计")
        }
        head = next(row for row in range(1, 40) if sheet.cell(row, 1).value == "一级指标")
        total = next(row for row in range(head, 80) if sheet.cell(row, 1).value == "总分")
        for one in form["indicators"]:
            assert (one["basis"], one["filed_score"]) == ("computed", one["score"]), (path.stem, one)
        execution = form["execution"]
        assert execution["filed_score"] == execution["score"], path.stem
        assert sheet["H5"].value == float(execution["score"]), path.stem
        assert sheet[f"G{total}"].value == float(form["total"]), path.stem
        assert form["filed_total"] == form["total"], path.stem
        assert sheet[f"H{total}"].value == f"等级:{form['grade']}", path.stem
        assert {level: said[level][1] for level in form["levels"]} == {
            level: float(score) for level, score in form["levels"].items()
        }
        assert said["预算执行率"] == (float(execution["weight"]), float(execution["score"]))
        assert said["合计"][1] == float(form["total"])
        budget_line = check_lines(path)["执行数不超过预算数"]
        assert budget_line[0] == ("× 不符" if path.stem.endswith("-4") else "√ 符合"), path.stem


def test_a_total_of_ninety_is_ninety_however_it_is_added(tmp_path: Path) -> None:
    # 20 scores of 2 decimals whose floats add up to a hair under 90, the bound of 优
    rng = random.Random(90)
    while True:
        scores = [rng.randint(1, 999) / 100 for _ in range(19)]
        scores.append(round(90 - sum(scores), 2))
        if scores[-1] > 0 and sum(scores) < 90:
            break
    filing = a_form([("产出指标", "数量指标")] * 20)
    layout = template._Layout(filing)
    path = written(filing, tmp_path / "九十.xlsx")
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC", "en")
    cells: Cells = {}
    for row, score in enumerate(scores, layout.first):
        cells |= {f"F{row}": score, f"G{row}": score}
        model.update_cell_with_number(0, row, 6, score)
        model.update_cell_with_number(0, row, 7, score)
    model.evaluate()
    fill_in(path, cells)
    sheet = load_workbook(recalculate(path, tmp_path), data_only=True)["自评表"]
    assert (sheet[f"G{layout.total}"].value, sheet[f"H{layout.total}"].value) == (90, "等级:优")
    assert same(model.get_cell_value(0, layout.total, 7), 90)
    assert model.get_cell_value(0, layout.total, 8) == "等级:优"


# --- 5: wrong entries -------------------------------------------------------------------------------------------------

WRONG: Mapping[str, tuple[Cells, str, str]] = {
    "text in a weight": ({"F12": "五分"}, "分值都是不为负的数字", "有1行分值不是有效数字"),
    "two texts in weights": ({"F12": "五分", "F13": "5 分"}, "分值都是不为负的数字", "有2行分值不是有效数字"),
    "negative weight": ({"F12": -5.0}, "分值都是不为负的数字", "有1行分值不是有效数字"),
    "weights of 97": ({"F12": 2.0}, "分值合计为100分", "各项分值与执行率分值合计不是100分"),
    "level of 47": ({"F12": 2.0}, "产出指标分值为50分", "合计仍应为100分"),
    "text in a score": ({"G12": "满分"}, "得分都是不为负的数字", "有1行得分没有填或不是有效数字"),
    "negative score": ({"G12": -1.0}, "得分都是不为负的数字", "有1行得分没有填或不是有效数字"),
    "score above weight": ({"G12": 6.0}, "得分不超过分值", "有1行得分超过分值"),
    "score by hand": ({"G15": 5.0}, "填写的得分与计算得分一致", "有1行填写的得分与计算得分不一致"),
    "no score": ({"G12": None}, "得分都是不为负的数字", "有1行得分没有填或不是有效数字"),
    "no weight": ({"F12": None}, "分值都是不为负的数字", "有1行分值不是有效数字"),
    "no actual": ({"E12": None}, "指标都填了实际完成值", "有1行没有填实际完成值"),
    "no target": ({"D12": None}, "指标都写了年度指标值", "有1行没有填年度指标值"),
    "no reason": ({"H15": None}, "扣分的都说明了原因", "有1行扣分没有说明原因"),
    "no names": ({"C2": None, "G3": None}, "项目名称、主管部门、实施单位已填", "还有2处没有填"),
    "blank budgets": ({f"D{row}": None for row in (6, 7, 8)}, "全年预算数、全年执行数已填", "还有1个数没有填"),
    "all funds blank": (
        {f"{letter}{row}": None for letter in "CDE" for row in (6, 7, 8)}, "全年预算数、全年执行数已填", "还有2个数没有填",
    ),
    "text in a budget": ({"D6": "七十八万元", "D7": None, "D8": None}, "全年预算数、全年执行数已填", "还有1个数没有填"),
    "executed above budget": ({"E6": 100.0}, "执行数不超过预算数", "全年执行数超过全年预算数"),
    "executed without budget": ({"D6": 0.0}, "执行数不超过预算数", "全年执行数超过全年预算数"),
    "funds total by hand": ({"D5": 80.0}, "资金总额等于分项合计", "有1栏总额与分项合计不符"),
    "execution weight by hand": ({"G5": 7.0}, "预算执行率分值为10分", "执行率分值不是规定的分值"),
}  # fmt: skip
"""What is typed over the seed's right form, the line of 自检 that must say so, and words of its sentence."""

ODD = (
    "≥", "≤≥", "%", "万", ".", "..5", "1.2.3", "1e5", "-5", "≥-5%", "5/0", "0", "≥0", "≤0%", "12345678901234567890", "10万亿元", "(", ")",
    "=1", "'5", " ", "　", "—", "#", "????", "*", "~*", "50%-60%", "≥95%(含)", "2023年12月底前", "½", "5\n6", "很" * 300, "9" * 300,
    "≥90%且≤100%", "\"引号\"", "1,234", "１２３人次", "-", "/", "人次", "≥万人",
)  # fmt: skip
"""Texts that nobody expects in 年度指标值 and 实际完成值."""


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("wrong")
    filing = a_form([(one["level1"], one["level2"]) for one in SEED["indicators"]])
    layout = template._Layout(filing)
    right = home / "right.xlsx"
    written(filing, right)
    fill_in(right, seed_cells(layout, list(range(layout.first, layout.last + 1))))
    cases = {name: cells for name, (cells, _, _) in WRONG.items()} | {
        "right": {},
        "total by hand": {f"G{layout.total}": 94.5},
        "total as a text": {f"G{layout.total}": "九十四分", f"F{layout.total}": "一百"},
        "nothing but texts": {
            f"{letter}{row}": "无" for letter in "CDEFGH" for row in (5, 6, 7, 8, *range(layout.first, layout.total))
        },
        "helpers by hand": {
            f"{letter}{layout.first + number}": value
            for number, value in enumerate(("错", "", "≥", -1.0, 0.0, None))
            for letter in "JKLMNR"
        },
    }
    paths = []
    for number, cells in enumerate(cases.values()):
        path = home / f"{number:02}.xlsx"
        path.write_bytes(right.read_bytes())
        fill_in(path, cells)
        paths.append(path)
    return dict(zip(cases, recalculate_all(paths, home), strict=True))


def test_the_right_form_has_nothing_wrong(wrong: dict[str, Path]) -> None:
    assert values(wrong["right"], "自检")[2][0] == FINE


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_entry_is_said_in_its_line(name: str, wrong: dict[str, Path]) -> None:
    _, line, words = WRONG[name]
    lines = check_lines(wrong[name])
    verdict, said = lines[line]
    assert verdict == ("△ 提示" if name == "level of 47" else "× 不符")
    assert words in said
    failed = sum(verdict.startswith("×") for verdict, _ in lines.values())
    assert values(wrong[name], "自检")[2][0] == f"还有 {failed} 项不符,请逐项修改"


@pytest.mark.parametrize("name", [*WRONG, "total by hand", "total as a text", "nothing but texts", "helpers by hand"])
def test_no_wrong_entry_makes_an_error_value(name: str, wrong: dict[str, Path]) -> None:
    book = load_workbook(wrong[name], data_only=True)
    sheet = book["自评表"]
    assert errors(sheet, f"A1:H{sheet.max_row}") == {}
    assert errors(book["自检"]) == {}
    assert "× 请核对" not in {verdict for verdict, _ in check_lines(wrong[name]).values()}


def test_a_total_typed_over_its_formula_is_said(wrong: dict[str, Path]) -> None:
    lines = check_lines(wrong["total by hand"])
    assert {line: verdict for line, (verdict, _) in lines.items() if verdict != "√ 符合"} == {
        "总分等于各项得分合计": "× 不符"
    }
    assert "总分" in lines["总分等于各项得分合计"][1]
    assert check_lines(wrong["total as a text"])["总分等于各项得分合计"][0] == "× 不符"


def test_no_odd_text_makes_an_error_value(tmp_path: Path) -> None:
    texts = [(target, actual) for target in ODD for actual in random.Random(target).sample(ODD, 4)]
    filing = a_form([("产出指标", "数量指标")] * len(texts))
    path = written(filing, tmp_path / "怪.xlsx")
    cells: Cells = {}
    for row, (target, actual) in enumerate(texts, template._Layout(filing).first):
        cells |= {f"C{row}": actual, f"D{row}": target, f"E{row}": actual, f"F{row}": 5.0}
    fill_in(path, cells)
    book = load_workbook(recalculate(path, tmp_path), data_only=True)
    assert errors(book["自评表"]) == {}
    assert errors(book["自检"]) == {}


# --- 6: structure -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def blank_bytes() -> bytes:
    return render(template.form_book(template.blank(rules.default()), rules.default()))


def formulas(data: bytes) -> list[str]:
    """Every formula of a workbook: of cells, rules of colour, validations and names; texts in quotes taken out."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet") or name == "xl/workbook.xml":
                text = archive.read(name).decode("utf-8")
                tags = "definedName" if name == "xl/workbook.xml" else "f|formula|formula1|formula2"
                found += re.findall(rf"<(?:{tags})(?: [^>]*)?>([^<]*)</", text)
    return [re.sub(r'"[^"]*"', '""', one.replace("&quot;", '"')) for one in found]


def test_only_classic_functions_are_used(blank_bytes: bytes) -> None:
    found = formulas(blank_bytes)
    assert len(found) > 700
    used = {name for one in found for name in re.findall(r"([A-Za-z_][A-Za-z0-9_.]*)\(", one)}
    assert {"IF", "SUMPRODUCT", "ROUND"} <= used
    assert used <= live.CLASSIC
    assert not [one for one in found if "[" in one or "#REF!" in one or "_xl" in one]


def test_no_part_leads_outside_and_no_macro(blank_bytes: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(blank_bytes)) as archive:
        names = archive.namelist()
        relations = "".join(archive.read(name).decode() for name in names if name.endswith(".rels"))
    assert not [name for name in names if re.search("external|vba|connection|query|activeX|embedding", name)]
    assert 'TargetMode="External"' not in relations


def test_the_same_book_gives_the_same_bytes(blank_bytes: bytes) -> None:
    assert render(template.form_book(template.blank(rules.default()), rules.default())) == blank_bytes


def test_the_form_is_small(blank_bytes: bytes) -> None:
    assert len(blank_bytes) < 68 * 1024
    assert SHIPPED.stat().st_size < 68 * 1024


def test_defined_names_are_ascii_and_lead_to_values(blank_bytes: bytes) -> None:
    book = load_workbook(io.BytesIO(blank_bytes))
    assert len(book.defined_names) > 10
    for name, defined in book.defined_names.items():
        assert re.fullmatch("[a-z][a-z_0-9]*", name)
        ((sheet, area),) = defined.destinations
        cells = book[sheet][area]
        assert not [
            cell for row in (cells if isinstance(cells, tuple) else ((cells,),)) for cell in row if cell.value is None
        ]


OVERRIDDEN = set("GJKLMNR")
"""Computed cells of an indicator that a person may type over: the score, and what the formulas judged."""


def test_inputs_are_open_and_formulas_are_locked(blank_bytes: bytes) -> None:
    layout = template._Layout(template.blank(rules.default()))
    book = load_workbook(io.BytesIO(blank_bytes))
    assert all(sheet.protection.sheet and not sheet.protection.password for sheet in book)
    for sheet in book.worksheets[1:]:
        assert all(cell.protection.locked for row in sheet.iter_rows() for cell in row)
    sheet = book["自评表"]
    inputs = {"A1", "C2", "C3", "G3", f"B{layout.head - 1}", f"F{layout.head - 1}", f"B{layout.total + 1}"}
    inputs |= {f"{letter}{row}" for letter in "CDE" for row in range(layout.funds, layout.head - 2)}
    indicators = range(layout.first, layout.last + 1)
    inputs |= {f"{letter}{row}" for letter in {*"ABCDEFH", *OVERRIDDEN} for row in indicators}
    merged = {
        cell.coordinate
        for area in sheet.merged_cells.ranges
        for row in sheet[area.coord]
        for cell in row
        if cell.coordinate != area.start_cell.coordinate
    }
    unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked - merged == inputs - merged
    typed_over = {
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" and not cell.protection.locked
    }
    assert typed_over == {f"{letter}{row}" for letter in OVERRIDDEN for row in indicators} | {
        f"{letter}{layout.funds}" for letter in "CDE"
    }


def test_the_form_guides_and_prints_the_official_table_alone(blank_bytes: bytes) -> None:
    layout = template._Layout(template.blank(rules.default()))
    sheet = load_workbook(io.BytesIO(blank_bytes))["自评表"]
    guides = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    rows = f"{layout.first}:{{0}}{layout.last}"
    for letter in "CDEFGHJK":
        guide = guides.pop(f"{letter}{rows.format(letter)}")
        assert guide.promptTitle
        assert guide.type in (None, "list") or (guide.error and guide.errorStyle in ("warning", "information"))
    assert guides.pop(f"C{layout.funds}:E{layout.head - 3}").promptTitle == "项目资金"
    assert all(guide.promptTitle for guide in guides.values())
    assert sheet.print_area == f"'自评表'!$A$1:$H${layout.total + 4}"
    assert sheet.print_title_rows == f"${layout.head}:${layout.head}"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.paperSize, sheet.page_setup.fitToWidth or 1) == (9, 1)
    assert sheet.column_dimensions["T"].hidden


def test_other_readers_open_it(blank_bytes: bytes) -> None:
    wanted = ["自评表", "填报说明", "自检", "参数"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(blank_bytes))
    assert book.sheet_names == wanted == load_workbook(io.BytesIO(blank_bytes)).sheetnames
    cached = book.get_sheet_by_name("参数").to_python()
    assert [row[2] for row in cached if row[0] == "execution_weight"] == [10]


# --- 7: rendered ------------------------------------------------------------------------------------------------------


def test_the_table_prints_on_one_a4_page(tmp_path: Path) -> None:
    filing = a_form([(one["level1"], one["level2"]) for one in SEED["indicators"]])
    layout = template._Layout(filing)
    path = written(filing, tmp_path / "seed.xlsx")
    fill_in(path, seed_cells(layout, list(range(layout.first, layout.last + 1))))
    (pdf,) = convert([path], tmp_path, "pdf")

    def text(*options: str) -> str:
        return subprocess.run(["pdftotext", *options, str(pdf), "-"], check=True, capture_output=True, text=True).stdout

    facts = subprocess.run(["pdfinfo", str(pdf)], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Page size: .*\(A4\)", facts)
    first = "".join(text("-f", "1", "-l", "1").split())
    assert SEED["title"] in first
    assert "合理填写完成比例。" in first
    assert "94.16" in first
    assert "66.55%" in first
    assert "计算得分" not in first
    assert "填报说明" in text("-f", "2", "-l", "2")
    assert re.search(r"Pages: +4\n", facts), "each sheet is one page"
    whole = text()
    for mark in ("###", "#VALUE!", "#REF!", "#NAME?", "#DIV/0!", "#N/A", "Err:"):
        assert mark not in whole
