"""A run reads only what changed, and its result is the same as if it had read everything, byte for byte."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from support import WORKBOOKS, run

from perf_xl import folders, intake, ledger, locking, resuming
from perf_xl.folders import CACHE, LEDGER, LOCK, find_files
from perf_xl.resuming import Stopped, Wishes

PUBLISHED = WORKBOOKS / "published"
NAMES = ("seed-000-A.xlsx", "r023-A.xlsx", "r019-A.xlsx", "r011-C.xlsx")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Four forms, a broken file, and what a program left."""
    home = tmp_path / "报送"
    (home / "乡镇").mkdir(parents=True)
    for name in NAMES[:3]:
        shutil.copy(PUBLISHED / name, home / name)
    shutil.copy(PUBLISHED / NAMES[3], home / "乡镇" / NAMES[3])
    (home / "坏.xlsx").write_bytes((PUBLISHED / NAMES[0]).read_bytes()[:3000])
    (home / "~$r023-A.xlsx").write_bytes(b"x")
    return home


def consolidated(home: Path, out: Path, *options: str) -> tuple[bytes, bytes]:
    result = run("consolidate", home, "-o", out / "汇总.xlsx", "--json", out / "汇总.json", *options)
    assert result.exit_code in (0, 1), result.stderr
    return (out / "汇总.xlsx").read_bytes(), (out / "汇总.json").read_bytes()


def afresh(home: Path, out: Path, *options: str) -> tuple[bytes, bytes]:
    """The result of the same run into the same place, as if there had been none before."""
    kept = out.with_name("别处")
    if out.exists():
        out.rename(kept)
    try:
        return consolidated(home, out, "--no-cache", *options)
    finally:
        shutil.rmtree(out)
        if kept.exists():
            kept.rename(out)


def read_now(home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from here on, as they are."""
    names: list[str] = []
    look = intake.look

    def watched(file: folders.SourceFile) -> intake.FileResult:
        if not file.temporary:
            names.append(file.name)
        return look(file)

    monkeypatch.setattr(intake, "look", watched)
    return names


def change(path: Path) -> None:
    """Another form under the same name."""
    path.write_bytes((PUBLISHED / "r027-C.xlsx").read_bytes())


CHANGES = {
    "nothing": lambda home: None,
    "a file changed": lambda home: change(home / NAMES[1]),
    "a file came": lambda home: shutil.copy(PUBLISHED / "r029-C.xlsx", home / "新.xlsx"),
    "a file went": lambda home: (home / NAMES[0]).unlink(),
    "a file was renamed": lambda home: (home / NAMES[0]).rename(home / "改名.xlsx"),
    "a file was moved": lambda home: (home / NAMES[0]).rename(home / "乡镇" / NAMES[0]),
    "a broken file was mended": lambda home: shutil.copy(PUBLISHED / NAMES[0], home / "坏.xlsx"),
    "a file was broken": lambda home: (home / NAMES[2]).write_bytes(b"PK\x03\x04"),
    "two files changed places": lambda home: (
        (home / NAMES[0]).rename(home / "x"),
        (home / NAMES[1]).rename(home / NAMES[0]),
        (home / "x").rename(home / NAMES[1]),
    ),
    "only times changed": lambda home: [os.utime(path, (1e9, 1e9)) for path in home.rglob("*")],
}
READS = {
    "a file changed": [NAMES[1]],
    "a file came": ["新.xlsx"],
    "a file was renamed": ["改名.xlsx"],
    "a broken file was mended": ["坏.xlsx"],
    "a file was broken": [NAMES[2]],
}


@pytest.mark.parametrize("what", CHANGES)
@pytest.mark.parametrize("options", [(), ("--resume",), ("--no-cache",)], ids=str)
def test_with_the_cache_and_without_the_same_bytes(
    what: str, options: tuple[str, ...], home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "结果"
    consolidated(home, out)
    CHANGES[what](home)
    names = read_now(home, monkeypatch)
    again = consolidated(home, out, *options)
    if "--no-cache" in options:
        assert len(names) >= 4
    elif what in READS or what in ("nothing", "only times changed", "a file went"):
        assert names == READS.get(what, [])
    assert again == afresh(home, out)


def test_a_run_in_which_nothing_changed_writes_nothing(home: Path, tmp_path: Path) -> None:
    consolidated(home, tmp_path)
    before = [(tmp_path / name).stat() for name in ("汇总.xlsx", "汇总.json")]
    result = run("consolidate", home, "-o", tmp_path / "汇总.xlsx", "--json", tmp_path / "汇总.json")
    assert "结果没有变化" in result.stdout
    assert "见到文件 6 = 读取 4 + 拒读 1 + 临时 1 + 重复 0" in result.stdout
    after = [(tmp_path / name).stat() for name in ("汇总.xlsx", "汇总.json")]
    assert [(one.st_ino, one.st_mtime_ns) for one in before] == [(one.st_ino, one.st_mtime_ns) for one in after]


@pytest.mark.parametrize("harm", ["changed", "gone", "locked away"])
def test_a_result_that_is_no_more_what_it_was_is_written_again(harm: str, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "结果"
    first = consolidated(home, out)
    if harm == "changed":
        data = (out / "汇总.json").read_bytes()
        (out / "汇总.json").write_bytes(data.replace(b"1", b"2"))
    elif harm == "gone":
        (out / "汇总.xlsx").unlink()
    else:
        shutil.rmtree(out / "汇总_运行记录")
    assert consolidated(home, out) == first


@pytest.mark.parametrize("options", [("--as-one", "全县"), ("--rulebook", "hubei"), ("--roster", "名单")], ids=str)
def test_other_wishes_give_another_result(options: tuple[str, ...], home: Path, tmp_path: Path) -> None:
    out, (name, value) = tmp_path / "结果", options
    if name == "--roster":
        (tmp_path / "名单.txt").write_text("某某局\n", encoding="utf-8")
        value = str(tmp_path / "名单.txt")
    plain = consolidated(home, out)
    wished = consolidated(home, out, name, value)
    assert wished != plain
    assert wished == afresh(home, out, name, value)
    assert consolidated(home, out) == plain


def test_the_same_size_and_time_and_other_content(home: Path, tmp_path: Path) -> None:
    out, path = tmp_path / "结果", home / NAMES[0]
    other = (PUBLISHED / NAMES[1]).read_bytes()
    size = max(len(other), path.stat().st_size)
    path.write_bytes(path.read_bytes() + b"\0" * 0)
    told = path.stat()
    consolidated(home, out)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    assert len(data) <= size
    path.write_bytes(data)
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
    again = consolidated(home, out, "--resume")
    assert again == afresh(home, out)
    assert b"\xe6\x8d\x9f\xe5\x9d\x8f" in again[1]  # 损坏


@pytest.mark.parametrize("seed", range(20))
def test_stopped_anywhere_it_goes_on_and_gives_the_same_bytes(seed: int, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "结果"
    wanted = afresh(home, out)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    left = [random.Random(seed).randint(1, 9)]

    def stop(done: int, of: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt

    out.mkdir()
    wishes = Wishes(out / "汇总.xlsx", out / "汇总.json")
    said = ""
    try:
        resuming.consolidate(find_files([home]), wishes, stop)
    except Stopped as stopped:
        said = str(stopped)
    assert not (wishes.records / LOCK).exists()
    if said:
        assert "再次运行同一命令即接着做" in said
        assert sorted(path.name for path in out.iterdir()) == ["汇总_运行记录"]
        result = run("consolidate", home, "-o", out / "汇总.xlsx", "--json", out / "汇总.json", "--resume")
        assert "中断的汇总" in result.stderr
    assert ((out / "汇总.xlsx").read_bytes(), (out / "汇总.json").read_bytes()) == wanted
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before
    assert ledger.verify(wishes.records / LEDGER) == []


def test_what_was_read_before_a_stop_is_not_read_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes = Wishes(tmp_path / "汇总.xlsx")
    calls = []

    def stop(done: int, of: int) -> None:
        calls.append(done)
        if len(calls) == 4:
            raise KeyboardInterrupt

    with pytest.raises(Stopped):
        resuming.consolidate(find_files([home]), wishes, stop)
    names = read_now(home, monkeypatch)
    resuming.consolidate(find_files([home]), wishes)
    read = [file.name for file in find_files([home]) if not file.temporary]
    assert 0 < len(names) < len(read)


def shuffled(files: Sequence[folders.SourceFile]) -> list[folders.SourceFile]:
    return random.Random(7).sample(files, len(files))


def test_the_order_of_the_files_and_the_machine_do_not_matter(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = afresh(home, tmp_path / "结果")
    me = locking.myself()
    monkeypatch.setattr(locking, "myself", lambda: locking.Holder("别人", "别的计算机", me.pid, "2000-01-01 00:00:00"))
    out = tmp_path / "结果"
    for files in (find_files([home]), shuffled(find_files([home])), find_files([home])[::-1]):
        resuming.consolidate(files, Wishes(out / "汇总.xlsx", out / "汇总.json", keep=False))
        assert ((out / "汇总.xlsx").read_bytes(), (out / "汇总.json").read_bytes()) == wanted
        shutil.rmtree(out)


def test_of_two_runs_at_once_one_is_told(home: Path, tmp_path: Path) -> None:
    wishes = Wishes(tmp_path / "汇总.xlsx")
    with locking.held(wishes.records / LOCK, wishes.output):
        result = run("consolidate", home, "-o", wishes.output)
    assert result.exit_code == 2
    assert f"进程 {os.getpid()}" in result.stderr
    assert not wishes.output.exists()
    assert consolidated(home, tmp_path)


def test_the_ledger_tells_of_every_file(home: Path, tmp_path: Path) -> None:
    consolidated(home, tmp_path / "结果")
    consolidated(home, tmp_path / "结果")
    change(home / NAMES[1])
    consolidated(home, tmp_path / "结果")
    path = tmp_path / "结果" / "汇总_运行记录" / LEDGER
    first, second, third = ledger.runs(path)
    assert {entry.name: entry.sha256 for entry in first.files} == {
        file.name: None if file.temporary else sha256(file.path.read_bytes()).hexdigest()
        for file in find_files([home])
        if file.name != NAMES[1]
    } | {NAMES[1]: sha256((PUBLISHED / NAMES[1]).read_bytes()).hexdigest()}
    assert {entry.result for entry in first.files} == {"read", "refused", "temporary"}
    for run_ in (first, second, third):
        assert run_.end is not None
        told = run_.end
        assert told["seen"] == told["read"] + told["refused"] + told["temporary"] + told["duplicate"] == 6
    assert second.end["unchanged"]  # type: ignore[index]
    assert [entry.name for entry in third.files if not entry.kept] == [NAMES[1], "~$r023-A.xlsx"]
    document = json.loads((tmp_path / "结果" / "汇总.json").read_text(encoding="utf-8"))
    assert document["files"]["seen"] == 6
    assert ledger.verify(path) == []


def test_records_beside_the_files_are_not_seen(home: Path, tmp_path: Path) -> None:
    first = consolidated(home, home / "结果")
    assert (home / "结果" / "汇总_运行记录" / CACHE).exists()
    seen = {file.name for file in find_files([home])}
    (home / "结果" / "汇总_运行记录" / "真的.xlsx").write_bytes((home / NAMES[0]).read_bytes())
    assert {file.name for file in find_files([home])} - seen == {"结果/汇总_运行记录/真的.xlsx"}
    assert json.loads(first[1])["files"]["seen"] == 6


def test_a_file_that_cannot_be_read_now_is_tried_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as held:
        read = folders.SourceFile.read

        def in_use(self: folders.SourceFile) -> bytes:
            if self.path.name == NAMES[0]:
                raise PermissionError(13, "in use")
            return read(self)

        held.setattr(folders.SourceFile, "read", in_use)
        _, document = consolidated(home, tmp_path / "结果")
        assert "文件被占用" in document.decode()
    again = consolidated(home, tmp_path / "结果")
    assert again == afresh(home, tmp_path / "结果")


def test_a_cache_that_is_damaged_is_told_and_changes_nothing(home: Path, tmp_path: Path) -> None:
    first = consolidated(home, tmp_path / "结果")
    (tmp_path / "结果" / "汇总_运行记录" / CACHE).write_bytes(b"SQLite format 3\0" + b"\x07" * 5000)
    result = run("consolidate", home, "-o", tmp_path / "结果" / "汇总.xlsx", "--json", tmp_path / "结果" / "汇总.json")
    assert "缓存" in result.stderr
    assert "重新建立" in result.stderr
    assert ((tmp_path / "结果" / "汇总.xlsx").read_bytes(), (tmp_path / "结果" / "汇总.json").read_bytes()) == first


def test_with_other_limits_all_is_read_anew(home: Path, tmp_path: Path) -> None:
    (tmp_path / "限额.toml").write_text("cells = 20\n", encoding="utf-8")
    plain = consolidated(home, tmp_path / "结果")
    small = consolidated(home, tmp_path / "结果", "--limits", str(tmp_path / "限额.toml"))
    assert json.loads(small[1])["files"]["refused"] > json.loads(plain[1])["files"]["refused"]
    assert consolidated(home, tmp_path / "结果") == plain


def test_how_much_was_known_is_told(home: Path, tmp_path: Path) -> None:
    command = ("consolidate", home, "-o", tmp_path / "汇总.xlsx")
    assert run(*command).stderr == ""
    assert run(*command).stderr == ""
    change(home / NAMES[1])
    assert run(*command).stderr == "4 个文件没有变化,沿用上次读取的内容,另读取 1 个。\n"
    assert run(*command, "--resume").stderr == ""
