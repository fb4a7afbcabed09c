"use strict";
// Twelve points whose losses are worked out in the page, as `studykit.widgets.geometry.data` does with `xivlab.loss`:
// two people of two images each, in infrared, X and visible light. The identity loss (Eq. 9) is held at 0.

xivlab.geometry = (() => {
  const { make, choice, slider, ink, panel } = xivlab;
  const SVG = "http://www.w3.org/2000/svg";
  const COLOURS = ["#d55e00", "#7a3e9d", "#0072b2"]; // of I, X and V
  const SHAPES = ["M-6,0a6,6 0 1,0 12,0a6,6 0 1,0 -12,0z", "M0,-7L7,5.5L-7,5.5z"]; // a person each

  /** What the four anchors of a term look at, and pay: batch-hard, as Eqs. 5, 6 and 10. */
  function hinges(points, { anchor, other }, people, margin) {
    return points[anchor].map((one, i) => {
      const found = { positive: -1, negative: -1, d_p: -Infinity, d_n: Infinity };
      points[other].forEach((another, j) => {
        const distance = Math.hypot(one[0] - another[0], one[1] - another[1]);
        if (people[i] === people[j] && distance > found.d_p) Object.assign(found, { positive: j, d_p: distance });
        if (people[i] !== people[j] && distance < found.d_n) Object.assign(found, { negative: j, d_n: distance });
      });
      return { ...found, pays: Math.max(margin + found.d_p - found.d_n, 0) };
    });
  }

  /** Every term, and the sums of Eqs. 3, 4, 7, 8 and 11. */
  function losses(points, terms, people, { lam, between, within }) {
    const every = terms.map((term) => hinges(points, term, people, term.anchor === term.other ? within : between));
    const sums = every.map((anchors) => anchors.reduce((sum, one) => sum + one.pays, 0));
    const of = (wanted) => sums.reduce((sum, one, i) => sum + (wanted(terms[i]) ? one / people.length : 0), 0);
    const L_M = of((term) => term.anchor === term.other);
    const L_C = of((term) => term.anchor !== term.other);
    return { every, sums, L_M, L_C, L: L_M + lam * L_C };
  }

  const number = (value) => (value === 0 ? "0" : value.toFixed(2));

  /** Which anchors of a term are content, and what the others pay. */
  function inWords(name, anchors, images) {
    const content = images.filter((_, i) => !anchors[i].pays);
    const paying = images.filter((_, i) => anchors[i].pays)
      .map((image) => `${image} pays ${anchors[images.indexOf(image)].pays.toFixed(2)}`);
    if (!paying.length) return `Anchors ${name}: all are content.`;
    if (!content.length) return `Anchors ${name}: nobody is content; ${paying.join(", ")}.`;
    return `Anchors ${name}: ${content.join(" and ")} ${content.length === 1 ? "is" : "are"} content; ${paying.join(", ")}.`;
  }

  xivlab.scripts.geometry = (given) => {
    const { terms, people, images, modalities, middle, reach, size } = given;
    const [between, within] = given.margins;
    const settings = { lam: given.starts[0].lam, between, within };
    let points = structuredClone(given.starts[0].points);
    let chosen = 0; // of the twelve
    const [width, height] = size;
    const scale = width / (2 * reach);
    const place = ([x, y]) => [width / 2 + (x - middle[0]) * scale, height / 2 - (y - middle[1]) * scale];
    const draw = (tag, attributes) => {
      const element = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      return element;
    };
    const image = draw("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img", style: "touch-action: none" });
    const caption = make("figcaption", { role: "status" });
    const plane = make("div", { class: "xivlab-view" }, make("figure", {}, image, caption));
    plane.style.flex = `${width} 1 ${Math.round(0.7 * width)}px`;
    plane.style.maxWidth = `${width}px`;
    const table = make("table", { class: "terms" });
    const sums = make("p", { role: "status" });

    function show() {
      const now = losses(points, terms, people, settings);
      const term = terms[Number(pairs.input.selectedIndex)];
      const anchors = now.every[terms.indexOf(term)];
      const drawn = [];
      anchors.forEach((one, i) => {
        const from = place(points[term.anchor][i]);
        for (const [kind, colour, dash] of [["positive", "#00805c", ""], ["negative", "#c04000", "5 4"]]) {
          const to = place(points[term.other][one[kind]]);
          drawn.push(draw("line", { x1: from[0], y1: from[1], x2: to[0], y2: to[1], "stroke-dasharray": dash,
            style: `stroke: ${ink(colour)}; stroke-width: ${one.pays ? 2.4 : 1.1}; opacity: ${one.pays ? 0.95 : 0.45}` }));
        }
        if (one.pays) drawn.push(draw("circle", { cx: from[0], cy: from[1], r: 12, style: `fill: none; stroke: ${ink("#222222")}` }));
      });
      points.forEach((some, m) => some.forEach((point, i) => {
        const [x, y] = place(point);
        const shape = SHAPES[people[i] === people[0] ? 0 : 1];
        if (4 * m + i === chosen) {
          drawn.push(draw("rect", { x: x - 14, y: y - 14, width: 28, height: 28, style: `fill: none; stroke: ${ink("#888888")}` }));
        }
        drawn.push(draw("path", { d: shape, transform: `translate(${x},${y})`,
          style: `fill: ${ink("#ffffff")}; stroke: ${ink(COLOURS[m])}; stroke-width: 2.2` }));
        const name = draw("text", { x: x + 10, y: y - 8, style: `font-size: 12px; fill: ${ink(COLOURS[m])}` });
        name.textContent = `${modalities[m]} ${images[i]}`;
        drawn.push(name);
      }));
      image.replaceChildren(...drawn);
      caption.textContent = inWords(term.name, anchors, images);
      image.setAttribute("aria-label", caption.textContent);
      image.dataset.shown = Number(image.dataset.shown || 0) + 1;
      const head = make("tr", {}, make("th", {}, "each anchor pays"), ...[...images, "sum"].map((one) => make("th", {}, one)));
      table.replaceChildren(head, ...terms.map((one, row) => make("tr", one === term ? { class: "chosen" } : {},
        make("th", {}, `${one.name} (${one.equation})`),
        ...[...now.every[row].map((anchor) => anchor.pays), now.sums[row]].map((pays) => make("td", {}, number(pays))))));
      sums.textContent = `L = L_M + λ L_C = ${now.L_M.toFixed(2)} + ${settings.lam} · ${now.L_C.toFixed(2)} = ${now.L.toFixed(2)}.`;
    }
    function choose(index) {
      chosen = index;
      const point = points[Math.floor(chosen / 4)][chosen % 4];
      which.input.selectedIndex = index;
      coordinates.forEach((one, axis) => one.set(point[axis]));
      show();
    }
    const about = make("p", { class: "note", role: "status" }, given.starts[0].about);
    const start = choice("start", true, (index) => {
      points = structuredClone(given.starts[index].points);
      settings.lam = given.starts[index].lam;
      about.textContent = given.starts[index].about;
      lam.offer(given.lambdas.map(String), given.lambdas.indexOf(settings.lam));
      choose(chosen);
    });
    start.offer(given.starts.map((one) => one.name), 0);
    const pairs = choice("pairs of", true, show);
    pairs.offer(terms.map((term) => `${term.name} (Eq. ${term.equation})`), given.term);
    const lam = choice("λ", false, (index) => {
      settings.lam = given.lambdas[index];
      show();
    });
    lam.offer(given.lambdas.map(String), given.lambdas.indexOf(settings.lam));
    const margins = [["α₁, between", "between"], ["α₂, within", "within"]].map(([label, name]) => {
      const one = slider(label, 0, 5, 0.1, 1, (value) => {
        settings[name] = value;
        show();
      });
      one.set(settings[name]);
      return one;
    });
    const which = choice("point", true, choose);
    which.offer(modalities.flatMap((m) => images.map((one) => `${m} ${one}`)), 0);
    const coordinates = ["to the right", "upwards"].map((label, axis) => slider(
      label, middle[axis] - reach, middle[axis] + reach, 0.1, 1, (value) => {
        points[Math.floor(chosen / 4)][chosen % 4][axis] = value;
        show();
      },
    ));
    /** The pointer in units of the plane. */
    function at(event) {
      const box = image.getBoundingClientRect();
      const [x, y] = [event.clientX - box.left, event.clientY - box.top].map((one) => (one * width) / box.width);
      return [middle[0] + (x - width / 2) / scale, middle[1] - (y - height / 2) / scale];
    }
    let held = false;
    image.addEventListener("pointerdown", (event) => {
      const spot = at(event);
      const far = points.flat().map(([x, y]) => Math.hypot(x - spot[0], y - spot[1]) * scale);
      const nearest = far.indexOf(Math.min(...far));
      if (far[nearest] > 24) return;
      held = true;
      image.setPointerCapture(event.pointerId);
      event.preventDefault();
      choose(nearest);
    });
    image.addEventListener("pointermove", (event) => {
      if (!held) return;
      points[Math.floor(chosen / 4)][chosen % 4] = at(event).map((one, axis) =>
        Math.min(middle[axis] + reach, Math.max(middle[axis] - reach, Math.round(10 * one) / 10)));
      choose(chosen);
    });
    for (const end of ["pointerup", "pointercancel"]) image.addEventListener(end, () => (held = false));
    choose(0);
    const controls = [start, pairs, lam, ...margins, which, ...coordinates].map((one) => one.element);
    controls.splice(1, 0, about);
    const numbers = make("div", { class: "numbers" }, make("div", { class: "wide" }, table), sums);
    return panel(controls, [plane, numbers], "A solid line leads to the hardest positive, a dashed one to the hardest negative; who has a ring pays. Points can be dragged. In JupyterLab the gradient moves them, too.");
  };
  return { hinges, losses };
})();
