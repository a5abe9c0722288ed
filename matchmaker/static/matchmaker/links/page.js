// The # of a mailed link is followed by purpose/uid/token. Nothing happens before
// somebody presses a button, because programs that scan mails open links too.

const TIMEOUT_MS = 20_000;

const TEXTS = readJson("texts");
const URLS = readJson("urls");
const PURPOSES = ["reset", "verify", "change"];

/** `uid` and `token` of the link that was opened. */
let link = {};

function readJson(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

/** Show one form or section of the page, and have it read out. */
function show(id) {
  for (const part of document.querySelectorAll("main > form, main > section")) {
    part.hidden = part.id !== id;
  }
  const heading = document.querySelector(`#${id} h1`);
  document.title = `${heading.textContent} · Matchmaker`;
  heading.focus();
}

function tell(problem) {
  document.getElementById("problem").textContent = problem;
}

/** Show what the URL asks for, and remove the secret from the URL. */
function open() {
  const [purpose, uid, token] = location.hash.slice(1).split("/");
  history.replaceState(null, "", location.pathname);
  for (const form of document.forms) {
    form.reset();
    clear(form);
  }
  reveal(false);
  const isWhole = PURPOSES.includes(purpose) && uid && token;
  link = isWhole ? { uid, token } : {};
  tell(purpose && !isWhole ? TEXTS.incomplete : "");
  show(isWhole ? purpose : "ask");
}

function clear(form) {
  for (const field of form.querySelectorAll("[aria-invalid]")) mark(field, []);
}

/** Show messages next to a field; none clears them. */
function mark(field, messages) {
  document.getElementById(`${field.id}-error`).textContent = messages.join(" ");
  if (messages.length) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

/** Return whether it succeeded and the errors. Throws if there is no answer. */
async function send(form) {
  const given = new FormData(form);
  const answer = await fetch(URLS[form.id], {
    method: "POST",
    // A browser that has signed in is known by a cookie: what strangers ask for does not
    // count for it.
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
    body: JSON.stringify({ ...Object.fromEntries(given), ...(form.id === "ask" ? {} : link) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { isDone: answer.ok, errors: answer.ok ? {} : await answer.json() };
}

/** Show what was refused: next to its field if the form has it, otherwise above. */
function refuse(form, errors) {
  if (form.id === "ask" && errors.code === "throttled") return tell(TEXTS.mailed);
  const told = [];
  for (const [name, messages] of Object.entries(errors)) {
    const field = form.elements.namedItem(name);
    if (field && Array.isArray(messages)) mark(field, messages);
    else if (name !== "code") told.push(messages);
  }
  tell(told.flat().join(" "));
  if (errors.token) show("ask"); // the link is no longer valid
  else form.querySelector("[aria-invalid]")?.focus();
}

async function submit(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("button");
  button.disabled = true;
  tell("");
  clear(form);
  try {
    const { isDone, errors } = await send(form);
    if (isDone) {
      form.reset();
      reveal(false);
      show(`${form.id}-done`);
    } else {
      refuse(form, errors);
    }
  } catch {
    tell(TEXTS.unreachable);
  } finally {
    button.disabled = false;
  }
}

function reveal(isShown) {
  document.getElementById("new_password").type = isShown ? "text" : "password";
}

for (const form of document.forms) form.addEventListener("submit", submit);
document.getElementById("show").addEventListener("change", (event) => reveal(event.target.checked));
addEventListener("hashchange", open);
open();
