"""SNS: the messages that tasks publish, with the sender.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

from collections.abc import Mapping

from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.record import Message, What
from sfnorch.simulator.services import Handler, ServiceRequest
from sfnorch.simulator.world import Steps

_MAX_SUBJECT = 100


def publish(request: ServiceRequest) -> Steps:
    """Store the message and return its id. Raises StatesError if SNS rejects it."""
    world, arguments = request.world, request.arguments if isinstance(request.arguments, dict) else {}
    subject, message = request.text("Subject"), arguments.get("Message")
    text = message if isinstance(message, str) else _json(message)
    if len(subject) >= _MAX_SUBJECT or "\n" in subject:
        raise StatesError("SNS.InvalidParameterException", "Invalid parameter: Subject")
    if not text:
        raise StatesError("SNS.InvalidParameterException", "Invalid parameter: Message")
    attributes = arguments.get("MessageAttributes")
    told = Message(
        at=world.at,
        topic=request.text("TopicArn"),
        subject=subject,
        message=text,
        attributes=attributes if isinstance(attributes, dict) else {},
        sender=request.execution.title,
    )
    world.record.messages.append(told)
    world.tell(What.MESSAGE_SENT, request.execution, request.state.name, topic=told.topic, subject=subject)
    return {"MessageId": world.new_id()}
    yield


def _json(value: object) -> str:
    from sfnorch.simulator.services import compact

    return "" if value is None else compact(value)


HANDLERS: Mapping[str, Handler] = {"sns:publish": publish, "aws-sdk:sns:publish": publish}
