"""`fan-out`: a chain of Glue jobs for every item of a list, by a distributed Map.

`machine` is the parent, `items` finds its items, `item` is the processor of an item, and `failures` counts and reports
the items that failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns import backfill, stack_parameters, starts
from sfnorch.patterns.fan_out.machine import build_machine
from sfnorch.patterns.overlap.states import find_lock
from sfnorch.patterns.run_context.declared import build_default_parameters
from sfnorch.workflow import MachineArn, Output, ResultsBucket, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.models.fan_out import FanOutPlan


def build_workflow(plan: FanOutPlan) -> Workflow:
    """Return the workflow of a fan-out: one state machine with its role and its alarm, and the bucket for results."""
    notifies = plan.notify != "never"
    main = build_machine(plan)
    machines = (main, *backfill.list_machines(plan, main))
    return Workflow(
        description=f"{plan.name or 'Fan-out'}: a state machine that runs {len(plan.jobs)} jobs for every item.",
        machines=machines,
        topic=stack_parameters.build_topic(plan, published_by_machine=notifies),
        parameters=(
            stack_parameters.build_environment_parameter(plan),
            *stack_parameters.build_topic_parameters(plan, published_by_machine=notifies),
            *build_default_parameters(plan.parameters),
            stack_parameters.build_results_bucket_parameter(),
            stack_parameters.build_boundary_parameter(),
        ),
        outputs=(
            *(Output(name=f"{machine.key}StateMachineArn", value=MachineArn(machine.key)) for machine in machines),
            Output(name="ResultsBucketName", value=ResultsBucket()),
            Output(name="AlarmTopicArn", value=TopicArn()),
        ),
        stores_results=True,
        has_locks=find_lock(plan) is not None,
        logging=stack_parameters.build_logging(plan),
        tracing=plan.tracing,
        schedule=starts.build_schedule(plan, ""),
        starts=starts.build_starts(plan, ""),
        tags=plan.tags,
    )
