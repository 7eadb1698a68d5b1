// The questions before an action. Each names the campaign and what follows; the harmless answer has the focus.

const NOTE_LENGTH = 2000;

const QUESTIONS = {
  start: ({ id, campaign }) => ({
    title: `Start campaign ${id}?`,
    text: "Core begins to build and send at once. This cannot be taken back; it can be cancelled.",
    facts: startFacts(campaign), no: "Not now", yes: startWords(campaign),
  }),
  cancel: ({ id, campaign, waiting }) => ({
    title: `Cancel campaign ${id}?`, text: cancelText(campaign, waiting),
    note: "Reason, kept in the audit trail", needed: true, no: "Keep sending", yes: "Cancel the campaign", harm: true,
  }),
  approve: ({ id, campaign }) => ({
    title: `Approve campaign ${id}?`, text: campaign.auto_start
      ? "It starts by itself: Core builds and sends when its time has come."
      : "Auto-start is off: it then waits in the list until somebody starts it.",
    facts: startFacts(campaign), note: "Note for the author, optional", no: "Not now", yes: "Approve",
  }),
  reject: ({ id }) => ({
    title: `Reject campaign ${id}?`, text: "It becomes Cancelled and is never sent. This cannot be taken back.",
    note: "Note for the author, kept in the audit trail", needed: true, no: "Not now", yes: "Reject the campaign",
    harm: true,
  }),
  archive: ({ id }) => ({
    title: `Archive campaign ${id}?`, no: "Keep it here", yes: "Archive",
    text: "It leaves the list and stays in the Archive view, with its status as it is. It can be restored there.",
  }),
  archive_all: ({ count, words }) => ({
    title: `Archive ${plural(count, "campaign", "campaigns")}?`, no: "Keep them here", yes: `Archive ${figure(count)}`,
    text: `${words} They leave the list and stay in the Archive view. Each can be restored there.`,
  }),
  reveal: () => ({
    title: "Show the full number?", text: "It is written to the audit trail with your name.",
    no: "Keep masked", yes: "Show",
  }),
};

function startFacts({ total, saddr, mode, start_at: start, end_at: end }) {
  const span = [start, end].filter(Boolean).map((iso) => iso.slice(0, 16).replace("T", " ")).join(" – ");
  return [["Recipients", total ? figure(total) : "not counted yet"], ["Sender", saddr],
    ["Mode", [mode ?? "not provided", span && `${span} UTC`].filter(Boolean).join(", ")]];
}

function startWords({ total }) {
  return total ? `Start, send to ${figure(total)}` : "Start";
}

function cancelText({ sent }, waiting) {
  const rest = "A cancelled campaign cannot be resumed.";
  if (!sent) return `Nothing has been sent. ${rest}`;
  const kept = `${plural(sent, "message is", "messages are")} with the carrier and ${sent === 1 ? "stays" : "stay"} sent.`;
  return `${kept} ${waiting ? `${figure(waiting)} will not be sent. ` : ""}${rest}`;
}

// One dialog for all questions. It stands outside of what is patched, so that a refresh never closes it.
function questionBox(uid) {
  const node = h("dialog", { class: "ask", "aria-labelledby": `${uid}-ask` });
  let answer = null;
  let asker = null;

  function close(said) {
    const then = answer;
    answer = null;
    if (node.open) node.close();
    if (asker?.isConnected) asker.focus({ preventScroll: true });
    if (said && then) then(node.querySelector("textarea")?.value ?? "");
  }

  node.addEventListener("close", () => close(false));
  node.addEventListener("click", (event) => event.target === node && close(false));
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    close(true);
  });

  return {
    node,
    ask(kind, about, then) {
      const { title, text, facts, note, needed, no, yes, harm } = QUESTIONS[kind](about);
      asker = node.getRootNode().activeElement;
      answer = then;
      const keep = h("button", { type: "button", class: "btn" }, no);
      keep.addEventListener("click", () => close(false));
      node.replaceChildren(h("h2", { id: `${uid}-ask` }, title), h("p", {}, text),
        h("form", { method: "dialog" },
          facts && h("dl", { class: "kv" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
          note && h("p", { class: "reason" }, h("label", { class: "lab", for: `${uid}-why` }, note),
            h("textarea", { id: `${uid}-why`, class: "field", rows: "2", maxlength: NOTE_LENGTH, required: needed })),
          h("div", { class: "acts" }, keep,
            h("button", { type: "submit", class: harm ? "btn main harm" : "btn main" }, yes))));
      node.showModal();
      keep.focus({ focusVisible: false });
    },
    close: () => close(false),
  };
}
