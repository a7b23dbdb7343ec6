"""`--debug`, which every command accepts at any place among its arguments."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import logging

DEBUG = "--debug"


class Debugging:
    """The state of `--debug`: tracebacks of errors, and a line for each call to AWS. Leaving the context ends both.

    It is the object of click's context.
    """

    def __init__(self) -> None:
        self.on = False
        self._handler: logging.Handler | None = None

    def __enter__(self) -> Debugging:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._handler is not None:
            _log(self._handler, shown=False)

    def start(self) -> None:
        """Show tracebacks of errors. Log each later call to AWS: its operation, the resources, and the result."""
        if self.on:
            return
        self.on = True
        import logging

        self._handler = logging.StreamHandler()
        self._handler.setFormatter(logging.Formatter("%(message)s"))
        _log(self._handler, shown=True)


def _log(handler: logging.Handler, *, shown: bool) -> None:
    import logging

    logger = logging.getLogger("sfnorch")
    logger.setLevel(logging.DEBUG if shown else logging.NOTSET)
    (logger.addHandler if shown else logger.removeHandler)(handler)


def add_debug_option(command: click.Command, *, hidden: bool = True) -> None:
    """Add `--debug` to the command unless it has the option. Only the help of the top-level group shows it."""
    if any(DEBUG in param.opts for param in command.params):
        return
    option = click.Option(
        [DEBUG],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        hidden=hidden,
        callback=_start,
        help="Show the traceback of an error, and every call to AWS.",
    )
    command.params.insert(0, option)


def start_debugging(ctx: click.Context) -> None:
    """Do what `--debug` does."""
    ctx.ensure_object(Debugging).start()


def _start(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        start_debugging(ctx)
