"""`sfnorch run`: an execution, started and followed until it ends."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import click

from sfnorch.cli.account import account_options, open_session, stack_option
from sfnorch.cli.documents import json_object
from sfnorch.cli.examples import format_examples
from sfnorch.cli.options import JOBS, JobList, follow_options, output_option
from sfnorch.cli.parameter_type import ParameterType
from sfnorch.errors import SfnorchError
from sfnorch.report.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfnorch.aws.session import Session
    from sfnorch.aws.status import MachineStatus


class ThreadParameter(ParameterType[tuple[str, tuple[str, ...]]]):
    """The ID of a thread and its jobs: `THREAD=JOB[,JOB...]`."""

    name = "t1=a,b"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, ...]]:
        """Return the ID of the thread, and the names of its jobs."""
        if isinstance(value, tuple):
            return value
        thread, equals, jobs = str(value).partition("=")
        if not equals or not thread.strip():
            self.fail(f"{value!r} is not of the form THREAD={JOBS}", param, ctx)
        return thread.strip(), JobList().convert(jobs, param, ctx)


def _execution_name(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from sfnorch.runs.executions import NAME

    if value and not NAME.fullmatch(value):
        raise click.BadParameter(
            f"{value!r} is not a valid name; use 1 to 80 letters, digits, hyphens and underscores.", ctx, param
        )
    return value


@click.command(
    epilog=format_examples(
        ("Start the master of the stack, and follow the execution.", "sfnorch run --stack-name nightly-etl"),
        ("Run one child with other jobs.", "sfnorch run --only child-2 --thread child-2=extract,load"),
        ("Start an execution with an input from a file, and exit.", "sfnorch run --input @input.json --no-wait"),
    )
)
@stack_option
@click.option(
    "--machine",
    "machine_name",
    metavar="NAME",
    default="",
    show_default="master, or the only one",
    help="State machine to start.",
)
@click.option(
    "--thread",
    "threads",
    type=ThreadParameter(),
    multiple=True,
    metavar=f"THREAD={JOBS}",
    help="Jobs of a child, where THREAD is its name, or T2 for the second child; can be repeated.",
)
@click.option("--only", multiple=True, metavar="CHILD", help="Child to run, without the others; can be repeated.")
@click.option(
    "--input", "given", metavar="JSON|@FILE", help="Input of the execution: a JSON object, or @FILE with one."
)
@click.option(
    "--name",
    metavar="NAME",
    default="",
    callback=_execution_name,
    help="Name of the execution.",
    show_default="the time and random characters",
)
@follow_options
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
    """Start an execution, and follow it until it ends.

    In a stack without a master, the command starts one execution for each --thread, all of them in parallel. The exit
    code is 0 if all executions succeeded, 3 if a child or a job failed, and 1 for any other failure.
    """
    if given is not None and (threads or only):
        raise click.UsageError("--input cannot be combined with --thread or --only.")
    document = None if given is None else json_object(given)
    by_id = dict(threads)
    if len(by_id) < len(threads):
        raise click.UsageError("--thread: duplicate ID of a thread; use each ID once.")
    from sfnorch.aws.stacks import existing_stack
    from sfnorch.aws.status import machines, main_machine
    from sfnorch.cli.following import follow_run, print_started

    session = open_session(region, profile)
    with waiting(f"Reading the stack {stack_name}"):
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
    session: Session, machine: MachineStatus, threads: dict[str, tuple[str, ...]], only: tuple[str, ...]
) -> Mapping[str, Mapping[str, Any]]:
    """Return the inputs of the executions to start, by the ID of the thread, or by an empty ID for a single one."""
    from sfnorch.protocol.job_list import requires_jobs
    from sfnorch.runs.definitions import read_definition
    from sfnorch.runs.kinds import find_kind
    from sfnorch.runs.kinds.job_list import make_thread_inputs

    definition = read_definition(session.stepfunctions, machine.arn)
    kind = find_kind(definition)
    if only and not (kind and kind.takes_children):
        raise click.UsageError(f"--only: the state machine {machine.title} has no children.")
    if threads and kind and not kind.takes_threads:
        raise click.UsageError(f"--thread: the state machine {machine.title} runs {kind.work}, not a list of jobs.")
    if not threads and requires_jobs(definition):
        raise SfnorchError(
            f"The state machine {machine.title} requires a list of jobs", hint=f"pass one with --thread T1={JOBS}"
        )
    if kind is None:
        return make_thread_inputs(threads) or {"": {}}
    return kind.make_inputs(definition, threads, only)


def _start(session: Session, machine: MachineStatus, base: str, inputs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Start an execution for each input, and return their ARNs.

    Raises SfnorchError if an execution cannot be started, with the ARNs of those that were started before.
    """
    from sfnorch.aws.errors import explained, is_transient
    from sfnorch.aws.polling import Clock
    from sfnorch.runs.executions import make_execution_arn, start_execution

    arns: list[str] = []
    for name, document in zip(_names(base, list(inputs)), inputs.values(), strict=True):
        try:
            arns.append(start_execution(session.stepfunctions, machine.arn, name, document, Clock()))
        except Exception as error:
            told = explained(error)
            if told is None:
                raise
            before = "".join(f"\nstarted before that: {arn}" for arn in arns)
            hint = told.hint
            if is_transient(error):
                hint = f"check whether it was started with `sfnorch watch {make_execution_arn(machine.arn, name)}`"
            raise SfnorchError(f"{told.message}{before}", hint=hint) from None
    return arns


def _names(base: str, threads: list[str]) -> list[str]:
    """Return the names of the executions: the base, with a number and the valid characters of the thread's ID."""
    if len(threads) == 1:
        return [base]
    ends = [f"-{n}-{re.sub('[^0-9A-Za-z_-]', '_', thread)[:30]}" for n, thread in enumerate(threads, 1)]
    return [base[: 80 - len(end)] + end for end in ends]
