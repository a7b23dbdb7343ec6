"""The integration that a Task's resource names, and the arguments that it accepts.

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

from sfnorch.calls.optimized import OptimizedAction, read_optimized
from sfnorch.service_models.services import list_actions, list_services
from sfnorch.service_models.shapes import Shape, find_arguments

_INTEGRATION = re.compile(
    r"arn:[^:]+:states:[^:]*:[^:]*:(?P<sdk>aws-sdk:)?(?P<service>[^:.]+):(?P<action>[^:.]+)(?P<pattern>\..*)?"
)


class Integration(NamedTuple):
    """A call as its resource names it: `aws-sdk:glue:getJobRun` or `glue:startJobRun.sync`."""

    is_sdk: bool
    service: str
    action: str
    pattern: str

    @property
    def optimized(self) -> OptimizedAction | None:
        """What is known of an optimized integration; None for other calls."""
        return None if self.is_sdk else read_optimized().get(self.service, {}).get(self.action)

    def find_arguments(self) -> Shape | None:
        """Return the shape of the arguments; None if no model describes them."""
        if self.is_sdk:
            folder, action = list_services().get(self.service, ""), self.action[:1].upper() + self.action[1:]
            is_action = bool(folder) and self.action[:1].islower() and action in list_actions(folder)
            return find_arguments(folder, action) if is_action else None
        optimized = self.optimized
        return find_arguments(*optimized.model) if optimized and optimized.model else None


def parse_integration(resource: str) -> Integration | None:
    """Return the integration of a resource; None for a function, an activity, or another text."""
    match = _INTEGRATION.fullmatch(resource)
    if match is None or match["service"] == "activity":
        return None
    return Integration(bool(match["sdk"]), match["service"], match["action"], match["pattern"] or "")
