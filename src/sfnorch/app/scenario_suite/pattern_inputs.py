"""The inputs that a state machine of each pattern accepts or refuses: what a person expects of it.

The jobs, children, tasks and steps come from the definition.
"""

from __future__ import annotations

from sfnorch.app.scenario_suite.candidates import Candidate
from sfnorch.json_values import Json, find_value, read_mapping, read_strings, write_compact
from sfnorch.naming import name_jobs_parameter
from sfnorch.protocol import continuous, dag, fan_out, flow, job_list, master_child
from sfnorch.protocol.mark import read_assigned_names, read_assigned_variables
from sfnorch.template.contents import Machine, Template
from sfnorch.template.located import Object

_ARGUMENTS: Json = {"--mode": "test"}
_NO_LIST: Json = "none"
_MOST_ITEMS = 10
LOOP_TIME = "20m"
"""The simulated time of a loop, which does not end by itself."""

OBJECTS: list[Json] = [
    {"Key": "data/part-1.csv", "Size": 10, "name": "part-1"},
    {"Key": "data/part-2.csv", "Size": 10, "name": "part-2"},
    {"Key": "data/", "Size": 0, "name": "no part"},
]
"""What a listing or an object has: two items, and a folder."""

_COLUMNS = {"skip": "child", "alone": "machine", "done": "task", "resumed": "step"}
"""The columns of tables by family."""


def make_expected(family: str, name: str, data: dict[str, Json]) -> Candidate:
    """Return a scenario that a person expects."""
    return Candidate(family=family, name=name, column=_COLUMNS.get(family, "name"), data=data, is_expected=True)


def _take(family: str, name: str, value: Json) -> Candidate:
    return make_expected(family, name, {"input": value})


def read_definition(machine: Machine) -> Object:
    """Return the definition of a state machine; empty if it cannot be read."""
    return machine.definition.data if machine.definition else Object(machine.place)


def describe_pattern(template: Template, definition: Object) -> tuple[Json, list[Candidate]]:
    """Return the input with which everything succeeds, null for none, and scenarios with other inputs."""
    describe = next((describe for mark, describe in _PATTERNS if mark.is_in(definition)), None)
    return describe(template, definition) if describe else (None, [])


def _describe_master(template: Template, definition: Object) -> tuple[Json, list[Candidate]]:
    children = read_assigned_names(
        definition, master_child.MasterState.RESOLVE_THREADS, master_child.MasterVariable.CHILDREN
    )
    jobs = {template.build_title(each): _list_jobs(read_definition(each)) for each in template.machines}
    found = [_take("wrong", "An input without a list of threads is refused", {"threads": _NO_LIST})]
    first = {jobs[child][0]: "always" for child in children if jobs.get(child)}
    if len(first) > 1:
        found.append(make_expected("all-fail", "All children fail", {"given": {"failures": {**first}}}))
    chosen: Json = [
        {"child": child, "glueJobs": [*(jobs.get(child) or ["glue-job"])[:2]], "arguments": _ARGUMENTS}
        for child in children
    ]
    second = {jobs[child][:2][-1]: "always" for child in children if jobs.get(child)}
    added: Json = [{"child": child, "arguments": _ARGUMENTS} for child in children]
    found += [
        *(
            _take("skip", f"The input skips {child}", {"threads": [{"child": child, "skip": True}]})
            for child in children
        ),
        _take("jobs", "The input chooses the jobs", {"threads": chosen}),
        make_expected(
            "jobs-fail", "Chosen jobs fail", {"input": {"threads": chosen}, "given": {"failures": {**second}}}
        ),
        _take("arguments", "The input adds arguments", {"threads": added}),
        _take(
            "no-jobs",
            "The input has empty lists of jobs",
            {"threads": [{"child": child, "glueJobs": ""} for child in children]},
        ),
    ]
    known = template.source.data.find_object("Parameters")
    lists: dict[str, Json] = {
        name_jobs_parameter(child): ",".join(jobs[child][:2])
        for child in children
        if jobs.get(child) and name_jobs_parameter(child) in known
    }
    if lists:
        found.append(make_expected("deployed", "The stack has other lists of jobs", {"parameters": lists}))
        unusual: Json = [{"child": child, "glueJobs": ["again"]} for child in children[:1]]
        found.append(
            make_expected(
                "deployed-input",
                "The input replaces the lists of jobs of the stack",
                {"parameters": lists, "input": {"threads": unusual}},
            )
        )
    return None, found


def _list_jobs(definition: Object) -> list[str]:
    """Return the jobs of a list in a definition, in order."""
    rules = find_value(definition.get("States"), job_list.JobListState.CHECK_JOBS, "Choices")
    for rule in rules if isinstance(rules, list) else []:
        jobs = find_value(rule, "Assign", job_list.JobListVariable.JOBS)
        if isinstance(jobs, list):
            return list(read_strings(jobs))
    return []


def _describe_dynamic(template: Template, definition: Object) -> tuple[Json, list[Candidate]]:
    known = sorted(job_list.list_setting_names(definition))
    settings = read_mapping(
        read_assigned_variables(definition, job_list.JobListState.RESOLVE_JOBS).get(job_list.JobListVariable.SETTINGS)
    )
    names: list[Json] = [*(settings or known)][:3]
    names += [f"glue-job-{number}" for number in range(len(names) + 1, 3)]
    rows: Json = [{"name": names[0], "arguments": _ARGUMENTS}, names[1]]
    return {"glueJobs": names}, [
        _take("text", "The jobs are a text", {"glueJobs": ", ".join(map(str, names))}),
        _take("rows", "A job has its own arguments", {"threadId": "T1", "glueJobs": rows, "arguments": {"--all": "1"}}),
        _take("no-jobs", "An input without jobs is refused", {"threadId": "T1"}),
        _take("wrong", "A list of jobs with a number is refused", {"glueJobs": [1]}),
        _take(
            "wrong-arguments", "Arguments that are no text are refused", {"glueJobs": names, "arguments": {"--mode": 1}}
        ),
    ]


def _describe_dag(template: Template, definition: Object) -> tuple[Json, list[Candidate]]:
    tasks = read_assigned_names(definition, dag.DagState.RESOLVE_TASKS, dag.DagVariable.TASKS)
    return None, [
        *(_take("done", f"A resumed run does not repeat {task}", {"done": [task]}) for task in tasks[:3]),
        _take("all-done", "A resumed run with nothing to do succeeds", {"done": [*tasks]}),
        _take("wrong", "An unknown task is refused", {"done": ["unknown-task"]}),
        _take("no-list", "A list of tasks that is a text is refused", {"done": _NO_LIST}),
    ]


def _describe_flow(template: Template, definition: Object) -> tuple[Json, list[Candidate]]:
    steps = read_assigned_names(definition, flow.FlowState.RESOLVE_INPUT, flow.FlowVariable.STEPS)
    return None, [
        *(
            _take("resumed", f"A run is resumed at {step}", {"resumeAt": {"step": step, "variables": {}}})
            for step in steps
        ),
        _take("wrong", "An input that is no object is refused", _NO_LIST),
        _take("unknown-step", "A run is not resumed at an unknown step", {"resumeAt": {"step": "unknown-step"}}),
    ]


def _describe_loop(template: Template, definition: Object) -> tuple[Json, list[Candidate]]:
    named = read_assigned_variables(definition, continuous.LoopState.RESOLVE_RUN).get(continuous.LoopVariable.WORKFLOW)
    workflow: dict[str, Json] = (
        {} if isinstance(named, str) and named.count('"') > 1 else {"workflow_name": "my-workflow"}
    )
    declared = template.source.data.find_object("Parameters")
    stop: dict[str, Json] = {name: "false" for name, _ in declared.entries() if name == "Continue"}
    found = [
        _take("counted", "The loop continues after earlier runs", {**workflow, "runs": 3}),
        _take("wrong", "A name of a workflow that is a number is refused", {"workflow_name": 1}),
        _take("wrong-run", "A run to continue that is a number is refused", {**workflow, "run_id": 1}),
        _take("unknown-run", "A run to continue that does not exist", {**workflow, "run_id": "wr_unknown"}),
    ]
    if "$runs >= " in write_compact(definition):
        found.append(
            _take("all-runs", "The loop starts no more runs than the plan allows", {**workflow, "runs": 1_000_000})
        )
    if stop:
        found += [
            make_expected("last", "The loop ends after the current run", {"input": workflow, "parameters": stop}),
            make_expected(
                "ended", "The loop does not start another run", {"input": {**workflow, "runs": 1}, "parameters": stop}
            ),
        ]
    return workflow, [each.limit(LOOP_TIME) for each in found]


def _describe_fan_out(template: Template, definition: Object) -> tuple[Json, list[Candidate]]:
    jobs = fan_out.find_item_jobs(definition)
    items = _find_items(definition)
    item = items[0]
    rows: list[Json] = [{"item": other, "done": 0} for other in items[1:]]
    rows += [{"item": item, "done": done} for done in range(len(jobs))]
    place: dict[str, Json] = {"bucket": "amzn-s3-demo-bucket", "key": "remaining.json"}
    remaining = make_expected(
        "remaining",
        "A resumed run continues with the items that are left",
        {
            "input": {"remaining": place},
            "given": {"objects": {"s3://amzn-s3-demo-bucket/remaining.json": {"json": rows}}},
        },
    )
    if _takes_items(definition):
        return {"items": [item, item]}, [remaining, _take("wrong", "Items that are no list are refused", {"items": 1})]
    return None, [remaining]


def _takes_items(definition: Object) -> bool:
    code = read_assigned_variables(definition, fan_out.FanOutState.RESOLVE_ITEMS).get(fan_out.FanOutVariable.ITEMS)
    return isinstance(code, str) and "$states.input.items" in code


def _find_items(definition: Object) -> list[Json]:
    """Return some items of the plan, or items that a listing or an object can have."""
    items = read_assigned_variables(definition, fan_out.FanOutState.RESOLVE_ITEMS).get(fan_out.FanOutVariable.ITEMS)
    return items[:_MOST_ITEMS] if isinstance(items, list) and items else OBJECTS


_PATTERNS = (
    (master_child.MARK, _describe_master),
    (dag.MARK, _describe_dag),
    (flow.MARK, _describe_flow),
    (continuous.MARK, _describe_loop),
    (fan_out.MARK, _describe_fan_out),
    (job_list.MARK, _describe_dynamic),
)
