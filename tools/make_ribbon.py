"""Write the files of `macros/` that follow from the commands: the ribbon in both forms, and a macro for every command.

python tools/make_ribbon.py
"""

from __future__ import annotations

from pathlib import Path

from perf_xl.excel.ribbon import macro_files
from perf_xl.excel.vba import macros_folder


def main(folder: Path | None = None) -> list[Path]:
    """Write the files anew."""
    written = []
    for name, text in macro_files().items():
        path = (folder or macros_folder()) / name
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


if __name__ == "__main__":
    print(*main(), sep="\n")
