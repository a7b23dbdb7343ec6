"""The output of commands: text for the terminal with rich, or JSON.

The input is a result of another layer: findings, a simulated run, a stack, the executions of a run. Most modules here
show one kind of result, once as text on a `Console` and once as data. The text can change. The data is a document with
a version, whose fields are declared in `documents`, and a test validates each document that a command prints.

The packages show findings (`lint`), simulated runs (`simulated`), runs on AWS (`followed`), stacks (`stacks`), the
results of scenarios (`scenarios`), and runs as pictures (`pictures`). What several of them use is here: `tables`,
`tones` with the styles of statuses, and `bars` over time, also for the ticks of `time_axis`, which all charts have.
While a command waits, `waiting` shows a spinner and `progress_bar` a bar. No module here reads a file, calls AWS or
exits.
"""
