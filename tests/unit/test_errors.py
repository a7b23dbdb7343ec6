"""Errors that come from Ctrl-C, whatever other code has made of it."""

from __future__ import annotations

import pytest

from sfnorch.errors import has_interrupt


def made_of(*errors: BaseException) -> BaseException:
    """The last of the errors, each raised while the one before it was handled."""
    try:
        if len(errors) > 1:
            made_of_before = made_of(*errors[:-1])
            try:
                raise made_of_before
            except BaseException:
                raise errors[-1] from None
        raise errors[-1]
    except BaseException as error:
        return error


@pytest.mark.parametrize(
    "errors",
    [
        (KeyboardInterrupt(),),
        (KeyboardInterrupt(), RuntimeError("Error calling __set_name__")),
        (KeyboardInterrupt(), RuntimeError("one"), ValueError("two")),
    ],
)
def test_an_error_that_comes_from_ctrl_c(errors: tuple[BaseException, ...]):
    assert has_interrupt(made_of(*errors))


def test_an_error_that_does_not():
    assert not has_interrupt(None)
    assert not has_interrupt(made_of(ValueError("one"), RuntimeError("two")))


def test_errors_that_are_each_others_cause():
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one
    assert not has_interrupt(one)
