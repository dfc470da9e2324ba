const box = document.querySelector("input[type=search]");
const ticks = [...document.querySelectorAll("input[type=checkbox]")];
const told = document.querySelector("output");
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const entries = [...document.querySelectorAll("article")].map((element) => ({
  element,
  text: fold(element.textContent),
}));

function show() {
  const words = fold(box.value).split(/\s+/).filter(Boolean);
  const parts = new Set(ticks.filter(({ checked }) => checked).map(({ value }) => value));
  let found = 0;
  for (const { element, text } of entries) {
    const fits = parts.has(element.dataset.part) && words.every((word) => text.includes(word));
    element.hidden = !fits;
    found += fits;
  }
  told.value = told.dataset.words.replace("{n}", found).replace("{all}", entries.length);
}

document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
box.addEventListener("input", show);
for (const tick of ticks) tick.addEventListener("change", show);
show();
