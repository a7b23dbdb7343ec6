"""Whether the Glue jobs that a plan names are there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_glue import GlueClient

_PAGE = 1000


def job_names(client: GlueClient) -> list[str]:
    """The names of all Glue jobs of account and region."""
    names: list[str] = []
    page = client.list_jobs(MaxResults=_PAGE)
    while True:
        names += page["JobNames"]
        if not page.get("NextToken"):
            return names
        page = client.list_jobs(MaxResults=_PAGE, NextToken=page["NextToken"])


def missing_jobs(wanted: Iterable[str], there: Iterable[str]) -> dict[str, str]:
    """Each wanted name that isn't there, with the nearest that is, if any is near."""
    known = sorted(set(there))
    return {
        name: next(iter(difflib.get_close_matches(name, known, n=1)), "")
        for name in dict.fromkeys(wanted)
        if name not in set(known)
    }
