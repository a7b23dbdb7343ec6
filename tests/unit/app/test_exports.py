"""What `sfnorch` exports: each name is imported when it is used, and none of them loads a terminal library."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sfnorch
import sfnorch.app

pytestmark = pytest.mark.slow  # they start whole processes

OFFLINE = """
import sys, sfnorch
loaded = sorted(name for name in sys.modules if name.partition(".")[0] == "sfnorch")
assert loaded == ["sfnorch", "sfnorch.version"], loaded
plan = sfnorch.parse_plan("pattern: master-child\\nchildren: [{name: a, jobs: [b]}]\\n")
sfnorch.render(plan), sfnorch.lint(plan=plan), sfnorch.simulate(sfnorch.SimulateRequest(plan=plan)), sfnorch.draw(plan=plan)
"""
ALL = """
import sys, sfnorch
for name in sfnorch.__all__:
    getattr(sfnorch, name)
"""
CHECK = "print([name for name in sys.modules if name.partition('.')[0] in ('click', 'rich')])"


def test_each_exported_name_can_be_imported():
    for name in sfnorch.app.__all__:
        assert getattr(sfnorch, name) is getattr(sfnorch.app, name)
    assert sorted(sfnorch.app._MODULES) == sorted(sfnorch.app.__all__) == sorted(set(sfnorch.__all__))
    assert set(sfnorch.app.__all__) <= set(dir(sfnorch))


@pytest.mark.parametrize("module", [sfnorch, sfnorch.app])
def test_another_name_is_an_error(module: object):
    with pytest.raises(AttributeError, match=r"'sfnorch(\.app)?' has no attribute 'nothing'"):
        getattr(module, "nothing")  # noqa: B009


@pytest.mark.parametrize("program", [OFFLINE, ALL], ids=["offline", "all"])
def test_no_name_loads_click_or_rich(program: str):
    done = subprocess.run([sys.executable, "-c", f"{program}\n{CHECK}"], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("[]\n", "", 0)
