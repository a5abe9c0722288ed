"""Section 2 of the contract: the own profile."""

from compose.postman.folders.values import (
    IS_GEOJSON,
    NO_PICTURE,
    OWN_PROFILE,
    code,
    fields,
    header,
)
from compose.postman.parts import NOBODY, Folder, Request

PROFILE = Folder(
    "The own profile",
    "Read, changed, with its picture, as GeoJSON.",
    [
        Request(
            "Ann reads her profile",
            "GET /api/clients/me/",
            "All of it: she is the only one who sees her exact place.",
            200,
            {
                "the own profile": OWN_PROFILE,
                "hers": 'pm.expect(body.id).to.equal(get("ann_id"))',
            },
        ),
        Request(
            "Nobody reads a profile",
            "GET /api/clients/me/",
            "Without a key: 401, and how to sign in.",
            401,
            {
                **header("WWW-Authenticate", "to.not.be.empty"),
                **code("not_authenticated"),
            },
            auth=NOBODY,
        ),
        Request(
            "A key that is none",
            "GET /api/clients/me/",
            "401, too.",
            401,
            code("token_invalid"),
            auth=NOBODY,
            headers={"Authorization": "Token none"},
        ),
        Request(
            "Her picture",
            "GET {{ann_avatar}}",
            "A JPEG, open to all who have its address, without what the camera wrote.",
            200,
            {
                **header("Content-Type", 'to.equal("image/jpeg")'),
                "no metadata": 'pm.expect(pm.response.text()).to.not.include("Exif")',
            },
            auth=NOBODY,
        ),
        Request(
            "Ann changes it",
            "PATCH /api/clients/me/",
            "What is not given stays.",
            200,
            {
                "changed": """
                    pm.expect(body.first_name).to.equal("Anna");
                    pm.expect(body.language).to.equal("ru");
                    pm.expect(body.location.coordinates).to.eql([-12.311, -37.071]);
                """,
                "the rest is as it was": """
                    pm.expect(body.last_name).to.equal("Lee");
                    pm.expect(body.avatar).to.equal(get("ann_avatar"));
                """,
            },
            json={
                "first_name": "Anna",
                "language": "ru",
                "longitude": -12.311,
                "latitude": -37.071,
            },
        ),
        Request(
            "A picture that is none",
            "PATCH /api/clients/me/",
            "A text file, whatever it is called; and what else is wrong with the form.",
            400,
            fields("avatar", "gender", "language"),
            form={"avatar": NO_PICTURE, "gender": "x", "language": "xx"},
        ),
        Request(
            "A place in two forms",
            "PATCH /api/clients/me/",
            "Two fields or GeoJSON, not both.",
            400,
            {
                "about the place": """
                    pm.expect(body).to.have.any.keys("location", "non_field_errors");
                """,
            },
            json={
                "longitude": -12.311,
                "latitude": -37.071,
                "location": {"type": "Point", "coordinates": [-12.311, -37.071]},
            },
        ),
        Request(
            "A place that is none",
            "PATCH /api/clients/me/",
            "Both are out of range, and both are told.",
            400,
            fields("longitude", "latitude"),
            json={"longitude": 181, "latitude": -91},
        ),
        Request(
            "What is no JSON",
            "PATCH /api/clients/me/",
            "Told as such, and never a 500.",
            400,
            fields("non_field_errors"),
            text='{"first_name": ',
            headers={"Content-Type": "application/json"},
        ),
        Request(
            "Her profile as GeoJSON",
            "GET /api/clients/me/?format=geojson",
            "`?format=geojson`, or `Accept: application/geo+json`.",
            200,
            {
                "GeoJSON": IS_GEOJSON,
                "a Feature": """
                    pm.expect(body).to.have.all.keys(
                      "type", "id", "geometry", "properties");
                    pm.expect(body.type).to.equal("Feature");
                    pm.expect(body.id).to.equal(get("ann_id"));
                    pm.expect(body.geometry.coordinates).to.eql([-12.311, -37.071]);
                    pm.expect(body.properties.email).to.equal(get("ann_email"));
                """,
            },
        ),
        Request(
            "A method that is none",
            "POST /api/clients/me/",
            "405, and which are.",
            405,
            {
                **header("Allow", 'to.include("PATCH")'),
                **code("method_not_allowed"),
            },
        ),
        Request(
            "All that is kept of her",
            "GET /api/clients/me/export/",
            "Her own data, as one file.",
            200,
            {
                **header("Content-Disposition", "to.match(/^attachment/)"),
                "all of it": """
                    pm.expect(body).to.include.all.keys(
                      "format_version", "exported_at", "profile", "avatar",
                      "likes_given", "sign_ins");
                    pm.expect(body.profile.email).to.equal(get("ann_email"));
                """,
                "no password": 'pm.expect(pm.response.text()).to.not.include("pbkdf2")',
            },
        ),
    ],
)
