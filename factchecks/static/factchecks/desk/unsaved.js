// Keeps what is typed on the server, apart from the revisions, so that a crash or a closed tab loses nothing.
"use strict";
desk.ready((root, form) => {
  const PAUSE = 10_000; // at least, between two times
  const LOOK = 2_000;
  const LONGEST_SAVE = 30_000;
  const BEYOND_THE_PAGE = 60_000; // bytes that a browser goes on sending when the page is gone
  const keptAt = document.querySelector(".desk-kept-at");
  // The key of this tab: a browser that copies a tab may have put back that of the other.
  form.elements._form.value = root.dataset.form;
  let last = "refused" in root.dataset ? "" : desk.fields(form);
  let sentAt = -Infinity;
  let leaving = false;
  let sending = new AbortController();

  const isKept = (response) => response.status === 204;

  const keep = async ({ atOnce = false } = {}) => {
    if (leaving || (!atOnce && performance.now() - sentAt < PAUSE)) return;
    const fields = desk.fields(form);
    if (fields === last) return;
    last = fields;
    sentAt = performance.now();
    sending = new AbortController();
    try {
      const keepalive = fields.length < BEYOND_THE_PAGE;
      await desk.post(form, root.dataset.unsaved, fields, isKept, { keepalive, signal: sending.signal });
    } catch (error) {
      last = null;
      if (error.name !== "AbortError") desk.trouble("unsaved", error.message);
      return;
    }
    desk.trouble("unsaved", "");
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    keptAt.textContent = interpolate(gettext("Kept at %s, not saved yet"), [time]);
  };

  const discard = async (event) => {
    event.preventDefault();
    const isDone = (response) => response.type === "opaqueredirect";
    const which = new URLSearchParams({ _form: event.target.elements._form.value });
    try {
      await desk.post(form, event.target.action, which, isDone);
    } catch {
      event.target.submit();
      return;
    }
    event.target.closest(".desk-work").remove();
    const next = document.querySelector(".desk-unsaved .button");
    if (!next) document.querySelector(".desk-unsaved").remove();
    (next ?? form.querySelector("[name='question']"))?.focus();
  };

  // What is being saved need not be kept: it would come back as unsaved work.
  const leave = (event) => {
    form.elements.csrfmiddlewaretoken.value = desk.token(form);
    if (event.submitter?.formTarget === "_blank") return;
    leaving = true;
    sending.abort();
    setTimeout(stay, LONGEST_SAVE);
  };
  const stay = () => {
    leaving = false;
  };

  for (const offer of document.querySelectorAll(".desk-unsaved[data-offered] form")) offer.addEventListener("submit", discard);
  form.addEventListener("submit", leave);
  window.addEventListener("pageshow", (event) => event.persisted && stay());
  window.addEventListener("pagehide", () => keep({ atOnce: true }));
  document.addEventListener("visibilitychange", () => document.hidden && keep({ atOnce: true }));
  setInterval(keep, LOOK);
});
