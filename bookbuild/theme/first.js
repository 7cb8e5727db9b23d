// Runs before the page is drawn: a dark page is never shown light first.
(() => {
  let mode = "auto";
  try {
    mode = localStorage.getItem("theme") ?? "auto";
  } catch {
    // The browser keeps nothing for this page.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const isDark = mode === "dark" || (mode !== "light" && dark);
  // Shows what needs scripts.
  document.documentElement.dataset.scripts = "run";
  document.documentElement.dataset.theme = isDark ? "dark" : "light";
})();
