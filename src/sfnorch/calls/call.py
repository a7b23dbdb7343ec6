"""A call of an AWS action, as data."""

from __future__ import annotations

from typing import NamedTuple


class ResourceArgument(NamedTuple):
    """How the ARN of a resource follows from an argument of the call: `prefix` and the argument's value."""

    service: str
    prefix: str
    argument: str
    is_always_name: bool = False
    """Whether the argument is a name even if it looks like an ARN."""


class RequiredActions(NamedTuple):
    """Actions that the call requires of its role, and their resource; without it, no argument names the resource."""

    actions: tuple[str, ...]
    on: ResourceArgument | None = None


class StartedRun(NamedTuple):
    """A run that a call starts, as an execution history shows it.

    `kind` is the kind of the run, `named_by` the argument with the name under which it is shown (by default it is the
    name of the state), `id_key` the key of its id in the answer of the service, and `stopped_by` the operation of the
    SDK that stops it. A run without an id is not stopped.
    """

    kind: str
    named_by: str = ""
    id_key: str = ""
    stopped_by: str = ""


class Call(NamedTuple):
    """A call: the resource of a Task without the ARN prefix, `glue:startJobRun.sync`, and what AWS documents.

    A retry resolves the `transient` errors and not the `permanent` ones. `data_actions` are actions on data that the
    service performs with the permissions of the role, if the call needs them.
    """

    resource: str
    grants: tuple[RequiredActions, ...]
    transient: tuple[str, ...] = ()
    permanent: tuple[str, ...] = ()
    starts: StartedRun | None = None
    data_actions: tuple[str, ...] = ()
    is_part: bool = False
    """Whether it asks for or stops a run that another call started, and is not work by itself."""

    @property
    def actions(self) -> tuple[str, ...]:
        """The IAM actions that the call requires."""
        return tuple(action for grant in self.grants for action in grant.actions)
