"""What Step Functions makes of definitions, states and assumed facts, as text and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, get_args

from sfnorch.app.fact_checks import FactVerdict
from sfnorch.app.verifying import StateVerdict
from sfnorch.console import Console, Text
from sfnorch.json_values import write_as_text
from sfnorch.printable import make_printable_line
from sfnorch.report.tables import build_table

if TYPE_CHECKING:
    from sfnorch.app.fact_checks import CheckedFact, FactReport
    from sfnorch.app.verification.comparison import ValueDifference
    from sfnorch.app.verifying import Verification, VerifiedDefinition, VerifiedState
    from sfnorch.documents.verification import DifferenceData, FactsDocument, VerificationDocument

_STYLES = {
    "equal": "green", "holds": "green", "different": "bold red", "differs": "bold red", "refused": "bold red",
    "untested": "yellow", "open": "yellow",
}  # fmt: skip
_LONGEST_VALUE = 2_000


def convert_verification(verification: Verification) -> VerificationDocument:
    """Return the comparison as data."""
    return {
        "equal": verification.is_equal,
        "definitions": [
            {
                "machine": each.machine,
                "accepted": each.validation.accepted,
                "diagnostics": [
                    {
                        "severity": "ERROR" if found.severity == "ERROR" else "WARNING",
                        "code": found.code,
                        "message": found.message,
                        "location": found.location,
                    }
                    for found in each.validation.diagnostics
                ],
                "truncated": each.validation.truncated,
                "faults": [fault.message for fault in each.faults],
            }
            for each in verification.definitions
        ],
        "states": [
            {
                "machine": each.machine,
                "execution": each.execution,
                "state": each.state,
                "type": each.type,
                "status": each.status,
                "next": each.next or None,
                "verdict": each.verdict,
                "reason": each.reason,
                "differences": _convert_differences(each.differences),
                "note": each.note,
                "notCompared": list(each.left_out),
            }
            for each in verification.states
        ],
    }


def convert_facts(report: FactReport) -> FactsDocument:
    """Return the facts as data."""
    return {
        "region": report.region,
        "facts": [
            {
                "id": fact.id,
                "claim": fact.claim,
                "page": fact.page,
                "operation": fact.operation,
                "verdict": fact.verdict,
                "reason": fact.reason,
                "how": fact.how,
                "differences": _convert_differences(fact.differences),
            }
            for fact in report.facts
        ],
    }


def print_verification(verification: Verification, console: Console) -> None:
    """Print the definitions, the states with what differs, and their numbers."""
    table = build_table("DEFINITION", "STEP FUNCTIONS", "SIMULATOR")
    for each in verification.definitions:
        table.add_row(
            Text(make_printable_line(each.machine)),
            _format_acceptance(accepted=each.validation.accepted),
            _format_acceptance(accepted=not each.faults),
        )
    console.print(table)
    for each in verification.definitions:
        _print_diagnostics(each, console)
    if not verification.states:
        if not verification.is_equal:
            console.print_words("No state was tested, because a definition is refused.")
        return
    console.print()
    table = build_table("MACHINE", "STATE", "TYPE", "STATUS", "RESULT")
    for state in verification.states:
        cells = [make_printable_line(text) for text in (state.machine, state.state, state.type, state.status)]
        table.add_row(*map(Text, cells), Text(state.verdict, style=_STYLES[state.verdict]))
    console.print(table)
    for state in verification.states:
        title = f"{state.machine}, {state.state} ({state.status})"
        _print_details(title, state, console)
        if state.note:
            _print_line(f"note: {title}: the result is not of the form of the API: {state.note}", console)
    console.print(Text(_count_states(verification.states), style="bold"))


def print_facts(report: FactReport, console: Console) -> None:
    """Print the facts, what differs, and how an execution answers those that are open."""
    table = build_table("FACT", "RESULT", "CLAIM")
    for fact in report.facts:
        table.add_row(Text(fact.id), Text(fact.verdict, style=_STYLES[fact.verdict]), Text(fact.claim))
    console.print(table)
    for fact in report.facts:
        _print_details(fact.id, fact, console)
        if fact.how:
            console.print_words(Text(f"  to answer it: {fact.how}"), margin=2)
    counts = Counter(fact.verdict for fact in report.facts)
    words = ", ".join(f"{counts[name]} {name}" for name in get_args(FactVerdict) if counts[name])
    console.print(Text(f"{len(report.facts)} facts: {words}", style="bold"))


def _print_diagnostics(definition: VerifiedDefinition, console: Console) -> None:
    """Print what Step Functions and the simulator report about the definition."""
    for found in definition.validation.diagnostics:
        where = f" at {found.location}" if found.location else ""
        _print_line(f"{definition.machine}{where}: {found.severity} {found.code}: {found.message}", console)
    if definition.validation.truncated:
        _print_line(f"{definition.machine}: AWS has more diagnostics than it returns", console)
    for fault in definition.faults:
        _print_line(f"{definition.machine}: the simulator refuses it: {fault.message}", console)


def _print_details(title: str, checked: VerifiedState | CheckedFact, console: Console) -> None:
    """Print why a test was refused or is not possible, and the values that differ."""
    if checked.reason:
        _print_line(f"{title}: {checked.reason}", console)
    for difference in checked.differences:
        _print_line(f"{title}: {difference.field} differs", console)
        for name, value in (("AWS", difference.aws), ("simulator", difference.simulator)):
            text = write_as_text(value)
            more = "…" if len(text) > _LONGEST_VALUE else ""
            console.print_words(Text(f"  {name}: {make_printable_line(text[:_LONGEST_VALUE])}{more}"), margin=2)


def _print_line(text: str, console: Console) -> None:
    console.print_words(Text(make_printable_line(text)))


def _count_states(states: Iterable[VerifiedState]) -> str:
    """Return the number of tested states by result, such as `12 states: 11 equal, 1 different`."""
    counts = Counter(state.verdict for state in states)
    words = ", ".join(f"{counts[name]} {name}" for name in get_args(StateVerdict) if counts[name])
    total = counts.total()
    return f"{total} state{'' if total == 1 else 's'}: {words}"


def _format_acceptance(*, accepted: bool) -> Text:
    return Text("accepted", style="green") if accepted else Text("refused", style="bold red")


def _convert_differences(differences: Iterable[ValueDifference]) -> list[DifferenceData]:
    return [{"field": each.field, "aws": each.aws, "simulator": each.simulator} for each in differences]
