"""Read quotas of the account from Service Quotas.

The code of the quota is the same in two public listings of Service Quotas (documented by their authors, not by AWS).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sfnorch.aws.errors import explain_error

JOB_RUN_QUOTA_CODE = "L-5E4153CA"
"""The code of Glue's quota "Max concurrent job runs per account"."""


class QuotaReader(Protocol):
    """The client of Service Quotas, as far as it is used."""

    def get_service_quota(self, *, ServiceCode: str, QuotaCode: str) -> Mapping[str, Any]:  # noqa: N803
        """Return the applied value of a quota."""


def read_job_run_quota(client: QuotaReader) -> int | None:
    """Return the account's quota of concurrent Glue job runs; None if it cannot be read, for whatever reason of AWS.

    A deployment does not need it, so a missing permission is not reported.
    https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
    """
    try:
        found = client.get_service_quota(ServiceCode="glue", QuotaCode=JOB_RUN_QUOTA_CODE)
    except Exception as error:
        if explain_error(error) is None:
            raise
        return None
    value = found.get("Quota", {}).get("Value")
    return None if value is None else int(value)
