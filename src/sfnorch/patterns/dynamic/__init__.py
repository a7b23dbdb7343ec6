"""`dynamic`: one state machine with concurrent executions, each of which runs the Glue jobs from its input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns import stack_parameters
from sfnorch.patterns.dynamic.machine import build_machine
from sfnorch.patterns.overlap.states import find_lock
from sfnorch.patterns.run_context.declared import build_default_parameters
from sfnorch.workflow import MachineArn, Output, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.models.dynamic import DynamicPlan


def build_workflow(plan: DynamicPlan) -> Workflow:
    """Return the workflow of a dynamic plan: one state machine with its role and its alarm."""
    return Workflow(
        description=f"{plan.name or 'Glue jobs'}: a state machine that runs the Glue jobs from its input.",
        machines=(build_machine(plan),),
        topic=stack_parameters.build_topic(plan, published_by_machine=False),
        parameters=(
            stack_parameters.build_environment_parameter(plan),
            *stack_parameters.build_topic_parameters(plan, published_by_machine=False),
            *build_default_parameters(plan.parameters),
            stack_parameters.build_allowed_jobs_parameter(plan),
            stack_parameters.build_boundary_parameter(),
        ),
        outputs=(
            Output(name="StateMachineArn", value=MachineArn("")),
            Output(name="AlarmTopicArn", value=TopicArn()),
        ),
        has_locks=find_lock(plan) is not None,
        logging=stack_parameters.build_logging(plan),
        tracing=plan.tracing,
        tags=plan.tags,
    )
