"""What members choose from in their profiles."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Gender(models.TextChoices):
    MALE = "male", _("male")
    FEMALE = "female", _("female")


class LookingFor(models.TextChoices):
    MALE = "male", _("men")
    FEMALE = "female", _("women")
    ANY = "any", _("anybody")


class Visibility(models.TextChoices):
    EVERYONE = "everyone", _("seen by everyone")
    HIDDEN = "hidden", _("hidden from others")


class Language(models.TextChoices):
    ENGLISH = "en", _("English")
    RUSSIAN = "ru", _("Russian")
