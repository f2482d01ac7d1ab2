// How another Node process is told to run this project's TypeScript.
export const WITH_TYPESCRIPT: readonly string[] = [
  '--import',
  new URL('../../schema/typescript.mjs', import.meta.url).href,
];
