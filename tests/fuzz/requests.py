"""Random requests: mostly what a client might send, with something wrong in it."""

import json
import random
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

PAGES = [
    "/", "/docs", "/redoc", "/swagger.json", "/swagger.yaml", "/api/v1/schema/docs",
    "/health/live", "/health/ready", "/chat/demo/", "/admin/", "/admin/login/",
    "/admin/matchmaker/member/", "/admin/events/event/add/", "/admin/jsi18n/",
    "/media/avatars/none.png", "/static/none.css", "/nowhere", "/api/nowhere/",
    "/ws/chat/", "//", "/%00", "/%ff", "/api//clients/", "/reset-password/",
    "/robots.txt", "/favicon.ico", "/discover/",
]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW"]
TEXTS = [
    "", " ", "a", "null", "true", "-1", "0", "1", "3", "1.5", "1e400", "9" * 25, "NaN",
    "Infinity", "2027-02-30", "2027-10-01", "2027-10-01T10:00:00Z", "0000-00-00",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "\x00", "\ud7ff", "😀",
    "‮abc", "'", '"', "\\", "%", "%00", "${7*7}", "{{7*7}}", "<script>", "../../etc",
    "ann@example.com", "ann@bench.example", "+79991234567", "30.3158,59.9391",
    "-180,-90,180,90", "POINT(30 60)", "[]", "{}", '[{"id": 1}]', "male", "female",
    "distance", "-date", "en", "ru", "a" * 300, "я" * 5_000,
]  # fmt: skip
ODD = ["id", "__proto__", "", "a.b", "a[0]", "users[0]id", "organizations", "ключ"]
TYPES = [
    *["application/json"] * 10, *["multipart/form-data; boundary=b"] * 5,
    "application/json; charset=utf-16", "application/json; charset=nonsense",
    "application/json;charset=utf-8", "multipart/form-data", "text/plain",
    "multipart/form-data; boundary=" + "b" * 100, "application/xml", "nonsense", "",
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=x",
]  # fmt: skip
PLAUSIBLE: dict[str, list[Any]] = {
    "string": [
        "Ann", "ann@bench.example", "correct horse 7 battery", "+79991234567", "EN",
        "2027-10-01T10:00:00Z", "https://example.com/", "AB12CD", "female",
    ],
    "integer": [1, 2, 3, 5, 17, 100],
    "number": [0, 1.5, 30.3, 59.9],
    "boolean": [True, False],
    "array": [[], [1], [1, 2, 3], [{"id": 1}], ["a"]],
    "object": [{"type": "Point", "coordinates": [30.3, 59.9]}, {"id": 1}, {}],
}  # fmt: skip
ACCEPTED = [
    "*/*", "application/json", "application/geo+json", "text/html", "text/calendar",
    "application/json;q=0", "nonsense", "", "a/b;q=x,*/*", "text/csv",
]  # fmt: skip


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.target} {self.headers} {self.body[:300]!r}"


class Requests:
    """Makes them of what the schema names; the same seed makes the same."""

    def __init__(self, schema: dict[str, Any], tokens: list[str], host: str, seed: int):
        self._rng, self._tokens, self._host = random.Random(seed), tokens, host
        base = schema["basePath"].rstrip("/")
        self._operations = [
            (method.upper(), base + path, item[method].get("parameters", []))
            for path, item in schema["paths"].items()
            for method in item.keys() - {"parameters"}
        ]
        fields = {
            name
            for definition in schema["definitions"].values()
            for name in definition.get("properties", {})
        }
        self._fields = sorted(fields) + ODD
        self._definitions = schema["definitions"]

    def next(self) -> Request:
        rng = self._rng
        method, path, parameters = rng.choice(self._operations)
        if rng.random() < 0.2:
            path, parameters = rng.choice(PAGES), []
        if rng.random() < 0.15:
            method = rng.choice(METHODS)
        if method == "DELETE" and "/clients/me" in path:
            method = "GET"  # or soon nobody would be signed in
        known = [each["name"] for each in parameters if each["in"] == "query"]
        body, content_type = self._body(self._properties(parameters))
        return Request(
            method,
            self._filled(path) + self._query(known),
            self._headers(content_type),
            b"" if method in ("GET", "HEAD") and rng.random() < 0.9 else body,
        )

    def _filled(self, path: str) -> str:
        rng = self._rng
        while "{" in path:
            before, _, rest = path.partition("{")
            value = rng.choice(["1", "2", "5", "17", "1", "3", rng.choice(TEXTS)])
            path = before + quote(value, safe="") + rest.partition("}")[2]
        return path

    def _query(self, known: list[str]) -> str:
        rng = self._rng
        names = [
            rng.choice(known) if known and rng.random() < 0.9 else rng.choice(ODD)
            for _ in range(rng.choice([0, 0, 1, 1, 2, 4]))
        ]
        query = urlencode([(name, self._text()) for name in names], errors="replace")
        return f"?{query}" if query else rng.choice(["", "", "", "?", "?%", "?a=%ff"])

    def _headers(self, content_type: str) -> dict[str, str]:
        rng = self._rng
        token = rng.choice(self._tokens)
        if rng.random() < 0.6:
            plain = {"Host": self._host, "Authorization": f"Bearer {token}"}
            return plain | ({"Content-Type": content_type} if content_type else {})
        own = ["", f"Bearer {token}"] + [f"Bearer {token}"] * 6
        bad = ["Bearer", "Token x", "Basic !!", f"bearer  {token}", "Bearer \xff"]
        given = {
            "Host": rng.choice([self._host] * 20 + ["evil.example", "a b", "[::1"]),
            "Authorization": rng.choice(own + bad[: rng.choice([0, 0, 5])]),
            "Content-Type": content_type,
            "Accept": rng.choice(ACCEPTED),
            "Accept-Language": rng.choice(["", "ru", "en", "xx", "*", "ru;q=x"]),
            "Cookie": rng.choice(["", "", "csrftoken=x", "sessionid=x; csrftoken=y"]),
            "X-CSRFToken": rng.choice(["", "", "", "x"]),
            "Origin": rng.choice(["", "", "", "https://evil.example", "null"]),
            "X-Forwarded-For": rng.choice(["", "", "", "1.2.3.4", "nonsense"]),
            "If-None-Match": rng.choice(["", "", "", "*", '"x"']),
            "If-Modified-Since": rng.choice(["", "", "", "yesterday"]),
            "Range": rng.choice(["", "", "", "bytes=0-1", "bytes=-", "x"]),
        }
        return {name: value for name, value in given.items() if value}

    def _properties(self, parameters: list[dict[str, Any]]) -> dict[str, Any]:
        """Return the schemas of the fields that the operation takes, by name."""
        found = {each["name"]: each for each in parameters if each["in"] == "formData"}
        for each in parameters:
            if each["in"] == "body":
                name = each["schema"].get("$ref", "").rpartition("/")[2]
                found |= self._definitions.get(name, {}).get("properties", {})
        return found

    def _field(self, properties: dict[str, Any]) -> tuple[str, Any]:
        """Return a name and a value, mostly as the operation takes them."""
        rng = self._rng
        if not properties or rng.random() < 0.1:
            return self._name(), self._value(3)
        name = rng.choice(sorted(properties))
        if rng.random() < 0.3:
            return name, self._value(3)
        given = properties[name]
        if "enum" in given:
            return name, rng.choice(given["enum"])
        return name, rng.choice(PLAUSIBLE.get(given.get("type", ""), TEXTS))

    def _body(self, properties: dict[str, Any]) -> tuple[bytes, str]:
        rng = self._rng
        kind = rng.choice(TYPES)
        pick = rng.random()
        if pick < 0.1:
            return rng.randbytes(rng.choice([0, 1, 50, 3_000])), kind
        count = rng.choice([1, 2, 5, 2 * len(properties)])
        fields = dict(self._field(properties) for _ in range(count))
        if "multipart" in kind and pick < 0.95:
            return self._multipart(fields), kind
        if "urlencoded" in kind and pick < 0.95:
            return urlencode(fields, errors="replace").encode(), kind
        value = fields if pick < 0.9 else self._value(4)
        text = json.dumps(value, ensure_ascii=rng.random() < 0.5)
        if rng.random() < 0.03:
            text = rng.choice(
                ["[" * 5_000, '{"a":' * 2_000, text[:-1], "[{}" + ",{}" * 9_999]
            )
        return text.encode(errors="surrogatepass"), kind

    def _multipart(self, fields: dict[str, Any]) -> bytes:
        parts = []
        for name, value in fields.items():
            text = value if isinstance(value, str) else json.dumps(value)
            file = self._rng.choice(["", "", '; filename="a.png"', '; filename=""'])
            head = f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
            parts.append(head + text + "\r\n")
        end = self._rng.choice(["--b--\r\n", "--b--\r\n", "", "--b"])
        return ("".join(parts) + end).encode(errors="replace")

    def _name(self) -> str:
        return self._rng.choice(self._fields)

    def _text(self) -> str:
        return self._rng.choice(TEXTS)

    def _value(self, depth: int) -> Any:
        rng = self._rng
        pick = rng.random()
        if depth and pick < 0.12:
            return {
                self._name(): self._value(depth - 1) for _ in range(rng.randint(0, 3))
            }
        if depth and pick < 0.24:
            return [self._value(depth - 1) for _ in range(rng.choice([0, 1, 3, 40]))]
        plain = [None, True, False, 0, 1, -1, 3, 1.5, 10**30, -(2**63), float("inf")]
        uuid = str(UUID(int=rng.getrandbits(128)))
        return rng.choice([self._text(), self._text(), rng.choice(plain), uuid])
