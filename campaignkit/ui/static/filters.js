// The sidebar, the chips above the table, and what is said when nothing matches.
// The kernel's filter is the only state. The sidebar shows it, except where a wish of this user is still on its way.

const FIELDS = { search: "Search", period: "Period", statuses: "Status", modes: "Mode", workspaces: "Workspace" };
const TYPING_PAUSE = 250;
const ANSWER_TIME = 1500;
const GHOST_OPTIONS = {
  period: [46, 54, 50, 62, 66], statuses: [40, 58, 54, 50, 46, 40, 62, 44, 50], modes: [62, 48, 52, 48],
};

function filterForm(uid, wish) {
  const search = h("input", { class: "field", type: "search", id: `${uid}-search`, "data-field": "search",
    placeholder: "Campaign ID or sender", autocomplete: "off", spellcheck: "false" });
  const groups = h("div", { class: "groups" });
  const node = h("form", { class: "side", "aria-label": "Filters" },
    h("fieldset", { "data-group": "search" },
      h("legend", {}, h("label", { for: `${uid}-search` }, FIELDS.search)), search),
    groups);
  const wished = new Map();      // field -> { value, until }: asked for and not yet answered
  let latest = null;
  let typing = null;
  let settling = null;

  function ask(field, value) {
    wished.set(field, { value: JSON.stringify([value].flat().sort()), until: Date.now() + ANSWER_TIME });
    clearTimeout(settling);
    settling = setTimeout(show, ANSWER_TIME + 10);      // the kernel has the last word, whatever was wished
    wish({ event: "filter", field, value });
  }

  function sendSearch() {
    clearTimeout(typing);
    typing = null;
    ask("search", search.value);
  }

  function forget(field) {
    const fields = field ? [field] : Object.keys(FIELDS);
    fields.forEach((name) => wished.delete(name));
    if (!fields.includes("search")) return;
    clearTimeout(typing);
    typing = null;
    search.value = "";
  }

  // What choosing this option would wish for, or null.
  function wishOf(input) {
    const { type, checked, value, dataset: { field } } = input;
    if (type === "radio") return checked ? null : { event: "filter", field, value };
    const chosen = inputsOf(node, field).filter((one) => one.checked !== (one === input));
    return { event: "filter", field, value: chosen.map((one) => one.value) };
  }

  function checkedValues(field) {
    return inputsOf(node, field).filter((input) => input.checked).map((input) => input.value);
  }

  function show() {
    if (!latest) return;
    for (const field of Object.keys(FIELDS)) if (!outstanding(field)) showField(field);
  }

  function outstanding(field) {
    const asked = wished.get(field);
    if (!asked) return false;
    const answered = asked.value === JSON.stringify([latest[field] ?? []].flat().sort());
    if (answered || Date.now() >= asked.until) wished.delete(field);
    return wished.has(field);
  }

  function showField(field) {
    if (field === "search") {
      // Whoever is in the field owns its text; it is brought in line when they leave.
      if (typing || search.getRootNode().activeElement === search) return;
      if (search.value !== (latest.search ?? "")) search.value = latest.search ?? "";
      return;
    }
    const values = [latest[field] ?? []].flat();
    for (const input of inputsOf(node, field)) input.checked = values.includes(input.value);
  }

  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(sendSearch, TYPING_PAUSE);
  });
  search.addEventListener("blur", () => show());
  node.addEventListener("change", ({ target }) => {
    if (target.type === "radio") ask(target.dataset.field, target.value);
    if (target.type === "checkbox") ask(target.dataset.field, checkedValues(target.dataset.field));
  });
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    flush();
  });

  // What was typed is wished for now, before whatever comes next.
  function flush() {
    if (typing) sendSearch();
  }

  return {
    node,
    forget,
    flush,
    wishOf,
    sync(scope, listing, figures) {
      latest = listing.filter;
      patch(groups, optionGroups(uid, scope.options, listing.facets, figures));
      show();
    },
    // Before the first answer: the groups in grey.
    bare() {
      patch(groups, ["period", "statuses", "modes"].map((field) => h("fieldset", {}, h("legend", {}, FIELDS[field]),
        GHOST_OPTIONS[field].map((width) => h("span", { class: "skel", style: `--w:${width}%` })))));
    },
    focus(field) {
      const inputs = inputsOf(node, field);
      (inputs.find((input) => input.checked) ?? inputs[0])?.focus();
      if (field === "search") search.select();
    },
    dispose() {
      clearTimeout(typing);
      clearTimeout(settling);
    },
  };
}

function inputsOf(form, field) {
  return [...form.querySelectorAll("input")].filter((input) => input.dataset.field === field);
}

function optionGroups(uid, options, facets, figures) {
  const modes = figures.listed && !figures.modes_known ? lackingGroup("modes")
    : optionGroup(uid, "modes", "checkbox", options.modes, facets?.modes);
  return [
    optionGroup(uid, "period", "radio", options.periods),
    optionGroup(uid, "statuses", "checkbox", options.statuses, facets?.statuses, true),
    modes,
    options.workspaces?.length > 0
      && optionGroup(uid, "workspaces", "checkbox", options.workspaces, facets?.workspaces),
  ];
}

function lackingGroup(field) {
  return h("fieldset", { "data-group": field }, h("legend", {}, FIELDS[field]), notProvided());
}

// The count behind a value is what the list would show if it were the only one chosen in its group.
function optionGroup(uid, field, type, options, counts, dots = false) {
  return h("fieldset", { "data-group": field }, h("legend", {}, FIELDS[field]),
    (options ?? []).map(({ value, label, tip }) => {
      const name = label ?? value;
      const count = counts?.[value];
      return h("label", { class: "opt", title: tip ?? (name.length > 20 ? name : null) },
        h("input", { type, name: `${uid}-${field}`, value, "data-field": field,
          "aria-label": count === undefined ? null : `${name}, ${figure(count)}` }),
        dots && h("span", { class: "dot", "data-s": value, "aria-hidden": "true" }),
        h("span", { class: "word" }, name),
        count !== undefined && h("span", { class: count ? "n" : "n zero", "aria-hidden": "true" }, figure(count)));
    }));
}

// ---- above the table

function filterBar(listing, open, mayAct) {
  const chips = listing.chips ?? [];
  return [
    h("button", { type: "button", class: "btn small filters-btn", "data-do": "fold", "aria-expanded": String(open) },
      "Filters", chips.length > 0 && h("b", {}, chips.length)),
    h("span", { class: "chips row" }, chips.map(chip),
      chips.length > 0 && h("button", { type: "button", class: "clear", "data-do": "clear",
        "aria-label": "Clear all filters", title: "Clear all filters" }, "×")),
    h("span", { class: "grow" }),
    mayAct && listing.filter.view === "campaigns" && chips.length > 0 && listing.total > 0 &&
      h("button", { type: "button", class: "btn quiet small", "data-do": "archive-count",
        title: "Archive what can be of the campaigns that match" }, "Archive these…"),
    h("button", { type: "button", class: "btn quiet small copyas", "data-do": "copy-as", "aria-haspopup": "menu",
      title: "Copy this list as code, as a command or as a link" }, "Copy as…"),
    h("span", { class: "sub cnt", role: "status" }, matchCount(listing)),
  ];
}

function chip({ field, text }) {
  const name = FIELDS[field] ?? field;
  return h("span", { class: "chip", "data-id": `chip-${field}` },
    h("button", { type: "button", class: "text", "data-do": "edit", "data-field": field,
      "aria-label": `Edit filter ${name}`, title: text }, text),
    h("button", { type: "button", class: "drop", "data-do": "drop", "data-field": field,
      "aria-label": `Remove filter ${name}`, title: `Remove filter ${name}` }, "×"));
}

function matchCount({ chips, total, unfiltered }) {
  if (!chips?.length) return [h("b", {}, figure(total)), total === 1 ? " campaign" : " campaigns"];
  if (total === 0) return [h("b", {}, "0"), ` of ${plural(unfiltered, "campaign", "campaigns")} match`];
  return [h("b", {}, figure(total)), total === 1 ? " campaign matches" : " campaigns match"];
}

function emptyState({ chips, dropping }) {
  if (!chips?.length) {
    return [h("h2", {}, "No campaigns yet"),
      h("p", { class: "sub" }, "They appear here once a moderator approves them.")];
  }
  const helpful = dropping.filter(({ count }) => count > 0);
  return [
    h("h2", {}, "No campaigns match these filters"),
    h("p", { class: "sub" }, helpful.length ? "Dropping one would show:" : "Clear them to see the whole list."),
    h("div", { class: "row" },
      helpful.map(({ field, text, count }) => h("button", { type: "button", class: "btn", "data-do": "drop",
        "data-field": field }, text, h("span", { class: "sub" }, figure(count)))),
      h("button", { type: "button", class: "btn quiet danger", "data-do": "clear" }, "Clear all filters")),
  ];
}
