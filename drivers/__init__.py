"""RFC 5423 events, the transaction that carries them, and the drivers that receive them."""
