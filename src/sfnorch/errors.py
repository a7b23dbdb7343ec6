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


def with_more(error: SfnorchError | None, message: str, *, hint: str) -> SfnorchError:
    """Return the error, if there is one, and what is to be said besides: another line, another hint."""
    if error is None:
        return SfnorchError(message, hint=hint)
    return SfnorchError(f"{error.message}\n{message}", hint="; ".join(filter(None, (error.hint, hint))))


def was_interrupted(error: BaseException | None) -> bool:
    """Return whether the error comes from Ctrl-C, also where other code has made another error of it.

    Python before 3.12, for example, makes a RuntimeError of what is raised while a class is created.
    https://docs.python.org/3/whatsnew/3.12.html
    """
    seen: set[int] = set()
    errors: list[BaseException | None] = [error]
    while errors:
        one = errors.pop()
        if isinstance(one, KeyboardInterrupt):
            return True
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            errors += [one.__cause__, one.__context__]
    return False
