// The server goes and comes back; nothing that was written is lost, doubled or out of order.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, Person, until } from './lib/person.js';
import { Server } from './lib/server.js';

const SERVER = new Server('restart');
const BACK_WITHIN_MS = 60_000;

let browser;
let ada;
let bo;
const said = [];

before(async () => {
  await SERVER.start();
  browser = await launch();
  ada = await Person.arrive(browser, SERVER, 'ada');
  bo = await Person.arrive(browser, SERVER, 'bo');
  await ada.register();
  await bo.register();
});

after(async () => {
  await browser?.close();
  await SERVER.dispose();
});

async function say(person, text) {
  said.push(text);
  await person.say(text);
}

async function bothShow(expected) {
  for (const person of [ada, bo]) {
    await until(
      `${person.name} sees ${expected.length} messages`,
      async () => JSON.stringify(await person.texts()) === JSON.stringify(expected),
      BACK_WITHIN_MS,
    );
  }
}

describe('after a crash', { concurrency: 1 }, () => {
  test('people come back, and what was written meanwhile arrives once and in order', async () => {
    await say(ada, 'before the crash');
    await bothShow(said);
    await SERVER.kill();
    await ada.isNotLive();
    await ada.page.getByText('What you write is kept and sent.').waitFor();
    await ada.photograph('reconnecting');
    for (const text of ['written while it was away', 'and this', 'and that']) {
      await say(ada, text);
    }
    assert.equal(await ada.page.getByRole('img', { name: 'Being sent' }).count(), 3);
    await SERVER.start();
    await bothShow(said);
    assert.equal(await ada.page.getByRole('img', { name: 'Being sent' }).count(), 0);
    await bo.isLive();
    await say(bo, 'there you are');
    await bothShow(said);
  });

  test('what was written before a reload is sent too', async () => {
    await SERVER.kill();
    await ada.isNotLive();
    await say(ada, 'then the page was closed');
    await ada.page.goto('about:blank');
    await SERVER.start();
    await ada.open('/rooms/general');
    await bothShow(said);
  });

  test('the history is there after an orderly stop and a new start', async () => {
    const took = await SERVER.stop();
    assert.ok(took < 5_000, `it took ${took} ms`);
    await SERVER.start();
    await ada.page.reload();
    await ada.isLive();
    await bothShow(said);
    await say(bo, 'all is well');
    await bothShow(said);
  });

  test('the session outlives it all', async () => {
    await ada.page.reload();
    await ada.isLive();
    assert.deepEqual([...ada.complaints, ...bo.complaints], []);
  });
});
