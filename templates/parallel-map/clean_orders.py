"""Cleans the orders of a data set: those without an amount are dropped, and counted."""


def handler(event, context):
    """The data set with the orders that can be summed up, and how many can't."""
    dataset = event["dataset"]
    orders = [order for order in dataset["orders"] if order["amount"] is not None]
    return {"region": dataset["region"], "orders": orders, "dropped": len(dataset["orders"]) - len(orders)}
