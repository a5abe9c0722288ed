"""make faults: what hangs, fills or floods the service, while members use it."""
