"""A simulated run as text: `timeline` in the order of time, `chart` as bars over time, and `run` with all the rest.

`map_runs` counts what large Map runs did. `backfill` shows the dates of a simulated backfill.
"""
