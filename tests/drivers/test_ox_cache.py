"""How long ox goes on with METADATA that it has read, within one session."""

from __future__ import annotations

import pytest

from dovecot_conf import PushConfig, user_values
from drivers import DriverRegistry, DryRunTransport, Surroundings, load_chain
from drivers.actions import Actions
from drivers.log import Log
from drivers.session import MailUser, UserSession
from mailstore.message import Message
from mailstore.simulated import SimulatedMailboxes
from tests.drivers.doubles import MAIL, FakeClock, push_config, push_config_24


def lookups(push: PushConfig, *pauses: float) -> int:
    """Return how often METADATA is read by deliveries of one session with these pauses between them."""
    clock, count = FakeClock(), 0

    def metadata(entry: str) -> str:
        nonlocal count
        count += 1
        return "user=bob"

    log = Log()
    chain = load_chain(
        push, registry=DriverRegistry.installed(), variables=user_values("bob", "lmtp"), log=log
    )
    session = UserSession(
        MailUser("bob", {}), push, chain, log, Surroundings(metadata, DryRunTransport(), clock)
    )
    actions = Actions(session, SimulatedMailboxes())
    for pause in (0.0, *pauses):
        clock.time += pause
        actions.deliver("INBOX", Message.from_bytes(MAIL))
    session.close()
    return count


@pytest.mark.parametrize(
    ("options", "pauses", "count"),
    [
        ("", (59.0,), 1),
        ("", (60.0,), 2),
        ("cache_lifetime=0", (0.0, 0.0), 3),
        ("cache_lifetime=1h", (1800.0, 1799.0), 1),
        ("cache_lifetime=1h", (1800.0, 1800.0), 2),
    ],
)
def test_a_value_is_used_for_its_lifetime(options: str, pauses: tuple[float, ...], count: int) -> None:
    push = push_config(f"push_notification_driver = ox:url=http://h/ {options}")
    assert lookups(push, *pauses) == count


def test_24_takes_milliseconds_for_seconds() -> None:
    push = push_config_24("push_notification ox {\n  url = http://h/\n  cache_ttl = 1s\n}")
    assert lookups(push, 999.0) == 1
    assert lookups(push, 1000.0) == 2
