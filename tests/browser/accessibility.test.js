// The pages as axe-core sees them, in both colour schemes.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { launch, Person, PHONE } from './lib/person.js';
import { Server } from './lib/server.js';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SERVER = new Server('accessibility');

let browser;

before(async () => {
  await SERVER.start();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await SERVER.dispose();
});

/** What is wrong, one line for each place. */
async function violations(page) {
  const isLoaded = await page.evaluate(() => 'axe' in window);
  // Through the debugger, because the content policy rightly allows no foreign script.
  if (!isLoaded) {
    const { readFile } = await import('node:fs/promises');
    await page.evaluate(await readFile(AXE, 'utf8'));
  }
  const { violations: found } = await page.evaluate(() =>
    window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} — ${node.html} ${node.failureSummary}`),
  );
}

/** Nothing moves any more that would blur a contrast. */
async function isStill(page) {
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((each) => each.effect?.getTiming().iterations !== Infinity)
        .map((each) => each.finished.catch(() => undefined)),
    ),
  );
}

async function check(person, what) {
  await isStill(person.page);
  await person.photograph(`${what}-${person.name}`);
  assert.deepEqual(await violations(person.page), [], what);
}

for (const colorScheme of ['light', 'dark']) {
  describe(colorScheme, { concurrency: 1 }, () => {
    let person;
    const options = { colorScheme, reducedMotion: 'reduce' };

    before(async () => {
      person = await Person.arrive(browser, SERVER, `reader-${colorScheme}`, options);
    });
    after(() => person?.leave());

    test('log in and registration', async () => {
      await person.open('/login');
      await person.page.getByRole('heading', { name: 'Welcome back' }).waitFor();
      await check(person, 'login');
      await person.page.getByRole('link', { name: 'Create an account' }).click();
      await person.page.getByRole('button', { name: 'Create account' }).click();
      await person.page.getByText('An e-mail address such as').waitFor();
      await check(person, 'register-with-errors');
      const scheme = await person.page.evaluate(
        () => document.documentElement.dataset.mantineColorScheme,
      );
      assert.equal(scheme, colorScheme);
    });

    test('the rooms', async () => {
      await person.register();
      await check(person, 'empty-room');
      await person.say(`Hello @reader-${colorScheme} and @other: https://example.org`);
      await person.sees('Hello');
      await person.page
        .locator('input[type=file]')
        .setInputFiles([
          { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('the notes') },
        ]);
      await person.page.getByRole('button', { name: 'Download notes.txt' }).waitFor();
      await check(person, 'room');
    });

    test('what opens', async () => {
      await person.bell();
      await person.page.getByText('Nobody has mentioned you yet.').waitFor();
      await check(person, 'bell');
      await person.page.keyboard.press('Escape');
      await person.page.getByRole('button', { name: 'New room' }).click();
      await person.page.getByRole('dialog').waitFor();
      await check(person, 'new-room');
      await person.page.keyboard.press('Escape');
      await person.page.getByRole('dialog').waitFor({ state: 'detached' });
    });

    test('on a phone', async () => {
      await person.page.setViewportSize(PHONE);
      await check(person, 'phone');
      await person.page.getByRole('button', { name: 'Rooms', exact: true }).click();
      await person.page.getByRole('dialog').waitFor();
      await check(person, 'phone-rooms');
    });
  });
}
