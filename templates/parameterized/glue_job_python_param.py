"""Print the id of the run: an example script for the Glue Python shell job job-python-param."""

import sys

from awsglue.utils import getResolvedOptions

arguments = getResolvedOptions(sys.argv, ["job_id"])
print(f"processing run {arguments['job_id']}")
