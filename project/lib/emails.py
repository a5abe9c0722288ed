"""The identity of an e-mail: one mailbox is one e-mail, however it is spelt.

Only `email_identity` compares e-mails: its result is stored beside each e-mail
(email_fields.py), is unique, and is what look-ups use. PostgreSQL folds no e-mails.
"""

import re
import unicodedata
from functools import lru_cache

import idna
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.utils.translation import gettext_lazy as _

EMAIL_MAX_LENGTH = 254
# Longer texts are no e-mails, however composed. They are left alone, because
# normalizing takes quadratic time in the accents on one letter.
_TEXT_MAX_LENGTH = 2 * EMAIL_MAX_LENGTH
_check_length = MaxLengthValidator(EMAIL_MAX_LENGTH)

# Names that need no quotes before the @ (RFC 5322, 3.2.3).
_DOT_ATOM = re.compile(r"[^\s\"(),:;<>@\[\\\].]+(\.[^\s\"(),:;<>@\[\\\].]+)*")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ASCII_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def email_identity(text: str) -> str:
    """Return what all spellings of one mailbox have in common; accepts any text.

    The domain is its A-labels: UTS 46 maps look-alikes of one letter (full width,
    ligatures, capitals, NFD), IDNA 2008 keeps `straße` and `strasse` two domains. A
    domain that IDNA refuses is only lowercased (ASCII), because old accounts may have
    one. The name before the @ is case-folded (Unicode 3.13, D145), in NFC, and without
    needless quotes. The identity of an identity is itself.
    """
    text = text.strip()
    if len(text) > _TEXT_MAX_LENGTH:
        return text
    local, at, domain = text.rpartition("@")
    if not at:
        return _folded(text)
    return f"{_folded(_unquoted(local))}@{_a_labels(domain) or _plain(domain)}"


def checked_email(text: str) -> str:
    """Return a new account's e-mail, as typed apart from NFC. Raises ValidationError.

    IDNA 2008 must allow its domain. Before the @ it must be ASCII, because mail servers
    without SMTPUTF8, which most are, take nothing else.
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
    """Return the e-mail for mail servers: its domain in A-labels, where it has them.

    Django's own encoding is IDNA 2003, which sends `straße`'s mail to `strasse`.
    """
    local, at, domain = email.rpartition("@")
    if domain.isascii():
        return email
    return f"{local}{at}{_a_labels(domain) or domain}"


@lru_cache(4096)
def _a_labels(domain: str) -> str | None:
    """Return the domain in lowercase A-labels, or None if IDNA 2008 refuses it."""
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError:  # IDNAError is one; lone surrogates raise another
        return None


def _plain(domain: str) -> str:
    # Only ASCII letters: UTS 46 folds them before it refuses anything, so what was
    # refused is refused again.
    return unicodedata.normalize("NFC", domain).translate(_ASCII_LOWER)


def _folded(local: str) -> str:
    folded = unicodedata.normalize("NFD", local).casefold()
    return unicodedata.normalize("NFC", folded)


def _unquoted(local: str) -> str:
    """Return the local part without needless quotes (RFC 5321, 4.1.2)."""
    if not _QUOTED.fullmatch(local):
        return local
    name = re.sub(r"\\(.)", r"\1", local[1:-1], flags=re.DOTALL)
    if _DOT_ATOM.fullmatch(name):
        return name
    return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", name))
