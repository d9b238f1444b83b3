"""`perf-xl report`: the written report says what its form says, asks for the rest, and hides nothing that is doubtful."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from zipfile import ZipFile

import pytest
from departments import random_department
from openpyxl import Workbook, load_workbook
from planted import KINDS, clean, planted
from support import WORKBOOKS, run
from support_forms import form, indicator, written
from test_faults_files import PROBLEMS, failing

import perf_xl
from perf_xl import checking, demo, rules
from perf_xl.auditing import audit
from perf_xl.comparing import compare
from perf_xl.documents import read_report
from perf_xl.errors import OutputNotWritable
from perf_xl.findings import Finding
from perf_xl.model import BLANK, Form, Goal, Heading, Written
from perf_xl.reading import read_forms
from perf_xl.report import PART, SECTION, TITLE, Block, Report, ReportTable, compose, pieces_of
from perf_xl.saving import is_left_over
from perf_xl.scoring import score
from perf_xl.typesetting import document_bytes

PUBLISHED = sorted((WORKBOOKS / "published").glob("*.xlsx"))
SEED = WORKBOOKS / "published" / "seed-000-A.xlsx"
GOOD = [
    indicator("≥500人次", "520人次", "50", "50", 12, "培训人次"),
    indicator("有所提高", "有所提高", "30", "30", 13, "办事效率", level1="效益指标", level2="社会效益指标"),
    indicator("≥90%", "96%", "10", "10", 14, "群众满意度", level1="满意度指标", level2="服务对象满意度指标"),
]


def sound(*rows: object, **more: object) -> Form:
    """A form without a fault: 100 of 100."""
    said: dict[str, object] = {"executed": "78", "filed": "10", "total": "100"} | more
    return form(*(rows or GOOD), **said)  # type: ignore[arg-type]


def report_of(one: Form, rulebook: rules.Rulebook | None = None) -> Report:
    scored = score(one, rulebook)
    return compose(scored, audit(scored))


def text_of(one: Form) -> str:
    return "\n".join(block.text for block in report_of(one).blocks if isinstance(block, Block))


def lines(one: Form, after: str, before: str = "") -> list[str]:
    """The paragraphs between two headings."""
    said = text_of(one).split(after, 1)[1]
    return (said.split(before, 1)[0] if before else said).strip("\n").split("\n")


def noted(one: Form) -> dict[str, list[str]]:
    """What carries comments: the words, and the codes told of them."""
    return {
        piece.text: [note.split()[0] for note in piece.notes]
        for piece in pieces_of(report_of(one).blocks)
        if piece.notes
    }


def parts(data: bytes) -> dict[str, str]:
    with ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name).decode("utf-8") for name in package.namelist()}


def body(data: bytes) -> str:
    return parts(data)["word/document.xml"]


# --- the round trip ---------------------------------------------------------------------------------------------------


def disagreements(one: Form) -> list[Finding]:
    """What the checks of the written report tell of a report made from its own form.

    Where the form's own scores do not make its total (S04, F07), no report of it can: R02 says so again.
    """
    scored = score(one)
    findings = audit(scored)
    report = compose(scored, findings)
    paragraphs = read_report(document_bytes(report), "报告.docx")
    blocks = [block for block in report.blocks if isinstance(block, Block)]
    assert [paragraph.text for paragraph in paragraphs] == [" ".join(block.text.split()) for block in blocks]
    levels = {PART: 1, SECTION: 2}
    assert [paragraph.heading for paragraph in paragraphs] == [levels.get(block.kind) for block in blocks]
    forced = {"R02"} if not {"S04", "F07"}.isdisjoint(finding.code for finding in findings) else set()
    return [finding for finding in compare(paragraphs, scored, "报告.docx") if finding.code not in forced]


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: path.stem)
def test_a_report_agrees_with_the_published_form_it_is_made_from(path: Path) -> None:
    for one in perf_xl.read(path):
        assert disagreements(one) == []


@pytest.mark.parametrize("seed", range(8))
def test_a_report_agrees_with_any_form_it_is_made_from(seed: int, tmp_path: Path) -> None:
    random_department(seed, tmp_path)
    told = 0
    for path in sorted(tmp_path.rglob("*.xlsx")):
        try:
            forms = perf_xl.read(path)
        except perf_xl.PerfXlError:
            continue
        for one in forms:
            assert disagreements(one) == [], path.name
            told += 1
    assert told


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_with_a_fault_is_reported_as_filed_and_the_fault_is_told(kind: str) -> None:
    paper, code, _ = planted(kind, 0)
    (one,) = read_forms([paper.grid()], "甲.xlsx")
    assert disagreements(one) == []
    report = report_of(one)
    if code == "I08":  # prompts of the template name nothing that a report could tell
        return
    told = {note.split()[0] for piece in pieces_of(report.blocks) for note in piece.notes}
    assert code in told or not [
        finding for finding in audit(score(one)) if finding.code == code and finding.severity != "提示"
    ]


@pytest.mark.parametrize("seed", range(10))
def test_a_form_without_fault_is_reported_without_a_note(seed: int) -> None:
    paper, _ = clean(seed)
    (one,) = read_forms([paper.grid()], "甲.xlsx")
    assert disagreements(one) == []
    assert noted(one) == {}


def test_a_total_that_is_not_the_sum_is_told_in_the_report_and_of_it() -> None:
    wrong = sound(total="95")
    assert noted(wrong)["95"] == ["S04"]
    paragraphs = read_report(document_bytes(report_of(wrong)), "报告.docx")
    assert [one.code for one in compare(paragraphs, score(wrong), "报告.docx")] == ["R02"]


# --- what is stated ---------------------------------------------------------------------------------------------------


def test_the_seed_is_told_as_it_was_filed() -> None:
    (one,) = perf_xl.read(SEED)
    said = text_of(one)
    for words in (
        "正宁县人民政府办公室\n关于2023年政府网站运营维护、机关维修等运转项目支出绩效自评报告",
        "年初预算数78万元，全年预算数78万元，全年执行数51.91万元，预算执行率66.55%。",
        "自评得分94.5分，自评等级为优。",
        "达到指标值的13项，未达到指标值的1项。",
        "1.预算执行率指标分值7分，得分7分。",
        "2.产出指标分值50分，得分47.5分。",
        "“偿还历史欠款”分值5分，得分2.5分，扣2.5分，扣分原因及改进措施：【请填写：“偿还历史欠款”扣分的原因（自评表未填）】。",
        "1.预算执行率偏低。全年预算数78万元，全年执行数51.91万元，预算执行率66.55%，未执行26.09万元。",
        "2.“偿还历史欠款”指标值为10万，实际完成值为5，未达到指标值，扣2.5分。",
    ):
        assert words in said
    told = [(piece.text, *(note.split()[0] for note in piece.notes)) for piece in pieces_of(report_of(one).blocks)]
    assert [words for words in told if len(words) > 1] == [
        ("66.55%", "D03"),
        ("94.5", "W01"),
        ("10万", "I06"),
        ("7", "W02"),
        ("7", "S01"),
        ("【请填写：“偿还历史欠款”扣分的原因（自评表未填）】", "D01"),
    ]


def test_a_note_tells_code_cell_and_cure() -> None:
    (note,) = (note for piece in pieces_of(report_of(sound(total="95")).blocks) for note in piece.notes)
    first, second = note.split("\n")
    assert first.startswith("S04 错误 自评表 G30：")
    assert second.startswith("改法：")


def test_advice_is_no_note_and_what_is_not_stated_is_told_apart() -> None:
    one = sound()
    scored = score(one)
    made = [
        Finding("I11", "提示", "满意度未量化", one.file, one.sheet, "D14", "没有量化"),
        Finding("W05", "疑点", "指标没有分值", one.file, one.sheet, "F99", "没有分值"),
        Finding("D02", "疑点", "超额完成未说明", one.file, one.sheet, "H12", "没有说明"),
    ]
    report = compose(scored, made)
    assert [finding.code for finding in report.attached] == ["D02"]
    assert [finding.code for finding in report.unattached] == ["W05"]
    (beside,) = (piece for piece in pieces_of(report.blocks) if piece.notes)
    assert beside.text == "“培训人次”"


def test_a_sound_form_gives_a_report_without_a_note() -> None:
    assert noted(sound()) == {}


def test_what_a_form_cannot_know_is_asked_for() -> None:
    asked = " ".join(report_of(sound()).prompts)
    for what in (
        "主送机关",
        "通知名称",
        "职能、机构和编制",
        "立项依据",
        "组织实施",
        "组织方式和方法",
        "问题",
        "建议",
        "成文日期",
    ):
        assert what in asked
    bare = sound(implementing_unit=BLANK, competent_department=BLANK, project=BLANK, year=None, money_unit=None)
    asked = " ".join(report_of(bare).prompts)
    for what in ("单位名称", "项目名称", "年度", "金额单位"):
        assert what in asked


def test_a_blank_is_asked_for_and_is_no_nought() -> None:
    said = text_of(sound(executed=None))
    assert "全年执行数【请填写：全年执行数（自评表未填）】，预算执行率【请填写：预算执行率" in said
    blank = replace(GOOD[0], actual=written(None, "E12"))
    assert "实际完成值为【请填写：“培训人次”的实际完成值（自评表未填）】" in text_of(sound(blank, *GOOD[1:]))


def test_a_rate_without_amounts_is_told_as_printed_with_a_note() -> None:
    one = sound(budget=None, executed=None, rate="79.27")
    assert "预算执行率“79.27”" in text_of(one)
    assert "无法核对" in next(piece for piece in pieces_of(report_of(one).blocks) if piece.text == "“79.27”").notes[0]


def test_the_rate_is_the_exact_one_half_up_and_a_wrong_one_is_noted() -> None:
    one = sound(
        budget="8000", executed="5335.6", rate="76%", filed="6.67", total="96.67", remark=written("结转", "B31")
    )
    assert "预算执行率66.7%" in text_of(one)
    assert noted(one)["66.7%"] == ["F01"]
    assert "预算执行率66.67%" in text_of(sound(budget="3", executed="2"))


@pytest.mark.parametrize(
    ("total", "rows", "wanted", "grade"),
    [
        ("100", GOOD, "100", "优"),
        (None, GOOD, "100", "优"),
        (None, [replace(GOOD[0], weight=written("40", "F12"), score=written("40", "G12")), *GOOD[1:]], "【", "【"),
        (None, [replace(GOOD[0], score=written(None, "G12")), *GOOD[1:]], "【", "【"),
        ("100", [replace(GOOD[0], score=written("20", "G12")), *GOOD[1:]], "100", "【"),
        ("优秀", GOOD, "“优秀”", "【"),
    ],
)
def test_the_total_and_the_grade(total: str | None, rows: list[object], wanted: str, grade: str) -> None:
    (said,) = (line for line in text_of(sound(*rows, total=total)).split("\n") if line.startswith("经自评"))
    assert said.partition("自评得分")[2].startswith(wanted)
    assert said.partition("等级为")[2].startswith(grade)


def test_a_total_that_was_added_up_says_so() -> None:
    (piece,) = (
        piece for piece in pieces_of(report_of(sound(total=None)).blocks) if piece.text == "100" and piece.notes
    )
    assert "没有填总分" in piece.notes[0]


def test_the_grade_is_that_of_the_rulebook() -> None:
    text = (Path(rules.__file__).parent / "rulebooks" / "default.toml").read_text(encoding="utf-8")
    own = rules.parse(text.replace('"优" = "90", "良" = "80"', '"合格" = "70"').replace('"中" = "60", ', ""), "甲.toml")
    said = "".join(piece.text for piece in pieces_of(report_of(sound(), own).blocks))
    assert "自评等级为合格" in said


def test_nothing_is_all_done_where_something_is_not() -> None:
    goal = Goal(Written("完成培训", None, "B9"), Written("年度目标全部完成", None, "E9"))
    assert "年度目标全部完成。" in text_of(sound(goal=goal))
    short = indicator("≥500人次", "400人次", "50", "40", 12, "培训人次", reason="场地不足")
    one = sound(short, *GOOD[1:], total="90", goal=goal)
    assert "全部完成。" not in text_of(one)
    assert any("没有照录" in note for piece in pieces_of(report_of(one).blocks) for note in piece.notes)


def test_problems_and_suggestions_are_those_of_the_form() -> None:
    short = indicator("≥500人次", "400人次", "50", "40", 12, "培训人次", reason="疫情影响；加强组织，下年补训。")
    one = sound(short, *GOOD[1:], total="90")
    problems = lines(one, "四、存在问题", "五、")
    assert problems == ["1.“培训人次”指标值为≥500人次，实际完成值为400人次，未达到指标值，扣10分。原因：疫情影响。"]
    assert lines(one, "五、有关建议", "城关镇") == ["1.针对“培训人次”：加强组织，下年补训。"]
    assert "扣分原因及改进措施：疫情影响；加强组织，下年补训。" in text_of(one)


def test_a_reason_that_says_nothing_is_asked_for() -> None:
    for reason in (None, "无", "0", "-", "完成比例80%"):
        short = indicator("≥500人次", "400人次", "50", "40", 12, "培训人次", reason=reason)
        assert "【请填写：“培训人次”扣分的原因（自评表未填）】" in text_of(sound(short, *GOOD[1:], total="90"))


def test_as_above_is_what_stands_above() -> None:
    rows = [
        indicator("≥500人次", "400人次", "25", "20", 12, "培训人次", reason="场地不足"),
        indicator("≥5期", "4期", "25", "20", 13, "培训期数", reason="同上"),
    ]
    assert lines(sound(*rows, *GOOD[1:], total="90"), "四、存在问题", "五、")[1].endswith("原因：场地不足。")


def test_a_row_without_a_name_is_told_and_its_name_asked_for() -> None:
    nameless = replace(GOOD[0], level3=BLANK, score=written("40", "G12"))
    said = text_of(sound(nameless, *GOOD[1:], total="90"))
    assert "“”" not in said
    assert "1.数量指标：【请填写：指标名称（自评表第12行未填）】指标值为≥500人次，实际完成值为520人次。" in said
    assert "【请填写：自评表第12行扣分的原因（自评表未填）】" in said
    assert "1.针对【请填写：指标名称（自评表第12行未填）】：【请填写：自评表第12行的改进措施】" in said


def test_a_dash_in_the_place_of_a_value_is_quoted() -> None:
    rows = [replace(GOOD[0], target=written("—", "D12"), actual=written("健全.", "E12")), *GOOD[1:]]
    assert "“培训人次”指标值为“—”，实际完成值为健全。" in text_of(sound(*rows))


def test_the_cause_is_asked_for_where_the_form_tells_none() -> None:
    """Of a target that was missed without losing points, and where only the measures are told; never twice."""
    for lost, reason, wanted in (
        ("50", None, "未达到指标值。原因：【请填写：“培训人次”未达到指标值的原因（自评表未填）】"),
        ("40", "加强组织", "扣10分。原因：【请填写：“培训人次”扣分的原因（自评表只填了措施）】"),
        ("40", None, "扣10分。"),
    ):
        short = indicator("≥500人次", "400人次", "50", lost, 12, "培训人次", reason=reason)
        assert lines(sound(short, *GOOD[1:]), "四、存在问题", "五、")[0].endswith(wanted)


def test_goals_that_are_not_told_are_asked_for() -> None:
    ours = "由所属 5 张自评表汇总;各项目的预期目标和实际完成情况见其自评表。"
    for goal in (Goal(), Goal(Written("无", None, "B9"), BLANK), Goal(Written(ours, None, "B9"), BLANK)):
        said = text_of(sound(goal=goal))
        assert "年度总体目标：【请填写：年度总体目标（自评表未填）】" in said
        assert "年度总体目标实际完成情况：【请填写：" in said


def test_a_grade_that_is_in_doubt_tells_by_which_sum() -> None:
    short = indicator("≥500人次", "100人次", "50", "50", 12, "培训人次")
    asked = next(one for one in report_of(sound(short, *GOOD[1:])).prompts if "自评等级" in one)
    assert "总分100分为“优”，按规则计算60分为“中”" in asked
    asked = next(
        one
        for one in report_of(sound(replace(GOOD[0], score=written("20", "G12")), *GOOD[1:])).prompts
        if "等级" in one
    )
    assert "总分100分为“优”，按各项得分合计70分为“中”" in asked


def test_a_rate_of_a_budget_of_nought_says_why_it_cannot_be_checked() -> None:
    report = report_of(sound(budget="0", executed="0", rate="0"))
    (note,) = next(piece for piece in pieces_of(report.blocks) if piece.text == "“0”").notes
    assert "预算数为0" in note
    assert any("自评表预算数为0，无法计算" in one for one in report_of(sound(budget="0", executed="0")).prompts)


def test_a_thousand_rows_below_one_reason_are_reported_at_once() -> None:
    """同上 below 同上 took the fourth power of their number, and beyond a thousand no stack was deep enough."""
    rows = [
        indicator("≥5期", "4期", "0.05", "0.04", at, f"第{at}批", reason="同上" if at > 12 else "场地不足")
        for at in range(12, 1212)
    ]
    began = perf_counter()
    assert text_of(sound(*rows, total="58")).count("扣分原因及改进措施：场地不足。") == 1200
    assert perf_counter() - began < 60
    assert "【请填写：“第13批”扣分的原因" in text_of(sound(replace(rows[0], reason=BLANK), rows[1]))


def test_a_remark_stands_where_it_belongs() -> None:
    found = sound(remark=written("审计发现多付2万元", "B31"))
    assert lines(found, "四、存在问题", "五、") == ["1.自评表说明：审计发现多付2万元。"]
    assert "自评表说明：本表为定稿。" in lines(sound(remark=written("本表为定稿", "B31")), "（三）", "四、")
    spent = sound(executed="39", filed="5", total="95", remark=written("余款结转下年支付", "B31"))
    assert lines(spent, "四、存在问题", "五、")[0].endswith("未执行39万元。自评表说明：余款结转下年支付。")


# --- kinds of forms ---------------------------------------------------------------------------------------------------


def test_a_flat_form_has_no_levels_in_text_and_table() -> None:
    rows = [replace(row, level1=None, level2=None) for row in GOOD]
    one = sound(*rows)
    assert "2.各项指标得分见表2。" in text_of(one)
    assert "各项指标完成情况如下：\n“培训人次”指标值为" in text_of(one)
    table = [block for block in report_of(one).blocks if isinstance(block, ReportTable)][-1]
    assert [column.head for column in table.columns] == ["三级指标", "分值", "得分"]


def test_a_form_without_weights_tells_scores_alone() -> None:
    rows = [replace(row, weight=BLANK) for row in GOOD]
    one = replace(sound(*rows), columns=sound().columns - {"weight"})
    assert "2.产出指标得分50分。" in text_of(one)
    headed = replace(one, headings=(Heading(1, "产出指标", None, written("50", "A12").number, "A12"),))  # type: ignore[arg-type]
    assert "2.产出指标分值50分，得分50分。" in text_of(headed)


def test_a_form_without_scores_is_told_once_and_not_for_every_row() -> None:
    rows = [replace(row, score=written(None, row.score.cell)) for row in GOOD]
    one = sound(*rows, total=None, filed=None)
    assert len([line for line in report_of(one).prompts if "得分" in line]) == 1
    assert "请先补填，再重新生成报告" in text_of(one)


def test_a_score_that_is_missing_is_asked_for_with_what_the_rules_give() -> None:
    one = sound(replace(GOOD[0], score=written(None, "G12")), *GOOD[1:], total=None)
    assert "2.产出指标分值50分，得分【请填写：产出指标得分（自评表未填全，按规则计算为50分）】分。" in text_of(one)
    assert report_of(one).prompts.count("【请填写：得分】") == 2


def test_a_form_without_funds_asks_for_them() -> None:
    one = replace(sound(), funds=())
    assert "项目资金安排和使用情况（自评表没有资金数）" in " ".join(report_of(one).prompts)


def test_a_weight_of_several_rows_is_told_of_all_of_them() -> None:
    first = replace(indicator("≥500人次", "520人次", "50", "40", 12, "培训人次", reason="场地不足"), group=12)
    second = replace(indicator("≥5期", "3期", None, None, 13, "培训期数"), group=12, scored=False)
    problem = lines(sound(first, second, *GOOD[1:], total="90"), "四、存在问题", "五、")
    assert problem == [
        "1.“培训人次”指标值为≥500人次，实际完成值为520人次；“培训期数”指标值为≥5期，实际完成值为3期，未达到指标值，扣10分。原因：场地不足。"
    ]


@pytest.mark.parametrize(
    ("project", "year", "wanted"),
    [
        ("办公设备购置项目", 2023, "关于2023年度办公设备购置项目支出绩效自评报告"),
        ("办公设备购置", 2024, "关于2024年度办公设备购置项目支出绩效自评报告"),
        ("2022年救灾补助支出", 2022, "关于2022年救灾补助支出绩效自评报告"),
        ("部门整体", 2023, "关于2023年度部门整体支出绩效自评报告"),
        ("办公设备购置项目", None, "关于【请填写：年度】办公设备购置项目支出绩效自评报告"),
    ],
)
def test_the_title(project: str, year: int | None, wanted: str) -> None:
    one = sound(project=Written(project, None, "C2"), year=year)
    title = report_of(one).blocks[0]
    assert isinstance(title, Block)
    assert title.kind == TITLE
    assert title.text == f"城关镇\n{wanted}"


def test_a_code_before_the_name_of_the_unit_is_not_signed() -> None:
    said = text_of(sound(implementing_unit=Written("219001-城关镇 人民政府", None, "G3")))
    assert said.startswith("城关镇人民政府\n关于")
    assert "\n城关镇人民政府\n【请填写：成文日期】" in said
    assert text_of(sound(implementing_unit=Written("12345（热线）中心", None, "G3"))).startswith("12345（热线）中心\n")


# --- the document -----------------------------------------------------------------------------------------------------


def test_the_page_is_that_of_an_official_document() -> None:
    xml = body(document_bytes(report_of(sound())))
    millimetres = {name: round(int(value) * 25.4 / 1440) for name, value in re.findall(r'w:(\w+)="(\d+)"', xml[-700:])}
    assert (millimetres["w"], millimetres["h"]) == (210, 297)
    assert [millimetres[side] for side in ("top", "bottom", "left", "right")] == [37, 35, 28, 26]
    for footer, side in (("footer1", "right"), ("footer2", "left")):
        text = parts(document_bytes(report_of(sound())))[f"word/{footer}.xml"]
        assert re.sub("<[^>]+>", "", text).replace("\n", "").endswith("—  PAGE 1 —")
        assert f'<w:jc w:val="{side}"/>' in text


def test_styles_are_those_of_word_in_fonts_that_windows_has() -> None:
    sheet = parts(document_bytes(report_of(sound())))["word/styles.xml"]
    styles = dict(re.findall(r'<w:style w:type="paragraph" w:styleId="(\w+)">(.*?)</w:style>', sheet))
    for key, name, font, size in (
        ("Title", "Title", "宋体", 44), ("Heading1", "heading 1", "黑体", 32), ("Heading2", "heading 2", "楷体", 32),
        ("BodyText", "Body Text", "仿宋", 32),
    ):  # fmt: skip
        assert f'<w:name w:val="{name}"/>' in styles[key]
        assert f'w:eastAsia="{font}"' in styles[key]
        assert f'<w:sz w:val="{size}"/>' in styles[key]
    assert 'w:firstLineChars="200"' in styles["BodyText"]
    assert 28 * 20 <= int(re.findall(r'w:line="(\d+)" w:lineRule="exact"', styles["BodyText"])[0]) <= 29 * 20


def test_tables_repeat_their_heads_tear_no_row_and_align_numbers_right() -> None:
    xml = body(document_bytes(report_of(sound())))
    tables = re.findall("<w:tbl>.*?</w:tbl>", xml, re.S)
    assert len(tables) == 2
    for table in tables:
        rows = re.findall("<w:tr>.*?</w:tr>", table)
        assert all("<w:cantSplit/>" in row for row in rows)
        assert ["<w:tblHeader/>" in row for row in rows] == [True] + [False] * (len(rows) - 1)
        assert "w:trHeight" not in table
        last = re.findall("<w:tc>.*?</w:tc>", rows[-1])[-1]
        assert '<w:jc w:val="right"/>' in last
        widths = [int(width) for width in re.findall(r'<w:gridCol w:w="(\d+)"', table)]
        assert sum(widths) <= 8845
    assert '<w:vMerge w:val="restart"/>' in tables[1]


def test_every_prompt_is_seen_at_once() -> None:
    report = report_of(sound())
    marked = re.findall(
        r'<w:highlight w:val="yellow"/></w:rPr><w:t xml:space="preserve">(.*?)</w:t>', body(document_bytes(report))
    )
    assert marked == report.prompts


def test_comments_go_without_a_trace() -> None:
    """Every comment stands around words, and what is left without them is what a form without findings gives."""
    (one,) = perf_xl.read(SEED)
    scored = score(one)
    with_comments, without = (
        document_bytes(compose(scored, findings)) for findings in (audit(scored), [])
    )  # fmt: skip
    said = parts(with_comments)
    numbers = re.findall(r'<w:comment w:id="(\d+)"', said["word/comments.xml"])
    assert numbers == [str(number) for number in range(6)]
    for mark in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        assert sorted(re.findall(rf'<w:{mark} w:id="(\d+)"/>', body(with_comments))) == numbers
    bare = re.sub(r'<w:commentRange(?:Start|End) w:id="\d+"/>', "", body(with_comments))
    bare = re.sub(
        r'<w:r><w:rPr><w:rStyle w:val="CommentReference"/></w:rPr><w:commentReference w:id="\d+"/></w:r>', "", bare
    )
    assert bare == body(without)
    assert "w:date" not in said["word/comments.xml"]


def test_text_of_a_form_stays_text() -> None:
    hostile = '=HYPERLINK("http://example.com")<w:br/>&{ PAGE }\x0b\x00\u202e\ufffe\ud800项目'
    data = document_bytes(report_of(sound(project=Written(hostile, None, "C2"))))
    assert 'HYPERLINK("http://example.com")&lt;w:br/&gt;&amp;{ PAGE }项目' in body(data)
    assert "instrText" not in body(data)
    assert read_report(data, "a.docx")[0].text.endswith(
        '=HYPERLINK("http://example.com")<w:br/>&{ PAGE }项目支出绩效自评报告'
    )


def test_what_is_not_seen_is_left_out() -> None:
    unseen = "".join(map(chr, (0x61C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x202D, 0x2060, 0x2066, 0xFEFF)))
    data = document_bytes(report_of(sound(project=Written(f"甲{unseen}项目", None, "C2"))))
    assert not any(mark in part for part in parts(data).values() for mark in unseen)
    assert "甲项目" in body(data)


def test_nothing_leads_out_of_the_document_and_nothing_tells_when_it_was_made() -> None:
    data = document_bytes(report_of(sound()))
    for name, part in parts(data).items():
        assert "TargetMode" not in part
        if name.endswith(".rels"):
            targets = re.findall(r'Target="([^"]+)"', part)
            home = "word/" if name.startswith("word/") else ""
            assert {home + target for target in targets} <= set(parts(data))
    with ZipFile(io.BytesIO(data)) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert data == document_bytes(report_of(sound()))


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_seed_from_the_command_line(tmp_path: Path) -> None:
    output = tmp_path / "自评报告.docx"
    result = run("report", SEED, "-o", output)
    assert result.exit_code == 1
    assert "加批注(错误 4、疑点 2)" in result.output
    assert "还有 11 处需要填写" in result.output
    assert "【请填写：主送机关】" in result.output
    assert f"已写出 {output}" in result.output
    assert run("check", SEED, "--report", output, "--select", "R").exit_code == 0


def test_a_form_without_an_error_ends_with_0(tmp_path: Path) -> None:
    folder = demo.write_example(tmp_path)
    clean = next(path for path in folder if "政府网站" in path.name and "下载" not in path.name)
    assert run("report", clean, "-o", tmp_path / "a.docx").exit_code == 0


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    output = tmp_path / "报告.docx"
    assert run("report", SEED, "-o", output).exit_code == 1
    assert run("report", SEED, "-o", output).exit_code == 1  # the same bytes
    output.write_bytes(output.read_bytes() + b" ")
    result = run("report", SEED, "-o", output)
    assert result.exit_code == 2
    assert "可能有人填写过" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["报告.docx"]


def test_only_a_word_document_is_written(tmp_path: Path) -> None:
    result = run("report", SEED, "-o", tmp_path / "报告.doc")
    assert result.exit_code == 2
    assert "应以 .docx 结尾" in result.output


def test_where_no_report_can_stand_the_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "夹.docx").mkdir()
    for name, words in (
        ("夹.docx", "这是一个文件夹"),
        (f"{'长' * 300}.docx", "文件名或路径太长"),
        ("nul.docx", "保留"),
    ):
        result = run("report", SEED, "-o", tmp_path / name)
        assert result.exit_code == 2
        assert words in result.output + result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["夹.docx"]


def test_a_file_that_cannot_be_read_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "报告.docx"
    output.write_bytes(b"mine")
    reading = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: _refuse() if path == output else reading(path))
    assert "可能有人填写过" in run("report", SEED, "-o", output).output
    monkeypatch.undo()
    assert output.read_bytes() == b"mine"


def _refuse() -> bytes:
    raise PermissionError(13, "no")


@pytest.mark.parametrize("name", ["ENOSPC", "EIO", "win5"])
def test_a_disk_that_fails_leaves_a_whole_report_or_none(name: str, tmp_path: Path) -> None:
    scored = score(perf_xl.read(SEED)[0])
    output = tmp_path / "报告.docx"
    wanted = document_bytes(compose(scored, audit(scored)))
    for at in range(1, 30):
        with failing(at, PROBLEMS[name], for_ever=True) as fault:
            with suppress(OutputNotWritable):
                checking.save_report(scored, {}, output)
            if not fault.failed:
                break
        for path in tmp_path.iterdir():
            assert path.read_bytes() == wanted or is_left_over(path.name)
            path.unlink()
    assert output.read_bytes() == wanted


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "0字节"), (b"PK\x03\x04 no workbook", "损坏"), (None, "没有找到自评表")],
)
def test_a_file_that_is_refused_says_why(content: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    if content is None:
        Workbook().save(path)
    else:
        path.write_bytes(content)
    result = run("report", path, "-o", tmp_path / "a.docx")
    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "a.docx").exists()


def test_a_folder_or_nothing_is_no_file(tmp_path: Path) -> None:
    assert run("report", tmp_path, "-o", tmp_path / "a.docx").exit_code == 2
    assert run("report", tmp_path / "无.xlsx", "-o", tmp_path / "a.docx").exit_code == 2


@pytest.fixture
def two_forms(tmp_path: Path) -> Path:
    """A workbook with two forms on sheets of their own."""
    first, second = (load_workbook(path) for path in demo.write_example(tmp_path)[:2])
    sheet, copy = second["自评表"], first.create_sheet("第二张")
    for row in sheet.iter_rows():
        for cell in row:
            copy[cell.coordinate].value = cell.value
    first["自评表"].title = "第一张"
    path = tmp_path / "两张.xlsx"
    first.save(path)
    assert len(perf_xl.read(path)) == 2
    return path


def test_of_several_forms_one_must_be_told(two_forms: Path, tmp_path: Path) -> None:
    result = run("report", two_forms, "-o", tmp_path / "a.docx")
    assert result.exit_code == 2
    for words in ("有 2 张自评表", "--sheet", "--project", "工作表“第一张”", "会议费"):
        assert words in result.output
    for wish in (("--sheet", "第一张"), ("--project", "会议费")):
        output = tmp_path / f"{wish[1]}.docx"
        assert run("report", two_forms, "-o", output, *wish).exit_code in (0, 1)
        assert "会议费" in read_report(output.read_bytes(), output.name)[0].text
    assert "符合的有 0 张" in run("report", two_forms, "-o", tmp_path / "a.docx", "--project", "别的").output


def test_the_rulebook_decides(tmp_path: Path) -> None:
    result = run("report", SEED, "-o", tmp_path / "a.docx", "--rulebook", "hubei")
    assert result.exit_code == 1
    comments = parts((tmp_path / "a.docx").read_bytes())["word/comments.xml"]
    assert "应为 20 分" in comments
    assert run("report", SEED, "-o", tmp_path / "b.docx", "--rulebook", "没有").exit_code == 2


def test_a_report_is_not_taken_for_a_form(tmp_path: Path) -> None:
    """Beside its form, a report is passed over; even without our mark its tables are no form."""
    folder = tmp_path / "自评表"
    folder.mkdir()
    (folder / "甲.xlsx").write_bytes(SEED.read_bytes())
    output = folder / "报告.docx"
    assert run("report", folder / "甲.xlsx", "-o", output).exit_code == 1
    assert "报告.docx" not in run("check", folder).output
    unmarked = io.BytesIO()
    with ZipFile(unmarked, "w") as package:
        for name, part in parts(output.read_bytes()).items():
            package.writestr(name, "" if name == "docProps/custom.xml" else part)
    output.write_bytes(unmarked.getvalue())
    with pytest.raises(perf_xl.PerfXlError, match="没有找到自评表"):
        perf_xl.read(output)


def test_what_was_explained_is_no_comment(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    path.write_bytes(SEED.read_bytes())
    run("check", path, "--mark", tmp_path / "标注")
    (copy,) = (tmp_path / "标注").glob("*.xlsx")
    book = load_workbook(copy)
    sheet = book["审核意见"]
    head = next(row for row in sheet.iter_rows() if any(cell.value == "说明" for cell in row))
    column = next(cell.column for cell in head if cell.value == "说明")
    for row in sheet.iter_rows(min_row=head[0].row + 1):
        if any(cell.value == "D03" for cell in row):
            sheet.cell(row[0].row, column).value = "两个项目结转下年支付"
    book.save(copy)
    run("check", path, "--mark", tmp_path / "标注")
    run("report", path, "-o", tmp_path / "a.docx")
    comments = parts((tmp_path / "a.docx").read_bytes())["word/comments.xml"]
    assert "D03" not in comments
    assert "W02" in comments


def test_the_demo_writes_the_report_of_the_department(tmp_path: Path) -> None:
    assert demo.REPORT in run("demo", tmp_path / "演示").output
    report = tmp_path / "演示" / demo.REPORT
    said = "\n".join(paragraph.text for paragraph in read_report(report.read_bytes(), report.name))
    assert "预算执行率66.55%" in said
    assert "自评得分90.26分，自评等级为优" in said
    (one,) = perf_xl.consolidate(tmp_path / "演示" / "自评表", as_one=demo.PROJECT).forms
    assert str(one.total) == "90.26"
    report.write_bytes(b"mine")
    assert run("demo", tmp_path / "演示").exit_code == 0
    assert report.read_bytes() == b"mine"


def test_other_commands_wait_for_nothing_of_it() -> None:
    program = (
        "import sys\n"
        "import perf_xl.cli, perf_xl.intake, perf_xl.scoring, perf_xl.contract, perf_xl.checking\n"
        "assert not {'perf_xl.report', 'perf_xl.typesetting', 'docx', 'lxml'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
