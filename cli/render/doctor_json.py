"""What the doctor found, as JSON (schema: docs/schemas/doctor.schema.json)."""

from __future__ import annotations

from cli.render.diagnosis_json import as_text, link_object
from dovecot_conf import Version
from drivers.doctor import Diagnosis
from mailstore.links import Link


def to_json(version: Version | None, user: str, diagnosis: Diagnosis) -> str:
    """Return one JSON document; ``user`` is "" where nobody was named, ``version`` None without a file."""
    verdict = diagnosis.verdict
    return as_text(
        {
            "version": 1,
            "dovecot_version": version,
            "user": user or None,
            "protocols": list(diagnosis.protocols),
            "verdict": verdict.text,
            "reach": verdict.reach,
            "is_fine": verdict.is_fine,
            "stops_at": None if verdict.stops_at is None else list(verdict.stops_at),
            "links": [_link(path, link) for branch in diagnosis.branches for path, link in branch.walk()],
        }
    )


def _link(path: tuple[str, ...], link: Link) -> dict[str, object]:
    return {**link_object(link), "path": list(path), "where": link.where or None, "rules": list(link.rules)}
