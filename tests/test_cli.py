"""The command line as a user meets it: Chinese, exit codes, JSON alone on stdout, sentences instead of tracebacks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support import HEARS_CTRL_C, WORKBOOKS, run

from perf_xl.findings import CATALOGUE

SEED = WORKBOOKS / "published" / "seed-000-A.xlsx"
CLEAN = WORKBOOKS / "published" / "r023-A.xlsx"
COMMANDS = ("read", "score", "check", "explain", "consolidate", "demo")


def perf_xl(*arguments: str | Path, encoding: str = "utf-8", **more: object) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "120"}
    command = [sys.executable, "-m", "perf_xl.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, env=environment, check=False, **more)  # type: ignore[call-overload, no-any-return]


def test_the_command_starts_as_a_package() -> None:
    started = subprocess.run([sys.executable, "-m", "perf_xl", "--version"], capture_output=True, check=True)
    assert started.stdout.startswith(b"perf-xl ")


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_help_is_chinese(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "用法:" in result.output
    for english in ("Usage", "Options", "Commands", "Show this", "required", "COMMAND"):
        assert english not in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("raed",), "没有这个命令"),
        (("read",), "缺少"),
        (("read", "没有.xlsx"), "找不到“没有.xlsx”"),
        (("read", "--jsn", str(SEED)), "没有 --jsn"),
        (("consolidate", str(SEED), "-o", "o.xlsx", "--jobs", "0"), "--jobs 的取值不对(应为不小于1的整数)"),
        (("new", "o.xlsx", "--rows", "x"), "--rows 的取值不对(应为1至50的整数)"),
        (("check", str(SEED), "--min-severity", "严重"), "--min-severity 的取值不对(可用的有:错误、疑点、提示)"),
        (("check", str(SEED), "--mark"), "--mark 后面缺少取值"),
        (("explain", "W01", "W02"), "多出了参数(W02)"),
        (("new", "空表.xls"), "“空表.xls”的文件名应以 .xlsx 结尾"),
        (("consolidate", str(SEED), "-o", "汇总"), "“汇总”的文件名应以 .xlsx 结尾"),
        (("consolidate", str(SEED), "-o", str(SEED)), "此外没有可以读取的文件"),
        (("check", str(SEED), "-o", str(SEED)), "此外没有可以读取的文件"),
        (("score", str(SEED), "--rulebook", "beijing"), "可用的有"),
        (("score", str(SEED), "--rulebook", "没有.toml"), "规则文件"),
        (("explain", "Z99"), "没有 Z99"),
    ],
)
def test_what_cannot_be_run_is_one_sentence_and_exit_2(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output + result.stderr
    assert result.stdout == ""


def test_alone_it_shows_its_help() -> None:
    result = run()
    assert result.exit_code == 0
    assert "用法:" in result.stdout


def test_on_a_narrow_screen_no_column_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    shown = run("consolidate", SEED, "-o", tmp_path / "o.xlsx").stdout
    assert "66.55%" in shown
    assert "94.16" in shown


def test_a_missing_option_is_named_as_it_is_typed() -> None:
    assert "缺少 -o" in run("consolidate", SEED).stderr


class TestExitCodes:
    def test_clean(self) -> None:
        assert run("check", CLEAN).exit_code == run("score", SEED).exit_code == run("read", SEED).exit_code == 0

    def test_findings_of_severity_error(self) -> None:
        assert run("check", SEED).exit_code == 1

    def test_refused_files(self, tmp_path: Path) -> None:
        (tmp_path / "a.xlsx").write_bytes(b"")
        for command in ("read", "score", "check"):
            result = run(command, tmp_path)
            assert result.exit_code == 1
            assert "X01 拒读 · a.xlsx:文件是空的" in result.stderr

    def test_what_was_not_read_is_not_said_to_be_without_problems(self, tmp_path: Path) -> None:
        (tmp_path / "a.xlsx").write_bytes(b"")
        assert run("check", tmp_path).stdout == ""

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        result = run("read", tmp_path)
        assert result.exit_code == 1
        assert "没有找到自评表" in result.stderr


class TestPrinted:
    def test_score_shows_every_row_with_its_basis(self) -> None:
        text = perf_xl("score", SEED).stdout.decode()
        for word in ("偿还历史欠款", "50%", "2.5", "66.55%", "4.66", "计算 92.16", "94.16", "优"):
            assert word in text

    def test_check_says_what_to_do(self) -> None:
        text = perf_xl("check", SEED).stdout.decode()
        assert "W02 错误" in text
        assert "改法:" in text

    def test_explain(self) -> None:
        for code, rule in CATALOGUE.items():
            result = run("explain", code.lower())
            assert result.exit_code == 0
            assert all(text in result.output for text in (rule.title, rule.bad, rule.good, rule.cure))


class TestConsoles:
    @pytest.mark.parametrize("encoding", ["gbk", "ascii", "utf-8"])
    def test_any_encoding_prints_something_and_no_traceback(self, encoding: str, tmp_path: Path) -> None:
        for arguments in (("read", SEED), ("score", SEED), ("check", SEED), ("demo", tmp_path / "demo")):
            result = perf_xl(*arguments, encoding=encoding)
            assert result.returncode in (0, 1)
            assert b"Traceback" not in result.stderr
            assert result.stdout
        if encoding == "gbk":
            assert "演示" in perf_xl("--help", encoding="gbk").stdout.decode("gbk")
            drawn = perf_xl("score", SEED, encoding="gbk").stdout.decode("gbk")
            assert "+--" in drawn or "---" in drawn
            assert "━" not in drawn

    @pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
    def test_json_is_valid_in_any_encoding(self, encoding: str) -> None:
        star = WORKBOOKS / "published" / "r019-A.xlsx"
        result = perf_xl("read", star, "--json", encoding=encoding)
        document = json.loads(result.stdout.decode(encoding))
        assert document["forms"][0]["indicators"][0]["level3"].startswith("★★★")


def test_interrupted_work_leaves_nothing_half_written(tmp_path: Path) -> None:
    home = tmp_path / "many"
    home.mkdir()
    data = SEED.read_bytes()
    for number in range(1500):
        (home / f"{number}.xlsx").write_bytes(data)
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, "-m", "perf_xl.cli", "consolidate", str(home), "-o", str(out / "o.xlsx"), "--jobs", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **HEARS_CTRL_C)
    while process.poll() is None and not (out / "o_运行记录").exists():
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    left = sorted(path.name for path in out.iterdir())
    if process.returncode == 2:
        assert "已中断" in errors.decode()
        assert left in ([], ["o_运行记录"])
    else:
        assert left == ["o.xlsx", "o_运行记录"]
    assert b"Traceback" not in errors
