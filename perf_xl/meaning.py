"""What the name of an indicator counts: a harm (差错率), what is done about one (投诉办结率), its absence (无差错率), a cost.

Which way is better follows from it. A name is read from its last word for harm: what stands behind it and what governs it
from before decide; a name that neither settles is unclear, and nobody guesses a direction from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from perf_xl.patterns import regex

HARM, DEALING, NO_HARM, UNCLEAR, NONE = "harm", "dealing", "no_harm", "unclear", ""
"""What a name counts as far as harm goes; NONE where no harm is spoken of."""

_INCIDENT_WORDS = """
    投诉 事故 死亡 伤亡 违规 违法 违纪 受害 成灾 损失 流失 故障 返贫 辍学 缺陷 拖欠 欠薪 亏损 火灾 病死
"""
_SLIP_WORDS = "差错 错误 逾期 超支 中断 漏报 不合格 误报 失误 超标"
SLIPS = tuple(_SLIP_WORDS.split())
"""Harms of one's own work: 处理差错 is a slip in dealing with something, 处理投诉 is dealing with a complaint."""
_BAD_RATE_WORDS = "失业率 犯罪率 发案率 贫困发生率 发病率 患病率 破损率 漏损率 损耗率 违约率 退货率 撂荒率 空置率"
BAD_RATES = tuple(_BAD_RATE_WORDS.split())
"""Rates of what is no harm to count otherwise: 登记失业率 is one, 服务失业人员数 is not."""
HARMS = (*_INCIDENT_WORDS.split(), *SLIPS, *BAD_RATES)

_REDUCED_WORDS = """
    减少 减轻 下降 降低 压减 压降 节约 节省 减免 核减 减亏 扭亏 避免 挽回 追回 追缴 追讨 追偿
"""
REDUCED = tuple(_REDUCED_WORDS.split())
"""Less of something is what is counted: more of it is better, of a cost as of a harm."""
_UNDOING_WORDS = """
    防止 防范 预防 杜绝 遏制 制止 阻止 劝阻 劝返 劝离 责停 查处 查办 查获 查扣 侦破 破获 抓获 打击 打掉 惩处 惩治 取缔 化解 调解 调处
    解决 排除 消除 消缺 清除 清欠 清收 清退 清偿 偿还 纠正 更正 改正 弥补 补救 挽救 扑救 扑灭 解救 召回 发现
"""
_PROCESS_WORDS = """
    处理 处置 办理 办结 受理 接收 接待 接听 登记 答复 回复 回应 反馈 回访 核查 核实 调查 审理 审结 结案 立案 治理 整改 整治 防控 防治
    防御 救援 救助 救护 救治 施救 抢险 抢修 修复 恢复 清理 清运 拆除 拖离 收集 收缴 没收 返还 退还 兑付 下架 销毁 应对 慰问 帮扶 帮助
    排查 检查 巡查 监测 预警 赔偿 理赔 赔付 补偿
"""
_ONLY_BEHIND_WORDS = """
    演练 培训 宣传 教育 普及 监控 监管 检测 检修 维修 维护 修缮 修正 改造 加固 更换 安装 配备 购置 发放 投保 参保 保险 抚恤 安置 安抚
    疏导 疏散 转移 收运 回收 无害化 处罚 罚没 问责 追责 移送 起诉 研判 分析 识别 甄别 鉴定 统计 通报 公开 公示 曝光 复查 复核 复学 复产
    复垦 复种 返岗 就业 响应 办复 销号 清零 关停 退市 责令 接通 报警 预报 防护 保障 核算 减排 止损
"""
_UNDOING = (*REDUCED, *_UNDOING_WORDS.split())
"""Verbs that take a harm as their object wherever they stand."""
_PROCESS = tuple(_PROCESS_WORDS.split())
"""Verbs that do so only where the name begins with them: 处理投诉件数, but 业务处理投诉率."""
GOVERNING = (*_UNDOING, *_PROCESS)
DEALINGS = tuple(dict.fromkeys((*GOVERNING, *_ONLY_BEHIND_WORDS.split())))
"""Verbs of what is done about a harm: behind its word they say that this is what is counted."""
_GOOD_WORDS = """
    满意 合格 完成 及时 达标 覆盖 知晓 办结 到位 通过 利用 出勤 就业 验收 优良 优秀 成活 入学 巩固 完好 正常 准确 正确 完整 齐全
    普及 参保 参与 签约 履约 认可 支持 认知 存活 治愈 成功 按时 按期 准时 合规 规范 公开
"""
_HANDLED = tuple(dict.fromkeys((*_GOOD_WORDS.split(), *DEALINGS)))
"""Words of which a rate is the better the higher it is: 合格率, 投诉办结率."""

_NEUTRAL_WORDS = """
    发生 出现 举报 上访 信访 责任 次生 灾害 隐患 事件 案件 案例 行为 现象 问题 事项 情形 情况 收费 用工 建设 建筑 用地 占地 广告 经营 排放
    人员 人口 人群 对象 人数 人次 户数 家数 企业 单位 机构 学生 儿童 群众 农户 动物 产品 商品 食品 车辆 项目 资金 贷款 账款 款项 工资
    合同 订单 数据 信息 材料 文件 总数 总量 总额 总 数量 数额 数值 次数 起数 件数 例数 处数 频次 频率 金额 面积 程度 概率 天数 时间 时长
    小时 比例 占比 比重 浓度 控制 影响 人 户 家 起 件 次 例 处 数 量 额 率 度 的 之 等 类 及 和 与 或 、 ( )
"""
_BETWEEN_WORDS = """
    发生 出现 各类 各种 所有 任何 重大 特大 较大 一般 严重 突发 主要 有关 相关 安全 生产 责任 质量 工程 交通 道路 消防 食品 药品 医疗
    环境 森林 草原 水土 人员 群体性 群众 消费者 农民工 企业 职工 市民 业主 财产 经济 直接 间接 网络 设备 系统 线路 信访 矛盾 纠纷
    涉企 涉税 涉法 涉诉 的 了 等 及 和 与 或 、
"""
_ONWARD_WORDS = "及时 成功 有效 依法 积极 全年 累计 本年 年度 共 开展 完成 应急 集中 持续"


def _one_of(words: Iterable[str]) -> str:
    """One of some words, the longest first, so that no text is tried twice."""
    return f"(?>{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})"


_ANY_HARM = _one_of(HARMS)
_BETWEEN = f"{_one_of((*_BETWEEN_WORDS.split(), *HARMS))}*+"
_LAST_HARM = regex(f".*(?P<harm>{_ANY_HARM})", re.S)
_SATISFIED = regex("(?:满意|认可|信任|支持)(?:度|率)$")
_NOT_DONE = regex("[未不]|超期|滞后|失败")
_LEFT = regex(f"[未不]{_one_of(GOVERNING)}")
_DONE = regex(_one_of(DEALINGS))
_NEUTRAL = regex(f"{_one_of(_NEUTRAL_WORDS.split())}*+")
_ABSENT = regex(rf"(?:无|零|未|不|(?<!\d)0){_BETWEEN}$")
_UNDOES = regex(f"{_one_of(_UNDOING)}{_BETWEEN}$")
_PROCESSES = regex(f"{_one_of(_ONWARD_WORDS.split())}*+{_one_of(_PROCESS)}{_BETWEEN}$")
MANNERS = ("违规", "违法", "违纪", "错误", "逾期", "超标")
"""Harms that may also say how something was done: 违规发放, 逾期办理."""
SETTING_RIGHT = ("处理", "处置", "整改", "整治", "治理", "核查", "排查", "监测")
_TIME = regex("(?:时限|时间|时长|天数|周期|工期|用时|耗时|速度)$")
_RATE = regex("(?:率|比例|占比|比重)$")
_GOOD_RATE = regex(rf"(?<![不未]){_one_of(_HANDLED)}(?:完成|及时|成功)?(?:性|率|度|比例|占比)$")


@lru_cache(maxsize=16384)
def counted(bare: str) -> str:
    """Return what a name counts: HARM, DEALING, NO_HARM, UNCLEAR or NONE.

    >>> counted("群众投诉率"), counted("投诉办结率"), counted("财务核算无差错率"), counted("投诉人满意度")
    ('harm', 'dealing', 'no_harm', '')
    >>> counted("业务办理差错数"), counted("及时办理投诉件数"), counted("投诉热线数量")
    ('harm', 'dealing', 'unclear')
    """
    found = _LAST_HARM.match(bare)
    if found is None or _SATISFIED.search(bare):
        return NONE
    before, behind = bare[: found.start("harm")], bare[found.end("harm") :]
    if _NOT_DONE.search(behind) or _LEFT.search(before):
        return UNCLEAR
    if _ABSENT.search(before):
        return NO_HARM
    if done := [*_DONE.finditer(behind)][-1:]:
        verb = done[0]
        in_this_manner = found["harm"] in MANNERS and not verb.start() and not _sets_right(found["harm"], verb[0])
        return UNCLEAR if in_this_manner or _TIME.search(behind) else DEALING
    if not _NEUTRAL.fullmatch(behind) or ("控制" in behind and _RATE.search(behind)):
        return DEALING if is_good_rate(bare) else UNCLEAR
    if _UNDOES.search(before) or (found["harm"] not in (*SLIPS, *BAD_RATES) and _PROCESSES.match(before)):
        return UNCLEAR if _RATE.search(behind) else DEALING
    return UNCLEAR if is_reduction(before) else HARM


def _sets_right(harm: str, verb: str) -> bool:
    """Whether a verb at once behind 违规, 错误 … sets that right (违规查处) and is not what was done so (违规发放, 逾期办理)."""
    return harm != "逾期" and verb in (*_UNDOING, *SETTING_RIGHT)


def is_good_rate(bare: str) -> bool:
    """Return whether a name is that of a rate that is the better the higher it is.

    >>> is_good_rate("设备完好率"), is_good_rate("生活垃圾无害化处理率"), is_good_rate("投诉率"), is_good_rate("预算控制率")
    (True, True, False, False)
    """
    return bool(_GOOD_RATE.search(bare))


_NOT_ADDED_WORDS = """
    率 比例 占比 比重 师生比 产出比 指数 系数 倍数 单价 均价 单位成本 单位造价 单位价格 标准 天数 时限 期限 年限 工期 周期 间隔 寿命
    满意度 知晓度 认知度 认可度 支持度 完成度 信任度 达标度 得分 评分 分数 分值 排名 名次 位次 亩产 亩产量 亩产值 单产
    浓度 温度 湿度 厚度 密度 强度 速度 精度 浊度 硬度 纯度 坡度 幅度 亮度 照度 平整度 压力 水压 气压 噪声 噪音 pH值
"""
NOT_ADDED = tuple(_NOT_ADDED_WORDS.split())
"""What a name ends in that adding up would make nonsense of: rates, prices, standards, marks, terms, measures of quality."""
_MEAN_WORDS = """
    平均 人均 户均 年均 月均 日均 周均 季均 亩均 村均 校均 生均 班均 每人 每户 每亩 每名 每个 每台 每辆 每公里 每平方米 每立方米 每公顷 每吨
    每万元 每次 每件 每村 每镇 每乡 每校 每所 每家 每座 每处 每期 每班 每生 每场 每套 每份 每床 每位 每头 每只 每株
"""
MEANS = tuple(_MEAN_WORDS.split())
"""What makes a mean of a number wherever it stands in a name; 每年 and 每月 do not."""
UNITS_NOT_ADDED = ("年", "季度", "个月", "周", "天", "工作日", "岁", "倍", "分", "℃", "分贝", "帕", "千帕", "兆帕")
"""Base units of terms, ages, marks and properties, of which one unit's and another's make no sum."""


COSTS = ("费用", "成本", "支出控制", "造价", "单价")
_REDUCED = regex("|".join(REDUCED))
_COST = regex("|".join(COSTS))
_TAKEN_IN = regex("收取|征收|收缴|收回|偿还|清偿|补贴|补助|报销|代缴|争取|筹集|发放|兑付|缴纳|保障|分担")
COUNTS = ("人次", "人数", "次数", "户数", "家数", "件数", "份数", "期数", "场次", "数量")


def is_reduction(bare: str) -> bool:
    """Return whether a name speaks of less of something: 减少, 节约, 挽回.

    >>> is_reduction("减少办公支出"), is_reduction("办公支出")
    (True, False)
    """
    return bool(_REDUCED.search(bare))


def is_cost(bare: str, unit: str) -> bool:
    """Return whether a name is that of a cost. `unit` is the base unit, "" where none is written.

    >>> is_cost("培训费用", "元"), is_cost("成本核算培训人次", "人次"), is_cost("节约费用", "元")
    (True, False, False)
    """
    if not _COST.search(bare) or is_reduction(bare):
        return False
    return unit.startswith("元") or (unit == "" and not bare.endswith(COUNTS))


def is_taken_in(bare: str) -> bool:
    """Return whether an amount is one that comes in or goes to those it is meant for, although a cost is named.

    >>> is_taken_in("收取污水处理费用"), is_taken_in("污水处理费用")
    (True, False)
    """
    return bool(_TAKEN_IN.search(bare))
