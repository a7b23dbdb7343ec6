"""The plan that a template is rendered from: written into the template's Metadata, read before a deployment.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/metadata-section-structure.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

METADATA = "Sfnorch"
"""The key of the template's Metadata section."""

RENDERED_BY = "Rendered by "
"""How the first comment of every rendered template begins, also of those that do not name their plan yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A plan's pattern and name, and the part of its delivery that the template is of: its stack, or its pipeline."""

    pattern: str
    name: str = ""
    """Empty for a plan without a name."""
    part: str = ""
    """Empty for the plan's own stack."""

    @property
    def metadata(self) -> dict[str, dict[str, str]]:
        """The entries of the template's Metadata section."""
        return {METADATA: {key.capitalize(): value for key, value in asdict(self).items() if value}}

    def __str__(self) -> str:
        plan = f"the plan {self.name} ({self.pattern})" if self.name else f"a plan without a name ({self.pattern})"
        return f"the {self.part} of {plan}" if self.part else plan


def origin_of(template: Mapping[str, Any]) -> Origin | None:
    """Return the plan that a template's data names, None where it names none."""
    metadata = template.get("Metadata")
    entry = metadata.get(METADATA) if isinstance(metadata, Mapping) else None
    if not isinstance(entry, Mapping) or not isinstance(entry.get("Pattern"), str):
        return None
    texts = {key: entry[key.capitalize()] for key in ("name", "part") if isinstance(entry.get(key.capitalize()), str)}
    return Origin(pattern=entry["Pattern"], **texts)


def is_rendered(text: str) -> bool:
    """Return whether a template's text begins as sfnorch renders it."""
    return text.startswith(f"# {RENDERED_BY}") and "sfnorch" in text.partition("\n")[0]
