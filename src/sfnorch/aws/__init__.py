"""Calls to AWS. No other package creates a client.

`session` creates the clients for a profile and a region, and logs their calls without secrets. `errors` explains what
AWS answers, `hints` says what to do about it, and `polling` repeats calls that can be repeated.

A deployment is data first: `steps` decides from the state of the stack what to do, without a call. `deployment` does
it with `change_sets`, `artifacts` (the bucket for large templates and code) and `stack_events`, which follows an
operation until it ends. `operations` finds an operation again after a lost connection. `deletion` deletes a stack, and
`status` reads it with its executions and alarms. `glue_jobs` checks which jobs exist.
"""
