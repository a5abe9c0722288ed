"""Paths of phones, invitations and referrals; each with and without a slash."""

from django.urls import URLPattern

app_name = "referrals"

urlpatterns: list[URLPattern] = []
