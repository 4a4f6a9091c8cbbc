"""What drivers can ask to know of a new message."""

from __future__ import annotations

from enum import Flag, auto


class MessageField(Flag):
    """The fields of a message that a driver can ask for with MessageNew and MessageAppend.

    The order is that of dlog's lines; those behind TO have none.
    """

    NONE = 0
    DATE = auto()
    FROM = auto()
    SNIPPET = auto()
    SUBJECT = auto()
    TO = auto()
    MESSAGE_ID = auto()
    FLAGS = auto()
    KEYWORDS = auto()
    ALL = DATE | FROM | SNIPPET | SUBJECT | TO | MESSAGE_ID | FLAGS | KEYWORDS

    # There is one object of each value; Flag's own hash is slow, for keys that are looked up all the time.
    __hash__ = object.__hash__
