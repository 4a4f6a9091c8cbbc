"""Shell completion: the scripts of bash, zsh and fish, and the words that they are given."""

VARIABLE = "_PUSHNOTIF_COMPLETE"
"""The environment variable in which a script says what it asks for."""
