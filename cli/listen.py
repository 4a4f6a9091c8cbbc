"""`pushnotif listen`: receive push notification requests, and misbehave on purpose."""

from __future__ import annotations

from typing import Any

import click

from cli.command import Command, Example, ExitCode
from cli.listen_options import listen_options

EXAMPLES = (
    Example("pushnotif listen", "watch what a server sends", 130),
    Example(
        "pushnotif listen --once --timeout 30 --record requests.jsonl", "wait for one request, in a CI job"
    ),
    Example("pushnotif listen --status 503 --fail-every 3", "be a server that is often busy", 130),
    Example("pushnotif listen --drop --probability 0.1", "drop one request in ten", 130),
    Example(
        'pushnotif listen --tls --ca-file ca.pem --auth "$USER:$PASSWORD"',
        "speak HTTPS, and ask who comes",
        130,
    ),
)
EXIT_CODES = (
    ExitCode(1, "The time of --timeout passed, and fewer requests came than --once or --count wants."),
)


@click.command(cls=Command, examples=EXAMPLES, exit_codes=EXIT_CODES)
@listen_options
def listen(**options: Any) -> int:
    """Receive push notification requests, show and record them, and answer as told.

    Every accepted request is answered with 200, unless a fault is asked for. Without --once, --count
    or --timeout it ends with Ctrl-C.

    The exit code is 1 when --timeout passed and fewer requests came than --once or --count wants.
    """
    from cli.listening import receive  # noqa: PLC0415 - imports uvicorn

    return receive(**options)
