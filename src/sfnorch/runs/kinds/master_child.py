"""The master of `master-child`: its threads, its children, and what is left of them.

The input of a master is `{"threads": [{threadId, child, glueJobs, skip}]}`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from sfnorch.errors import SfnorchError
from sfnorch.json_values import Json, find_value, parse_json, read_list, read_mapping, read_mappings
from sfnorch.protocol.executions import STARTED_BY
from sfnorch.protocol.fan_out import FanOutVariable
from sfnorch.protocol.job_list import read_remaining
from sfnorch.protocol.mark import read_assigned_names
from sfnorch.protocol.master_child import (
    MARK,
    ChildVariable,
    MasterInput,
    MasterState,
    MasterVariable,
    Thread,
    read_child,
)
from sfnorch.protocol.states import INVALID_INPUT_ERROR
from sfnorch.runs.kinds.fan_out import (
    FAN_OUT,
    ItemsResumption,
    UnfinishedItems,
    find_unfinished_items,
    has_succeeded_items,
)
from sfnorch.runs.kinds.job_list import JOB_LIST, list_given, list_left, list_left_jobs, list_planned
from sfnorch.runs.kinds.kept_run import keep_run
from sfnorch.runs.kinds.kind import (
    INTERRUPTED_STATUSES,
    NEW_RUN,
    MachineKind,
    Resumption,
    Threads,
    explain_end,
    list_names_in,
    refuse_running,
)
from sfnorch.runs.node import Node
from sfnorch.runs.record import UNKNOWN, Record

_NUMBERED = re.compile(r"T([1-9][0-9]*)")


class MasterKind(MachineKind):
    """A master, which starts a child for each chain of jobs."""

    mark = MARK
    work = "children"
    takes_threads = True
    takes_children = True

    def list_parts(self, definition: Mapping[str, Json]) -> tuple[str, ...]:
        """Return the names of the children, in order."""
        return read_assigned_names(definition, MasterState.RESOLVE_THREADS, MasterVariable.CHILDREN)

    def list_parts_of_run(self, record: Record) -> tuple[str, ...]:
        """Return the names of the children that an execution had, in order."""
        return tuple(list_names_in(record.variables.get(MasterVariable.CHILDREN)))

    def make_inputs(
        self, definition: Mapping[str, Json], threads: Threads, only: Sequence[str]
    ) -> dict[str, Mapping[str, object]]:
        """Return the input of one execution. Raises SfnorchError with all faults of the threads."""
        return {"": {**make_master_input(self.list_parts(definition), threads, only)}}

    def resume(self, root: Node, parts: Sequence[str]) -> Resumption:
        """Return how a master is resumed: children that succeeded are skipped, others run what is left."""
        refuse_running(*root.list_nodes())
        record = root.record
        names, threads = list_children(record), list_threads(record)
        if not threads and record.status in INTERRUPTED_STATUSES and isinstance(record.input, dict):
            return Resumption(input={**record.input, **keep_run(record)}, jobs={"everything": []})
        if not threads or len(threads) != len(names):
            raise SfnorchError(
                f"It ended {record.status} before any child started: {explain_end(record)}", hint=NEW_RUN
            )
        entries, jobs, unfinished = _resume_children(root, dict(zip(names, threads, strict=True)))
        if not jobs:
            raise SfnorchError("Nothing failed", hint=NEW_RUN)
        if gone := [name for name in jobs if name not in parts]:
            raise SfnorchError(
                f"The master no longer has a child {', '.join(gone)}. Its children are: {', '.join(parts)}",
                hint="`sfnorch run --thread CHILD=JOBS` runs jobs in another child",
            )
        kept = {name: entry for name, entry in entries.items() if name in parts}
        kept |= {name: {"threadId": name, "child": name, "skip": True} for name in parts if name not in names}
        document = {"threads": list(kept.values()), **keep_run(record)}
        skipped = [name for name, entry in kept.items() if entry.get("skip")]
        if unfinished:
            return ItemsResumption(input=document, jobs=jobs, skipped=skipped, unfinished=unfinished)
        return Resumption(input=document, jobs=jobs, skipped=skipped)

    def report_child(self, record: Record, arn: str) -> Mapping[str, Json]:
        """Return the master's report of a child, a `ChildOutcome`."""
        rows = read_list(find_value(record.output, "children"))
        return next((row for row in map(_unfold, rows) if row.get("executionArn") == arn), {})


MASTER = MasterKind()


def list_children(record: Record) -> tuple[str, ...]:
    """Return a master's children, in order; an empty tuple for other executions."""
    return MASTER.list_parts_of_run(record) if record.reading is MASTER else ()


def list_threads(record: Record) -> list[dict[str, Json]]:
    """Return the threads that a master has read from its input; an empty list before it has validated the input.

    Before that, the variable holds the raw input.
    """
    rows = read_list(record.variables.get(MasterVariable.THREADS)) if record.reading is MASTER else []
    threads = [row for row in read_mappings(rows) if STARTED_BY in row]
    return threads if len(threads) == len(rows) else []


def list_skipped(record: Record) -> list[str]:
    """Return the children that a master skipped, according to its input."""
    rows = zip(list_children(record), list_threads(record), strict=False)
    return [name for name, thread in rows if thread.get("skip") is True]


def find_child(node: Node, names: Sequence[str]) -> str:
    """Return which of a master's children the execution runs; an empty text for none.

    The execution or its cause names the child. Before it has, the name of the state machine does, which ends with that
    of the child.
    """
    own = node.record.variables.get(ChildVariable.CHILD) if node.record.reading in (JOB_LIST, FAN_OUT) else None
    told = own or read_child(node.record.facts)
    return str(told) if told else max((n for n in names if node.machine.endswith(f"-{n}")), key=len, default="")


def make_master_input(names: Sequence[str], threads: Threads, only: Sequence[str]) -> MasterInput:
    """Return a master's input: the jobs of these threads, and which children to skip.

    Raises SfnorchError that lists all unknown children and all threads for the same child.
    """
    faults = [_explain_unknown("child", name, names) for name in only if name not in names]
    given: dict[str, tuple[str, Sequence[str]]] = {}
    for position, (thread, jobs) in enumerate(threads.items()):
        child = find_child_of_thread(thread, position, names)
        near = difflib.get_close_matches(thread, names, n=1)
        if child is None or (child != thread and near and not _NUMBERED.fullmatch(thread)):
            faults.append(_explain_unknown("thread", thread, [*(f"T{n}" for n in range(1, len(names) + 1)), *names]))
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
    entries: list[Thread] = []
    for index, name in enumerate(names, 1):
        if only and name not in only:
            entries.append({"threadId": f"T{index}", "child": name, "skip": True})
        elif name in given:
            thread, jobs = given[name]
            entries.append({"threadId": thread, "child": name, "glueJobs": list(jobs)})
    return {"threads": entries} if entries else {}


def find_child_of_thread(thread: str, position: int, names: Sequence[str]) -> str | None:
    """Return the child that a threadId selects in a master with these children; None if it selects none.

    It is the child with that name, for `T<n>` the n-th child, otherwise the child at the thread's position.
    """
    if thread in names:
        return thread
    match = _NUMBERED.fullmatch(thread)
    index = int(match[1]) - 1 if match else position
    return names[index] if index < len(names) else None


def _explain_unknown(what: str, name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"unknown {what} {name!r}; " + (f"did you mean {near[0]}?" if near else f"available: {', '.join(known)}")


def _resume_children(
    root: Node, threads: Mapping[str, Mapping[str, Json]]
) -> tuple[dict[str, Mapping[str, object]], dict[str, Sequence[str]], list[UnfinishedItems]]:
    """Return the thread of each child in the new input, the jobs of the children that run, and unfinished items."""
    by_child = {find_child(node, tuple(threads)): node for node in root.children}
    entries: dict[str, Mapping[str, object]] = {}
    jobs: dict[str, Sequence[str]] = {}
    unfinished: list[UnfinishedItems] = []
    for name, thread in threads.items():
        node = by_child.get(name)
        left = None if thread.get("skip") is True else _plan_child(name, thread, node)
        if left is None:
            entries[name] = {"threadId": thread.get("threadId", ""), "child": name, "skip": True}
            continue
        jobs[name] = left[1]
        items = find_unfinished_items(node, name) if node is not None and node.record.reading is FAN_OUT else None
        unfinished += [items] if items else []
        # the jobs that are left have their arguments, and the items that are left replace those of the input
        without = ("arguments",) if left[0] else (FanOutVariable.ITEMS, FanOutVariable.REMAINING) if items else ()
        replaced = (STARTED_BY, "child", "skip", *without)
        own = {key: value for key, value in thread.items() if key not in replaced}
        entries[name] = {**own, "child": name, **left[0]}
    return entries, jobs, unfinished


def _plan_child(name: str, thread: Mapping[str, Json], node: Node | None) -> tuple[Thread, Sequence[str]] | None:
    """Return the input of a child, and the jobs that it runs; None if it has nothing left to run.

    A child that never ran a job gets its original input. Raises SfnorchError if it failed because of that input.
    """
    if node is not None and node.record.status == "SUCCEEDED":
        return None
    if node is not None and node.record.status == UNKNOWN:
        raise SfnorchError(
            f"The history of {name} is deleted: it is unknown which jobs are left",
            hint=f"`sfnorch run --only {name} --thread {name}=JOBS` runs the jobs that you specify",
        )
    if node is not None and node.record.error == INVALID_INPUT_ERROR:
        raise SfnorchError(f"{name} refused its input: {node.record.message}", hint=NEW_RUN)
    if node is not None and node.record.reading is FAN_OUT:
        return None if find_unfinished_items(node) and has_succeeded_items(node) else ({}, [])
    if node is None or not (list_planned(node.record) or read_remaining(node.record.facts)):
        return {}, list_given(thread.get("glueJobs"))
    remaining = list_left_jobs(node.record)
    return ({"glueJobs": remaining}, list_left(node.record)) if remaining else None


def _unfold(row: Json) -> dict[str, Json]:
    """Return a master's report of a child. A cause that the master could not parse is parsed here."""
    report = read_mapping(row)
    match parse_json(report.get("cause")):
        case dict() as run:
            own = read_mapping(parse_json(run.get("Cause")))
            return {**report, "executionArn": run.get("ExecutionArn"), **own}
    return report
