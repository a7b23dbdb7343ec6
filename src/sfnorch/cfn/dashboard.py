"""The CloudWatch dashboard of a stack: outcomes and durations of executions, failed jobs, alarms, links, and cost.

Dashboards are global in an account, so the name has the Region. A widget is at most 24 columns wide.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html (documented)
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from troposphere import Sub
from troposphere.cloudwatch import Dashboard

from sfnorch.cfn.cost_estimates import describe_cost, list_job_costs, list_transition_costs
from sfnorch.cfn.metrics import NAMESPACE, name_metric
from sfnorch.cfn.values import build_alarm_id, build_deadline_alarm_id, build_machine_id
from sfnorch.durations import format_duration
from sfnorch.workflow import StateMachine, Workflow

if TYPE_CHECKING:
    from sfnorch.json_values import Json

_REGION = "${AWS::Region}"
_CONSOLE = "https://console.aws.amazon.com"
_OUTCOMES = {
    "ExecutionsSucceeded": ("succeeded", "#2ca02c"),
    "ExecutionsFailed": ("failed", "#d62728"),
    "ExecutionsTimedOut": ("timed out", "#ff7f0e"),
    "ExecutionsAborted": ("aborted", "#7f7f7f"),
}
_JOB_TASK = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:glue:startJobRun.sync"
_HOUR, _DAY = 3_600, 86_400
_WIDTH, _HEIGHT = 12, 6
_MOST_ALARMS = 100
"""The largest number of alarms in a widget."""


def build_dashboard(workflow: Workflow) -> Dashboard:
    """Return the dashboard of the state machines and alarms of the workflow."""
    main, *others = workflow.machines
    widgets: list[Json] = [
        _build_text(_describe_links(workflow), 0),
        _build_alarms(workflow, 3),
        _build_graph(f"{main.name}: executions by outcome", _list_outcomes(main), x=0, y=6, stacked=True),
        _build_durations(main, workflow, x=_WIDTH, y=6),
    ]
    if others:
        failed = [_build_metric("ExecutionsFailed", each, each.name) for each in others]
        widgets.append(_build_graph("Failed executions by state machine", failed, x=0, y=12, stacked=True))
    widgets.append(_build_jobs(x=_WIDTH if others else 0, y=12))
    for number, machine in enumerate(others):
        row, column = divmod(number, 2)
        widgets.append(_build_durations(machine, workflow, x=column * _WIDTH, y=18 + row * _HEIGHT))
    end = 18 + (len(others) + 1) // 2 * _HEIGHT
    widgets.append(_build_text(describe_cost(workflow), end, height=4))
    titles = {"Estimated cost of state transitions": list_transition_costs(workflow)}
    titles["Estimated cost of Glue jobs"] = list_job_costs(workflow)
    for number, (title, metrics) in enumerate(titles.items()):
        if metrics:
            widgets.append(
                _build_graph(
                    f"{title}, US dollars per day", metrics, x=number * _WIDTH, y=end + 4, period=_DAY, stacked=True
                )
            )
    body = json.dumps({"start": "-P14D", "periodOverride": "inherit", "widgets": widgets}, ensure_ascii=False)
    return Dashboard("Dashboard", DashboardName=Sub("${AWS::StackName}-${AWS::Region}"), DashboardBody=Sub(body))


def _describe_links(workflow: Workflow) -> str:
    """Return the links to the consoles, in Markdown."""
    links = [
        *(
            f"[{machine.name}]({_CONSOLE}/states/home?region={_REGION}#/statemachines/view/"
            f"${{{build_machine_id(machine.key)}}})"
            for machine in workflow.machines
        ),
        f"[Glue job runs]({_CONSOLE}/gluestudio/home?region={_REGION}#/monitoring)",
        f"[Stack]({_CONSOLE}/cloudformation/home?region={_REGION}#/stacks/stackinfo?stackId=${{AWS::StackId}})",
    ]
    return "# ${AWS::StackName}\n" + " | ".join(links)


def _build_text(markdown: str, y: int, *, height: int = 3) -> Json:
    return {"type": "text", "x": 0, "y": y, "width": 24, "height": height, "properties": {"markdown": markdown}}


def _build_alarms(workflow: Workflow, y: int) -> Json:
    ids = [
        *(build_deadline_alarm_id(deadline.machine) for deadline in workflow.deadlines),
        *(build_alarm_id(machine.key) for machine in workflow.machines),
    ]
    arns: list[Json] = [f"${{{alarm}.Arn}}" for alarm in ids[:_MOST_ALARMS]]
    properties: Json = {"title": "Alarms", "alarms": arns}
    return {"type": "alarm", "x": 0, "y": y, "width": 24, "height": 3, "properties": properties}


def _list_outcomes(machine: StateMachine) -> list[Json]:
    return [_build_metric(name, machine, label, color) for name, (label, color) in _OUTCOMES.items()]


def _build_durations(machine: StateMachine, workflow: Workflow, *, x: int, y: int) -> Json:
    """Return the graph of the longest execution in each hour, with a line at the deadline."""
    minutes: Json = [{"expression": "taken / 60000", "label": "longest execution", "id": "minutes"}]
    options: dict[str, Json] = {"id": "taken", "stat": "Maximum", "visible": False}
    taken: Json = [*name_metric("ExecutionTime", machine.key), options]
    lines: list[Json] = [
        {"label": f"deadline, {format_duration(deadline.seconds)}", "value": deadline.seconds / 60}
        for deadline in workflow.deadlines
        if deadline.machine == machine.key
    ]
    return _build_graph(f"{machine.name}: duration in minutes", [minutes, taken], x=x, y=y, lines=lines)


def _build_jobs(*, x: int, y: int) -> Json:
    """Return the graph of failed tasks that run Glue jobs. The metric is one for all stacks of the Region.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html (documented; that the ARN has the
    Region and the account was measured by others)
    """
    names = {"ServiceIntegrationsFailed": "failed", "ServiceIntegrationsTimedOut": "timed out"}
    metrics: list[Json] = [
        [NAMESPACE, name, "ServiceIntegrationResourceArn", _JOB_TASK, {"label": label}] for name, label in names.items()
    ]
    return _build_graph("Failed runs of Glue jobs, of all stacks in the Region", metrics, x=x, y=y, stacked=True)


def _build_metric(name: str, machine: StateMachine, label: str, color: str = "") -> Json:
    options: dict[str, Json] = {"label": label, **({"color": color} if color else {})}
    return [*name_metric(name, machine.key), options]


def _build_graph(
    title: str,
    metrics: list[Json],
    *,
    x: int,
    y: int,
    stacked: bool = False,
    lines: list[Json] | None = None,
    period: int = _HOUR,
) -> Json:
    properties: dict[str, Json] = {
        "title": title,
        "region": _REGION,
        "view": "timeSeries",
        "stacked": stacked,
        "stat": "Sum",
        "period": period,
        "metrics": metrics,
    }
    if lines:
        properties["annotations"] = {"horizontal": lines}
    return {"type": "metric", "x": x, "y": y, "width": _WIDTH, "height": _HEIGHT, "properties": properties}
