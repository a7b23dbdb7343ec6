"""The AWS actions that a Task calls, a file for each resource: what AWS demands and answers, as plain data.

A `Call` has the resource of the Task, the IAM actions that the call requires and on which resources, the errors that a
retry resolves and those that it does not, and how a run that the call starts is recognized in an execution history.
Patterns render permissions and retries from it. The linter and the simulator check roles with it, runs are followed
with it, and a pipeline's permissions boundary allows what it lists, so that each fact is written once.
`catalogue.CALLS` has all calls by resource.
"""
