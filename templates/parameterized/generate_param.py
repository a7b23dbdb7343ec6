"""Makes the id that all stages of a run bear: the moment, and a random end."""

from datetime import datetime, timezone
from uuid import uuid4


def handler(event, context):
    """The id."""
    return {"job_id": f"{datetime.now(timezone.utc):%Y%m%dT%H%M%SZ}-{uuid4()}"}
