"""The ``lua`` driver: push scripts in Lua, run as Dovecot runs them, kept away from Python and within limits."""
