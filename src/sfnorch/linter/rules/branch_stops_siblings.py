"""A Task without a Catch in a branch of a Parallel: its error stops the other branches."""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.sentences import list_names
from sfnorch.template.states import LocatedState, StateScope


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        for state in machine.list_states():
            if state.kind == "Parallel" and len(state.scopes) > 1:
                failing = [task.name for branch in state.scopes for task in _find_uncaught(branch)]
                if failing:
                    message = f"if {list_names(failing, 'or')} fails, the other branches of {state.name} are stopped"
                    hint = "catch States.ALL in the branch, and check the results of the branches after it"
                    yield create_fault(machine, state.path, message, hint)


def _find_uncaught(scope: StateScope) -> Iterator[LocatedState]:
    for state in scope.states.values():
        if state.catches_all:
            continue
        if state.kind == "Task":
            yield state
        elif state.kind == "Map" or len(state.scopes) == 1:
            for inner in state.scopes:
                yield from _find_uncaught(inner)


RULE = LintRule(
    id="branch-stops-siblings",
    title="A Task without a Catch in a branch of a Parallel",
    why="an error that leaves a branch fails the Parallel and stops all other branches with their job runs",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html",
    severity=Severity.WARNING,
    check=_check,
    checks_definitions=True,
)
