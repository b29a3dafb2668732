/** What the page's own script may do: listen. */
const told = document.querySelector('#told');

for (const type of ['waiting', 'countdown', 'live', 'warning', 'paused', 'ended', 'peer', 'error']) {
  document.querySelector('rendezvous-session').addEventListener(type, (/** @type {CustomEvent} */ { detail }) => {
    const line = document.createElement('li');
    line.textContent = `${type} ${detail.code ?? ''}`;
    told.append(line);
  });
}
