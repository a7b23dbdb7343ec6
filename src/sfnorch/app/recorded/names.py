"""The names of state machines in AWS, and the state machines of a template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sfnorch.template.contents import Machine, Template


class MachineNames(NamedTuple):
    """The names of state machines in AWS, which CloudFormation can have completed, and those in a template."""

    template: Template
    started: str
    """The name in AWS of the state machine of the first execution, which a definition is that of."""

    def find(self, physical_name: str) -> Machine | None:
        """Return the state machine of the template with this name in AWS; None if it is not in the template."""
        name = physical_name.partition("/")[0]  # before the label of a Map
        if self.template.source.is_definition:
            return self.template.machines[0] if name == self.started else None
        stack_name = re.escape(self.template.stack.where.stack_name)
        for machine in self.template.machines:
            completed = rf"(?:{stack_name}-)?{re.escape(machine.logical_id)}-[A-Za-z0-9]+"
            if name == machine.name or re.fullmatch(completed, name):
                return machine
        return None


def guess_stack_name(template: Template, physical_name: str) -> str:
    """Return the name of the stack that makes this the name of one of the state machines; empty if none does."""
    titles = sorted((template.build_title(machine) for machine in template.machines), key=len, reverse=True)
    for title in titles:
        stack_name = physical_name.removesuffix(f"-{title}")
        if stack_name != physical_name:
            return stack_name
    for machine in template.machines:
        stack_name, found, _ = physical_name.partition(f"-{machine.logical_id}-")
        if found and stack_name:
            return stack_name
    return ""
