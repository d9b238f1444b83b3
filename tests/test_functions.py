"""Functions for cells: the engine's numbers, the shape of what was handed over, text where something cannot be told."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import WORKBOOKS, score_json
from support_windows import DIVISION_BY_ZERO, MISSING, calls, metadata, refusal
from test_template_live import a_form, generated, in_ironcalc, typed_rows, written

from perf_xl import rules, template
from perf_xl.auditing import audit
from perf_xl.excel import functions
from perf_xl.excel.functions import (
    FAILED,
    FUNCTIONS,
    PERF_BAND,
    PERF_CHECK,
    PERF_COMPLETION,
    PERF_GRADE,
    PERF_PARSE,
    PERF_RATE,
    PERF_SCORE,
    PERF_TOTAL,
    PERF_WAVG,
)
from perf_xl.reading import read_forms
from perf_xl.scoring import completion_of, score
from perf_xl.values import Settled, settle
from perf_xl.workbooks import read_grids

NAMES = "RATE COMPLETION SCORE BAND TOTAL GRADE PARSE WAVG CHECK"
PAIRS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
]
WORDS = {"at_least": "越大越好", "at_most": "越小越好", "between": "区间", None: None}
SEED = WORKBOOKS / "published" / "seed-000-A.xlsx"


def failed(answer: Any) -> bool:
    return isinstance(answer, str) and answer.startswith(FAILED)


# --- the engine's numbers ---------------------------------------------------------------------------------------------


def settled(pair: dict[str, Any], name: str | None = None) -> Settled:
    told = (pair["level3"], pair["level1"], pair["level2"]) if name is None else (name, None, None)
    return settle(*told, pair["target"], pair["actual"], pair["unit_column"], pair["year"])


def test_every_pair_scores_as_the_engine_says() -> None:
    """What the name of an indicator tells is told by the direction here; it is what the engine takes from it."""
    different = []
    for pair in PAIRS:
        read = settled(pair)
        if pair["why"].startswith("a moment"):  # which a function is not told
            continue
        completion, weight = completion_of(read, rules.default()), pair["weight"]
        found = PERF_SCORE(pair["target"], pair["actual"], weight, WORDS[read.scored_by])
        if completion is None or weight is None:
            right = found is None or failed(found)
        else:
            right = found == float(rules.default().score(Decimal(weight), completion))
        if not right:
            different.append((pair["level3"], pair["target"], pair["actual"], found))
    assert different == []


def test_every_completion_is_the_engines() -> None:
    """Of pairs that mean the same without the indicator's name and unit."""
    compared = 0
    for pair in PAIRS:
        completion = completion_of(settled(pair), rules.default())
        if completion != completion_of(settled({**pair, "unit_column": None}, name=""), rules.default()):
            continue
        compared += completion is not None
        found = PERF_COMPLETION(pair["target"], pair["actual"])
        assert found == float(completion) if completion is not None else found is None or failed(found), pair
    assert compared > 250


def test_the_rows_of_the_seed_score_as_on_the_command_line() -> None:
    """With the cells of the workbook, D12:D25 and so on, as Excel would hand them over."""
    (form,) = score_json(SEED)["forms"]
    cells, _ = found_in(SEED)
    targets, actuals, weights = (
        [[cells[row["row"] - 1][column]] for row in form["indicators"]] for column in (3, 4, 5)
    )
    scores = PERF_SCORE(targets, actuals, weights)
    assert [one for (one,) in scores] == [float(row["score"]) for row in form["indicators"]]
    assert {row["basis"] for row in form["indicators"]} == {"computed"}
    rate = PERF_RATE(cells[4][3], cells[4][4])
    assert (rate, str(rate)[:10]) == (5191 / 7800, form["execution"]["rate"])
    points = round(Fraction(5191 * 7, 7800) * 100) / 100
    assert points == float(form["execution"]["score"])
    total = PERF_TOTAL([[points], *scores], [[cells[4][6]], *weights])
    assert (total, PERF_GRADE(total)) == (float(form["total"]), form["grade"])


def test_three_ways_one_number(tmp_path: Path) -> None:
    """The form's own formulas, the engine and the function give the same score to the last digit."""
    pairs = generated(240, 4711)
    filing = a_form([(pair["level1"], pair["level2"]) for pair in pairs])
    layout = template._Layout(filing)
    typed = SimpleNamespace(
        blank=written(filing, tmp_path / "空白.xlsx"),
        cells=typed_rows(pairs, layout.first),
        first=layout.first,
        last=layout.last,
        sheet=SimpleNamespace(max_column=17),
    )
    computed = in_ironcalc(typed)  # type: ignore[arg-type]
    formulas = [computed[f"Q{row}"] for row in range(layout.first, layout.last + 1)]
    completions = [completion_of(settled(pair), rules.default()) for pair in pairs]
    assert None not in completions
    assert sum(0 < (completion or 0) < 1 for completion in completions) > 60
    engine = [
        float(rules.default().score(Decimal(pair["weight"]), completion or 0))
        for pair, completion in zip(pairs, completions, strict=True)
    ]
    columns = [[[pair[key]] for pair in pairs] for key in ("target", "actual", "weight")]
    found = PERF_SCORE(*columns, [[WORDS[settled(pair).scored_by]] for pair in pairs])
    assert [one for (one,) in found] == formulas == engine


def test_the_mean_is_the_consolidations() -> None:
    """The worked example of docs/consolidation.md."""
    assert PERF_WAVG([["96%"], ["81%"]], [[20], [28]]) == 0.8725
    assert PERF_WAVG([["≥95%"], ["≥90%"]], [["20万元"], ["28万元"]]) == float(Fraction(20 * 95 + 28 * 90, 4800))


# --- shapes -----------------------------------------------------------------------------------------------------------

SHAPES: list[tuple[str, Callable[..., Any], tuple[Any, ...], Any]] = [
    ("a lone cell", PERF_RATE, (20, 18), 0.9),
    ("a range of one cell", PERF_RATE, ([[20]], [[18]]), 0.9),
    ("a column", PERF_RATE, ([[20], [10]], [[18], [5]]), [[0.9], [0.5]]),
    ("a row", PERF_RATE, ([[20, 10]], [[18, 5]]), [[0.9, 0.5]]),
    ("a flat list", PERF_RATE, ([20, 10], [18, 5]), [0.9, 0.5]),
    ("a table", PERF_RATE, ([[20, 10], [8, 4]], [[18, 5], [8, 1]]), [[0.9, 0.5], [1.0, 0.25]]),
    ("tuples", PERF_RATE, (((20,), (10,)), ((18,), (5,))), [[0.9], [0.5]]),
    ("a cell counts for all", PERF_RATE, ([[20], [10]], 5), [[0.25], [0.5]]),
    ("whichever it is", PERF_RATE, (20, [[18], [5]]), [[0.9], [0.25]]),
    ("one argument", PERF_GRADE, ([[90, 59]],), [["优", "差"]]),
    ("rows of unequal length end in blanks", PERF_GRADE, ([[90, 59], [80]],), [["优", "差"], ["良", None]]),
    ("nothing at all", PERF_GRADE, ([],), None),
    ("rows and columns", PERF_RATE, ([[20], [10]], [[5, 5]]), "无法计算:各参数的区域大小不同(2行1列、1行2列)"),
    ("more rows", PERF_RATE, ([[1], [2]], [[1], [2], [3]]), "无法计算:各参数的区域大小不同(2行1列、3行1列)"),
    ("a total of unequal ranges", PERF_TOTAL, ([[1], [2]], 5), "无法计算:两个参数的区域大小不同"),
    ("a mean of unequal ranges", PERF_WAVG, ([[1], [2]], [[5, 5]]), "无法计算:各参数的区域大小不同(2行1列、1行2列)"),
]


@pytest.mark.parametrize(
    ("function", "arguments", "expected"), [case[1:] for case in SHAPES], ids=[c[0] for c in SHAPES]
)
def test_the_shape_of_the_result(function: Callable[..., Any], arguments: tuple[Any, ...], expected: Any) -> None:
    assert function(*arguments) == expected


# --- what cells hold --------------------------------------------------------------------------------------------------

CELLS: list[tuple[str, Callable[..., Any], tuple[Any, ...], Any]] = [
    ("full width", PERF_SCORE, ("７８", "７８", "１０"), 10.0),
    ("currency", PERF_RATE, (Decimal("7800.0000"), Decimal("5191.0000")), 5191 / 7800),
    ("15 digits of a stored float", PERF_SCORE, (0.3, 0.1 + 0.2, 10), 10.0),
    ("a half is rounded up", PERF_SCORE, (1000, 267.5, 10), 2.68),
    ("a percent cell beside a percent text", PERF_SCORE, ("≥95%", 0.9, 10), 9.47),
    ("a date cell", PERF_SCORE, ("2023年底前", datetime(2023, 12, 30), 10), 10.0),
    ("a date cell as target", PERF_SCORE, (date(2023, 12, 31), "2023年11月", 10), 10.0),
    ("dates without a year", PERF_SCORE, ("12月底前", "11月完成", 10), 10.0),
    ("the last day of February", PERF_SCORE, ("2月29日前", "2月28日", 10), 10.0),
    ("a year on one side only", PERF_SCORE, ("12月底前", "2023年11月", 10), "无法计算:指标值“12月底前”没有写明年份"),
    ("late", PERF_SCORE, ("11月底前", "12月完成", 10), "无法计算:完成时间“12月完成”晚于指标值“11月底前”,完成比例由人评定"),
    ("points with 分", PERF_SCORE, ("3次", "2次", "9分"), 6.0),
    ("scales", PERF_COMPLETION, ("20万张", "15万张"), 0.75),
    ("words that agree", PERF_SCORE, ("质量合格", "合格", 5), 5.0),
    ("a stated completion", PERF_SCORE, ("有效改善", "部分达成预期指标并具有一定效果(70%)", 10), 7.0),
    ("more than all", PERF_COMPLETION, ("3次", "9次"), 1.0),
    ("an uncapped rate", PERF_RATE, (10, 12), 1.2),
    ("none executed", PERF_RATE, ("20万元", 0), 0.0),
    ("amounts with units", PERF_RATE, ("20万元", "180000元"), 0.9),
    ("thousands", PERF_RATE, ("1,000", "9,00"), "无法计算:执行数“9,00”不是金额"),
    ("a band at its bound", PERF_BAND, ("80%",), 1),
    ("a share as a band", PERF_BAND, (0.6,), 2),
    ("words of a band", PERF_BAND, ("未达成预期指标且效果较差",), 3),
    ("a grade at its bound", PERF_GRADE, (Decimal("80.0000"),), "良"),
    ("nothing but blanks", PERF_TOTAL, ([[None], [""]], [[None], [None]]), None),
    ("a total", PERF_TOTAL, ([[10], ["40.55分"], [None]], [[10], [50], [""]]), 50.55),
]  # fmt: skip


@pytest.mark.parametrize(("function", "arguments", "expected"), [case[1:] for case in CELLS], ids=[c[0] for c in CELLS])
def test_cells_are_read_as_they_stand(function: Callable[..., Any], arguments: tuple[Any, ...], expected: Any) -> None:
    assert function(*arguments) == expected


DIRECTIONS = [
    ("20", "25", "≤", 8.0), ("20", "25", "不超过", 8.0), ("20", "25", "越小越好", 8.0), ("20", "25", "反向指标", 8.0),
    ("20", "16", "≥", 8.0), ("20", "16", "越大越好", 8.0), ("20", "16", "至少", 8.0), ("20", "16", "", 8.0),
    ("20", "16", "=", 8.0), ("20", "16", "等于", 8.0), ("=20", "25", "越小越好", 8.0), ("≤20", "25", "越小越好", 8.0),
    ("80-90%", "72%", "区间", 9.0), ("2023年底前", "2023年11月", "≤", 10.0), ("质量合格", "合格", "定性", 10.0),
    ("≥20", "16", "越小越好", None), ("20", "16", "区间", None), ("80-90%", "72%", "≥", None), ("20", "16", "定性", None),
    ("2023年底前", "2023年11月", "越大越好", None), ("20", "16", "随便", None), ("20", "16", "#N/A", None),
]  # fmt: skip


@pytest.mark.parametrize(("target", "actual", "direction", "expected"), DIRECTIONS)
def test_directions(target: str, actual: str, direction: str, expected: float | None) -> None:
    found = PERF_SCORE(target, actual, 10, direction)
    assert failed(found) if expected is None else found == expected


MEANINGS = [
    ("≥95%", "≥ 95 %"), ("不低于９５％", "≥ 95 %"), (0.95, "0.95"), ("20万张", "200000 张"), ("不超过3公里", "≤ 3 公里"), ("=5", "= 5"),
    ("人均120元", "平均 120 元"), ("80-90%", "80 至 90 %"), ("2023年9月前", "不晚于 2023-08-31"), (datetime(2023, 12, 31), "不晚于 2023-12-31"),
    ("12月底前", "不晚于 12月31日(没有写年份)"), ("1月前", "不晚于 上年12月31日(没有写年份)"), ("达成预期指标", "完成 100 % 第1档"),
    ("部分达成预期指标并具有一定效果(70%)", "完成 70 % 第2档"), ("基本完成", "第1档"), ("日产日清", "文字:日产日清"), ("约30人", "无法确定:约30人"),
    (None, None), ("", None), ("—", None),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "meaning"), MEANINGS)
def test_what_a_text_means(cell: Any, meaning: str | None) -> None:
    assert PERF_PARSE(cell) == meaning


@pytest.mark.parametrize("cell", ["≥95%", "20万张", "不超过3公里", "80-90%", "2023年9月前", "日产日清"])
def test_what_was_understood_is_understood_again(cell: str) -> None:
    meaning = str(PERF_PARSE(cell)).removeprefix("文字:")
    again = {"≥": "≥", "≤": "≤"}.get(meaning[0], "") + meaning.removeprefix("不晚于").lstrip("≥≤ ")
    assert PERF_COMPLETION(cell, cell.lstrip("≥不超过").removesuffix("前")) is not None
    assert str(PERF_PARSE(again)).removeprefix("文字:") == meaning


# --- blanks and errors ------------------------------------------------------------------------------------------------

ARITY = {name: len(about.arguments) for name, about in FUNCTIONS.items()}
AGGREGATES = ("PERF_TOTAL", "PERF_WAVG", "PERF_CHECK")


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("blank", [None, "", [[None, ""]]])
def test_blanks_give_blanks(name: str, blank: Any) -> None:
    found = getattr(functions, name)(*[blank] * ARITY[name])
    assert found in (None, [[None, None]])


@pytest.mark.parametrize(
    ("function", "arguments"),
    [(PERF_RATE, (20, None)), (PERF_RATE, (None, 5)), (PERF_SCORE, ("≥3次", "", 5)), (PERF_SCORE, ("≥3次", "3次", None)), (PERF_COMPLETION, ("", "3次"))],
)  # fmt: skip
def test_a_row_that_is_not_filled_in_gives_a_blank(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    assert function(*arguments) is None


GOOD: dict[str, tuple[Any, ...]] = {
    "PERF_RATE": (20, 18), "PERF_COMPLETION": ("3次", "2次"), "PERF_SCORE": ("3次", "2次", 10, "≥"), "PERF_BAND": (0.8,),
    "PERF_TOTAL": (9, 10), "PERF_GRADE": (90,), "PERF_PARSE": ("3次",), "PERF_WAVG": ("95%", 20),
}  # fmt: skip


@pytest.mark.parametrize(("name", "at"), [(name, at) for name, good in GOOD.items() for at in range(len(good))])
@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#REF!", "#SPILL!", DIVISION_BY_ZERO])
def test_an_error_value_comes_back_as_text(name: str, at: int, error: Any) -> None:
    good = GOOD[name]
    function = getattr(functions, name)
    assert not failed(function(*good))
    assert "错误值" in function(*good[:at], error, *good[at + 1 :])
    assert failed(function(*good[:at], error, *good[at + 1 :]))


WRONG: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (PERF_RATE, (0, 5), "预算数为0"),
    (PERF_RATE, ("20万元", 18), "只有一个写了单位"),
    (PERF_RATE, ("约20", 18), "预算数“约20”不是金额"),
    (PERF_SCORE, ("3次", "2次", -1), "分值-1小于0"),
    (PERF_SCORE, ("3次", "2次", "十分"), "分值“十分”不是数字"),
    (PERF_SCORE, ("3次", "2次", True), "分值“TRUE”不是数字"),
    (PERF_SCORE, ("3次", "2人", 5), "计量单位对不上"),
    (PERF_SCORE, ("约30人", "30人", 5), "指标值“约30人”的含义不能确定"),
    (PERF_SCORE, ("有效改善", "部分达成预期指标并具有一定效果", 5), "只写明第2档"),
    (PERF_SCORE, ("有效改善", "有所提升", 5), "由人评定"),
    (PERF_SCORE, ("3次", "≥2次", 5), "不能与指标值“3次”直接比较"),
    (PERF_COMPLETION, ("-3", "-5"), "不能与指标值“-3”直接比较"),
    (PERF_BAND, (1.2,), "应在0至1"),
    (PERF_BAND, ("很好",), "完成比例“很好”不能确定"),
    (PERF_GRADE, (101,), "应在0至100之间"),
    (PERF_GRADE, (float("nan"),), "总分不是有限的数"),
    (PERF_TOTAL, ([[9], [51]], [[10], [50]]), "第2行得分51不在0和分值50之间"),
    (PERF_TOTAL, ([[9], [-1]], [[10], [50]]), "第2行得分-1不在0和分值50之间"),
    (PERF_TOTAL, ([[9], [None]], [[10], [50]]), "第2行有分值没有得分"),
    (PERF_TOTAL, ([[9], [40]], [[10], [None]]), "第2行有得分没有分值"),
    (PERF_TOTAL, ([[9, 40]], [[10, None]]), "第2列有得分没有分值"),
    (PERF_TOTAL, ([[9], ["无法计算:预算数为0"]], [[10], [50]]), "第2行得分“无法计算:预算数为0”不是数字"),
    (PERF_WAVG, (["95%", 0.9], [1, 1]), "计量单位不同(%、没有单位)"),
    (PERF_WAVG, (["3次", "3人"], [1, 1]), "计量单位不同(人、次)"),
    (PERF_WAVG, (["≥95%", "≤90%"], [1, 1]), "方向不同"),
    (PERF_WAVG, (["95%", "90%"], [1, None]), "第2列没有资金额度"),
    (PERF_WAVG, (["95%", "90%"], [1, 0]), "第2列没有资金额度"),
    (PERF_WAVG, (["95%", None], [1, 2]), "第2列有资金没有数值"),
    (PERF_WAVG, (["95%", "很好"], [1, 2]), "第2列数值“很好”不是一个数"),
    (PERF_WAVG, (["95%", "90%"], ["1万元", 2]), "资金有的写了单位"),
    (PERF_CHECK, ([["甲"]], "三"), "起始单元格“三”不是单元格地址"),
    (PERF_CHECK, ([["甲"]], "A999999"), "起始单元格“A999999”离A1太远"),
]  # fmt: skip


@pytest.mark.parametrize(("function", "arguments", "why"), WRONG)
def test_what_cannot_be_told_says_why(function: Callable[..., Any], arguments: tuple[Any, ...], why: str) -> None:
    found = function(*arguments)
    assert failed(found)
    assert why in found


words = "≥≤=><-—0123456789.,%万元次人月日年底前完成达标合格 约至\n％７分"
cell = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(places=4, allow_nan=True),
    st.datetimes(),
    st.text(alphabet=words, max_size=8),
    st.text(max_size=5),
    st.sampled_from([*functions._ERRORS, DIVISION_BY_ZERO]),
    st.sampled_from([text for pair in PAIRS for text in (pair["target"], pair["actual"])]),
)
block = st.one_of(cell, st.lists(cell, max_size=3), st.lists(st.lists(cell, max_size=3), max_size=3))


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(sorted(FUNCTIONS)))
def test_whatever_cells_hold_there_is_an_answer(data: st.DataObject, name: str) -> None:
    """No exception, and nothing that Excel could not show."""
    found = getattr(functions, name)(*(data.draw(block) for _ in range(ARITY[name])))
    rows = found if isinstance(found, list) else [found]
    for row in rows:
        for one in row if isinstance(row, list) else [row]:
            assert (
                one is None
                or (isinstance(one, str) and one != "")
                or isinstance(one, int | float)
                or name == "PERF_CHECK"
            )
            assert not isinstance(one, float) or abs(one) < float("inf")


# --- a whole form -----------------------------------------------------------------------------------------------------


def found_in(path: Path) -> tuple[list[list[Any]], list[list[Any]]]:
    """The cells of a workbook's form, and its findings as the command line has them."""
    (grid,) = (one for one in read_grids(path.read_bytes(), path.name) if read_forms([one], ""))
    found = [one for form in read_forms([grid], "") for one in audit(score(form))]
    return [list(row) for row in grid.values], [[one.severity, one.code, one.cell, one.message] for one in found]


def test_a_forms_findings_are_those_of_a_check() -> None:
    cells, expected = found_in(SEED)
    found = PERF_CHECK(cells)
    assert [row[:4] for row in found] == expected
    assert len(expected) > 3
    assert all(len(row) == 5 and row[4] for row in found)


def test_addresses_are_those_of_the_workbook() -> None:
    cells, _ = found_in(SEED)
    here, there = PERF_CHECK(cells), PERF_CHECK(cells, "$C$11")

    def moved(match: re.Match[str]) -> str:
        return f"{chr(ord(match[1]) + 2)}{int(match[2]) + 10}"

    assert [row[2] for row in there] == [re.sub(r"\b([A-Z])(\d+)\b", moved, row[2]) for row in here]


def test_most_published_forms_lose_nothing_without_their_formats() -> None:
    """Merged cells and number formats do not reach a function; what hangs on them may be missing, or a unit be doubted."""
    same, files = 0, sorted((WORKBOOKS / "published").glob("r0*.xlsx"))
    for path in files:
        cells, expected = found_in(path)
        found = Counter((row[1], row[2]) for row in PERF_CHECK(cells) if row[1])
        wanted = Counter((row[1], row[2]) for row in expected)
        assert {code for code, _ in found - wanted} <= {"I06"}, path.name
        same += found == wanted
    assert same > len(files) / 2


def test_what_is_no_form_is_said() -> None:
    assert [row[:2] for row in PERF_CHECK([["甲", "乙"], [1, "#N/A"]])] == [["错误", "X02"]]


def test_an_error_value_in_a_form_is_a_finding() -> None:
    cells, _ = found_in(SEED)
    cells[11][6] = DIVISION_BY_ZERO
    before = {(row[1], row[2]) for row in PERF_CHECK(found_in(SEED)[0])}
    assert "G12" in {cell for _, cell in {(row[1], row[2]) for row in PERF_CHECK(cells)} - before}


# --- as Excel calls them ----------------------------------------------------------------------------------------------

COM: list[tuple[str, tuple[Any, ...], Any]] = [
    ("PERF_RATE", (Decimal("7800.0000"), Decimal("5191.0000")), 5191 / 7800),
    ("PERF_RATE", (((20.0,), (None,), (10.0,)), ((18.0,), (None,), (DIVISION_BY_ZERO,))), [[0.9], [""], ["无法计算:执行数是错误值#DIV/0!"]]),
    ("PERF_RATE", (20.0, MISSING), ""),
    ("PERF_SCORE", ((("≥95%",), ("12月底前",), ("20万张",)), ((0.9,), ("11月",), ("15万",)), 10.0, MISSING), [[9.47], [10.0], [7.5]]),
    ("PERF_SCORE", ("７８", 78.0, Decimal("10.0000"), None), 10.0),
    ("PERF_SCORE", (datetime(2023, 12, 31), datetime(2023, 12, 30), 10.0, ""), 10.0),
    ("PERF_SCORE", (((20.0, 20.0),), ((25.0, 16.0),), ((10.0, 10.0),), (("≤", None),)), [[8.0, 8.0]]),
    ("PERF_COMPLETION", ("20万张以上", "15万张"), 0.75),
    ("PERF_BAND", (((0.8, "70%", None),),), [[1, 2, ""]]),
    ("PERF_TOTAL", (((9.0,), (40.5,)), ((10.0,), (50.0,))), 49.5),
    ("PERF_GRADE", (((90.0,), (59.5,)),), [["优"], ["差"]]),
    ("PERF_PARSE", ("≥95%",), "≥ 95 %"),
    ("PERF_WAVG", ((("96%",), ("81%",)), ((20.0,), (28.0,))), 0.8725),
    ("PERF_CHECK", ((("甲", 1.0), (None, datetime(2023, 1, 1))), MISSING), "X02"),
]  # fmt: skip


def test_excels_own_way_of_calling() -> None:
    """xlwings' `call_udf` and the converters of Windows, with arguments as COM hands them over."""
    found = calls([(name, arguments) for name, arguments, _ in COM])
    for (name, arguments, expected), result in zip(COM, found, strict=True):
        lone = result[0][0] if len(result) == len(result[0]) == 1 else result
        assert (lone[0][1] if name == "PERF_CHECK" else lone) == expected, (name, arguments)


def test_what_excel_is_told_of_every_function() -> None:
    about = metadata()
    assert list(FUNCTIONS) == [f"PERF_{name}" for name in NAMES.split()]
    assert set(about) == set(FUNCTIONS)
    for name, told in FUNCTIONS.items():
        xlfunc = about[name]
        assert (xlfunc["name"], xlfunc["category"], xlfunc["sub"], xlfunc["volatile"]) == (
            name,
            "绩效自评",
            False,
            False,
        )
        assert xlfunc["ret"]["doc"] == told.description
        assert [(one["name"], one["doc"]) for one in xlfunc["args"]] == list(told.arguments)
        for one in xlfunc["args"]:
            assert (one["options"]["ndim"], one["options"]["err_to_str"]) == (2, True)
        optional = [one["name"] for one in xlfunc["args"] if "optional" in one]
        assert optional == {"PERF_SCORE": ["direction"], "PERF_CHECK": ["top_left"]}.get(name, [])


def test_excel_has_room_for_what_it_is_told() -> None:
    for told in FUNCTIONS.values():
        texts = [told.description, *(text for _, text in told.arguments)]
        assert all(0 < len(text) <= 255 and re.search("[\u4e00-\u9fff]", text) for text in texts), told.name
        parameters = inspect.signature(getattr(functions, told.name)).parameters.values()
        assert [one.name for one in parameters] == [name for name, _ in told.arguments]
        assert {one.kind for one in parameters} == {inspect.Parameter.POSITIONAL_OR_KEYWORD}


def test_the_bounds_in_the_descriptions_are_the_rulebooks() -> None:
    book = rules.default()
    best, good, fair, _ = book.grade_bounds.values()
    upper, lower = (f"{bound:.0%}" for bound in book.band_bounds)
    assert (
        f"{best}及以上为优,{good}至{best}为良,{fair}至{good}为中,{fair}以下为差" in FUNCTIONS["PERF_GRADE"].description
    )
    band = FUNCTIONS["PERF_BAND"].description
    assert f"({upper}及以上)" in band
    assert f"({lower}至{upper})" in band
    assert f"({lower}以下)" in band


def test_keyword_only_arguments_are_refused_on_windows() -> None:
    """The decorators of other systems let them pass: the rule is seen only here."""
    assert "keyword" in refusal("import xlwings as xw\n@xw.func\ndef f(a, *, b=None): return a")
    assert refusal("import xlwings as xw\n@xw.func\ndef f(a, b=None): return a") == ""


# --- the page ---------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parent.parent / "docs" / "functions.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^\| `=(PERF_\w+\(.*?\))` \| `(.*?)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("formula", "result"), SHOWN)
def test_a_formula_on_the_page_gives_what_the_page_says(formula: str, result: str) -> None:
    """A formula of constants is an expression of Python too."""
    found = eval(formula, vars(functions))
    assert f"{found:g}" == result if isinstance(found, int | float) else found == result


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_on_the_page(name: str) -> None:
    arguments = [argument for argument, _ in FUNCTIONS[name].arguments]
    optional = {"direction", "top_left"}
    signature = ", ".join(f"[{one}]" if one in optional else one for one in arguments)
    assert f"\n## {name}:" in PAGE
    assert f"`{name}({signature})`" in PAGE
    assert f"={name}(" in PAGE


# --- without wheels, without a key ------------------------------------------------------------------------------------

IMPORTS = """
import sys
for heavy in ("pandas", "numpy", "polars", "python_calamine", "openpyxl", "xlrd", "xlsxwriter", "pyarrow", "click", "rich", "cryptography"):
    sys.modules[heavy] = None
from perf_xl.excel.functions import PERF_SCORE
assert PERF_SCORE("≥95%", "90%", 10) == 9.47
places = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items() if module}
installed = {name: file for name, file in places.items() if "site-packages" in file and not name.startswith(("_distutils", "_virtualenv", "__editable__"))}
print({name.partition(".")[0] for name in installed} - {"perf_xl"}, {file for file in installed.values() if not file.endswith(".py")})
"""


def test_the_functions_need_nothing_but_xlwings() -> None:
    """What runs in a browser has no compiled wheels: importing them pulls in pure Python and xlwings."""
    run = subprocess.run([sys.executable, "-X", "utf8", "-c", IMPORTS], capture_output=True, check=True, text=True)
    assert run.stdout.strip() == "{'xlwings'} set()"
