import { expect, test } from 'vitest';
import { browserName } from './browser-name';

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0',
    'Edge on Windows',
  ],
  ['Mozilla/5.0 (iPhone) AppleWebKit/605.1 Version/18 Safari/604.1', 'Safari on iOS'],
  ['curl/8.14', 'curl/8.14'],
  ['', 'Unknown program'],
  [null, 'Unknown program'],
])('%s is %s', (userAgent, name) => expect(browserName(userAgent)).toBe(name));
