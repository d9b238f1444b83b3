"""Names of indicators that speak of harm, put together from parts, with what they count; nothing here asks perf_xl."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple


class Name(NamedTuple):
    """A name and what it counts."""

    name: str
    counts: str
    """`harm`, `dealing`, `no_harm` or "": neither."""
    rate: bool


_OBJECTS = """
    投诉 信访投诉 交通事故 安全责任事故 违规行为 违法案件 违纪问题 设备故障 线路故障 返贫人口 辍学学生 产品缺陷 拖欠账款 农民工欠薪
    亏损企业 森林火灾 病死动物 不合格产品 逾期贷款 超标排放 错误信息 财产损失 水土流失 违法建筑 伤亡人员 供水中断
"""
_SLIPS = "差错 错误 逾期 失误 漏报 误报 超标 超支 不合格 中断"
_DONE = """
    处理 处置 办理 办结 受理 答复 回复 回访 整改 整治 查处 化解 调解 排查 核查 打击 取缔 制止 纠正 更正 治理 防控 预防 监测 预警 修复 抢修 排除
    消除 消缺 恢复 更换 拆除 清理 清运 清欠 清收 收集 回收 销毁 召回 下架 追讨 追缴 追回 挽回 赔付 赔偿 救援 救助 救治 抢险 扑救 劝返 帮扶 安置
    慰问 安抚 扭亏 拖离 疏导 安装 培训 宣传 演练 避免 减少 下降 降低
"""
_BEFORE = """
    处理 查处 化解 排除 消除 制止 纠正 避免 减少 降低 追回 挽回 防止 杜绝 清理 劝返 追讨 及时处理 有效化解 依法查处
"""
_WORK = "业务办理 数据录入 项目施工 补助发放 会计核算 信息采集"
OBJECTS, SLIPS, DONE, BEFORE, WORK = (tuple(words.split()) for words in (_OBJECTS, _SLIPS, _DONE, _BEFORE, _WORK))
NUMBERS, RATES = ("数", "次数", "件数", "人次", "数量"), ("率", "及时率", "完成率", "比例")


def names() -> Iterator[Name]:
    """All combinations of harm, what is done about it, and how it is measured."""
    for thing, ending in product(OBJECTS, ("数", "数量", "发生率", "率", "占比")):
        yield Name(thing + ending, "harm", ending in ("发生率", "率", "占比"))
    for work, slip, ending in product(WORK, SLIPS, ("数", "次数", "率")):
        yield Name(work + slip + ending, "harm", ending == "率")
    for thing, done, ending in product(OBJECTS, DONE, (*NUMBERS, *RATES)):
        yield Name(thing + done + ending, "dealing", ending in RATES)
    for before, thing, ending in product(
        BEFORE, ("投诉", "安全事故", "违法行为", "设备故障", "财产损失"), ("", "数", "起数")
    ):
        yield Name(before + thing + ending, "dealing", False)
    for no, slip, ending in product(
        ("无", "零", "无重大", "未发生"), (*SLIPS, "投诉", "安全事故", "故障"), ("率", "天数", "户数")
    ):
        if slip != "不合格":
            yield Name(no + slip + ending, "no_harm", ending == "率")
    for thing, ending in product(OBJECTS, ("处理满意度", "当事人满意度", "家属满意率")):
        yield Name(thing + ending, "", True)
