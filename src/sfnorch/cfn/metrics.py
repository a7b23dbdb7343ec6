"""The metrics of Step Functions about a state machine, for alarms and for the dashboard.

https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html (documented)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from troposphere import Ref
from troposphere.cloudwatch import Metric, MetricDataQuery, MetricDimension, MetricStat

from sfnorch.cfn.values import build_machine_id

if TYPE_CHECKING:
    from sfnorch.json_values import Json

NAMESPACE = "AWS/States"
_DIMENSION = "StateMachineArn"


def build_metric_query(query: str, name: str, machine: str, *, statistic: str, period: int) -> MetricDataQuery:
    """Return a query with this ID for an alarm, by the key of the state machine; the period is in seconds."""
    dimension = MetricDimension(Name=_DIMENSION, Value=Ref(build_machine_id(machine)))
    metric = Metric(Namespace=NAMESPACE, MetricName=name, Dimensions=[dimension])
    return MetricDataQuery(
        Id=query, ReturnData=False, MetricStat=MetricStat(Metric=metric, Period=period, Stat=statistic)
    )


def name_metric(name: str, machine: str) -> list[Json]:
    """Return the metric as a graph of a dashboard has it, by the key of the state machine; `Fn::Sub` fills in the ARN.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    (documented)
    """
    return [NAMESPACE, name, _DIMENSION, f"${{{build_machine_id(machine)}}}"]
