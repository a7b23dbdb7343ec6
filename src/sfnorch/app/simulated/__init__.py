"""The parts of a simulation before it runs: `request` says what runs, and `preparation` makes it ready.

The checks are in `values`, for the input and the parameters, and in `behaviour_checks`, for what services do. `start`
has the start of a run, `backfill` that of a backfill instead, and `event_start` what an event starts.
"""
