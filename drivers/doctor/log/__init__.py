"""What a log of Dovecot says about push notifications: lines, what they mean, and what they come to."""
