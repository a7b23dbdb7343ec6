"""Where a Glue job run logs: its log groups and log streams, and the page of the console that lists them.

Every reader takes the rules from here: commands as Python, state machines as JSONata, the exported DAG as a URL.

- `JobRun.LogGroupName` is the log group without its end [measured: public recordings of GetJobRun and of `.sync` tasks
  have `/aws-glue/jobs` and `/aws-glue/python-jobs`]. With a security configuration it is
  `/aws-glue/jobs-ROLE-CONFIGURATION` [documented: JobRun] or `/aws-glue/jobs/CONFIGURATION-role/ROLE` [documented:
  logging]; with `--custom-logGroup-prefix` it is that prefix [assumed]. In each case it is read, not made up.
- The errors are in the log group with `/error` behind that name, standard output in the one with `/output` [documented:
  logging, for all of these but Python shell jobs; measured for those].
- A run's log streams begin with its id: `ID` is the driver's and `ID_g-…` an executor's up to Glue 4.0 and in Python
  shell jobs [measured]; `ID-driver`, `ID-1` and `ID-progress-bar` from Glue 5.0 on [documented]. So the console's page
  of the log group filters by the id, as AWS's page about viewing logs says.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging-view.html
"""

from __future__ import annotations

import re
from urllib.parse import quote

DEFAULT_LOG_GROUP = "/aws-glue/jobs"
"""What a Spark job's runs log under, unless its settings say otherwise."""

_ERROR = "/error"
STREAM_PREFIX = "--custom-logStream-prefix"
"""The argument of a run that names its log streams otherwise: `PREFIX-driver`."""

CONSOLE_PAGE = "logsV2:log-groups/log-group/{log_group}$3FlogStreamNameFilter$3D{run_id}"
"""The CloudWatch console's page of a log group's streams whose names begin with the run's id, to stand behind `#`."""

# \x5c is the backslash: JSONata takes a bracket behind a written one for escaped, and then finds no end of the regex.
# The last match counts: a run's arguments, which may hold any key, stand before it.
LOG_GROUP = r"""$match(<<cause>>, /"LogGroupName": ?"([^"]+)"/)[-1].groups[0]"""
"""JSONata: the log group in the description of a job run; nothing where `<<cause>>` holds none, or a part of one."""

NESTED_LOG_GROUP = r"""$match(<<cause>>, /"[lL]ogGroup\w*\x5c*": ?\x5c*"([^"\x5c]+)\x5c*"/)[-1].groups[0]"""
"""JSONata: the same, also where `<<cause>>` is the failure of a step or of an execution that holds the description."""

_LOG_GROUP = re.compile(r'"LogGroupName": ?"([^"]+)"')


def log_group_in(cause: str) -> str:
    """Return the log group in the description of a job run, which may be cut off; empty where it holds none."""
    found = _LOG_GROUP.findall(cause)
    return found[-1] if found else ""


def error_log_group(log_group: str = "") -> str:
    """Return the log group with the errors of a run of this `LogGroupName`; without one, of a Spark job's."""
    return f"{log_group or DEFAULT_LOG_GROUP}{_ERROR}".replace("//", "/")


def is_stream_of(stream: str, run_id: str) -> bool:
    """Return whether a log stream whose name begins with the run's id has the run's log.

    Glue's own retries of the run have ids that begin with its id too. [measured]
    """
    rest = stream.removeprefix(run_id)
    return not rest.startswith("_attempt_") and not rest.endswith("-progress-bar")


def driver_streams(prefix: str) -> tuple[str, ...]:
    """Return what the driver's log stream may be called; `prefix` is the run's id or a prefix of the user's."""
    return prefix, f"{prefix}-driver"


def console_page(log_group: str, run_id: str) -> str:
    """Return the CloudWatch console's page of the run's error log, to stand behind `#`.

    The console encodes names twice, with `$` for the second `%`: `/` is `$252F` [measured].
    """
    log_group, run_id = (quote(name, safe="").replace("%", "$25") for name in (error_log_group(log_group), run_id))
    return CONSOLE_PAGE.format(log_group=log_group, run_id=run_id)


def console_page_code(log_group: str, run_id: str) -> str:
    """Return the JSONata of `console_page` for these two, which are JSONata; `log_group` may yield nothing."""
    group = f'$replace([{log_group}, "{DEFAULT_LOG_GROUP}"][0] & "{_ERROR}", "//", "/")'
    encoded = f'$join($split($encodeUrlComponent({group}), "%"), "$25")'
    return '"' + CONSOLE_PAGE.format(log_group=f'" & {encoded} & "', run_id=f'" & {run_id}')
