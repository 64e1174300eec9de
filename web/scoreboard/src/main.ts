import { mount } from 'svelte';
import App from './App.svelte';
import { install } from './state/installed';
import { speech } from './state/language';
import { theme } from './state/theme.svelte';
import { removePlain } from './state/traces';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';

// No await outside of it: a language's words are built upon this very file, and would wait for it.
async function begin(): Promise<void> {
  await speech.begin();
  const target = document.getElementById('app');
  if (target) mount(App, { target });
  install();
}

removePlain();
theme.apply();
void begin();
