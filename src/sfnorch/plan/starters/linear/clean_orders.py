"""Cleans orders: those without an amount are dropped, and counted."""

ORDERS = [
    {"id": 1, "customer": " Ada ", "amount": 120.5},
    {"id": 2, "customer": "Grace", "amount": None},
    {"id": 3, "customer": "edsger", "amount": 79.5},
]


def handler(event, context):
    """The orders that can be summed up, and how many can't."""
    orders = [
        {**order, "customer": order["customer"].strip().title()} for order in ORDERS if order["amount"] is not None
    ]
    return {"source": event.get("source", "unknown"), "orders": orders, "dropped": len(ORDERS) - len(orders)}
