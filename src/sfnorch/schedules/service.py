"""The services of Amazon EventBridge that support schedule expressions."""

from __future__ import annotations

from enum import Enum


class Service(Enum):
    """The service that reads an expression. The value is its name in messages."""

    SCHEDULER = "EventBridge Scheduler"
    RULE = "an EventBridge rule"
