# Newer Amazon providers wait for this number of polls of a run, older ones until it ends.
KNOWN = inspect.signature(GlueJobOperator.__init__).parameters
YEAR_OF_LOOKS = {"waiter_delay": 30, "waiter_max_attempts": 1051200}
# Transient errors, and the seconds to wait after each.
PASSING = [
    "ConcurrentRunsExceededException",
    "InternalServiceException",
    "OperationTimeoutException",
    "ResourceNumberLimitExceededException",
    "ThrottlingException",
]
WAITS = [10, 20, 40, 80, 160, 320, 640]


class GlueJob(GlueJobOperator):
    """A run of a Glue job whose start is retried after transient errors."""

    def execute(self, context):
        for wait in WAITS:
            try:
                return super().execute(context)
            except ClientError as error:
                if error.response["Error"]["Code"] not in PASSING:
                    raise
            time.sleep(wait)
        return super().execute(context)
