// The members to decide on, and the decisions. It draws nothing.

const ENOUGH = 5; // when fewer are left, more are fetched
const PAGE_SIZE = 20;

/** An `id` in the place of the address's 0. */
export const addressOf = (url, id) => url.replace("/0/", `/${id}/`);

/**
 * Events: `change` (the deck is to be drawn), `match` with `{ member, email }`, and `error`
 * with the error of a decision that did not reach the service, whose member is back.
 */
export class Deck extends EventTarget {
  #ask;
  #urls;
  #members = [];
  #next = null; // the address of the next page
  #isLoading = false;
  #run = 0; // distinguishes what was asked for before `load` from what came after
  #decided = []; // { member, url, done }, the latest last
  #undone = Promise.resolve(); // when the last of the undos is through

  /** `ask(method, url, body)`: calls the API as the member. */
  constructor({ ask, urls }) {
    super();
    this.#ask = ask;
    this.#urls = urls;
  }

  /** Members, the one to decide on first. */
  get members() {
    return this.#members;
  }

  get isLoading() {
    return this.#isLoading;
  }

  get canUndo() {
    return this.#decided.length > 0;
  }

  /** Fetch whoever is within the radius; null is everywhere. Throws Refused. */
  async load(radiusKm) {
    this.#run++;
    this.#members = [];
    this.#isLoading = false;
    const query = new URLSearchParams({ page_size: PAGE_SIZE });
    if (radiusKm !== null) query.set("max_km", radiusKm);
    this.#next = `${this.#urls.discover}?${query}`;
    await this.#fill();
  }

  forget() {
    this.#run++;
    this.#members = [];
    this.#decided = [];
    this.#next = null;
  }

  like() {
    return this.#decide(this.#urls.match);
  }

  pass() {
    return this.#decide(this.#urls.pass);
  }

  /** Block the first member. There is no way back to it by `undo`. */
  block() {
    return this.#decide(this.#urls.block, { isFinal: true });
  }

  /** Take the last decision back; return its member. Throws Refused. */
  async undo() {
    const last = this.#decided.pop();
    if (last === undefined) return null;
    // One after the other, so that members come back in the order of the keys, not of the answers.
    const undone = this.#undone.then(() => this.#takeBack(last));
    this.#undone = undone.catch(() => {});
    return undone;
  }

  async #takeBack(last) {
    await last.done;
    if (last.hasFailed) return null;
    const run = this.#run;
    try {
      await this.#ask("DELETE", last.url);
    } catch (error) {
      if (run === this.#run) this.#decided.push(last);
      throw error;
    }
    if (run === this.#run) this.#bringBack(last.member);
    return last.member;
  }

  /** Decide on the first member at once, and tell the service; return the member. */
  #decide(address, { isFinal = false } = {}) {
    const member = this.#members.shift();
    if (member === undefined) return null;
    const decision = { member, url: addressOf(address, member.id), hasFailed: false };
    decision.done = this.#send(decision, this.#run);
    if (!isFinal) this.#decided.push(decision);
    this.#change();
    this.#fill().catch((error) => this.#fail(error));
    return member;
  }

  async #send(decision, run) {
    const { member, url } = decision;
    try {
      const answer = await this.#ask("POST", url);
      if (answer?.matched) this.#dispatch("match", { member, email: answer.email });
    } catch (error) {
      decision.hasFailed = true;
      this.#decided = this.#decided.filter((other) => other !== decision);
      // Whoever has left meanwhile, or has blocked the member, does not come back.
      if (run === this.#run && error.status !== 404) this.#bringBack(member);
      if (error.status !== 404) this.#fail(error);
    }
  }

  #bringBack(member) {
    this.#members.unshift(member);
    this.#change();
  }

  async #fill() {
    if (this.#isLoading || this.#next === null || this.#members.length >= ENOUGH) {
      this.#change();
      return;
    }
    const run = this.#run;
    this.#isLoading = true;
    this.#change();
    try {
      const { results, next } = await this.#ask("GET", this.#next);
      if (run !== this.#run) return;
      // Who has been brought back, or whose decision is on its way, may be in it again.
      const known = new Set(this.#members.concat(this.#decided.map((d) => d.member)).map((m) => m.id));
      this.#members.push(...results.filter((member) => !known.has(member.id)));
      this.#next = next;
    } finally {
      if (run === this.#run) {
        this.#isLoading = false;
        this.#change();
      }
    }
    if (run === this.#run) await this.#fill();
  }

  #change() {
    this.#dispatch("change", {});
  }

  #fail(error) {
    this.#dispatch("error", { error });
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
