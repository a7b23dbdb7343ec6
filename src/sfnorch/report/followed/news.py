"""What happens in a run on AWS as text: a line for each change, then the failures and the commands that resume."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sfnorch.aws.links import build_execution_link
from sfnorch.console import Console, Text
from sfnorch.protocol.overlap import SKIPPED, find_holder
from sfnorch.report.followed.document import find_logs_link
from sfnorch.report.messages import shorten_message
from sfnorch.report.skipped_runs import describe_holder
from sfnorch.report.tones import find_style
from sfnorch.runs.executions import read_execution_name
from sfnorch.runs.run_tree import Failure, RunChange

_RUN_WORDS = {"workflow": "Workflow run", "statement": "Statement", "query": "Query", "crawl": "Crawl"}
"""The word for a run, by its kind; others are job runs."""


def list_news_lines(news: Iterable[RunChange], names: Mapping[str, str]) -> Iterator[Text]:
    """Yield a line for each change: the time of day, the execution, the job, and the new status."""
    for item in news:
        change = item.change
        line = Text.assemble(
            (f"{change.at.astimezone():%H:%M:%S}  ", "dim"), (names.get(item.node.key, ""), "bold"), "  "
        )
        if change.job:
            line.append(f"{change.job} ")
        status, message = change.status, change.message
        if status == "SUCCEEDED" and not change.job and (holder := find_holder(item.node.record.output)):
            status, message = SKIPPED, describe_holder(read_execution_name(holder))
        line.append(status, find_style(status))
        for detail in (change.run_id, shorten_message(message)):
            if detail:
                line.append(f"  {detail}", "dim")
        yield line


def print_failures(failures: Sequence[Failure], names: Mapping[str, str], console: Console) -> None:
    """Print each failure: the execution, the job, the message, and links."""
    for failure in failures:
        arn = failure.node.arn
        if failure.refused:
            at = f": {failure.refused} could not be started"
        elif failure.job:
            what = {"workflow": "Glue workflow"}.get(failure.job.kind, failure.node.record.reading.noun)
            at = f": {what} {failure.job.name} {failure.job.status}"
        else:
            at = f": {failure.node.record.status}"
        console.print()
        console.print(Text.assemble((names[failure.node.key], "bold red"), at), soft_wrap=True)
        for line in failure.message.splitlines():
            console.print_words(Text(f"  {line}"), margin=2)
        if failure.job and failure.job.run_id:
            what = _RUN_WORDS.get(failure.job.kind, "Job run")
            console.print(Text(f"  {what}: {failure.job.run_id}"), soft_wrap=True)
        if logs := find_logs_link(failure):
            console.print(Text(f"  Logs: {logs}"), soft_wrap=True)
        console.print(Text(f"  Execution: {build_execution_link(arn)}"), soft_wrap=True)


def print_resume(commands: Sequence[str], console: Console) -> None:
    """Print the commands that resume the executions."""
    if commands:
        console.print()
    for command in commands:
        console.print(Text(f"Resume: {command}"), soft_wrap=True)
