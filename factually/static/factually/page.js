// A check's page: which finding is being read, and a card for each citation. Without it the list of findings and the
// citations are links, and all is there.
"use strict";

(() => {
  const outline = document.querySelector("[data-outline]");
  if (!outline) return;

  const links = new Map([...outline.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const mark = (id) => {
    for (const [name, link] of links) {
      if (name === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };

  // The last finding that begins above a line a quarter down the window is being read. Asked whenever one crosses it.
  const findings = [...links.keys()].map((id) => document.getElementById(id));
  const observer = new IntersectionObserver(
    () => mark(findings.findLast((finding) => finding.getBoundingClientRect().top < innerHeight / 4)?.id),
    { rootMargin: "0px 0px -75% 0px" },
  );
  for (const finding of findings) observer.observe(finding);
})();

(() => {
  const template = document.getElementById("card");
  if (!template || !HTMLElement.prototype.showPopover) return;

  const SOON = 120; // ms that a pointer rests on a citation before its card opens
  const PATIENCE = 300; // ms that it may take from the citation to the card
  const MARGIN = 8; // px between the card and whatever it must not touch
  let card = null;
  let citation = null;
  let waiting = 0;
  let touched = false;

  const citationAt = (place) => place?.closest?.("a.citation") ?? null;
  const isOurs = (place) => Boolean(card && place && (card.contains(place) || citation.contains(place)));

  const made = (link) => {
    const source = document.querySelector(link.hash);
    if (!source) return null;
    const note = template.content.firstElementChild.cloneNode(true);
    const finding = link.closest(".finding")?.id;
    const quotations = [...source.querySelectorAll(".quotation")];
    const quotation = quotations.find((each) => finding && each.querySelector(`[href="#${finding}"]`)) ?? quotations[0];
    const told = [...source.querySelectorAll("[data-card]")];
    const parts = told.filter((each) => !quotations.includes(each) || each === quotation);
    note.prepend(...parts.map((each) => each.cloneNode(true)));
    for (const publisher of note.querySelectorAll(".source-publisher a")) publisher.replaceWith(publisher.textContent);
    note.setAttribute("aria-label", link.getAttribute("aria-label"));
    note.querySelector(".note-way a").href = link.hash;
    note.id = "note";
    return note;
  };

  // Beside the citation, below it or else above, within the window. It scrolls with the text.
  const place = () => {
    const box = citation.getClientRects()[0];
    const { clientWidth, clientHeight } = document.documentElement;
    const { offsetWidth, offsetHeight } = card;
    const isTight = box.bottom + MARGIN + offsetHeight > clientHeight && box.top - MARGIN - offsetHeight > 0;
    const start = box.left + box.width / 2 - offsetWidth / 2;
    const left = Math.max(MARGIN, Math.min(start, clientWidth - offsetWidth - MARGIN));
    card.style.left = `${left + scrollX}px`;
    card.style.top = `${(isTight ? box.top - offsetHeight - MARGIN : box.bottom + MARGIN) + scrollY}px`;
  };

  const close = () => {
    clearTimeout(waiting);
    card?.remove();
    citation?.removeAttribute("aria-describedby");
    card = citation = null;
  };

  const open = (link) => {
    clearTimeout(waiting);
    if (citation === link) return;
    close();
    card = made(link);
    if (!card) return;
    citation = link;
    link.after(card); // the next stop of the Tab key
    link.setAttribute("aria-describedby", card.id);
    card.showPopover();
    place();
  };

  const later = (what, ms) => {
    clearTimeout(waiting);
    waiting = setTimeout(what, ms);
  };
  const closeUnlessUsed = () => {
    if (!isOurs(document.activeElement)) close();
  };

  document.addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch") return;
    const link = citationAt(target);
    if (isOurs(target)) clearTimeout(waiting);
    else if (link) later(() => open(link), SOON);
    else if (card) later(closeUnlessUsed, PATIENCE);
    else clearTimeout(waiting);
  });
  document.addEventListener("pointerdown", ({ target, pointerType }) => {
    touched = pointerType === "touch";
    if (!isOurs(target)) close();
  });
  document.addEventListener("focusin", ({ target }) => {
    const link = citationAt(target);
    if (link?.matches(":focus-visible") && !touched) open(link);
    else if (!isOurs(target)) close();
  });
  // The first tap opens the card, the second follows the link.
  document.addEventListener("click", (event) => {
    const link = citationAt(event.target);
    if (touched && link && link !== citation) {
      event.preventDefault();
      open(link);
    } else if (link || event.target.closest?.(".note-way")) {
      close();
    }
    touched = false;
  });
  document.addEventListener("keydown", (event) => {
    touched = false;
    if (event.key !== "Escape" || !card) return;
    if (card.contains(document.activeElement)) citation.focus();
    close();
  });
  addEventListener("resize", close);

  document.getElementById("address")?.addEventListener("focus", ({ target }) => target.select());
})();
