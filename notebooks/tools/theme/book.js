"use strict";
// The search: every word of the query must begin a word of a section; headings count for more.
// Nothing is fetched, so that it works from a disk as well: search-data.js holds SECTIONS, packed.

const found = document.getElementById("found");
const query = document.getElementById("query");
const MOST = 25;
let unpacked; // the sections, a promise, once somebody searches

function fold(text) {
  return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
}

function starts(word) {
  return new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "gu");
}

function search(sections, text) {
  const patterns = fold(text).split(/\s+/).filter(Boolean).map(starts);
  if (!patterns.length) return [];
  const hits = [];
  for (const section of sections) {
    const heading = fold(section.heading), words = fold(section.words);
    let score = 0;
    const all = patterns.every((pattern) => {
      const times = 20 * (heading.match(pattern) || []).length + Math.min(9, (words.match(pattern) || []).length);
      score += times;
      return times > 0;
    });
    if (all) hits.push({ section, score, patterns });
  }
  return hits.sort((one, other) => other.score - one.score);
}

function excerpt(words, pattern) {
  pattern.lastIndex = 0;
  const hit = pattern.exec(fold(words));
  const paragraph = document.createElement("p");
  if (!hit) {
    paragraph.textContent = words.slice(0, 140);
    return paragraph;
  }
  const mark = document.createElement("mark");
  mark.textContent = words.slice(hit.index, hit.index + hit[0].length);
  const before = words.slice(Math.max(0, hit.index - 70), hit.index);
  const after = words.slice(hit.index + hit[0].length).slice(0, 110);
  paragraph.append(hit.index > 70 ? `… ${before.slice(before.indexOf(" ") + 1)}` : before, mark);
  paragraph.append(after.length < 110 ? after : `${after.slice(0, after.lastIndexOf(" "))} …`);
  return paragraph;
}

async function show() {
  const sections = await (unpacked ??= unpack(SECTIONS));
  const text = query.value.trim();
  found.hidden = text.length < 2;
  if (found.hidden) return;
  const hits = search(sections, text);
  const list = document.createElement("ol");
  for (const { section, patterns } of hits.slice(0, MOST)) {
    const link = document.createElement("a");
    link.href = `${section.page}#${encodeURIComponent(section.anchor)}`;
    link.textContent = section.heading === section.title ? section.title : `${section.title}: ${section.heading}`;
    const item = document.createElement("li");
    item.append(link, excerpt(section.words, patterns[0]));
    list.append(item);
  }
  const count = document.createElement("p");
  count.textContent = hits.length === 0 ? `No section has “${text}”.` : hits.length > MOST
    ? `${hits.length} sections; these ${MOST} say it most.` : hits.length === 1 ? "1 section." : `${hits.length} sections.`;
  found.replaceChildren(count, list);
  window.scrollTo(0, 0);
}

query.addEventListener("input", show);
found.addEventListener("click", (event) => {
  if (event.target.closest("a")) found.hidden = true;
});
document.getElementById("search").addEventListener("submit", async (event) => {
  event.preventDefault();
  await show();
  found.querySelector("a")?.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    query.focus();
  } else if (event.key === "Escape" && document.activeElement === query) {
    query.value = "";
    show();
  }
});
// On a small screen the contents would hide the text.
if (window.matchMedia("(max-width: 60rem)").matches) document.getElementById("contents").open = false;
