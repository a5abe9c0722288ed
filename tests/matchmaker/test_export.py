"""GET /api/clients/me/export/: all that is a member's, and nothing of others'."""

import json
from base64 import b64decode
from datetime import datetime
from io import BytesIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from matchmaker import errors, export, services
from matchmaker.models import (
    AccountMail,
    Block,
    Like,
    Match,
    MatchMail,
    Member,
    Pass,
    Report,
)
from tests.factories import PASSWORD, MemberFactory
from tests.pictures import upload

EXPORT = "/api/clients/me/export/"
ME = "/api/clients/me/"

SECTIONS = [
    "format_version", "exported_at", "profile", "avatar", "anchors", "likes_given",
    "likes_received", "matches", "passes", "blocks", "reports", "match_mails",
    "account_mails", "sign_ins", "events", "referrals", "chat",
]  # fmt: skip


@pytest.fixture
def bob(db) -> Member:
    return MemberFactory(first_name="Боб", gender="male", email="bob@example.com")


def match(one: Member, other: Member) -> Match:
    services.like_member(one, other.pk)
    services.like_member(other, one.pk)
    return Match.objects.latest("id")


def members(rows: list[dict]) -> list[int]:
    return [row["member"] for row in rows]


def instant(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("path", [EXPORT, EXPORT.rstrip("/")])
def test_export_is_a_file_to_keep(ann, as_ann, path):
    response = as_ann.get(path)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == (
        f'attachment; filename="matchmaker-{ann.pk}.json"'
    )
    assert response["Cache-Control"] == "private, no-store"
    assert response.content.startswith(b'{\n  "format_version": 1,\n  "exported_at": ')
    assert list(response.json()) == SECTIONS


def test_export_needs_a_member(api, db):
    assert api.get(EXPORT).status_code == 401


def test_everything_is_in_it(ann, as_ann, bob):
    ann.phone_number, ann.last_name = "+79991234567", "Ли"
    ann.save()
    as_ann.patch(ME, {"avatar": upload(), "looking_for": "male"}, format="multipart")
    eve, uma, joe = (MemberFactory() for _ in range(3))
    matched = match(ann, bob)
    mail = MatchMail.objects.get(member=ann)
    MatchMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now())
    services.like_member(ann, eve.pk)
    services.like_member(uma, ann.pk)
    services.pass_member(ann, uma.pk)
    services.block_member(ann, joe.pk)
    report = services.report_member(ann, joe.pk, reason="abuse", text="Хам\n№ 1")
    services.issue_tokens(ann)
    told = AccountMail.objects.create(
        member=ann,
        kind=AccountMail.Kind.PHONE_LOST,
        email="old@example.com",
        phone_number="+79997654321",
        sent_at=timezone.now(),
    )
    moscow = {"type": "Point", "coordinates": [37.6176, 55.7558]}
    home = {"type": "Point", "coordinates": [30.3158, 59.9391]}
    beside = {"type": "Point", "coordinates": [30.3159, 59.9392]}
    for place in (moscow, beside):
        as_ann.patch(ME, {"location": place}, format="json")

    response = as_ann.get(EXPORT)

    file = response.json()
    ann.refresh_from_db()
    mail.refresh_from_db()
    likes = Like.objects.filter(from_member=ann).order_by("id")
    left_at = ann.anchors.order_by("id").values_list("left_at", flat=True)
    assert "Хам\\n№ 1" in response.content.decode()
    assert datetime.fromisoformat(file.pop("exported_at")).tzinfo
    signed_in = file.pop("sign_ins")
    del file["events"], file["referrals"], file["chat"]  # tests/events, …
    picture = b64decode(file["avatar"].pop("base64"))
    with default_storage.open(ann.avatar.name) as file_on_disk:
        assert picture == file_on_disk.read()
    assert Image.open(BytesIO(picture)).format == "JPEG"
    assert file.pop("avatar") == {
        "url": f"http://testserver/media/{ann.avatar.name}",
        "media_type": "image/jpeg",
    }
    assert file == {
        "format_version": 1,
        "profile": as_ann.get(ME).json()
        | {
            "location": beside,
            "email_verified_at": None,
            "public_location": {
                "type": "Point",
                "coordinates": [
                    pytest.approx(ann.public_location.x),
                    pytest.approx(ann.public_location.y),
                ],
            },
            "last_login": None,
            "is_active": True,
            "is_staff": False,
            "is_superuser": False,
            "has_password": True,
        },
        "anchors": {
            "now": home,
            "since": instant(ann.anchored_at),
            "left": [
                {"point": anchor, "left_at": instant(at), "has_stayed": False}
                for anchor, at in zip((home, moscow), left_at, strict=True)
            ],
        },
        "likes_given": [
            {"member": like.to_member_id, "created_at": instant(like.created_at)}
            for like in likes
        ],
        "likes_received": [{"member": bob.pk}, {"member": uma.pk}],
        "matches": [
            {
                "member": bob.pk,
                "first_name": "Боб",
                "email": "bob@example.com",
                "created_at": instant(matched.created_at),
            }
        ],
        "passes": [
            {"member": uma.pk, "created_at": instant(Pass.objects.get().created_at)}
        ],
        "blocks": [
            {"member": joe.pk, "created_at": instant(Block.objects.get().created_at)}
        ],
        "reports": [
            {
                "id": report.pk,
                "member": joe.pk,
                "reason": "abuse",
                "text": "Хам\n№ 1",
                "created_at": instant(report.created_at),
                "closed_at": None,
            }
        ],
        "match_mails": [{"member": bob.pk, "sent_at": instant(mail.sent_at)}],
        "account_mails": [
            {
                "kind": "phone_lost",
                "email": "old@example.com",
                "phone_number": "+79997654321",
                "sent_at": instant(told.sent_at),
            }
        ],
    }
    assert members(file["likes_given"]) == [bob.pk, eve.pk]
    assert signed_in == {
        "key_created_at": instant(ann.auth_token.created),
        "token_families": [
            {
                name: instant(getattr(ann.token_families.get(), name))
                for name in ("created_at", "refreshed_at", "expires_at")
            }
        ],
    }


def test_empty_account_has_every_section(signed_in, db):
    nameless = MemberFactory(email=None, phone_number="+79991234567", password=None)

    file = signed_in(nameless).get(EXPORT).json()

    assert list(file) == SECTIONS
    assert file["profile"]["has_password"] is False
    assert file["profile"]["location"] is file["profile"]["public_location"] is None
    assert file["avatar"] is None
    assert file["anchors"] == {"now": None, "since": None, "left": []}
    assert file["sign_ins"]["token_families"] == []


def test_missing_picture_is_none(ann, as_ann):
    as_ann.patch(ME, {"avatar": upload()}, format="multipart")
    ann.refresh_from_db()
    default_storage.delete(ann.avatar.name)

    assert as_ann.get(EXPORT).json()["avatar"] is None


def test_no_secret_is_in_it(ann, as_ann, api, bob):
    key = api.post(
        "/api/auth/token/login/", {"email": ann.email, "password": PASSWORD}
    ).json()["auth_token"]
    tokens = services.issue_tokens(ann)
    used = services.rotate_tokens(tokens["refresh"])
    match(ann, bob)
    bob.phone_number = "+79997654321"
    bob.save()

    response = as_ann.get(EXPORT)

    text = response.content.decode()
    family = ann.token_families.get()
    for secret in (
        key, *tokens.values(), *used.values(), family.refresh_jti, family.spent_jti,
        str(family.pk), ann.password, bob.password, bob.phone_number, bob.last_name,
    ):  # fmt: skip
        assert secret not in text
    [told] = response.json()["sign_ins"]["token_families"]
    assert told["created_at"] < told["refreshed_at"] < told["expires_at"]


def test_who_blocked_the_member_is_not_told(ann, as_ann, bob):
    eve = MemberFactory()
    services.like_member(ann, bob.pk)
    services.pass_member(ann, bob.pk)
    services.report_member(ann, bob.pk, reason="spam", text="")
    services.like_member(eve, ann.pk)
    match(ann, uma := MemberFactory())
    MatchMail.objects.update(sent_at=timezone.now())
    everybody = (bob, eve, uma)

    for other in everybody:
        services.block_member(other, ann.pk)
    # Ann blocks back, and is told that there is nobody.
    with pytest.raises(errors.MemberUnknown):
        services.block_member(ann, bob.pk)
    hidden = as_ann.get(EXPORT).json()
    for other in everybody:
        services.delete_member(other)
    deleted = as_ann.get(EXPORT).json()

    assert {**hidden, "exported_at": None} == {**deleted, "exported_at": None}
    assert hidden["likes_given"] == hidden["passes"] == hidden["reports"] == []


def test_mail_that_a_block_has_stopped_is_not_told(ann, as_ann, bob):
    match(ann, bob)
    services.block_member(bob, ann.pk)
    services.send_match_mail(MatchMail.objects.get(member=ann).pk)

    file = as_ann.get(EXPORT).json()

    assert MatchMail.objects.get(member=ann).given_up_at
    assert file["match_mails"] == []


def test_inactive_members_are_gone_from_what_others_did(ann, as_ann, bob):
    match(ann, bob)
    services.set_active(bob, False)

    file = as_ann.get(EXPORT).json()

    assert file["likes_received"] == file["matches"] == file["likes_given"] == []
    assert "bob@example.com" not in json.dumps(file)


def test_blocks_and_reports_by_others_are_theirs(ann, as_ann, bob):
    services.report_member(bob, ann.pk, reason="fake", text="a bot")
    services.pass_member(bob, ann.pk)
    services.block_member(bob, ann.pk)

    file = as_ann.get(EXPORT).json()

    assert file["reports"] == file["passes"] == file["blocks"] == []
    assert str(bob.pk) not in json.dumps(file["profile"]["id"])
    assert "a bot" not in json.dumps(file)


def test_closed_report_tells_neither_how_nor_by_whom(ann, as_ann, bob):
    staff = MemberFactory(first_name="Warden", is_staff=True)
    for other, close in (
        (bob, services.deactivate_reported),
        (MemberFactory(), services.dismiss_report),
    ):
        report = services.report_member(ann, other.pk, reason="spam", text="")
        close(report, by=staff)
    services.set_active(bob, True)  # of whom is shut out nothing is told

    told = as_ann.get(EXPORT).json()["reports"]

    assert [sorted(row) for row in told] == [
        ["closed_at", "created_at", "id", "member", "reason", "text"]
    ] * 2
    assert {row["closed_at"] for row in told} == {
        instant(at) for at in Report.objects.values_list("closed_at", flat=True)
    }


def test_own_row_of_a_member_deleted_meanwhile_is_401(ann, api):
    gone = Member.objects.get(pk=ann.pk)
    services.delete_member(ann)
    api.force_authenticate(gone)

    response = api.get(EXPORT)

    assert response.status_code == 401
    assert response.json()["code"] == "token_dead"


def test_many_rows_cost_no_more_queries(ann, as_ann):
    def grow(number: int) -> None:
        others = Member.objects.bulk_create(
            Member(email=f"o{number}-{i}@example.com") for i in range(number)
        )
        Like.objects.bulk_create(Like(from_member=ann, to_member=o) for o in others)
        Like.objects.bulk_create(Like(from_member=o, to_member=ann) for o in others)
        for model in (Pass, Block):
            model.objects.bulk_create(
                model(from_member=ann, to_member=o) for o in others[::2]
            )
        Match.objects.bulk_create(
            Match(first_member=ann, second_member=o) for o in others
        )
        MatchMail.objects.bulk_create(
            MatchMail(member=ann, about=o, sent_at=timezone.now()) for o in others
        )
        services.issue_tokens(ann)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_ann.get(EXPORT).status_code == 200
        return len(captured)

    grow(1)
    few = queries()
    grow(3000)

    # Who asks; the rows of the profile, the avatar and the anchor; anchors left; likes
    # given and received, matches, passes, blocks, reports, mails; the key and the
    # refresh tokens; eight of events. The answers about the e-mail, which the profile
    # has too; all questions about it; codes, the one activated, those invited, the
    # leaderboard. Two of the chat.
    assert few == queries() == 31
    assert len(as_ann.get(EXPORT).json()["likes_given"]) == 3001


def test_other_apps_add_their_sections(ann, as_ann, monkeypatch):
    monkeypatch.setattr(export, "SECTIONS", dict(export.SECTIONS))
    export.register("music", lambda request: [{"room": 4, "by": request.user.pk}])

    file = as_ann.get(EXPORT).json()

    assert list(file) == [*SECTIONS, "music"]
    assert file["music"] == [{"room": 4, "by": ann.pk}]
    with pytest.raises(ImproperlyConfigured):
        export.register("music", lambda request: None)
