// Keeps the supporters' goal current. What the page came with stands until a better answer arrives; while none does,
// the page says as of when its numbers are.
"use strict";
(() => {
  const PAUSE = 30_000;
  const LONGEST_PAUSE = 15 * 60_000;
  const QUIET = 2 * 60_000; // at least so long between two things said aloud
  const goal = document.querySelector("[data-goal-address]");
  if (!goal) return;

  const parts = [...goal.querySelectorAll("[data-goal]")];
  const bar = goal.querySelector("progress");
  const label = goal.querySelector(".goal-label");
  const aloud = goal.querySelector("[role=status]");
  const time = goal.querySelector("time");
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  let known = false;
  let failures = 0;
  let due = 0;
  let said = -QUIET;
  let timer;
  let asking;

  const isComplete = (answer) =>
    Number.isFinite(answer.percent) && parts.every((part) => typeof answer[part.dataset.goal] === "string");

  // "no-cache" has the browser ask whether what it has is still right: mostly 304 and no body.
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const response = await fetch(goal.dataset.goalAddress, { cache: "no-cache", signal: asking.signal });
    const answer = await response.json();
    if (!response.ok || !isComplete(answer)) throw new Error("No goal in the answer.");
    return answer;
  };

  const show = (answer) => {
    const before = label.textContent;
    for (const part of parts) part.textContent = answer[part.dataset.goal];
    bar.value = answer.percent;
    time.dateTime = new Date().toISOString();
    goal.classList.remove("goal-stale");
    failures = 0;
    if (known && label.textContent !== before && performance.now() - said >= QUIET) {
      said = performance.now();
      aloud.textContent = label.textContent.trim();
    }
    known = true;
  };

  const admit = () => {
    time.textContent = clock.format(new Date(time.dateTime));
    goal.classList.add("goal-stale");
    failures += 1;
  };

  // Never in a tab that nobody sees.
  const wait = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(refresh, Math.max(0, due - performance.now()));
  };
  // Not all at the same moment, and ever more seldom while there is no answer.
  const plan = () => {
    due = performance.now() + Math.min(PAUSE * 2 ** failures, LONGEST_PAUSE) * (0.8 + 0.4 * Math.random());
    wait();
  };
  // Planned before it is asked: an answer that does not come is given up when the next is asked for.
  const refresh = () => {
    plan();
    ask().then(show, admit).then(plan);
  };

  document.addEventListener("visibilitychange", wait);
  addEventListener("online", () => {
    due = 0;
    wait();
  });
  wait();
})();
