"""Members to test with."""

import factory
from django.contrib.gis.geos import Point

from matchmaker.models import Gender, Language, Member

PASSWORD = "correct horse 7"


class MemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Member
        skip_postgeneration_save = True

    class Params:
        lon = None
        lat = None

    email = factory.Sequence(lambda n: f"member{n}@example.com")
    first_name = factory.Sequence(lambda n: f"First{n}")
    last_name = factory.Sequence(lambda n: f"Last{n}")
    gender = Gender.FEMALE
    language = Language.ENGLISH
    password = factory.django.Password(PASSWORD)
    location = factory.LazyAttribute(
        lambda o: None if o.lon is None else Point(o.lon, o.lat, srid=4326)
    )
