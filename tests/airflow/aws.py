"""AWS as far as the DAGs call it, behind one address: boto3 and the triggers' aiobotocore both go there."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_PUBLISHED = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId>'
    "</PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>"
)
_NO_KEY = "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"


def _describe_object(key: str, text: str) -> str:
    return (
        f"<Contents><Key>{key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag>"
        f"<Size>{len(text)}</Size><StorageClass>STANDARD</StorageClass></Contents>"
    )


class Aws:
    """AWS, in which all job runs succeed but those of `failing` jobs, each with Glue's message.

    A list in place of a message has one for each run of the job, None for a run that succeeds.
    """

    def __init__(self) -> None:
        self.failing: Mapping[str, str | list[str | None]] = {}
        self.busy: dict[str, int] = {}
        self.calls: list[tuple[str, Any]] = []
        self.objects: dict[str, str] = {}
        self._runs: list[tuple[str, str | None]] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def begin(self, failing: Mapping[str, str | list[str | None]], busy: Mapping[str, int] | None = None) -> None:
        """Forgets what was called; `busy`: how many starts of a job are refused, since it runs already."""
        self.failing, self.busy, self.calls, self._runs = failing, dict(busy or {}), [], []
        self.objects = {}

    def called(self, operation: str) -> list[Any]:
        """What the operation was called with, call by call."""
        return [given for name, given in self.calls if name == operation]

    def answer(self, operation: str, given: Any) -> Any:
        """The answer to a call of an operation with JSON."""
        with self._lock:
            self.calls.append((operation, given))
            return getattr(self, f"_{operation}")(given)

    def _GetJob(self, given: Any) -> Any:
        return {"Job": {"Name": given["JobName"], "Role": "glue"}}

    def _StartJobRun(self, given: Any) -> Any:
        job = given["JobName"]
        failing = self.failing.get(job)
        if isinstance(failing, list):
            failing = failing[len([run for run in self._runs if run[0] == job])]
        self._runs.append((job, failing))
        return {"JobRunId": f"jr_{len(self._runs)}"}

    def _GetJobRuns(self, given: Any) -> Any:
        runs = [f"jr_{number}" for number, run in enumerate(self._runs, 1) if run[0] == given["JobName"]]
        return {"JobRuns": [self._GetJobRun({"RunId": run})["JobRun"] for run in reversed(runs)]}

    def _GetJobRun(self, given: Any) -> Any:
        job, failing = self._runs[int(given["RunId"].removeprefix("jr_")) - 1]
        run = {"Id": given["RunId"], "JobName": job, "JobRunState": "FAILED" if failing else "SUCCEEDED"}
        run |= {"LogGroupName": "/aws-glue/jobs-etl-kms"}
        return {"JobRun": run | ({"ErrorMessage": failing} if failing else {})}

    def _StartExecution(self, given: Any) -> Any:
        return {"executionArn": f"{given['stateMachineArn'].replace('stateMachine', 'execution')}:1", "startDate": 1}

    def _DescribeExecution(self, given: Any) -> Any:
        arn = given["executionArn"]
        machine = arn.replace("execution", "stateMachine").rpartition(":")[0]
        return {
            "executionArn": arn,
            "stateMachineArn": machine,
            "name": "1",
            "status": "SUCCEEDED",
            "startDate": 1,
            "stopDate": 2,
            "output": "{}",
        }

    def _ExecuteStatement(self, given: Any) -> Any:
        return {"Id": "statement-1"}

    def _DescribeStatement(self, given: Any) -> Any:
        return {"Id": given["Id"], "Status": "FINISHED", "HasResultSet": False, "ResultRows": 1}


def _handler(aws: Aws) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def _reply(self, code: int, body: str, kind: str) -> None:
            content = body.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            target = self.headers.get("X-Amz-Target")
            if target:
                operation, given = target.rpartition(".")[2], json.loads(body or "{}")
                if operation == "StartJobRun" and aws.busy.get(given["JobName"]):
                    aws.busy[given["JobName"]] -= 1
                    fault = {"__type": "ConcurrentRunsExceededException", "Message": "Concurrent runs exceeded"}
                    self._reply(400, json.dumps(fault), "application/x-amz-json-1.1")
                    return
                self._reply(200, json.dumps(aws.answer(operation, given)), "application/x-amz-json-1.1")
            elif "/functions/" in self.path:
                function, qualifier = self.path.split("/functions/")[1].split("/invocations")
                aws.calls.append(("Invoke", (unquote(function) + qualifier, json.loads(body))))
                self._reply(200, json.dumps({"count": 2, "orders": [{"id": "o-1"}, {"id": "o-2"}]}), "application/json")
            else:
                aws.calls.append(("Publish", dict(parse_qsl(body))))
                self._reply(200, _PUBLISHED, "text/xml")

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            aws.calls.append(("PutObject", (unquote(self.path), body)))
            self._reply(200, "", "text/xml")

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            bucket, _, key = unquote(place.path).lstrip("/").partition("/")
            if key in aws.objects:
                self._reply(200, aws.objects[key], "binary/octet-stream")
            elif key:
                self._reply(404, _NO_KEY, "text/xml")
            else:
                prefix = dict(parse_qsl(place.query)).get("prefix", "")
                aws.calls.append(("ListObjectsV2", (bucket, prefix)))
                found = [_describe_object(key, text) for key, text in aws.objects.items() if key.startswith(prefix)]
                self._reply(200, f"<ListBucketResult>{''.join(found)}</ListBucketResult>", "text/xml")

        def do_HEAD(self) -> None:
            self._reply(404, "", "text/xml")

    return Handler
