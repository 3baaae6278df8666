// The page as readers would see it, beside the text; made again when typing pauses.
"use strict";
desk.ready((root, form) => {
  const PAUSE = 1_500;
  const IS_OPEN = "desk-preview";
  const panel = document.getElementById("desk-preview");
  const said = panel.querySelector("[role='status']");
  const host = panel.querySelector(".desk-preview-page");
  const paper = host.attachShadow({ mode: "open" });
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: root.dataset.stylesheet });
  const page = document.createElement("div");
  paper.append(sheet, page);
  let shown = null;
  let timer = 0;
  let asking = new AbortController();

  const show = (html) => {
    const article = new DOMParser().parseFromString(html, "text/html").querySelector("article.check");
    if (!article) throw new Error();
    for (const link of article.querySelectorAll("a:not([href^='#'])")) link.target = "_blank";
    page.replaceChildren(article);
  };

  const refresh = async () => {
    clearTimeout(timer);
    const fields = desk.fields(form);
    if (panel.hidden || fields === shown) return;
    asking.abort();
    asking = new AbortController();
    try {
      const isPage = (response) => response.ok;
      const response = await desk.post(form, root.dataset.preview, fields, isPage, { signal: asking.signal });
      show(await response.text());
      shown = fields;
      said.textContent = "";
    } catch (error) {
      if (error.name !== "AbortError") said.textContent = gettext("The preview could not be made again.");
    }
  };

  const wait = () => {
    if (panel.hidden) return;
    clearTimeout(timer);
    timer = setTimeout(refresh, PAUSE);
  };

  const toggles = [...form.querySelectorAll(".submit-row button[formaction]")].map((before) => {
    const toggle = Object.assign(document.createElement("button"), { type: "button", className: "button" });
    toggle.textContent = gettext("Preview beside the text");
    toggle.setAttribute("aria-controls", panel.id);
    toggle.addEventListener("click", () => turn(panel.hidden));
    before.after(toggle);
    return toggle;
  });

  const turn = (on) => {
    panel.hidden = !on;
    document.body.classList.toggle("desk-beside", on);
    for (const toggle of toggles) toggle.setAttribute("aria-expanded", on);
    sessionStorage.setItem(IS_OPEN, on ? "1" : "");
    refresh();
  };

  const close = () => {
    turn(false);
    toggles[0]?.focus();
  };

  // A link within the page finds its target only inside of it.
  page.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    event.preventDefault();
    paper.getElementById(decodeURIComponent(link.hash.slice(1)))?.scrollIntoView();
  });
  panel.querySelector("button").addEventListener("click", close);
  panel.addEventListener("keydown", (event) => event.key === "Escape" && close());
  django.jQuery(form).on("input change", wait);
  document.addEventListener("formset:removed", wait);
  turn(sessionStorage.getItem(IS_OPEN) === "1");
});
