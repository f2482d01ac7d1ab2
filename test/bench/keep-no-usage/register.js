// `node --import`: from here on each reader's usage is asked of the charging system.
import { register } from 'node:module';

register('./hooks.js', import.meta.url);
