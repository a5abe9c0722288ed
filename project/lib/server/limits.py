"""Size limits of requests."""

# Allows a 20 MB photo, so that "too large" can be reported on its field; larger
# requests are not read to the end.
MAX_FORM_BYTES = 32 * 1024 * 1024

# Of bodies that are not forms.
MAX_BODY_BYTES = 1024 * 1024
