// Keeps the supporters' goal current. What the page came with stands until a better answer arrives; while none does,
// the page says as of when its numbers are.
"use strict";
(() => {
  const PAUSE = 60_000;
  const PATIENCE = 10_000;
  const goal = document.querySelector("[data-goal-address]");
  if (!goal) return;

  const parts = [...goal.querySelectorAll("[data-goal]")];
  const bar = goal.querySelector("progress");
  const time = goal.querySelector("time");
  const clock = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  let asked = -Infinity;

  const isComplete = (answer) =>
    Number.isFinite(answer.percent) && parts.every((part) => typeof answer[part.dataset.goal] === "string");

  const ask = async () => {
    const response = await fetch(goal.dataset.goalAddress, { signal: AbortSignal.timeout(PATIENCE) });
    const answer = await response.json();
    if (!response.ok || !isComplete(answer)) throw new Error("No goal in the answer.");
    return answer;
  };

  const show = (answer) => {
    for (const part of parts) part.textContent = answer[part.dataset.goal];
    bar.value = answer.percent;
    time.dateTime = new Date().toISOString();
    goal.classList.remove("goal-stale");
  };

  const admit = () => {
    time.textContent = clock.format(new Date(time.dateTime));
    goal.classList.add("goal-stale");
  };

  const refresh = () => {
    if (document.hidden || performance.now() - asked < PAUSE) return;
    asked = performance.now();
    ask().then(show).catch(admit);
  };

  refresh();
  setInterval(refresh, PAUSE / 12);
  document.addEventListener("visibilitychange", refresh);
})();
