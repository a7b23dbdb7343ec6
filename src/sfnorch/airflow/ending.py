"""The last tasks of a DAG: they find what failed, notify the topic, and end the run accordingly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfnorch.airflow.dag import Dag, Node, OperatorTask, TaskChain
from sfnorch.airflow.jinja import TEXT_FILTER
from sfnorch.airflow.literals import Literal, SourceCall, SourceCode
from sfnorch.airflow.operators import GLUE_HOOK, SNS, build_timedelta, call_python, publish
from sfnorch.airflow.plan_settings import build_environment_param, derive_names, list_plan_tags
from sfnorch.airflow.run_context import MACROS, build_run_constants, build_run_params
from sfnorch.airflow.starts import convert_starts
from sfnorch.glue_logs import CONSOLE_PAGE, DEFAULT_LOG_GROUP
from sfnorch.partitions import CONSOLES
from sfnorch.plan.run_context import has_run_context

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

_ATTRIBUTES = {"child workflows": "failedChildren", "tasks": "failedTasks"}
"""The message attributes that list what failed, as in the messages of the state machines."""

_LOGS = f"https://{{region}}.{{console}}/cloudwatch/home?region={{region}}#{CONSOLE_PAGE}"

_RUN_LINE = '\n\nRun: {{ plan_run(dag_run)["id"] }}, date {{ plan_run(dag_run)["date"] }}'
"""What ends the messages about a run that has an ID and a date."""

AGAIN: Mapping[str, Literal] = {"retries": 3, "retry_delay": build_timedelta(30)}
"""The retries of a task that does not run a job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DagEnding:
    """The last tasks of a DAG, and what they need: constants, parts of code, imports."""

    body: tuple[Node, ...]
    constants: dict[str, Literal]
    parts: tuple[str, ...]
    imports: tuple[str, ...]
    variables: dict[str, str]


def find_topic(plan: AnyPlan, dag_id: str) -> str:
    """Return the topic's ARN in Jinja: the value of an Airflow variable, or the topic in the plan, if any."""
    return f"{{{{ var.value.get('{build_topic_variable(dag_id)}', '{plan.alerts.topic_arn or ''}') }}}}"


def get_required_topic(plan: AnyPlan, dag_id: str) -> str:
    """Return the topic's ARN in Jinja, for a message that is a step of the run."""
    if plan.alerts.topic_arn:
        return find_topic(plan, dag_id)
    return f"{{{{ var.value['{build_topic_variable(dag_id)}'] }}}}"


def build_topic_variable(dag_id: str) -> str:
    """Return the name of the Airflow variable with the topic's ARN."""
    return f"{dag_id}_topic_arn"


def build_ending(
    plan: AnyPlan,
    *,
    parts: Sequence[str] | None,
    what: str,
    fails: bool,
    notify: str,
    after: Sequence[str],
    report: Sequence[str] = (),
) -> DagEnding:
    """Return the last tasks: `parts` are the ids of what is reported, `what` is their name, `after` precedes them.

    Without `parts`, the jobs in the run's params are reported, or what the code in the parts `report` finds.
    `fails`: whether the run fails if something failed; `notify`: failure, always or never. All tasks must have ended
    before: a task is "upstream failed" while others run, so `after` contains every task, or groups whose last task
    ends last.
    """
    name, dag_id = derive_names(plan)
    constants: dict[str, Literal] = {
        "NAME": name,
        "WHAT": what,
        "ATTRIBUTE": _ATTRIBUTES.get(what),
        "FAILURE_FAILS": fails,
        "CONSOLES": dict(CONSOLES),
        "LOGS": _LOGS,
        "LOG_GROUP": DEFAULT_LOG_GROUP,
    }
    if parts is not None:
        constants["PARTS"] = list(parts)
    tasks: list[Node] = [
        OperatorTask(
            variable="outcomes", task_id="outcomes", call=_build_final_task("outcomes", "what_failed", **AGAIN)
        )
    ]
    notifies = notify != "never"
    if notifies:
        constants |= {"ALWAYS": notify == "always", "TOPIC": build_topic_variable(dag_id)}
        call = publish(
            "notify",
            find_topic(plan, dag_id),
            _read_outcome("subject"),
            _read_outcome("message") + (_RUN_LINE if has_run_context(plan) else ""),
            pre_execute=SourceCode("has_something_to_report"),
            **AGAIN,
        )
        tasks.append(OperatorTask(variable="notify", task_id="notify", call=call))
    tasks.append(OperatorTask(variable="done", task_id="done", call=_build_final_task("done", "end_run")))
    chain = ("outcomes", *(("notify",) if notifies else ()), "done")
    own = "given_parts" if parts is None else "parts"
    return DagEnding(
        body=(*tasks, TaskChain(tuple(after), chain)),
        constants=constants,
        parts=(*(report or (own, "task_states", "job_runs", "outcomes")), *(("notify",) if notifies else ()), "done"),
        imports=(GLUE_HOOK, *((SNS,) if notifies else ())),
        variables={build_topic_variable(dag_id): describe_topic_variable(plan)} if notifies else {},
    )


def assemble_dag(
    plan: AnyPlan,
    end: DagEnding,
    *,
    title: str,
    body: Sequence[Node],
    params: Mapping[str, Literal] = MappingProxyType({}),
    constants: Mapping[str, Literal] = MappingProxyType({}),
    parts: Sequence[str] = (),
    imports: Sequence[str] = (),
    variables: Mapping[str, str] = MappingProxyType({}),
    settings: Mapping[str, Literal] = MappingProxyType({}),
) -> Dag:
    """Return the plan's DAG: the tasks, what they need, and the last tasks after them."""
    name, dag_id = derive_names(plan)
    start = convert_starts(plan)
    params = {**build_environment_param(plan), **params}
    templates = [str(each) for each in (*body, constants, *end.body)]
    macros = tuple(macro for macro in MACROS if any(f"{macro}(" in text for text in templates))
    texts = any(TEXT_FILTER in text for text in templates)
    own = {"text": texts, "run_context": bool(macros)}
    return Dag(
        dag_id=dag_id,
        title=f"{name}: {title}",
        timing=start.timing,
        params={**params, **build_run_params(plan, params)},
        tags=list_plan_tags(plan),
        constants={
            **constants,
            **start.constants,
            **(build_run_constants(plan, start.params) if macros else {}),
            **end.constants,
        },
        parts=(*parts, *(part for part, is_needed in own.items() if is_needed), *end.parts),
        imports=(*imports, *end.imports),
        body=(*body, *end.body),
        variables={**variables, **end.variables},
        macros=macros,
        settings={**settings, **start.settings},
    )


def describe_topic_variable(plan: AnyPlan) -> str:
    """Return the meaning of the variable with the topic."""
    otherwise = "the topic in the plan" if plan.alerts.topic_arn else "none"
    return f"the ARN of the SNS topic to notify; default: {otherwise}"


def _read_outcome(key: str) -> str:
    """Return the Jinja template that reads a key of the result of the task `outcomes`."""
    return f"{{{{ ti.xcom_pull(task_ids='outcomes')['{key}'] }}}}"


def _build_final_task(task_id: str, function: str, **more: Literal) -> SourceCall:
    return call_python(task_id, function, trigger_rule="all_done", **more)
