"""Jobs of GitLab CI/CD as a runner runs them: the script of a job in one shell, in a folder of the job.

https://docs.gitlab.com/ci/yaml/
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.github_jobs import Assume
from tests.template_yaml import yaml_1_2

_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_OTHERS = ("stages", "workflow", "variables", "default")
_RULES = {
    '$CI_PIPELINE_SOURCE == "merge_request_event"': "merge request",
    "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH": "main",
}


@dataclass(kw_only=True)
class JobRun:
    """How a job ended, what it printed, and what it gives to later jobs."""

    succeeded: bool
    log: str
    folder: Path
    paths: list[str]
    dotenv: dict[str, str] = field(default_factory=dict)


class Pipeline:
    """A pipeline over the source in a folder, of a merge request or of main; `work` is where its jobs are."""

    def __init__(
        self,
        text: str,
        event: str,
        *,
        source: Path,
        work: Path,
        environment: Mapping[str, str],
        assume: Assume,
    ) -> None:
        self._data: Any = yaml_1_2(text)
        self._source, self._work, self._environment, self._assume = source, work, environment, assume
        self.jobs = {
            name: self._extended(job)
            for name, job in self._data.items()
            if name not in _OTHERS and not name.startswith(".") and _takes(job, event)
        }
        assert {job["stage"] for job in self.jobs.values()} <= set(self._data["stages"])
        assert {_RULES[rule["if"]] for rule in self._data["workflow"]["rules"]} == set(_RULES.values())
        self.runs: dict[str, JobRun] = {}
        self.on_job: Callable[[str], None] = lambda _: None
        """Is called after each job, with its role."""

    @property
    def manual(self) -> list[str]:
        """The jobs that a person starts."""
        return [name for name, job in self.jobs.items() if job.get("rules", [{}])[0].get("when") == "manual"]

    def run(self, *names: str) -> JobRun:
        """Run these jobs, up to the first that fails, and return the last run."""
        for name in names:
            self.runs[name] = run = self._run_job(name, self.jobs[name])
            if not run.succeeded:
                break
        return run

    def _extended(self, job: Mapping[str, Any]) -> dict[str, Any]:
        base = self._data[job["extends"]] if "extends" in job else {}
        return {**base, **job}

    def _run_job(self, name: str, job: Mapping[str, Any]) -> JobRun:
        folder = self._work / name
        if job.get("variables", {}).get("GIT_STRATEGY") == "none":
            folder.mkdir(parents=True)
        else:
            shutil.copytree(self._source, folder)
        known = {**self._environment, **self._data["variables"], "AWS_TOKEN": "a token"}
        assert ("id_tokens" in job) == ("AWS_ROLE_ARN" in job.get("variables", {}))
        for needed in (self.runs[each] for each in job.get("needs", ())):
            known |= needed.dotenv
            for path in needed.paths:
                if (needed.folder / path).is_dir():
                    shutil.copytree(needed.folder / path, folder / path, dirs_exist_ok=True)
        for variable, value in job.get("variables", {}).items():
            known[variable] = _VARIABLE.sub(lambda found: known[found[1]], str(value))
        if role := known.get("AWS_ROLE_ARN"):
            known |= self._assume(role, known["AWS_DEFAULT_REGION"])
        script = "\n".join((*job.get("before_script", ()), *job["script"]))
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", script],
            cwd=folder,
            env=known,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.on_job(role or "")
        artifacts = job.get("artifacts", {})
        run = JobRun(succeeded=done.returncode == 0, log=done.stdout, folder=folder, paths=artifacts.get("paths", []))
        if run.succeeded and (report := artifacts.get("reports", {}).get("dotenv")):
            lines = (folder / report).read_text().splitlines()
            run.dotenv = dict(line.split("=", 1) for line in lines)
        return run


def _takes(job: Mapping[str, Any], event: str) -> bool:
    """Return whether the rules of the job include it in the pipeline of this event."""
    return "rules" not in job or any(_RULES[rule["if"]] == event for rule in job["rules"])
