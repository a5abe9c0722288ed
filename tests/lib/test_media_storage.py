"""Pictures elsewhere than on this machine's disk."""

import pytest
from django.conf import settings

from project.lib.media_storage import BOUNDED_S3, CACHE_CONTROL, S3, media_storage

DISK = "django.core.files.storage.FileSystemStorage"


def test_objects_in_s3_are_kept_by_caches_for_a_day():
    options = {"bucket_name": "b", "object_parameters": {"StorageClass": "STANDARD_IA"}}

    made = media_storage(S3, options)

    parameters = {"CacheControl": CACHE_CONTROL, "StorageClass": "STANDARD_IA"}
    assert made == {
        "BACKEND": BOUNDED_S3,
        "OPTIONS": {"bucket_name": "b", "object_parameters": parameters},
    }


def test_who_runs_it_may_say_otherwise():
    own = {"object_parameters": {"CacheControl": "max-age=60"}}

    assert media_storage(S3, own) == {"BACKEND": BOUNDED_S3, "OPTIONS": own}


def test_other_storages_get_their_options_alone():
    assert media_storage(DISK, {}) == {"BACKEND": DISK, "OPTIONS": {}}


def test_s3_is_waited_for_no_longer_than_a_request():
    s3 = pytest.importorskip("project.lib.s3", exc_type=ImportError)

    bounds = s3.S3Storage(bucket_name="b").client_config

    waits_s = bounds.connect_timeout + bounds.read_timeout
    assert waits_s * bounds.retries["total_max_attempts"] <= settings.REQUEST_TIMEOUT_S
