"""Types for click: the type of a parameter with that of its values, for every version of click, and of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    ParameterType = click.ParamType
else:

    class ParameterType(click.ParamType):
        """A click.ParamType that can be subscripted, which click supports from version 8.4."""

        def __class_getitem__(cls, value: Any) -> Any:
            """Return the class itself: only a type checker reads the type of the values."""
            return cls


Function = TypeVar("Function", bound=Callable[..., object])
"""A command, or its function, that a decorator adds an option to."""
