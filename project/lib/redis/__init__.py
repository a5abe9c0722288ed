"""All access to Redis: clients, scripts, limits, and handling of failures."""
