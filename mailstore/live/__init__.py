"""METADATA of a running Dovecot, asked over the network."""
