"""States of CloudWatch alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument

SET_ALARM_STATE = Call(
    resource="aws-sdk:cloudwatch:setAlarmState",
    grants=(
        RequiredActions(
            actions=("cloudwatch:SetAlarmState",),
            on=ResourceArgument(service="cloudwatch", prefix="alarm:", argument="AlarmName", is_always_name=True),
        ),
    ),
)

CALLS = (SET_ALARM_STATE,)
