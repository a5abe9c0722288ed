// The page: opening rooms, and drawing.

import { byId, nameOf, say, soon } from "../matchmaker/pages/dom.js";
import { Shell, notify, session, urls } from "../matchmaker/pages/shell.js";
import { Composer } from "./composer.js";
import { ChatConnection } from "./connection.js";
import { MessageList } from "./message_list.js";
import { RoomList, presenceOf, titleOf } from "./room_list.js";
import { Store } from "./store.js";

const READ_DELAY_MS = 200; // so that many messages are marked as read together
const HISTORY_LIMIT = 50;

const chat = new ChatConnection({
  url: new URL(urls.socket, location.href).href.replace(/^http/, "ws"),
  token: (doubt) => session.token(doubt),
  storage: sessionStorage,
});
const store = new Store();
const roomList = new RoomList({ open, talk });
const messageList = new MessageList({
  older: () => loadOlder(current),
  seen: markReadSoon,
  talk,
  discard: (clientId) => chat.discard(clientId),
});
const composer = new Composer({
  send: (text) => chat.send(current.id, text),
  typing: () => chat.typing(current.id),
});
const loading = new Set(); // rooms whose older messages are being loaded
let current = null;
/** Whom another page has sent the member here to talk to. */
let wanted = Number(location.hash.match(/^#member=(\d+)$/)?.[1]) || null;
let readTimer = null;
let typedAt = 0;

const shell = new Shell({
  page: byId("chat"),
  start: () => chat.open(),
  stop() {
    chat.close();
    store.forget();
    composer.forget();
    leave();
    document.title = say("page");
  },
});

// The connection

store.follow(chat);

chat.addEventListener("status", ({ detail: { state } }) => {
  byId("status").textContent = say(state);
  byId("status").dataset.state = state;
  if (state === "closed") shell.leave();
  if (state === "open" && current !== null) catchUp();
});

chat.addEventListener("welcome", ({ detail: { user } }) => {
  shell.greet(user);
  if (current !== null) {
    const room = store.rooms.get(current.id);
    if (room === undefined) gone();
    else if (room !== current) open(room);
  } else if (wanted !== null) {
    talk(wanted);
  } else if (!isNarrow()) {
    open(store.rooms.values().next().value);
  }
});

chat.addEventListener("room.gone", ({ detail: { room } }) => {
  if (current?.id === room) gone();
});

chat.addEventListener("outbox", ({ detail: { room } }) => {
  if (current?.id === room) soon(drawPending);
});

chat.addEventListener("error", ({ detail }) => notify(detail.detail));

addEventListener("online", () => chat.nudge());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "visible") return;
  chat.nudge();
  markReadSoon();
});

// Changes of the store

store.addEventListener("rooms", () => soon(drawRooms));

store.addEventListener("message", ({ detail: { room, message } }) => {
  if (room !== current) return;
  soon(drawNew);
  if (message.user && message.user.id !== store.me.id) {
    byId("spoken").textContent = `${nameOf(message.user)}: ${message.message}`;
  }
  markReadSoon();
});

store.addEventListener("messages", ({ detail: room }) => {
  if (room === current) soon(drawMessages);
});

store.addEventListener("receipts", ({ detail: room }) => {
  if (room === current) soon(drawReceipts);
});

store.addEventListener("typing", ({ detail: room }) => {
  if (room === current) soon(drawTyping);
});

// Rooms

function open(room) {
  const isOther = current?.id !== room.id;
  current = room;
  byId("chat").dataset.pane = "room";
  byId("room").hidden = false;
  byId("no-room").hidden = true;
  messageList.open(room, store.me);
  composer.open(room.id);
  drawPending();
  drawRooms();
  drawTyping();
  if (isOther && !isNarrow()) composer.focus();
  catchUp();
}

function catchUp() {
  if (current.messages.length < HISTORY_LIMIT) loadOlder(current);
  markReadSoon();
}

function leave() {
  current = null;
  byId("chat").dataset.pane = "rooms";
  byId("room").hidden = true;
  byId("no-room").hidden = false;
  drawRooms();
}

function gone() {
  notify(say("gone", { title: titleOf(current) }));
  leave();
}

byId("back").onclick = () => {
  const { id } = current;
  leave();
  byId("rooms").querySelector(`[data-room="${id}"]`)?.focus();
};

/** Open the direct room with this member, if the two may talk. */
async function talk(memberId) {
  wanted = null;
  history.replaceState(null, "", location.pathname);
  try {
    open(store.add(await shell.ask("POST", urls.rooms, { member: memberId })));
  } catch (error) {
    shell.complain(error);
  }
}

async function loadOlder(room) {
  if (room.isComplete || loading.has(room)) return;
  loading.add(room);
  try {
    const query = `?limit=${HISTORY_LIMIT}&before=${room.firstId}`;
    const url = urls.messages.replace("/0/", `/${room.id}/`) + query;
    store.prepend(room, (await shell.ask("GET", url)).results);
    markReadSoon();
  } catch (error) {
    shell.complain(error);
  } finally {
    loading.delete(room);
  }
}

/** Mark messages as read after they have been in view for a moment. */
function markReadSoon() {
  clearTimeout(readTimer);
  readTimer = setTimeout(() => {
    if (current === null || document.visibilityState !== "visible") return;
    if (!messageList.isAtEnd || chat.state !== "open") return;
    const last = current.messages.at(-1)?.id ?? 0;
    if (last <= current.read_id) return;
    chat.markRead(current.id, last);
    store.markRead(current, last);
  }, READ_DELAY_MS);
}

// Drawing

function drawRooms() {
  roomList.show(store, current);
  const count = store.unread > 0 ? `(${store.unread}) ` : "";
  document.title = count + say("page");
  if (current === null) return;
  const isOnline = presenceOf(current, store);
  const kind = say(current.kind);
  byId("room-title").textContent = titleOf(current);
  byId("room-kind").textContent =
    isOnline === null ? kind : `${kind} · ${say(isOnline ? "online" : "offline")}`;
}

// These are drawn a moment later, when possibly no room is open any more.
const inRoom = (draw) => () => current !== null && draw();
const drawMessages = inRoom(() => messageList.draw());
const drawNew = inRoom(() => messageList.drawNew());
const drawReceipts = inRoom(() => messageList.drawReceipts());
const drawPending = inRoom(() => messageList.drawPending(chat.pending(current.id)));
const drawTyping = inRoom(() => {
  const names = [...current.typists.keys()].map((id) =>
    nameOf({ id, first_name: current.people.get(id) }),
  );
  byId("typing").textContent = names.length
    ? say("typing", { names: names.join(", ") })
    : "";
});

function isNarrow() {
  return matchMedia("(max-width: 40rem)").matches;
}

shell.open();
