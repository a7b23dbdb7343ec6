"""Waiting for what another process does: until it is done, however long a busy machine takes for it."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 600.0
"""Seconds after which a test takes something for hung. No test relies on what happens before."""

_BETWEEN = 0.02


def wait_until(is_done: Callable[[], object]) -> None:
    """Return when it is done; fail where it has hung."""
    deadline = time.monotonic() + PATIENCE
    while not is_done():
        assert time.monotonic() < deadline, f"nothing has come of it within {PATIENCE:.0f} seconds"
        time.sleep(_BETWEEN)
