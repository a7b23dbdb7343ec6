"""The parts of a forecast: `samples` reduces a simulated run to numbers, and `summary` combines those to `results`.

`warnings` says what the recorded runs and the simulation do not show.
"""
