"""`master-child`: chains of Glue jobs in parallel. A master starts a child state machine for each chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns import backfill, stack_parameters, starts
from sfnorch.patterns.master_child import child, master
from sfnorch.patterns.overlap.states import find_lock
from sfnorch.patterns.run_context.declared import build_default_parameters
from sfnorch.plan.item_chains import is_fan_out
from sfnorch.workflow import MachineArn, Output, ResultsBucket, StateMachine, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.kinds import AnyChild, ChainsPlan


def build_workflow(plan: ChainsPlan) -> Workflow:
    """Return the workflow of a master-child plan: the master first, then a state machine for each child."""
    children = [_build_child(plan, each, number) for number, each in enumerate(plan.children, 1)]
    chains = [each for each in plan.children if not is_fan_out(each)]
    stores_results = len(chains) < len(plan.children)
    main = master.build_machine(plan, children)
    machines = (main, *children, *backfill.list_machines(plan, main))
    told = plan.notify != "never"
    return Workflow(
        description=f"{plan.name or 'Glue jobs'}: a master state machine and {len(children)} child state machines.",
        machines=machines,
        topic=stack_parameters.build_topic(plan, published_by_machine=told),
        parameters=(
            stack_parameters.build_environment_parameter(plan),
            *stack_parameters.build_topic_parameters(plan, published_by_machine=told),
            *build_default_parameters(plan.parameters),
            *map(child.build_jobs_parameter, chains),
            *([stack_parameters.build_allowed_jobs_parameter(plan)] if chains else []),
            *([stack_parameters.build_results_bucket_parameter()] if stores_results else []),
            stack_parameters.build_boundary_parameter(),
        ),
        outputs=(
            *(Output(name=f"{machine.key}StateMachineArn", value=MachineArn(machine.key)) for machine in machines),
            *([Output(name="ResultsBucketName", value=ResultsBucket())] if stores_results else []),
            Output(name="AlarmTopicArn", value=TopicArn()),
        ),
        stores_results=stores_results,
        has_locks=find_lock(plan) is not None,
        logging=stack_parameters.build_logging(plan),
        tracing=plan.tracing,
        schedule=starts.build_schedule(plan),
        starts=starts.build_starts(plan),
        tags=plan.tags,
        compact=not plan.job_states,
    )


def _build_child(plan: ChainsPlan, given: AnyChild, number: int) -> StateMachine:
    if is_fan_out(given):
        from sfnorch.patterns.fan_out.child import build_child_machine  # most plans do not need it

        return build_child_machine(plan, given, number)
    return child.build_machine(plan, given, number)
