"""The settings that every DAG has: its name, its tags, the param with the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.airflow.literals import Literal, SourceCall
from sfnorch.airflow.task_ids import make_safe_id
from sfnorch.plan.names import ENVIRONMENT, STACK_NAME

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyPlan

_TAG_LENGTH = 100


def derive_names(plan: AnyPlan) -> tuple[str, str]:
    """Return the plan's name, and the DAG's id."""
    name = plan.name or STACK_NAME
    return name, make_safe_id(name)


def list_plan_tags(plan: AnyPlan) -> tuple[str, ...]:
    """Return the plan's tags as Airflow tags."""
    return tuple(dict.fromkeys(f"{key}:{value}"[:_TAG_LENGTH] for key, value in plan.tags.items()))


def build_environment_param(plan: AnyPlan) -> dict[str, Literal]:
    """Return the params that every DAG has."""
    schema: dict[str, Literal] = {
        "type": "string",
        "pattern": ENVIRONMENT,
        "description": "The prefix of messages.",
    }
    return {"environment": SourceCall(function="Param", arguments=(plan.environment,), keywords=schema)}
