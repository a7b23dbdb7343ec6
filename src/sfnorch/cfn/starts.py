"""Further starts of the orchestration: schedules, rules for events, and a queue for those that fail.

EventBridge retries a start for a day, and then sends it to the queue, whose alarm notifies the topic. The schedules are
in a separate group: its name is the stack's, so that permissions on its schedules are limited to the stack.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html (documented)
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html (documented)
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Ref, Sub
from troposphere.cloudwatch import Alarm, MetricDimension
from troposphere.events import DeadLetterConfig as RuleDeadLetterConfig
from troposphere.events import InputTransformer, Rule
from troposphere.events import RetryPolicy as RuleRetryPolicy
from troposphere.events import Target as RuleTarget
from troposphere.scheduler import (
    DeadLetterConfig,
    FlexibleTimeWindow,
    RetryPolicy,
    Schedule,
    ScheduleGroup,
    Target,
)
from troposphere.sqs import Queue, QueuePolicy

from sfnorch.cfn.assembly import Group
from sfnorch.cfn.checkov import add_reasons
from sfnorch.cfn.roles import build_allow_statement, make_service_role
from sfnorch.cfn.values import UNDELIVERED, PolicyStatement, build_machine_id, build_topic_arn
from sfnorch.workflow import ENVIRONMENT, EventStart, ScheduledStart, Workflow

QUEUE_NAME = "${AWS::StackName}-undelivered-starts"
"""The name of the queue and of its alarm."""

RULE_NAME = "${AWS::StackName}-start-"
"""The beginning of the names of rules. No rule of a pipeline's stack has it, so that permissions exclude those."""

_START, _KEEP = START_ACTIONS = ("states:StartExecution", "sqs:SendMessage")
"""The actions of EventBridge: it starts the state machine, and keeps a failed start in the queue."""

_GROUP, _SCHEDULE_ROLE, _RULE_ROLE = "StartSchedules", "StartSchedulesRole", "StartRulesRole"
_RETENTION_SECONDS = 14 * 86_400
_RETRIES, _RETRY_SECONDS = 185, 86_400
"""The number of retries of a start, and how long it is retried: the highest values, which are the defaults too.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html (documented)
"""


def build_start_groups(workflow: Workflow) -> Iterator[Group]:
    """Yield the resources of the starts: the schedules with their role, the rules with theirs, and the queue."""
    schedules = [start for start in workflow.starts if isinstance(start, ScheduledStart)]
    events = [start for start in workflow.starts if isinstance(start, EventStart)]
    if schedules:
        role = make_service_role(
            _SCHEDULE_ROLE,
            "scheduler.amazonaws.com",
            [
                _allow_start({start.schedule.machine for start in schedules}),
                build_allow_statement("Keep", [_KEEP], [GetAtt(UNDELIVERED, "Arn")]),
            ],
        )
        group = ScheduleGroup(_GROUP, Name=Ref("AWS::StackName"))
        yield "Further schedules that start the master", [role, group, *map(_build_schedule, schedules)]
    if events:
        role = make_service_role(
            _RULE_ROLE, "events.amazonaws.com", [_allow_start({start.machine for start in events})]
        )
        yield "Rules that start the master for events", [role, *map(_build_rule, events)]
    if workflow.starts:
        yield "The queue for starts that failed", list(_build_queue(workflow, events))


def _allow_start(machines: set[str]) -> PolicyStatement:
    arns = [Ref(build_machine_id(machine)) for machine in sorted(machines)]
    return build_allow_statement("Start", [_START], arns)


def _build_schedule(start: ScheduledStart) -> Schedule:
    return Schedule(
        f"{start.key}StartSchedule",
        Name=start.name,
        GroupName=Ref(_GROUP),
        ScheduleExpression=start.schedule.expression,
        ScheduleExpressionTimezone=start.schedule.timezone,
        FlexibleTimeWindow=FlexibleTimeWindow(Mode="OFF"),
        Target=Target(
            Arn=Ref(build_machine_id(start.schedule.machine)),
            RoleArn=GetAtt(_SCHEDULE_ROLE, "Arn"),
            Input=start.schedule.execution_input,
            RetryPolicy=RetryPolicy(MaximumRetryAttempts=_RETRIES, MaximumEventAgeInSeconds=_RETRY_SECONDS),
            DeadLetterConfig=DeadLetterConfig(Arn=GetAtt(UNDELIVERED, "Arn")),
        ),
    )


def _build_rule(start: EventStart) -> Rule:
    return Rule(
        build_rule_id(start),
        Name=Sub(f"{RULE_NAME}{start.name}"),
        EventPattern=start.pattern,
        Targets=[
            RuleTarget(
                Id="Master",
                Arn=Ref(build_machine_id(start.machine)),
                RoleArn=GetAtt(_RULE_ROLE, "Arn"),
                InputTransformer=InputTransformer(InputPathsMap=dict(start.paths), InputTemplate=start.template),
                RetryPolicy=RuleRetryPolicy(MaximumRetryAttempts=_RETRIES, MaximumEventAgeInSeconds=_RETRY_SECONDS),
                DeadLetterConfig=RuleDeadLetterConfig(Arn=GetAtt(UNDELIVERED, "Arn")),
            )
        ],
    )


def build_rule_id(start: EventStart) -> str:
    """Return the logical id of the rule."""
    return f"{start.key}StartRule"


def _build_queue(workflow: Workflow, events: list[EventStart]) -> Iterator[AWSObject]:
    """Yield the queue, its policy for the rules, and its alarm. Schedules send with their role."""
    queue = Queue(
        UNDELIVERED, QueueName=Sub(QUEUE_NAME), MessageRetentionPeriod=_RETENTION_SECONDS, SqsManagedSseEnabled=True
    )
    yield add_reasons(queue)
    arns = [GetAtt(build_rule_id(each), "Arn") for each in events]
    if events:
        yield QueuePolicy(
            f"{UNDELIVERED}Policy",
            Queues=[Ref(UNDELIVERED)],
            PolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Rules",
                        "Effect": "Allow",
                        "Principal": {"Service": "events.amazonaws.com"},
                        "Action": _KEEP,
                        "Resource": GetAtt(UNDELIVERED, "Arn"),
                        "Condition": {"ArnEquals": {"aws:SourceArn": arns}},
                    }
                ],
            },
        )
    yield Alarm(
        f"{UNDELIVERED}Alarm",
        AlarmName=Sub(QUEUE_NAME),
        AlarmDescription=Sub(
            f"[${{{ENVIRONMENT}}}] EventBridge could not start an execution: see the queue {QUEUE_NAME}"
        ),
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[MetricDimension(Name="QueueName", Value=GetAtt(UNDELIVERED, "QueueName"))],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        Threshold=1,
        TreatMissingData="notBreaching",
        AlarmActions=[build_topic_arn(workflow.topic)],
    )
