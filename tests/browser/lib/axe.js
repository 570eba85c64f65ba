// The page as axe-core sees it.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What is wrong, one line for each place. */
export async function violations(page) {
  const isLoaded = await page.evaluate(() => 'axe' in window);
  // Through the debugger, because the content policy rightly allows no foreign script.
  if (!isLoaded) await page.evaluate(await readFile(AXE, 'utf8'));
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
export async function isStill(page) {
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((each) => each.effect?.getTiming().iterations !== Infinity)
        .map((each) => each.finished.catch(() => undefined)),
    ),
  );
}
