"""The registry of simulated actions: a handler names the actions that it simulates.

@simulates("glue:startJobRun", "aws-sdk:glue:startJobRun")
def start_job_run(request: ServiceRequest) -> Steps[Json]: ...
"""

from __future__ import annotations

from collections.abc import Callable

from sfnorch.simulator.services.request import Handler

HANDLERS: dict[str, Handler] = {}
"""The simulation of each action, by the resource of the Task without the prefix of its ARN."""


def simulates(*actions: str) -> Callable[[Handler], Handler]:
    """Return a decorator that registers the simulation of these actions."""

    def register(handler: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(actions, handler))
        return handler

    return register
