"""`master-child`: a master that starts a child for each chain of jobs. `job_list` describes the jobs of a child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from sfnorch.json_values import Json
from sfnorch.protocol.job_list import GivenJob, JobListCause
from sfnorch.protocol.mark import Mark

MASTER = "master"
"""The name of the master, without the name of the stack."""

CHILDREN_FAILED = "ChildrenFailed"
"""The error of a master that fails with its children."""


class MasterState:
    """Names of states of the master. The states of the branches have the number of the child at their end."""

    RESOLVE_THREADS = "ResolveThreads"
    CHECK_THREADS = "CheckThreads"
    RUN_CHILDREN = "RunChildren"
    ANY_CHILD_FAILED = "AnyChildFailed"
    NOTIFY_PLAINLY = "NotifyPlainly"
    CHILDREN_FAILED = "ChildrenFailed"


class ChildState:
    """Names of states that only a child has."""

    CHILD_FAILED = "ChildFailed"


class MasterVariable:
    """Names of variables of the master; `threads` holds the raw input until the master has validated it."""

    CHILDREN = "children"
    THREADS = "threads"


class ChildVariable:
    """Names of variables that only a child has."""

    CHILD = "child"
    AT_DEPLOY = "atDeploy"


class Thread(TypedDict, total=False):
    """A thread of the input: the child, its jobs, arguments for all of them, or whether the master skips it."""

    threadId: str
    child: str
    glueJobs: list[str | GivenJob]
    arguments: Mapping[str, str]
    skip: bool


class MasterInput(TypedDict, total=False):
    """The input of a master."""

    threads: list[Thread]


class ChildCause(JobListCause, total=False):
    """The cause of a child that failed."""

    child: str


class ChildOutcome(TypedDict, total=False):
    """The report of a child in the output of the master: SUCCEEDED, FAILED or SKIPPED, with a `ChildCause`."""

    child: str
    status: str
    executionArn: str
    jobCount: int
    cause: str


MARK = Mark(state=MasterState.RESOLVE_THREADS, variables=(MasterVariable.CHILDREN, MasterVariable.THREADS))


def read_child(cause: Mapping[str, Json]) -> str:
    """Return the name of the child that failed with this cause; an empty text for other causes."""
    return str(cause.get("child") or "")
