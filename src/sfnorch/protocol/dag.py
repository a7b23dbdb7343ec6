"""`dag`: a master that starts or joins every task, and executions of one machine that are the tasks of a run."""

from __future__ import annotations

from typing import TypedDict

from sfnorch.json_values import Json, find_value
from sfnorch.protocol.mark import Mark

MASTER, TASK = "master", "task"
"""The names of the machines, without the name of the stack."""

TASKS_FAILED, TASK_FAILED = "TasksFailed", "TaskFailed"
"""The errors of a master that fails with its tasks, and of a task."""

BLOCKED = "BLOCKED"
"""The status in the output of a task that did not run, because a task that it needs failed."""


class DagState:
    """Names of states of the master."""

    RESOLVE_TASKS = "ResolveTasks"
    CHECK_TASKS = "CheckTasks"
    RUN_TASKS = "RunTasks"
    RUN_TASKS_OF_GROUP = "RunTasksOfGroup"
    ANY_FAILED = "AnyFailed"
    TASKS_FAILED = "TasksFailed"


class TaskState:
    """Names of states of the machine that runs tasks; the work has more states with the number of retries."""

    RESOLVE_TASK = "ResolveTask"
    CHECK_TASK = "CheckTask"
    CHECK_NEEDS = "CheckNeeds"
    JOIN_NEEDS = "JoinNeeds"
    JOIN_NEEDS_OF_GROUP = "JoinNeedsOfGroup"
    CHECK_OUTCOMES = "CheckOutcomes"
    CHOOSE_WORK = "ChooseWork"
    RUN_JOB = "RunJob"
    INVOKE_FUNCTION = "InvokeFunction"
    RUN_STATE_MACHINE = "RunStateMachine"
    BLOCKED = "Blocked"
    TASK_FAILED = "TaskFailed"


class DagVariable:
    """Names of variables of the master: the ARN of its execution, all tasks, and those that an earlier run has done."""

    MASTER = "master"
    TASKS = "tasks"
    DONE = "done"


class TaskVariable:
    """Names of variables of a task; `tasks` maps the names of all tasks to `{needs, arguments, work}`."""

    TASK = "task"
    MASTER = "master"
    DONE = "done"
    TASKS = "tasks"


class DagInput(TypedDict, total=False):
    """The input of the master: the tasks that a resumed run skips."""

    done: list[str]


class TaskInput(TypedDict):
    """The input of a task: its name, the ARN of the master execution, and the tasks that are done."""

    task: str
    master: str
    done: list[str]


class TaskOutcome(TypedDict, total=False):
    """The output of a task, or the cause of its failure; `by` is the failed task that blocks it."""

    task: str
    status: str
    by: str
    job: str
    runId: str
    logGroup: str
    error: str
    message: str


MARK = Mark(state=DagState.RESOLVE_TASKS, variables=(DagVariable.TASKS, DagVariable.DONE))
TASK_MARK = Mark(state=TaskState.RESOLVE_TASK, variables=(TaskVariable.TASK, TaskVariable.MASTER, TaskVariable.TASKS))


def name_task_execution(task: str, master: str) -> str:
    """Return the name of the execution that is a task of a run; `master` is the ARN of the master execution."""
    from hashlib import sha256  # slow to load, and needed by few commands

    return f"{task}-{sha256(master.encode()).hexdigest()[:16]}"


def find_task_name(name: str, given: Json) -> str:
    """Return the task that an execution with this name and this input is; an empty text for other executions.

    The mark of a task is that its input is a `TaskInput`, from which its name derives.
    """
    match given:
        case {"task": str() as task, "master": str() as master} | {"task": str() as task, "run": str() as master} if (
            name == name_task_execution(task, master)
        ):
            return task
    return ""


def find_blocking_task(output: Json) -> str:
    """Return the failed task that blocked the task with this output; an empty text if nothing blocked it."""
    return str(find_value(output, "by")) if find_value(output, "status") == BLOCKED else ""
