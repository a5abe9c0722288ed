"""JavaScript of values, and tests, that several folders use."""

from compose.postman.parts import NOBODY, File, Request

# example.com is nobody's (RFC 2606).
EMAIL = '`${pm.variables.replaceIn("{{$guid}}")}@example.com`'
# Capitals beyond F: a password like the e-mail, which is hexadecimal, is refused.
PASSWORD = (
    'Array.from({ length: 20 }, () => "GHJKLMNPQRSTUVWXYZ"'
    '[Math.floor(Math.random() * 18)]).join("")'
)
# +7 9: a mobile of Russia, by its last nine digits.
NINE_DIGITS = 'String(Math.floor(Math.random() * 1e9)).padStart(9, "0")'
PHONE = f"`+79${{{NINE_DIGITS}}}`"

PICTURE = File("picture.jpg")
NO_PICTURE = File("no_picture.png")

OWN_PROFILE = """
    pm.expect(body).to.include.all.keys(
      "id", "email", "email_verified", "pending_email", "phone_number",
      "phone_verified", "may_be_named", "first_name", "last_name", "gender",
      "looking_for", "avatar", "language", "location", "date_joined");
"""
PUBLIC_KEYS = (
    '"id", "first_name", "last_name", "gender", "avatar", "distance_km", "liked"'
)

PAIR = {
    "a pair": """
        pm.expect(body).to.have.all.keys("access", "refresh");
        pm.expect(body.access.split(".")).to.have.lengthOf(3);
    """
}
IS_GEOJSON = """
    pm.expect(pm.response.headers.get("Content-Type")).to.include("application/geo+json");
"""
FEATURE_COLLECTION = """
    pm.expect(body.type).to.equal("FeatureCollection");
    pm.expect(body).to.include.all.keys("count", "next", "previous", "features");
    body.features.forEach((feature) => {
      pm.expect(feature).to.have.all.keys("type", "id", "geometry", "properties");
      pm.expect(feature.properties).not.to.have.property("id");
    });
"""


def fields(*names: str) -> dict[str, str]:
    """The test that each of these is told wrong, all at once, and nothing else."""
    keys = ", ".join(f'"{name}"' for name in names)
    return {
        f"wrong: {', '.join(names)}": f"pm.expect(body).to.have.all.keys({keys})",
    }


def code(value: str) -> dict[str, str]:
    return {f"the code {value}": f'pm.expect(body.code).to.equal("{value}")'}


def sign_in(who: str) -> Request:
    return Request(
        f"{who} signs in",
        "POST /api/auth/token/login/",
        f"{who} gets a key for the Token header.",
        200,
        {"a key": "pm.expect(body.auth_token).to.match(/^[0-9a-f]{40}$/)"},
        keep={f"{who.lower()}_token": "body.auth_token"},
        json={
            "email": f"{{{{{who.lower()}_email}}}}",
            "password": f"{{{{{who.lower()}_password}}}}",
        },
        auth=NOBODY,
    )


def header(name: str, expression: str) -> dict[str, str]:
    """The test of a header: `expression` is what chai expects of it."""
    value = f'pm.response.headers.get("{name}")'
    return {name: f"pm.expect({value}).{expression}"}
