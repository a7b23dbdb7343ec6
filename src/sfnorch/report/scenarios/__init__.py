"""The results of scenarios: `results` as text, `document` as data, `junit` and `annotations` for CI.

`differences` compares what is expected with what was found, and `timeline` shows the run around it. `coverage` shows
what all runs have reached.
"""
