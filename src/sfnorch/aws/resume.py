"""A run resumed: a new one in which what succeeded is skipped, and what failed goes on from the job that failed.

RedriveExecution can't do it: it enters the state that failed again, and a machine that caught the error and ended in a
Fail state would fail there once more; a master that told of the failure SUCCEEDED.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sfnorch.aws.history import Record
from sfnorch.aws.run_tree import Node
from sfnorch.errors import SfnorchError

_OWN = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """The input of the new execution, and what it will do, child by child: its jobs, or nothing where it is skipped."""

    input: Mapping[str, Any]
    jobs: Mapping[str, Sequence[str]]
    skipped: Sequence[str] = ()


def resumption(root: Node, children: Sequence[str] | None) -> Resumption:
    """How the run is resumed; `children` are those that the master has now, None where it is no master.

    Raises SfnorchError where it runs still, where nothing failed, or where a child that failed is there no more.
    """
    record = root.record
    if any(not node.ended for node in root.walk()):
        raise SfnorchError("It is running still", hint="`sfnorch watch` follows it, `sfnorch stop` ends it")
    if children is None:
        return _of_jobs(record)
    return _of_children(root, children)


def _of_jobs(record: Record) -> Resumption:
    if record.status == "SUCCEEDED":
        raise SfnorchError("Nothing failed", hint="`sfnorch run` starts a new run")
    remaining = _remaining(record)
    if not remaining:
        raise SfnorchError(
            f"It ended {record.status} with no job left to run: {record.error} {record.message}".rstrip(),
            hint="`sfnorch run` starts a new run",
        )
    thread = {"threadId": thread_id} if (thread_id := _thread_id(record)) else {}
    return Resumption(input={**thread, "glueJobs": remaining}, jobs={thread_id or "jobs": remaining})


def _of_children(root: Node, children: Sequence[str]) -> Resumption:
    names = root.record.variables.get("children")
    threads = root.record.variables.get("threads")
    if not isinstance(names, list) or not isinstance(threads, list) or len(threads) != len(names):
        raise SfnorchError(
            f"It ended {root.record.status} before any child was started: {root.record.error} {root.record.message}",
            hint="`sfnorch run` starts a new run",
        )
    by_child = {_child(node, names): node for node in root.children}
    entries: list[dict[str, Any]] = []
    jobs: dict[str, Sequence[str]] = {}
    skipped: list[str] = []
    for name, thread in zip(names, threads, strict=True):
        own = {key: value for key, value in thread.items() if key not in (_OWN, "child", "skip", "glueJobs")}
        node = by_child.get(name)
        done = thread.get("skip") is True or (node is not None and node.record.status == "SUCCEEDED")
        if done:
            skipped.append(name)
            entries.append({**own, "child": name, "skip": True})
            continue
        remaining = _remaining(node.record) if node else []
        jobs[name] = remaining or list(thread.get("glueJobs") or ())
        entries.append({**own, "child": name, **({"glueJobs": jobs[name]} if jobs[name] else {})})
    if not jobs:
        raise SfnorchError("Nothing failed", hint="`sfnorch run` starts a new run")
    gone = [name for name in jobs if name not in children]
    if gone:
        raise SfnorchError(
            f"The master has no child {', '.join(gone)} any more, but: {', '.join(children)}",
            hint="`sfnorch run --thread CHILD=JOBS` runs jobs in another child",
        )
    new = [name for name in children if name not in names]
    entries = [entry for entry in entries if entry["child"] in children]
    entries += [{"threadId": name, "child": name, "skip": True} for name in new]
    return Resumption(input={"threads": entries}, jobs=jobs, skipped=[*skipped, *new])


def _child(node: Node, names: Sequence[str]) -> str:
    """The child that the execution is of: as it says itself, else the one whose name ends its machine's."""
    told = node.record.variables.get("child") or node.record.facts.get("child")
    return str(told) if told else max((n for n in names if node.machine.endswith(f"-{n}")), key=len, default="")


def _remaining(record: Record) -> list[str]:
    """The jobs left to run: as the cause says, else those that have not succeeded as far as the history goes."""
    told = record.facts.get("remaining")
    return [str(job) for job in told] if isinstance(told, list) else record.remaining


def _thread_id(record: Record) -> str:
    thread = record.variables.get("threadId")
    return thread if isinstance(thread, str) else ""
