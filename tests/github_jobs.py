"""Jobs of GitHub Actions as a runner runs them: step by step, each command in a shell, in a workspace of the job.

The runner evaluates the expressions that the workflows contain, and no others. Of the actions, it knows what these
workflows use: they check out, install Python, keep artifacts, and assume a role.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.template_yaml import yaml_1_2

_EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
_NAME = re.compile(r"('[^']*')|\b([A-Za-z_][\w-]*(?:\.[\w-]+)+)")

Assume = Callable[[str, str], Mapping[str, str]]
"""Returns the variables with the credentials of a role in a Region."""


@dataclass(kw_only=True)
class JobRun:
    """How a job ended, what it printed, and what it gives to later jobs."""

    result: str
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    environment: str = ""
    """The environment whose reviewers have approved it."""
    roles: list[str] = field(default_factory=list)
    summary: str = ""


class Workflow:
    """A run of a workflow over the source in a folder; `work` is where its jobs are.

    `environment` has the variables of the runner, `github` and `variables` the contexts of these names.
    """

    def __init__(
        self,
        text: str,
        *,
        source: Path,
        work: Path,
        environment: Mapping[str, str],
        github: Mapping[str, Any],
        assume: Assume,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._data: Any = yaml_1_2(text)
        self._source, self._work, self._environment = source, work, environment
        self._github, self._variables, self._assume = github, variables or {}, assume
        self.artifacts: dict[str, Path] = {}
        self.runs: dict[str, JobRun] = {}
        self.on_step: Callable[[JobRun], None] = lambda _: None
        """Is called after each command."""

    def run(self, *names: str) -> dict[str, JobRun]:
        """Run these jobs in their order, all unless told, and return all runs. A job of a matrix has its number."""
        for name, job in self._data["jobs"].items():
            if names and name not in names:
                continue
            if not self._starts(job):
                self.runs[name] = JobRun(result="skipped")
                continue
            rows = job.get("strategy", {}).get("matrix", {}).get("include", [{}])
            runs = [self._run_job(f"{name}-{number}", job, row) for number, row in enumerate(rows)]
            for number, one in enumerate(runs if len(rows) > 1 else []):
                self.runs[f"{name}-{number}"] = one
            self.runs[name] = next((one for one in runs if one.result != "success"), runs[0])
        return self.runs

    def _starts(self, job: Mapping[str, Any]) -> bool:
        needs = [job["needs"]] if isinstance(job.get("needs"), str) else job.get("needs", [])
        condition = str(job.get("if", "true"))
        well = all(self.runs[name].result == "success" for name in needs)
        if "cancelled()" not in condition and not well:
            return False
        return condition == "true" or bool(self._evaluate(condition.removeprefix("${{ ").removesuffix(" }}"), {}))

    def _run_job(self, name: str, job: Mapping[str, Any], matrix: Mapping[str, str]) -> JobRun:
        workspace = self._work / name
        workspace.mkdir(parents=True)
        run = JobRun(result="success", environment=job.get("environment", {}).get("name", ""))
        contexts: dict[str, Any] = {
            "matrix": {key: self._fill(str(value), {}) for key, value in matrix.items()},
            "steps": {},
        }
        known = {**self._environment, **self._fill_all({**self._data.get("env", {}), **job.get("env", {})}, contexts)}
        for number, step in enumerate(job["steps"]):
            if run.result == "failure" and "if" not in step:
                continue
            if "uses" in step:
                assert step.get("if", "${{ !cancelled() }}") == "${{ !cancelled() }}"
                known |= self._use(step, workspace, contexts, run)
                continue
            files = {key: self._work / f"{name}.{number}.{key}" for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
            own = {
                **known,
                **{key: str(path) for key, path in files.items()},
                **self._fill_all(step.get("env", {}), contexts),
            }
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=workspace,
                env=own,
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            assert "${{" not in step["run"]  # what a person writes is never a part of a script
            run.log += done.stdout
            self.on_step(run)
            if done.returncode:
                run.result = "failure"
                continue
            lines = files["GITHUB_OUTPUT"].read_text().splitlines() if files["GITHUB_OUTPUT"].exists() else []
            contexts["steps"][step.get("id", "")] = {"outputs": dict(line.split("=", 1) for line in lines)}
            if files["GITHUB_STEP_SUMMARY"].exists():
                run.summary += files["GITHUB_STEP_SUMMARY"].read_text()
        if run.result == "success":
            run.outputs = self._fill_all(job.get("outputs", {}), contexts)
        return run

    def _use(
        self, step: Mapping[str, Any], workspace: Path, contexts: Mapping[str, Any], run: JobRun
    ) -> Mapping[str, str]:
        """Do what the action does, and return the variables that it sets."""
        given = self._fill_all(step.get("with", {}), contexts)
        match step["uses"].partition("@")[0]:
            case "actions/checkout":
                assert given == {"persist-credentials": "False"}
                shutil.copytree(self._source, workspace, dirs_exist_ok=True)
            case "actions/setup-python":
                pass
            case "actions/upload-artifact":
                if (workspace / given["path"]).exists():
                    self.artifacts[given["name"]] = workspace / given["path"]
            case "actions/download-artifact":
                chosen = given.get("name") or given["pattern"].replace("*", "")
                for name, folder in self.artifacts.items():
                    if name.startswith(chosen):
                        shutil.copytree(folder, workspace / given["path"], dirs_exist_ok=True)
            case "aws-actions/configure-aws-credentials":
                run.roles.append(given["role-to-assume"])
                return self._assume(given["role-to-assume"], given["aws-region"])
            case other:
                raise AssertionError(other)
        return {}

    def _fill_all(self, values: Mapping[str, Any], contexts: Mapping[str, Any]) -> dict[str, str]:
        return {name: self._fill(str(value), contexts) for name, value in values.items()}

    def _fill(self, text: str, contexts: Mapping[str, Any]) -> str:
        return _EXPRESSION.sub(lambda found: str(self._evaluate(found[1], contexts)), text)

    def _evaluate(self, expression: str, contexts: Mapping[str, Any]) -> Any:
        """Return the value of an expression: names, texts, comparisons, and, or, and `!cancelled()`."""
        needs = {name: {"result": run.result, "outputs": run.outputs} for name, run in self.runs.items()}
        roots = {"github": self._github, "vars": self._variables, "needs": needs, **contexts}

        def find(match: re.Match[str]) -> str:
            if match[1] is not None:
                return match[1]
            value: Any = roots
            for part in match[2].split("."):
                value = value.get(part, "")
            return repr(value)

        code = _NAME.sub(find, expression.replace("!cancelled()", "True"))
        return eval(code.replace("&&", " and ").replace("||", " or "), {"__builtins__": {}})  # noqa: S307 - our own
