"""A zip package, and the gate before it: whole, within the limits, without a document type (文件包).

What Excel, WPS and Word save is a zip of parts. Nothing of it is parsed before it has passed here.
"""

from __future__ import annotations

import io
import zipfile
import zlib

from perf_xl.errors import WorkbookUnreadable

MEBIBYTE = 1 << 20
LIMITS = {
    "file": 64 * MEBIBYTE,
    "unpacked": 64 * MEBIBYTE,
    "part": 48 * MEBIBYTE,
    "parts": 1000,
    "area": 4_000_000,
    "rows": 2_000,
    "columns": 64,
}
"""What a file may measure: bytes of the file, bytes unpacked, bytes of one part, number of parts, cells of a sheet that is
laid out; beyond that only so many rows and columns of a sheet are looked at, and the reader says so."""

RESAVE = "请用 Excel 或 WPS 打开,另存为“Excel 工作簿(*.xlsx)”后重新报送"
REPAIR = "请用 Excel 或 WPS 打开并修复,或向报送单位重新索取"
DECRYPT = "请打开后取消密码,保存后重新报送"


def open_package(data: bytes, file: str) -> zipfile.ZipFile:
    """Open a zip whose directory is whole and within the limits."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise WorkbookUnreadable(file, "文件不完整或已损坏", REPAIR) from None
    if len(parts) > LIMITS["parts"]:
        raise WorkbookUnreadable(file, f"文件由 {len(parts)} 个部件组成,超过 {LIMITS['parts']} 个", RESAVE)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > LIMITS["unpacked"] or any(part.file_size > LIMITS["part"] for part in parts):
        raise WorkbookUnreadable(
            file, f"解压后有 {unpacked // MEBIBYTE} MB,超过 {LIMITS['unpacked'] // MEBIBYTE} MB", RESAVE
        )
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookUnreadable(file, "文件已加密", DECRYPT)
    return package


def read_part(package: zipfile.ZipFile, name: str, file: str) -> bytes:
    """Return one part; refuse a document type, in which entities could be defined."""
    try:
        content = package.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError):
        raise WorkbookUnreadable(file, "文件不完整或已损坏", REPAIR) from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        content = content.decode("utf-16").encode()
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
        raise WorkbookUnreadable(file, "文件含外部实体,可能有害", RESAVE)
    return content
