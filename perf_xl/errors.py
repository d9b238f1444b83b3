"""When we cannot go on: the few exceptions. Each takes facts and builds its own Chinese sentence with the cure in it.

What is wrong *inside* a readable form is never an exception but a finding (`perf_xl.findings`).
"""

from __future__ import annotations


class PerfXlError(Exception):
    """Anything that perf_xl says to its user instead of going on; `str()` is one Chinese sentence."""


class WorkbookUnreadable(PerfXlError):
    """A file that is not read (拒读): what is wrong with it and what to do. `code` is X01 or X02."""

    def __init__(self, file: str, why: str, cure: str, code: str = "X01") -> None:
        self.file, self.why, self.cure, self.code = file, why, cure, code
        super().__init__(file, why, cure, code)

    def __str__(self) -> str:
        return f"{self.file}:{self.why}。{self.cure}。"

    @property
    def sentence(self) -> str:
        """The message without the file's name, for tables that name it in a column of its own."""
        return f"{self.why}。{self.cure}。"


class OutputNotWritable(PerfXlError):
    """A result that cannot be written, mostly because it is open in Excel or WPS."""

    def __init__(self, file: str, why: str, cure: str = "请关闭正在使用该文件的程序,或换一个保存位置后重试") -> None:
        self.file, self.why, self.cure = file, why, cure
        super().__init__(file, why, cure)

    def __str__(self) -> str:
        return f"无法写入“{self.file}”:{self.why}。{self.cure}。"


OTHER_NAME = "请换一个文件名,或先把原有的文件移走"
"""How to mend it where something else stands under the name."""


class RulebookInvalid(PerfXlError):
    """A rulebook (规则文件) that does not say what it must; `where` is the dotted name of the entry."""

    def __init__(self, rulebook: str, where: str, why: str) -> None:
        self.rulebook, self.where, self.why = rulebook, where, why
        super().__init__(rulebook, where, why)

    def __str__(self) -> str:
        return f"规则文件“{self.rulebook}”的 {self.where} 有误:{self.why}。请对照 docs/rulebooks.md 修改后重试。"


class LimitsInvalid(PerfXlError):
    """Limits (限额文件) that do not say what they must; `where` is the name of the entry."""

    def __init__(self, limits: str, where: str, why: str) -> None:
        self.limits, self.where, self.why = limits, where, why
        super().__init__(limits, where, why)

    def __str__(self) -> str:
        place = f"的 {self.where} " if self.where else ""
        return f"限额文件“{self.limits}”{place}有误:{self.why}。请对照 docs/performance.md 修改后重试。"


class NothingToDo(PerfXlError):
    """Paths that do not exist or a wish that cannot be carried out with what was given."""
