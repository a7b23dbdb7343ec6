"""The plan that a template was rendered from. The template's Metadata contains it, and a deployment reads it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/metadata-section-structure.html
"""

from __future__ import annotations

from typing import NamedTuple

from sfnorch.json_values import Json, find_value, read_mapping, read_string

METADATA = "Sfnorch"
"""The key of the template's Metadata section."""

RENDERED_BY = "Rendered by "
"""The beginning of the first comment in every rendered template, including old ones that do not name their plan."""


class Origin(NamedTuple):
    """A plan's pattern, name and environment, and which of its stacks the template is for: the main one, or another."""

    pattern: str
    name: str = ""
    """Empty for a plan without a name."""
    part: str = ""
    """Empty for the main stack."""
    environment: str = ""
    """Empty for a plan without environments."""

    @property
    def metadata(self) -> dict[str, dict[str, str]]:
        """The entries of the template's Metadata section."""
        return {METADATA: {key.capitalize(): value for key, value in self._asdict().items() if value}}

    def can_become(self, later: Origin | None) -> bool:
        """Return whether a stack of this plan can be updated to the later plan.

        It is the same plan, or it had no environments before.
        """
        return later is not None and self in (later, later._replace(environment=""))

    def __str__(self) -> str:
        plan = f"the plan {self.name} ({self.pattern})" if self.name else f"a plan without a name ({self.pattern})"
        plan += f" in the environment {self.environment}" if self.environment else ""
        return f"the {self.part} of {plan}" if self.part else plan


def read_origin(template: Json) -> Origin | None:
    """Return the plan in the Metadata of a template's data; None if there is none."""
    entry = read_mapping(find_value(template, "Metadata", METADATA))
    values = {key: read_string(entry.get(key.capitalize())) for key in Origin._fields}
    return Origin(**values) if values["pattern"] else None


def is_rendered(text: str) -> bool:
    """Return whether a template's text begins with the comment of sfnorch."""
    return text.startswith(f"# {RENDERED_BY}") and "sfnorch" in text.partition("\n")[0]
