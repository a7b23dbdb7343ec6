"""The execution that a use case is about: by its ARN, by its name, or the last one of a stack."""

from __future__ import annotations

from dataclasses import dataclass

from sfnorch.app.account import AwsAccount
from sfnorch.aws.stack_machines import find_main_machine, list_machines
from sfnorch.aws.stacks import get_stack
from sfnorch.errors import RequestError
from sfnorch.runs.executions import find_last_execution, find_machine, make_execution_arn, read_region


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRequest:
    """An execution: its ARN, or its name in a stack; without both, the last execution that was started in the stack."""

    execution: str | None = None
    """The ARN or the name of the execution."""
    stack_name: str = ""
    """The name of the stack, unless `execution` is an ARN."""
    machine: str = ""
    """The state machine, unless `execution` is an ARN; by default the master, or the only one."""

    def __post_init__(self) -> None:
        """Raise RequestError for an execution without an ARN and without a stack."""
        if not self.stack_name and not self.has_arn:
            raise RequestError(": required without the ARN of an execution", field="stack_name")

    @property
    def has_arn(self) -> bool:
        """Return whether `execution` is an ARN."""
        return self.execution is not None and self.execution.startswith("arn:")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundExecution:
    """An existing execution: its ARN, that of its state machine, and the account in the Region of the execution."""

    arn: str
    machine_arn: str
    account: AwsAccount


def find_execution(request: ExecutionRequest, account: AwsAccount) -> FoundExecution:
    """Return the execution, with the account in the Region of its ARN.

    Raises SfnorchError if the stack, the state machine or the execution does not exist.
    """
    account = account.move_to(read_region(request.execution or ""))
    session = account.session
    with account.waits("Looking up the execution"):
        arn = request.execution
        if arn is None or not request.has_arn:
            stack = get_stack(session.cloudformation, request.stack_name)
            machine = find_main_machine(list_machines(session.cloudformation, stack), stack, request.machine)
            if arn is None:
                arn = find_last_execution(session.stepfunctions, machine.arn)
                return FoundExecution(arn=arn, machine_arn=machine.arn, account=account)
            arn = make_execution_arn(machine.arn, arn)
        return FoundExecution(arn=arn, machine_arn=find_machine(session.stepfunctions, arn), account=account)
