"""The written report (自评报告) as passages: numbered headings, sentences and clauses, each knowing its paragraphs.

Text is folded to half width, Chinese numerals before 分, 元 and 次 become digits, and the project's own name becomes
one sign, so that what compares a sentence with the form sees the same words however they were typed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from perf_xl.exact import fold, plain
from perf_xl.grid import Paragraph
from perf_xl.values import parse

PROJECT = "※"
"""Stands for every character of the project's own name."""

_MARKERS = (
    (1, re.compile(r"\s*(?:第[一二三四五六七八九十]+(?:部分|章)|[一二三四五六七八九十]{1,3}[、.．])\s*")),
    (2, re.compile(r"\s*[(（][一二三四五六七八九十]{1,3}[)）][、.．]?\s*")),
    (3, re.compile(r"\s*(?:\d{1,2}[.．、](?!\d)|[⒈-⒛])\s*")),
    (4, re.compile(r"\s*(?:[(（]\d{1,2}[)）][、.．]?|\d{1,2}[)）]|[⑴-⒇])\s*")),
    (5, re.compile(r"\s*[①-⑳❶-❿]\s*")),
)
"""一、 (一) 1. (1) ①: depth of a heading and its marker."""
BODY = 9
_ENDED = re.compile(r"[。:;!?)》]$")
_LONGEST_HEADING = 40
_SHORTEST_BROKEN_LINE = 30
_WORDS_OF_A_ROW = 4

_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}),(?=\d{3}(?!\d))")
_NUMERAL = "[零〇一二两三四五六七八九十百千]+(?:点[零〇一二三四五六七八九]+)?"
_PERCENT_IN_WORDS = re.compile(rf"百分之({_NUMERAL})")
_NUMBER_IN_WORDS = re.compile(
    rf"(?<=[为得分计扣共排位出用入付数])({_NUMERAL})(?=分(?!之|别|析|项|布|配)|万元|亿元|元|次|场|个|人|户|件)"
)


def in_digits(text: str) -> str:
    """Write the Chinese numerals of amounts, scores and rates in digits.

    >>> in_digits("自评得分为九十四点五分,执行率百分之六十七"), in_digits("一是分析三级指标")
    ('自评得分为94.5分,执行率67%', '一是分析三级指标')
    """
    text = _PERCENT_IN_WORDS.sub(lambda match: (_digits(match[1]) or match[0]) + "%", text)
    return _NUMBER_IN_WORDS.sub(lambda match: _digits(match[1]) or match[0], text)


def _digits(numeral: str) -> str | None:
    if numeral == "百":
        return "100"
    number = parse(f"{numeral}次").number
    return None if number is None else plain(number)


def half_width(text: str) -> str:
    """Return `text` in half width and without white space, except between two digits (a row of a table in text).

    >>> half_width("自评 得分 ９４．５ 分"), half_width("合格 3 3"), half_width("1,234.5万元")
    ('自评得分94.5分', '合格3 3', '1234.5万元')
    """
    words = [fold(word) for word in text.split()]
    joined = ""
    for word in words:
        joined += " " + word if joined[-1:].isdigit() and word[:1].isdigit() else word
    while _THOUSANDS.search(joined):
        joined = _THOUSANDS.sub(r"\1", joined)
    return in_digits(joined)


class Span(NamedTuple):
    """A sentence or clause: where it begins and ends in the text of its passage."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """报告的一段: one or more paragraphs that belong together, with the headings above it."""

    text: str
    headings: tuple[str, ...]
    """Titles of the headings above, outermost first, its own title last."""
    starts: tuple[int, ...]
    numbers: tuple[int, ...]
    numbered: bool

    def paragraph(self, at: int) -> int:
        """Return the number of the paragraph in which the character `at` stands."""
        return self.numbers[max(bisect_right(self.starts, at) - 1, 0)]

    def sentences(self) -> Iterator[Span]:
        """Sentences end with 。; ! ?"""
        return _split(self.text, Span(0, len(self.text)), "。;!?")

    def clauses(self, sentence: Span) -> Iterator[Span]:
        """Clauses end with , and 、"""
        return _split(self.text, sentence, ",、")

    def clause_at(self, sentence: Span, at: int) -> Span:
        """Return the clause of `sentence` in which the character `at` stands."""
        return next(clause for clause in self.clauses(sentence) if clause.start <= at < clause.end)


def _split(text: str, span: Span, marks: str) -> Iterator[Span]:
    start = span.start
    for at in range(span.start, span.end):
        if text[at] in marks:
            yield Span(start, at + 1)
            start = at + 1
    if start < span.end:
        yield Span(start, span.end)


class _Line(NamedTuple):
    text: str
    number: int
    depth: int
    row: bool
    """Whether it looks like the row of a table: words apart, no mark between them."""


def _line(paragraph: Paragraph) -> _Line:
    row = len(paragraph.text.split()) >= _WORDS_OF_A_ROW and not re.search("[,;:。，；：]", paragraph.text)
    for depth, marker in _MARKERS:
        if match := marker.match(paragraph.text):
            return _Line(half_width(paragraph.text[match.end() :]), paragraph.number, depth, row)
    depth = BODY if paragraph.heading is None else min(paragraph.heading, BODY - 1)
    return _Line(half_width(paragraph.text), paragraph.number, depth, row)


def _goes_on(text: str, depth: int, following: _Line, style: int | None) -> bool:
    """Whether a line was broken in the middle of a sentence: cautiously, a heading never was."""
    if following.depth != BODY or following.row or style is not None or not text or _ENDED.search(text):
        return False
    return bool(re.search(r"[,、:;。]", text)) or (depth == BODY and len(text) >= _SHORTEST_BROKEN_LINE)


def title_of(text: str) -> str:
    """Return the words a numbered passage opens with, up to the first mark; "" where it opens with a sentence.

    >>> title_of("时效目标:经核验,目标完成67%。"), title_of("项目资金使用情况")
    ('时效目标', '项目资金使用情况')
    """
    title = re.split(r"[,:。;]", text, maxsplit=1)[0]
    return title if len(title) <= _LONGEST_HEADING else ""


def passages(paragraphs: Sequence[Paragraph], project: str | None = None) -> Iterator[Passage]:
    """Return the passages of a report in order; `project` is the project's name in the form."""
    styles = {paragraph.number: paragraph.heading for paragraph in paragraphs}
    groups: list[list[_Line]] = []
    for line in map(_line, paragraphs):
        if groups:
            so_far = "".join(part.text for part in groups[-1])
            if not groups[-1][-1].row and _goes_on(so_far, groups[-1][0].depth, line, styles[groups[-1][0].number]):
                groups[-1].append(line)
                continue
        groups.append([line])
    names = _names_of(project)
    above: dict[int, str] = {}
    for group in groups:
        depth, text = group[0].depth, "".join(line.text for line in group)
        starts, at = [], 0
        for line in group:
            starts.append(at)
            at += len(line.text)
        for name in names:
            text = text.replace(name, PROJECT * len(name))
        if depth < BODY:
            above = {level: title for level, title in above.items() if level < depth}
            above[depth] = title_of(text)
        headings = tuple(title for _, title in sorted(above.items()))
        yield Passage(text, headings, tuple(starts), tuple(line.number for line in group), depth < BODY)


def _names_of(project: str | None) -> list[str]:
    """The project's name as reports write it: whole, without the year before it."""
    whole = half_width(project or "")
    short = re.sub(r"^20\d\d年度?", "", whole)
    return [name for name in dict.fromkeys((whole, short)) if len(name) >= 3]
