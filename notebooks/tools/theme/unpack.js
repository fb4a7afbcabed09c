"use strict";
/** Data as `notebooks.tools.recordings.packed` has written it: deflated JSON in base 85, as Python's `base64` has it. */
const unpack = (() => {
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
  const digits = new Map([...letters].map((letter, digit) => [letter, digit]));

  /** Five letters are four bytes; the last ones are filled up. */
  function bytes(text) {
    const all = new DataView(new ArrayBuffer(4 * Math.ceil(text.length / 5)));
    for (let i = 0; i < text.length; i += 5) {
      let number = 0;
      for (let k = i; k < i + 5; k += 1) number = 85 * number + (k < text.length ? digits.get(text[k]) : 84);
      all.setUint32((4 * i) / 5, number);
    }
    return new Uint8Array(all.buffer, 0, Math.floor((4 * text.length) / 5));
  }

  return async (packed) => {
    const stream = new Blob([bytes(packed)]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };
})();
