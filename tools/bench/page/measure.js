// Evaluated in the page: `rounds` pairs, in turns, of a click on the status Done and of an empty message.
async (rounds) => {
  const body = document.querySelector(".ck tbody.real");
  const box = () => document.querySelector(".ck input[data-field=statuses][value=Done]");
  const words = () => [...body.rows].map((row) => row.querySelector("[data-c=status]").textContent);
  const filtered = () => body.rows.length > 1 && words().every((word) => word.startsWith("Done"));
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  function click() {
    const wanted = !filtered();
    return new Promise((done, fail) => {
      const giveUp = setTimeout(() => fail(new Error("no rows came within 20 s")), 20000);
      const watch = new MutationObserver(() => {
        if (filtered() !== wanted) return;
        const took = performance.now() - began;
        watch.disconnect();
        clearTimeout(giveUp);
        done(took);
      });
      watch.observe(body, { childList: true, subtree: true, characterData: true });
      const began = performance.now();
      box().click();
    });
  }

  const clicks = [];
  const echoes = [];
  while (!window.roundTrip) await pause(50);
  for (let round = 0; round < rounds; round += 1) {
    echoes.push(await window.roundTrip());
    await pause(30);
    clicks.push(await click());
    await pause(30);
  }
  return [clicks, echoes];
}
