// Ctrl-S or ⌘S saves and goes on where the cursor was.
"use strict";
desk.ready((root, form) => {
  const CURSOR = "desk-cursor";
  const PATIENCE = 30_000;

  const remember = () => {
    const { id, selectionStart, selectionEnd } = document.activeElement;
    sessionStorage.setItem(CURSOR, JSON.stringify({ id, selectionStart, selectionEnd, y: scrollY, at: Date.now() }));
  };

  const goOn = () => {
    const { id, selectionStart, selectionEnd, y, at } = JSON.parse(sessionStorage.getItem(CURSOR) ?? "{}");
    sessionStorage.removeItem(CURSOR);
    const field = id && document.getElementById(id);
    if (!field || Date.now() - at > PATIENCE || document.querySelector(".errornote")) return;
    scrollTo(0, y);
    field.focus({ preventScroll: true });
    if (selectionStart != null) field.setSelectionRange(selectionStart, selectionEnd);
  };

  document.addEventListener("keydown", (event) => {
    const isSave = event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const button = form.querySelector("[name='_continue']");
    if (!isSave || !button) return;
    event.preventDefault();
    if (event.repeat) return;
    remember();
    form.requestSubmit(button);
  });
  goOn();
});
