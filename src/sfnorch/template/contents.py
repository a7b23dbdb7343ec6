"""The content of a template: state machines with definitions and roles, alarms, topics and functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sfnorch.errors import SfnorchError
from sfnorch.findings import Finding
from sfnorch.template.alarms import (
    AlarmResource,
    KeyResource,
    TopicResource,
    has_execution_event_rule,
    list_alarms,
    list_keys,
    list_topics,
)
from sfnorch.template.declarations import Declaration, find_declarations
from sfnorch.template.definitions import Definition, DefinitionError, read_definition
from sfnorch.template.functions import FunctionResource, list_functions
from sfnorch.template.iam import Decision
from sfnorch.template.intrinsics import StackValues
from sfnorch.template.located import Object, Path, SourceLocation
from sfnorch.template.mute_rules import MuteRule, list_mute_rules
from sfnorch.template.reader import Source
from sfnorch.template.resource_policies import ResourcePolicies
from sfnorch.template.resources import StackEnvironment
from sfnorch.template.roles import Policies, Role, build_implied_role, collect_policies, list_roles
from sfnorch.template.states import LocatedState, StateScope, build_scope

NATIVE, SAM = "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"


@dataclass(frozen=True, kw_only=True, eq=False)
class Machine:
    """A state machine of a template; if it has no readable definition, `fault` is the reason."""

    logical_id: str
    name: str
    arn: str
    kind: str
    express: bool
    properties: Object
    """The properties as written."""
    path: Path
    place: SourceLocation
    definition: Definition | None
    fault: Finding | None
    role: Role | None
    """The role; None if it is not in this template."""

    @cached_property
    def states(self) -> StateScope | None:
        """Return the states; None if the definition cannot be read."""
        return build_scope(self.definition.data) if self.definition else None

    @property
    def jsonata(self) -> bool:
        """Return whether all states use JSONata."""
        return all(state.jsonata for state in self.list_states())

    def list_states(self) -> list[LocatedState]:
        """Return all states, also inner ones; empty if the definition cannot be read."""
        return list(self.states.list_states()) if self.states else []

    def locate_value(self, path: Path) -> tuple[Path, SourceLocation]:
        """Return the path from the template's root to a value in the definition, and the place of the value."""
        if self.definition is None:
            return self.path, self.place
        return (*self.definition.path, *path), self.definition.find_place(path)


@dataclass(frozen=True, kw_only=True, eq=False)
class Template:
    """The content of a template, evaluated with the parameters and their defaults."""

    source: Source
    stack: StackValues
    machines: tuple[Machine, ...]
    roles: Mapping[str, Role]
    alarms: tuple[AlarmResource, ...]
    mute_rules: tuple[MuteRule, ...]
    topics: tuple[TopicResource, ...]
    keys: tuple[KeyResource, ...]
    events_told: bool
    functions: tuple[FunctionResource, ...] = ()

    def replace_machine(self, old: Machine, new: Machine) -> Template:
        """Return the template with another machine in the place of an old one."""
        return replace(self, machines=tuple(new if machine is old else machine for machine in self.machines))

    @cached_property
    def resource_policies(self) -> ResourcePolicies:
        """Return the policies of the template's resources."""
        return ResourcePolicies(self.stack, self.roles)

    @cached_property
    def decisions(self) -> dict[tuple[object, ...], Decision]:
        """Return the decisions on permissions that were made for this template, by role, action, resource and keys."""
        return {}

    @cached_property
    def action_classes(self) -> dict[tuple[object, ...], int]:
        """Return the numbers of the classes of actions that were decided for this template, by role and action."""
        return {}

    def find_function(self, name: str) -> FunctionResource | None:
        """Return the function with this name or ARN, also of a version or alias; None if it is not in this template."""
        for function in self.functions:
            if any(name == own or name.startswith(f"{own}:") for own in (function.name, function.arn)):
                return function
        return None

    def shorten_name(self, name: str) -> str:
        """Return a resource's name without the stack name."""
        return name.removeprefix(f"{self.stack.where.stack_name}-")

    def find_machine(self, arn: str) -> Machine | None:
        """Return the machine with this ARN, also of a version or alias; None if it is not in this template."""
        for machine in self.machines:
            if arn == machine.arn or arn.startswith(f"{machine.arn}:"):
                return machine
        return None

    def build_title(self, machine: Machine) -> str:
        """Return the machine's name without the stack name, as messages use it."""
        return self.shorten_name(machine.name)

    def list_names(self, machine: Machine) -> list[str]:
        """Return the names of a machine: its logical id, and its name with and without the stack name."""
        short = machine.logical_id.removesuffix("StateMachine")
        return list(filter(None, (machine.logical_id, short, machine.name, self.build_title(machine))))

    def find(self, name: str) -> Machine:
        """Return the machine that the user names by logical id, or by its name with or without the stack name.

        Raises SfnorchError with the available names if no machine matches.
        """
        for machine in self.machines:
            if name.lower() in map(str.lower, self.list_names(machine)):
                return machine
        known = ", ".join(map(self.build_title, self.machines))
        raise SfnorchError(
            f"{self.source.file} has no state machine {name!r}",
            hint=f"available: {known}" if known else "the template has no state machines",
        )


def evaluate_template(
    source: Source,
    parameters: Mapping[str, str] | None = None,
    where: StackEnvironment | None = None,
    substitutions: Mapping[str, str] | None = None,
) -> Template:
    """Return the template's content.

    Missing parameters have their defaults. `substitutions` override the DefinitionSubstitutions of state machines.
    """
    stack = StackValues(source.data, parameters, where, substitutions)
    policies = collect_policies(stack)
    roles = list_roles(stack, policies)
    return Template(
        source=source,
        stack=stack,
        machines=tuple(_read_machine(found, roles, policies) for found in find_declarations(stack, NATIVE, SAM)),
        roles=roles,
        alarms=tuple(list_alarms(stack)),
        mute_rules=tuple(list_mute_rules(stack)),
        topics=tuple(list_topics(stack)),
        keys=tuple(list_keys(stack)),
        events_told=has_execution_event_rule(stack),
        functions=tuple(list_functions(stack)),
    )


def _read_machine(declared: Declaration, roles: Mapping[str, Role], policies: Policies) -> Machine:
    definition, fault = None, None
    try:
        definition = read_definition(declared.stack, declared.properties, declared.path)
    except DefinitionError as error:
        fault = error.finding
    return Machine(
        logical_id=declared.logical_id,
        name=declared.name,
        arn=declared.reference,
        kind=declared.kind,
        express=declared.text("Type" if declared.kind == SAM else "StateMachineType") == "EXPRESS",
        properties=declared.properties,
        path=declared.path,
        place=declared.place,
        definition=definition,
        fault=fault,
        role=_find_role(declared, roles, policies),
    )


def _find_role(machine: Declaration, roles: Mapping[str, Role], policies: Policies) -> Role | None:
    key = "Role" if machine.kind == SAM else "RoleArn"
    if machine.properties.get(key) is not None:
        return roles.get(machine.text(key))
    return build_implied_role(machine, policies) if machine.kind == SAM else None
