"""Push scripts under test: the pytest fixture ``dovecot_push`` and what it gives.

``dovecot_push(script="push.lua")`` is a :class:`DovecotPush`, whose :meth:`~DovecotPush.user` makes a
:class:`PushUser`. What a user does gives a :class:`Result`: log lines, METADATA calls, HTTP requests and
events. Nothing reaches the network, and time stands still unless a test moves it.
docs/how-to/test-a-lua-script.md shows how.
"""

from drivers.testing.answers import HttpAnswers
from drivers.testing.clock import FakeClock
from drivers.testing.errors import PushError
from drivers.testing.factory import PushFactory
from drivers.testing.push import DovecotPush
from drivers.testing.result import MetadataCall, RaisedEvent, Result, SentRequest
from drivers.testing.sessions import PushSession
from drivers.testing.user import PushUser

__all__ = [
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
