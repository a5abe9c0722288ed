"""What the address bar of the admin can be made to tell, or to break."""

import itertools
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.views.main import IGNORED_PARAMS
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from rest_framework.authtoken.models import Token

from events.models import CalendarFeed
from matchmaker.admin.pagination import DeclaredFilters
from matchmaker.models import Member
from tests.factories import MemberFactory

NONSENSE = [
    "",
    "1",
    "a",
    "-1",
    "null",
    "9" * 20,
    "9999",
    "9999-12-31",
    "9999-12-31T23:59:59+00:00",
    "0001-01-01 00:00:00-12:00",
    "(",
    "[]",
    "{",
    "1,2",
    "\x00",
    "😀",
    "NaN",
    "%",
    "\\",
    "'",
    "2027-02-30",
    "POINT(0 0)",
    "a" * 5000,
]
LOOKUPS = [
    "exact", "iexact", "contains", "startswith", "regex", "iregex", "in", "range",
    "gt", "gte", "lt", "isnull", "isempty", "year", "month", "day", "week_day",
    "date", "time", "hour", "length", "dwithin", "bbcontains", "search",
    "trigram_similar", "year__gte",
]  # fmt: skip
# The URLs take some of Django's own pages off the site.
import_module(settings.ROOT_URLCONF)
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.fixture
def staff(db) -> Client:
    """Somebody who may look at everything, and change nothing."""
    member = MemberFactory(is_staff=True)
    member.user_permissions.set(Permission.objects.filter(codename__startswith="view"))
    client = Client(raise_request_exception=False)
    client.force_login(member)
    return client


def list_of(model) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")


def test_every_list_has_only_the_filters_of_its_page(rf):
    for model, model_admin in admin.site._registry.items():
        changelist = model_admin.get_changelist(rf.get("/"))
        assert issubclass(changelist, DeclaredFilters), model


@pytest.mark.parametrize(
    "lookup",
    [
        "auth_token__key__startswith",
        "email__exact",
        "email__startswith",
        "password__startswith",
        "phone_number__contains",
        "location__dwithin",
        "groups__name",
        "pk",
        "like_given__to_member__email__startswith",
    ],
)
def test_no_column_can_be_read_letter_by_letter(staff, lookup):
    key = Token.objects.create(user=MemberFactory()).key

    for first in key[:1], "x":
        answer = staff.get(list_of(Member), {lookup: first})
        assert answer.status_code == 400


def test_secret_of_a_feed_cannot_be_guessed_by_its_list(staff, db):
    feed = CalendarFeed.objects.create(member=MemberFactory(), secret="s" * 32)

    answer = staff.get(list_of(CalendarFeed), {"secret__startswith": feed.secret[:1]})

    assert answer.status_code == 400


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_lookup_beyond_the_declared_filters(rf, admin_user, model):
    """Each column, and each one relation further, with each kind of comparison."""
    model_admin = admin.site.get_model_admin(model)
    fields = model._meta.get_fields()
    columns = [field.name for field in fields]
    columns += [
        f"{field.name}__{further.name}"
        for field in fields
        if field.is_relation and field.related_model
        for further in field.related_model._meta.concrete_fields
    ]
    values = itertools.cycle(NONSENSE)
    for column, lookup in itertools.product(columns, ("", *LOOKUPS)):
        name = f"{column}__{lookup}" if lookup else column
        if _is_declared(model_admin, name):
            continue
        request = rf.get("/", {name: next(values)})
        request.user = admin_user
        with pytest.raises(DisallowedModelAdminLookup):
            model_admin.get_changelist_instance(request)


# Django warns that a day in an address has no time zone.
@pytest.mark.filterwarnings("ignore:DateTimeField:RuntimeWarning")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_nonsense_for_declared_filters_is_no_500(staff, model):
    answer = staff.get(list_of(model))
    declared = {
        parameter
        for spec in answer.context["cl"].get_filters(answer.wsgi_request)[0]
        for parameter in spec.expected_parameters()
    }
    model_admin = admin.site.get_model_admin(model)
    if hierarchy := model_admin.date_hierarchy:
        declared |= {f"{hierarchy}__{part}" for part in ("year", "month", "day")}
    names = {*declared, *model_admin.linked_lookups, *IGNORED_PARAMS, "q"}
    for name in sorted(names):  # q is one of the ignored, and would be asked twice
        for value in NONSENSE:
            answer = staff.get(list_of(model), {name: value})
            assert answer.status_code < 500, (name, value)


def _is_declared(model_admin, name: str) -> bool:
    declared = {*model_admin.linked_lookups}
    for item in model_admin.list_filter:
        column = item[0] if isinstance(item, tuple) else item
        if isinstance(column, str):
            declared |= {column, f"{column}__exact", f"{column}__isnull"}
            declared |= {
                f"{column}__{end}" for end in ("gte", "lt", "isempty", "id__exact")
            }
        else:
            declared.add(column.parameter_name)
    hierarchy = model_admin.date_hierarchy
    return name in declared or name == f"{hierarchy}__year"


@pytest.mark.parametrize(
    "address",
    [
        "/admin/autocomplete/?term=a%00&app_label=events&model_name=membership"
        "&field_name=organization",
        "/admin/autocomplete/?term=a&page=999999999999999999999&app_label=events"
        "&model_name=membership&field_name=organization",
        "/admin/events/event/add/?organizations=abc,9999999999999999999999",
        "/admin/matchmaker/member/add/?location=abc&email=%00&groups=abc",
        "/admin/matchmaker/member/%00/change/",
        "/admin/matchmaker/member/999999999999999999999999999999/change/",
        "/admin/matchmaker/member/?o=999.-999.abc&p=-1",
        "/admin/matchmaker/member/?_to_field=%00&_popup=1",
        "/admin/matchmaker/member/1/history/?p=abc",
        "/admin/login/?next=%00",
        "/admin/r/1/abc/",
        "/admin/r/99999999999999999999/1/",
        "/admin/jsi18n/?language=%00",
    ],
)
def test_nonsense_in_other_addresses_is_no_500(client, admin_user, address):
    client.raise_request_exception = False
    client.force_login(admin_user)

    assert client.get(address).status_code < 500


@pytest.mark.parametrize("key", ["abc", "", "9" * 30, "\x00", "1,2"])
def test_action_on_what_is_no_row_changes_nothing(client, admin_user, key):
    other = MemberFactory()
    client.raise_request_exception = False
    client.force_login(admin_user)

    answer = client.post(
        list_of(Member), {"action": "deactivate", "_selected_action": [other.pk, key]}
    )

    assert answer.status_code in (302, 400)
    other.refresh_from_db()
    assert other.is_active == (key != "9" * 30)
