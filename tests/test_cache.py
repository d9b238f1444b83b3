"""What was read is known again as long as nothing changed, and nothing that stands in a cache is trusted."""

from __future__ import annotations

import os
import pickle
import random
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from support import WORKBOOKS

from perf_xl import cache, folders, intake, pipeline, rules
from perf_xl.cache import Cache, Kept, Stamp, dumps, fingerprint, loads, opened, stamp_of
from perf_xl.consolidating import Partial

PUBLISHED = WORKBOOKS / "published"
OLD = 1_600_000_000_000_000_000
BOOKS = {fingerprint(one): one for one in rules.shipped().values()}


@pytest.fixture(scope="module")
def partials() -> dict[str, Partial]:
    files = [file for file in folders.find_files([PUBLISHED]) if file.name.endswith(".xlsx")]
    return {file.name: pipeline.partial_of(intake.read_file(file)) for file in files}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "记录" / "缓存.sqlite"


def keep(path: Path, *names: str, version: str = "1", partial: Partial | None = None) -> None:
    with opened(path, version) as kept:
        kept.keep(Kept(name, Stamp(3, OLD, OLD), name * 3, dumps(partial or Partial())) for name in names)
        assert kept.trouble is None


@pytest.fixture
def kept(path: Path) -> Iterator[Cache]:
    keep(path, "甲", "乙")
    with opened(path, "1") as one:
        yield one


def never() -> str:
    raise AssertionError("the content was read")


class TestPartialsAsBytes:
    def test_they_come_back_as_they_were(self, partials: dict[str, Partial]) -> None:
        for partial in partials.values():
            again = loads(dumps(partial), BOOKS)
            assert again == partial
            assert repr(again) == repr(partial)
        assert sum(len(partial.tables) for partial in partials.values()) > 10

    def test_a_rulebook_is_told_by_its_fingerprint(self, partials: dict[str, Partial]) -> None:
        partial = next(one for one in partials.values() if one.tables)
        assert b"default" not in dumps(partial)
        assert loads(dumps(partial), BOOKS).tables[0].rulebook is partial.tables[0].rulebook
        with pytest.raises(KeyError):
            loads(dumps(partial), {})

    def test_rulebooks_that_differ_in_anything_have_other_fingerprints(self) -> None:
        text = (Path(rules.__file__).parent / "rulebooks" / "default.toml").read_text("utf-8")
        assert fingerprint(rules.parse(text, "a.toml")) == fingerprint(rules.default())
        other = rules.parse(text.replace("confirmed = 20", "confirmed = 19"), "a.toml")
        assert other != rules.default()
        assert fingerprint(other) != fingerprint(rules.default())

    @pytest.mark.parametrize(
        "thing",
        [os.system, eval, print, sqlite3.connect, Path, Fraction, Decimal, intake.read_file, cache.opened, object],
    )
    def test_nothing_but_our_values_comes_out(self, thing: object) -> None:
        with pytest.raises(pickle.UnpicklingError, match="no value of ours"):
            loads(pickle.dumps(thing), BOOKS)

    def test_no_code_runs(self, tmp_path: Path) -> None:
        class Trap:
            def __reduce__(self) -> tuple[object, tuple[str]]:
                return os.mkdir, (str(tmp_path / "trap"),)

        for trap in (Trap(), [Trap()], Partial((Trap(),), ())):  # type: ignore[arg-type]
            with pytest.raises(pickle.UnpicklingError):
                loads(pickle.dumps(trap), BOOKS)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("junk", [b"", b"x", pickle.dumps(1), pickle.dumps([]), pickle.dumps({"a": 1.5})])
    def test_anything_else_is_no_partial_result(self, junk: bytes) -> None:
        with pytest.raises((ValueError, TypeError, pickle.UnpicklingError, EOFError)):
            loads(junk, BOOKS)

    def test_every_class_it_needs_is_named(self) -> None:
        for module, names in cache._VALUES.items():
            for name in names:
                kind = getattr(__import__(module, fromlist=[name]), name)
                assert kind._fields if issubclass(kind, tuple) else fields(kind)


class TestKnown:
    def test_a_file_of_the_same_size_and_times_is_not_read(self, kept: Cache) -> None:
        assert kept.known("甲", Stamp(3, OLD, OLD), never) == "甲甲甲"

    def test_one_that_is_new_is_not_known_and_not_read(self, kept: Cache) -> None:
        assert kept.known("丙", Stamp(3, OLD, OLD), never) is None
        assert kept.known("甲", None, never) is None

    def test_one_of_another_size_is_not_known_and_not_read(self, kept: Cache) -> None:
        assert kept.known("甲", Stamp(4, OLD, OLD), never) is None

    def test_other_times_make_it_look_at_the_content(self, kept: Cache, path: Path) -> None:
        assert kept.known("甲", Stamp(3, OLD + 1, OLD), lambda: "甲甲甲") == "甲甲甲"
        assert kept.known("乙", Stamp(3, OLD, OLD + 1), lambda: "别的") is None
        with opened(path, "1") as again:
            assert again.known("甲", Stamp(3, OLD + 1, OLD), never) == "甲甲甲"

    def test_a_full_check_looks_at_the_content_whatever_the_times(self, kept: Cache) -> None:
        assert kept.known("甲", Stamp(3, OLD, OLD), lambda: "别的", check=True) is None

    def test_a_file_just_changed_is_looked_at_again(self, path: Path, tmp_path: Path) -> None:
        (tmp_path / "甲").write_bytes(b"one")
        stamp = stamp_of(tmp_path / "甲")
        assert stamp is not None
        with opened(path, "1") as kept:
            kept.keep([Kept("甲", stamp, "旧", dumps(Partial()))])
        with opened(path, "1") as kept:
            assert kept.known("甲", stamp, lambda: "新") is None

    def test_another_version_knows_nothing(self, kept: Cache, path: Path) -> None:
        with opened(path, "2") as other:
            assert other.known("甲", Stamp(3, OLD, OLD), never) is None
            assert other.partials(["甲"], []) == {}

    def test_what_is_gone_is_forgotten(self, kept: Cache, path: Path) -> None:
        kept.forget_all_but(["乙"])
        with opened(path, "1") as again:
            assert again.known("甲", Stamp(3, OLD, OLD), never) is None
            assert again.known("乙", Stamp(3, OLD, OLD), never)

    def test_without_a_place_nothing_is_known_or_kept(self) -> None:
        with opened(None, "1") as kept:
            kept.keep([Kept("甲", None, "a", b"")])
            kept.keep_result("k", {})
            assert kept.known("甲", Stamp(0, 0, 0), never) is None
            assert (kept.partials(["甲"], []), kept.result("k"), kept.trouble) == ({}, None, None)


class TestResults:
    def test_the_last_run_is_kept(self, kept: Cache, path: Path) -> None:
        kept.keep_result("一", {"a": 1})
        kept.keep_result("二", {"b": "好"})
        with opened(path, "1") as again:
            assert again.result("一") is None
            assert again.result("二") == {"b": "好"}

    def test_one_that_was_tampered_with_is_not_told(self, kept: Cache, path: Path) -> None:
        kept.keep_result("一", {"a": 1})
        with sqlite3.connect(path) as base:
            base.execute("UPDATE results SET document = '{\"a\": 2}'")
        base.close()
        with opened(path, "1") as again:
            assert again.result("一") is None


class TestDamage:
    @pytest.mark.parametrize(
        "junk",
        [b"not a database", b"SQLite format 3\0" + b"\xff" * 4000, random.Random(9).randbytes(9000)],
        ids=["text", "cut", "random"],
    )
    def test_a_damaged_file_is_made_anew_and_said_so(self, junk: bytes, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(junk)
        with opened(path, "1") as kept:
            assert kept.trouble is not None
            assert "重新建立" in kept.trouble
            kept.keep([Kept("甲", Stamp(3, OLD, OLD), "a", dumps(Partial()))])
        with opened(path, "1") as kept:
            assert kept.trouble is None
            assert kept.known("甲", Stamp(3, OLD, OLD), never) == "a"

    def test_a_file_of_another_program_is_made_anew_and_said_so(self, path: Path) -> None:
        path.parent.mkdir()
        with sqlite3.connect(path) as base:
            base.execute("CREATE TABLE files(name TEXT)")
        base.close()
        with opened(path, "1") as kept:
            assert kept.trouble is not None
            assert kept.known("甲", Stamp(3, OLD, OLD), never) is None

    @pytest.mark.parametrize("at", range(0, 100, 4))
    def test_a_file_damaged_anywhere_never_tells_anything_else(
        self, at: int, path: Path, partials: dict[str, Partial]
    ) -> None:
        with opened(path, "1") as kept:
            kept.keep(Kept(name, Stamp(3, OLD, OLD), "a", dumps(one)) for name, one in partials.items())
        data = bytearray(path.read_bytes())
        place = len(data) * at // 100
        data[place : place + 40] = bytes(byte ^ 0x55 for byte in data[place : place + 40])
        path.write_bytes(data)
        with opened(path, "1") as kept:
            found = kept.partials(partials, BOOKS.values())
        assert all(partials[name] == one for name, one in found.items())

    def test_a_blob_put_in_by_somebody_else_is_missing(self, kept: Cache, path: Path, tmp_path: Path) -> None:
        class Trap:
            def __reduce__(self) -> tuple[object, tuple[str]]:
                return os.mkdir, (str(tmp_path / "trap"),)

        blob = pickle.dumps(Trap())
        with sqlite3.connect(path) as base:
            base.execute("UPDATE files SET partial = ? WHERE name = '甲'", [blob])
            digest = cache._digest("1", "乙", "乙乙乙", blob)
            base.execute("UPDATE files SET partial = ?, digest = ? WHERE name = '乙'", [blob, digest])
        base.close()
        assert kept.partials(["甲", "乙"], []) == {}
        assert not (tmp_path / "trap").exists()

    def test_a_folder_that_takes_nothing_stops_nobody(self, tmp_path: Path) -> None:
        (tmp_path / "记录").write_bytes(b"a file")
        with opened(tmp_path / "记录" / "缓存.sqlite", "1") as kept:
            kept.keep([Kept("甲", None, "a", b"")])
            assert kept.trouble is not None
            assert "不影响结果" in kept.trouble

    @pytest.mark.parametrize("error", [sqlite3.OperationalError("disk is full"), sqlite3.DatabaseError("malformed")])
    @pytest.mark.parametrize("at", range(8))
    def test_whatever_fails_it_stops_nobody(
        self, at: int, error: Exception, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Failing:
            """A connection whose n-th call fails."""

            def __init__(self, base: sqlite3.Connection) -> None:
                self.base, self.left = base, at

            def __getattr__(self, name: str) -> object:
                found = getattr(self.base, name)
                if name not in ("execute", "executemany"):
                    return found

                def call(*arguments: object) -> object:
                    self.left -= 1
                    if self.left < 0:
                        raise error
                    return found(*arguments)

                return call

            def __enter__(self) -> None:
                self.base.__enter__()

            def __exit__(self, *told: object) -> None:
                self.base.__exit__(*told)  # type: ignore[arg-type]

        connected = cache._connected
        monkeypatch.setattr(cache, "_connected", lambda place: Failing(connected(place)))
        with opened(path, "1") as kept:
            kept.keep([Kept("甲", Stamp(3, OLD, OLD), "a", dumps(Partial()))])
            kept.partials(["甲"], [])
            kept.forget_all_but([])
            kept.keep_result("k", {})
            kept.result("k")
            assert (kept.trouble is None) == (at >= 6)


def test_the_version_covers_the_programs_own_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.reader_version()
    assert len(before) == 64
    home = tmp_path / "perf_xl"
    shutil.copytree(Path(cache.__file__).parent, home, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(cache, "__file__", str(home / "cache.py"))
    digest = cache.reader_version.__wrapped__
    assert digest() == before
    (home / "values.py").write_bytes((home / "values.py").read_bytes() + b"\n# changed\n")
    assert digest() != before


def test_a_stamp_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    path.write_bytes(b"four")
    os.utime(path, ns=(OLD, OLD))
    stamp = stamp_of(path)
    assert stamp is not None
    assert (stamp.size, stamp.modified) == (4, OLD)
    assert stamp_of(tmp_path / "没有") is None
