"""Apply an environment to a plan: its changes, the defaults of run parameters, and the names of its jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sfnorch.plan.composition.environment import Environment
from sfnorch.plan.composition.environments import JOBS
from sfnorch.plan.composition.faults import Faults
from sfnorch.plan.composition.job_parts import add_settings, change_jobs, find_job_name, list_jobs, rename_job
from sfnorch.plan.composition.merging import apply_overlay
from sfnorch.plan.composition.named_items import NAMED_LISTS
from sfnorch.plan.composition.tree import Node
from sfnorch.plan.names import find_job_name_fault
from sfnorch.plan.places import Place

LIST_PATTERNS = ("dynamic", "fan-out")
"""The patterns whose plans have a list of jobs themselves."""

NONE = "none"
"""What removes the schedule of a plan, as null does."""


def apply_environment(plan: Node, environment: Environment, faults: Faults) -> Node:
    """Return the plan with the changes of the environment."""
    overlay, by_name = environment.overlay, None
    schedule = overlay.get("schedule")
    if schedule and schedule.text == NONE:
        overlay = overlay.replace(schedule=Node(None, schedule.place))
    pattern = plan.get("pattern")
    if not (pattern and pattern.text in LIST_PATTERNS) and (jobs := overlay.get(JOBS)):
        overlay, by_name = overlay.replace(jobs=None), jobs
    changed = apply_overlay(plan, overlay, faults)
    if by_name:
        changed = _change_jobs(changed, by_name, faults)
    if params := environment.node.get("params"):
        changed = _change_parameters(changed, params, faults)
    return changed.replace(environment=Node(environment.name, environment.node.place))


def _change_jobs(plan: Node, by_name: Node, faults: Faults) -> Node:
    """Return the plan with the settings of each named job changed wherever the job runs."""
    if not by_name.is_mapping and by_name.value is not None:
        faults.add(
            by_name.place, "expected a mapping of jobs by name", "write a name such as clean-orders: and settings"
        )
    names = (find_job_name(part) for part in list_jobs(plan))
    known = [name.text for name in names if name and name.text is not None]
    changes: dict[str, Node] = {}
    for name, change in by_name.members.items():
        if name not in known:
            faults.add_unknown(change.place, "job", name, list(dict.fromkeys(known)))
        elif not change.is_mapping:
            faults.add(change.place, "expected a mapping of settings of the job", "write a mapping such as retries: 1")
        else:
            changes[name] = change

    def change_job(part: Node) -> Node:
        name = find_job_name(part)
        change = changes.get(name.text or "") if name else None
        return add_settings(part, lambda job: apply_overlay(job, change, faults)) if change else part

    return change_jobs(plan, change_job)


def _change_parameters(plan: Node, params: Node, faults: Faults) -> Node:
    """Return the plan with other defaults of its run parameters."""
    parameters = plan.get("parameters")
    declared = dict(parameters.members) if parameters else {}
    for name, default in params.members.items():
        if name not in declared:
            faults.add_unknown(default.place, "run parameter", name, list(declared))
            continue
        declaration = declared[name]
        if not declaration.is_mapping:
            declaration = Node({}, declaration.place)
        declared[name] = declaration.replace(default=None if default.value is None else default)
    return plan.replace(parameters=Node(dict(declared), parameters.place)) if parameters else plan


def rename_jobs(plan: Node, environment: Environment, faults: Faults) -> tuple[Node, Mapping[str, str]]:
    """Return the plan with the names that its jobs have in the environment, and these names by the names in the plan.

    A name that is invalid in the environment only is an error of the key that makes it.
    """
    key = environment.node.get("job_name") or environment.node.get("job_suffix")
    settings = environment.settings
    if key is None or not (settings.job_name or settings.job_suffix):
        return plan, {}
    renamed: dict[str, str] = {}
    invalid: dict[str, str] = {}

    def rename(part: Node) -> Node:
        name = find_job_name(part)
        if name is None or name.text is None or find_job_name_fault(name.text):
            return part
        full = settings.name_job(name.text, environment.name)
        if fault := find_job_name_fault(full):
            invalid[name.text] = f"{full!r}: {fault}"
            return part
        renamed[name.text] = full
        return rename_job(part, Node(full, name.place))

    changed = change_jobs(plan, rename)
    for name, reason in list(invalid.items())[:1]:
        what = f"the job {name!r} would be {reason}"
        if len(invalid) > 1:
            what = f"the names of {len(invalid)} jobs would be invalid, such as {reason}"
        faults.add(key.place, what, f"change {key.place.path[-1]}")
    for name, full in renamed.items():
        if full in renamed:
            faults.add(
                key.place,
                f"the job {name!r} would be {full!r}, which is the name of another job in the plan",
                f"rename a job, or change {key.place.path[-1]}",
            )
    if (allowed := changed.get("allowed_jobs")) and allowed.is_list:
        names = [_rename_allowed(item, environment) for item in allowed.items]
        changed = changed.replace(allowed_jobs=Node(names, allowed.place))
    return changed, renamed


def _rename_allowed(item: Node, environment: Environment) -> Node:
    """Return the name in the environment of a job, or of jobs with a prefix, that a list from outside can name."""
    if item.text is None or item.text == "*":
        return item
    rename = environment.settings.name_prefix if item.text.endswith("*") else environment.settings.name_job
    return Node(rename(item.text, environment.name), item.place)


def list_removals(environment: Environment) -> Iterator[Place]:
    """Yield the places of the keys with which the environment removes something from the plan."""
    for key, node in (*environment.overlay.members.items(), ("params", environment.node.get("params"))):
        if node:
            yield from [node.place] if key == "schedule" and node.text == NONE else _list_removals(node, key)


def _list_removals(node: Node, key: str) -> Iterator[Place]:
    if node.value is None:
        yield node.place
    for name, inner in node.members.items():
        is_item = key in NAMED_LISTS and key != JOBS
        yield from [inner.place] if is_item and inner.text == NONE else _list_removals(inner, name)
