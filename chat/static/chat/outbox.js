// Messages that the server has not confirmed yet: each is sent until it is, under one
// client_id, by which the server knows it again.

const KEY = "chat.outbox";
const PAUSE_MS = 1_000; // after `slow_down`; twice as long each time
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

  /** `tell(frame)` sends; `changed(room)` is called when `in(room)` answers otherwise. */
  constructor({ storage, tell, changed }) {
    this.#storage = storage;
    this.#tell = tell;
    this.#changed = changed;
    this.#entries = JSON.parse(storage?.getItem(KEY) ?? "[]");
  }

  /** The client_id of the message that waits for its answer, or null. */
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

  /** The server has it, or nobody wants it any more. */
  remove(clientId) {
    const at = this.#entries.findIndex((entry) => entry.client_id === clientId);
    if (at < 0) return;
    const [{ room }] = this.#entries.splice(at, 1);
    this.#pauseMs = PAUSE_MS;
    this.#keep(room);
    this.#answered(clientId);
  }

  /** The server will never take it. False: there is no such message. */
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

  /** The connection is lost: what was on its way is sent again after `start`. */
  stop() {
    clearTimeout(this.#timer);
    this.#isOpen = false;
    this.#sending = null;
  }

  /** The server asks for patience: send the same once more, later. */
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

  /** One at a time: if one is refused for haste, the next must not overtake it. */
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

/** crypto.randomUUID is there over HTTPS only. */
function uuid4() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
