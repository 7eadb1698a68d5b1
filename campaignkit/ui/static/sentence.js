// A page with one calm sentence on it.

export default {
  render({ model, el }) {
    const { words, dashboard, query } = model.get("link");
    const reference = model.get("reference");
    document.title = model.get("title");
    el.append(h("main", { class: "ck sentence" },
      h("h1", {}, model.get("title")),
      h("p", {}, model.get("text")),
      words && h("p", {}, h("a", { href: dashboardAddress(dashboard, query) }, words)),
      reference && h("p", { class: "sub" }, `Reference ${reference}`)));
  },
};
