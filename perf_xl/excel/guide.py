"""帮助 as a workbook: what every button and every function does, and what to do when something is in the way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import groupby

from perf_xl.excel.commands import COMMANDS, TAB
from perf_xl.excel.functions import FUNCTIONS
from perf_xl.sheets import Area, Book, Cell, Print, Sheet

FILE = "绩效自评帮助.xlsx"

QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "点了按钮没有反应",
        "先启用宏:文件有“启用内容”提示的,点“启用内容”;从网上或邮件下载的文件,右键“属性”里勾选“解除锁定”后重新打开。"
        "仍不行的,请信息管理人员在命令行运行 perf-xl excel doctor,按提示处理。",
    ),
    (
        "会不会改我填的数",
        "“重新计算”只写“计算得分”和“依据”两栏;“填入空白得分”只写空白的得分;“改写全部得分”才改已填的得分,公式不改。",
    ),
    (
        "点错了怎么办",
        "点“还原上一步”:数值、公式、批注、颜色都恢复原样,可以连续还原多步;之后由人改过的单元格不动,并会列出来。",
    ),
    ("Ctrl+Z 为什么不能撤销", "程序写入表格后,Excel 自己的撤销记录会清空,请用“还原上一步”。"),
    ("疑点确认无误怎么处理", "在“审核意见”表的“说明”栏写明理由,再点“审核”,该条不再计数。错误须改正,不能用说明代替。"),
    ("原有的批注会不会丢", "不会。审核意见接在原批注后面,“清除标记”只去掉审核加上的部分。"),
    ("工作表有保护", "没有密码的保护,写入后照原样恢复;有密码的,请先在“审阅”中撤销保护。"),
    (
        "算不出来是什么意思",
        "指标值或完成值是文字、没有数字,或者方向不明。请改成能比较的写法,例如“≥95%”“不超过3次”“12月底前完成”。",
    ),
    ("汇总读的是哪个版本", "汇总读取磁盘上保存的文件。打开着没有保存的改动不会计入,请先保存。"),
    ("文件会不会上传", "不会。全部计算都在本机进行,不连网。"),
)
"""常见问题."""


def guide_book() -> Book:
    """Return the workbook 帮助: 按钮, 函数, 常见问题."""
    buttons = [(one.group, one.label, one.tip) for one in COMMANDS]
    functions = [
        (one.name, one.description, "\n".join(f"{name}:{told}" for name, told in one.arguments))
        for one in FUNCTIONS.values()
    ]
    return Book(
        (
            _page("按钮", f"选项卡“{TAB}”的按钮", (("分组", 10), ("按钮", 18), ("做什么", 76)), buttons, grouped=True),
            _page("函数", "单元格里可以用的函数", (("函数", 20), ("算什么", 44), ("参数", 50)), functions),
            _page("常见问题", "常见问题", (("问题", 28), ("怎么办", 86)), QUESTIONS),
        ),
        "绩效自评帮助",
        {"perf_xl": "guide"},
    )


def _page(
    name: str,
    title: str,
    columns: Sequence[tuple[str, float]],
    lines: Sequence[Sequence[str]],
    *,
    grouped: bool = False,
) -> Sheet:
    last = len(columns) - 1
    rows: list[list[Cell | None]] = [
        [Cell(title, "title"), *[None] * last],
        [Cell(head, "head") for head, _ in columns],
    ]
    rows += [[Cell(text, "text" if at else "label") for at, text in enumerate(line)] for line in lines]
    merged = [Area(0, 0, 0, last)]
    if grouped:
        lengths = [len(list(some)) for _, some in groupby(lines, key=lambda line: line[0])]
        starts = reduce(lambda found, length: [*found, found[-1] + length], lengths, [2])
        merged += [Area(top, 0, top + count - 1, 0) for top, count in zip(starts, lengths, strict=False) if count > 1]
        for area in merged[1:]:
            for row in range(area.top + 1, area.bottom + 1):
                rows[row][0] = Cell(None, "label")
    return Sheet(
        name=name,
        rows=rows,
        widths=tuple(width for _, width in columns),
        merged=merged,
        freeze=(2, 0),
        gridlines=False,
        lowest=26,
        printing=Print(True, (1, 1), Area(0, 0, len(rows) - 1, last)),
    )
