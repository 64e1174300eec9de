import { mount } from 'svelte';
import App from './App.svelte';
import { install } from './state/installed';
import { speech } from './state/language';
import { theme } from './state/theme.svelte';
import { removePlain } from './state/traces';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';

removePlain();
theme.apply();
await speech.begin();
const target = document.getElementById('app');
if (target) mount(App, { target });
install();
