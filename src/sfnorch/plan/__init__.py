"""The plan: what a user writes, read and checked.

`read` reads the YAML as plain data, each value with its line. `models/` has a pydantic model for each mapping of a
plan; their descriptions and examples are the reference of the plan and its JSON Schema (`schema`). `steps/` has a file
for each kind of step and task. `load` validates the data, runs the rules of `checks/` on the models, and reports all
errors together, with their lines. Where a plan is invalid, `sound_part` finds the part that the rules can still be
checked on.

`kinds` names the model of each pattern, `default` is the plan without a file, `job_lists` puts other jobs into a plan,
and `warnings` finds what a valid plan may not mean. `starters/` has the plans that `sfnorch init` writes. The result
is an immutable plan with the places of its keys; `patterns` builds the orchestration from it.
"""
