"""Executions of state machines: start, follow, stop and resume them, and read the logs of their jobs.

`history` folds the events of an execution into its `record`: jobs, started executions, variables, the end. It knows the
events of Step Functions, and no pattern. `run_tree` combines a parent execution and its children into one tree, and
polls it until all have ended.

`kinds` has a file for each pattern: how its state machine is recognized by its mark, what an execution has yet to do,
which input starts it, and which input resumes it. The names that a kind relies on come from `protocol`.

All calls go through the clients and the retries of `aws`. Nothing here renders a template or reads a plan.
"""
