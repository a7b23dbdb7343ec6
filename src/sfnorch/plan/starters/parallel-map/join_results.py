"""Join the results of the branches."""


def handler(event, context):
    """Return the summary of the whole run."""
    regions = sorted(event["summaries"], key=lambda summary: summary["region"])
    return {
        "total": round(sum(region["total"] for region in regions), 2),
        "regions": regions,
        "profile": event["profile"],
    }
