// People who write threads and comments.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openThread, request, tokenOf, writeComment } from './lib/forum.js';
import { launch, newAccount, Person, until } from './lib/person.js';
import { Server } from './lib/server.js';

const SERVER = new Server('forum');

// 3 × 2 pixels.
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAIAAAASFvFNAAAAFklEQVR4nGP4z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==',
  'base64',
);

const HOSTILE = [
  '<script>window.owned=1</script>',
  '<img src=x onerror="window.owned=1">',
  '<svg onload=window.owned=1>',
  '<iframe srcdoc="<script>parent.owned=1</script>"></iframe>',
  '<a href="javascript:window.owned=1">raw link</a>',
  '[link](javascript:window.owned=1)',
  '![picture](x"onerror="window.owned=1)',
  '<style>body{display:none}</style>',
  '<form action="https://evil.example"><button>send</button></form>',
  '<div id="root" style="position:fixed;inset:0">cover</div>',
];

let browser;
let ada;
let bo;
let threadPath;

const button = (person, name) => person.page.getByRole('button', { name });
const link = (person, name) => person.page.getByRole('link', { name });
const comments = (person) => person.page.getByTestId('comment');

/** The thread's socket is open: what happens from now on is told. */
async function opens(person, path) {
  const isOpen = person.page.waitForEvent('websocket', (socket) =>
    socket.url().includes('/ws/threads/'),
  );
  await person.open(path);
  const socket = await isOpen;
  await socket.waitForEvent('framereceived');
}

async function comment(person, text) {
  await person.page.getByRole('textbox', { name: 'Write a comment' }).fill(text);
  await person.page.getByRole('button', { name: 'Comment', exact: true }).click();
}

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

describe('a thread', { concurrency: 1 }, () => {
  test('is written and opened, with a picture', async () => {
    await link(ada, 'Discussions').click();
    await ada.page.getByText('Nobody has opened a thread here yet.').waitFor();
    await link(ada, 'New thread').click();
    await button(ada, 'Open the thread').click();
    await ada.page.getByText('A thread needs a title.').waitFor();
    await ada.page.getByLabel('Title').fill('Rain barrels <b>');
    await ada.page.getByLabel('Text').fill('Who has a **spare ring**?');
    await ada.page.getByRole('combobox', { name: 'Tags' }).fill('Rain Barrels,');
    await ada.page
      .locator('input[type=file]')
      .setInputFiles([{ name: 'barrel.png', mimeType: 'image/png', buffer: PICTURE }]);
    await button(ada, 'Open the thread').click();
    await ada.page.getByRole('heading', { name: 'Rain barrels <b>' }).waitFor();
    assert.equal(await ada.page.locator('strong', { hasText: 'spare ring' }).count(), 1);
    await link(ada, '#rain-barrels').first().waitFor();
    const picture = ada.page.getByRole('img', { name: 'barrel.png' });
    await until('the picture is drawn', () =>
      picture.evaluate((image) => image.naturalWidth === 3).catch(() => false),
    );
    threadPath = new URL(ada.page.url()).pathname;
  });

  test('is answered and liked by another, and the first sees it live', async () => {
    await opens(ada, threadPath);
    await bo.open('/threads');
    await link(bo, 'Rain barrels <b>').click();
    await bo.page.getByRole('heading', { name: 'Rain barrels <b>' }).waitFor();
    await comment(bo, 'I have one, @ada.');
    await comments(bo).filter({ hasText: 'I have one' }).waitFor();
    await button(bo, 'Like this thread, 0 so far').click();
    await button(ada, 'Like this thread, 1 so far').waitFor();
    assert.equal(await comments(ada).count(), 0, 'nothing moves unasked');
    await button(ada, '1 new reply').click();
    await comments(ada).filter({ hasText: 'I have one' }).waitFor();
    await button(ada, 'Like the comment by bo, 0 so far').click();
    await button(bo, 'Like the comment by bo, 1 so far').waitFor();
  });

  test('tells its author by notifications that lead to it', async () => {
    await ada.page.getByRole('button', { name: /^Notifications, \d+ unread/ }).waitFor();
    await ada.open('/notifications');
    const list = ada.page.getByRole('list', { name: 'Notifications' });
    await list
      .getByRole('button', { name: /bo .*Rain barrels/ })
      .first()
      .click();
    await ada.page.waitForURL(`**${threadPath}*`);
    await ada.page.getByRole('heading', { name: 'Rain barrels <b>' }).waitFor();
  });

  test('is answered within, and the answer stands below', async () => {
    await opens(bo, threadPath);
    await comments(ada).filter({ hasText: 'I have one' }).getByText('Reply').click();
    await ada.page.getByRole('textbox', { name: 'Reply to bo' }).fill('Wonderful.');
    await ada.page.getByRole('form', { name: 'Reply to bo' }).getByText('Reply').last().click();
    const answers = ada.page.locator('ul ul').getByTestId('comment');
    await answers.filter({ hasText: 'Wonderful.' }).waitFor();
    await button(bo, '1 new reply').click();
    const below = bo.page.locator('ul ul').getByTestId('comment');
    await below.filter({ hasText: 'Wonderful.' }).waitFor();
  });

  test('keeps the order of pages: deep answers have a page of their own', async () => {
    const token = await tokenOf(SERVER, 'bo');
    const thread = await openThread(SERVER, token, { title: 'Deep', body: 'down' });
    let parent = null;
    for (let depth = 0; depth < 9; depth += 1) {
      const made = await writeComment(SERVER, token, thread.id, `level ${depth}`, parent);
      parent = made.id;
    }
    await ada.open(`/threads/${thread.id}`);
    await comments(ada).filter({ hasText: 'level 5' }).waitFor();
    assert.equal(await comments(ada).filter({ hasText: 'level 6' }).count(), 0);
    await link(ada, 'Continue thread').click();
    await comments(ada).filter({ hasText: 'level 8' }).waitFor();
    await link(ada, 'The whole thread').click();
    await ada.page.getByRole('heading', { name: '9 comments' }).waitFor();
    // An address of a comment that is not on the page leads to where it is.
    await ada.open(`/threads/${thread.id}?sort=new&after=${parent}#comment-${parent}`);
    await ada.page.waitForURL(`**/comments/${parent}`);
    await comments(ada).filter({ hasText: 'level 8' }).waitFor();
  });

  test('is edited, and what it said before can be read', async () => {
    await ada.open(threadPath);
    await button(ada, 'More about this thread').click();
    await ada.page.getByRole('menuitem', { name: 'Edit' }).click();
    await ada.page.getByLabel('Text').fill('Found one.');
    await button(ada, 'Save').click();
    await ada.page.getByText('Found one.').waitFor();
    await button(ada, 'More about this thread').click();
    await ada.page.getByRole('menuitem', { name: 'Earlier versions' }).click();
    await ada.page.getByRole('dialog').getByText('Who has a **spare ring**?').waitFor();
    await ada.page.keyboard.press('Escape');
  });

  test('is locked and pinned by a moderator, which others see at once', async () => {
    await opens(bo, threadPath);
    await bo.page.getByRole('textbox', { name: 'Write a comment' }).waitFor();
    for (const deed of ['Lock', 'Pin']) {
      await button(ada, 'More about this thread').click();
      await ada.page.getByRole('menuitem', { name: deed, exact: true }).click();
    }
    await bo.page.getByText('This thread is closed').waitFor();
    await bo.page.getByText('Pinned', { exact: true }).waitFor();
    await button(ada, 'More about this thread').click();
    await ada.page.getByRole('menuitem', { name: 'Unlock' }).click();
    await bo.page.getByRole('textbox', { name: 'Write a comment' }).waitFor();
  });
});

describe('what is hostile', { concurrency: 1 }, () => {
  test('runs no script, covers nothing and sends nothing', async () => {
    const token = await tokenOf(SERVER, 'bo');
    const title = '<img src=x onerror=window.owned=1>"><script>window.owned=1</script>';
    const thread = await openThread(SERVER, token, { title, body: HOSTILE.join('\n\n') });
    await writeComment(SERVER, token, thread.id, HOSTILE.join('\n\n'));
    await ada.open(`/threads/${thread.id}`);
    await comments(ada).first().waitFor();
    const found = await ada.page.locator('main').evaluate((main) => ({
      scripts: main.querySelectorAll('script, iframe, svg[onload], style, form[action]').length,
      handlers: main.querySelectorAll('[onerror], [onload]').length,
      targets: [...main.querySelectorAll('a')].filter((a) => !/^https?:$/.test(a.protocol)).length,
      ids: main.querySelectorAll('#root').length,
    }));
    assert.deepEqual(found, { scripts: 0, handlers: 0, targets: 0, ids: 0 });
    for (const path of ['/threads', '/feed?view=all', '/search?q=script', '/u/bo']) {
      await ada.open(path);
      await ada.page.getByRole('heading', { level: 1 }).waitFor();
      assert.equal(await ada.page.evaluate(() => window.owned), undefined, path);
    }
    await link(ada, title).first().waitFor();
  });

  test('a visitor is led to no foreign place after the log in', async () => {
    const eve = await Person.arrive(browser, SERVER, 'eve');
    await eve.open('/login?next=//evil.example/');
    await eve.page.getByLabel('User name or e-mail').fill('bo');
    await eve.page.locator('input[name=password]').fill('a-long-password');
    await button(eve, 'Log in').click();
    await eve.isLive();
    assert.ok(eve.page.url().startsWith(SERVER.url));
    await eve.leave();
  });
});

describe('what is written', { concurrency: 1 }, () => {
  test('is not lost when the server fails or the page is left', async () => {
    await bo.open('/threads/new');
    await bo.page.getByLabel('Title').fill('Long thoughts');
    await bo.page.getByLabel('Text').fill('that took an hour');
    for (const status of [503, 429, 500]) {
      await bo.page.route('**/api/threads', (route) => route.fulfill({ status }), { times: 1 });
      await button(bo, 'Open the thread').click();
      await bo.page.getByRole('alert').getByText('kept on this device').waitFor();
      assert.equal(await bo.page.getByLabel('Text').inputValue(), 'that took an hour');
    }
    await bo.page.reload();
    await until('the text is there again', async () => {
      return (await bo.page.getByLabel('Text').inputValue()) === 'that took an hour';
    });
  });

  test('is not lost when the session ends', async () => {
    await request(SERVER, await tokenOf(SERVER, 'bo'), 'POST', '/api/auth/logout-all');
    // The page hears of it by its sockets.
    await bo.page.getByLabel('User name or e-mail').fill('bo');
    await bo.page.locator('input[name=password]').fill('a-long-password');
    await button(bo, 'Log in').click();
    await bo.page.waitForURL('**/threads/new');
    assert.equal(await bo.page.getByLabel('Title').inputValue(), 'Long thoughts');
    await button(bo, 'Open the thread').click();
    await bo.page.getByRole('heading', { name: 'Long thoughts' }).waitFor();
    await bo.open('/threads/new');
    assert.equal(await bo.page.getByLabel('Title').inputValue(), '');
  });

  test('a like that the server refuses is taken back', async () => {
    await bo.open(threadPath);
    await button(bo, 'Like this thread, 1 so far').waitFor();
    await bo.page.route('**/like', (route) => route.fulfill({ status: 503 }), { times: 1 });
    await button(bo, 'Like this thread, 1 so far').click();
    await bo.page.getByText('That did not work').waitFor();
    await button(bo, 'Like this thread, 1 so far').waitFor();
  });
});

describe('people', { concurrency: 1 }, () => {
  test('follow each other, and the feed is live', async () => {
    await bo.open('/u/ada');
    await bo.page.getByRole('button', { name: 'Follow', exact: true }).click();
    await bo.page.getByRole('button', { name: 'Following', exact: true }).waitFor();
    await link(bo, 'Feed').click();
    await bo.page.getByTestId('feed-entry').filter({ hasText: 'Rain barrels' }).waitFor();
    const token = await tokenOf(SERVER, 'ada');
    await until('the feed tells of a new thread', async () => {
      if (await button(bo, /\d+ new thread/).count()) return true;
      await openThread(SERVER, token, { title: 'Seed swap', body: 'On Sunday.' });
      await bo.page.waitForTimeout(1_500);
      return false;
    });
    await button(bo, /\d+ new thread/).click();
    await bo.page.getByTestId('feed-entry').filter({ hasText: 'Seed swap' }).first().waitFor();
  });

  test('show a profile with a picture', async () => {
    await bo.open('/settings');
    await bo.page.getByLabel('Name', { exact: true }).fill('Bo of the Hill');
    await bo.page.getByLabel('About you').fill('<b>Bo</b> grows beans.');
    await bo.page
      .locator('#profile input[type=file]')
      .setInputFiles([{ name: 'me.png', mimeType: 'image/png', buffer: PICTURE }]);
    await until('the picture is drawn', () =>
      bo.page
        .locator('#profile img')
        .evaluate((image) => image.naturalWidth === 3, null, {
          timeout: 500,
        })
        .catch(() => false),
    );
    await bo.page.locator('#profile').getByRole('button', { name: 'Save' }).click();
    await bo.page.getByText('Your profile is saved.').waitFor();
    await ada.open('/u/bo');
    await ada.page.getByText('<b>Bo</b> grows beans.').waitFor();
    await until('others see it', () =>
      ada.page
        .locator('main section img')
        .first()
        .evaluate((image) => image.naturalWidth === 3, null, {
          timeout: 500,
        })
        .catch(() => false),
    );
  });

  test('report, and a moderator looks after it', async () => {
    const token = await tokenOf(SERVER, 'ada');
    const thread = await openThread(SERVER, token, { title: 'Buy now', body: 'cheap' });
    await bo.open(`/threads/${thread.id}`);
    await button(bo, 'More about this thread').click();
    await bo.page.getByRole('menuitem', { name: 'Report' }).click();
    await button(bo, 'Report').click();
    await bo.page.getByText('Please say why.').waitFor();
    await bo.page.getByLabel('What is wrong with it?').fill('An advertisement.');
    await button(bo, 'Report').click();
    await bo.page.getByText('The moderators will look at it.').waitFor();
    assert.equal(await link(bo, 'Moderation').count(), 0);
    await link(ada, 'Moderation').click();
    await ada.page.getByText('An advertisement.').waitFor();
    await button(ada, 'Delete it').click();
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await ada.page.getByText('There is nothing to look after.').waitFor();
    await bo.page.reload();
    await bo.page.getByRole('heading', { name: 'No such thread' }).waitFor();
  });

  test('see where they are logged in, and end a session there', async () => {
    const elsewhere = await Person.arrive(browser, SERVER, 'bo-elsewhere');
    await elsewhere.open('/login');
    await elsewhere.page.getByLabel('User name or e-mail').fill('bo');
    await elsewhere.page.locator('input[name=password]').fill('a-long-password');
    await button(elsewhere, 'Log in').click();
    await elsewhere.isLive();
    await bo.open('/settings');
    await bo.page.getByText('this one').waitFor();
    await button(bo, 'Log out everywhere').click();
    await bo.page.getByRole('dialog').getByRole('button', { name: 'Log out everywhere' }).click();
    await button(bo, 'Log in').waitFor();
    await elsewhere.page.reload();
    await button(elsewhere, 'Log in').waitFor();
    await elsewhere.leave();
  });

  test('get in again with a code by mail', async () => {
    await bo.open('/login');
    await link(bo, 'Forgot your password?').click();
    await bo.page.getByLabel('E-mail').fill('bo@example.org');
    await button(bo, 'Send the mail').click();
    await bo.page.getByText('a mail is on its way').waitFor();
    const code = await until('the mail is there', () => SERVER.mailedCode('bo@example.org'));
    await bo.open(`/reset-password#email=bo%40example.org&code=${encodeURIComponent(code)}`);
    await bo.page.locator('input[name=password]').fill('another-password');
    assert.ok(!bo.page.url().includes(code), 'the code does not stay in the address');
    await button(bo, 'Set the password').click();
    await link(bo, 'Log in').click();
    await bo.page.getByLabel('User name or e-mail').fill('bo');
    await bo.page.locator('input[name=password]').fill('another-password');
    await button(bo, 'Log in').click();
    await bo.isLive();
  });
});

describe('reading', { concurrency: 1 }, () => {
  test('a visitor reads what is public, and is asked to log in to answer', async () => {
    const visitor = await Person.arrive(browser, SERVER, 'visitor');
    await visitor.open(threadPath);
    await visitor.page.getByRole('heading', { name: 'Rain barrels <b>' }).waitFor();
    await visitor.page.getByText('to answer.').waitFor();
    assert.equal(await visitor.page.getByRole('textbox', { name: 'Write a comment' }).count(), 0);
    await button(visitor, /^Like this thread/).click();
    await visitor.page.waitForURL('**/login?next=*');
    assert.deepEqual(visitor.complaints, []);
    await visitor.leave();
  });

  test('what is found leads to it', async () => {
    await ada.open('/search');
    await ada.page.getByLabel('Words').fill('barrels');
    await ada.page.keyboard.press('Enter');
    await link(ada, 'Rain barrels <b>').click();
    await ada.page.getByRole('heading', { name: 'Rain barrels <b>' }).waitFor();
  });

  test('more threads come in place, the address says so, and back is where one was', async () => {
    const writer = await newAccount(SERVER, 'writer');
    for (let at = 0; at < 45; at += 1) {
      await openThread(SERVER, writer.token, { title: `Thread ${at}`, body: 'words' });
    }
    await ada.open('/threads?sort=new');
    const rows = ada.page.getByTestId('thread-row');
    await until('a page is there', async () => (await rows.count()) === 30);
    await link(ada, 'More threads').click();
    await until('the next is too', async () => (await rows.count()) > 45);
    assert.match(ada.page.url(), /pages=2/);
    await ada.page.reload();
    await until('they are there again', async () => (await rows.count()) > 45);
    await ada.page.getByRole('link', { name: 'Thread 3', exact: true }).click();
    await ada.page.getByRole('heading', { name: 'Thread 3', exact: true }).waitFor();
    await ada.page.goBack();
    await until('back is the same place', async () => {
      const top = await ada.page.getByTestId('page').evaluate((page) => page.scrollTop);
      return (await rows.count()) > 45 && top > 1_000;
    });
    // The next page as an address of its own, as without a click on it.
    const href = await link(ada, 'More threads').count();
    assert.ok(href <= 1);
  });

  test('nobody saw an error', async () => {
    for (const person of [ada, bo]) assert.deepEqual(person.complaints, [], person.name);
  });
});
