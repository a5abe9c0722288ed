"""make bench-chat and make faults-chat: how much the chat holds, and what it loses."""
