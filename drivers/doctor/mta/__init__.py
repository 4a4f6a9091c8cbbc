"""What the configuration of a mail server in front of Dovecot says about how mail is handed over."""
