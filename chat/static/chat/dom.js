// Elements and texts. Whatever comes from people goes in as text, never as HTML.

const TEXTS = JSON.parse(document.getElementById("texts").textContent);

/** The page's text of that name, in the reader's language, with its {places} filled. */
export function say(name, values = {}) {
  return TEXTS[name].replace(/\{(\w+)\}/g, (_place, key) => values[key]);
}

export function byId(id) {
  return document.getElementById(id);
}

/** `properties` are the element's own; `data` and `aria` are groups of attributes. */
export function element(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  Object.assign(made.dataset, data);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children);
  return made;
}

/** The API calls a member without a first name "#57", in every language. */
export function nameOf({ id, first_name: name }) {
  return name && name !== `#${id}` ? name : say("member", { id });
}

const DRAWING_MS = 20;
const due = new Set();

/**
 * Call `draw` in a moment, once, however often that is asked: a client that was away is
 * told a thousand things in a row. (No animation frame: a tab in the background has none.)
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
