"""A zip package, and the gate before it: whole, within the limits, without a document type (文件包).

What Excel, WPS and Word save is a zip of parts. Nothing of it is parsed before it has passed here.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from perf_xl.errors import LimitsInvalid, WorkbookUnreadable

MEBIBYTE = 1 << 20
LIMITS: dict[str, int] = {
    "file": 64 * MEBIBYTE,
    "unpacked": 64 * MEBIBYTE,
    "part": 48 * MEBIBYTE,
    "memory": 512 * MEBIBYTE,
    "seconds": 20,
    "parts": 1_000,
    "cells": 500_000,
    "merges": 50_000,
    "styles": 64_000,
    "area": 4_000_000,
    "rows": 2_000,
    "columns": 64,
}
"""What a file may measure (限额): bytes of the file, bytes unpacked, bytes of one part, memory and time that reading may take,
number of parts, used cells and merged areas of a sheet, cell styles, cells of a sheet that is laid out; beyond that only so
many rows and columns of a sheet are looked at, and the reader says so. An office may raise them (`set_limits`)."""

_IN_MEBIBYTES = frozenset({"file", "unpacked", "part", "memory"})
_SHIPPED = dict(LIMITS)


def set_limits(wanted: Mapping[str, int]) -> None:
    """Set limits, in the units of `LIMITS`; those not named are as shipped."""
    LIMITS.update({**_SHIPPED, **wanted})


def raised_limits() -> dict[str, int]:
    """Return the limits that are not as shipped."""
    return {name: value for name, value in LIMITS.items() if value != _SHIPPED[name]}


def parse_limits(text: str, file: str) -> dict[str, int]:
    """Read limits from TOML: the names of `LIMITS`, what is measured in bytes in MB.

    >>> parse_limits("unpacked = 200\\nseconds = 60", "限额.toml")
    {'unpacked': 209715200, 'seconds': 60}

    Raises:
        LimitsInvalid: no TOML, a name that is none, or no whole number above zero.
    """
    import tomllib

    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise LimitsInvalid(file, "", f"不是有效的 TOML({problem})") from None
    for name, value in entries.items():
        if name not in _SHIPPED:
            raise LimitsInvalid(file, name, f"没有这一项,可用的有{'、'.join(_SHIPPED)}")
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise LimitsInvalid(file, name, "应为大于0的整数")
    return {name: value * MEBIBYTE if name in _IN_MEBIBYTES else value for name, value in entries.items()}


RESAVE = "请用 Excel 或 WPS 打开,另存为“Excel 工作簿(*.xlsx)”后重新报送"
REPAIR = "请用 Excel 或 WPS 打开并修复,或向报送单位重新索取"
DECRYPT = "请打开后取消密码,保存后重新报送"


def check_size(size: int, file: str) -> None:
    """Refuse a file of more bytes than the limit."""
    if size > LIMITS["file"]:
        why = f"文件有 {size // MEBIBYTE} MB,超过 {LIMITS['file'] // MEBIBYTE} MB"
        raise WorkbookUnreadable(file, why, "请删除图片等附件后重新保存")


def open_package(data: bytes, file: str) -> zipfile.ZipFile:
    """Open a zip whose directory is whole and within the limits, and whose names lead nowhere else."""
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise WorkbookUnreadable(file, "文件不完整或已损坏", REPAIR) from None
    if len(parts) > LIMITS["parts"]:
        raise WorkbookUnreadable(file, f"文件由 {len(parts)} 个部件组成,超过 {LIMITS['parts']} 个", RESAVE)
    if any(map(_ODD_NAME.search, [part.orig_filename for part in parts])):
        raise WorkbookUnreadable(file, "文件部件的名称异常,可能有害", RESAVE)
    if len({part.filename.lower() for part in parts}) < len(parts):
        raise WorkbookUnreadable(file, "文件里有重名的部件,内容无法确定", RESAVE)
    sizes = [part.file_size for part in parts]
    if sum(sizes) > LIMITS["unpacked"]:
        raise _too_much(file, sum(sizes), "unpacked")
    if max(sizes, default=0) > LIMITS["part"]:
        raise _too_much(file, max(sizes), "part")
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookUnreadable(file, "文件已加密", DECRYPT)
    return package


def unpacked_size(package: BinaryIO) -> int:
    """Return how many bytes a package says that it has unpacked; 0 for what is none."""
    try:
        with zipfile.ZipFile(package) as opened:
            return sum(part.file_size for part in opened.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return 0


_ODD_NAME = re.compile(r"^[/\\]|^[A-Za-z]:|\\|\0|(?:^|/)\.\.(?:/|$)")
"""An absolute name, one with a backslash, or one that leads out of the package."""


def _too_much(file: str, size: int, limit: str) -> WorkbookUnreadable:
    what = "解压后有" if limit == "unpacked" else "有一个部件解压后有"
    return WorkbookUnreadable(file, f"{what} {size // MEBIBYTE} MB,超过 {LIMITS[limit] // MEBIBYTE} MB", RESAVE)


def read_part(package: zipfile.ZipFile, name: str, file: str) -> bytes:
    """Return one part, text as UTF-8; refuse a document type, in which entities could be defined.

    What is unpacked is counted: a part is as long as the directory of the package says, or the file is refused.
    """
    content = _inflated(package, package.getinfo(name), file)
    if not name.lower().endswith(".bin"):
        content = _as_utf8(content, file)
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise WorkbookUnreadable(file, "文件含外部实体,可能有害", RESAVE)
    return content


def _inflated(package: zipfile.ZipFile, part: zipfile.ZipInfo, file: str) -> bytes:
    data = package.fp.getbuffer()  # type: ignore[union-attr]
    try:
        head = _LOCAL.unpack_from(data, part.header_offset)
        name_at = part.header_offset + _LOCAL.size
        name = bytes(data[name_at : name_at + head[9]]).decode("utf-8" if head[2] & _UTF8 else "cp437", "replace")
        start = name_at + head[9] + head[10]
        packed = data[start : start + part.compress_size]
        if part.compress_type == zipfile.ZIP_STORED:
            content = bytes(packed)
        elif part.compress_type == zipfile.ZIP_DEFLATED:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, part.file_size + 1)
        else:
            raise WorkbookUnreadable(file, "文件用了少见的压缩方式", RESAVE)
    except (struct.error, zlib.error):
        raise WorkbookUnreadable(file, "文件不完整或已损坏", REPAIR) from None
    whole = len(content) == part.file_size and zlib.crc32(content) == part.CRC
    if head[0] != b"PK\x03\x04" or name != part.orig_filename or not whole:
        raise WorkbookUnreadable(file, "文件不完整或已损坏", REPAIR)
    return content


_BYTE_ORDERS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
"""How a text begins that is not written in bytes like ASCII."""
_ENCODING = re.compile(rb"""\A(<\?xml\s[^>]{0,200}?)\sencoding\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_UTF8_NAMES = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_ENCODINGS = frozenset({b"gbk", b"gb2312", b"gb18030", b"iso-8859-1", b"windows-1252"})
"""What an XML part may be written in besides; any other encoding may hide a document type."""


def _as_utf8(content: bytes, file: str) -> bytes:
    """Return an XML part in UTF-8, so that whoever reads it reads what has been looked at."""
    codec = next((codec for start, codec in _BYTE_ORDERS if content.startswith(start)), None)
    try:
        if codec is not None:
            content = content.decode(codec).lstrip("\ufeff").encode()
        content = content.removeprefix(b"\xef\xbb\xbf")
        declared = _ENCODING.match(content)
        if declared is None:
            return content
        name = (declared[2] or declared[3] or b"").lower()
        if name in _UTF8_NAMES:
            return content
        if codec is None:
            if name not in _ENCODINGS:
                raise LookupError(name)
            content = content.decode("gb18030" if name.startswith(b"gb") else "cp1252").encode()
    except (UnicodeError, LookupError):
        raise WorkbookUnreadable(file, "文件的文字编码异常,可能有害", RESAVE) from None
    return _ENCODING.sub(rb"\1", content, count=1)


def stored(parts: Mapping[str, bytes]) -> bytes:
    """Return a package of these parts, not compressed: a reader that is given it sees what has passed here, nothing else."""
    out, directory = bytearray(), bytearray()
    for name, content in parts.items():
        place, title = len(out), name.encode()
        about = (_MIDNIGHT, _FIRST_DAY, zlib.crc32(content), len(content), len(content), len(title))
        out += _LOCAL.pack(b"PK\x03\x04", _VERSION, _UTF8, 0, *about, 0) + title + content
        directory += _CENTRAL.pack(b"PK\x01\x02", _VERSION, _VERSION, _UTF8, 0, *about, 0, 0, 0, 0, 0, place) + title
    return bytes(out + directory + _END.pack(b"PK\x05\x06", 0, 0, len(parts), len(parts), len(directory), len(out), 0))


# --- compound files (.xls, .et, .doc) ----------------------------------------------------------------------------------

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_COMPOUND = struct.Struct("<8s16sHHHHH6sIIIIIIIIII")


def check_compound(data: bytes, file: str) -> None:
    """Refuse a compound file whose head counts more sectors than the file holds, or sectors of an unheard-of size."""
    if len(data) < 3 * 512:
        raise WorkbookUnreadable(file, "文件不完整或已损坏", REPAIR)
    head = _COMPOUND.unpack_from(data)
    shift, short_shift = head[5], head[6]
    tables, directory, short_tables, more_tables = head[9], head[10], head[14], head[16]
    held = len(data) >> shift if shift in (9, 12) else 0
    if short_shift != 6 or max(tables, directory, short_tables, more_tables) > held:
        raise WorkbookUnreadable(file, "文件不完整或已损坏", REPAIR)


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
        head = (b"PK\x01\x02", _VERSION, _VERSION, _UTF8, _DEFLATED, _MIDNIGHT, _FIRST_DAY, *sizes, len(name))
        directory += _CENTRAL.pack(*head, 0, 0, 0, 0, 0, offset) + name
    count = len(entries) + len(added)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), len(out), comment)
    return bytes(out + directory + end)


def _entry(name: bytes, content: bytes, flags: int, time: int, day: int) -> tuple[bytes, tuple[int, int, int]]:
    """Return an entry, deflated, and its checksum and sizes."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = compressor.compress(content) + compressor.flush()
    sizes = (zlib.crc32(content), len(packed), len(content))
    head = _LOCAL.pack(b"PK\x03\x04", _VERSION, flags, _DEFLATED, time, day, *sizes, len(name), 0)
    return head + name + packed, sizes


# --- parts that are edited byte by byte --------------------------------------------------------------------------------

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NO_RELATIONS = (
    DECLARATION
    + b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)


class NotEditable(Exception):
    """Why a file is not edited, as the beginning of a Chinese sentence."""


class Relation(NamedTuple):
    """关系: its kind (a URI), the part it leads to; "" for what lies outside of the file."""

    kind: str
    part: str


@dataclass
class Parts:
    """The parts of a package, as they were or as they will be."""

    data: bytes
    file: str
    changed: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.package = open_package(self.data, self.file)
        self.names = set(self.package.namelist())

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def read(self, name: str) -> bytes:
        """Return a part as it is now."""
        return self.changed[name] if name in self.changed else read_part(self.package, name, self.file)

    def write(self, name: str, content: bytes) -> None:
        """Replace a part, or add it."""
        self.changed[name] = content
        self.names.add(name)

    def editable(self, name: str, root: str) -> bytes:
        """Return a part that can be edited byte by byte: UTF-8, plain names, nothing that hides text from us."""
        if name not in self:
            raise NotEditable(f"文件缺少 {name}")
        if name in self.changed:
            return self.changed[name]
        self.read(name)  # which tells what is wrong with it
        content = self.package.read(name)
        encoding = re.match(rb"""(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding=["']([^"']+)""", content)
        if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:4]:
            raise NotEditable("文件用 UTF-16 编码")
        if encoding and encoding.group(1).lower() not in (b"utf-8", b"utf8"):
            raise NotEditable("文件没有用 UTF-8 编码")
        if b"<!--" in content or b"<![CDATA[" in content:
            raise NotEditable("文件含 XML 注释")
        opening = re.search(rb"<([A-Za-z][^\s/>]*)[^>]*>", content)
        if not opening or opening.group(1) != root.encode():
            raise NotEditable("文件用了少见的命名空间前缀")
        if root in ("worksheet", "workbook", "styleSheet", "comments") and MAIN.encode() not in opening.group():
            raise NotEditable("文件是 Strict OOXML 格式")
        return content

    def new(self, pattern: str) -> str:
        """Return the first free name of this pattern."""
        taken, number = {name.lower() for name in self.names}, 1
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    def relations(self, part: str) -> dict[str, Relation]:
        """Return what a part refers to, by identity."""
        folder, name = posixpath.split(part)
        own = f"{folder}/_rels/{name}.rels"
        if own not in self:
            return {}
        found = {}
        for node in ElementTree.fromstring(self.read(own)):
            target = node.get("Target", "")
            outside = node.get("TargetMode") == "External"
            place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[node.get("Id", "")] = Relation(node.get("Type", ""), "" if outside else place)
        return found

    def relate(self, part: str, kind: str, target: str) -> str:
        """Make one part refer to another; return the identity."""
        folder, name = posixpath.split(part)
        own = f"{folder}/_rels/{name}.rels"
        known, number = self.relations(part), 1
        while f"rId{number}" in known:
            number += 1
        entry = f'<Relationship Id="rId{number}" Type="{RELATIONS}/{kind}" Target="/{target}"/>'
        old = self.editable(own, "Relationships") if own in self else _NO_RELATIONS
        self.write(own, grown(old, entry.encode()))
        return f"rId{number}"

    @property
    def content_types(self) -> dict[str, str]:
        """Content type by part name with its slash."""
        nodes = ElementTree.fromstring(self.read("[Content_Types].xml"))
        return {node.get("PartName", ""): node.get("ContentType", "") for node in nodes if node.get("PartName")}

    def declare(self, part: str, kind: str) -> None:
        """Say what a new part contains."""
        entry = f'<Override PartName="/{part}" ContentType="{kind}"/>'
        self.write("[Content_Types].xml", grown(self.editable("[Content_Types].xml", "Types"), entry.encode()))

    def declare_extension(self, extension: str, kind: str) -> None:
        """Say what parts of this extension contain, unless the package says it."""
        old = self.editable("[Content_Types].xml", "Types")
        known = {node.get("Extension", "").lower() for node in ElementTree.fromstring(old)}
        if extension not in known:
            entry = f'<Default Extension="{extension}" ContentType="{kind}"/>'
            opening = re.search(rb"<Types[^>]*>", old)
            end = opening.end() if opening else 0
            self.write("[Content_Types].xml", old[:end] + entry.encode() + old[end:])


# --- XML, byte by byte ------------------------------------------------------------------------------------------------


class Child(NamedTuple):
    """An element right below the root: its name, and where it begins and ends."""

    name: str
    start: int
    end: int


def children(xml: bytes) -> list[Child]:
    """Return what stands right below the root, in order."""
    parser = expat.ParserCreate()
    found: list[Child] = []
    depth, start, latest = 0, 0, 0

    def opened(name: str, attributes: object) -> None:
        nonlocal depth, start, latest
        depth, latest = depth + 1, parser.CurrentByteIndex
        if depth == 2:
            start = latest

    def closed(name: str) -> None:
        nonlocal depth
        if depth == 2:
            end = parser.CurrentByteIndex  # where its end tag begins; or, of an empty element, where it ends itself
            empty = latest == start and xml[start:end].endswith(b"/>")
            found.append(Child(name, start, end if empty else xml.index(b">", end) + 1))
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.Parse(xml, True)
    return found


def grown(element: bytes, addition: bytes) -> bytes:
    """Add content at the end of an element, which may be an empty one.

    >>> grown(b'<a x="1" />', b"<b/>"), grown(b"<a><b/></a>", b"<c/>")
    (b'<a x="1"><b/></a>', b'<a><b/><c/></a>')
    """
    text = element.rstrip()
    if text.endswith(b"/>"):
        name = re.search(rb"<([A-Za-z][^\s/>]*)", text)
        if name is None:
            raise ValueError("no element")
        return text[:-2].rstrip() + b">" + addition + b"</" + name.group(1) + b">"
    end = element.rindex(b"</")
    return element[:end] + addition + element[end:]


def grown_in(xml: bytes, name: str, addition: bytes) -> bytes:
    """Add content at the end of the element of this name right below the root."""
    place = next(one for one in children(xml) if one.name == name)
    return xml[: place.start] + grown(xml[place.start : place.end], addition) + xml[place.end :]


def attribute(tag: bytes, name: str) -> str | None:
    """Return an attribute of a tag.

    >>> attribute(b'<c r="A1" s="3">', "s")
    '3'
    """
    hit = re.search(rb"""\s%s\s*=\s*(?:"([^"]*)"|'([^']*)')""" % name.encode(), tag)
    return None if hit is None else (hit.group(1) or hit.group(2) or b"").decode()


def with_attributes(tag: bytes, **values: object) -> bytes:
    """Set attributes of an opening tag; nothing else of it changes.

    >>> with_attributes(b'<c r="A1"  t="n" />', s=3)
    b'<c r="A1"  t="n" s="3" />'
    """
    for name, value in values.items():
        old = re.search(rb"""\s%s\s*=\s*(?:"[^"]*"|'[^']*')""" % name.encode(), tag)
        new = f' {name}="{value}"'.encode()
        if old:
            tag = tag[: old.start()] + new + tag[old.end() :]
        else:
            end = re.search(rb"\s*/?>$", tag)
            at = end.start() if end else len(tag)
            tag = tag[:at] + new + tag[at:]
    return tag
