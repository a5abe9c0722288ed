"""The Content-Security-Policy of the pages for people."""


def page_policy(*connect: str) -> str:
    """Nothing inline, nothing of others, and no HTML that a script has put together.

    `connect`: where the page's scripts may ask beside the service itself.
    """
    asked = " ".join(("'self'", *connect))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src {asked}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
