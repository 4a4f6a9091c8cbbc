"""What was found out about users, as JSON (schema: docs/schemas/metadata-doctor.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from dovecot_conf import Version
from drivers.diagnosis import Diagnosis, Switch
from mailstore.links import Link


def to_json(version: Version, found: Sequence[Diagnosis]) -> str:
    """Return one JSON document; bytes that aren't UTF-8 stand in it as ``\\udcXX``."""
    document = {
        "version": 1,
        "dovecot_version": version,
        "users": [_user(one) for one in found],
        "summary": {switch.value: sum(one.switched is switch for one in found) for switch in Switch},
    }
    return as_text(document)


def as_text(document: Mapping[str, object]) -> str:
    """Return a document as text; bytes that aren't UTF-8 stand in it as ``\\udcXX``."""
    try:
        text = json.dumps(document, ensure_ascii=False, indent=2)
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(document, indent=2)
    return text + "\n"


def _user(diagnosis: Diagnosis) -> dict[str, object]:
    return {
        "user": diagnosis.user,
        "switched": diagnosis.switched,
        "verdict": diagnosis.verdict,
        "links": [link_object(link) for link in diagnosis.links],
    }


def link_object(link: Link) -> dict[str, object]:
    """Return a link as an object."""
    return {
        "name": link.name,
        "state": link.state,
        "seen": link.seen,
        "remedy": list(link.remedy),
        "notes": list(link.notes),
        "protocols": list(link.protocols),
    }
