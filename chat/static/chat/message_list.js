// The list of messages of the open room.

import { byId, dayOf, element, nameOf, say, timeOf } from "../matchmaker/pages/dom.js";

const NEAR_PX = 80; // from an end of the list counts as being there
const TOGETHER_MS = 5 * 60_000; // between messages of one author that share a name

export class MessageList {
  #scroller = byId("log");
  #messages = byId("messages");
  #pending = byId("pending");
  #older = byId("older");
  #below = byId("below");
  #room = null;
  #me = null;
  #unreadAfter = null; // a line is drawn after this id
  #last = null; // the message that was drawn last
  #isAtEnd = true;
  #talk;
  #discard;

  /**
   * `older()` is called when the reader is near the first message, `seen()` when they may
   * have reached the last one; `talk(memberId)` and `discard(clientId)` are for buttons.
   */
  constructor({ older, seen, talk, discard }) {
    this.#talk = talk;
    this.#discard = discard;
    this.#older.onclick = older;
    this.#below.onclick = () => this.#toEnd();
    this.#scroller.onscroll = () => {
      if (this.#scroller.scrollTop < NEAR_PX && !this.#older.hidden) older();
      this.#isAtEnd = this.#toScroll < NEAR_PX;
      if (!this.#isAtEnd) return;
      this.#below.hidden = true;
      seen();
    };
    // A phone's keyboard takes half of the screen.
    new ResizeObserver(() => this.#isAtEnd && this.#toEnd()).observe(this.#scroller);
  }

  get isAtEnd() {
    return this.#isAtEnd;
  }

  open(room, me) {
    this.#room = room;
    this.#me = me;
    this.#unreadAfter = room.unread > 0 ? room.read_id : null;
    this.#below.hidden = true;
    this.#isAtEnd = true;
    this.draw();
  }

  /** Draw everything anew, and keep what is in view in place. */
  draw() {
    const fromEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    this.#last = null;
    const items = this.#room.messages.flatMap((message) => this.#items(message));
    this.#messages.replaceChildren(...items);
    this.#older.hidden = this.#room.isComplete;
    byId("no-messages").hidden = !this.#room.isComplete || items.length > 0;
    this.drawReceipts();
    if (this.#isAtEnd) this.#toEnd();
    else this.#scroller.scrollTop = this.#scroller.scrollHeight - fromEnd;
  }

  /** Append the messages that have come since. */
  drawNew() {
    const { messages, firstId } = this.#room;
    const since = messages.slice(this.#last === null ? 0 : this.#last.id + 1 - firstId);
    if (since.length === 0) return;
    const isMine = since.some(({ user }) => user?.id === this.#me.id);
    if (isMine) this.#unreadAfter = null;
    this.#messages.append(...since.flatMap((message) => this.#items(message)));
    byId("no-messages").hidden = true;
    this.drawReceipts();
    if (this.#isAtEnd || isMine) this.#toEnd();
    else this.#below.hidden = false;
  }

  drawPending(entries) {
    const isMore = entries.length > this.#pending.children.length;
    this.#pending.replaceChildren(...entries.map((entry) => this.#entry(entry)));
    if (this.#isAtEnd || isMore) this.#toEnd();
  }

  drawReceipts() {
    const readers = [...this.#room.readers];
    for (const item of this.#messages.querySelectorAll(".mine")) {
      const names = readers
        .filter(([, upTo]) => upTo >= item.dataset.id)
        .map(([id]) => nameOf({ id, first_name: this.#room.people.get(id) }));
      const mark = item.querySelector(".mark");
      const text = names.length ? say("readBy", { names: names.join(", ") }) : say("sent");
      mark.classList.toggle("read", names.length > 0);
      mark.title = text;
      mark.firstElementChild.textContent = text;
    }
  }

  get #toScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Draw a message, with a heading for a new day or a line for new messages if needed. */
  #items(message) {
    const before = this.#last;
    this.#last = message;
    const items = [];
    // A message that has just been hidden has no time.
    const day = message.sent_at && dayOf(message.sent_at);
    if (day && (!before?.sent_at || day !== dayOf(before.sent_at))) {
      items.push(element("li", { className: "day", textContent: day }));
    }
    if (message.id === this.#unreadAfter + 1 && this.#unreadAfter !== null) {
      items.push(element("li", { className: "new", textContent: say("new") }));
    }
    const isFollowing = items.length === 0 && areTogether(before, message);
    items.push(this.#message(message, isFollowing));
    return items;
  }

  #message({ id, user, message, sent_at: sentAt, hidden }, isFollowing) {
    const item = element("li", { className: "message", data: { id } });
    if (hidden || user === null) {
      item.classList.add("hidden");
      item.append(element("p", { className: "text", textContent: say("hidden") }));
      return item;
    }
    const isMine = user.id === this.#me.id;
    item.classList.toggle("mine", isMine);
    item.classList.toggle("following", isFollowing);
    const author = isMine
      ? element("span", { className: "author spoken", textContent: say("you") })
      : this.#author(user);
    const when = element("time", { dateTime: sentAt, textContent: timeOf(sentAt) });
    const meta = element("span", { className: "meta" }, when);
    if (isMine) {
      const spoken = element("span", { className: "spoken", textContent: say("sent") });
      meta.append(element("span", { className: "mark" }, spoken));
    }
    item.append(author, element("p", { className: "text", textContent: message }), meta);
    return item;
  }

  #author(user) {
    const name = nameOf(user);
    return element("button", {
      type: "button",
      className: "author",
      textContent: name,
      title: say("talk", { name }),
      onclick: () => this.#talk(user.id),
    });
  }

  #entry({ message, client_id: clientId, error }) {
    const text = element("p", { className: "text", textContent: message });
    const status = error === null ? say("sending") : say("failed", { reason: error });
    const meta = element("span", { className: "meta" }, status);
    const className = error === null ? "message mine waiting" : "message mine failed";
    const item = element("li", { className, data: { clientId } }, text, meta);
    if (error !== null) {
      const discard = { type: "button", textContent: say("discard") };
      meta.append(element("button", { ...discard, onclick: () => this.#discard(clientId) }));
    }
    return item;
  }
}

function areTogether(one, other) {
  if (!one?.user || one.user.id !== other.user?.id) return false;
  return new Date(other.sent_at) - new Date(one.sent_at) < TOGETHER_MS;
}
