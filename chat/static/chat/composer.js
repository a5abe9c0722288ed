// The message field, with a draft for each room.

import { byId } from "../matchmaker/pages/dom.js";

const TYPING_EVERY_MS = 3_000;

export class Composer {
  #form = byId("composer");
  #field = byId("composer").message;
  #drafts = new Map(); // room id → text
  #room = null;
  #typedAt = 0;
  #send;
  #typing;

  /** `send(text)` and `typing()` refer to the room that was opened last. */
  constructor({ send, typing }) {
    this.#send = send;
    this.#typing = typing;
    this.#form.onsubmit = (event) => this.#submit(event);
    this.#field.oninput = () => this.#input();
    this.#field.onkeydown = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#form.requestSubmit();
    };
  }

  open(room) {
    this.#room = room;
    this.#fill(this.#drafts.get(room) ?? "");
  }

  focus() {
    this.#field.focus();
  }

  forget() {
    this.#drafts.clear();
    this.#fill("");
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#field.value.trim();
    if (text === "") return;
    this.#drafts.delete(this.#room);
    this.#typedAt = 0;
    this.#fill("");
    this.#send(text);
    this.focus();
  }

  #input() {
    this.#fit();
    this.#drafts.set(this.#room, this.#field.value);
    if (this.#field.value === "" || Date.now() - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = Date.now();
    this.#typing();
  }

  #fill(text) {
    this.#field.value = text;
    this.#fit();
  }

  /** Let the field grow with its text, as far as the stylesheet allows. */
  #fit() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }
}
