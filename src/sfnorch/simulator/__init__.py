"""Simulate an execution of a template's state machines, offline, on a virtual clock.

The input is a template's contents, an execution input and the behaviour of the services (`Behaviour`). The result is a
`Run`: executions, events, job runs, messages and alarms. No service is called and nothing sleeps: executions are
processes of a discrete-event simulation (simpy), in which an hour takes no real time.

`run.play` starts the first execution. `execution` follows one until it ends; its `interpreter` runs the states of a
scope in sequence, with retriers and catchers. A state is a `Visit` for the function of its type in `states/`,
which evaluates expressions through `query/` and calls the services in `services/`. All executions of a run share a
`World`: the clock, the record, the random numbers. Imports point from the first of these to the last; what runs
something above itself, such as a service that starts an execution, gets it as an argument.
"""
