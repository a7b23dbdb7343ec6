"""How a simulation starts: with the `values` of its input and parameters, at the `start` of a run.

`backfill` starts a backfill instead, and `event_start` what an event starts.
"""
