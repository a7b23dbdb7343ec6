"""`flow`: steps in sequence, in parallel, and for each item of a list, in one state machine.

Seeds: the parameterized data pipeline; the linear, the retry and catch, and the parallel and map demos.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns import stack_parameters
from sfnorch.patterns.flow import functions, machine
from sfnorch.plan.models.flow import walk
from sfnorch.workflow import FunctionArn, MachineArn, Output, ResultsBucket, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan


def workflow(plan: FlowPlan) -> Workflow:
    """Return the workflow of a flow: one state machine with its role and its alarm, and the functions of the plan."""
    steps = list(walk(plan.steps))
    told = machine.publishes(plan)
    stores = any(step.s3_object and not step.s3_object.bucket for step in steps)
    made = functions.functions(plan)
    return Workflow(
        description=f"{plan.name or 'Flow'}: a state machine that runs {len(plan.steps)} steps in sequence.",
        machines=(machine.machine(plan),),
        functions=made,
        topic=stack_parameters.topic(plan, published_by_machine=told),
        parameters=(
            stack_parameters.environment(plan),
            *stack_parameters.topic_parameters(plan, published_by_machine=told),
            *([stack_parameters.results_bucket()] if stores else []),
            *([stack_parameters.code_bucket()] if any(function.packaged for function in made) else []),
            stack_parameters.boundary(),
        ),
        outputs=(
            Output(name="StateMachineArn", value=MachineArn("")),
            *(Output(name=f"{each.key}FunctionArn", value=FunctionArn(each.key)) for each in made),
            *([Output(name="ResultsBucketName", value=ResultsBucket())] if stores else []),
            Output(name="AlarmTopicArn", value=TopicArn()),
        ),
        stores_results=stores,
        logging=stack_parameters.logging(plan),
        tracing=plan.tracing,
        schedule=stack_parameters.schedule(plan, ""),
        tags=plan.tags,
    )
