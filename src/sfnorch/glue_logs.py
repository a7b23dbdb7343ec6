"""The logs of a Glue job run: its log groups and log streams, and the console page that lists them.

All code uses the rules of this module: commands in Python, state machines in JSONata (`patterns/causes.py`,
`patterns/console_page.jsonata`), the exported DAG as a URL.

- `JobRun.LogGroupName` is the log group without its suffix [measured: public recordings of GetJobRun and of `.sync`
  tasks have `/aws-glue/jobs` and `/aws-glue/python-jobs`]. With a security configuration it is
  `/aws-glue/jobs-ROLE-CONFIGURATION` [documented: JobRun] or `/aws-glue/jobs/CONFIGURATION-role/ROLE` [documented:
  logging]. With `--custom-logGroup-prefix` it is that prefix [assumed]. The code always uses the name from the job run.
- The errors are in the log group with the suffix `/error`, the standard output in the one with `/output` [documented:
  logging, except for Python shell jobs; measured for these].
- The names of a run's log streams begin with its id. Up to Glue 4.0 and in Python shell jobs, `ID` is the driver and
  `ID_g-…` an executor [measured]. From Glue 5.0 on, they are `ID-driver`, `ID-1` and `ID-progress-bar` [documented].
  Therefore the console page of the log group filters by the id, as the AWS page about viewing logs describes.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-view.html
"""

from __future__ import annotations

import re
from urllib.parse import quote

DEFAULT_LOG_GROUP = "/aws-glue/jobs"
"""The default log group of a Spark job's runs, without its suffix."""

ERROR_SUFFIX = "/error"
"""The end of the name of a log group with errors."""

STREAM_PREFIX = "--custom-logStream-prefix"
"""The argument of a run that sets the prefix of its log streams: `PREFIX-driver`."""

CONSOLE_PAGE = "logsV2:log-groups/log-group/{log_group}$3FlogStreamNameFilter$3D{run_id}"
"""The fragment (after `#`) of the CloudWatch console page with the streams whose names begin with the run's id."""

_LOG_GROUP = re.compile(r'"LogGroupName": ?"([^"]+)"')


def parse_log_group(cause: str) -> str:
    """Return the log group in the description of a job run, which can be cut off; empty if it has none."""
    found = _LOG_GROUP.findall(cause)
    return found[-1] if found else ""


def build_error_log_group(log_group: str = "") -> str:
    """Return the log group with the errors of a run with this `LogGroupName`; by default, that of a Spark job."""
    return f"{log_group or DEFAULT_LOG_GROUP}{ERROR_SUFFIX}".replace("//", "/")


def is_stream_of(stream: str, run_id: str) -> bool:
    """Return whether a log stream whose name begins with the run's id contains the run's log.

    The ids of Glue's retries of the run begin with its id too. [measured]
    """
    rest = stream.removeprefix(run_id)
    return not rest.startswith("_attempt_") and not rest.endswith("-progress-bar")


def list_driver_streams(prefix: str) -> tuple[str, ...]:
    """Return the possible names of the driver's log stream; `prefix` is the run's id or the user's prefix."""
    return prefix, f"{prefix}-driver"


def build_console_page(log_group: str, run_id: str) -> str:
    """Return the fragment (after `#`) of the CloudWatch console page with the run's error log.

    The console encodes names twice, with `$` for the second `%`: `/` is `$252F` [measured].
    """
    log_group, run_id = (
        quote(name, safe="").replace("%", "$25") for name in (build_error_log_group(log_group), run_id)
    )
    return CONSOLE_PAGE.format(log_group=log_group, run_id=run_id)
