"""The parts of a deployment, before its first change: what is deployed, where to, and what contradicts it.

`deployable` is a template with its parameters, and `deployed_stack` the stack as it is. `checks` runs the checks of a
template, with `definition_checks`, `job_concurrency` and `parameter_faults`. `uploads` sends files to S3.
"""
