"""Values of parameters that a template does not accept."""

from __future__ import annotations

from collections.abc import Iterable

from sfnorch.errors import SfnorchError


def refuse_faults(faults: Iterable[str]) -> None:
    """Raise SfnorchError with all faults of the values of parameters, if there are any."""
    if lines := list(faults):
        raise SfnorchError("\n".join(lines), hint="set parameters with --parameter-overrides KEY=VALUE")
