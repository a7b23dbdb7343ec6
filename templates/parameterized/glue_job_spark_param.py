"""Add the id of the run to each row: an example script for the Glue Spark job job-spark-param."""

import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql.functions import lit

arguments = getResolvedOptions(sys.argv, ["JOB_NAME", "job_id"])
glue = GlueContext(SparkContext.getOrCreate())
job = Job(glue)
job.init(arguments["JOB_NAME"], arguments)

orders = glue.spark_session.createDataFrame([(1, 120.5), (3, 79.5)], ["id", "amount"])
orders.withColumn("job_id", lit(arguments["job_id"])).show()

job.commit()
