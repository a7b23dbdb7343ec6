"""The exit codes of the commands, which docs/reference/exit-codes.md lists."""

from __future__ import annotations

SUCCESS = 0
"""The command did what was asked."""

ERROR = 1
"""The command failed, and the error says why."""

USAGE_ERROR = 2
"""The command line is wrong; click's own code."""

CHILD_FAILED = 3
"""A run came to its end, real or simulated, and a child or a job of it failed."""

DIFFERENT = 4
"""`sfnorch diff --exit-code` found a difference."""

BUG = 70
"""The error is not a user's: sysexits.h's EX_SOFTWARE."""

INTERRUPTED = 130
"""Ctrl-C ended the command: 128 and the number of SIGINT, as a shell reports it; 143 for SIGTERM, 129 for SIGHUP."""
