"""A Label Studio server of one's own: in its own environment, on the loopback interface, with no calls to the outside.

The environment is `.venv-labelstudio` (made on first use), or the one whose executable VIBORDER_LABELSTUDIO names. The
empty database that takes Label Studio half a minute to make is kept beside it and copied, so that later servers are
ready in seconds.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from viborder.errors import fail
from viborder.files import new_file
from viborder.labelstudio import blind

ENVIRONMENT = Path(".venv-labelstudio")
OWNER = "owner@viborder.local"
READY_WITHIN = 240.0  # seconds; a first start on a slow machine makes its database
_LEAKING = ("HOST", "PORT", "DEBUG", "CI", "USERNAME", "PASSWORD", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
_STARTED = re.compile(r"Starting development server at http://127\.0\.0\.1:(\d+)/")


@dataclass(slots=True)
class Server:
    """A running server. `token` is a legacy token of the owner; `stop` ends it as its authors mean it to be ended."""

    url: str
    process: subprocess.Popen[bytes]
    data: Path
    token: str = field(repr=False)
    password: str = field(repr=False)

    def stop(self) -> None:
        """End the server and wait for it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def executable() -> Path | None:
    """The server's executable: what VIBORDER_LABELSTUDIO names, or that of `.venv-labelstudio`; None where there is
    none.
    """
    named = os.environ.get("VIBORDER_LABELSTUDIO")
    candidate = Path(named) if named else ENVIRONMENT / "bin" / "label-studio"
    return candidate.absolute() if candidate.is_file() else None


def install() -> Path:
    """The server's executable; its environment is made first where there is none (about 1 GB, 2–3 minutes).

    Raises ViborderError `server-not-installed`.
    """
    found = executable()
    if found:
        return found
    if os.environ.get("VIBORDER_LABELSTUDIO"):
        named = os.environ["VIBORDER_LABELSTUDIO"]
        raise fail(
            named, "server-not-installed", "VIBORDER_LABELSTUDIO names no file", "the path of label-studio, or unset it"
        )
    print(f"Installing Label Studio into {ENVIRONMENT} (1 GB, 2–3 minutes) …", file=sys.stderr)
    requirements = str(files("viborder.labelstudio").joinpath("server-requirements.txt"))
    steps = (
        ["-m", "venv", str(ENVIRONMENT)],
        ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "-r", requirements],
    )
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    for python, step in zip((sys.executable, str(ENVIRONMENT / "bin" / "python")), steps, strict=True):
        if subprocess.run([python, *step], check=False, stdout=sys.stderr).returncode:
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            raise fail(
                ENVIRONMENT, "server-not-installed", "pip could not install Label Studio", "see its message above"
            )
    found = executable()
    assert found is not None
    return found


def template(program: Path) -> Path:
    """The empty database beside the server's environment; made once. Raises ViborderError `server-failed`."""
    path = program.parent.parent / "viborder-template.sqlite3"
    if not path.is_file():
        print("Making the empty database, once (half a minute) …", file=sys.stderr)
        with TemporaryDirectory() as folder:
            command = [str(program), "version", "--data-dir", folder]
            done = subprocess.run(command, check=False, capture_output=True, env=_environment(Path(folder), {}))
            made = Path(folder) / "label_studio.sqlite3"
            if done.returncode or not made.is_file():
                raise fail(program, "server-failed", _last_line(done.stderr), "reinstall the environment")
            beside = path.with_suffix(f".{os.getpid()}")
            shutil.copyfile(made, beside)
            beside.replace(path)
    return path


def start(program: Path, data: Path, *, port: int = 0) -> Server:
    """A server on `data` (a folder, made where it is missing), answering. Its account is in `data/account` (readable by
    its owner only).

    port: 0 for any free one. Raises ViborderError `port-taken`, `server-failed`.
    """
    data.mkdir(parents=True, exist_ok=True)
    database = data / "label_studio.sqlite3"
    if not database.exists():
        empty = template(program)
        beside = data / ".label_studio.sqlite3.new"
        shutil.copyfile(empty, beside)
        beside.replace(database)
    account = _account(data / "account")
    port = _free_port(port)
    settings = {
        "USERNAME": OWNER,
        "PASSWORD": account["password"],
        "USER_TOKEN": account["token"],
        "ENABLE_LEGACY_API_TOKEN": "true",
    }
    options = ["--no-browser", "--internal-host", "127.0.0.1", "--port", str(port), "--data-dir", str(data.absolute())]
    log_path = data / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [str(program), "start", *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_environment(data, settings) | blind.settings(data),
            start_new_session=True,  # Ctrl+C is ours to pass on
        )
    server = Server(f"http://127.0.0.1:{port}", process, data, account["token"], account["password"])
    try:
        _wait(server, log_path)
    except BaseException:
        server.stop()
        raise
    return server


def _environment(data: Path, settings: Mapping[str, str]) -> dict[str, str]:
    kept = {
        key: value for key, value in os.environ.items() if key not in _LEAKING and not key.startswith("LABEL_STUDIO_")
    }
    quiet = {
        "BASE_DATA_DIR": str(data.absolute()),
        "LATEST_VERSION_CHECK": "false",
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "FEATURE_FLAGS_OFFLINE": "true",
        "USE_DEFAULT_BANNED_SUBNETS": "false",  # the backend is on this machine
        **settings,
    }
    nowhere = dict.fromkeys(
        ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"), "http://127.0.0.1:9"
    )
    local = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
    return kept | nowhere | local | {f"LABEL_STUDIO_{key}": value for key, value in quiet.items()}


def _account(path: Path) -> dict[str, str]:
    """Password and token of the owner, drawn once."""
    if not path.exists():
        with new_file(path) as file:
            file.write(f"email={OWNER}\npassword={secrets.token_urlsafe(12)}\ntoken={secrets.token_hex(20)}\n")
            os.fchmod(file.fileno(), 0o600)
        path.chmod(0o600)
    return dict(line.split("=", 1) for line in path.read_text().splitlines())


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise fail(
                f"127.0.0.1:{port}", "port-taken", "something else answers there", "choose another with --port"
            ) from None
        return int(probe.getsockname()[1])


def _wait(server: Server, log_path: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    opener = build_opener(ProxyHandler({}))
    while time.monotonic() < deadline:
        log = log_path.read_bytes()
        if server.process.poll() is not None:
            raise fail(log_path, "server-failed", _last_line(log), "the log says more")
        started = _STARTED.search(log.decode("utf-8", "replace"))
        if started:
            server.url = f"http://127.0.0.1:{started[1]}"  # Label Studio takes the next port where ours was snatched
            try:
                opener.open(server.url + "/health", timeout=5).read()
                return
            except (URLError, OSError):
                pass
        time.sleep(0.2)
    raise fail(log_path, "server-failed", f"not ready within {READY_WITHIN:.0f} s", "the log says more")


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else "it ended without a word"
