"""Requests that the service takes, and the shape of its refusals."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx
from PIL import Image

PASSWORD = "correct horse 7 battery"


def new_email() -> str:
    return f"{uuid4().hex}@live.example.com"


def picture(width: int = 64, height: int = 48) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


def profile() -> dict[str, Any]:
    """Fields of a sign-up with a profile, without its avatar."""
    names = {"first_name": "Ann", "last_name": "Lee", "gender": "female"}
    return {"email": new_email(), "password": PASSWORD, **names}


def refusal(response: httpx.Response) -> str | None:
    """What is wrong with a 4xx answer by the contract's section 1, or None."""
    status = response.status_code
    if not 400 <= status < 500:
        return f"{status} is no refusal: {response.text[:200]}"
    if response.headers["Content-Type"] != "application/json":
        return f"{status} in {response.headers['Content-Type']}"
    body = response.json()
    if status == 400:
        well_formed = body and all(_is_messages(value) for value in body.values())
    else:
        well_formed = body.keys() == {"detail", "code"} and (
            body["detail"] and re.fullmatch("[a-z]+(_[a-z]+)*", body["code"])
        )
    if not well_formed:
        return f"{status} with {response.text[:200]}"
    if status == 401 and "WWW-Authenticate" not in response.headers:
        return "401 without WWW-Authenticate"
    if status == 405 and "Allow" not in response.headers:
        return "405 without Allow"
    return None


def _is_messages(value: Any) -> bool:
    return isinstance(value, list) and all(v and isinstance(v, str) for v in value)
