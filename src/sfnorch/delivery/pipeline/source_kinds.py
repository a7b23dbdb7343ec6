"""The kinds of source that a pipeline can have. The command line reads them without loading troposphere."""

from __future__ import annotations

SOURCE_KINDS = ("connection", "codecommit", "s3")
"""A branch by a connection, a branch in CodeCommit, or a file in a bucket. The first one is the default."""
