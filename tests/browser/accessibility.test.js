// The pages as axe-core sees them, in both colour schemes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isStill, violations } from './lib/axe.js';
import { launch, Person, PHONE } from './lib/person.js';
import { Server } from './lib/server.js';

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
      await person.open('/forgot-password');
      await person.page.getByRole('button', { name: 'Send the mail' }).click();
      await person.page.getByText('The e-mail address of your account').waitFor();
      await check(person, 'forgot-password');
      await person.open('/reset-password');
      await person.page.getByRole('button', { name: 'Set the password' }).waitFor();
      await check(person, 'reset-password');
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

    test('discussions', async () => {
      const { page } = person;
      await person.open('/threads');
      await page
        .getByText('Nobody has opened a thread here yet.')
        .or(page.getByTestId('thread-row'))
        .first()
        .waitFor();
      await check(person, 'threads-before');
      await page.getByRole('link', { name: 'New thread' }).click();
      await page.getByRole('button', { name: 'Open the thread' }).click();
      await page.getByText('A thread needs a title.').waitFor();
      await check(person, 'new-thread');
      await page.getByLabel('Title').fill('Rain barrels');
      await page
        .getByLabel('Text')
        .fill('# Heading\n\nA **word**, `code`, [a link](https://example.org)\n\n> quoted');
      await page.getByRole('combobox', { name: 'Tags' }).fill('rain,');
      await page.getByRole('button', { name: 'Open the thread' }).click();
      await page.getByRole('heading', { name: 'Rain barrels' }).waitFor();
      await page.getByRole('textbox', { name: 'Write a comment' }).fill('The **first** comment');
      await page.getByRole('button', { name: 'Comment', exact: true }).click();
      const comment = page.getByTestId('comment').filter({ hasText: 'first' });
      await comment.getByRole('button', { name: 'Reply' }).click();
      await page.getByRole('textbox', { name: /^Reply to/ }).fill('and an answer');
      await page
        .getByRole('form', { name: /^Reply to/ })
        .getByText('Reply')
        .last()
        .click();
      await page.locator('ul ul').getByTestId('comment').getByText('and an answer').waitFor();
      await check(person, 'thread');
      await page.getByRole('button', { name: 'More about this thread' }).click();
      await page.getByRole('menuitem', { name: 'Edit' }).waitFor();
      await check(person, 'thread-menu');
      await page.getByRole('menuitem', { name: 'Edit' }).click();
      await page.getByRole('button', { name: 'Save' }).waitFor();
      await check(person, 'thread-edit');
      await person.open('/threads');
      await page.getByTestId('thread-row').first().waitFor();
      await check(person, 'threads');
    });

    test('feed, people and settings', async () => {
      const { page, name } = person;
      await person.open('/feed');
      await page.getByTestId('feed-entry').first().waitFor();
      await check(person, 'feed');
      await person.open(`/u/${name}`);
      await page.getByTestId('thread-row').first().waitFor();
      await check(person, 'profile');
      await person.open('/search?q=barrels');
      await page.getByRole('link', { name: 'Rain barrels' }).first().waitFor();
      await check(person, 'search');
      await person.open('/notifications');
      await page.getByRole('button', { name: 'Mark all read' }).waitFor();
      await check(person, 'notifications');
      await person.open('/settings');
      await page.getByText('this one').waitFor();
      await page.getByRole('switch').first().waitFor();
      await page.getByRole('button', { name: 'Delete your account' }).click();
      await check(person, 'settings');
    });

    test('moderation', async () => {
      const { page } = person;
      await person.open('/moderation');
      // The first account is an admin.
      if (colorScheme !== 'light') {
        await page.getByText('This page is for moderators.').waitFor();
        return;
      }
      await page.getByText('There is nothing to look after.').waitFor();
      await check(person, 'reports');
      await page.getByText('Categories and roles').click();
      await page.getByRole('button', { name: 'Make the category' }).click();
      await page.getByText('What is it called?').waitFor();
      await check(person, 'categories');
    });

    test('on a phone', async () => {
      await person.open('/rooms/general');
      await person.isLive();
      await person.page.setViewportSize(PHONE);
      await check(person, 'phone');
      await person.page.getByRole('button', { name: 'Rooms', exact: true }).click();
      await person.page.getByRole('dialog').waitFor();
      await check(person, 'phone-rooms');
      await person.page.getByRole('dialog').getByRole('link', { name: 'Discussions' }).click();
      await person.page.getByTestId('thread-row').first().waitFor();
      await check(person, 'phone-threads');
      await person.page.getByRole('link', { name: 'Rain barrels' }).first().click();
      await person.page.getByTestId('comment').first().waitFor();
      await check(person, 'phone-thread');
      await person.page.getByRole('button', { name: 'Menu', exact: true }).click();
      await person.page.getByRole('dialog').waitFor();
      await check(person, 'phone-menu');
    });
  });
}
