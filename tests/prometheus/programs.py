"""The real node_exporter and Prometheus, each on a free port, and users who write their files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import requests

from tests.conftest import ROOT, program
from tests.support import User, until

RULES = ROOT / "docs/prometheus/alerts.yml"
CONFIG = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: node
    static_configs: [{{targets: ["{target}"]}}]
"""


class Server:
    """A program that serves HTTP at ``url`` until the end of the block, and writes to ``log``."""

    def __init__(self, folder: Path, *command: str) -> None:
        """Prepare to run the command, with its log in the folder."""
        folder.mkdir(exist_ok=True)
        self.log = folder / "log"
        self._command = [*command, "--web.listen-address=127.0.0.1:0"]
        self.url = ""

    def __enter__(self) -> Any:
        """Start the program, and wait until it listens."""
        with self.log.open("w") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        until(lambda: self._process.poll() is not None or self._address())
        assert self._process.poll() is None, self.log.read_text()
        self.url = f"http://{self._address()}"
        return self

    def __exit__(self, *_: object) -> None:
        """End the program."""
        self._process.terminate()
        self._process.wait(30)

    def get(self, path: str, **values: Any) -> requests.Response:
        """A response from the program."""
        answer = requests.get(self.url + path, params=values, timeout=30)
        assert answer.ok, answer.text
        return answer

    def _address(self) -> str:
        found = re.search(r'msg="Listening on" address=(\S+)', self.log.read_text())
        return found[1] if found else ""


class Exporter(Server):
    """node_exporter with the textfile collector alone, for several folders."""

    def __init__(self, folder: Path) -> None:
        """Read ``texts*/*.prom`` in the folder."""
        super().__init__(
            folder,
            program("prometheus-node-exporter"),
            "--collector.disable-defaults",
            "--collector.textfile",
            f"--collector.textfile.directory={folder}/texts*",
        )
        self.folder = folder

    def file_of(self, name: str) -> Path:
        """The file that the user with this name writes."""
        path = self.folder / f"texts-{name}" / "claude-status.prom"
        path.parent.mkdir(exist_ok=True)
        return path

    def metrics(self) -> str:
        """The metrics that it exposes now."""
        return self.get("/metrics").text


class Prometheus(Server):
    """Prometheus with our rules, which scrapes one target each second."""

    def __init__(self, folder: Path, target: str) -> None:
        """Keep configuration and data in the folder."""
        folder.mkdir()
        config = folder / "prometheus.yml"
        config.write_text(CONFIG.format(rules=RULES, target=target.removeprefix("http://")))
        data = f"--storage.tsdb.path={folder}/data"
        super().__init__(folder, program("prometheus"), f"--config.file={config}", data)

    def data(self, path: str, **values: Any) -> Any:
        """The data in a response of its API."""
        return self.get(f"/api/v1/{path}", **values).json()["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The current samples of an expression."""
        found: list[dict[str, Any]] = self.data("query", query=expression)["result"]
        return found

    def wait_for_people(self, *people: Person) -> None:
        """Wait until it has the metrics of each of them."""
        for person in people:
            self.wait_for(f'claude_status_up{{user="{person.name}"}}')

    def wait_for(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an expression, once there are any."""
        until(lambda: self.query(expression))
        return self.query(expression)


class Person:
    """A user of the system, by name, who writes the metrics of all their accounts."""

    def __init__(self, name: str, user: User, exporter: Exporter) -> None:
        """Create the user's home."""
        user.home.mkdir(mode=0o700)
        self.name, self.user, self.file = name, user, exporter.file_of(name)

    def write(self) -> None:
        """Run the command of the documentation, with a file where node_exporter reads."""
        command = self.user.command("--format", "prometheus", "--all", "--output", str(self.file))
        # files still belong to us, but the command sees itself run by the user of that name
        subprocess.run(
            [program("unshare"), f"--map-user={self.name}", "--", *command], env=self.user.environ,
            cwd=self.user.home, check=True, timeout=60,
        )  # fmt: skip
