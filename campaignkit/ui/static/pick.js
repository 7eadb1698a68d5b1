// A button that says what is chosen, and a popover with the choices: several (checkboxes) or one (radio buttons).
// The popover lies in the top layer, so that no scroll box clips it; the style sheet hangs it under its button, and the
// browser opens it, closes it on Esc and gives the focus back.

function pick(uid, { field, name, any, options, chosen, one = false, tip }) {
  const id = `${uid}-pick-${field}`;
  const words = options.filter(({ value }) => chosen.includes(value)).map(({ label, value }) => label ?? value);
  return h("div", { class: "picker", "data-id": id },
    h("span", { class: "lab", id: `${id}-name`, title: tip }, name),
    h("button", { type: "button", class: "btn pick", popovertarget: id, "aria-haspopup": "true",
      "aria-labelledby": `${id}-name ${id}-said`, title: words.join(", ") || null },
    h("span", { id: `${id}-said` }, words.join(", ") || any), h("span", { class: "nil", "aria-hidden": "true" }, "▾")),
    h("div", { class: "choices", id, popover: "auto", role: "group", "aria-labelledby": `${id}-name` },
      options.map((option, place) => choice(id, field, option, one, place)),
      options.length === 0 && h("p", { class: "sub" }, "nothing to choose from")));
}

function choice(id, field, { value, label, count, tip, mark }, one, place) {
  return h("label", { class: "opt", title: tip },
    h("input", { type: one ? "radio" : "checkbox", name: id, value: value ?? "", "data-picks": field,
      autofocus: place === 0 }),
    h("span", { class: mark ? "ck-mark word" : "word", ...mark }, label ?? value),
    count !== undefined && h("span", { class: "n" }, figure(count)));
}

// What is checked is a property and not an attribute, so it is set after the drawing.
function checkPicks(root, chosen) {
  for (const input of root.querySelectorAll("input[data-picks]")) {
    const values = [chosen[input.dataset.picks] ?? []].flat();
    input.checked = values.includes(input.value);
  }
}

function picked(root, input) {
  const all = [...root.querySelectorAll("input[data-picks]")].filter(({ name }) => name === input.name);
  const values = all.filter(({ checked }) => checked).map(({ value }) => value);
  return input.type === "radio" ? values[0] : values;
}
