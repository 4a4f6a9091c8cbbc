"""What the doctor found, without passwords and tokens."""

from __future__ import annotations

from cli.render.secrets import hide_parts
from drivers.doctor import Branch, Diagnosis


def without_secrets(diagnosis: Diagnosis) -> Diagnosis:
    """Return a diagnosis with ``<hidden>`` for every secret in its texts."""
    verdict = diagnosis.verdict._replace(text=hide_parts(diagnosis.verdict.text))
    return diagnosis._replace(branches=tuple(map(_without, diagnosis.branches)), verdict=verdict)


def _without(branch: Branch) -> Branch:
    link = branch.link
    hidden = link._replace(
        seen=hide_parts(link.seen),
        remedy=tuple(map(hide_parts, link.remedy)),
        notes=tuple(map(hide_parts, link.notes)),
    )
    return Branch(hidden, tuple(map(_without, branch.below)))
