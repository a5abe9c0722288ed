"""Pictures elsewhere than on this machine's disk."""

from project.lib.media_storage import CACHE_CONTROL, S3, media_storage

DISK = "django.core.files.storage.FileSystemStorage"


def test_objects_in_s3_are_kept_by_caches_for_a_day():
    options = {"bucket_name": "b", "object_parameters": {"StorageClass": "STANDARD_IA"}}

    made = media_storage(S3, options)

    parameters = {"CacheControl": CACHE_CONTROL, "StorageClass": "STANDARD_IA"}
    assert made == {
        "BACKEND": S3,
        "OPTIONS": {"bucket_name": "b", "object_parameters": parameters},
    }


def test_who_runs_it_may_say_otherwise():
    own = {"object_parameters": {"CacheControl": "max-age=60"}}

    assert media_storage(S3, own) == {"BACKEND": S3, "OPTIONS": own}


def test_other_storages_get_their_options_alone():
    assert media_storage(DISK, {}) == {"BACKEND": DISK, "OPTIONS": {}}
