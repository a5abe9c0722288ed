// The page: cards, buttons and keys over the deck.

import { byId, element, nameOf, say } from "../pages/dom.js";
import { Shell, notify, urls } from "../pages/shell.js";
import { Deck, addressOf } from "./deck.js";
import { fly, swipeable } from "./swipe.js";

const SHOWN = 3; // cards that lie on one another
const NO_PLACE = 400; // what the service answers to whoever has no location

const cards = byId("cards");
const radius = byId("radius");
const number = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

const shell = new Shell({
  page: byId("discover"),
  start,
  stop() {
    deck.forget();
    cards.replaceChildren();
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  },
});
const ask = (...call) => shell.ask(...call);
const deck = new Deck({ ask, urls });
let hasPlace = true;

async function start() {
  await attempt(async () => {
    const me = await ask("GET", urls.me);
    shell.greet(me);
    byId("looking-for").value = me.looking_for;
    await load();
  });
}

/** Run it, and tell of its error. Returns whether it succeeded. */
async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    shell.complain(error);
    return false;
  }
}

async function load() {
  hasPlace = true;
  try {
    await deck.load(radius.value === "" ? null : Number(radius.value));
  } catch (error) {
    if (error.status !== NO_PLACE) throw error;
    hasPlace = false;
    draw();
  }
}

// Decisions

function like() {
  decide("like", deck.like(), "liked");
}

function pass() {
  decide("pass", deck.pass(), "passed");
}

function decide(decision, member, text) {
  if (member === null) return;
  const card = cardOf(member);
  if (card !== null) fly(card, decision);
  speak(say(text, { name: nameOf(member) }));
}

async function undo() {
  await attempt(async () => {
    const member = await deck.undo();
    if (member !== null) speak(say("undone", { name: nameOf(member) }), { isNextTold: false });
  });
}

function block(member) {
  decide("pass", deck.block(), "blocked");
  notify(say("blocked", { name: nameOf(member) }));
}

function report(member) {
  const dialog = byId("report");
  const form = dialog.querySelector("form");
  form.reset();
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue !== "send") return;
    const { reason, text } = Object.fromEntries(new FormData(form));
    attempt(async () => {
      await ask("POST", addressOf(urls.report, member.id), { reason, text });
      notify(say("reported"));
    });
  };
  dialog.showModal();
}

byId("like").onclick = like;
byId("pass").onclick = pass;
byId("undo").onclick = undo;

document.addEventListener("keydown", (event) => {
  if (byId("discover").hidden || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.closest("select, input, textarea")) return;
  const action = { ArrowLeft: pass, ArrowRight: like, Backspace: undo }[event.key];
  if (action === undefined) return;
  event.preventDefault();
  // A key that is held down decides on one member, not on everybody near.
  if (!event.repeat) action();
});

deck.addEventListener("error", ({ detail: { error } }) => shell.complain(error));

deck.addEventListener("match", ({ detail: { member, email } }) => {
  byId("match-title").textContent = say("matched", { name: nameOf(member) });
  byId("match-picture").replaceChildren(pictureOf(member));
  byId("match-email").textContent = email ?? "";
  byId("match-email").href = `mailto:${email ?? ""}`;
  byId("match-chat").href = `${urls.chat}#member=${member.id}`;
  if (!byId("match").open) byId("match").showModal();
});

byId("match-close").onclick = () => byId("match").close();

// Whom to look for, and where

byId("filters").onsubmit = (event) => event.preventDefault();
radius.onchange = () => attempt(load);

byId("looking-for").onchange = ({ target }) =>
  attempt(async () => {
    await ask("PATCH", urls.me, { looking_for: target.value });
    await load();
  });

byId("widen").onclick = () => {
  radius.selectedIndex++;
  attempt(load);
};

byId("locate").onclick = () => {
  const status = byId("locate-status");
  status.textContent = say("locating");
  navigator.geolocation.getCurrentPosition(
    async ({ coords: { longitude, latitude } }) => {
      status.textContent = "";
      await attempt(async () => {
        await ask("PATCH", urls.me, { longitude, latitude });
        await load();
      });
    },
    () => {
      status.textContent = say("no_position");
    },
  );
};

// Drawing

deck.addEventListener("change", draw);

function draw() {
  const shown = deck.members.slice(0, SHOWN);
  const ids = new Set(shown.map((member) => String(member.id)));
  for (const card of cards.querySelectorAll(".card:not(.decided)")) {
    if (!ids.has(card.dataset.member)) card.remove();
  }
  // The first one is on top, so it comes last; the others are only looked at.
  for (const [depth, member] of [...shown.entries()].reverse()) {
    const card = cardOf(member) ?? newCard(member);
    card.inert = depth > 0;
    card.dataset.depth = depth;
    cards.append(card);
  }
  const isEmpty = shown.length === 0;
  byId("loading").hidden = !(isEmpty && deck.isLoading);
  byId("nobody").hidden = !isEmpty || deck.isLoading || !hasPlace;
  byId("no-place").hidden = hasPlace;
  byId("like").disabled = byId("pass").disabled = isEmpty;
  byId("undo").disabled = !deck.canUndo;
  drawNobody();
}

function drawNobody() {
  const isEverywhere = radius.value === "";
  const wider = radius.options[radius.selectedIndex + 1]?.value;
  byId("nobody-text").textContent = isEverywhere
    ? say("seen_all")
    : say("seen", { km: number.format(radius.value) });
  byId("widen").hidden = isEverywhere;
  byId("widen").textContent = wider ? say("widen", { km: number.format(wider) }) : say("widen_all");
}

function cardOf({ id }) {
  return cards.querySelector(`.card:not(.decided)[data-member="${id}"]`);
}

function newCard(member) {
  const card = byId("card").content.firstElementChild.cloneNode(true);
  card.dataset.member = member.id;
  card.querySelector(".picture").append(pictureOf(member));
  card.querySelector("h2").textContent = fullNameOf(member);
  card.querySelector(".distance").textContent = say("distance", { km: number.format(member.distance_km) });
  card.querySelector('[data-action="report"]').onclick = () => report(member);
  card.querySelector('[data-action="block"]').onclick = () => block(member);
  swipeable(card, (decision) => (decision === "like" ? like() : pass()));
  return card;
}

function pictureOf(member) {
  if (member.avatar) return element("img", { src: member.avatar, alt: "", draggable: false });
  const [initial] = nameOf(member).replace("#", "");
  return element("span", { className: "initial", textContent: initial, aria: { hidden: "true" } });
}

function fullNameOf(member) {
  return [nameOf(member), member.last_name].filter(Boolean).join(" ");
}

/** Have read out what was done, and who is next. */
function speak(text, { isNextTold = true } = {}) {
  const [member] = deck.members;
  const told = [text];
  if (isNextTold && member) {
    const card = say("card", { name: fullNameOf(member), km: number.format(member.distance_km) });
    told.push(say("next", { card }));
  }
  byId("spoken").textContent = told.join(" ");
}

shell.open();
