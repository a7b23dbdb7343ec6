"""Clean orders: drop and count the orders without an amount."""

ORDERS = [
    {"id": 1, "customer": " Ada ", "amount": 120.5},
    {"id": 2, "customer": "Grace", "amount": None},
    {"id": 3, "customer": "edsger", "amount": 79.5},
]


def handler(event, context):
    """Return the orders that have an amount, and the number of dropped orders."""
    orders = [
        {**order, "customer": order["customer"].strip().title()} for order in ORDERS if order["amount"] is not None
    ]
    return {"source": event.get("source", "unknown"), "orders": orders, "dropped": len(ORDERS) - len(orders)}
