"""Executions of state machines: start, follow, stop and resume them, and read the logs of their jobs.

`history` folds the events of an execution into its state: jobs, started executions, variables, the end. `run_tree`
combines a parent execution and its children into one tree, and polls it until all have ended.

All calls go through the clients and the retries of `aws`. Nothing here renders a template or reads a plan.
"""
