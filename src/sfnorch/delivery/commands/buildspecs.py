"""Read a buildspec: its commands, its variables, and the other sources of its values.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from sfnorch.json_values import Json, find_value, read_mapping, read_strings

_PHASES = ("install", "pre_build", "build", "post_build")
_ASSIGNED = re.compile(r"\b(\w+)=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildspec:
    """A buildspec: its commands by phase, its variables, and the services that it uses."""

    commands: tuple[tuple[str, str], ...]
    variables: Mapping[str, str]
    """The variables whose values no command changes."""
    reports: bool
    stores: tuple[str, ...]
    """Sources of further variables: `parameter-store`, `secrets-manager`."""


def read_buildspec(text: str) -> Buildspec | None:
    """Return the content of the buildspec; None if the text is not a buildspec."""
    try:
        spec: Json = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - it creates only strings, lists and mappings
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    phases = find_value(spec, "phases")
    if not isinstance(phases, dict):
        return None
    commands = [
        (phase, command)
        for phase in _PHASES
        for part in ("commands", "finally")
        for command in read_strings(find_value(phases, phase, part))
    ]
    environment = read_mapping(find_value(spec, "env"))
    changed = {name for _, command in commands for name in _ASSIGNED.findall(command)}
    variables = {
        name: value
        for name, value in read_mapping(environment.get("variables")).items()
        if isinstance(value, str) and value and name not in changed
    }
    return Buildspec(
        commands=tuple(commands),
        variables=variables,
        reports=bool(find_value(spec, "reports")),
        stores=tuple(store for store in ("parameter-store", "secrets-manager") if environment.get(store)),
    )
