"""The report against its form: what must be found is found at its paragraph, and a sound report raises nothing."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from support import WORKBOOKS
from support_forms import form, indicator

from perf_xl import folders, intake, rules, scoring
from perf_xl.comparing import compare
from perf_xl.exact import round_half_up
from perf_xl.findings import CATALOGUE, Finding
from perf_xl.grid import Paragraph
from perf_xl.model import Form, Indicator, Written
from perf_xl.narrative import passages

SEED = Path(__file__).parent / "reports" / "seed-000.txt"


def paragraphs(text: str) -> list[Paragraph]:
    return [Paragraph(line.strip(), at, None) for at, line in enumerate(filter(str.strip, text.splitlines()), 1)]


def compared(text: str, one: Form) -> list[Finding]:
    return compare(paragraphs(text), scoring.score(one), "报告.txt")


def told(text: str, one: Form) -> list[tuple[str, str]]:
    return [(finding.code, finding.cell) for finding in compared(text, one)]


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    path = WORKBOOKS / "published" / "seed-000-A.xlsx"
    (one,) = intake.read_file(folders.SourceFile(path, path.name)).forms
    return compared(SEED.read_text(encoding="utf-8"), one)


class TestTheSeed:
    def test_exactly_what_is_wrong_is_found(self, found: list[Finding]) -> None:
        lines = SEED.read_text(encoding="utf-8").splitlines()
        at = [lines[int(finding.cell[1:-1]) - 1] for finding in found]
        assert [
            (one.code, one.severity, line.split(":")[0].split("：")[0], one.found, one.expected)
            for one, line in zip(found, at, strict=True)
        ] == [
            ("R04", "疑点", lines[20].split("：")[0], "全部完成", None),
            ("R05", "疑点", "5.经济效益目标", "经济效益目标", None),
            ("R01", "错误", "1.产出指标", "50", "47.5"),
            ("R02", "错误", "1.产出指标", "50", "47.5"),
            ("R04", "疑点", "③时效指标 10 分，自评得分 10 分。得分原因是全部完成目标任务。", "全部完成", None),
            ("R01", "错误", "社会效益指标 30 分，自评得分 10 分。得分原因是全部完成目标任务。", "10", "30"),
        ]  # fmt: skip

    def test_messages_name_the_cells_of_the_form(self, found: list[Finding]) -> None:
        assert [one.message for one in found if one.code == "R01"] == [
            "报告称产出指标得分 50 分,自评表 G12至G21 为 47.5 分",
            "报告称社会效益指标得分 10 分,自评表 G22、G23 为 30 分",
        ]

    def test_a_line_broken_by_conversion_is_one_sentence(self) -> None:
        told = next(one for one in passages(paragraphs(SEED.read_text(encoding="utf-8"))) if "偿还" in one.text)
        assert "偿还历史欠款5万元,全年共支出" in told.text
        assert told.paragraph(told.text.index("偿还")) + 1 == told.paragraph(told.text.index("51.91"))


PROJECT = "2023年度网站运维项目"


def sample(**more: object) -> Form:
    """产出 45 of 50, 效益 28 of 30, 满意度 10 of 10, execution 6.66 of 10: 89.66, 良."""
    rows = [
        indicator("≥500人次", "520人次", "10", "10", 12, "培训人次"),
        indicator("3次以上", "3次", "10", "10", 13, "网站维护次数"),
        indicator("10万元", "5万元", "10", "5", 14, "偿还历史欠款"),
        indicator("≥95%", "98%", "10", "10", 15, "网站验收合格率", level2="质量指标"),
        indicator("及时", "及时", "5", "5", 16, "支付及时情况", level2="时效指标"),
        indicator("≤78万元", "51.91万元", "5", "5", 17, "总成本控制", level2="成本指标"),
        indicator("有所提高", "有所提高", "30", "28", 18, "办事效率", level1="效益指标", level2="社会效益指标"),
        indicator(
            "≥90%", "96%", "10", "10", 19, "群众满意度", level1="满意度指标", level2="服务对象满意度指标"
        ),
    ]  # fmt: skip
    filed = {"filed": "6.66", "total": "89.66", "project": Written(PROJECT, None, "C2")} | more
    return form(*rows, **filed)  # type: ignore[arg-type]


RAISED: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("total", "经评价,自评得分98.66分。", [("R01", "第1段")]),
    ("total, full width", "经评价，自评得分为 ９８．６６ 分，自评等级为：良好。", [("R01", "第1段")]),
    ("a full total", "本项目自评得分100分。", [("R01", "第1段")]),
    ("total in words", "本项目自评总分为九十八点六六分。", [("R01", "第1段")]),
    ("execution score", "预算执行率得分10分。", [("R01", "第1段")]),
    ("a level, in one sentence", "产出指标满分50分,得分50分。", [("R01", "第1段")]),
    ("a level under its heading", "（一）产出指标\n指标满分50分，自评得分48分。", [("R01", "第2段")]),
    ("满分10分得10分", "(1)社会效益指标满分30分得30分。", [("R01", "第1段")]),
    ("the weight", "①数量指标20分,自评得分25分。", [("R01", "第1段")]),
    ("an indicator", "“群众满意度”指标10分,得9分。", [("R01", "第1段")]),
    ("points lost", "数量指标扣2分。", [("R01", "第1段")]),
    ("the grade", "自评等级为优秀。", [("R01", "第1段")]),
    ("after 其中 scores", "项目自评得分89.66分,其中:产出指标50分,效益指标28分。", [("R01", "第1段")]),
    (
        "parts of a level",
        "1.产出指标:满分50分,自评得分45分,其中:\n①数量指标得25分。\n②质量指标得10分。\n③时效指标得5分。\n④成本指标得4分。",
        [("R02", "第1段"), ("R01", "第5段")],
    ),
    (
        "parts of the total",
        "项目自评总分92分。产出指标得45分,效益指标得28分,满意度指标得10分,预算执行率得6.66分。",
        [("R01", "第1段"), ("R02", "第1段")],
    ),
    ("amounts that do not add up", "决定安排会议费10万元、设备采购20万元、维修费28万元,共68万元。", [("R02", "第1段")]),
    ("amounts of two units", "安排会议费5000元,维修费2万元,合计2.6万元。", [("R02", "第1段")]),
    ("其中 more than the whole", "项目预算安排78万元,其中:财政拨款70万元,其他资金18万元。", [("R02", "第1段")]),
    ("executed", f"{PROJECT}预算安排78万元,实际使用59.11万元。", [("R03", "第1段")]),
    ("budget", f"{PROJECT}支出预算安排87万元,实际使用51.91万元。", [("R03", "第1段")]),
    ("executed in yuan", "（二）项目资金使用情况\n全年预算数780000元，全年执行数591100元。", [("R03", "第2段")]),
    ("rate", "本项目预算执行率76%。", [("R03", "第1段")]),
    ("rate in words", "项目预算执行率为百分之七十六。", [("R03", "第1段")]),
    ("rate, full-width sign", "项目资金支出实现率７６％。", [("R03", "第1段")]),
    ("remainder", "本项目年末结余28.09万元。", [("R03", "第1段")]),
    ("an indicator's rate", "群众满意度达95%。", [("R03", "第1段")]),
    ("a count", "全年网站维护5次。", [("R03", "第1段")]),
    ("a count, clause by clause", "培训人次指标值500人次,实际完成502人次。", [("R03", "第1段")]),
    (
        "全部完成 beside 67%",
        "年度绩效目标全部完成。\n1.时效目标:按进度实施,目标完成67%。",
        [("R04", "第1段")],
    ),
    (
        "除…外 beside full marks",
        "1.时效目标:除设备采购外,所有项目均在年底前完成。\n2.得分情况\n时效指标5分,自评得分5分。",
        [("R04", "第3段")],
    ),
    ("a score given twice, none in the form", "自评总分90分。\n综上,项目自评总分91分。", [("R04", "第2段")]),
    ("a level that is missing", "3.经济效益目标:实现企业增收,目标完成100%。", [("R05", "第1段")]),
    ("a level with points", "生态效益指标10分,得分10分。", [("R05", "第1段")]),
    ("a missing level as a heading", "（3）生态效益指标\n项目实施后，环境明显改善。", [("R05", "第1段")]),
    ("a score in brackets", "综合得分：98.66（满分100分）", [("R01", "第1段")]),
    ("weight or score, neither", "其中:产出指标48分、效益指标28分。", [("R01", "第1段")]),
    ("the project's name", f"{PROJECT}得分98.66分。", [("R01", "第1段")]),
    ("without a word of the project", "年初预算数78万元,全年执行数61.91万元,执行率66.55%。", [("R03", "第1段")]),
    ("a level that it has not, with points", "项目自评得分89.66分。\n生态效益指标满分10分,自评得分10分。", [("R05", "第2段")]),
    ("the budget after an adjustment", "项目年中调减10万元,调整后预算87万元。", [("R03", "第1段")]),
    ("a quoted indicator", "“设备完好率”指标5分,得分5分。", [("R05", "第1段")]),
    ("《》", "《节能减排成效》指标满分5分，得5分。", [("R05", "第1段")]),
    ("评价分", "因此评价分98.66分。", [("R01", "第1段")]),
    ("the rate after what was not paid", f"{PROJECT}支付51.91万元,未支26.09万元,支付率65%。", [("R03", "第1段")]),
    ("what was not paid", "项目资金支付51.91万元,未支28.09万元。", [("R03", "第1段")]),
    ("paid out", "项目实际发放59.11万元。", [("R03", "第1段")]),
    ("under a heading of transfer payments", "(一)区域绩效目标情况\n该项目在2023年度安排预算87万元。", [("R03", "第2段")]),
    ("on the whole", "整体而言,本项目自评得分98.66分。", [("R01", "第1段")]),
]  # fmt: skip

QUIET: list[tuple[str, str]] = [
    ("total and grade", "经评价,自评得分89.66分,自评等级为:良。"),
    ("one decimal", "项目自评得分89.7分。"),
    ("another year", "2022年项目自评得分95分,等级为优。"),
    ("last year", "去年自评得分95分。"),
    ("another judge", "县财政局复评得分85分。"),
    ("the unit as a whole", "部门整体支出自评得分95分。"),
    ("a scale", "得分90分以上为优秀,80分以上为良好。"),
    ("full marks of the scale", "自评总分100分。"),
    ("a table of its own", "项目决策指标满分20分,得18分;产出指标满分30分,得28分。自评得分89.66分。"),
    ("what the official text sets", "一级指标分值统一设置为:产出指标60分、效益指标20分、满意度指标10分。"),
    ("something that is not in the form", "其中维修工作得4分。"),
    ("several at once", "数量指标、质量指标得分分别为20分、9分。"),
    ("weight or score", "其中:产出指标50分、效益指标30分、满意度指标10分、预算执行率10分。"),
    ("a row's deduction", "数量指标30分,得25分,偿还历史欠款未完成,扣5分。"),
    ("a level's own and the total", "产出指标得45分,效益指标得28分,满意度指标得10分,自评得分89.66分。"),
    ("one part is no sum", "2.效益指标:自评得分28分,其中:\n社会效益指标28分。"),
    ("parts add up", "会议费及参阅印制10万元,硬件设备采购项目10万元,网站20万元,维修28万元,购买服务10万元,共78万元。"),
    ("spent is not the sum", "偿还历史欠款5万元,购置费用3万元,全年共支出51.91万元。"),
    ("not all of them", "项目预算安排78万元,其中:会议费10万元,维修费28万元。"),
    ("parts and what was spent", "项目预算78万元,其中:财政拨款70万元,其他资金8万元,全年支出51.91万元。"),
    ("of something else", "其中网站维护合同金额20万元,已支付18万元。"),
    ("a part of the project", "1.会议费项目\n预算安排10万元,实际支出9万元,执行率90%。"),
    ("a part, in one line", "会议费及参阅印制:预算安排10万元,实际支出9万元。"),
    ("the whole unit", "(一)单位基本情况\n年初预算1200万元,实际支出1100万元。"),
    ("last year's money", "项目上年结转资金12万元,上年执行数80万元。"),
    ("income of others", "全年实现中小企业收入51.2万元。"),
    ("rounded", f"{PROJECT}实际使用51.9万元,执行率67%。"),
    ("cut", "项目执行率66%,实际支出51万元。"),
    ("two decimals", "项目预算执行率66.55％。"),
    ("about", "项目实际支出约52万元。"),
    ("in yuan", "项目全年预算数780,000元，全年执行数519,100元，结余260,900元。"),
    ("in 亿元", f"{PROJECT}预算安排0.0078亿元。"),
    ("the rate of arrival", "项目资金到位率100%,支出实现率67%。"),
    ("a target", "项目预算执行率目标95%。"),
    ("planned or spent", "项目预算支出60万元。"),
    ("all of it", "51.91万元全部用于各项目支出,无其他变更支出,目标完成100%。"),
    ("less than planned", "扣分原因是历史欠账化解较预算少化解5万元。"),
    ("met", "群众满意度达96%,培训人次完成520人次,网站维护3次,网站验收合格率98%。"),
    ("a target of an indicator", "群众满意度目标90%,网站维护次数指标值3次。"),
    ("another unit", "网站维护5人。"),
    ("a part of the count", "上半年网站维护2次,下半年网站维护1次。"),
    ("一是 二是", "一是网站维护3次;二是培训人次达到520人次;三是满意度良好。"),
    ("posts", "为社会人员提供短期58个就业岗位,编制25名。"),
    ("dates", "2024年3月6日印发,2023年12月31日前完成。"),
    ("basically", "年度绩效目标基本完成。\n1.时效目标:目标完成67%。"),
    ("all, and all", "年度绩效目标全部完成。\n1.时效目标:目标完成100%。"),
    ("not all", "年度绩效目标未全部完成。\n1.时效目标:目标完成67%。"),
    ("exception and deduction", "1.数量目标:除偿还欠款外,所有任务均已完成。\n2.得分情况\n数量指标30分,自评得分25分。"),
    ("no such level, said so", "3.经济效益目标:无。\n4.生态效益指标:不涉及。"),
    ("in passing", "从数量指标、质量指标、经济效益指标等方面设置目标。"),
    ("another name of it", "4.服务对象满意度指标10分,得10分。\n5.产出数量目标:完成网站维护3次。"),
    ("a quoted name much alike", "“服务群众满意度”指标10分,得分10分。"),
    ("a flattened table", "产出指标 数量指标 培训人次 ≥500人次 520人次 10 10\n质量指标 网站验收合格率 ≥95% 98% 10 10"),
    ("a table with tabs", "一级指标\t二级指标\t三级指标\t得分\n产出指标\t数量指标\t培训人次\t10"),
    ("what is to be done", "五、有关建议\n1.将预算执行率提高到95%,项目实际支出达到78万元。"),
    ("problems", "四、存在问题\n项目实际支出只有40万元,时效指标得3分。"),
    ("in the middle of the year", "截至2023年6月30日,项目已支出20万元,执行率25.6%。"),
    ("a quarter", "项目第一季度支付10万元,第二季度支付20万元。"),
    ("all years", "项目总投资500万元,其中本年度投入78万元。"),
    ("of the whole unit, no project named", "支出799.12万元。其中:人员经费支出434.89万元。"),
    ("done with the budget", "本项目共完成预算资金51.9万元。"),
    ("how the score is made", "预算资金执行率得分=10×66.55%=6.66分。"),
    ("a rate of points", "产出指标分值50分,实际得分45分,得分率90%。"),
    ("several years", "2021年、2022年、2023年得分分别为90分、91分、89.66分。"),
    ("in brackets", "综合得分：89.66（满分100分）\n产出指标得分45分（满分50分）。"),
    ("a missing level said to be missing", "2.经济效益指标。本项目未设置经济效益指标。\n3.生态效益指标\n不涉及。"),
    ("hopes", "为全面完成年度绩效目标奠定基础。\n1.时效目标:目标完成67%。"),
    ("a heading alone", "3.经济效益目标完成情况\n4.质量目标:目标完成100%。"),
    ("the total after the rate", "项目预算执行率66.55%,自评得分89.66分。"),
    ("the total after a satisfaction", "通过调查,群众满意度96%,项目自评得分89.66分,等级为良。"),
    ("the total after a level", "产出指标情况较好。项目自评得分89.66分。"),
    ("an average", "人均培训人次2人次。"),
    ("half a year", "截至2023年6月底,网站维护2次。"),
    ("how points are lost", "预算执行率100%得10分,每低1个百分点扣0.1分。"),
    ("an addition to the budget", "项目追加预算10万元,实际支出51.91万元。"),
    ("before an adjustment", "项目年初预算安排88万元,年中调减10万元,调整后预算78万元。"),
    ("of a part of the persons", "培训人次520人次,其中女性200人次。"),
    ("from a lower one", "群众满意度从90%提高到96%,培训人次由上年的400人次增加到520人次。"),
    ("levels with their parts in brackets", "产出指标50分(其中数量指标30分,质量指标10分,时效指标5分,成本指标5分)。"),
    ("of some goals", "共设置绩效指标8个,全部完成7个,完成率87.5%。\n1.时效目标:目标完成67%。"),
    ("one of several", "2023年下达项目资金50万元、专项资金28万元。"),
    ("nothing", ""),
]


@pytest.mark.parametrize(("why", "text", "wanted"), RAISED, ids=[case[0] for case in RAISED])
def test_what_is_wrong_is_found_at_its_paragraph(why: str, text: str, wanted: list[tuple[str, str]]) -> None:
    one = sample(total=None) if "none in the form" in why else sample()
    assert told(text, one) == wanted


@pytest.mark.parametrize(("why", "text"), QUIET, ids=[case[0] for case in QUIET])
def test_what_is_right_or_of_something_else_is_not_reported(why: str, text: str) -> None:
    assert compared(text, sample()) == []


WHOLE = sample(project=Written("部门整体支出", None, "C2"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("对部门整体支出开展了绩效评价,综合评分为97分。", [("R01", "第1段")]),
        ("部门整体支出绩效自评得分89.66分,等级为良。", []),
        ("部门整体支出自评得分89.66分;各项目支出自评得分95分,等级为优。", []),
    ],
)
def test_the_report_of_a_department_speaks_of_its_whole(text: str, wanted: list[tuple[str, str]]) -> None:
    assert told(text, WHOLE) == wanted


@pytest.mark.parametrize("path", sorted((WORKBOOKS / "published").glob("*-A.xlsx")), ids=lambda path: path.stem)
def test_a_form_written_out_agrees_with_itself(path: Path) -> None:
    for one in intake.read_file(folders.SourceFile(path, path.name)).forms:
        lines = []
        for row in one.indicators:
            cells = (
                row.level1,
                row.level2,
                row.level3.text,
                row.target.text,
                row.actual.text,
                row.weight.text,
                row.score.text,
            )
            lines.append(" ".join(filter(None, cells)))
            lines.append(f"{row.level3.text}完成{row.actual.text},得{row.score.text}分。")
        if one.total_row and one.total_row.rate.text:
            money = (one.budget_of(one.total_row), one.total_row.executed)
            spent = [f"{cell.text}{one.money_unit}" for cell in money]
            lines.append(
                f"本项目全年预算数{spent[0]},全年执行数{spent[1]},执行率{one.total_row.rate.text.rstrip('%')}%。"
            )
        lines.append(f"自评得分{one.total.text}分。" if one.total.text else "")
        assert compared("\n".join(lines), one) == []


def test_the_name_of_an_indicator_is_no_word_for_a_budget() -> None:
    row = indicator("500万元", "450万元", "30", "27", 18, "招商到位金额", level1="效益指标", level2="经济效益指标")
    assert told("本项目招商到位金额为450万元。", form(row, filed="6.66", total="33.66")) == []
    assert told("本项目资金到位450万元。", form(row, filed="6.66", total="33.66")) == [("R03", "第1段")]


def test_points_of_a_name_that_two_rows_have_are_not_those_of_the_level_before() -> None:
    rows = [
        indicator("≥95%", "98%", "10", filed, at, "验收合格率", level2="质量指标")
        for at, filed in ((12, "10"), (13, "8"))
    ]
    text = "质量指标分值20分,自评得分18分。“验收合格率”分值10分,得分8分,扣2分。"
    assert told(text, form(*rows, filed="6.66", total="24.66")) == []


def test_headings_by_style_are_headings() -> None:
    report = [Paragraph("产出指标", 1, 2), Paragraph("指标满分50分,自评得分48分。", 2, None)]
    assert [(one.code, one.cell) for one in compare(report, scoring.score(sample()), "报告.docx")] == [("R01", "第2段")]


def test_any_text_is_read() -> None:
    chance = random.Random("any text")
    words = [case[1] for case in (*RAISED, *QUIET) if case[1]]
    pieces = [word[at : at + 7] for word in words for at in range(0, len(word), 7)]
    for _ in range(300):
        compared("".join(chance.choice(pieces) for _ in range(40)), sample())


@pytest.mark.parametrize("text", ["共计", "预算资金", "产出指标", "(", "1,", "百分之", "9", "0.1", "除", "一"])
def test_a_text_that_repeats_itself_is_read_to_its_end(text: str) -> None:
    """A pattern that goes back and forth over it would not come to an end."""
    assert told(f"{text * 10000}分", sample()) == []


def test_every_code_has_both() -> None:
    assert {code for _, _, wanted in RAISED for code, _ in wanted} == {"R01", "R02", "R03", "R04", "R05"}


def test_messages_can_be_shown_on_a_chinese_windows_console() -> None:
    for _, text, _ in RAISED:
        for one in compared(text, sample()):
            one.sentence().encode("cp936")
            assert (one.file, one.sheet, one.citation) == ("报告.txt", "", CATALOGUE[one.code].source)


# --- made reports -----------------------------------------------------------------------------------------------------

COUNTED = {
    "数量指标": [("培训人次", "人次"), ("巡查次数", "次"), ("维修路灯数量", "盏"), ("发放宣传资料份数", "份"), ("新建公厕座数", "座")],
    "质量指标": [("工程验收合格率", "%"), ("设备完好率", "%"), ("培训考核通过率", "%")],
    "时效指标": [("任务按期完成率", "%"), ("资金拨付及时率", "%")],
    "成本指标": [("成本节约率", "%")],
}  # fmt: skip
BENEFITS = {
    "经济效益指标": ["带动增收情况"],
    "社会效益指标": ["服务能力", "公众知晓程度"],
    "生态效益指标": ["环境改善情况"],
    "可持续影响指标": ["长效机制建立情况"],
}


class Made:
    """A form made by chance, and a report that says the same in one of several wordings."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        pick = self.chance.choice
        self.project = (
            f"2023年{pick(['乡村道路养护', '图书馆运行维护', '防汛物资储备', '城区路灯、公厕维修等运转'])}项目"
        )
        self.budget = Decimal(self.chance.randrange(2000, 90000)) / 100
        self.executed = self.budget - Decimal(self.chance.randrange(100, int(self.budget * 30))) / 100
        self.rows = self._rows()
        self.levels = self._sums("level1")
        self.seconds = self._sums("level2")
        self.execution = rules.default().score(Decimal(10), self._rate())
        self.total = self.execution + sum(score for _, score in self.levels.values())

    def _rate(self) -> Fraction:
        return Fraction(self.executed) / Fraction(self.budget)

    def _rows(self) -> list[Indicator]:
        chance, row = self.chance, 12
        rows = []
        for level2, (weight, names) in {
            "数量指标": (20, chance.sample(COUNTED["数量指标"], 2)),
            "质量指标": (10, chance.sample(COUNTED["质量指标"], 1)),
            "时效指标": (10, chance.sample(COUNTED["时效指标"], 1)),
            "成本指标": (10, COUNTED["成本指标"]),
        }.items():
            for name, unit in names:
                actual = chance.randrange(85, 101) if unit == "%" else chance.randrange(20, 900)
                full = Decimal(weight) / len(names)
                score = full - Decimal(chance.choice((0, 0, 0, 25, 50, 125))) / 100
                rows.append(
                    indicator(
                        f"≥{actual - 5}{unit}", f"{actual}{unit}", str(full), str(score), row, name, level2=level2
                    )
                )
                row += 1
        for level2 in chance.sample(sorted(BENEFITS), 2):
            for name in BENEFITS[level2]:
                full = Decimal(15) / len(BENEFITS[level2])
                score = full - Decimal(chance.choice((0, 0, 50, 120))) / 100
                rows.append(
                    indicator(
                        "有所提高", "有所提高", str(full), str(score), row, name, level1="效益指标", level2=level2
                    )
                )
                row += 1
        level2 = chance.choice(("满意度指标", "服务对象满意度指标"))
        rows.append(
            indicator(
                "≥90%",
                f"{chance.randrange(90, 100)}%",
                "10",
                "10",
                row,
                chance.choice(("群众满意度", "受益对象满意度")),
                level1="满意度指标",
                level2=level2,
            )
        )
        return rows  # fmt: skip

    def _sums(self, level: str) -> dict[str, tuple[Decimal, Decimal]]:
        sums: dict[str, tuple[Decimal, Decimal]] = {}
        for row in self.rows:
            weight, score = sums.get(getattr(row, level), (Decimal(0), Decimal(0)))
            assert row.weight.number is not None
            assert row.score.number is not None
            sums[getattr(row, level)] = (weight + row.weight.number, score + row.score.number)
        return sums

    def form(self) -> Form:
        return form(
            *self.rows, budget=str(self.budget), executed=str(self.executed), filed=str(self.execution),
            total=str(self.total), project=Written(self.project, None, "C2"),
        )  # fmt: skip

    def report(self) -> list[str]:
        """The lines of a sound report; `plant` changes one of them."""
        pick, percent = self.chance.choice, Fraction(self.executed) / Fraction(self.budget) * 100
        rate = round_half_up(percent, self.chance.choice((0, 1, 2)))
        grade = rules.default().grade(self.total)
        lines = [
            f"关于{self.project}支出绩效自评报告",
            "一、项目概况",
            pick(("（一）项目基本情况", "(一)基本情况")),
            f"根据年度工作安排，2023年我单位实施{self.project}，用于保障单位正常运转，共有编制25名，下属事业单位3个。",
            pick(("（二）项目资金使用情况", "（二）资金安排及执行情况", "（二）预算执行情况")),
            pick((
                f"{self.project}全年预算数{self.budget}万元，全年执行数{self.executed}万元，预算执行率{rate}%。",
                f"本项目预算安排{self.budget}万元，资金到位{self.budget}万元，实际支出{self.executed}万元，支出实现率{rate}％。",
                f"{self.project}总投入 {self.budget} 万元，实际使用 {self.executed} 万元，年末结余 {self.budget - self.executed} 万元。",
                f"项目年度预算为{int(self.budget * 10000)}元，累计支出{int(self.executed * 10000)}元，资金支付率为{rate}%。",
            )),
            "二、绩效自评情况",
            pick((
                f"经评价，自评得分{self.total}分，自评等级为：{grade}。",
                f"本项目自评总分为{self.total}分，评价等级为“{grade}”。",
                f"{self.project}绩效自评综合得分{self.total}分，评定等级为{grade}等级。",
            )),
            pick((f"预算执行率指标满分10分，得分{self.execution}分。", f"预算执行率得分{self.execution}分。", f"预算执行率分值10分，自评得{self.execution}分。")),
        ]  # fmt: skip
        say = pick((
            lambda name, weight, score: f"{name}{weight}分，自评得分{score}分。",
            lambda name, weight, score: f"{name}满分{weight}分，得分{score}分。",
            lambda name, weight, score: f"{name}：分值{weight}分，得{score}分。",
            lambda name, weight, score: f"{name}（{weight}分）得{score}分。",
        ))  # fmt: skip
        for number, (level, (weight, score)) in enumerate(self.levels.items(), 1):
            lines.append(f"{number}.{level}：指标满分{weight}分，自评得分{score}分，其中：")
            seconds = dict.fromkeys(row.level2 or "" for row in self.rows if row.level1 == level)
            for mark, second in zip("①②③④", seconds, strict=False):
                lost = self.seconds[second][0] - self.seconds[second][1]
                why = f"扣分原因是部分工作滞后，扣{lost}分。" if lost else "得分原因是完成了年初目标。"
                lines.append(mark + say(second, *self.seconds[second]) + why)
        lines.append("三、主要绩效")
        for number, row in enumerate(self.rows, 1):
            name, actual = row.level3.text, row.actual.text
            if row.level1 == "产出指标":
                lines.append(
                    pick(
                        (
                            f"（{number}）{name}为{actual}。",
                            f"（{number}）全年{name}达到{actual}，达到了预期。",
                            f"（{number}）“{name}”指标值{row.target.text}，实际完成{actual}。",
                        )
                    )
                )
        lines += [
            pick(("全年绩效目标基本完成。", "各项工作按计划推进。")),
            "四、存在问题",
            "1.部分项目支出进度偏慢，3月底执行率仅为20%。",
            "五、下一步打算",
            f"力争明年执行率达到95%以上，绩效自评得分达到{self.total + 1}分。",
            "2024年3月6日",
        ]  # fmt: skip
        return lines


def plant(made: Made, kind: str) -> tuple[list[str], int]:
    """Put one contradiction into a sound report; return it and the paragraph."""
    lines = made.report()

    def change(at: int, old: object, new: object) -> int:
        assert str(old) in lines[at]
        lines[at] = lines[at].replace(str(old), str(new))
        return at + 1

    if kind == "total":
        return lines, change(7, f"{made.total}分", f"{made.total + 3}分")
    if kind == "level":
        at = next(at for at, line in enumerate(lines) if line.startswith("1.产出指标"))
        score = made.levels["产出指标"][1]
        return lines, change(at, f"得分{score}分", f"得分{score - 4}分")
    if kind == "executed":
        at = 5
        for old, new in (
            (f"{made.executed}", f"{made.executed + 2}"),
            (f"{int(made.executed * 10000)}元", f"{int(made.executed * 10000) + 20000}元"),
        ):
            if old in lines[at]:
                return lines, change(at, old, new)
    if kind == "all done":
        at = next(at for at, line in enumerate(lines) if line.startswith("三、"))
        lines[at + 1 : at + 1] = ["经核验，年度绩效目标全部完成。", "1.时效目标：受天气影响，目标完成67%。"]
        return lines, at + 2
    if kind == "missing level":
        at = next(at for at, line in enumerate(lines) if line.startswith("三、"))
        level = next(level for level in BENEFITS if level not in made.seconds)
        lines.insert(at + 1, f"5.{level.replace('指标', '目标')}：项目实施后成效明显，目标完成100%。")
        return lines, at + 2
    raise AssertionError(kind)


@pytest.mark.parametrize("seed", range(60))
def test_a_sound_report_raises_nothing(seed: int) -> None:
    made = Made(seed)
    lines = made.report()
    assert [(one.sentence(), lines[int(one.cell[1:-1]) - 1]) for one in compared("\n".join(lines), made.form())] == []


KINDS = {"total": "R01", "level": "R01", "executed": "R03", "all done": "R04", "missing level": "R05"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_planted_contradiction_is_found_where_it_is(kind: str) -> None:
    for seed in range(20):
        made = Made(1000 + seed)
        lines, paragraph = plant(made, kind)
        found = told("\n".join(lines), made.form())
        assert (KINDS[kind], f"第{paragraph}段") in found, (seed, lines[paragraph - 1], found)
        elsewhere = {lines[int(cell[1:-1]) - 1][:5] for _, cell in found if cell != f"第{paragraph}段"}
        assert elsewhere <= {"all done": {"③时效指标"}, "level": {lines[7][:5]}}.get(kind, set()), (seed, found)
