// Dragging a card to one side with a finger, a pen or a mouse.

const FAR = 0.3; // of the card's width, from which on letting go decides
const FAST_PX_MS = 0.6;
const TURN_DEG = 12; // of a card that is dragged by its own width
const FLIGHT_MS = 220;

const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

/** Call `decide("like")` or `decide("pass")` when the card has been thrown to a side. */
export function swipeable(card, decide) {
  let start = null;

  card.onpointerdown = (event) => {
    if (event.button !== 0 || event.target.closest("button, a, summary")) return;
    start = { x: event.clientX, at: event.timeStamp };
    card.setPointerCapture(event.pointerId);
    card.classList.add("dragged");
  };

  card.onpointermove = (event) => {
    if (start !== null) lean(card, event.clientX - start.x);
  };

  card.onpointerup = (event) => {
    if (start === null) return;
    const moved = event.clientX - start.x;
    const speed = Math.abs(moved) / Math.max(1, event.timeStamp - start.at);
    end();
    const isThrown =
      Math.abs(moved) > FAR * card.offsetWidth ||
      (speed > FAST_PX_MS && Math.abs(moved) > (FAR / 3) * card.offsetWidth);
    if (isThrown) decide(moved > 0 ? "like" : "pass");
    else lean(card, 0);
  };

  card.onpointercancel = () => {
    if (start === null) return;
    end();
    lean(card, 0);
  };

  function end() {
    start = null;
    card.classList.remove("dragged");
  }
}

/** Let a card that has been decided on fly away, and remove it. */
export function fly(card, decision) {
  const way = decision === "like" ? 1 : -1;
  card.classList.add("decided", decision);
  card.inert = true;
  if (isCalm.matches) {
    card.remove();
    return;
  }
  lean(card, way * 1.5 * card.offsetWidth);
  setTimeout(() => card.remove(), FLIGHT_MS);
}

function lean(card, x) {
  const share = Math.max(-1, Math.min(1, x / card.offsetWidth));
  card.style.transform = x === 0 ? "" : `translateX(${x}px) rotate(${share * TURN_DEG}deg)`;
  card.style.setProperty("--like", Math.max(0, share * 3));
  card.style.setProperty("--pass", Math.max(0, -share * 3));
}
