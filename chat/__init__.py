"""Chat rooms and messages, over WebSocket and HTTP."""
