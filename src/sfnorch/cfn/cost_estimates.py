"""The estimated cost on a dashboard: what metrics and the definitions of the state machines allow.

No metric has the state transitions of one state machine: `ConsumedCapacity` of the service metric `StateTransition` is
one for all state machines of the account in the Region, as a rate. The estimate therefore multiplies the executions
that started by the transitions of one that succeeds.
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html (documented)

Glue reports the elapsed time of a job only if job metrics are on (`--enable-metrics`), and not for Python shell jobs.
The time does not contain the start of the workers.
https://docs.aws.amazon.com/glue/latest/dg/monitoring-awsglue-with-cloudwatch-metrics.html (documented)

Labels of metrics can have dynamic parts such as `${SUM}`, which is `${!SUM}` in `Fn::Sub`. A plan refuses names of jobs
with `${`.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html (documented)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sfnorch.asl import DistributedMap, Graph, Map, Parallel, Task
from sfnorch.asl.transitions import find_success_path
from sfnorch.calls.glue_job_run import RUN_JOB
from sfnorch.cfn.metrics import name_metric
from sfnorch.prices import DPUS, PRICE_PER_1000, PRICES_FROM, find_dpu_hour_price
from sfnorch.protocol.dag import TaskVariable
from sfnorch.protocol.job_list import JobListVariable
from sfnorch.sentences import list_names

if TYPE_CHECKING:
    from sfnorch.asl import AnyState, Value
    from sfnorch.json_values import Json
    from sfnorch.workflow import Workflow

_MOST_JOBS = 50
"""The largest number of jobs in the graph: a graph has at most 500 metrics, and every job makes the template longer."""

_MILLISECONDS = 3_600_000
_SUM = " ${!SUM}"
"""The sum of the values in the graph, at the end of a label."""


class PricedJob(NamedTuple):
    """A Glue job whose workers the plan sets, and its price per hour in US dollars."""

    name: str
    price: float


def list_transition_costs(workflow: Workflow) -> list[Json]:
    """Return the metrics of the cost of each state machine: executions multiplied by their price."""
    metrics: list[Json] = []
    for number, machine in enumerate(workflow.machines):
        if path := find_success_path(machine.graph):
            price = path.transitions * PRICE_PER_1000 / 1_000
            label = f"{machine.name}{' without items' if path.has_items else ''}{_SUM}"
            started: dict[str, Json] = {"id": f"started{number}", "stat": "Sum", "visible": False}
            metrics.append([{"expression": f"started{number} * {price:.6f}", "label": label, "id": f"cost{number}"}])
            metrics.append([*name_metric("ExecutionsStarted", machine.key), started])
    return metrics


def list_job_costs(workflow: Workflow) -> list[Json]:
    """Return the metrics of the cost of each job whose workers the plan sets: elapsed time multiplied by the price."""
    metrics: list[Json] = []
    for number, job in enumerate(_list_priced_jobs(workflow)[:_MOST_JOBS]):
        elapsed: dict[str, Json] = {"id": f"elapsed{number}", "stat": "Sum", "visible": False}
        expression = f"elapsed{number} / {_MILLISECONDS} * {job.price:.6f}"
        metrics.append([{"expression": expression, "label": f"{job.name}{_SUM}", "id": f"cost{number}"}])
        metric: list[Json] = ["Glue", "glue.driver.aggregate.elapsedTime", "JobName", job.name]
        metrics.append([*metric, "JobRunId", "ALL", "Type", "count", elapsed])
    return metrics


def describe_cost(workflow: Workflow) -> str:
    """Return what the estimates contain, and what not, in Markdown."""
    paths = {machine.name: find_success_path(machine.graph) for machine in workflow.machines}
    counts = [f"{name} {path.transitions}" for name, path in paths.items() if path]
    with_items = [name for name, path in paths.items() if path and path.has_items]
    items = f" and the items of Map states ({list_names(with_items)})" if with_items else ""
    priced = _list_priced_jobs(workflow)
    jobs = len(dict.fromkeys(name for machine in workflow.machines for name in machine.jobs))
    glue = "no job: the plan does not set the worker type and the number of workers of any job"
    if priced:
        glue = (
            f"elapsed time times workers in the plan times price of Glue 5.1 and earlier, of jobs with job metrics: "
            f"{min(len(priced), _MOST_JOBS)} of {max(jobs, len(priced))} jobs. Not counted: the start of workers, and "
            "the minimum of one minute"
        )
    return (
        "## Estimated cost\n"
        f"List prices in US dollars ({PRICES_FROM}), without free tiers, discounts and taxes. The bill can differ.\n"
        "- **State transitions**: the executions times the transitions of one that succeeds "
        f"({list_names(counts)}). Not counted: retries, repeated polls{items}.\n"
        f"- **Glue**: {glue}.\n"
        "- Not in the graphs: CloudWatch, SNS, S3, and all other services."
    )


def _list_priced_jobs(workflow: Workflow) -> list[PricedJob]:
    """Return the jobs with one price, in their order. A job that runs with different workers has none."""
    prices: dict[str, set[float]] = {}
    for state in (state for machine in workflow.machines for state in _list_states(machine.graph)):
        for name, arguments in _list_start_arguments(state):
            prices.setdefault(name, set()).add(_find_price(arguments))
    return [PricedJob(name, *found) for name, found in prices.items() if len(found) == 1 and found != {0.0}]


def _list_start_arguments(state: AnyState) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """Yield the job and the arguments of StartJobRun: of a state that runs a job, and in variables of other states.

    The state that runs all jobs of a list, or all tasks, has the arguments of each in a variable.
    """
    if isinstance(state, Task) and state.resource == RUN_JOB.resource and isinstance(state.arguments, Mapping):
        name = state.arguments.get("JobName")
        if isinstance(name, str):
            yield name, state.arguments
    assigned: Mapping[str, Value] = getattr(state, "assign", {})
    for key, settings in _list_mappings(assigned.get(JobListVariable.SETTINGS)):
        yield str(settings.get("JobName", key)), settings
    for _, task in _list_mappings(assigned.get(TaskVariable.TASKS)):
        arguments = task.get("arguments")
        if isinstance(arguments, Mapping) and "JobName" in arguments:
            yield str(arguments["JobName"]), arguments


def _list_mappings(value: Value) -> Iterator[tuple[str, Mapping[str, Value]]]:
    """Yield the keys of a mapping whose values are mappings, with these values."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Mapping):
                yield key, item


def _find_price(arguments: Mapping[str, Value]) -> float:
    """Return the price per hour of a job run with these arguments of StartJobRun; 0 if they do not set its workers."""
    worker_type, workers = arguments.get("WorkerType"), arguments.get("NumberOfWorkers")
    if not isinstance(worker_type, str) or worker_type not in DPUS or not isinstance(workers, int):
        return 0.0
    return DPUS[worker_type] * workers * find_dpu_hour_price(worker_type, "", str(arguments.get("ExecutionClass", "")))


def _list_states(graph: Graph) -> Iterator[AnyState]:
    """Yield the states, also those in branches and items."""
    for state in graph.states:
        yield state
        match state:
            case Parallel():
                for branch in state.branches:
                    yield from _list_states(branch)
            case Map() | DistributedMap():
                yield from _list_states(state.processor)
