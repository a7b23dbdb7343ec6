"""Records a failure in the function's log: which step failed, and why."""

import json


def handler(event, context):
    """What was recorded."""
    print(json.dumps({"level": "ERROR", **event["failure"], "orders": event["orders"]}))
    return event["failure"]
