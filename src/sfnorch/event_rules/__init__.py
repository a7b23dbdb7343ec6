"""Rules of EventBridge: event patterns, paths into events, and input transformers.

`validation` finds the faults of a pattern, `matching` compares a pattern with an event, with the operators in
`operators`. `paths` reads values of an event, and `transformers` builds the input of a target from them.
"""
