// The chat's WebSocket for browsers: a client that loses nothing. It needs outbox.js and
// nothing else, so copy the two.
//
//   const chat = new ChatConnection({ url: "wss://host/ws/chat/", token: async () => jwt });
//   chat.addEventListener("message.new", ({ detail }) => show(detail));
//   chat.open();
//   chat.send(4, "Hello");
//
// Every frame of the server is dispatched as an event of its type, with the frame as
// `detail`. Each message comes once, in the order of the numbers, even over several
// connections. There are two more events:
//
//   status  { state }  "connecting", "open" (nothing is missing), "waiting", "closed"
//   outbox  { room }   `pending(room)` has changed
//
// `welcome` has one more field, `skipped`: ids of rooms where so much was missed that it
// should be read anew by REST.

import { Outbox } from "./outbox.js";

const QUIET_MS = 20_000; // without a frame, after which the server is pinged
const PATIENCE_MS = 8_000; // to wait for an answer, before the connection counts as broken
const WAIT_MS = 1_000; // before the first reconnect; doubled each time
const LONGEST_WAIT_MS = 30_000;
const MAX_REPLAYED = 1_000; // messages of one room
const TOKEN_DEAD = 4401; // expired or revoked
const ROOMS_A_RESUME = 200; // a frame has at most 16 KiB

// After these errors a message is sent again; all others are final.
const PASSING = new Set(["slow_down", "unavailable"]);

export class ChatConnection extends EventTarget {
  #url;
  #token;
  #state = "closed";
  #run = 0; // distinguishes a connection from earlier ones
  #socket = null;
  #timer = null;
  #tries = 0;
  #isDoubtful = false; // the token
  #me = null;
  #last = new Map(); // room → id of the last message that was dispatched
  #resumes = 0; // not answered by the server yet
  #gaps = new Set(); // rooms in which one of them fills a gap
  #outbox;

  /**
   * `token({ isDoubtful })` resolves to an access JWT, or to null if nobody is signed in
   * any more. `isDoubtful`: the last token has expired, or the last connection was
   * refused, and browsers do not say why.
   *
   * `storage`, for example sessionStorage, keeps unsent messages when the page reloads.
   */
  constructor({ url, token, storage = null }) {
    super();
    this.#url = url;
    this.#token = token;
    this.#outbox = new Outbox({
      storage,
      tell: (frame) => {
        this.#tell(frame);
        this.#expectAnswer();
      },
      changed: (room) => this.#dispatch("outbox", { room }),
    });
  }

  get state() {
    return this.#state;
  }

  open() {
    if (this.#state === "closed") this.#connect();
  }

  /** Close for good and drop unsent messages. */
  close() {
    this.#hangUp();
    this.#last.clear();
    this.#outbox.clear();
    this.#enter("closed");
  }

  /** Check the server now: the network or the user has come back. */
  nudge() {
    if (this.#state === "waiting") this.#connect();
    else if (this.#state === "open") this.#ask();
  }

  /** Send a message, now or as soon as possible. Returns its client_id. */
  send(room, message) {
    return this.#outbox.add(room, message);
  }

  /** Return the room's unconfirmed messages; `error` says why one was refused. */
  pending(room) {
    return this.#outbox.in(room);
  }

  /** Forget a message that failed. */
  discard(clientId) {
    this.#outbox.remove(clientId);
  }

  markRead(room, id) {
    this.#tellIfOpen({ type: "message.read", room, id });
  }

  typing(room) {
    this.#tellIfOpen({ type: "typing", room });
  }

  // The connection

  async #connect() {
    clearTimeout(this.#timer);
    const run = ++this.#run;
    this.#enter("connecting");
    let token;
    try {
      token = await this.#token({ isDoubtful: this.#isDoubtful });
    } catch {
      if (run === this.#run) this.#wait();
      return;
    }
    if (run !== this.#run) return;
    if (token === null) {
      this.close();
      return;
    }
    this.#isDoubtful = true; // until the server sends `welcome`
    this.#socket = new WebSocket(this.#url, ["bearer", token]);
    this.#socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    this.#socket.onclose = ({ code }) => {
      if (code === TOKEN_DEAD) this.#isDoubtful = true;
      this.#lose();
    };
    this.#expectAnswer();
  }

  #lose() {
    this.#hangUp();
    this.#wait();
  }

  #wait() {
    // A random pause, so that clients do not all connect to a restarted server at once.
    const atMost = Math.min(LONGEST_WAIT_MS, WAIT_MS * 2 ** this.#tries++);
    this.#timer = setTimeout(() => this.#connect(), Math.random() * atMost);
    this.#enter("waiting");
  }

  #hangUp() {
    clearTimeout(this.#timer);
    this.#outbox.stop();
    this.#run++;
    this.#resumes = 0;
    this.#gaps.clear();
    if (this.#socket === null) return;
    // A broken connection takes minutes to close; ignore what it still sends.
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #expectAnswer() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose(), PATIENCE_MS);
  }

  #ask() {
    this.#tell({ type: "ping" });
    this.#expectAnswer();
  }

  #tell(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  #tellIfOpen(frame) {
    if (this.#state === "open") this.#tell(frame);
  }

  // Frames of the server

  #hear(frame) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), QUIET_MS);
    switch (frame.type) {
      case "welcome":
        return this.#welcome(frame);
      case "message.new":
      case "message.hidden":
        return this.#take(frame);
      case "room.new":
        this.#last.set(frame.room.id, frame.room.last_id);
        break;
      case "room.gone":
        this.#last.delete(frame.room);
        break;
      case "resumed":
        this.#resumed();
        break;
      case "error":
        if (this.#mend(frame)) return;
    }
    this.#dispatch(frame.type, frame);
  }

  #welcome(frame) {
    this.#me = frame.user;
    this.#isDoubtful = false;
    const after = [];
    const skipped = [];
    const known = this.#last;
    this.#last = new Map();
    for (const { id, last_id } of frame.rooms) {
      const last = known.get(id) ?? last_id;
      const isTooMuch = last_id - last > MAX_REPLAYED;
      if (isTooMuch) skipped.push(id);
      // In the other rooms, too, hidden messages and read positions may have been missed.
      else if (known.has(id) || last < last_id) after.push([id, last]);
      this.#last.set(id, isTooMuch ? last_id : last);
    }
    this.#dispatch("welcome", { ...frame, skipped });
    do this.#resume(after.splice(0, ROOMS_A_RESUME));
    while (after.length > 0);
  }

  #resume(after) {
    this.#resumes++;
    this.#tell({ type: "resume", rooms: Object.fromEntries(after) });
    this.#expectAnswer();
  }

  #resumed() {
    this.#resumes--;
    if (this.#resumes > 0) return;
    this.#gaps.clear();
    this.#tries = 0;
    this.#enter("open");
    this.#outbox.start();
  }

  #take(frame) {
    const { room, id } = frame;
    const isMine = frame.user?.id === this.#me.id || frame.type === "message.hidden";
    if (isMine) this.#outbox.remove(frame.client_id);
    const last = this.#last.get(room);
    if (last === undefined) return;
    if (id === last + 1) {
      this.#last.set(room, id);
      this.#dispatch(frame.type, frame);
    } else if (id <= last) {
      // A repeat, or a message that staff has hidden since.
      if (frame.type === "message.hidden") this.#dispatch(frame.type, frame);
    } else if (!this.#gaps.has(room)) {
      // This message will come again, after the missing ones.
      this.#gaps.add(room);
      this.#resume([[room, last]]);
    }
  }

  /** Return true if the error needs no further handling. */
  #mend({ code, detail, client_id }) {
    if (PASSING.has(code)) {
      if (this.#resumes > 0) this.#lose();
      else this.#outbox.pause();
      return true;
    }
    // For example a room that closed before it was resumed; `room.gone` reports it.
    if (code === "room_unknown" && client_id === null) return true;
    // The server does not know the client_id of a frame that it did not read.
    const clientId = code === "frame_too_large" ? this.#outbox.sending : client_id;
    return this.#outbox.fail(clientId, detail);
  }

  #enter(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.#dispatch("status", { state });
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
