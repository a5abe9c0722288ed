"""Fields for e-mails in models, serializers and forms (the rules: emails.py)."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, validate_email
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Collate, Concat, Lower
from rest_framework import serializers

from project.lib.emails import (
    EMAIL_MAX_LENGTH,
    checked_email,
    deliverable,
    email_identity,
)


class SoughtEmailField(serializers.EmailField):
    """An e-mail to look a member up by; text that is no e-mail at all is a 400.

    Domains that IDNA refuses are allowed, because old accounts may have them.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=EMAIL_MAX_LENGTH, **kwargs)
        # The base class does not know full-width domains.
        self.validators = [
            each for each in self.validators if not isinstance(each, EmailValidator)
        ]

    def run_validators(self, value: str) -> None:
        super().run_validators(value)
        try:
            validate_email(deliverable(value))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages, error.code) from error


class EmailField(SoughtEmailField):
    """The e-mail of a new account, kept as typed apart from NFC."""

    def to_internal_value(self, data: Any) -> str:
        try:
            return checked_email(super().to_internal_value(data))
        except ValidationError as error:
            raise serializers.ValidationError(error.messages, error.code) from error


class EmailFormField(forms.EmailField):
    """The same field for forms."""

    default_validators = []

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return checked_email(text) if text else text


class EmailModelField(models.EmailField):
    """The same field for models, used by `createsuperuser`."""

    default_validators = []

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        checked = checked_email(value) if value else value
        return super().clean(checked, model_instance)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": EmailFormField, **kwargs})


class EmailIdentityField(models.TextField):
    """The identity of the e-mail in the column `of`, computed on every write.

    Look-up values become identities first: `filter(email_identity=typed)` finds the
    account of the mailbox that was typed.
    """

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)
        self.of = of

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["editable"]
        return name, path, args, {**kwargs, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        email = getattr(model_instance, self.of)
        identity = self.get_prep_value(email)
        setattr(model_instance, self.attname, identity)
        return identity

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return email_identity(value) if isinstance(value, str) else value


def identity_is_of(email: str) -> Q:
    """Return a constraint's condition: the identity belongs to the row's e-mail.

    PostgreSQL can check e-mails in ASCII without quotes, which are nearly all, so a
    statement that changes only the e-mail fails. (`#57` at the end marks the second
    account of a mailbox, from before there were identities.)
    """
    identity = f"{email}_identity"
    small = Lower(Collate(F(email), "C"))
    text = models.TextField()
    of_second = Concat(small, Value("#"), Cast(F("id"), text), output_field=text)
    is_true = Q(**{identity: small}) | Q(**{identity: of_second})
    return Q(**{f"{email}__isnull": True, f"{identity}__isnull": True}) | (
        Q(**{f"{email}__isnull": False, f"{identity}__isnull": False})
        & (~Q(**{f"{email}__regex": "^[!#-~]+$"}) | is_true)
    )
