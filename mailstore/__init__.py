"""Messages, mailboxes, users and METADATA, as Dovecot sees them."""
