"""What a log of Dovecot says about push notifications: lines, what they mean, and what they come to.

``reading.read`` takes lines apart, ``explain.explain`` tells what they come to for a user, ``view.links``
puts that into the chain of the doctor. What Dovecot can write is data (``messages*``).
"""
