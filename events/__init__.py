"""Organizations and events: public places in time and space."""
