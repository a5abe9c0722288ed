"""One mailbox is one e-mail, however it is spelt.

`email_identity` is the only place that compares e-mails: what it makes is stored beside
each one (email_fields.py), unique, and looked up by. PostgreSQL folds none itself.
"""

import re
import unicodedata
from functools import lru_cache

import idna
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext_lazy as _

EMAIL_MAX_LENGTH = 254
# Texts that are longer are no e-mails, however they are composed. They are left alone:
# normalizing takes time with the square of the accents on one letter.
_TEXT_MAX_LENGTH = 2 * EMAIL_MAX_LENGTH
_check_length = MaxLengthValidator(EMAIL_MAX_LENGTH)

# Names that need no quotes before the @ (RFC 5322, 3.2.3).
_DOT_ATOM = re.compile(r"[^\s\"(),:;<>@\[\\\].]+(\.[^\s\"(),:;<>@\[\\\].]+)*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def email_identity(text: str) -> str:
    """What all ways to write one mailbox have in common; of any text, without errors.

    The domain is its A-labels: UTS 46 maps look-alikes of one letter (full width,
    ligatures, capitals, NFD), IDNA 2008 keeps `straße` and `strasse` two domains. A
    domain that IDNA refuses is only put into small letters (ASCII's): accounts of
    before may have one, else it is nobody's. The name before the @ is without case
    (Unicode 3.13, D145), in NFC, and without quotes that it does not need. The
    identity of an identity is itself.
    """
    text = text.strip()
    if len(text) > _TEXT_MAX_LENGTH:
        return text
    local, at, domain = text.rpartition("@")
    if not at:
        return _folded(text)
    return f"{_folded(_unquoted(local))}@{_a_labels(domain) or _plain(domain)}"


def checked_email(text: str) -> str:
    """The e-mail of a new account, as typed but for NFC. Raises ValidationError.

    Its domain must be one that IDNA 2008 allows. Before the @ it is ASCII: mail servers
    without SMTPUTF8, as most are, take nothing else.
    """
    text = text.strip()
    if len(text) <= _TEXT_MAX_LENGTH:
        text = unicodedata.normalize("NFC", text)
    _check_length(text)
    local, _at, domain = text.rpartition("@")
    if not local.isascii():
        raise ValidationError(
            _(
                "Before the @, an e-mail can have only Latin letters, digits "
                "and symbols."
            ),
            "not_ascii",
        )
    sent = f"{local}@{_a_labels(domain) or ''}"
    validate_email(sent)
    _check_length(sent)
    return text


def deliverable(email: str) -> str:
    """The e-mail as mail servers take it: with its domain in A-labels, if it has any.

    Django's own encoding is IDNA 2003, which sends `straße`'s mail to `strasse`.
    """
    local, at, domain = email.rpartition("@")
    if domain.isascii():
        return email
    return f"{local}{at}{_a_labels(domain) or domain}"


@lru_cache(4096)
def _a_labels(domain: str) -> str | None:
    """The domain in A-labels, in small letters; None for what IDNA 2008 refuses."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:  # IDNAError is one; halves of characters are another
        return None


def _plain(domain: str) -> str:
    # Letters of ASCII only: UTS 46 folds them before it refuses anything, so what was
    # refused is refused again.
    return unicodedata.normalize("NFC", domain).translate(_ASCII_LOWER)


def _folded(local: str) -> str:
    folded = unicodedata.normalize("NFD", local).casefold()
    return unicodedata.normalize("NFC", folded)


def _unquoted(local: str) -> str:
    """Without quotes and backslashes that mean nothing (RFC 5321, 4.1.2)."""
    if not _QUOTED.fullmatch(local):
        return local
    name = re.sub(r"\\(.)", r"\1", local[1:-1], flags=re.DOTALL)
    if _DOT_ATOM.fullmatch(name):
        return name
    return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", name))
