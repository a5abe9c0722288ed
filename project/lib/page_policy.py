"""The Content-Security-Policy of the HTML pages."""


def page_policy(*connect: str) -> str:
    """Return a policy without inline code, other hosts, or HTML built by scripts.

    `connect`: sources that scripts may fetch from besides the service itself.
    """
    asked = " ".join(("'self'", *connect))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src {asked}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
