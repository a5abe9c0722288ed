"""make attack: every attacker against members at every place, as Markdown."""

import argparse
import os
import sys
from collections.abc import Sequence

import django
from django.conf import settings


def main() -> None:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Models and routes can be read only now.
    from tests.attack import report  # noqa: PLC0415

    out = report.attack_url(options.url) if options.url else report.attack_all()
    for line in out:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make attack", description=__doc__)
    parser.add_argument(
        "--url",
        help="a service that runs, with THROTTLES=off; leaves three accounts there",
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
