"""Executions on AWS, as text and as data: `tree` shows a run, whose rows and bars `tree_chart` arranges.

`screen` shows a run while it is followed, by `tree` at a terminal and by the lines of `news` elsewhere, and `document`
has it as data. `items` and `failed_items` show the items of a fan-out, `job_logs` error logs. `backfill` and
`backfill_screen` show the dates of a backfill.
"""
