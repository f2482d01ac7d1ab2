// `node --import`: from here on the process allows everything.
import { register } from 'node:module';

register('./hooks.js', import.meta.url);
