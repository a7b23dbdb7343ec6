"""`sfnorch resume`: a failed execution, resumed from the job that failed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import click

from sfnorch.cli.account import account_options, can_ask, require_consent, stack_option, yes_option
from sfnorch.cli.examples import format_examples
from sfnorch.cli.execution import execution_argument, open_execution
from sfnorch.cli.options import follow_options, output_option
from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

    from sfnorch.aws.polling import Clock
    from sfnorch.aws.session import Session
    from sfnorch.runs.kinds.kind import Resumption
    from sfnorch.runs.node import Node


@click.command(
    epilog=format_examples(
        ("Resume the last execution of the stack.", "sfnorch resume --stack-name nightly-etl"),
        (
            "Resume an execution by its name, without a prompt and without following it.",
            "sfnorch resume 20260131-030000-a1b2c3 --yes --no-wait",
        ),
    )
)
@execution_argument(required=False)
@stack_option
@follow_options
@yes_option
@account_options
@output_option
def resume(
    execution: str | None,
    machine_name: str,
    stack_name: str,
    no_wait: bool,
    timeout: float | None,
    yes: bool,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> int:
    """Resume a failed execution from the job that failed.

    The command starts a new execution of the same state machine. It skips children that succeeded. A child that failed
    runs the job that failed and the jobs after it. EXECUTION is the ARN of an execution, or its name. The default is
    the last execution that was started.
    """
    require_consent(yes, output_form, "resume")
    session, arn = open_execution(execution, stack_name, machine_name, region, profile)
    from sfnorch.aws.polling import Clock
    from sfnorch.cli.following import follow_run, print_started
    from sfnorch.runs.executions import AlreadyExistsError, find_machine, make_execution_arn, start_execution

    client, clock = session.stepfunctions, Clock()
    with waiting("Looking up the execution"):
        machine_arn = find_machine(client, arn)
    found = _plan(session, arn, machine_arn, clock)
    if output_form == "text":
        _show(found)
    if not yes and not (can_ask(output_form) and click.confirm("Start this execution?", err=True)):
        click.echo("Nothing was started.", err=True)
        return 1
    # one name for each execution to resume: if two commands resume it, one execution starts
    name = f"resume-{hashlib.sha256(arn.encode()).hexdigest()[:16]}"
    try:
        with waiting("Starting the execution"):
            started = start_execution(client, machine_arn, name, found.input, clock)
    except AlreadyExistsError:
        before = make_execution_arn(machine_arn, name)
        raise SfnorchError(
            f"The execution is already resumed by {before}", hint=f"resume that one with `sfnorch resume {before}`"
        ) from None
    if no_wait:
        print_started([started], output_form)
        return 0
    return follow_run(
        session, [started], output_form, stack_name=stack_name, region=region, profile=profile, timeout=timeout
    )


def _plan(session: Session, arn: str, machine_arn: str, clock: Clock) -> Resumption:
    """Return the input that resumes the execution. Raises SfnorchError if it cannot be resumed."""
    from sfnorch.runs.definitions import read_definition
    from sfnorch.runs.resume import ask_glue, plan_resumption
    from sfnorch.runs.run_tree import RunTree

    client = session.stepfunctions
    tree = RunTree(client, [arn], clock)
    untold: list[str] = []
    with waiting("Reading the execution's history"):
        tree.poll()
        root = tree.roots[-1]  # of a loop, the last execution
        if tree.ended:
            untold = ask_glue(root, session.glue, clock)
    for line in untold:
        click.echo(f"warning: {line}", err=True)
    with waiting("Reading the machine's definition"):
        definition = read_definition(client, machine_arn)
    found = plan_resumption(root, definition)
    for node in root.walk():
        _refuse_lost_jobs(client, node, found)
    return found


def _refuse_lost_jobs(client: SFNClient, node: Node, found: Resumption) -> None:
    """Raise SfnorchError if a job to run has a name that the state machine of its execution no longer has."""
    from sfnorch.protocol.job_list import listed_names
    from sfnorch.runs.definitions import read_definition
    from sfnorch.runs.executions import make_machine_arn
    from sfnorch.runs.kinds.job_list import JOB_LIST

    own = {job.name for job in node.record.jobs if job.name != job.glue_name}
    listed = {job for jobs in found.jobs.values() for job in jobs} & own
    if not listed or node.record.reading is not JOB_LIST:
        return
    with waiting("Reading the machine's definition"):
        lost = listed - listed_names(read_definition(client, make_machine_arn(node.arn)))
    if lost:
        raise SfnorchError(
            f"{node.machine} no longer has the jobs {', '.join(sorted(lost))}: it was changed after the execution",
            hint="run jobs by name with `sfnorch run --only CHILD --thread CHILD=JOB[,JOB...]`",
        )


def _show(found: Resumption) -> None:
    for child, jobs in found.jobs.items():
        click.echo(f"{child}: {' → '.join(jobs) or found.as_planned}", err=True)
    if found.skipped:
        click.echo(f"skipped: {', '.join(found.skipped)}", err=True)
