"""Render a plan of AWS Glue jobs as a Step Functions orchestration; lint, simulate, deploy, run and resume it.

The package exports the names of `sfnorch.app`, and imports each of them when it is first used. No other module of the
package imports this one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sfnorch.version import __version__ as __version__

if TYPE_CHECKING:
    from sfnorch.app import *  # noqa: F403 - mypy and editors read the names there
else:

    def __getattr__(name: str) -> object:
        """Import an exported name, or the list of their names. Raises AttributeError for other names."""
        if name == "__all__" or not name.startswith("__"):  # Python looks up such names in every module
            app = import_module("sfnorch.app")
            if name == "__all__" or name in app.__all__:
                return getattr(app, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        """Return the exported names too, for the completion of a Python prompt."""
        return sorted([*globals(), *import_module("sfnorch.app").__all__])
