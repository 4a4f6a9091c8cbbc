"""What a notification that was really sent says of its endpoint."""

from __future__ import annotations

import pytest

from dovecot_conf import Version
from drivers.doctor.endpoint import NAMES
from drivers.doctor.endpoint_notification import after_notification
from drivers.doctor.endpoint_target import OX_FAILURE, Target
from mailstore.links import Link, LinkState

GOOD = tuple(Link(name, LinkState.OK, "fine") for name in NAMES)


def after(status: int, url: str = "http://h/x", links: tuple[Link, ...] = GOOD) -> dict[str, Link]:
    target = Target(url, Version.V23, log_prefix=OX_FAILURE)
    return {link.name: link for link in after_notification(target, links, status, "Reason")}


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "nothing is known"), (405, "no PUT"), (418, "wrong one"), (502, "gateway"), (500, "it fails")],
)
def test_an_answer_that_is_no_success_breaks_the_answer(status: int, words: str) -> None:
    links = after(status)
    assert [link.state for link in links.values()] == [LinkState.OK] * 5 + [
        LinkState.BROKEN,
        LinkState.SKIPPED,
    ]
    assert words in links["answer"].seen
    assert links["answer"].notes == (f"Dovecot logs: {OX_FAILURE}{status} Reason",)


def test_credentials_that_only_a_notification_needs_break_the_authentication() -> None:
    links = after(401, "http://u:s3cret@h/")
    assert links["authentication"].state is LinkState.BROKEN
    assert links["answer"].state is links["latency"].state is LinkState.SKIPPED
    assert "s3cret" not in repr(links)


def test_success_clears_what_was_doubted() -> None:
    doubted = tuple(
        link._replace(state=LinkState.UNKNOWN) if link.name == "answer" else link for link in GOOD
    )
    links = after(204, links=doubted)
    assert {link.state for link in links.values()} == {LinkState.OK}
    assert links["answer"].seen == "204 Reason to a notification"


def test_success_clears_a_refusal_of_the_harmless_request() -> None:
    refused = tuple(
        link._replace(state=LinkState.BROKEN) if link.name == "authentication" else link for link in GOOD
    )
    links = after(200, links=(*refused[:-1], Link("latency", LinkState.SKIPPED, "x is broken")))
    assert links["authentication"].is_ok
    assert links["latency"].seen == "it wasn't measured"
