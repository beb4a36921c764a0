// Sets the chosen theme before the first paint; the page takes over a moment later (preferences.ts).
// A separate script, not a module: it runs immediately and imports nothing.
try {
  const theme = localStorage.getItem("kolibri.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Local storage is not allowed: the browser's theme is shown.
}
