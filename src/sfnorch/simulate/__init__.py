"""A run of a template's state machines, played through offline on a virtual clock.

From a template's contents, an input and what the services do (`Behaviour`) to a `Run`: every execution, event, job
run, message and alarm. Nothing sleeps and nothing is called: executions are processes of a discrete-event simulation
(simpy), in which an hour takes no time.
"""
