"""Check the environments of a plan: their names, their keys, their deployment settings, and their stacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from sfnorch.plan.composition.composition import DEFAULTS, ENVIRONMENTS, INCLUDE
from sfnorch.plan.composition.environment import Environment
from sfnorch.plan.composition.faults import Faults
from sfnorch.plan.composition.tree import Node, flatten_tree
from sfnorch.plan.model_errors import convert_errors, suggest_key
from sfnorch.plan.models.environment import EnvironmentSettings
from sfnorch.plan.names import ALL_ENVIRONMENTS, ENVIRONMENT, PATTERN_DESCRIPTIONS
from sfnorch.plan.stack_names import derive_stack_name

FIXED_KEYS = ("pattern", "name", "environment", INCLUDE, ENVIRONMENTS)
"""Keys that an environment cannot change."""

SETTINGS = tuple(EnvironmentSettings.model_fields)
"""The keys of an environment that are deployment settings."""

JOBS = "jobs"
"""The key of an environment with settings of jobs by name, in plans without a list of jobs too."""


def read_environments(
    plan: Node, plan_keys: Iterable[str], faults: Faults, *, plan_name: str | None
) -> Mapping[str, Environment]:
    """Return the environments of the plan by name; errors are added to `faults`.

    `plan_keys` are the keys that plans of the pattern can have.
    """
    environments = plan.get(ENVIRONMENTS)
    if environments is None or environments.value is None:
        return {}
    if not environments.is_mapping:
        faults.add(environments.place, "expected a mapping of environments", "write a name such as prod: and its keys")
        return {}
    known = [key for key in dict.fromkeys((*plan_keys, *SETTINGS, JOBS, DEFAULTS)) if key not in FIXED_KEYS]
    found = {
        name: _read_environment(name, node, known, faults, plan_name) for name, node in environments.members.items()
    }
    _refuse_shared_stacks(list(found.values()), faults)
    return found


def _read_environment(name: str, node: Node, known: list[str], faults: Faults, plan_name: str | None) -> Environment:
    if not re.fullmatch(ENVIRONMENT, name):
        faults.add(node.place, f"{name!r} is invalid; must be {PATTERN_DESCRIPTIONS[ENVIRONMENT]}")
    elif name == ALL_ENVIRONMENTS:
        faults.add(node.place, f"{name!r} means all environments of a plan", "choose another name")
    if not node.is_mapping and node.value is not None:
        faults.add(node.place, "expected a mapping of keys of the plan and deployment settings")
    for key, value in node.members.items():
        if key in FIXED_KEYS:
            faults.add(value.place, f"an environment cannot change the key {key!r}", "remove the key")
        elif key not in known:
            faults.add(value.place, f"unknown key {key!r}", suggest_key(key, known))
    overlay = {key: value for key, value in node.members.items() if key in known and key not in SETTINGS}
    settings = _read_settings(node, faults)
    # the name of the environment can hold characters that the name of a stack cannot
    stack_name = settings.stack_name or derive_stack_name(plan_name, environment=name)
    return Environment(name, node, Node(overlay, node.place), settings, stack_name)


def _read_settings(node: Node, faults: Faults) -> EnvironmentSettings:
    """Return the valid deployment settings; errors are added to `faults`."""
    given = {key: value for key, value in node.members.items() if key in SETTINGS and value.value is not None}
    while True:
        document = flatten_tree(Node(given, node.place), node.place.file)
        try:
            return EnvironmentSettings.model_validate(document.data)
        except ValidationError as error:
            rows = error.errors(include_url=False)
        faults.findings += convert_errors(document, EnvironmentSettings, rows)
        wrong = {str(row["loc"][0]) for row in rows if row["loc"]} or {"job_name"}
        given = {key: value for key, value in given.items() if key not in wrong}


def _refuse_shared_stacks(environments: list[Environment], faults: Faults) -> None:
    """Add an error for each environment whose stack can be that of an earlier one."""
    for index, one in enumerate(environments):
        for earlier in environments[:index]:
            if one.stack_name == earlier.stack_name and not are_apart(one.settings, earlier.settings):
                node = one.overlay.place
                faults.add(
                    node._replace(path=(*node.path, "stack_name")),
                    f"the environments {earlier.name} and {one.name} have the same stack, {one.stack_name}",
                    "give them different stack names, accounts or Regions",
                )
                break


def are_apart(one: EnvironmentSettings, other: EnvironmentSettings) -> bool:
    """Return whether the stacks of two environments are known to be in different accounts or Regions."""
    return any(
        mine and others and mine != others
        for mine, others in ((one.account, other.account), (one.region, other.region))
    )
