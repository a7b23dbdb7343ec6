"""`flow`: steps in sequence, in parallel, and for each item of a list, in one state machine.

Seeds: the parameterized data pipeline; the linear, the retry and catch, and the parallel and map demos.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns import backfill, stack_parameters, starts
from sfnorch.patterns.flow import functions, machine
from sfnorch.patterns.overlap.states import find_lock
from sfnorch.patterns.run_context.declared import build_default_parameters
from sfnorch.plan.models.flow import list_steps
from sfnorch.workflow import FunctionArn, MachineArn, Output, ResultsBucket, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.models.flow import FlowPlan


def build_workflow(plan: FlowPlan) -> Workflow:
    """Return the workflow of a flow: one state machine with its role and its alarm, and the functions of the plan."""
    steps = list(list_steps(plan.steps))
    told = machine.has_publish_task(plan) or (plan.backfill and plan.notify != "never")
    stores = any(step.s3_object and not step.s3_object.bucket for step in steps)
    made = functions.build_functions(plan)
    main = machine.build_machine(plan)
    backfills = backfill.list_machines(plan, main)
    return Workflow(
        description=f"{plan.name or 'Flow'}: a state machine that runs {len(plan.steps)} steps in sequence.",
        machines=(main, *backfills),
        functions=made,
        topic=stack_parameters.build_topic(plan, published_by_machine=told),
        parameters=(
            stack_parameters.build_environment_parameter(plan),
            *stack_parameters.build_topic_parameters(plan, published_by_machine=told),
            *build_default_parameters(plan.parameters),
            *([stack_parameters.build_results_bucket_parameter()] if stores else []),
            *([stack_parameters.build_code_bucket_parameter()] if any(function.packaged for function in made) else []),
            stack_parameters.build_boundary_parameter(),
        ),
        outputs=(
            *(Output(name=f"{each.key}StateMachineArn", value=MachineArn(each.key)) for each in (main, *backfills)),
            *(Output(name=f"{each.key}FunctionArn", value=FunctionArn(each.key)) for each in made),
            *([Output(name="ResultsBucketName", value=ResultsBucket())] if stores else []),
            Output(name="AlarmTopicArn", value=TopicArn()),
        ),
        stores_results=stores,
        has_locks=find_lock(plan) is not None,
        logging=stack_parameters.build_logging(plan),
        tracing=plan.tracing,
        schedule=starts.build_schedule(plan, ""),
        starts=starts.build_starts(plan, ""),
        tags=plan.tags,
    )
