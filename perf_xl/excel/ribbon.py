"""The ribbon tab (功能区选项卡) and the macros behind ribbon and buttons, written from the list of commands.

The files of `macros/` that stand here are written by `tools/make_ribbon.py`; a test holds them to the commands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from xml.sax.saxutils import quoteattr

from perf_xl.excel.commands import COMMANDS, TAB, Command, command

NAMESPACES: Mapping[str, str] = {
    "customUI14.xml": "http://schemas.microsoft.com/office/2009/07/customui",
    "customUI.xml": "http://schemas.microsoft.com/office/2006/01/customui",
}
"""The two forms of a ribbon by their file: of Excel 2010 and later, and of 2007, which WPS reads."""

LARGE = {"new_form", "recalculate", "check", "consolidate"}
"""The command of each group that is used most."""

BELOW: Mapping[str, tuple[str, ...]] = {"recalculate": ("fill_blank_scores", "replace_scores")}
"""Commands that open below another: what changes a filed score is no neighbour of what does not."""


def macro_files() -> dict[str, str]:
    """Return the files of `macros/` that follow from the commands, by name."""
    return {
        **{name: ribbon(namespace) for name, namespace in NAMESPACES.items()},
        "PerfButtons.bas": buttons(),
        "PerfRibbon.bas": callbacks(),
    }


# --- the tab ----------------------------------------------------------------------------------------------------------


def ribbon(namespace: str) -> str:
    """Return the tab 绩效自评 in one of the two forms."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        f"<customUI xmlns={quoteattr(namespace)}>",
        "  <ribbon>",
        "    <tabs>",
        f'      <tab id="PerfTab" label={quoteattr(TAB)}>',
        *_groups(),
        "      </tab>",
        "    </tabs>",
        "  </ribbon>",
        "</customUI>",
    ]
    return "\n".join(lines) + "\n"


def _groups() -> Iterator[str]:
    nested = {name for names in BELOW.values() for name in names}
    for number, (group, commands) in enumerate(groupby(COMMANDS, key=lambda one: one.group), 1):
        yield f'        <group id="PerfGroup{number}" label={quoteattr(group)}>'
        for one in commands:
            if one.name in BELOW:
                yield from _with_menu(one)
            elif one.name not in nested:
                yield _control(one, 10, _size(one))
        yield "        </group>"


def _with_menu(one: Command) -> Iterator[str]:
    """A button that can be pressed, and opened for those below it."""
    yield f'          <splitButton id="Split{one.macro}" {_size(one)}>'
    yield _control(one, 12)
    yield f'            <menu id="Menu{one.macro}" itemSize="normal">'
    for name in BELOW[one.name]:
        yield _control(command(name), 14)
    yield "            </menu>"
    yield "          </splitButton>"


def _size(one: Command) -> str:
    return f'size="{"large" if one.name in LARGE else "normal"}"'


def _control(one: Command, depth: int, size: str = "") -> str:
    """The tip stands under the label, which is the first line of the box that shows it (提示)."""
    words = [
        f'<button id="{one.macro}"',
        f"label={quoteattr(one.label)}",
        f'imageMso="{one.image}"',
        *([size] if size else []),
        f'onAction="{callback(one)}"',
        f"screentip={quoteattr(one.label)}",
        f"supertip={quoteattr(one.tip)}/>",
    ]
    return " " * depth + " ".join(words)


# --- the macros -------------------------------------------------------------------------------------------------------


def callback(one: Command) -> str:
    """Return the sub that the ribbon calls for a command.

    >>> callback(command("check"))
    'RibbonPerfCheck'
    """
    return f"Ribbon{one.macro}"


def buttons() -> str:
    """Return the module PerfButtons: one sub for every command, to stand behind a button."""
    remark = "' What the buttons of a workbook start, and the list of macros (Alt+F8)."
    return _module("PerfButtons", remark, ((f"{one.macro}()", f'PerfRun "{one.name}"') for one in COMMANDS))


def callbacks() -> str:
    """Return the module PerfRibbon: one sub for every command, as a ribbon calls it."""
    remark = "' What the ribbon of the add-in calls."
    subs = ((f"{callback(one)}(Control As IRibbonControl)", one.macro) for one in COMMANDS)
    return _module("PerfRibbon", remark, subs)


def _module(name: str, remark: str, subs: Iterable[tuple[str, str]]) -> str:
    written = (f"Public Sub {signature}\n    {body}\nEnd Sub\n" for signature, body in subs)
    head = f'Attribute VB_Name = "{name}"\nOption Explicit\n\n{remark}\n\' Written by tools/make_ribbon.py.\n'
    return "\n".join((head, *written))
