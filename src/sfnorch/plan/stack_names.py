"""The name of a plan's stack, read from the plan's file without reading the rest of the plan."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sfnorch.errors import SfnorchError
from sfnorch.plan.names import PATTERN_DESCRIPTIONS, PLAN_NAME, STACK_NAME
from sfnorch.plan.read import KIND, NULL_TEXTS
from sfnorch.source import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEFAULT_PIPELINE_STACK = "master-step-function-pipeline"
_NOT_IN_A_STACK_NAME = re.compile(r"[^A-Za-z0-9]+")


def derive_stack_name(plan_name: str | None, *, environment: str = "", part: str = "") -> str:
    """Return the name of the stack of a plan, or of its `part`, the pipeline; the default name for a plan without one.

    The name of an environment follows that of the plan.
    A stack name has letters, digits and hyphens, and begins with a letter. Other characters become hyphens.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html (documented)
    """
    if not plan_name and not environment:
        return DEFAULT_PIPELINE_STACK if part else STACK_NAME
    whole = "-".join(filter(None, (plan_name or STACK_NAME, environment, part)))
    name = _NOT_IN_A_STACK_NAME.sub("-", whole).strip("-")
    return name if name[:1].isalpha() else f"plan-{name}"


def read_stack_name(path: Path, *, part: str = "") -> str:
    """Return the name of the stack of the plan in the file, or of its `part`, the pipeline.

    Raises SfnorchError if the file cannot be read, or if the plan's name is invalid: the stack is then unknown.
    """
    try:
        name = next(_find_names(read_text(path, KIND)), None)
    except yaml.YAMLError:
        raise _create_unknown_error(path, "the plan is not valid YAML") from None
    if name is not None and not re.fullmatch(PLAN_NAME, name):
        raise _create_unknown_error(path, f"name: {name!r} is invalid; must be {PATTERN_DESCRIPTIONS[PLAN_NAME]}")
    return derive_stack_name(name, part=part)


def _create_unknown_error(path: Path, reason: str) -> SfnorchError:
    message = f"the stack's name is unknown: {reason} ({path})"
    return SfnorchError(message, hint="correct the plan, or pass --stack-name")


def _find_names(text: str) -> Iterator[str]:
    """Yield the value of the key `name` of the outermost mapping, and read no further than the caller asks."""
    depth, scalars, key = 0, 0, ""
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.NodeEvent):
            if depth == 1:
                scalars += 1
                value = event.value if isinstance(event, yaml.ScalarEvent) else ""
                is_empty = isinstance(event, yaml.ScalarEvent) and not event.style and value in NULL_TEXTS
                if scalars % 2:
                    key = value
                elif key == "name" and not is_empty:
                    yield value
            depth += isinstance(event, yaml.CollectionStartEvent)
