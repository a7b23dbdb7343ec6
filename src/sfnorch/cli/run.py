"""`sfnorch run`: the stack's machine started, and followed to its end."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.account import account_options, open_session, stack_option
from sfnorch.cli.documents import json_object
from sfnorch.cli.options import Duration, JobList, output_option
from sfnorch.cli.parameter_type import ParameterType
from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting

if TYPE_CHECKING:
    from sfnorch.aws.session import Session
    from sfnorch.aws.status import Machine


class Thread(ParameterType[tuple[str, tuple[str, ...]]]):
    """A thread's id and its jobs: `T1=a,b`."""

    name = "t1=a,b"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        """Return the thread's id, and the names of its jobs."""
        if isinstance(value, tuple):
            return value
        thread, equals, jobs = str(value).partition("=")
        if not equals or not thread.strip():
            self.fail(f"{value!r} is not T1=a,b", param, ctx)
        return thread.strip(), JobList().convert(jobs, param, ctx)


def _execution_name(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from sfnorch.aws.executions import NAME

    if value and not NAME.fullmatch(value):
        raise click.BadParameter(f"{value!r}: 1 to 80 letters, digits, hyphens and underscores.", ctx, param)
    return value


@click.command()
@stack_option
@click.option("--machine", "machine_name", metavar="NAME", default="", help="The machine to start; else the master.")
@click.option(
    "--thread",
    "threads",
    type=Thread(),
    multiple=True,
    metavar="T1=A,B",
    help="Jobs of a thread, by its child's name, as T2 for the second child, else by position.",
)
@click.option("--only", multiple=True, metavar="CHILD", help="Run this child alone; may be given for several.")
@click.option("--input", "given", metavar="JSON|@FILE", help="The execution's input, as it is to be.")
@click.option("--name", metavar="N", default="", callback=_execution_name, help="The execution's name.")
@click.option("--no-wait", is_flag=True, help="Start it, and end.")
@click.option("--timeout", type=Duration(), metavar="2H", help="Follow it no longer; the run itself goes on.")
@account_options
@output_option
def run(
    stack_name: str,
    machine_name: str,
    threads: tuple[tuple[str, tuple[str, ...]], ...],
    only: tuple[str, ...],
    given: str | None,
    name: str,
    no_wait: bool,
    timeout: float | None,
    region: str | None,
    profile: str | None,
    output_form: str,
) -> int:
    """Start the stack's machine, and follow the run to its end.

    Of a stack without a master one execution is started for each --thread, all at once. The exit code is 0 where all
    succeeded, 3 where a child or a job failed, else 1.
    """
    if given is not None and (threads or only):
        raise click.UsageError("Give the input, or threads and children, not both.")
    document = None if given is None else json_object(given)
    by_id = dict(threads)
    if len(by_id) < len(threads):
        raise click.UsageError("--thread: each thread has an id of its own.")
    from sfnorch.aws.stacks import existing_stack
    from sfnorch.aws.status import machines, main_machine
    from sfnorch.cli.following import follow_run, print_started

    session = open_session(region, profile)
    with waiting(f"Looking up the stack {stack_name}"):
        stack = existing_stack(session.cloudformation, stack_name)
        machine = main_machine(machines(session.cloudformation, stack), stack, machine_name)
        inputs = {"": document} if document is not None else _inputs(session, machine, by_id, only)
    name = name or f"{datetime.now(timezone.utc):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    with waiting("Starting the execution"):
        arns = _start(session, machine, name, inputs)
    if no_wait:
        print_started(arns, output_form)
        return 0
    return follow_run(
        session, arns, output_form, stack_name=stack_name, region=region, profile=profile, timeout=timeout
    )


def _inputs(
    session: Session, machine: Machine, threads: dict[str, tuple[str, ...]], only: tuple[str, ...]
) -> dict[str, dict[str, Any]]:
    """Return the inputs of the executions to start, by what is added to their names."""
    from sfnorch.aws.threads import children, definition, is_loop, master_input, steps, tasks, wants_jobs

    found = definition(session.stepfunctions, machine.arn)
    names = children(found)
    if names is not None:
        return {"": master_input(names, threads, only)}
    if only:
        raise click.UsageError(f"--only: {machine.title} has no children.")
    what = "tasks" if tasks(found) is not None else "steps" if steps(found) is not None else ""
    what = "a Glue workflow" if is_loop(found) else what
    if threads and what:
        raise click.UsageError(f"--thread: {machine.title} runs {what}, and takes no lists of jobs.")
    if not threads and wants_jobs(found):
        raise SfnorchError(f"{machine.title} runs the jobs that it is given", hint="--thread T1=a,b gives it some")
    if not threads:
        return {"": {}}
    inputs: dict[str, dict[str, Any]] = {
        thread: {"threadId": thread, "glueJobs": list(jobs)} for thread, jobs in threads.items()
    }
    return inputs


def _start(session: Session, machine: Machine, base: str, inputs: dict[str, dict[str, Any]]) -> list[str]:
    """Return the ARNs of the executions, which are all started before any is followed.

    Raises SfnorchError where one couldn't be started, and tells those that were.
    """
    from sfnorch.aws.errors import explained, is_transient
    from sfnorch.aws.executions import execution_arn, start
    from sfnorch.aws.polling import Clock

    arns: list[str] = []
    for name, document in zip(_names(base, list(inputs)), inputs.values(), strict=True):
        try:
            arns.append(start(session.stepfunctions, machine.arn, name, document, Clock()))
        except Exception as error:
            told = explained(error)
            if told is None:
                raise
            before = "".join(f"\nstarted before that: {arn}" for arn in arns)
            hint = told.hint
            if is_transient(error):
                hint = f"`sfnorch watch {execution_arn(machine.arn, name)}` shows whether it was started all the same"
            raise SfnorchError(f"{told.message}{before}", hint=hint) from None
    return arns


def _names(base: str, threads: list[str]) -> list[str]:
    """Return the names of the executions: the base's, with a number and what may stand in a name of the thread's id."""
    if len(threads) == 1:
        return [base]
    ends = [f"-{n}-{re.sub('[^0-9A-Za-z_-]', '_', thread)[:30]}" for n, thread in enumerate(threads, 1)]
    return [base[: 80 - len(end)] + end for end in ends]
