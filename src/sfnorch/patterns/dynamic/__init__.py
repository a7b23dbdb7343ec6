"""`dynamic`: one state machine with concurrent executions, each of which runs the Glue jobs from its input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns import stack_parameters
from sfnorch.patterns.dynamic.machine import machine
from sfnorch.workflow import MachineArn, Output, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.models.dynamic import DynamicPlan


def workflow(plan: DynamicPlan) -> Workflow:
    """Return the workflow of a dynamic plan: one state machine with its role and its alarm."""
    return Workflow(
        description=f"{plan.name or 'Glue jobs'}: a state machine that runs the Glue jobs from its input.",
        machines=(machine(plan),),
        topic=stack_parameters.topic(plan, published_by_machine=False),
        parameters=(
            stack_parameters.environment(plan),
            *stack_parameters.topic_parameters(plan, published_by_machine=False),
            stack_parameters.allowed_jobs(plan),
            stack_parameters.boundary(),
        ),
        outputs=(
            Output(name="StateMachineArn", value=MachineArn("")),
            Output(name="AlarmTopicArn", value=TopicArn()),
        ),
        logging=stack_parameters.logging(plan),
        tracing=plan.tracing,
        tags=plan.tags,
    )
