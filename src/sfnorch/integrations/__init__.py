"""States that call a service, for several patterns.

A file for each call has the shape of the Task, its retries, what it keeps of the answer, and the permissions that it
needs. The facts about the call are in `calls`: its resource, its actions, and its errors. `work` is a call independent
of its state, for steps that can be retried and caught in different ways. `polling` has the delays between two polls of
a run whose end AWS does not report, and `joined_execution` an execution that several others start and wait for.
"""
