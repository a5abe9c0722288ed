from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from tests.factories import PASSWORD, MemberFactory

NEW = "another horse 9"


def test_own_password_change_kills_tokens_and_other_sessions(db):
    staff = MemberFactory(is_staff=True)
    Token.objects.create(user=staff)
    here, elsewhere = Client(), Client()
    here.force_login(staff)
    elsewhere.force_login(staff)

    response = here.post(
        "/admin/password_change/",
        {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW},
    )

    assert response.status_code == 302
    assert response["Location"] == reverse("admin:password_change_done")
    staff.refresh_from_db()
    assert staff.check_password(NEW)
    assert not Token.objects.filter(user=staff).exists()
    assert here.get("/api/clients/me/").status_code == 200
    assert elsewhere.get("/api/clients/me/").status_code == 401


def test_keys_are_not_in_the_admin(admin_client):
    page = admin_client.get("/admin/").content.decode()

    assert "authtoken" not in page
    assert "token_blacklist" not in page


def test_staff_who_has_forgotten_it_finds_the_page_of_links(client, db):
    page = client.get("/admin/login/")
    assert 'href="/admin/password_reset/"' in page.content.decode()

    assert client.get("/admin/password_reset/").url == "/reset"
