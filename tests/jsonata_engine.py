"""Evaluating the expressions of a definition, as Step Functions would: JSONata with $parse and $hash, over given variables."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from jsonata import Jsonata


def evaluate(value: Any, **variables: Any) -> Any:
    """What a field's value comes to: expressions in it are evaluated, all else stays."""
    if isinstance(value, dict):
        return {key: evaluate(item, **variables) for key, item in value.items()}
    if isinstance(value, list):
        return [evaluate(item, **variables) for item in value]
    if not (isinstance(value, str) and value.startswith("{%") and value.endswith("%}")):
        return value
    bound = "".join(f"${name} := {json.dumps(item)}; " for name, item in variables.items())
    compiled = Jsonata(f"({bound}{value[2:-2]})")
    compiled.register_lambda("parse", lambda text: json.loads(text))
    compiled.register_lambda("hash", lambda text, _: hashlib.sha256(text.encode()).hexdigest())
    return json.loads(json.dumps(compiled.evaluate(None)))
