"""The verdicts on URLs, asked again of running servers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.dovecot.harness.pool import DovecotFactory

VERDICTS = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "fixtures" / "reference" / "url-verdicts.jsonl")
    .read_text(encoding="utf-8")
    .split("\n")
    if line
]


def test_23_still_says_so(dovecot23: DovecotFactory) -> None:
    server = dovecot23("push_notification_driver = dlog")
    user = server.new_user()
    found = {}
    for case in VERDICTS:
        url = case["url"]
        setting = f"plugin/push_notification_driver=ox:url={url.replace('%', '%%')}"
        log = server.doveadm("-D", "-o", setting, "mailbox", "list", "-u", user).stderr
        refused = re.search(rf"Failed to parse OX REST URL {re.escape(url)}: (.*)", log)
        assert refused or f"Using URL {url}" in log
        found[url] = refused[1] if refused else None
    assert found == {case["url"]: case["2.3"] for case in VERDICTS}


def test_24_still_says_so(dovecot24: DovecotFactory) -> None:
    server = dovecot24("push_notification ox {\n  url = http://h/\n}\n")
    user = server.new_user()
    found = {}
    for case in VERDICTS:
        url = case["url"]
        setting = f"push_notification/ox/push_notification_ox_url={url}"
        log = server.doveadm("-D", "-o", setting, "mailbox", "list", "-u", user).stderr
        refused = re.search(rf"Invalid push_notification_ox_url '{re.escape(url)}': (.*)", log)
        assert refused or "Using URL " in log
        found[url] = refused[1] if refused else None
    assert found == {case["url"]: case["2.4"] for case in VERDICTS}
