"""What a command's end tells a script; 0, 1 and 2 are as everywhere: done, failed as told, wrong usage."""

from __future__ import annotations

CHILD_FAILED = 3
"""A run came to its end, real or simulated, and a child or a job of it failed."""

BUG = 70
"""What is no user's error: sysexits.h's EX_SOFTWARE."""
