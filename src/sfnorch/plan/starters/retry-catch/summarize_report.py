"""Sums the cleaned orders up, unless it is told to fail."""


class TransientError(Exception):
    """A failure that may have passed when the step is tried again."""


def handler(event, context):
    """How many orders there are, and what they come to."""
    if event.get("fail_summary"):
        raise TransientError("the report service did not answer")
    orders = event["clean"]["orders"]
    return {"orders": len(orders), "total": round(sum(order["amount"] for order in orders), 2)}
