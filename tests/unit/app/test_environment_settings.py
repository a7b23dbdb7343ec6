"""Which profile of an environment is used: none where the process has credentials, as in a CI."""

from __future__ import annotations

from pathlib import Path

import pytest

from sfnorch.app.environment_settings import choose_profile
from sfnorch.plan.environments import PlanChoice, load_environment


@pytest.mark.parametrize(
    ("variable", "profile"),
    [
        ("", "data-prod"),
        ("AWS_ACCESS_KEY_ID", None),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", None),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", None),
        ("AWS_REGION", "data-prod"),
    ],
)
def test_a_profile_gives_way_to_credentials_in_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, profile: str | None
):
    plan = tmp_path / "sfnorch.yaml"
    plan.write_text("pattern: dynamic\nenvironments: {prod: {profile: data-prod}}\n")
    if variable:
        monkeypatch.setenv(variable, "x")
    assert choose_profile(load_environment(PlanChoice(plan, "prod"))) == profile
