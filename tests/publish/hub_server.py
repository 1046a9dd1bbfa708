"""A local server that speaks the Hub's protocol as far as publishing and loading need it, and fails when told to."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from base64 import b64decode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

TOKEN = "hf_" + "x" * 30
_API = re.compile(r"/api/(datasets|models)/([^/]+/[^/]+)(?:/(.*))?")
_RAW = re.compile(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)")
_LFS = re.compile(r"/(datasets/)?([^/]+/[^/]+)\.git/info/lfs/objects/batch")


@dataclass
class Repo:
    private: bool
    commits: list[dict[str, bytes]] = field(default_factory=lambda: [{".gitattributes": b"*.parquet filter=lfs\n"}])
    tags: dict[str, int] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, bytes]:
        return self.commits[-1]

    def sha(self, number: int = -1) -> str:
        return hashlib.sha1(repr((number % len(self.commits), sorted(self.commits[number]))).encode()).hexdigest()

    def at(self, revision: str) -> int | None:
        named = {"main": len(self.commits) - 1, **self.tags} | {
            self.sha(number): number for number in range(len(self.commits))
        }
        return named.get(revision)


@dataclass
class Hub:
    """State of the server.

    failures: [method, part of the path, status, how many times, headers]; a status of 0 drops the connection.
    """

    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    failures: list[list[Any]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""

    def start(self) -> ThreadingHTTPServer:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"hub": self}))
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        return server


def stored_as_lfs(path: str) -> bool:
    return path.endswith((".parquet", ".npz"))


class Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def handle_any(self) -> None:
        path = unquote(urlsplit(self.path).path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.hub.requests.append((self.command, path))
        for failure in self.hub.failures:
            if failure[0] == self.command and failure[1] in path and failure[3] > 0:
                failure[3] -= 1
                if failure[2] == 0:
                    self.close_connection = True
                    return self.connection.close()
                return self.reply(failure[2], {"error": "told to fail"}, failure[4] if len(failure) > 4 else {})
        if not path.startswith("/lfs/") and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.reply(
                401, {"error": "Invalid"}, {"X-Error-Message": "Invalid credentials in Authorization header"}
            )
        return self.route(path, body)

    do_GET = do_HEAD = do_POST = do_PUT = handle_any

    def route(self, path: str, body: bytes) -> None:
        if path == "/api/validate-yaml":
            return self.reply(200, {"errors": [], "warnings": []})
        if path == "/api/repos/create":
            asked = json.loads(body)
            key = (asked["type"] + "s", f"{asked['organization']}/{asked['name']}")
            if key in self.hub.repos:
                return self.reply(409, {"error": "exists", "url": f"{self.hub.url}/{key[1]}"})
            self.hub.repos[key] = Repo(asked.get("visibility") != "public")
            return self.reply(200, {"url": f"{self.hub.url}/{'datasets/' if key[0] == 'datasets' else ''}{key[1]}"})
        if path.startswith("/lfs/"):
            self.hub.objects[path.removeprefix("/lfs/")] = body
            return self.reply(200, {})
        if match := _LFS.fullmatch(path):
            return self.reply(
                200, {"transfer": "basic", "objects": [self.upload(wanted) for wanted in json.loads(body)["objects"]]}
            )
        if match := _RAW.fullmatch(path):
            return self.raw("datasets" if match[1] else "models", match[2], match[3], match[4])
        if match := _API.fullmatch(path):
            repo = self.hub.repos.get((match[1], match[2]))
            if repo is None:
                return self.reply(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
            return self.api(repo, match[2], match[3] or "", body)
        return self.reply(404, {"error": path})

    def upload(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if wanted["oid"] in self.hub.objects:
            return wanted
        return wanted | {"actions": {"upload": {"href": f"{self.hub.url}/lfs/{wanted['oid']}"}}}

    def api(self, repo: Repo, name: str, rest: str, body: bytes) -> None:
        verb, _, revision = rest.partition("/")
        if verb in ("", "revision"):
            number = repo.at(revision or "main")
            if number is None:
                return self.reply(404, {"error": "Invalid rev"}, {"X-Error-Code": "RevisionNotFound"})
            siblings = [{"rfilename": path} for path in repo.commits[number]]
            return self.reply(
                200, {"id": name, "sha": repo.sha(number), "private": repo.private, "siblings": siblings, "tags": []}
            )
        if verb == "refs":
            tags = [
                {"name": tag, "ref": f"refs/tags/{tag}", "targetCommit": repo.sha(number)}
                for tag, number in repo.tags.items()
            ]
            return self.reply(200, {"branches": [], "converts": [], "tags": tags})
        if verb == "tree":
            at, _, below = revision.partition("/")
            inside = {path: data for path, data in repo.commits[repo.at(at) or 0].items() if path.startswith(below)}
            if below and not inside:
                return self.reply(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
            folders = sorted({path.rpartition("/")[0] for path in inside} - {"", below})
            found = [{"type": "directory", "path": path, "oid": "0" * 40, "size": 0} for path in folders]
            return self.reply(200, [entry(path, data) for path, data in inside.items()] + found)
        if verb == "paths-info":
            files = repo.commits[repo.at(revision) or 0]
            return self.reply(200, [entry(path, files[path]) for path in json.loads(body)["paths"] if path in files])
        if verb == "preupload":
            modes = ("regular", "lfs")
            paths = [wanted["path"] for wanted in json.loads(body)["files"]]
            return self.reply(
                200,
                {"files": [{"path": p, "uploadMode": modes[stored_as_lfs(p)], "shouldIgnore": False} for p in paths]},
            )
        if verb == "commit":
            return self.commit(
                repo,
                f"{self.hub.url}{'/datasets' * ('/api/datasets' in self.path)}/{name}",
                [json.loads(line) for line in body.splitlines()],
            )
        if verb == "tag":
            tag = json.loads(body)["tag"]
            if tag in repo.tags:
                return self.reply(409, {"error": "Tag reference exists already"})
            repo.tags[tag] = len(repo.commits) - 1
            return self.reply(200, {})
        return self.reply(404, {"error": rest})

    def commit(self, repo: Repo, url: str, lines: list[dict[str, Any]]) -> None:
        parent = lines[0]["value"].get("parentCommit")
        if parent and parent != repo.sha():
            return self.reply(412, {"error": "A commit has happened since. Please refresh and try again."})
        files = dict(repo.files)
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.objects[value["oid"]]
            else:
                del files[value["path"]]
        repo.commits.append(files)
        return self.reply(200, {"commitUrl": f"{url}/commit/{repo.sha()}", "commitOid": repo.sha()})

    def raw(self, kind: str, name: str, revision: str, path: str) -> None:
        repo = self.hub.repos.get((kind, name))
        number = repo.at(revision) if repo else None
        if repo is None or number is None or path not in repo.commits[number]:
            return self.reply(
                404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound" if repo else "RepoNotFound"}
            )
        data = repo.commits[number][path]
        etag = f'"{hashlib.sha256(data).hexdigest()}"'
        headers = {"ETag": etag, "X-Repo-Commit": repo.sha(number), "Accept-Ranges": "bytes"}
        status = 200
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or ""):
            first, last = int(asked[1]), min(int(asked[2] or len(data) - 1), len(data) - 1)
            headers["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
            data, status = data[first : last + 1], 206
        return self.reply(status, data, headers)

    def reply(self, status: int, content: Any, headers: dict[str, str] | None = None) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for key, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            **(headers or {}),
        }.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def entry(path: str, data: bytes) -> dict[str, Any]:
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    found: dict[str, Any] = {"type": "file", "path": path, "oid": blob, "size": len(data)}
    if stored_as_lfs(path):
        found["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
    return found
