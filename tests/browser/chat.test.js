// Two people who meet in a room.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, newAccount, Person, PHONE, sendAll, until } from './lib/person.js';
import { Server } from './lib/server.js';

const SERVER = new Server('chat');
const HISTORY = 180;
/** How far the wheel turns at once, in pixels. */
const WHEEL = 150;

// 3 × 2 pixels.
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAFklEQVR4nGP4z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==',
  'base64',
);

let browser;
let ada;
let bo;

before(async () => {
  await SERVER.start();
  browser = await launch();
  ada = await Person.arrive(browser, SERVER, 'ada');
  bo = await Person.arrive(browser, SERVER, 'bo');
});

after(async () => {
  await browser?.close();
  await SERVER.dispose();
});

describe('two people', { concurrency: 1 }, () => {
  test('register, and a taken name is told at its field', async () => {
    await ada.register();
    await bo.open('/register');
    await bo.page.getByLabel('User name').fill('Ada');
    await bo.page.getByLabel('E-mail').fill('other@example.org');
    await bo.page.locator('input[name=password]').fill('seven77');
    await bo.page.getByRole('button', { name: 'Create account' }).click();
    const field = bo.page.getByLabel('User name');
    await until('the field is marked', async () => {
      return (await field.getAttribute('aria-invalid')) === 'true';
    });
    await bo.register();
    assert.match(bo.page.url(), /\/rooms\/general$/);
  });

  test('see each other online', async () => {
    for (const person of [ada, bo]) {
      const list = person.page.getByRole('list', { name: 'Online' });
      await list.getByText('ada', { exact: true }).waitFor();
      await list.getByText('bo', { exact: true }).waitFor();
    }
  });

  test('talk both ways', async () => {
    await ada.say('Good morning, is anybody here?');
    await bo.sees('Good morning, is anybody here?');
    await bo.say('I am. https://example.org/a_(b).');
    await ada.sees('I am.');
    const link = ada.page.getByRole('link', { name: 'https://example.org/a_(b)' });
    assert.equal(await link.getAttribute('rel'), 'ugc nofollow noopener noreferrer');
    assert.equal(await ada.page.getByRole('img', { name: 'Being sent' }).count(), 0);
  });

  test('see the other typing, and that it stopped', async () => {
    await bo.composer.pressSequentially('well', { delay: 20 });
    const note = ada.page.getByTestId('typing');
    await note.getByText('bo is typing').waitFor();
    await bo.composer.fill('');
    await until('the note is gone', async () => (await note.innerText()) === '');
  });

  test('HTML in a message is only text', async () => {
    const hostile = [
      '<img src=x onerror="window.owned=1"><script>window.owned=1</script>',
      'javascript:window.owned=1 data:text/html,<script>window.owned=1</script>',
      '"><svg onload=window.owned=1>',
    ];
    for (const text of hostile) {
      await bo.say(text);
      await ada.sees(text);
    }
    const rows = ada.rows.filter({ hasText: 'owned' });
    assert.equal(await rows.count(), hostile.length);
    assert.equal(await rows.locator('img, script, a, [onerror], [onload]').count(), 0);
    assert.equal(await ada.page.evaluate(() => window.owned), undefined);
  });

  test('a picture is shared and shown, another file is offered', async () => {
    await bo.page
      .locator('input[type=file]')
      .setInputFiles([{ name: 'tiny <b>.png', mimeType: 'image/png', buffer: PICTURE }]);
    const picture = ada.page.getByRole('img', { name: 'tiny <b>.png' });
    await until('the picture is drawn', () =>
      picture.evaluate((image) => image.naturalWidth === 3).catch(() => false),
    );
    assert.match(await picture.getAttribute('src'), /^blob:/);
    await bo.page
      .locator('input[type=file]')
      .setInputFiles([
        { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('the notes') },
      ]);
    const button = ada.page.getByRole('button', { name: 'Download notes.txt' });
    const [download] = await Promise.all([ada.page.waitForEvent('download'), button.click()]);
    assert.equal(download.suggestedFilename(), 'notes.txt');
  });

  test('a file that is too large is refused with a word', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'folkmoot-large-'));
    const file = join(folder, 'large.bin');
    writeFileSync(file, Buffer.alloc(26 * 1024 * 1024, 1));
    await bo.page.locator('input[type=file]').setInputFiles(file);
    const tray = bo.page.getByRole('list', { name: 'Uploads' });
    await tray.getByRole('alert').waitFor();
    await bo.page.getByRole('button', { name: 'Remove large.bin' }).click();
    await tray.waitFor({ state: 'detached' });
    rmSync(folder, { recursive: true });
  });

  test('a mention is completed, highlighted and notified', async () => {
    await bo.composer.pressSequentially('please look, @ad');
    await bo.page.getByRole('option', { name: 'ada' }).waitFor();
    assert.equal(await bo.composer.getAttribute('aria-expanded'), 'true');
    await bo.composer.press('Enter');
    assert.equal(await bo.composer.inputValue(), 'please look, @ada ');
    await bo.composer.press('Enter');
    await ada.page.getByRole('button', { name: 'Notifications, 1 unread' }).waitFor();
    await until('the title counts', async () => (await ada.page.title()).startsWith('(1)'));
    assert.equal(await ada.page.locator('[data-for-me]').count(), 1);
    await ada.bell();
    const list = ada.page.getByRole('list', { name: 'Notifications' });
    await list.getByRole('button', { name: /please look/ }).click();
    await ada.page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
    assert.doesNotMatch(await ada.page.title(), /^\(/);
  });

  test('all notifications are read at once, and deleted', async () => {
    await bo.say('once more @ada');
    await bo.say('and again @ada');
    await ada.page.getByRole('button', { name: 'Notifications, 2 unread' }).waitFor();
    await ada.bell();
    await ada.page.getByRole('button', { name: 'Mark all read' }).click();
    await ada.page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
    const remove = ada.page.getByRole('button', { name: /^Delete notification/ });
    for (let left = 3; left > 0; left -= 1) {
      await until(`${left} are left`, async () => (await remove.count()) === left);
      await remove.first().click();
    }
    await ada.page.getByText('Nobody has mentioned you yet.').waitFor();
    await ada.page.keyboard.press('Escape');
  });

  test('one writes with the keyboard alone', async () => {
    await ada.page.reload();
    await ada.isLive();
    await ada.page.locator('body').press('Tab');
    await ada.page.evaluate(() => document.activeElement.blur());
    await ada.page.keyboard.press('Tab');
    const skip = ada.page.getByRole('link', { name: 'Skip to the message box' });
    assert.ok(await skip.evaluate((link) => link === document.activeElement));
    await ada.page.keyboard.press('Enter');
    await until('the box has the focus', () =>
      ada.composer.evaluate((box) => box === document.activeElement),
    );
    await ada.page.keyboard.type('one line');
    await ada.page.keyboard.press('Shift+Enter');
    await ada.page.keyboard.type('and another');
    await ada.page.keyboard.press('Enter');
    await bo.sees('one line\nand another');
  });

  test('a room is made, and people move between rooms', async () => {
    await ada.page.getByRole('button', { name: 'New room' }).click();
    await ada.page.getByLabel('Name').fill('Garten & Küche');
    assert.equal(await ada.page.getByLabel('Address').inputValue(), 'garten-kuche');
    await ada.page.getByRole('button', { name: 'Create room' }).click();
    await ada.page.waitForURL('**/rooms/garten-kuche');
    await ada.isLive();
    await ada.say('first words here');
    await bo.open('/rooms/garten-kuche');
    await bo.sees('first words here');
    await bo.page.getByRole('link', { name: 'general' }).click();
    await bo.sees('one line');
    assert.equal(await bo.rows.filter({ hasText: 'first words here' }).count(), 0);
  });

  test('an address of no room opens none unasked', async () => {
    await bo.open('/rooms/no-such-room');
    await bo.page.getByText('There is no room called no-such-room').waitFor();
    const rooms = await fetch(`${SERVER.url}/api/chat/rooms`, {
      headers: { authorization: `Bearer ${(await newAccount(SERVER, 'looker')).token}` },
    });
    assert.ok(!(await rooms.json()).some((room) => room.id === 'no-such-room'));
    await bo.open('/rooms/general');
    await bo.isLive();
  });

  test('what was not sent yet is kept over a reload', async () => {
    await bo.composer.fill('half a thought');
    await bo.page.reload();
    await bo.isLive();
    assert.equal(await bo.composer.inputValue(), 'half a thought');
    await bo.composer.fill('');
  });

  test('log out and in again by e-mail', async () => {
    await bo.page.getByRole('button', { name: 'Log out' }).click();
    await bo.page.getByLabel('User name or e-mail').fill('bo@example.org');
    await bo.page.locator('input[name=password]').fill('wrong-password');
    await bo.page.getByRole('button', { name: 'Log in' }).click();
    await bo.page.getByRole('alert').waitFor();
    await bo.page.locator('input[name=password]').fill('a-long-password');
    await bo.page.getByRole('button', { name: 'Log in' }).click();
    await bo.isLive();
  });

  test('a second tab is logged in too, and both log out together', async () => {
    const tab = await bo.context.newPage();
    await tab.goto(SERVER.url);
    await tab.getByRole('img', { name: 'Live', exact: true }).waitFor();
    await tab.getByRole('button', { name: 'Log out' }).click();
    await bo.page.getByRole('button', { name: 'Log in' }).waitFor();
    await tab.close();
  });

  test('no page broke or was stopped by its own policy', () => {
    assert.deepEqual([...ada.complaints, ...bo.complaints], []);
  });
});

describe('a long history', { concurrency: 1 }, () => {
  let cleo;
  let writer;

  before(async () => {
    cleo = await Person.arrive(browser, SERVER, 'cleo');
    await cleo.register();
    writer = await newAccount(SERVER, 'writer');
    await sendAll(
      cleo.page,
      writer,
      'library',
      Array.from({ length: HISTORY }, (_, index) => `page ${index + 1} of the book`),
    );
    await cleo.open('/rooms/library');
    await cleo.sees(`page ${HISTORY} of the book`);
  });

  after(() => cleo?.leave());

  test('is read upwards without what is read moving', async () => {
    const list = cleo.page.getByTestId('messages');
    const beginning = cleo.page.getByTestId('beginning');
    await list.hover();
    for (let turn = 0; (await beginning.count()) === 0; turn += 1) {
      assert.ok(turn < 200, 'the beginning is reached');
      const anchor = await middleRow(list);
      await cleo.page.mouse.wheel(0, -WHEEL);
      await until(`page ${anchor.number} has moved as far as the wheel turned`, async () => {
        const moved = ((await topOf(list, anchor.number)) ?? 0) - anchor.top;
        return Math.abs(moved - WHEEL) <= 2 || (await beginning.count()) > 0;
      });
    }
    await cleo.scroll('top');
    await cleo.sees('page 1 of the book');
  });

  test('new messages are counted and move nothing for a reader further up', async () => {
    const before = await topOf(cleo.page.getByTestId('messages'), 1);
    await sendAll(cleo.page, writer, 'library', ['news one', 'news two']);
    const pill = cleo.page.getByRole('button', { name: '2 new messages' });
    await pill.waitFor();
    assert.equal(await topOf(cleo.page.getByTestId('messages'), 1), before);
    await pill.click();
    await cleo.sees('news two');
    await pill.waitFor({ state: 'detached' });
  });

  test('draws only what is near', async () => {
    assert.ok((await cleo.rows.count()) < 80);
  });

  test('fits a phone', async () => {
    await cleo.page.setViewportSize(PHONE);
    await cleo.page.getByRole('button', { name: 'Rooms', exact: true }).click();
    await cleo.page.getByRole('link', { name: 'general' }).click();
    await cleo.page.waitForURL('**/rooms/general');
    await cleo.isLive();
    await cleo.photograph('phone');
    const overflow = await cleo.page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    );
    assert.ok(overflow <= 0, `the page is ${overflow} px too wide`);
  });
});

/** The distance of a page from the top of the window, or null when it is not drawn. */
function topOf(list, number) {
  return list.evaluate((root, text) => {
    const row = [...root.querySelectorAll('[data-testid=message]')].find((each) =>
      each.innerText.includes(text),
    );
    return row ? row.getBoundingClientRect().top : null;
  }, `page ${number} of`);
}

/** The page that is read in the middle of the list, and where it stands. */
function middleRow(list) {
  return list.evaluate((root) => {
    const box = root.getBoundingClientRect();
    const middle = (box.top + box.bottom) / 2;
    const row = [...root.querySelectorAll('[data-testid=message]')].find(
      (each) => each.getBoundingClientRect().bottom > middle,
    );
    const number = Number(/page (\d+) of/.exec(row.innerText)?.[1]);
    return { number, top: row.getBoundingClientRect().top };
  });
}
