// People in front of a browser, and what they do and see.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ARTIFACTS } from './server.js';

const PROGRAM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium';
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const PASSWORD = 'a-long-password';
export const DESKTOP = { width: 1360, height: 850 };
export const PHONE = { width: 390, height: 844 };
const WITHIN_MS = 15_000;

/** A browser with a new, empty profile. */
export function launch() {
  return chromium.launch({ executablePath: PROGRAM, args: ARGS });
}

/** Waits until `check` answers something true; throws with `what` after a time. */
export async function until(what, check, withinMs = WITHIN_MS) {
  const deadline = performance.now() + withinMs;
  let last;
  while (performance.now() < deadline) {
    last = await check();
    if (last) return last;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`not within ${withinMs} ms: ${what} (last: ${JSON.stringify(last)})`);
}

export class Person {
  constructor(name, server, context, page) {
    this.name = name;
    this.server = server;
    this.context = context;
    this.page = page;
    /** What the page complained about. */
    this.complaints = [];
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) this.complaints.push(message.text());
    });
  }

  /** A person with a browser profile of their own. */
  static async arrive(browser, server, name, options = {}) {
    const context = await browser.newContext({ viewport: DESKTOP, locale: 'en-GB', ...options });
    context.setDefaultTimeout(WITHIN_MS);
    return new Person(name, server, context, await context.newPage());
  }

  get composer() {
    return this.page.locator('#fm-composer');
  }

  get rows() {
    return this.page.getByTestId('message');
  }

  async open(path = '/') {
    await this.page.goto(this.server.url + path);
  }

  async register() {
    await this.open('/register');
    await this.page.getByLabel('User name').fill(this.name);
    await this.page.getByLabel('E-mail').fill(`${this.name}@example.org`);
    await this.page.locator('input[name=password]').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Create account' }).click();
    await this.isLive();
  }

  /** The room is shown and connected. */
  async isLive() {
    await this.page.getByRole('img', { name: 'Live', exact: true }).waitFor();
  }

  async isNotLive() {
    await this.page.getByRole('img', { name: 'Not connected' }).waitFor();
  }

  async say(text) {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  async sees(text) {
    await this.rows.filter({ hasText: text }).first().waitFor();
  }

  /** The texts that are shown, from the top, without names and times. */
  async texts() {
    return this.page.locator('[data-testid=message] p').allInnerTexts();
  }

  /** The message list has an end, and it is in view. */
  async scroll(to) {
    await this.page.getByTestId('messages').evaluate((list, where) => {
      list.scrollTop = where === 'top' ? 0 : list.scrollHeight;
    }, to);
  }

  async bell() {
    await this.page.getByRole('button', { name: /^Notifications/ }).click();
  }

  async photograph(name) {
    mkdirSync(ARTIFACTS, { recursive: true });
    await this.page.screenshot({ path: join(ARTIFACTS, `${name}.png`) });
  }

  async leave() {
    await this.context.close();
  }
}

/** An account made over the API, for those who need no page. */
export async function newAccount(server, username) {
  const answer = await fetch(`${server.url}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, email: `${username}@example.org`, password: PASSWORD }),
  });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${await answer.text()}`);
  const { user, access_token } = await answer.json();
  return { ...user, token: access_token };
}

/** Sends texts one after the other from within `page`, waiting for each to be stored. */
export function sendAll(page, account, room, texts) {
  const url = `/ws/${room}/${account.id}?username=${account.username}`;
  return page.evaluate(sendInPage, { url, token: account.token, texts });
}

function sendInPage({ url, token, texts }) {
  return new Promise((done, fail) => {
    const address = new URL(url, location.origin);
    address.protocol = 'ws:';
    const socket = new WebSocket(address, ['access_token', token]);
    const batch = crypto.randomUUID();
    let at = 0;
    const next = () => {
      if (at === texts.length) {
        socket.close();
        done(at);
        return;
      }
      const frame = { type: 'message', content: texts[at], client_id: `${batch}-${at}` };
      socket.send(JSON.stringify(frame));
    };
    socket.onopen = next;
    socket.onclose = ({ code }) => fail(new Error(`closed with ${code} after ${at}`));
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data);
      if (frame.type === 'ack') {
        at += 1;
        next();
      } else if (frame.type === 'error') {
        if (frame.temporary) setTimeout(next, 300);
        else fail(new Error(frame.message));
      }
    };
  });
}
