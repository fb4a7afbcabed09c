/* Extension of JupyterLab and Notebook 7, in a file of its own and not built: pictures that cells have left in a notebook, and
   the stills of widgets, follow the theme without a kernel. The style beside this file turns charts over. Of a picture that
   holds photographs a second copy lies above the first, cut down to them: they stay as they are. */
(() => {
  const style = new URL("pictures.css", document.currentScript.src);
  const PICTURES = '.jp-RenderedImage > img[src^="data:image/jpeg;base64,"]:not([data-xivlab])';
  const COMMENT = 0xfe, PIXELS = 0xda;

  // What a JPEG says in its comment (studykit/plots/photographs.py): the places of its photographs, or nothing.
  function photographs(base64) {
    const bytes = Uint8Array.from(atob(base64.slice(0, 65536)), letter => letter.charCodeAt(0));
    for (let at = 2; at + 4 < bytes.length && bytes[at] === 0xff && bytes[at + 1] !== PIXELS;) {
      const next = at + 2 + 256 * bytes[at + 2] + bytes[at + 3];
      if (bytes[at + 1] === COMMENT) {
        try { return JSON.parse(new TextDecoder().decode(bytes.subarray(at + 4, next))).photographs; } catch { return undefined; }
      }
      at = next;
    }
  }

  function dress(image) {
    const places = photographs(image.src.slice(image.src.indexOf(",") + 1));
    if (!Array.isArray(places)) return;
    const corners = places.flatMap(([left, top, right, bottom]) =>
      [[left, top], [right, top], [right, bottom], [left, bottom], [left, top], [0, 0]]);
    const above = image.cloneNode();
    above.alt = "";
    above.setAttribute("aria-hidden", "true");
    above.style.clipPath = `polygon(0 0, ${corners.map(([x, y]) => `${100 * x}% ${100 * y}%`)})`;
    image.after(above);
    image.parentElement.classList.add("xivlab-pictures");
  }

  function look() {
    for (const image of document.querySelectorAll(PICTURES)) {
      image.dataset.xivlab = "seen";
      dress(image);
    }
  }

  function activate() {
    const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: style.href });
    document.head.append(link);
    let due = false;
    const soon = () => {
      if (due) return;
      due = true;
      requestAnimationFrame(() => { due = false; look(); });
    };
    new MutationObserver(changes => {
      if (changes.some(change => change.addedNodes.length)) soon();
    }).observe(document.body, { childList: true, subtree: true });
    soon();
  }

  const plugin = { id: "xivlab:pictures", description: "Pictures follow the theme.", autoStart: true, activate };
  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB.xivlab = { init: () => {}, get: async () => () => ({ __esModule: true, default: plugin }) };
})();
