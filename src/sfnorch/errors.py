"""What can go wrong in words: every error that a user can cause is one of these."""

from __future__ import annotations


class SfnorchError(Exception):
    """An error that a user can mend: what is wrong, and a hint what to do about it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class LimitError(SfnorchError):
    """A rendering that AWS would refuse for its size: the limit, the place and the way out."""
