"""A console mail backend that prints readable text, for laptops."""

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend


class ReadableConsole(EmailBackend):
    """Django's console backend, without transfer encodings."""

    def write_message(self, message: EmailMessage) -> None:
        lines = [
            f"Mail to {', '.join(message.to)}: {message.subject}",
            *str(message.body).splitlines(),
        ]
        self.stream.write("".join(f"✉ {line}\n" for line in lines))
