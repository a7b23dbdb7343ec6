"""The states that resolve the run and its parameters, before a state machine does anything else.

`states` builds them, `declared` the data and the rules of the parameters, and `clock` the offsets of the plan's time
zone, because JSONata knows no time zones.
"""
