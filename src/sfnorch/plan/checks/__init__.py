"""Rules across several keys of a plan, checked on its models.

`faults.list_faults` runs the checks of a plan's pattern. A check gets the plan and its `ValidPart`, and yields faults:
the path to the wrong key, and an error message. Where a value is invalid, a check is left out that depends on it.
`names` has unique names, `alerts` and `jobs` rules for all patterns, `tasks` the rules of `dag`, and `steps`,
`expressions` and `failures` those of `flow`. The rules of a kind of step are in `plan.steps`. `placed_steps` walks over
the steps of a flow.
"""
