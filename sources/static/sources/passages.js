// A passage that is selected in a kept text goes into the field, at the press of a button.
"use strict";
(() => {
  const text = document.getElementById("kept-text");
  const field = document.getElementById("id_passage");
  const take = document.querySelector(".kept-take");
  const said = document.querySelector("[data-taken]");
  if (!text || !field || !take || !said) return;

  const WORD = /[\p{L}\p{N}\p{M}]/u;
  // Scripts that put no space between words: there a word's ends are not seen.
  const UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/;
  let selected = null;
  let uncovering = 0;

  const inWord = (text, at) => WORD.test(text[at] ?? "") && !UNSPACED.test(text[at]);

  // Half a word is no passage: a selection that begins or ends inside of one is the whole of it.
  const withWholeWords = (range) => {
    const { startContainer, endContainer } = range;
    let { startOffset, endOffset } = range;
    if (startContainer.nodeType === Node.TEXT_NODE) {
      const { data } = startContainer;
      while (startOffset > 0 && inWord(data, startOffset) && inWord(data, startOffset - 1)) startOffset -= 1;
      range.setStart(startContainer, startOffset);
    }
    if (endContainer.nodeType === Node.TEXT_NODE) {
      const { data } = endContainer;
      while (endOffset > 0 && inWord(data, endOffset) && inWord(data, endOffset - 1)) endOffset += 1;
      range.setEnd(endContainer, endOffset);
    }
    return range;
  };

  const words = (range) => {
    const piece = range.cloneContents();
    const lines = [...piece.querySelectorAll("p")].map((line) => line.textContent);
    return (lines.length ? lines.join("\n") : piece.textContent).trim();
  };

  take.hidden = false;
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    if (!text.contains(range.commonAncestorContainer)) return;
    selected = range.cloneRange();
    take.disabled = false;
    take.classList.add("kept-offered");
    clearTimeout(uncovering);
    uncovering = setTimeout(uncover, 300);
  });

  // On a small screen the button is a bar at the bottom: the end of what is selected comes out from under it.
  const uncover = () => {
    if (getComputedStyle(take).position !== "fixed") return;
    const under = selected.getBoundingClientRect().bottom - take.getBoundingClientRect().top;
    if (under > 0 && under <= take.offsetHeight) scrollBy(0, under + 8);
  };

  take.addEventListener("click", () => {
    if (!selected) return;
    field.value = words(withWholeWords(selected.cloneRange()));
    take.classList.remove("kept-offered");
    field.focus();
    field.scrollIntoView({ block: "center" });
    said.textContent = "";
    requestAnimationFrame(() => (said.textContent = said.dataset.taken));
  });

  // Beside the text the field has its own place; above it, the answer is read first.
  const isBeside = matchMedia("(min-width: 64rem)").matches;
  if (isBeside || !location.hash) document.getElementById("passage")?.scrollIntoView({ block: "center" });
})();
