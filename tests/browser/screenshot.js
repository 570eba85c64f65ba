// Makes docs/screenshot.png: the real pages, in a conversation. Run with `npm run screenshot`.
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { launch, newAccount, Person } from './lib/person.js';
import { Server } from './lib/server.js';

const TARGET = fileURLToPath(new URL('../../docs/screenshot.png', import.meta.url));
const ROOMS = [
  ['allotments', 'Allotments', 'Beds, barrels and who waters when'],
  ['choir', 'Choir', 'Wednesdays at seven in the old school'],
  ['kitchen', 'Kitchen table', 'Everything that fits nowhere else'],
  ['repairs', 'Repairs', 'Bring it broken'],
];

const server = await new Server('screenshot').start();
const browser = await launch();
try {
  await stage();
} finally {
  await browser.close();
  await server.dispose();
}

async function stage() {
  const owner = await newAccount(server, 'steward');
  for (const [id, name, description] of ROOMS) await makeRoom(owner, { id, name, description });
  const [astrid, bram, chidi] = await Promise.all(
    ['astrid', 'bram', 'chidi.o'].map((name) => enter(name)),
  );
  await astrid.say('Good morning! The plot meeting is on Thursday at six.');
  await bram.sees('Good morning!');
  await astrid.say('Agenda: https://example.org/agenda');
  await bram.sees('Agenda');
  await bram.say('Thank you @astrid. I will bring the seed list and the good biscuits.');
  await chidi.sees('biscuits');
  await chidi.say('The north barrel has been leaking since the storm. This is what it looks like:');
  await chidi.page.locator('input[type=file]').setInputFiles({
    name: 'north-barrel.png',
    mimeType: 'image/png',
    buffer: await picture(),
  });
  await astrid.page.getByRole('img', { name: 'north-barrel.png' }).waitFor();
  await bram.say('Oh dear. I have a spare ring in the shed, shall we mend it on Saturday?');
  await astrid.sees('spare ring');
  await chidi.composer.pressSequentially('Saturday it is', { delay: 30 });
  await astrid.page.getByTestId('typing').getByText('chidi.o is typing').waitFor();
  mkdirSync(new URL('../../docs/', import.meta.url), { recursive: true });
  await astrid.page.mouse.move(600, 20);
  await astrid.page.screenshot({ path: TARGET });
}

async function enter(name) {
  const options = { viewport: { width: 1280, height: 800 }, colorScheme: 'light' };
  const person = await Person.arrive(browser, server, name, options);
  await person.register();
  await person.open('/rooms/allotments');
  await person.isLive();
  return person;
}

async function makeRoom(owner, room) {
  const answer = await fetch(`${server.url}/api/chat/rooms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${owner.token}` },
    body: JSON.stringify(room),
  });
  if (!answer.ok) throw new Error(`room ${room.id}: ${answer.status}`);
}

/** A drawing of a leaking rain barrel, taken as a picture. */
async function picture() {
  const page = await browser.newPage({ viewport: { width: 420, height: 250 } });
  const drawing = await readFile(new URL('barrel.svg', import.meta.url), 'utf8');
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${drawing}`);
  const image = await page.screenshot();
  await page.close();
  return image;
}
