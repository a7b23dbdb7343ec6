"""The services of Amazon EventBridge that start something on a schedule."""

from __future__ import annotations

from enum import Enum


class Service(Enum):
    """Which service reads an expression: the value is what people call what it starts by."""

    SCHEDULER = "EventBridge Scheduler"
    RULE = "an EventBridge rule"
