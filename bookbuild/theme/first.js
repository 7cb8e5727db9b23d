// Runs before the page is drawn: a dark page is never shown light first, and nothing is
// laid out that can wait.
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
  // A page that is entered at its top may be laid out part by part (see site.js). Where
  // it is entered further down, the place depends on the heights of all parts above; and
  // where a browser does not keep what is read in its place while the heights above it
  // change, one could not read upwards.
  const [visit] = performance.getEntriesByType("navigation");
  const keepsPlaces = CSS.supports("overflow-anchor", "auto");
  if (!location.hash && visit?.type === "navigate" && keepsPlaces) {
    document.documentElement.dataset.layout = "by-parts";
  }
})();
