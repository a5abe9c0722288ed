"""The JavaScript that Postman runs before and after a request."""

import json
import re
from collections.abc import Mapping
from textwrap import dedent, indent

from compose.postman.parts import Request

# Section 1 of the contract: how every error is told.
AFTER_EACH = """\
const { code, headers } = pm.response;
pm.test("No error of the service", () => pm.expect(code).to.be.below(500));
if (code >= 400 && code < 500) {
  pm.test("The error is told as every other", () => {
    const body = pm.response.json();
    pm.expect(headers.get("Content-Type")).to.equal("application/json");
    if (code === 400) {
      pm.expect(body).to.be.an("object").that.is.not.empty;
      Object.values(body).forEach((messages) => {
        pm.expect(messages).to.be.an("array").that.is.not.empty;
        messages.forEach((text) => pm.expect(text).to.be.a("string").that.is.not.empty);
      });
    } else {
      pm.expect(body).to.have.all.keys("detail", "code");
      pm.expect(body.detail).to.be.a("string").that.is.not.empty;
      pm.expect(body.code).to.match(/^[a-z]+(_[a-z]+)*$/);
    }
    if (code === 401) pm.expect(headers.has("WWW-Authenticate")).to.be.true;
    if (code === 405) pm.expect(headers.has("Allow")).to.be.true;
    if (code === 429) pm.expect(headers.has("Retry-After")).to.be.true;
  });
}
if (code === 429) {
  const wait_s = headers.get("Retry-After");
  pm.test(`Too many runs an hour: wait for ${wait_s} s`, () => pm.expect.fail());
  // All that follows would fail too. What there is of the run is still deleted.
  if (!/ (leaves|is gone)$/.test(pm.info.requestName)) {
    pm.execution.setNextRequest("Ann leaves");
  }
}
"""

GET = "const get = (name) => pm.variables.get(name);"
BODY = "const body = pm.response.json();"
# A script ends when its timers have.
PAUSE = ['if (get("tries")) setTimeout(() => {}, 1000);']
EMPTY = 'pm.test("There is no body", () => pm.expect(pm.response.text()).to.equal(""));'


def before(request: Request) -> str:
    pause = PAUSE if request.until_s else []
    return _with_get([*_sets(request.fresh), *_lines(request.before), *pause])


def after(request: Request) -> str:
    tests = [line for name, code in request.tests.items() for line in _test(name, code)]
    keeps = _sets(request.keep)
    status = request.status
    lines = [f'pm.test("{status}", () => pm.response.to.have.status({status}));']
    if status == 204:
        lines.append(EMPTY)
    if any(re.search(r"\bbody\b", line) for line in tests + keeps):
        lines.append(BODY)
    lines += [*tests, *keeps]
    if request.until_s:
        lines = _until(request, lines)
    return _with_get(lines)


def _test(name: str, code: str) -> list[str]:
    lines = _lines(code)
    if len(lines) == 1:
        return [f"pm.test({json.dumps(name)}, () => {lines[0].removesuffix(';')});"]
    return [f"pm.test({json.dumps(name)}, () => {{", *_indented(lines), "});"]


def _sets(values: Mapping[str, str]) -> list[str]:
    return [f'pm.collectionVariables.set("{k}", {v});' for k, v in values.items()]


def _until(request: Request, lines: list[str]) -> list[str]:
    """Ask again: runs of a collection only, a single request of Postman's is one."""
    return [
        'const tries = Number(get("tries") || 0) + 1;',
        f"const again = pm.response.code !== {request.status}"
        f" && tries < {request.until_s};",
        'pm.collectionVariables.set("tries", again ? tries : "");',
        "if (again) {",
        "  pm.execution.setNextRequest(pm.info.requestId);",
        '  pm.test("Not yet: again in a second", () => true);',
        "} else {",
        *_indented(lines),
        "}",
    ]


def _indented(lines: list[str]) -> list[str]:
    return [indent(line, "  ") for line in lines]


def _lines(code: str) -> list[str]:
    return dedent(code).strip().splitlines()


def _with_get(lines: list[str]) -> str:
    needs = any(re.search(r"(?<![.\w])get\(", line) for line in lines)
    return "\n".join([GET, *lines] if needs else lines)
