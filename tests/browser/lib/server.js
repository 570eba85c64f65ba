// Runs the real executable on free ports with a folder of its own.
import { spawn } from 'node:child_process';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = resolve(process.env.FOLKMOOT_BIN ?? join(HERE, '../../target/debug/folkmoot'));
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 5_000;

export const ARTIFACTS = join(HERE, 'artifacts');

function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

export class Server {
  #folder = mkdtempSync(join(tmpdir(), 'folkmoot-browser-'));
  #name;
  #child = null;
  #ended = null;
  #starts = 0;

  constructor(name) {
    this.#name = name;
  }

  /** Starts it, again on the same ports and data when it ran before; waits until it is ready. */
  async start() {
    this.port ??= await freePort();
    this.adminPort ??= await freePort();
    mkdirSync(ARTIFACTS, { recursive: true });
    const log = createWriteStream(join(ARTIFACTS, `${this.#name}.log`), {
      flags: this.#starts++ === 0 ? 'w' : 'a',
    });
    const child = spawn(PROGRAM, ['serve'], {
      env: {
        ...process.env,
        HOST: '127.0.0.1',
        PORT: String(this.port),
        ADMIN_PORT: String(this.adminPort),
        DATA_DIR: this.#folder,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    this.#child = child;
    this.#ended = new Promise((done) => {
      child.once('error', (error) => done({ error }));
      child.once('exit', (code, signal) => done({ code, signal }));
    });
    await this.#untilReady();
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The code in the newest mail to `address`; null while there is none. */
  mailedCode(address) {
    const folder = join(this.#folder, 'mail');
    const files = existsSync(folder)
      ? readdirSync(folder).filter((name) => name.endsWith('.eml'))
      : [];
    const mails = files.sort().map((name) => readFileSync(join(folder, name), 'utf8'));
    const mail = mails
      .reverse()
      .find((text) => text.includes(address) && text.includes('another password'));
    return /^ {4}([A-Z0-9-]{8,})\s*$/im.exec(mail ?? '')?.[1] ?? null;
  }

  /** Ends it as Ctrl-C does. Answers how long that took; throws when it takes 5 s or longer. */
  async stop() {
    const started = performance.now();
    this.#child.kill('SIGINT');
    const end = await Promise.race([this.#ended, sleep(STOP_WITHIN_MS, null, { ref: false })]);
    const took = performance.now() - started;
    if (end === null) {
      await this.kill();
      throw new Error(`it did not end within ${STOP_WITHIN_MS} ms of SIGINT`);
    }
    if (end.code !== 0) throw new Error(`it ended with ${JSON.stringify(end)}`);
    return took;
  }

  /** Ends it as a crash does. */
  async kill() {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** Ends it if it runs, and removes its data. */
  async dispose() {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) {
      await this.kill();
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #untilReady() {
    const deadline = performance.now() + READY_WITHIN_MS;
    let ended = null;
    void this.#ended.then((end) => (ended = end));
    while (performance.now() < deadline) {
      if (ended !== null) throw new Error(`${PROGRAM} ended: ${ended.error ?? ended.code}`);
      const answer = await fetch(`http://127.0.0.1:${this.adminPort}/readyz`).catch(() => null);
      if (answer?.ok) return;
      await sleep(50);
    }
    throw new Error(`it was not ready within ${READY_WITHIN_MS} ms`);
  }
}
