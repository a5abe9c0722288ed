"""What is kept in Redis for a while, unreadable there: members' ids, say."""

from hashlib import shake_256

from django.utils.crypto import salted_hmac


def veiled(text: bytes, nonce: str) -> bytes:
    """`text`, of any length, under a stream of settings.SECRET_KEY; or it back again.

    A nonce is for one text only: of two under the same stream the difference shows.
    """
    key = salted_hmac(__name__, nonce, algorithm="sha256").digest()
    stream = shake_256(key).digest(len(text))
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))
