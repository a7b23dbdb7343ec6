"""A variable of a branch or an item with the name of an outer variable: AWS does not allow shadowing.

AWS accepts a variable that only the catchers of the Parallel or Map itself assign outside (recorded).
"""

from __future__ import annotations

from collections.abc import Iterator

from sfnorch.findings import Severity
from sfnorch.linter.subject import Subject
from sfnorch.linter.variables import list_assigned_within
from sfnorch.rule import LintRule, RuleFinding, create_fault
from sfnorch.template.contents import Machine
from sfnorch.template.located import Object, Path
from sfnorch.template.states import StateScope


def _check(subject: Subject) -> Iterator[RuleFinding]:
    for machine in subject.machines:
        if machine.states:
            yield from _check_scope(machine, machine.states, frozenset())


def _check_scope(machine: Machine, scope: StateScope, outer: frozenset[str]) -> Iterator[RuleFinding]:
    for path, name in _list_assignments(scope):
        if name in outer:
            hint = "rename one of the two; the inner variable is not visible outside anyway"
            yield create_fault(machine, path, f"${name} is already assigned in an outer scope", hint)
    for state in scope.states.values():
        if not state.scopes:
            continue
        known = outer | list_assigned_within(scope, without_catchers=state)
        for inner in state.scopes:
            yield from _check_scope(machine, inner, frozenset() if inner.distributed else known)


def _list_assignments(scope: StateScope) -> Iterator[tuple[Path, str]]:
    for state in scope.states.values():
        places: list[tuple[Path, Object]] = [(state.path, state.body)]
        for key in ("Choices", "Catch"):
            places += [((*state.path, key, index), rule) for index, rule in state.list_objects(key)]
        for path, body in places:
            yield from (((*path, "Assign", name), name.removesuffix(".$")) for name in body.find_object("Assign"))


RULE = LintRule(
    id="jsonata-shadowing",
    title="A variable of a branch or an item with the name of an outer variable",
    why="variables must have unique names across nested scopes; CreateStateMachine rejects the definition",
    source="https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html",
    severity=Severity.ERROR,
    check=_check,
    checks_definitions=True,
)
