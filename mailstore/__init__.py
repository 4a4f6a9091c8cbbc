"""Messages, mailboxes, users and METADATA, as Dovecot sees them.

What a single ``pushnotif metadata set`` loads is quick to define, as in :mod:`dovecot_conf`.
"""
