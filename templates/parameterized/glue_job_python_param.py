"""A Glue Python shell job that takes the run's id: the script of job-python-param."""

import sys

from awsglue.utils import getResolvedOptions

arguments = getResolvedOptions(sys.argv, ["job_id"])
print(f"processing run {arguments['job_id']}")
