"""manage.py demo: the same people every time, all of them or none."""

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.gis.measure import D
from django.core.management import CommandError, call_command
from django.db import connection
from PIL import Image

from matchmaker.demo.people import WITH_AVATAR, email_of, person
from matchmaker.models import Gender, Language, Like, Match, MatchMail, Member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fast_and_tidy(settings, tmp_path):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path


def demo(*options):
    out = StringIO()
    call_command("demo", *options, stdout=out)
    return out.getvalue()


def world():
    """All that a load decides, but instants and the random names of files."""
    people = [
        (m.email, m.first_name, m.last_name, m.gender, m.language, _lon_lat(m.location))
        for m in Member.objects.order_by("id")
    ]
    likes = Like.objects.values_list("from_member__email", "to_member__email")
    return people, set(likes), _pictures()


def _lon_lat(point):
    return point and (point.x, point.y)


def _pictures():
    with_avatar = Member.objects.exclude(avatar="").order_by("id")
    return [Path(member.avatar.path).read_bytes() for member in with_avatar]


def stored_files(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def refuse(event, email):
    """Have the database fail when it comes to this member."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE 'disk full'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE {event} ON matchmaker_member FOR EACH ROW"
            f" WHEN (NEW.email = '{email}') EXECUTE FUNCTION pg_temp.refuse()"
        )


def test_same_seed_makes_the_same_people():
    demo("--members=40", "--seed=7")
    first = world()

    Member.objects.all().delete()
    demo("--members=40", "--seed=7")

    assert len(first[0]) == 40
    assert first[1]
    assert world() == first


def test_another_seed_makes_other_people():
    assert [person(n, 1)[2:] for n in (1, 2, 300)] != [
        person(n, 2)[2:] for n in (1, 2, 300)
    ]


def test_members_are_plausible():
    assert demo("--members=600").startswith("600 demo members added in ")

    members = Member.objects.all()
    assert members.count() == 600
    for gender in Gender.values:
        assert members.filter(gender=gender).count() == 300
    assert not members.filter(first_name="").exists()
    assert not members.filter(last_name="").exists()
    assert members.filter(language=Language.RUSSIAN).count() > 50
    assert 5 < members.filter(location=None).count() < 40
    assert members.filter(is_staff=True).count() == 1
    assert len(set(members.values_list("password", flat=True))) == 600


def test_every_location_is_valid_and_has_a_public_one():
    demo("--members=600")

    for member in Member.objects.exclude(location=None):
        assert -180 <= member.location.x <= 180
        assert -90 <= member.location.y <= 90
        assert member.public_location is not None


def test_sign_ins_have_people_around_them():
    demo("--members=300")

    for number in range(1, 6):
        member = Member.objects.get(email=email_of(number))
        near = Member.objects.filter(location__dwithin=(member.location, D(km=30)))
        assert near.count() > 40


def test_likes_are_between_men_and_women_and_mutual_of_two_only():
    demo("--members=24")

    likes = Like.objects.select_related("from_member", "to_member")
    pairs = {(like.from_member, like.to_member) for like in likes}
    assert len(pairs) > 20
    assert all(one.gender != other.gender for one, other in pairs)
    two = {Member.objects.get(email=email_of(number)) for number in (1, 2)}
    assert [{*p} for p in pairs if p[::-1] in pairs] == [two, two]
    match = Match.objects.get()
    assert {match.first_member, match.second_member} == two
    # Demo sign-ins have others to like back.
    assert Member.objects.get(email=email_of(1)).likes_received.count() > 1


def test_one_member_hides_and_is_discovered_by_whom_they_like(signed_in):
    demo("--members=24")

    hidden = Member.objects.get(visibility="hidden")
    viewer = Member.objects.get(email=email_of(1))
    pages = [
        signed_in(viewer).get(path, {"page_size": 100}).json()["results"]
        for path in ("/api/clients/", "/api/discover/")
    ]
    assert hidden.likes_given.filter(to_member=viewer).exists()
    assert [hidden.pk in {m["id"] for m in page} for page in pages] == [False, True]


def test_match_of_the_demo_is_mailed_to_nobody():
    demo("--members=24")

    assert Match.objects.exists()
    assert not MatchMail.objects.exists()


def test_match_that_has_ended_is_not_made_again():
    demo("--members=2")
    Like.objects.get(from_member__email=email_of(2)).delete()

    demo("--members=3")

    assert not Match.objects.exists()


def test_top_up_adds_only_what_is_missing():
    demo("--members=6")
    kept = set(Member.objects.exclude(email=email_of(3)).values_list("id", flat=True))
    Member.objects.get(email=email_of(3)).delete()

    said = demo("--members=12")

    assert said.startswith("7 demo members added")
    assert "5 of 12 were already there.\n" in said
    emails = set(Member.objects.values_list("email", flat=True))
    assert emails == {email_of(n) for n in range(1, 13)}
    assert kept <= set(Member.objects.values_list("id", flat=True))
    assert demo("--members=12").startswith("0 demo members added")


def test_other_members_stay_as_they_are():
    mine = Member.objects.create_user("Demo2@Example.com", "secret", first_name="Eve")

    assert demo("--members=4").startswith("3 demo members added")

    mine.refresh_from_db()
    assert mine.first_name == "Eve"
    assert mine.check_password("secret")


def test_if_empty_leaves_a_filled_database_alone():
    Member.objects.create_user("eve@example.org")

    assert demo("--members=9", "--if-empty") == (
        "There already are members; no demo members added.\n"
    )
    assert Member.objects.count() == 1


def test_if_empty_fills_an_empty_database():
    demo("--members=3", "--if-empty")

    assert Member.objects.count() == 3


@pytest.mark.parametrize(
    ("event", "email"),
    [("INSERT", email_of(700)), ("UPDATE", email_of(9))],
    ids=["while copying", "while adding avatars"],
)
def test_failed_load_leaves_nothing(settings, event, email):
    refuse(event, email)

    with pytest.raises(CommandError, match="disk full"):
        demo("--members=800")

    assert not Member.objects.exists()
    assert not Like.objects.exists()
    assert stored_files(settings) == []


def test_printed_passwords_sign_in():
    demo("--members=8")

    rows = [line.split() for line in demo("--sign-ins").splitlines()[2:]]

    assert [row[0] for row in rows] == [email_of(n) for n in range(1, 6)]
    assert len({row[1] for row in rows}) == 5
    for email, password, *_ in rows:
        assert authenticate(username=email, password=password).email == email
    admin = Member.objects.get(email="admin@example.com")
    assert (admin.is_staff, admin.is_superuser) == (True, True)
    assert Member.objects.filter(is_superuser=True).count() == 1
    assert not Member.objects.get(email=email_of(6)).has_usable_password()


def test_passwords_depend_on_the_installation(settings):
    demo("--members=1")
    before = demo("--sign-ins")

    settings.SECRET_KEY = "another installation"

    assert "(changed)" not in before
    assert "(changed)" in demo("--sign-ins")


def test_sign_ins_without_demo_members():
    assert demo("--sign-ins") == (
        "No demo members; run manage.py demo --members 10000\n"
    )


def test_first_members_have_avatars():
    demo("--members=30")

    with_avatar = Member.objects.exclude(avatar="")
    assert {m.email for m in with_avatar} == {
        email_of(n) for n in range(1, WITH_AVATAR + 1)
    }
    for member in with_avatar:
        with Image.open(member.avatar.path) as picture:
            picture.load()
            assert (picture.format, picture.size) == ("JPEG", (480, 480))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "Specify --members N"),
        (["--if-empty"], "Specify --members N"),
        (["--members=-1"], "--members must be from 0 to 10,000,000, not -1"),
        (["--members=10000001"], "--members must be from 0 to 10,000,000"),
        (["--members=ten"], "invalid int value: 'ten'"),
        (["--members=1", "--seed=-1"], "--seed must be from 0"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(CommandError, match=message):
        demo(*options)

    assert not Member.objects.exists()


def test_no_members_is_a_number():
    assert demo("--members=0").startswith("0 demo members added")
