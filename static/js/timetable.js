"use strict";
// Picking, placing and dragging on the board. Every step is also a link or a form of the page itself.
(() => {
  const grid = document.getElementById("grid");
  if (!grid) { return; }
  const picked = document.getElementById("picked");
  if (picked) {
    say(picked.textContent);
    grid.querySelector(".mt[aria-current], .go")?.focus({ preventScroll: true });
  } else if (/^#c\d+$/.test(location.hash)) {
    const target = document.querySelector(location.hash);
    (target?.matches("a") ? target : target?.querySelector("a"))?.focus();
  }

  const cellsOf = (row) => [...row.cells].filter((cell) => !cell.matches(".lunch, .rh"));
  const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
  grid.addEventListener("keydown", (event) => {
    const from = event.target.closest(".mt, .go");
    const by = step[event.key];
    if (!from || !by || event.altKey || event.ctrlKey || event.metaKey) { return; }
    event.preventDefault();
    const rows = [...grid.tBodies[0].rows];
    let down = rows.indexOf(from.closest("tr"));
    let across = cellsOf(rows[down]).indexOf(from.closest("td"));
    for (;;) {
      down += by[0];
      across += by[1];
      const cell = rows[down] && cellsOf(rows[down])[across];
      if (!cell) { return; }
      const next = cell.querySelector("a.mt, .go");
      if (next) { next.focus(); return; }
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select")) { return; }
    if (event.key === "Escape") { document.querySelector("[data-stop]")?.click(); }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      const button = document.querySelector(event.shiftKey ? "[data-redo]" : "[data-undo]");
      if (button) { event.preventDefault(); button.click(); }
    }
  });

  // Dragging asks for the same page as a click and shows its free cells around the dragged meeting.
  let dragged = null;
  grid.addEventListener("dragstart", async (event) => {
    const meeting = event.target.closest("a.mt");
    if (!meeting) { return; }
    dragged = meeting;
    event.dataTransfer.setData("text/plain", meeting.textContent);
    event.dataTransfer.effectAllowed = "move";
    const answer = await fetch(meeting.href);
    if (!answer.ok || dragged !== meeting) { return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const shown = page.getElementById("grid");
    if (!shown) { return; }
    [...grid.tBodies[0].rows].forEach((row, index) => {
      const fresh = shown.tBodies[0].rows[index];
      if (!fresh || !fresh.classList.contains("cur")) { return; }
      row.classList.add("cur");
      [...row.cells].forEach((cell, place) => {
        if (!cell.querySelector(".mt") && fresh.cells[place]) { cell.innerHTML = fresh.cells[place].innerHTML; }
      });
    });
    grid.classList.add("moving");
  });
  grid.addEventListener("dragover", (event) => {
    const target = dragged && event.target.closest("td")?.querySelector(".go");
    if (target) { event.preventDefault(); }
  });
  grid.addEventListener("drop", (event) => {
    const target = dragged && event.target.closest("td")?.querySelector(".go");
    if (target) { event.preventDefault(); dragged = null; target.click(); }
  });
  grid.addEventListener("dragend", () => {
    if (dragged) { dragged = null; location.reload(); }
  });
})();
