"""Phones, invitations and referrals over HTTP: validate, call a service, render."""
