"""The faults of the state machines of a template, with their places. A machine is checked once, also for many runs."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from sfnorch.definitions.check import find_faults
from sfnorch.definitions.fault import DefinitionFault
from sfnorch.findings import Finding
from sfnorch.template.contents import Machine
from sfnorch.template.located import format_path

RULE_ID = "refused-definition"
"""The ID of the lint rule that reports these faults."""

_known: WeakKeyDictionary[Machine, tuple[DefinitionFault, ...]] = WeakKeyDictionary()


def list_machine_faults(machine: Machine) -> tuple[DefinitionFault, ...]:
    """Return the reasons for which AWS refuses the machine's definition; none if the definition cannot be read."""
    found = _known.get(machine)
    if found is None:
        found = tuple(find_faults(machine.states, express=machine.express)) if machine.states else ()
        _known[machine] = found
    return found


def describe_faults(machine: Machine) -> Iterator[Finding]:
    """Yield each fault of the machine's definition as a finding: with its path in the template, its file and line."""
    for fault in list_machine_faults(machine):
        path, place = machine.locate_value(fault.path)
        yield Finding(
            rule=RULE_ID,
            file=place.file,
            line=place.line,
            path=format_path(path),
            message=fault.message.removesuffix("."),
            hint=fault.hint,
        )
