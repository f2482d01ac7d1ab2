// `node --import ./schema/typescript.mjs file.ts`: TypeScript as it stands, its types taken out when a file is loaded.
import { register } from 'node:module';

process.setSourceMapsEnabled(true);
register('./typescript-hooks.mjs', import.meta.url);
