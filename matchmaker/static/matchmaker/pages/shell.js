// What all pages share: the session, signing in and out, and notices.

import { byId, element, nameOf, say } from "./dom.js";
import { Session } from "./session.js";

const NOTICE_MS = 8_000;

/** The API's addresses, by name; a 0 in one stands for an id. */
export const urls = JSON.parse(byId("urls").textContent);
export const session = new Session({ urls, storage: sessionStorage });

/** Shows either the sign-in form or the page. */
export class Shell {
  #page;
  #start;
  #stop;
  #isIn = false;

  /**
   * `page`: the element for whoever has signed in. `start()` is called when it is shown,
   * `stop()` when the session ends.
   */
  constructor({ page, start, stop = () => {} }) {
    this.#page = page;
    this.#start = start;
    this.#stop = stop;
    byId("sign-in-form").onsubmit = (event) => this.#signIn(event);
    byId("sign-out").onclick = () => {
      session.signOut();
      this.leave();
      byId("sign-in-error").textContent = "";
    };
  }

  open() {
    if (session.isSignedIn) this.#enter();
    else byId("sign-in").hidden = false;
  }

  /** The session has ended: show the form again. */
  leave() {
    if (!this.#isIn) return;
    this.#isIn = false;
    session.forget();
    this.#stop();
    this.#show(false);
    byId("me").textContent = "";
    byId("sign-in-error").textContent = say("ended");
    byId("sign-in-form").email.focus();
  }

  /** Call the API as the member. Throws Refused; the end of the session shows the form. */
  async ask(method, url, body) {
    try {
      return await session.ask(method, url, body);
    } catch (error) {
      if (!session.isSignedIn) this.leave();
      throw error;
    }
  }

  /** Show who has signed in. */
  greet(member) {
    byId("me").textContent = nameOf(member);
  }

  /** Tell of an error that an action met. */
  complain(error) {
    // If the member was signed out meanwhile, the form is shown.
    if (session.isSignedIn) notify(error.status ? error.message : say("unreachable"));
  }

  async #signIn(event) {
    event.preventDefault();
    const form = event.target;
    const { email, password } = Object.fromEntries(new FormData(form));
    form.send.disabled = true;
    byId("sign-in-error").textContent = "";
    try {
      await session.signIn(email, password);
      form.reset();
      this.#enter();
    } catch (error) {
      byId("sign-in-error").textContent = error.status ? error.message : say("unreachable");
    } finally {
      form.send.disabled = false;
    }
  }

  #enter() {
    this.#isIn = true;
    this.#show(true);
    this.#start();
  }

  #show(isSignedIn) {
    byId("sign-in").hidden = isSignedIn;
    byId("sign-out").hidden = !isSignedIn;
    this.#page.hidden = !isSignedIn;
  }
}

/** Show a text for a while. */
export function notify(text) {
  const notice = element("p", { className: "notice", textContent: text });
  byId("notices").append(notice);
  setTimeout(() => notice.remove(), NOTICE_MS);
}
