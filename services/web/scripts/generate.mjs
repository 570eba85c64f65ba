// Writes the types of the API from the committed OpenAPI documents. With --check it writes
// nothing and fails when what is committed is stale.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import openapiTS, { astToString } from 'openapi-typescript';

const SERVICES = ['chat', 'discussion', 'feed', 'file', 'identity', 'notification', 'presence'];
const FROM = new URL('../../../openapi/', import.meta.url);
const TO = new URL('../app/api/generated/', import.meta.url);
const HEAD = '// Made by `npm run generate` from openapi/. Do not edit.\n\n';

const isCheck = process.argv.includes('--check');
const stale = [];

for (const service of SERVICES) {
  const document = JSON.parse(await readFile(new URL(`${service}.json`, FROM), 'utf8'));
  dropOperationIds(document);
  const text = HEAD + astToString(await openapiTS(document));
  const file = new URL(`${service}.ts`, TO);
  if (!isCheck) {
    await mkdir(TO, { recursive: true });
    await writeFile(file, text);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== text) {
    stale.push(service);
  }
}

if (stale.length > 0) {
  console.error(`stale: ${stale.join(', ')}; run \`npm run generate\``);
  process.exitCode = 1;
}

/** Calls are made by path here, so the names of operations only have to be unique elsewhere. */
function dropOperationIds(document) {
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path)) delete operation.operationId;
  }
}
