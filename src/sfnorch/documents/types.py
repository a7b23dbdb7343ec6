"""Types that a field of a document may have besides those of JSON."""

from __future__ import annotations

from typing import Annotated

Timestamp = Annotated[str, "timestamp"]
"""A time in ISO 8601, with its offset from UTC."""

Seconds = Annotated[float, "seconds"]
"""A duration, or a time after the start of a simulated run."""
