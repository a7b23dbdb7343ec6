"""What cfn-lint has found in a template is kept whole for the next run of the tests, and for nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from cfnlint.config import ConfigMixIn
from cfnlint.runner import Runner

from tests import lint_once
from tests.lint_kept import Store
from tests.unit.test_quick_libraries import faulty

TODAY = date(2026, 1, 1)
KEY = ("settings", "template")


def test_what_was_found_is_read_as_it_was(tmp_path: Path):
    runner = Runner(ConfigMixIn(regions=["us-east-1"]))
    found = list(lint_once.look(runner, faulty()))
    Store(tmp_path, TODAY).keep(runner, KEY, found)

    kept = Store(tmp_path, TODAY).found(runner, KEY)

    assert kept is not None
    assert [repr(vars(match)) for match in kept] == [repr(vars(match)) for match in found]
    assert all(match.rule is runner.rules[match.rule.id] for match in kept)
    assert Store(tmp_path, TODAY).found(runner, ("settings", "another template")) is None

    usual, runner.config = runner.config, ConfigMixIn(regions=["us-east-1"], append_rules=[str(tmp_path)])
    assert Store(tmp_path, TODAY).found(runner, KEY) is None

    runner.config = usual
    assert Store(tmp_path, TODAY + timedelta(days=1)).found(runner, KEY) is None
    assert Store(tmp_path, TODAY).found(runner, KEY) is None  # the store of another day has removed it
