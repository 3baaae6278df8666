// A note goes out without leaving the page: what is typed into the check's own form stays there.
"use strict";
(() => {
  // Until it is sent, a note outlives a save of the check's own form and a reload.
  const remember = (form) => sessionStorage.setItem(form.action, form.elements.text.value);
  const recall = () => {
    const text = document.querySelector(".notes-form")?.elements.text;
    if (text) text.value ||= sessionStorage.getItem(text.form.action) ?? "";
  };

  const send = async (event) => {
    const form = event.target.closest(".notes-form");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const notes = page.querySelector(".notes");
      if (!notes) throw new Error("No notes in the answer.");
      form.closest(".notes").replaceWith(notes);
      remember(notes.querySelector(".notes-form"));
      notes.querySelector("textarea").focus();
    } catch {
      button.disabled = false;
      form.querySelector("[role=alert]")?.remove();
      const alert = document.createElement("p");
      alert.className = "errornote";
      alert.setAttribute("role", "alert");
      alert.textContent = gettext("The note was not saved. Check your connection and your sign-in, then send it again.");
      form.prepend(alert);
    }
  };
  document.addEventListener("submit", send);
  document.addEventListener("input", ({ target }) => target.form?.matches(".notes-form") && remember(target.form));
  document.addEventListener("DOMContentLoaded", recall);
})();
