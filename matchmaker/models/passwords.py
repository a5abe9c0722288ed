"""The password part of the member model."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import make_password

from project.lib.passwords import composed, ways_to_compose


class HasPassword(AbstractBaseUser):
    """Django's base user, with passwords that ignore composition (lib/passwords.py)."""

    class Meta:
        abstract = True

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(None if raw_password is None else composed(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        if raw_password is None:
            return super().check_password(None)
        for typed in ways_to_compose(raw_password):
            if super().check_password(typed):
                if typed != composed(typed):
                    self._hash_anew(typed)
                return True
        return False

    def _hash_anew(self, password: str) -> None:
        old, self.password = self.password, make_password(composed(password))
        mine = type(self)._default_manager.filter(pk=self.pk, password=old)
        if not mine.update(password=self.password):  # it has been changed meanwhile
            self.password = old
