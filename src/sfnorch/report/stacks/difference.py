"""The difference between a template and the deployed stack, as text and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.console import Console, Text
from sfnorch.report.stacks.drift import convert_drift, print_drift
from sfnorch.report.stacks.stack import convert_change_set, count_words, print_changes, print_machines

if TYPE_CHECKING:
    from sfnorch.app.comparing import Difference
    from sfnorch.documents.stacks import DiffDocument

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def convert_difference(difference: Difference) -> DiffDocument:
    """Return the difference as data."""
    return {
        "stack": difference.stack,
        "differs": difference.has_differences,
        "template": list(difference.lines),
        "parameters": {name: {"before": b, "after": a} for name, (b, a) in difference.parameters.items()},
        "changeSet": convert_change_set(difference.change_set) if difference.change_set else None,
        "overrides": {
            name: {"value": v, "usedBy": difference.owners.get(name)} for name, v in difference.overrides.items()
        },
        "conflicts": list(difference.conflicts),
        "note": "\n".join(difference.notes) or None,
        "drift": None if difference.drift is None else [convert_drift(each) for each in difference.drift],
    }


def summarize_difference(difference: Difference) -> str:
    """Return the difference in a few words: the changes to resources, if they are known."""
    if difference.conflicts:
        return "a deployment would fail"
    changes = difference.change_set.changes if difference.change_set else ()
    drifted = sum(each.status != "UNKNOWN" for each in difference.drift or ())
    words = [count_words(changes) if changes else "", f"{drifted} drifted" if drifted else ""]
    return ", ".join(filter(None, words)) or ("differs" if difference.has_differences else "no differences")


def print_difference(difference: Difference, console: Console) -> None:
    """Print the changed lines, the parameters, the change set, the drift, and the notes."""
    for line in difference.lines:
        console.print(Text(line, style=_STYLES.get(line[:1], "")), soft_wrap=True)
    for name, (before, after) in difference.parameters.items():
        console.print(Text(f"parameter {name}: {_format_value(before)} -> {_format_value(after)}"), soft_wrap=True)
    for name, value in difference.overrides.items():
        owner = f", used by {difference.owners[name]}" if name in difference.owners else ""
        console.print(Text(f"parameter {name}: {value!r} is kept from the stack{owner}"), soft_wrap=True)
    if difference.change_set and difference.change_set.changes:
        print_changes(difference.change_set, console)
        print_machines(difference.change_set, console)
    print_drift(difference.drift or (), console)
    for note in difference.notes:
        console.print_words(note)
    if not difference.has_differences:
        console.print(f"{difference.stack}: no differences.")


def _format_value(text: str | None) -> str:
    return "not set" if text is None else repr(text)
