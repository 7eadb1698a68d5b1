// The address of a dashboard's page says what is shown, and leads back to it. Filters and orders replace it, an opened
// campaign is a step that Back takes back. A notebook has no address: then there is none to follow or to hand out.

const TASTE = "theme";

// The address of another dashboard beside this one, in the reader's theme.
function dashboardAddress(name, query = {}) {
  const asked = new URLSearchParams(query);
  const theme = new URLSearchParams(location.search).get(TASTE);
  if (theme) asked.set(TASTE, theme);
  return `${encodeURIComponent(name)}.ipynb${asked.size ? "?" : ""}${asked}`;
}

function pageAddress(keys, go) {
  if (!keys) return null;

  // The page's own address with what is ours in it replaced; `shared` leaves out what is the reader's taste (a theme).
  function to(query, { shared = false } = {}) {
    const address = new URL(location.href);
    if (shared) address.search = "";
    for (const key of keys) address.searchParams.delete(key);
    for (const [key, value] of new URLSearchParams(query)) address.searchParams.append(key, value);
    return address.href;
  }

  function moved() {
    go(location.search.slice(1));
  }

  window.addEventListener("popstate", moved);

  return {
    to,
    campaign: (id, options) => to(new URLSearchParams({ campaign: id }), options),
    follow(query, { steps, title }) {
      const address = to(query);
      document.title = title;
      if (address === location.href) return;
      history[steps ? "pushState" : "replaceState"](null, "", address);
    },
    dispose: () => window.removeEventListener("popstate", moved),
  };
}
