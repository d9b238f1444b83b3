"""Regular expressions that are compiled when they are first used: all of perf_xl knows hundreds, one run needs a few."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    regex = re.compile
else:
    _AT_HAND = ("findall", "finditer", "fullmatch", "match", "pattern", "search", "split", "sub")

    class regex:
        """A regular expression, used as the result of `re.compile` is.

        >>> regex("(?:合格|优良)率$").search("验收合格率").group()
        '合格率'
        """

        def __init__(self, text: str, flags: int = 0) -> None:
            self._text, self._flags = text, flags

        def __getattr__(self, name: str) -> Any:
            """Compile, and keep at hand what is used of it."""
            compiled = re.compile(self._text, self._flags)
            for one in _AT_HAND:
                setattr(self, one, getattr(compiled, one))
            return getattr(compiled, name)
