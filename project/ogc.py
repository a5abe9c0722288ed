"""OGC API - Features of this project: its collections, and who may sign in how."""

from events.ogc import EVENTS, ORGANIZATIONS
from matchmaker.authentication import (
    JWTAuthentication,
    SessionAuthentication,
    TokenAuthentication,
)
from matchmaker.basic_authentication import BasicAuthentication
from matchmaker.ogc import MEMBERS
from project.lib.ogc.urls import ogc_urls

COLLECTIONS = {each.id: each for each in (MEMBERS, EVENTS, ORGANIZATIONS)}

urlpatterns = ogc_urls(
    "api/ogc",
    COLLECTIONS,
    # The first one names the schemes of a 401; only here may that open a browser's
    # own sign-in.
    authentication_classes=[
        BasicAuthentication,
        TokenAuthentication,
        JWTAuthentication,
        SessionAuthentication,
    ],
)
