"""Write the first scenarios of a plan: a suite that reaches every part of its state machines.

`inputs`, `pattern_inputs` and `parameters` have the scenarios that a person expects. `parts` has scenarios for a part
that no run has reached, with the errors and results in `errors` and `answers`. `search` runs them all and chooses.
`expected` describes the runs, with `stable_values` for what is the same in each run. `tables` writes similar scenarios
as one, and `suite` puts the file together.
"""
