"""`continuous`: a Glue workflow that runs in a loop, with an execution of the state machine for each workflow run.

An execution starts a workflow run, polls it until it has ended, and starts the next execution of the same state
machine. Before its history is full, it hands the run over to a new execution, which continues to poll. Seed: the
continuous running Glue workflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns import stack_parameters, starts
from sfnorch.patterns.continuous.machine import CONTINUE, build_machine
from sfnorch.patterns.run_context.declared import build_default_parameters
from sfnorch.workflow import MachineArn, Output, Parameter, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.models.continuous import ContinuousPlan


def build_workflow(plan: ContinuousPlan) -> Workflow:
    """Return the workflow of a continuous plan: one state machine with its role and its alarm."""
    told = plan.notify != "never"
    return Workflow(
        description=f"{plan.name or 'Glue workflow'}: a state machine that runs a Glue workflow in a loop.",
        machines=(build_machine(plan),),
        topic=stack_parameters.build_topic(plan, published_by_machine=told),
        parameters=(
            stack_parameters.build_environment_parameter(plan),
            _continue(),
            *stack_parameters.build_topic_parameters(plan, published_by_machine=told),
            *build_default_parameters(plan.parameters),
            stack_parameters.build_allowed_workflows_parameter(plan),
            stack_parameters.build_boundary_parameter(),
        ),
        outputs=(
            Output(name="StateMachineArn", value=MachineArn("")),
            Output(name="AlarmTopicArn", value=TopicArn()),
        ),
        logging=stack_parameters.build_logging(plan),
        tracing=plan.tracing,
        schedule=starts.build_schedule(plan, ""),
        starts=starts.build_starts(plan, ""),
        tags=plan.tags,
    )


def _continue() -> Parameter:
    return Parameter(
        name=CONTINUE,
        description="Whether the loop continues; false stops it after the current run",
        default="true",
        pattern="^(true|false)$",
        constraint="true or false",
    )
