"""Scenarios: files that say what happens in a run of state machines, and what is expected of it.

`models` describes a file, `files` reads it with the line of each value, and `examples` fills its tables. `matchers`
compares a value with what is expected, `expectations` a whole run. `coverage` says which parts of state machines the
runs have reached.
"""
