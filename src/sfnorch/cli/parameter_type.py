"""Parameter types of click with the type of their values, for every version of click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    ParameterType = click.ParamType
else:

    class ParameterType(click.ParamType):
        """A click.ParamType that can be subscripted, which click supports from version 8.4."""

        def __class_getitem__(cls, value: Any) -> Any:
            """Return the class itself: only a type checker reads the type of the values."""
            return cls
