"""Fill in the default settings of jobs: those of the plan, and those of a child."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError

from sfnorch.plan.composition.composition import DEFAULTS
from sfnorch.plan.composition.faults import Faults
from sfnorch.plan.composition.job_parts import add_settings, change_chain, change_jobs
from sfnorch.plan.composition.merging import apply_overlay
from sfnorch.plan.composition.tree import Node, flatten_tree, strip_places
from sfnorch.plan.model_errors import convert_errors

if TYPE_CHECKING:
    from sfnorch.plan.models.base import Model

ARGUMENTS = "arguments"
"""The key of the arguments of a job run, whose defaults apply one by one."""

WITHOUT_JOBS = "continuous"
"""The pattern whose plans have no settings of jobs: its Glue workflow defines them."""


def load_defaults_model(pattern: str) -> type[Model]:
    """Return the model of the default settings of jobs, with the keys that jobs of the pattern have."""
    if pattern == "flow":
        from sfnorch.plan.models.flow import StepJobSettings  # the models of a flow are slow to load

        return StepJobSettings
    from sfnorch.plan.models.job import JobSettings

    return JobSettings


def apply_defaults(plan: Node, pattern: str, faults: Faults) -> Node:
    """Return the plan without the key `defaults`, and each job with the settings that it does not have itself.

    The defaults of a child override those of the plan. Arguments are merged key by key.
    """
    written = _check_defaults(plan.get(DEFAULTS), pattern, faults)
    defaults = _remove_null(written) if written else None
    children = plan.get("children")
    if children:
        changed = [_fill_child(child, defaults, pattern, faults) for child in children.items]
        plan = plan.replace(children=Node(changed, children.place) if children.is_list else children)
    plan = plan.replace(defaults=None)
    return _fill_jobs(plan, defaults) if defaults and not children else plan


def _fill_child(child: Node, defaults: Node | None, pattern: str, faults: Faults) -> Node:
    own = _check_defaults(child.get(DEFAULTS), pattern, faults)
    child = child.replace(defaults=None) if DEFAULTS in child.members else child
    both = _remove_null(_fill_in(own, defaults) if defaults else own) if own else defaults
    return change_chain(child, lambda job: _fill_job(job, both)) if both and child.is_mapping else child


def _fill_jobs(plan: Node, defaults: Node) -> Node:
    return change_jobs(plan, lambda job: _fill_job(job, defaults))


def _fill_job(part: Node, defaults: Node) -> Node:
    return add_settings(part, lambda job: _fill_in(job, defaults) if job.is_mapping else job)


def _fill_in(own: Node, defaults: Node) -> Node:
    """Return the mapping with the defaults that it does not have; null in it means that a default does not apply."""
    filled = dict(own.members)
    for key, default in defaults.members.items():
        if key not in filled:
            filled[key] = default
        elif filled[key].value is None:
            del filled[key]
        elif key == ARGUMENTS and filled[key].is_mapping:
            filled[key] = _merge_arguments(filled[key], default)
    return Node(filled, own.place)


def _merge_arguments(own: Node, defaults: Node) -> Node:
    without = {name for name, node in own.members.items() if node.value is None and name in defaults.members}
    both = {**defaults.members, **own.members}
    return Node({name: node for name, node in both.items() if name not in without}, own.place)


def _remove_null(settings: Node) -> Node:
    return apply_overlay(None, settings, Faults())


def _check_defaults(defaults: Node | None, pattern: str, faults: Faults) -> Node | None:
    """Return the valid settings; errors are added to `faults`."""
    if defaults is None or defaults.value is None:
        return None
    if pattern == WITHOUT_JOBS:
        faults.add(defaults.place, f"the pattern {pattern} has no settings of jobs", "remove the key")
        return None
    if not defaults.is_mapping:
        faults.add(defaults.place, "expected a mapping of settings of jobs", "write a mapping such as retries: 1")
        return None
    model = load_defaults_model(pattern)
    try:
        model.model_validate(strip_places(_remove_null(defaults)))
    except ValidationError as error:
        document = flatten_tree(defaults, defaults.place.file)
        rows = error.errors(include_url=False)
        faults.findings += convert_errors(document, model, rows)
        wrong = {row["loc"][0] for row in rows}
        return defaults.replace(**{str(key): None for key in wrong})
    return defaults
