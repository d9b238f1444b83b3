"""Draw the ribbon tab as `macros/customUI14.xml` describes it: an SVG. A drawing, not a screenshot; the icons are our own.

`tools/make_pictures.py` makes a PNG of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

RIBBON = Path(__file__).parent.parent / "macros" / "customUI14.xml"
FONT = "font-family='Noto Sans CJK SC' font-size='{}'"
GREEN, GREY, INK, PAPER, LINE = "#217346", "#f3f2f1", "#323130", "#ffffff", "#d2d0ce"
TABS = ("文件", "开始", "插入", "页面布局", "公式", "数据", "审阅", "视图")
WIDTH, HEIGHT = 960, 330
TOP, BOTTOM = 62, 174
"""Of the ribbon itself."""

STROKE = "fill='none' stroke='#217346' stroke-width='1.6' stroke-linecap='round' stroke-linejoin='round'"
SHEET = f"<path {STROKE} d='M5 2h9l5 5v15H5zM14 2v5h5'/>"
BUBBLE = f"<path {STROKE} d='M3 4h18v12h-9l-5 5v-5H3z'/>"
ICONS = {
    "PerfNewForm": SHEET + f"<path {STROKE} d='M12 11v7M8.500 14.500h7'/>",
    "PerfRecalculate": f"<path {STROKE} d='M4 2h16v20H4zM7 5h10v4H7zM8 13h.1M12 13h.1M16 13h.1M8 18h.1M12 18h.1M16 18h.1'/>",
    "PerfFillBlankScores": f"<path {STROKE} d='M4 3h16v5H4zM12 10v10M8 16l4 4 4-4'/>",
    "PerfReplaceScores": f"<path {STROKE} d='M3 3h8v8H3zM13 13h8v8h-8zM15 5h4v4M9 19H5v-4'/>",
    "PerfCheck": BUBBLE + f"<path {STROKE} d='M8 10l3 3 5-6'/>",
    "PerfClearMarks": BUBBLE + f"<path {STROKE} d='M9 7l6 6M15 7l-6 6'/>",
    "PerfReport": SHEET + f"<path {STROKE} d='M8 10h4M8 14h8M8 18h8'/>",
    "PerfUndo": f"<path {STROKE} d='M8 4L3 9l5 5M3 9h11a6 6 0 0 1 0 12H9'/>",
    "PerfConsolidate": f"<path {STROKE} d='M3 3h7v6H3zM14 3h7v6h-7zM6.500 9v4h11V9M12 13v3M7 16h10v6H7z'/>",
    "PerfOpenResult": f"<path {STROKE} d='M2 20V5h7l2 3h9v4M2 20l4-8h17l-4 8z'/>",
    "PerfSettings": f"<path {STROKE} d='M3 6h10M17 6h4M15 4v4M3 12h3M10 12h11M8 10v4M3 18h8M15 18h6M13 16v4'/>",
    "PerfHelp": f"<path {STROKE} d='M12 2a10 10 0 1 0 .1 0zM9 9.500a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18h.1'/>",
}


class Button(NamedTuple):
    """One button of the tab, with those that open below it."""

    id: str
    label: str
    tip: str
    large: bool
    below: tuple[Button, ...] = ()


def tab(xml: str) -> tuple[str, list[tuple[str, list[Button]]]]:
    """Return the tab's label and its groups, each with its label and buttons."""
    element = next(one for one in ElementTree.fromstring(xml).iter() if one.tag.endswith("}tab"))
    return element.get("label", ""), [(group.get("label", ""), [_button(one) for one in group]) for group in element]


def _button(element: ElementTree.Element) -> Button:
    inner = [one for one in element if one.tag.endswith("}button")]
    below = tuple(_button(one) for menu in element if menu.tag.endswith("}menu") for one in menu)
    shown = inner[0] if inner else element
    large = element.get("size") == "large"
    return Button(shown.get("id", ""), shown.get("label", ""), shown.get("supertip", ""), large, below)


def svg(xml: str) -> str:
    """Return the drawing of a ribbon: the tab, the open menu below its button, and one tip."""
    label, groups = tab(xml)
    body = [*_window(label), *_groups(groups)]
    view = f"width='{WIDTH}' height='{HEIGHT}' viewBox='0 0 {WIDTH} {HEIGHT}'"
    return f"<svg xmlns='http://www.w3.org/2000/svg' {view}>{''.join(body)}</svg>\n"


def _window(label: str) -> Iterator[str]:
    """The head of Excel, its tabs, and a few cells below."""
    yield _box(0, 0, WIDTH, HEIGHT, PAPER)
    yield _box(0, 0, WIDTH, 30, GREEN)
    yield _text(WIDTH / 2, 20, "2023年度自评表.xlsx - Excel", 12, PAPER, "middle")
    yield _box(0, 30, WIDTH, TOP - 30, GREY)
    x = 16.0
    for name in (*TABS, label):
        chosen = name == label
        yield _text(x, 52, name, 13, GREEN if chosen else INK, weight="bold" if chosen else "normal")
        if chosen:
            yield _box(x, 58, len(name) * 13, 3, GREEN)
        x += len(name) * 13 + 22
    yield _box(0, TOP, WIDTH, BOTTOM - TOP, GREY)
    yield _line(0, BOTTOM, WIDTH, BOTTOM)
    for row in range(BOTTOM + 26, HEIGHT, 26):
        yield _line(0, row, WIDTH, row, "#e8e6e4")
    for column in range(40, WIDTH, 92):
        yield _line(column, BOTTOM, column, HEIGHT, "#e8e6e4")
    yield _text(WIDTH - 10, HEIGHT - 10, "示意图(按加载项的定义画出,不是截屏)", 11, "#797775", "end")


def _groups(groups: list[tuple[str, list[Button]]]) -> Iterator[str]:
    x = 12.0
    later: list[str] = []
    for name, buttons in groups:
        start = x
        small = [one for one in buttons if not one.large]
        for one in (one for one in buttons if one.large):
            width = len(one.label) * 13 + 22
            yield _icon(one.id, x + width / 2 - 18, TOP + 9, 36)
            yield _text(x + width / 2, TOP + 65, one.label, 13, INK, "middle")
            if one.below:
                yield _text(x + width / 2, TOP + 80, "▾", 12, INK, "middle")
                later += _menu(one.below, x + 4, BOTTOM + 4)
            if one.id == "PerfConsolidate":
                later += _tip(one, x + 6, BOTTOM + 4)
            x += width
        for number, one in enumerate(small):
            y = TOP + 8 + number * 26
            yield _icon(one.id, x + 6, y, 20)
            yield _text(x + 32, y + 15, one.label, 13, INK)
        x += (max(len(one.label) for one in small) * 13 + 44) if small else 6
        yield _text((start + x) / 2, BOTTOM - 8, name, 12, "#605e5c", "middle")
        yield _line(x + 4, TOP + 8, x + 4, BOTTOM - 8)
        x += 12
    yield from later


def _menu(buttons: tuple[Button, ...], x: float, y: float) -> Iterator[str]:
    width = max(len(one.label) for one in buttons) * 13 + 50
    yield _box(x, y, width, len(buttons) * 32 + 8, PAPER, LINE)
    for number, one in enumerate(buttons):
        yield _icon(one.id, x + 8, y + 10 + number * 32, 20)
        yield _text(x + 38, y + 25 + number * 32, one.label, 13, INK)


def _tip(one: Button, x: float, y: float) -> Iterator[str]:
    lines = [one.tip[start : start + 20] for start in range(0, len(one.tip), 20)]
    yield _box(x, y, 20 * 12 + 24, 34 + len(lines) * 18, PAPER, LINE)
    yield _text(x + 12, y + 22, one.label, 13, INK, weight="bold")
    for number, line in enumerate(lines):
        yield _text(x + 12, y + 42 + number * 18, line, 12, "#605e5c")


def _icon(name: str, x: float, y: float, size: float) -> str:
    return f"<g transform='translate({x} {y}) scale({size / 24:.4f})'>{ICONS[name]}</g>"


def _box(x: float, y: float, width: float, height: float, fill: str, edge: str = "none") -> str:
    return f"<rect x='{x}' y='{y}' width='{width}' height='{height}' fill='{fill}' stroke='{edge}'/>"


def _line(x: float, y: float, to_x: float, to_y: float, color: str = LINE) -> str:
    return f"<line x1='{x}' y1='{y}' x2='{to_x}' y2='{to_y}' stroke='{color}'/>"


def _text(x: float, y: float, text: str, size: int, color: str, anchor: str = "start", weight: str = "normal") -> str:
    style = f"{FONT.format(size)} fill='{color}' text-anchor='{anchor}' font-weight='{weight}'"
    return f"<text x='{x}' y='{y}' {style}>{escape(text)}</text>"
