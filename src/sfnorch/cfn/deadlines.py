"""Alarms on deadlines, and the rules that mute them.

With a schedule, the alarm looks at one day that ends at the deadline: no execution has succeeded, or even the shortest
took longer than from the start to the deadline. So a run that is late every day is found too. Missing data is
breaching, because Step Functions reports metrics only for executions that have ended.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html (documented)
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html (documented)
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules-behaviour.html (documented)
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import Ref, Sub
from troposphere.cloudwatch import (
    Alarm,
    AlarmMuteRule,
    EvaluationWindow,
    MetricDataQuery,
    MuteTargets,
    Rule,
    Schedule,
    WallClockWindow,
    WarmUpConfiguration,
)

from sfnorch.cfn.assembly import Group
from sfnorch.cfn.metrics import build_metric_query
from sfnorch.cfn.values import build_deadline_alarm_id, build_topic_arn, resolve_value
from sfnorch.workflow import ENVIRONMENT, Deadline, MuteWindow, Workflow

_DAY, _MINUTE = 86_400, 60
_WARM_UP_MINUTES = 2_880
"""The longest warm-up period: the day of the deployment can lack a run, and the next day ends within two days.

It ends early if a day has data. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html
(documented)
"""


def build_deadline_groups(workflow: Workflow) -> Iterator[Group]:
    """Yield the alarms of the deadlines, and the rules that mute them."""
    yield "The deadlines of runs", [_build_alarm(deadline, workflow) for deadline in workflow.deadlines]
    yield "The times in which the alarms of deadlines do not notify", [*map(_build_mute_rule, workflow.mute_windows)]


def _build_alarm(deadline: Deadline, workflow: Workflow) -> Alarm:
    machine, limit = deadline.machine, deadline.seconds * 1_000
    alarm = Alarm(
        build_deadline_alarm_id(machine),
        AlarmName=resolve_value(deadline.alarm.name, workflow.topic),
        AlarmDescription=Sub(f"[${{{ENVIRONMENT}}}] {deadline.alarm.description}"),
    )
    if deadline.offset:
        alarm.Metrics = [
            MetricDataQuery(Id="missed", Expression=f"IF(succeeded > 0 AND duration <= {limit}, 0, 1)"),
            build_metric_query("succeeded", "ExecutionsSucceeded", machine, statistic="Sum", period=_DAY),
            build_metric_query("duration", "ExecutionTime", machine, statistic="Minimum", period=_DAY),
        ]
        alarm.EvaluationWindow = EvaluationWindow(WallClockWindow=WallClockWindow(Timezone=deadline.offset))
        alarm.WarmUpConfiguration = WarmUpConfiguration(WarmUpPeriodDurationInMinutes=_WARM_UP_MINUTES)
        alarm.TreatMissingData = "breaching"
    else:
        alarm.Metrics = [
            MetricDataQuery(Id="missed", Expression=f"IF(duration <= {limit}, 0, 1)"),
            build_metric_query("duration", "ExecutionTime", machine, statistic="Maximum", period=_MINUTE),
        ]
        alarm.TreatMissingData = "ignore"
    alarm.ComparisonOperator = "GreaterThanOrEqualToThreshold"
    alarm.Threshold = 1
    alarm.EvaluationPeriods = 1
    alarm.AlarmActions = [build_topic_arn(workflow.topic)]
    return alarm


def _build_mute_rule(window: MuteWindow) -> AlarmMuteRule:
    return AlarmMuteRule(
        f"{window.key}MuteRule",
        Name=Sub(f"${{AWS::StackName}}-{window.key}"),
        MuteTargets=MuteTargets(AlarmNames=[Ref(build_deadline_alarm_id(key)) for key in window.machines]),
        Rule=Rule(Schedule=Schedule(Expression=window.start, Duration=window.duration, Timezone=window.timezone)),
    )
