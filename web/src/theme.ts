// Sets the chosen theme before anything is painted; the page itself comes a moment later and keeps it (preferences.ts).
// A script of its own, run at once and not as a module, so it imports nothing.
try {
  const theme = localStorage.getItem("kolibri.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {
  // Local storage is not allowed: the browser's theme is shown.
}
