// Messages that the server has not confirmed yet. Each is sent until it is confirmed, under
// one client_id, by which the server recognizes repeats.

const KEY = "chat.outbox";
const PAUSE_MS = 1_000; // after `slow_down`; doubled each time
const LONGEST_PAUSE_MS = 8_000;

export class Outbox {
  #storage;
  #tell;
  #changed;
  #entries; // in the order in which they were written
  #isOpen = false;
  #sending = null;
  #timer = null;
  #pauseMs = PAUSE_MS;

  /** `tell(frame)` sends; `changed(room)` is called when `in(room)` has changed. */
  constructor({ storage, tell, changed }) {
    this.#storage = storage;
    this.#tell = tell;
    this.#changed = changed;
    this.#entries = JSON.parse(storage?.getItem(KEY) ?? "[]");
  }

  /** Return the client_id of the message that waits for its answer, or null. */
  get sending() {
    return this.#sending;
  }

  in(room) {
    return this.#entries.filter((entry) => entry.room === room);
  }

  add(room, message) {
    const entry = { room, message, client_id: uuid4(), error: null };
    this.#entries.push(entry);
    this.#keep(room);
    this.#sendNext();
    return entry.client_id;
  }

  /** Remove a message that the server has, or that the user has discarded. */
  remove(clientId) {
    const at = this.#entries.findIndex((entry) => entry.client_id === clientId);
    if (at < 0) return;
    const [{ room }] = this.#entries.splice(at, 1);
    this.#pauseMs = PAUSE_MS;
    this.#keep(room);
    this.#answered(clientId);
  }

  /** Mark a message as refused. Returns false if there is no such message. */
  fail(clientId, reason) {
    const entry = this.#entries.find((each) => each.client_id === clientId);
    if (entry === undefined) return false;
    entry.error = reason;
    this.#keep(entry.room);
    this.#answered(clientId);
    return true;
  }

  start() {
    this.#isOpen = true;
    this.#sendNext();
  }

  /** Stop, because the connection is lost; `start` sends the current message again. */
  stop() {
    clearTimeout(this.#timer);
    this.#isOpen = false;
    this.#sending = null;
  }

  /** Send the same message again later, because the server asked to slow down. */
  pause() {
    if (this.#sending === null) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#sending = null;
      this.#sendNext();
    }, this.#pauseMs);
    this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
  }

  clear() {
    this.stop();
    this.#entries = [];
    this.#storage?.removeItem(KEY);
  }

  /** Send one at a time: if one must wait, the next must not overtake it. */
  #sendNext() {
    const next = this.#entries.find((entry) => entry.error === null);
    if (!this.#isOpen || this.#sending !== null || next === undefined) return;
    const { room, message, client_id } = next;
    this.#sending = client_id;
    this.#tell({ type: "message.send", room, message, client_id });
  }

  #answered(clientId) {
    if (clientId !== this.#sending) return;
    clearTimeout(this.#timer);
    this.#sending = null;
    this.#sendNext();
  }

  #keep(room) {
    this.#storage?.setItem(KEY, JSON.stringify(this.#entries));
    this.#changed(room);
  }
}

/** Return a UUID; crypto.randomUUID exists only over HTTPS. */
function uuid4() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
