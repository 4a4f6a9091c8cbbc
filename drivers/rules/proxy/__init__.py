"""Rules about the web server in front of the OX middleware, whose configuration is given beside Dovecot's."""
