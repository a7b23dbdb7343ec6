"""The table of Glue's worker types, from botocore's service model."""

from __future__ import annotations

import json
import re

from botocore.loaders import Loader

from sfnorch.plan.worker_types import WORKER_TYPES

_NAMED = re.compile(r"\b[A-Z]\.[0-9]{1,3}X\b")


def model_worker_types() -> set[str]:
    """Return the worker types that the installed service model knows: its enum's, and those that its texts name."""
    model = Loader().load_service_model("glue", "service-2")
    return {*model["shapes"]["WorkerType"]["enum"], *_NAMED.findall(json.dumps(model))}


def worker_types_text() -> str:
    """Return the module with the table. A type that it has stays, since an older botocore may not know it yet."""
    known = sorted({*WORKER_TYPES, *model_worker_types()}, key=_size)
    rows = "".join(f'    "{name}",\n' for name in known)
    return (
        '"""Glue\'s worker types, from botocore\'s service model; `make golden` renews this file.\n\n'
        "The enum of the model lacks types that its descriptions name (G.12X, R.1X …); they are included here.\n"
        'https://docs.aws.amazon.com/glue/latest/dg/worker-types.html\n"""\n\n'
        f"WORKER_TYPES = (\n{rows})\n"
    )


def _size(name: str) -> tuple[str, float]:
    """Return what the types are sorted by: `Standard`, then by letter and size; G.025X is a quarter."""
    letter, _, size = name.rpartition(".")
    digits = size.removesuffix("X")
    if not letter:
        return "", 0.0
    return letter, float(f"0.{digits[1:]}") if digits.startswith("0") else float(digits)
