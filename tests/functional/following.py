"""Recorded runs, followed as `sfnorch watch` follows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sfnorch.app.account import AwsAccount
from sfnorch.app.watching import follow_executions
from sfnorch.cli.following import follow_run
from tests.replay import Replay


@dataclass
class _Session:
    """A session with two clients."""

    stepfunctions: Any
    cloudwatch: Any


def account_of(replay: Replay) -> AwsAccount:
    """An account whose executions are the recorded ones, at the time of the recording."""
    return AwsAccount(session=_Session(replay.client(), replay.cloudwatch()), clock=replay.clock)  # type: ignore[arg-type]


def follow(
    replay: Replay,
    stack_name: str,
    form: str = "text",
    *,
    arns: Sequence[str] = (),
    timeout: float | None = None,
    save: Path | None = None,
) -> int:
    """The exit code of following the executions, by default the first one that was recorded."""
    account = account_of(replay)
    followed = arns or [next(iter(replay.runs))]
    return follow_run(
        lambda show: follow_executions(followed, account, timeout=timeout, on_event=show),
        account,
        form,
        stack_name=stack_name,
        save=save,
    )
