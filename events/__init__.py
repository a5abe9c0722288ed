"""Organizations and events: things that happen at public places and times."""
