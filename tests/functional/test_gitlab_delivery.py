"""`sfnorch init --ci gitlab`: its jobs run command by command, and each role allows what its jobs call."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.delivered import Delivery
from tests.gitlab_jobs import Pipeline
from tests.wire import Wire

pytestmark = pytest.mark.slow  # they start whole processes

NOTES = "/api/v4/projects/5/merge_requests/7/notes"


class GitLab(Delivery):
    """A project on GitLab."""

    def __init__(self, run: Run, folder: Path, wire: Wire, endpoint: str) -> None:
        super().__init__("gitlab", run, folder, wire, endpoint)
        self._numbers = count()

    def start(self, event: str, **variables: str) -> Pipeline:
        """A pipeline whose build has ended."""
        pipeline = Pipeline(
            (self.source / ".gitlab-ci.yml").read_text(),
            event,
            source=self.source,
            work=self.folder / f"run-{next(self._numbers)}",
            environment={**self.environment, **variables},
            assume=self.assume,
        )
        pipeline.on_job = self.note
        build = pipeline.run("build")
        assert build.succeeded, build.log
        self.simplify(build.folder / "built")
        return pipeline


@pytest.fixture
def gitlab(run: Run, tmp_path: Path, wire: Wire, endpoint: str) -> GitLab:
    """A new project, with two accounts that have the buckets of their roles."""
    return GitLab(run, tmp_path, wire, endpoint)


class Notes(ThreadingHTTPServer):
    """The notes of a merge request: those of a person, and those of the token."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _NotesHandler)
        self.notes: list[dict[str, Any]] = [
            {"id": number, "author": {"id": 1}, "body": "<!-- sfnorch -->\nquoted by a person"} for number in range(101)
        ]

    @property
    def address(self) -> str:
        """The address of the API."""
        return f"http://127.0.0.1:{self.server_port}/api/v4"


class _NotesHandler(BaseHTTPRequestHandler):
    server: Notes

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if path == "/api/v4/user":
            self._answer({"id": 2})
            return
        assert path == NOTES
        page = int(dict(pair.split("=") for pair in query.split("&"))["page"])
        shown = self.server.notes[100 * (page - 1) : 100 * page]
        self._answer(shown, str(page + 1) if 100 * page < len(self.server.notes) else "")

    def do_POST(self) -> None:
        assert self.path == NOTES
        self.server.notes.append({"id": len(self.server.notes), "author": {"id": 2}, **self._read()})
        self._answer({})

    def do_PUT(self) -> None:
        number = int(self.path.removeprefix(f"{NOTES}/"))
        self.server.notes[number] |= self._read()
        self._answer({})

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _read(self) -> Any:
        assert self.headers["PRIVATE-TOKEN"] == "a-token"
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, data: object, next_page: str = "") -> None:
        content = json.dumps(data).encode()
        self.send_response(200)
        self.send_header("X-Next-Page", next_page)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def notes() -> Iterator[Notes]:
    """The API of GitLab for the notes."""
    server = Notes()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_main_is_deployed_to_one_environment_after_another(gitlab: GitLab):
    pipeline = gitlab.start("main")
    assert list(pipeline.jobs) == ["build", "review-dev", "deploy-dev", "review-prod", "deploy-prod"]
    assert pipeline.manual == ["deploy-prod"]

    deployed = pipeline.run("review-dev", "deploy-dev")
    assert deployed.succeeded, deployed.log
    assert gitlab.stacks("dev") == {"nightly-etl-dev": "CREATE_COMPLETE"}
    review = pipeline.run("review-prod")
    assert review.succeeded, review.log
    assert gitlab.stacks("prod") == {"nightly-etl-prod": "REVIEW_IN_PROGRESS"}
    end = pipeline.run("deploy-prod")
    assert end.succeeded, end.log
    assert gitlab.stacks("prod") == {"nightly-etl-prod": "CREATE_COMPLETE"}
    (row,) = (
        gitlab.accounts["prod"].client("cloudformation").list_change_sets(StackName="nightly-etl-prod")["Summaries"]
    )
    assert (row["ChangeSetName"], row["ExecutionStatus"]) == (review.dotenv["CHANGE_SET"], "EXECUTE_COMPLETE")

    for environment in ("dev", "prod"):
        assert [gitlab.refuse(environment, end) for end in ("review", "deploy")] == [set(), set()]


def test_what_changes_nothing_is_said_and_the_next_environment_is_reviewed(gitlab: GitLab):
    gitlab.start("main").run("review-dev", "deploy-dev")
    second = gitlab.start("main")
    assert second.run("review-dev", "deploy-dev").log.endswith("Nothing changes.\n")
    assert second.run("review-prod").succeeded


def test_a_newer_review_takes_the_place_of_one_that_waits(gitlab: GitLab):
    old, new = gitlab.start("main"), gitlab.start("main")
    assert old.run("review-dev").succeeded
    plan = gitlab.source / "sfnorch.yaml"
    plan.write_text(plan.read_text().replace("profile: data-dev", "alerts: {emails: [team@example.com]}"))
    new = gitlab.start("main")
    assert new.run("review-dev").succeeded
    late = old.run("deploy-dev")
    assert not late.succeeded
    assert "a newer review or an execution deleted it" in late.log
    assert new.run("deploy-dev").succeeded


def test_a_merge_request_gets_one_note_and_changes_nothing(gitlab: GitLab, notes: Notes):
    gitlab.start("main").run("review-dev", "deploy-dev")
    gitlab.calls.clear()
    given = {"CI_API_V4_URL": notes.address, "CI_PROJECT_ID": "5", "CI_MERGE_REQUEST_IID": "7"}

    def compare(**more: str) -> str:
        pipeline = gitlab.start("merge request", **given, **more)
        assert list(pipeline.jobs) == ["build", "compare-dev", "compare-prod", "comment"]
        comment = pipeline.run("compare-dev", "compare-prod", "comment")
        assert comment.succeeded, comment.log
        return comment.log

    assert compare().endswith("For a note on the merge request, set the variable SFNORCH_GITLAB_TOKEN.\n")
    assert len(notes.notes) == 101
    compare(SFNORCH_GITLAB_TOKEN="a-token")
    plan = gitlab.source / "sfnorch.yaml"
    plan.write_text(plan.read_text().replace("profile: data-dev", "alerts: {emails: [team@example.com]}"))
    compare(SFNORCH_GITLAB_TOKEN="a-token")

    assert len(notes.notes) == 102
    text = notes.notes[-1]["body"]
    assert text.startswith("<!-- sfnorch -->\n### Stack <code>nightly-etl-dev</code>\n\n**1 to add**\n")
    assert "The first deployment creates all resources.\n" in text
    assert gitlab.stacks("dev") == {"nightly-etl-dev": "CREATE_COMPLETE"}
    assert gitlab.stacks("prod") == {}
    assert gitlab.refuse("dev", "preview") == set()
