"""Mocks: the results and errors of states, in place of their simulation.

`responses` has the responses of one mock, by attempt. `names` has the notation that names a state. `table` finds the
mock of a state in a run, and counts the attempts. `files` reads the mocks of a file.
"""
