"""Simulate an execution of a template's state machines, offline, on a virtual clock.

The input is a template's contents, an execution input and the behaviour of the services (`Behaviour`). The result is a
`Run`: all executions, events, job runs, messages and alarms. The simulation calls no service and does not sleep:
executions are processes of a discrete-event simulation (simpy), in which an hour takes no real time.
"""
