"""The status of a stack, as text and as data."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sfnorch.aws.stack_machines import find_main_machine
from sfnorch.aws.status import AlarmDeadline, AlarmState, LastExecution, Status
from sfnorch.console import Console, Text
from sfnorch.durations import format_duration, format_iso_time
from sfnorch.errors import SfnorchError
from sfnorch.report.item_counts import convert_counts
from sfnorch.report.stacks.ending import convert_ending
from sfnorch.report.tables import build_table
from sfnorch.report.tones import find_style

if TYPE_CHECKING:
    from sfnorch.aws.stack_events import OperationEnd
    from sfnorch.documents.stacks import AlarmData, LastExecutionData, StatusDocument

_UNKNOWN = "INSUFFICIENT_DATA"
"""The state of an alarm before its first evaluation, and while its metric has no data."""


def convert_status(status: Status, ending: OperationEnd | None = None) -> StatusDocument:
    """Return the status as data; `ending` is that of the operation that was followed."""
    return {
        "stack": status.stack.name,
        "status": status.stack.status,
        "reason": status.stack.reason,
        "updated": format_iso_time(status.stack.updated),
        "machines": [{"machine": m.title, "resource": m.logical_id, "arn": m.arn} for m in status.machines],
        "executions": [_convert_execution(execution) for execution in status.executions],
        "alarms": [_convert_alarm(alarm) for alarm in status.alarms],
        "outputs": dict(status.stack.outputs),
        "failure": convert_ending(ending) if ending and ending.failed else None,
    }


def _convert_execution(execution: LastExecution) -> LastExecutionData:
    return {
        "machine": execution.machine.title,
        "execution": execution.name,
        "arn": execution.arn,
        "status": execution.status,
        "started": format_iso_time(execution.started),
        "ended": format_iso_time(execution.ended),
        "items": convert_counts(execution.items) if execution.items else None,
    }


def _convert_alarm(alarm: AlarmState) -> AlarmData:
    deadline = alarm.deadline
    return {
        "alarm": alarm.name,
        "state": alarm.state,
        "since": format_iso_time(alarm.since),
        "reason": alarm.reason,
        "deadline": {"seconds": deadline.seconds, "next": format_iso_time(deadline.next_at)} if deadline else None,
    }


def convert_deleted_status(stack_name: str, ending: OperationEnd, *, failed: bool) -> StatusDocument:
    """Return the status of a stack that was deleted while it was followed."""
    return {
        "stack": stack_name,
        "status": ending.status,
        "reason": ending.reason,
        "updated": None,
        "machines": [],
        "executions": [],
        "alarms": [],
        "outputs": {},
        "failure": convert_ending(ending) if failed else None,
    }


def summarize_status(status: Status) -> dict[str, str]:
    """Return the cells of a table of stacks: the last update, the newest execution, and the alarms."""
    try:
        main = find_main_machine(status.machines, status.stack).arn
    except SfnorchError:  # none of several state machines starts the others
        main = ""
    last = max(
        status.executions,
        key=lambda execution: (execution.machine.arn == main, execution.started),
        default=None,
    )
    raised = [alarm.title for alarm in status.alarms if alarm.state == "ALARM"]
    return {
        "UPDATED": _format_time(status.stack.updated),
        "LAST EXECUTION": f"{last.status} {_format_time(last.started)}" if last else "",
        "IN ALARM": ", ".join(raised),
    }


def print_status(status: Status, console: Console, now: datetime) -> None:
    """Print the stack, its state machines with their last executions, and its alarms."""
    stack = status.stack
    style = "bold red" if "FAILED" in stack.status or "ROLLBACK" in stack.status else "green"
    line = Text.assemble((stack.name, "bold"), "  ", (stack.status, style), f"  {_format_time(stack.updated)}")
    console.print(line, soft_wrap=True)
    if stack.reason:
        console.print_words(Text(f"  {stack.reason}"), margin=2)
    if status.machines:
        console.print()
        has_items = any(execution.items for execution in status.executions)
        table = build_table("MACHINE", "LAST EXECUTION", "STATUS", "STARTED", "TOOK", *(["ITEMS"] if has_items else []))
        last = {execution.machine.arn: execution for execution in status.executions}
        for machine in status.machines:
            execution = last.get(machine.arn)
            if execution is None:
                table.add_row(Text(machine.title), Text("none yet", style="dim"))
                continue
            took = format_duration(((execution.ended or now) - execution.started).total_seconds())
            state = Text(execution.status, style=find_style(execution.status))
            items = [execution.items.describe()] if execution.items else []
            table.add_row(
                Text(machine.title), Text(execution.name), state, _format_time(execution.started), took, *items
            )
        console.print(table)
    if status.alarms:
        console.print()
        has_deadlines = any(alarm.deadline for alarm in status.alarms)
        table = build_table("ALARM", "STATE", "SINCE", *(["NEXT DEADLINE"] if has_deadlines else []), "")
        for alarm in status.alarms:
            reason = Text(alarm.reason if alarm.state == "ALARM" else "")
            state = Text(alarm.state, style="dim" if alarm.state == _UNKNOWN else find_style(alarm.state))
            deadlines = [_describe_deadline(alarm.deadline)] if has_deadlines else []
            table.add_row(Text(alarm.title), state, _format_time(alarm.since), *deadlines, reason)
        console.print(table)


def _format_time(at: datetime | None) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}" if at else ""


def _describe_deadline(deadline: AlarmDeadline | None) -> str:
    """Return the next deadline in the time zone of the schedule, or how long a run may take."""
    if deadline is None:
        return ""
    if deadline.next_at is None:
        return f"{format_duration(deadline.seconds)} after a start"
    return f"{deadline.next_at:%Y-%m-%d %H:%M} {deadline.next_at.tzinfo}"
