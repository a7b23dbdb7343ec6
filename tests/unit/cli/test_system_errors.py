"""What the system refuses is one line that says what to do."""

from __future__ import annotations

import errno
import os

import pytest

from sfnorch.cli.system_errors import explain_system_error

NO_TEMPORARY = "No usable temporary directory found in ['/tmp', '/var/tmp']"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "No space left on device; free some space"),
        (
            PermissionError(errno.EACCES, os.strerror(errno.EACCES), "/x"),
            "/x: Permission denied; change the permissions",
        ),
        (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "Too many open files; raise the limit of open files"),
        (FileNotFoundError(errno.ENOENT, NO_TEMPORARY), f"{NO_TEMPORARY}; set TMPDIR to a folder"),
        (MemoryError(), "Out of memory; free some memory, or raise the limit"),
    ],
)
def test_what_the_system_refuses(error: BaseException, message: str):
    explained = explain_system_error(error)
    assert explained is not None
    assert (explained.message, explained.hint) == (message, "")


@pytest.mark.parametrize("error", [FileNotFoundError(errno.ENOENT, "x"), KeyError("x"), OSError("x")])
def test_a_bug_stays_one(error: BaseException):
    assert explain_system_error(error) is None
