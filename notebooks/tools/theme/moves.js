"use strict";
// What moves in the book. Python has recorded each widget: `xivlab.moves(name, packed)` stands in a file of its own
// beside the page, since a page opened from a disk may not read other files, and takes the place of the still pictures that name it.

const xivlab = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const scripts = {}; // by name: (recording) => nodes that stand there then
  let views = 0; // names in an SVG are those of the whole page: each view has its own

  /** An element with attributes and children; those that are undefined or false are left out. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  /** A slider or menu over values that are words; `moved(index)` is told of every move by hand. */
  function choice(label, menu, moved) {
    const input = menu ? make("select", { "aria-label": label }) : make("input", { type: "range", min: 0, step: 1, "aria-label": label });
    const readout = make("output");
    const element = make("label", { class: "control" }, make("span", {}, label), input, ...(menu ? [] : [readout]));
    let words = [];
    function tell() {
      const word = words[Number(menu ? input.selectedIndex : input.value)];
      if (menu) return;
      readout.textContent = word;
      input.setAttribute("aria-valuetext", word);
    }
    input.addEventListener("input", () => {
      tell();
      moved(Number(menu ? input.selectedIndex : input.value));
    });
    return {
      element, input,
      /** Other values, and which of them holds. */
      offer(values, index) {
        words = values;
        if (menu) input.replaceChildren(...values.map((value) => make("option", {}, value)));
        else input.max = values.length - 1;
        if (menu) input.selectedIndex = index;
        else input.value = index;
        input.disabled = values.length < 2;
        tell();
      },
    };
  }

  /** A slider over numbers; `moved(number)` is told of every move by hand. */
  function slider(label, least, most, step, digits, moved) {
    const input = make("input", { type: "range", min: least, max: most, step, "aria-label": label });
    const readout = make("output");
    const element = make("label", { class: "control" }, make("span", {}, label), input, readout);
    function tell(number) {
      readout.textContent = number.toFixed(digits).replace("-", "−");
      input.setAttribute("aria-valuetext", readout.textContent);
    }
    input.addEventListener("input", () => {
      tell(Number(input.value));
      moved(Number(input.value));
    });
    return {
      element, input,
      set(number) {
        input.min = Math.min(input.min, number);
        input.max = Math.max(input.max, number);
        input.value = number;
        tell(number);
      },
    };
  }

  /** A layer of a drawing as elements, once its photographs are decoded, so that nothing flickers. */
  async function layer(text, name) {
    const group = document.createElementNS(SVG, "g");
    group.innerHTML = text
      .replace(/( id="|href="#|url\(#)/g, `$1${name}-`)
      .replace(/photo:(\w+)/g, "pictures/$1.webp");
    const photos = [...group.querySelectorAll("image")].map((image) => {
      const photo = new Image();
      photo.src = image.getAttribute("href") || image.getAttribute("xlink:href");
      return photo.decode().catch(() => {});
    });
    if (photos.length) await Promise.all(photos);
    return group;
  }

  /** A colour as the page's theme has it (`view.css`). */
  const ink = (colour) => `var(--x${colour.slice(1).toLowerCase()}, ${colour})`;

  /** R, G, B of all pixels of an image that is an address. */
  async function read(address) {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = make("canvas", { width: image.naturalWidth, height: image.naturalHeight });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint8ClampedArray((data.length / 4) * 3);
    for (let i = 0; i < pixels.length / 3; i += 1) pixels.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
    return { width: canvas.width, height: canvas.height, pixels };
  }

  /** A picture with its words, which are its alternative text as well. */
  function view(width, height) {
    const image = document.createElementNS(SVG, "svg");
    const caption = make("figcaption", { role: "status" });
    const element = make("div", { class: "xivlab-view" }, make("figure", {}, image, caption));
    element.style.flex = `${width} 1 ${Math.round(0.8 * width)}px`;
    element.style.maxWidth = `${width}px`;
    image.setAttribute("role", "img");
    image.setAttribute("viewBox", `0 0 ${width} ${height}`);
    image.setAttribute("width", width);
    image.style.aspectRatio = `${width} / ${height}`;
    const name = `view${(views += 1)}`;
    const layers = [0, 1].map(() => image.appendChild(document.createElementNS(SVG, "g")));
    const texts = [];
    let newest = 0;
    return {
      element, image,
      /** Both layers as SVG, and words; a newer call overtakes one whose photographs are not there yet. */
      async show(still, moving, words) {
        caption.textContent = words;
        image.setAttribute("aria-label", words);
        const number = (newest += 1);
        const wanted = [still, moving];
        const changed = [0, 1].filter((which) => wanted[which] !== texts[which]);
        const drawn = await Promise.all(changed.map((which) => layer(wanted[which], `${name}-${which}`)));
        if (number !== newest) return;
        changed.forEach((which, i) => {
          layers[which].replaceWith(drawn[i]);
          layers[which] = drawn[i];
          texts[which] = wanted[which];
        });
        image.dataset.shown = Number(image.dataset.shown || 0) + 1;
      },
    };
  }

  /** Controls at the left of the pictures, or above them where there is less room. */
  function panel(controls, views, note) {
    const said = note ? [make("p", { class: "note" }, note)] : [];
    return make("div", { class: "moves-body" },
      make("div", { class: "controls" }, ...controls, ...said), make("div", { class: "views" }, ...views));
  }

  /** A widget as stored frames: every state of its main controls. */
  scripts.frames = ({ tree, views, states, texts, more }) => {
    const shown = views.map(({ width, height }) => view(width, height));
    const path = []; // which value of each control
    const controls = [];
    for (let level = tree, depth = 0; typeof level === "object"; level = level.then[level.start], depth += 1) {
      const at = depth;
      controls.push(choice(level.label, level.menu, (index) => {
        path[at] = index;
        follow(at + 1);
      }));
    }
    /** The levels from `first` on: what they offer hangs on those before; a value that is offered again holds. */
    function follow(first) {
      let level = tree;
      controls.forEach((control, depth) => {
        if (depth >= first) {
          const held = control.words ? level.values.indexOf(control.words[path[depth]]) : -1;
          path[depth] = held < 0 || control.words.length < 2 ? level.start : held;
          control.words = level.values;
          control.offer(level.values, path[depth]);
        }
        level = level.then[path[depth]];
      });
      states[level].forEach((state, i) => shown[i].show(...state.map((number) => texts[number])));
    }
    follow(0);
    const names = controls.length === 1 ? "this" : "these";
    const note = more ? `Here ${names} can be moved; in JupyterLab the rest can, too.` : "";
    return panel(controls.map((one) => one.element), shown.map((one) => one.element), note);
  };

  /** What several recordings need, by name: filled by `share`, waited for by `moves`, in any order. */
  const shelves = new Map();
  function shelf(name) {
    if (!shelves.has(name)) {
      const one = {};
      one.filled = new Promise((fill) => (one.fill = fill));
      shelves.set(name, one);
    }
    return shelves.get(name);
  }
  const share = (name, packed) => shelf(name).fill(unpack(packed));

  /** Put a recording in the place of its still picture, wherever the page has it. */
  async function moves(name, packed) {
    const recording = await unpack(packed);
    if (recording.shared) Object.assign(recording, await shelf(recording.shared).filled);
    // The files are deferred: the places are there.
    for (const figure of document.querySelectorAll(`[data-recording="${name}"]`)) {
      figure.replaceChildren(scripts[recording.script](recording));
      figure.dataset.moves = recording.script;
    }
  }

  return { make, choice, slider, ink, read, view, panel, scripts, share, moves };
})();
