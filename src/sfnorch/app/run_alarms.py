"""Read how the alarms of a run's state machines changed during the run, for a report of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sfnorch.app.account import AwsAccount
from sfnorch.aws.alarm_changes import AlarmStateChange, list_machine_alarms, read_state_changes
from sfnorch.aws.errors import explain_error
from sfnorch.runs.executions import make_machine_arn, read_region
from sfnorch.runs.run_tree import RunTree

_LATE = timedelta(minutes=5)
"""The time after the end of a run in which a change of an alarm still counts as one of this run.

The alarms of sfnorch's templates evaluate periods of one minute. CloudWatch can get the metric of an ended execution
some minutes later [assumed].
"""

_MOST_ALARMS = 100
_MOST_CHANGES = 100
"""The maximum number of changes of an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAlarms:
    """The changes of the alarms, oldest first, and what a report says of them."""

    changes: Sequence[AlarmStateChange] = ()
    note: str = ""
    """Until when they were read."""
    left_out: str = ""
    """What was not read, and why; empty if all was."""


def read_run_alarms(tree: RunTree, account: AwsAccount) -> RunAlarms:
    """Return the changes of at most 100 alarms, from the start of the run until five minutes after its end, or now.

    A report without alarms is better than none: an error of AWS, such as a missing permission, is not raised.
    """
    nodes = [node for root in tree.roots for node in root.list_nodes()]
    since = min((node.record.started for node in nodes if node.record.started), default=None)
    if since is None:
        return RunAlarms()
    until = account.now
    if all(node.record.ended for node in nodes):
        until = min(until, max(node.record.ended for node in nodes if node.record.ended) + _LATE)
    client = account.move_to(read_region(tree.roots[0].arn)).session.cloudwatch
    try:
        with account.waits("Reading the alarms"):
            alarms = list_machine_alarms(client, {make_machine_arn(node.arn) for node in nodes})
            changes = [
                change
                for alarm in alarms[:_MOST_ALARMS]
                for change in read_state_changes(client, alarm, since, until, _MOST_CHANGES)
            ]
    except Exception as error:
        explained = explain_error(error)
        if explained is None:
            raise
        return RunAlarms(left_out=f"The alarms could not be read: {explained.message}")
    left = len(alarms) - _MOST_ALARMS
    return RunAlarms(
        changes=sorted(changes, key=lambda change: change.at),
        note=_describe_reading(min(len(alarms), _MOST_ALARMS), until),
        left_out=f"{left:,} of {len(alarms):,} alarms were not read." if left > 0 else "",
    )


def _describe_reading(count: int, until: datetime) -> str:
    if not count:
        return "No alarm is on a metric of the state machines of this run."
    alarms = "1 alarm" if count == 1 else f"{count:,} alarms"
    late = "CloudWatch can evaluate an alarm some minutes after an execution has ended."
    return f"The changes of {alarms} were read until {until:%Y-%m-%d %H:%M:%S} UTC. {late}"
