"""What a button starts: `python -m perf_xl.excel ACTION --wb=... --from_xl=1 --app=... --hwnd=...`.

Exit code 0 when the person has been told, whatever came of it; 3 when even that was not possible, and the button says so.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import xlwings as xw

from perf_xl.excel.handlers import Desk, run

TOLD, NOT_TOLD = 0, 3


def main(arguments: Sequence[str]) -> int:
    """Run the handler that is named first; return the exit code."""
    action = next((one for one in arguments if not one.startswith("-")), "")
    try:
        run(action, caller(arguments))
    except Exception as problem:
        try:
            Desk().log(problem)
        except OSError:
            return NOT_TOLD
        return NOT_TOLD
    return TOLD


def caller(arguments: Sequence[str]) -> xw.Book:
    """Return the workbook whose button was clicked, also one with `=` in its name, which xlwings cuts off there."""
    try:
        return xw.Book.caller()
    except Exception:
        wanted = next((one.partition("=")[2].lower() for one in arguments if one.startswith("--wb=")), "")
        for app in xw.apps:
            for book in app.books:
                if wanted and wanted in (book.name.lower(), book.fullname.lower()):
                    return book
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
