/* Thumbs up or down for a suggested match. Said again, it replaces what was said before. */

import { newKey, send } from "./wire.js";

function show(buttons, useful) {
  for (const button of buttons)
    button.setAttribute("aria-pressed", String(button.dataset.useful === String(useful)));
}

for (const place of document.querySelectorAll(".opinion")) {
  const buttons = place.querySelectorAll("button");
  place.hidden = false;
  for (const button of buttons)
    button.addEventListener("click", async () => {
      const useful = button.dataset.useful === "true";
      const content = { achievement: Number(place.dataset.achievement), useful };
      for (const one of buttons) one.disabled = true;
      const told = await send(place.dataset.url, content, { key: newKey(), onWait: () => {} });
      for (const one of buttons) one.disabled = false;
      if (told.status === 200) show(buttons, useful);
    });
}
