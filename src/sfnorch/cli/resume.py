"""`sfnorch resume`: what failed, run again from the job that failed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import click

from sfnorch.cli.account import account_options, can_ask, require_consent, stack_option, yes_option
from sfnorch.cli.execution import execution_argument, open_execution
from sfnorch.cli.options import Duration, output_option
from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting

if TYPE_CHECKING:
    from sfnorch.aws.polling import Clock
    from sfnorch.aws.resume import Resumption
    from sfnorch.aws.session import Session


@click.command()
@execution_argument(required=False)
@stack_option
@click.option("--no-wait", is_flag=True, help="Start it, and end.")
@click.option("--timeout", type=Duration(), metavar="2H", help="Follow it no longer; the run itself goes on.")
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
    """Run again what failed in an execution, from the job that failed.

    A new execution of the same machine: children that succeeded are skipped, each that failed gets the jobs that are
    left. EXECUTION is an ARN, or a name in the stack; without one it is the last that was started.
    """
    require_consent(yes, output_form, "resume")
    session, arn = open_execution(execution, stack_name, machine_name, region, profile)
    from sfnorch.aws.executions import AlreadyExistsError, execution_arn, machine_of, start
    from sfnorch.aws.polling import Clock
    from sfnorch.cli.following import follow_run, print_started

    client, clock = session.stepfunctions, Clock()
    with waiting("Looking up the execution"):
        machine_arn = machine_of(client, arn)
    found = _resumption(session, arn, machine_arn, clock)
    if output_form == "text":
        _show(found)
    if not yes and not (can_ask(output_form) and click.confirm("Start this run?", err=True)):
        click.echo("Nothing was started.", err=True)
        return 1
    # one resumption of an execution has one name: asked for twice, it runs once
    name = f"resume-{hashlib.sha256(arn.encode()).hexdigest()[:16]}"
    try:
        with waiting("Starting the execution"):
            started = start(client, machine_arn, name, found.input, clock)
    except AlreadyExistsError:
        before = execution_arn(machine_arn, name)
        raise SfnorchError(
            f"It has been resumed already, by {before}", hint=f"`sfnorch resume {before}` goes on from there"
        ) from None
    if no_wait:
        print_started([started], output_form)
        return 0
    return follow_run(
        session, [started], output_form, stack_name=stack_name, region=region, profile=profile, timeout=timeout
    )


def _resumption(session: Session, arn: str, machine_arn: str, clock: Clock) -> Resumption:
    """How the execution is resumed. Raises SfnorchError where it can't be."""
    from sfnorch.aws.executions import machine_arn as machine_of_execution
    from sfnorch.aws.resume import ask_glue, resumption, resumption_of_flow, resumption_of_loop, resumption_of_tasks
    from sfnorch.aws.run_tree import RunTree
    from sfnorch.aws.threads import children, definition, is_loop, list_names, runs_jobs, steps, tasks

    client = session.stepfunctions
    tree = RunTree(client, [arn], clock)
    untold: list[str] = []
    with waiting("Reading the execution's history"):
        tree.poll()
        root = tree.roots[-1]  # of a loop the execution that it has come to
        if tree.ended:
            untold = ask_glue(root, session.glue, clock)
    for line in untold:
        click.echo(f"warning: {line}", err=True)
    with waiting("Reading the machine's definition"):
        now = definition(client, machine_arn)
    names = children(now)
    if (all_tasks := tasks(now)) is not None:
        return resumption_of_tasks(root, all_tasks)
    if (all_steps := steps(now)) is not None:
        return resumption_of_flow(root, all_steps)
    if is_loop(now):
        return resumption_of_loop(root)
    if names is None and not runs_jobs(now):
        raise SfnorchError(
            f"The machine {root.machine} is none that sfnorch makes: what is left of its run can't be told",
            hint="redrive it in the console, or start it anew",
        )
    found = resumption(root, names)
    for node in root.walk():
        own = {job.name for job in node.record.jobs if job.name != job.glue_name}
        listed = {job for jobs in found.jobs.values() for job in jobs} & own
        with waiting("Reading the machine's definition"):
            lost = listed - list_names(definition(client, machine_of_execution(node.arn))) if listed else None
        if lost:
            raise SfnorchError(
                f"{node.machine} knows no {', '.join(sorted(lost))} any more: its jobs have changed since that run",
                hint="`sfnorch run --only CHILD --thread CHILD=JOBS` runs the jobs that you name",
            )
    return found


def _show(found: Resumption) -> None:
    for child, jobs in found.jobs.items():
        click.echo(f"{child}: {' → '.join(jobs) or found.as_planned}", err=True)
    if found.skipped:
        click.echo(f"skipped: {', '.join(found.skipped)}", err=True)
