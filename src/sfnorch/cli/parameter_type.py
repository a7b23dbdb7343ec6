"""click's parameter types, by the type of their values in every version of click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    ParameterType = click.ParamType
else:

    class ParameterType(click.ParamType):
        """A click.ParamType that may be subscripted, as click's own can be from 8.4 on only."""

        def __class_getitem__(cls, value: Any) -> Any:
            """Return the class itself: what its values are, only a type checker asks."""
            return cls
