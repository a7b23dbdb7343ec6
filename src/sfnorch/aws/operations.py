"""Start operations on a stack by a call whose response can be lost, and which can arrive twice.

botocore retries a call whose response was lost, and a proxy may do so too. CloudFormation rejects the second call,
since the operation of the first one is in progress or has ended. The operation's events contain the token of the call.
They are searched before the rejection is reported.
https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html (ClientRequestToken)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from sfnorch.aws.errors import is_transient
from sfnorch.aws.polling import Backoff, Clock, add_retries
from sfnorch.aws.stack_events import Operation, has_begun, has_stale_events
from sfnorch.aws.stacks import find_stack

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient

_MOST_LOOKS = 5


def call_once(
    client: CloudFormationClient, operation: Operation, call: Callable[[], object], clock: Clock
) -> BaseException | None:
    """Make the call that starts the operation. Return None if it has started, otherwise AWS's error.

    The operation has started if the call succeeds, or if the stack's events contain its token.
    """
    try:
        call()
    except (ClientError, BotoCoreError) as error:
        return None if add_retries(_is_there, clock)(client, operation, error, clock) else error
    return None


def _is_there(client: CloudFormationClient, operation: Operation, error: BaseException, clock: Clock) -> bool:
    """Return whether the operation has started. Events lag behind: they are read again while they may be missing.

    They may be missing after an error that does not say whether the call was executed, and while the stack's status
    shows an operation that its events do not show.
    """
    pace = Backoff(clock, first=1.0, longest=8.0, growth=2.0)
    for look in range(_MOST_LOOKS):
        if look:
            pace.wait(changed=False)
        if has_begun(client, operation):
            return True
        if not is_transient(error) and not _has_stale_events(client, operation.stack_id):
            break
    return False


def _has_stale_events(client: CloudFormationClient, stack_id: str) -> bool:
    stack = find_stack(client, stack_id)
    return stack is not None and stack.in_progress and has_stale_events(client, stack_id)
