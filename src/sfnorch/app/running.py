"""Start executions, and follow them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfnorch.app.account import AwsAccount
from sfnorch.app.watching import RunResult, ShowProgress, follow_executions, ignore_progress
from sfnorch.aws.errors import explain_error, is_transient
from sfnorch.aws.stack_machines import find_main_machine, list_machines
from sfnorch.aws.stacks import get_stack
from sfnorch.errors import RequestError, SfnorchError
from sfnorch.json_values import Json
from sfnorch.protocol.job_list import is_job_list_required
from sfnorch.protocol.run_context import PARAMS, RUN
from sfnorch.runs.definitions import read_definition
from sfnorch.runs.executions import NAME, make_execution_arn, start_execution
from sfnorch.runs.kinds import find_kind
from sfnorch.runs.kinds.fan_out import FAN_OUT
from sfnorch.runs.kinds.job_list import JOB_LIST, make_thread_inputs
from sfnorch.runs.parameters import has_run_context, is_run_passed, merge_params, refuse_params

if TYPE_CHECKING:
    from sfnorch.aws.stack_machines import DeployedMachine

_MOST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """The start of an execution of a state machine in a stack."""

    stack_name: str
    """The name of the stack."""
    machine: str = ""
    """The state machine; by default the master, or the only one."""
    threads: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Jobs of children: by the name of the child, or by T2 for the second child."""
    only: Sequence[str] = ()
    """The children to run, without the others."""
    params: Mapping[str, Json] = field(default_factory=dict)
    """Values of the run's parameters, which replace those of the input. The state machine converts text."""
    execution_input: Mapping[str, Json] | None = None
    """The input of the execution, instead of threads and children."""
    name: str = ""
    """The name of the execution; by default the time and random characters."""

    def __post_init__(self) -> None:
        """Raise RequestError for a request that contradicts itself, and for an invalid name."""
        if self.execution_input is not None and (self.threads or self.only):
            raise RequestError(" cannot be combined with threads or only", field="execution_input")
        if self.name and not NAME.fullmatch(self.name):
            reason = "is not a valid name; use 1 to 80 letters, digits, hyphens and underscores"
            raise RequestError(f": {self.name!r} {reason}", field="name")


def run(
    request: RunRequest,
    account: AwsAccount | None = None,
    *,
    timeout: float | None = None,
    on_event: ShowProgress = ignore_progress,
) -> RunResult:
    """Start an execution, and follow it until it ends, as `sfnorch run` does; return its result.

    In a stack without a master, one execution is started for each thread. `timeout` is in seconds; the executions
    themselves continue after it. `on_event` gets the state after each poll.

    Raises RequestError for a request that does not fit the state machine, SfnorchError if an execution cannot be
    started, and NotFollowedError after an error of AWS or Ctrl-C.
    """
    account = account or AwsAccount()
    return follow_executions(start_run(request, account), account, timeout=timeout, on_event=on_event)


def start_run(request: RunRequest, account: AwsAccount | None = None) -> tuple[str, ...]:
    """Start an execution, or one for each thread in a stack without a master, and return their ARNs.

    Raises RequestError for a request that does not fit the state machine, and SfnorchError if an execution cannot be
    started, with the ARNs of those that were started before.
    """
    account = account or AwsAccount()
    client = account.session.cloudformation
    with account.waits(f"Reading the stack {request.stack_name}"):
        stack = get_stack(client, request.stack_name)
        machine = find_main_machine(list_machines(client, stack), stack, request.machine)
        inputs = _make_inputs(request, machine, account)
    name = request.name or f"{account.now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    with account.waits("Starting the execution"):
        return _start(machine, name, inputs, account)


def _make_inputs(
    request: RunRequest, machine: DeployedMachine, account: AwsAccount
) -> Mapping[str, Mapping[str, object]]:
    """Return the inputs of the executions to start, by the ID of the thread, or by an empty ID for a single one."""
    definition = read_definition(account.session.stepfunctions, machine.arn)
    inputs = _make_pattern_inputs(request, machine, definition)
    if is_run_passed(definition) and not {RUN, PARAMS} <= set(request.execution_input or ()):
        only = f" --only {machine.title}" if find_kind(definition) in (JOB_LIST, FAN_OUT) else ""
        raise SfnorchError(
            f"The state machine {machine.title} gets the run and its parameters from the main state machine",
            hint=f"start that one: sfnorch run --stack-name {request.stack_name}{only}",
        )
    if not request.params and not has_run_context(definition):
        return inputs
    params = merge_params(request.execution_input, request.params)
    refuse_params(f"the state machine {machine.title}", definition, params)
    return {thread: {**document, **({PARAMS: params} if params else {})} for thread, document in inputs.items()}


def _make_pattern_inputs(
    request: RunRequest, machine: DeployedMachine, definition: Mapping[str, Json]
) -> Mapping[str, Mapping[str, object]]:
    """Return the inputs without the parameters of the request."""
    if request.execution_input is not None:
        return {"": request.execution_input}
    kind = find_kind(definition)
    title, threads = machine.title, request.threads
    if request.only and not (kind and kind.takes_children):
        raise RequestError(f": the state machine {title} has no children", field="only")
    if threads and kind and not kind.takes_threads:
        raise RequestError(f": the state machine {title} runs {kind.work}, not a list of jobs", field="threads")
    if not threads and is_job_list_required(definition):
        raise SfnorchError(
            f"The state machine {title} requires a list of jobs", hint="pass one with --thread T1=JOB[,JOB...]"
        )
    if kind is None:
        return make_thread_inputs(threads) or {"": {}}
    return kind.make_inputs(definition, threads, request.only)


def _start(
    machine: DeployedMachine, base: str, inputs: Mapping[str, Mapping[str, object]], account: AwsAccount
) -> tuple[str, ...]:
    arns: list[str] = []
    for name, document in zip(_make_names(base, list(inputs)), inputs.values(), strict=True):
        try:
            arns.append(start_execution(account.session.stepfunctions, machine.arn, name, document, account.clock))
        except Exception as error:
            told = explain_error(error)
            if told is None:
                raise
            before = "".join(f"\nstarted before that: {arn}" for arn in arns)
            hint = told.hint
            if is_transient(error):
                hint = f"check whether it was started with `sfnorch watch {make_execution_arn(machine.arn, name)}`"
            raise SfnorchError(f"{told.message}{before}", hint=hint) from None
    return tuple(arns)


def _make_names(base: str, threads: Sequence[str]) -> list[str]:
    """Return the names of the executions: the base, with a number and the valid characters of the thread's ID."""
    if len(threads) == 1:
        return [base]
    ends = [f"-{n}-{re.sub('[^0-9A-Za-z_-]', '_', thread)[:30]}" for n, thread in enumerate(threads, 1)]
    return [base[: _MOST_NAME - len(end)] + end for end in ends]
