"""What can't be printed."""

from __future__ import annotations

from dovecot_conf.errors import PushnotifError


class AmbiguousNameError(PushnotifError):
    """One value was asked for, and the name stands for several."""


class FilterConflictError(PushnotifError):
    """Two filters of 2.3 that both hold set the same; the text is Dovecot's."""
