"""The state machine of a backfill, a part of several patterns: it runs the main state machine for each date of a list.

Step Functions runs the dates, so that a backfill does not depend on the computer that started it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfnorch.plan.kinds import ChainsPlan
    from sfnorch.plan.models.dag import DagPlan
    from sfnorch.plan.models.fan_out import FanOutPlan
    from sfnorch.plan.models.flow import FlowPlan
    from sfnorch.workflow import StateMachine


def list_machines(plan: ChainsPlan | DagPlan | FlowPlan | FanOutPlan, main: StateMachine) -> tuple[StateMachine, ...]:
    """Return the state machine that runs `main` for each date, if the plan has `backfill: true`; otherwise nothing."""
    if not plan.backfill:
        return ()
    from sfnorch.patterns.backfill.machine import build_machine  # few plans need it
    from sfnorch.protocol.backfill import PARTS, OutcomeRule

    can_skip = plan.overlap is not None and plan.overlap.mode == "skip"
    rule = OutcomeRule(PARTS.get(plan.pattern), can_skip, plan.pattern == "fan-out")
    return (build_machine(plan, main, rule),)
