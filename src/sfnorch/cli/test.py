"""`sfnorch test`: run scenarios, and compare the runs with what is expected of them."""

from __future__ import annotations

from pathlib import Path

import click

from sfnorch.cli.examples import format_examples
from sfnorch.cli.files import write_whole


@click.command(
    epilog=format_examples(
        ("Run the scenarios in the current folder.", "sfnorch test"),
        ("Save a report with the runs.", "sfnorch test --save report.html"),
        ("Run those of a file whose names contain a text.", "sfnorch test nightly.sfntest.yaml -k fails"),
    ),
)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option("-k", "keyword", metavar="TEXT", default="", help="Run the scenarios whose names contain TEXT.")
@click.option("-x", "stops_at_failure", is_flag=True, help="Stop after the first scenario that does not pass.")
@click.option(
    "--save", type=click.Path(path_type=Path), metavar="FILE", help="File to save a report of all runs to: .html."
)
def test(files: tuple[Path, ...], keyword: str, stops_at_failure: bool, save: Path | None) -> int:
    """Run scenarios offline, and compare the runs with what is expected of them.

    FILE is a file *.sfntest.yaml, or a folder with such files. Without FILE, the command runs those in the current
    folder and in tests. The exit code is 1 if a scenario does not pass.
    """
    if save is not None and save.suffix != ".html":
        raise click.UsageError(f"--save {save}: the name must end in .html.")
    from sfnorch.app.scenario_runs import ScenarioRequest, run_scenarios
    from sfnorch.console import Console
    from sfnorch.report.scenarios import print_result, print_summary

    console = Console()
    request = ScenarioRequest(files=files, keyword=keyword, stops_at_failure=stops_at_failure)
    report = run_scenarios(request, on_result=lambda result: print_result(result, console))
    print_summary(report, console)
    if save is not None:
        from sfnorch.report.pictures.scenarios import render_scenarios  # few commands save a report

        write_whole(save, render_scenarios(report))
    return 0 if report.has_passed else 1
