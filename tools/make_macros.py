"""Write the VBA module of the functions for cells: python tools/make_macros.py."""

from __future__ import annotations

from pathlib import Path

from perf_xl.excel.wrappers import MODULE, wrappers

TARGET = Path(__file__).parent.parent / "macros" / f"{MODULE}.bas"

if __name__ == "__main__":
    TARGET.write_text(wrappers(), encoding="ascii", newline="\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")
