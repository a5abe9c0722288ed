"""The Content-Security-Policy of the HTML pages."""


def page_policy(*connect: str, has_leaflet: bool = False) -> str:
    """Return a policy without inline code, other hosts, or HTML built by scripts.

    `connect`: sources that scripts may fetch from besides the service itself.
    `has_leaflet`: its scripts build HTML, and its styles contain images.
    """
    asked = " ".join(("'self'", *connect))
    images = "'self' data:" if has_leaflet else "'self'"
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; "
        f"connect-src {asked}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    return policy if has_leaflet else f"{policy}; require-trusted-types-for 'script'"
