// Keys. Every page works without this file.
"use strict";
(() => {
  const items = () => [...document.querySelectorAll("[data-list] a.row, [data-item]")].filter((each) => each.offsetParent);
  const target = (item) => item.querySelector(":scope > summary") || item;
  const follow = (rel) => {
    const link = document.querySelector(`a[rel="${rel}"]`);
    if (link) link.click();
    return Boolean(link);
  };
  const move = (step) => {
    const all = items();
    if (!all.length) return false;
    const here = all.findIndex((each) => each.contains(document.activeElement));
    const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
    const element = target(all[next]);
    element.focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
    return true;
  };
  const unfold = () => {
    const all = [...document.querySelectorAll("details.c")];
    const open = all.some((each) => !each.open);
    all.forEach((each) => (each.open = open));
    return all.length > 0;
  };
  const search = () => {
    const field = document.getElementById("search");
    if (!field) return follow("search");
    const filters = field.closest("details");
    if (filters) filters.open = true;
    field.focus();
    field.select();
    return true;
  };
  const list = document.querySelector("[data-list]");
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => list && move(1),
    ArrowUp: () => list && move(-1),
    ArrowLeft: () => follow("prev"),
    ArrowRight: () => follow("next"),
    Escape: () => follow("up"),
    o: unfold,
    "/": search,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, textarea, select");
    if (typing) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (act && act()) event.preventDefault();
  });
  const reveal = () => {
    const there = document.getElementById(location.hash.slice(1));
    const folded = there && (there.closest("details.c") || there);
    if (!folded) return;
    if (folded.matches("details")) folded.open = true;
    target(folded).focus({ preventScroll: true });
    folded.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  // On a narrow screen the filters would stand before the list.
  const filters = document.querySelector("details.filters");
  if (filters && matchMedia("(max-width:760px)").matches) filters.open = false;
})();
