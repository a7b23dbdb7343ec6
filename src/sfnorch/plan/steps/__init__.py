"""The kinds of steps and tasks, a file each: the keys of a plan that name what a step does, and their checks.

A file has the model of the value under its key, the model with the key itself for a step of a flow and, where a task
can do the same, for a task. `models.flow.FlowStep` and `models.dag.DagTask` inherit these models: their bases are the
lists of kinds, from which checks, error messages and references derive. A model with a key has a `StepKind`, which
names the other keys that a step of this kind supports, and the values that can be expressions.
"""
