"""What a recorded execution was and did, as the parts of a scenario.

`target` finds what it ran, with the `names` of its state machines. `calls` decides which calls of its tasks need a
mock, and `mocks` describes these. `job_runs` reads what happened to its jobs, of which `behaviour` makes failures and
durations. `outcome` describes what came of it, as expectations.
"""
