"""Write fixtures/messages/expected.jsonl: what real servers make of the mails of that folder.

usage: python tests/dovecot/capture_messages.py

Every mail is delivered by LMTP to Dovecot 2.3 and 2.4 with the ox driver; From, Subject and snippet
are taken from the notification. ``in_2.4`` stands there where 2.4 says something else. Needs what
capture.py needs.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack, closing
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPOSITORY))

from tests.dovecot.captures.common import Bench, prepared_user  # noqa: E402
from tests.dovecot.captures.messages import SETUPS  # noqa: E402
from tests.dovecot.harness.installations import find_23, find_24  # noqa: E402
from tests.dovecot.harness.listener import HttpListener  # noqa: E402
from tests.dovecot.harness.pool import Pool  # noqa: E402

MESSAGES = REPOSITORY / "fixtures" / "messages"
SHOWN = ("from", "subject", "snippet")


def main() -> None:
    with ExitStack() as stack:
        installations = {"2.3": find_23(), "2.4": find_24(os.environ)}
        pools = {name: stack.enter_context(closing(Pool(found))) for name, found in installations.items()}
        bench = Bench(pools, stack.enter_context(HttpListener()))
        records = [record(bench, number, file) for number, file in enumerate(sorted(MESSAGES.glob("*.eml")))]
    lines = [json.dumps(each) + "\n" for each in records]
    (MESSAGES / "expected.jsonl").write_text("".join(lines), encoding="ascii", newline="\n")
    sys.stdout.write(f"{len(lines)} mails\n")


def record(bench: Bench, number: int, file: Path) -> dict[str, object]:
    """Deliver one mail to both versions. Both get it with CRLF at its end: 2.4 would wait for it."""
    in_23, in_24 = (notified(bench, version, f"user{number}", file) for version in ("2.3", "2.4"))
    return {"file": file.name, **in_23, **({} if in_23 == in_24 else {"in_2.4": in_24})}


def notified(bench: Bench, version: str, name: str, file: Path) -> dict[str, str]:
    server = bench.server(version, SETUPS[version])
    user = prepared_user(server, name, f"user={name}")
    bench.listener.reset()
    server.deliver_lmtp(user, file.read_bytes())
    (request,) = bench.listener.requests
    body = json.loads(request.body)
    return {key: body[key] for key in SHOWN if key in body}


if __name__ == "__main__":
    main()
