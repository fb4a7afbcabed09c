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

function render({ model, el }) {
  el.classList.add("xivlab-view");
  const figure = document.createElement("figure");
  const image = document.createElement("img");
  const caption = document.createElement("figcaption");
  image.draggable = false;
  caption.setAttribute("role", "status"); // read out when it changes
  figure.append(image, caption);
  el.append(figure);

  let address = null;
  function show() {
    const before = address;
    address = URL.createObjectURL(new Blob([model.get("data")], { type: model.get("mime") }));
    // The old picture stays until the new one is decoded, so nothing flickers.
    image.onload = () => {
      if (before) URL.revokeObjectURL(before);
      image.dataset.shown = Number(image.dataset.shown || 0) + 1;
    };
    image.src = address;
  }
  function describe() {
    caption.textContent = model.get("words");
    image.alt = model.get("words");
    const panel = el.closest(".xivlab-panel");
    if (panel) nameHandles(panel);
  }
  function size() {
    image.width = model.get("width"); // with the height it keeps the place, so the page does not jump
    image.height = model.get("height");
    image.style.cursor = model.get("reacts") ? "pointer" : "default";
    image.style.touchAction = model.get("reacts") ? "none" : "auto";
  }

  let press = 0;
  let from = [0, 0];
  function tell(event, down) {
    if (!model.get("reacts")) return;
    const box = image.getBoundingClientRect();
    const scale = model.get("width") / box.width;
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

  model.on("change:data", show);
  model.on("change:words", describe);
  model.on("change:width change:height change:reacts", size);
  size();
  show();
  describe();
  const naming = setTimeout(describe, 300); // once the sliders beside it are there
  return () => {
    clearTimeout(naming);
    URL.revokeObjectURL(address);
  };
}

export default { render };
