"use strict";
// The day of an event: countdown, the reader's own zone, a board that keeps itself fresh.

const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
const format = new Intl.DateTimeFormat(document.documentElement.lang, {
  month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
});

// The time in the reader's own zone stands beside Japan's, where the two differ.
function showOwnZone(root) {
  root.querySelectorAll("time[data-local]").forEach((time) => {
    const at = new Date(time.dateTime);
    const offset = -at.getTimezoneOffset();
    if (offset === 540 || time.dataset.local === "shown") { return; }
    time.dataset.local = "shown";
    time.append(` (${format.format(at)} ${own})`);
  });
}
showOwnZone(document);

// The text of the server stands until the first tick. The clock of the server decides.
document.querySelectorAll("[data-countdown]").forEach((output) => {
  const ahead = new Date(output.dataset.now) - Date.now();
  const until = new Date(output.dataset.countdown);
  const tick = () => {
    const seconds = Math.round((until - Date.now() - ahead) / 1000);
    if (seconds <= 0) {
      clearInterval(timer);
      if (seconds > -5) { location.reload(); }
      return;
    }
    const hours = Math.floor(seconds / 3600);
    const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
    output.textContent = (hours ? [hours, ...parts] : parts).join(":");
  };
  const timer = setInterval(tick, 1000);
});

// The board asks every few seconds whether it is behind. What somebody is filling in stays.
const board = document.querySelector("[data-board]");
if (board) {
  const busy = () => board.querySelector("details[open] :is(input, select, textarea, button):focus, details[open][data-form]");
  setInterval(async () => {
    if (document.hidden || busy()) { return; }
    let answer;
    try {
      const state = board.querySelector("[data-state]").dataset.state;
      answer = await fetch(`${board.dataset.board}&state=${encodeURIComponent(state)}`);
    } catch { return; }
    if (answer.status !== 200 || busy()) { return; }
    const focused = document.activeElement?.id;
    board.innerHTML = await answer.text();
    showOwnZone(board);
    if (focused) { document.getElementById(focused)?.focus(); }
  }, 4000);
}
