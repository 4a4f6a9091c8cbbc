"""The options of `pushnotif listen`."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.common import color_option, show_secrets_option
from cli.number import Number

if TYPE_CHECKING:
    from drivers.receiver import FaultPlan

DEFAULT_PORT = 8009
DEFAULT_STATUS = 500
AUTH_VARIABLE = "PUSHNOTIF_LISTEN_AUTH"
MAX_DELAY = 3600
MAX_COUNT = 2**31

Command = Callable[..., Any]


_OPTIONS = (
    click.option(
        "--bind", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Address to listen on."
    ),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=DEFAULT_PORT,
        show_default=True,
        help="Port to listen on; 0 takes a free one and says which.",
    ),
    click.option("--path", metavar="PATH", help="Accept this path only; others get 404."),
    click.option(
        "--auth",
        metavar="USER:PASS",
        envvar=AUTH_VARIABLE,
        show_envvar=True,
        help="Accept these credentials only, else 401. The variable is safer: others can see command lines.",
    ),
    click.option("--tls", is_flag=True, help="Speak HTTPS, with a self-made certificate."),
    click.option(
        "--ca-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="With --tls: write the authority's certificate there, for ssl_client_ca_file.",
    ),
    click.option("--once", is_flag=True, help="End after one accepted request."),
    click.option(
        "--count", type=click.IntRange(1, MAX_COUNT), metavar="N", help="End after N accepted requests."
    ),
    click.option(
        "--timeout",
        type=Number(0, MAX_COUNT, min_open=True),
        metavar="SECONDS",
        help="End then; with code 1 if --once or --count wants more requests than came.",
    ),
    click.option(
        "--record",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Append every request to FILE as JSON.",
    ),
    click.option(
        "--status", type=click.IntRange(200, 599), metavar="CODE", help="Fault: answer with CODE, not 200."
    ),
    click.option("--drop", is_flag=True, help="Fault: close the connection, no answer."),
    click.option("--reset", is_flag=True, help="Fault: reset the connection (TCP RST), no answer."),
    click.option("--malformed", is_flag=True, help="Fault: answer with something that is no HTTP."),
    click.option(
        "--delay",
        type=Number(0, MAX_DELAY),
        metavar="SECONDS",
        help="Fault: wait before the answer, or before another fault.",
    ),
    click.option(
        "--fail-every",
        type=click.IntRange(1, MAX_COUNT),
        metavar="N",
        help="Only every N-th accepted request meets the fault [default fault: status 500].",
    ),
    click.option(
        "--probability",
        type=Number(0, 1),
        metavar="P",
        help="A request meets the fault with this probability [default fault: status 500].",
    ),
    click.option("--seed", type=int, metavar="N", help="With --probability: the same choice in every run."),
    click.option(
        "--format",
        "format_",
        type=click.Choice(["auto", "json", "text"]),
        default="auto",
        show_default=True,
        help="auto: a live table on a terminal, else a line of JSON for each request.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="No remarks on stderr."),
    color_option,
    show_secrets_option,
)


def listen_options(command: Command) -> Command:
    """Give a command all options of ``listen``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def fault_plan(  # noqa: PLR0913 - one for each option
    *,
    status: int | None,
    drop: bool,
    reset: bool,
    malformed: bool,
    delay: float | None,
    fail_every: int | None,
    probability: float | None,
    seed: int | None,
) -> FaultPlan:
    """Return what the options about faults ask for. Raises click.UsageError where they contradict."""
    from drivers.receiver import Fault, FaultKind, FaultPlan  # noqa: PLC0415 - imports uvicorn

    wanted = {
        FaultKind.STATUS: status is not None,
        FaultKind.DROP: drop,
        FaultKind.RESET: reset,
        FaultKind.MALFORMED: malformed,
    }
    kinds = [kind for kind, is_wanted in wanted.items() if is_wanted]
    if len(kinds) > 1:
        raise _usage_error(f"--{kinds[0]} and --{kinds[1]} exclude each other")
    if fail_every is not None and probability is not None:
        raise _usage_error("--fail-every and --probability exclude each other")
    if seed is not None and probability is None:
        raise _usage_error("--seed needs --probability")
    if not kinds and delay is not None:
        kinds = [FaultKind.DELAY]
    elif not kinds and (fail_every is not None or probability is not None):
        kinds = [FaultKind.STATUS]
    fault = Fault(kinds[0], status or DEFAULT_STATUS, delay or 0.0) if kinds else None
    return FaultPlan(fault, fail_every, probability, random.getrandbits(64) if seed is None else seed)


def _usage_error(message: str) -> click.UsageError:
    return click.UsageError(message, ctx=click.get_current_context())
