// Lead an old address on to where its page or section is now. `moved`, above, has for
// each old page the addresses of its anchors, and of the page itself under "". All pages
// of a chapter share the list of its first one.
"use strict";

(() => {
  const { content_root: root, page } = document.documentElement.dataset;
  const anchors = moved[page] ?? moved[page.replace(/-\d+$/, "")] ?? {};
  let anchor = location.hash.slice(1);
  try {
    anchor = decodeURIComponent(anchor);
  } catch {
    // A stray per cent sign.
  }
  const target = Object.hasOwn(anchors, anchor) ? anchors[anchor] : anchors[""];
  if (target) location.replace(root + target);
})();
