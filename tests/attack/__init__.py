"""Attackers of the literature against the members' places, over the HTTP API."""
