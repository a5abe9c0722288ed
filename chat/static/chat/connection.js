// The chat's WebSocket for browsers: a client that loses nothing. It needs outbox.js and
// nothing else, so copy the two.
//
//   const chat = new ChatConnection({ url: "wss://host/ws/chat/", token: async () => jwt });
//   chat.addEventListener("message.new", ({ detail }) => show(detail));
//   chat.open();
//   chat.send(4, "Hello");
//
// Every frame of the server is dispatched as an event of its type, with the frame as
// `detail`. Of messages each comes once and in the order of their numbers, over however
// many connections. Beside them there are:
//
//   status  { state }  "connecting", "open" (all that was missed is here), "waiting", "closed"
//   outbox  { room }   what `pending(room)` says has changed
//
// `welcome` has one field more, `skipped`: ids of rooms of which so much was missed that
// it is better read anew by REST.

import { Outbox } from "./outbox.js";

const QUIET_MS = 20_000; // without a frame; then the server is asked whether it is there
const PATIENCE_MS = 8_000; // for an answer, before the connection counts as dead
const WAIT_MS = 1_000; // before the first try to connect again; twice as long each time
const LONGEST_WAIT_MS = 30_000;
const MAX_REPLAYED = 1_000; // messages of one room
const TOKEN_DEAD = 4401; // expired or revoked
const ROOMS_A_RESUME = 200; // a frame has at most 16 KiB

// The service could not take these just now; all other errors are final.
const PASSING = new Set(["slow_down", "unavailable"]);

export class ChatConnection extends EventTarget {
  #url;
  #token;
  #state = "closed";
  #run = 0; // tells a connection from those before it
  #socket = null;
  #timer = null;
  #tries = 0;
  #isDoubtful = false; // the token
  #me = null;
  #last = new Map(); // room → id of the last message that was dispatched
  #resumes = 0; // that the server has not answered yet
  #gaps = new Set(); // rooms of which one of these is about a gap
  #outbox;

  /**
   * `token({ isDoubtful })` resolves to an access JWT, or to null when nobody is signed
   * in any more. `isDoubtful`: the last one has died, or the last connection was refused,
   * and browsers do not say why.
   *
   * `storage`, sessionStorage say, keeps what was not sent over a reload of the page.
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

  /** For good, with all that was not sent. */
  close() {
    this.#hangUp();
    this.#last.clear();
    this.#outbox.clear();
    this.#enter("closed");
  }

  /** Look now whether the server is there: the network came back, or the user did. */
  nudge() {
    if (this.#state === "waiting") this.#connect();
    else if (this.#state === "open") this.#ask();
  }

  /** Send a message, now or once it is possible. Returns its client_id. */
  send(room, message) {
    return this.#outbox.add(room, message);
  }

  /** Messages to the room that are not confirmed; `error` says why one never will be. */
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
    this.#isDoubtful = true; // until the server welcomes who bears it
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
    // Each client at a moment of its own, or all would fall upon a restarted server.
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
    // A dead connection takes minutes to close; what it still says is of no use.
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

  // What the server says

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
      // Of the others too it may have missed what was hidden, and who has read.
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
      // Again; or staff have hidden it since.
      if (frame.type === "message.hidden") this.#dispatch(frame.type, frame);
    } else if (!this.#gaps.has(room)) {
      // This one comes again, after those that are missing.
      this.#gaps.add(room);
      this.#resume([[room, last]]);
    }
  }

  /** True: the error is dealt with, and nobody's concern. */
  #mend({ code, detail, client_id }) {
    if (PASSING.has(code)) {
      if (this.#resumes > 0) this.#lose();
      else this.#outbox.pause();
      return true;
    }
    // One that closed before it was resumed, say: `room.gone` tells of it.
    if (code === "room_unknown" && client_id === null) return true;
    // Of a frame that it did not read, the server does not know the client_id.
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
