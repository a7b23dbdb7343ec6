"""`dag`: tasks with dependencies. Each task is an execution, which every task that needs it starts or joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns import backfill, stack_parameters, starts
from sfnorch.patterns.dag import master, task
from sfnorch.patterns.overlap.states import find_lock
from sfnorch.patterns.run_context.declared import build_default_parameters
from sfnorch.workflow import MachineArn, Output, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.models.dag import DagPlan


def build_workflow(plan: DagPlan) -> Workflow:
    """Return the workflow of a dag plan: the master, and the state machine whose executions are the tasks."""
    tasks = task.build_machine(plan)
    main = master.build_machine(plan, tasks)
    machines = (main, tasks, *backfill.list_machines(plan, main))
    told = plan.notify != "never"
    return Workflow(
        description=f"{plan.name or 'Tasks'}: a master state machine and {len(plan.tasks)} tasks, "
        "each of which starts when the tasks that it needs have succeeded.",
        machines=machines,
        topic=stack_parameters.build_topic(plan, published_by_machine=told),
        parameters=(
            stack_parameters.build_environment_parameter(plan),
            *stack_parameters.build_topic_parameters(plan, published_by_machine=told),
            *build_default_parameters(plan.parameters),
            stack_parameters.build_boundary_parameter(),
        ),
        outputs=(
            *(Output(name=f"{machine.key}StateMachineArn", value=MachineArn(machine.key)) for machine in machines),
            Output(name="AlarmTopicArn", value=TopicArn()),
        ),
        has_locks=find_lock(plan) is not None,
        logging=stack_parameters.build_logging(plan),
        tracing=plan.tracing,
        schedule=starts.build_schedule(plan),
        starts=starts.build_starts(plan),
        tags=plan.tags,
    )
