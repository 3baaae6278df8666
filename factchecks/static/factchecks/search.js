// Suggests checks while somebody types: a combobox with a list (WAI-ARIA APG). Without it the form works as it is.
"use strict";
(() => {
  const field = document.getElementById("q");
  const list = document.getElementById("suggestions");
  const address = field.form.dataset.suggest;
  let chosen = -1;
  let waiting, asked;

  const choose = (place) => {
    chosen = place;
    [...list.children].forEach((option, number) => option.setAttribute("aria-selected", number === place));
    const option = list.children[place];
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  };

  const show = (options) => {
    list.replaceChildren(...options);
    list.hidden = !options.length;
    field.setAttribute("aria-expanded", !list.hidden);
    choose(-1);
  };

  const option = ({ title, language, url }, number) => {
    const item = document.createElement("li");
    Object.assign(item, { id: `suggestion-${number}`, role: "option", lang: language, dir: "auto", textContent: title });
    item.onmousedown = (event) => event.preventDefault();
    item.onclick = () => location.assign(url);
    return item;
  };

  const suggest = async () => {
    asked?.abort();
    asked = new AbortController();
    const typed = field.value.trim();
    if (typed.length < 2) return show([]);
    try {
      const response = await fetch(`${address}?q=${encodeURIComponent(field.value)}`, { signal: asked.signal });
      show((await response.json()).suggestions.map(option));
    } catch (error) {
      if (error.name !== "AbortError") show([]);
    }
  };

  field.role = "combobox";
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  list.role = "listbox";
  show([]);
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(suggest, 120);
  });
  field.addEventListener("blur", () => show([]));
  field.addEventListener("keydown", (event) => {
    const count = list.children.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && count) choose(((chosen + 1 + step + count + 1) % (count + 1)) - 1);
    else if (event.key === "Enter" && chosen >= 0) list.children[chosen].click();
    else if (event.key === "Escape" && count) show([]);
    else return;
    event.preventDefault();
  });
})();
