"""S3: objects that tasks write, as they were written.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
"""

from __future__ import annotations

from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.events import ObjectWritten
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import StoredObject
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest

_MAX_KEY = 1_024


@simulates("aws-sdk:s3:putObject")
def put_object(request: ServiceRequest) -> Steps[Json]:
    """Store the object and return its ETag. Raises StatesError if S3 rejects it. The Body is written as JSON."""
    world, arguments = request.world, request.named
    bucket, key = request.get_text("Bucket"), request.get_text("Key")
    if not bucket or not key:
        raise StatesError("S3.S3Exception", "Bucket and Key are required")
    if len(key.encode(errors="replace")) > _MAX_KEY:
        raise StatesError("S3.KeyTooLongException", "Your key is too long")
    body = write_compact(arguments["Body"]) if "Body" in arguments else ""
    stored = StoredObject(at=world.at, bucket=bucket, key=key, body=body, sender=request.execution.title)
    world.record.objects.append(stored)
    world.record_event(request.execution, ObjectWritten(bucket, key), request.state.name)
    from hashlib import md5  # slow to load, and rarely needed

    return {"ETag": f'"{md5(body.encode(errors="replace"), usedforsecurity=False).hexdigest()}"'}
    yield
