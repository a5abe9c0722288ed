// The list of rooms with unread counts, and of members online.

import { byId, element, nameOf, say } from "../matchmaker/pages/dom.js";

export class RoomList {
  #rooms = byId("rooms");
  #people = byId("people");
  #open;
  #talk;

  /** `open(room)` and `talk(memberId)` are called on clicks. */
  constructor({ open, talk }) {
    this.#open = open;
    this.#talk = talk;
  }

  show(store, current) {
    const rooms = [...store.rooms.values()];
    replace(this.#rooms, rooms.map((room) => this.#room(room, store, current)));
    const others = [...store.online].filter(([id]) => id !== store.me.id);
    others.sort(([, one], [, other]) => one.localeCompare(other));
    byId("people-section").hidden = others.length === 0;
    replace(this.#people, others.map((one) => this.#person(one)));
  }

  #room(room, store, current) {
    const unread = room.unread;
    const isOnline = presenceOf(room, store);
    const button = element(
      "button",
      { type: "button", onclick: () => this.#open(room), data: { room: room.id } },
      avatar(room, isOnline),
      element("span", { className: "title", textContent: titleOf(room) }),
    );
    if (room === current) button.setAttribute("aria-current", "true");
    if (unread > 0) {
      const label = say("unread", { count: unread });
      const count = unread > 99 ? "99+" : unread;
      const badge = element("span", { className: "badge", textContent: count });
      badge.append(element("span", { className: "spoken", textContent: ` ${label}` }));
      button.append(badge);
    }
    return element("li", {}, button);
  }

  #person([id, firstName]) {
    const name = nameOf({ id, first_name: firstName });
    return element(
      "li",
      {},
      element(
        "button",
        { type: "button", onclick: () => this.#talk(id), title: say("talk", { name }) },
        element("span", { className: "dot online", aria: { hidden: "true" } }),
        element("span", { className: "title", textContent: name }),
      ),
    );
  }
}

export function titleOf(room) {
  return room.user ? nameOf(room.user) : room.title || say("untitled");
}

/** Return whether the other member of a direct room is online; null if not known. */
export function presenceOf(room, store) {
  if (room.kind !== "direct") return null;
  const [other] = room.others(store.me);
  return other === undefined ? null : store.online.has(other);
}

function avatar(room, isOnline) {
  const letter = [...titleOf(room)][0].toLocaleUpperCase();
  const made = element("span", {
    className: `avatar ${room.kind}`,
    textContent: letter,
    aria: { hidden: "true" },
  });
  if (isOnline === null) return made;
  const status = isOnline ? "online" : "offline";
  const dot = element("span", { className: `dot ${status}`, title: say(status) });
  return element("span", { className: "with-dot" }, made, dot);
}

/** Keep the keyboard focus where it was in the list. */
function replace(list, items) {
  const at = [...list.children].findIndex((item) => item.contains(document.activeElement));
  list.replaceChildren(...items);
  if (at >= 0) items[at]?.querySelector("button").focus({ preventScroll: true });
}
