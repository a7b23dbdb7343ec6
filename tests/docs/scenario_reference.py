"""The reference of scenario files: the keys of each model, with their descriptions."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from sfnorch.scenarios.models import (
    Expect,
    ExpectedExecution,
    ExpectedJobRun,
    ExpectedJobs,
    ExpectedNotification,
    Failure,
    Given,
    GivenObject,
    Scenario,
    ScenarioDocument,
    Target,
)

_MODELS: dict[str, type[BaseModel]] = {
    "The file": ScenarioDocument,
    "`target`": Target,
    "A scenario": Scenario,
    "`given`": Given,
    "A failure in `given.failures`": Failure,
    "An object in `given.objects`": GivenObject,
    "`expect`": Expect,
    "An execution in `expect.executions`": ExpectedExecution,
    "`expect.jobs`": ExpectedJobs,
    "A job in `expect.jobs.runs`": ExpectedJobRun,
    "A notification in `expect.notifications`": ExpectedNotification,
}


def scenario_keys() -> Iterator[str]:
    """Yield the table of the keys of each model."""
    for title, model in _MODELS.items():
        yield f"### {title}\n\n{model.__doc__}\n\n| key | meaning |\n|---|---|"
        for name, field in model.model_fields.items():
            is_required = field.default is PydanticUndefined and field.default_factory is None
            yield f"| `{field.alias or name}` | {field.description}{' Required.' if is_required else ''} |"
        if model is Scenario:
            yield "| `examples` | Table: a list of rows, each a mapping of columns to values. |"
        yield ""
