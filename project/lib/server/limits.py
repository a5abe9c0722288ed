"""How much of a request is read."""

# Room for a 20 MB photo, so that it is told "too large" on its own field; what is
# larger than this is not read to its end.
MAX_FORM_BYTES = 32 * 1024 * 1024

# Of what is no form.
MAX_BODY_BYTES = 1024 * 1024
