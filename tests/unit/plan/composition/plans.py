"""A valid plan of each pattern with included files, defaults and environments."""

from __future__ import annotations

from typing import Any

MASTER_CHILD: dict[str, Any] = {
    "pattern": "master-child",
    "name": "orders",
    "schedule": "cron(0 3 * * ? *)",
    "parameters": {"mode": {"type": "enum", "values": ["full", "delta"], "default": "full"}},
    "starts": [{"name": "late", "schedule": "rate(2 days)"}],
    "defaults": {"worker_type": "G.1X", "number_of_workers": 10, "arguments": {"--db": "raw"}},
    "children": [
        {
            "name": "orders",
            "defaults": {"retries": 2},
            "jobs": ["extract-orders", {"name": "clean-orders", "arguments": {"--db": "clean"}}],
        },
        {"jobs": ["load-prices"]},
    ],
    "environments": {
        "dev": {"schedule": None, "defaults": {"number_of_workers": 2}, "children": {"child-2": None}},
        "prod": {
            "account": "123456789012",
            "region": "eu-central-1",
            "job_suffix": "-prod",
            "params": {"mode": "delta"},
            "parameters": {"Environment": "prod"},
            "jobs": {"clean-orders": {"number_of_workers": 40}},
            "alerts": {"emails": ["oncall@example.com"]},
            "starts": {"late": {"schedule": "rate(1 day)"}},
            "children": {
                "returns": {"after": "orders", "jobs": ["load-returns"]},
                "orders": {"jobs": {"load-orders": {"add": True, "timeout_minutes": 5}}},
            },
        },
    },
}
DYNAMIC: dict[str, Any] = {
    "pattern": "dynamic",
    "defaults": {"timeout_minutes": 60},
    "jobs": ["a", {"name": "b", "retries": 1}],
    "allowed_jobs": ["etl-*", "b"],
    "environments": {
        "dev": {"job_name": "{environment}-{name}", "jobs": {"b": None}},
        "prod": {"jobs": {"a": {"retries": 3}, "c": {"before": "b"}}, "stack_name": "prod-stack"},
    },
}
DAG: dict[str, Any] = {
    "pattern": "dag",
    "defaults": {"execution_class": "FLEX", "arguments": {"--db": "raw"}},
    "tasks": [
        {"name": "a", "glue_job": "load-a"},
        {"name": "b", "lambda": "clean", "needs": ["a"], "input": {"x": 1}},
        {"name": "c", "glue_job": "load-c", "needs": ["a"], "execution_class": "STANDARD"},
    ],
    "environments": {
        "dev": {"tasks": {"b": "none", "c": {"needs": []}}},
        "prod": {"jobs": {"load-c": {"retries": 2}}, "tasks": {"d": {"add": True, "glue_job": "load-d"}}},
    },
}
FLOW: dict[str, Any] = {
    "pattern": "flow",
    "defaults": {"retry": 2, "timeout": "1h"},
    "steps": [
        {"name": "a", "glue_job": "load-a", "save_as": "a"},
        {
            "name": "both",
            "parallel": [
                [{"name": "c", "glue_job": "load-c", "on_error": {"steps": [{"name": "d", "wait": "5s"}]}}],
                [{"name": "e", "for_each": {"items": [1], "steps": [{"name": "f", "glue_job": "load-f"}]}}],
            ],
        },
    ],
    "environments": {
        "dev": {
            "steps": {"f": {"retry": 1}, "g": {"before": "c", "wait": "1s"}, "d": None, "h": {"after": "f", "wait": 1}}
        },
        "prod": {"job_suffix": "-prod", "jobs": {"load-f": {"timeout": "2h"}}},
    },
}
CONTINUOUS: dict[str, Any] = {
    "pattern": "continuous",
    "workflow": "ingest",
    "environments": {"dev": {"workflow": "ingest-dev", "max_runs": 1}, "prod": {"pause": "10m"}},
}
PLANS: dict[str, dict[str, Any]] = {plan["pattern"]: plan for plan in (MASTER_CHILD, DYNAMIC, DAG, FLOW, CONTINUOUS)}
