// A picture with its line of words. Python sets `data`, `words` and so on; the pointer comes back as `pointer`.

/** Sliders get the words beside them as their accessible name, which ipywidgets does not give them. */
function nameHandles(panel) {
  for (const slider of panel.querySelectorAll(".widget-inline-hbox")) {
    const label = slider.querySelector(".widget-label");
    for (const handle of slider.querySelectorAll(".noUi-handle")) {
      handle.setAttribute("aria-label", label ? label.textContent : "");
      const readout = slider.querySelector(".widget-readout");
      if (readout) handle.setAttribute("aria-valuetext", readout.textContent);
    }
  }
}

const KEYS = /^(Arrow(Left|Right|Up|Down)|Page(Up|Down)|Home|End|Enter| )$/;

/** Keys that a control uses itself: a notebook takes them as commands, such as "b" for a new cell, unless told not to. */
function keepKeys(event) {
  const control = event.target.closest?.(":is(.noUi-handle, select, button)");
  if (!control?.closest(".xivlab-panel")) return;
  const modified = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
  const own = KEYS.test(event.key) || (control.matches("select") && event.key.length === 1); // a first letter
  control.toggleAttribute("data-lm-suppress-shortcuts", own && !modified);
}
// Above the document, where the notebook listens; once, though every picture brings this file along.
if (!window.xivlabKeepsKeys) window.addEventListener("keydown", keepKeys, true);
window.xivlabKeepsKeys = true;

const SVG = "http://www.w3.org/2000/svg";
const LEAST = 11; // pixels of a letter on the page
const LETTER = 6.2; // width of one under a picture, on average
let views = 0; // names in an SVG are those of the whole page: each view has its own

/** A layer as elements, once its photographs are decoded, so that nothing flickers. */
async function layer(text, name) {
  const group = document.createElementNS(SVG, "g");
  group.innerHTML = text.replace(/( id="|href="#|url\(#)/g, `$1${name}-`);
  const photos = [...group.querySelectorAll("image")].map((image) => {
    const photo = new Image();
    photo.src = image.getAttribute("href") || image.getAttribute("xlink:href");
    return photo.decode().catch(() => {});
  });
  if (photos.length) await Promise.all(photos);
  return group;
}

function render({ model, el }) {
  const name = `xivlab${(views += 1)}`;
  el.classList.add("xivlab-view");
  const figure = document.createElement("figure");
  const image = document.createElementNS(SVG, "svg");
  const caption = document.createElement("figcaption");
  image.setAttribute("role", "img");
  caption.setAttribute("role", "status"); // read out when it changes
  figure.append(image, caption);
  el.append(figure);

  const groups = { still: document.createElementNS(SVG, "g"), moving: document.createElementNS(SVG, "g") };
  const texts = {};
  let reserved = 0; // lines kept free under the picture, and at which width of it
  let reservedAt = 0;
  let wide = 0; // of the caption; known from its last change, since to ask while words change has the page laid out each time
  image.append(groups.still, groups.moving);
  let newest = 0;
  async function show() {
    const number = (newest += 1);
    const changed = Object.keys(groups).filter((which) => model.get(which) !== texts[which]);
    const drawn = await Promise.all(changed.map((which) => layer(model.get(which), `${name}-${which}`)));
    if (number !== newest) return; // overtaken by a newer picture
    changed.forEach((which, i) => {
      groups[which].replaceWith(drawn[i]);
      groups[which] = drawn[i];
      texts[which] = model.get(which);
    });
    requestAnimationFrame(() => {
      image.dataset.shown = Number(image.dataset.shown || 0) + 1;
      image.dispatchEvent(new Event("load"));
    });
  }
  /** Lines are kept free for words somewhat longer than any so far, or than those it will say, so that the page does not jump. */
  function reserve() {
    if (!wide) return;
    if (wide !== reservedAt) reserved = 0;
    reservedAt = wide;
    const lines = (LETTER * Math.max(model.get("words").length, model.get("letters"))) / wide;
    // What was kept is taken up before more is kept, which would itself be a jump.
    if (lines > reserved) reserved = Math.ceil(1.15 * lines);
    caption.style.setProperty("--kept", `${1.45 * reserved}em`);
  }
  function describe() {
    caption.textContent = model.get("words").replace(/(\d) %/g, "$1\u00a0%"); // no line begins with the sign
    image.setAttribute("aria-label", model.get("words"));
    reserve();
    const panel = el.closest(".xivlab-panel");
    if (panel) nameHandles(panel);
  }
  function size() {
    const height = model.get("height");
    const room = el.clientWidth || model.get("width");
    const widths = [...model.get("widths"), model.get("width")];
    const width = widths.filter((one) => one <= room).pop() ?? widths[0];
    image.setAttribute("viewBox", `0 0 ${width} ${height}`);
    image.style.setProperty("--least", `${Math.ceil(100 * LEAST * Math.max(1, width / room)) / 100}px`);
    image.setAttribute("width", width); // with the height it keeps the place, so the page does not jump
    image.style.aspectRatio = `${width} / ${height}`;
    image.style.cursor = model.get("reacts") ? "pointer" : "default";
    image.style.touchAction = model.get("reacts") ? "none" : "auto";
  }

  let press = 0;
  let from = [0, 0];
  function tell(event, down) {
    if (!model.get("reacts")) return;
    const box = image.getBoundingClientRect();
    const scale = image.viewBox.baseVal.width / box.width;
    const at = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    if (event.type === "pointerdown") {
      press += 1;
      from = at;
    }
    model.set("pointer", { press, from, at, down });
    model.save_changes(); // moves that come faster than the kernel answers are merged, not queued
  }
  image.addEventListener("pointerdown", (event) => {
    if (!model.get("reacts")) return;
    image.setPointerCapture(event.pointerId);
    event.preventDefault();
    tell(event, true);
  });
  image.addEventListener("pointermove", (event) => tell(event, event.buttons > 0));
  image.addEventListener("pointerup", (event) => tell(event, false));

  model.on("change:still change:moving", show);
  model.on("change:words", describe);
  model.on("change:width change:height change:widths change:reacts", size);
  const watching = new ResizeObserver(() => {
    size();
    wide = caption.clientWidth;
    reserve();
  });
  watching.observe(el);
  size();
  show();
  describe();
  const naming = setTimeout(describe, 300); // once the sliders beside it are there
  return () => {
    clearTimeout(naming);
    watching.disconnect();
  };
}

export default { render };
