"""Crawls: runs of Glue crawlers.

https://docs.aws.amazon.com/glue/latest/webapi/API_StartCrawler.html
https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawler.html
https://docs.aws.amazon.com/glue/latest/webapi/API_LastCrawlInfo.html
"""

from __future__ import annotations

from sfnorch.calls.call import Call, RequiredActions, ResourceArgument, StartedRun

_CRAWLER = ResourceArgument(service="glue", prefix="crawler/", argument="Name", is_always_name=True)

TRANSIENT = (
    "Glue.OperationTimeoutException",
    "Glue.InternalServiceException",
    "Glue.AWSGlueException",  # the name of Glue's throttling error
    "Glue.ThrottlingException",
    "Glue.GlueException",  # how the SDK integration reports errors that are not in the list of the API action
    "Glue.SdkClientException",
)

RUNS_ALREADY = "Glue.CrawlerRunningException"
"""The error of Glue while the crawler runs or is being stopped."""

START_CRAWLER = Call(
    resource="aws-sdk:glue:startCrawler",
    grants=(RequiredActions(actions=("glue:StartCrawler",), on=_CRAWLER),),
    transient=TRANSIENT,
    permanent=("Glue.EntityNotFoundException",),
    starts=StartedRun(kind="crawl", named_by="Name"),
)
GET_CRAWLER = Call(
    resource="aws-sdk:glue:getCrawler",
    grants=(RequiredActions(actions=("glue:GetCrawler",), on=_CRAWLER),),
    transient=TRANSIENT,
    permanent=("Glue.EntityNotFoundException",),
    is_part=True,
)
STOP_CRAWLER = Call(
    resource="aws-sdk:glue:stopCrawler",
    grants=(RequiredActions(actions=("glue:StopCrawler",), on=_CRAWLER),),
    transient=TRANSIENT,
    is_part=True,
)

CALLS = (START_CRAWLER, GET_CRAWLER, STOP_CRAWLER)
