"""Profiles the data sets as they came, before anything is cleaned."""


def handler(event, context):
    """How many data sets and orders there are, and how many have no amount."""
    orders = [order for dataset in event["datasets"] for order in dataset["orders"]]
    missing = sum(order["amount"] is None for order in orders)
    return {"datasets": len(event["datasets"]), "orders": len(orders), "without_amount": missing}
