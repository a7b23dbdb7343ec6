"""Examples with long texts and lists, which a table would hide: what is cut, and where."""

from __future__ import annotations

import json
from typing import Any

LONG = "x" * 600
CUT = "x" * 500

_MANY = [{"task": f"t{number}", "error": "E", "message": "m"} for number in range(1, 202)]
_RESUME = "Resume: now"

LONG_EXAMPLES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("integrations", "failed_start"): [
        {
            "name": "a long cause",
            "states": {"input": "a", "errorOutput": {"Error": "E", "Cause": LONG}},
            "output": {"key": "a", "error": "E", "message": CUT, "looks": 0},
        }
    ],
    ("patterns.continuous", "loop_failed"): [
        {
            "name": "a long message",
            "variables": {"workflow": "w"},
            "states": {"input": {"error": "E", "message": LONG * 2}},
            "output": json.dumps({"workflow": "w", "error": "E", "message": "x" * 1_000}, separators=(",", ":")),
        }
    ],
    ("patterns.continuous", "wrong_input"): [
        {
            "name": "a long input",
            "states": {"input": LONG},
            "output": "the input must have workflow_name, a string; it can have run_id, a run to continue, and runs, the"
            f" number of runs so far; got {CUT}",
        }
    ],
    ("patterns.dag", "wrong_input"): [
        {
            "name": "a long list",
            "variables": {"tasks": ["a"], "done": LONG},
            "output": f"done must be a list of names of tasks, such as [a]; got {CUT}",
        }
    ],
    ("patterns.dag", "tasks_failed"): [
        {
            "name": "many failures",
            "variables": {"failed": [{"task": "x" * 40_000, "error": "E"}]},
            "output": ("2 of 3: " + "x" * 40_000)[:30_000],
        }
    ],
    ("patterns.dag", "failure_message"): [
        {
            "name": f"{count} failures",
            "variables": {"failed": _MANY[:count], "blocked": [{"task": "b", "by": "t1"}, {"task": "c", "by": "t1"}]},
            "output": "\n".join(
                [
                    "1 of 3 tasks failed, 2 more were blocked in etl (prod).",
                    *(f"\nt{number} failed: E\n  m" for number in range(1, 101)),
                    *([f"\nand {count - 100} more: {more}"] if more else []),
                    "\nNot run, because a task that they need failed:\n  b (by t1)\n  c (by t1)",
                    "\nMaster: states#/v2/executions/details/arn:1",
                    _RESUME,
                ]
            ),
        }
        for count, more in ((100, ""), (101, "t101"), (201, ", ".join(f"t{number}" for number in range(101, 201))))
    ],
    ("patterns.dynamic", "outcomes"): [
        {
            "name": "many failures share the length of the cause",
            "values": {"length": 1_000},
            "programs": {"run_id": "$nothing", "log_group": '"/g"', "message": "cause"},
            "states": {"input": {"jobs": [{"job": "a", "status": "FAILED", "error": "E", "cause": LONG * 2}] * 20}},
            "output": [{"job": "a", "status": "FAILED", "logGroup": "/g", "error": "E", "message": "x" * 800}] * 20,
        }
    ],
    ("patterns.flow", "resumed_step"): [
        {"name": "a long text", "states": {"input": {"resumeAt": LONG}}, "output": f"no step: {CUT}"}
    ],
    ("patterns.flow", "wrong_input"): [
        {
            "name": "a long input",
            "variables": {"steps": ["a"], "input": LONG, "resumeAt": None},
            "output": "the input must be an object; to resume a run, its resumeAt is {step, variables}, with a step of a;"
            f" got {CUT}, resumed at null",
        }
    ],
    ("patterns.master_child", "children_failed"): [
        {
            "name": "a long error",
            "variables": {"summary": "all"},
            "states": {"input": {"children": [{"child": "a", "status": "FAILED", "error": "x" * 40_000}]}},
            "output": ("all: a (" + "x" * 40_000)[:30_000],
        }
    ],
    ("patterns.master_child", "plain_message"): [
        {
            "name": "a long cause",
            "variables": {
                "summary": "all",
                "resume": _RESUME,
                "failed": [{"child": "a", "error": "E", "cause": "x" * 250_000}],
            },
            "output": ("all\n\na: E\n" + "x" * 250_000)[:200_000] + f"\n\n{_RESUME}",
        }
    ],
    ("patterns.master_child", "wrong_threads"): [
        {
            "name": "a long text",
            "variables": {"children": ["a"], "threads": LONG},
            "output": "threads must be a list of objects {threadId, glueJobs, arguments, child, skip}, each for a different "
            f"child of a; arguments are {{--NAME: text}}; got {CUT}",
        }
    ],
}
