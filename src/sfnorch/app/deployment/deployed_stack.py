"""The state of a stack before a deployment, and the checks against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sfnorch.errors import SfnorchError
from sfnorch.origin import is_rendered, read_origin

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

    from sfnorch.app.deployment.deployable import Deployable
    from sfnorch.aws.change_sets import ChangeSet
    from sfnorch.aws.stacks import Stack
    from sfnorch.template.located import Object
    from sfnorch.template.reader import Source
    from sfnorch.template.resources import StackEnvironment


@dataclass(frozen=True, kw_only=True)
class DeployedStack:
    """A stack that a deployment updates, with its current template."""

    client: CloudFormationClient
    stack: Stack

    @cached_property
    def text(self) -> str:
        """The text of the template."""
        from sfnorch.aws.stacks import read_template_text

        return read_template_text(self.client, self.stack.id)

    @cached_property
    def source(self) -> Source | None:
        """The template; None if it cannot be parsed."""
        from sfnorch.source import SourceError
        from sfnorch.template.reader import parse_template

        try:
            return parse_template(self.text, f"the template of {self.stack.name}")
        except SourceError:
            return None

    def explain_replacement(self, deployable: Deployable) -> str:
        """Return the message for a stack that holds another plan than the one to deploy; empty for the same plan.

        A template without a plan can update a stack without a plan. Any plan can update a stack that sfnorch rendered
        before templates contained the name of the plan. A plan in an environment can update its stack from the time
        when it had no environments.
        """
        before = read_origin(self.source.data) if self.source else None
        after = read_origin(deployable.template.source.data)
        if before == after or (before is None and is_rendered(self.text)) or (before and before.can_become(after)):
            return ""
        holds = f"holds {before}" if before else "was not created by sfnorch from a plan"
        brings = after or "a template without a plan"
        return f"The stack {self.stack.name} {holds}, and this deployment would replace its resources with {brings}"

    def refuse_another_plan(self, deployable: Deployable) -> None:
        """Raise SfnorchError if the stack holds another plan than the one to deploy, or no plan."""
        if says := self.explain_replacement(deployable):
            hint = "pass --stack-name to deploy another stack, or --replace-plan to replace the resources"
            raise SfnorchError(says, hint=hint)

    def list_dropped_overrides(self, deployable: Deployable) -> Iterator[str]:
        """Yield a message for each overridden parameter of the stack that the new template does not have."""
        from sfnorch.app.deployment.deployable import find_defaults

        defaults = find_defaults(self.source.data.get("Parameters")) if self.source else {}
        for name, value in self.stack.parameters.items():
            if name not in deployable.declared and value != defaults.get(name):
                yield f"The new template has no parameter {name}; its value {value!r} in the stack is lost."

    def make_guard(self, deployable: Deployable) -> Callable[[ChangeSet], None]:
        """Return a function that raises SfnorchError if a change set of the template requires a name that is in use."""
        return lambda change_set: _refuse(self.list_conflicts(deployable, change_set))

    def refuse_conflicts(self, change_set: ChangeSet) -> None:
        """Raise SfnorchError if a change set of an earlier deployment requires a name that is in use."""
        from sfnorch.aws.stacks import read_template_text
        from sfnorch.template.reader import parse_template

        text = read_template_text(self.client, self.stack.id, change_set.id)
        _refuse(self._list_conflicts(parse_template(text, change_set.name).data, {}, change_set))

    def list_conflicts(self, deployable: Deployable, change_set: ChangeSet) -> tuple[str, ...]:
        """Return a message for each name that the change set requires and that is in use."""
        return self._list_conflicts(deployable.template.source.data, deployable.shown_parameters, change_set)

    def _list_conflicts(self, template: Object, given: Mapping[str, str], change_set: ChangeSet) -> tuple[str, ...]:
        from sfnorch.aws.stacks import list_resources
        from sfnorch.template.intrinsics import StackValues as Evaluated
        from sfnorch.template.names_in_use import DeployedResource, find_name_conflicts

        replaced = {change.logical_id for change in change_set.changes if change.kind == "replace"}
        added = any(change.kind == "add" for change in change_set.changes)
        if change_set.stack_id != self.stack.id or (
            not added and not replaced
        ):  # the stack was deleted and created again
            return ()
        there = [
            DeployedResource(logical_id=each.logical_id, type=each.type, physical_id=each.physical_id)
            for each in list_resources(self.client, self.stack.id)
            if each.physical_id and each.status != "DELETE_COMPLETE"
        ]
        stack = Evaluated(template, {**change_set.parameters, **given}, derive_surroundings(self.stack.id))
        return tuple(find_name_conflicts(stack, there, replaced))


def _refuse(conflicts: Sequence[str]) -> None:
    if conflicts:
        raise SfnorchError("\n".join(conflicts), hint="nothing was deployed")


def derive_surroundings(stack_id: str) -> StackEnvironment:
    """Return the values of pseudo parameters for the stack with this ARN."""
    from sfnorch.template.resources import StackEnvironment

    _, _, _, region, account, stack = stack_id.split(":", 5)
    return StackEnvironment(region=region, account=account, stack_name=stack.split("/")[1], region_is_given=True)


def find_parameter_owners(deployable: Deployable) -> Mapping[str, str]:
    """Return the only state machine or resource that uses a parameter, by the name of the parameter."""
    from sfnorch.template.parameters import find_parameter_users

    template = deployable.template
    titles = {machine.logical_id: template.build_title(machine) for machine in template.machines}
    users = find_parameter_users(template.stack.get_section("Resources"), deployable.declared)
    return {name: titles.get(used[0], used[0]) for name, used in users.items() if len(used) == 1}
