"""What stands behind all tasks of a DAG: what failed is found out, the topic is told, and the run ends accordingly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfnorch.airflow.dag import Chain, Dag, Node, Task
from sfnorch.airflow.literals import Call, Code, Literal
from sfnorch.airflow.operators import GLUE_HOOK, SNS, publish, python, seconds
from sfnorch.airflow.plan_settings import environment, named, plan_tags
from sfnorch.airflow.schedules import timing
from sfnorch.glue_logs import CONSOLE_PAGE, DEFAULT_LOG_GROUP
from sfnorch.partitions import CONSOLES

if TYPE_CHECKING:
    from sfnorch.plan.models import Plan, Schedule

_ATTRIBUTES = {"child workflows": "failedChildren", "tasks": "failedTasks"}
"""The attributes of a message that list what failed, as the state machines' messages have them."""

_LOGS = f"https://{{region}}.{{console}}/cloudwatch/home?region={{region}}#{CONSOLE_PAGE}"

_AGAIN: Mapping[str, Literal] = {"retries": 3, "retry_delay": seconds(30)}
_TOLD = "{{ ti.xcom_pull(task_ids='outcomes')['<<key>>'] }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The ending of a DAG, and what it takes: constants, parts of code, imports."""

    body: tuple[Node, ...]
    constants: dict[str, Literal]
    parts: tuple[str, ...]
    imports: tuple[str, ...]
    variables: dict[str, str]


def topic_of(plan: Plan, dag_id: str) -> str:
    """Return the topic's ARN in Jinja: what an Airflow variable says, else the plan's own, if it names one."""
    return f"{{{{ var.value.get('{topic_variable(dag_id)}', '{plan.alerts.topic_arn or ''}') }}}}"


def needed_topic(plan: Plan, dag_id: str) -> str:
    """Return the topic's ARN in Jinja, for a message that a run can't do without."""
    if plan.alerts.topic_arn:
        return topic_of(plan, dag_id)
    return f"{{{{ var.value['{topic_variable(dag_id)}'] }}}}"


def topic_variable(dag_id: str) -> str:
    """Return the Airflow variable that names the topic."""
    return f"{dag_id}_topic_arn"


def ending(
    plan: Plan,
    *,
    parts: Sequence[str] | None,
    what: str,
    fails: bool,
    notify: str,
    after: Sequence[str],
) -> Ending:
    """Return the ending: `parts` are the ids of what is told apart, `what` the word for them, `after` what it comes behind.

    Without `parts` they are the jobs that a run names. `fails`: whether the run fails where something failed;
    `notify`: failure, always or never. All tasks must be done before it: one is "upstream failed" while others still
    run, so `after` names every task, or groups whose last task is their last to end.
    """
    name, dag_id = named(plan)
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
        Task(variable="outcomes", task_id="outcomes", call=_all_done("outcomes", "what_failed", **_AGAIN))
    ]
    told = notify != "never"
    if told:
        constants |= {"ALWAYS": notify == "always", "TOPIC": topic_variable(dag_id)}
        call = publish(
            "tell",
            topic_of(plan, dag_id),
            _TOLD.replace("<<key>>", "subject"),
            _TOLD.replace("<<key>>", "message"),
            pre_execute=Code("worth_telling"),
            **_AGAIN,
        )
        tasks.append(Task(variable="tell", task_id="tell", call=call))
    tasks.append(Task(variable="done", task_id="done", call=_all_done("done", "end_run")))
    chain = ("outcomes", *(("tell",) if told else ()), "done")
    return Ending(
        body=(*tasks, Chain(tuple(after), chain)),
        constants=constants,
        parts=("given_parts" if parts is None else "parts", "outcomes", *(("told",) if told else ()), "done"),
        imports=(GLUE_HOOK, *((SNS,) if told else ())),
        variables={topic_variable(dag_id): topic_meaning(plan)} if told else {},
    )


def with_ending(
    plan: Plan,
    end: Ending,
    *,
    title: str,
    schedule: Schedule | None,
    body: Sequence[Node],
    params: Mapping[str, Literal] = MappingProxyType({}),
    constants: Mapping[str, Literal] = MappingProxyType({}),
    parts: Sequence[str] = (),
    imports: Sequence[str] = (),
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Dag:
    """Return the plan's DAG: the tasks, what they take, and the ending behind them."""
    name, dag_id = named(plan)
    return Dag(
        dag_id=dag_id,
        title=f"{name}: {title}",
        timing=timing(schedule),
        params={**environment(plan), **params},
        tags=plan_tags(plan),
        constants={**constants, **end.constants},
        parts=(*parts, *end.parts),
        imports=(*imports, *end.imports),
        body=(*body, *end.body),
        variables={**variables, **end.variables},
    )


def topic_meaning(plan: Plan) -> str:
    """Return what the variable with the topic is."""
    otherwise = "the plan's own" if plan.alerts.topic_arn else "nobody"
    return f"the ARN of the SNS topic that is told; without it, {otherwise} is"


def _all_done(task_id: str, function: str, **more: Literal) -> Call:
    return python(task_id, function, trigger_rule="all_done", **more)
