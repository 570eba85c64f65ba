// Runs before the first paint, so that a dark page never flashes light. A file of its own because
// the content security policy allows no inline script.
(function () {
  var saved = null;
  try {
    saved = localStorage.getItem('mantine-color-scheme-value');
  } catch {
    // Storage is switched off: follow the system.
  }
  var dark =
    saved === 'dark' ||
    (saved !== 'light' && window.matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
