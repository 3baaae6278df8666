// Says who else has the check open, and when somebody has saved it meanwhile.
"use strict";
desk.ready((root, form) => {
  const PAUSE = 15_000;
  const shown = root.querySelector(".desk-others");
  if (!root.dataset.presence) return;

  const isAnswer = (response) => response.ok && response.headers.get("content-type")?.startsWith("application/json");

  const show = (notice) => {
    const template = document.createElement("template");
    template.innerHTML = notice;
    const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
    // Only what is new is spoken.
    if (words(template.content) !== words(shown)) shown.replaceChildren(template.content);
  };

  const beat = async () => {
    if (document.hidden) return;
    try {
      const body = new URLSearchParams({ base: form.elements.base.value });
      const answer = await (await desk.post(form, root.dataset.presence, body, isAnswer)).json();
      show(answer.notice);
      desk.trouble("presence", "");
    } catch (error) {
      desk.trouble("presence", error.message);
    }
  };

  setInterval(beat, PAUSE);
  document.addEventListener("visibilitychange", beat);
});
