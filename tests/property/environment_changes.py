"""Plans with an environment, each beside the plan that the environment comes to, written out by hand."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from sfnorch.plan.default import build_default_plan
from tests.property.test_flows import flows
from tests.property.test_plans import DAG, DYNAMIC, MARK, MASTER_CHILD

Data = dict[str, Any]

FLOW = st.fixed_dictionaries(
    {"pattern": st.just("flow"), "steps": flows()},
    optional={"notify": st.sampled_from(["always", "never"]), "schedule": st.just("rate(1 day)")},
)
CONTINUOUS = st.fixed_dictionaries(
    {"pattern": st.just("continuous"), "workflow": st.just(f"{MARK}-ingest")},
    optional={"max_runs": st.integers(1, 9), "pause": st.just("10m"), "tags": st.just({MARK: MARK})},
)
BY_PATTERN = {
    "master-child": MASTER_CHILD,
    "dynamic": DYNAMIC,
    "dag": DAG,
    "flow": FLOW,
    "continuous": CONTINUOUS,
}
PLANS = st.sampled_from(list(BY_PATTERN)).flatmap(BY_PATTERN.__getitem__)
"""The data of plans of all patterns."""

LISTS = {"master-child": "children", "dynamic": "jobs", "dag": "tasks", "flow": "steps"}
"""The list of each pattern whose items an environment changes by name."""

DEFAULT_CHILDREN = [
    {"name": child.name, "jobs": [job.name for job in child.jobs]} for child in build_default_plan().children
]
COMMON_SETTINGS = {
    "worker_type": st.sampled_from(["G.1X", "G.2X"]),
    "number_of_workers": st.integers(1, 99),
    "security_configuration": st.just(f"{MARK}-kms"),
}
SETTINGS = st.fixed_dictionaries(
    {},
    optional={**COMMON_SETTINGS, "timeout_minutes": st.integers(1, 99), "retries": st.integers(0, 3)},
)
STEP_SETTINGS = st.fixed_dictionaries(
    {}, optional={**COMMON_SETTINGS, "timeout": st.just("1h"), "retry": st.integers(1, 3)}
)
TOP_KEYS = {"logging": st.booleans(), "tracing": st.booleans(), "log_retention_days": st.sampled_from([1, 7])}
TAGS = st.dictionaries(st.sampled_from([f"{MARK}team", f"{MARK}cost"]), st.sampled_from([MARK, "x"]), min_size=1)


def settings_of(pattern: str) -> st.SearchStrategy[Data]:
    """Settings of the jobs of a pattern."""
    return STEP_SETTINGS if pattern == "flow" else SETTINGS


def write_out(data: Data) -> Data:
    """The plan with its jobs as mappings, and its children with their names."""
    whole = copy.deepcopy(data)
    if data["pattern"] == "master-child":
        whole.setdefault("children", copy.deepcopy(DEFAULT_CHILDREN))
    for number, child in enumerate(whole.get("children", []), 1):
        child.setdefault("name", f"child-{number}")
    for chain in (whole, *whole.get("children", [])):
        if "jobs" in chain:
            chain["jobs"] = [{"name": job} if isinstance(job, str) else job for job in chain["jobs"]]
    return whole


def list_scopes(steps: list[Data]) -> Iterator[list[Data]]:
    """Every list of steps."""
    yield steps
    for step in steps:
        inner = [
            *step.get("parallel", []),
            step.get("for_each", {}).get("steps"),
            step.get("on_error", {}).get("steps"),
        ]
        for part in filter(None, inner):
            yield from list_scopes(part)


def list_jobs(whole: Data) -> Iterator[Data]:
    """Every mapping of a written-out plan that runs a Glue job."""
    for child in whole.get("children", []):
        yield from child["jobs"]
    yield from whole.get("jobs", [])
    yield from (task for task in whole.get("tasks", []) if "glue_job" in task)
    for steps in list_scopes(whole.get("steps", [])):
        yield from (step for step in steps if "glue_job" in step)


def get_job_key(job: Data) -> str:
    """The key with the name of the Glue job."""
    return "glue_job" if "glue_job" in job else "name"


def list_items(whole: Data) -> list[tuple[list[Data], Data]]:
    """The items of a written-out plan that an environment changes by name, each with its list."""
    key = LISTS.get(whole["pattern"])
    if key is None:
        return []
    scopes = list_scopes(whole.get(key, [])) if key == "steps" else [whole.get(key, [])]
    return [(scope, item) for scope in scopes for item in scope]


@st.composite
def draw_item_change(draw: st.DrawFn, whole: Data, item: Data, number: int) -> tuple[str, Any]:
    """Change the item in the written-out plan, and return the name and the change that an environment has."""
    scope = next(scope for scope, each in list_items(whole) if each is item)
    change = draw(st.sampled_from(["remove", "set", "add"]))
    if change == "remove" and len(scope) > 1:
        scope[:] = [each for each in scope if each["name"] != item["name"]]
        return item["name"], None
    if change == "add":
        where = draw(st.sampled_from(["before", "after"]))
        new: Data = {"name": f"{MARK}new{number}", **draw_content(draw, whole["pattern"])}
        scope.insert(scope.index(item) + (where == "after"), new)
        own = {key: copy.deepcopy(value) for key, value in new.items() if key != "name"}
        return new["name"], {where: item["name"], **own}
    content = draw_content(draw, whole["pattern"]) if "children" in whole else {}
    if "glue_job" in item or whole["pattern"] == "dynamic":
        content = draw(settings_of(whole["pattern"]))
    item |= copy.deepcopy(content)
    return item["name"], content


def draw_content(draw: st.DrawFn, pattern: str) -> Data:
    """What an item of the pattern has beside its name."""
    match pattern:
        case "master-child":
            return {"jobs": [{"name": f"{MARK}-job", **draw(SETTINGS)}]}
        case "dynamic":
            return draw(SETTINGS)
        case _:
            return {"glue_job": f"{MARK}-job", **draw(settings_of(pattern))}


@st.composite
def draw_change(draw: st.DrawFn, base: Data) -> tuple[Data, Data]:
    """An environment of a plan, and the plan that it comes to, written out by hand."""
    whole = write_out(base)
    pattern = base["pattern"]
    overlay: Data = {}
    for key, value in draw(st.fixed_dictionaries({}, optional={**TOP_KEYS, "tags": TAGS})).items():
        overlay[key] = value
        whole[key] = {**whole.get(key, {}), **value} if key == "tags" else value
    removable = ["alerts"] if pattern == "dynamic" else ["alerts", "schedule", "notify"]
    for key in draw(st.lists(st.sampled_from(removable), max_size=2)):
        overlay[key] = None
        whole.pop(key, None)
    items = draw(st.permutations([item for _, item in list_items(whole)]))
    unique = [item for item in items if [each["name"] for each in items].count(item["name"]) == 1]
    for number, item in enumerate(unique[:2]):
        if any(each is item for _, each in list_items(whole)):
            name, change = draw(draw_item_change(whole, item, number))
            overlay.setdefault(LISTS[pattern], {})[name] = change
    names = list(dict.fromkeys(job[get_job_key(job)] for job in list_jobs(whole)))
    if names and pattern != "dynamic":
        chosen = draw(st.sampled_from(names))
        settings = draw(settings_of(pattern))
        overlay["jobs"] = {chosen: settings}
        for job in list_jobs(whole):
            if job[get_job_key(job)] == chosen:
                job |= settings
    if draw(st.booleans()):
        overlay["job_suffix"] = "-é 1"
        for job in list_jobs(whole):
            job[get_job_key(job)] += "-é 1"
        if "allowed_jobs" in whole:
            whole["allowed_jobs"] = [name if name.endswith("*") else f"{name}-é 1" for name in whole["allowed_jobs"]]
    return overlay, {**whole, "environment": "prod"}


CHANGED_PLANS = PLANS.flatmap(lambda base: st.tuples(st.just(base), draw_change(base)))
"""Plans, each with an environment and the plan that it comes to."""
