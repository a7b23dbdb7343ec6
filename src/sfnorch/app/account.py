"""The AWS account that a use case works in, and what it waits with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # a session loads boto3, which use cases without a call do not need
    from sfnorch.aws.polling import Clock
    from sfnorch.aws.session import Session

Waits: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Shows what a use case waits for while the block of the context manager runs."""


def wait_without_words(words: str) -> AbstractContextManager[None]:
    """Show nothing while the block runs."""
    return nullcontext()


def _make_nonce() -> str:
    import secrets  # slow to load, and needed for change sets only

    return secrets.token_hex(4)


class AwsAccount:
    """The AWS account and Region that a function works in. Credentials are those of the AWS CLI.

    `region` and `profile` override the environment variables of AWS. `waits` shows what a function waits for. Tests
    pass a `session` with other clients, a `clock` that does not wait, and a `make_nonce` for the names of change sets.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        waits: Waits = wait_without_words,
        session: Session | None = None,
        clock: Clock | None = None,
        make_nonce: Callable[[], str] = _make_nonce,
    ) -> None:
        self.region = region
        self.profile = profile
        self.waits = waits
        self.make_nonce = make_nonce
        self._session = session
        self._clock = clock

    @cached_property
    def session(self) -> Session:
        """The clients of AWS. Raises SfnorchError if the credentials cannot be read."""
        if self._session is not None:
            return self._session
        with self.waits("Loading the AWS client"):
            from sfnorch.aws.session import Session
        return Session(region=self.region, profile=self.profile, waits=self.waits)

    @cached_property
    def clock(self) -> Clock:
        """The current time, and how to wait."""
        from sfnorch.aws.polling import Clock

        return self._clock or Clock()

    def move_to(self, region: str) -> AwsAccount:
        """Return the account in another Region; the same for an empty text, and with a session that was passed."""
        if not region or region == self.region or self._session is not None:
            return self
        return AwsAccount(
            region=region, profile=self.profile, waits=self.waits, clock=self._clock, make_nonce=self.make_nonce
        )

    @property
    def now(self) -> datetime:
        """The current time of the clock."""
        return datetime.fromtimestamp(self.clock.now(), timezone.utc)
