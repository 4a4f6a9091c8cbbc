"""What goes wrong in a test itself, rather than in the script it tests."""

from __future__ import annotations

from dovecot_conf.errors import PushnotifError


class PushError(PushnotifError):
    """One line that says what is wrong with the test, its script or its configuration."""
