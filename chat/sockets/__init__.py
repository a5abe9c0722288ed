"""Open sockets: who has one, what each has been sent, and how none misses a message."""
