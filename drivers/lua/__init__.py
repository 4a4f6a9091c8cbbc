"""The ``lua`` driver: push scripts, run as Dovecot runs them, out of Python's reach and within limits."""
