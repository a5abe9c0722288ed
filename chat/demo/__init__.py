"""Conversations of the demo members."""
