"""The queue of reports, and what staff decides there."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from rest_framework.test import APIClient

from matchmaker import services
from matchmaker.models import Member, Report
from tests.factories import MemberFactory
from tests.matchmaker.admin.pages import LIST, listed, run, signed_in_twice, statuses

QUEUE = reverse("admin:matchmaker_report_changelist")
EVERY = {"state": "all"}
RIGHTS = ("view_report", "change_report", "view_member", "change_member")


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Bob", email="bob@example.com", lon=30.3, lat=59.9)


def report(one: Member, other: Member, text: str = "", reason: str = "spam") -> Report:
    return services.report_member(one, other.pk, reason=reason, text=text)


def page(row: Report) -> str:
    return reverse("admin:matchmaker_report_change", args=[row.pk])


def state(row: Report) -> str:
    row.refresh_from_db()
    return row.state


# --- the queue --------------------------------------------------------------------


def test_queue_has_open_ones_the_longest_waiting_first(
    admin_client, admin_user, eve, bob
):
    first, second, third, fourth = (report(bob, eve) for _ in range(4))
    services.dismiss_report(second, by=admin_user)
    Report.objects.filter(pk=fourth.pk).update(
        state="deactivated", closed_at=timezone.now()
    )

    assert listed(admin_client.get(QUEUE)) == [first, third]
    assert listed(admin_client.get(QUEUE, {"state": "open"})) == [first, third]
    assert listed(admin_client.get(QUEUE, {"state": "dismissed"})) == [second]
    assert listed(admin_client.get(QUEUE, {"state": "deactivated"})) == [fourth]
    latest_first = listed(admin_client.get(QUEUE, {**EVERY, "o": "-7"}))
    assert latest_first == [fourth, third, second, first]


def test_filter_marks_open_as_chosen(admin_client):
    changelist = admin_client.get(QUEUE).context["cl"]

    choices = changelist.filter_specs[0].choices(changelist)

    assert [(str(c["display"]), c["selected"]) for c in choices] == [
        ("open", True),
        ("dismissed", False),
        ("member deactivated", False),
        ("all", False),
    ]


def test_filtered_by_reason_and_date(admin_client, eve, bob):
    spam, fake = report(bob, eve), report(bob, eve, reason="fake")
    Report.objects.filter(pk=fake.pk).update(
        created_at=timezone.now() - timedelta(days=800)
    )

    assert listed(admin_client.get(QUEUE, {"reason__exact": "fake"})) == [fake]
    since = {"created_at__gte": timezone.now() - timedelta(days=7)}
    assert listed(admin_client.get(QUEUE, since)) == [spam]


@pytest.mark.parametrize(
    "term",
    ["EVE@example.com", "bob@example.com", "8 (999) 123-45-67", "THREAT", "e threate"],
)
def test_search_finds_by_member_and_text(admin_client, eve, bob, term):
    services.update_profile(eve, phone_number="+79991234567")
    wanted = report(bob, eve, "She threatened me")
    report(MemberFactory(), MemberFactory(), "Sells things")

    assert listed(admin_client.get(QUEUE, {"q": term})) == [wanted]


def test_queue_shows_who_and_how_many_about_them(admin_client, admin_user, eve, bob):
    services.update_profile(eve, avatar=Image.new("RGB", (9, 9)))
    first, closed, _third = (report(bob, eve) for _ in range(3))
    services.dismiss_report(closed, by=admin_user)
    only = report(eve, bob)

    response = admin_client.get(QUEUE)

    numbers = {row.pk: row.open_about for row in listed(response)}
    assert numbers[first.pk] == 2
    assert numbers[only.pk] == 1
    assert f'<img src="{eve.avatar.url}"' in response.text
    about = f"{QUEUE}?state=open&to_member__id__exact={eve.pk}"
    assert about.replace("&", "&amp;") in response.text
    assert len(listed(admin_client.get(about))) == 2
    for member in (eve, bob):
        url = reverse("admin:matchmaker_member_change", args=[member.pk])
        assert f'<a href="{url}">{member}</a>' in response.text


def test_same_queries_for_any_number(admin_client, django_assert_num_queries):
    for n in (1, 49):
        for _ in range(n):
            report(MemberFactory(), MemberFactory())
        # The session, its member, the count, the rows, the counts of each member.
        with django_assert_num_queries(5):
            listed(admin_client.get(QUEUE))


# --- one report -------------------------------------------------------------------


def test_page_tells_all_and_writes_nothing(
    admin_client, admin_user, eve, bob, django_assert_num_queries
):
    row = report(bob, eve, "<script>alert(1)</script>")
    for n in range(30):
        report(bob, eve, f"again {n}", reason="fake")
    ContentType.objects.get_for_model(Report)  # which the process then remembers

    # The session, its member, the report, whether its member is within reach, others.
    with django_assert_num_queries(5):
        response = admin_client.get(page(row))

    assert "&lt;script&gt;alert(1)" in response.text
    assert "<script>alert(1)" not in response.text
    for text in ("Eve Adams", "Eve@<wbr>example.com", "bob@<wbr>example.com"):
        assert text in response.text
    assert response.text.count(": fake profile, open (Bob ") == 20
    assert "state=all&amp;to_member__id__exact" in response.text
    assert admin_client.post(page(row), {"_save": "1"}).status_code == 403
    assert admin_client.get(QUEUE + "add/").status_code == 403


def test_page_has_the_actions_while_it_is_open(admin_client, admin_user, eve, bob):
    row = report(bob, eve)
    html = admin_client.get(page(row)).text
    assert f'name="_selected_action" value="{row.pk}"' in html
    for action in ("dismiss", "deactivate"):
        assert f'formaction="{QUEUE}" name="action" value="{action}"' in html

    services.dismiss_report(row, by=admin_user)

    assert "formaction" not in admin_client.get(page(row)).text


# --- decisions --------------------------------------------------------------------


def test_dismiss_closes_only_what_is_selected(admin_client, admin_user, eve, bob):
    first, second, third = (report(bob, eve) for _ in range(3))

    said = run(admin_client, QUEUE, "dismiss", first, second)

    assert said == ["2 reports dismissed."]
    assert [state(r) for r in (first, second, third)] == [
        "dismissed",
        "dismissed",
        "open",
    ]
    assert first.closed_by == admin_user
    assert first.closed_at is not None
    assert Member.objects.get(pk=eve.pk).is_active
    entry = LogEntry.objects.get(object_id=str(first.pk))
    assert (entry.user, entry.get_change_message()) == (admin_user, "Changed state.")


def test_dismissing_again_changes_nothing(admin_client, admin_user, eve, bob):
    row = report(bob, eve)
    services.deactivate_reported(row, by=admin_user)

    said = run(admin_client, f"{QUEUE}?state=all", "dismiss", row)

    assert said == ["0 reports dismissed."]
    assert state(row) == "deactivated"


def test_deactivate_closes_all_that_is_open_about_the_member(
    admin_client, admin_user, eve, bob
):
    first, second, old = (report(bob, eve) for _ in range(3))
    services.dismiss_report(old, by=admin_user)
    other = report(eve, bob)

    said = run(admin_client, QUEUE, "deactivate", first, second)

    assert said == ["1 member deactivated."]
    assert [state(r) for r in (first, second, old, other)] == [
        "deactivated",
        "deactivated",
        "dismissed",
        "open",
    ]
    assert not Member.objects.get(pk=eve.pk).is_active
    assert Member.objects.get(pk=bob.pk).is_active
    said = {(e.object_id, e.get_change_message()) for e in LogEntry.objects.all()}
    assert said == {(str(first.pk), "Changed state."), (str(eve.pk), "Changed active.")}


def test_deactivated_member_is_signed_out_everywhere(admin_client, eve, bob):
    headers = signed_in_twice(eve)
    refresh = services.issue_tokens(eve)["refresh"]
    browser = Client()
    browser.force_login(eve)
    assert statuses(headers) == [200, 200]
    assert browser.get("/api/clients/me/").status_code == 200

    run(admin_client, QUEUE, "deactivate", report(bob, eve))

    assert statuses(headers) == [401, 401]
    assert browser.get("/api/clients/me/").status_code == 401
    answer = APIClient().post("/api/user/refresh/", {"refresh": refresh})
    assert answer.status_code == 401


def test_deactivated_member_is_invisible_everywhere(admin_client, signed_in, eve, bob):
    services.like_member(eve, bob.pk)
    services.like_member(bob, eve.pk)
    ann = MemberFactory(lon=30.3, lat=59.9)
    lists = [
        (bob, "/api/clients/"),
        (bob, "/api/list/?distance=50"),
        (bob, "/api/clients/?liked=true"),
        (bob, "/api/clients/?liked_me=true"),
        (bob, "/api/clients/?matched=true"),
        (ann, "/api/discover/"),
    ]
    pages = [f"/api/clients/{eve.pk}/", f"/api/clients/{eve.pk}/match/"]

    def seen() -> list[bool]:
        return [
            eve.pk in [row["id"] for row in signed_in(who).get(url).json()["results"]]
            for who, url in lists
        ]

    assert seen() == [True] * 6

    run(admin_client, QUEUE, "deactivate", report(bob, eve))

    assert seen() == [False] * 6
    assert [signed_in(bob).get(url).status_code for url in pages] == [404] * 2


# --- who may ----------------------------------------------------------------------


def test_staff_decide_about_members_but_not_about_staff(staff_with, eve, bob):
    client = staff_with(*RIGHTS)
    colleague = MemberFactory(is_staff=True)
    about_eve, about_staff = report(bob, eve), report(bob, colleague)

    assert 'value="deactivate"' in client.get(page(about_eve)).text
    assert 'value="deactivate"' not in client.get(page(about_staff)).text
    assert 'value="dismiss"' in client.get(page(about_staff)).text
    said = run(client, QUEUE, "deactivate", about_eve, about_staff)

    assert said == [
        "1 report was skipped: only superusers can deactivate staff.",
        "1 member deactivated.",
    ]
    assert [state(about_eve), state(about_staff)] == ["deactivated", "open"]
    assert Member.objects.get(pk=colleague.pk).is_active


def test_superuser_deactivates_staff(admin_client, bob):
    colleague = MemberFactory(is_staff=True)

    said = run(admin_client, QUEUE, "deactivate", report(bob, colleague))

    assert said == ["1 member deactivated."]
    assert not Member.objects.get(pk=colleague.pk).is_active


@pytest.mark.parametrize(
    ("rights", "may"),
    [
        (["view_report"], []),
        (["view_report", "change_member"], []),
        (["change_report"], ["dismiss"]),
        (["change_report", "view_member"], ["dismiss"]),
        (["change_report", "change_member"], ["dismiss", "deactivate"]),
    ],
)
def test_actions_need_their_rights(staff_with, eve, bob, rights, may):
    client = staff_with(*rights)
    row = report(bob, eve)
    assert listed(client.get(QUEUE)) == [row]

    for action in ("deactivate", "dismiss"):
        assert (f'value="{action}"' in client.get(page(row)).text) is (action in may)
        if action not in may:
            run(client, QUEUE, action, row)

    assert state(row) == "open"
    assert Member.objects.get(pk=eve.pk).is_active


def test_reports_are_deleted_only_with_the_right(staff_with, admin_client, eve, bob):
    row = report(bob, eve)
    url = reverse("admin:matchmaker_report_delete", args=[row.pk])

    assert staff_with(*RIGHTS).post(url, {"post": "yes"}).status_code == 403
    assert Report.objects.exists()
    admin_client.post(url, {"post": "yes"})

    assert not Report.objects.exists()


def test_queue_is_closed_to_staff_without_rights_and_to_members(staff_with, eve):
    member = Client()
    member.force_login(eve)

    assert staff_with("view_member").get(QUEUE).status_code == 403
    assert member.get(QUEUE).status_code == 302
    assert member.get(LIST).status_code == 302
