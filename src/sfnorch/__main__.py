"""The entry point of `sfnorch` and of `python -m sfnorch`."""

from __future__ import annotations

import os


def main() -> None:
    """Run the command line, and end the process with its exit code, even if Ctrl-C interrupts the import of modules."""
    try:
        from sfnorch.cli.process import run

        run()
    except SystemExit:
        raise
    except BaseException as error:
        from sfnorch.errors import has_interrupt

        if not has_interrupt(error):
            raise
        try:
            os.write(2, b"Stopped.\n")
        finally:
            os._exit(130)  # the module with the exit codes need not be loaded yet


if __name__ == "__main__":
    main()
