"""The output of commands: text for the terminal with rich, or JSON.

The input is a result of another layer: findings, a simulated run, a stack, the executions of a run. Most modules here
show one kind of result, once as text on a `Console` and once as data. Examples are `findings`, `run`,
`run_tree`, `stack`, `status`, `difference` and `job_logs`. The text can change. The data is a document with a version,
whose fields are declared in `documents`, and a test validates each document that a command prints.

Some modules show what happens while a command waits: `stack_screen` the progress of a deployment, `run_screen` that of
a run, `waiting` a spinner. `timeline` shows a simulated run in the order of time, `run_chart` as bars over time.
`bars` draws these, also for the tree of a run on AWS, whose columns `tree_chart` arranges; `time_axis` has the ticks of
all charts. No module here reads a file, calls AWS or exits.
"""
