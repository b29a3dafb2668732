import { mount } from 'svelte';
import App from './App.svelte';
import { basePath } from './base.ts';
import { language } from './i18n/index.ts';
import { pageAt } from './page-path.ts';
import { embeddingApplication, signupMode } from './settings.ts';
import './styles/tokens.css';
import './styles/base.css';

document.documentElement.lang = language;

const signup = signupMode();
const page = pageAt(location.pathname, basePath(), signup !== 'off');
const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { page, signup, application: embeddingApplication() } });
