// The desk's form: order rows by drag or by buttons, number them as they will be, and lead to what stops publication.
"use strict";
(() => {
  const POSITION = "input[name$='-position']";
  const LABEL = "input.label";

  const rowsOf = (group) =>
    [...group.querySelectorAll(".inline-related[id], tr.form-row[id]")].filter(
      (row) => !row.id.endsWith("-empty") && row.querySelector(POSITION),
    );
  const deleted = (row) => row.querySelector("input[name$='-DELETE']")?.checked ?? false;

  // The number that texts use for a source: the saved one; a new row takes the next that is free.
  const label = (group, row) => {
    const input = row.querySelector(LABEL);
    if (!input.value) {
      const taken = rowsOf(group).map((other) => Number(other.querySelector(LABEL).value) || 0);
      input.value = Math.max(0, ...taken) + 1;
    }
    return Number(input.value);
  };

  const number = (group) => {
    let place = 0;
    for (const row of rowsOf(group)) {
      if (!deleted(row)) place += 1;
      row.querySelector(POSITION).value = place;
      const shown = row.querySelector(".desk-number");
      if (!row.querySelector(LABEL)) {
        shown.textContent = deleted(row) ? "–" : `${place}.`;
        continue;
      }
      const written = group.id.startsWith("citations") ? (n) => `[${n}]` : String;
      const mark = label(group, row);
      const after = mark === place ? "" : ` → ${written(place)} ${group.dataset.afterSaving}`;
      shown.textContent = `${written(mark)}${deleted(row) ? "" : after}`;
    }
  };

  // A form that comes back with what was typed has the rows as they were made: put them as they were ordered.
  const arrange = (group) => {
    const place = (row) => Number(row.querySelector(POSITION).value) || Infinity;
    const rows = rowsOf(group);
    const sorted = rows.toSorted((one, other) => place(one) - place(other) || 0);
    if (sorted.some((row, index) => row !== rows[index])) rows.at(-1).after(...sorted);
  };

  const changed = (row) => row.dispatchEvent(new Event("change", { bubbles: true }));

  const move = (group, row, step) => {
    const rows = rowsOf(group);
    const other = rows[rows.indexOf(row) + step];
    if (!other) return;
    if (step < 0) other.before(row);
    else other.after(row);
    changed(row);
  };

  const button = (text, name, action) => {
    const element = document.createElement("button");
    element.type = "button";
    element.textContent = text;
    element.setAttribute("aria-label", name);
    element.title = name;
    element.addEventListener("click", () => {
      action();
      element.focus();
    });
    return element;
  };

  const grip = (group, row) => {
    const element = document.createElement("span");
    element.className = "desk-grip";
    element.textContent = "⠿";
    element.draggable = true;
    element.title = gettext("Drag to reorder");
    element.addEventListener("dragstart", (event) => {
      group.dragged = row;
      row.classList.add("desk-row-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    });
    element.addEventListener("dragend", () => {
      row.classList.remove("desk-row-dragged");
      group.dragged = null;
      changed(row);
    });
    return element;
  };

  const overRow = (group, row) => (event) => {
    const dragged = group.dragged;
    if (!dragged || dragged === row) return;
    event.preventDefault();
    const box = row.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) row.before(dragged);
    else row.after(dragged);
  };

  const decorate = (group, row) => {
    if (row.querySelector(".desk-order")) return;
    const bar = document.createElement("span");
    bar.className = "desk-order";
    bar.append(
      button("↑", gettext("Move up"), () => move(group, row, -1)),
      button("↓", gettext("Move down"), () => move(group, row, 1)),
      grip(group, row),
    );
    const shown = document.createElement("span");
    shown.className = "desk-number";
    const head = row.querySelector("h3") ?? row.querySelector("td.original");
    head.prepend(shown);
    head.append(bar);
    row.addEventListener("dragover", overRow(group, row));
    row.addEventListener("drop", (event) => event.preventDefault());
    row.addEventListener("change", () => number(group));
  };

  // What a person types into: the first field that is seen at a place of the form, be it the place itself.
  const FIELDS = "input:not([type=hidden], [name$='-DELETE']), textarea, select, .select2-selection, .add-row a";
  const fieldAt = (place, near = []) =>
    [place, ...near, ...place.querySelectorAll(FIELDS)].find(
      (element) =>
        element.matches(FIELDS) &&
        !element.classList.contains("select2-hidden-accessible") &&
        element.checkVisibility(),
    );

  const prepare = (group) => {
    if (!group.querySelector(POSITION)) return;
    group.dataset.afterSaving = gettext("after saving");
    const refresh = () => {
      rowsOf(group).forEach((row) => decorate(group, row));
      number(group);
    };
    arrange(group);
    refresh();
    group.closest("form").addEventListener("submit", () => number(group));
    document.addEventListener("formset:added", (event) => {
      if (!group.contains(event.target)) return;
      event.target.querySelector(LABEL)?.removeAttribute("value");
      refresh();
      // Who asked for the row goes on in it; a source that is added from within a text leaves one there.
      if (document.activeElement.closest(".add-row")) fieldAt(event.target)?.focus();
    });
    document.addEventListener("formset:removed", refresh);
  };

  // A link of the panel opens what hides its field, and puts the cursor into it.
  const lead = (event) => {
    const link = event.target.closest(".desk-problems a[href^='#']");
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    target.closest("details")?.setAttribute("open", "");
    const field = fieldAt(target, target.parentElement?.querySelectorAll(".select2-selection"));
    if (field) {
      event.preventDefault();
      target.scrollIntoView({ block: "center" });
      field.focus();
    }
  };

  const start = () => {
    document.querySelectorAll(".js-inline-admin-formset").forEach(prepare);
    document.addEventListener("click", lead);
  };
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
