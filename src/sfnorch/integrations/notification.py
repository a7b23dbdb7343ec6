"""`sns:publish`: publish a message to an SNS topic.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sfnorch.asl import Catcher, Retrier, Task, Value, jsonata
from sfnorch.calls.messages import KEY_ACTIONS, PUBLISH
from sfnorch.integrations.work import TaskCall
from sfnorch.workflow import Permission, TopicArn, TopicKeyArn

if TYPE_CHECKING:
    from sfnorch.asl import Expression, Substitution

RETRIER = Retrier(errors=("States.TaskFailed",), max_attempts=3, jitter=True)


def publish(
    name: str,
    *,
    topic: Substitution,
    subject: Expression,
    message: Expression,
    attributes: Mapping[str, Value],
    list_attributes: Mapping[str, Value],
    catch: tuple[Catcher, ...],
    output: Value,
    next_state: str,
) -> Task:
    """Return a task that publishes a message.

    Subscription filters use its attributes: `attributes` are strings, `list_attributes` lists of strings as JSON.
    """
    typed: dict[str, Value] = {
        **{key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()},
        **{key: {"DataType": "String.Array", "StringValue": value} for key, value in list_attributes.items()},
    }
    return Task(
        name=name,
        resource=PUBLISH.resource,
        arguments={"TopicArn": topic, "Subject": subject, "Message": message, "MessageAttributes": typed},
        retry=(RETRIER,),
        catch=catch,
        output=output,
        next=next_state,
    )


def build_call(topic: Substitution, subject: Value, message: Value) -> TaskCall:
    """Return the call that publishes a message. Its result is `{messageId}`."""
    return TaskCall(
        resource=PUBLISH.resource,
        arguments={"TopicArn": topic, "Subject": subject, "Message": message},
        result={"messageId": jsonata("$states.result.MessageId")},
        passing=(RETRIER,),
    )


def list_permissions() -> tuple[Permission, ...]:
    """Return the permissions to publish to the topic, and to use its key if it is encrypted."""
    return (
        Permission(sid="TellTopic", actions=PUBLISH.actions, resources=(TopicArn(),)),
        Permission(sid="UseTopicKey", actions=KEY_ACTIONS, resources=(TopicKeyArn(),)),
    )
