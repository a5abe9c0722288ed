"""The admin's pages: their addresses, what a browser sends, what they say."""

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from rest_framework.authtoken.models import Token

from matchmaker import services
from matchmaker.models import Member

LIST = reverse("admin:matchmaker_member_changelist")
ADD = reverse("admin:matchmaker_member_add")
PASSWORD = "cloudy-Otter-41"


def picture(size=(40, 30), **save) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, **{"format": "JPEG", **save})
    return SimpleUploadedFile("me.jpg", out.getvalue(), "image/jpeg")


def change(member: Member) -> str:
    return reverse("admin:matchmaker_member_change", args=[member.pk])


def form_of(member: Member, **changes) -> dict:
    """What the browser sends when nothing but `changes` is changed."""
    data = {
        "email": member.email or "",
        "phone_number": member.phone_number or "",
        "first_name": member.first_name,
        "last_name": member.last_name,
        "gender": member.gender,
        "looking_for": member.looking_for,
        "visibility": member.visibility,
        "language": member.language,
        "location": member.location.geojson if member.location else "",
        **{
            flag: "on"
            for flag in ("is_active", "may_be_named", "is_staff")
            if getattr(member, flag)
        },
    }
    return {k: v for k, v in (data | changes).items() if v is not None}


def listed(response) -> list:
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def run(client: Client, url: str, action: str, *rows) -> list[str]:
    """Run an action of the list on rows; what the page says then."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    response = client.post(url, data, follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def errors_of(response) -> dict[str, list[str]]:
    assert response.status_code == 200
    return dict(response.context["adminform"].form.errors)


def signed_in_twice(member: Member) -> tuple[str, str]:
    token, _created = Token.objects.get_or_create(user=member)
    return f"Token {token.key}", f"Bearer {services.issue_tokens(member)['access']}"


def statuses(headers: tuple[str, ...]) -> list[int]:
    return [
        Client().get("/api/clients/me/", headers={"authorization": header}).status_code
        for header in headers
    ]
