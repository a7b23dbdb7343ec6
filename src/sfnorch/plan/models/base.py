"""The base of all models of a plan."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A mapping of the plan. Unknown keys are errors, and values are not converted to other types."""

    # built when a plan is first validated: the default plan needs no validation, and building takes most of the start
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
