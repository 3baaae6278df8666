// What the scripts of the desk's form share: the form's fields, posting them, and a sentence where that fails.
"use strict";
window.desk = (() => {
  const PATIENCE = 15_000;
  const troubles = new Map();

  const cookie = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

  const why = (status) => {
    if (status === 403) return gettext("You are signed out, or may no longer change this check: what you type is not being kept.");
    if (status === 400 || status === 413) return gettext("This is too long to be kept before you save it.");
    if (status >= 500) return gettext("The server does not answer: what you type is not being kept at the moment.");
    return gettext("You are signed out: what you type is not being kept. Save to sign in again; nothing is lost.");
  };

  return {
    // Calls back once Django's own scripts have run, on a form that may be saved.
    ready(start) {
      const go = () => {
        const root = document.getElementById("desk");
        if (root) start(root, root.closest("form"));
      };
      if (document.readyState === "complete") go();
      else window.addEventListener("load", go);
    },

    // As they would be posted, without the token and files.
    fields(form) {
      const typed = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
      return new URLSearchParams(typed).toString();
    },

    // The token of now: signing in again in another tab has changed it.
    token: (form) => cookie() ?? form.elements.csrfmiddlewaretoken.value,

    // The answer, if `isRight` says that it is one; after an expired sign-in another page comes in its place.
    async post(form, address, body, isRight, options = {}) {
      let response;
      try {
        response = await fetch(address, {
          method: "POST",
          body,
          headers: { "Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": desk.token(form) },
          redirect: "manual",
          signal: AbortSignal.timeout(PATIENCE),
          ...options,
        });
      } catch (error) {
        throw error.name === "AbortError" ? error : new Error(why(503));
      }
      if (!isRight(response)) throw new Error(why(response.status));
      return response;
    },

    // One line for all jobs; an empty sentence takes back what the job had said.
    trouble(job, sentence) {
      troubles.set(job, sentence);
      const line = document.querySelector(".desk-trouble");
      const text = [...troubles.values()].find(Boolean) ?? "";
      if (line.textContent !== text) line.textContent = text;
    },
  };
})();
