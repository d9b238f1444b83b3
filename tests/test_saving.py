"""Files are written whole or not at all, whatever the disk says, and who holds a file is named."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from perf_xl import saving
from perf_xl.errors import OutputNotWritable
from perf_xl.saving import holder_of, remark, sweep, write_bytes


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def owner_file(name: str, width: int = 54) -> bytes:
    """What Excel (54) and Word (53) leave beside a file that is open: ~$名称."""
    narrow, wide = name.encode("gbk"), name.encode("utf-16-le")
    narrow_part = bytes([len(narrow)]) + narrow.ljust(width)
    return narrow_part + bytes([len(wide) // 2, 0]) + (name.ljust(width)).encode("utf-16-le")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses made, without making them."""
    pauses: list[float] = []
    monkeypatch.setattr(saving, "sleep", pauses.append)
    return pauses


def refuse(monkeypatch: pytest.MonkeyPatch, times: int, only: str | None = None) -> None:
    """Renaming is refused so many times, as Windows does while Excel has the file open."""
    rename, left = Path.replace, [times]

    def replace_(self: Path, target: Path) -> Path:
        if left[0] and (only is None or target.name == only):
            left[0] -= 1
            raise PermissionError(errno.EACCES, "used by another program")
        return rename(self, target)

    monkeypatch.setattr(Path, "replace", replace_)


def test_it_takes_the_place_of_an_earlier_result(tmp_path: Path) -> None:
    path = tmp_path / "汇总.json"
    path.write_bytes(b"old")
    assert write_bytes(b"new", path) == path
    assert path.read_bytes() == b"new"
    assert left_in(tmp_path) == ["汇总.json"]


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    assert write_bytes(b"new", tmp_path / "结果" / "2023" / "a.csv").read_bytes() == b"new"


def test_it_waits_for_a_file_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: list[float]) -> None:
    refuse(monkeypatch, 3)
    path = tmp_path / "汇总.xlsx"
    assert write_bytes(b"new", path) == path
    assert patient == [0.1, 0.2, 0.4]


def test_a_file_that_stays_in_use_is_written_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: list[float]
) -> None:
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(b"open in Excel")
    (tmp_path / "汇总(2).xlsx").write_bytes(b"from yesterday")
    refuse(monkeypatch, 99, only="汇总.xlsx")
    assert write_bytes(b"new", path) == tmp_path / "汇总(3).xlsx"
    assert sum(patient) == pytest.approx(3)
    assert (path.read_bytes(), (tmp_path / "汇总(2).xlsx").read_bytes()) == (b"open in Excel", b"from yesterday")
    assert left_in(tmp_path) == ["汇总(2).xlsx", "汇总(3).xlsx", "汇总.xlsx"]


def test_a_folder_that_takes_nothing_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: list[float]
) -> None:
    refuse(monkeypatch, 99)
    with pytest.raises(OutputNotWritable, match="没有写入权限,或文件正在使用"):
        write_bytes(b"new", tmp_path / "汇总.xlsx")
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("code", "words"), [(errno.ENOSPC, "磁盘已满"), (errno.EROFS, "只读"), (errno.EIO, "磁盘或网络出错")]
)
def test_a_failing_disk_leaves_the_old_file_and_nothing_else(
    step: str, code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "汇总.xlsx"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
    with pytest.raises(OutputNotWritable, match=words):
        write_bytes(b"new", path)
    assert path.read_bytes() == b"old"
    assert left_in(tmp_path) == ["汇总.xlsx"]


def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(b"new", tmp_path / "汇总.xlsx")
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("name", ["很" * 200 + ".xlsx", "a\0.xlsx"])
def test_an_impossible_name_is_said_so(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match=r"文件名"):
        write_bytes(b"new", tmp_path / name)
    assert left_in(tmp_path) == []


def test_a_folder_is_not_overwritten(tmp_path: Path, patient: list[float]) -> None:
    (tmp_path / "汇总.xlsx").mkdir()
    with pytest.raises(OutputNotWritable):
        write_bytes(b"new", tmp_path / "汇总.xlsx")
    assert left_in(tmp_path) == ["汇总.xlsx"]


@pytest.mark.parametrize("name", ["CON.xlsx", "nul", "com1.表.json", "Lpt9.csv"])
def test_a_name_that_windows_keeps_is_refused_everywhere(name: str, tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match="Windows 保留"):
        write_bytes(b"new", tmp_path / name)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(
    "name", ["汇总😀.xlsx", "〇〇村.xlsx", "𠮷野.xlsx", "镕囍堃.xlsx", "constant.xlsx", "a b.xlsx"]
)
def test_any_other_name_is_taken(name: str, tmp_path: Path) -> None:
    assert write_bytes(b"new", tmp_path / name).read_bytes() == b"new"


@pytest.mark.parametrize(
    ("winerror", "words"), [(112, "磁盘已满"), (53, "网络位置连不上"), (206, "太长"), (123, "不能使用的字符")]
)
def test_what_windows_says_is_told_in_words(winerror: int, words: str) -> None:
    problem = OSError(errno.EINVAL, "x")
    problem.winerror = winerror  # type: ignore[attr-defined]
    assert words in saving.why(problem)


class TestHolder:
    @pytest.mark.parametrize("width", [54, 53])
    def test_the_owner_file_of_excel_and_word(self, width: int, tmp_path: Path) -> None:
        (tmp_path / "~$汇总.xlsx").write_bytes(owner_file("张三", width))
        assert holder_of(tmp_path / "汇总.xlsx") == "张三"

    def test_an_owner_file_without_the_wide_name(self, tmp_path: Path) -> None:
        (tmp_path / "~$汇总.xlsx").write_bytes(bytes([4]) + "李四".encode("gbk").ljust(54))
        assert holder_of(tmp_path / "汇总.xlsx") == "李四"

    def test_the_lock_file_of_libreoffice(self, tmp_path: Path) -> None:
        (tmp_path / ".~lock.汇总.xlsx#").write_text(",wangwu,PC-01,26.11.2026 09:00,file:///home;", encoding="utf-8")
        assert holder_of(tmp_path / "汇总.xlsx") == "wangwu"

    @pytest.mark.parametrize("junk", [b"", b"\0", b"\xff" * 165, b"\0" * 165, b"\xa7\xc0\xf8"])
    def test_junk_names_nobody_or_something_printable(self, junk: bytes, tmp_path: Path) -> None:
        (tmp_path / "~$汇总.xlsx").write_bytes(junk)
        assert (holder_of(tmp_path / "汇总.xlsx") or "无").isprintable()

    def test_who_holds_it_is_said(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patient: list[float]) -> None:
        path = tmp_path / "汇总.xlsx"
        (tmp_path / "~$汇总.xlsx").write_bytes(owner_file("张三"))
        refuse(monkeypatch, 99, only="汇总.xlsx")
        assert remark(path, write_bytes(b"new", path)) == "“汇总.xlsx”正被 张三 占用,结果写到“汇总(2).xlsx”"
        refuse(monkeypatch, 99)
        with pytest.raises(OutputNotWritable, match="正被 张三 占用"):
            write_bytes(b"new", path)

    def test_nothing_is_said_where_nothing_was_in_the_way(self, tmp_path: Path) -> None:
        assert remark(tmp_path / "a", write_bytes(b"new", tmp_path / "a")) is None


def test_what_a_killed_run_left_is_swept_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(Path, "unlink", lambda *_, **__: None)
        killed.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "x")))
        for name in ("汇总.xlsx", "别的.xlsx"):
            with pytest.raises(OutputNotWritable):
                write_bytes(b"new", tmp_path / name)
    (tmp_path / "~$汇总.xlsx").write_bytes(b"x")
    assert all(saving.is_left_over(name) for name in left_in(tmp_path) if not name.startswith("~$"))
    sweep(tmp_path / "汇总.xlsx")
    assert len(left_in(tmp_path)) == 2
    sweep(tmp_path / "别的.xlsx")
    assert left_in(tmp_path) == ["~$汇总.xlsx"]
