"""What the histories of executions on AWS say about the states of their machines, as `simulated_states` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from sfnorch.json_values import Json
from sfnorch.report.pictures.drawn_run import DrawnMachine, DrawnVisit
from sfnorch.report.pictures.state_graph import name_part
from sfnorch.report.pictures.state_visits import draw_visits
from sfnorch.report.pictures.values import format_text
from sfnorch.runs.executions import make_machine_arn
from sfnorch.runs.node import Node
from sfnorch.runs.state_visits import Move
from sfnorch.state_visits import StateVisit, choose_visits
from sfnorch.template.located import Object, SourceLocation, locate
from sfnorch.template.states import StateScope, TransitionKind, build_scope


def list_machines(
    nodes: Sequence[Node],
    definitions: Mapping[str, Mapping[str, Json]],
    titles: Mapping[str, str],
    format_moment: Callable[[float], str],
) -> Iterator[DrawnMachine]:
    """Yield the state machines whose definitions are known by their ARNs.

    `titles` are the titles of the executions by the keys of their nodes. `format_moment` gets seconds after 1970.
    """
    for arn, definition in definitions.items():
        data = locate(dict(definition), SourceLocation(arn, 1))
        if not isinstance(data, Object):
            continue
        own = [node for node in nodes if make_machine_arn(node.arn) == arn]
        scope = build_scope(data)
        histories = [node.record.states for node in own]
        entered = _add_counts(Counter(node.record.entered) for node in own)
        yield DrawnMachine(
            title=arn.rpartition(":")[2],
            arn=arn,
            states=scope,
            entered=entered,
            failed=_add_counts(each.failed for each in histories),
            caught=_add_counts(each.caught for each in histories),
            retried=_add_counts(each.retried for each in histories),
            taken=frozenset(_list_taken(scope, {move for each in histories for move in each.moves})),
            visits={
                state.name: _draw_visits(state.name, entered[state.name], own, titles, format_moment)
                for state in scope.list_states()
            },
        )


def _add_counts(counts: Iterator[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total


def _draw_visits(
    state: str, count: int, nodes: Sequence[Node], titles: Mapping[str, str], format_moment: Callable[[float], str]
) -> list[DrawnVisit]:
    names: dict[StateVisit[str], str] = {}
    for node in nodes:
        for visit in node.record.states.visits.list_visits(state):
            names[visit] = titles.get(node.key, node.machine)
    return draw_visits(
        list(choose_visits(sorted(names, key=lambda visit: visit.entered))),
        count,
        format_moment=format_moment,
        format_value=format_text,
        name_execution=names.__getitem__,
    )


def _list_taken(scope: StateScope, moves: set[Move]) -> Iterator[tuple[str, str]]:
    """Yield the states and the parts of them that lead to the state that was entered next.

    A history does not say which rule of a Choice state was true: all rules that lead to this state are meant.
    """
    for state in scope.list_states():
        for transition in state.transitions:
            is_catch = transition.way is TransitionKind.CATCH
            if Move(state.name, transition.target, is_catch) in moves:
                yield state.name, name_part(state, transition)
