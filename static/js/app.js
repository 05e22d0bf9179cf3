"use strict";
// Progressive enhancement only: every action here is also an ordinary form or link.
const live = document.getElementById("live");

function say(text) {
  live.textContent = "";
  setTimeout(() => { live.textContent = text; }, 60);
}

// A refused form moves the focus to its list of errors.
document.querySelector("[data-focus]")?.focus();

// Buttons that open a form in place; without script the form is always visible.
document.querySelectorAll("[data-opens]").forEach((button) => {
  const panel = document.getElementById(button.dataset.opens);
  if (!panel) { return; }
  const show = (open) => {
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  };
  button.setAttribute("aria-controls", panel.id);
  show(panel.dataset.open === "1");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    show(panel.hidden);
    if (!panel.hidden) { panel.querySelector("input:not([type=hidden]), textarea, select")?.focus(); }
  });
  panel.querySelectorAll("[data-closes]").forEach((closer) => {
    closer.hidden = false;
    closer.addEventListener("click", () => { show(false); button.focus(); });
  });
});

// Counters under text areas.
document.querySelectorAll("[data-count]").forEach((area) => {
  const output = document.getElementById(area.dataset.count);
  const update = () => { output.textContent = area.value.length; };
  area.addEventListener("input", update);
  update();
});

// A select that sends its form by itself where the page says so.
document.querySelectorAll("[data-submits]").forEach((control) => {
  control.addEventListener("change", () => control.form.requestSubmit());
});

// A password can be looked at; without script the button stays hidden.
document.querySelectorAll("[data-reveals]").forEach((button) => {
  const input = document.getElementById(button.dataset.reveals);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
});

// Printing; without script the browser's own menu does it.
document.querySelectorAll("[data-prints]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});

// A second press on a button that is already sending does nothing.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sending) { event.preventDefault(); return; }
  event.target.dataset.sending = "1";
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sending]").forEach((form) => { delete form.dataset.sending; });
});

// A page that waits for work in the background looks for its end; without script a link does.
if (document.querySelector("[data-waits]")) {
  const look = setInterval(async () => {
    const answer = await fetch(location.href);
    if (answer.ok && !(await answer.text()).includes("data-waits")) {
      clearInterval(look);
      location.reload();
    }
  }, 3000);
}
