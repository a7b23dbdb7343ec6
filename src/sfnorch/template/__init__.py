"""The content of a template of any origin, evaluated as a stack of it would be, with the line of each value.

The input is the text of a template: YAML or JSON, rendered by sfnorch or not. `reader` makes `located` data of it:
mappings and lists of JSON values (`sfnorch.json_values`) that know the line of each value. `intrinsics` evaluates the
functions in these with parameters and conditions, and `declarations` finds the resources of a type.

`contents` collects the result in a `Template`, which the linter, the pictures and the simulator read. Its state
machines come from `definitions`, which finds a definition wherever a template can store it; `states` makes a graph of
the states of one. Roles with the statements of all their policies come from `roles`. `alarms`, `functions`, `buckets`
and `schedules` read other resources. `iam` decides whether policies allow a request. A value that only AWS knows is
never guessed: it is a text in angle brackets, and a decision that depends on it is unknown.
"""
