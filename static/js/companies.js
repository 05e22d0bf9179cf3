"use strict";
// The list of municipalities follows the chosen prefecture; without script any name can be typed.
const names = document.querySelector("[data-municipalities]");
const prefecture = document.querySelector("[name=prefecture_code]");

prefecture?.addEventListener("change", async () => {
  const address = `${names.dataset.municipalities}?prefecture=${encodeURIComponent(prefecture.value)}`;
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) { return; }
  const places = await answer.json();
  names.replaceChildren(...places.map((place) => {
    const option = document.createElement("option");
    option.value = place;
    return option;
  }));
});
