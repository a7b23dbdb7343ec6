"""Record a failure in the function's log: the failed step and its error."""

import json


def handler(event, context):
    """Write the failure to the log, and return it."""
    print(json.dumps({"level": "ERROR", **event["failure"], "orders": event["orders"]}))
    return event["failure"]
