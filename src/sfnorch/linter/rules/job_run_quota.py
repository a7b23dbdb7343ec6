"""A distributed Map that can run more Glue jobs at the same time than an account may by default."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.calls.quotas import MAX_CHILD_EXECUTIONS, MAX_JOB_RUNS
from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.calls import parse_call
from sfnorch.template.states import LocatedState


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        for state in machine.list_states():
            items = _count_items(state) if state.distributed else 0
            if items > MAX_JOB_RUNS and any(map(_runs_job, _list_inner_states(state))):
                message = (
                    f"{state.name} can run {items:,} items with a Glue job at the same time, and by default an account "
                    f"can have {MAX_JOB_RUNS} concurrent job runs"
                )
                hint = f"set MaxConcurrency to {MAX_JOB_RUNS} or less, or raise the quota of Glue"
                yield create_fault(machine, state.path, message, hint)


def _count_items(state: LocatedState) -> int:
    """Return the largest number of items of a distributed Map that run at the same time; 0 if it is not known.

    https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
    """
    if "MaxConcurrencyPath" in state.body:
        return 0
    concurrency = state.body.get("MaxConcurrency", 0)
    if not isinstance(concurrency, int):
        return 0
    items = state.body.get("Items")
    return min(concurrency or MAX_CHILD_EXECUTIONS, len(items) if isinstance(items, list) else MAX_CHILD_EXECUTIONS)


def _list_inner_states(state: LocatedState) -> Iterator[LocatedState]:
    for scope in state.scopes:
        yield from scope.list_states()


def _runs_job(state: LocatedState) -> bool:
    call = parse_call(state)
    return call is not None and call.action == "glue:startJobRun"


RULE = LintRule(
    id="job-run-quota",
    title="A distributed Map that can run more Glue jobs at the same time than an account may by default",
    why="Glue rejects the starts above the quota, and items fail when their retries are used up",
    source="https://docs.aws.amazon.com/general/latest/gr/glue.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
