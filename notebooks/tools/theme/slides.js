// Arrow keys, space and page keys go from slide to slide; home and end to the first and last. What comes later on a slide
// comes with the next key; without this script, and printed, it is there at once.
document.documentElement.classList.add("waits");
const all = [...document.querySelectorAll("section")];
const steps = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Home: -999, End: 999 };
addEventListener("keydown", (event) => {
  if (!(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const here = Math.round(scrollY / innerHeight);
  const waiting = steps[event.key] === 1 && all[here].querySelector(".later:not(.shown)");
  if (waiting) return waiting.classList.add("shown");
  all[Math.min(all.length - 1, Math.max(0, here + steps[event.key]))].scrollIntoView();
});
