"""The Content-Security-Policy of the HTML pages."""


def page_policy(
    *connect: str, has_leaflet: bool = False, has_form: bool = False
) -> str:
    """Return a policy without inline code, other hosts, or HTML built by scripts.

    `connect`: sources that scripts may fetch from besides the service itself.
    `has_leaflet`: its scripts build HTML, and its styles contain images. `has_form`:
    it has a form that is sent to the service without a script.
    """
    asked = " ".join(("'self'", *connect))
    images = "'self' data:" if has_leaflet else "'self'"
    forms = "'self'" if has_form else "'none'"
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; "
        f"connect-src {asked}; base-uri 'none'; form-action {forms}; "
        "frame-ancestors 'none'"
    )
    return policy if has_leaflet else f"{policy}; require-trusted-types-for 'script'"
