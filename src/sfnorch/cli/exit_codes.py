"""The exit codes of the commands, which docs/reference/exit-codes.md lists."""

from __future__ import annotations

SUCCESS = 0
"""The command succeeded."""

ERROR = 1
"""The command failed, and printed an error."""

USAGE_ERROR = 2
"""The command line is invalid. click defines this code."""

CHILD_FAILED = 3
"""An execution, real or simulated, ended, and a child or a job of it failed."""

DIFFERENT = 4
"""`sfnorch diff --exit-code` found a difference."""

BUG = 70
"""The error is a bug in sfnorch: EX_SOFTWARE of sysexits.h."""

INTERRUPTED = 130
"""Ctrl-C ended the command: 128 plus the number of SIGINT, as in a shell. SIGTERM gives 143, SIGHUP 129."""
