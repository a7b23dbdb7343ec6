"""`dag`: tasks with dependencies. Each task is an execution, which every task that needs it starts or joins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfnorch.patterns import stack_parameters
from sfnorch.patterns.dag import master, task
from sfnorch.workflow import MachineArn, Output, TopicArn, Workflow

if TYPE_CHECKING:
    from sfnorch.plan.models.dag import DagPlan


def workflow(plan: DagPlan) -> Workflow:
    """Return the workflow of a dag plan: the master, and the state machine whose executions are the tasks."""
    tasks = task.machine(plan)
    machines = (master.machine(plan, tasks), tasks)
    told = plan.notify != "never"
    return Workflow(
        description=f"{plan.name or 'Tasks'}: a master state machine and {len(plan.tasks)} tasks, "
        "each of which starts when the tasks that it needs have succeeded.",
        machines=machines,
        topic=stack_parameters.topic(plan, published_by_machine=told),
        parameters=(
            stack_parameters.environment(plan),
            *stack_parameters.topic_parameters(plan, published_by_machine=told),
            stack_parameters.boundary(),
        ),
        outputs=(
            *(Output(name=f"{machine.key}StateMachineArn", value=MachineArn(machine.key)) for machine in machines),
            Output(name="AlarmTopicArn", value=TopicArn()),
        ),
        logging=stack_parameters.logging(plan),
        tracing=plan.tracing,
        schedule=stack_parameters.schedule(plan),
        tags=plan.tags,
    )
