// “[” in a text opens a list of sources: the check's own, those of the newsroom, and a new one.
"use strict";
desk.ready((root, form) => {
  const LONGEST = 60;
  const PATIENCE = 200; // ms without a key before all sources are searched
  const group = document.getElementById("citations-group");
  if (!group) return;

  let open = null; // { area, start, query, items, active, found }
  let timer = 0;

  const element = (name, properties) => Object.assign(document.createElement(name), properties);
  const list = element("ul", { id: "desk-cites", className: "desk-cites", role: "listbox", hidden: true });
  list.setAttribute("aria-label", gettext("Sources to cite"));
  const said = element("p", { className: "desk-spoken", role: "status" });
  form.append(list, said);

  const rows = () =>
    [...group.querySelectorAll(".inline-related[id]")]
      .filter((row) => !row.id.endsWith("-empty") && !row.querySelector("input[name$='-DELETE']")?.checked)
      .map((row) => ({
        row,
        select: row.querySelector("select[name$='-source']"),
        number: row.querySelector("input.label")?.value,
      }))
      .filter(({ select, number }) => select && number);

  const write = (text) => {
    const { area, start } = open;
    const end = area.selectionStart;
    close();
    area.focus();
    area.setSelectionRange(start, end);
    // The old command is the one that the browser can undo.
    if (!document.execCommand("insertText", false, text)) area.setRangeText(text, start, end, "end");
  };

  const addRow = () => {
    const before = new Set(rows().map(({ row }) => row));
    group.querySelector(".add-row a").click();
    return rows().find(({ row }) => !before.has(row));
  };

  const citeOther = (source) => {
    const added = addRow();
    added.select.append(new Option(source.title, source.id, true, true));
    django.jQuery(added.select).trigger("change");
    write(`[${added.number}]`);
  };

  const citeNew = () => {
    const added = addRow();
    write(`[${added.number}]`);
    added.row.querySelector(".add-related").click();
  };

  const items = () => {
    const query = open.query.toLowerCase();
    const own = rows();
    const chosen = new Set(own.map(({ select }) => select.value));
    return [
      ...own
        .map(({ number, select }) => ({
          mark: `[${number}]`,
          title: select.selectedOptions[0]?.text || gettext("no source yet"),
          number,
          choose: () => write(`[${number}]`),
        }))
        .filter(({ title, number }) => number.startsWith(query) || title.toLowerCase().includes(query)),
      ...open.found
        .filter((source) => !chosen.has(String(source.id)))
        .map((source) => ({ mark: "+", title: source.title, from: source.publisher, choose: () => citeOther(source) })),
      { mark: "+", title: gettext("Add a new source…"), choose: citeNew },
    ];
  };

  const mark = (active) => {
    open.active = active;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", index === active));
    open.area.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  };

  const show = () => {
    const wasLast = open.items && open.active === open.items.length - 1 && open.active > 0;
    open.items = items();
    list.replaceChildren(
      ...open.items.map((item, index) => {
        const option = element("li", { id: `desk-cite-${index}`, role: "option" });
        option.append(element("b", { textContent: item.mark }), " ", item.title);
        if (item.from) option.append(" ", element("small", { textContent: item.from }));
        return option;
      }),
    );
    const count = open.items.length - 1;
    said.textContent = interpolate(ngettext("%s source", "%s sources", count), [count]);
    mark(wasLast ? count : Math.min(open.active, count));
  };

  const search = async () => {
    const asked = open;
    const { query } = asked;
    try {
      const response = await fetch(`${root.dataset.sources}?${new URLSearchParams({ q: query })}`, { redirect: "error" });
      const { sources } = await response.json();
      if (open !== asked || open.query !== query) return;
      open.found = sources;
      show();
    } catch {
      // The check's own sources are there without it.
    }
  };

  // A copy of the text up to the bracket, laid out as in the field, knows where that is.
  const place = ({ area, start }) => {
    const copy = document.createElement("div");
    const style = getComputedStyle(area);
    for (const name of ["font", "letterSpacing", "padding", "border", "boxSizing", "width", "direction"]) copy.style[name] = style[name];
    const box = area.getBoundingClientRect();
    Object.assign(copy.style, { position: "fixed", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word" });
    Object.assign(copy.style, { top: `${box.top - area.scrollTop}px`, left: `${box.left}px` });
    const bracket = element("span", { textContent: "[" });
    copy.append(area.value.slice(0, start), bracket);
    document.body.append(copy);
    const at = bracket.getBoundingClientRect();
    copy.remove();
    const isLow = at.bottom + list.offsetHeight > innerHeight && at.top > list.offsetHeight;
    list.style.top = `${isLow ? at.top - list.offsetHeight : at.bottom}px`;
    list.style.left = `${Math.max(0, Math.min(at.left, innerWidth - list.offsetWidth))}px`;
  };

  const close = () => {
    if (!open) return;
    for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant"]) open.area.removeAttribute(name);
    open = null;
    clearTimeout(timer);
    list.hidden = true;
    said.textContent = "";
  };

  const begin = (area) => {
    open = { area, start: area.selectionStart - 1, query: "", active: 0, found: [] };
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", list.id);
    list.hidden = false;
  };

  const refresh = () => {
    const { area, start } = open;
    open.query = area.value.slice(start + 1, area.selectionStart);
    const isOver = area.selectionStart <= start || area.value[start] !== "[" || /[[\]\n]/.test(open.query);
    if (isOver || open.query.length > LONGEST) {
      close();
      return;
    }
    show();
    place(open);
    clearTimeout(timer);
    timer = setTimeout(search, PATIENCE);
  };

  const typed = ({ target, data }) => {
    if (open && open.area !== target) close();
    const before = target.value?.[target.selectionStart - 2];
    // “![” begins a picture.
    if (!open && data === "[" && target.matches("textarea.prose") && before !== "!") begin(target);
    if (open) refresh();
  };

  const KEYS = {
    ArrowDown: () => mark((open.active + 1) % open.items.length),
    ArrowUp: () => mark((open.active + open.items.length - 1) % open.items.length),
    Enter: () => open.items[open.active].choose(),
    Escape: close,
  };

  form.addEventListener("input", typed);
  form.addEventListener("keydown", (event) => {
    if (!open || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    } else if (/^(Arrow|Home|End|Page|Tab)/.test(event.key)) close();
  });
  form.addEventListener("focusout", close);
  form.addEventListener("click", (event) => event.target === open?.area && close());
  window.addEventListener("scroll", close, { passive: true });
  window.addEventListener("resize", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the cursor stays in the text
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role='option']");
    if (option) open.items[[...list.children].indexOf(option)].choose();
  });
});
