"""JSONata expressions of others, evaluated within limits that are counted, and so are the same on every machine."""
