"""Expected errors: every error that a user can cause is one of these classes."""

from __future__ import annotations


class SfnorchError(Exception):
    """An error that a user can fix: a message that says what is wrong, and a hint that says how to fix it."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class RequestError(SfnorchError):
    """A request that contradicts itself or what it is about.

    `field` is the wrong field, and `key` the key of its wrong value; the message begins with them. The field is empty
    if the message names none.
    """

    def __init__(self, message: str, *, field: str = "", key: int | str | None = None) -> None:
        self.field = field
        self.key = key
        self.place = field if key is None else f"{field}[{key!r}]"
        super().__init__(f"{self.place}{message}")


class LimitError(SfnorchError):
    """A rendering that exceeds a limit of AWS: the message has the limit and the place, the hint a fix."""


def extend_error(error: SfnorchError | None, message: str, *, hint: str) -> SfnorchError:
    """Return the error with another line in its message and another hint; without an error, a new one."""
    if error is None:
        return SfnorchError(message, hint=hint)
    return SfnorchError(f"{error.message}\n{message}", hint="; ".join(filter(None, (error.hint, hint))))


def has_interrupt(error: BaseException | None) -> bool:
    """Return whether Ctrl-C caused the error, also if other code has replaced the KeyboardInterrupt.

    Python before 3.12, for example, replaces an error during the creation of a class with a RuntimeError.
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
