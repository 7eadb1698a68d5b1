// A page with one calm sentence on it.

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    const title = document.createElement("h1");
    const text = document.createElement("p");
    root.className = "ck sentence";
    title.textContent = "Campaigns";
    text.textContent = model.get("text");
    root.append(title, text);
    el.append(root);
  },
};
