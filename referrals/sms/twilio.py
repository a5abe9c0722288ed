"""SMS through Twilio by its own client, the optional extra `twilio`."""

import logging

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from referrals.sms import SmsFailed

NEEDED = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
MESSAGING_SERVICE = "MG"

# Twilio's client logs the headers of each request and answer.
_wire = logging.getLogger(f"{__name__}.wire")
_wire.setLevel(logging.WARNING)


class Twilio:
    """Send by Twilio. TWILIO_FROM: a number (E.164), name, or messaging service id."""

    def __init__(self) -> None:
        missing = [name for name in NEEDED if not getattr(settings, name)]
        if missing:
            raise ImproperlyConfigured(f"Twilio needs {', '.join(missing)}")
        self._client = Client(
            settings.TWILIO_ACCOUNT_SID,
            settings.TWILIO_AUTH_TOKEN,
            http_client=TwilioHttpClient(timeout=settings.SMS_TIMEOUT_S, logger=_wire),
        )
        self._client.api.base_url = settings.TWILIO_API_URL

    def send(self, *, to: str, text: str) -> None:
        sender = settings.TWILIO_FROM
        is_service = sender.startswith(MESSAGING_SERVICE)
        key = "messaging_service_sid" if is_service else "from_"
        try:
            message = self._client.messages.create(to=to, body=text, **{key: sender})
        # OSError: what requests raises. ValueError: an answer that is not JSON. Their
        # texts contain the phone.
        except (TwilioException, OSError, ValueError) as error:
            reason = getattr(error, "code", None) or type(error).__name__
            raise SmsFailed(f"Twilio: {reason}") from None
        finally:
            self._client.http_client.session.close()
        if not message.sid:  # the client accepts an empty answer as a message
            raise SmsFailed("Twilio: no message in the answer")
