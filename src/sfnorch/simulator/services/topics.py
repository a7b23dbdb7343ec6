"""SNS: the messages that tasks publish, with the sender.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""

from __future__ import annotations

from sfnorch.json_values import Json, read_mapping, read_string, write_compact
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.events import MessageSent
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import Message
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest

_MAX_SUBJECT = 100


@simulates("sns:publish", "aws-sdk:sns:publish")
def publish(request: ServiceRequest) -> Steps[Json]:
    """Store the message and return its id. Raises StatesError if SNS rejects it."""
    world, arguments = request.world, request.named
    subject, message = request.get_text("Subject"), arguments.get("Message")
    text = "" if message is None else read_string(message, write_compact(message))
    if len(subject) >= _MAX_SUBJECT or "\n" in subject:
        raise StatesError("SNS.InvalidParameterException", "Invalid parameter: Subject")
    if not text:
        raise StatesError("SNS.InvalidParameterException", "Invalid parameter: Message")
    told = Message(
        at=world.at,
        topic=request.get_text("TopicArn"),
        subject=subject,
        message=text,
        attributes=read_mapping(arguments.get("MessageAttributes")),
        sender=request.execution.title,
    )
    world.record.messages.append(told)
    world.record_event(request.execution, MessageSent(told.topic, subject), request.state.name)
    return {"MessageId": world.generate_id()}
    yield
