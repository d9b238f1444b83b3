"""命令行: arguments, Chinese output, exit code. No rule is decided here.

Exit codes: 0 clean, 1 findings of severity 错误 (or refused files), 2 could not run.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from perf_xl.errors import NothingToDo, PerfXlError
from perf_xl.findings import CATALOGUE, ERROR, SEVERITIES, Finding, count_by_severity

if TYPE_CHECKING:
    from rich.console import Console

    from perf_xl import contract, folders, intake, packages, pipeline
    from perf_xl.excel.doctor import Diagnosis
    from perf_xl.scoring import FormScore

else:

    class _Later:
        """A module that is imported when it is first used: a run in which nothing changed does not wait for it."""

        def __init__(self, name: str) -> None:
            self.name = name

        def __getattr__(self, attribute: str) -> Any:
            return getattr(import_module(self.name), attribute)

    contract, folders, intake, packages, pipeline = (
        _Later(f"perf_xl.{name}") for name in ("contract", "folders", "intake", "packages", "pipeline")
    )

CLEAN, FINDINGS, COULD_NOT_RUN = 0, 1, 2

# --- click in Chinese -------------------------------------------------------------------------------------------------


class _Chinese:
    """Chinese headings for click's help."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        for english, chinese in (("[OPTIONS]", "[选项]"), ("COMMAND [ARGS]...", "命令 [参数]...")):
            pieces = pieces.replace(english, chinese)
        formatter.write_usage(ctx.command_path, pieces, prefix="用法:")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        records = [record for param in self.get_params(ctx) if (record := param.get_help_record(ctx))]  # type: ignore[attr-defined]
        told = [(name, _in_chinese(text)) for name, text in records if text]
        if told:
            with formatter.section("选项"):
                formatter.write_dl(told)


def _in_chinese(text: str) -> str:
    text = text.replace("Show this message and exit.", "显示帮助。").replace("[required]", "(必填)")
    return re.sub(r"\s*\[[\dx<>=]+\]", "", text)


class _Command(_Chinese, click.Command):
    """A command with Chinese help."""


class _Group(_Chinese, click.Group):
    """The group of commands: Chinese help, and the one place where exceptions become sentences and exit codes."""

    command_class = _Command

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _Chinese.format_options(self, ctx, formatter)
        with formatter.section("命令"):
            formatter.write_dl([(name, self.commands[name].get_short_help_str(60)) for name in self.commands])

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except click.exceptions.NoArgsIsHelpError as asked:
            click.echo(asked.ctx.get_help() if asked.ctx else "")
            code = CLEAN
        except click.UsageError as problem:
            _complain(_usage_sentence(problem))
            code = COULD_NOT_RUN
        except PerfXlError as problem:
            _complain(str(problem))
            code = COULD_NOT_RUN
        except (KeyboardInterrupt, click.Abort):
            _complain("已中断,没有写出未完成的结果。")
            code = COULD_NOT_RUN
        except BrokenPipeError:
            code = COULD_NOT_RUN
        sys.exit(code if isinstance(code, int) else CLEAN)


def _usage_sentence(problem: click.UsageError) -> str:
    helping = f"运行 {problem.ctx.command_path} --help 查看用法。" if problem.ctx else ""
    if isinstance(problem, click.NoSuchOption):
        return f"没有 {problem.option_name} 这个选项。{helping}"
    if isinstance(problem, click.MissingParameter):
        name = problem.param.human_readable_name if problem.param else ""
        name = "、".join(problem.param.opts) if isinstance(problem.param, click.Option) else name
        return f"缺少 {name}。{helping}"
    if isinstance(problem, click.BadParameter):
        name = problem.param.human_readable_name if problem.param else ""
        name = "、".join(problem.param.opts) if isinstance(problem.param, click.Option) else name
        return f"{name} 的取值不对({_wanted_of(problem)})。{helping}"
    if isinstance(problem, click.BadOptionUsage):
        return f"{problem.option_name} 后面缺少取值。{helping}"
    if extra := re.match(r"Got unexpected extra arguments? \((.*)\)", problem.message):
        return f"多出了参数({extra[1]})。{helping}"
    if "No such command" in problem.message:
        return f"没有这个命令({problem.message.split(chr(39))[1] if chr(39) in problem.message else ''})。{helping}"
    return f"参数不对({problem.message})。{helping}"


def _wanted_of(problem: click.BadParameter) -> str:
    """What an argument may be, in Chinese."""
    wanted = problem.param.type if problem.param else None
    if isinstance(wanted, click.Choice):
        return f"可用的有:{'、'.join(wanted.choices)}"
    if isinstance(wanted, click.IntRange):
        return f"应为{wanted.min}至{wanted.max}的整数" if wanted.max is not None else f"应为不小于{wanted.min}的整数"
    return problem.message


class _Output(click.Path):
    """Where a workbook or document is to be written: Excel and Word open one only under its own ending."""

    def __init__(self, ending: str) -> None:
        super().__init__(path_type=Path)
        self.ending = ending

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if Path(value).suffix.lower() != self.ending:
            self.fail(f"“{value}”的文件名应以 {self.ending} 结尾", param, ctx)
        from perf_xl.saving import why

        try:
            Path(value).exists()
        except OSError as problem:
            self.fail(f"“{value}”不能写:{why(problem)}", param, ctx)
        return super().convert(value, param, ctx)


def _complain(sentence: str) -> None:
    click.echo(sentence, err=True)


def _console(err: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=err, highlight=False, soft_wrap=False, emoji=False, markup=False)


def _print_json(document: Any) -> None:
    """One JSON document on stdout; escaped where the console's encoding does not hold Chinese."""
    import json

    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    click.echo(json.dumps(document, ensure_ascii=not encoding.startswith("utf"), indent=1))


@contextmanager
def _progress(what: str, always: bool = False) -> Iterator[intake.Progress]:
    """A progress bar on stderr: where the work takes more than a second, or always, and then it stays."""
    started = monotonic()
    shown: list[Any] = []

    def advance(done: int, of: int) -> None:
        if not shown and not always and monotonic() - started < 1:
            return
        if not shown:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            bar = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                console=_console(err=True), transient=not always,
            )  # fmt: skip
            bar.start()
            shown.extend((bar, bar.add_task(what, total=of)))
        shown[0].update(shown[1], completed=done)

    try:
        yield advance
    finally:
        if shown:
            shown[0].stop()


_rulebook_option = click.option(
    "--rulebook", metavar="名称或文件", help="规则文件:随附的名称(default、hubei)或自备的 .toml。"
)
_limits_option = click.option(
    "--limits",
    envvar="PERF_XL_LIMITS",
    metavar="限额.toml",
    expose_value=False,
    callback=lambda _context, _option, name: intake.load_limits(name) if name else packages.set_limits({}),
    help="文件大小、读取时间和内存的限额;也可用环境变量 PERF_XL_LIMITS 指定。",
)
_json_option = click.option("--json", "as_json", is_flag=True, help="在标准输出打印 JSON。")
_paths_argument = click.argument("paths", nargs=-1, required=True, metavar="路径...")


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="perf-xl", message="perf-xl %(version)s", help="显示版本。")
def main() -> None:
    """项目支出绩效自评表:读取、评分、审核、汇总。

    路径可以是文件、文件夹(含下级文件夹)或通配符。
    """


def _read(paths: Sequence[str]) -> list[intake.FileResult]:
    files = folders.find_files(paths)
    with _progress("读取") as progress:
        return [result for result in intake.read_all(files, progress) if not result.own]


def _report_refused(results: Sequence[intake.FileResult]) -> int:
    """Say what was refused, and what the reader doubted; return the exit code that follows."""
    for result in results:
        if result.refusal is not None:
            _complain(f"{result.refusal.code} 拒读 · {result.refusal}")
    if not any(result.forms or result.refusal for result in results):
        _complain("没有找到自评表:所给的位置没有可以读取的文件。请核对路径。")
        return FINDINGS
    return FINDINGS if any(result.refusal for result in results) else CLEAN


def _refused_json(results: Sequence[intake.FileResult]) -> list[Any]:
    return [contract.refusal_json(result.refusal) for result in results if result.refusal]


# --- new -----------------------------------------------------------------------------------------------------------


@main.command("new")
@click.argument("output", type=_Output(".xlsx"), metavar="自评表.xlsx")
@click.option("--form", default="项目", metavar="表式", help="表式:项目(缺省)、成本单列、转移支付。")
@click.option("--rows", type=click.IntRange(1, 50), default=2, metavar="N", help="每个二级指标留几行,缺省2行。")
@click.option("--project", "projects", multiple=True, metavar="名称", help="预先填好项目名称;给出几个就写几个文件。")
@click.option("--from", "last_year", metavar="上年.xlsx", help="沿用上年自评表的指标名称、指标值和分值。")
@_rulebook_option
def new_command(
    output: Path, form: str, rows: int, projects: tuple[str, ...], last_year: str | None, rulebook: str | None
) -> int:
    """新建自评表:填写后自动计算,并可自检。"""
    book = intake.load_rulebook(rulebook)
    for path in pipeline.write_forms(output, book, form=form, rows=rows, projects=projects, last_year=last_year):
        click.echo(f"已写出 {path}")
    return CLEAN


# --- read -------------------------------------------------------------------------------------------------------------


@main.command("read")
@_paths_argument
@_json_option
@_limits_option
def read_command(paths: tuple[str, ...], as_json: bool) -> int:
    """读取自评表,列出表里填了什么。"""
    results = _read(paths)
    forms = [form for result in results for form in result.forms]
    if as_json:
        _print_json({"forms": [contract.form_json(form) for form in forms], "refused": _refused_json(results)})
    else:
        for form in forms:
            _print_form(form)
    for form in forms:
        for doubt in form.doubts:
            _complain(doubt.sentence())
    return _report_refused(results)


def _heading(form: Any) -> str:
    year = f"{form.year}年度" if form.year else "年度未注明"
    return f"{form.file}「{form.sheet}」 {form.project.text or '(项目名称空白)'} {year}"


def _table(title: str, *columns: tuple[str, str]) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold")
    for name, justify in columns:
        wide = 16 if name in ("指标", "三级指标", "汇总表") else None
        table.add_column(name, justify=justify, overflow="fold", no_wrap=justify == "right", min_width=wide)  # type: ignore[arg-type]
    return table


def _show(table: Any) -> None:
    """Print a table; where the screen is too narrow its lines are broken, but no column is lost and no number cut."""
    from rich.cells import cell_len

    least = 1
    for column in table.columns:
        widest = max(cell_len(str(cell)) for cell in (column.header, *column.cells))
        least += 3 + (widest if column.no_wrap else min(widest, column.min_width or 10))
    console = _console()
    console.width = max(console.width, least)
    console.print(table, crop=False)


def _print_form(form: Any) -> None:
    funds = _table(
        _heading(form),
        ("资金", "left"),
        ("年初预算数", "right"),
        ("全年预算数", "right"),
        ("全年执行数", "right"),
        ("执行率", "right"),
        ("分值", "right"),
        ("得分", "right"),
    )
    for row in form.funds:
        cells = [row.label, row.initial_budget, row.budget, row.executed, row.rate, row.weight, row.score]
        funds.add_row(*((cell.text or "") for cell in cells))
    if form.funds:
        _show(funds)
    rows = _table(
        "" if form.funds else _heading(form),
        ("行", "right"),
        ("一级", "left"),
        ("二级", "left"),
        ("三级指标", "left"),
        ("指标值", "left"),
        ("完成值", "left"),
        ("分值", "right"),
        ("得分", "right"),
    )
    for one in form.indicators:
        texts = [
            one.level1,
            one.level2,
            one.level3.text,
            one.target.text,
            one.actual.text,
            one.weight.text,
            one.score.text,
        ]
        rows.add_row(str(one.row), *(text or "" for text in texts))
    _show(rows)
    click.echo(f"总分 {form.total.text or '未填'}")


# --- score ------------------------------------------------------------------------------------------------------------

_BASIS = {"computed": "计算", "stated": "所述", "filed": "填报", "unresolved": "未定"}


@main.command("score")
@_paths_argument
@_rulebook_option
@_json_option
@_limits_option
def score_command(paths: tuple[str, ...], rulebook: str | None, as_json: bool) -> int:
    """重算得分,列出每项得分的依据。"""
    from perf_xl.scoring import score

    book = intake.load_rulebook(rulebook)
    results = _read(paths)
    scores = [score(form, book) for result in results for form in result.forms]
    if as_json:
        _print_json({"forms": [contract.score_json(one) for one in scores], "refused": _refused_json(results)})
    else:
        for one in scores:
            _print_score(one)
    return _report_refused(results)


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _print_score(score: FormScore) -> None:
    columns = (
        ("行", "right"),
        ("指标", "left"),
        ("指标值", "left"),
        ("完成值", "left"),
        ("完成比例", "right"),
        ("分值", "right"),
        ("填报", "right"),
        ("计算", "right"),
        ("依据", "left"),
    )
    table = _table(f"{_heading(score.form)} 规则:{score.rulebook.title}", *columns)
    execution = score.execution
    rate = contract.percent(execution.rate)
    table.add_row(
        "",
        "预算执行率",
        "",
        rate,
        rate,
        _shown(contract.number(execution.weight)),
        _shown(contract.number(execution.filed)),
        _shown(contract.number(execution.score)),
        "计算" if execution.rate is not None else "未定",
    )
    for row in score.indicators:
        indicator = row.indicator
        table.add_row(
            str(indicator.row), indicator.level3.text or "", indicator.target.text or "", indicator.actual.text or "",
            contract.percent(row.completion), _shown(contract.number(indicator.weight.number)), _shown(contract.number(row.filed)),
            _shown(contract.number(row.score)), _BASIS[row.basis],
        )  # fmt: skip
    _show(table)
    levels = "  ".join(f"{level} {contract.number(points) or '未定'}" for level, points in score.levels.items())
    if levels:
        click.echo(levels)
    total = contract.number(score.total) or "未定(有得分无法确定)"
    click.echo(
        f"总分:填报 {contract.number(score.form.total.number) or '未填'},计算 {total}"
        + (f",等级 {score.grade}" if score.grade else "")
    )
    if execution.weight is not None and execution.score is None:
        click.echo("没有全年预算数或执行数,执行率没有得分,总分未含执行率得分。")
    if score.total_at_rulebook_weights is not None and score.total_at_rulebook_weights != score.total:
        wanted = contract.number(score.rulebook.execution_weight)
        click.echo(f"执行率按规定的 {wanted} 分计算,总分为 {contract.number(score.total_at_rulebook_weights)}")
    click.echo("")


# --- check ------------------------------------------------------------------------------------------------------------


@main.command("check")
@_paths_argument
@click.option("--select", multiple=True, metavar="代码", help="只看这些代码,如 W02,S(S 开头的全部)。")
@click.option("--ignore", multiple=True, metavar="代码", help="不看这些代码。")
@click.option(
    "--min-severity",
    "lowest",
    type=click.Choice(SEVERITIES),
    default=SEVERITIES[-1],
    metavar="级别",
    help="只看这一级别及以上:错误、疑点、提示。",
)
@click.option(
    "--mark", "mark", type=click.Path(path_type=Path), metavar="文件夹", help="写出标注副本:批注、颜色和“审核意见”表。"
)
@click.option(
    "--report",
    "report",
    type=click.Path(path_type=Path),
    metavar="报告.docx",
    help="拿自评报告(.docx、.txt、.md)与自评表核对。",
)
@click.option(
    "-o",
    "--output",
    "output",
    type=_Output(".xlsx"),
    metavar="审核汇总.xlsx",
    help="写出审核汇总:按单位、按代码、常见错误。",
)
@_rulebook_option
@_json_option
@_limits_option
def check_command(
    paths: tuple[str, ...], select: tuple[str, ...], ignore: tuple[str, ...], lowest: str, mark: Path | None, report: Path | None,
    output: Path | None, rulebook: str | None, as_json: bool,
) -> int:  # fmt: skip
    """审核自评表,列出每个问题的位置、依据和改法。"""
    from perf_xl import checking, comparing  # noqa: F401  (the latter registers its codes)

    book = intake.load_rulebook(rulebook)
    selection = checking.Selection(checking.codes_in(select), checking.codes_in(ignore), lowest)
    outputs = [path for path in (output, report) if path is not None]
    files = folders.find_files(paths, outputs)
    copies = checking.marked_below(mark) if mark is not None else []
    copied = {path.resolve() for path in copies}
    beside = [file.path for file in files if file.copy]
    files = [file for file in files if Path(os.path.realpath(file.path)) not in copied]
    with _progress("审核") as progress:
        results = [one for one in intake.read_all(files, progress) if not one.own]
    home = checking.home_of(paths)
    accepted = checking.explanations(home, [*copies, *beside])
    checked = checking.check_all(results, book, selection, accepted)
    about_report = [] if report is None else checking.check_report(report, checked, selection)
    findings = [*(found for one in checked for found in one.findings), *about_report]
    explained = [pair for one in checked for pair in one.explained]
    if as_json:
        _print_json(contract.check_json(findings, explained, [one.refusal for one in results if one.refusal]))
    elif checked:
        _print_findings(findings, explained)
    if copies or beside:
        checking.remember(home, accepted)
    if mark is not None:
        written, remarks = checking.mark_files(files, checked, mark)
        for sentence in [*remarks, *(f"已写出 {path}" for path in written)]:
            _complain(sentence)
    if output is not None:
        _complain(f"已写出 {checking.save_review(files, results, checked, output, pipeline.links_from(output, files))}")
    code = _report_refused(results)
    return FINDINGS if any(one.severity == ERROR for one in findings) else code


def _print_findings(findings: Sequence[Finding], explained: Sequence[tuple[Finding, str]]) -> None:
    by_file: dict[str, list[Finding]] = {}
    for one in findings:
        by_file.setdefault(one.file, []).append(one)
    for file, ones in by_file.items():
        counts = count_by_severity(ones)
        click.echo(f"{file}  " + "  ".join(f"{severity} {counts[severity]}" for severity in SEVERITIES))
        for one in ones:
            click.echo(f"  {one.sentence()}")
            click.echo(f"      改法:{CATALOGUE[one.code].cure}")
    for one, reason in explained:
        click.echo(f"已说明 {one.sentence()}")
        click.echo(f"      说明:{reason}")
    if not findings:
        click.echo("没有发现问题。")


@main.command("explain")
@click.argument("code", metavar="代码")
def explain_command(code: str) -> int:
    """解释一个问题代码:规则、错误示例和正确示例。"""
    from perf_xl import auditing, comparing  # noqa: F401  (they register their codes)

    rule = CATALOGUE.get(code.upper())
    if rule is None:
        raise NothingToDo(f"没有 {code} 这个代码。现有代码:{'、'.join(sorted(CATALOGUE))}。")
    from perf_xl import rules

    citation = rules.default().citations.get(rule.source)
    source = f"{citation.document}:{citation.words}" if citation else rule.source
    for line in (
        f"{rule.code} {rule.severity} {rule.title}",
        f"依据:{source}",
        f"错误示例:{rule.bad}",
        f"正确示例:{rule.good}",
        f"改法:{rule.cure}",
    ):
        click.echo(line)
    return CLEAN


# --- report -----------------------------------------------------------------------------------------------------------


@main.command("report")
@click.argument("source", metavar="自评表")
@click.option(
    "-o", "--output", "output", required=True, type=_Output(".docx"), metavar="自评报告.docx", help="写出的自评报告。"
)
@click.option("--project", default="", metavar="名称", help="文件里有几张自评表时,写项目名称里有这些字的那一张。")
@click.option("--sheet", default="", metavar="工作表", help="文件里有几张自评表时,写这张工作表上的。")
@_rulebook_option
@_limits_option
def report_command(source: str, output: Path, project: str, sheet: str, rulebook: str | None) -> int:
    """按自评表写出自评报告(Word):表里有的照写,表里没有的留空待填,有问题的加批注。"""
    from perf_xl import checking

    made = checking.write_report(source, output, intake.load_rulebook(rulebook), project=project, sheet=sheet)
    report = made.report
    if report.attached:
        counts = count_by_severity(report.attached)
        told = "、".join(f"{severity} {counts[severity]}" for severity in SEVERITIES if counts[severity])
        click.echo(f"自评表里的问题已在相应的句子上加批注({told})。请先改正自评表,再重新生成;定稿前删除全部批注。")
    for one in report.unattached:
        click.echo(f"报告没有写到,也请处理:{one.sentence()}")
    prompts = report.prompts
    if prompts:
        click.echo(f"还有 {len(prompts)} 处需要填写(文中黄色标出):")
    for prompt in dict.fromkeys(prompts):
        again = f" {prompts.count(prompt)} 处" if prompts.count(prompt) > 1 else ""
        click.echo(f"  {prompt}{again}")
    click.echo(f"已写出 {made.path}")
    return FINDINGS if made.has_errors else CLEAN


# --- convert ----------------------------------------------------------------------------------------------------------


@main.command("convert")
@click.argument("source", metavar="自评表.docx")
@click.option(
    "-o",
    "--output",
    "output",
    required=True,
    type=_Output(".xlsx"),
    metavar="自评表.xlsx",
    help="转成的工作簿;文件里有几张表就写几个。",
)
@click.option("--form", default="项目", metavar="表式", help="表式:项目(缺省)、成本单列、转移支付。")
@_rulebook_option
def convert_command(source: str, output: Path, form: str, rulebook: str | None) -> int:
    """把 Word 文档(或其他工作簿)里的自评表转成会自动计算的标准表式。"""
    from perf_xl import checking

    written, left_out = checking.convert(source, output, intake.load_rulebook(rulebook), form)
    for sentence in left_out:
        _complain(f"未转入:{sentence}")
    for path in written:
        click.echo(f"已写出 {path}")
    return CLEAN


# --- consolidate ------------------------------------------------------------------------------------------------------


@main.command("consolidate")
@_paths_argument
@click.option(
    "-o",
    "--output",
    "output",
    required=True,
    type=_Output(".xlsx"),
    metavar="汇总.xlsx",
    help="汇总结果工作簿。",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), metavar="汇总.json", help="同时写出 JSON。")
@click.option("--as-one", metavar="名称", help="把所有自评表汇总成一张表,用这个项目名称。")
@click.option("--roster", metavar="名单", help="报送名单:每行一个单位的文本,或工作簿、csv 的第一列。")
@click.option(
    "--tables", "tables", type=click.Path(path_type=Path), metavar="文件夹", help="另存为 Parquet 和 CSV 数据表。"
)
@click.option("--cluster", "cluster", metavar="地址", help="由集群来读:调度程序的地址,或 local:N(本机 N 个进程)。")
@click.option("--jobs", type=click.IntRange(1), metavar="N", help="用几个进程(缺省按文件多少决定)。")
@click.option("--resume", is_flag=True, help="接着上次中断的汇总做;逐个核对文件内容,读过而没有变化的不再读取。")
@click.option("--no-cache", "afresh", is_flag=True, help="不用也不留读取记录,全部文件重新读取。")
@_rulebook_option
@_limits_option
def consolidate_command(
    paths: tuple[str, ...], output: Path, json_path: Path | None, as_one: str | None, roster: str | None, tables: Path | None,
    cluster: str | None, jobs: int | None, resume: bool, afresh: bool, rulebook: str | None,
) -> int:  # fmt: skip
    """把一个文件夹的自评表汇总成一份结果:绝对值相加,相对值按资金加权,定性按三档。"""
    from perf_xl import resuming
    from perf_xl.folders import find_files
    from perf_xl.workers import collect_rarely

    collect_rarely()
    book = intake.load_rulebook(rulebook) if rulebook else None
    units = pipeline.read_roster(roster) if roster else []
    wishes = resuming.Wishes(
        output, json_path, tables, as_one, book, tuple(units), jobs, cluster, keep=not afresh, resume=resume
    )
    files = find_files(paths, [*wishes.outputs, *([Path(roster)] if roster else [])])
    if not files:
        _complain("没有找到自评表:所给的位置没有文件。请核对路径。")
        return FINDINGS
    with _progress("汇总") as progress:
        report = resuming.consolidate(files, wishes, progress)
    for sentence in report.remarks:
        _complain(f"{sentence}。")
    _print_summary(report.summary, report.written, report.unchanged)
    return FINDINGS if report.has_errors else CLEAN


def _print_summary(summary: Mapping[str, Any], written: Sequence[Path], unchanged: bool = False) -> None:
    click.echo("见到文件 {} = 读取 {} + 拒读 {} + 临时 {} + 重复 {}".format(summary["seen"], *summary["counts"]))
    for file, message in summary["refused"]:
        click.echo(f"  拒读 {file}:{message}")
    if unchanged:
        click.echo("文件与上次汇总时相同,结果没有变化。")
    elif summary["forms"]:
        columns = (
            ("汇总表", "left"),
            ("年度", "right"),
            ("张数", "right"),
            ("预算", "right"),
            ("执行", "right"),
            ("执行率", "right"),
            ("总分", "right"),
            ("等级", "left"),
        )
        table = _table("汇总结果(金额单位:万元)", *columns)
        for form in summary["forms"]:
            table.add_row(*form)
        _show(table)
    else:
        click.echo("没有可以汇总的自评表。")
    click.echo("问题:" + "  ".join(f"{severity} {summary['found'][severity]}" for severity in SEVERITIES))
    for path in written:
        click.echo(f"{'结果在' if unchanged else '已写出'} {path}")


# --- trace ------------------------------------------------------------------------------------------------------------


@main.command("trace")
@click.argument("path", metavar="汇总_来源.parquet", type=click.Path(path_type=Path))
@click.option("--project", default="", metavar="名称", help="汇总的项目名称里有这些字的。")
@click.option("--indicator", default="", metavar="名称", help="三级指标名称里有这些字的。")
@click.option("--unit", default="", metavar="单位", help="填报单位名称里有这些字的。")
@click.option("--file", "file", default="", metavar="文件", help="文件名里有这些字的。")
@_json_option
def trace_command(path: Path, project: str, indicator: str, unit: str, file: str, as_json: bool) -> int:
    """查来源:汇总结果太大、来源另存为 Parquet 时,列出一项指标由哪些文件、哪些单元格汇成。"""
    from perf_xl import trace

    found = trace.ask(path, {"project": project, "indicator": indicator, "unit": unit, "file": file})
    if as_json:
        _print_json(contract.trace_json(found))
        return CLEAN
    columns = (
        ("汇总表", "left"),
        ("指标", "left"),
        ("文件", "left"),
        ("工作表", "left"),
        ("指标值", "left"),
        ("完成值", "left"),
    )
    table = _table("", *columns, ("分值", "right"), ("资金(万元)", "right"), ("计入", "left"))
    for row in found:
        cells = [row["project"], row["level3"], row["file"], row["sheet"]]
        cells += [f"{row[name] or ''} {row[name + '_cell']}" for name in ("target", "actual")]
        cells += [
            _shown(contract.number(row["weight"])),
            _shown(contract.number(row["funds"])),
            row["conflict"] or "是",
        ]
        table.add_row(*(_shown(cell) for cell in cells))
    _show(table)
    click.echo(f"共 {len(found)} 行。")
    return CLEAN


# --- excel ------------------------------------------------------------------------------------------------------------


@main.group("excel", cls=_Group)
def excel_group() -> None:
    """Excel 加载项:安装、卸载、诊断,或只做出文件。"""


@excel_group.command("install")
def excel_install_command() -> int:
    """安装加载项:Excel 里出现“绩效自评”选项卡。"""
    from perf_xl.excel import doctor, installing, machine

    here = machine.Machine()
    for line in installing.install(here, installing.build):
        click.echo(line)
    return _print_diagnoses([one for one in doctor.diagnose(here) if one.state != doctor.GOOD])


@excel_group.command("uninstall")
def excel_uninstall_command() -> int:
    """卸载加载项:只删除本软件装的那一个文件。"""
    from perf_xl.excel import installing, machine

    for line in installing.uninstall(machine.Machine()):
        click.echo(line)
    return CLEAN


@excel_group.command("doctor")
@_json_option
def excel_doctor_command(as_json: bool) -> int:
    """诊断:逐项检查 Excel、Python、加载项和宏设置,说明怎么办。"""
    from perf_xl.excel import doctor, machine

    found = doctor.diagnose(machine.Machine())
    if as_json:
        _print_json(doctor.as_json(found))
        return FINDINGS if doctor.has_bad(found) else CLEAN
    return _print_diagnoses(found)


def _print_diagnoses(found: Sequence[Diagnosis]) -> int:
    for one in found:
        click.echo(one.line())
        if one.cure:
            click.echo(f"    怎么办:{one.cure}。")
    return FINDINGS if any(one.state == "bad" for one in found) else CLEAN


@excel_group.command("build")
@click.argument("output", type=click.Path(path_type=Path), metavar="perf_xl.xlam")
@click.option("--python", "interpreter", default="", metavar="路径", help="使用者电脑上 python.exe 的完整路径。")
def excel_build_command(output: Path, interpreter: str) -> int:
    """只做出加载项文件,任何系统都可以。"""
    from perf_xl.excel import installing, machine

    click.echo(f"已写出 {installing.write_out(machine.Machine(), output, interpreter, installing.build)}")
    return CLEAN


# --- demo -------------------------------------------------------------------------------------------------------------


@main.command("demo")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[文件夹]")
def demo_command(folder: Path | None) -> int:
    """演示:写出五个二级项目的自评表,审核并汇总,告诉您先看什么。"""
    from perf_xl import checking, demo
    from perf_xl.resuming import summary_of

    folder = folder or Path("perf-xl-demo")
    files = demo.write_example(folder)
    click.echo(f"已在“{folder}”写出 {len(files)} 个文件:五张自评表、一个损坏的文件、一个临时文件。")
    sources = folders.find_files([folder / demo.FILED])
    with _progress("汇总", always=True) as progress:
        result = pipeline.consolidate(sources, as_one=demo.PROJECT, progress=progress)
    results = intake.read_all(sources)
    checked = checking.check_all(results)
    review = folder / "审核汇总.xlsx"
    copies, _ = checking.mark_files(sources, checked, folder / "标注副本")
    click.echo(f"已审核:标注副本 {len(copies)} 份,审核汇总 1 份。")
    written = [checking.save_review(sources, results, checked, review, pipeline.links_from(review, sources))]
    output = folder / "汇总结果.xlsx"
    saved = pipeline.save(result, sources, output, folder / "汇总结果.json", None)
    report = folder / demo.REPORT
    if not report.exists():  # somebody may have filled it in
        checking.write_report(saved[0], report)
    written += [*saved, report]
    _print_summary(summary_of(result), written)
    for line in demo.what_to_open(folder, output):
        click.echo(line)
    return CLEAN


Command = Callable[..., int]

if __name__ == "__main__":
    main()
