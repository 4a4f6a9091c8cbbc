from __future__ import annotations

import drivers.testing


def test_the_public_names_are_these() -> None:
    assert drivers.testing.__all__ == sorted(drivers.testing.__all__)
    assert drivers.testing.__all__ == [
        "DovecotPush",
        "FakeClock",
        "HttpAnswers",
        "MetadataCall",
        "PushError",
        "PushFactory",
        "PushSession",
        "PushUser",
        "RaisedEvent",
        "Result",
        "SentRequest",
    ]
    assert all(getattr(drivers.testing, name).__doc__ for name in drivers.testing.__all__)
