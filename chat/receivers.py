"""What the apps below tell the chat."""
