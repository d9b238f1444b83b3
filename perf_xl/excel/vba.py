"""VBA sources into the project of a workbook (宏工程), without Excel: the only door to the library that writes such projects."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pyopenvba import ExcelFile, VBAModuleKind

WORKBOOK = "ThisWorkbook"
"""Name of the module of the workbook itself; those of its sheets are Sheet1, Sheet2 ... in order."""

LONGEST_NAME = 31
"""Of a module: Excel repairs a workbook, which is to say drops its macros, with a longer one."""

KINDS = {".bas": VBAModuleKind.standard, ".cls": VBAModuleKind.other}

PROJECT = "xl/vbaProject.bin"


class Module(NamedTuple):
    """模块: one source of VBA."""

    name: str
    source: str
    kind: str = ".bas"
    """`.bas`, or `.cls` for a class; a class named `ThisWorkbook` holds the events of the workbook."""


def macros_folder() -> Path:
    """Return where the sources stand: within the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "macros"
    return installed if installed.is_dir() else package.parent / "macros"


def read_module(path: Path) -> Module:
    """Read a source from its file.

    Raises:
        ValueError: it is not plain ASCII; a project keeps everything else in the code page of one language.
    """
    source = path.read_bytes()
    if not source.isascii():
        raise ValueError(f"VBA sources are plain ASCII: {path.name}")
    return Module(path.stem, source.decode("ascii"), path.suffix)


def read_modules(*names: str) -> tuple[Module, ...]:
    """Read sources of `macros_folder` by the names of their files."""
    return tuple(read_module(macros_folder() / name) for name in names)


def project(modules: Iterable[Module], sheets: int) -> bytes:
    """Return the project (vbaProject.bin) of a workbook with so many sheets; the same sources give the same bytes.

    Lines end as Windows ends them: Excel refuses a project with any other ends. The project has no compiled code; Excel compiles
    it when it opens the workbook.
    """
    with TemporaryDirectory(prefix="perf_xl-") as home:
        host, made = Path(home, "host.xlsm"), Path(home, "made.xlsm")
        host.write_bytes(_host(sheets))
        with ExcelFile(host) as file:
            written = file.add_vba_project()
            for module in modules:
                source = "\r\n".join(module.source.splitlines()) + "\r\n"
                if len(module.name) > LONGEST_NAME:
                    raise ValueError(f"a name of more than {LONGEST_NAME} characters: {module.name}")
                if module.name == WORKBOOK:
                    written.get_module(WORKBOOK).body = source
                else:
                    written.add_module(module.name, source, kind=KINDS[module.kind])
            file.save(made)
        with zipfile.ZipFile(made) as package:
            return package.read(PROJECT)


_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _host(sheets: int) -> bytes:
    """The least workbook with so many sheets: the library makes projects only for a workbook."""
    numbers = range(1, sheets + 1)
    listed = "".join(f'<sheet name="Sheet{number}" sheetId="{number}" r:id="rId{number}"/>' for number in numbers)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPES}"/>' for number in numbers
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{number}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{number}.xml"/>'
            for number in numbers
        )
        + "</Relationships>",
    }
    parts |= {
        f"xl/worksheets/sheet{number}.xml": f'<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>' for number in numbers
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, xml in parts.items():
            package.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}')
    return stream.getvalue()
