"""The example scenarios, played by pushnotif and by a real server: the same log, line by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import run
from drivers.scenario import read_scenario
from tests.dovecot.harness.listener import HttpListener
from tests.dovecot.harness.pool import DovecotFactory
from tests.dovecot.harness.server import Dovecot
from tests.dovecot.scenario_player import Player

SCENARIOS = sorted((Path(__file__).parents[2] / "fixtures" / "scenarios").glob("*.toml"))
PUSH = {
    "2.3": "push_notification_driver = dlog\n"
    "push_notification_driver2 = ox:url=%s user_from_metadata cache_lifetime=2secs\n",
    "2.4": "push_notification dlog {\n}\npush_notification ox {\n  url = %s\n  cache_ttl = 2s\n}\n",
}


@pytest.fixture(params=["2.3", "2.4"])
def server(request: pytest.FixtureRequest, http_listener: HttpListener) -> Dovecot:
    version: str = request.param
    start: DovecotFactory = request.getfixturevalue(f"dovecot{version.replace('.', '')}")
    return start(PUSH[version] % http_listener.url("/scenario"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_logs_and_sends_what_the_server_does(
    path: Path,
    server: Dovecot,
    http_listener: HttpListener,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    theirs = Player(server).play(read_scenario(path))
    their_bodies = [request.body for request in http_listener.requests]
    http_listener.reset()
    configuration = tmp_path / "dovecot.conf"
    text = server.config_file.read_text(encoding="utf-8")
    configuration.write_text(text.replace(server.place.root, str(server.root)), encoding="utf-8")
    code = run(["simulate", "--scenario", str(path), "-c", str(configuration), "--format", "json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    ours = [
        [f"{line['level']}: {line['message']}" for line in session["log"]]
        for session in json.loads(out)["sessions"]
    ]
    assert ours == theirs
    assert [request.body for request in http_listener.requests] == their_bodies
