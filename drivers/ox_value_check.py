"""What ``ox`` makes of the value of its METADATA entry, for people (2.3.19.1, 2.4.1)."""

from __future__ import annotations

from drivers.ox_value import user_in
from mailstore.link_entry import Reading

NO_USER = "ox finds no user=NAME in it, notifies nobody and logs 'No user provided in config'"
_LIKE = " \"':="


def read_value(value: str, login: str, *, from_metadata: bool) -> Reading:
    """Return what a notification says of the user whose login name is ``login``.

    ``from_metadata`` is the driver's user_from_metadata.
    """
    user = user_in(value)
    if user is None:
        return Reading(NO_USER, tuple(_hints(value)))
    told = user if from_metadata else login
    why = "" if from_metadata else ", the login name (user_from_metadata is not set)"
    notes = [f"ox is told of user {told if told.isprintable() else repr(told)}{why}"]
    if " " in user and "=" in user:
        notes.append("words are separated by tabs, not by blanks: all behind user= is the name")
    if user == "" and from_metadata:
        notes.append("the name is empty, and so it is sent")
    return Reading("", tuple(notes))


def _hints(value: str) -> list[str]:
    if not value:
        return ["the value is empty"]
    for word in value.split("\t"):
        name, equals, _ = word.partition("=")
        if equals and name.strip(_LIKE).lower() == "user":
            return [f"{name!r} is not user: no blank, no quote, no capital letter may be in it"]
    if "=" in value:
        return []
    if value.lower().startswith("user"):
        return ["behind user an = is wanted, and nothing else"]
    return ["the value is a name alone: write user= in front of it"]
