"""The mail that nobody sends: on a laptop it is printed, in letters one can read."""

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend


class ReadableConsole(EmailBackend):
    """Django's console, without the encodings of the wire."""

    def write_message(self, message: EmailMessage) -> None:
        lines = [
            f"Mail to {', '.join(message.to)}: {message.subject}",
            *str(message.body).splitlines(),
        ]
        self.stream.write("".join(f"✉ {line}\n" for line in lines))
