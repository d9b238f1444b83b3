"""The commands of the ribbon and the buttons (功能按钮): one list, from which the ribbon, VBA, help and handlers are held."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """命令: what a person clicks on."""

    name: str
    """Of the handler, and argument of `python -m perf_xl.excel`."""
    macro: str
    """VBA sub behind the button, without its module; its ribbon callback has `Ribbon` before it."""
    label: str
    """What stands on the button."""
    tip: str
    """What it does, in one sentence (屏幕提示)."""
    image: str
    """Icon of Office (imageMso)."""
    group: str
    """Group of the ribbon tab 绩效自评 it stands in."""


COMMANDS: tuple[Command, ...] = (
    Command(
        "new_form", "PerfNewForm", "新建自评表",
        "新建一份会自动计算、自动检查的项目支出绩效自评表,并打开。", "FileNew", "填报",
    ),
    Command(
        "recalculate", "PerfRecalculate", "重新计算",
        "重新计算打开的自评表,把每项得分写在“计算得分”栏,不改填报的得分。", "Calculator", "填报",
    ),
    Command(
        "fill_blank_scores", "PerfFillBlankScores", "填入空白得分",
        "重新计算,并把算出的得分写进还空着的“得分”栏。", "FillDown", "填报",
    ),
    Command(
        "replace_scores", "PerfReplaceScores", "改写全部得分",
        "重新计算,并用算出的得分改写“得分”栏;算不出来的保留填报数。", "ReplaceDialog", "填报",
    ),
    Command(
        "check", "PerfCheck", "审核",
        "审核打开的自评表:有问题的单元格加颜色和批注,全部意见列在“审核意见”表。", "ReviewNewComment", "审核",
    ),
    Command(
        "clear_marks", "PerfClearMarks", "清除标记",
        "清除审核加上的颜色、批注和“审核意见”表,原有批注和颜色不动。", "ReviewDeleteComment", "审核",
    ),
    Command(
        "report", "PerfReport", "生成报告",
        "按打开的自评表写出自评报告(Word),放在工作簿旁边:表里没有的留空待填,问题写成批注。", "FileSaveAs", "审核",
    ),
    Command(
        "undo", "PerfUndo", "还原上一步",
        "还原上一次由本工具所做的改动;之后由人改过的单元格不动。", "Undo", "审核",
    ),
    Command(
        "consolidate", "PerfConsolidate", "汇总文件夹",
        "把一个文件夹里的自评表汇总成一份结果,写在文件夹旁边,并打开。", "Consolidate", "汇总",
    ),
    Command(
        "open_result", "PerfOpenResult", "打开结果",
        "打开最近一次汇总的结果。", "FileOpen", "汇总",
    ),
    Command(
        "settings", "PerfSettings", "设置",
        "打开设置:评分规则、报送名单、审核级别。", "ControlProperties", "其他",
    ),
    Command(
        "help", "PerfHelp", "帮助",
        "打开帮助:每个按钮和每个函数怎么用,常见问题怎么办。", "Help", "其他",
    ),
)  # fmt: skip
"""In the order of the ribbon."""

TAB = "绩效自评"


def command(name: str) -> Command:
    """Return a command by its name.

    Raises:
        KeyError: there is none of that name.
    """
    return {one.name: one for one in COMMANDS}[name]
