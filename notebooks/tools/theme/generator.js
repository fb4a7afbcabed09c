"use strict";
// The ten numbers of g (Eq. 1 of the paper) in the page, as `studykit.widgets.generator` has them in NumPy:
//     h = max(0, w R + w G + w B + b),      X = a h + d     for each of R, G and B

xivlab.generator = (() => {
  const { make, choice, slider, panel, read } = xivlab;

  /** w, b, a, d that make of V in [0, 1] the X of a g on the scale of images, in single precision as in Python. */
  function onUnit({ numbers, x_input }, mean, std) {
    let [w, b, a, d] = [numbers.slice(0, 3), numbers[3], numbers.slice(4, 7), numbers.slice(7)];
    if (x_input === "normalized") {
      w = w.map((one, c) => one / std[c]);
      b -= w[0] * mean[0] + w[1] * mean[1] + w[2] * mean[2];
      a = a.map((one, c) => one * std[c]);
      d = d.map((one, c) => one * std[c] + mean[c]);
    }
    return { w: w.map(Math.fround), b: Math.fround(b), a: a.map(Math.fround), d: d.map(Math.fround) };
  }

  /** X in levels, not bounded, of pixels R, G, B in levels one after another; and the share that the ReLU shuts. */
  function apply({ w, b, a, d }, pixels) {
    const x = new Float64Array(pixels.length);
    let shut = 0;
    for (let i = 0; i < pixels.length; i += 3) {
      const h = Math.max(0, (pixels[i] * w[0] + pixels[i + 1] * w[1] + pixels[i + 2] * w[2]) / 255 + b);
      if (h === 0) shut += 1;
      for (let c = 0; c < 3; c += 1) x[i + c] = 255 * (h * a[c] + d[c]);
    }
    return { x, shut: shut / (pixels.length / 3) };
  }

  /** Each channel's values in ascending order. */
  function sorted(pixels) {
    return [0, 1, 2].map((c) => Float64Array.from({ length: pixels.length / 3 }, (_, i) => pixels[3 * i + c]).sort());
  }

  /** How far two images are apart in levels: mean distance of their sorted values, wherever a pixel is. */
  function apart(one, other) {
    let sum = 0;
    one.forEach((values, c) => values.forEach((value, i) => (sum += Math.abs(value - other[c][i]))));
    return sum / (3 * one[0].length);
  }

  function paint(canvas, x) {
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < x.length / 3; i += 1) {
      for (let c = 0; c < 3; c += 1) image.data[4 * i + c] = Math.floor(Math.min(255, Math.max(0, x[3 * i + c] + 0.5)));
      image.data[4 * i + 3] = 255;
    }
    pen.putImageData(image, 0, 0);
  }

  const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;

  function words(apartX, apartV, shut) {
    const state = shut === 1 ? "The ReLU is shut at every pixel: g is dead."
      : `The ReLU is shut at ${Math.round(100 * shut)}% of the pixels.`;
    return `X is ${apartX.toFixed(1)} levels from I on average, V is ${apartV.toFixed(1)}. ${state}`;
  }

  /** Sliders and photographs. `front`: one person, large, V, X and I beside each other, as on the first page. */
  function widget(recording, front) {
    const few = front ? 1 : recording.visible.length;
    const [visible, infrared] = [recording.visible, recording.infrared].map((some) => some.slice(0, few));
    const numbers = [...recording.menu[recording.start].numbers];
    let x_input = recording.menu[recording.start].x_input;
    const own = "my own";
    const names = [...recording.menu.map((one) => one.name), own];
    const about = make("p", { class: "note", role: "status" }, recording.menu[recording.start].about);
    let people = null; // once the pictures are decoded
    const canvases = visible.map(() => make("canvas"));
    const distances = visible.map(() => make("span"));
    const picture = make("div", { class: front ? "people three front" : "people", role: "img" });
    const caption = make("figcaption", { role: "status" });
    const figure = make("figure", {}, picture, caption);

    function show() {
      if (!people) return;
      const g = onUnit({ numbers, x_input }, recording.mean, recording.std);
      const made = people.map((person) => apply(g, person.pixels));
      const far = made.map(({ x }, i) => apart(sorted(x), people[i].infrared));
      made.forEach(({ x }, i) => paint(canvases[i], x));
      distances.forEach((place, i) => (place.textContent = far[i].toFixed(1)));
      caption.textContent = words(mean(far), mean(people.map((one) => one.apart)), mean(made.map((one) => one.shut)));
      picture.setAttribute("aria-label", `V, X and I of ${few === 1 ? "one person" : `${few} people`}. ${caption.textContent}`);
      picture.dataset.shown = Number(picture.dataset.shown || 0) + 1;
    }
    const menu = choice("numbers", true, (index) => {
      if (index === names.length - 1) return;
      const chosen = recording.menu[index];
      x_input = chosen.x_input;
      about.textContent = chosen.about;
      chosen.numbers.forEach((number, i) => {
        numbers[i] = number;
        sliders[i].set(number);
      });
      show();
    });
    menu.offer(names, recording.start);
    const sliders = [];
    const groups = recording.groups.map(([title, group]) => {
      const rows = group.map(([name, reach]) => {
        const place = sliders.length;
        const one = slider(name, -reach, reach, 0.01, 2, (number) => {
          numbers[place] = number;
          menu.input.selectedIndex = names.length - 1;
          about.textContent = "Numbers of your own.";
          show();
        });
        one.set(numbers[place]);
        sliders.push(one);
        return one.element;
      });
      return make("fieldset", {}, make("legend", {}, title), ...rows);
    });

    const photo = (address) => make("img", { src: address, alt: "" });
    const column = (name, cells, under) => [make("b", {}, name), ...cells, ...(under ? [make("span", {}, under[0]), ...under[1]] : [])];
    const ofV = visible.map(() => make("span"));
    if (front) {
      const one = (name, cell, below) => make("div", {}, make("b", {}, name), cell, make("span", {}, below));
      picture.append(one("V, visible", photo(visible[0]), ""), one("X, what g makes of V", canvases[0], ""),
        one("I, infrared", photo(infrared[0]), ""));
    } else {
      picture.style.gridTemplateColumns = `auto repeat(${few}, minmax(0, 1fr))`;
      picture.append(...column("V", visible.map(photo)), ...column("X", canvases), ...column("I", infrared.map(photo)),
        make("span", {}, "V to I"), ...ofV, make("span", {}, "X to I"), ...distances);
    }
    (async () => {
      const read_ = await Promise.all(visible.map(read));
      const others = await Promise.all(infrared.map(read));
      people = read_.map((one, i) => {
        [canvases[i].width, canvases[i].height] = [one.width, one.height];
        const known = sorted(others[i].pixels);
        const far = apart(sorted(one.pixels), known);
        ofV[i].textContent = far.toFixed(1);
        return { pixels: one.pixels, infrared: known, apart: far };
      });
      show();
    })();
    const note = front ? "" : "In JupyterLab there are histograms of many people as well, and pictures of your own.";
    return panel([menu.element, about, ...groups], [figure], note);
  }

  xivlab.scripts.generator = (recording) => widget(recording, recording.front);
  return { onUnit, apply, sorted, apart };
})();
