"""Evaluate JSONata expressions of any origin within counted limits, which are the same on every machine."""
