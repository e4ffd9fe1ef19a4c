/* A table is looked at first; only what has no complaint can then be taken in. */

import { newKey, upload } from "./wire.js";

const { url, texts } = JSON.parse(document.getElementById("page-data").textContent);
const el = (id) => document.getElementById(id);
let key = newKey();

function fill(pattern, facts) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
}

function say(message, tone = "bad") {
  el("import-message").textContent = message;
  el("import-message").className = `message ${tone}`;
}

function list(errors) {
  el("report").hidden = !errors.length;
  el("report-rows").replaceChildren(
    ...errors.map((error) => {
      const row = document.createElement("tr");
      for (const text of [error.row, error.column || "–", error.detail]) {
        const cell = document.createElement("td");
        cell.textContent = text;
        row.append(cell);
      }
      return row;
    }),
  );
}

async function bring(dryRun) {
  const file = el("file").files[0];
  if (!file) return say(texts.choose);
  const form = new FormData();
  form.append("file", file);
  form.append("dry_run", String(dryRun));
  for (const button of ["look", "import"]) el(button).disabled = true;
  say(dryRun ? texts.looking : texts.importing, "waiting");
  const told = await upload(url, form, { key: dryRun ? null : key, organization: el("organization").value });
  for (const button of ["look", "import"]) el(button).disabled = false;
  if (told === null) return say(texts.no_answer);
  show(told, dryRun);
}

function show({ status, body }, dryRun) {
  el("import").hidden = true;
  list(body.errors?.filter((error) => error.row) ?? []);
  if (status === 201) {
    const count = (outcome) => body.results.filter((one) => one.outcome === outcome).length;
    key = newKey();
    return say(fill(texts.done, { created: count("created"), existing: count("existing") }), "good");
  }
  if (status !== 200) return say(body.detail ?? `HTTP ${status}`);
  if (body.refused) return say(fill(texts.refused, body));
  say(fill(texts.fine, body), "good");
  el("import").textContent = fill(texts.import, body);
  el("import").hidden = !dryRun || !body.rows;
}

el("import-form").hidden = false;
el("import-form").addEventListener("submit", (event) => {
  event.preventDefault();
  bring(true);
});
el("import").addEventListener("click", () => bring(false));
el("file").addEventListener("change", () => {
  key = newKey();
  el("import").hidden = true;
  say("");
  list([]);
});
