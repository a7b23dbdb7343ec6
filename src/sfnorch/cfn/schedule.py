"""The EventBridge schedule that starts the orchestration, with a role that can start only that state machine.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
"""

from __future__ import annotations

from troposphere import AWSObject, GetAtt, Ref
from troposphere.scheduler import FlexibleTimeWindow, Schedule, Target

from sfnorch.cfn.roles import build_allow_statement, make_service_role
from sfnorch.cfn.values import build_machine_id
from sfnorch.naming import SCHEDULE
from sfnorch.workflow import ExecutionSchedule


def build_schedule_resources(schedule: ExecutionSchedule) -> list[AWSObject]:
    """Return the role and the schedule."""
    machine = Ref(build_machine_id(schedule.machine))
    start = build_allow_statement("Start", ["states:StartExecution"], [machine])
    return [
        make_service_role("ScheduleRole", "scheduler.amazonaws.com", [start]),
        Schedule(
            SCHEDULE,
            Name=Ref("AWS::StackName"),
            ScheduleExpression=schedule.expression,
            ScheduleExpressionTimezone=schedule.timezone,
            FlexibleTimeWindow=FlexibleTimeWindow(Mode="OFF"),
            Target=Target(Arn=machine, RoleArn=GetAtt("ScheduleRole", "Arn"), Input=schedule.execution_input),
        ),
    ]
