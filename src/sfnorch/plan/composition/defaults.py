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
    defaults = _check_defaults(plan.get(DEFAULTS), pattern, faults)
    children = plan.get("children")
    if children:
        changed = [_fill_child(child, defaults, pattern, faults) for child in children.items]
        plan = plan.replace(children=Node(changed, children.place) if children.is_list else children)
    plan = plan.replace(defaults=None)
    return _fill_jobs(plan, defaults) if defaults and not children else plan


def _fill_child(child: Node, defaults: Node | None, pattern: str, faults: Faults) -> Node:
    own = _check_defaults(child.get(DEFAULTS), pattern, faults)
    child = child.replace(defaults=None) if DEFAULTS in child.members else child
    both = apply_overlay(defaults, own, faults) if defaults and own else own or defaults
    return change_chain(child, lambda job: _fill_job(job, both)) if both and child.is_mapping else child


def _fill_jobs(plan: Node, defaults: Node) -> Node:
    return change_jobs(plan, lambda job: _fill_job(job, defaults))


def _fill_job(part: Node, defaults: Node) -> Node:
    def merge(job: Node) -> Node:
        if not job.is_mapping:
            return job
        merged = apply_overlay(defaults, job, Faults())
        own = {key: merged.members[key] for key in job.members if key in merged.members}
        return Node({**own, **merged.members}, job.place)

    return add_settings(part, merge)


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
    model, given = load_defaults_model(pattern), strip_places(defaults)
    try:
        model.model_validate({key: value for key, value in given.items() if value is not None})
    except ValidationError as error:
        document = flatten_tree(defaults, defaults.place.file)
        rows = error.errors(include_url=False)
        faults.findings += [finding for row in rows for finding in convert_errors(document, model, row)]
        wrong = {row["loc"][0] for row in rows}
        return defaults.replace(**{str(key): None for key in wrong})
    return defaults
