"""Run the main state machine of a stack for each date of a range, by the stack's own state machine for backfills."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sfnorch.app.account import AwsAccount
from sfnorch.app.backfill_request import BackfillRequest
from sfnorch.aws.errors import explain_error
from sfnorch.aws.polling import add_retries
from sfnorch.aws.stack_machines import DeployedMachine, find_backfill_machine, find_main_machine, list_machines
from sfnorch.aws.stacks import get_stack
from sfnorch.errors import RequestError, SfnorchError, extend_error
from sfnorch.json_values import Json, parse_json, read_list, read_mapping
from sfnorch.protocol.backfill import ERROR, BackfillInput
from sfnorch.runs.backfill_progress import FollowedBackfill, follow_backfill
from sfnorch.runs.backfills import BackfillSettings, choose_date_parameter
from sfnorch.runs.date_runs import PENDING, DateRun, find_rule, list_execution_rows, read_date_runs
from sfnorch.runs.definitions import read_definition
from sfnorch.runs.executions import AlreadyExistsError, start_execution
from sfnorch.runs.kinds import find_kind
from sfnorch.runs.parameters import has_run_context, refuse_params

if TYPE_CHECKING:
    from sfnorch.app.watching import RunEnd
    from sfnorch.protocol.backfill import OutcomeRule


@dataclass(frozen=True, slots=True)
class BackfillProgress:
    """The state of a backfill after a poll, and the dates that have changed."""

    backfill: FollowedBackfill
    changed: tuple[DateRun, ...]


ShowBackfill = Callable[[BackfillProgress], None]


def ignore_backfill(progress: BackfillProgress) -> None:
    """Do nothing with the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBackfill:
    """A backfill before it starts: which dates have succeeded already, and what runs."""

    backfill: FollowedBackfill
    """The dates with their last runs; a backfill that is running has an execution."""
    command: str
    """The command that continues it."""
    param: str
    """The parameter that gets the date; an empty text if only `$run.date` is set."""
    execution_input: BackfillInput | None
    """The input of its state machine; None if nothing is to run, or if it is running already."""
    machine_arn: str
    name: str
    rule: OutcomeRule
    account: AwsAccount

    @property
    def is_running(self) -> bool:
        """Return whether the backfill is running already."""
        return bool(self.backfill.execution)


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """A backfill that has ended, or that was followed until the timeout."""

    backfill: FollowedBackfill
    """The dates with their last runs."""
    command: str
    """The command that continues it."""

    @property
    def end(self) -> RunEnd:
        """Return how the backfill has ended: `work_failed` if dates failed, `failed` after any other failure."""
        if not self.backfill.ended:
            return "running"
        if len(self.backfill.select_dates("SUCCEEDED")) == len(self.backfill.dates):
            return "succeeded"  # also if another date of a backfill that was running already has failed
        is_work = self.backfill.record.error == ERROR and self.backfill.select_dates("FAILED")
        return "work_failed" if is_work else "failed"


class BackfillNotFollowedError(SfnorchError):
    """The backfill continues and is no longer followed: after an error of AWS, or after Ctrl-C."""

    def __init__(self, result: BackfillResult, error: SfnorchError) -> None:
        super().__init__(error.message, hint=error.hint)
        self.result = result


def backfill(
    request: BackfillRequest,
    account: AwsAccount | None = None,
    *,
    timeout: float | None = None,
    on_event: ShowBackfill = ignore_backfill,
) -> BackfillResult:
    """Run each date that has not succeeded, and follow the backfill until it ends, as `sfnorch backfill` does.

    A backfill of the same runs that is running is followed, and not started again. `timeout` is in seconds; the
    backfill itself continues after it. `on_event` gets the state after each poll.

    Raises RequestError for a request that does not fit the state machine, SfnorchError if the stack has no state
    machine for backfills, and BackfillNotFollowedError after an error of AWS or Ctrl-C.
    """
    planned = plan_backfill(request, account)
    return follow_planned(start_backfill(planned), timeout=timeout, on_event=on_event)


def plan_backfill(request: BackfillRequest, account: AwsAccount | None = None) -> PlannedBackfill:
    """Return which dates a backfill runs, without starting it. Its errors are those of `backfill`."""
    account = account or AwsAccount()
    client = account.session.stepfunctions
    with account.waits(f"Reading the stack {request.stack_name}"):
        main, machine = _find_machines(request.stack_name, account)
        definition = read_definition(client, main.arn)
    settings = _make_settings(request, main, definition)
    key, rule, dates = settings.compute_key(main.arn), find_rule(definition), request.dates.list_dates()
    with account.waits("Reading earlier runs of the dates"):
        earlier = read_date_runs(client, main.arn, key, dates, rule, account.clock)
        running, count = _find_backfills(machine.arn, key, account)
    command = request.build_command(account.region)
    planned = PlannedBackfill(
        backfill=FollowedBackfill(
            dates={date: earlier.get(date) or DateRun(date=date) for date in dates},
            key=key,
            main_machine_arn=main.arn,
            attempts={},
        ),
        command=command,
        param=settings.param,
        execution_input=None,
        machine_arn=machine.arn,
        name=f"{key}-{count + 1}",
        rule=rule,
        account=account,
    )
    is_done = len(planned.backfill.select_dates("SUCCEEDED")) == len(dates)
    return _join(planned, running) if running and not is_done else _plan_dates(planned, settings)


def start_backfill(planned: PlannedBackfill) -> PlannedBackfill:
    """Start the backfill if it has something to run, and return it with its execution.

    Raises SfnorchError if another command has started it meanwhile.
    """
    if planned.execution_input is None:
        return planned
    account = planned.account
    try:
        with account.waits("Starting the backfill"):
            planned.backfill.execution = start_execution(
                account.session.stepfunctions, planned.machine_arn, planned.name, planned.execution_input, account.clock
            )
    except AlreadyExistsError:
        raise SfnorchError(
            "Another command has started this backfill at the same time", hint="run the command again to follow it"
        ) from None
    return replace(planned, execution_input=None)


def follow_planned(
    planned: PlannedBackfill, *, timeout: float | None = None, on_event: ShowBackfill = ignore_backfill
) -> BackfillResult:
    """Follow a backfill that was started until it ends, and return its result.

    Raises BackfillNotFollowedError after an error of AWS or Ctrl-C.
    """
    backfill, account, clock = planned.backfill, planned.account, planned.account.clock
    result = BackfillResult(backfill, planned.command)
    if not backfill.execution:
        return result
    client = account.session.stepfunctions
    try:
        deadline = None if timeout is None else clock.now() + timeout
        for changed in follow_backfill(client, backfill, clock, deadline):
            on_event(BackfillProgress(backfill, tuple(changed)))
        if backfill.ended and (open_dates := [run.date for run in backfill.select_dates("RUNNING")]):
            with account.waits("Reading the runs of the dates"):
                found = read_date_runs(client, backfill.main_machine_arn, backfill.key, open_dates, planned.rule, clock)
            backfill.dates.update(found)
    except Exception as error:
        told = explain_error(error)
        if told is None:
            raise
        raise BackfillNotFollowedError(result, explain_unfollowed(result, told)) from None
    except KeyboardInterrupt:
        raise BackfillNotFollowedError(result, explain_unfollowed(result, None)) from None
    return result


def explain_unfollowed(result: BackfillResult, told: SfnorchError | None) -> SfnorchError:
    """Return the error for a backfill that is no longer followed, with the commands that follow and stop it."""
    says = "The backfill continues in AWS and is no longer followed"
    hint = f"follow it with `{result.command}`, or stop it with `sfnorch stop {result.backfill.execution}`"
    return extend_error(told, says, hint=hint)


def _find_machines(stack_name: str, account: AwsAccount) -> tuple[DeployedMachine, DeployedMachine]:
    """Return the main state machine and the one for backfills. Raises SfnorchError if the stack has none."""
    client = account.session.cloudformation
    stack = get_stack(client, stack_name)
    machines = list_machines(client, stack)
    machine = find_backfill_machine(machines)
    if machine is None:
        raise SfnorchError(
            f"The stack {stack_name} has no state machine for backfills",
            hint="set `backfill: true` in the plan, and deploy it",
        )
    return find_main_machine(machines, stack), machine


def _make_settings(request: BackfillRequest, main: DeployedMachine, definition: Mapping[str, Json]) -> BackfillSettings:
    """Return what the runs have in common. Raises RequestError and SfnorchError for what the machine would refuse."""
    title = f"the state machine {main.title}"
    if not has_run_context(definition):
        raise SfnorchError(
            f"The state machine {main.title} does not read the date of a run", hint="deploy the plan again"
        )
    param = choose_date_parameter(title, definition, request.param, request.params)
    refuse_params(title, definition, {**request.params, **({param: f"{request.dates.first}"} if param else {})})
    kind = find_kind(definition)
    if request.only and not (kind and kind.takes_children):
        raise RequestError(f": {title} has no children", field="only")
    return BackfillSettings(
        param=param,
        params=request.params,
        execution_input=kind.make_inputs(definition, {}, request.only)[""] if kind else {},
        parallel=request.parallel,
        stop_on_failure=request.stop_on_failure,
    )


def _find_backfills(machine_arn: str, key: str, account: AwsAccount) -> tuple[str, int]:
    """Return the ARN of the execution that runs a backfill with this key, if any; and how many have been started."""
    name = re.compile(rf"{key}-([1-9][0-9]*)(-[1-9][0-9]*)?")
    running, count = "", 0
    for row in list_execution_rows(account.session.stepfunctions, machine_arn, account.clock):
        if match := name.fullmatch(row["name"]):
            count = max(count, int(match[1]))
            if row["status"] == "RUNNING" and not running:
                running = row["executionArn"]
    return running, count


def _plan_dates(planned: PlannedBackfill, settings: BackfillSettings) -> PlannedBackfill:
    """Return the backfill of the dates that have not succeeded: those that failed get another attempt."""
    backfill = planned.backfill
    attempts = {run.date: run.attempt + (run.status == "FAILED") for run in backfill.dates.values() if run.attempt}
    for run in backfill.select_dates("FAILED"):
        run.status = PENDING
    left = [run.date for run in backfill.select_dates(PENDING, "RUNNING")]
    backfill.attempts = attempts
    if not left:
        return planned
    given = settings.make_input(left, backfill.key, attempts, planned.command)
    return replace(planned, execution_input=given)


def _join(planned: PlannedBackfill, running: str) -> PlannedBackfill:
    """Return the backfill that is running. Raises SfnorchError if it does not have all dates that are left."""
    backfill, account = planned.backfill, planned.account
    describe = add_retries(account.session.stepfunctions.describe_execution, account.clock)
    given = read_mapping(parse_json(describe(executionArn=running).get("input")))
    theirs = set(map(str, read_list(given.get("dates"))))
    backfill.attempts = {date: int(str(number)) for date, number in read_mapping(given.get("attempts")).items()}
    for run in backfill.dates.values():
        if run.date in theirs and run.status == "FAILED" and run.attempt < backfill.attempts.get(run.date, 1):
            run.status = PENDING
    known = theirs | set(map(str, read_list(given.get("failed"))))
    missing = [run.date for run in backfill.dates.values() if run.status != "SUCCEEDED" and run.date not in known]
    if missing:
        raise SfnorchError(
            f"A backfill of the same runs is running without {missing[0]}"
            + (f" and {len(missing) - 1} more of these dates" if len(missing) > 1 else ""),
            hint=f"wait for it (`sfnorch watch {running}`), or stop it (`sfnorch stop {running}`); then run the "
            "command again",
        )
    backfill.execution = running
    return planned
