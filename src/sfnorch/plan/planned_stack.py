"""The name of a plan's stack, read from the plan's file without a check of the rest of the plan."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sfnorch.errors import SfnorchError
from sfnorch.plan.composition.composition import ENVIRONMENTS, INCLUDE
from sfnorch.plan.names import PATTERN_DESCRIPTIONS, PLAN_NAME
from sfnorch.plan.read import KIND, NULL_TEXTS
from sfnorch.plan.stack_names import derive_stack_name
from sfnorch.source import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COMPOSITION = re.compile(rf"""^[\s{{,]*["']?({INCLUDE}|{ENVIRONMENTS})["']?\s*:""", re.MULTILINE)


def read_stack_name(path: Path, *, part: str = "") -> str:
    """Return the name of the stack of the plan in the file, or of its `part`, the pipeline.

    Raises SfnorchError if the file cannot be read, if the plan's name is invalid, and if the plan has environments: the
    stack is then unknown.
    """
    text = read_text(path, KIND)
    try:
        # other files can have the name, and every environment has its own stack
        name = _read_composed_name(path, part) if _COMPOSITION.search(text) else next(_find_names(text), None)
    except yaml.YAMLError:
        raise _create_unknown_error(path, "the plan is not valid YAML") from None
    if name is not None and not re.fullmatch(PLAN_NAME, name):
        raise _create_unknown_error(path, f"name: {name!r} is invalid; must be {PATTERN_DESCRIPTIONS[PLAN_NAME]}")
    return derive_stack_name(name, part=part)


def _read_composed_name(path: Path, part: str) -> str | None:
    """Return the name of a plan with included files or environments. Raises SfnorchError if a stack must be chosen."""
    from sfnorch.plan.composition.compose import read_plan_outline  # validation is slow to load

    outline = read_plan_outline(path)
    if outline.environments and not part:
        raise SfnorchError(
            f"The plan {path} has environments, each with a stack", hint=f"pass --env {'|'.join(outline.environments)}"
        )
    return outline.plan_name


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
