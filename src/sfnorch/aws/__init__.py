"""Calls to AWS. No other package creates a client.

`session` creates the clients for a profile and a region, and logs their calls without secrets. `errors` explains what
AWS answers, `hints` says what to do about it, and `polling` repeats calls that can be repeated.

A deployment is data first: `steps` decides from the state of the stack what to do, without a call. `deployment` does
it with `change_sets`, `artifacts` (the bucket for large templates and code) and `stack_events`, which follows an
operation until it ends. `operations` finds an operation again after a lost connection. `recovery` brings a stack into a
state that can be deployed to, and `deletion` deletes it. `root_cause` finds what failed, and `drift` what was changed
outside of CloudFormation.

`stack_machines` finds the state machines of a stack, and `status` reads them with their executions and alarms, of which
`alarm_changes` has the past. `glue_jobs` checks which jobs exist, `job_runs` reads their runs, and `map_runs` those of
Maps. `state_tests` and `definition_validation` ask Step Functions what it makes of states and definitions.
"""
