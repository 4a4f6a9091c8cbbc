"""What ``mailbox:status()`` says of a simulated mailbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailstore.simulated import SEEN, SimulatedMailbox


def _first_unseen(box: SimulatedMailbox) -> int:
    if box.other_unseen:
        return 1
    return next((number for number, mail in enumerate(box.visible, 1) if SEEN not in mail.flags), 0)


def _unseen(box: SimulatedMailbox) -> int:
    return box.other_unseen + sum(SEEN not in mail.flags for mail in box.visible)


def _first_recent(box: SimulatedMailbox) -> int:
    return box.next_uid - box.unsaved if box.selected else box.first_recent_uid


_ALWAYS = -1
"""For numbers that Dovecot gives whatever it is asked for."""

_NUMBERS: Mapping[str, tuple[int, Callable[[SimulatedMailbox], int]]] = {
    "messages": (_ALWAYS, lambda box: box.other_unseen + len(box.visible)),
    "recent": (0x02, lambda box: box.recent),
    "uidnext": (_ALWAYS, lambda box: box.next_uid - box.unsaved),
    "uidvalidity": (_ALWAYS, lambda box: box.uidvalidity),
    "unseen": (0x10, _unseen),
    "first_unseen_seq": (0x20, _first_unseen),
    "first_recent_uid": (_ALWAYS, _first_recent),
    "highest_modseq": (0x80, lambda box: 1),  # noqa: ARG005
    "highest_pvt_modseq": (0x2000, lambda box: 0),  # noqa: ARG005
    "permanent_flags": (0x200, lambda box: 0x1F),  # noqa: ARG005
    "flags": (0x200, lambda box: 0x1F),  # noqa: ARG005
}
_BOOLEANS: Mapping[str, int] = {
    "permanent_keywords": 0x200,
    "allow_new_keywords": 0x200,
    "nonpermanent_modseqs": 0,
    "no_modseq_tracking": 0,
    "have_guids": 0,
    "have_save_guids": 0,
    "have_only_guid128": 0,
}
_KEYWORDS = 0x40


def status_fields(box: SimulatedMailbox, wanted: int) -> dict[bytes, object]:
    """Return all fields; those that ``wanted`` (STATUS_* bits) doesn't ask for are 0."""
    fields: dict[bytes, object] = {b"mailbox": box.name.encode("utf-8", "surrogateescape")}
    for name, (bit, value) in _NUMBERS.items():
        fields[name.encode()] = float(value(box)) if wanted & bit else 0.0
    for name, bit in _BOOLEANS.items():
        fields[name.encode()] = bool(wanted & bit)
    if wanted & _KEYWORDS:
        fields[b"keywords"] = [keyword.encode("utf-8", "surrogateescape") for keyword in box.keywords]
    return fields
