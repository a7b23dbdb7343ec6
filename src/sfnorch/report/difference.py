"""The difference between a template and the deployed stack, as text and as data."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfnorch.aws.change_sets import ChangeSet
from sfnorch.console import Console, Text
from sfnorch.report.stack import change_set_data, print_changes, print_machines

if TYPE_CHECKING:
    from sfnorch.report.documents.stacks import DiffDocument

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The changed lines of the template, parameters as (before, after), and the change set."""

    stack: str
    lines: tuple[str, ...]
    parameters: Mapping[str, tuple[str | None, str | None]]
    overrides: Mapping[str, str]
    """The parameters whose values in the stack differ from the defaults of the template, and stay."""
    owners: Mapping[str, str]
    """The only user of a parameter, by the name of the parameter."""
    change_set: ChangeSet | None
    conflicts: Sequence[str] = ()
    """Messages about names that a deployment would require and that are in use."""
    notes: Sequence[str] = ()
    """Why a change set is missing, and which other plan the stack holds, if any."""

    @property
    def any(self) -> bool:
        """Whether there is any difference."""
        return bool(self.lines or self.parameters or (self.change_set and self.change_set.changes))


def text_difference(deployed: str, rendered: str, stack: str, file: str) -> tuple[str, ...]:
    """Return the lines of the unified diff of the two texts, without line breaks.

    JSON has the same layout on both sides. CloudFormation returns `?` for characters outside ASCII; a line that
    differs only in them is not a difference. https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220
    """
    before, after = _lines(deployed), _lines(rendered)
    given_back = {_NOT_ASCII.sub("?", line): line for line in after if not line.isascii()}
    before = [given_back.get(line, line) for line in before]
    return tuple(difflib.unified_diff(before, after, f"deployed: {stack}", f"here: {file}", lineterm=""))


def _lines(text: str) -> list[str]:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False).splitlines()
    except ValueError:
        return text.splitlines()


def difference_data(difference: Difference) -> DiffDocument:
    """Return the difference as data."""
    return {
        "stack": difference.stack,
        "differs": difference.any,
        "template": list(difference.lines),
        "parameters": {name: {"before": b, "after": a} for name, (b, a) in difference.parameters.items()},
        "changeSet": change_set_data(difference.change_set) if difference.change_set else None,
        "overrides": {
            name: {"value": v, "usedBy": difference.owners.get(name)} for name, v in difference.overrides.items()
        },
        "conflicts": list(difference.conflicts),
        "note": "\n".join(difference.notes) or None,
    }


def print_difference(difference: Difference, console: Console) -> None:
    """Print the changed lines, the parameters, the change set, and the notes."""
    for line in difference.lines:
        console.print(Text(line, style=_STYLES.get(line[:1], "")), soft_wrap=True)
    for name, (before, after) in difference.parameters.items():
        console.print(Text(f"parameter {name}: {_value(before)} -> {_value(after)}"), soft_wrap=True)
    for name, value in difference.overrides.items():
        owner = f", used by {difference.owners[name]}" if name in difference.owners else ""
        console.print(Text(f"parameter {name}: {value!r} is kept from the stack{owner}"), soft_wrap=True)
    if difference.change_set and difference.change_set.changes:
        print_changes(difference.change_set, console)
        print_machines(difference.change_set, console)
    for note in difference.notes:
        console.print_words(note)
    if not difference.any:
        console.print(f"{difference.stack}: no differences.")


def _value(text: str | None) -> str:
    return "not set" if text is None else repr(text)
