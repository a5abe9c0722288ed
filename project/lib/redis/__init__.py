"""The one way to Redis: clients, scripts, limits, and what follows when it fails."""
