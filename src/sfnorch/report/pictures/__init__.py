"""Runs as pictures: a Gantt chart as SVG, and a report as one HTML page that needs no network.

`drawn_run` is a run to draw, whatever it was: `simulated` builds it from a simulation, and `followed` from executions
on AWS. `chart` draws its executions and job runs over time, with the ticks of `time_axis`. `state_graph` draws the
states of a machine, and which of them were reached. `page` combines these to a page, with the sections of `sections`,
and the stylesheets and the script beside it. All texts of the run are escaped by `elements`, and the page's policy
forbids every other script.
"""
