"""How a rendering differs from what is deployed, as a person reads it and as data."""

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
    """What differs: the template's lines, parameters as (before, after), and what CloudFormation would change."""

    stack: str
    lines: tuple[str, ...]
    parameters: Mapping[str, tuple[str | None, str | None]]
    overrides: Mapping[str, str]
    """Parameters that keep a value of the stack's which is not the template's default."""
    owners: Mapping[str, str]
    """What alone uses a parameter, by the parameter's name."""
    change_set: ChangeSet | None
    conflicts: Sequence[str] = ()
    """Names that a deployment would need while they are in use."""
    notes: Sequence[str] = ()
    """Why there is no change set, where there is none; and which other plan the stack holds, where it does."""

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return bool(self.lines or self.parameters or (self.change_set and self.change_set.changes))


def text_difference(deployed: str, rendered: str, stack: str, file: str) -> tuple[str, ...]:
    """Return the unified diff of the two texts, line by line, without line ends.

    JSON is laid out alike on both sides. CloudFormation gives back `?` for what is not ASCII: a line of which only
    that is left is no difference. https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220
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
    """Print the difference: lines, parameters, changes."""
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
        console.print(f"{difference.stack}: nothing differs.")


def _value(text: str | None) -> str:
    return "not there" if text is None else repr(text)
