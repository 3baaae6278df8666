// How many words each text has, and all of them; and the language that the browser checks the spelling in.
"use strict";
desk.ready((root, form) => {
  const PAUSE = 500;
  const language = form.elements.language;
  const counts = new Map();
  let segmenter;
  let timer = 0;

  const areas = () => [...form.querySelectorAll("textarea.prose")].filter((area) => !area.name.includes("__prefix__"));
  const isCited = /\[[\d,\s]+\]|\]\([^)]*\)/g;
  const count = (text) => [...segmenter.segment(text.replace(isCited, " "))].filter((part) => part.isWordLike).length;
  const say = (number) => interpolate(ngettext("%s word", "%s words", number), [number.toLocaleString()]);

  // Read when a person comes to the field, never while typing.
  const line = (area) => {
    const id = `${area.id}_words`;
    const known = document.getElementById(id);
    if (known) return known;
    const made = Object.assign(document.createElement("p"), { id, className: "desk-words" });
    (area.closest(".flex-container") ?? area).after(made);
    area.setAttribute("aria-describedby", `${area.getAttribute("aria-describedby") ?? ""} ${id}`.trim());
    return made;
  };

  const show = () => {
    for (const area of areas()) {
      if (counts.get(area)?.text !== area.value) counts.set(area, { text: area.value, number: count(area.value) });
    }
    const numbers = areas().map((area) => counts.get(area).number);
    const all = say(numbers.reduce((sum, number) => sum + number, 0));
    areas().forEach((area, index) => {
      line(area).textContent = interpolate(gettext("%s; %s in all texts"), [say(numbers[index]), all]);
    });
  };

  const tagOf = (typed) => {
    try {
      return Intl.getCanonicalLocales(typed)[0];
    } catch {
      return undefined; // what is typed is no language tag yet
    }
  };

  const speak = () => {
    const tag = tagOf(language.value);
    for (const field of form.querySelectorAll(".prose, .wide.vTextField")) field.lang = tag ?? "";
    segmenter = new Intl.Segmenter(tag, { granularity: "word" });
    counts.clear();
    show();
  };

  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(show, PAUSE);
  };

  if (!language || !Intl.Segmenter) return;
  form.addEventListener("input", wait);
  language.addEventListener("change", speak);
  document.addEventListener("formset:added", speak);
  document.addEventListener("formset:removed", wait);
  speak();
});
