import { mount } from 'svelte';
import App from './App.svelte';
import { basePath } from './base.ts';
import { locale } from './i18n/index.ts';
import { pageAt } from './page-path.ts';
import './styles/tokens.css';
import './styles/base.css';

document.documentElement.lang = locale;

const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { page: pageAt(location.pathname, basePath()) } });
