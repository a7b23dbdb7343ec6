"""S3: objects that tasks write, as they were written, and the reading of objects.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
"""

from __future__ import annotations

import re

from sfnorch.json_values import Json, write_compact
from sfnorch.simulator.errors import StatesError
from sfnorch.simulator.events import ObjectWritten
from sfnorch.simulator.processes import Steps
from sfnorch.simulator.record import StoredObject
from sfnorch.simulator.services.registry import simulates
from sfnorch.simulator.services.request import ServiceRequest
from sfnorch.simulator.stored_objects import StoredObjects

_MAX_KEY = 1_024
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


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
    stored = StoredObject(at=world.at, bucket=bucket, key=key, content=body, sender=request.execution.title)
    world.record.objects.append(stored)
    world.record_event(request.execution, ObjectWritten(bucket, key), request.state.name)
    from hashlib import md5  # slow to load, and rarely needed

    return {"ETag": f'"{md5(body.encode(errors="replace"), usedforsecurity=False).hexdigest()}"'}
    yield


@simulates("aws-sdk:s3:getObject")
def get_object(request: ServiceRequest) -> Steps[Json]:
    """Return the content of an object that the run has written or that the user specified, or a range of its bytes.

    Raises StatesError if it does not exist (the form of the error is assumed), and if the range begins after its end.
    """
    bucket, key, wanted = (request.get_text(name) for name in ("Bucket", "Key", "Range"))
    content = StoredObjects(request.world).find_content(bucket, key)
    if content is None:
        raise StatesError("S3.NoSuchKeyException", "The specified key does not exist.")
    if match := _RANGE.fullmatch(wanted):
        first, last = int(match[1]), int(match[2] or len(content))
        if first >= len(content):
            raise StatesError("S3.S3Exception", "The requested range is not satisfiable")
        content = content[first : last + 1]
    return {"Body": content.decode(errors="replace"), "ContentLength": len(content)}
    yield
