"""The input that starts sfnorch's state machines: a master's threads, or one execution for each job list.

The input of a master is `{"threads": [{threadId, child, glueJobs, skip}]}`; of a state machine that runs jobs,
`{threadId, glueJobs}`.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sfnorch.errors import SfnorchError
from sfnorch.protocol import dag, flow, master_child
from sfnorch.protocol.mark import assigned_names

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

Threads = Mapping[str, Sequence[str]]
"""Jobs by the id of their thread."""

_NUMBERED = re.compile(r"T([1-9][0-9]*)")


def definition(client: SFNClient, machine_arn: str) -> dict[str, Any]:
    """Return the current definition of the state machine."""
    parsed = json.loads(client.describe_state_machine(stateMachineArn=machine_arn)["definition"])
    return parsed if isinstance(parsed, dict) else {}


def children(of: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the names of a master's children, in order; None for other state machines."""
    if not master_child.MARK.is_in(of):
        return None
    return assigned_names(of, master_child.MasterState.RESOLVE_THREADS, master_child.MasterVariable.CHILDREN)


def tasks(of: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the names of a `dag` master's tasks; None for other state machines."""
    if not dag.MARK.is_in(of):
        return None
    return assigned_names(of, dag.MasterState.RESOLVE_TASKS, dag.MasterVariable.TASKS)


def steps(of: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the names of a flow's steps, in order; None for other state machines."""
    if not flow.MARK.is_in(of):
        return None
    return assigned_names(of, flow.FlowState.RESOLVE_INPUT, flow.FlowVariable.STEPS)


def master_input(names: Sequence[str], threads: Threads, only: Sequence[str]) -> dict[str, Any]:
    """Return a master's input: the jobs of these threads, and which children to skip.

    Raises SfnorchError that lists all unknown children and all threads for the same child.
    """
    faults = [_unknown("child", name, names) for name in only if name not in names]
    given: dict[str, tuple[str, Sequence[str]]] = {}
    for position, (thread, jobs) in enumerate(threads.items()):
        child = child_of_thread(thread, position, names)
        near = difflib.get_close_matches(thread, names, n=1)
        if child is None or (child != thread and near and not _NUMBERED.fullmatch(thread)):
            faults.append(_unknown("thread", thread, [*(f"T{n}" for n in range(1, len(names) + 1)), *names]))
        elif child in given:
            faults.append(f"{given[child][0]} and {thread} are both for {child}")
        else:
            given[child] = (thread, jobs)
    faults += [
        f"{thread} is for {child}, which --only leaves out"
        for child, (thread, _) in given.items()
        if only and child not in only
    ]
    if faults:
        raise SfnorchError("\n".join(faults))
    entries: list[dict[str, Any]] = []
    for index, name in enumerate(names, 1):
        if only and name not in only:
            entries.append({"threadId": f"T{index}", "child": name, "skip": True})
        elif name in given:
            thread, jobs = given[name]
            entries.append({"threadId": thread, "child": name, "glueJobs": list(jobs)})
    return {"threads": entries} if entries else {}


def child_of_thread(thread: str, position: int, names: Sequence[str]) -> str | None:
    """Return the child that a threadId selects in a master with these children; None if it selects none.

    It is the child with that name, for `T<n>` the n-th child, otherwise the child at the thread's position.
    """
    if thread in names:
        return thread
    match = _NUMBERED.fullmatch(thread)
    index = int(match[1]) - 1 if match else position
    return names[index] if index < len(names) else None


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"unknown {what} {name!r}; " + (f"did you mean {near[0]}?" if near else f"available: {', '.join(known)}")
