"""Generate the id that all steps of a run share: the current time and a random UUID."""

from datetime import datetime, timezone
from uuid import uuid4


def handler(event, context):
    """Return the id."""
    return {"job_id": f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{uuid4()}"}
