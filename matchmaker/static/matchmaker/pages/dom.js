// Elements and texts. What people write is inserted as text, never as HTML.

const TEXTS = JSON.parse(document.getElementById("texts").textContent);

/** Return the page's text of that name, with its {placeholders} filled. */
export function say(name, values = {}) {
  return TEXTS[name].replace(/\{(\w+)\}/g, (_place, key) => values[key]);
}

export function byId(id) {
  return document.getElementById(id);
}

/** Create an element; `data` and `aria` in `properties` are groups of attributes. */
export function element(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, data);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children);
  return made;
}

/** Return a name to show: the API calls a member without a first name "#57". */
export function nameOf({ id, first_name: name }) {
  return name && name !== `#${id}` ? name : say("member", { id });
}

const DRAWING_MS = 20;
const due = new Set();

/**
 * Call `draw` soon and once, however often it is requested: a client that was away gets a
 * thousand frames in a row. (Not an animation frame, which background tabs do not get.)
 */
export function soon(draw) {
  if (due.size === 0) setTimeout(drawAll, DRAWING_MS);
  due.add(draw);
}

function drawAll() {
  const draws = [...due];
  due.clear();
  for (const draw of draws) draw();
}

const language = document.documentElement.lang;
const day = new Intl.DateTimeFormat(language, { dateStyle: "long" });
const time = new Intl.DateTimeFormat(language, { timeStyle: "short" });

export const dayOf = (instant) => day.format(new Date(instant));
export const timeOf = (instant) => time.format(new Date(instant));
