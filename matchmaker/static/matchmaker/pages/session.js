// The session: a pair of JWTs, renewed in time, and requests that carry them.

const KEY = "matchmaker.tokens";
const TIMEOUT_MS = 10_000;
const SHARE_OF_LIFE = 0.8; // of an access token, after which it is renewed

/** The service answered with an error. */
export class Refused extends Error {
  constructor(status, body) {
    super(Refused.#text(body) ?? `HTTP ${status}`);
    this.status = status;
  }

  /** Return the message of `{"detail": …}` or `{"field": ["…"]}`. */
  static #text(body) {
    if (body === null || typeof body !== "object") return null;
    return body.detail ?? Object.values(body).flat().join(" ");
  }
}

export class Session {
  #urls;
  #storage;
  #tokens;
  #renewal = null;

  /** `storage`: with sessionStorage each tab has a session of its own. */
  constructor({ urls, storage }) {
    this.#urls = urls;
    this.#storage = storage;
    this.#tokens = JSON.parse(storage.getItem(KEY) ?? "null");
  }

  get isSignedIn() {
    return this.#tokens !== null;
  }

  /** Sign in. Throws Refused. */
  async signIn(email, password) {
    this.#keep(await request("POST", this.#urls.signIn, { email, password }));
  }

  /** End the member's sessions on all devices; if offline, only here. */
  async signOut() {
    const bearer = this.#tokens?.access;
    this.forget();
    if (bearer) await request("POST", this.#urls.signOut, undefined, bearer).catch(() => {});
  }

  forget() {
    this.#tokens = null;
    this.#storage.removeItem(KEY);
  }

  /**
   * Return an access token, or null if nobody is signed in any more. A doubtful one is
   * tried first. Throws if the service cannot be reached.
   */
  async token({ isDoubtful }) {
    if (!this.isSignedIn) return null;
    try {
      if (isDoubtful) await this.ask("GET", this.#urls.me);
      else if (Date.now() >= this.#tokens.renewAt) await this.#renew();
    } catch (error) {
      if (this.isSignedIn) throw error;
    }
    return this.#tokens?.access ?? null;
  }

  /** Call the API as the member; return the answer's JSON. Throws Refused. */
  async ask(method, url, body) {
    const { access, renewAt } = this.#tokens ?? {};
    if (Date.now() >= renewAt) await this.#renew();
    try {
      return await request(method, url, body, this.#tokens?.access);
    } catch (error) {
      if (error.status !== 401) throw error;
      if (this.#tokens?.access === access) await this.#renew();
      return request(method, url, body, this.#tokens?.access);
    }
  }

  /** Renew one at a time, because a refresh token can be used only once. */
  #renew() {
    this.#renewal ??= this.#exchange().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #exchange() {
    const { refresh } = this.#tokens ?? {};
    try {
      this.#keep(await request("POST", this.#urls.refresh, { refresh }));
    } catch (error) {
      if (error.status === 401) this.forget();
      throw error;
    }
  }

  #keep({ access, refresh }) {
    // By the token's own two times, because this device's clock may be wrong.
    const { iat, exp } = claims(access);
    const renewAt = Date.now() + (exp - iat) * 1000 * SHARE_OF_LIFE;
    this.#tokens = { access, refresh, renewAt };
    this.#storage.setItem(KEY, JSON.stringify(this.#tokens));
  }
}

async function request(method, url, body, bearer) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  const response = await fetch(url, {
    method,
    headers,
    body: body && JSON.stringify(body),
    credentials: "omit", // the admin's session may be another member's
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

function claims(jwt) {
  const base64 = jwt.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
  return JSON.parse(atob(base64));
}
