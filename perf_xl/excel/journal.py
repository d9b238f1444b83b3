"""What was changed in a workbook, kept so that it can be put back (还原): one file of lines per workbook.

Excel forgets its own undo list when a program writes into a sheet. So every change is put down here, and is on the disk,
before it is made: what the place held, and what it will hold. A step (一步) is everything that one click has changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from perf_xl.exact import decimal_in

Json: TypeAlias = Any

CONTENT, COLOR, NOTE, LOOK, SHEET = "content", "color", "note", "look", "sheet"
"""What of a place changes: what it holds, its fill, its comment, its format; or a whole sheet of ours comes or goes."""

MOST_STEPS = 50
"""How many steps of a workbook are kept."""


class Change(NamedTuple):
    """一处改动: of what, where, what it was and what it becomes (plain values of JSON)."""

    kind: str
    sheet: str
    place: str
    """Address of a cell, or of an area for its format; "" for a whole sheet."""
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Step:
    """一步: what one click has changed, in order."""

    number: int
    command: str
    when: str
    changes: tuple[Change, ...] = ()


def same(one: Json, other: Json) -> bool:
    """Return whether two values stand for the same: a number counts by its value, whatever it is written as.

    >>> same(["number", "9.50"], ["text", "9.5"]), same(["number", "9.5"], ["blank", ""]), same(None, None)
    (True, False, True)
    """
    if one == other:
        return True
    numbers = [_number(value) for value in (one, other)]
    return numbers[0] is not None and numbers[0] == numbers[1]


def _number(value: Json) -> Decimal | None:
    if isinstance(value, list | tuple) and len(value) == 2 and value[0] in ("number", "text"):
        return decimal_in(str(value[1]))
    return None


@dataclass
class Journal:
    """改动记录 of one workbook: a file in `folder` that is only ever added to."""

    folder: Path
    book: str
    """What tells the workbook from any other: its path; of one that was never saved, also the program it is open in."""
    _open: int | None = field(default=None, init=False)

    @property
    def path(self) -> Path:
        """Where the lines stand."""
        return self.folder / f"{sha256(self.book.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}.jsonl"

    def begin(self, command: str, now: datetime) -> None:
        """Begin a step; what is recorded from now on belongs to it."""
        steps = self.steps()
        if len(steps) >= 2 * MOST_STEPS:
            self._shorten(steps[-MOST_STEPS:])
        self._open = 1 + max((step.number for step in steps), default=0)
        self._add([{"step": self._open, "command": command, "when": now.isoformat(timespec="seconds")}])

    def record(self, changes: Iterable[Change]) -> None:
        """Put changes down before they are made; they are on the disk when this returns."""
        if self._open is None:
            raise ValueError("no step was begun")
        self._add([{"of": self._open, "change": list(change)} for change in changes])

    def forget(self, number: int) -> None:
        """A step was put back, or nothing of it was done: it is no longer there to be undone."""
        self._add([{"undone": number}])

    def drop(self) -> None:
        """Forget the step that was begun last."""
        if self._open is not None:
            self.forget(self._open)

    def current(self) -> Step | None:
        """Return the step that was begun last, with what was recorded of it so far."""
        return next((step for step in self.steps() if step.number == self._open), None)

    def last(self) -> Step | None:
        """Return the step to be undone next: the last one with changes that was not undone."""
        return next((step for step in reversed(self.steps()) if step.changes), None)

    def steps(self) -> list[Step]:
        """Return every step that was not undone, the oldest first.

        A line that was cut off (the machine went down) was not yet carried out: it is passed over. So is the file of
        another workbook.
        """
        found: dict[int, Step] = {}
        for line in self._lines():
            if "step" in line:
                found[line["step"]] = Step(line["step"], line["command"], line["when"])
            elif "change" in line and line["of"] in found:
                step = found[line["of"]]
                found[line["of"]] = Step(step.number, step.command, step.when, (*step.changes, Change(*line["change"])))
            elif "undone" in line:
                found.pop(line["undone"], None)
        return list(found.values())

    def _lines(self) -> list[dict[str, Any]]:
        try:
            text = self.path.read_text(encoding="utf-8", errors="surrogatepass")
        except OSError:
            return []
        lines = []
        for raw in text.split("\n"):
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if isinstance(line, dict):
                lines.append(line)
        return lines if lines and lines[0].get("book") == self.book else []

    def _add(self, lines: Sequence[dict[str, Any]]) -> None:
        if not lines:
            return
        whole = lines if self._lines() else [{"book": self.book}, *lines]
        self.folder.mkdir(parents=True, exist_ok=True)
        mode = "ab" if whole is lines else "wb"
        with self.path.open(mode) as file:
            file.write(_encoded(whole, mended=mode == "ab" and not self._ends_whole()))
            file.flush()
            os.fsync(file.fileno())

    def _ends_whole(self) -> bool:
        """Whether the file ends with a whole line; one that was cut off is closed before the next is added."""
        return self.path.read_bytes().endswith(b"\n")

    def _shorten(self, steps: Sequence[Step]) -> None:
        lines: list[dict[str, Any]] = [{"book": self.book}]
        for step in steps:
            lines.append({"step": step.number, "command": step.command, "when": step.when})
            lines += [{"of": step.number, "change": list(change)} for change in step.changes]
        beside = self.path.with_suffix(".tmp")
        beside.write_bytes(_encoded(lines))
        beside.replace(self.path)


def _encoded(lines: Sequence[dict[str, Any]], *, mended: bool = False) -> bytes:
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return (b"\n" if mended else b"") + text.encode("utf-8", "surrogatepass")
