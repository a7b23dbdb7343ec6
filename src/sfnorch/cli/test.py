"""`sfnorch test`: run scenarios, and compare the runs with what is expected of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sfnorch.cli.documents import print_document, print_json
from sfnorch.cli.examples import format_examples
from sfnorch.cli.exit_codes import ERROR, SUCCESS
from sfnorch.cli.files import write_whole
from sfnorch.cli.options import add_output_forms
from sfnorch.cli.parameter_type import Function, ParameterType
from sfnorch.cli.test_init import add_init
from sfnorch.errors import SfnorchError
from sfnorch.report.progress_bar import show_progress_bar

if TYPE_CHECKING:
    from sfnorch.app.scenario_runs import ScenarioReport, ScenarioRequest

_FORMS = {
    ".svg": "svg",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".md": "mermaid",
    ".markdown": "mermaid",
    ".txt": "text",
}
"""The formats of a graph by the ends of the names of files."""


class ProcessCount(ParameterType[int]):
    """A number of processes; 0 for `auto`."""

    name = "n"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        if isinstance(value, int):
            return value
        text = str(value)
        if text != "auto" and not (text.isascii() and text.isdigit() and 1 <= int(text) <= _MOST_PROCESSES):
            self.fail(f"{text!r} is neither auto nor a number from 1 to {_MOST_PROCESSES}", param, ctx)
        return 0 if text == "auto" else int(text)


_MOST_PROCESSES = 256


def _add_forms(command: Function) -> Function:
    return add_output_forms(
        command,
        ["text", "json", "junit", "github"],
        "Output format: text, one JSON document, JUnit XML, or text and annotations of GitHub Actions.",
    )


@click.command(
    epilog=format_examples(
        ("Write scenarios for the plan in the current folder.", "sfnorch test --init"),
        ("Run the scenarios in the current folder.", "sfnorch test"),
        ("Save a report with all runs.", "sfnorch test --save report.html"),
        ("Run those of a file whose names contain a text.", "sfnorch test nightly.sfntest.yaml -k fails"),
        ("Run those again that did not pass.", "sfnorch test --last-failed"),
        (
            "In CI: write a report of JUnit too, and require a coverage.",
            "sfnorch test --junit report.xml --min-coverage 90",
        ),
        ("List what no scenario reaches, and draw it.", "sfnorch test --missed --graph coverage.svg"),
    ),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("-k", "keyword", metavar="TEXT", default="", help="Run the scenarios whose names contain TEXT.")
@click.option(
    "--last-failed",
    "only_last_failed",
    is_flag=True,
    help="Run the scenarios that did not pass last time; all of them if there are none.",
)
@click.option("-x", "stops_at_failure", is_flag=True, help="Stop after the first scenario that does not pass.")
@click.option(
    "--processes",
    type=ProcessCount(),
    metavar="NUMBER",
    default="auto",
    show_default=True,
    help="Number of processes; auto for one for each processor, and for one if there are few scenarios.",
)
@click.option(
    "--min-coverage",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail if the scenarios reach less of the state machines.",
)
@click.option("--missed", "lists_missed", is_flag=True, help="List the parts of state machines that were not reached.")
@click.option(
    "--graph",
    "graph_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to draw the coverage to: .svg, .dot, .mmd, .md or .txt.",
)
@click.option(
    "--junit",
    "junit_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to write the results to as JUnit XML, besides the output.",
)
@click.option(
    "--save", type=click.Path(path_type=Path), metavar="FILE", help="File to save a report of all runs to: .html."
)
@click.option(
    "--run-functions",
    is_flag=True,
    help="Run the code of functions also for templates, and where the system cannot isolate it.",
)
@_add_forms
@add_init
def test(
    files: tuple[Path, ...],
    keyword: str,
    only_last_failed: bool,
    stops_at_failure: bool,
    processes: int,
    min_coverage: float | None,
    lists_missed: bool,
    graph_file: Path | None,
    junit_file: Path | None,
    save: Path | None,
    run_functions: bool,
    output_form: str,
) -> int:
    """Run scenarios offline, and check what is expected of them.

    FILE is a file *.sfntest.yaml, or a folder with such files. Without FILE, the command runs those in the current
    folder and in tests. The exit code is 1 if a scenario does not pass, or if the coverage is too low.
    """
    if graph_file is not None and graph_file.suffix.lower() not in _FORMS:
        raise click.UsageError(f"--graph {graph_file}: the name must end in {', '.join(_FORMS)}.")
    if save is not None and save.suffix != ".html":
        raise click.UsageError(f"--save {save}: the name must end in .html.")
    from sfnorch.app.last_failures import CACHE_FOLDER
    from sfnorch.app.scenario_runs import ScenarioRequest, run_scenarios

    request = ScenarioRequest(
        files=files,
        keyword=keyword,
        only_last_failed=only_last_failed,
        stops_at_failure=stops_at_failure,
        processes=processes or None,
        run_functions=run_functions,
        keeps_runs=save is not None,
        cache=CACHE_FOLDER,
    )
    if output_form in ("text", "github"):
        report = _run_with_text(request, lists_missed=lists_missed)
        if output_form == "github":
            _print_annotations(report)
    else:
        with show_progress_bar("Running scenarios") as show:
            report = run_scenarios(request, on_progress=show)
        _print_whole(report, output_form)
    if junit_file is not None:
        from sfnorch.report.scenarios.junit import format_scenario_junit

        write_whole(junit_file, format_scenario_junit(report))
    if save is not None:
        from sfnorch.report.pictures.scenarios import render_scenarios

        write_whole(save, render_scenarios(report))
    if graph_file is not None:
        _draw(report, graph_file)
    is_enough = min_coverage is None or _has_coverage(report, min_coverage)
    return SUCCESS if report.has_passed and is_enough else ERROR


def _run_with_text(request: ScenarioRequest, *, lists_missed: bool) -> ScenarioReport:
    from sfnorch.app.scenario_runs import run_scenarios
    from sfnorch.console import Console
    from sfnorch.report.scenarios.results import ResultPrinter, print_counts, print_failures

    console = Console()
    report = run_scenarios(request, on_result=ResultPrinter(console).print_result)
    print_failures(report, console)
    if report.coverage:
        from sfnorch.report.scenarios.coverage import print_coverage

        print_coverage(report.coverage, console, lists_missed=lists_missed)
    print_counts(report, console)
    return report


def _print_annotations(report: ScenarioReport) -> None:
    from sfnorch.report.lint.github import format_annotations
    from sfnorch.report.scenarios.annotations import list_scenario_findings

    print_document("".join(f"{line}\n" for line in format_annotations(list_scenario_findings(report))))


def _print_whole(report: ScenarioReport, output_form: str) -> None:
    if output_form == "json":
        from sfnorch.report.scenarios.document import convert_report

        print_json(convert_report(report))
    else:
        from sfnorch.report.scenarios.junit import format_scenario_junit

        print_document(format_scenario_junit(report))


def _draw(report: ScenarioReport, path: Path) -> None:
    """Write the graph of the target. Raises SfnorchError if there is more than one, or none that can be read."""
    from sfnorch.app.drawing import build_coverage_drawing
    from sfnorch.cli.graph import write_drawing

    if len(report.coverage) != 1:
        found = ", ".join(report.coverage) or "none that can be read"
        raise SfnorchError(
            f"--graph draws one plan or template, and the scenarios have {found}",
            hint="pass the files whose scenarios have the same target",
        )
    ((name, coverage),) = report.coverage.items()
    drawing = build_coverage_drawing(report.templates[name], coverage)
    write_whole(path, write_drawing(_FORMS[path.suffix.lower()], path, drawing))


def _has_coverage(report: ScenarioReport, percent: float) -> bool:
    """Return whether the coverage is at least so many percent; if not, print a sentence about it."""
    share = report.reached_share * 100
    if share >= percent:
        return True
    click.echo(f"The coverage of {_round_down(share)}% is below {percent:g}% (--min-coverage).", err=True)
    return False


def _round_down(percent: float) -> str:
    return f"{int(percent * 10) / 10:g}"
