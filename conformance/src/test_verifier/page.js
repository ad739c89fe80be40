// Shows the result of the trial on this page as soon as there is one.
const result = document.getElementById('result');

async function look() {
  const answered = await fetch(result.dataset.state, { cache: 'no-store' }).catch(() => null);
  const state = answered?.ok ? await answered.json() : null;
  if (state?.outcome) {
    result.textContent = `${state.outcome}: ${state.detail}`;
    return;
  }
  setTimeout(look, 1000);
}

if (result) look();
