/** The page of whoever books: one click, two addresses, and what the webhooks say. */
const [links, said, shown] = ['#links', '#said', '#events'].map((selector) => document.querySelector(selector));

document.querySelector('#book').addEventListener('click', async () => {
  const answer = await fetch('/sessions', { method: 'POST' });
  const body = await answer.json();
  said.textContent = answer.ok ? 'Booked. Open one address in each of two windows.' : `Not booked: ${body.code}`;
  for (const { name, href } of answer.ok ? body.links : []) links.append(item(Object.assign(document.createElement('a'), { href, textContent: name, target: '_blank' })));
});

new EventSource('/events').addEventListener('message', ({ data }) => {
  const { type, reason } = JSON.parse(data);
  shown.append(item(reason === '' ? type : `${type}: ${reason}`));
});

function item(content) {
  const made = document.createElement('li');
  made.append(content);
  return made;
}
