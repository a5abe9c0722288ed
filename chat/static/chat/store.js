// The page's data: rooms and their messages, without DOM and network.
//
// Events, each with its room, if any, as `detail`: `rooms` (the list, or
// anything that it shows), `message` ({ room, message }: one more at the end), `messages`
// (any other change), `typing`, `receipts`.

const TYPING_MS = 5_000;

export class Store extends EventTarget {
  me = null;
  rooms = new Map();
  online = new Map(); // id → first name

  /** Store the events of a ChatConnection. */
  follow(chat) {
    const on = (type, take) => chat.addEventListener(type, ({ detail }) => take(detail));
    on("welcome", (frame) => this.#welcome(frame));
    on("room.new", (frame) => this.add(frame.room));
    on("room.gone", (frame) => this.#drop(frame.room));
    on("message.new", (frame) => this.#append(frame));
    on("message.hidden", (frame) => this.#hide(frame));
    on("message.read", (frame) => this.#read(frame));
    on("typing", (frame) => this.#typing(frame));
    on("presence", (frame) => this.#presence(frame));
  }

  forget() {
    this.me = null;
    this.rooms.clear();
    this.online.clear();
  }

  get unread() {
    return [...this.rooms.values()].reduce((sum, room) => sum + room.unread, 0);
  }

  /** Return the room; a known one is updated. */
  add(given) {
    const room = this.rooms.get(given.id) ?? new Room();
    this.rooms.set(given.id, room.update(given));
    this.#tell("rooms");
    return room;
  }

  /** Add older messages, latest first; none means that there are no more. */
  prepend(room, rows) {
    const first = room.firstId;
    const older = rows.filter((row) => row.id < first).reverse();
    for (const message of older) room.meet(message.user);
    room.messages.unshift(...older);
    room.isComplete = room.firstId <= 1 || older.length === 0;
    this.#tell("messages", room);
  }

  markRead(room, id) {
    room.read_id = id;
    this.#tell("rooms");
  }

  #welcome({ user, rooms, skipped }) {
    this.me = user;
    this.online.clear(); // members still online are reported again
    const known = this.rooms;
    this.rooms = new Map();
    for (const given of rooms) {
      const room = skipped.includes(given.id) ? null : known.get(given.id);
      this.rooms.set(given.id, (room ?? new Room()).update(given));
    }
    this.#tell("rooms");
    for (const id of skipped) this.#tell("messages", this.rooms.get(id));
  }

  #drop(id) {
    this.rooms.delete(id);
    this.#tell("rooms");
  }

  #append(message) {
    const room = this.rooms.get(message.room);
    if (room === undefined || room.has(message.id)) return;
    room.messages.push(message);
    room.meet(message.user);
    room.typists.delete(message.user?.id);
    room.last_id = Math.max(room.last_id, message.id);
    // As on the server: the sender has read everything, unless something was unread before.
    const isMine = message.user?.id === this.me.id;
    if (isMine && room.read_id === message.id - 1) room.read_id = message.id;
    this.#tell("message", { room, message });
    this.#tell("typing", room);
    this.#tell("rooms");
  }

  #hide({ room: roomId, id }) {
    const hidden = { id, room: roomId, hidden: true, user: null, message: null };
    const room = this.rooms.get(roomId);
    if (room === undefined) return;
    if (room.has(id)) {
      Object.assign(room.messages[id - room.firstId], hidden);
      this.#tell("messages", room);
    } else if (id >= room.firstId) {
      this.#append({ ...hidden, sent_at: null });
    }
  }

  #read({ room: roomId, id, user }) {
    const room = this.rooms.get(roomId);
    if (room === undefined) return;
    if (user.id === this.me.id) {
      this.markRead(room, Math.max(room.read_id, id));
    } else {
      room.meet(user);
      room.readers.set(user.id, Math.max(room.readers.get(user.id) ?? 0, id));
      this.#tell("receipts", room);
    }
  }

  #typing({ room: roomId, user }) {
    const room = this.rooms.get(roomId);
    if (room === undefined) return;
    room.meet(user);
    clearTimeout(room.typists.get(user.id));
    const over = setTimeout(() => {
      if (room.typists.get(user.id) !== over) return;
      room.typists.delete(user.id);
      this.#tell("typing", room);
    }, TYPING_MS);
    room.typists.set(user.id, over);
    this.#tell("typing", room);
  }

  #presence({ user, status }) {
    if (status === "online") this.online.set(user.id, user.first_name);
    else this.online.delete(user.id);
    this.#tell("rooms");
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

class Room {
  last_id = 0;
  read_id = 0;
  messages = []; // with consecutive ids, up to the last one
  isComplete = false; // includes the first message
  people = new Map(); // seen in this room: id → first name
  readers = new Map(); // id → last message read
  typists = new Map(); // id → timer

  update({ id, kind, title, last_id, read_id, user }) {
    this.meet(user); // the other member of a direct room
    Object.assign(this, { id, kind, title, user });
    // Live frames may overtake an answer of the API.
    this.last_id = Math.max(this.last_id, last_id);
    this.read_id = Math.max(this.read_id, read_id);
    return this;
  }

  get unread() {
    return Math.max(0, this.last_id - this.read_id);
  }

  get firstId() {
    return this.messages[0]?.id ?? this.last_id + 1;
  }

  has(id) {
    return id >= this.firstId && id < this.firstId + this.messages.length;
  }

  /** Return the others seen in this room. */
  others(me) {
    return [...this.people.keys()].filter((id) => id !== me.id);
  }

  meet(user) {
    if (user) this.people.set(user.id, user.first_name);
  }
}
