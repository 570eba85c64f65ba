/**
 * What a link in a mail carries behind its `#`, which no server is told; taken off the address
 * so that it stays neither in the history nor on a shared screen.
 */
export function takeFragment(): URLSearchParams {
  const pairs = new URLSearchParams(location.hash.slice(1));
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  return pairs;
}
