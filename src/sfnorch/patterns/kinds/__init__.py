"""The kinds of steps and tasks in state machines, a file each.

A file has the part of a step in a flow (`STEP`) and, where a task can do the same, the part of a task in a dag
(`TASK`). A part makes the states from the plan and lists the permissions that they require. `registry` finds the part
of a kind; the patterns ask it, and know no kind by name.
"""
