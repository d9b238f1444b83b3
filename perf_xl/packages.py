"""A zip package, and the gate before it: whole, within the limits, without a document type (文件包).

What Excel, WPS and Word save is a zip of parts. Nothing of it is parsed before it has passed here.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence

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


# --- a package with some parts replaced -------------------------------------------------------------------------------

_CENTRAL, _LOCAL, _END = struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H"), struct.Struct("<4s4H2LH")
_UTF8, _DEFLATED, _VERSION = 0x800, 8, 20
_MIDNIGHT, _FIRST_DAY = 0, (1 << 5) | 1
"""1980-01-01 00:00, as a zip writes it: the date of every new part."""


def replace_parts(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a package in which these parts are replaced or, in their order, added at the end (替换部件).

    Every other entry is copied as it stands: its compressed bytes, date, flags, extra fields and place in the order. The
    same package and parts give the same bytes; a part that stays the same is not even compressed again.

    Raises:
        ValueError: no package in which a part can be replaced safely: two entries of one name or place, zip64, damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries, start, comment = package.infolist(), package.start_dir, package.comment
            wanted = {name: content for name, content in parts.items() if not _has(package, name, content)}
        if len({entry.header_offset for entry in entries}) < len(entries):
            raise ValueError("two entries at one place")
        if len({entry.filename.lower() for entry in entries}) < len(entries):
            raise ValueError("two entries of one name")
        if not wanted:
            return data
        return _rewritten(data, entries, start, wanted, len(comment)) + comment
    except (zipfile.BadZipFile, struct.error, zlib.error, OSError, EOFError, RuntimeError) as problem:
        raise ValueError(str(problem)) from problem


def _has(package: zipfile.ZipFile, name: str, content: bytes) -> bool:
    return name in package.NameToInfo and package.read(name) == content


def _rewritten(
    data: bytes, entries: Sequence[zipfile.ZipInfo], start: int, wanted: Mapping[str, bytes], comment: int
) -> bytes:
    """Return the package without its comment; every entry reaches to where the next begins, whatever stands between."""
    places = sorted(entry.header_offset for entry in entries)
    ends = dict(zip(places, [*places[1:], start], strict=True))
    out, directory, at = bytearray(), bytearray(), start
    for entry in entries:
        fields = _CENTRAL.unpack_from(data, at)
        tail = data[at + _CENTRAL.size : at + _CENTRAL.size + sum(fields[10:13])]
        at += _CENTRAL.size + len(tail)
        if fields[0] != b"PK\x01\x02" or 0xFFFFFFFF in (fields[8], fields[9], fields[16]):
            raise ValueError("a directory of another kind")
        content, offset = wanted.get(entry.filename), len(out)
        if content is None:
            out += data[entry.header_offset : ends[entry.header_offset]]
            directory += _CENTRAL.pack(*fields[:16], offset) + tail
            continue
        name = tail[: fields[10]]
        local, sizes = _entry(name, content, fields[3] & _UTF8, fields[5], fields[6])
        out += local
        flags = fields[3] & _UTF8
        head = (*fields[:2], _VERSION, flags, _DEFLATED, *fields[5:7], *sizes, len(name), 0, 0, *fields[13:16])
        directory += _CENTRAL.pack(*head, offset) + name
    known = {entry.filename for entry in entries}
    added = [name for name in wanted if name not in known]
    for added_name in added:
        name, offset = added_name.encode(), len(out)
        local, sizes = _entry(name, wanted[added_name], _UTF8, _MIDNIGHT, _FIRST_DAY)
        out += local
        head = (
            b"PK\x01\x02",
            _VERSION,
            _VERSION,
            _UTF8,
            _DEFLATED,
            _MIDNIGHT,
            _FIRST_DAY,
            *sizes,
            len(name),
            0,
            0,
            0,
            0,
            0,
        )
        directory += _CENTRAL.pack(*head, offset) + name
    count = len(entries) + len(added)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), len(out), comment)
    return bytes(out + directory + end)


def _entry(name: bytes, content: bytes, flags: int, time: int, day: int) -> tuple[bytes, tuple[int, int, int]]:
    """Return an entry, deflated, and its checksum and sizes."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = compressor.compress(content) + compressor.flush()
    sizes = (zlib.crc32(content), len(packed), len(content))
    head = _LOCAL.pack(b"PK\x03\x04", _VERSION, flags, _DEFLATED, time, day, *sizes, len(name), 0)
    return head + name + packed, sizes
