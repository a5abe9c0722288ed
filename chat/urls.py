"""Paths of the chat, each with and without a trailing slash."""

from chat import views
from project.lib.api.routes import endpoint

app_name = "chat"

rooms = views.RoomViewSet

ID = r"(?P<pk>[0-9]{1,18})"

urlpatterns = [
    endpoint("chat/rooms", rooms.as_view({"get": "list", "post": "create"}), "rooms"),
    endpoint(f"chat/rooms/{ID}", rooms.as_view({"get": "retrieve"}), "room"),
    endpoint(
        f"chat/rooms/{ID}/messages",
        rooms.as_view({"get": "history", "post": "send"}),
        "messages",
    ),
    endpoint(f"chat/rooms/{ID}/read", rooms.as_view({"post": "read"}), "read"),
]
