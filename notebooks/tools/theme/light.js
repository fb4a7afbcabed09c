"use strict";
// A person at any wavelength, worked out in the page as `xivlab.world` does: what each material reflects there, times the
// light that reaches each point. Numbers and words are those of `studykit.widgets.light`.

xivlab.light = (() => {
  const { make, choice, ink, view, panel, read } = xivlab;
  const [HEIGHT, WIDTH, SHADOW] = [128, 64, [24, 12]];
  const HEAT = "heat"; // the last step
  const SHAPES = [ // of the marks, one for each material
    "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z", "M0,-6L6,5L-6,5z", "M-5,-5H5V5H-5z", "M0,-6.5L5,0L0,6.5L-5,0z", "M0,6L6,-5L-6,-5z",
    "M-2,-6H2V-2H6V2H2V6H-2V2H-6V-2H-2z",
  ];
  const DASHES = ["", "8 4", "9 3 2 3", "2 3", "8 3 2 3 2 3", ""];

  /** A sensor 20 nm wide at half maximum: its weights at all wavelengths, which add to 1. */
  function band(nanometres, centre, width = 20) {
    const weights = nanometres.map((one) => Math.exp(-4 * Math.LN2 * ((one - centre) / width) ** 2));
    const sum = weights.reduce((all, one) => all + one, 0);
    return weights.map((one) => one / sum);
  }

  /** Two rows or columns of the coarse shadow that a line of the image lies between, and how near the second is. */
  function between(place, large, small) {
    const at = Math.min(Math.max(((place + 0.5) / large) * small - 0.5, 0), small - 1);
    const low = Math.min(Math.floor(at), small - 2);
    return [low, at - low];
  }

  /** Light from the dome that is left on the ground, enlarged. */
  function shade(shadow) {
    const out = new Float64Array(HEIGHT * WIDTH);
    for (let y = 0; y < HEIGHT; y += 1) {
      const [row, down] = between(y, HEIGHT, SHADOW[0]);
      for (let x = 0; x < WIDTH; x += 1) {
        const [column, right] = between(x, WIDTH, SHADOW[1]);
        const across = (line) => shadow[line][column] * (1 - right) + shadow[line][column + 1] * right;
        out[y * WIDTH + x] = (across(row) * (1 - down) + across(row + 1) * down) / 255;
      }
    }
    return out;
  }

  /** One channel of three that are alike. */
  const grey = (pixels) => pixels.filter((_, i) => i % 3 === 0);

  /** Layers of a person's image as numbers. */
  async function layersOf({ labels, planes, back, shadow, falloff, materials }) {
    const [names, own, behind] = (await Promise.all([labels, planes, back].map(read))).map((one) => one.pixels);
    return { labels: grey(names), planes: own, back: behind, shadow: shade(shadow), falloff, materials };
  }

  /** The image in a band around `centre` nm as light, 128 x 64 numbers: white in full light is 1. */
  function linear(layers, { nanometres, spectra, planes, person_labels, light }, centre) {
    const weights = band(nanometres, centre);
    const seen = layers.materials.map((one) => spectra[one].reduce((sum, share, i) => sum + share * weights[i], 0) / 4);
    const [dome, lamp] = light;
    const out = new Float64Array(HEIGHT * WIDTH);
    for (let i = 0; i < out.length; i += 1) {
      const corner = 4 * WIDTH * Math.floor(i / WIDTH) + 2 * (i % WIDTH);
      let [person, place] = [0, 0]; // means over 2 x 2 samples, apart, because each has its own planes
      for (const sample of [corner, corner + 1, corner + 2 * WIDTH, corner + 2 * WIDTH + 1]) {
        const label = layers.labels[sample];
        if (label < person_labels) person += seen[label];
        else place += seen[label];
      }
      const [facing, open, texture, facing_, open_, texture_] = [layers.planes, layers.back]
        .flatMap((some) => planes.map((most, k) => (some[3 * i + k] * most) / 255));
      out[i] = person * texture * (dome * open + lamp * layers.falloff * facing)
        + place * texture_ * (dome * open_ * layers.shadow[i] + lamp * facing_);
    }
    return out;
  }

  /** Light as levels: a table of 4096 steps, as sensors have. */
  function develop(image, gamma) {
    return Uint8Array.from(image, (one) => {
      const step = Math.floor(Math.min(1, Math.max(0, one)) * 4095);
      return Math.floor((step / 4095) ** (1 / gamma) * 255 + 0.5);
    });
  }

  /** A share in percent, half to even as Python rounds. */
  function percent(share) {
    const [many, whole] = [100 * share, Math.floor(100 * share)];
    return many - whole === 0.5 ? whole + (whole % 2) : Math.round(many);
  }

  const within = ([first, last]) => (nm) => nm >= first && nm <= last;

  /** Mean reflectance where eyes see. */
  function visible({ spectra, nanometres, clear }, material) {
    const some = spectra[material].filter((_, i) => within(clear)(nanometres[i]));
    return some.reduce((sum, one) => sum + one, 0) / some.length;
  }

  /** What has become of a fabric, compared with visible light, and why. */
  function fate(recording, material, nm) {
    const { spectra, nanometres, cotton, carbon, change, dark, fates } = recording;
    const absorbs = (share) => (1 - share) ** 2 / (2 * share); // K/S, Kubelka and Munk 1931
    const more = spectra[material].map((share, i) => absorbs(share) - absorbs(spectra[cotton][i]));
    const black = Math.max(0, Math.min(...more.filter((_, i) => within(carbon)(nanometres[i]))));
    const dye = Math.max(0, more[nanometres.indexOf(nm)] - black);
    const [before, now] = [visible(recording, material), spectra[material][nanometres.indexOf(nm)]];
    let kind = now < dark ? "stays" : "same";
    if (now - before > change) kind = "bright";
    else if (before - now > change) kind = "dark";
    return fates[kind].replace("{before}", `${percent(before)}%`).replace("{now}", `${percent(now)}%`)
      .replace("{holds}", fates[dye > black ? "dye" : "carbon"]);
  }

  /** Sentences under the photographs, the bars and the spectra at a step. */
  function words(recording, person, step) {
    const { spectra, nanometres, bands } = recording;
    const photos = (where) => `In colour, ${where}, and by the grey camera, ${recording.sees}.`;
    if (step === HEAT) {
      const [cold, warm] = [1, -1].map((way) => [...person.worn].sort((one, other) => way * (one.celsius - other.celsius))[0]);
      const said = ({ warmth, parts }) => `${warmth} (${parts})`;
      return { photos: photos(recording.heat.where), bars: `From ${said(cold)} to ${said(warm)}.`, spectra: recording.heat.why };
    }
    const seen = person.worn.map((one) => spectra[one.spectrum][nanometres.indexOf(step)]);
    const name = Object.keys(bands).find((one) => within(bands[one])(step));
    const fates = person.worn.filter((one) => one.fabric).slice(0, 2)
      .map((one) => `${one.parts} (${one.plain}) ${fate(recording, one.spectrum, step)}`).join("; ");
    return {
      photos: photos(`at ${step} nm (${name})`),
      bars: `At ${step} nm the darkest of these ${seen.length} materials reflects ${percent(Math.min(...seen))}%, the `
        + `brightest ${percent(Math.max(...seen))}%.`,
      spectra: `${fates.slice(0, 1).toUpperCase()}${fates.slice(1)}.`,
    };
  }

  const text = (x, y, what, more = "") => `<text x="${x}" y="${y}" font-size="12" fill="${ink("#222222")}" ${more}>${what}</text>`;
  const line = (x1, y1, x2, y2, colour, more = "") =>
    `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" style="stroke: ${ink(colour)}" ${more}/>`;
  const mark = (x, y, which, colour, open) => `<path d="${SHAPES[which]}" transform="translate(${x},${y})" style="`
    + `fill: ${open ? ink("#ffffff") : ink(colour)}; stroke: ${open ? ink(colour) : ink("#ffffff")}; stroke-width: ${open ? 1.8 : 1}"/>`;

  const BARS = { width: 410, height: 262, left: 134, right: 322, top: 8, row: 35, bottom: 218 };

  /** How bright each material is, before and now, or how warm: what stands still, what moves. */
  function bars(recording, person, step) {
    const { left, right, top, row, bottom } = BARS;
    const { nanometres, spectra, colours } = recording;
    const heat = step === HEAT;
    const [least, most] = heat ? recording.celsius : [0, 100];
    const x = (value) => left + ((value - least) / (most - least)) * (right - left);
    const y = (i) => top + row * (i + 0.5);
    const ticks = [0, 1, 2, 3, 4, 5].map((i) => least + (i / 5) * (most - least)).filter((one, i) => !heat || i % 5 === 0);
    const still = ticks.map((tick) => line(x(tick), top, x(tick), bottom, "#e4e4e4")
      + text(x(tick), bottom + 15, tick.toFixed(0), 'text-anchor="middle"'));
    still.push(text(heat ? (left + right) / 2 : left + 70, bottom + 34, heat ? "temperature (°C)" : "reflectance (%), open: mean of 400 to 700 nm",
      'text-anchor="middle"'));
    const moving = person.worn.map((one, i) => {
      const at = (dy) => y(i) + dy + 4;
      still.push(text(left - 11, at(one.plain ? -6 : 0), one.parts, 'text-anchor="end"'));
      if (one.plain) still.push(text(left - 11, at(8), one.plain, `text-anchor="end" style="fill: ${ink("#555555")}"`));
      const before = heat ? least : 100 * visible(recording, one.spectrum);
      const now = heat ? one.celsius : 100 * spectra[one.spectrum][nanometres.indexOf(step)];
      const said = heat ? one.warmth : `${percent(before / 100)} → ${percent(now / 100)}%`;
      return line(x(before), y(i), x(now), y(i), colours[i], `stroke-width="2.2" stroke-dasharray="${DASHES[i]}"`)
        + (heat ? "" : mark(x(before), y(i), i, colours[i], true)) + mark(x(now), y(i), i, colours[i], false)
        + text(right + 11, at(0), said);
    });
    return [still.join(""), moving.join("")];
  }

  const SPECTRA = { width: 640, height: 252, left: 60, right: 466, top: 24, bottom: 202 };

  /** The spectra of what is worn: curves that stand still, and where the wavelength is on them. */
  function curves(recording, person, step) {
    const { left, right, top, bottom, height } = SPECTRA;
    const { nanometres, spectra, bands, colours } = recording;
    const [first, last] = [nanometres[0], nanometres[nanometres.length - 1]];
    const x = (nm) => left + ((nm - first) / (last - first)) * (right - left);
    const y = (share) => bottom - share * (bottom - top);
    const still = Object.entries(bands).map(([name, [from, to]], i) => `<rect x="${x(from)}" y="${top}" width="${x(to) - x(from)}" `
      + `height="${bottom - top}" style="fill: ${ink(["#eaf3fa", "#fbeee6"][i])}"/>${text((x(from) + x(to)) / 2, top - 8, name, 'text-anchor="middle"')}`);
    for (const share of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
      still.push(line(left, y(share), right, y(share), "#e4e4e4"), text(left - 8, y(share) + 4, share.toFixed(1), 'text-anchor="end"'));
    }
    for (let nm = first; nm <= last; nm += 100) still.push(text(x(nm), bottom + 16, nm, 'text-anchor="middle"'));
    still.push(text((left + right) / 2, height - 12, "wavelength (nm)", 'text-anchor="middle"'),
      text(0, 0, "reflectance", `text-anchor="middle" transform="translate(16,${(top + bottom) / 2}) rotate(-90)"`));
    person.worn.forEach((one, i) => {
      const points = spectra[one.spectrum].map((share, k) => `${x(nanometres[k]).toFixed(1)},${y(share).toFixed(1)}`).join(" ");
      const look = `stroke-width="2.2" stroke-dasharray="${DASHES[i]}"`;
      still.push(`<polyline points="${points}" style="fill: none; stroke: ${ink(colours[i])}" ${look}/>`,
        line(right + 14, top + 10 + 22 * i, right + 42, top + 10 + 22 * i, colours[i], look), text(right + 50, top + 14 + 22 * i, one.parts));
    });
    if (step === HEAT) return [still.join(""), ""];
    const marks = person.worn.map((one, i) => mark(x(step), y(spectra[one.spectrum][nanometres.indexOf(step)]), i, colours[i], false));
    return [still.join(""), line(x(step), top, x(step), bottom, "#222222", 'stroke-width="1.5"') + marks.join("")];
  }

  /** Levels of grey on a canvas. */
  function paint(canvas, levels) {
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(WIDTH, HEIGHT);
    levels.forEach((level, i) => image.data.set([level, level, level, 255], 4 * i));
    pen.putImageData(image, 0, 0);
  }

  xivlab.scripts.light = (recording) => {
    const steps = [...recording.nanometres, HEAT];
    let [who, at] = [recording.start[0], steps.indexOf(recording.start[1])];
    const photos = ["colour", "grey"].map(() => make("img", { alt: "" }));
    const canvas = make("canvas", { width: WIDTH, height: HEIGHT });
    const title = make("b");
    const picture = make("div", { class: "people three", role: "img" }, make("div", {}, make("b", {}, "in colour"), photos[0]),
      make("div", {}, title, canvas), make("div", {}, make("b", {}, "grey camera"), photos[1]));
    const caption = make("figcaption", { role: "status" });
    const seen = make("figure", { class: "band" }, picture, caption);
    const [bright, spectral] = [BARS, SPECTRA].map(({ width, height }) => view(width, height));
    const known = new Map(); // layers by person
    const layers = (person) => known.get(person) || known.set(person, layersOf(person)).get(person);
    let newest = 0;

    async function show() {
      const [person, step, number] = [recording.people[who], steps[at], (newest += 1)];
      const said = words(recording, person, step);
      bright.show(...bars(recording, person, step), said.bars);
      spectral.show(...curves(recording, person, step), said.spectra);
      caption.textContent = said.photos;
      picture.setAttribute("aria-label", said.photos);
      title.textContent = step === HEAT ? HEAT : `${step} nm`;
      photos.forEach((photo, i) => (photo.src = person[["colour", "grey"][i]]));
      const levels = step === HEAT ? grey((await read(person.thermal)).pixels)
        : develop(linear(await layers(person), recording, step), recording.gamma);
      if (number !== newest) return; // a later move has overtaken it
      paint(canvas, levels);
      picture.dataset.shown = Number(picture.dataset.shown || 0) + 1;
    }
    const slider = choice("wavelength", false, (index) => {
      at = index;
      show();
    });
    slider.offer(steps.map((step) => (step === HEAT ? HEAT : `${step} nm`)), at);
    const menu = choice("person", true, (index) => {
      who = index;
      show();
    });
    menu.offer(recording.people.map((one) => one.name), who);
    show();
    return panel([slider.element, menu.element], [seen, bright.element, spectral.element],
      "Each picture is worked out here from the spectra of the materials. In JupyterLab light and filter of the grey camera can be chosen, too.");
  };
  return { layersOf, linear, develop, words };
})();
