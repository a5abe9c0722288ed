"""A digest of a row, which PostgreSQL keeps beside it."""

from django.db import models
from django.db.models import Func


class RowDigest(Func):
    """A digest of several columns in 64 bits."""

    template = "hash_record_extended(ROW(%(expressions)s), 0)"
    output_field = models.BigIntegerField()


class AsBytes(Func):
    """A geography as bytes, which have a hash; geographies have none."""

    function = "ST_AsBinary"
    output_field = models.BinaryField()
