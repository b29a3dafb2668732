import { mount } from 'svelte';
import App from './App.svelte';
import { basePath } from './base.ts';
import { locale } from './i18n/index.ts';
import { joinAddress, pageAt } from './page-path.ts';
import { joinToken } from './session/join-link.ts';
import './styles/tokens.css';
import './styles/base.css';

document.documentElement.lang = locale;

const page = pageAt(location.pathname, basePath());
if (page === 'join') tidyJoinAddress();

const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { page } });

/** A mail program may have moved the token into the path, which is sent to servers and kept in histories: it leaves it at once. */
function tidyJoinAddress(): void {
  const path = joinAddress(basePath(), null);
  if (location.pathname === path && location.search === '') return;
  const token = joinToken(location.href);
  history.replaceState(null, '', token === null ? path + location.hash : joinAddress(basePath(), token));
}
