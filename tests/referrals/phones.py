"""Sign-in by phone, as clients of two documents do it, and the own number."""

import secrets
from typing import Any

from rest_framework.test import APIClient

SIGN_UP = "/api/auth/signup"
SIGN_IN = "/api/auth/login"
REQUEST_CODE = "/api/auth/request_code/"
AUTH_CODE = "/api/auth/auth_code/"
OWN_PHONE = "/api/clients/me/phone/"
OWN_PHONE_PROOF = "/api/clients/me/phone/confirm/"


def new_phone() -> str:
    return f"+7903{secrets.randbelow(10**7):07}"


def wrong_for(code: str) -> str:
    return f"{(int(code) + 1) % 10_000:04}"


def asked(phone: str) -> str:
    """A code for the phone, which is told (OTP_ECHO)."""
    code: str = APIClient().post(SIGN_UP, {"phone": phone}).json()["code"]
    return code


def sign_in(phone: str, code: str, client: APIClient | None = None) -> Any:
    """For JWTs, as the voting system's document does."""
    given = {"phone": phone, "code": code}
    return (client or APIClient(raise_request_exception=False)).post(SIGN_IN, given)


def prove(phone: str, code: str) -> Any:
    """For a key, as the other document does."""
    given = {"phone_number": phone, "confirmation_code": code}
    return APIClient(raise_request_exception=False).post(AUTH_CODE, given)


def asked_by(client: APIClient, phone: str) -> str:
    """A code that a signed-in client asks for."""
    answer = client.post(OWN_PHONE, {"phone_number": phone})
    code: str = answer.json()["confirmation_code"]
    return code


def prove_own(client: APIClient, phone: str, code: str) -> Any:
    given = {"phone_number": phone, "confirmation_code": code}
    return client.post(OWN_PHONE_PROOF, given)
