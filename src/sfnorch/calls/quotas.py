"""Default quotas of AWS that limit how much runs at the same time."""

from __future__ import annotations

MAX_JOB_RUNS = 200
"""The number of concurrent Glue job runs that an account can have by default, which AWS raises on request.

A public listing of Service Quotas has 200, an older answer on re:Post 50, a newer page 2,000: it differs by account.
https://docs.aws.amazon.com/general/latest/gr/glue.html (documented; the value assumed)
"""

MAX_CHILD_EXECUTIONS = 10_000
"""The largest number of concurrent child executions of a distributed Map, and the number by default.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html (documented)
"""
