"""States of CloudWatch alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, Grant, NamedBy

SET_ALARM_STATE = Call(
    resource="aws-sdk:cloudwatch:setAlarmState",
    grants=(
        Grant(
            actions=("cloudwatch:SetAlarmState",),
            on=NamedBy(service="cloudwatch", prefix="alarm:", argument="AlarmName", is_always_name=True),
        ),
    ),
)

CALLS = (SET_ALARM_STATE,)
