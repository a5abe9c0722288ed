"""Folders and requests as a Postman Collection 2.1."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from compose.postman import scripts
from compose.postman.parts import Auth, File, Folder, Request

Json = dict[str, Any]
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
# Postman tells by it that an import is this collection again.
ID = "6e0f4a52-6c0b-4b5e-9d0e-5d0e3f0a7c11"


def collection(folder: Folder) -> Json:
    """The document. Its variables, all that are used or set, start empty."""
    made = _folder(folder)
    return {
        "info": {
            "_postman_id": ID,
            "name": made.pop("name"),
            "description": made.pop("description"),
            "schema": SCHEMA,
        },
        **made,
        "event": [_event("test", scripts.AFTER_EACH)],
        "variable": [{"key": name, "value": ""} for name in variables(folder)],
    }


def variables(folder: Folder) -> list[str]:
    """Names of all that requests use or set, but the environment's."""
    used = set(re.findall(r"{{([a-z]\w*)}}", json.dumps(_folder(folder))))
    used |= {name for r in folder.requests() for name in (*r.fresh, *r.keep)}
    used |= {"tries"} if any(r.until_s for r in folder.requests()) else set()
    return sorted(used - {"base_url"})


def _item(item: Folder | Request) -> Json:
    return _folder(item) if isinstance(item, Folder) else _request(item)


def _folder(folder: Folder) -> Json:
    return {
        "name": folder.name,
        "description": _paragraphs(folder.about),
        **_auth(folder.auth),
        "item": [_item(item) for item in folder.items],
    }


def _request(request: Request) -> Json:
    method, address = request.call.split(" ", 1)
    events = [
        _event("prerequest", scripts.before(request)),
        _event("test", scripts.after(request)),
    ]
    return {
        "name": request.name,
        "event": [event for event in events if event["script"]["exec"]],
        "request": {
            "method": method,
            **_auth(request.auth),
            "header": [{"key": k, "value": v} for k, v in request.headers.items()],
            **_body(request),
            "url": _url(address),
            "description": _paragraphs(request.about),
        },
        "response": [],
    }


def _auth(auth: Auth | None) -> Json:
    return {} if auth is None else {"auth": auth}


def _event(listen: str, script: str) -> Json:
    return {
        "listen": listen,
        "script": {"type": "text/javascript", "exec": script.splitlines()},
    }


def _body(request: Request) -> Json:
    if request.form is not None:
        parts = [_part(key, value) for key, value in request.form.items()]
        return {"body": {"mode": "formdata", "formdata": parts}}
    if request.text is None and request.json is None:
        return {}
    raw = request.text
    if raw is None:
        # An id is a number: what is "{{ann_id}}" here is {{ann_id}} there.
        raw = re.sub(
            r'"({{\w+_id}})"',
            r"\1",
            json.dumps(request.json, indent=2, ensure_ascii=False),
        )
    language = {"raw": {"language": "json"}}
    return {"body": {"mode": "raw", "raw": raw, "options": language}}


def _part(key: str, value: str | File) -> Json:
    if isinstance(value, File):
        return {"key": key, "type": "file", "src": value.name}
    return {"key": key, "type": "text", "value": value}


def _url(address: str) -> str | Json:
    if address.startswith("{{"):
        return address
    path, _, query = address.partition("?")
    url: Json = {
        "raw": f"{{{{base_url}}}}{address}",
        "host": ["{{base_url}}"],
        "path": path.removeprefix("/").split("/"),
    }
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        url["query"] = [{"key": key, "value": value} for key, value in pairs]
    return url


def _paragraphs(text: str) -> str:
    """As Markdown: the lines of a paragraph in one."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
