"""make fuzz: random requests, of which none may be a 5xx, in memory that stays flat."""
